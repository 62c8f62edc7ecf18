/* fut-wait-source.h: a waiter that is waited for in a main loop
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A source that is dispatched when a waiter makes it ready (see fut_waiter_attach_source()),
 * @deadline (monotonic, −1 for none) has passed, or @cancellable is cancelled. Its callback is a
 * GSourceFunc.
 */
GSource *fut_wait_source_new (gint64 deadline, GCancellable *cancellable);

G_END_DECLS
