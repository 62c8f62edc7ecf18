/* w3-scaling.c: W3a and W3b: how much of two CPUs the tasks get
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include "bench-batch.h"

#define LONG_TASK_US 30.0
#define TINY_TASK_US 1.0

/* The sequential time is taken right before each run, since the machine's speed drifts. */
static BenchSample
efficiency (BatchFunc batch, gsize n_tasks, double task_us)
{
  guint64 n_spins = bench_spins_for (task_us);
  gint64 start = bench_now_ns ();
  gint64 sequential, wall;

  for (gsize i = 0; i < n_tasks; i++)
    bench_spin (n_spins);
  sequential = bench_now_ns () - start;
  wall = batch (n_tasks, n_spins);
  return (BenchSample) { .value = (double) sequential / (BENCH_N_WORKERS * (double) wall) };
}

#define DEFINE_CONTENDERS(size, task_us) \
  static BenchSample ours_in_order_##size (gsize n) \
  { return efficiency (batch_ours_result_each, n, task_us); } \
  static BenchSample ours_wait_all_##size (gsize n) \
  { return efficiency (batch_ours_wait_all, n, task_us); } \
  static BenchSample gthreadpool_##size (gsize n) \
  { return efficiency (batch_gthreadpool, n, task_us); } \
  static BenchSample gtask_##size (gsize n) \
  { return efficiency (batch_gtask, n, task_us); } \
  static BenchSample raw_##size (gsize n) \
  { return efficiency (batch_raw, n, task_us); } \
  static const BenchContender contenders_##size[] = { \
    { "futures-glib, in order", ours_in_order_##size }, \
    { "futures-glib, fut_wait()", ours_wait_all_##size }, \
    { "GThreadPool (counted only)", gthreadpool_##size }, \
    { "GTask", gtask_##size }, \
    { "mutex and condition", raw_##size }, \
    { NULL, NULL }, \
  };

DEFINE_CONTENDERS (long, LONG_TASK_US)
DEFINE_CONTENDERS (tiny, TINY_TASK_US)

const BenchWorkload bench_w3a = {
  .id = "W3a",
  .title = "tasks of 30 µs, results read in order",
  .unit = "sequential ÷ (2 × wall)",
  .goal = "at least GThreadPool; 0.95",
  .more_is_better = TRUE,
  .n_tasks = 10000,
  .n_tasks_quick = 200,
  .contenders = contenders_long,
};

const BenchWorkload bench_w3b = {
  .id = "W3b",
  .title = "tasks of 1 µs, results read in order",
  .unit = "sequential ÷ (2 × wall)",
  .goal = "at least 0.55",
  .more_is_better = TRUE,
  .n_tasks = 1000000,
  .n_tasks_quick = 5000,
  .contenders = contenders_tiny,
};
