/* p2-tiny-tasks.c: P2: many tiny tasks submitted one by one to processes, each future read
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include "process-pool.h"
#include "python-peers.h"
#include "raw-frames.h"

static BenchSample
time_tasks (const char *function, gsize n_tasks)
{
  FutExecutor *executor = process_pool_new (FALSE);
  g_autofree FutFuture **futures = g_new0 (FutFuture *, n_tasks);
  gint64 start = bench_now_ns ();
  gint64 sum = 0;
  gint64 elapsed;

  process_pool_submit_numbers (executor, function, futures, n_tasks);
  for (gsize i = 0; i < n_tasks; i++)
    sum += process_pool_read_number (function, futures[i]);
  for (gsize i = 0; i < n_tasks; i++)
    g_object_unref (futures[i]);
  elapsed = bench_now_ns () - start;
  bench_check (sum == bench_sum_below (n_tasks));
  process_pool_free (executor);
  return (BenchSample) { .value = elapsed / 1000.0 / n_tasks };
}

static BenchSample
ours (gsize n_tasks)
{
  return time_tasks (PROCESS_POOL_NUMBER, n_tasks);
}

static BenchSample
ours_int64 (gsize n_tasks)
{
  return time_tasks (PROCESS_POOL_INT64, n_tasks);
}

#define DEFINE_PEER(name, peer, chunksize) \
  static BenchSample name (gsize n_tasks) \
  { \
    return python_peers_run ("tiny-tasks " peer " %" G_GSIZE_FORMAT " %d", n_tasks, chunksize); \
  }

DEFINE_PEER (executor_submit, "executor", 0)
DEFINE_PEER (executor_map_1, "executor", 1)
DEFINE_PEER (executor_map_100, "executor", 100)
DEFINE_PEER (pool_apply, "pool", 0)
DEFINE_PEER (pool_map_1, "pool", 1)
DEFINE_PEER (pool_map_100, "pool", 100)

static const BenchContender contenders[] = {
  { "futures-glib", ours },
  { "futures-glib, int64 result", ours_int64 },
  { "ProcessPoolExecutor.submit", executor_submit },
  { "  .map(chunksize=1)", executor_map_1 },
  { "  .map(chunksize=100)", executor_map_100 },
  { "multiprocessing.Pool.apply_async", pool_apply },
  { "  .map(chunksize=1)", pool_map_1 },
  { "  .map(chunksize=100)", pool_map_100 },
  { "raw frames, 256 a write", raw_batches },
  { NULL, NULL },
};

const BenchWorkload bench_p2 = {
  .id = "P2",
  .title = "tiny tasks (i) → i submitted one by one to processes, every future read",
  .unit = "µs a task",
  .goal = "at most 2, and less than anybody's chunksize=100",
  .n_tasks = 100000,
  .n_tasks_quick = 1000,
  .contenders = contenders,
};
