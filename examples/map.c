/* map.c: one function over many inputs on two threads, the results in the order of the inputs
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <futures-glib.h>
#include <stdlib.h>

static const gint64 candidates[] = {
  112272535095293, 112582705942171, 112272535095293,
  115280095190773, 115797848077099, 1099726899285419,
};

/* x → b: whether a number is prime, found the slow way. */
static void
is_prime (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 n = g_variant_get_int64 (args);
  gboolean prime = n == 2 || (n > 2 && n % 2 != 0);

  for (gint64 divisor = 3; prime && divisor <= n / divisor; divisor += 2)
    prime = n % divisor != 0;
  fut_future_return_boolean (future, prime);
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (2);
  g_autoptr(FutMapIterator) results = NULL;
  g_autoptr(GError) error = NULL;
  GVariant *inputs[G_N_ELEMENTS (candidates)];

  fut_function_register ("is_prime", is_prime, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    inputs[i] = g_variant_new_int64 (candidates[i]);

  /* No time limit, no chunks, and everything submitted at once; map() sinks the inputs. */
  results =
    fut_executor_map (executor, "is_prime", inputs, G_N_ELEMENTS (inputs), -1, 1, -1, &error);
  for (guint i = 0; results != NULL; i++)
    {
      g_autoptr(FutFuture) future = fut_map_iterator_next (results, NULL, &error);

      if (future == NULL)
        break;
      g_print ("%" G_GINT64_FORMAT " is %s\n", candidates[i],
               fut_future_result_boolean (future, 0, NULL) ? "prime" : "not prime");
    }

  fut_executor_shutdown (executor, TRUE, FALSE);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  return error == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
