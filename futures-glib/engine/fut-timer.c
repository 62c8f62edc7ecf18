/* fut-timer.c: deadlines that pass while every worker is busy
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-timer.h"

#include "fut-fork.h"

/* One thread serves all timers of the process. It starts with the first timer, sleeps until the
 * next deadline, and leaves when there has been no timer for LINGER. It is woken only if it sleeps
 * for too long: calls with a timeout that end soon, one after the other, do not wake it each time.
 *
 * Locking: `lock` guards everything here; it is a leaf. No callback and no destroy notify runs
 * under it.
 */

#define LINGER G_TIME_SPAN_SECOND

struct _FutTimer
{
  gatomicrefcount ref_count;

  /* Set at construction, never changed: */
  gint64 deadline;
  void (*func) (gpointer);
  gpointer       data;
  GDestroyNotify destroy;

  /* Guarded by lock: */
  GSequenceIter *place; /* NULL once it has begun to run or was stopped */
};

static GMutex lock;
static GCond changed;

/* Guarded by lock: */
static GSequence *timers; /* FutTimer, owned; by deadline */
static gboolean thread_runs;
static gint64 sleeps_until; /* monotonic */
static guint generation;    /* of forks, in which the thread and the timers are */

static int
compare_deadlines (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const FutTimer *first = a;
  const FutTimer *second = b;

  return first->deadline < second->deadline ? -1 : first->deadline > second->deadline;
}

static void
timer_unref (FutTimer *timer)
{
  if (!g_atomic_ref_count_dec (&timer->ref_count))
    return;

  if (timer->destroy != NULL)
    timer->destroy (timer->data);
  g_free (timer);
}

/* Waits for the first timer's deadline and takes it out; NULL when there was none for LINGER. */
static FutTimer *
wait_for_next_locked (void)
{
  gint64 leave_at = 0;

  for (;;)
    {
      GSequenceIter *first = g_sequence_get_begin_iter (timers);
      FutTimer *timer = g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
      gint64 now = g_get_monotonic_time ();

      if (timer != NULL && timer->deadline <= now)
        {
          timer->place = NULL;
          g_sequence_remove (first);
          return timer;
        }
      if (timer != NULL)
        leave_at = 0;
      else if (leave_at == 0)
        leave_at = now + LINGER;
      else if (leave_at <= now)
        return NULL;

      sleeps_until = timer != NULL ? timer->deadline : leave_at;
      g_cond_wait_until (&changed, &lock, sleeps_until);
    }
}

static gpointer
timer_thread (gpointer data)
{
  FutTimer *timer;

  g_mutex_lock (&lock);
  while ((timer = wait_for_next_locked ()) != NULL)
    {
      g_mutex_unlock (&lock);
      timer->func (timer->data);
      timer_unref (timer);
      g_mutex_lock (&lock);
    }
  thread_runs = FALSE;
  g_mutex_unlock (&lock);
  return NULL;
}

FutTimer *
fut_timer_start (gint64 deadline, void (*func) (gpointer), gpointer data, GDestroyNotify destroy)
{
  FutTimer *timer = g_new0 (FutTimer, 1);

  g_atomic_ref_count_init (&timer->ref_count);
  g_atomic_ref_count_inc (&timer->ref_count);
  timer->deadline = deadline;
  timer->func = func;
  timer->data = data;
  timer->destroy = destroy;

  g_mutex_lock (&lock);
  if (timers != NULL && generation != fut_fork_get_generation ())
    {
      /* The parent's; nobody runs them here. */
      timers = NULL;
      thread_runs = FALSE;
    }
  if (timers == NULL)
    timers = g_sequence_new (NULL);
  generation = fut_fork_get_generation ();
  timer->place = g_sequence_insert_sorted (timers, timer, compare_deadlines, NULL);
  if (!thread_runs)
    {
      g_autoptr(GThread) thread = g_thread_try_new ("fut-timer", timer_thread, NULL, NULL);

      /* Without a thread now, the next timer tries again. */
      thread_runs = thread != NULL;
    }
  else if (deadline < sleeps_until)
    g_cond_signal (&changed);
  g_mutex_unlock (&lock);
  return timer;
}

void
fut_timer_leave (FutTimer *timer)
{
  timer_unref (timer);
}

void
fut_timer_stop (FutTimer *timer)
{
  gboolean stopped;

  g_mutex_lock (&lock);
  stopped = timer->place != NULL;
  if (stopped)
    g_sequence_remove (g_steal_pointer (&timer->place));
  if (g_sequence_is_empty (timers) && sleeps_until - g_get_monotonic_time () > LINGER)
    g_cond_signal (&changed);
  g_mutex_unlock (&lock);

  if (stopped)
    timer_unref (timer);
  timer_unref (timer);
}
