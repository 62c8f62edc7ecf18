/* digests.c: six texts hashed on four processes, each sum printed when it is known
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The processes are this program again. So main() begins with what makes it one of them.
 */
#include <futures-glib.h>
#include <stdlib.h>

#define N_PROCESSES 4

static const char *const texts[] = {
  "one", "two", "three", "four", "five", "six",
};

/* s → s: the SHA-256 in hexadecimal digits. */
static void
digest (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *text = g_variant_get_string (args, NULL);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  fut_future_return_string (future, sum);
}

static FutFuture *
submit (FutExecutor *executor, const char *text)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

  fut_submit_options_set_name (options, text);
  return fut_executor_submit_full (executor, "digest", g_variant_new_string (text), options);
}

/* The next one that has ended; FALSE after the last. */
static gboolean
print_next (FutCompletionIterator *completed, GError **error)
{
  g_autoptr(FutFuture) future = fut_completion_iterator_next (completed, NULL, error);
  g_autofree char *name = NULL;
  g_autofree char *sum = NULL;

  if (future == NULL)
    return FALSE;
  name = fut_future_dup_name (future);
  sum = fut_future_result_string (future, 0, error);
  if (sum == NULL)
    return FALSE;
  g_print ("%s: %s\n", name, sum);
  return TRUE;
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = NULL;
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(FutCompletionIterator) completed = NULL;
  g_auto(GStrv) self_argv = NULL;
  g_autoptr(GError) error = NULL;

  fut_function_register ("digest", digest, NULL, NULL);
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  self_argv = fut_worker_self_argv ();
  executor = fut_process_pool_executor_new_for_argv (N_PROCESSES, (const char *const *) self_argv);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_ptr_array_add (futures, submit (executor, texts[i]));

  completed = fut_as_completed ((FutFuture **) futures->pdata, futures->len, -1);
  while (print_next (completed, &error))
    ;

  fut_executor_shutdown (executor, TRUE, FALSE);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  return error == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
