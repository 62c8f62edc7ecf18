/* fut-executor-status.c: what one can ask an executor
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-executor-private.h"

/**
 * fut_executor_get_flags:
 * @self: an executor
 *
 * Tells what the executor can do. It is the same at any time.
 *
 * Returns: the flags
 *
 * Since: 1.0
 */
FutExecutorFlags
fut_executor_get_flags (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), FUT_EXECUTOR_FLAGS_NONE);

  return FUT_EXECUTOR_GET_CLASS (self)->get_flags (self);
}

/**
 * fut_executor_get_name: (get-property name)
 * @self: an executor
 *
 * Tells what the executor is called in messages.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
fut_executor_get_name (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), NULL);

  return fut_executor_get_core (self)->name;
}

/**
 * fut_executor_get_max_workers: (get-property max-workers)
 * @self: an executor
 *
 * Tells how many workers there can be at most.
 *
 * Returns: the number; 0 if an executor of another kind than the library's own does not say
 *
 * Since: 1.0
 */
guint
fut_executor_get_max_workers (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), 0);

  return fut_executor_get_core (self)->max_workers;
}

/**
 * fut_executor_get_n_workers: (get-property n-workers)
 * @self: an executor
 *
 * Tells how many workers there are now. Safe from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
fut_executor_get_n_workers (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), 0);

  return FUT_EXECUTOR_GET_CLASS (self)->get_n_workers (self);
}

/**
 * fut_executor_get_n_pending: (get-property n-pending)
 * @self: an executor
 *
 * Tells how many calls wait to begin. Safe from any thread; the number may have changed by the time
 * one looks at it.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
fut_executor_get_n_pending (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), 0);

  return fut_executor_core_get_n_pending (fut_executor_get_core (self));
}

/**
 * fut_executor_get_n_running: (get-property n-running)
 * @self: an executor
 *
 * Tells how many calls are running. Safe from any thread; the number may have changed by the time
 * one looks at it.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
fut_executor_get_n_running (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), 0);

  return fut_executor_core_get_n_running (fut_executor_get_core (self));
}

/**
 * fut_executor_get_worker_names:
 * @self: an executor
 *
 * Tells the names of the workers that there are now. Safe from any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, in the order in which the workers
 *   were started
 *
 * Since: 1.0
 */
char **
fut_executor_get_worker_names (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), NULL);

  return FUT_EXECUTOR_GET_CLASS (self)->get_worker_names (self);
}

/**
 * fut_executor_is_shut_down: (get-property is-shut-down)
 * @self: an executor
 *
 * Tells whether [method@Fut.Executor.shutdown] was called. Safe from any thread.
 *
 * Returns: %TRUE if the executor takes no more calls for that reason
 *
 * Since: 1.0
 */
gboolean
fut_executor_is_shut_down (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), FALSE);

  return (atomic_load (&fut_executor_get_core (self)->flags) & FUT_CORE_SHUT_DOWN) != 0;
}

/**
 * fut_executor_is_broken: (get-property is-broken)
 * @self: an executor
 *
 * Tells whether the executor cannot run calls any more. Safe from any thread.
 *
 * Returns: %TRUE if every call that is submitted ends with %FUT_ERROR_BROKEN
 *
 * Since: 1.0
 */
gboolean
fut_executor_is_broken (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), FALSE);

  return (atomic_load (&fut_executor_get_core (self)->flags) & FUT_CORE_BROKEN) != 0;
}

typedef struct
{
  GWeakRef    executor; /* a context that nobody iterates must not keep it alive */
  const char *property; /* static */
} Notification;

static gboolean
notify (gpointer data)
{
  Notification *notification = data;
  g_autoptr(FutExecutor) self = g_weak_ref_get (&notification->executor);

  if (self != NULL)
    g_object_notify (G_OBJECT (self), notification->property);
  return G_SOURCE_REMOVE;
}

static void
free_notification (gpointer data)
{
  Notification *notification = data;

  g_weak_ref_clear (&notification->executor);
  g_free (notification);
}

void
fut_executor_notify_later (FutExecutorCore *core, const char *property)
{
  g_autoptr(FutExecutor) self = g_weak_ref_get (&core->executor);
  g_autoptr(GSource) source = NULL;
  Notification *notification;

  if (self == NULL)
    return;

  notification = g_new0 (Notification, 1);
  g_weak_ref_init (&notification->executor, self);
  notification->property = property;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[futures-glib] notify");
  g_source_set_callback (source, notify, notification, free_notification);
  g_source_attach (source, fut_executor_get_context (self));
}

/**
 * fut_executor_set_broken:
 * @self: an executor
 * @cause: why it cannot run calls any more
 *
 * Says that the executor is broken: calls that are submitted from now on end with
 * %FUT_ERROR_BROKEN and the message of @cause. Only the first time counts.
 *
 * This is for who writes an executor, and has to end the calls that it still holds. Safe from any
 * thread.
 *
 * Since: 1.0
 */
void
fut_executor_set_broken (FutExecutor *self, const GError *cause)
{
  g_return_if_fail (FUT_IS_EXECUTOR (self));
  g_return_if_fail (cause != NULL);

  if (fut_executor_core_break (fut_executor_get_core (self), cause))
    fut_executor_notify_later (fut_executor_get_core (self), "is-broken");
}

/**
 * fut_executor_get_report_unread_errors: (get-property report-unread-errors)
 * @self: an executor
 *
 * Tells whether errors that nobody has read are logged; see
 * [property@Fut.Executor:report-unread-errors].
 *
 * Returns: whether they are
 *
 * Since: 1.0
 */
gboolean
fut_executor_get_report_unread_errors (FutExecutor *self)
{
  g_return_val_if_fail (FUT_IS_EXECUTOR (self), FALSE);

  return (atomic_load (&fut_executor_get_core (self)->flags) & FUT_CORE_REPORT_UNREAD) != 0;
}

/**
 * fut_executor_set_report_unread_errors: (set-property report-unread-errors)
 * @self: an executor
 * @report: whether to log them
 *
 * Says whether errors that nobody has read are logged; see
 * [property@Fut.Executor:report-unread-errors]. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_executor_set_report_unread_errors (FutExecutor *self, gboolean report)
{
  atomic_uint *flags;
  guint before;

  g_return_if_fail (FUT_IS_EXECUTOR (self));

  flags = &fut_executor_get_core (self)->flags;
  before = report ? atomic_fetch_or (flags, FUT_CORE_REPORT_UNREAD)
                  : atomic_fetch_and (flags, ~(guint) FUT_CORE_REPORT_UNREAD);
  if (((before & FUT_CORE_REPORT_UNREAD) != 0) != (report != FALSE))
    g_object_notify (G_OBJECT (self), "report-unread-errors");
}
