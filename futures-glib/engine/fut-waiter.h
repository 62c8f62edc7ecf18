/* fut-waiter.h: parks a thread, or arms a source, until enough watched things are done
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A waiter watches things by entries, each of which stands for one thing by an index. It keeps no
 * pointer to a thing: who watches keeps the things, and takes every entry out of its thing's list
 * before the waiter goes.
 */
typedef struct _FutWaiter FutWaiter;
typedef struct _FutWaitEntry FutWaitEntry;

struct _FutWaitEntry
{
  FutWaiter *waiter;

  /* Guarded by the watched thing's lock: */
  FutWaitEntry *next;
  FutWaitEntry *prev;
  gboolean      listed;

  guint index;
};

struct _FutWaiter
{
  GMutex lock;
  GCond  cond;

  /* Guarded by lock: */
  guint    *ready;           /* indexes, in the order in which their things ended */
  guint     n_ready;
  guint     n_taken;         /* how many of them were taken out again */
  guint     wanted;          /* met when this many are ready and not taken */
  gboolean  until_failure;   /* met by a failure too */
  gboolean  failed;
  gboolean  interrupted;
  gboolean  asleep;
  GSource  *source;          /* lent; made ready when the condition is met */

  guint first_ready;         /* room for `ready` of a waiter for one thing */
};

/* @ready: room for as many indexes as things are watched; NULL for one thing */
void     fut_waiter_init           (FutWaiter *self, guint *ready);
void     fut_waiter_clear          (FutWaiter *self);
void     fut_waiter_set_wanted     (FutWaiter *self, guint wanted, gboolean until_failure);
/* Attaches @source, and makes it ready when the condition is met. Its dispatch may free the waiter
 * at any time from then on.
 */
void     fut_waiter_attach_source  (FutWaiter *self, GSource *source, GMainContext *context);
void     fut_waiter_forget_source  (FutWaiter *self);
gboolean fut_waiter_is_met         (FutWaiter *self);
guint    fut_waiter_get_n_ready    (FutWaiter *self);
gboolean fut_waiter_take           (FutWaiter *self, guint *index);

/* Notes that the thing of @entry has ended. The caller holds the thing's lock. */
void     fut_waiter_notify         (FutWaitEntry *entry, gboolean failed);

/* Ends the parking without a result; and lets it be parked again. */
void     fut_waiter_interrupt      (FutWaiter *self);
void     fut_waiter_resume         (FutWaiter *self);

/* Blocks until the condition is met (TRUE), or until @deadline (monotonic, −1 for none) or an
 * interruption (FALSE).
 */
gboolean fut_waiter_park           (FutWaiter *self, gint64 deadline);

/* The monotonic time at which @timeout from now has passed; −1 stays −1, and it never overflows. */
gint64   fut_deadline_from_timeout (GTimeSpan timeout);

G_END_DECLS
