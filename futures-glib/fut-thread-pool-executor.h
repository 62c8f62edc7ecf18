/* fut-thread-pool-executor.h: an executor over the threads of a private pool
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined (FUT_INSIDE) && !defined (FUT_COMPILATION)
# error "Only <futures-glib.h> can be included directly."
#endif

#include "fut-executor.h"

G_BEGIN_DECLS

#define FUT_TYPE_THREAD_POOL_EXECUTOR (fut_thread_pool_executor_get_type ())
FUT_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FutThreadPoolExecutor, fut_thread_pool_executor, FUT, THREAD_POOL_EXECUTOR,
                      FutExecutor)

/**
 * FutInitializerFunc:
 * @user_data: what was given with the function
 * @error: return location for the reason why the worker cannot be used
 *
 * Prepares a new worker, in the worker, before its first task.
 *
 * Returns: %TRUE if the worker can be used; %FALSE, with @error set, breaks the executor
 *
 * Since: 1.0
 */
typedef gboolean (*FutInitializerFunc) (gpointer user_data, GError **error);

FUT_AVAILABLE_IN_1_0
FutExecutor *fut_thread_pool_executor_new                    (guint max_workers);
FUT_AVAILABLE_IN_1_0
char        *fut_thread_pool_executor_dup_thread_name_prefix (FutThreadPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void         fut_thread_pool_executor_set_thread_name_prefix (FutThreadPoolExecutor *self,
                                                              const char *prefix);
FUT_AVAILABLE_IN_1_0
void         fut_thread_pool_executor_set_initializer        (FutThreadPoolExecutor *self,
                                                              FutInitializerFunc func,
                                                              gpointer user_data,
                                                              GDestroyNotify destroy);

G_END_DECLS
