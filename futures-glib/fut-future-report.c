/* fut-future-report.c: what a task tells on the way: progress and status
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-future-private.h"

#include <math.h>

/* Locking: progress and status are guarded by the future's lock, see fut-future.c. */

/* Whether the call runs; to report on one that has ended is pointless but no mistake. */
static gboolean
can_report (FutFuture *self)
{
  FutState state = fut_future_peek_state (self);

  if (state == FUT_STATE_PENDING)
    g_critical ("%s reports progress before it has begun",
                fut_future_peek_name (self) != NULL ? fut_future_peek_name (self) : "a call");
  return state == FUT_STATE_RUNNING;
}

/* Whether it was another one before. */
static gboolean
store_progress (FutFuture *self, double progress)
{
  FutFutureExtra *extra = fut_future_ensure_extra (self);
  gboolean changed;

  g_mutex_lock (fut_future_get_lock (self));
  changed = extra->progress != progress;
  extra->progress = progress;
  g_mutex_unlock (fut_future_get_lock (self));
  return changed;
}

static gboolean
store_status (FutFuture *self, const char *text)
{
  FutFutureExtra *extra = fut_future_ensure_extra (self);
  char *status = g_strdup (text);
  gboolean changed;

  g_mutex_lock (fut_future_get_lock (self));
  changed = g_strcmp0 (extra->status, status) != 0;
  if (changed)
    {
      char *old = extra->status;

      extra->status = status;
      status = old;
    }
  g_mutex_unlock (fut_future_get_lock (self));
  g_free (status);
  return changed;
}

/* Tells who watches of a change; in a worker process, that is the parent. */
static void
tell (FutFuture *self, guint bit)
{
  const FutEngineFuncs *funcs = fut_future_get_engine_funcs (self);

  if (funcs != NULL && funcs->report != NULL)
    funcs->report (self->core->engine, self, bit == FUT_FUTURE_POST_STATUS);
  if (fut_future_has_handler (self))
    fut_future_post (self, bit);
}

void
fut_future_take_report (FutFuture *self, double progress, char *status, gboolean notify)
{
  FutFutureExtra *extra = fut_future_ensure_extra (self);
  guint changed;

  /* Both at once: who sees the one sees the other. */
  g_mutex_lock (fut_future_get_lock (self));
  changed = extra->untold | (extra->progress != progress ? FUT_FUTURE_POST_PROGRESS : 0);
  extra->progress = progress;
  if (g_strcmp0 (extra->status, status) != 0)
    {
      char *old = extra->status;

      changed |= FUT_FUTURE_POST_STATUS;
      extra->status = status;
      status = old;
    }
  extra->untold = notify ? 0 : changed;
  g_mutex_unlock (fut_future_get_lock (self));
  g_free (status);

  if (notify && (changed & FUT_FUTURE_POST_PROGRESS) != 0)
    tell (self, FUT_FUTURE_POST_PROGRESS);
  if (notify && (changed & FUT_FUTURE_POST_STATUS) != 0)
    tell (self, FUT_FUTURE_POST_STATUS);
}

/* Fetches what a call that runs elsewhere has told last. */
static void
refresh_report (FutFuture *self)
{
  const FutEngineFuncs *funcs = fut_future_get_engine_funcs (self);

  if (funcs != NULL && funcs->refresh_report != NULL &&
      fut_future_get_state (self) == FUT_STATE_RUNNING)
    funcs->refresh_report (self->core->engine, self);
}

/**
 * fut_future_set_progress:
 * @self: a future that is running
 * @progress: how much is done, from 0 to 1, or −1 if that is unknown; other values are clamped
 *
 * Tells how far the work is.
 *
 * This is for task functions. It may be called as often as is convenient: who watches is notified
 * at most once in an iteration of its loop. When nothing has changed, and once the future has
 * ended, it does nothing.
 *
 * Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_future_set_progress (FutFuture *self, double progress)
{
  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (!isnan (progress));

  if (can_report (self) && store_progress (self, progress < 0 ? -1 : MIN (progress, 1)))
    tell (self, FUT_FUTURE_POST_PROGRESS);
}

/**
 * fut_future_get_progress: (get-property progress)
 * @self: a future
 *
 * Tells how much of the call is done.
 *
 * Safe from any thread.
 *
 * Returns: what the task told last, from 0 to 1; −1 if that is unknown
 *
 * Since: 1.0
 */
double
fut_future_get_progress (FutFuture *self)
{
  FutFutureExtra *extra;
  double progress;

  g_return_val_if_fail (FUT_IS_FUTURE (self), -1);

  refresh_report (self);
  extra = fut_future_get_extra (self);
  if (extra == NULL)
    return -1;
  g_mutex_lock (fut_future_get_lock (self));
  progress = extra->progress;
  g_mutex_unlock (fut_future_get_lock (self));
  return progress;
}

/**
 * fut_future_set_status:
 * @self: a future that is running
 * @status: (nullable): what is being done, for people; %NULL for nothing to say
 *
 * Tells what the task is doing.
 *
 * This is for task functions; see [method@Fut.Future.set_progress].
 *
 * Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_future_set_status (FutFuture *self, const char *status)
{
  g_return_if_fail (FUT_IS_FUTURE (self));

  if (can_report (self) && store_status (self, status))
    tell (self, FUT_FUTURE_POST_STATUS);
}

/**
 * fut_future_dup_status: (get-property status)
 * @self: a future
 *
 * Tells what the task says it is doing.
 *
 * Safe from any thread.
 *
 * Returns: (transfer full) (nullable): the text set by [method@Fut.Future.set_status]; %NULL if
 *   there is none
 *
 * Since: 1.0
 */
char *
fut_future_dup_status (FutFuture *self)
{
  FutFutureExtra *extra;
  char *status;

  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);

  refresh_report (self);
  extra = fut_future_get_extra (self);
  if (extra == NULL)
    return NULL;
  g_mutex_lock (fut_future_get_lock (self));
  status = g_strdup (extra->status);
  g_mutex_unlock (fut_future_get_lock (self));
  return status;
}
