/* map-pids.c: one function over many inputs on three processes, and which process ran each
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The results come in the order of the inputs, from whichever process they are.
 */
#include <futures-glib.h>
#include <stdlib.h>
#include <unistd.h>

#define N_PROCESSES 3
#define N_INPUTS 12

/* x → (xi): the square, and the process that has computed it. */
static void
square (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 n = g_variant_get_int64 (args);

  fut_future_return_variant (future, g_variant_new ("(xi)", n * n, (int) getpid ()));
}

static FutMapIterator *
map (FutExecutor *executor, GError **error)
{
  GVariant *inputs[N_INPUTS];

  for (int i = 0; i < N_INPUTS; i++)
    inputs[i] = g_variant_new_int64 (i + 1);
  return fut_executor_map (executor, "square", inputs, N_INPUTS, -1, 1, -1, error);
}

/* Prints the next result and notes its process; FALSE after the last. */
static gboolean
print_next (FutMapIterator *results, GHashTable *pids, GError **error)
{
  g_autoptr(FutFuture) future = fut_map_iterator_next (results, NULL, error);
  g_autoptr(GVariant) result = NULL;
  gint64 value;
  int pid;

  if (future == NULL)
    return FALSE;
  result = fut_future_result_variant (future, 0, NULL);
  g_variant_get (result, "(xi)", &value, &pid);
  g_print ("%" G_GINT64_FORMAT " by process %d\n", value, pid);
  g_hash_table_add (pids, GINT_TO_POINTER (pid));
  return TRUE;
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = NULL;
  g_autoptr(FutMapIterator) results = NULL;
  g_autoptr(GHashTable) pids = g_hash_table_new (NULL, NULL);
  g_auto(GStrv) self_argv = NULL;
  g_autoptr(GError) error = NULL;

  fut_function_register ("square", square, NULL, NULL);
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  self_argv = fut_worker_self_argv ();
  executor = fut_process_pool_executor_new_for_argv (N_PROCESSES, (const char *const *) self_argv);
  results = map (executor, &error);
  while (results != NULL && print_next (results, pids, &error))
    ;
  fut_executor_shutdown (executor, TRUE, FALSE);
  if (error != NULL)
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  /* A quick process may well have done it all. */
  g_assert_cmpuint (g_hash_table_size (pids), <=, N_PROCESSES);
  g_assert_false (g_hash_table_contains (pids, GINT_TO_POINTER (getpid ())));
  g_print ("processes: %u of at most %d; this one, %d, is none of them\n", g_hash_table_size (pids),
           N_PROCESSES, (int) getpid ());
  return EXIT_SUCCESS;
}
