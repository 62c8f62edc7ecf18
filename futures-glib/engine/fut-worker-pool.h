/* fut-worker-pool.h: threads that take from a queue: starting, waking, stealing, stopping
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-work-queue.h"

G_BEGIN_DECLS

/* What a pool does with its work, without knowing what that is. Called in workers, without locks. */
typedef struct
{
  /* A worker begins. */
  void     (*begin)    (gpointer owner, guint index);
  /* Runs one node, and takes over the queue's reference; @now is the monotonic time of its start.
   * Returns the time of its end.
   */
  gint64   (*run)      (gpointer owner, FutNode *node, gint64 now);
  /* The pool was stopped, its queue is empty, and the last worker has left. Called once, in that
   * worker or in the thread that stopped the pool, and the last that is heard of the owner.
   */
  void     (*stopped)  (gpointer owner);
} FutWorkerPoolFuncs;

typedef struct _FutWorkerPool FutWorkerPool;

FutWorkerPool *fut_worker_pool_new           (guint max_workers, const FutWorkerPoolFuncs *funcs,
                                              gpointer owner);
FutWorkerPool *fut_worker_pool_ref           (FutWorkerPool *self);
void           fut_worker_pool_unref         (FutWorkerPool *self);

/* Queues @node and sees to it that a worker takes it. FALSE: perhaps none will, since the pool has
 * stopped, or no thread can be created (then @error is set). The node may have been taken all the
 * same; if not it stands in the queue, and the caller has to take it out.
 */
gboolean       fut_worker_pool_push          (FutWorkerPool *self, FutNode *node, int priority,
                                              GError **error);
/* Takes @node out if it still waits and belongs to no worker; it is free afterwards, either way. */
gboolean       fut_worker_pool_remove        (FutWorkerPool *self, FutNode *node);
/* Takes some node that waits, also from a worker's batch; NULL if there is none. */
FutNode       *fut_worker_pool_take_any      (FutWorkerPool *self);
/* From now on workers leave when the queue is empty. */
void           fut_worker_pool_stop          (FutWorkerPool *self);
/* Waits, in a pool that has stopped, until its last thread is gone. Not in a worker. */
void           fut_worker_pool_join          (FutWorkerPool *self);
guint          fut_worker_pool_get_n_workers (FutWorkerPool *self);
/* How many workers are at work rather than looking for it or asleep. */
guint          fut_worker_pool_get_n_active  (FutWorkerPool *self);

G_END_DECLS
