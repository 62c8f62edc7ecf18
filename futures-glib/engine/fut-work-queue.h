/* fut-work-queue.h: what waits for a worker, by priority and then in order of submission
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-node.h"

G_BEGIN_DECLS

typedef struct
{
  /* Pushed to by any thread without a lock; on a cache line of its own. */
  _Alignas (64) FutNodeStack incoming;

  _Alignas (64) GMutex lock;

  /* Guarded by lock: */
  FutNodeList  normal;        /* priority 0 */
  GArray      *others;        /* Bucket, by priority; NULL until another priority is used */
  atomic_uint  n_linked;      /* written under lock, read by all */
} FutWorkQueue;

void     fut_work_queue_init          (FutWorkQueue *self);
void     fut_work_queue_clear         (FutWorkQueue *self);
void     fut_work_queue_push          (FutWorkQueue *self, FutNode *node);
void     fut_work_queue_push_priority (FutWorkQueue *self, FutNode *node, int priority);

/* Puts back what was taken, before all others of its priority. */
void     fut_work_queue_push_front    (FutWorkQueue *self, FutNode *node, int priority);

/* Takes up to @max nodes, but no more than one in @share of those that wait (at least one), the
 * most urgent and oldest first; returns how many.
 */
guint    fut_work_queue_take          (FutWorkQueue *self, FutNode **nodes, guint max, guint share);

/* Takes @node out if it still waits; afterwards it is free, either way. */
gboolean fut_work_queue_remove        (FutWorkQueue *self, FutNode *node);
gboolean fut_work_queue_is_empty      (FutWorkQueue *self);
guint    fut_work_queue_get_length    (FutWorkQueue *self);
/* The most urgent priority that something waits with; FALSE if nothing does. */
gboolean fut_work_queue_peek_priority (FutWorkQueue *self, int *priority);

G_END_DECLS
