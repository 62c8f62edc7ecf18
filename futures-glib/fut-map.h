/* fut-map.h: one function over many inputs, results in input order
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

#define FUT_TYPE_MAP_ITERATOR (fut_map_iterator_get_type ())
FUT_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FutMapIterator, fut_map_iterator, FUT, MAP_ITERATOR, GObject)

/**
 * FutMapNextFunc:
 * @user_data: what was given with the function
 *
 * Gives the next input of [method@Fut.Executor.map_pull].
 *
 * Called only in the threads that call `map_pull()` and `next()`, never in two at once, and never
 * again once it has returned %NULL.
 *
 * Returns: (transfer full) (nullable): the arguments of the next call (a floating reference is
 *   sunk), or %NULL when there are no more
 *
 * Since: 1.0
 */
typedef GVariant *(*FutMapNextFunc) (gpointer user_data);

FUT_AVAILABLE_IN_1_0
FutFuture *fut_map_iterator_next                (FutMapIterator *self, GCancellable *cancellable,
                                                 GError **error);
FUT_AVAILABLE_IN_1_0
void       fut_map_iterator_next_async          (FutMapIterator *self, GCancellable *cancellable,
                                                 GAsyncReadyCallback callback, gpointer user_data);
FUT_AVAILABLE_IN_1_0
FutFuture *fut_map_iterator_next_finish         (FutMapIterator *self, GAsyncResult *result,
                                                 GError **error);
FUT_AVAILABLE_IN_1_0
FutFuture *fut_map_iterator_next_outcome        (FutMapIterator *self, GCancellable *cancellable,
                                                 GError **error);
FUT_AVAILABLE_IN_1_0
FutFuture *fut_map_iterator_next_outcome_finish (FutMapIterator *self, GAsyncResult *result,
                                                 GError **error);
FUT_AVAILABLE_IN_1_0
void       fut_map_iterator_close               (FutMapIterator *self);

G_END_DECLS
