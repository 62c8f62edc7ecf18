/* fut-manager-engine.c: what futures ask of the pool that runs them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

#include <glib/gstdio.h>

/* Locking: see fut-worker-manager-private.h. */

/* This thread handles what workers of that manager have sent: no callback may run in it. */
static __thread FutWorkerManager *handling;

void
fut_manager_set_handling (FutWorkerManager *self)
{
  handling = self;
}

FutWorkerManager *
fut_manager_get_handling (void)
{
  return handling;
}

/* The call that @future, which is PENDING, is at a worker as; else NULL. */
static FutCall *
get_call_locked (FutFuture *future)
{
  /* A closure, which is refused, has something else there. */
  gpointer place = future->call_kind == FUT_CALL_FUNCTION ? future->place : NULL;

  return place == NULL || place == &fut_place_in_hand || place == &fut_place_begun ||
             place == &fut_place_revoked || place == &fut_place_revoked_in_hand
           ? NULL
           : place;
}

/* Takes a future that is leaving PENDING out of where it is; TRUE: its reference is the caller's. */
static gboolean
engine_forget (gpointer engine, FutFuture *future)
{
  FutWorkerManager *self = engine;
  gboolean of_the_dead = FALSE;
  gboolean forgotten;
  FutCall *call;

  fut_manager_delay (self);
  g_mutex_lock (&self->lock);
  forgotten = fut_work_queue_remove (&self->queue, &future->node);
  call = forgotten ? NULL : get_call_locked (future);
  if (future->call_kind == FUT_CALL_FUNCTION && future->place == &fut_place_revoked)
    forgotten = TRUE;
  if (call != NULL)
    {
      /* If it has begun after all, what it returns goes to nobody. */
      if (fut_call_revoke (call) || !fut_call_has_begun (call))
        call->worker->n_sent--;
      of_the_dead = call->worker->state == FUT_WORKER_DEAD;
      fut_worker_process_remove_call (call->worker, call);
      self->n_at_workers--;
      forgotten = TRUE;
    }
  g_mutex_unlock (&self->lock);
  if (of_the_dead)
    fut_manager_wake (self); /* it was kept for this call */
  return forgotten;
}

/* Whether the worker says that it has begun; then it is RUNNING here too. */
static gboolean
begin_call_locked (FutFuture *future, FutCall *call, gboolean *linked)
{
  if (!fut_call_has_begun (call) ||
      !fut_future_begin_elsewhere (future, &fut_place_begun, g_get_monotonic_time (), linked))
    return FALSE;

  call->begun = TRUE;
  return TRUE;
}

static void
engine_refresh (gpointer engine, FutFuture *future)
{
  FutWorkerManager *self = engine;
  gboolean begun = FALSE;
  gboolean linked;
  FutCall *call;

  g_mutex_lock (&self->lock);
  if (!fut_manager_is_taken (future) && (call = get_call_locked (future)) != NULL)
    begun = begin_call_locked (future, call, &linked);
  g_mutex_unlock (&self->lock);

  if (begun)
    fut_future_follow_begin (future, linked);
}

gboolean
fut_manager_revoke (FutExecutorCore *core, FutFuture *future)
{
  FutWorkerManager *self = core->engine;
  gboolean revoked = TRUE;
  gboolean begun = FALSE;
  gboolean linked;
  FutCall *call;

  fut_manager_delay (self);
  g_mutex_lock (&self->lock);
  if (fut_manager_is_taken (future))
    revoked = fut_future_peek_state (future) == FUT_STATE_PENDING; /* else it is for the caller */
  else if (future->place == &fut_place_begun)
    revoked = FALSE;
  else if (future->place == &fut_place_in_hand)
    future->place = &fut_place_revoked_in_hand;
  else if (fut_work_queue_remove (&self->queue, &future->node))
    future->place = &fut_place_revoked;
  else if ((call = get_call_locked (future)) != NULL)
    {
      revoked = fut_call_revoke (call);
      if (!revoked)
        begun = begin_call_locked (future, call, &linked);
    }
  g_mutex_unlock (&self->lock);

  if (begun)
    fut_future_follow_begin (future, linked);
  return revoked;
}

static guint
engine_get_n_begun (gpointer engine)
{
  FutWorkerManager *self = engine;
  guint n = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      for (FutCall *call = worker->first; call != NULL && fut_call_has_begun (call);
           call = call->next)
        n += call->begun ? 0 : 1;
    }
  g_mutex_unlock (&self->lock);
  return n;
}

static void
engine_refresh_report (gpointer engine, FutFuture *future)
{
  FutWorkerManager *self = engine;
  FutSharedPage *shared = NULL;
  double progress;
  char *status;
  guint64 id = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->workers->len && id == 0; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      for (FutCall *call = worker->first; call != NULL && call->begun && id == 0; call = call->next)
        if (call->future == future && worker->shared != NULL)
          {
            id = call->id;
            shared = fut_shared_page_ref (worker->shared);
          }
    }
  g_mutex_unlock (&self->lock);

  if (id != 0 && fut_page_read (shared->page, id, &progress, &status))
    fut_future_take_report (future, progress, status, FALSE);
  g_clear_pointer (&shared, fut_shared_page_unref);
}

static guint
engine_get_n_active (gpointer engine)
{
  FutWorkerManager *self = engine;
  guint n = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->workers->len; i++)
    n += ((FutWorkerProcess *) g_ptr_array_index (self->workers, i))->n_calls > 0;
  g_mutex_unlock (&self->lock);
  return n;
}

static void
run_callbacks (gpointer future, gpointer unused)
{
  fut_future_run_immediate_callbacks (future);
  g_object_unref (future);
}

static gboolean
engine_defer (gpointer engine, FutFuture *future)
{
  FutWorkerManager *self = engine;

  if (handling != self)
    return FALSE;

  g_object_ref (future);
  if (fut_side_thread_push (self->completer, run_callbacks, future, NULL))
    return TRUE;
  g_object_unref (future);
  return FALSE; /* without a thread of their own they run here */
}

static gboolean
engine_is_inside (gpointer engine)
{
  return fut_manager_is_io_thread (engine);
}

static void
engine_join (gpointer engine)
{
  FutWorkerManager *self = engine;
  GThread *thread;

  g_mutex_lock (&self->join_lock);
  g_mutex_lock (&self->lock);
  thread = g_steal_pointer (&self->thread);
  g_mutex_unlock (&self->lock);
  if (thread != NULL)
    g_thread_join (thread);
  g_mutex_unlock (&self->join_lock);
}

static void
engine_free (gpointer engine)
{
  FutWorkerManager *self = engine;

  g_assert (self->workers->len == 0 && g_queue_is_empty (&self->again));

  g_clear_pointer (&self->thread, g_thread_unref);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_main_context_unref (self->context);
  g_close (self->epoll_fd, NULL);
  if (self->timer_fd >= 0)
    g_close (self->timer_fd, NULL);
  g_clear_pointer (&self->completer, fut_side_thread_free);
  g_clear_pointer (&self->printer, fut_side_thread_free);
  g_clear_pointer (&self->finished, g_ptr_array_unref);
  g_ptr_array_unref (self->workers);
  fut_pool_settings_unref (self->settings);
  fut_work_queue_clear (&self->queue);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->join_lock);
  g_aligned_free (self);
}

const FutEngineFuncs fut_manager_engine_funcs = {
  .forget = engine_forget,
  .get_n_active = engine_get_n_active,
  .join = engine_join,
  .free = engine_free,
  .refresh = engine_refresh,
  .get_n_begun = engine_get_n_begun,
  .refresh_report = engine_refresh_report,
  .request_cancel = fut_manager_request_cancel,
  .wait = fut_manager_wait,
  .defer = engine_defer,
  .is_inside = engine_is_inside,
};
