/* test-faults-crash.c: workers that die: rows 1 to 10 of the faults that the library survives
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <signal.h>
#include <string.h>

#define N_QUEUED 20
#define LARGE_BYTES ((gsize) 16 << 20)
#define NEARLY_INLINE_BYTES 60000

/* --- helpers --- */

static void
submit_squares (FaultRoom *room, FutExecutor *pool, FutFuture **futures, guint n)
{
  for (gint64 i = 0; i < n; i++)
    futures[i] = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (i));
}

static void
assert_squares (const FaultCase *fault_case, FutFuture **futures, guint n)
{
  for (gint64 i = 0; i < n; i++)
    fault_assert_bystander (fault_case, futures[i], i * i);
}

/* The message names the signal and the worker. */
static void
assert_killed (const FaultCase *fault_case, FutFuture *future, gint64 value, pid_t pid)
{
  g_autofree char *by_pid = g_strdup_printf ("*%d*", (int) pid);

  fault_assert_victim (fault_case, future, value, "*SIGKILL*");
  if (!fault_case->idempotent)
    fault_assert_victim (fault_case, future, value, by_pid);
}

static GVariant *
die_args (FaultRoom *room, const char *how)
{
  return g_variant_new ("(ss)", contract_room_get_path (room->meeting), how);
}

static GVariant *
bytes_args (gsize n)
{
  g_autoptr(GBytes) bytes = fault_bytes_new (n);

  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

/* --- 1: SIGKILL of a worker mid-task --- */

static void
test_killed_mid_task (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 2);
  FutFuture *queued[N_QUEUED];
  pid_t victim_pid, other_pid;
  FutFuture *victim = fault_room_start_wait (room, pool, fault_case, 1, &victim_pid);
  FutFuture *other = fault_room_start_wait (room, pool, fault_case, 2, &other_pid);

  submit_squares (room, pool, queued, N_QUEUED);
  fault_kill (victim_pid, SIGKILL);

  /* The one that is run again reports once more, and waits at the gate. */
  if (fault_case->idempotent)
    g_assert_cmpint (contract_room_next (room->meeting), !=, victim_pid);
  else
    assert_killed (fault_case, victim, 1, victim_pid);
  contract_room_open (room->meeting, 2);
  assert_killed (fault_case, victim, 1, victim_pid);
  fault_assert_bystander (fault_case, other, 2);
  assert_squares (fault_case, queued, N_QUEUED);
  fault_room_assert_pool (room, fault_case, pool);
}

/* --- 2: SIGKILL of an idle worker --- */

static void
test_killed_idle (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 2);
  FutFuture *first = fault_room_submit (room, pool, "fault.pid", NULL);
  pid_t pid = fut_future_result_int64 (first, -1, NULL);

  g_assert_cmpint (pid, ==, fault_get_pid (pool));
  fault_kill (pid, SIGKILL);
  test_yield_until (fut_executor_get_n_workers (pool) == 0);
  if (fault_case->policy == FUT_CRASH_POLICY_BREAK)
    test_yield_until (fut_executor_is_broken (pool));
  fault_room_assert_pool (room, fault_case, pool);
}

/* What is submitted before the death is noticed has not begun either. */
static void
test_killed_idle_and_called (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);

  for (guint i = 0; i < 10 && !fut_executor_is_broken (pool); i++)
    {
      FutFuture *futures[N_QUEUED];
      FutFuture *first = fault_room_submit (room, pool, "fault.pid", NULL);
      pid_t pid = fut_future_result_int64 (first, -1, NULL);

      /* Stopped first, it cannot begin one by chance. */
      fault_stop (pid);
      submit_squares (room, pool, futures, N_QUEUED);
      fault_kill (pid, SIGKILL);
      assert_squares (fault_case, futures, N_QUEUED);
      g_assert_cmpint (fut_executor_is_broken (pool), ==,
                       fault_case->policy == FUT_CRASH_POLICY_BREAK);
    }
  fault_room_assert_pool (room, fault_case, pool);
}

/* --- 3: SIGKILL while the worker reads a large request --- */

/* Over standard input and output nobody knows whether it has begun. */
static void
assert_ran_once_or_perhaps (const FaultCase *fault_case, FutFuture *future, gint64 value)
{
  g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

  if (fault_case->launched && error != NULL)
    fault_assert_victim (fault_case, future, value, "*may have run*");
  else
    fault_assert_bystander (fault_case, future, value);
}

static void
test_killed_reading (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  FutFuture *first = fault_room_submit (room, pool, "fault.pid", NULL);
  pid_t pid = fut_future_result_int64 (first, -1, NULL);
  FutFuture *large;

  fault_stop (pid);
  large = fault_room_submit (room, pool, "fault.length", bytes_args (LARGE_BYTES));
  fault_kill (pid, SIGKILL);
  assert_ran_once_or_perhaps (fault_case, large, LARGE_BYTES);
  fault_room_assert_pool (room, fault_case, pool);
}

/* More than its socket holds, so that a request has come in part. */
static void
test_killed_before_many (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  pid_t pid;
  FutFuture *busy = fault_room_start_wait (room, pool, fault_case, 1, &pid);
  FutFuture *queued[100];

  fault_stop (pid);
  for (guint i = 0; i < G_N_ELEMENTS (queued); i++)
    queued[i] = fault_room_submit (room, pool, "fault.length", bytes_args (NEARLY_INLINE_BYTES));
  for (gint64 i = 1; i <= N_QUEUED; i++)
    fault_room_submit (room, pool, "contract.record", fault_room_args (room, -i));
  fault_kill (pid, SIGKILL);
  if (fault_case->idempotent)
    g_assert_cmpint (contract_room_next (room->meeting), !=, pid);
  contract_room_open (room->meeting, 1);
  assert_killed (fault_case, busy, 1, pid);
  for (guint i = 0; i < G_N_ELEMENTS (queued); i++)
    fault_assert_bystander (fault_case, queued[i], NEARLY_INLINE_BYTES);

  /* Each of the others once, and in order. */
  if (fault_case->policy != FUT_CRASH_POLICY_BREAK)
    for (gint64 i = 1; i <= N_QUEUED; i++)
      g_assert_cmpint (contract_room_next (room->meeting), ==, -i);
  fault_room_assert_pool (room, fault_case, pool);
  g_assert_true (contract_room_is_empty (room->meeting));
}

/* --- 4: SIGKILL while it writes a large result --- */

static void
test_killed_in_half_a_result (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "half-result", NULL);
  FutFuture *future = fault_room_submit (room, pool, "any", NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*SIGKILL*");
}

/* At any moment: it comes whole, or not at all. */
static void
test_killed_writing (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  g_autoptr(GBytes) expected = fault_bytes_new (LARGE_BYTES);
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);

  for (guint i = 0; i < 15 && !fut_executor_is_broken (pool); i++)
    {
      FutFuture *first = fault_room_submit (room, pool, "fault.pid", NULL);
      pid_t pid = fut_future_result_int64 (first, -1, NULL);
      FutFuture *future = fault_room_submit_in (room, pool, fault_case, "fault.bytes",
                                                g_variant_new_uint64 (LARGE_BYTES));
      g_autoptr(GBytes) bytes = NULL;
      g_autoptr(GError) error = NULL;

      fut_future_wait (future, i * 4 * G_TIME_SPAN_MILLISECOND, NULL, NULL);
      fault_kill (pid, SIGKILL);
      bytes = fut_future_result_bytes (future, -1, &error);
      if (bytes == NULL)
        fault_assert_victim (fault_case, future, 0, "*SIGKILL*");
      else
        g_assert_true (g_bytes_equal (bytes, expected));

      if (fault_case->policy == FUT_CRASH_POLICY_BREAK)
        test_yield_until (fut_executor_is_broken (pool));
      else
        fault_await_gone (pool, pid);
    }
  fault_room_assert_pool (room, fault_case, pool);
}

/* --- 5: all workers killed at once --- */

#define N_WORKERS 3

static void
test_all_killed (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, N_WORKERS);
  FutFuture *victims[N_WORKERS];
  FutFuture *queued[N_QUEUED];
  pid_t pids[N_WORKERS];

  for (guint i = 0; i < N_WORKERS; i++)
    victims[i] = fault_room_start_wait (room, pool, fault_case, i, &pids[i]);
  submit_squares (room, pool, queued, N_QUEUED);
  for (guint i = 0; i < N_WORKERS; i++)
    fault_kill (pids[i], SIGKILL);
  contract_room_open (room->meeting, N_WORKERS);
  for (guint i = 0; i < N_WORKERS; i++)
    fault_assert_victim (fault_case, victims[i], i, "*SIGKILL*");
  assert_squares (fault_case, queued, N_QUEUED);
  fault_room_assert_pool (room, fault_case, pool);
}

/* --- 6: death right after sending the result --- */

static void
test_result_wins (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "result-then-die", NULL);

  fut_process_pool_executor_set_crash_policy (FUT_PROCESS_POOL_EXECUTOR (pool), fault_case->policy);
  for (guint i = 0; i < 20; i++)
    {
      FutFuture *future = fault_room_submit_in (room, pool, fault_case, "any", NULL);

      test_assert_int64 (future, 42);
      if (fault_case->policy == FUT_CRASH_POLICY_BREAK)
        {
          test_yield_until (fut_executor_is_broken (pool));
          fault_room_assert_broken (room, pool, "*SIGKILL*");
          return;
        }
    }
  g_assert_false (fut_executor_is_broken (pool));
}

/* --- 7 to 10: ends that a task brings about itself --- */

static void
assert_dies (const FaultCase *fault_case, const char *how, const char *pattern)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  FutFuture *before = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (2));
  FutFuture *victim, *behind;

  test_assert_int64 (before, 4);
  contract_room_open (room->meeting, 1);
  victim = fault_room_submit_in (room, pool, fault_case, "fault.die", die_args (room, how));
  behind = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (3));
  fault_assert_victim (fault_case, victim, 7, pattern);
  if (fault_case->policy != FUT_CRASH_POLICY_BREAK)
    test_assert_int64 (behind, 9);
  fault_room_assert_pool (room, fault_case, pool);
}

static void
test_exits_0 (gconstpointer fault_case)
{
  assert_dies (fault_case, "exit-0", "*exited with status 0*");
}

static void
test_exits_3 (gconstpointer fault_case)
{
  assert_dies (fault_case, "exit-3", "*exited with status 3*");
}

static void
test_aborts (gconstpointer fault_case)
{
  assert_dies (fault_case, "abort", "*SIGABRT*");
}

static void
test_segfaults (gconstpointer fault_case)
{
  assert_dies (fault_case, "segv", "*SIGSEGV*");
}

static void
test_tail_of_stderr (gconstpointer fault_case)
{
  assert_dies (fault_case, "error", "*the cat ate the plan*");
}

/* Its result cannot be sent any more, but may be found in the page; the worker may have begun the next
 * call when it finds out.
 */
static void
test_closes_its_channel (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  FutFuture *victim, *behind;
  g_autoptr(GError) error = NULL;

  fault_room_assert_works (room, pool);
  contract_room_open (room->meeting, 1);
  victim = fault_room_submit_in (room, pool, fault_case, "fault.die", die_args (room, "close"));
  behind = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (3));
  error = fut_future_exception (victim, -1, NULL);
  if (error != NULL)
    fault_assert_victim (fault_case, victim, 7, "*");
  g_clear_error (&error);
  error = fut_future_exception (behind, -1, NULL);
  if (error == NULL)
    test_assert_int64 (behind, 9);
  else if (fault_case->policy != FUT_CRASH_POLICY_BREAK)
    g_assert_error (error, FUT_ERROR, FUT_ERROR_WORKER_LOST);
  fault_room_assert_pool (room, fault_case, pool);
}

/* It does not end either: that has to be done. */
static void
test_closes_its_channel_and_stays (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "close-channel", NULL);
  FutFuture *future = fault_room_submit (room, pool, "any", NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*");
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  fault_add_with_launcher ("/faults/01/killed-mid-task", test_killed_mid_task);
  fault_add_with_launcher ("/faults/02/killed-idle", test_killed_idle);
  fault_add ("/faults/02/killed-idle-and-called", test_killed_idle_and_called);
  fault_add_with_launcher ("/faults/03/killed-reading", test_killed_reading);
  fault_add_with_launcher ("/faults/03/killed-before-many", test_killed_before_many);
  test_add ("/faults/04/killed-in-half-a-result", test_killed_in_half_a_result);
  fault_add_with_launcher ("/faults/04/killed-writing", test_killed_writing);
  fault_add_with_launcher ("/faults/05/all-killed", test_all_killed);
  fault_add ("/faults/06/result-wins", test_result_wins);
  fault_add_with_launcher ("/faults/07/exits-0", test_exits_0);
  fault_add_with_launcher ("/faults/07/exits-3", test_exits_3);
  fault_add_with_launcher ("/faults/08/aborts", test_aborts);
  fault_add_with_launcher ("/faults/08/segfaults", test_segfaults);
  fault_add_with_launcher ("/faults/09/tail-of-stderr", test_tail_of_stderr);
  fault_add ("/faults/10/closes-its-channel", test_closes_its_channel);
  test_add ("/faults/10/closes-its-channel-and-stays", test_closes_its_channel_and_stays);
  return fault_run ();
}
