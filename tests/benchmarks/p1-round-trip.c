/* p1-round-trip.c: P1: submit one tiny task to another process, wait for it, repeat
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include "process-pool.h"
#include "python-peers.h"
#include "raw-frames.h"

static BenchSample
time_trips (const char *function, gsize n_trips)
{
  FutExecutor *executor = process_pool_new (FALSE);
  g_autofree double *times = g_new (double, n_trips);

  for (gsize i = 0; i < n_trips; i++)
    {
      gint64 start = bench_now_ns ();
      FutFuture *future =
        fut_executor_submit (executor, function, g_variant_new ("(i)", (gint32) i));
      gint64 number = process_pool_read_number (function, future);

      g_object_unref (future);
      times[i] = (bench_now_ns () - start) / 1000.0;
      bench_check (number == (gint64) i);
    }
  process_pool_free (executor);
  return (BenchSample) { .value = bench_quantile (times, n_trips, 0.5),
                        .second = bench_quantile (times, n_trips, 0.99) };
}

static BenchSample
ours (gsize n_tasks)
{
  return time_trips (PROCESS_POOL_NUMBER, n_tasks);
}

static BenchSample
ours_int64 (gsize n_tasks)
{
  return time_trips (PROCESS_POOL_INT64, n_tasks);
}

static BenchSample
executor (gsize n_tasks)
{
  return python_peers_run ("round-trip executor %" G_GSIZE_FORMAT, n_tasks);
}

static BenchSample
pool (gsize n_tasks)
{
  return python_peers_run ("round-trip pool %" G_GSIZE_FORMAT, n_tasks);
}

static const BenchContender contenders[] = {
  { "futures-glib", ours },
  { "futures-glib, int64 result", ours_int64 },
  { "ProcessPoolExecutor", executor },
  { "multiprocessing.Pool", pool },
  { "raw socket ping-pong", raw_ping_pong },
  { NULL, NULL },
};

const BenchWorkload bench_p1 = {
  .id = "P1",
  .title = "submit one tiny task (i) → i to a process, wait for its result, repeat",
  .unit = "µs a round trip",
  .second = "p99",
  .goal = "at most 3 × the raw ping-pong; 1.5 ×",
  .n_tasks = 5000,
  .n_tasks_quick = 100,
  .contenders = contenders,
};
