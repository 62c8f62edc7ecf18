/* fut-executor.h: what runs calls: the abstract base of all pools
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined (FUT_INSIDE) && !defined (FUT_COMPILATION)
# error "Only <futures-glib.h> can be included directly."
#endif

#include "fut-future.h"
#include "fut-map.h"
#include "fut-submit-options.h"

G_BEGIN_DECLS

#define FUT_TYPE_EXECUTOR (fut_executor_get_type ())
FUT_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (FutExecutor, fut_executor, FUT, EXECUTOR, GObject)

/**
 * FutExecutorClass:
 * @submit_future: takes a new call: it keeps a reference and sees to it that the future ends, by
 *   [method@Fut.Future.run] or by [method@Fut.Future.set_running_or_notify_cancel] and a
 *   `fut_future_return_*()`; it never blocks on the call
 * @revoke: forgets a call that is about to be cancelled, and drops its reference if it can;
 *   returns %FALSE only if the call has begun after all and can no longer be stopped. The
 *   default does nothing and returns %TRUE
 * @begin_shutdown: begins to shut down: calls that have not begun are cancelled if
 *   @cancel_futures, and else still run; ends @finished when the last call is done and the workers
 *   are gone, at once if they are already. May be called more than once, each time with a @finished
 *   of its own. The default ends @finished at once
 * @get_flags: what the executor can do; the default is %FUT_EXECUTOR_FLAGS_NONE
 * @get_n_workers: how many workers exist now; the default is 0
 * @get_worker_names: (transfer full): their names; the default is none
 *
 * The class of [class@Fut.Executor], for who writes an executor.
 *
 * Every function is called from any thread, and never under a lock of the library. None takes a
 * callback, so that all of them can be overridden from every language.
 *
 * Since: 1.0
 */
struct _FutExecutorClass
{
  GObjectClass parent_class;

  void             (*submit_future)    (FutExecutor *self, FutFuture *future);
  gboolean         (*revoke)           (FutExecutor *self, FutFuture *future);
  void             (*begin_shutdown)   (FutExecutor *self, gboolean cancel_futures,
                                        FutFuture *finished);
  FutExecutorFlags (*get_flags)        (FutExecutor *self);
  guint            (*get_n_workers)    (FutExecutor *self);
  char           **(*get_worker_names) (FutExecutor *self);

  /*< private >*/
  gpointer padding[12];
};

FUT_AVAILABLE_IN_1_0
FutExecutor     *fut_executor_get_default              (void);
FUT_AVAILABLE_IN_1_0
FutFuture       *fut_executor_submit                   (FutExecutor *self, const char *function,
                                                        GVariant *args);
FUT_AVAILABLE_IN_1_0
FutFuture       *fut_executor_submit_full              (FutExecutor *self, const char *function,
                                                        GVariant *args, FutSubmitOptions *options);
FUT_AVAILABLE_IN_1_0
FutFuture       *fut_executor_submit_func              (FutExecutor *self, FutTaskFunc func,
                                                        gpointer user_data, GDestroyNotify destroy);
FUT_AVAILABLE_IN_1_0
FutFuture       *fut_executor_submit_func_full         (FutExecutor *self, FutSubmitOptions *options,
                                                        FutTaskFunc func, gpointer user_data,
                                                        GDestroyNotify destroy);
FUT_AVAILABLE_IN_1_0
FutFuture       *fut_executor_run_task                 (FutExecutor *self, GTask *task,
                                                        GTaskThreadFunc func);
FUT_AVAILABLE_IN_1_0
FutMapIterator  *fut_executor_map                      (FutExecutor *self, const char *function,
                                                        GVariant *const *args, gsize n_args,
                                                        GTimeSpan timeout, int chunksize,
                                                        int buffersize, GError **error);
FUT_AVAILABLE_IN_1_0
FutMapIterator  *fut_executor_map_pull                 (FutExecutor *self, const char *function,
                                                        GTimeSpan timeout, int chunksize,
                                                        int buffersize, FutMapNextFunc next_func,
                                                        gpointer user_data, GDestroyNotify destroy,
                                                        GError **error);
FUT_AVAILABLE_IN_1_0
void             fut_executor_shutdown                 (FutExecutor *self, gboolean wait,
                                                        gboolean cancel_futures);
FUT_AVAILABLE_IN_1_0
void             fut_executor_shutdown_async           (FutExecutor *self, gboolean cancel_futures,
                                                        GCancellable *cancellable,
                                                        GAsyncReadyCallback callback,
                                                        gpointer user_data);
FUT_AVAILABLE_IN_1_0
gboolean         fut_executor_shutdown_finish          (FutExecutor *self, GAsyncResult *result,
                                                        GError **error);
FUT_AVAILABLE_IN_1_0
FutExecutorFlags fut_executor_get_flags                (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
const char      *fut_executor_get_name                 (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
guint            fut_executor_get_max_workers          (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
guint            fut_executor_get_n_workers            (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
guint64          fut_executor_get_n_pending            (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
guint64          fut_executor_get_n_running            (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
char           **fut_executor_get_worker_names         (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
gboolean         fut_executor_is_shut_down             (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
gboolean         fut_executor_is_broken                (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_executor_set_broken               (FutExecutor *self, const GError *cause);
FUT_AVAILABLE_IN_1_0
gboolean         fut_executor_get_report_unread_errors (FutExecutor *self);
FUT_AVAILABLE_IN_1_0
void             fut_executor_set_report_unread_errors (FutExecutor *self, gboolean report);

G_END_DECLS
