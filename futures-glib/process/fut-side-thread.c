/* fut-side-thread.c: a thread that runs what another thread must not: callbacks, blocking writes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-side-thread.h"

/* Locking: `lock` guards the thread and is a leaf but for the queue's own lock. */

typedef struct
{
  void (*func) (gpointer, gpointer); /* NULL: leave */
  gpointer first;
  gpointer second;
} Errand;

struct _FutSideThread
{
  /* Set at construction, never changed: */
  char        *name;   /* owned */
  void       (*begin) (gpointer);
  gpointer     data;
  GAsyncQueue *errands; /* Errand, owned */

  GMutex lock;

  /* Guarded by lock: */
  GThread *thread;     /* owned; NULL until needed */
};

static gpointer
side_thread (gpointer data)
{
  FutSideThread *self = data;
  gboolean leave = FALSE;

  if (self->begin != NULL)
    self->begin (self->data);
  while (!leave)
    {
      Errand *errand = g_async_queue_pop (self->errands);

      leave = errand->func == NULL;
      if (!leave)
        errand->func (errand->first, errand->second);
      g_slice_free (Errand, errand);
    }
  return NULL;
}

FutSideThread *
fut_side_thread_new (const char *name, void (*begin) (gpointer), gpointer data)
{
  FutSideThread *self = g_new0 (FutSideThread, 1);

  self->name = g_strdup (name);
  self->begin = begin;
  self->data = data;
  self->errands = g_async_queue_new ();
  g_mutex_init (&self->lock);
  return self;
}

static void
push (FutSideThread *self, void (*func) (gpointer, gpointer), gpointer first, gpointer second)
{
  Errand *errand = g_slice_new (Errand);

  *errand = (Errand){ func, first, second };
  g_async_queue_push (self->errands, errand);
}

gboolean
fut_side_thread_push (FutSideThread *self, void (*func) (gpointer, gpointer), gpointer first,
                      gpointer second)
{
  gboolean runs;

  g_mutex_lock (&self->lock);
  if (self->thread == NULL)
    self->thread = g_thread_try_new (self->name, side_thread, self, NULL);
  runs = self->thread != NULL;
  g_mutex_unlock (&self->lock);

  if (runs)
    push (self, func, first, second);
  return runs;
}

gboolean
fut_side_thread_is_self (FutSideThread *self)
{
  gboolean is_self;

  g_mutex_lock (&self->lock);
  is_self = self->thread == g_thread_self ();
  g_mutex_unlock (&self->lock);
  return is_self;
}

void
fut_side_thread_free (FutSideThread *self)
{
  if (self->thread != NULL)
    {
      push (self, NULL, NULL, NULL);
      g_thread_join (self->thread);
    }
  g_async_queue_unref (self->errands);
  g_mutex_clear (&self->lock);
  g_free (self->name);
  g_free (self);
}
