/* fut-manager-reports.c: what the page of a worker tells: that a call has begun, how far it is
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

/* The first in line has begun, or does so at once, since nothing stands before it. Not only if the page
 * says so already: nobody would look again, and a run timeout would never begin to count.
 */
void
fut_manager_promote_head (FutWorkerManager *self, FutWorkerProcess *worker)
{
  FutFuture *future = NULL;
  gboolean linked;
  FutCall *head;

  g_mutex_lock (&self->lock);
  head = worker->first;
  if (head != NULL && !head->begun && !head->revoked &&
      fut_future_begin_elsewhere (head->future, &fut_place_begun, g_get_monotonic_time (), &linked))
    {
      head->begun = TRUE;
      future = head->future;
    }
  g_mutex_unlock (&self->lock);

  /* We are the worker's reader: nobody else ends the call. */
  if (future != NULL)
    fut_future_follow_begin (future, linked);
}

/* Passes on what the call that runs has told; the caller is the worker's reader. */
static void
look_at_report (FutWorkerManager *self, FutWorkerProcess *worker)
{
  FutFuture *future = NULL;
  guint64 id = 0;
  double progress;
  char *status;

  if (worker->shared == NULL)
    return;

  fut_manager_promote_head (self, worker);
  g_mutex_lock (&self->lock);
  if (worker->first != NULL && worker->first->begun)
    {
      id = worker->first->id;
      future = worker->first->future;
    }
  g_mutex_unlock (&self->lock);

  if (future != NULL && fut_page_read (worker->shared->page, id, &progress, &status))
    fut_future_take_report (future, progress, status, TRUE);
}

void
fut_manager_hear_bell (FutWorkerManager *self, FutWorkerProcess *worker)
{
  look_at_report (self, worker);
  g_mutex_lock (&self->lock);
  worker->bell_at = g_get_monotonic_time () + FUT_BELL_INTERVAL;
  g_mutex_unlock (&self->lock);
  if (!fut_manager_is_io_thread (self))
    fut_manager_wake (self); /* there is a new deadline */
}

void
fut_manager_look_again (FutWorkerManager *self, FutWorkerProcess *worker)
{
  gboolean may_look;

  g_mutex_lock (&self->lock);
  may_look = worker->reader == FUT_READER_NONE;
  if (may_look)
    worker->reader = FUT_READER_BUSY;
  else
    worker->bell_at = g_get_monotonic_time () + FUT_BELL_INTERVAL;
  g_mutex_unlock (&self->lock);
  if (!may_look)
    return;

  look_at_report (self, worker);
  g_mutex_lock (&self->lock);
  worker->reader = FUT_READER_NONE;
  g_mutex_unlock (&self->lock);
}
