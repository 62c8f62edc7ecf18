/* w4-delivery.c: W4 and W4s: completions delivered in the submitter's main context
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include <futures-glib.h>

#include "raw-pool.h"

#define N_WARM_UP 64

/* What arrived; touched by the main context's thread only. */
typedef struct
{
  gsize n_delivered;
  gint64 sum;
} Inbox;

typedef void (*DeliverFunc) (gpointer pool, Inbox *inbox, gsize n_tasks);

static void
iterate_until (Inbox *inbox, gsize n_tasks)
{
  while (inbox->n_delivered < n_tasks)
    g_main_context_iteration (NULL, TRUE);
  bench_check (inbox->n_delivered == n_tasks);
  bench_check (inbox->sum == bench_sum_below (n_tasks));
}

static BenchSample
time_delivery (DeliverFunc deliver, gpointer pool, gsize n_tasks)
{
  Inbox warm_up = { 0 }, inbox = { 0 };
  gint64 start;

  deliver (pool, &warm_up, N_WARM_UP);
  start = bench_now_ns ();
  deliver (pool, &inbox, n_tasks);
  return (BenchSample) { .value = (double) (bench_now_ns () - start) / n_tasks };
}

/* futures-glib */

static void
ours_task (FutFuture *future, GVariant *args, gpointer data)
{
  fut_future_return_int64 (future, GPOINTER_TO_SIZE (data));
}

static void
ours_done (FutFuture *future, gpointer data)
{
  Inbox *inbox = data;

  inbox->sum += fut_future_result_int64 (future, 0, NULL);
  inbox->n_delivered++;
}

static void
ours_deliver_callback (gpointer pool, Inbox *inbox, gsize n_tasks)
{
  for (gsize i = 0; i < n_tasks; i++)
    {
      g_autoptr(FutFuture) future =
        fut_executor_submit_func (pool, ours_task, GSIZE_TO_POINTER (i), NULL);

      fut_future_add_done_callback_in (future, NULL, ours_done, inbox, NULL);
    }
  iterate_until (inbox, n_tasks);
}

/* Kept until the delivery, since a future that has ended before the connect belongs to nobody
 * else.
 */
static void
ours_deliver_signal (gpointer pool, Inbox *inbox, gsize n_tasks)
{
  g_autofree FutFuture **futures = g_new (FutFuture *, n_tasks);

  for (gsize i = 0; i < n_tasks; i++)
    {
      futures[i] = fut_executor_submit_func (pool, ours_task, GSIZE_TO_POINTER (i), NULL);
      g_signal_connect (futures[i], "done", G_CALLBACK (ours_done), inbox);
    }
  iterate_until (inbox, n_tasks);
  for (gsize i = 0; i < n_tasks; i++)
    g_object_unref (futures[i]);
}

static BenchSample
time_ours (DeliverFunc deliver, gsize n_tasks)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (BENCH_N_WORKERS);
  BenchSample sample = time_delivery (deliver, executor, n_tasks);

  fut_executor_shutdown (executor, TRUE, FALSE);
  return sample;
}

static BenchSample
ours_callback (gsize n_tasks)
{
  return time_ours (ours_deliver_callback, n_tasks);
}

static BenchSample
ours_signal (gsize n_tasks)
{
  return time_ours (ours_deliver_signal, n_tasks);
}

/* GThreadPool, and an idle source for each result, as g_idle_add() would do it */

typedef struct
{
  Inbox *inbox;
  gsize number;
} Letter;

static gboolean
letter_arrived (gpointer data)
{
  Letter *letter = data;

  letter->inbox->sum += letter->number;
  letter->inbox->n_delivered++;
  return G_SOURCE_REMOVE;
}

static void
gthreadpool_task (gpointer task, gpointer data)
{
  g_autoptr(GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "benchmark letter");
  g_source_set_callback (source, letter_arrived, task, g_free);
  g_source_attach (source, NULL);
}

static void
gthreadpool_deliver (gpointer pool, Inbox *inbox, gsize n_tasks)
{
  for (gsize i = 0; i < n_tasks; i++)
    {
      Letter *letter = g_new (Letter, 1);

      *letter = (Letter) { inbox, i };
      g_thread_pool_push (pool, letter, NULL);
    }
  iterate_until (inbox, n_tasks);
}

static BenchSample
gthreadpool (gsize n_tasks)
{
  GThreadPool *pool = g_thread_pool_new (gthreadpool_task, NULL, BENCH_N_WORKERS, TRUE, NULL);
  BenchSample sample = time_delivery (gthreadpool_deliver, pool, n_tasks);

  g_thread_pool_free (pool, FALSE, TRUE);
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
  Inbox *inbox = data;

  inbox->sum += g_task_propagate_int (G_TASK (result), NULL);
  inbox->n_delivered++;
}

static void
gtask_deliver (gpointer pool, Inbox *inbox, gsize n_tasks)
{
  for (gsize i = 0; i < n_tasks; i++)
    {
      g_autoptr(GTask) task = g_task_new (NULL, NULL, gtask_done, inbox);

      g_task_set_task_data (task, GSIZE_TO_POINTER (i), NULL);
      g_task_run_in_thread (task, gtask_task);
    }
  iterate_until (inbox, n_tasks);
}

static BenchSample
gtask (gsize n_tasks)
{
  return time_delivery (gtask_deliver, NULL, n_tasks);
}

/* The raw queue, and a list under a mutex that one source empties */

typedef struct
{
  GSource source;
  RawPool *pool;
  GMutex lock;
  GSList *arrived;   /* guarded by lock; of RawTask */
  Inbox *inbox;      /* changed while no task is queued */
} RawSource;

static gboolean
raw_source_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  RawSource *self = (RawSource *) source;
  g_autoptr(GSList) arrived = NULL;

  g_source_set_ready_time (source, -1);
  g_mutex_lock (&self->lock);
  arrived = g_steal_pointer (&self->arrived);
  g_mutex_unlock (&self->lock);
  for (GSList *l = arrived; l != NULL; l = l->next)
    {
      RawTask *task = l->data;

      self->inbox->sum += task->result;
      self->inbox->n_delivered++;
      g_free (task);
    }
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs raw_source_funcs = { .dispatch = raw_source_dispatch };

typedef struct
{
  RawTask task;
  RawSource *source;
  gsize number;
} RawLetter;

static gboolean
raw_task (RawTask *task)
{
  RawLetter *letter = task->data;
  RawSource *source = letter->source;
  gboolean was_empty;

  task->result = letter->number;
  g_mutex_lock (&source->lock);
  was_empty = source->arrived == NULL;
  source->arrived = g_slist_prepend (source->arrived, task);
  g_mutex_unlock (&source->lock);
  if (was_empty)
    g_source_set_ready_time (&source->source, 0);
  return FALSE;
}

static void
raw_deliver (gpointer pool, Inbox *inbox, gsize n_tasks)
{
  RawSource *source = pool;

  source->inbox = inbox;
  for (gsize i = 0; i < n_tasks; i++)
    {
      RawLetter *letter = g_new0 (RawLetter, 1);

      letter->task.func = raw_task;
      letter->task.data = letter;
      letter->source = source;
      letter->number = i;
      raw_pool_push (source->pool, &letter->task);
    }
  iterate_until (inbox, n_tasks);
}

static BenchSample
raw (gsize n_tasks)
{
  g_autoptr(GSource) source = g_source_new (&raw_source_funcs, sizeof (RawSource));
  RawSource *self = (RawSource *) source;
  BenchSample sample;

  self->pool = raw_pool_new ();
  g_mutex_init (&self->lock);
  g_source_set_static_name (source, "benchmark inbox");
  g_source_attach (source, NULL);
  sample = time_delivery (raw_deliver, self, n_tasks);
  raw_pool_free (self->pool);
  g_source_destroy (source);
  g_mutex_clear (&self->lock);
  return sample;
}

static const BenchContender callback_contenders[] = {
  { "futures-glib, callback_in()", ours_callback },
  { "GThreadPool + idle source", gthreadpool },
  { "GTask", gtask },
  { "mutex and condition", raw },
  { NULL, NULL },
};

static const BenchContender signal_contenders[] = {
  { "futures-glib, ::done", ours_signal },
  { "GTask", gtask },
  { NULL, NULL },
};

const BenchWorkload bench_w4 = {
  .id = "W4",
  .title = "completions delivered in the main context by a callback",
  .unit = "ns a task",
  .goal = "at most 700; GTask ÷ 9",
  .n_tasks = 100000,
  .n_tasks_quick = 2000,
  .contenders = callback_contenders,
};

const BenchWorkload bench_w4s = {
  .id = "W4s",
  .title = "completions delivered in the main context by the signal `done`",
  .unit = "ns a task",
  .goal = "at most 2200; GTask ÷ 3",
  .n_tasks = 100000,
  .n_tasks_quick = 2000,
  .contenders = signal_contenders,
};
