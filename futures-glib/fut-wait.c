/* fut-wait.c: waiting for several futures
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-wait.h"

#include "fut-wait-set.h"

#include "engine/fut-wait-source.h"

static gboolean
check_return_when (FutReturnWhen return_when, GError **error)
{
  if (return_when >= FUT_RETURN_WHEN_ALL_COMPLETED &&
      return_when <= FUT_RETURN_WHEN_FIRST_EXCEPTION)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%d is no FutReturnWhen",
               (int) return_when);
  return FALSE;
}

static void
watch (FutWaitSet *set, FutReturnWhen return_when)
{
  if (return_when == FUT_RETURN_WHEN_FIRST_COMPLETED)
    fut_waiter_set_wanted (&set->waiter, MIN (set->n, 1), FALSE);
  else
    fut_waiter_set_wanted (&set->waiter, set->n, return_when == FUT_RETURN_WHEN_FIRST_EXCEPTION);
  fut_wait_set_watch (set);
}

/* One after the other: from the back, since then most have ended by the time it comes to them, and
 * the thread is woken once; in a worker from the front, since it may run them itself.
 */
static gboolean
wait_for_all (FutWaitSet *set, gint64 deadline, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < set->n; i++)
    {
      FutFuture *future = set->futures[_fut_frame != NULL ? i : set->n - 1 - i];

      if (!fut_future_wait_until (future, deadline, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * fut_wait:
 * @futures: (array length=n_futures): futures, of any executors; duplicates count once
 * @n_futures: how many; 0 returns at once
 * @return_when: when to return
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @cancellable: (nullable): ends the wait, and only that; %NULL for none
 * @done: (out) (optional) (transfer full) (element-type Fut.Future): return location for those that
 *   are done, in the order of @futures
 * @not_done: (out) (optional) (transfer full) (element-type Fut.Future): return location for the
 *   others
 * @error: return location for an error
 *
 * Blocks until all, or the first, of several futures are done.
 *
 * At the deadline it returns what there is: that is no error. A future that was cancelled is done;
 * it does not count as an error for %FUT_RETURN_WHEN_FIRST_EXCEPTION.
 *
 * Safe from any thread, also for the same futures from several. In a worker a wait without limit
 * and without @cancellable for all of some calls of the same executor runs those that have not
 * begun; see [method@Fut.Future.wait].
 *
 * Fails with [error@Gio.IOErrorEnum.CANCELLED] if @cancellable was cancelled, with
 * [error@Gio.IOErrorEnum.INVALID_ARGUMENT] for a @return_when that does not exist, and with
 * %FUT_ERROR_WOULD_DEADLOCK if the wait could never end. Then the arrays are not set.
 *
 * Returns: %TRUE if it waited as asked
 *
 * Since: 1.0
 */
gboolean
fut_wait (FutFuture *const *futures, gsize n_futures, FutReturnWhen return_when, GTimeSpan timeout,
          GCancellable *cancellable, GPtrArray **done, GPtrArray **not_done, GError **error)
{
  g_autoptr(FutWaitSet) set = NULL;
  g_autoptr(GError) local_error = NULL;
  gint64 deadline;

  g_return_val_if_fail (fut_timeout_is_valid (timeout), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!fut_wait_set_check (futures, n_futures) || !check_return_when (return_when, error))
    return FALSE;

  deadline = fut_deadline_from_timeout (timeout);
  set = fut_wait_set_new (futures, n_futures);
  if (return_when == FUT_RETURN_WHEN_ALL_COMPLETED)
    wait_for_all (set, deadline, cancellable, &local_error);
  else
    {
      watch (set, return_when);
      if (!fut_waiter_is_met (&set->waiter) &&
          !g_cancellable_set_error_if_cancelled (cancellable, &local_error))
        fut_waiter_block (&set->waiter, set->core, deadline, cancellable, &local_error);
    }

  if (local_error != NULL && !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  fut_wait_set_split (set, done, not_done);
  return TRUE;
}

typedef struct
{
  FutWaitSet *set;    /* owned by the task */
  GTask      *task;   /* owned */
  GSource    *source; /* owned */
} AsyncWait;

static void
async_wait_free (gpointer data)
{
  AsyncWait *self = data;

  fut_waiter_forget_source (&self->set->waiter);
  g_source_unref (self->source);
  g_object_unref (self->task);
  g_free (self);
}

static gboolean
on_async_wait_ready (gpointer data)
{
  AsyncWait *self = data;
  g_autoptr(GTask) task = g_object_ref (self->task);

  fut_waiter_forget_source (&self->set->waiter);
  if (fut_waiter_is_met (&self->set->waiter) || !g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

/**
 * fut_wait_async:
 * @futures: (array length=n_futures): futures, of any executors; duplicates count once
 * @n_futures: how many
 * @return_when: when to call back
 * @timeout: the longest time to wait, in microseconds; −1 waits without limit
 * @cancellable: (nullable): ends the wait, and only that; %NULL for none
 * @callback: (scope async) (closure user_data): called in the thread-default main context of the
 *   calling thread
 * @user_data: given to @callback
 *
 * Waits for several futures without blocking; see [func@Fut.wait_finish].
 *
 * Since: 1.0
 */
void
fut_wait_async (FutFuture *const *futures, gsize n_futures, FutReturnWhen return_when,
                GTimeSpan timeout, GCancellable *cancellable, GAsyncReadyCallback callback,
                gpointer user_data)
{
  g_autoptr(GTask) task = NULL;
  GError *error = NULL;
  AsyncWait *wait;

  g_return_if_fail (fut_timeout_is_valid (timeout));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!fut_wait_set_check (futures, n_futures))
    return;

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, fut_wait_async);
  g_task_set_check_cancellable (task, FALSE);
  if (!check_return_when (return_when, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  wait = g_new0 (AsyncWait, 1);
  wait->task = g_object_ref (task);
  wait->set = fut_wait_set_new (futures, n_futures);
  g_task_set_task_data (task, wait->set, (GDestroyNotify) fut_wait_set_free);
  wait->source = fut_wait_source_new (fut_deadline_from_timeout (timeout), cancellable);
  g_source_set_callback (wait->source, on_async_wait_ready, wait, async_wait_free);
  watch (wait->set, return_when);
  g_source_set_priority (wait->source, g_task_get_priority (task));
  fut_waiter_attach_source (&wait->set->waiter, wait->source, g_task_get_context (task));
}

/**
 * fut_wait_finish:
 * @result: what the callback of [func@Fut.wait_async] was given
 * @done: (out) (optional) (transfer full) (element-type Fut.Future): return location for those that
 *   are done, in the order of the futures given
 * @not_done: (out) (optional) (transfer full) (element-type Fut.Future): return location for the
 *   others
 * @error: return location for an error
 *
 * Ends a wait begun with [func@Fut.wait_async]. At the deadline it gives what there is: that is no
 * error.
 *
 * Fails with [error@Gio.IOErrorEnum.CANCELLED] if the wait was cancelled, and with
 * [error@Gio.IOErrorEnum.INVALID_ARGUMENT] for a `return_when` that does not exist. Then the arrays
 * are not set.
 *
 * Returns: %TRUE if it waited as asked
 *
 * Since: 1.0
 */
gboolean
fut_wait_finish (GAsyncResult *result, GPtrArray **done, GPtrArray **not_done, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  fut_wait_set_split (g_task_get_task_data (G_TASK (result)), done, not_done);
  return TRUE;
}
