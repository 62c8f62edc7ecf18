/* test-process-life.c: forks, loading and the end of the process
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-util.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- forks --- */

/* A child of somebody else's fork() makes a pool of its own, which works. */
static int
use_own_pool_in_child (ContractRoom *room)
{
#ifdef __SANITIZE_THREAD__
  /* ThreadSanitizer cannot start threads in the child of a process with threads. */
  return 0;
#else
  g_autoptr(FutExecutor) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future =
    fut_executor_submit (pool, "contract.square", g_variant_new_int64 (3));
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) late = NULL;
  g_autoptr(GError) error = NULL;

  if (fut_future_result_int64 (future, -1, NULL) != 9)
    return 3;

  /* Deadlines are minded here too. */
  fut_submit_options_set_run_timeout (options, G_TIME_SPAN_MILLISECOND);
  late =
    fut_executor_submit_full (pool, "contract.polite-gate", contract_room_args (room, 2), options);
  error = fut_future_exception (late, -1, NULL);
  if (!g_error_matches (error, FUT_ERROR, FUT_ERROR_TIMED_OUT))
    return 4;
  fut_executor_shutdown (pool, TRUE, FALSE);
  return 0;
#endif
}

/* What it does with ours is refused, and nothing hangs. Returns what the parent is told. */
static int
use_pool_in_child (FutExecutor *pool, ContractRoom *room)
{
  g_autoptr(FutFuture) refused =
    fut_executor_submit (pool, "contract.square", g_variant_new_int64 (3));
  g_autoptr(GError) error = fut_future_dup_error (refused);

  if (!fut_future_is_done (refused) || !g_error_matches (error, FUT_ERROR, FUT_ERROR_BROKEN))
    return 2;
  fut_executor_shutdown (pool, TRUE, TRUE);
  g_object_unref (pool);
  return use_own_pool_in_child (room);
}

/* Tells the parent how it went, and ends without any of the process's own end. */
static void
run_child (FutExecutor *pool, ContractRoom *room, int pipe_fd)
{
  char result;

  /* The watchdog's thread is not here. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  alarm (test_span (20 * G_TIME_SPAN_SECOND) / G_TIME_SPAN_SECOND);
  result = use_pool_in_child (pool, room);
  if (write (pipe_fd, &result, 1) < 0)
    abort ();
  kill (getpid (), SIGKILL);
}

static void
test_fork (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  g_autoptr(FutFuture) running =
    fut_executor_submit (pool, "contract.gate", contract_room_args (room, 1));
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) timed = NULL;
  g_autoptr(FutFuture) after = NULL;
  char result = -1;
  int pipe_fds[2];
  pid_t child;

  g_assert_cmpint (contract_room_next (room), ==, 1);

  /* The thread that minds deadlines is there when the child is made. */
  fut_submit_options_set_run_timeout (options, test_span (20 * G_TIME_SPAN_SECOND));
  timed = fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (2), options);
  test_assert_int64 (timed, 4);
  g_assert_no_errno (pipe (pipe_fds));
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    run_child (pool, room, pipe_fds[1]);
  close (pipe_fds[1]);
  g_assert_cmpint (read (pipe_fds[0], &result, 1), ==, 1);
  g_assert_cmpint (result, ==, 0);
  close (pipe_fds[0]);
  while (waitpid (child, NULL, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);

  /* The parent's pool has noticed nothing. */
  test_assert_state (running, FUT_STATE_RUNNING);
  contract_room_open (room, 1);
  test_assert_int64 (running, 1);
  after = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (4));
  test_assert_int64 (after, 16);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

/* --- E5 --- */

static void
test_types_start_no_thread (void)
{
  if (!test_in_subprocess ())
    return;

  g_type_ensure (FUT_TYPE_FUTURE);
  g_type_ensure (FUT_TYPE_THREAD_POOL_EXECUTOR);
  g_assert_cmpuint (test_count_threads (NULL), ==, 0);
  g_object_unref (fut_future_new ());
  g_object_unref (fut_thread_pool_executor_new (4));
  g_assert_nonnull (fut_executor_get_default ());
  g_assert_cmpuint (test_count_threads (NULL), ==, 0);
}

static void
never_return (FutFuture *future, GVariant *args, gpointer latch)
{
  test_latch_raise (latch);
  test_latch_await (latch, G_MAXUINT);
}

static void
must_not_run (FutFuture *future, GVariant *args, gpointer user_data)
{
  _exit (4);
}

/* The process ends although calls run and wait, and they are neither waited for nor run. */
static void
test_exit_waits_for_nothing (void)
{
  FutExecutor *pools[2];

  if (!test_in_subprocess ())
    return;

  pools[0] = fut_thread_pool_executor_new (1);
  pools[1] = fut_executor_get_default ();
  for (guint i = 0; i < 2; i++)
    {
      TestLatch *latch = test_latch_new ();
      guint n_calls = fut_executor_get_max_workers (pools[i]);

      for (guint n = 0; n < n_calls; n++)
        g_object_unref (fut_executor_submit_func (pools[i], never_return, latch, NULL));
      test_latch_await (latch, n_calls);
      g_object_unref (fut_executor_submit_func (pools[i], must_not_run, NULL, NULL));
    }
  exit (0);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/process/fork/child-is-refused", test_fork);
  test_add ("/library/E5/types-start-no-thread", test_types_start_no_thread);
  test_add ("/library/E5/exit-waits-for-nothing", test_exit_waits_for_nothing);
  return g_test_run ();
}
