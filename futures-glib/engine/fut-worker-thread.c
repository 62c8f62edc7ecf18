/* fut-worker-thread.c: a thread that takes from the queue: searching, stealing, sleeping
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-worker-thread.h"

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
 * At most one worker searches, and `search` says that there is one: it spins for a moment if a
 * CPU is free, and while others are busy with short tasks it looks again now and then. Who pushes wakes (or starts)
 * a worker only if nobody searches, so a burst costs one wake-up and not one a push; and a searcher
 * that finds more than it takes wakes the next one. An idle pool has no searcher: it makes no
 * wake-up at all.
 *
 * A worker takes several tasks at once if they are measured to be short. From what it took the
 * searcher steals if the worker makes no progress: no task waits behind a long one while a worker
 * is idle.
 *
 * Sleeping and pushing: who goes to sleep counts itself in `n_sleepers` and then looks at the
 * queue and the batches; who pushes, fills a batch, or leaves something in another's does so and
 * then reads `search` and `n_sleepers`. All of these are sequentially consistent, so that one sees
 * the other.
 *
 * Locking: `lock` guards what is marked so. It is taken before the queue's; nothing of the owner's
 * runs under it.
 */

#define SPIN_TIME 50       /* µs that a searcher spins */
#define PAUSES_PER_LOOK 50 /* at the clock: every µs or so */
#define PAUSES_PER_YIELD 500
#define LOOK_INTERVAL 100  /* µs between looks while others are busy */
#define MAX_LOOKS 10
#define DOZE_TASK_TIME 10  /* µs; looks again only if tasks are shorter */

static gboolean
take (FutWorker *worker)
{
  FutWorkerPool *self = worker->pool;
  guint max = worker->task_time > 5 ? 1 : worker->task_time > 0.5 ? 16 : FUT_BATCH_MAX;
  FutNode *nodes[FUT_BATCH_MAX];
  guint n = fut_work_queue_take (&self->queue, nodes, max, atomic_load (&self->n_workers));

  if (n > 0)
    fut_batch_fill (&worker->batch, nodes, n);
  worker->stole = FALSE;
  return n > 0;
}

static gboolean
steal (FutWorker *worker, gboolean *look_again)
{
  FutWorkerPool *self = worker->pool;
  FutNode *nodes[FUT_BATCH_MAX];
  guint n = 0;

  *look_again = FALSE;
  for (guint i = 0; i < self->max_workers && n == 0; i++)
    {
      FutWorker *victim = atomic_load (&self->workers[i]);

      if (victim == NULL)
        break; /* they are started in order */
      if (victim != worker)
        n = fut_batch_steal (&victim->batch, nodes, look_again);
    }
  if (n > 0)
    fut_batch_fill (&worker->batch, nodes, n);
  worker->stole = n > 0;
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
try_claim_search (FutWorker *worker)
{
  guint search = NOBODY_SEARCHES;

  while (search != SOMEBODY_SEARCHES && !worker->searching)
    worker->searching =
      atomic_compare_exchange_strong (&worker->pool->search, &search, SOMEBODY_SEARCHES);
  return worker->searching;
}

/* Lets a moment pass; FALSE if somebody else has taken the role meanwhile. */
static gboolean
doze (FutWorker *worker)
{
  guint dozes = SEARCHER_DOZES;

  atomic_store (&worker->pool->search, SEARCHER_DOZES);
  g_usleep (LOOK_INTERVAL);
  worker->searching =
    atomic_compare_exchange_strong (&worker->pool->search, &dozes, SOMEBODY_SEARCHES);
  return worker->searching;
}

static gboolean
search (FutWorker *worker)
{
  FutWorkerPool *self = worker->pool;
  gboolean has_spun = FALSE;
  guint n_looks = 0;

  for (;;)
    {
      gboolean look_again;

      if (take (worker) || steal (worker, &look_again))
        {
          atomic_fetch_add (&self->n_active, 1);
          worker->searching = FALSE;
          atomic_store (&self->search, NOBODY_SEARCHES);
          return TRUE;
        }
      if (atomic_load (&self->stopping) && !look_again)
        return FALSE;

      /* One CPU for who submits, one for each that is busy, and one to spin on. */
      if (!has_spun && atomic_load (&self->n_active) + 1 < fut_cpus_get_usable () &&
          fut_spinner_may_spin (&worker->spinner))
        {
          gboolean found = spin (self, g_get_monotonic_time () + SPIN_TIME);

          has_spun = TRUE;
          fut_spinner_note (&worker->spinner, found);
          if (found)
            continue;
        }
      /* To look again pays if tasks are so short that a wake-up for each push would cost more. */
      if (!look_again && (atomic_load (&self->n_active) == 0 ||
                          worker->task_time > DOZE_TASK_TIME || n_looks++ >= MAX_LOOKS))
        return FALSE;
      if (!doze (worker))
        return FALSE;
    }
}

/* Counts the worker out; whether it was the last one of a pool that was stopped. To look at the
 * queue and to leave is one step under the lock, so that nothing is left behind.
 */
static gboolean
depart_locked (FutWorker *worker)
{
  FutWorkerPool *self = worker->pool;

  if (worker->searching)
    atomic_store (&self->search, NOBODY_SEARCHES);
  worker->searching = FALSE;
  atomic_fetch_sub (&self->n_workers, 1);
  return fut_worker_pool_is_end_locked (self);
}

/* Whether somebody should search: for what waits, or for what stands in a batch. */
static gboolean
has_work (FutWorkerPool *self)
{
  gboolean found = !fut_work_queue_is_empty (&self->queue);

  for (guint i = 0; i < self->max_workers && !found; i++)
    {
      FutWorker *worker = atomic_load (&self->workers[i]);

      if (worker == NULL)
        break;
      found = fut_batch_has_more (&worker->batch);
    }
  return found;
}

static gboolean
is_over (FutWorkerPool *self)
{
  return atomic_load (&self->stopping) && fut_work_queue_is_empty (&self->queue);
}

/* Sleeps until there is something to search for; FALSE when the worker has been counted out. */
static gboolean
rest (FutWorker *worker)
{
  FutWorkerPool *self = worker->pool;
  gboolean stays = TRUE;

  g_mutex_lock (&self->lock);
  atomic_fetch_add (&self->n_sleepers, 1);
  if (worker->searching)
    atomic_store (&self->search, NOBODY_SEARCHES);
  worker->searching = FALSE;

  if (!has_work (self) || !try_claim_search (worker))
    {
      while (self->n_wakes == 0 && !is_over (self))
        g_cond_wait (&self->wake, &self->lock);
      if (self->n_wakes > 0)
        {
          self->n_wakes--;
          worker->searching = TRUE; /* claimed by who woke us */
        }
      else
        stays = FALSE;
    }
  atomic_fetch_sub (&self->n_sleepers, 1);
  if (!stays)
    {
      worker->is_last = depart_locked (worker);
      g_cond_broadcast (&self->wake); /* it is over for the others that sleep, too */
    }
  g_mutex_unlock (&self->lock);
  return stays;
}

static gboolean
find_work (FutWorker *worker)
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
run_batch (FutWorker *worker)
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

gpointer
fut_worker_main (gpointer data)
{
  FutWorker *worker = data;
  FutWorkerPool *self = worker->pool;

  self->funcs->begin (self->owner, worker->index);
  while (find_work (worker))
    {
      /* Others may be needed for the rest of the batch, for what a thief has left behind, and for
       * what still waits.
       */
      if (fut_batch_get_size (&worker->batch) > 1 || worker->stole ||
          !fut_work_queue_is_empty (&self->queue))
        fut_worker_pool_kick (self, NULL);
      run_batch (worker);
    }

  if (worker->is_last)
    fut_worker_pool_finish (self, worker);
  fut_worker_pool_unref (self);
  return NULL;
}
