/* fut-manager-deaths.c: workers that are lost, and what becomes of their calls
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

#include "fut-error.h"
#include "fut-submit-options-private.h"

#include <signal.h>

/* A worker is buried when its process is known to be gone: then everything that it has sent is read,
 * so that a result that has arrived wins, and the calls that it still has are sorted:
 *
 *   not begun    back to the queue, or if RUNNING here already, again elsewhere
 *   begun        lost: stopped by us (cancelled, timed out), or as the crash policy says
 *
 * All of this happens on the I/O thread.
 */

#define BROKEN_TEXT \
  "A process in the process pool was terminated abruptly while the future was running or pending"

/* What is to be done with calls, once the lock is given back. */
typedef struct
{
  FutFuture *future; /* owned */
  gboolean   begun_now; /* only now it is known that it had begun */
  gboolean   linked;
} Lost;

/* --- breaking --- */

static void
fail_all_locked (FutWorkerManager *self, GPtrArray *futures)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      for (FutCall *call = worker->first, *next; call != NULL; call = next)
        {
          guint state = atomic_load (&call->future->state);

          next = call->next;
          /* Who ends one comes to take it out; and what a waiting thread may have in its hands is
           * ended when the worker is gone.
           */
          if ((state & FUT_FUTURE_ENDING) != 0 || worker->reader == FUT_READER_DIRECT)
            continue;
          if (fut_future_state_of (state) == FUT_STATE_PENDING)
            call->future->place = &fut_place_in_hand;
          g_ptr_array_add (futures, call->future);
          fut_worker_process_remove_call (worker, call);
          self->n_at_workers--;
        }
      fut_worker_process_note_end (worker, FUT_WORKER_END_BROKEN, NULL);
    }
}

void
fut_manager_break (FutWorkerManager *self, const GError *cause)
{
  g_autoptr(GPtrArray) futures = g_ptr_array_new ();
  g_autoptr(GError) error = NULL;

  if (!fut_executor_core_break (self->core, cause))
    return;

  g_message ("%s is broken: %s", self->core->name, cause->message);
  fut_executor_notify_later (self->core, "is-broken");
  fut_executor_core_check (self->core, &error);

  g_mutex_lock (&self->lock);
  fail_all_locked (self, futures);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < futures->len; i++)
    fut_manager_fail_future (self, g_ptr_array_index (futures, i), g_error_copy (error));
  fut_manager_end_again (self, error);
  fut_manager_end_queue (self, error, G_MAXUINT);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      if (worker->state < FUT_WORKER_ENDING)
        {
          fut_worker_process_signal (worker, SIGTERM);
          worker->kill_at = g_get_monotonic_time () + FUT_LEAVE_GRACE;
        }
    }
  g_mutex_unlock (&self->lock);
  fut_manager_wake (self);
}

/* --- starts that fail --- */

/* Waits a little longer after each death. */
static void
back_off_locked (FutWorkerManager *self, guint n_deaths)
{
  gint64 pause = FUT_FIRST_BACKOFF << MIN (n_deaths, 16);

  self->retry_start_at = g_get_monotonic_time () + MIN (pause, FUT_MAX_BACKOFF);
}

void
fut_manager_note_failed_spawn (FutWorkerManager *self, gboolean permanent, GError *error)
{
  g_autoptr(GError) owned = error;
  gboolean alone;
  guint n_queued;

  if (permanent)
    {
      fut_manager_break (self, owned);
      return;
    }

  /* There is something missing that may be there again soon, such as descriptors. */
  g_mutex_lock (&self->lock);
  alone = fut_manager_count_alive_locked (self) == 0;
  n_queued = fut_work_queue_get_length (&self->queue);
  self->retry_start_at = g_get_monotonic_time () + FUT_RETRY_START;
  g_mutex_unlock (&self->lock);
  if (alone)
    {
      /* Not those that come meanwhile: for them it may be there again. */
      fut_manager_end_queue (self, owned, n_queued);
      fut_manager_end_again (self, owned);
      g_mutex_lock (&self->lock);
      self->retry_start_at = 0; /* the next call tries again */
      g_mutex_unlock (&self->lock);
    }
}

/* Notes a death by which nothing was finished; breaks the pool when that goes on and on. */
static void
note_early_death (FutWorkerManager *self, FutWorkerProcess *worker, gboolean has_begun,
                  const char *description)
{
  gboolean out_of_patience;
  g_autoptr(GError) cause = NULL;
  guint n_deaths;

  g_mutex_lock (&self->lock);
  if (has_begun)
    {
      n_deaths = ++self->n_lost_firsts;
      out_of_patience = n_deaths >= FUT_MAX_LOST_FIRSTS;
    }
  else
    {
      self->n_failed_starts += worker->end == FUT_WORKER_END_START ? 3 : 1;
      n_deaths = self->n_failed_starts;
      out_of_patience = n_deaths >= FUT_MAX_FAILED_STARTS;
      back_off_locked (self, n_deaths);
    }
  g_mutex_unlock (&self->lock);

  if (out_of_patience)
    {
      cause =
        g_error_new (FUT_ERROR, FUT_ERROR_WORKER_LOST,
                     "%u workers in a row were lost before they had finished a call; the last: "
                     "%s",
                     n_deaths, description);
      fut_manager_break (self, cause);
    }
}

/* --- the end of a channel --- */

void
fut_manager_kill_worker (FutWorkerManager *self, FutWorkerProcess *worker, FutWorkerEnd end,
                         const char *detail)
{
  g_mutex_lock (&self->lock);
  fut_worker_process_note_end (worker, end, detail);
  fut_worker_process_signal (worker, SIGKILL);
  g_mutex_unlock (&self->lock);
}

void
fut_manager_lose_channel (FutWorkerManager *self, FutWorkerProcess *worker)
{
  gboolean kill;

  g_mutex_lock (&self->lock);
  if (!worker->channel_lost)
    {
      worker->channel_lost = TRUE;
      fut_worker_process_unwatch (worker);
    }
  kill = worker->end == FUT_WORKER_END_PROTOCOL;
  if (worker->state < FUT_WORKER_ENDING)
    {
      fut_worker_process_set_state (worker, FUT_WORKER_ENDING);
      worker->kill_at = g_get_monotonic_time () + FUT_CLOSED_GRACE;
    }
  g_mutex_unlock (&self->lock);
  if (kill)
    fut_manager_kill_worker (self, worker, FUT_WORKER_END_PROTOCOL, NULL);
  if (worker->exited)
    fut_manager_bury_worker (self, worker);
}

/* --- what becomes of the calls --- */

/* Whether @call is not run elsewhere: it had begun, or was to be stopped before it began. */
static gboolean
is_lost_with (FutWorkerProcess *worker, FutCall *call)
{
  if (worker->shared == NULL ||
      fut_page_is_started (worker->shared->page, call - worker->calls, call->generation))
    return TRUE;
  return call->begun && (worker->end == FUT_WORKER_END_TERMINATE || call->id == worker->stop_id);
}

/* Takes all calls from a dead worker; *@lost has those that had begun. */
static void
sort_calls_locked (FutWorkerManager *self, FutWorkerProcess *worker, GArray *lost)
{
  FutCall *prev;

  /* From the last on, so that each goes before those that came later. */
  for (FutCall *call = worker->last; call != NULL; call = prev)
    {
      FutFuture *future = call->future;
      gboolean has_begun = is_lost_with (worker, call);
      guint state = atomic_load (&future->state);

      prev = call->prev;
      if ((state & FUT_FUTURE_ENDING) != 0 && fut_future_state_of (state) == FUT_STATE_PENDING)
        continue; /* who ends it takes it out */

      if (has_begun)
        {
          Lost entry = { future, !call->begun, FALSE };

          if (entry.begun_now &&
              !fut_future_begin_elsewhere (future, &fut_place_begun, g_get_monotonic_time (),
                                           &entry.linked))
            continue;
          g_array_prepend_val (lost, entry);
        }
      else if (call->begun)
        {
          FutAgain *again = g_new (FutAgain, 1);

          *again = (FutAgain){ future, call->order };
          g_queue_push_head (&self->again, again);
        }
      else if (call->revoked)
        future->place = &fut_place_revoked; /* who has revoked it comes for it */
      else
        {
          future->place = NULL;
          fut_work_queue_push_front (&self->queue, &future->node, fut_future_get_priority (future));
        }
      fut_worker_process_remove_call (worker, call);
      self->n_at_workers--;
    }
}

static gboolean
may_retry (FutWorkerManager *self, FutFuture *future)
{
  FutFutureExtra *extra = fut_future_get_extra (future);
  g_autoptr(FutPoolSettings) settings = fut_worker_manager_ref_settings (self);
  guint max;

  if (settings->crash_policy != FUT_CRASH_POLICY_RETRY || extra == NULL || extra->options == NULL ||
      !fut_submit_options_get_idempotent (extra->options) ||
      (atomic_load (&future->state) & FUT_FUTURE_CANCEL_REQUESTED) != 0)
    return FALSE;
  max = fut_submit_options_get_max_retries (extra->options);
  return fut_future_get_retry_count (future) < (max > 0 ? max : settings->max_retries);
}

static char *
describe_tail (FutWorkerProcess *worker)
{
  if (worker->tail->len == 0)
    return g_strdup ("");
  return g_strdup_printf ("; the end of its standard error: %s", worker->tail->str);
}

static GError *
make_lost_error (FutWorkerProcess *worker, FutFuture *future, const char *description)
{
  const char *name = fut_future_peek_name (future);
  g_autofree char *tail = describe_tail (worker);
  FutError code = worker->end == FUT_WORKER_END_PROTOCOL ? FUT_ERROR_PROTOCOL
                                                         : FUT_ERROR_WORKER_LOST;

  if (worker->end == FUT_WORKER_END_CANCEL)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                        "%s was asked to stop and did not; its worker was killed",
                        name != NULL ? name : "the call");
  if (worker->end == FUT_WORKER_END_TIMEOUT)
    return g_error_new (FUT_ERROR, FUT_ERROR_TIMED_OUT, "%s ran into its run timeout",
                        name != NULL ? name : "the call");
  /* Without a shared page it is not known how far it had come. */
  return g_error_new (FUT_ERROR, code, "%s%s%s%s%s", description,
                      worker->launched ? "; " : " while it ran ", name != NULL ? name : "a call",
                      worker->launched ? " may have run" : "", tail);
}

/* A call that was lost with its worker. */
static void
settle_lost (FutWorkerManager *self, FutWorkerProcess *worker, Lost *lost, const char *description)
{
  gboolean stopped_by_us = worker->end == FUT_WORKER_END_CANCEL ||
                           worker->end == FUT_WORKER_END_TIMEOUT ||
                           worker->end == FUT_WORKER_END_TERMINATE;

  if (!stopped_by_us && may_retry (self, lost->future))
    {
      FutAgain *again = g_new (FutAgain, 1);

      fut_future_count_retry (lost->future);
      *again = (FutAgain){ lost->future, 0 };
      g_mutex_lock (&self->lock);
      g_queue_push_head (&self->again, again);
      g_mutex_unlock (&self->lock);
      return;
    }
  fut_manager_fail_future (self, lost->future, make_lost_error (worker, lost->future, description));
}

/* --- the burial --- */

static gboolean
is_own_death (FutWorkerProcess *worker)
{
  /* One that was told to leave has left; anything else is a crash, even if it says it went well. */
  return worker->end == FUT_WORKER_END_OWN || worker->end == FUT_WORKER_END_PROTOCOL ||
         worker->end == FUT_WORKER_END_CLOSED || worker->end == FUT_WORKER_END_START;
}

static char *
describe (FutWorkerProcess *worker)
{
  g_autofree char *end = fut_worker_process_describe_end (worker);

  if (!worker->greeted && is_own_death (worker) && worker->end != FUT_WORKER_END_PROTOCOL)
    return g_strdup_printf ("worker %s (pid %d) %s, before %s reached fut_worker_run()",
                            worker->name, worker->pid, end, worker->program);
  if (!worker->prepared && is_own_death (worker) && worker->end != FUT_WORKER_END_PROTOCOL)
    return g_strdup_printf ("worker %s (pid %d) %s in the initializer %s", worker->name,
                            worker->pid, end, worker->settings->initializer);
  return g_strdup_printf ("worker %s (pid %d) %s", worker->name, worker->pid, end);
}

static void
judge (FutWorkerManager *self, FutWorkerProcess *worker, GArray *lost)
{
  g_autofree char *description = describe (worker);
  g_autofree char *tail = describe_tail (worker);
  g_autoptr(FutPoolSettings) settings = fut_worker_manager_ref_settings (self);
  gboolean own = is_own_death (worker);

  /* What cannot work with another worker either. */
  if (own && !worker->greeted && worker->end == FUT_WORKER_END_PROTOCOL)
    {
      g_autoptr(GError) cause =
        g_error_new (FUT_ERROR, FUT_ERROR_PROTOCOL, "%s is not a helper of this pool: %s",
                     worker->program, worker->end_detail);

      fut_manager_break (self, cause);
    }
  else if (own && worker->end == FUT_WORKER_END_START && worker->greeted)
    {
      g_autoptr(GError) cause =
        g_error_new (FUT_ERROR, FUT_ERROR_BROKEN, "the initializer %s had not ended after %.3f s",
                     settings->initializer, settings->start_timeout / 1e6);

      fut_manager_break (self, cause);
    }
  else if (own && settings->crash_policy == FUT_CRASH_POLICY_BREAK &&
           worker->end != FUT_WORKER_END_START)
    {
      g_autoptr(GError) cause = g_error_new (FUT_ERROR, FUT_ERROR_BROKEN, "%s. It was %s%s",
                                             BROKEN_TEXT, description, tail);

      fut_manager_break (self, cause);
    }

  for (guint i = 0; i < lost->len; i++)
    {
      Lost *entry = &g_array_index (lost, Lost, i);
      g_autoptr(GError) broken = NULL;

      if (entry->begun_now)
        fut_future_follow_begin (entry->future, entry->linked);
      if ((own || worker->end == FUT_WORKER_END_BROKEN) &&
          !fut_executor_core_check (self->core, &broken) && broken->code == FUT_ERROR_BROKEN)
        fut_manager_fail_future (self, entry->future, g_steal_pointer (&broken));
      else
        settle_lost (self, worker, entry, description);
    }
  if (own && worker->n_finished == 0)
    {
      g_autofree char *full = g_strconcat (description, tail, NULL);

      note_early_death (self, worker, lost->len > 0, full);
    }
}

/* Reads the rest, unless a waiting thread is at it: then that comes here again. */
static gboolean
read_rest (FutWorkerManager *self, FutWorkerProcess *worker)
{
  gboolean may_read;

  g_mutex_lock (&self->lock);
  may_read = worker->reader == FUT_READER_NONE;
  if (may_read)
    worker->reader = FUT_READER_BUSY;
  g_mutex_unlock (&self->lock);
  if (!may_read)
    return FALSE;

  if (!worker->channel_lost)
    fut_manager_read_worker (self, worker, 0);
  fut_manager_recover_output (self, worker);
  g_mutex_lock (&self->lock);
  worker->reader = FUT_READER_NONE;
  worker->channel_lost = TRUE;
  fut_worker_process_unwatch (worker);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

void
fut_manager_bury_worker (FutWorkerManager *self, FutWorkerProcess *worker)
{
  g_autoptr(GArray) lost = g_array_new (FALSE, FALSE, sizeof (Lost));

  if (worker->state == FUT_WORKER_DEAD || !read_rest (self, worker))
    return;

  fut_manager_drain_output (self, worker);
  g_mutex_lock (&self->lock);
  if (worker->state < FUT_WORKER_ENDING)
    fut_worker_process_set_state (worker, FUT_WORKER_ENDING);
  fut_worker_process_note_end (worker, FUT_WORKER_END_OWN, NULL); /* `end` stands from here on */
  sort_calls_locked (self, worker, lost);
  g_mutex_unlock (&self->lock);

  /* Those that it has begotten go with it. */
  if (worker->pid > 0)
    kill (-worker->pid, SIGKILL);
  judge (self, worker, lost);

  g_mutex_lock (&self->lock);
  fut_worker_process_set_state (worker, FUT_WORKER_DEAD);
  g_mutex_unlock (&self->lock);
}
