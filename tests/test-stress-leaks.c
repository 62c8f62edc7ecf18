/* test-stress-leaks.c: nothing grows: memory, threads, fds, objects
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-util.h"

#include <string.h>

#define MEBIBYTE (1024 * 1024)

/* Sanitizers and valgrind keep freed memory for a while: then bytes tell nothing, and their own leak
 * checkers do.
 */
static gboolean
rss_is_telling (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return FALSE;
#else
  const char *preloaded = g_getenv ("LD_PRELOAD");

  return preloaded == NULL || strstr (preloaded, "vgpreload") == NULL;
#endif
}

static void
assert_flat (const char *what, gsize before, gsize after, gsize tolerance)
{
  g_test_message ("%s: %.1f MiB before, %.1f MiB after", what, (double) before / MEBIBYTE,
                  (double) after / MEBIBYTE);
  if (rss_is_telling () && after > before)
    g_assert_cmpuint (after - before, <=, tolerance);
}

/* --- futures without a main loop --- */

static void
make_and_drop (guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(FutFuture) future = fut_future_new ();

      if (i % 3 == 0)
        fut_future_set_running_or_notify_cancel (future, NULL);
      if (i % 5 == 0)
        fut_future_cancel (future);
      if (!fut_future_is_done (future))
        test_complete (future, i);
    }
}

static void
square (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 x = GPOINTER_TO_INT (user_data);

  fut_future_return_int64 (future, x * x);
}

static void
submit_and_drop (FutExecutor *pool, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(FutFuture) future =
        fut_executor_submit_func (pool, square, GINT_TO_POINTER (i), NULL);

      /* Read one in a while, so that the queue stays short. */
      if (i % 256 == 0)
        test_assert_int64 (future, (gint64) (int) i * (int) i);
    }
}

static void
test_futures_by_hand (void)
{
  guint n = test_short_or_long (500000, 1000000);
  gsize before;

  make_and_drop (n / 10);
  before = test_rss_bytes ();
  make_and_drop (n);
  assert_flat ("by hand", before, test_rss_bytes (), 4 * MEBIBYTE);
}

/* The owner's context exists, and nobody iterates it. */
static void
test_context_that_nobody_iterates (void)
{
  guint n = test_short_or_long (500000, 1000000);
  g_autoptr(TestContext) context = test_context_push ();
  gsize before;

  make_and_drop (n / 10);
  before = test_rss_bytes ();
  make_and_drop (n);
  assert_flat ("without a loop", before, test_rss_bytes (), 4 * MEBIBYTE);
}

static void
test_calls_without_a_loop (void)
{
  guint n = test_short_or_long (500000, 1000000);
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  gsize before;

  submit_and_drop (pool, n / 10);
  before = test_rss_bytes ();
  submit_and_drop (pool, n);
  assert_flat ("calls", before, test_rss_bytes (), 8 * MEBIBYTE);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

static void
test_named_calls_with_options (void)
{
  guint n = test_short_or_long (50000, 500000);
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  gsize before = 0;

  for (guint i = 0; i < n + n / 10; i++)
    {
      g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
      g_autoptr(FutFuture) future = NULL;

      if (i == n / 10)
        before = test_rss_bytes ();
      fut_submit_options_set_name (options, "a call");
      fut_submit_options_set_queue_timeout (options, test_span (60 * G_TIME_SPAN_SECOND));
      fut_submit_options_set_run_timeout (options, test_span (60 * G_TIME_SPAN_SECOND));
      fut_submit_options_set_cancellable (options, cancellable);
      future = fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (i), options);
      if (i % 64 == 0)
        test_assert_int64 (future, (gint64) i * i);
    }
  fut_executor_shutdown (pool, TRUE, FALSE);
  assert_flat ("calls with options", before, test_rss_bytes (), 8 * MEBIBYTE);
  g_object_unref (pool);
}

/* --- growth --- */

static void
assert_linear_growth (guint n_small, guint n_large)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  gsize bytes_each[2];
  gint64 time[2];
  guint n[2] = { n_small, n_large };

  for (guint run = 0; run < 2; run++)
    {
      FutExecutor *pool = fut_thread_pool_executor_new (1);
      FutFuture *busy = fut_executor_submit (pool, "contract.gate", contract_room_args (room, 1));
      g_autofree FutFuture **futures = g_new0 (FutFuture *, n[run]);
      gsize before;
      gint64 begin;

      g_assert_cmpint (contract_room_next (room), ==, 1);
      before = test_rss_bytes ();
      begin = test_cpu_time ();
      for (guint i = 0; i < n[run]; i++)
        futures[i] = fut_executor_submit_func (pool, square, NULL, NULL);
      g_assert_cmpuint (fut_executor_get_n_pending (pool), ==, n[run]);
      bytes_each[run] = (test_rss_bytes () - MIN (before, test_rss_bytes ())) / n[run];
      contract_room_open (room, 1);
      for (guint i = 0; i < n[run]; i++)
        {
          test_assert_int64 (futures[i], 0);
          g_object_unref (futures[i]);
        }
      time[run] = test_cpu_time () - begin;
      g_object_unref (busy);
      fut_executor_shutdown (pool, TRUE, FALSE);
      g_object_unref (pool);
    }

  g_test_message ("%u calls: %" G_GSIZE_FORMAT " bytes and %.3f µs each", n[0], bytes_each[0],
                  (double) time[0] / n[0]);
  g_test_message ("%u calls: %" G_GSIZE_FORMAT " bytes and %.3f µs each", n[1], bytes_each[1],
                  (double) time[1] / n[1]);

  /* A list that is walked for each call would make the ratio that of the two numbers. */
  g_assert_cmpfloat ((double) time[1] / n[1], <,
                     4 * test_time_factor () * (1 + (double) time[0] / n[0]));
  if (rss_is_telling ())
    g_assert_cmpuint (bytes_each[1], <=, 600);
}

static void
test_growth (void)
{
  assert_linear_growth (1000, 10000);
  assert_linear_growth (10000, 100000);
  if (test_is_long ())
    assert_linear_growth (100000, 1000000);
}

/* --- executors that come and go --- */

static void
use_a_pool (guint i)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  FutExecutor *pool = fut_thread_pool_executor_new (1 + i % 3);
  FutFuture *futures[8];

  test_tracker_add (tracker, pool);
  for (gint64 n = 0; n < 8; n++)
    {
      futures[n] = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (n));
      test_tracker_add (tracker, futures[n]);
    }
  for (gint64 n = 0; n < 8; n++)
    {
      if (i % 4 == 0)
        fut_future_cancel (futures[n]);
      else
        test_assert_int64 (futures[n], n * n);
      g_object_unref (futures[n]);
    }

  /* Each way to go: with a shutdown that waits, one that does not, and none. */
  if (i % 3 != 2)
    fut_executor_shutdown (pool, i % 3 == 0, i % 2 == 0);
  g_object_unref (pool);
  test_tracker_await_live (tracker, 0);
}

static void
test_executors_come_and_go (void)
{
  guint n = test_short_or_long (300, 5000);
  guint n_fds;
  gsize before;

  for (guint i = 0; i < 50; i++)
    use_a_pool (i);
  test_yield_until (test_count_threads (NULL) == 0);
  n_fds = test_count_fds ();
  before = test_rss_bytes ();
  for (guint i = 0; i < n; i++)
    use_a_pool (i);
  test_yield_until (test_count_threads (NULL) == 0);
  g_assert_cmpuint (test_count_fds (), ==, n_fds);
  assert_flat ("executors", before, test_rss_bytes (), 8 * MEBIBYTE);
}

static void
test_contexts_come_and_go (void)
{
  guint n = test_short_or_long (500, 10000);
  guint n_fds = test_count_fds ();
  FutExecutor *pool = fut_thread_pool_executor_new (1);
  gsize before = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(TestContext) context = test_context_push ();
      g_autoptr(TestLatch) called = test_latch_new ();
      FutFuture *future = fut_executor_submit_func (pool, square, NULL, NULL);

      if (i == n / 10)
        before = test_rss_bytes ();
      fut_future_add_done_callback_in (future, NULL, test_latch_raise_for_future, called, NULL);
      test_iterate_until (context, test_latch_peek (called) == 1);
      g_object_unref (future);
    }
  assert_flat ("contexts", before, test_rss_bytes (), 8 * MEBIBYTE);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
  g_assert_cmpuint (test_count_fds (), ==, n_fds);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add_stress ("/stress/memory/futures-by-hand", 600, test_futures_by_hand);
  test_add_stress ("/stress/memory/context-that-nobody-iterates", 600,
                   test_context_that_nobody_iterates);
  test_add_stress ("/stress/memory/calls-without-a-loop", 600, test_calls_without_a_loop);
  test_add_stress ("/stress/memory/named-calls-with-options", 600, test_named_calls_with_options);
  test_add_stress ("/stress/growth-is-linear", 600, test_growth);
  test_add_stress ("/stress/executors-come-and-go", 600, test_executors_come_and_go);
  test_add_stress ("/stress/contexts-come-and-go", 600, test_contexts_come_and_go);
  return g_test_run ();
}
