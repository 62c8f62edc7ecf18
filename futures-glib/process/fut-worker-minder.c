/* fut-worker-minder.c: the thread of a worker that watches over it while it is busy
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-minder.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* The minder sleeps in poll(), for the parent's end or a tick. Ticks come while calls run:
 *
 *   no ticks --a call begins--> ticks --nothing has changed for a tick--> no ticks
 *
 * If what has not changed is that the same call runs, the minder watches the channel instead, and
 * reads it in the place of the thread that is busy with the call.
 *
 * Whoever begins a call, or requests a tick, first changes `sequence` or `n_requests` and then
 * looks at `ticks`; the minder first clears `ticks` and then looks at the two, so that one of them
 * starts the timer again.
 */

#define TICK_NS (2000 * 1000)

/* A poll() that has begun does not notice that the task closes the channel, so that one looks again;
 * and its number may have been given to another file by then.
 */
#define LOOK_AGAIN_MS 500

enum
{
  POLLED_READ,
  POLLED_WRITE,
  POLLED_PARENT,
  POLLED_TIMER,
  N_POLLED,
};

static void
set_timer (FutWorkerMinder *self, long interval_ns)
{
  const struct itimerspec spec = { { 0, interval_ns }, { 0, interval_ns } };

  timerfd_settime (self->timer_fd, 0, &spec, NULL);
}

void
fut_worker_minder_start_ticks (FutWorkerMinder *self)
{
  if (atomic_exchange (&self->ticks, 1) == 0)
    set_timer (self, TICK_NS);
}

void
fut_worker_minder_request (FutWorkerMinder *self)
{
  atomic_fetch_add (&self->n_requests, 1);
  if (atomic_load (&self->ticks) == 0)
    fut_worker_minder_start_ticks (self);
}

static void
stop_ticks (FutWorkerMinder *self, guint sequence, guint n_requests)
{
  set_timer (self, 0);
  atomic_store (&self->ticks, 0);
  if (atomic_load (&self->sequence) != sequence || atomic_load (&self->n_requests) != n_requests)
    fut_worker_minder_start_ticks (self);
}

static void
on_tick (FutWorkerMinder *self)
{
  guint sequence = atomic_load (&self->sequence);
  guint n_requests = atomic_load (&self->n_requests);
  gboolean unchanged = sequence == self->seen_sequence;
  guint64 n_ticks;

  if (read (self->timer_fd, &n_ticks, sizeof n_ticks) != (gssize) sizeof n_ticks)
    return;

  self->seen_sequence = sequence;
  atomic_store (&self->reads, unchanged && sequence % 2 == 1);
  if (self->funcs->flush (self->data, unchanged && sequence % 2 == 1) && unchanged)
    stop_ticks (self, sequence, n_requests);
}

static gboolean
is_channel (FutWorkerMinder *self)
{
  struct stat about;

  return fstat (self->surroundings.read_fd, &about) == 0 && about.st_ino == self->channel_inode;
}

/* The channel is watched in the place of who runs calls. */
static void
look_at_channel (FutWorkerMinder *self, gboolean has_input)
{
  if (!is_channel (self))
    fut_worker_hygiene_die ();
  if (atomic_load (&self->sequence) != self->seen_sequence)
    atomic_store (&self->reads, FALSE); /* that has had time for it since */
  else if (has_input)
    self->funcs->read (self->data);
}

static gpointer
mind (gpointer data)
{
  const short gone = POLLRDHUP | POLLHUP | POLLERR | POLLNVAL;
  FutWorkerMinder *self = data;
  struct pollfd polled[N_POLLED] = {
    [POLLED_READ] = { self->surroundings.read_fd, POLLRDHUP },
    [POLLED_WRITE] = { self->surroundings.write_fd, 0 },
    [POLLED_PARENT] = { self->parent_fd, POLLIN },
    [POLLED_TIMER] = { self->timer_fd, POLLIN },
  };

  for (;;)
    {
      gboolean reads = atomic_load (&self->reads);

      polled[POLLED_READ].events = POLLRDHUP | (reads ? POLLIN : 0);
      if (poll (polled, N_POLLED, reads ? LOOK_AGAIN_MS : -1) < 0)
        continue;

      if ((polled[POLLED_READ].revents & gone) != 0 || (polled[POLLED_WRITE].revents & gone) != 0 ||
          polled[POLLED_PARENT].revents != 0)
        fut_worker_hygiene_die ();
      if (polled[POLLED_TIMER].revents != 0)
        on_tick (self);
      if (reads)
        look_at_channel (self, (polled[POLLED_READ].revents & POLLIN) != 0);
    }
  return NULL;
}

static int
open_parent (const FutWorkerSurroundings *surroundings)
{
#ifdef SYS_pidfd_open
  if (surroundings->direct && surroundings->parent != 0)
    {
      int fd = (int) syscall (SYS_pidfd_open, surroundings->parent, 0);

      if (fd >= 0 && getppid () != surroundings->parent)
        _exit (1); /* it has died meanwhile, and this might be another process */
      return fd;
    }
#endif
  return -1;
}

FutWorkerMinder *
fut_worker_minder_new (const FutWorkerSurroundings *surroundings, const FutWorkerMinderFuncs *funcs,
                       gpointer data, GError **error)
{
  FutWorkerMinder *self = g_new0 (FutWorkerMinder, 1);
  sigset_t all;
  sigset_t old_mask;
  struct stat about;
  GThread *thread;

  self->surroundings = *surroundings;
  self->funcs = funcs;
  self->data = data;
  if (fstat (surroundings->read_fd, &about) == 0)
    self->channel_inode = about.st_ino;
  self->timer_fd = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (self->timer_fd < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "a timer cannot be made: %s",
                   g_strerror (errno));
      g_free (self);
      return NULL;
    }
  self->parent_fd = open_parent (surroundings);

  /* Signals are for the threads of the task. */
  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, &old_mask);
  thread = g_thread_try_new ("fut-minder", mind, self, error);
  pthread_sigmask (SIG_SETMASK, &old_mask, NULL);
  if (thread == NULL)
    {
      close (self->timer_fd);
      if (self->parent_fd >= 0)
        close (self->parent_fd);
      g_free (self);
      return NULL;
    }
  g_thread_unref (thread);
  return self;
}
