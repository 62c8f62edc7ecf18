/* either-pool.c: the same program on threads or on processes: only the constructor differs
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: either-pool --threads | --processes
 */
#include <futures-glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_WORKERS 2

static const gint64 limits[] = { 10, 1000, -1, 100000, 30000 };

/* x → (xi): how many primes are below the limit, and which process has counted them. */
static void
count_primes (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 limit = g_variant_get_int64 (args);
  gint64 n_primes = 0;

  if (limit < 0)
    {
      fut_future_return_new_error (future, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                   "no number is below %" G_GINT64_FORMAT, limit);
      return;
    }
  for (gint64 n = 2; n < limit; n++)
    {
      gint64 divisor = 2;

      while (divisor <= n / divisor && n % divisor != 0)
        divisor++;
      n_primes += divisor > n / divisor;
    }
  fut_future_return_variant (future, g_variant_new ("(xi)", n_primes, (int) getpid ()));
}

static FutExecutor *
new_executor (const char *kind)
{
  g_auto(GStrv) self_argv = fut_worker_self_argv ();

  if (strcmp (kind, "--threads") == 0)
    return fut_thread_pool_executor_new (N_WORKERS);
  if (strcmp (kind, "--processes") == 0)
    return fut_process_pool_executor_new_for_argv (N_WORKERS, (const char *const *) self_argv);
  return NULL;
}

static void
print_outcome (FutFuture *future, gint64 limit)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) result = fut_future_result_variant (future, -1, &error);
  gint64 n_primes;
  int pid;

  if (result == NULL)
    {
      g_print ("failed: %s\n", error->message);
      return;
    }
  g_variant_get (result, "(xi)", &n_primes, &pid);
  g_print ("%" G_GINT64_FORMAT " primes below %" G_GINT64_FORMAT "\n", n_primes, limit);
  g_printerr ("counted by process %d\n", pid);
}

int
main (int argc, char **argv)
{
  g_autoptr(FutExecutor) executor = NULL;
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);

  fut_function_register ("count_primes", count_primes, NULL, NULL);
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  executor = new_executor (argc == 2 ? argv[1] : "");
  if (executor == NULL)
    {
      g_printerr ("Usage: either-pool --threads | --processes\n");
      return 2;
    }
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    g_ptr_array_add (futures, fut_executor_submit (executor, "count_primes",
                                                   g_variant_new_int64 (limits[i])));
  for (guint i = 0; i < futures->len; i++)
    print_outcome (g_ptr_array_index (futures, i), limits[i]);

  fut_executor_shutdown (executor, TRUE, FALSE);
  return EXIT_SUCCESS;
}
