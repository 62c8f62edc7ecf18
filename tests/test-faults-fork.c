/* test-faults-fork.c: somebody else's fork() in the parent: row 36 of the faults
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child may try with the pool. Returns which of it went wrong, 0 for nothing. */
static int
use_pool_in_child (FutExecutor *executor)
{
  FutProcessPoolExecutor *pool = FUT_PROCESS_POOL_EXECUTOR (executor);
  g_autoptr(FutFuture) refused =
    fut_executor_submit (executor, "contract.square", g_variant_new_int64 (3));
  g_autoptr(GError) error = fut_future_dup_error (refused);

  if (!fut_future_is_done (refused) || !g_error_matches (error, FUT_ERROR, FUT_ERROR_BROKEN))
    return 2;
  fut_process_pool_executor_prestart (pool, 2);
  fut_process_pool_executor_terminate_workers (pool);
  fut_process_pool_executor_kill_workers (pool);
  fut_executor_shutdown (executor, TRUE, TRUE);
  g_object_unref (executor);
  return 0;
}

static void
run_child (FutExecutor *pool, int pipe_fd)
{
  char result;

  /* The watchdog's thread is not here. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  alarm (test_span (20 * G_TIME_SPAN_SECOND) / G_TIME_SPAN_SECOND);
  result = use_pool_in_child (pool);
  if (write (pipe_fd, &result, 1) < 0)
    abort ();
  kill (getpid (), SIGKILL);
}

static void
test_child_cannot_use_the_pool (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  pid_t worker;
  FutFuture *running = fault_room_start_wait (room, pool, data, 1, &worker);
  FutFuture *pending = fault_room_submit (room, pool, "fault.pid", NULL);
  char result = -1;
  int pipe_fds[2];
  pid_t child;

  g_assert_no_errno (pipe (pipe_fds));
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    run_child (pool, pipe_fds[1]);
  close (pipe_fds[1]);
  g_assert_cmpint (read (pipe_fds[0], &result, 1), ==, 1);
  g_assert_cmpint (result, ==, 0);
  close (pipe_fds[0]);
  while (waitpid (child, NULL, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);

  /* Here nothing has happened. */
  test_assert_state (running, FUT_STATE_RUNNING);
  contract_room_open (room->meeting, 1);
  test_assert_int64 (running, 1);
  test_assert_int64 (pending, worker);
  fault_room_assert_works (room, pool);
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  fault_add_both ("/faults/36/child-cannot-use-the-pool", test_child_cannot_use_the_pool);
  return fault_run ();
}
