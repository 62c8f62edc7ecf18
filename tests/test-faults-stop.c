/* test-faults-stop.c: workers that do not stop: rows 12 to 16 and 31 to 33 of the faults
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MILLISECONDS(n) (test_span ((n) *G_TIME_SPAN_MILLISECOND))

/* What there is between the moment at which something is due and its end. */
/* A sanitizer takes its time when a process ends. */
#define SLACK (MILLISECONDS (100) + (test_time_factor () > 1 ? G_TIME_SPAN_SECOND : 0))

static FutProcessPoolExecutor *
as_process_pool (FutExecutor *pool)
{
  return FUT_PROCESS_POOL_EXECUTOR (pool);
}

/* A pool whose only worker has started, so that this is not part of any time. */
static FutExecutor *
add_warm_pool (FaultRoom *room, const FaultCase *fault_case)
{
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  FutFuture *first = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (3));

  test_assert_int64 (first, 9);
  return pool;
}

static void
assert_took (gint64 begin, GTimeSpan least, GTimeSpan most)
{
  gint64 took = g_get_monotonic_time () - begin;

  g_assert_cmpint (took, >=, least);
  g_assert_cmpint (took, <=, most);
}

/* Its worker was ended by the pool, which is no crash, and is replaced. */
static void
assert_replaced (FaultRoom *room, FutExecutor *pool, pid_t pid)
{
  g_assert_false (fault_is_alive (pid));
  fault_room_assert_works (room, pool);
  g_assert_cmpint (fault_get_pid (pool), !=, pid);
}

/* --- 12: worker stopped past its task's timeout --- */

static void
test_stopped_past_its_timeout (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, fault_case);
  gint64 begin = g_get_monotonic_time ();
  FutFuture *future = fault_room_submit_timed (room, pool, "fault.wait", fault_room_args (room, 1),
                                               MILLISECONDS (300));
  pid_t pid = contract_room_next (room->meeting);

  /* Once it is asked to stop, and once more for SIGTERM: 500 ms each, since no grace was set. */
  fault_stop (pid);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  assert_took (begin, MILLISECONDS (300), MILLISECONDS (300) + 2 * MILLISECONDS (500) + SLACK);
  assert_replaced (room, pool, pid);
}

/* --- 13: worker ignores SIGTERM --- */

static void
test_ignores_sigterm (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, fault_case);
  gint64 begin = g_get_monotonic_time ();
  FutFuture *future;
  pid_t pid;

  fut_process_pool_executor_set_cancel_grace (as_process_pool (pool), MILLISECONDS (100));
  future = fault_room_submit_timed (room, pool, "fault.stubborn", fault_room_args (room, 1),
                                    MILLISECONDS (200));
  pid = contract_room_next (room->meeting);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  assert_took (begin, MILLISECONDS (400), MILLISECONDS (400) + SLACK);
  assert_replaced (room, pool, pid);
}

static void
test_ignores_sigterm_when_cancelled (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, fault_case);
  FutFuture *future;
  gint64 begin;
  pid_t pid;

  fut_process_pool_executor_set_cancel_grace (as_process_pool (pool), MILLISECONDS (100));
  future = fault_room_submit (room, pool, "fault.stubborn", fault_room_args (room, 1));
  pid = contract_room_next (room->meeting);
  begin = g_get_monotonic_time ();
  g_assert_false (fut_future_cancel (future));
  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  test_assert_state (future, FUT_STATE_FINISHED);
  assert_took (begin, MILLISECONDS (200), MILLISECONDS (200) + SLACK);
  assert_replaced (room, pool, pid);
}

/* Without a grace nobody is killed for it. */
static void
test_no_grace_no_kill (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, &fault_usual_case);
  pid_t pid;
  FutFuture *future = fault_room_start_wait (room, pool, &fault_usual_case, 5, &pid);

  g_assert_false (fut_future_cancel (future));
  g_assert_false (fut_future_wait (future, MILLISECONDS (100), NULL, NULL));
  contract_room_open (room->meeting, 1);
  test_assert_int64 (future, 5);
  g_assert_cmpint (fault_get_pid (pool), ==, pid);
}

/* --- 14: busy loop past the timeout --- */

static void
test_busy_past_its_timeout (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, fault_case);
  gint64 begin = g_get_monotonic_time ();
  FutFuture *future;
  pid_t pid;

  fut_process_pool_executor_set_cancel_grace (as_process_pool (pool), MILLISECONDS (100));
  future = fault_room_submit_timed (room, pool, "fault.spin", fault_room_args (room, 1),
                                    MILLISECONDS (200));
  pid = contract_room_next (room->meeting);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  assert_took (begin, MILLISECONDS (300), MILLISECONDS (300) + SLACK);
  assert_replaced (room, pool, pid);
}

/* One that listens ends by itself, and its worker lives on. */
static void
test_polite_past_its_timeout (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, fault_case);
  FutFuture *before = fault_room_submit (room, pool, "fault.pid", NULL);
  FutFuture *future = fault_room_submit_timed (room, pool, "contract.polite-gate",
                                               fault_room_args (room, 1), MILLISECONDS (50));
  FutFuture *after = fault_room_submit (room, pool, "fault.pid", NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  g_assert_cmpint (fut_future_result_int64 (before, -1, NULL), ==,
                   fut_future_result_int64 (after, -1, NULL));
}

/* --- 15: a task's child processes outlive the worker --- */

#define MAX_FAMILY 3

static void
await_all_dead (const pid_t *family, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      test_yield_until (!fault_is_alive (family[i]));
      g_test_message ("process %d has ended", (int) family[i]);
    }
}

static FutFuture *
start_family (FaultRoom *room, FutExecutor *pool, gboolean with_daemon, gboolean waits,
              GTimeSpan run_timeout, pid_t *family)
{
  GVariant *args =
    g_variant_new ("(sbb)", contract_room_get_path (room->meeting), with_daemon, waits);
  FutFuture *future = fault_room_submit_timed (room, pool, "fault.family", args, run_timeout);

  for (guint i = 0; i < (with_daemon ? 3 : 2); i++)
    {
      family[i] = contract_room_next (room->meeting);
      g_assert_cmpint (family[i], >, 1);
    }
  return future;
}

static void
test_family_ends_by_timeout (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, fault_case);
  pid_t family[MAX_FAMILY];
  FutFuture *future;

  fut_process_pool_executor_set_cancel_grace (as_process_pool (pool), MILLISECONDS (50));
  future = start_family (room, pool, TRUE, TRUE, MILLISECONDS (300), family);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  await_all_dead (family, 3);
  fault_room_assert_works (room, pool);
}

/* The call has returned; they end with the worker. */
static void
test_family_ends_with_the_worker (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, fault_case);
  pid_t family[MAX_FAMILY];
  FutFuture *future = start_family (room, pool, TRUE, FALSE, -1, family);

  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  for (guint i = 0; i < 3; i++)
    g_assert_true (fault_is_alive (family[i]));
  fut_executor_shutdown (pool, TRUE, FALSE);
  await_all_dead (family, 3);
}

static void
test_family_ends_when_killed (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, &fault_usual_case);
  pid_t pid = fault_get_pid (pool);
  pid_t family[MAX_FAMILY];
  FutFuture *future = start_family (room, pool, FALSE, TRUE, -1, family);

  fault_kill (pid, SIGKILL);
  fault_assert_victim (&fault_usual_case, future, 0, "*SIGKILL*");
  await_all_dead (family, 2);
  fault_room_assert_works (room, pool);
}

static void
test_family_ends_with_kill_workers (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_warm_pool (room, &fault_usual_case);
  pid_t family[MAX_FAMILY];
  FutFuture *future = start_family (room, pool, FALSE, TRUE, -1, family);

  fut_process_pool_executor_kill_workers (as_process_pool (pool));
  test_assert_error (future, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*");
  await_all_dead (family, 2);
}

/* What a launcher has begotten goes with it too, although no worker was there yet. */
static void
test_family_of_a_launcher (void)
{
  static const char *const script = "sleep 3600 & echo $! >>\"$0\"; kill -KILL $$";
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "family", NULL);
  const char *const launcher[] = { "sh", "-c", script, path, NULL };
  FutFuture *future;
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  guint n = 0;

  room->log_is_free = TRUE;
  fut_process_pool_executor_set_launcher_argv (as_process_pool (pool), launcher);
  future = fault_room_submit (room, pool, "fault.pid", NULL);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_BROKEN, "*SIGKILL*");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (; lines[n] != NULL; n++)
    await_all_dead (&(pid_t){ atoi (lines[n]) }, 1);
  g_assert_cmpuint (n, >, 0);
  g_assert_no_errno (g_unlink (path));
}

/* --- 31: shutdown during a crash; from a callback; from a task --- */

static void
test_shutdown_during_a_crash (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();

  for (guint i = 0; i < 10; i++)
    {
      FutExecutor *pool = fault_room_add_pool (room, fault_case, 2);
      FutFuture *victims[2];
      pid_t pids[2];

      for (guint n = 0; n < 2; n++)
        victims[n] = fault_room_start_wait (room, pool, fault_case, n, &pids[n]);
      for (gint64 n = 0; n < 10; n++)
        fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (n));
      for (guint n = 0; n < 2; n++)
        fault_kill (pids[n], SIGKILL);
      if (fault_case->idempotent)
        contract_room_open (room->meeting, 2);
      fut_executor_shutdown (pool, i % 4 < 2, i % 2);
      for (guint n = 0; n < 2; n++)
        {
          fault_assert_victim (fault_case, victims[n], n, "*SIGKILL*");
          if (fault_case->idempotent)
            contract_room_next (room->meeting);
        }
    }
}

static void
shut_down (FutFuture *future, gpointer pool)
{
  fut_executor_shutdown (pool, TRUE, FALSE);
}

/* It cannot wait there, and says so. */
static void
test_shutdown_from_a_callback (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  FutFuture *future = fut_executor_submit (pool, "contract.gate", fault_room_args (room, 1));
  FutFuture *behind = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (3));

  g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
  fut_future_add_done_callback (future, shut_down, pool, NULL);
  fault_room_add_future (room, future);
  contract_room_open (room->meeting, 1);
  test_assert_int64 (behind, 9);
  test_log_await (room->log, "*");
  test_yield_until (fut_executor_is_shut_down (pool));
}

/* A call in another process has no executor that it could shut down. */
static void
test_no_executor_in_a_task (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  FutFuture *future = fault_room_submit (room, pool, "fault.has-executor", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_future_result_boolean (future, -1, &error));
  g_assert_no_error (error);
}

/* --- 32: executor dropped with pending work; 33: future dropped while running --- */

static void
test_dropped_with_pending_work (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  FutFuture *futures[20];
  pid_t pid;

  fault_room_start_wait (room, pool, fault_case, 1, &pid);
  for (gint64 i = 0; i < 20; i++)
    futures[i] = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (i));
  g_ptr_array_remove (room->pools, pool);
  g_object_unref (pool);
  contract_room_open (room->meeting, 1);
  for (gint64 i = 0; i < 20; i++)
    test_assert_int64 (futures[i], i * i);
  test_yield_until (test_count_processes () == 0);
}

static void
test_future_dropped_while_running (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  FutFuture *future = fut_executor_submit (pool, "contract.gate", fault_room_args (room, 1));

  test_tracker_add (room->tracker, future);
  g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
  g_object_unref (future);
  g_object_unref (fut_executor_submit (pool, "contract.record", fault_room_args (room, 2)));
  contract_room_open (room->meeting, 1);
  g_assert_cmpint (contract_room_next (room->meeting), ==, 2);
  test_tracker_await_live (room->tracker, 1);
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  fault_add_with_launcher ("/faults/12/stopped-past-its-timeout", test_stopped_past_its_timeout);
  fault_add_with_launcher ("/faults/13/ignores-sigterm", test_ignores_sigterm);
  fault_add_with_launcher ("/faults/13/ignores-sigterm-when-cancelled",
                           test_ignores_sigterm_when_cancelled);
  test_add ("/faults/13/no-grace-no-kill", test_no_grace_no_kill);
  fault_add_with_launcher ("/faults/14/busy-past-its-timeout", test_busy_past_its_timeout);
  fault_add_with_launcher ("/faults/14/polite-past-its-timeout", test_polite_past_its_timeout);
  fault_add_with_launcher ("/faults/15/family-ends-by-timeout", test_family_ends_by_timeout);
  fault_add_with_launcher ("/faults/15/family-ends-with-the-worker",
                           test_family_ends_with_the_worker);
  test_add ("/faults/15/family-ends-when-killed", test_family_ends_when_killed);
  test_add ("/faults/15/family-ends-with-kill-workers", test_family_ends_with_kill_workers);
  test_add ("/faults/15/family-of-a-launcher", test_family_of_a_launcher);
  fault_add_with_launcher ("/faults/31/shutdown-during-a-crash", test_shutdown_during_a_crash);
  test_add ("/faults/31/shutdown-from-a-callback", test_shutdown_from_a_callback);
  test_add ("/faults/31/no-executor-in-a-task", test_no_executor_in_a_task);
  fault_add_with_launcher ("/faults/32/dropped-with-pending-work", test_dropped_with_pending_work);
  fault_add_with_launcher ("/faults/33/future-dropped-while-running",
                           test_future_dropped_while_running);
  return fault_run ();
}
