/* process-pool.c: our process pool as the benchmarks use it: this program is its own helper
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process-pool.h"

#include <unistd.h>

#include "bench-util.h"

#define PROCESS_POOL_PID "bench-pid"       /* (t) → its process, after so many turns */
#define WARM_UP_US 1000.0
#define N_WARM_UP 64

/* In the workers: */

static void
number_task (FutFuture *future, GVariant *args, gpointer data)
{
  gint32 number;

  g_variant_get (args, "(i)", &number);
  fut_future_return_variant (future, g_variant_new_int32 (number));
}

static void
int64_task (FutFuture *future, GVariant *args, gpointer data)
{
  gint32 number;

  g_variant_get (args, "(i)", &number);
  fut_future_return_int64 (future, number);
}

static void
echo_task (FutFuture *future, GVariant *args, gpointer data)
{
  g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes (args);

  fut_future_return_bytes (future, bytes);
}

static void
spin_task (FutFuture *future, GVariant *args, gpointer data)
{
  guint64 n_spins;

  g_variant_get (args, "(t)", &n_spins);
  bench_spin (n_spins);
}

static void
pid_task (FutFuture *future, GVariant *args, gpointer data)
{
  spin_task (future, args, data);
  fut_future_return_int64 (future, getpid ());
}

void
process_pool_register_functions (void)
{
  fut_function_register (PROCESS_POOL_NUMBER, number_task, NULL, NULL);
  fut_function_register (PROCESS_POOL_INT64, int64_task, NULL, NULL);
  fut_function_register (PROCESS_POOL_ECHO, echo_task, NULL, NULL);
  fut_function_register (PROCESS_POOL_SPIN, spin_task, NULL, NULL);
  fut_function_register (PROCESS_POOL_PID, pid_task, NULL, NULL);
}

/* In the parent: */

static void
check_error (GError *error)
{
  if (error != NULL)
    g_error ("a call failed: %s", error->message);
}

/* A worker that is still starting would take no part in what is measured. */
static void
wait_for_workers (FutExecutor *self)
{
  g_autoptr(GHashTable) pids = g_hash_table_new (NULL, NULL);
  guint64 n_spins = bench_spins_for (WARM_UP_US);

  while (g_hash_table_size (pids) < BENCH_N_WORKERS)
    {
      FutFuture *futures[BENCH_N_WORKERS];

      for (guint i = 0; i < BENCH_N_WORKERS; i++)
        futures[i] = fut_executor_submit (self, PROCESS_POOL_PID, g_variant_new ("(t)", n_spins));
      for (guint i = 0; i < BENCH_N_WORKERS; i++)
        {
          g_autoptr(GError) error = NULL;
          gint64 pid = fut_future_result_int64 (futures[i], -1, &error);

          check_error (error);
          g_hash_table_add (pids, GSIZE_TO_POINTER (pid));
          g_object_unref (futures[i]);
        }
    }
}

FutExecutor *
process_pool_new (gboolean trust_workers)
{
  g_auto(GStrv) argv = fut_worker_self_argv ();
  FutExecutor *self =
    fut_process_pool_executor_new_for_argv (BENCH_N_WORKERS, (const char *const *) argv);
  FutFuture *futures[N_WARM_UP];

  fut_process_pool_executor_set_trust_workers (FUT_PROCESS_POOL_EXECUTOR (self), trust_workers);
  fut_process_pool_executor_prestart (FUT_PROCESS_POOL_EXECUTOR (self), BENCH_N_WORKERS);
  wait_for_workers (self);
  process_pool_submit_numbers (self, PROCESS_POOL_NUMBER, futures, N_WARM_UP);
  for (guint i = 0; i < N_WARM_UP; i++)
    {
      bench_check (process_pool_read_number (PROCESS_POOL_NUMBER, futures[i]) == i);
      g_object_unref (futures[i]);
    }
  return self;
}

void
process_pool_free (FutExecutor *self)
{
  fut_executor_shutdown (self, TRUE, FALSE);
  g_object_unref (self);
}

void
process_pool_submit_numbers (FutExecutor *self, const char *function, FutFuture **futures,
                             gsize n_tasks)
{
  for (gsize i = 0; i < n_tasks; i++)
    futures[i] = fut_executor_submit (self, function, g_variant_new ("(i)", (gint32) i));
}

gint64
process_pool_read_number (const char *function, FutFuture *future)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) variant = NULL;
  gint64 number = 0;

  if (g_str_equal (function, PROCESS_POOL_INT64))
    number = fut_future_result_int64 (future, -1, &error);
  else
    variant = fut_future_result_variant (future, -1, &error);
  check_error (error);
  return variant == NULL ? number : g_variant_get_int32 (variant);
}
