/* fut-process-pool-executor.h: an executor over helper processes
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

#define FUT_TYPE_PROCESS_POOL_EXECUTOR (fut_process_pool_executor_get_type ())
FUT_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FutProcessPoolExecutor, fut_process_pool_executor, FUT,
                      PROCESS_POOL_EXECUTOR, FutExecutor)

FUT_AVAILABLE_IN_1_0
FutExecutor     *fut_process_pool_executor_new                     (guint max_workers);
FUT_AVAILABLE_IN_1_0
FutExecutor     *fut_process_pool_executor_new_for_argv            (guint max_workers,
                                                                    const char *const *argv);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_initializer         (FutProcessPoolExecutor *self,
                                                                    const char *function,
                                                                    GVariant *args);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_prestart                (FutProcessPoolExecutor *self,
                                                                    guint n_workers);
FUT_AVAILABLE_IN_1_0
int             *fut_process_pool_executor_get_worker_pids         (FutProcessPoolExecutor *self,
                                                                    gsize *n_pids);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_terminate_workers       (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_kill_workers            (FutProcessPoolExecutor *self);

/* Settings: for workers that start, and calls that run, from now on. */
FUT_AVAILABLE_IN_1_0
char           **fut_process_pool_executor_dup_worker_argv         (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_worker_argv         (FutProcessPoolExecutor *self,
                                                                    const char *const *argv);
FUT_AVAILABLE_IN_1_0
char           **fut_process_pool_executor_dup_launcher_argv       (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_launcher_argv       (FutProcessPoolExecutor *self,
                                                                    const char *const *argv);
FUT_AVAILABLE_IN_1_0
char           **fut_process_pool_executor_dup_environ             (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_environ             (FutProcessPoolExecutor *self,
                                                                    const char *const *envp);
FUT_AVAILABLE_IN_1_0
char            *fut_process_pool_executor_dup_cwd                 (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_cwd                 (FutProcessPoolExecutor *self,
                                                                    const char *cwd);
FUT_AVAILABLE_IN_1_0
guint            fut_process_pool_executor_get_max_tasks_per_child (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_max_tasks_per_child (FutProcessPoolExecutor *self,
                                                                    guint max_tasks);
FUT_AVAILABLE_IN_1_0
GTimeSpan        fut_process_pool_executor_get_idle_timeout        (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_idle_timeout        (FutProcessPoolExecutor *self,
                                                                    GTimeSpan timeout);
FUT_AVAILABLE_IN_1_0
GTimeSpan        fut_process_pool_executor_get_start_timeout       (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_start_timeout       (FutProcessPoolExecutor *self,
                                                                    GTimeSpan timeout);
FUT_AVAILABLE_IN_1_0
GTimeSpan        fut_process_pool_executor_get_cancel_grace        (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_cancel_grace        (FutProcessPoolExecutor *self,
                                                                    GTimeSpan grace);
FUT_AVAILABLE_IN_1_0
FutCrashPolicy   fut_process_pool_executor_get_crash_policy        (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_crash_policy        (FutProcessPoolExecutor *self,
                                                                    FutCrashPolicy policy);
FUT_AVAILABLE_IN_1_0
guint            fut_process_pool_executor_get_max_retries         (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_max_retries         (FutProcessPoolExecutor *self,
                                                                    guint max_retries);
FUT_AVAILABLE_IN_1_0
guint64          fut_process_pool_executor_get_memory_limit        (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_memory_limit        (FutProcessPoolExecutor *self,
                                                                    guint64 limit_bytes);
FUT_AVAILABLE_IN_1_0
gboolean         fut_process_pool_executor_get_trust_workers       (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_trust_workers       (FutProcessPoolExecutor *self,
                                                                    gboolean trust);
FUT_AVAILABLE_IN_1_0
FutWorkerOutput  fut_process_pool_executor_get_worker_output       (FutProcessPoolExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_process_pool_executor_set_worker_output       (FutProcessPoolExecutor *self,
                                                                    FutWorkerOutput output);

G_END_DECLS
