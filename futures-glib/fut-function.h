/* fut-function.h: named functions, which any executor can run
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined (FUT_INSIDE) && !defined (FUT_COMPILATION)
# error "Only <futures-glib.h> can be included directly."
#endif

#include <glib-object.h>
#include "fut-version-macros.h"

G_BEGIN_DECLS

typedef struct _FutFuture FutFuture;

/**
 * FutTaskFunc:
 * @future: (transfer none): the call's future, which the function ends with one
 *   `fut_future_return_*()`; returning without one ends it with no value
 * @args: (nullable) (transfer none): the arguments given to [method@Fut.Executor.submit]; %NULL
 *   for a closure and for a call without arguments
 * @user_data: what was given with the function
 *
 * A task: what a call runs.
 *
 * It runs in a worker of the executor, which may be one that waits for the call (see
 * [method@Fut.Future.wait]). It may block, submit, cancel, and wait for other futures. To stop
 * early when asked to, it watches [method@Fut.Future.get_cancellable].
 *
 * Since: 1.0
 */
typedef void (*FutTaskFunc) (FutFuture *future, GVariant *args, gpointer user_data);

FUT_AVAILABLE_IN_1_0
void     fut_function_register   (const char *name, FutTaskFunc func, gpointer user_data,
                                  GDestroyNotify destroy);
FUT_AVAILABLE_IN_1_0
gboolean fut_function_unregister (const char *name);

G_END_DECLS
