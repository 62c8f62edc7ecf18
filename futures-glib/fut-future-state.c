/* fut-future-state.c: the state machine of a future
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-future-private.h"

#include "fut-error.h"
#include "fut-submit-options-private.h"

/* See fut-future-private.h for the states and their edges. */

/* Makes the caller the one who ends the future; *@before is the state it had. */
static gboolean
begin_end (FutFuture *self, gboolean only_pending, guint *before)
{
  guint state = atomic_load (&self->state);

  for (;;)
    {
      if (fut_future_state_is_done (state) ||
          (only_pending && fut_future_state_of (state) != FUT_STATE_PENDING))
        return FALSE;

      if ((state & FUT_FUTURE_ENDING) != 0)
        {
          /* Somebody begins or ends it; in a moment it is known which. */
          g_thread_yield ();
          state = atomic_load (&self->state);
        }
      else if (atomic_compare_exchange_weak (&self->state, &state, state | FUT_FUTURE_ENDING))
        {
          *before = state;
          return TRUE;
        }
    }
}

/* Publishes what begin_end() allowed to write, with a reference for the mailbox if @kept; returns
 * the flags that were set before.
 */
static guint
publish (FutFuture *self, FutState to, gboolean kept)
{
  const guint posts = FUT_FUTURE_POST_DONE | FUT_FUTURE_POST_STATE | FUT_FUTURE_POST_CAN_CANCEL |
                      (kept ? FUT_FUTURE_KEPT : 0);
  guint state = atomic_load_explicit (&self->state, memory_order_relaxed);
  guint cleared;

  do
    cleared = state & ~(guint) (FUT_FUTURE_STATE_MASK | FUT_FUTURE_ENDING);
  while (!atomic_compare_exchange_weak (&self->state, &state, cleared | to | posts));
  return state;
}

/* Takes what the call still owns. A closure that was begun belongs to who calls it, except that
 * one begun by hand waits in `extra`.
 */
static void
take_call (FutFuture *self, gboolean was_pending, FutClosure *closure, GVariant **args)
{
  FutFutureExtra *extra = fut_future_get_extra (self);

  *closure = (FutClosure){ 0 };
  *args = NULL;

  if (self->call_kind == FUT_CALL_CLOSURE && was_pending)
    *closure = (FutClosure){ self->func, self->user_data, self->destroy };
  else if (self->call_kind == FUT_CALL_CLOSURE && extra != NULL)
    {
      g_mutex_lock (fut_future_get_lock (self));
      *closure = extra->closure;
      extra->closure = (FutClosure){ 0 };
      g_mutex_unlock (fut_future_get_lock (self));
    }
  else if (self->call_kind == FUT_CALL_FUNCTION)
    {
      g_mutex_lock (fut_future_get_lock (self));
      *args = g_steal_pointer (&self->args);
      g_mutex_unlock (fut_future_get_lock (self));
    }
}

static void
free_call (FutClosure *closure, GVariant *args)
{
  if (closure->destroy != NULL)
    closure->destroy (closure->user_data);
  g_clear_pointer (&args, g_variant_unref);
}

void
fut_future_drop_call (FutFuture *self)
{
  gboolean pending = fut_future_peek_state (self) == FUT_STATE_PENDING;
  FutClosure closure;
  GVariant *args;

  take_call (self, pending, &closure, &args);
  free_call (&closure, args);
}

static void
write_result (FutFuture *self, FutResult *result, GTimeSpan elapsed)
{
  self->result_kind = result != NULL ? result->kind : FUT_RESULT_NONE;
  if (self->result_kind == FUT_RESULT_DOUBLE)
    self->v_double = result->v_double;
  else if (self->result_kind == FUT_RESULT_INT64)
    self->v_int64 = result->v_int64;
  else if (self->result_kind == FUT_RESULT_BOOLEAN)
    self->v_boolean = result->v_boolean;
  else
    self->v_pointer = result != NULL ? result->v_pointer : NULL;
  self->result_destroy = result != NULL ? result->destroy : NULL;
  atomic_store_explicit (&self->time, elapsed, memory_order_relaxed);
}

/* A call that ran out of time and brought no value failed for that reason. *@replaced is what it
 * said instead, to be cleared.
 */
static void
apply_run_timeout (FutFuture *self, FutResult *result, FutResult *replaced)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  const char *name = fut_future_peek_name (self);
  GTimeSpan timeout = fut_submit_options_get_run_timeout (extra->options);

  if (result->kind != FUT_RESULT_ERROR && result->kind != FUT_RESULT_NONE)
    return;

  *replaced = *result;
  *result = (FutResult){
    .kind = FUT_RESULT_ERROR,
    .v_pointer = g_error_new (FUT_ERROR, FUT_ERROR_TIMED_OUT,
                              "%s ran for longer than its run timeout of %.3f s",
                              name != NULL ? name : "the call", timeout / 1e6),
  };
}

/* What follows once the end is published; @state is what it was before. User code comes last. */
static void
follow_end (FutFuture *self, guint state, gboolean kept)
{
  const FutEngineFuncs *funcs = fut_future_get_engine_funcs (self);
  gboolean failed = self->result_kind == FUT_RESULT_ERROR;

  if ((state & FUT_FUTURE_HAS_CALLBACKS) != 0)
    atomic_fetch_or (&self->state, FUT_FUTURE_ERROR_READ); /* somebody is told */
  if ((state & FUT_FUTURE_WATCHED) != 0)
    fut_future_notify_waiters (self, failed);
  if (!kept && (state & FUT_FUTURE_HAS_CALLBACKS) != 0 && fut_future_has_owner_callbacks (self))
    fut_future_keep (self); /* they came in the last moment */
  if ((state & FUT_FUTURE_POST_MASK) == 0)
    fut_mailbox_post (fut_future_get_mailbox (self), &self->node);
  if (kept && (state & FUT_FUTURE_KEPT) != 0)
    g_object_unref (self);
  if ((state & FUT_FUTURE_HAS_LINKS) != 0)
    fut_future_unlink (self);
  if ((state & FUT_FUTURE_HAS_CALLBACKS) != 0 &&
      (funcs == NULL || funcs->defer == NULL || !funcs->defer (self->core->engine, self)))
    fut_future_run_immediate_callbacks (self);
}

gboolean
fut_future_end (FutFuture *self, FutState to, FutResult *result, gboolean only_pending, gint64 now)
{
  FutResult nothing = { FUT_RESULT_NONE };
  FutResult replaced = { FUT_RESULT_NONE };
  gboolean was_pending;
  gboolean forgotten = FALSE;
  gboolean kept;
  GTimeSpan elapsed = 0;
  FutClosure closure;
  GVariant *args;
  guint state;

  /* Taken before: no reference is taken or dropped while others may spin. */
  kept = fut_future_is_wanted (self, FUT_FUTURE_POST_DONE);
  if (kept)
    g_object_ref (self);
  if (result == NULL)
    result = &nothing;
  if (!begin_end (self, only_pending, &state))
    {
      fut_result_clear (result);
      if (kept)
        g_object_unref (self);
      return FALSE;
    }

  was_pending = fut_future_state_of (state) == FUT_STATE_PENDING;
  if (was_pending && self->core != NULL && self->core->engine != NULL)
    forgotten = self->core->engine_funcs->forget (self->core->engine, self);
  if (!was_pending)
    elapsed = (now != 0 ? now : g_get_monotonic_time ()) -
              atomic_load_explicit (&self->time, memory_order_relaxed);

  take_call (self, was_pending, &closure, &args);
  if ((atomic_load (&self->state) & FUT_FUTURE_RUN_TIMED_OUT) != 0)
    apply_run_timeout (self, result, &replaced);
  write_result (self, result, elapsed);
  if (self->core != NULL)
    fut_executor_core_count (self->core, was_pending ? FUT_COUNT_DROPPED : FUT_COUNT_ENDED);
  state = publish (self, to, kept);

  follow_end (self, state, kept);
  fut_result_clear (&replaced);
  free_call (&closure, args);
  if (forgotten)
    g_object_unref (self);
  return TRUE;
}

gboolean
fut_future_end_with_error (FutFuture *self, GError *error, gboolean only_pending)
{
  FutResult result = { .kind = FUT_RESULT_ERROR, .v_pointer = error };

  return fut_future_end (self, FUT_STATE_FINISHED, &result, only_pending, 0);
}

/* Asks whether a call that is PENDING here has begun elsewhere. */
static void
refresh (FutFuture *self)
{
  const FutEngineFuncs *funcs = fut_future_get_engine_funcs (self);

  if (funcs != NULL && funcs->refresh != NULL && fut_future_peek_state (self) == FUT_STATE_PENDING)
    funcs->refresh (self->core->engine, self);
}

/**
 * fut_future_get_state: (get-property state)
 * @self: a future
 *
 * Tells where the future is in its life. By the time one looks at it, it may be further; but a
 * future that is done stays as it is.
 *
 * Safe from any thread.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
FutState
fut_future_get_state (FutFuture *self)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), FUT_STATE_PENDING);

  refresh (self);
  return fut_future_peek_state (self);
}

/**
 * fut_future_is_done:
 * @self: a future
 *
 * Tells whether the future has ended: whether it is finished or cancelled.
 *
 * Safe from any thread.
 *
 * Returns: %TRUE if it is %FUT_STATE_FINISHED or %FUT_STATE_CANCELLED
 *
 * Since: 1.0
 */
gboolean
fut_future_is_done (FutFuture *self)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);

  return fut_future_peek_state (self) >= FUT_STATE_CANCELLED;
}

/**
 * fut_future_is_running:
 * @self: a future
 *
 * Tells whether the call has begun and not ended.
 *
 * Safe from any thread.
 *
 * Returns: %TRUE if it is %FUT_STATE_RUNNING
 *
 * Since: 1.0
 */
gboolean
fut_future_is_running (FutFuture *self)
{
  return fut_future_get_state (self) == FUT_STATE_RUNNING;
}

/**
 * fut_future_is_cancelled:
 * @self: a future
 *
 * Tells whether the call was cancelled before it began. One that was asked to stop while it ran,
 * and did, is not cancelled: it is finished, and has the error [error@Gio.IOErrorEnum.CANCELLED].
 *
 * Safe from any thread.
 *
 * Returns: %TRUE if it is %FUT_STATE_CANCELLED
 *
 * Since: 1.0
 */
gboolean
fut_future_is_cancelled (FutFuture *self)
{
  return fut_future_get_state (self) == FUT_STATE_CANCELLED;
}

/**
 * fut_future_get_can_cancel: (get-property can-cancel)
 * @self: a future
 *
 * Tells whether [method@Fut.Future.cancel] would do something: whether the future has not ended
 * and was not asked to stop, by that or by a timeout.
 *
 * Safe from any thread.
 *
 * Returns: whether there is something to cancel
 *
 * Since: 1.0
 */
gboolean
fut_future_get_can_cancel (FutFuture *self)
{
  guint state;

  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);

  state = atomic_load (&self->state);
  return !fut_future_state_is_done (state) && (state & FUT_FUTURE_CANCEL_REQUESTED) == 0;
}

void
fut_future_request_cancel (FutFuture *self)
{
  guint state = atomic_fetch_or (&self->state, FUT_FUTURE_CANCEL_REQUESTED);
  const FutEngineFuncs *funcs = fut_future_get_engine_funcs (self);
  FutFutureExtra *extra = fut_future_get_extra (self);
  GCancellable *cancellable = NULL;

  if (extra != NULL)
    {
      /* Once made it stays as long as the future does. */
      g_mutex_lock (fut_future_get_lock (self));
      cancellable = extra->cancellable;
      g_mutex_unlock (fut_future_get_lock (self));
    }
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
  if (funcs != NULL && funcs->request_cancel != NULL && !fut_future_state_is_done (state))
    funcs->request_cancel (self->core->engine, self);

  if ((state & FUT_FUTURE_CANCEL_REQUESTED) == 0 && !fut_future_state_is_done (state) &&
      fut_future_has_handler (self))
    fut_future_post (self, FUT_FUTURE_POST_CAN_CANCEL);
}

/**
 * fut_future_cancel:
 * @self: a future
 *
 * Cancels a call that has not begun, or asks one that runs to stop.
 *
 * - %FUT_STATE_PENDING: the future is %FUT_STATE_CANCELLED, and the call never runs, not even in
 *   part. Who waits is woken, and the callbacks run, those of
 *   [method@Fut.Future.add_done_callback] in this thread, before this returns.
 * - %FUT_STATE_RUNNING: the task's cancellable ([method@Fut.Future.get_cancellable]) is cancelled.
 *   It is up to the task to heed it; the future then finishes with
 *   [error@Gio.IOErrorEnum.CANCELLED]. A value that it returns all the same is kept.
 * - %FUT_STATE_FINISHED or %FUT_STATE_CANCELLED: nothing happens.
 *
 * Safe from any thread, also from callbacks and from the task itself.
 *
 * Returns: %TRUE if the future is cancelled, now or from before; %FALSE if it is too late for that
 *
 * Since: 1.0
 */
gboolean
fut_future_cancel (FutFuture *self)
{
  gboolean revoked = FALSE;

  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);

  for (;;)
    {
      guint state = atomic_load (&self->state);

      switch (fut_future_state_of (state))
        {
        case FUT_STATE_CANCELLED:
          return TRUE;
        case FUT_STATE_FINISHED:
          return FALSE;
        case FUT_STATE_RUNNING:
          fut_future_request_cancel (self);
          return FALSE;
        case FUT_STATE_PENDING:
        default:
          if ((state & FUT_FUTURE_ENDING) != 0)
            g_thread_yield (); /* how it ends is known in a moment */
          else if (!revoked && self->core != NULL && self->core->revoke != NULL &&
                   !self->core->revoke (self->core, self))
            {
              fut_future_request_cancel (self);
              return FALSE;
            }
          else if (fut_future_end (self, FUT_STATE_CANCELLED, NULL, TRUE, 0))
            return TRUE;
          else
            revoked = TRUE;
        }
    }
}

/**
 * fut_future_get_elapsed:
 * @self: a future
 *
 * Tells how long the call has been running, or how long it ran if it has ended.
 *
 * Safe from any thread.
 *
 * Returns: the time in microseconds; 0 if it has not begun, and if it ended without running
 *
 * Since: 1.0
 */
GTimeSpan
fut_future_get_elapsed (FutFuture *self)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), 0);

  refresh (self);
  for (;;)
    {
      guint state = atomic_load_explicit (&self->state, memory_order_acquire);
      gint64 time;

      if (fut_future_state_of (state) == FUT_STATE_PENDING)
        return 0;
      if ((state & FUT_FUTURE_ENDING) != 0)
        {
          g_thread_yield ();
          continue;
        }

      time = atomic_load_explicit (&self->time, memory_order_relaxed);
      if (fut_future_state_is_done (state))
        return time;

      /* It is the start, unless the call has ended since we looked. */
      if ((atomic_load (&self->state) & (FUT_FUTURE_STATE_MASK | FUT_FUTURE_ENDING)) ==
          FUT_STATE_RUNNING)
        return MAX (g_get_monotonic_time () - time, 0);
    }
}

/**
 * fut_future_get_retry_count:
 * @self: a future
 *
 * Tells how often the call was run again because its worker was lost.
 *
 * Safe from any thread.
 *
 * Returns: the number of runs after the first; 0 for calls in threads, whose workers are not lost
 *
 * Since: 1.0
 */
guint
fut_future_get_retry_count (FutFuture *self)
{
  FutFutureExtra *extra;
  guint n_retries;

  g_return_val_if_fail (FUT_IS_FUTURE (self), 0);

  extra = fut_future_get_extra (self);
  if (extra == NULL)
    return 0;
  g_mutex_lock (fut_future_get_lock (self));
  n_retries = extra->n_retries;
  g_mutex_unlock (fut_future_get_lock (self));
  return n_retries;
}

/**
 * fut_future_dup_name: (get-property name)
 * @self: a future
 *
 * Tells what the call is called in messages and lists: the name given in its
 * [class@Fut.SubmitOptions], else that of its function.
 *
 * Safe from any thread.
 *
 * Returns: (transfer full) (nullable): the name; %NULL for a closure without one, and for a future
 *   made by hand
 *
 * Since: 1.0
 */
char *
fut_future_dup_name (FutFuture *self)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);

  return g_strdup (fut_future_peek_name (self));
}

/**
 * fut_future_dup_executor:
 * @self: a future
 *
 * Tells which executor the call was submitted to. A future does not keep its executor alive.
 *
 * Safe from any thread.
 *
 * Returns: (transfer full) (nullable): the executor; %NULL if it is gone, and for a future made by
 *   hand
 *
 * Since: 1.0
 */
FutExecutor *
fut_future_dup_executor (FutFuture *self)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);

  return self->core != NULL ? g_weak_ref_get (&self->core->executor) : NULL;
}
