/* bench-batch.c: N tasks submitted, each result read, all freed, through each contender
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench-batch.h"

#include <futures-glib.h>

#include "raw-pool.h"

#define N_WARM_UP 64

static guint64 batch_n_spins;   /* written before the first submit of a batch, read by its tasks */

/* futures-glib. What is read of each future is what the three differ in. */

static void
ours_empty (FutFuture *future, GVariant *args, gpointer data)
{
  bench_spin (batch_n_spins);
}

static void
ours_number (FutFuture *future, GVariant *args, gpointer data)
{
  bench_spin (batch_n_spins);
  fut_future_return_int64 (future, GPOINTER_TO_SIZE (data));
}

static void
ours_wait_each (FutFuture **futures, gsize n_tasks)
{
  for (gsize i = 0; i < n_tasks; i++)
    bench_check (fut_future_wait (futures[i], -1, NULL, NULL));
}

static void
ours_result_each (FutFuture **futures, gsize n_tasks)
{
  gint64 sum = 0;

  for (gsize i = 0; i < n_tasks; i++)
    sum += fut_future_result_int64 (futures[i], -1, NULL);
  bench_check (sum == bench_sum_below (n_tasks));
}

static void
ours_wait_all (FutFuture **futures, gsize n_tasks)
{
  bench_check (
    fut_wait (futures, n_tasks, FUT_RETURN_WHEN_ALL_COMPLETED, -1, NULL, NULL, NULL, NULL));
}

static void
ours_batch (FutExecutor *executor, FutFuture **futures, gsize n_tasks, FutTaskFunc func,
            void (*read) (FutFuture **, gsize))
{
  for (gsize i = 0; i < n_tasks; i++)
    futures[i] = fut_executor_submit_func (executor, func, GSIZE_TO_POINTER (i), NULL);
  read (futures, n_tasks);
  for (gsize i = 0; i < n_tasks; i++)
    bench_check (fut_future_get_state (futures[i]) == FUT_STATE_FINISHED);
  for (gsize i = 0; i < n_tasks; i++)
    g_object_unref (futures[i]);
}

static gint64
time_ours (gsize n_tasks, guint64 n_spins, FutTaskFunc func, void (*read) (FutFuture **, gsize))
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (BENCH_N_WORKERS);
  g_autofree FutFuture **futures = g_new0 (FutFuture *, MAX (n_tasks, N_WARM_UP));
  gint64 start, elapsed;

  batch_n_spins = n_spins;
  ours_batch (executor, futures, N_WARM_UP, func, read);
  start = bench_now_ns ();
  ours_batch (executor, futures, n_tasks, func, read);
  elapsed = bench_now_ns () - start;
  fut_executor_shutdown (executor, TRUE, FALSE);
  return elapsed;
}

gint64
batch_ours_wait_each (gsize n_tasks, guint64 n_spins)
{
  return time_ours (n_tasks, n_spins, ours_empty, ours_wait_each);
}

gint64
batch_ours_result_each (gsize n_tasks, guint64 n_spins)
{
  return time_ours (n_tasks, n_spins, ours_number, ours_result_each);
}

gint64
batch_ours_wait_all (gsize n_tasks, guint64 n_spins)
{
  return time_ours (n_tasks, n_spins, ours_empty, ours_wait_all);
}

/* GThreadPool: there is no handle to keep and no result to read, so the tasks are counted. */

typedef struct
{
  GMutex lock;
  GCond cond;
  guint64 n_left;   /* atomic, as a size */
} Countdown;

static void
gthreadpool_task (gpointer task, gpointer data)
{
  Countdown *countdown = data;

  bench_spin (batch_n_spins);
  if (g_atomic_pointer_add (&countdown->n_left, -1) == 1)
    {
      g_mutex_lock (&countdown->lock);
      g_cond_signal (&countdown->cond);
      g_mutex_unlock (&countdown->lock);
    }
}

static void
gthreadpool_batch (GThreadPool *pool, Countdown *countdown, gsize n_tasks)
{
  countdown->n_left = n_tasks;
  for (gsize i = 0; i < n_tasks; i++)
    g_thread_pool_push (pool, GSIZE_TO_POINTER (i + 1), NULL);

  g_mutex_lock (&countdown->lock);
  while (g_atomic_pointer_get (&countdown->n_left) != 0)
    g_cond_wait (&countdown->cond, &countdown->lock);
  g_mutex_unlock (&countdown->lock);
}

gint64
batch_gthreadpool (gsize n_tasks, guint64 n_spins)
{
  Countdown countdown = { 0 };
  GThreadPool *pool;
  gint64 start, elapsed;

  g_mutex_init (&countdown.lock);
  g_cond_init (&countdown.cond);
  pool = g_thread_pool_new (gthreadpool_task, &countdown, BENCH_N_WORKERS, TRUE, NULL);

  batch_n_spins = n_spins;
  gthreadpool_batch (pool, &countdown, N_WARM_UP);
  start = bench_now_ns ();
  gthreadpool_batch (pool, &countdown, n_tasks);
  elapsed = bench_now_ns () - start;

  g_thread_pool_free (pool, FALSE, TRUE);
  g_mutex_clear (&countdown.lock);
  g_cond_clear (&countdown.cond);
  return elapsed;
}

/* GTask: its callback runs in the main context of the submitter, which has to be iterated. */

static void
gtask_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  bench_spin (batch_n_spins);
  g_task_return_int (task, GPOINTER_TO_SIZE (data));
}

static void
gtask_done (GObject *source, GAsyncResult *result, gpointer data)
{
  gsize *n_left = data;

  (*n_left)--;
}

static void
gtask_batch (GTask **tasks, gsize n_tasks)
{
  gsize n_left = n_tasks;
  gint64 sum = 0;

  for (gsize i = 0; i < n_tasks; i++)
    {
      tasks[i] = g_task_new (NULL, NULL, gtask_done, &n_left);
      g_task_set_task_data (tasks[i], GSIZE_TO_POINTER (i), NULL);
      g_task_run_in_thread (tasks[i], gtask_task);
    }
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
  for (gsize i = 0; i < n_tasks; i++)
    sum += g_task_propagate_int (tasks[i], NULL);
  bench_check (sum == bench_sum_below (n_tasks));
  for (gsize i = 0; i < n_tasks; i++)
    g_object_unref (tasks[i]);
}

gint64
batch_gtask (gsize n_tasks, guint64 n_spins)
{
  g_autofree GTask **tasks = g_new0 (GTask *, MAX (n_tasks, N_WARM_UP));
  gint64 start;

  batch_n_spins = n_spins;
  gtask_batch (tasks, N_WARM_UP);
  start = bench_now_ns ();
  gtask_batch (tasks, n_tasks);
  return bench_now_ns () - start;
}

/* The raw queue. */

static gboolean
raw_task (RawTask *task)
{
  bench_spin (batch_n_spins);
  task->result = GPOINTER_TO_SIZE (task->data);
  return TRUE;
}

static void
raw_batch (RawPool *pool, RawTask **tasks, gsize n_tasks)
{
  gint64 sum = 0;

  for (gsize i = 0; i < n_tasks; i++)
    {
      tasks[i] = g_new0 (RawTask, 1);
      tasks[i]->func = raw_task;
      tasks[i]->data = GSIZE_TO_POINTER (i);
      raw_pool_push (pool, tasks[i]);
    }
  for (gsize i = 0; i < n_tasks; i++)
    {
      raw_pool_wait (pool, tasks[i]);
      sum += tasks[i]->result;
    }
  bench_check (sum == bench_sum_below (n_tasks));
  for (gsize i = 0; i < n_tasks; i++)
    g_free (tasks[i]);
}

gint64
batch_raw (gsize n_tasks, guint64 n_spins)
{
  g_autofree RawTask **tasks = g_new0 (RawTask *, MAX (n_tasks, N_WARM_UP));
  RawPool *pool = raw_pool_new ();
  gint64 start, elapsed;

  batch_n_spins = n_spins;
  raw_batch (pool, tasks, N_WARM_UP);
  start = bench_now_ns ();
  raw_batch (pool, tasks, n_tasks);
  elapsed = bench_now_ns () - start;
  raw_pool_free (pool);
  return elapsed;
}
