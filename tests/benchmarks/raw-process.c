/* raw-process.c: a child process at the other end of a socket: the least that a worker can be
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "raw-process.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

void
raw_process_start (RawProcess *self, RawMain func, gpointer data)
{
  int fds[2];

  bench_check (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  self->pid = fork ();
  bench_check (self->pid >= 0);
  if (self->pid == 0)
    {
      close (fds[0]);
      func (fds[1], data);
      _exit (0);
    }
  close (fds[1]);
  self->fd = fds[0];
}

void
raw_process_stop (RawProcess *self)
{
  int status;

  /* A child that was started later has this end too: only a shutdown ends the stream. */
  shutdown (self->fd, SHUT_RDWR);
  close (self->fd);
  while (waitpid (self->pid, &status, 0) < 0)
    bench_check (errno == EINTR);
  bench_check (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

void
raw_send (int fd, gconstpointer bytes, gsize n_bytes)
{
  const guint8 *next = bytes;

  while (n_bytes > 0)
    {
      gssize n = send (fd, next, n_bytes, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      bench_check (n > 0);
      next += n;
      n_bytes -= n;
    }
}

gsize
raw_receive_some (int fd, gpointer bytes, gsize n_bytes)
{
  gssize n;

  do
    n = recv (fd, bytes, n_bytes, 0);
  while (n < 0 && errno == EINTR);
  return MAX (n, 0);
}

gboolean
raw_receive (int fd, gpointer bytes, gsize n_bytes)
{
  guint8 *next = bytes;

  while (n_bytes > 0)
    {
      gsize n = raw_receive_some (fd, next, n_bytes);

      if (n == 0)
        return FALSE;
      next += n;
      n_bytes -= n;
    }
  return TRUE;
}

gpointer
raw_shared_new (gsize n_bytes)
{
  gpointer memory =
    mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

  bench_check (memory != MAP_FAILED);
  return memory;
}

void
raw_shared_free (gpointer memory, gsize n_bytes)
{
  munmap (memory, n_bytes);
}
