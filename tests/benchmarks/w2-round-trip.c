/* w2-round-trip.c: W2: submit one task, wait for it, repeat
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include <futures-glib.h>

#include "raw-pool.h"

#define N_WARM_UP 64

typedef void (*TripFunc) (gpointer pool, gsize number);

static BenchSample
time_trips (TripFunc trip, gpointer pool, gsize n_trips)
{
  g_autofree double *times = g_new (double, n_trips);

  for (gsize i = 0; i < N_WARM_UP; i++)
    trip (pool, i);
  for (gsize i = 0; i < n_trips; i++)
    {
      gint64 start = bench_now_ns ();

      trip (pool, i);
      times[i] = (bench_now_ns () - start) / 1000.0;
    }
  return (BenchSample) { .value = bench_quantile (times, n_trips, 0.5),
                        .second = bench_quantile (times, n_trips, 0.99) };
}

/* futures-glib */

static void
ours_task (FutFuture *future, GVariant *args, gpointer data)
{
  fut_future_return_int64 (future, GPOINTER_TO_SIZE (data));
}

static void
ours_trip (gpointer pool, gsize number)
{
  g_autoptr(FutFuture) future =
    fut_executor_submit_func (pool, ours_task, GSIZE_TO_POINTER (number), NULL);

  bench_check (fut_future_result_int64 (future, -1, NULL) == (gint64) number);
}

static BenchSample
ours (gsize n_tasks)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (BENCH_N_WORKERS);
  BenchSample sample = time_trips (ours_trip, executor, n_tasks);

  fut_executor_shutdown (executor, TRUE, FALSE);
  return sample;
}

/* GThreadPool, with a mutex and a condition for the answer */

typedef struct
{
  GThreadPool *pool;
  GMutex lock;
  GCond cond;
  gsize answer;   /* guarded by lock; 0 is none */
} Exchange;

static void
gthreadpool_task (gpointer task, gpointer data)
{
  Exchange *exchange = data;

  g_mutex_lock (&exchange->lock);
  exchange->answer = GPOINTER_TO_SIZE (task);
  g_cond_signal (&exchange->cond);
  g_mutex_unlock (&exchange->lock);
}

static void
gthreadpool_trip (gpointer pool, gsize number)
{
  Exchange *exchange = pool;

  g_thread_pool_push (exchange->pool, GSIZE_TO_POINTER (number + 1), NULL);
  g_mutex_lock (&exchange->lock);
  while (exchange->answer == 0)
    g_cond_wait (&exchange->cond, &exchange->lock);
  bench_check (exchange->answer == number + 1);
  exchange->answer = 0;
  g_mutex_unlock (&exchange->lock);
}

static BenchSample
gthreadpool (gsize n_tasks)
{
  Exchange exchange = { 0 };
  BenchSample sample;

  g_mutex_init (&exchange.lock);
  g_cond_init (&exchange.cond);
  exchange.pool = g_thread_pool_new (gthreadpool_task, &exchange, BENCH_N_WORKERS, TRUE, NULL);
  sample = time_trips (gthreadpool_trip, &exchange, n_tasks);
  g_thread_pool_free (exchange.pool, FALSE, TRUE);
  g_mutex_clear (&exchange.lock);
  g_cond_clear (&exchange.cond);
  return sample;
}

/* GTask */

static void
gtask_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_int (task, GPOINTER_TO_SIZE (data));
}

static void
gtask_done (GObject *source, GAsyncResult *result, gpointer data)
{
  gssize *answer = data;

  *answer = g_task_propagate_int (G_TASK (result), NULL);
}

static void
gtask_trip (gpointer pool, gsize number)
{
  gssize answer = -1;
  g_autoptr(GTask) task = g_task_new (NULL, NULL, gtask_done, &answer);

  g_task_set_task_data (task, GSIZE_TO_POINTER (number), NULL);
  g_task_run_in_thread (task, gtask_task);
  while (answer < 0)
    g_main_context_iteration (NULL, TRUE);
  bench_check (answer == (gssize) number);
}

static BenchSample
gtask (gsize n_tasks)
{
  return time_trips (gtask_trip, NULL, n_tasks);
}

/* The raw queue */

static gboolean
raw_task (RawTask *task)
{
  task->result = GPOINTER_TO_SIZE (task->data);
  return TRUE;
}

static void
raw_trip (gpointer pool, gsize number)
{
  g_autofree RawTask *task = g_new0 (RawTask, 1);

  task->func = raw_task;
  task->data = GSIZE_TO_POINTER (number);
  raw_pool_push (pool, task);
  raw_pool_wait (pool, task);
  bench_check (task->result == (gint64) number);
}

static BenchSample
raw (gsize n_tasks)
{
  RawPool *pool = raw_pool_new ();
  BenchSample sample = time_trips (raw_trip, pool, n_tasks);

  raw_pool_free (pool);
  return sample;
}

static const BenchContender contenders[] = {
  { "futures-glib", ours },
  { "GThreadPool", gthreadpool },
  { "GTask", gtask },
  { "mutex and condition", raw },
  { NULL, NULL },
};

const BenchWorkload bench_w2 = {
  .id = "W2",
  .title = "submit one task, wait for its result, repeat",
  .unit = "µs a round trip",
  .second = "p99",
  .goal = "never above GThreadPool; at most 5 where a CPU is free",
  .n_tasks = 20000,
  .n_tasks_quick = 500,
  .contenders = contenders,
};
