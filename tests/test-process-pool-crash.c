/* test-process-pool-crash.c: the contract's rows P4 to P10: crashes, policies, and the end of workers
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <signal.h>
#include <string.h>

#define MILLISECONDS(n) (test_span ((n) *G_TIME_SPAN_MILLISECOND))
#define N_QUEUED 20

static const FaultCase breaking = { "break", FUT_CRASH_POLICY_BREAK, FALSE, FALSE };
static const FaultCase retrying = { "retry", FUT_CRASH_POLICY_RETRY, TRUE, FALSE };

static FutProcessPoolExecutor *
as_process_pool (FutExecutor *pool)
{
  return FUT_PROCESS_POOL_EXECUTOR (pool);
}

/* --- P4: BREAK --- */

static void
test_break_ends_all (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &breaking, 2);
  FutFuture *futures[2 + N_QUEUED];
  g_autofree char *by_pid = NULL;
  pid_t pids[2];

  for (guint i = 0; i < 2; i++)
    futures[i] = fault_room_start_wait (room, pool, &breaking, i, &pids[i]);
  for (gint64 i = 0; i < N_QUEUED; i++)
    futures[2 + i] = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (i));
  fault_kill (pids[0], SIGKILL);
  by_pid = g_strdup_printf ("*%d*SIGKILL*", (int) pids[0]);
  for (gsize i = 0; i < G_N_ELEMENTS (futures); i++)
    fault_assert_victim (&breaking, futures[i], 0, by_pid);

  /* Each has an error object of its own. */
  for (gsize i = 1; i < G_N_ELEMENTS (futures); i++)
    {
      g_autoptr(GError) one = fut_future_dup_error (futures[0]);
      g_autoptr(GError) other = fut_future_dup_error (futures[i]);

      g_assert_true (one != other && one->message != other->message);
    }
  fault_room_assert_broken (room, pool, by_pid);
  test_yield_until (!fault_is_alive (pids[1]));
}

static void
test_break_by_an_idle_worker (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &breaking, 1);

  fault_room_assert_works (room, pool);
  fault_kill (fault_get_pid (pool), SIGTERM);
  test_yield_until (fut_executor_is_broken (pool));
  fault_room_assert_broken (room, pool, "*terminated abruptly*SIGTERM*");
}

/* What we end ourselves is no crash. */
static void
test_break_not_by_our_own_will (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &breaking, 1);
  FutFuture *late;

  fut_process_pool_executor_set_max_tasks_per_child (as_process_pool (pool), 2);
  fault_room_assert_works (room, pool);
  late = fault_room_submit_timed (room, pool, "fault.stubborn", fault_room_args (room, 1),
                                  MILLISECONDS (50));
  test_assert_error (late, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  fault_room_assert_works (room, pool);
}

/* --- P5: FAIL_TASK --- */

static void
test_fail_task_only (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  FutFuture *victim =
    fault_room_submit (room, pool, "fault.die", g_variant_new ("(ss)", "", "error"));
  FutFuture *queued[N_QUEUED];
  g_autofree char *pattern = g_strdup_printf ("*%s_0*fault.die*", fut_executor_get_name (pool));

  for (gint64 i = 0; i < N_QUEUED; i++)
    queued[i] = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (i));

  /* The message has the worker, what it ran, and the tail of what it wrote. */
  test_assert_error (victim, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*the cat ate the plan*");
  test_assert_error (victim, FUT_ERROR, FUT_ERROR_WORKER_LOST, pattern);
  for (gint64 i = 0; i < N_QUEUED; i++)
    test_assert_int64 (queued[i], i * i);
  g_assert_false (fut_executor_is_broken (pool));
}

/* --- P6: RETRY --- */

static FutFuture *
submit_retried (FaultRoom *room, FutExecutor *pool, const char *place, guint max_retries,
                gboolean idempotent)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

  fut_submit_options_set_idempotent (options, idempotent);
  fut_submit_options_set_max_retries (options, max_retries);
  return fault_room_submit_full (room, pool, "fault.die", g_variant_new ("(ss)", place, "kill"),
                                 options);
}

static void
assert_retried (guint n_deaths, guint of_options, guint of_pool, guint n_retries, gboolean lost)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &retrying, 1);
  FutFuture *future;

  if (of_pool > 0)
    fut_process_pool_executor_set_max_retries (as_process_pool (pool), of_pool);
  contract_room_open (room->meeting, n_deaths);
  future = submit_retried (room, pool, contract_room_get_path (room->meeting), of_options, TRUE);
  if (lost)
    test_assert_error (future, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*SIGKILL*");
  else
    test_assert_int64 (future, 7);
  g_assert_cmpuint (fut_future_get_retry_count (future), ==, n_retries);
  fault_room_assert_works (room, pool);
}

static void
test_retried_until_it_ends (void)
{
  assert_retried (2, 0, 0, 2, FALSE);
  assert_retried (3, 0, 0, 3, FALSE);
}

static void
test_retried_so_many_times (void)
{
  assert_retried (4, 0, 0, 3, TRUE);
  assert_retried (2, 0, 1, 1, TRUE);
  assert_retried (4, 5, 1, 4, FALSE);
  assert_retried (3, 2, 9, 2, TRUE);
}

static void
test_not_retried_unless_idempotent (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &retrying, 1);
  FutFuture *future;

  contract_room_open (room->meeting, 1);
  future = submit_retried (room, pool, contract_room_get_path (room->meeting), 5, FALSE);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*SIGKILL*");
  g_assert_cmpuint (fut_future_get_retry_count (future), ==, 0);
}

/* It is running all the time, and cannot be cancelled. */
static void
test_retried_stays_running (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &retrying, 1);
  pid_t pid;
  FutFuture *future = fault_room_start_wait (room, pool, &retrying, 3, &pid);

  fault_kill (pid, SIGKILL);
  while (contract_room_is_empty (room->meeting))
    test_assert_state (future, FUT_STATE_RUNNING);
  test_assert_state (future, FUT_STATE_RUNNING);
  contract_room_open (room->meeting, 1);
  test_assert_int64 (future, 3);
}

/* It had begun in its worker before the pool knew: its run timeout counts all the same. */
static void
test_retried_keeps_its_run_timeout (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &retrying, 1);
  const char *path = contract_room_get_path (room->meeting);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  FutFuture *squares[N_QUEUED];
  FutFuture *future;
  pid_t pid;

  /* Enough to know that they are tiny: then they are sent ahead. */
  for (gint64 i = 0; i < N_QUEUED; i++)
    test_assert_int64 (fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (i)),
                       i * i);
  pid = fault_get_pid (pool);
  fault_stop (pid);
  for (gint64 i = 0; i < N_QUEUED; i++)
    squares[i] = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (i));
  fut_submit_options_set_idempotent (options, TRUE);
  fut_submit_options_set_run_timeout (options, MILLISECONDS (300));
  contract_room_open (room->meeting, 1);
  future =
    fault_room_submit_full (room, pool, "fault.die-or-obey", g_variant_new_string (path), options);
  fault_kill (pid, SIGCONT);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  g_assert_cmpuint (fut_future_get_retry_count (future), ==, 1);
  for (gint64 i = 0; i < N_QUEUED; i++)
    test_assert_int64 (squares[i], i * i);
}

/* --- P7: terminate_workers, kill_workers --- */

static void
assert_ended (const FaultCase *fault_case, void (*end) (FutProcessPoolExecutor *),
              const char *pattern)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 2);
  FutFuture *running[2];
  FutFuture *pending[N_QUEUED];
  FutFuture *refused;
  pid_t pids[2];

  for (guint i = 0; i < 2; i++)
    running[i] = fault_room_start_wait (room, pool, fault_case, i, &pids[i]);
  for (gint64 i = 0; i < N_QUEUED; i++)
    pending[i] = fault_room_submit (room, pool, "contract.record", fault_room_args (room, 1));
  end (as_process_pool (pool));
  g_assert_true (fut_executor_is_shut_down (pool));
  for (guint i = 0; i < N_QUEUED; i++)
    test_assert_state (pending[i], FUT_STATE_CANCELLED);
  for (guint i = 0; i < 2; i++)
    {
      test_assert_error (running[i], FUT_ERROR, FUT_ERROR_WORKER_LOST, pattern);
      test_yield_until (!fault_is_alive (pids[i]));
    }
  g_assert_false (fut_executor_is_broken (pool));
  refused = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (1));
  test_assert_error (refused, FUT_ERROR, FUT_ERROR_SHUT_DOWN, "*");
  g_assert_true (contract_room_is_empty (room->meeting));

  /* And once more, when nothing is there. */
  end (as_process_pool (pool));
}

static void
test_terminate_workers (gconstpointer fault_case)
{
  assert_ended (fault_case, fut_process_pool_executor_terminate_workers, "*SIGTERM*");
}

static void
test_kill_workers (gconstpointer fault_case)
{
  assert_ended (fault_case, fut_process_pool_executor_kill_workers, "*SIGKILL*");
}

static void
test_no_workers_to_kill (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();

  fut_process_pool_executor_terminate_workers (
    as_process_pool (fault_room_add_pool (room, &fault_usual_case, 1)));
  fut_process_pool_executor_kill_workers (
    as_process_pool (fault_room_add_pool (room, &fault_usual_case, 1)));
}

/* --- P8: a run timeout ends the work --- */

static void
test_run_timeout_ends_the_work (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  FutFuture *future = fault_room_submit_timed (room, pool, "fault.spin", fault_room_args (room, 1),
                                               MILLISECONDS (100));
  pid_t pid = contract_room_next (room->meeting);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  g_assert_false (fault_is_alive (pid));
  fault_room_assert_works (room, pool);
}

/* --- P9: a result that has come wins over a death right after --- */

static void
test_result_wins (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "result-then-die", NULL);

  for (guint i = 0; i < 20; i++)
    test_assert_int64 (fault_room_submit (room, pool, "any", NULL), 42);
}

/* --- P10: a fresh exec, with nothing of ours --- */

static void
test_fresh_exec (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  g_autoptr(GVariant) fds = NULL;
  FutFuture *future;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *arguments = NULL;

  /* A bare fork would have the command line of this program, which the tests always give one. */
  fault_room_assert_works (room, pool);
  path = g_strdup_printf ("/proc/%d/cmdline", (int) fault_get_pid (pool));
  g_assert_true (g_file_get_contents (path, &arguments, NULL, NULL));
  g_assert_true (g_str_has_suffix (arguments, "test-process-pool-crash") ||
                 g_str_has_suffix (arguments, "/proc/self/exe"));

  /* 0 to 2 and its channel; what it has made for itself is no socket and no file. */
  future = fault_room_submit (room, pool, "fault.fds", NULL);
  fds = fut_future_result_variant (future, -1, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < g_variant_n_children (fds); i++)
    {
      const char *entry;

      g_variant_get_child (fds, i, "&s", &entry);
      g_test_message ("%s", entry);
      g_assert_null (strstr (entry, g_get_tmp_dir ()));
    }
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  test_add ("/process-pool/P4/ends-all", test_break_ends_all);
  test_add ("/process-pool/P4/by-an-idle-worker", test_break_by_an_idle_worker);
  test_add ("/process-pool/P4/not-by-our-own-will", test_break_not_by_our_own_will);
  fault_add_both ("/process-pool/P5/only-that-task", test_fail_task_only);
  test_add ("/process-pool/P6/until-it-ends", test_retried_until_it_ends);
  test_add ("/process-pool/P6/so-many-times", test_retried_so_many_times);
  test_add ("/process-pool/P6/not-unless-idempotent", test_not_retried_unless_idempotent);
  test_add ("/process-pool/P6/stays-running", test_retried_stays_running);
  test_add ("/process-pool/P6/keeps-its-run-timeout", test_retried_keeps_its_run_timeout);
  fault_add_both ("/process-pool/P7/terminate-workers", test_terminate_workers);
  fault_add_both ("/process-pool/P7/kill-workers", test_kill_workers);
  test_add ("/process-pool/P7/no-workers", test_no_workers_to_kill);
  fault_add_both ("/process-pool/P8/ends-the-work", test_run_timeout_ends_the_work);
  test_add ("/process-pool/P9/result-wins", test_result_wins);
  fault_add_both ("/process-pool/P10/fresh-exec", test_fresh_exec);
  return fault_run ();
}
