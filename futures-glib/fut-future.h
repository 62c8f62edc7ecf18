/* fut-future.h: a handle on the outcome of one submitted call
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined (FUT_INSIDE) && !defined (FUT_COMPILATION)
# error "Only <futures-glib.h> can be included directly."
#endif

#include <gio/gio.h>
#include "fut-enums.h"
#include "fut-function.h"

G_BEGIN_DECLS

typedef struct _FutExecutor FutExecutor;

#define FUT_TYPE_FUTURE (fut_future_get_type ())
FUT_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FutFuture, fut_future, FUT, FUTURE, GObject)

/**
 * FutDoneFunc:
 * @future: (transfer none): the future that is done
 * @user_data: what was given with the function
 *
 * Called once when a future is done: finished or cancelled.
 *
 * Since: 1.0
 */
typedef void (*FutDoneFunc) (FutFuture *future, gpointer user_data);

/* For who waits: */
FUT_AVAILABLE_IN_1_0
FutState     fut_future_get_state            (FutFuture *self);
FUT_AVAILABLE_IN_1_0
gboolean     fut_future_is_done              (FutFuture *self);
FUT_AVAILABLE_IN_1_0
gboolean     fut_future_is_running           (FutFuture *self);
FUT_AVAILABLE_IN_1_0
gboolean     fut_future_is_cancelled         (FutFuture *self);
FUT_AVAILABLE_IN_1_0
gboolean     fut_future_get_can_cancel       (FutFuture *self);
FUT_AVAILABLE_IN_1_0
gboolean     fut_future_cancel               (FutFuture *self);
FUT_AVAILABLE_IN_1_0
gboolean     fut_future_wait                 (FutFuture *self, GTimeSpan timeout,
                                              GCancellable *cancellable, GError **error);
FUT_AVAILABLE_IN_1_0
void         fut_future_wait_async           (FutFuture *self, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);
FUT_AVAILABLE_IN_1_0
gboolean     fut_future_wait_finish          (FutFuture *self, GAsyncResult *result,
                                              GError **error);
FUT_AVAILABLE_IN_1_0
GValue      *fut_future_result               (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
gboolean     fut_future_result_boolean       (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
gint64       fut_future_result_int64         (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
double       fut_future_result_double        (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
char        *fut_future_result_string        (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
GVariant    *fut_future_result_variant       (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
GBytes      *fut_future_result_bytes         (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
GObject     *fut_future_result_object        (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
gpointer     fut_future_result_pointer       (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
GError      *fut_future_exception            (FutFuture *self, GTimeSpan timeout, GError **error);
FUT_AVAILABLE_IN_1_0
GError      *fut_future_dup_error            (FutFuture *self);
FUT_AVAILABLE_IN_1_0
char        *fut_future_dup_trace            (FutFuture *self);
FUT_AVAILABLE_IN_1_0
void         fut_future_add_done_callback    (FutFuture *self, FutDoneFunc func,
                                              gpointer user_data, GDestroyNotify destroy);
FUT_AVAILABLE_IN_1_0
void         fut_future_add_done_callback_in (FutFuture *self, GMainContext *context,
                                              FutDoneFunc func, gpointer user_data,
                                              GDestroyNotify destroy);
FUT_AVAILABLE_IN_1_0
double       fut_future_get_progress         (FutFuture *self);
FUT_AVAILABLE_IN_1_0
GTimeSpan    fut_future_get_elapsed          (FutFuture *self);
FUT_AVAILABLE_IN_1_0
guint        fut_future_get_retry_count      (FutFuture *self);
FUT_AVAILABLE_IN_1_0
char        *fut_future_dup_name             (FutFuture *self);
FUT_AVAILABLE_IN_1_0
char        *fut_future_dup_status           (FutFuture *self);
FUT_AVAILABLE_IN_1_0
FutExecutor *fut_future_dup_executor         (FutFuture *self);

/* For who does the work: */
FUT_AVAILABLE_IN_1_0
FutFuture    *fut_future_new                          (void);
FUT_AVAILABLE_IN_1_0
gboolean      fut_future_set_running_or_notify_cancel (FutFuture *self, GError **error);
FUT_AVAILABLE_IN_1_0
gboolean      fut_future_set_result                   (FutFuture *self, const GValue *value,
                                                       GError **error);
FUT_AVAILABLE_IN_1_0
gboolean      fut_future_set_exception                (FutFuture *self, const GError *exception,
                                                       GError **error);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_value                 (FutFuture *self, const GValue *value);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_boolean               (FutFuture *self, gboolean value);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_int64                 (FutFuture *self, gint64 value);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_double                (FutFuture *self, double value);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_string                (FutFuture *self, const char *value);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_variant               (FutFuture *self, GVariant *value);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_bytes                 (FutFuture *self, GBytes *value);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_object                (FutFuture *self, GObject *value);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_pointer               (FutFuture *self, gpointer value,
                                                       GDestroyNotify destroy);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_error                 (FutFuture *self, GError *error);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_error_with_trace      (FutFuture *self, GError *error,
                                                       const char *trace);
FUT_AVAILABLE_IN_1_0
void          fut_future_return_new_error             (FutFuture *self, GQuark domain, int code,
                                                       const char *format, ...) G_GNUC_PRINTF (4, 5);
FUT_AVAILABLE_IN_1_0
gboolean      fut_future_return_error_if_cancelled    (FutFuture *self);
FUT_AVAILABLE_IN_1_0
GCancellable *fut_future_get_cancellable              (FutFuture *self);
FUT_AVAILABLE_IN_1_0
void          fut_future_set_progress                 (FutFuture *self, double progress);
FUT_AVAILABLE_IN_1_0
void          fut_future_set_status                   (FutFuture *self, const char *status);

/* For executors: */
FUT_AVAILABLE_IN_1_0
const char   *fut_future_get_function                 (FutFuture *self);
FUT_AVAILABLE_IN_1_0
GVariant     *fut_future_dup_args                     (FutFuture *self);
FUT_AVAILABLE_IN_1_0
int           fut_future_get_priority                 (FutFuture *self);
FUT_AVAILABLE_IN_1_0
gboolean      fut_future_run                          (FutFuture *self);

G_END_DECLS
