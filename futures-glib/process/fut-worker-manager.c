/* fut-worker-manager.c: what runs the calls of a process pool, as other threads see it
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-worker-manager.h"

#include "fut-error.h"
#include "process/fut-worker-manager-private.h"

#include <glib/gstdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

/* Locking: see fut-worker-manager-private.h. */

char fut_place_in_hand;
char fut_place_begun;
char fut_place_revoked;
char fut_place_revoked_in_hand;

/* What callbacks do in the completer is done inside the executor. */
static void
begin_completer (gpointer core)
{
  static __thread FutFrame frame;

  frame = (FutFrame){ .core = core };
  _fut_frame = &frame;
}

FutWorkerManager *
fut_worker_manager_new (FutExecutorCore *core, FutWorkerOutputFunc output_func)
{
  FutWorkerManager *self = g_aligned_alloc0 (1, sizeof (FutWorkerManager), 64);
  struct epoll_event event = { .events = EPOLLIN };

  fut_work_queue_init (&self->queue);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->join_lock);
  atomic_init (&self->hungry, TRUE);
  self->core = core;
  self->output_func = output_func;
  self->settings = fut_pool_settings_new ();
  self->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) fut_worker_process_unref);
  self->finished = g_ptr_array_new_with_free_func (g_object_unref);
  self->task_time = -1;
  self->delays = g_getenv ("FUT_TEST_DELAYS") != NULL;
  self->completer = fut_side_thread_new ("fut-completer", begin_completer, core);
  self->printer = fut_side_thread_new ("fut-printer", NULL, NULL);

  /* Early, as long as there are descriptors: GLib gives up without. */
  self->context = g_main_context_new ();
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->timer_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  self->timer_tag = (FutEventTag){ FUT_EVENT_TIMER, NULL };
  event.data.ptr = &self->timer_tag;
  if (self->timer_fd >= 0)
    epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, self->timer_fd, &event);
  self->source = fut_manager_source_new (self);

  core->engine_funcs = &fut_manager_engine_funcs;
  core->engine = self;
  core->revoke = fut_manager_revoke;
  return self;
}

FutPoolSettings *
fut_worker_manager_ref_settings (FutWorkerManager *self)
{
  FutPoolSettings *settings;

  g_mutex_lock (&self->lock);
  settings = fut_pool_settings_ref (self->settings);
  g_mutex_unlock (&self->lock);
  return settings;
}

void
fut_worker_manager_take_settings (FutWorkerManager *self, FutPoolSettings *settings)
{
  FutPoolSettings *old;

  g_mutex_lock (&self->lock);
  old = self->settings;
  self->settings = settings;
  g_mutex_unlock (&self->lock);

  fut_pool_settings_unref (old);
  fut_manager_wake (self);
}

void
fut_manager_end_queue (FutWorkerManager *self, const GError *error, guint max)
{
  FutNode *node;

  while (max-- > 0 && fut_work_queue_take (&self->queue, &node, 1, 1) > 0)
    {
      FutFuture *future = fut_future_of_node (node);

      if (error != NULL)
        fut_future_end_with_error (future, g_error_copy (error), TRUE);
      else
        fut_future_end (future, FUT_STATE_CANCELLED, NULL, TRUE, 0);
      g_object_unref (future);
    }
}

void
fut_manager_end_again (FutWorkerManager *self, const GError *error)
{
  FutAgain *again;

  do
    {
      g_mutex_lock (&self->lock);
      again = g_queue_pop_head (&self->again);
      g_mutex_unlock (&self->lock);
      if (again != NULL)
        fut_manager_fail_future (self, again->future, g_error_copy (error));
      g_free (again);
    }
  while (again != NULL);
}

/* A submitter comes by: the I/O thread may sleep, or not have been started yet. */
static void
attend (FutWorkerManager *self)
{
  g_autoptr(GError) error = NULL;
  gboolean wake = TRUE;
  gint64 now;
  gint64 since;

  g_mutex_lock (&self->lock);
  now = g_get_monotonic_time ();
  since = now - self->attended_at;
  self->attended_at = now;
  if (!self->thread_started && !fut_manager_start_thread_locked (self, &error))
    wake = FALSE;
  else if (since > FUT_LONE_INTERVAL && fut_manager_send_lone_locked (self))
    wake = FALSE;
  else
    atomic_store (&self->hungry, FALSE); /* the I/O thread says when it is again */
  g_mutex_unlock (&self->lock);

  if (error != NULL)
    fut_manager_end_queue (self, error, G_MAXUINT);
  if (wake)
    fut_manager_wake (self);
}

void
fut_worker_manager_submit (FutWorkerManager *self, FutFuture *future)
{
  g_object_ref (future); /* for the queue */
  fut_work_queue_push_priority (&self->queue, &future->node, fut_future_get_priority (future));
  if (atomic_load (&self->hungry))
    attend (self);

  if (G_UNLIKELY (atomic_load (&self->stopped)))
    {
      g_autoptr(GError) error = NULL;

      if (fut_executor_core_check (self->core, &error))
        g_set_error (&error, FUT_ERROR, FUT_ERROR_SHUT_DOWN, "%s has stopped", self->core->name);
      fut_manager_end_queue (self, error, G_MAXUINT);
    }
}

/* The oldest call at a worker that has not begun, made so that it never does; its reference is the
 * caller's. NULL if there is none.
 */
static FutFuture *
call_back_one (FutWorkerManager *self)
{
  FutFuture *future = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->workers->len && future == NULL; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      for (FutCall *call = worker->first; call != NULL && future == NULL; call = call->next)
        if (!call->revoked && fut_call_revoke (call))
          {
            guint state = atomic_load (&call->future->state);

            future = call->future;
            if ((state & FUT_FUTURE_ENDING) == 0 && !fut_future_state_is_done (state))
              future->place = &fut_place_in_hand;
            else
              future = NULL; /* who ends it comes to engine_forget() */
            if (future != NULL)
              {
                fut_worker_process_remove_call (worker, call);
                worker->n_sent--;
                self->n_at_workers--;
                break;
              }
          }
    }
  g_mutex_unlock (&self->lock);
  return future;
}

void
fut_worker_manager_cancel_pending (FutWorkerManager *self)
{
  FutFuture *future;

  g_mutex_lock (&self->lock);
  self->cancelling = TRUE; /* for good: there will be no more calls */
  g_mutex_unlock (&self->lock);
  fut_manager_end_queue (self, NULL, G_MAXUINT);
  while ((future = call_back_one (self)) != NULL)
    {
      fut_future_end (future, FUT_STATE_CANCELLED, NULL, TRUE, 0);
      g_object_unref (future);
    }
  fut_manager_end_queue (self, NULL, G_MAXUINT);
}

void
fut_worker_manager_stop (FutWorkerManager *self, FutFuture *finished)
{
  gboolean ended;

  if (finished != NULL)
    g_object_ref (finished);
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  ended = self->finished == NULL || !self->thread_started;
  if (ended)
    atomic_store (&self->stopped, TRUE);
  else if (finished != NULL)
    g_ptr_array_add (self->finished, g_steal_pointer (&finished));
  g_mutex_unlock (&self->lock);

  if (!ended)
    fut_manager_wake (self);
  else if (finished != NULL)
    fut_future_set_result (finished, NULL, NULL);
  g_clear_object (&finished);
}

void
fut_worker_manager_signal_workers (FutWorkerManager *self, int signal_number)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      fut_worker_process_note_end (worker, FUT_WORKER_END_TERMINATE, NULL);
      fut_worker_process_signal (worker, signal_number);
    }
  g_mutex_unlock (&self->lock);
}

void
fut_worker_manager_prestart (FutWorkerManager *self, guint n_workers)
{
  g_autoptr(GError) error = NULL;
  gboolean started;

  g_mutex_lock (&self->lock);
  self->n_wanted = MIN (n_workers, self->core->max_workers);
  started = self->thread_started || fut_manager_start_thread_locked (self, &error);
  g_mutex_unlock (&self->lock);

  if (started)
    fut_manager_wake (self);
  else
    g_warning ("%s cannot start workers: %s", self->core->name, error->message);
}

guint
fut_worker_manager_get_n_workers (FutWorkerManager *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->workers->len;
  g_mutex_unlock (&self->lock);
  return n;
}

char **
fut_worker_manager_dup_worker_names (FutWorkerManager *self)
{
  g_autoptr(GStrvBuilder) names = g_strv_builder_new ();

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->workers->len; i++)
    g_strv_builder_add (names, ((FutWorkerProcess *) g_ptr_array_index (self->workers, i))->name);
  g_mutex_unlock (&self->lock);
  return g_strv_builder_end (names);
}

int *
fut_worker_manager_dup_worker_pids (FutWorkerManager *self, gsize *n_pids)
{
  int *pids;

  g_mutex_lock (&self->lock);
  *n_pids = self->workers->len;
  pids = g_new0 (int, self->workers->len + 1);
  for (guint i = 0; i < self->workers->len; i++)
    pids[i] = ((FutWorkerProcess *) g_ptr_array_index (self->workers, i))->pid;
  g_mutex_unlock (&self->lock);
  return pids;
}
