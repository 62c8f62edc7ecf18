/* as-completed.c: results taken in the order in which the calls end
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each call gets a name, so that whoever meets its future later knows which one it was.
 */
#include <futures-glib.h>
#include <stdlib.h>

static const gint64 limits[] = { 1000000, 10, 300000, 1000, 100000, 100 };

/* x → x: which number below the limit takes the most steps to reach 1, where an even number is
 * halved and an odd one becomes 3 n + 1.
 */
static void
longest_walk (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 limit = g_variant_get_int64 (args);
  gint64 best = 1;
  guint best_steps = 0;

  for (gint64 start = 1; start < limit; start++)
    {
      guint steps = 0;

      for (gint64 n = start; n != 1; steps++)
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
      if (steps > best_steps)
        {
          best = start;
          best_steps = steps;
        }
    }
  fut_future_return_int64 (future, best);
}

static FutFuture *
submit (FutExecutor *executor, gint64 limit)
{
  g_autofree char *name = g_strdup_printf ("below %" G_GINT64_FORMAT, limit);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

  fut_submit_options_set_name (options, name);
  return fut_executor_submit_full (executor, "longest_walk", g_variant_new_int64 (limit), options);
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (2);
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(FutCompletionIterator) completed = NULL;
  g_autoptr(GError) error = NULL;
  FutFuture *next;

  fut_function_register ("longest_walk", longest_walk, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    g_ptr_array_add (futures, submit (executor, limits[i]));

  completed = fut_as_completed ((FutFuture **) futures->pdata, futures->len, -1);
  while ((next = fut_completion_iterator_next (completed, NULL, &error)) != NULL)
    {
      g_autoptr(FutFuture) future = next;
      g_autofree char *name = fut_future_dup_name (future);

      g_print ("%s: %" G_GINT64_FORMAT "\n", name, fut_future_result_int64 (future, 0, NULL));
    }

  fut_executor_shutdown (executor, TRUE, FALSE);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  return error == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
