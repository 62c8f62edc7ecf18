/* p5-growth.c: P5: whether time and memory a task stay the same from a thousand to a million tasks
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include <stdlib.h>

#include "bench-memory.h"
#include "process-pool.h"

#define N_TASKS_MIN 20000   /* that a time is taken of: few are submitted several times */
#define N_WARM_UP 2000      /* the buffers of the pool have grown by then */

/* In a process of its own, as in W5: no heap of an earlier run is used again. */

static gsize
run (FutExecutor *executor, FutFuture **futures, gsize n_tasks)
{
  gsize before = bench_memory_now ().malloced;
  gsize submitted, finished;
  gint64 sum = 0;

  process_pool_submit_numbers (executor, PROCESS_POOL_NUMBER, futures, n_tasks);
  submitted = bench_memory_now ().malloced;
  for (gsize i = 0; i < n_tasks; i++)
    sum += process_pool_read_number (PROCESS_POOL_NUMBER, futures[i]);
  finished = bench_memory_now ().malloced;
  for (gsize i = 0; i < n_tasks; i++)
    g_clear_object (&futures[i]);
  bench_check (sum == bench_sum_below (n_tasks));
  return MAX (MAX (submitted, finished), before) - before;
}

int
bench_p5_child (gsize n_tasks)
{
  FutExecutor *executor = process_pool_new (FALSE);
  g_autofree FutFuture **futures = g_new0 (FutFuture *, MAX (n_tasks, N_WARM_UP));
  gsize n_runs = MAX (1, N_TASKS_MIN / n_tasks);
  gsize n_bytes = 0;
  gint64 start, elapsed;

  run (executor, futures, N_WARM_UP);
  start = bench_now_ns ();
  for (gsize i = 0; i < n_runs; i++)
    n_bytes = run (executor, futures, n_tasks);
  elapsed = bench_now_ns () - start;
  process_pool_free (executor);
  g_print ("%.1f %.1f\n", (double) elapsed / n_runs / n_tasks, (double) n_bytes / n_tasks);
  return EXIT_SUCCESS;
}

static BenchSample
measure (gsize n_tasks)
{
  BenchSample sample = { 0 };
  double other;

  if (n_tasks == 0)
    return (BenchSample) { .missing = "too few tasks" };

  bench_memory_child ("--p5-child", "ours", n_tasks, TRUE, &sample.value, &other);
  bench_memory_child ("--p5-child", "ours", n_tasks, FALSE, &other, &sample.second);
  return sample;
}

static BenchSample
thousandth (gsize n_tasks)
{
  return measure (n_tasks / 1000);
}

static BenchSample
hundredth (gsize n_tasks)
{
  return measure (n_tasks / 100);
}

static BenchSample
tenth (gsize n_tasks)
{
  return measure (n_tasks / 10);
}

static const BenchContender contenders[] = {
  { "futures-glib, all tasks", measure },
  { "futures-glib, a tenth", tenth },
  { "futures-glib, a hundredth", hundredth },
  { "futures-glib, a thousandth", thousandth },
  { NULL, NULL },
};

const BenchWorkload bench_p5 = {
  .id = "P5",
  .title = "growth: tiny tasks to processes, from a thousandth of them to all",
  .unit = "ns a task",
  .second = "bytes",
  .goal = "the same at each, ± 20 %",
  .n_tasks = 1000000,
  .n_tasks_quick = 20000,
  .contenders = contenders,
};
