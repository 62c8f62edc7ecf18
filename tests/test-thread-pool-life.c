/* test-thread-pool-life.c: shutdown from inside, the default executor, initializers that fail
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

static void
do_nothing (FutFuture *future, GVariant *args, gpointer user_data)
{
}

/* --- shutdown from inside --- */

static void
shut_down_own_pool (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);

  fut_executor_shutdown (pool, TRUE, FALSE);
  fut_future_return_boolean (future, TRUE);
}

static void
test_shutdown_from_a_task (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, shut_down_own_pool, NULL, NULL);

  g_assert_true (fut_future_result_boolean (future, -1, NULL));
  g_assert_true (fut_executor_is_shut_down (pool));
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 0);
  g_assert_cmpuint (test_log_count (log, "*own*"), ==, 1);
}

static void
shut_down (FutFuture *future, gpointer pool)
{
  fut_executor_shutdown (pool, TRUE, TRUE);
}

static void
test_shutdown_from_a_callback (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = contract_start_gate (pool, room, 1);
  g_autoptr(FutFuture) pending =
    fut_executor_submit (pool, "contract.record", contract_room_args (room, 2));

  fut_future_add_done_callback (future, shut_down, pool, NULL);
  contract_room_open (room, 1);
  test_assert_error (pending, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_cmpuint (test_log_count (log, "*own*"), ==, 1);
}

/* From a worker of another pool one may wait. */
static void
shut_down_other_pool (FutFuture *future, GVariant *args, gpointer pool)
{
  fut_executor_shutdown (pool, TRUE, FALSE);
  fut_future_return_int64 (future, fut_executor_get_n_workers (pool));
}

static void
test_shutdown_from_another_pool (void)
{
  g_autoptr(TestPool) one = fut_thread_pool_executor_new (1);
  g_autoptr(TestPool) other = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) call = fut_executor_submit_func (other, do_nothing, NULL, NULL);
  g_autoptr(FutFuture) future = fut_executor_submit_func (one, shut_down_other_pool, other, NULL);

  test_assert_int64 (future, 0);
}

typedef struct
{
  GMainContext *context;
  guint         n_notified;
} Noted;

static void
on_notify_shut_down (FutExecutor *pool, GParamSpec *pspec, gpointer user_data)
{
  Noted *noted = user_data;

  g_assert_true (g_main_context_is_owner (noted->context));
  g_assert_true (fut_executor_is_shut_down (pool));
  noted->n_notified++;
}

static gpointer
shut_down_twice (gpointer pool)
{
  fut_executor_shutdown (pool, FALSE, FALSE);
  fut_executor_shutdown (pool, TRUE, FALSE);
  return NULL;
}

/* Whoever shuts it down, it is told where the executor was made. */
static void
test_shutdown_is_notified (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  Noted noted = { context, 0 };

  g_signal_connect (pool, "notify::is-shut-down", G_CALLBACK (on_notify_shut_down), &noted);
  test_thread_join (test_thread_new (shut_down_twice, pool));
  test_iterate_until (context, noted.n_notified > 0);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_cmpuint (noted.n_notified, ==, 1);
}

/* Nobody iterates the context: the executor goes all the same. */
static void
test_shutdown_without_a_loop (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestContext) context = test_context_push ();
  FutExecutor *pool = fut_thread_pool_executor_new (1);

  test_tracker_add (tracker, pool);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
  test_tracker_await_live (tracker, 0);
}

/* --- the default executor --- */

static void
test_default_executor (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  FutExecutor *pool = fut_executor_get_default ();
  g_autoptr(FutFuture) before = NULL;
  g_autoptr(FutFuture) after = NULL;

  g_assert_true (FUT_IS_THREAD_POOL_EXECUTOR (pool));
  g_assert_true (fut_executor_get_default () == pool);
  before = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (5));
  test_assert_int64 (before, 25);

  fut_executor_shutdown (pool, TRUE, TRUE);
  g_assert_cmpuint (test_log_count (log, "*never shut down*"), ==, 1);
  g_assert_false (fut_executor_is_shut_down (pool));
  after = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (6));
  test_assert_int64 (after, 36);
}

static void
on_refused (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_executor_shutdown_finish (FUT_EXECUTOR (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  *(gboolean *) user_data = TRUE;
}

static void
test_default_executor_async (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestContext) context = test_context_push ();
  gboolean refused = FALSE;

  fut_executor_shutdown_async (fut_executor_get_default (), FALSE, NULL, on_refused, &refused);
  test_iterate_until (context, refused);
  g_assert_cmpuint (test_log_count (log, "*never shut down*"), ==, 1);
}

/* --- broken --- */

static void
on_notify_broken (FutExecutor *pool, GParamSpec *pspec, gpointer user_data)
{
  g_assert_true (g_main_context_is_owner (user_data));
  g_object_set_data (G_OBJECT (pool), "notified", pool);
}

static gboolean
refuse (gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such device");
  return FALSE;
}

static void
test_broken_is_notified (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = NULL;

  fut_thread_pool_executor_set_initializer (FUT_THREAD_POOL_EXECUTOR (pool), refuse, NULL, NULL);
  g_signal_connect (pool, "notify::is-broken", G_CALLBACK (on_notify_broken), context);
  future = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_BROKEN, "*no such device*");
  test_iterate_until (context, g_object_get_data (G_OBJECT (pool), "notified") != NULL);
  g_assert_cmpuint (test_log_count (log, "*no such device*"), ==, 1);
}

static gboolean
refuse_without_a_reason (gpointer user_data, GError **error)
{
  return FALSE;
}

static void
test_initializer_without_a_reason (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestContext) context = test_context_push ();
  FutExecutor *pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = NULL;

  fut_thread_pool_executor_set_initializer (
    FUT_THREAD_POOL_EXECUTOR (pool), refuse_without_a_reason, destroyed, test_latch_raise_cb);
  future = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_BROKEN, "*");
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
  g_clear_object (&future);
  test_iterate_until (context, test_latch_peek (destroyed) == 1);
  test_log_count (log, "*");
}

static gboolean
raise_latch (gpointer latch, GError **error)
{
  test_latch_raise (latch);
  return TRUE;
}

static void
test_initializer_replaced (void)
{
  g_autoptr(TestLatch) first = test_latch_new ();
  g_autoptr(TestLatch) second = test_latch_new ();
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  FutThreadPoolExecutor *threads = FUT_THREAD_POOL_EXECUTOR (pool);
  g_autoptr(FutFuture) future = NULL;

  fut_thread_pool_executor_set_initializer (threads, raise_latch, first, test_latch_raise_cb);
  g_assert_cmpuint (test_latch_peek (first), ==, 0);
  fut_thread_pool_executor_set_initializer (threads, raise_latch, second, test_latch_raise_cb);
  g_assert_cmpuint (test_latch_peek (first), ==, 1);
  future = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  g_assert_cmpuint (test_latch_peek (second), ==, 1);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);

  /* The future knows what ran it, and the worker's data goes with the last who does. */
  g_clear_object (&future);
  test_latch_await (second, 2);
  g_assert_cmpuint (test_latch_peek (first), ==, 1);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/thread-pool/E8/initializer-replaced", test_initializer_replaced);
  test_add ("/thread-pool/E3/shutdown-from-a-task", test_shutdown_from_a_task);
  test_add ("/thread-pool/E3/shutdown-from-a-callback", test_shutdown_from_a_callback);
  test_add ("/thread-pool/E3/shutdown-from-another-pool", test_shutdown_from_another_pool);
  test_add ("/thread-pool/E3/shutdown-is-notified", test_shutdown_is_notified);
  test_add ("/thread-pool/E3/shutdown-without-a-loop", test_shutdown_without_a_loop);
  test_add ("/thread-pool/default-executor/is-never-shut-down", test_default_executor);
  test_add ("/thread-pool/default-executor/is-never-shut-down-async", test_default_executor_async);
  test_add ("/thread-pool/E8/broken-is-notified", test_broken_is_notified);
  test_add ("/thread-pool/E8/initializer-without-a-reason", test_initializer_without_a_reason);
  return g_test_run ();
}
