/* fut-future-run.c: running a call: the executor's and the task's side of a future
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-future-private.h"

#include "fut-error.h"
#include "fut-submit-options-private.h"

__thread FutFrame *_fut_frame;

gboolean
fut_frame_is_inside (FutExecutorCore *core)
{
  for (FutFrame *frame = _fut_frame; frame != NULL; frame = frame->parent)
    if (frame->core == core)
      return TRUE;
  return FALSE;
}

/* Keeps the closure of a call that was begun by hand, until it is run or has ended. */
static void
stash_closure (FutFuture *self, FutClosure *closure)
{
  FutFutureExtra *extra = fut_future_ensure_extra (self);

  g_mutex_lock (fut_future_get_lock (self));
  extra->closure = *closure;
  g_mutex_unlock (fut_future_get_lock (self));
}

/* PENDING to RUNNING; *@closure is what a closure has to call. While ENDING is set nobody else
 * changes the state: the call is taken out of the queue, if it may still be there, before anybody
 * can post it; and the time is written where the closure's destroy notify stood.
 */
static gboolean
claim (FutFuture *self, gint64 now, gboolean queued, gboolean to_run, FutClosure *closure)
{
  const guint flags = to_run ? FUT_FUTURE_CALL_TAKEN : 0;
  gboolean forgotten = FALSE;
  guint state = atomic_load_explicit (&self->state, memory_order_relaxed);

  do
    if (fut_future_state_of (state) != FUT_STATE_PENDING || (state & FUT_FUTURE_ENDING) != 0)
      return FALSE;
  while (!atomic_compare_exchange_weak (&self->state, &state, state | FUT_FUTURE_ENDING));

  if (queued && self->core != NULL && self->core->engine != NULL)
    forgotten = self->core->engine_funcs->forget (self->core->engine, self);
  if (self->call_kind == FUT_CALL_CLOSURE)
    *closure = (FutClosure){ self->func, self->user_data, self->destroy };
  if (self->call_kind == FUT_CALL_CLOSURE && !to_run)
    stash_closure (self, closure);
  atomic_store_explicit (&self->time, now, memory_order_relaxed);
  state = atomic_fetch_add (&self->state, flags + FUT_STATE_RUNNING - FUT_FUTURE_ENDING);

  if (self->core != NULL)
    fut_executor_core_count (self->core, FUT_COUNT_STARTED);
  if ((state & FUT_FUTURE_HAS_LINKS) != 0)
    fut_future_link_running (self);
  if (forgotten)
    g_object_unref (self); /* not the last one: the caller has one */
  return TRUE;
}

/* Notifies that the call runs, if somebody listens; this needs the node, which is free now. */
static void
post_running (FutFuture *self)
{
  if (fut_future_has_handler (self) && fut_future_has_notify_handler (self))
    fut_future_post (self, FUT_FUTURE_POST_STATE);
}

/* Claims the call to run it: also one that set_running_or_notify_cancel() has begun. */
static gboolean
claim_to_run (FutFuture *self, gint64 now, gboolean queued, FutClosure *closure)
{
  if (self->call_kind == FUT_CALL_NONE)
    return FALSE;

  if (claim (self, now, queued, TRUE, closure))
    {
      post_running (self);
      return TRUE;
    }

  if (fut_future_peek_state (self) != FUT_STATE_RUNNING ||
      (atomic_fetch_or (&self->state, FUT_FUTURE_CALL_TAKEN) & FUT_FUTURE_CALL_TAKEN) != 0)
    return FALSE;

  if (self->call_kind == FUT_CALL_CLOSURE)
    {
      FutFutureExtra *extra = fut_future_ensure_extra (self);

      g_mutex_lock (fut_future_get_lock (self));
      *closure = extra->closure;
      extra->closure = (FutClosure){ 0 };
      g_mutex_unlock (fut_future_get_lock (self));
      return closure->func != NULL;
    }
  return TRUE;
}

gboolean
fut_future_begin_elsewhere (FutFuture *self, gpointer place, gint64 started_at, gboolean *linked)
{
  guint state = atomic_load_explicit (&self->state, memory_order_relaxed);

  do
    if (fut_future_state_of (state) != FUT_STATE_PENDING || (state & FUT_FUTURE_ENDING) != 0)
      return FALSE;
  while (!atomic_compare_exchange_weak (&self->state, &state, state | FUT_FUTURE_ENDING));

  /* Once it is RUNNING anybody may end it, who stores other things there. */
  self->place = place;
  atomic_store_explicit (&self->time, started_at, memory_order_relaxed);
  state =
    atomic_fetch_add (&self->state, FUT_FUTURE_CALL_TAKEN + FUT_STATE_RUNNING - FUT_FUTURE_ENDING);
  fut_executor_core_count (self->core, FUT_COUNT_STARTED);
  *linked = (state & FUT_FUTURE_HAS_LINKS) != 0;
  return TRUE;
}

void
fut_future_follow_begin (FutFuture *self, gboolean linked)
{
  if (linked)
    fut_future_link_running (self);
  post_running (self);
}

void
fut_future_count_retry (FutFuture *self)
{
  FutFutureExtra *extra = fut_future_ensure_extra (self);

  g_mutex_lock (fut_future_get_lock (self));
  extra->n_retries++;
  g_mutex_unlock (fut_future_get_lock (self));
}

static void
call_function (FutFuture *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) args = fut_future_dup_args (self);
  FutBinding *binding = fut_function_bind (self->function, &error);

  if (binding != NULL && fut_future_is_done (self))
    {
      /* Ended by hand meanwhile, and the arguments are gone. */
      fut_binding_unref (binding);
      return;
    }
  if (binding == NULL)
    {
      fut_future_end_with_error (self, g_steal_pointer (&error), FALSE);
      return;
    }
  fut_binding_call (binding, self, args);
  fut_binding_unref (binding);
}

gboolean
fut_future_execute (FutFuture *self, gboolean queued, gint64 *now)
{
  FutFrame frame = { _fut_frame, self->core, self, _fut_frame != NULL ? _fut_frame->depth + 1 : 1 };
  FutClosure closure = { 0 };

  if (!claim_to_run (self, *now, queued, &closure))
    return FALSE;

  /* What runs until the frame is left is inside the executor: the call, and at its end callbacks
   * and destroy notifies.
   */
  _fut_frame = &frame;
  if (self->call_kind == FUT_CALL_FUNCTION)
    call_function (self);
  else
    {
      closure.func (self, NULL, closure.user_data);
      if (closure.destroy != NULL)
        closure.destroy (closure.user_data);
    }

  *now = g_get_monotonic_time ();
  fut_future_end (self, FUT_STATE_FINISHED, NULL, FALSE, *now);
  _fut_frame = frame.parent;
  return TRUE;
}

/**
 * fut_future_run:
 * @self: a future that was given to an executor
 *
 * Runs the call in this thread, unless it was cancelled or somebody else runs it.
 *
 * This is for executors. The call is begun as by
 * [method@Fut.Future.set_running_or_notify_cancel], if that has not been done, its function is
 * called, and if that has not ended the future, it ends with no value.
 *
 * Returns: %TRUE if the call ran here
 *
 * Since: 1.0
 */
gboolean
fut_future_run (FutFuture *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean ran;

  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);

  g_object_ref (self);
  ran = fut_future_execute (self, TRUE, &now);
  g_object_unref (self);
  return ran;
}

/**
 * fut_future_set_running_or_notify_cancel:
 * @self: a future
 * @error: return location for an error
 *
 * Begins a call: from now on it can only be asked to stop.
 *
 * This is for who makes futures by hand and for executors, before they do the work.
 *
 * Fails with %FUT_ERROR_INVALID_STATE if it had begun or ended. Safe from any thread.
 *
 * Returns: %TRUE if the work is to be done; %FALSE, with @error unset, if the future was cancelled
 *   before
 *
 * Since: 1.0
 */
gboolean
fut_future_set_running_or_notify_cancel (FutFuture *self, GError **error)
{
  FutClosure closure = { 0 };

  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  while (!claim (self, g_get_monotonic_time (), TRUE, FALSE, &closure))
    {
      guint state = atomic_load (&self->state);

      if (fut_future_state_of (state) == FUT_STATE_CANCELLED)
        return FALSE;
      if (fut_future_state_of (state) != FUT_STATE_PENDING)
        {
          g_set_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE,
                       "the future cannot begin: it is already %s",
                       fut_future_state_is_done (state) ? "finished" : "running");
          return FALSE;
        }
      g_thread_yield (); /* it is ending */
    }

  post_running (self);
  return TRUE;
}

/**
 * fut_future_get_function:
 * @self: a future
 *
 * Tells the name of the function that is to be called. This is for executors.
 *
 * Returns: (transfer none) (nullable): the name given to [method@Fut.Executor.submit]; %NULL for a
 *   closure, which only [method@Fut.Future.run] can call, and for a future made by hand
 *
 * Since: 1.0
 */
const char *
fut_future_get_function (FutFuture *self)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);

  return self->function != NULL ? fut_function_get_name (self->function) : NULL;
}

/**
 * fut_future_dup_args:
 * @self: a future
 *
 * Gives the arguments of the call, as long as it has not ended. This is for executors.
 *
 * Safe from any thread.
 *
 * Returns: (transfer full) (nullable): the arguments given to [method@Fut.Executor.submit]; %NULL
 *   if there are none, and once the future is done
 *
 * Since: 1.0
 */
GVariant *
fut_future_dup_args (FutFuture *self)
{
  GVariant *args = NULL;
  guint state;

  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);

  if (self->call_kind != FUT_CALL_FUNCTION)
    return NULL;

  do
    {
      /* While somebody begins or ends it one cannot know whether they are still there. */
      g_mutex_lock (fut_future_get_lock (self));
      state = atomic_load (&self->state);
      if ((state & FUT_FUTURE_ENDING) == 0 && !fut_future_state_is_done (state) &&
          self->args != NULL)
        args = g_variant_ref (self->args);
      g_mutex_unlock (fut_future_get_lock (self));
      if ((state & FUT_FUTURE_ENDING) != 0)
        g_thread_yield ();
    }
  while ((state & FUT_FUTURE_ENDING) != 0);
  return args;
}

/**
 * fut_future_get_priority:
 * @self: a future
 *
 * Tells how urgent the call is. This is for executors.
 *
 * Returns: the priority given in the [class@Fut.SubmitOptions]; lower is more urgent, 0 is usual
 *
 * Since: 1.0
 */
int
fut_future_get_priority (FutFuture *self)
{
  FutFutureExtra *extra;

  g_return_val_if_fail (FUT_IS_FUTURE (self), 0);

  extra = fut_future_get_extra (self);
  return extra != NULL && extra->options != NULL ? fut_submit_options_get_priority (extra->options)
                                                 : 0;
}

/**
 * fut_future_get_cancellable:
 * @self: a future
 *
 * Gives the task's own cancellable, which is cancelled when the call is asked to stop:
 * by [method@Fut.Future.cancel] while it runs, or by its run timeout.
 *
 * This is for task functions, to give to the blocking calls that they make. It is another object
 * than the cancellable of the [class@Fut.SubmitOptions], which may be shared by many calls.
 *
 * Safe from any thread.
 *
 * Returns: (transfer none): the cancellable; it lives as long as the future
 *
 * Since: 1.0
 */
GCancellable *
fut_future_get_cancellable (FutFuture *self)
{
  FutFutureExtra *extra;
  GCancellable *cancellable;
  g_autoptr(GCancellable) made = NULL;

  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);

  extra = fut_future_ensure_extra (self);
  g_mutex_lock (fut_future_get_lock (self));
  cancellable = extra->cancellable;
  g_mutex_unlock (fut_future_get_lock (self));
  if (cancellable == NULL)
    {
      made = g_cancellable_new ();
      g_mutex_lock (fut_future_get_lock (self));
      if (extra->cancellable == NULL)
        extra->cancellable = g_steal_pointer (&made);
      cancellable = extra->cancellable;
      g_mutex_unlock (fut_future_get_lock (self));
    }

  /* Who requests a cancel sets the flag and then looks for the cancellable. */
  if ((atomic_load (&self->state) & FUT_FUTURE_CANCEL_REQUESTED) != 0)
    g_cancellable_cancel (cancellable);
  return cancellable;
}
