/* fut-wait.h: waiting for several futures
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined (FUT_INSIDE) && !defined (FUT_COMPILATION)
# error "Only <futures-glib.h> can be included directly."
#endif

#include "fut-future.h"

G_BEGIN_DECLS

FUT_AVAILABLE_IN_1_0
gboolean fut_wait        (FutFuture *const *futures, gsize n_futures, FutReturnWhen return_when,
                          GTimeSpan timeout, GCancellable *cancellable, GPtrArray **done,
                          GPtrArray **not_done, GError **error);
FUT_AVAILABLE_IN_1_0
void     fut_wait_async  (FutFuture *const *futures, gsize n_futures, FutReturnWhen return_when,
                          GTimeSpan timeout, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
FUT_AVAILABLE_IN_1_0
gboolean fut_wait_finish (GAsyncResult *result, GPtrArray **done, GPtrArray **not_done,
                          GError **error);

G_END_DECLS
