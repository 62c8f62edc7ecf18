/* test-stress-pool.c: who runs what when long and short calls, shutdowns and failures meet
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

static void
do_nothing (FutFuture *future, GVariant *args, gpointer user_data)
{
}

/* Makes the pool believe that calls are short, so that a worker takes many at once. */
static void
warm_up (FutExecutor *pool, guint n)
{
  g_autoptr(FutFuture) last = NULL;

  for (guint i = 0; i < n; i++)
    g_object_unref (fut_executor_submit_func (pool, do_nothing, NULL, NULL));
  last = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  g_assert_true (fut_future_wait (last, -1, NULL, NULL));
}

/* As long as a worker is free every short call runs, wherever the long ones stand: here all but
 * one worker end up at the gate.
 */
static void
test_short_behind_long (void)
{
  guint n_rounds = test_short_or_long (100, 5000);
  const guint n_workers = 3;

  for (guint round = 0; round < n_rounds; round++)
    {
      g_autoptr(ContractRoom) room = contract_room_new ();
      g_autoptr(TestPool) pool = fut_thread_pool_executor_new (n_workers);
      FutFuture *calls[20];
      gboolean is_long[G_N_ELEMENTS (calls)] = { FALSE };

      warm_up (pool, 200);
      for (guint i = 0; i < n_workers - 1; i++)
        is_long[g_test_rand_int_range (0, 2 + round % 18)] = TRUE;
      for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
        calls[i] = is_long[i]
                     ? fut_executor_submit (pool, "contract.gate", contract_room_args (room, i))
                     : fut_executor_submit_func (pool, do_nothing, NULL, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
        if (!is_long[i])
          g_assert_true (fut_future_wait (calls[i], -1, NULL, NULL));
      contract_room_open (room, n_workers);
      for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
        {
          g_assert_true (fut_future_wait (calls[i], -1, NULL, NULL));
          g_object_unref (calls[i]);
        }
    }
}

static gpointer
shut_down (gpointer pool)
{
  fut_executor_shutdown (pool, TRUE, FALSE);
  return NULL;
}

/* All workers sleep; then there is work for all of them, and right after it the shutdown: each of
 * them helps.
 */
static void
test_all_help_during_shutdown (void)
{
  guint n_rounds = test_short_or_long (100, 5000);
  const guint n_workers = 4;

  for (guint round = 0; round < n_rounds; round++)
    {
      g_autoptr(ContractRoom) room = contract_room_new ();
      FutExecutor *pool = fut_thread_pool_executor_new (n_workers);
      TestThread *thread;

      for (guint i = 0; i < n_workers; i++)
        g_object_unref (contract_start_gate (pool, room, 1));
      contract_room_open (room, n_workers);
      test_yield_until (fut_executor_get_n_running (pool) == 0);
      for (guint i = 0; i < 2 * n_workers; i++)
        g_object_unref (fut_executor_submit (pool, "contract.gate", contract_room_args (room, 2)));
      thread = test_thread_new (shut_down, pool);
      for (guint i = 0; i < n_workers; i++)
        g_assert_cmpint (contract_room_next (room), ==, 2);
      contract_room_open (room, 2 * n_workers);
      test_thread_join (thread);
      g_object_unref (pool);
    }
}

typedef struct
{
  FutExecutor *pool;
  TestLatch   *helped;     /* the inner call runs, in whichever worker */
  TestLatch   *gate;
  FutFuture   *inner;
} Nested;

static void
run_inner (FutFuture *future, GVariant *args, gpointer user_data)
{
  Nested *nested = user_data;

  test_latch_raise (nested->helped);
  test_latch_await (nested->gate, 1);
  if (!fut_future_return_error_if_cancelled (future))
    fut_future_return_boolean (future, TRUE);
}

static void
run_outer (FutFuture *future, GVariant *args, gpointer user_data)
{
  Nested *nested = user_data;

  /* It may be known a moment later. */
  test_latch_await (nested->helped, 1);
  fut_future_wait (nested->inner, -1, NULL, NULL);
}

/* A call that a waiting worker has begun itself is running, though it may still stand where
 * pending ones do: a shutdown that cancels does not ask it to stop.
 */
static void
test_shutdown_leaves_helped_calls_alone (void)
{
  guint n_rounds = test_short_or_long (200, 10000);

  for (guint round = 0; round < n_rounds; round++)
    {
      g_autoptr(TestLatch) helped = test_latch_new ();
      g_autoptr(TestLatch) gate = test_latch_new ();
      FutExecutor *pool = fut_thread_pool_executor_new (1);
      Nested nested = { pool, helped, gate, NULL };
      g_autoptr(FutFuture) outer = NULL;
      g_autoptr(GError) error = NULL;

      warm_up (pool, 100);
      for (guint i = 0; i < 20; i++)
        g_object_unref (fut_executor_submit_func (pool, do_nothing, NULL, NULL));
      outer = fut_executor_submit_func (pool, run_outer, &nested, NULL);
      nested.inner = fut_executor_submit_func (pool, run_inner, &nested, NULL);
      test_latch_raise (helped);
      test_latch_await (helped, 2);
      fut_executor_shutdown (pool, FALSE, TRUE);
      test_latch_raise (gate);
      g_assert_true (fut_future_result_boolean (nested.inner, -1, &error));
      g_assert_no_error (error);
      fut_executor_shutdown (pool, TRUE, FALSE);
      g_object_unref (nested.inner);
      g_object_unref (pool);
    }
}

static gboolean
refuse (gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such device");
  return FALSE;
}

static gpointer
submit_some (gpointer pool)
{
  FutFuture *futures[50];

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      test_assert_error (futures[i], FUT_ERROR, FUT_ERROR_BROKEN, "*no such device*");
      g_object_unref (futures[i]);
    }
  return NULL;
}

/* The initializer fails while calls come in: each of them ends. */
static void
test_submit_against_broken_initializer (void)
{
  guint n_rounds = test_short_or_long (300, 20000);
  g_autoptr(TestLog) log = test_log_new ();

  for (guint round = 0; round < n_rounds; round++)
    {
      g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1 + round % 3);
      TestThread *threads[2];

      fut_thread_pool_executor_set_initializer (FUT_THREAD_POOL_EXECUTOR (pool), refuse, NULL,
                                                NULL);
      for (guint i = 0; i < 2; i++)
        threads[i] = test_thread_new (submit_some, pool);
      for (guint i = 0; i < 2; i++)
        test_thread_join (threads[i]);
    }
  g_assert_cmpuint (test_log_count (log, "*no such device*"), ==, n_rounds);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add_stress ("/stress/pool/short-behind-long", 600, test_short_behind_long);
  test_add_stress ("/stress/pool/all-help-during-shutdown", 600, test_all_help_during_shutdown);
  test_add_stress ("/stress/pool/shutdown-leaves-helped-calls-alone", 600,
                   test_shutdown_leaves_helped_calls_alone);
  test_add_stress ("/stress/pool/submit-against-broken-initializer", 600,
                   test_submit_against_broken_initializer);
  return g_test_run ();
}
