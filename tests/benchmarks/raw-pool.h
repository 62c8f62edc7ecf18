/* raw-pool.h: two threads and a queue under one mutex: the least that a pool can be
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bench-util.h"

G_BEGIN_DECLS

typedef struct _RawPool RawPool;
typedef struct _RawTask RawTask;

/* Returns TRUE, or FALSE if the task is somebody else's by now, and cannot be waited for. */
typedef gboolean (*RawFunc) (RawTask *task);

/* No type, no reference count, no cancelling, no error: whoever pushed it frees it. */
struct _RawTask
{
  RawTask *next;
  RawFunc func;
  gpointer data;
  gint64 result;   /* written by `func`, read once `done` is seen */
  int done;        /* atomic */
};

RawPool *raw_pool_new  (void);
void     raw_pool_push (RawPool *self, RawTask *task);
void     raw_pool_wait (RawPool *self, RawTask *task);
void     raw_pool_free (RawPool *self);

G_END_DECLS
