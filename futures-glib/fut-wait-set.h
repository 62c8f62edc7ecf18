/* fut-wait-set.h: distinct futures that are waited for together
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-future-private.h"

G_BEGIN_DECLS

typedef struct
{
  FutWaiter        waiter;
  FutExecutorCore *core;     /* lent; whose calls all of them are, or NULL */
  guint            n;
  FutFuture      **futures;  /* each owned, or NULL once it was handed out */
  FutWaitEntry    *entries;
  guint           *ready;
  gboolean         watched;
} FutWaitSet;

/* Whether there are futures only; otherwise the caller is told of its mistake. */
gboolean    fut_wait_set_check (FutFuture *const *futures, gsize n_futures);

/* Duplicates count once, where they come first. */
FutWaitSet *fut_wait_set_new   (FutFuture *const *futures, gsize n_futures);
void        fut_wait_set_free  (FutWaitSet *self);

/* Has the waiter be told of each that ends; those that have are told of first, in order. */
void        fut_wait_set_watch (FutWaitSet *self);

/* Hands out the next one that has ended, in the order in which they did. */
FutFuture  *fut_wait_set_take  (FutWaitSet *self);

/* Copies the futures to two arrays by whether they are done; either may be NULL. */
void        fut_wait_set_split (FutWaitSet *self, GPtrArray **done, GPtrArray **not_done);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FutWaitSet, fut_wait_set_free)

G_END_DECLS
