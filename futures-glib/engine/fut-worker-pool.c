/* fut-worker-pool.c: threads that take from a queue: starting, waking, stealing, stopping
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-worker-pool.h"

#include "fut-batch.h"
#include "fut-cpus.h"

#include <sched.h>

/* A worker is in one of these states:
 *
 *              +--- found work ----------------+
 *              v                               |
 *   start --> SEARCHING --nothing--> ASLEEP    |
 *              ^   |                   |       |
 *              |   +-- found --> BUSY -+-------+-- queue empty, nobody searches --> SEARCHING
 *              +-------- woken --------+       +-- queue empty, somebody does ----> ASLEEP
 *
 * At most one worker searches, and `searching` says that there is one: it spins for a moment if a
 * CPU is free, and while others are busy it looks again now and then. Who pushes wakes (or starts)
 * a worker only if nobody searches, so a burst costs one wake-up and not one a push; and a searcher
 * that finds more than it takes wakes the next one. An idle pool has no searcher: it makes no
 * wake-up at all.
 *
 * A worker takes several tasks at once if they are measured to be short. From what it took the
 * searcher steals if the worker makes no progress: no task waits behind a long one while a worker
 * is idle.
 *
 * Sleeping and pushing: who goes to sleep counts itself in `n_sleepers` and then looks at the
 * queue; who pushes does so and then reads `searching` and `n_sleepers`. All of these are
 * sequentially consistent, so that one sees the other.
 *
 * Locking: `lock` guards what is marked so. It is taken before the queue's; nothing of the owner's
 * runs under it.
 */

#define SPIN_TIME 50       /* µs that a searcher spins */
#define PAUSES_PER_LOOK 50 /* at the clock: every µs or so */
#define PAUSES_PER_YIELD 500
#define LOOK_INTERVAL 100  /* µs between looks while others are busy */
#define MAX_LOOKS 10

typedef struct
{
  FutWorkerPool *pool;
  guint index;

  /* Touched by the worker only: */
  gboolean searching;       /* has the searcher's role */
  gboolean is_last;         /* was the last one to leave a stopped pool */
  double   task_time;       /* µs, a moving average */

  _Alignas(64) FutBatch batch; /* what it has taken; a searcher may steal from it */
} Worker;

struct _FutWorkerPool
{
  FutWorkQueue queue;

  /* Read by every push, so not beside what every task writes. */
  _Alignas(64) atomic_bool searching;
  atomic_uint n_sleepers;  /* written under lock */
  atomic_uint n_workers;   /* written under lock */
  atomic_uint n_active;
  atomic_bool stopping;    /* written under lock */

  /* Set at construction, never changed: */
  guint max_workers;
  const FutWorkerPoolFuncs *funcs;
  gpointer owner;
  _Atomic (Worker *) *workers; /* max_workers of them, each owned, NULL until started */
  gatomicrefcount ref_count;

  GMutex lock;
  GCond  wake;

  /* Guarded by lock: */
  GThreadPool *threads;    /* owned; NULL until the first worker */
  guint        n_started;
  guint        n_wakes;    /* sleepers that were woken and have not noticed yet */
  gboolean     stopped;
};

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
    g_aligned_free (self->workers[i]);
  g_free (self->workers);
  fut_work_queue_clear (&self->queue);
  g_cond_clear (&self->wake);
  g_mutex_clear (&self->lock);
  g_aligned_free (self);
}

static void worker_main (gpointer data, gpointer user_data);

/* The new worker has the searcher's role, which the caller has claimed for it. */
static gboolean
start_worker_locked (FutWorkerPool *self, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  Worker *worker;

  if (self->threads == NULL)
    self->threads = g_thread_pool_new (worker_main, self, 1, TRUE, &local_error);
  else
    g_thread_pool_set_max_threads (self->threads, self->n_started + 1, &local_error);
  if (local_error != NULL)
    {
      if (self->n_started == 0)
        g_thread_pool_free (g_steal_pointer (&self->threads), TRUE, FALSE);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  worker = g_aligned_alloc0 (1, sizeof (Worker), 64);
  worker->pool = fut_worker_pool_ref (self);
  worker->index = self->n_started++;
  worker->searching = TRUE;
  worker->task_time = 100;
  atomic_store (&self->workers[worker->index], worker);
  atomic_fetch_add (&self->n_workers, 1);
  g_thread_pool_push (self->threads, worker, NULL);
  return TRUE;
}

/* Sees to it that somebody looks at the queue. FALSE only if there is no worker and no thread can
 * be created.
 */
static gboolean
kick (FutWorkerPool *self, GError **error)
{
  gboolean ok = TRUE;

  if (atomic_load (&self->searching))
    return TRUE;
  if (atomic_load (&self->n_sleepers) == 0 && atomic_load (&self->n_workers) == self->max_workers)
    return TRUE;
  if (atomic_exchange (&self->searching, TRUE))
    return TRUE;

  g_mutex_lock (&self->lock);
  if (atomic_load (&self->n_sleepers) > self->n_wakes)
    {
      self->n_wakes++;
      g_cond_signal (&self->wake);
    }
  else if (self->n_started == self->max_workers || self->stopped ||
           !start_worker_locked (self, error))
    {
      atomic_store (&self->searching, FALSE);
      ok = atomic_load (&self->n_workers) > 0;
    }
  g_mutex_unlock (&self->lock);

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

      /* The last worker looks at the queue and leaves under the lock. */
      g_mutex_lock (&self->lock);
      stopped = self->stopped;
      g_mutex_unlock (&self->lock);
      if (stopped && fut_work_queue_remove (&self->queue, node))
        return FALSE;
    }

  return kick (self, error) || !fut_work_queue_remove (&self->queue, node);
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
      Worker *worker = atomic_load (&self->workers[i]);

      if (worker != NULL)
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
fut_worker_pool_has_backlog (FutWorkerPool *self)
{
  return !fut_work_queue_is_empty (&self->queue);
}

static gboolean
take (Worker *worker)
{
  FutWorkerPool *self = worker->pool;
  guint max = worker->task_time > 5 ? 1 : worker->task_time > 0.5 ? 16 : FUT_BATCH_MAX;
  FutNode *nodes[FUT_BATCH_MAX];
  guint n = fut_work_queue_take (&self->queue, nodes, max, atomic_load (&self->n_workers));

  if (n > 0)
    fut_batch_fill (&worker->batch, nodes, n);
  return n > 0;
}

static gboolean
steal (Worker *worker, gboolean *look_again)
{
  FutWorkerPool *self = worker->pool;
  FutNode *nodes[FUT_BATCH_MAX];
  guint n = 0;

  *look_again = FALSE;
  for (guint i = 1; i < self->max_workers && n == 0; i++)
    {
      Worker *victim = atomic_load (&self->workers[(worker->index + i) % self->max_workers]);

      if (victim != NULL)
        n = fut_batch_steal (&victim->batch, nodes, look_again);
    }
  if (n > 0)
    fut_batch_fill (&worker->batch, nodes, n);
  return n > 0;
}

/* Spins until there may be work; FALSE when the time is up. */
static gboolean
spin (FutWorkerPool *self, gint64 until)
{
  for (guint n = 1; n % PAUSES_PER_LOOK != 0 || g_get_monotonic_time () < until; n++)
    {
      if (!fut_work_queue_is_empty (&self->queue) || atomic_load (&self->stopping))
        return TRUE;
      fut_cpu_pause ();
      if (n % PAUSES_PER_YIELD == 0)
        sched_yield ();
    }
  return FALSE;
}

static gboolean
search (Worker *worker)
{
  FutWorkerPool *self = worker->pool;
  gint64 spin_until = 0;
  guint n_looks = 0;

  for (;;)
    {
      gboolean look_again;

      if (take (worker) || steal (worker, &look_again))
        {
          atomic_fetch_add (&self->n_active, 1);
          worker->searching = FALSE;
          atomic_store (&self->searching, FALSE);
          return TRUE;
        }
      if (atomic_load (&self->stopping) && !look_again)
        return FALSE;

      /* One CPU for who submits, one for each that is busy, and one to spin on. */
      if (atomic_load (&self->n_active) + 1 < fut_cpus_get_usable ())
        {
          if (spin_until == 0)
            spin_until = g_get_monotonic_time () + SPIN_TIME;
          if (spin (self, spin_until))
            continue;
        }
      if (!look_again && (atomic_load (&self->n_active) == 0 || n_looks++ >= MAX_LOOKS))
        return FALSE;
      g_usleep (LOOK_INTERVAL);
    }
}

static gboolean
try_claim_search (Worker *worker)
{
  worker->searching = !atomic_exchange (&worker->pool->searching, TRUE);
  return worker->searching;
}

static gboolean
is_last_locked (FutWorkerPool *self)
{
  gboolean last = atomic_load (&self->n_workers) == 0 && atomic_load (&self->stopping) &&
                  !self->stopped && fut_work_queue_is_empty (&self->queue);

  self->stopped |= last;
  return last;
}

/* Counts the worker out; whether it was the last one of a pool that was stopped. To look at the
 * queue and to leave is one step under the lock, so that nothing is left behind.
 */
static gboolean
depart_locked (Worker *worker)
{
  FutWorkerPool *self = worker->pool;

  if (worker->searching)
    atomic_store (&self->searching, FALSE);
  worker->searching = FALSE;
  atomic_fetch_sub (&self->n_workers, 1);
  return is_last_locked (self);
}

/* Sleeps until there is something to search for; FALSE when the worker has been counted out. */
static gboolean
rest (Worker *worker)
{
  FutWorkerPool *self = worker->pool;
  gboolean stays = TRUE;

  g_mutex_lock (&self->lock);
  atomic_fetch_add (&self->n_sleepers, 1);
  if (worker->searching)
    atomic_store (&self->searching, FALSE);
  worker->searching = FALSE;

  if (fut_work_queue_is_empty (&self->queue) || !try_claim_search (worker))
    {
      while (self->n_wakes == 0 && !atomic_load (&self->stopping))
        g_cond_wait (&self->wake, &self->lock);
      if (self->n_wakes > 0)
        {
          self->n_wakes--;
          worker->searching = TRUE; /* claimed by who woke us */
        }
      else
        stays = !fut_work_queue_is_empty (&self->queue) && try_claim_search (worker);
    }
  atomic_fetch_sub (&self->n_sleepers, 1);
  if (!stays)
    worker->is_last = depart_locked (worker);
  g_mutex_unlock (&self->lock);
  return stays;
}

static gboolean
find_work (Worker *worker)
{
  if (!worker->searching)
    {
      if (take (worker))
        return TRUE;
      atomic_fetch_sub (&worker->pool->n_active, 1);
      try_claim_search (worker);
    }

  do
    if (worker->searching && search (worker))
      return TRUE;
  while (rest (worker));
  return FALSE;
}

static void
run_batch (Worker *worker)
{
  FutWorkerPool *self = worker->pool;
  guint n = fut_batch_get_size (&worker->batch);
  gint64 start = g_get_monotonic_time ();
  gint64 now = start;
  guint n_run = 0;
  double time;

  for (guint i = 0; i < n; i++)
    {
      FutNode *node = fut_batch_begin (&worker->batch, i);

      if (node == NULL)
        continue; /* stolen */
      now = self->funcs->run (self->owner, node, now);
      n_run++;
    }
  fut_batch_clear (&worker->batch);

  time = (double) (now - start) / n_run;
  worker->task_time = time > worker->task_time ? time : 0.75 * worker->task_time + 0.25 * time;
}

/* What the last worker does, or who stopped a pool without any. */
static void
finish_stop (FutWorkerPool *self)
{
  g_mutex_lock (&self->lock);
  GThreadPool *threads = g_steal_pointer (&self->threads);
  g_mutex_unlock (&self->lock);

  /* Its threads free it when the last of them has returned from worker_main(). */
  if (threads != NULL)
    g_thread_pool_free (threads, FALSE, FALSE);
  self->funcs->stopped (self->owner);
}

static void
worker_main (gpointer data, gpointer user_data)
{
  Worker *worker = data;
  FutWorkerPool *self = worker->pool;

  if (self->funcs->begin (self->owner, worker->index))
    while (find_work (worker))
      {
        /* Others may be needed for the rest of the batch, and for what still waits. */
        if (fut_batch_get_size (&worker->batch) > 1 || !fut_work_queue_is_empty (&self->queue))
          kick (self, NULL);
        run_batch (worker);
      }
  else
    {
      g_mutex_lock (&self->lock);
      worker->is_last = depart_locked (worker);
      g_mutex_unlock (&self->lock);
    }

  if (worker->is_last)
    finish_stop (self);
  fut_worker_pool_unref (self);
}

void
fut_worker_pool_stop (FutWorkerPool *self)
{
  gboolean last;

  g_mutex_lock (&self->lock);
  atomic_store (&self->stopping, TRUE);
  g_cond_broadcast (&self->wake);
  last = is_last_locked (self);
  g_mutex_unlock (&self->lock);

  if (last)
    finish_stop (self);
}
