/* pool.c: the installed helper, which runs a module's function in another process
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <futures-glib.h>
#include <unistd.h>

int
main (void)
{
  g_autoptr(FutExecutor) pool = fut_process_pool_executor_new (1);
  g_autoptr(FutFuture) answer = fut_executor_submit (pool, "answer:answer", NULL);
  g_autoptr(FutFuture) process = fut_executor_submit (pool, "answer:process", NULL);
  g_autoptr(FutFuture) unknown = fut_executor_submit (pool, "answer:question", NULL);
  g_autoptr(GError) error = NULL;
  gboolean good;

  good = fut_future_result_int64 (answer, -1, &error) == 42 &&
         fut_future_result_int64 (process, -1, &error) != getpid ();
  if (!good)
    g_printerr ("%s\n", error != NULL ? error->message : "the call ran in this process");
  fut_future_result_int64 (unknown, -1, error == NULL ? &error : NULL);
  good = good && g_error_matches (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND);
  fut_executor_shutdown (pool, TRUE, FALSE);
  return good ? 0 : 1;
}
