/* w1-submit.c: W1: submit empty tasks, keep each future, read each result
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include "bench-batch.h"

static BenchSample
per_task (BatchFunc batch, gsize n_tasks)
{
  return (BenchSample) { .value = (double) batch (n_tasks, 0) / n_tasks };
}

static BenchSample
ours (gsize n_tasks)
{
  return per_task (batch_ours_wait_each, n_tasks);
}

static BenchSample
ours_int64 (gsize n_tasks)
{
  return per_task (batch_ours_result_each, n_tasks);
}

static BenchSample
gthreadpool (gsize n_tasks)
{
  return per_task (batch_gthreadpool, n_tasks);
}

static BenchSample
gtask (gsize n_tasks)
{
  return per_task (batch_gtask, n_tasks);
}

static BenchSample
raw (gsize n_tasks)
{
  return per_task (batch_raw, n_tasks);
}

static const BenchContender contenders[] = {
  { "futures-glib", ours },
  { "futures-glib, int64 read", ours_int64 },
  { "GThreadPool (counted only)", gthreadpool },
  { "GTask", gtask },
  { "mutex and condition", raw },
  { NULL, NULL },
};

const BenchWorkload bench_w1 = {
  .id = "W1",
  .title = "submit empty tasks, keep each future, wait for each in order, release all",
  .unit = "ns a task",
  .goal = "at most 600; GThreadPool ÷ 2.4, GTask ÷ 10",
  .n_tasks = 1000000,
  .n_tasks_quick = 20000,
  .contenders = contenders,
};
