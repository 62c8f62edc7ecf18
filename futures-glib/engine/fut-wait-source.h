/* fut-wait-source.h: a waiter that is waited for in a main loop
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-waiter.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A source that is dispatched when the condition of @waiter is met, @deadline (monotonic, −1 for
 * none) has passed, or @cancellable is cancelled. Its callback is a GSourceFunc. While it is not
 * destroyed @waiter must live; clear it with fut_waiter_set_source() before destroying it.
 */
GSource *fut_wait_source_new (FutWaiter *waiter, gint64 deadline, GCancellable *cancellable);

G_END_DECLS
