/* test-stress-soak.c: many calls, while their workers are killed one after the other
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <signal.h>
#include <string.h>

#define N_CALLS (test_short_or_long (20000, 1000000))
#define WINDOW 500
#define KILL_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)
#define N_WORKERS 3

/* --- the one that kills --- */

typedef struct
{
  FutExecutor *pool;
  GMutex       lock;
  GCond        changed;
  gboolean     ends;      /* guarded by lock */
  guint        n_killed;  /* read when the thread has ended */
} Killer;

static void
kill_any (Killer *self)
{
  gsize n_pids;
  g_autofree int *pids =
    fut_process_pool_executor_get_worker_pids (FUT_PROCESS_POOL_EXECUTOR (self->pool), &n_pids);

  if (n_pids == 0)
    return;
  if (pids[0] > 1 && kill (pids[g_test_rand_int_range (0, n_pids)], SIGKILL) == 0)
    self->n_killed++;
}

static gpointer
kill_for_ever (gpointer data)
{
  Killer *self = data;
  gint64 next = g_get_monotonic_time () + KILL_INTERVAL;

  g_mutex_lock (&self->lock);
  while (!self->ends)
    if (!g_cond_wait_until (&self->changed, &self->lock, next))
      {
        g_mutex_unlock (&self->lock);
        kill_any (self);
        next = g_get_monotonic_time () + KILL_INTERVAL;
        g_mutex_lock (&self->lock);
      }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* --- the calls --- */

/* Some are large, in one direction or the other. */
static FutFuture *
submit_one (FutExecutor *pool, FutSubmitOptions *options, gint64 number)
{
  if (number % 100 == 37)
    {
      g_autoptr(GBytes) bytes = fault_bytes_new (100000 + number % 1000);

      return fut_executor_submit_full (
        pool, "fault.length", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE),
        options);
    }
  if (number % 100 == 73)
    return fut_executor_submit_full (pool, "fault.bytes",
                                     g_variant_new_uint64 (100000 + number % 1000), options);
  return fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (number), options);
}

static void
check_one (FutFuture *future, gint64 number)
{
  if (number % 100 == 37)
    test_assert_int64 (future, 100000 + number % 1000);
  else if (number % 100 == 73)
    {
      g_autoptr(GBytes) expected = fault_bytes_new (100000 + number % 1000);
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) bytes = fut_future_result_bytes (future, -1, &error);

      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (bytes, expected));
    }
  else
    test_assert_int64 (future, number * number);
}

static guint
run_calls (FutExecutor *pool)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  FutFuture *window[WINDOW] = { NULL };
  gint64 n = N_CALLS;
  guint n_retries = 0;

  fut_submit_options_set_idempotent (options, TRUE);
  fut_submit_options_set_max_retries (options, 1000);
  for (gint64 i = 0; i < n + WINDOW; i++)
    {
      FutFuture **place = &window[i % WINDOW];

      if (i >= WINDOW)
        {
          check_one (*place, i - WINDOW);
          n_retries += fut_future_get_retry_count (*place);
          g_clear_object (place);
        }
      if (i < n)
        *place = submit_one (pool, options, i);
    }
  return n_retries;
}

static void
test_every_result_is_right (gconstpointer data)
{
  static const FaultCase retrying = { "retry", FUT_CRASH_POLICY_RETRY, TRUE, FALSE };
  static const FaultCase launched = { "retry", FUT_CRASH_POLICY_RETRY, TRUE, TRUE };
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool =
    fault_room_add_pool (room, fault_case->launched ? &launched : &retrying, N_WORKERS);
  Killer killer = { .pool = pool };
  TestThread *thread;
  guint n_retries;

  g_mutex_init (&killer.lock);
  g_cond_init (&killer.changed);
  thread = test_thread_new (kill_for_ever, &killer);
  n_retries = run_calls (pool);
  g_mutex_lock (&killer.lock);
  killer.ends = TRUE;
  g_cond_broadcast (&killer.changed);
  g_mutex_unlock (&killer.lock);
  test_thread_join (thread);
  g_mutex_clear (&killer.lock);
  g_cond_clear (&killer.changed);

  g_test_message ("%u calls, %u workers killed, %u calls run again", N_CALLS, killer.n_killed,
                  n_retries);
  g_assert_false (fut_executor_is_broken (pool));
}

static void
test_direct (void)
{
  test_every_result_is_right (&fault_usual_case);
}

static void
test_launched (void)
{
  test_every_result_is_right (&fault_launched_case);
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  test_add_stress ("/stress/soak/every-result-is-right", 3600, test_direct);
  test_add_stress ("/stress/soak/every-result-is-right-behind-a-launcher", 3600, test_launched);
  return fault_run ();
}
