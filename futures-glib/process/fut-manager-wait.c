/* fut-manager-wait.c: a thread that waits for the only call reads its result itself
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* By way of the I/O thread a result costs two more switches between threads. So if the call is the
 * only one at all, the waiter becomes the reader of its worker, for a moment: whatever takes longer
 * than FUT_DIRECT_TIME does not notice the switches, and is left to the I/O thread.
 *
 * As long as waiters do so, calls are sent without having epoll look for their results, since the
 * I/O thread would wake up for each. If for once nobody comes to wait, a timer has it look after all.
 *
 * It does not spin: that pays only if the worker spins too, and costs ten times a round trip when
 * the scheduler has both on one CPU, as it often does with two ends of a socket.
 */

static void
start_timer_locked (FutWorkerManager *self)
{
  const struct itimerspec spec = { { 0, 0 }, { 0, FUT_LONE_TIME * 1000 } };

  if (!self->timer_runs)
    timerfd_settime (self->timer_fd, 0, &spec, NULL);
  self->timer_runs = TRUE;
}

void
fut_manager_flush_lone_locked (FutWorkerManager *self, FutWorkerProcess *worker)
{
  if (self->n_direct < FUT_EXPECT_DIRECT || self->timer_fd < 0)
    fut_worker_process_flush (worker);
  else if (fut_worker_process_flush_quietly (worker))
    start_timer_locked (self);
}

void
fut_manager_handle_timer (FutWorkerManager *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean again = FALSE;
  guint64 n_times;

  if (read (self->timer_fd, &n_times, sizeof n_times) != sizeof n_times)
    return;

  g_mutex_lock (&self->lock);
  self->timer_runs = FALSE;
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      if (worker->n_calls == 0 || worker->reader != FUT_READER_NONE || worker->events != 0)
        continue;
      if (now - worker->first->sent_at < FUT_LONE_TIME)
        again = TRUE;
      else
        {
          self->n_direct = 0;
          fut_worker_process_flush (worker);
        }
    }
  if (again)
    start_timer_locked (self);
  g_mutex_unlock (&self->lock);
}

static FutWorkerProcess *
become_direct_reader (FutWorkerManager *self, FutFuture *future)
{
  FutWorkerProcess *found = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->workers->len && self->n_at_workers == 1 && found == NULL; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      if (worker->first != NULL && worker->first->future == future &&
          worker->state == FUT_WORKER_READY && worker->reader == FUT_READER_NONE &&
          !worker->channel_lost && worker->watched)
        found = fut_worker_process_ref (worker);
    }
  if (found != NULL)
    {
      self->n_direct++;
      found->reader = FUT_READER_DIRECT;
      fut_worker_process_flush (found);
    }
  g_mutex_unlock (&self->lock);
  return found;
}

static void
leave (FutWorkerManager *self, FutWorkerProcess *worker, gboolean goes_on)
{
  gboolean wake;

  g_mutex_lock (&self->lock);
  worker->reader = FUT_READER_NONE;
  if (worker->n_calls == 0)
    atomic_store (&self->hungry, TRUE); /* before the look at the queue */
  wake = !goes_on || worker->exited || worker->state != FUT_WORKER_READY ||
         !fut_work_queue_is_empty (&self->queue) || !g_queue_is_empty (&self->again) ||
         self->stopping || worker->settings->max_tasks_per_child > 0 ||
         self->settings->idle_timeout >= 0;
  /* A worker without calls has nothing to say, and its end is noticed all the same. */
  if (worker->n_calls > 0 || wake)
    fut_worker_process_flush (worker);
  g_mutex_unlock (&self->lock);
  fut_worker_process_unref (worker);
  if (wake)
    fut_manager_wake (self);
}

gboolean
fut_manager_wait (gpointer engine, FutFuture *future, gint64 deadline, GCancellable *cancellable)
{
  FutWorkerManager *self = engine;
  gint64 until = g_get_monotonic_time () + FUT_DIRECT_TIME;
  FutWorkerManager *handled_before;
  FutWorkerProcess *worker;
  gboolean goes_on = TRUE;
  gint64 now;

  if (cancellable != NULL || (worker = become_direct_reader (self, future)) == NULL)
    return FALSE;

  handled_before = fut_manager_get_handling ();
  fut_manager_set_handling (self);
  if (deadline >= 0)
    until = MIN (until, deadline);
  while (goes_on && !fut_future_is_done (future) && (now = g_get_monotonic_time ()) < until)
    {
      struct pollfd polled = { worker->channel.read_fd, POLLIN, 0 };
      struct timespec timeout = { 0, (until - now) * 1000 };

      if (ppoll (&polled, 1, &timeout, NULL) > 0)
        goes_on = fut_manager_read_worker (self, worker, 1);
    }
  fut_manager_promote_head (self, worker); /* others may have come behind */
  fut_manager_set_handling (handled_before);
  leave (self, worker, goes_on);
  return fut_future_is_done (future);
}
