/* fut-waiter.c: parks a thread, or arms a source, until enough watched things are done
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-waiter.h"

/* Locking: `lock` guards the waiter and is a leaf but for GLib's own locks: the main context's, by
 * g_source_set_ready_time(). It is taken under the lock of a watched thing.
 */

void
fut_waiter_init (FutWaiter *self, guint *ready)
{
  *self = (FutWaiter){ .wanted = 1 };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->ready = ready != NULL ? ready : &self->first_ready;
}

void
fut_waiter_clear (FutWaiter *self)
{
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

static gboolean
is_met_locked (FutWaiter *self)
{
  return self->n_ready - self->n_taken >= self->wanted || (self->until_failure && self->failed);
}

static void
ring_locked (FutWaiter *self)
{
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
}

void
fut_waiter_set_wanted (FutWaiter *self, guint wanted, gboolean until_failure)
{
  g_mutex_lock (&self->lock);
  self->wanted = wanted;
  self->until_failure = until_failure;
  g_mutex_unlock (&self->lock);
}

void
fut_waiter_attach_source (FutWaiter *self, GSource *source, GMainContext *context)
{
  /* Attached under the lock: who notifies meanwhile sets the ready time of an attached source. */
  g_mutex_lock (&self->lock);
  self->source = source;
  g_source_attach (source, context);
  if (is_met_locked (self))
    ring_locked (self);
  g_mutex_unlock (&self->lock);
}

void
fut_waiter_forget_source (FutWaiter *self)
{
  g_mutex_lock (&self->lock);
  self->source = NULL;
  g_mutex_unlock (&self->lock);
}

gboolean
fut_waiter_is_met (FutWaiter *self)
{
  gboolean met;

  g_mutex_lock (&self->lock);
  met = is_met_locked (self);
  g_mutex_unlock (&self->lock);
  return met;
}

guint
fut_waiter_get_n_ready (FutWaiter *self)
{
  guint n_ready;

  g_mutex_lock (&self->lock);
  n_ready = self->n_ready;
  g_mutex_unlock (&self->lock);
  return n_ready;
}

gboolean
fut_waiter_take (FutWaiter *self, guint *index)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = self->n_taken < self->n_ready;
  if (taken)
    *index = self->ready[self->n_taken++];
  g_mutex_unlock (&self->lock);
  return taken;
}

void
fut_waiter_notify (FutWaitEntry *entry, gboolean failed)
{
  FutWaiter *self = entry->waiter;
  gboolean wake;

  g_mutex_lock (&self->lock);
  self->ready[self->n_ready++] = entry->index;
  self->failed |= failed;
  wake = self->asleep && is_met_locked (self);
  if (is_met_locked (self))
    ring_locked (self);
  g_mutex_unlock (&self->lock);

  /* Without the lock, which who is woken takes first of all; the thing's lock keeps the waiter. */
  if (wake)
    g_cond_signal (&self->cond);
}

void
fut_waiter_interrupt (FutWaiter *self)
{
  g_mutex_lock (&self->lock);
  self->interrupted = TRUE;
  g_cond_signal (&self->cond);
  ring_locked (self);
  g_mutex_unlock (&self->lock);
}

void
fut_waiter_resume (FutWaiter *self)
{
  g_mutex_lock (&self->lock);
  self->interrupted = FALSE;
  g_mutex_unlock (&self->lock);
}

gboolean
fut_waiter_park (FutWaiter *self, gint64 deadline)
{
  gboolean met;

  g_mutex_lock (&self->lock);
  self->asleep = TRUE;
  while (!is_met_locked (self) && !self->interrupted)
    {
      if (deadline < 0)
        g_cond_wait (&self->cond, &self->lock);
      else if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
        break;
    }
  self->asleep = FALSE;
  met = is_met_locked (self);
  g_mutex_unlock (&self->lock);
  return met;
}

gint64
fut_deadline_from_timeout (GTimeSpan timeout)
{
  gint64 now;

  if (timeout < 0)
    return -1;
  now = g_get_monotonic_time ();
  return timeout > G_MAXINT64 - now ? -1 : now + timeout;
}
