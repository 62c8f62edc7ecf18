/* test-events.c: what threads of a test wait for: latches, blocked threads, objects that go
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-events.h"
#include "test-util.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Every lock in this file is a leaf: nothing is called under it but GLib's own primitives. */

/* --- latches --- */

struct _TestLatch
{
  GMutex lock;
  GCond  raised;
  guint  count;   /* guarded by lock */
};

TestLatch *
test_latch_new (void)
{
  TestLatch *self = g_new0 (TestLatch, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->raised);
  return self;
}

void
test_latch_free (TestLatch *self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->raised);
  g_free (self);
}

void
test_latch_raise (TestLatch *self)
{
  g_mutex_lock (&self->lock);
  self->count++;
  g_cond_broadcast (&self->raised);
  g_mutex_unlock (&self->lock);
}

void
test_latch_await (TestLatch *self, guint count)
{
  g_mutex_lock (&self->lock);
  while (self->count < count)
    g_cond_wait (&self->raised, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
test_latch_meet (TestLatch *self, guint n_threads)
{
  guint all;

  /* Each time n_threads have come, those of that time go on: it can be met again and again. */
  g_mutex_lock (&self->lock);
  all = (self->count++ / n_threads + 1) * n_threads;
  g_cond_broadcast (&self->raised);
  while (self->count < all)
    g_cond_wait (&self->raised, &self->lock);
  g_mutex_unlock (&self->lock);
}

guint
test_latch_peek (TestLatch *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->count;
  g_mutex_unlock (&self->lock);
  return count;
}

void
test_latch_raise_cb (gpointer latch)
{
  test_latch_raise (latch);
}

void
test_latch_raise_for_future (FutFuture *future, gpointer latch)
{
  test_latch_raise (latch);
}

/* --- threads --- */

struct _TestThread
{
  GThread    *thread;
  GThreadFunc func;
  gpointer    data;
  TestLatch  *started;
  pid_t       tid;      /* set before started is raised */
};

static gpointer
run_thread (gpointer data)
{
  TestThread *self = data;

  self->tid = syscall (SYS_gettid);
  test_latch_raise (self->started);
  return self->func (self->data);
}

TestThread *
test_thread_new (GThreadFunc func, gpointer data)
{
  TestThread *self = g_new0 (TestThread, 1);

  self->func = func;
  self->data = data;
  self->started = test_latch_new ();
  self->thread = g_thread_new ("test-thread", run_thread, self);
  test_latch_await (self->started, 1);
  return self;
}

/* The state letter and the number of times it has gone to sleep, as the kernel tells them. */
static void
read_scheduling (pid_t pid, pid_t tid, char *state, guint64 *n_sleeps)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/status", (int) pid, (int) tid);
  g_autofree char *text = NULL;
  const char *at;

  *state = 'X';
  *n_sleeps = 0;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  at = strstr (text, "\nState:\t");
  g_assert_nonnull (at);
  *state = at[strlen ("\nState:\t")];
  at = strstr (text, "\nvoluntary_ctxt_switches:\t");
  g_assert_nonnull (at);
  *n_sleeps = g_ascii_strtoull (at + strlen ("\nvoluntary_ctxt_switches:\t"), NULL, 10);
}

static gboolean
is_blocked (pid_t pid, pid_t tid)
{
  guint64 first_n_sleeps;
  char state;

  /* Asleep in one and the same sleep each time one looks. */
  read_scheduling (pid, tid, &state, &first_n_sleeps);
  for (guint i = 0; i < 5; i++)
    {
      guint64 n_sleeps;

      g_thread_yield ();
      read_scheduling (pid, tid, &state, &n_sleeps);
      g_assert_cmpint (state, !=, 'X');
      if (state != 'S' || n_sleeps != first_n_sleeps)
        return FALSE;
    }
  return TRUE;
}

void
test_await_blocked (pid_t pid, pid_t tid)
{
  test_yield_until (is_blocked (pid, tid));
}

void
test_thread_await_blocked (TestThread *self)
{
  test_await_blocked (getpid (), self->tid);
}

gpointer
test_thread_join (TestThread *self)
{
  gpointer result = g_thread_join (self->thread);

  test_latch_free (self->started);
  g_free (self);
  return result;
}

/* --- objects --- */

struct _TestTracker
{
  GMutex lock;
  GCond  changed;
  guint  n_live;   /* guarded by lock */
};

TestTracker *
test_tracker_new (void)
{
  TestTracker *self = g_new0 (TestTracker, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

void
test_tracker_free (TestTracker *self)
{
  /* What is still alive would tell a tracker that is gone. */
  g_assert_cmpuint (test_tracker_n_live (self), ==, 0);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

static void
object_gone (gpointer data)
{
  TestTracker *self = data;

  g_mutex_lock (&self->lock);
  self->n_live--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
test_tracker_add (TestTracker *self, gpointer object)
{
  g_mutex_lock (&self->lock);
  self->n_live++;
  g_mutex_unlock (&self->lock);

  /* An object's data goes at the very end, after all that its class does in finalize. */
  g_object_set_data_full (object, "test-tracker", self, object_gone);
}

guint
test_tracker_n_live (TestTracker *self)
{
  guint n_live;

  g_mutex_lock (&self->lock);
  n_live = self->n_live;
  g_mutex_unlock (&self->lock);
  return n_live;
}

void
test_tracker_await_live (TestTracker *self, guint n)
{
  g_mutex_lock (&self->lock);
  while (self->n_live > n)
    g_cond_wait (&self->changed, &self->lock);
  g_assert_cmpuint (self->n_live, ==, n);
  g_mutex_unlock (&self->lock);
}
