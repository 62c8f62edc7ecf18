/* fut-manager-send.h: calls on their way from the queue to a worker
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "process/fut-worker-manager-private.h"

G_BEGIN_DECLS

/* A call on its way from the queue to a worker. */
typedef struct
{
  FutFuture  *future;  /* owned */
  GVariant   *args;    /* owned; NULL for none */
  const char *type;    /* lent */
  gsize       n_bytes;
  guint64     order;
  gboolean    again;   /* it is RUNNING already */
  gboolean    held;    /* a second reference, for what follows when it begins */
  gboolean    begun;
  gboolean    linked;
  gboolean    dropped; /* somebody else has ended it, or is about to */
  gboolean    put_back;
} FutItem;

/* How many more calls a worker takes before it is replaced. */
guint    fut_manager_get_allowance     (FutWorkerProcess *worker);

/* Sends what was taken, and lets go of the lock meanwhile; FALSE if some of it was put back. Only
 * the I/O thread sends large calls.
 */
gboolean fut_manager_send_items_locked (FutWorkerManager *self, FutWorkerProcess *worker,
                                        FutItem *items, guint n, gboolean small_only);

G_END_DECLS
