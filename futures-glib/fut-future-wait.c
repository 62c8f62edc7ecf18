/* fut-future-wait.c: waiting for one future, in a thread or in a main loop
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-future-private.h"

#include "fut-error.h"

#include "engine/fut-cpus.h"
#include "engine/fut-wait-source.h"

/* A wait for one future goes through these steps, the cheap ones first:
 *
 *   1. It is done.
 *   2. It could never end: the call that waits is the one waited for, or runs on top of it.
 *   3. The waiter is a worker of the pool and the call has not begun: it runs the call itself.
 *   4. Its worker is another process, and the call is the only one: the waiter reads the result
 *      itself, which saves a switch to the thread that reads results else.
 *   5. A CPU is free: it looks again for a moment, which beats two switches of threads.
 *   6. The pool has a backlog and this thread keeps being woken for one result after another: it
 *      looks again a little later, when several have ended, and nobody has to wake it. What it
 *      waits for is not late by that: the workers have other work to do.
 *   7. It parks.
 */

#define MAX_HELP_DEPTH 256   /* calls on top of each other in one worker */
#define SPIN_TIME 20         /* µs */
#define PAUSES_PER_LOOK 50   /* at the clock: every µs or so */
#define UNWATCH_PAUSES 250
#define QUICK_PARK 100       /* µs; a park shorter than this was hardly worth it */
#define MANY_QUICK_PARKS 3
#define POLL_INTERVAL 200    /* µs */
#define POLL_INTERVAL_ELSEWHERE 1000 /* µs, of processes: their results come many at a time */

gboolean
fut_future_has_failed (FutFuture *self)
{
  return fut_future_peek_state (self) == FUT_STATE_FINISHED &&
         self->result_kind == FUT_RESULT_ERROR;
}

static void
list_entry_locked (FutFutureExtra *extra, FutWaitEntry *entry)
{
  entry->listed = TRUE;
  entry->prev = NULL;
  entry->next = extra->waiters;
  if (entry->next != NULL)
    entry->next->prev = entry;
  extra->waiters = entry;
}

static void
unlist_entry_locked (FutFutureExtra *extra, FutWaitEntry *entry)
{
  if (!entry->listed)
    return;

  entry->listed = FALSE;
  if (entry->prev != NULL)
    entry->prev->next = entry->next;
  else
    extra->waiters = entry->next;
  if (entry->next != NULL)
    entry->next->prev = entry->prev;
}

void
fut_future_watch (FutFuture *self, FutWaitEntry *entry)
{
  FutFutureExtra *extra;
  gboolean done = fut_future_is_done (self);

  if (!done)
    {
      extra = fut_future_ensure_extra (self);
      g_mutex_lock (fut_future_get_lock (self));
      list_entry_locked (extra, entry);
      done = fut_future_state_is_done (atomic_fetch_or (&self->state, FUT_FUTURE_WATCHED));
      if (done)
        {
          /* Who ended it may have seen the flag of another waiter, and have been here before. */
          done = entry->listed;
          unlist_entry_locked (extra, entry);
        }
      g_mutex_unlock (fut_future_get_lock (self));
    }
  if (done)
    fut_waiter_notify (entry, fut_future_has_failed (self));
}

void
fut_future_unwatch (FutFuture *self, FutWaitEntry *entry)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  GMutex *lock = fut_future_get_lock (self);
  gboolean locked;

  if (extra == NULL)
    return;

  /* Who has just woken us lets go of the lock in a moment: not worth to sleep again. */
  for (guint i = 0; !(locked = g_mutex_trylock (lock)) && i < UNWATCH_PAUSES; i++)
    fut_cpu_pause ();
  if (!locked)
    g_mutex_lock (lock);
  unlist_entry_locked (extra, entry);
  g_mutex_unlock (lock);
}

void
fut_wait_set_error (GCancellable *cancellable, GError **error)
{
  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                         "the wait timed out; what was waited for goes on");
}

static void
on_wait_cancelled (GCancellable *cancellable, gpointer data)
{
  fut_waiter_interrupt (data);
}

gboolean
fut_waiter_block (FutWaiter *waiter, FutExecutorCore *core, gint64 deadline,
                  GCancellable *cancellable, GError **error)
{
  gboolean counts = core != NULL && deadline < 0 && cancellable == NULL && _fut_frame != NULL &&
                    _fut_frame->core == core &&
                    (core->engine == NULL || core->engine_funcs->workers_are_threads);
  gulong id = 0;
  gboolean met;

  if (counts && !fut_executor_core_block (core, waiter))
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK,
                   "all %u workers of %s would wait for its own calls, and none could run them",
                   core->max_workers, core->name);
      return FALSE;
    }
  fut_waiter_resume (waiter);
  if (cancellable != NULL)
    id = g_cancellable_connect (cancellable, G_CALLBACK (on_wait_cancelled), waiter, NULL);

  met = fut_waiter_park (waiter, deadline);

  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, id);
  if (counts)
    fut_executor_core_unblock (core, waiter);
  if (!met)
    fut_wait_set_error (cancellable, error);
  return met;
}

gboolean
fut_future_would_deadlock (FutFuture *self, GError **error)
{
  const char *name = fut_future_peek_name (self);
  const FutEngineFuncs *funcs = fut_future_get_engine_funcs (self);

  if (funcs != NULL && funcs->is_inside != NULL && funcs->is_inside (self->core->engine))
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK,
                   "the thread of %s that ends its calls waits for one", self->core->name);
      return TRUE;
    }
  for (FutFrame *frame = _fut_frame; frame != NULL; frame = frame->parent)
    if (frame->future == self)
      {
        g_set_error (error, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK,
                     frame == _fut_frame ? "%s waits for itself"
                                         : "%s runs below the call that waits for it",
                     name != NULL ? name : "the call");
        return TRUE;
      }
  return FALSE;
}

static gboolean
help (FutFuture *self)
{
  FutExecutorCore *core = self->core;
  gint64 now = g_get_monotonic_time ();

  return core != NULL && core->engine != NULL && core->engine_funcs->workers_are_threads &&
         _fut_frame != NULL && _fut_frame->core == core && _fut_frame->depth < MAX_HELP_DEPTH &&
         fut_future_execute (self, TRUE, &now);
}

/* Whether it is worth to spin: only if the waiter's CPU is not needed by the worker. */
static gboolean
may_spin (FutFuture *self)
{
  FutExecutorCore *core = self->core;

  return core != NULL && core->engine != NULL && core->engine_funcs->workers_are_threads &&
         _fut_frame == NULL &&
         core->engine_funcs->get_n_active (core->engine) < fut_cpus_get_usable ();
}

static gboolean
spin (FutFuture *self, gint64 deadline)
{
  gint64 end = g_get_monotonic_time () + SPIN_TIME;

  if (deadline >= 0)
    end = MIN (end, deadline);
  for (guint n = 1; n % PAUSES_PER_LOOK != 0 || g_get_monotonic_time () < end; n++)
    {
      if (fut_future_is_done (self))
        return TRUE;
      fut_cpu_pause ();
    }
  return FALSE;
}

/* Whether every worker has something to do besides what may be waited for. */
static gboolean
has_backlog (FutExecutorCore *core)
{
  return fut_executor_core_get_n_pending (core) > core->max_workers;
}

static gboolean
poll_for_end (FutFuture *self, gint64 deadline)
{
  FutExecutorCore *core = self->core;
  gint64 interval;

  if (core == NULL || core->engine == NULL || _fut_frame != NULL)
    return FALSE;

  interval = core->engine_funcs->workers_are_threads ? POLL_INTERVAL : POLL_INTERVAL_ELSEWHERE;
  while (has_backlog (core))
    {
      if (deadline >= 0 && g_get_monotonic_time () + interval >= deadline)
        return FALSE;
      g_usleep (interval);
      if (fut_future_is_done (self))
        return TRUE;
    }
  return FALSE;
}

static gboolean
park (FutFuture *self, gint64 deadline, GCancellable *cancellable, GError **error)
{
  static __thread guint n_quick_parks;
  FutWaiter waiter;
  FutWaitEntry entry = { .waiter = &waiter };
  gint64 start;
  gboolean met;

  if (n_quick_parks >= MANY_QUICK_PARKS && cancellable == NULL && poll_for_end (self, deadline))
    return TRUE;

  start = g_get_monotonic_time ();
  fut_waiter_init (&waiter, NULL);
  fut_future_watch (self, &entry);
  met = fut_waiter_block (&waiter, self->core, deadline, cancellable, error);
  fut_future_unwatch (self, &entry);
  fut_waiter_clear (&waiter);

  if (g_get_monotonic_time () - start < QUICK_PARK)
    n_quick_parks = MIN (n_quick_parks + 1, MANY_QUICK_PARKS);
  else
    n_quick_parks = 0;
  return met;
}

gboolean
fut_future_wait_until (FutFuture *self, gint64 deadline, GCancellable *cancellable, GError **error)
{
  static __thread FutSpinner spinner;
  const FutEngineFuncs *funcs = fut_future_get_engine_funcs (self);

  if (fut_future_is_done (self))
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (deadline >= 0 && g_get_monotonic_time () >= deadline)
    {
      fut_wait_set_error (NULL, error);
      return FALSE;
    }
  if (fut_future_would_deadlock (self, error))
    return FALSE;

  if (deadline < 0 && cancellable == NULL && help (self))
    return TRUE;
  if (funcs != NULL && funcs->wait != NULL &&
      funcs->wait (self->core->engine, self, deadline, cancellable))
    return TRUE;
  if (may_spin (self) && fut_spinner_may_spin (&spinner))
    {
      gboolean found = spin (self, deadline);

      fut_spinner_note (&spinner, found);
      if (found)
        return TRUE;
    }
  return park (self, deadline, cancellable, error);
}

/**
 * fut_future_wait:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @cancellable: (nullable): ends the wait, and only that; %NULL for none
 * @error: return location for an error
 *
 * Blocks until the future has ended, however it has.
 *
 * Safe from any thread, any number of times; do not block a thread that has a main loop to run, but
 * use [method@Fut.Future.wait_async]. In a worker, a wait without limit and without @cancellable
 * for a call of the same executor that has not begun runs that call, here and now, instead of
 * waiting for a worker to do it: so tasks may submit tasks and wait for them, up to 256 on top of
 * each other, on any number of workers.
 *
 * Fails with [error@Gio.IOErrorEnum.TIMED_OUT] at the deadline, with
 * [error@Gio.IOErrorEnum.CANCELLED] if @cancellable was cancelled, and with
 * %FUT_ERROR_WOULD_DEADLOCK if the wait could never end: for the call that the caller itself runs
 * in, or if every worker of the executor would wait for one of its own calls. In each case the call
 * goes on undisturbed.
 *
 * Returns: %TRUE if the future is done
 *
 * Since: 1.0
 */
gboolean
fut_future_wait (FutFuture *self, GTimeSpan timeout, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (fut_future_is_done (self))
    return TRUE;
  return fut_future_wait_until (self, fut_deadline_from_timeout (timeout), cancellable, error);
}

typedef struct
{
  FutWaiter    waiter;
  FutWaitEntry entry;
  GSource     *source; /* owned */
  GTask       *task;   /* owned; its source object is the future */
} AsyncWait;

static void
async_wait_free (gpointer data)
{
  AsyncWait *self = data;

  fut_future_unwatch (g_task_get_source_object (self->task), &self->entry);
  fut_waiter_clear (&self->waiter);
  g_source_unref (self->source);
  g_object_unref (self->task);
  g_free (self);
}

static gboolean
on_async_wait_ready (gpointer data)
{
  AsyncWait *self = data;
  g_autoptr(GTask) task = g_object_ref (self->task);

  fut_waiter_forget_source (&self->waiter);
  if (fut_waiter_is_met (&self->waiter))
    g_task_return_boolean (task, TRUE);
  else
    {
      GError *error = NULL;

      fut_wait_set_error (g_task_get_cancellable (task), &error);
      g_task_return_error (task, error);
    }
  return G_SOURCE_REMOVE;
}

void
fut_future_wait_until_async (FutFuture *self, gint64 deadline, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  AsyncWait *wait;

  g_task_set_source_tag (task, fut_future_wait_async);
  g_task_set_name (task, "[futures-glib] wait");
  g_task_set_check_cancellable (task, FALSE);
  if (fut_future_is_done (self))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  wait = g_new0 (AsyncWait, 1);
  wait->task = g_object_ref (task);
  wait->entry.waiter = &wait->waiter;
  fut_waiter_init (&wait->waiter, NULL);
  wait->source = fut_wait_source_new (deadline, cancellable);
  g_source_set_callback (wait->source, on_async_wait_ready, wait, async_wait_free);
  g_source_set_priority (wait->source, g_task_get_priority (task));
  fut_future_watch (self, &wait->entry);
  fut_waiter_attach_source (&wait->waiter, wait->source, g_task_get_context (task));
}

/**
 * fut_future_wait_async:
 * @self: a future
 * @cancellable: (nullable): ends the wait, and only that; %NULL for none
 * @callback: (scope async) (closure user_data): called when the future has ended
 * @user_data: given to @callback
 *
 * Waits for the end without blocking: @callback is called in the thread-default main context of
 * the calling thread. It may be called at any time, also when the future is done.
 *
 * Since: 1.0
 */
void
fut_future_wait_async (FutFuture *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  fut_future_wait_until_async (self, -1, cancellable, callback, user_data);
}

/**
 * fut_future_wait_finish:
 * @self: a future
 * @result: what the callback of [method@Fut.Future.wait_async] was given
 * @error: return location for an error
 *
 * Ends a wait begun with [method@Fut.Future.wait_async]. How the future has ended is for
 * [method@Fut.Future.result] to tell, with a timeout of 0.
 *
 * Fails with [error@Gio.IOErrorEnum.CANCELLED] if the wait was cancelled.
 *
 * Returns: %TRUE if the future is done
 *
 * Since: 1.0
 */
gboolean
fut_future_wait_finish (FutFuture *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
