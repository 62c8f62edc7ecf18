/* raw-pool.c: two threads and a queue under one mutex: the least that a pool can be
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "raw-pool.h"

/* A worker takes several tasks at a time, but leaves as many to the others. */
#define MAX_BATCH 64

/* Locking: `lock` guards the queue; no task runs under it. `waited_for` and a task's `done` are
 * atomic: the waiter writes the first and then reads the second, a worker the other way round, so
 * that one of them sees the other.
 */
struct _RawPool
{
  GMutex lock;
  GCond work;
  GCond done;
  GThread *threads[BENCH_N_WORKERS];

  RawTask *waited_for;   /* atomic */

  /* Guarded by lock: */
  RawTask *head;
  RawTask *tail;
  gsize n_queued;
  guint n_asleep;
  gboolean stopping;
};

static RawTask *
take_batch_locked (RawPool *self)
{
  gsize n = MIN (self->n_queued / (2 * BENCH_N_WORKERS) + 1, MAX_BATCH);
  RawTask *first = self->head;
  RawTask *last = first;

  for (gsize i = 1; i < n; i++)
    last = last->next;
  self->head = last->next;
  if (self->head == NULL)
    self->tail = NULL;
  self->n_queued -= n;
  last->next = NULL;
  return first;
}

static void
run_batch (RawPool *self, RawTask *batch)
{
  while (batch != NULL)
    {
      RawTask *task = batch;

      batch = task->next;
      if (!task->func (task))
        continue;
      g_atomic_int_set (&task->done, 1);
      /* The task may be freed by now: its address is compared, never followed. */
      if (g_atomic_pointer_get (&self->waited_for) == task)
        {
          g_mutex_lock (&self->lock);
          g_cond_broadcast (&self->done);
          g_mutex_unlock (&self->lock);
        }
    }
}

static gpointer
worker_main (gpointer data)
{
  RawPool *self = data;

  g_mutex_lock (&self->lock);
  while (TRUE)
    {
      while (self->head == NULL && !self->stopping)
        {
          self->n_asleep++;
          g_cond_wait (&self->work, &self->lock);
          self->n_asleep--;
        }
      if (self->head == NULL)
        break;

      RawTask *batch = take_batch_locked (self);

      g_mutex_unlock (&self->lock);
      run_batch (self, batch);
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

RawPool *
raw_pool_new (void)
{
  RawPool *self = g_new0 (RawPool, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->work);
  g_cond_init (&self->done);
  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    self->threads[i] = g_thread_new ("raw", worker_main, self);
  return self;
}

void
raw_pool_push (RawPool *self, RawTask *task)
{
  g_mutex_lock (&self->lock);
  if (self->tail != NULL)
    self->tail->next = task;
  else
    self->head = task;
  self->tail = task;
  self->n_queued++;
  if (self->n_asleep > 0)
    g_cond_signal (&self->work);
  g_mutex_unlock (&self->lock);
}

/* Only one thread may wait at a time. */
void
raw_pool_wait (RawPool *self, RawTask *task)
{
  if (g_atomic_int_get (&task->done))
    return;

  g_atomic_pointer_set (&self->waited_for, task);
  g_mutex_lock (&self->lock);
  while (!g_atomic_int_get (&task->done))
    g_cond_wait (&self->done, &self->lock);
  g_mutex_unlock (&self->lock);
  g_atomic_pointer_set (&self->waited_for, NULL);
}

void
raw_pool_free (RawPool *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_broadcast (&self->work);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    g_thread_join (self->threads[i]);

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->work);
  g_cond_clear (&self->done);
  g_free (self);
}
