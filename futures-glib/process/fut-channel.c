/* fut-channel.c: messages over a socket, and the descriptors that come with them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-channel.h"
#include "fut-error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
is_socket (int fd)
{
  struct stat about;

  return fstat (fd, &about) == 0 && S_ISSOCK (about.st_mode);
}

void
fut_channel_init (FutChannel *self, int read_fd, int write_fd, gboolean takes_fds)
{
  *self = (FutChannel){
    .read_fd = read_fd,
    .write_fd = write_fd,
    .takes_fds = takes_fds,
    .reads_socket = is_socket (read_fd),
    .writes_socket = is_socket (write_fd),
  };
}

static void
close_all (int *fds, guint n_fds)
{
  for (guint i = 0; i < n_fds; i++)
    close (fds[i]);
}

void
fut_channel_clear (FutChannel *self)
{
  close_all (self->fds, self->n_fds);
  close_all (self->out_fds, self->n_out_fds);
  self->n_fds = 0;
  self->n_out_fds = 0;
  if (self->write_fd >= 0 && self->write_fd != self->read_fd)
    close (self->write_fd);
  if (self->read_fd >= 0)
    close (self->read_fd);
  self->read_fd = -1;
  self->write_fd = -1;
  fut_buffer_clear (&self->in);
  fut_buffer_clear (&self->out);
}

/* Whether @fd is ready for @events by now, or when @wait by then. What has failed is ready. */
static gboolean
await (int fd, short events, gboolean wait)
{
  struct pollfd polled = { .fd = fd, .events = events };
  int n;

  do
    n = poll (&polled, 1, wait ? -1 : 0);
  while (n < 0 && errno == EINTR);
  return n != 0;
}

static FutChannelStatus
fail (int number, const char *what, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), "%s a channel failed: %s", what,
               g_strerror (number));
  return FUT_CHANNEL_FAILED;
}

static FutChannelStatus
refuse (const char *what, GError **error)
{
  g_set_error_literal (error, FUT_ERROR, FUT_ERROR_PROTOCOL, what);
  return FUT_CHANNEL_FAILED;
}

/* Keeps the descriptors that came with @header, or closes them if they may not come. */
static FutChannelStatus
take_fds (FutChannel *self, struct msghdr *header, GError **error)
{
  int fds[FUT_CHANNEL_MAX_FDS];
  guint n_fds = 0;

  for (struct cmsghdr *part = CMSG_FIRSTHDR (header); part != NULL;
       part = CMSG_NXTHDR (header, part))
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
      {
        /* The room for them was made for this many, in one part. */
        n_fds = MIN ((part->cmsg_len - CMSG_LEN (0)) / sizeof (int), FUT_CHANNEL_MAX_FDS);
        memcpy (fds, CMSG_DATA (part), n_fds * sizeof (int));
      }

  if (!self->takes_fds || n_fds > FUT_CHANNEL_MAX_FDS - self->n_fds)
    {
      close_all (fds, n_fds);
      if (n_fds > 0)
        return refuse ("a descriptor came that is not part of a message", error);
    }
  for (guint i = 0; self->takes_fds && i < n_fds; i++)
    self->fds[self->n_fds++] = fds[i];
  if ((header->msg_flags & MSG_CTRUNC) == 0)
    return FUT_CHANNEL_OK;
  /* The kernel has closed what it could not give us. */
  if (n_fds == FUT_CHANNEL_MAX_FDS || !self->takes_fds)
    return refuse ("descriptors came that are not part of messages", error);
  return fail (EMFILE, "receiving a descriptor from", error);
}

static gssize
receive (FutChannel *self, guint8 *bytes, gsize n_bytes, gboolean wait,
         FutChannelStatus *fds_status, GError **error)
{
  union
  {
    struct cmsghdr header;
    char           room[CMSG_SPACE (FUT_CHANNEL_MAX_FDS * sizeof (int))];
  } control;
  struct iovec data = { bytes, n_bytes };
  struct msghdr header = {
    .msg_iov = &data,
    .msg_iovlen = 1,
    .msg_control = &control,
    .msg_controllen = sizeof control,
  };
  gssize n = recvmsg (self->read_fd, &header, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));

  if (n > 0 && G_UNLIKELY (header.msg_controllen > 0 || (header.msg_flags & MSG_CTRUNC) != 0))
    *fds_status = take_fds (self, &header, error);
  return n;
}

FutChannelStatus
fut_channel_read (FutChannel *self, gboolean wait, GError **error)
{
  FutChannelStatus status = FUT_CHANNEL_OK;
  guint8 *bytes = fut_buffer_reserve (&self->in, FUT_CHANNEL_READ_BYTES);
  gsize n_room = self->in.size - self->in.end;

  for (;;)
    {
      gssize n;

      if (self->reads_socket)
        n = receive (self, bytes, n_room, wait, &status, error);
      else if (wait || await (self->read_fd, POLLIN, FALSE))
        n = read (self->read_fd, bytes, n_room);
      else
        return FUT_CHANNEL_AGAIN;

      if (n > 0)
        {
          fut_buffer_commit (&self->in, (gsize) n);
          self->n_read += (guint64) n;
          return status;
        }
      if (n == 0 || errno == ECONNRESET)
        return FUT_CHANNEL_CLOSED;
      if (errno == EAGAIN && !wait)
        return FUT_CHANNEL_AGAIN;
      if (errno == EAGAIN)
        await (self->read_fd, POLLIN, TRUE);
      else if (errno != EINTR)
        return fail (errno, "reading from", error);
    }
}

FutChannelStatus
fut_channel_next (FutChannel *self, gboolean from_worker, FutMessage *message, gsize *n_bytes,
                  GError **error)
{
  gssize n = fut_message_decode (fut_buffer_get_bytes (&self->in),
                                 fut_buffer_get_length (&self->in), from_worker, message, error);

  if (n < 0)
    return FUT_CHANNEL_FAILED;
  *n_bytes = (gsize) n;
  return n > 0 ? FUT_CHANNEL_OK : FUT_CHANNEL_AGAIN;
}

void
fut_channel_drop (FutChannel *self, gsize n_bytes)
{
  fut_buffer_take (&self->in, n_bytes);
}

int
fut_channel_take_fd (FutChannel *self)
{
  int fd;

  if (self->n_fds == 0)
    return -1;
  fd = self->fds[0];
  self->n_fds--;
  memmove (self->fds, self->fds + 1, self->n_fds * sizeof self->fds[0]);
  return fd;
}

void
fut_channel_append (FutChannel *self, const FutMessage *message, guint8 **payload, int fd)
{
  if (fd >= 0)
    {
      g_assert (self->n_out_fds < FUT_CHANNEL_MAX_OUT_FDS);
      self->out_fds[self->n_out_fds] = fd;
      self->out_fd_starts[self->n_out_fds] = self->n_flushed + fut_buffer_get_length (&self->out);
      self->n_out_fds++;
    }
  fut_message_encode (&self->out, message, payload);
}

/* Sends what goes in one piece: a descriptor is received with the first byte beside it, so that it
 * arrives no later than its frame.
 */
static gssize
send_piece (FutChannel *self, gboolean wait)
{
  union
  {
    struct cmsghdr header;
    char           room[CMSG_SPACE (sizeof (int))];
  } control = { .room = { 0 } };
  struct iovec data = { fut_buffer_get_bytes (&self->out), fut_buffer_get_length (&self->out) };
  struct msghdr header = { .msg_iov = &data, .msg_iovlen = 1 };
  gboolean has_fd = self->n_out_fds > 0 && self->out_fd_starts[0] == self->n_flushed;
  guint next = has_fd ? 1 : 0;
  gssize n;

  if (self->n_out_fds > next)
    data.iov_len = (gsize) (self->out_fd_starts[next] - self->n_flushed);
  if (has_fd)
    {
      header.msg_control = &control;
      header.msg_controllen = sizeof control;
      control.header.cmsg_level = SOL_SOCKET;
      control.header.cmsg_type = SCM_RIGHTS;
      control.header.cmsg_len = CMSG_LEN (sizeof (int));
      memcpy (CMSG_DATA (&control.header), &self->out_fds[0], sizeof (int));
    }
  n = sendmsg (self->write_fd, &header, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
  if (n > 0 && has_fd)
    {
      close (self->out_fds[0]);
      self->n_out_fds--;
      memmove (self->out_fds, self->out_fds + 1, self->n_out_fds * sizeof self->out_fds[0]);
      memmove (self->out_fd_starts, self->out_fd_starts + 1,
               self->n_out_fds * sizeof self->out_fd_starts[0]);
    }
  return n;
}

/* A pipe has no MSG_NOSIGNAL. A SIGPIPE of our own goes to this thread, where it is blocked and then
 * taken; one that was pending before stays.
 */
static gssize
write_without_signal (int fd, const guint8 *bytes, gsize n_bytes)
{
  const struct timespec at_once = { 0 };
  sigset_t sigpipe;
  sigset_t pending;
  sigset_t old_mask;
  gssize n;
  int saved_errno;

  sigemptyset (&sigpipe);
  sigaddset (&sigpipe, SIGPIPE);
  sigpending (&pending);
  pthread_sigmask (SIG_BLOCK, &sigpipe, &old_mask);
  n = write (fd, bytes, n_bytes);
  saved_errno = errno;
  if (n < 0 && saved_errno == EPIPE && !sigismember (&pending, SIGPIPE))
    while (sigtimedwait (&sigpipe, NULL, &at_once) < 0 && errno == EINTR)
      ;
  pthread_sigmask (SIG_SETMASK, &old_mask, NULL);
  errno = saved_errno;
  return n;
}

/* A pipe that is ready takes PIPE_BUF bytes without blocking, and more than that only if it does not
 * block at all.
 */
static gssize
write_piece (FutChannel *self, gboolean wait)
{
  gsize n_bytes = fut_buffer_get_length (&self->out);

  if (!wait)
    {
      int flags = fcntl (self->write_fd, F_GETFL);

      if (flags >= 0 && (flags & O_NONBLOCK) == 0)
        n_bytes = MIN (n_bytes, PIPE_BUF);
      if (!await (self->write_fd, POLLOUT, FALSE))
        {
          errno = EAGAIN;
          return -1;
        }
    }
  return write_without_signal (self->write_fd, fut_buffer_get_bytes (&self->out), n_bytes);
}

FutChannelStatus
fut_channel_flush (FutChannel *self, gboolean wait, GError **error)
{
  while (fut_channel_has_output (self))
    {
      gssize n = self->writes_socket ? send_piece (self, wait) : write_piece (self, wait);

      if (n > 0)
        {
          fut_buffer_take (&self->out, (gsize) n);
          self->n_flushed += (guint64) n;
        }
      else if (n < 0 && errno == EAGAIN && !wait)
        return FUT_CHANNEL_AGAIN;
      else if (n < 0 && errno == EAGAIN)
        await (self->write_fd, POLLOUT, TRUE);
      else if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
        return FUT_CHANNEL_CLOSED;
      else if (n < 0 && errno != EINTR)
        return fail (errno, "writing to", error);
    }
  return FUT_CHANNEL_OK;
}
