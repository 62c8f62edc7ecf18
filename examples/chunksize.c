/* chunksize.c: the time of a map on processes at some chunksizes, which makes no difference
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Other pools need a chunksize, lest each call pay for a round trip. This one sends calls ahead and
 * results together, as many as the calls are short, and so takes the number only to please callers.
 *
 * Usage: chunksize [--quick]      100 calls in place of 10,000
 */
#include <futures-glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORK_US 200

static const int chunksizes[] = { 1, 10, 100 };

static gint64
get_cpu_time_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* i: so many microseconds of a processor, however many others want it. */
static void
work (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 end = get_cpu_time_ns () + g_variant_get_int32 (args) * G_GINT64_CONSTANT (1000);

  while (get_cpu_time_ns () < end)
    ;
}

static double
measure (FutExecutor *executor, guint n_tasks, int chunksize)
{
  g_autoptr(FutMapIterator) results = NULL;
  g_autofree GVariant **inputs = g_new (GVariant *, n_tasks);
  g_autoptr(GError) error = NULL;
  FutFuture *next;
  gint64 start;

  for (guint i = 0; i < n_tasks; i++)
    inputs[i] = g_variant_new_int32 (WORK_US);
  start = g_get_monotonic_time ();
  results = fut_executor_map (executor, "work", inputs, n_tasks, -1, chunksize, -1, &error);
  while (results != NULL && (next = fut_map_iterator_next (results, NULL, &error)) != NULL)
    g_object_unref (next);
  if (error != NULL)
    g_error ("%s", error->message);
  return (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
}

int
main (int argc, char **argv)
{
  g_auto(GStrv) self_argv = NULL;
  guint n_tasks = argc > 1 && strcmp (argv[1], "--quick") == 0 ? 100 : 10000;

  fut_function_register ("work", work, NULL, NULL);
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  self_argv = fut_worker_self_argv ();
  g_print ("workers  chunksize  tasks    work  seconds\n");
  for (guint n_workers = 1; n_workers <= 2; n_workers++)
    {
      g_autoptr(FutExecutor) executor =
        fut_process_pool_executor_new_for_argv (n_workers, (const char *const *) self_argv);

      /* The first calls wait for the processes to start. */
      fut_process_pool_executor_prestart (FUT_PROCESS_POOL_EXECUTOR (executor), n_workers);
      measure (executor, 100, 1);
      for (guint i = 0; i < G_N_ELEMENTS (chunksizes); i++)
        g_print ("%7u  %9d  %5u  %.1f ms  %7.2f\n", n_workers, chunksizes[i], n_tasks,
                 WORK_US / 1000.0, measure (executor, n_tasks, chunksizes[i]));
      fut_executor_shutdown (executor, TRUE, FALSE);
    }
  return EXIT_SUCCESS;
}
