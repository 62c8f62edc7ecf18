/* fut-worker-thread.h: one worker of a pool, and the pool as its workers see it
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-batch.h"
#include "fut-cpus.h"
#include "fut-worker-pool.h"

G_BEGIN_DECLS

typedef struct _FutWorker FutWorker;

/* Whether some worker has the searcher's role. */
typedef enum
{
  NOBODY_SEARCHES,
  SOMEBODY_SEARCHES,
  SEARCHER_DOZES, /* until its next look; who runs dry meanwhile takes the role over */
} FutSearch;

struct _FutWorker
{
  FutWorkerPool *pool;
  guint index;
  GThread *thread;          /* owned; guarded by the pool's lock */

  /* Touched by the worker only: */
  gboolean searching;       /* has the searcher's role */
  gboolean stole;           /* its batch, and may have left something behind */
  gboolean is_last;         /* was the last one to leave a stopped pool */
  double   task_time;       /* µs, a moving average */
  FutSpinner spinner;

  _Alignas(64) FutBatch batch; /* what it has taken; a searcher may steal from it */
};

struct _FutWorkerPool
{
  FutWorkQueue queue;

  /* Read by every push, so not beside what every task writes. */
  _Alignas(64) atomic_uint search; /* FutSearch */
  atomic_uint n_sleepers;  /* written under lock */
  atomic_uint n_workers;   /* written under lock */
  atomic_uint n_active;
  atomic_bool stopping;    /* written under lock */

  /* Set at construction, never changed: */
  guint max_workers;
  const FutWorkerPoolFuncs *funcs;
  gpointer owner;
  _Atomic (FutWorker *) *workers; /* max_workers of them, each owned, NULL until started */
  gatomicrefcount ref_count;

  GMutex lock;
  GCond  wake;

  /* Guarded by lock: */
  guint        n_started;
  guint        n_wakes;    /* sleepers that were woken and have not noticed yet */
  gboolean     stopped;
};

/* fut-worker-thread.c: the worker's thread; @data is a FutWorker */
gpointer fut_worker_main               (gpointer data);

/* fut-worker-pool.c: */

/* Sees to it that somebody looks at the queue. FALSE only if there is no worker and no thread can
 * be created.
 */
gboolean fut_worker_pool_kick          (FutWorkerPool *self, GError **error);

/* Whether the pool has just come to its end; then the caller has to finish it, without the lock. */
gboolean fut_worker_pool_is_end_locked (FutWorkerPool *self);
void     fut_worker_pool_finish        (FutWorkerPool *self, FutWorker *last);

G_END_DECLS
