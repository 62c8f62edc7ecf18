/* broken-pool.c: a task kills its process, and the policy BREAK ends everything with it
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This is what Python's ProcessPoolExecutor does. With FAIL_TASK, the default, only the first call
 * would fail, and the others run in a new process.
 */
#include <futures-glib.h>
#include <signal.h>
#include <stdlib.h>

#define N_WAITING 3

/* i: a signal. */
static void
raise_signal (FutFuture *future, GVariant *args, gpointer user_data)
{
  raise (g_variant_get_int32 (args));
}

/* x → x */
static void
twice (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_int64 (future, 2 * g_variant_get_int64 (args));
}

static void
print_outcome (const char *which, FutFuture *future)
{
  g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

  if (error == NULL)
    g_print ("%s: has a result\n", which);
  else
    g_print ("%s: %s: %s\n", which,
             g_error_matches (error, FUT_ERROR, FUT_ERROR_BROKEN) ? "BROKEN" : "another error",
             error->message);
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = NULL;
  g_autoptr(FutFuture) fatal = NULL;
  g_autoptr(FutFuture) late = NULL;
  FutFuture *waiting[N_WAITING];
  g_auto(GStrv) self_argv = NULL;

  fut_function_register ("raise_signal", raise_signal, NULL, NULL);
  fut_function_register ("twice", twice, NULL, NULL);
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  self_argv = fut_worker_self_argv ();
  executor = fut_process_pool_executor_new_for_argv (1, (const char *const *) self_argv);
  fut_process_pool_executor_set_crash_policy (FUT_PROCESS_POOL_EXECUTOR (executor),
                                              FUT_CRASH_POLICY_BREAK);
  fatal = fut_executor_submit (executor, "raise_signal", g_variant_new_int32 (SIGKILL));
  for (int i = 0; i < N_WAITING; i++)
    waiting[i] = fut_executor_submit (executor, "twice", g_variant_new_int64 (i));

  print_outcome ("the one that ran", fatal);
  for (int i = 0; i < N_WAITING; i++)
    {
      print_outcome ("one that waited", waiting[i]);
      g_object_unref (waiting[i]);
    }

  /* A submit never returns NULL: the future of a call that is refused has failed already. */
  g_assert_true (fut_executor_is_broken (executor));
  late = fut_executor_submit (executor, "twice", g_variant_new_int64 (21));
  g_assert_true (fut_future_is_done (late));
  print_outcome ("the next submit", late);

  fut_executor_shutdown (executor, TRUE, FALSE);
  return EXIT_SUCCESS;
}
