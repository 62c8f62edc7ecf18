/* fut-batch.h: what one worker has taken to run, and others may take from it
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-node.h"

G_BEGIN_DECLS

#define FUT_BATCH_MAX 64

typedef struct
{
  /* Touched by the worker only: */
  FutNode *first;           /* never stolen: it runs next */

  /* The others, oldest first. Whoever exchanges one for NULL has it. */
  _Atomic (FutNode *) slots[FUT_BATCH_MAX];
  atomic_uint n_slots;      /* written by the worker */
  atomic_uint position;     /* slots before it are gone; written by the worker */
  atomic_uint progress;     /* tasks begun; written by the worker */
  atomic_uint seen;         /* its progress at the last look; written by who searches */
} FutBatch;

/* For the worker: */
void     fut_batch_fill     (FutBatch *self, FutNode **nodes, guint n);
guint    fut_batch_get_size (FutBatch *self);
/* The one at @index, the first being 0; NULL if it was stolen. */
FutNode *fut_batch_begin    (FutBatch *self, guint index);
void     fut_batch_clear    (FutBatch *self);

/* For one other at a time: takes half of what stands behind a task that has been running since the
 * last look. Sets *@look_again if there is something, but the worker has got on since.
 */
guint    fut_batch_steal    (FutBatch *self, FutNode **nodes, gboolean *look_again);

/* For anybody: whether something stands behind what the worker runs. */
gboolean fut_batch_has_more (FutBatch *self);

/* For anybody: takes the oldest; NULL if there is none. */
FutNode *fut_batch_take_any (FutBatch *self);

G_END_DECLS
