/* p4-speed-up.c: P4: tasks of 200 µs mapped over two processes, at three chunk sizes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include "process-pool.h"
#include "python-peers.h"
#include "raw-frames.h"

#define TASK_US 200

static void
map (FutExecutor *executor, GVariant **args, gsize n_tasks, int chunksize)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(FutMapIterator) iterator =
    fut_executor_map (executor, PROCESS_POOL_SPIN, args, n_tasks, -1, chunksize, -1, &error);
  FutFuture *future;
  gsize n_done = 0;

  while (iterator != NULL && (future = fut_map_iterator_next (iterator, NULL, &error)) != NULL)
    {
      g_object_unref (future);
      n_done++;
    }
  if (error != NULL)
    g_error ("a call failed: %s", error->message);
  bench_check (n_done == n_tasks);
}

/* The sequential time is taken right before each run, since the machine's speed drifts. */
static BenchSample
ours (gsize n_tasks, int chunksize)
{
  FutExecutor *executor = process_pool_new (FALSE);
  guint64 n_spins = bench_spins_for (TASK_US);
  g_autoptr(GVariant) arg = g_variant_ref_sink (g_variant_new ("(t)", n_spins));
  g_autofree GVariant **args = g_new (GVariant *, n_tasks);
  gint64 start, sequential, wall;

  for (gsize i = 0; i < n_tasks; i++)
    args[i] = arg;
  start = bench_now_ns ();
  for (gsize i = 0; i < n_tasks; i++)
    bench_spin (n_spins);
  sequential = bench_now_ns () - start;
  start = bench_now_ns ();
  map (executor, args, n_tasks, chunksize);
  wall = bench_now_ns () - start;
  process_pool_free (executor);
  return (BenchSample) { .value = (double) sequential / wall };
}

#define DEFINE_CONTENDERS(chunksize) \
  static BenchSample ours_##chunksize (gsize n) \
  { return ours (n, chunksize); } \
  static BenchSample executor_##chunksize (gsize n) \
  { return python_peers_run ("speed-up executor %" G_GSIZE_FORMAT " %d %d", n, TASK_US, chunksize); } \
  static BenchSample pool_##chunksize (gsize n) \
  { return python_peers_run ("speed-up pool %" G_GSIZE_FORMAT " %d %d", n, TASK_US, chunksize); }

DEFINE_CONTENDERS (1)
DEFINE_CONTENDERS (10)
DEFINE_CONTENDERS (100)

static BenchSample
halves (gsize n_tasks)
{
  return raw_halves (n_tasks, bench_spins_for (TASK_US));
}

static const BenchContender contenders[] = {
  { "futures-glib, chunksize 1", ours_1 },
  { "futures-glib, chunksize 10", ours_10 },
  { "futures-glib, chunksize 100", ours_100 },
  { "ProcessPoolExecutor, 1", executor_1 },
  { "ProcessPoolExecutor, 10", executor_10 },
  { "ProcessPoolExecutor, 100", executor_100 },
  { "multiprocessing.Pool, 1", pool_1 },
  { "multiprocessing.Pool, 10", pool_10 },
  { "multiprocessing.Pool, 100", pool_100 },
  { "raw, half each", halves },
  { NULL, NULL },
};

const BenchWorkload bench_p4 = {
  .id = "P4",
  .title = "tasks of 200 µs by map(): speed-up over sequential with two processes",
  .unit = "sequential ÷ wall",
  .goal = "at least 1.9 at each; chunksize 1 within 3 % of 100",
  .more_is_better = TRUE,
  .n_tasks = 10000,
  .n_tasks_quick = 200,
  .contenders = contenders,
};
