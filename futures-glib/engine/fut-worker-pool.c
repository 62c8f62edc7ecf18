/* fut-worker-pool.c: threads that take from a queue: starting, waking, stealing, stopping
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-worker-pool.h"

#include "fut-worker-thread.h"

/* How workers search, steal and sleep stands in fut-worker-thread.c. */

FutWorkerPool *
fut_worker_pool_new (guint max_workers, const FutWorkerPoolFuncs *funcs, gpointer owner)
{
  FutWorkerPool *self = g_aligned_alloc0 (1, sizeof (FutWorkerPool), 64);

  fut_work_queue_init (&self->queue);
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  self->max_workers = max_workers;
  self->funcs = funcs;
  self->owner = owner;
  self->workers = g_malloc0_n (max_workers, sizeof (self->workers[0]));
  return self;
}

FutWorkerPool *
fut_worker_pool_ref (FutWorkerPool *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
fut_worker_pool_unref (FutWorkerPool *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->max_workers; i++)
    {
      FutWorker *worker = self->workers[i];

      /* A thread that was not joined may be this very one. */
      if (worker != NULL)
        g_clear_pointer (&worker->thread, g_thread_unref);
      g_aligned_free (worker);
    }
  g_free (self->workers);
  fut_work_queue_clear (&self->queue);
  g_cond_clear (&self->wake);
  g_mutex_clear (&self->lock);
  g_aligned_free (self);
}

/* The new worker has the searcher's role, which the caller has claimed for it. */
static gboolean
start_worker_locked (FutWorkerPool *self, GError **error)
{
  FutWorker *worker = atomic_load (&self->workers[self->n_started]);

  if (worker == NULL)
    {
      worker = g_aligned_alloc0 (1, sizeof (FutWorker), 64);
      worker->index = self->n_started;
      worker->task_time = 100;
      atomic_store (&self->workers[worker->index], worker);
    }
  worker->pool = fut_worker_pool_ref (self);
  worker->searching = TRUE;

  /* All is in place when the thread begins. */
  atomic_fetch_add (&self->n_workers, 1);
  self->n_started++;
  worker->thread = g_thread_try_new ("fut-worker", fut_worker_main, worker, error);
  if (worker->thread == NULL)
    {
      /* The worker stays for the next attempt: others may be looking at it. */
      self->n_started--;
      atomic_fetch_sub (&self->n_workers, 1);
      fut_worker_pool_unref (self);
      return FALSE;
    }
  return TRUE;
}

gboolean
fut_worker_pool_kick (FutWorkerPool *self, GError **error)
{
  gboolean wake = FALSE;
  gboolean ok = TRUE;
  guint nobody = NOBODY_SEARCHES;

  if (atomic_load (&self->search) != NOBODY_SEARCHES)
    return TRUE;
  if (atomic_load (&self->n_sleepers) == 0 && atomic_load (&self->n_workers) == self->max_workers)
    return TRUE;
  if (!atomic_compare_exchange_strong (&self->search, &nobody, SOMEBODY_SEARCHES))
    return TRUE;

  g_mutex_lock (&self->lock);
  if (atomic_load (&self->n_sleepers) > self->n_wakes)
    {
      self->n_wakes++;
      wake = TRUE;
    }
  else if (self->n_started == self->max_workers || self->stopped ||
           !start_worker_locked (self, error))
    {
      atomic_store (&self->search, NOBODY_SEARCHES);
      ok = atomic_load (&self->n_workers) > 0;
    }
  g_mutex_unlock (&self->lock);

  /* Without the lock, which who is woken takes first of all. */
  if (wake)
    g_cond_signal (&self->wake);
  if (ok && error != NULL)
    g_clear_error (error);
  return ok;
}

gboolean
fut_worker_pool_push (FutWorkerPool *self, FutNode *node, int priority, GError **error)
{
  fut_work_queue_push_priority (&self->queue, node, priority);

  if (G_UNLIKELY (atomic_load (&self->stopping)))
    {
      gboolean stopped;

      /* The last worker looks at the queue and leaves in one step under the lock. */
      g_mutex_lock (&self->lock);
      stopped = self->stopped;
      g_mutex_unlock (&self->lock);
      if (stopped)
        return FALSE;
    }

  return fut_worker_pool_kick (self, error);
}

gboolean
fut_worker_pool_remove (FutWorkerPool *self, FutNode *node)
{
  return fut_work_queue_remove (&self->queue, node);
}

FutNode *
fut_worker_pool_take_any (FutWorkerPool *self)
{
  FutNode *node = NULL;

  for (guint i = 0; i < self->max_workers && node == NULL; i++)
    {
      FutWorker *worker = atomic_load (&self->workers[i]);

      if (worker == NULL)
        break; /* they are started in order */
      node = fut_batch_take_any (&worker->batch);
    }
  if (node != NULL)
    return node;
  return fut_work_queue_take (&self->queue, &node, 1, 1) > 0 ? node : NULL;
}

guint
fut_worker_pool_get_n_workers (FutWorkerPool *self)
{
  return atomic_load (&self->n_workers);
}

guint
fut_worker_pool_get_n_active (FutWorkerPool *self)
{
  return atomic_load_explicit (&self->n_active, memory_order_relaxed);
}

gboolean
fut_worker_pool_is_end_locked (FutWorkerPool *self)
{
  gboolean is_end = atomic_load (&self->n_workers) == 0 && atomic_load (&self->stopping) &&
                    !self->stopped;

  self->stopped |= is_end;
  return is_end;
}

/* Waits for the threads of all workers but @worker: they have been counted out. */
static void
join_others (FutWorkerPool *self, FutWorker *worker)
{
  for (guint i = 0; i < self->max_workers; i++)
    {
      FutWorker *other = atomic_load (&self->workers[i]);
      GThread *thread = NULL;

      if (other == NULL || other == worker)
        continue;
      g_mutex_lock (&self->lock);
      thread = g_steal_pointer (&other->thread);
      g_mutex_unlock (&self->lock);
      if (thread != NULL)
        g_thread_join (thread);
    }
}

void
fut_worker_pool_finish (FutWorkerPool *self, FutWorker *last)
{
  join_others (self, last);
  self->funcs->stopped (self->owner);
}

void
fut_worker_pool_stop (FutWorkerPool *self)
{
  gboolean is_end;

  g_mutex_lock (&self->lock);
  atomic_store (&self->stopping, TRUE);
  g_cond_broadcast (&self->wake);
  is_end = fut_worker_pool_is_end_locked (self);
  g_mutex_unlock (&self->lock);

  if (is_end)
    fut_worker_pool_finish (self, NULL);
}

void
fut_worker_pool_join (FutWorkerPool *self)
{
  join_others (self, NULL);
}
