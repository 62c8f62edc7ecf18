/* test-third-party.c: the least that an executor of somebody else may do, and what may be done to
 * calls from outside
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

/* Only submit_future is required: a thread for each call, and nothing else said. */
#define PLAIN_TYPE_EXECUTOR (plain_executor_get_type ())
G_DECLARE_FINAL_TYPE (PlainExecutor, plain_executor, PLAIN, EXECUTOR, FutExecutor)

struct _PlainExecutor
{
  FutExecutor parent_instance;
};

G_DEFINE_FINAL_TYPE (PlainExecutor, plain_executor, FUT_TYPE_EXECUTOR)

static gpointer
run_call (gpointer data)
{
  g_autoptr(FutFuture) future = data;

  fut_future_run (future);
  return NULL;
}

static void
plain_executor_submit_future (FutExecutor *executor, FutFuture *future)
{
  g_thread_unref (g_thread_new ("plain", run_call, g_object_ref (future)));
}

static void
plain_executor_class_init (PlainExecutorClass *klass)
{
  FUT_EXECUTOR_CLASS (klass)->submit_future = plain_executor_submit_future;
}

static void
plain_executor_init (PlainExecutor *self)
{
}

static void
must_not_run (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_least (void)
{
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestPool) executor = g_object_new (PLAIN_TYPE_EXECUTOR, NULL);
  g_autoptr(FutFuture) named = contract_square (executor, 3);
  g_autoptr(FutFuture) failing = contract_fail (executor, "no");
  g_autoptr(FutFuture) closure = NULL;
  g_autoptr(FutFuture) late = NULL;
  g_auto(GStrv) names = fut_executor_get_worker_names (executor);

  test_assert_int64 (named, 9);
  test_assert_error (failing, G_IO_ERROR, G_IO_ERROR_EXISTS, "no");
  g_assert_cmphex (fut_executor_get_flags (executor), ==, FUT_EXECUTOR_FLAGS_NONE);
  g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, 0);
  g_assert_cmpuint (g_strv_length (names), ==, 0);
  g_assert_cmpstr (fut_executor_get_name (executor), ==, "PlainExecutor");

  /* What it does not say that it can do is refused. */
  closure = fut_executor_submit_func (executor, must_not_run, destroyed, test_latch_raise_cb);
  test_assert_error (closure, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "*");
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 1);
  fut_executor_shutdown (executor, TRUE, TRUE);
  late = contract_square (executor, 3);
  test_assert_error (late, FUT_ERROR, FUT_ERROR_SHUT_DOWN, "*");
}

/* How many workers there can be it does not say: then nobody knows that they are all blocked. */
static void
test_nested_waits (void)
{
  g_autoptr(TestPool) executor = g_object_new (PLAIN_TYPE_EXECUTOR, NULL);
  g_autoptr(FutFuture) future =
    fut_executor_submit (executor, "contract.nest", g_variant_new_int64 (20));

  test_assert_int64 (future, 20);
}

/* --- calls of a thread pool that somebody else begins --- */

static void
count_done (FutFuture *future, gpointer n_done)
{
  ++*(guint *) n_done;
}

static void
count_notify (FutFuture *future, GParamSpec *pspec, gpointer n_notified)
{
  ++*(guint *) n_notified;
}

/* Whoever has a future may run it, in a thread of its own; the pool's worker then does not. */
static void
test_run_from_outside (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) busy = contract_start_gate (pool, room, 1);
  FutFuture *futures[10];
  guint n_notified = 0;
  guint n_done = 0;

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      futures[i] = fut_executor_submit (pool, "contract.record", contract_room_args (room, 10 + i));
      g_signal_connect (futures[i], "done", G_CALLBACK (count_done), &n_done);
      g_signal_connect (futures[i], "notify::state", G_CALLBACK (count_notify), &n_notified);
    }

  /* Every other one, and each of them once. */
  for (guint i = 0; i < G_N_ELEMENTS (futures); i += 2)
    {
      g_assert_true (fut_future_run (futures[i]));
      g_assert_cmpint (contract_room_next (room), ==, 10 + i);
      g_assert_false (fut_future_run (futures[i]));
    }
  test_iterate_until (context, n_done == G_N_ELEMENTS (futures) / 2);
  contract_room_open (room, 1);
  for (guint i = 1; i < G_N_ELEMENTS (futures); i += 2)
    g_assert_cmpint (contract_room_next (room), ==, 10 + i);
  test_iterate_until (context, n_done == G_N_ELEMENTS (futures));
  g_assert_cmpuint (n_notified, >=, n_done);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      test_assert_int64 (futures[i], 10 + i);
      g_object_unref (futures[i]);
    }
}

/* Or begin it, and end it by hand. */
static void
test_begun_from_outside (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) busy = contract_start_gate (pool, room, 1);
  g_autoptr(FutFuture) named =
    fut_executor_submit (pool, "contract.record", contract_room_args (room, 2));
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(FutFuture) closure =
    fut_executor_submit_func (pool, must_not_run, destroyed, test_latch_raise_cb);
  g_autoptr(GError) error = NULL;
  guint n_done = 0;

  g_signal_connect (named, "done", G_CALLBACK (count_done), &n_done);
  g_signal_connect (closure, "done", G_CALLBACK (count_done), &n_done);
  g_assert_true (fut_future_set_running_or_notify_cancel (named, &error));
  g_assert_true (fut_future_set_running_or_notify_cancel (closure, &error));
  g_assert_no_error (error);
  test_assert_state (named, FUT_STATE_RUNNING);
  test_complete (named, 20);
  test_complete (closure, 30);
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 1);
  test_iterate_until (context, n_done == 2);

  contract_room_open (room, 1);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
  test_assert_int64 (named, 20);
  test_assert_int64 (closure, 30);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/third-party/least", test_least);
  test_add ("/third-party/nested-waits", test_nested_waits);
  test_add ("/thread-pool/from-outside/run", test_run_from_outside);
  test_add ("/thread-pool/from-outside/begun", test_begun_from_outside);
  return g_test_run ();
}
