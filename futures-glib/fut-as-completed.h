/* fut-as-completed.h: futures in the order in which they end
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

#define FUT_TYPE_COMPLETION_ITERATOR (fut_completion_iterator_get_type ())
FUT_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FutCompletionIterator, fut_completion_iterator, FUT, COMPLETION_ITERATOR,
                      GObject)

FUT_AVAILABLE_IN_1_0
FutCompletionIterator *fut_as_completed                    (FutFuture *const *futures,
                                                            gsize n_futures, GTimeSpan timeout);
FUT_AVAILABLE_IN_1_0
FutFuture             *fut_completion_iterator_next        (FutCompletionIterator *self,
                                                            GCancellable *cancellable,
                                                            GError **error);
FUT_AVAILABLE_IN_1_0
gboolean               fut_completion_iterator_poll        (FutCompletionIterator *self,
                                                            GTimeSpan timeout);
FUT_AVAILABLE_IN_1_0
void                   fut_completion_iterator_next_async  (FutCompletionIterator *self,
                                                            GCancellable *cancellable,
                                                            GAsyncReadyCallback callback,
                                                            gpointer user_data);
FUT_AVAILABLE_IN_1_0
FutFuture             *fut_completion_iterator_next_finish (FutCompletionIterator *self,
                                                            GAsyncResult *result, GError **error);
FUT_AVAILABLE_IN_1_0
void                   fut_completion_iterator_close       (FutCompletionIterator *self);

G_END_DECLS
