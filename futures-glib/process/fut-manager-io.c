/* fut-manager-io.c: the I/O thread of a process pool
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

#include "fut-error.h"

#include <errno.h>
#include <sys/epoll.h>

/* The thread iterates a context with one source of ours, and those by which GSubprocess tells of
 * exits. The source is ready when epoll has something, when another thread has woken it, and at the
 * next deadline. Each dispatch is a turn: read what came, see to what is due, hand out calls, start
 * workers, and sleep.
 */

#define EVENTS_AT_A_TIME 64
#define READS_AT_A_TIME 8

typedef struct
{
  GSource           source;
  FutWorkerManager *manager; /* lent */
} ManagerSource;

static gboolean
is_ready (ManagerSource *self)
{
  return atomic_load (&self->manager->woken);
}

static gboolean
source_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return is_ready ((ManagerSource *) source);
}

static gboolean
source_check (GSource *source)
{
  ManagerSource *self = (ManagerSource *) source;

  return is_ready (self) || g_source_query_unix_fd (source, self->manager->epoll_tag) != 0;
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = {
  .prepare = source_prepare,
  .check = source_check,
  .dispatch = source_dispatch,
};

void
fut_manager_wake (FutWorkerManager *self)
{
  if (!atomic_exchange (&self->woken, TRUE))
    g_main_context_wakeup (self->context);
}

gboolean
fut_manager_is_io_thread (FutWorkerManager *self)
{
  return g_main_context_is_owner (self->context);
}

void
fut_manager_delay (FutWorkerManager *self)
{
#ifndef __OPTIMIZE__
  static atomic_uint seed;

  /* A little disorder: most often nothing, else up to a millisecond. */
  if (self->delays)
    {
      guint32 x = atomic_fetch_add (&seed, 1) * 2654435761u;

      if (x >> 30 == 0)
        g_usleep ((x >> 8) % 1000);
    }
#endif
}

/* --- the end --- */

static void
end_thread (FutWorkerManager *self)
{
  g_autoptr(GPtrArray) finished = NULL;

  fut_manager_set_handling (NULL);
  g_clear_pointer (&self->completer, fut_side_thread_free);
  g_clear_pointer (&self->printer, fut_side_thread_free);

  g_mutex_lock (&self->lock);
  finished = g_steal_pointer (&self->finished);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < finished->len; i++)
    fut_future_set_result (g_ptr_array_index (finished, i), NULL, NULL);
}

/* Whether nothing is left to be done after a stop; then nobody takes calls any more. */
static gboolean
is_over (FutWorkerManager *self)
{
  gboolean over;

  g_mutex_lock (&self->lock);
  over = self->stopping && self->workers->len == 0 && g_queue_is_empty (&self->again) &&
         fut_work_queue_is_empty (&self->queue);
  if (over)
    atomic_store (&self->stopped, TRUE);
  g_mutex_unlock (&self->lock);

  /* Who has pushed a call before it saw the flag may have relied on us. */
  if (over && !fut_work_queue_is_empty (&self->queue))
    {
      g_autoptr(GError) error =
        g_error_new (FUT_ERROR, FUT_ERROR_SHUT_DOWN, "%s has stopped", self->core->name);

      fut_manager_end_queue (self, error, G_MAXUINT);
    }
  return over;
}

/* --- a turn --- */

static gboolean
become_reader (FutWorkerManager *self, FutWorkerProcess *worker)
{
  gboolean may_read;

  g_mutex_lock (&self->lock);
  may_read = worker->reader == FUT_READER_NONE && !worker->channel_lost;
  if (may_read)
    worker->reader = FUT_READER_BUSY;
  g_mutex_unlock (&self->lock);
  return may_read;
}

static void
handle_channel (FutWorkerManager *self, FutWorkerProcess *worker, guint32 events)
{
  gboolean goes_on = TRUE;

  if ((events & EPOLLOUT) != 0)
    {
      g_mutex_lock (&self->lock);
      fut_worker_process_flush (worker);
      g_mutex_unlock (&self->lock);
    }
  if ((events & ~(guint32) EPOLLOUT) == 0 || !become_reader (self, worker))
    return;

  goes_on = fut_manager_read_worker (self, worker, READS_AT_A_TIME);
  fut_manager_promote_head (self, worker);
  g_mutex_lock (&self->lock);
  worker->reader = FUT_READER_NONE;
  g_mutex_unlock (&self->lock);
  if (!goes_on)
    fut_manager_lose_channel (self, worker);
}

static void
handle_events (FutWorkerManager *self)
{
  struct epoll_event events[EVENTS_AT_A_TIME];
  int n = epoll_wait (self->epoll_fd, events, EVENTS_AT_A_TIME, 0);

  /* A worker is dropped only outside of this loop. */
  for (int i = 0; i < n; i++)
    {
      FutEventTag *tag = events[i].data.ptr;

      if (tag->kind == FUT_EVENT_TIMER)
        fut_manager_handle_timer (self);
      else if (tag->kind == FUT_EVENT_CHANNEL)
        handle_channel (self, tag->worker, events[i].events);
      else
        fut_manager_read_output (self, tag->worker, tag->kind - FUT_EVENT_STDOUT);
    }
}

/* What has become the first in line at a worker in any other way than by a result. */
static void
promote_heads (FutWorkerManager *self)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);
      gboolean unknown;

      g_mutex_lock (&self->lock);
      unknown = worker->state == FUT_WORKER_READY && worker->first != NULL &&
                !worker->first->begun && worker->reader == FUT_READER_NONE;
      if (unknown)
        worker->reader = FUT_READER_BUSY;
      g_mutex_unlock (&self->lock);
      if (!unknown)
        continue;

      fut_manager_promote_head (self, worker);
      g_mutex_lock (&self->lock);
      worker->reader = FUT_READER_NONE;
      g_mutex_unlock (&self->lock);
    }
}

/* Sees to workers that a waiting thread was reading from when something happened to them. */
static void
look_after_lost (FutWorkerManager *self)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);
      gboolean channel_lost;
      gboolean exited;

      g_mutex_lock (&self->lock);
      channel_lost = worker->state != FUT_WORKER_DEAD && worker->end == FUT_WORKER_END_PROTOCOL &&
                     !worker->channel_lost;
      exited = worker->state != FUT_WORKER_DEAD && worker->exited;
      g_mutex_unlock (&self->lock);
      if (channel_lost)
        fut_manager_lose_channel (self, worker);
      if (exited)
        fut_manager_bury_worker (self, worker);
    }
}

/* Takes dead workers out of the table: nothing refers to them any more. */
static void
drop_dead (FutWorkerManager *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = self->workers->len; i-- > 0;)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      if (worker->state == FUT_WORKER_DEAD && worker->reader == FUT_READER_NONE &&
          worker->n_calls == 0)
        g_ptr_array_remove_index (self->workers, i);
    }
  g_mutex_unlock (&self->lock);
}

/* Has workers leave that have done as many calls as they may; and those that have nothing to do,
 * once the pool is to end.
 */
static void
stop_idle_locked (FutWorkerManager *self)
{
  gboolean all = self->stopping && fut_work_queue_is_empty (&self->queue) &&
                 g_queue_is_empty (&self->again);

  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);
      guint max = worker->settings->max_tasks_per_child;

      if (worker->state <= FUT_WORKER_READY && worker->n_calls == 0 &&
          (all || (max > 0 && worker->n_sent >= max)))
        fut_manager_send_stop_locked (self, worker);
    }
}

/* Says whether submitters are to come by, and whether one has been missed. */
static void
settle (FutWorkerManager *self)
{
  gboolean could_start;
  gboolean again = FALSE;

  g_mutex_lock (&self->lock);
  could_start = self->workers->len < self->core->max_workers;
  if (fut_manager_has_idle_locked (self) || could_start)
    {
      atomic_store (&self->hungry, TRUE);
      again = fut_manager_count_missing_locked (self, g_get_monotonic_time ()) > 0 ||
              (fut_manager_has_idle_locked (self) && !fut_work_queue_is_empty (&self->queue));
    }
  g_source_set_ready_time (self->source, -1);
  if (!again)
    {
      gint64 deadline = fut_manager_get_deadline_locked (self);

      if (deadline != 0)
        g_source_set_ready_time (self->source, deadline);
    }
  g_mutex_unlock (&self->lock);

  if (again)
    atomic_store (&self->woken, TRUE);
}

static gboolean
make_turn (gpointer data)
{
  FutWorkerManager *self = data;

  atomic_store (&self->woken, FALSE);
  handle_events (self);
  look_after_lost (self);
  fut_manager_resume_output (self);

  g_mutex_lock (&self->lock);
  fut_manager_expire_locked (self, g_get_monotonic_time ());
  fut_manager_fill_locked (self);
  stop_idle_locked (self);
  g_mutex_unlock (&self->lock);
  promote_heads (self);
  fut_manager_start_missing (self);
  drop_dead (self);

  self->ended = is_over (self);
  if (!self->ended)
    settle (self);
  return G_SOURCE_CONTINUE;
}

GSource *
fut_manager_source_new (FutWorkerManager *self)
{
  GSource *source = g_source_new (&source_funcs, sizeof (ManagerSource));

  ((ManagerSource *) source)->manager = self;
  g_source_set_static_name (source, "[futures-glib] process pool");
  g_source_set_callback (source, make_turn, self, NULL);
  self->epoll_tag = g_source_add_unix_fd (source, self->epoll_fd, G_IO_IN);
  g_source_attach (source, self->context);
  return source;
}

static gpointer
io_thread (gpointer data)
{
  FutWorkerManager *self = data;
  FutExecutorCore *core = self->core; /* a reference was taken for this thread */

  g_main_context_push_thread_default (self->context);
  g_main_context_acquire (self->context);
  fut_manager_set_handling (self);
  while (!self->ended)
    g_main_context_iteration (self->context, TRUE);
  end_thread (self);
  g_main_context_release (self->context);
  g_main_context_pop_thread_default (self->context);
  fut_executor_core_unref (core);
  return NULL;
}

gboolean
fut_manager_start_thread_locked (FutWorkerManager *self, GError **error)
{
  fut_executor_core_ref (self->core);
  self->thread = g_thread_try_new ("fut-io", io_thread, self, error);
  self->thread_started = self->thread != NULL;
  if (!self->thread_started)
    fut_executor_core_unref (self->core); /* not the last one: the caller has one */
  return self->thread_started;
}
