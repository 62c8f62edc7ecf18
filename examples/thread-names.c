/* thread-names.c: five tasks, and the names of their threads in the log
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `ps -L` and a debugger show the same names.
 */
#include <futures-glib.h>
#include <pthread.h>
#include <stdlib.h>

#define N_TASKS 5

static void
log_thread_name (FutFuture *future, GVariant *args, gpointer number)
{
  char name[16];

  pthread_getname_np (pthread_self (), name, sizeof name);
  g_message ("[%s] task %d", name, GPOINTER_TO_INT (number));
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (2);
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto(GStrv) names = NULL;
  g_autofree char *all_names = NULL;

  fut_thread_pool_executor_set_thread_name_prefix (FUT_THREAD_POOL_EXECUTOR (executor), "painter");
  for (int i = 1; i <= N_TASKS; i++)
    g_ptr_array_add (futures, fut_executor_submit_func (executor, log_thread_name,
                                                        GINT_TO_POINTER (i), NULL));

  fut_wait ((FutFuture **) futures->pdata, futures->len, FUT_RETURN_WHEN_ALL_COMPLETED, -1, NULL,
            NULL, NULL, NULL);
  names = fut_executor_get_worker_names (executor);
  all_names = g_strjoinv (" ", names);
  g_message ("workers: %s", all_names);

  fut_executor_shutdown (executor, TRUE, FALSE);
  return EXIT_SUCCESS;
}
