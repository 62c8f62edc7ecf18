/* fut-worker.c: for programs that are helpers: they run the calls of a process pool
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-worker.h"

#include "fut-error.h"
#include "process/fut-worker-loop.h"

/**
 * fut_worker_is_helper:
 *
 * Tells whether this process was started by a [class@Fut.ProcessPoolExecutor], to run its calls.
 *
 * A program that is its own helper (see [func@Fut.worker_self_argv]) asks this first of all in
 * `main()`: after its [func@Fut.function_register] calls, but before it looks at its arguments,
 * opens a display or prints anything.
 *
 * ```c
 * int
 * main (int argc, char **argv)
 * {
 *   fut_function_register ("checksum-file", checksum_file, NULL, NULL);
 *   if (fut_worker_is_helper ())
 *     return fut_worker_run ();
 *   …
 * }
 * ```
 *
 * It changes nothing. It is %TRUE also after [func@Fut.worker_run] or [func@Fut.worker_next] was
 * called, which take what tells it out of the environment, so that the processes that a call starts
 * are no helpers.
 *
 * Returns: %TRUE if it was
 *
 * Since: 1.0
 */
gboolean
fut_worker_is_helper (void)
{
  return fut_worker_loop_is_wanted ();
}

/**
 * fut_worker_run:
 *
 * Runs the calls that the parent sends, in this thread, until it has no more.
 *
 * The process becomes a worker first: it leads a process group of its own, ends with its parent,
 * has `/dev/null` for standard input, and no descriptors of the parent's but standard output and
 * standard error. Signals that the parent ignores or blocks are not ignored or blocked here. When
 * the calls end, processes that they have left behind are killed.
 *
 * If the process is not a helper, or the parent cannot be understood, that is printed to standard
 * error. It does not return if the parent dies: the process ends then, with its children, even in
 * the middle of a call.
 *
 * Returns: the status for the process to exit with: 0 if the parent sent it home, 1 if the channel
 *   failed, 2 if this is no helper or the channel could not be opened
 *
 * Since: 1.0
 */
int
fut_worker_run (void)
{
  g_autoptr(GError) error = NULL;
  FutWorkerLoop *loop = fut_worker_loop_get (&error);

  if (loop == NULL)
    {
      g_printerr ("The worker cannot run: %s\n", error->message);
      return 2;
    }

  fut_worker_loop_next (loop, FALSE);
  fut_worker_loop_leave (loop);
  if (!fut_worker_loop_check (loop, &error))
    {
      g_printerr ("The worker has to leave: %s\n", error->message);
      return 1;
    }
  return 0;
}

/**
 * fut_worker_next:
 * @error: return location for an error
 *
 * Waits for the next call that is to be run by the caller. This is for helpers that are written in
 * another language than C.
 *
 * Calls of functions that were registered with [func@Fut.function_register] run inside this. Any
 * other is returned as a future that is running. The caller looks at
 * [method@Fut.Future.get_function] and [method@Fut.Future.dup_args], does the work, and ends the
 * future with one `fut_future_return_*()`; [method@Fut.Future.run] does all that for a shared
 * object. What became of it is sent by the next call of this, which ends it with no value if it has
 * not ended. [method@Fut.Future.set_progress], [method@Fut.Future.get_cancellable] and the like work
 * as in any task.
 *
 * The first time, the process becomes a worker, as in [func@Fut.worker_run].
 *
 * Always the same thread calls this, and without locks such as an interpreter's, since it blocks.
 *
 * Fails with %FUT_ERROR_INVALID_STATE if this process is no helper, with %FUT_ERROR_PROTOCOL if the
 * parent cannot be understood, and with a #GIOErrorEnum if the channel fails.
 *
 * Returns: (transfer full) (nullable): the future; %NULL, with @error unset, when the parent has no
 *   more calls, and the process has to exit
 *
 * Since: 1.0
 */
FutFuture *
fut_worker_next (GError **error)
{
  FutWorkerLoop *loop;
  FutFuture *future;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  loop = fut_worker_loop_get (error);
  if (loop == NULL)
    return NULL;

  future = fut_worker_loop_next (loop, TRUE);
  if (future == NULL)
    {
      fut_worker_loop_leave (loop);
      fut_worker_loop_check (loop, error);
    }
  return future;
}

/**
 * fut_worker_self_argv:
 *
 * Gives the command line for workers that are this program again, to be set as
 * [property@Fut.ProcessPoolExecutor:worker-argv]. Such a program calls
 * [func@Fut.worker_is_helper] and [func@Fut.worker_run] in its `main()`.
 *
 * It names the program that is running, even if another one has been installed in its place since:
 * old and new never work together by mistake.
 *
 * Returns: (transfer full) (array zero-terminated=1): the command line
 *
 * Since: 1.0
 */
char **
fut_worker_self_argv (void)
{
  static const char *const argv[] = { "/proc/self/exe", NULL };

  return g_strdupv ((char **) argv);
}
