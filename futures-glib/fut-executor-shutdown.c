/* fut-executor-shutdown.c: the end of an executor
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-executor-private.h"

#include "fut-future-private.h"

/* Begins a shutdown; the future ends when the workers are gone. */
static FutFuture *
begin_shutdown (FutExecutor *self, gboolean cancel_futures)
{
  FutExecutorCore *core = fut_executor_get_core (self);
  FutFuture *finished = fut_future_new ();

  if (fut_executor_core_is_forked (core))
    {
      /* The workers are the parent's. */
      fut_future_set_result (finished, NULL, NULL);
      return finished;
    }

  if ((atomic_fetch_or (&core->flags, FUT_CORE_SHUT_DOWN) & FUT_CORE_SHUT_DOWN) == 0)
    fut_executor_notify_later (core, "is-shut-down");
  FUT_EXECUTOR_GET_CLASS (self)->begin_shutdown (self, cancel_futures, finished);
  return finished;
}

static gboolean
may_shut_down (FutExecutor *self)
{
  if (fut_executor_is_permanent (self))
    g_warning ("%s is shared by the whole process, and never shut down",
               fut_executor_get_name (self));
  return !fut_executor_is_permanent (self);
}

/**
 * fut_executor_shutdown:
 * @self: an executor
 * @wait: whether to block until the last call has ended and the workers are gone
 * @cancel_futures: whether to cancel the calls that have not begun
 *
 * Takes no more calls. Those that were submitted still run, unless @cancel_futures; those that are
 * running are not disturbed.
 *
 * It may be called again, with other arguments too. With @wait it blocks, so an application calls
 * [method@Fut.Executor.shutdown_async] instead. Within the executor itself, from a task or from a
 * callback that runs in one of its workers, it cannot wait: it warns, and does not.
 *
 * The default executor cannot be shut down. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_executor_shutdown (FutExecutor *self, gboolean wait, gboolean cancel_futures)
{
  g_autoptr(FutFuture) finished = NULL;
  FutExecutorCore *core;

  g_return_if_fail (FUT_IS_EXECUTOR (self));

  if (!may_shut_down (self))
    return;
  core = fut_executor_get_core (self);
  if (wait && fut_frame_is_inside (core))
    {
      g_warning ("%s cannot wait for its own shutdown inside one of its workers",
                 fut_executor_get_name (self));
      wait = FALSE;
    }

  finished = begin_shutdown (self, cancel_futures);
  if (wait && fut_future_wait (finished, -1, NULL, NULL) && core->engine != NULL &&
      !fut_executor_core_is_forked (core))
    core->engine_funcs->join (core->engine);
}

static void
on_shutdown_waited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (fut_future_wait_finish (FUT_FUTURE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * fut_executor_shutdown_async:
 * @self: an executor
 * @cancel_futures: whether to cancel the calls that have not begun
 * @cancellable: (nullable): ends the wait, and only that: the shutdown goes on; %NULL for none
 * @callback: (scope async) (closure user_data): called when the last call has ended and the workers
 *   have nothing left to do but to go
 * @user_data: given to @callback
 *
 * Takes no more calls, without blocking; see [method@Fut.Executor.shutdown].
 *
 * Since: 1.0
 */
void
fut_executor_shutdown_async (FutExecutor *self, gboolean cancel_futures, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(FutFuture) finished = NULL;
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (FUT_IS_EXECUTOR (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, fut_executor_shutdown_async);
  if (!may_shut_down (self))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s is never shut down",
                               fut_executor_get_name (self));
      return;
    }

  finished = begin_shutdown (self, cancel_futures);
  fut_future_wait_async (finished, cancellable, on_shutdown_waited, g_object_ref (task));
}

/**
 * fut_executor_shutdown_finish:
 * @self: an executor
 * @result: what the callback of [method@Fut.Executor.shutdown_async] was given
 * @error: return location for an error
 *
 * Ends a shutdown begun with [method@Fut.Executor.shutdown_async].
 *
 * Fails with [error@Gio.IOErrorEnum.CANCELLED] if the wait was cancelled, and with
 * [error@Gio.IOErrorEnum.NOT_SUPPORTED] for the default executor.
 *
 * Returns: %TRUE if the workers are gone
 *
 * Since: 1.0
 */
gboolean
fut_executor_shutdown_finish (FutExecutor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
