/* fut-manager-stop.c: calls and workers that are to stop, and the signals that see to it
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

#include "fut-error.h"

#include <signal.h>

/* A call that is asked to stop: a CANCEL at once, which cancels its cancellable; after the grace
 * SIGTERM to its worker, and after the grace once more SIGKILL to all that it has begotten. A run
 * timeout has a grace even if the pool has none. Once a signal was sent the worker goes, whatever
 * its call returns meanwhile.
 */

void
fut_manager_send_stop_locked (FutWorkerManager *self, FutWorkerProcess *worker)
{
  FutMessage message = { .type = FUT_MESSAGE_STOP };

  fut_channel_append (&worker->channel, &message, NULL, -1);
  fut_worker_process_flush (worker);
  fut_worker_process_set_state (worker, FUT_WORKER_STOPPING);
  fut_worker_process_note_end (worker, FUT_WORKER_END_STOP, NULL);
  worker->start_deadline = 0;
  worker->kill_at = g_get_monotonic_time () + FUT_LEAVE_GRACE;
}

static FutCall *
find_running_locked (FutWorkerManager *self, FutFuture *future)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      for (FutCall *call = worker->first; call != NULL && call->begun; call = call->next)
        if (call->future == future)
          return call;
    }
  return NULL;
}

/* Takes a call out of those that wait to be run elsewhere; its reference is the caller's. */
static gboolean
remove_again_locked (FutWorkerManager *self, FutFuture *future)
{
  for (GList *link = self->again.head; link != NULL; link = link->next)
    {
      FutAgain *again = link->data;

      if (again->future != future)
        continue;
      g_queue_delete_link (&self->again, link);
      g_free (again);
      return TRUE;
    }
  return FALSE;
}

void
fut_manager_stop_call_locked (FutWorkerManager *self, FutCall *call)
{
  gboolean timed_out = (atomic_load (&call->future->state) & FUT_FUTURE_RUN_TIMED_OUT) != 0;
  FutMessage message = { .type = FUT_MESSAGE_CANCEL, .id = call->id };
  FutWorkerProcess *worker = call->worker;
  GTimeSpan grace = self->settings->cancel_grace;

  fut_channel_append (&worker->channel, &message, NULL, -1);
  fut_worker_process_flush (worker);
  if (grace < 0 && timed_out)
    grace = FUT_TIMEOUT_GRACE;
  if (grace < 0 || (worker->stop_id == call->id && worker->stop_at != 0))
    return;

  worker->stop_id = call->id;
  worker->stop_step = 0;
  worker->stop_grace = grace;
  worker->stop_at = fut_deadline_from_timeout (grace);
}

void
fut_manager_request_cancel (gpointer engine, FutFuture *future)
{
  FutWorkerManager *self = engine;
  gboolean removed = FALSE;
  FutCall *call;

  g_mutex_lock (&self->lock);
  call = find_running_locked (self, future);
  if (call != NULL)
    fut_manager_stop_call_locked (self, call);
  else
    removed = remove_again_locked (self, future);
  g_mutex_unlock (&self->lock);

  if (removed)
    fut_manager_fail_future (self, future,
                             g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                  "the call was asked to stop before it was run "
                                                  "again"));
  else if (call != NULL)
    fut_manager_wake (self);
}

/* --- deadlines --- */

static gboolean
is_due (gint64 deadline, gint64 now)
{
  return deadline != 0 && deadline <= now;
}

/* The next signal to a worker whose call does not stop. */
static void
step_locked (FutWorkerManager *self, FutWorkerProcess *worker, gint64 now)
{
  FutCall *call = fut_worker_process_find_call (worker, worker->stop_id);
  gboolean timed_out;

  if (call == NULL && worker->stop_step == 0)
    {
      worker->stop_id = worker->stop_at = 0;
      return;
    }

  timed_out = call != NULL && (atomic_load (&call->future->state) & FUT_FUTURE_RUN_TIMED_OUT) != 0;
  fut_worker_process_note_end (worker, timed_out ? FUT_WORKER_END_TIMEOUT : FUT_WORKER_END_CANCEL,
                               NULL);
  fut_worker_process_signal (worker, worker->stop_step == 0 ? SIGTERM : SIGKILL);
  worker->stop_step++;
  worker->stop_at = worker->stop_step == 1 ? now + worker->stop_grace : 0;
}

/* Something that should have gone by itself has not. */
static void
force_locked (FutWorkerManager *self, FutWorkerProcess *worker, gint64 now)
{
  if (worker->state == FUT_WORKER_STOPPING)
    {
      fut_worker_process_signal (worker, SIGTERM);
      fut_worker_process_set_state (worker, FUT_WORKER_ENDING);
      worker->kill_at = now + FUT_LEAVE_GRACE;
      return;
    }
  fut_worker_process_note_end (worker, FUT_WORKER_END_CLOSED, NULL);
  fut_worker_process_signal (worker, SIGKILL);
  worker->kill_at = 0;
}

static void
rearm_locked (FutWorkerManager *self, FutWorkerProcess *worker, GPtrArray *rung)
{
  worker->bell_at = 0;
  if (worker->shared == NULL || worker->state >= FUT_WORKER_ENDING)
    return;

  /* Armed first: what changes after the look rings. */
  fut_page_arm (worker->shared->page);
  g_ptr_array_add (rung, fut_worker_process_ref (worker));
}

static void
expire_worker_locked (FutWorkerManager *self, FutWorkerProcess *worker, gint64 now, GPtrArray *rung)
{
  GTimeSpan idle_timeout = self->settings->idle_timeout;

  if (worker->state == FUT_WORKER_DEAD)
    return;
  if (is_due (worker->start_deadline, now))
    {
      worker->start_deadline = 0;
      fut_worker_process_note_end (worker, FUT_WORKER_END_START, NULL);
      fut_worker_process_signal (worker, SIGKILL);
    }
  if (is_due (worker->stop_at, now))
    step_locked (self, worker, now);
  if (is_due (worker->kill_at, now))
    force_locked (self, worker, now);
  if (is_due (worker->bell_at, now))
    rearm_locked (self, worker, rung);
  if (worker->state == FUT_WORKER_READY && worker->n_calls == 0 && idle_timeout >= 0 &&
      worker->idle_since != 0 && now - worker->idle_since >= idle_timeout &&
      fut_work_queue_is_empty (&self->queue))
    fut_manager_send_stop_locked (self, worker);
}

void
fut_manager_expire_locked (FutWorkerManager *self, gint64 now)
{
  g_autoptr(GPtrArray) rung =
    g_ptr_array_new_with_free_func ((GDestroyNotify) fut_worker_process_unref);

  for (guint i = 0; i < self->workers->len; i++)
    expire_worker_locked (self, g_ptr_array_index (self->workers, i), now, rung);
  if (is_due (self->retry_start_at, now))
    self->retry_start_at = 0;

  if (rung->len == 0)
    return;
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < rung->len; i++)
    fut_manager_look_again (self, g_ptr_array_index (rung, i));
  g_mutex_lock (&self->lock);
}

static gint64
sooner (gint64 a, gint64 b)
{
  return a == 0 ? b : b == 0 ? a : MIN (a, b);
}

gint64
fut_manager_get_deadline_locked (FutWorkerManager *self)
{
  GTimeSpan idle_timeout = self->settings->idle_timeout;
  gint64 deadline = sooner (self->recheck_at, self->retry_start_at);

  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      if (worker->state == FUT_WORKER_DEAD)
        continue;
      deadline = sooner (deadline, worker->start_deadline);
      deadline = sooner (deadline, worker->stop_at);
      deadline = sooner (deadline, worker->kill_at);
      deadline = sooner (deadline, worker->bell_at);
      if (worker->state == FUT_WORKER_READY && worker->n_calls == 0 && idle_timeout >= 0 &&
          worker->idle_since != 0 && idle_timeout < G_MAXINT64 - worker->idle_since)
        deadline = sooner (deadline, worker->idle_since + idle_timeout);
    }
  return deadline;
}
