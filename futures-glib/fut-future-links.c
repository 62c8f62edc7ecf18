/* fut-future-links.c: what may end a call from outside: timeouts, the caller's cancellable
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-future-private.h"

#include "fut-error.h"
#include "fut-submit-options-private.h"

/* Timers and the handler hold a reference to the future, which they drop when it ends: the flag
 * HAS_LINKS has who begins or ends the call come here. It is set before any of them is made, and
 * who finds then that the call has begun or ended already does what is left to do.
 */

static void
on_queue_timeout (gpointer data)
{
  FutFuture *self = data;
  const char *name = fut_future_peek_name (self);
  FutSubmitOptions *options = fut_future_get_extra (self)->options;

  /* An executor of a third party may know that it has begun. */
  if (self->core->revoke != NULL && fut_future_peek_state (self) == FUT_STATE_PENDING &&
      !self->core->revoke (self->core, self))
    return;

  fut_future_end_with_error (self,
                             g_error_new (FUT_ERROR, FUT_ERROR_TIMED_OUT,
                                          "%s had not begun after its queue timeout of %.3f s",
                                          name != NULL ? name : "the call",
                                          fut_submit_options_get_queue_timeout (options) / 1e6),
                             TRUE);
}

static void
on_run_timeout (gpointer data)
{
  FutFuture *self = data;

  atomic_fetch_or (&self->state, FUT_FUTURE_RUN_TIMED_OUT);
  fut_future_request_cancel (self);
}

static void
cancel (gpointer data)
{
  fut_future_cancel (FUT_FUTURE (data));
}

/* To cancel runs callbacks and destroy notifies, and since GLib 2.84 the cancellable's lock is held
 * here: so another thread does it. The reference is taken under that lock; who holds an
 * interpreter's lock meanwhile does not wait for a cancellable's.
 */
static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  fut_timer_leave (
    fut_timer_start (g_get_monotonic_time (), cancel, g_object_ref (data), g_object_unref));
}

/* Starts a timer that counts from @since, unless the call has left @while_in. */
static void
start_timer (FutFuture *self, FutTimer **place, FutState while_in, GTimeSpan timeout, gint64 since,
             void (*func) (gpointer))
{
  FutTimer *timer;
  gboolean late;

  if (timeout < 0 || timeout > G_MAXINT64 - since)
    return;

  timer = fut_timer_start (since + timeout, func, g_object_ref (self), g_object_unref);
  g_mutex_lock (fut_future_get_lock (self));
  late = fut_future_peek_state (self) != while_in;
  if (!late)
    *place = timer;
  g_mutex_unlock (fut_future_get_lock (self));
  if (late)
    fut_timer_stop (timer);
}

static FutTimer *
take_timer (FutFuture *self, FutTimer **place)
{
  FutTimer *timer;

  g_mutex_lock (fut_future_get_lock (self));
  timer = g_steal_pointer (place);
  g_mutex_unlock (fut_future_get_lock (self));
  return timer;
}

static void
connect_cancellable (FutFuture *self, GCancellable *cancellable)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  gulong id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), g_object_ref (self),
                                     g_object_unref);
  gboolean late;

  if (id == 0)
    return; /* it was cancelled meanwhile */

  g_mutex_lock (fut_future_get_lock (self));
  late = fut_future_is_done (self);
  if (!late)
    extra->cancelled_id = id;
  g_mutex_unlock (fut_future_get_lock (self));

  /* Not g_cancellable_disconnect(): it waits for the handler, in which we may be. */
  if (late)
    g_signal_handler_disconnect (cancellable, id);
}

void
fut_future_link (FutFuture *self)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  FutSubmitOptions *options = extra->options;
  GCancellable *cancellable = fut_submit_options_get_cancellable (options);
  GTimeSpan queue_timeout = fut_submit_options_get_queue_timeout (options);
  guint state;

  if (cancellable == NULL && queue_timeout < 0 && fut_submit_options_get_run_timeout (options) < 0)
    return;

  state = atomic_fetch_or (&self->state, FUT_FUTURE_HAS_LINKS);
  switch (fut_future_state_of (state))
    {
    case FUT_STATE_PENDING:
      start_timer (self, &extra->queue_timer, FUT_STATE_PENDING, queue_timeout,
                   g_get_monotonic_time (), on_queue_timeout);
      break;
    case FUT_STATE_RUNNING:
      fut_future_link_running (self);
      break;
    case FUT_STATE_CANCELLED:
    case FUT_STATE_FINISHED:
    default:
      return;
    }

  if (cancellable != NULL && g_cancellable_is_cancelled (cancellable))
    fut_future_cancel (self);
  else if (cancellable != NULL)
    connect_cancellable (self, cancellable);
}

void
fut_future_link_running (FutFuture *self)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  FutTimer *queue_timer = take_timer (self, &extra->queue_timer);

  g_clear_pointer (&queue_timer, fut_timer_stop);
  start_timer (self, &extra->run_timer, FUT_STATE_RUNNING,
               fut_submit_options_get_run_timeout (extra->options), g_get_monotonic_time (),
               on_run_timeout);
}

void
fut_future_unlink (FutFuture *self)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  FutTimer *queue_timer = take_timer (self, &extra->queue_timer);
  FutTimer *run_timer = take_timer (self, &extra->run_timer);
  gulong id;

  g_mutex_lock (fut_future_get_lock (self));
  id = extra->cancelled_id;
  extra->cancelled_id = 0;
  g_mutex_unlock (fut_future_get_lock (self));

  g_clear_pointer (&queue_timer, fut_timer_stop);
  g_clear_pointer (&run_timer, fut_timer_stop);
  if (id != 0)
    g_signal_handler_disconnect (fut_submit_options_get_cancellable (extra->options), id);
}
