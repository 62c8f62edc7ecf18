/* fut-manager-output.c: what workers write to their standard output and standard error
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* The I/O thread reads, and never blocks; another thread, the printer, passes lines on, and may
 * block for as long as it likes. If too much waits for it, reading pauses: then a task that writes
 * more waits in its write(), as it would for a slow terminal.
 */

#define READ_BYTES 16384
#define MAX_LINE_BYTES 8192 /* longer ones are broken */

typedef struct
{
  FutWorkerManager *manager; /* lent: it waits for the printer */
  int               pid;
  int               fd;
  FutWorkerOutput   output;
  gsize             n_bytes;
  char             *line;    /* owned */
  char             *prefix;  /* owned */
} Line;

static void
write_all (int fd, const char *text, gsize n)
{
  while (n > 0)
    {
      gssize n_written = write (fd, text, n);

      if (n_written < 0 && errno == EAGAIN)
        {
          GPollFD polled = { fd, G_IO_OUT, 0 };

          g_poll (&polled, 1, -1);
        }
      else if (n_written < 0 && errno != EINTR)
        return; /* nobody wants it */
      else if (n_written > 0)
        {
          text += n_written;
          n -= n_written;
        }
    }
}

static void
pass_on (gpointer data, gpointer unused)
{
  Line *line = data;
  FutWorkerManager *self = line->manager;
  guint before;

  if (line->output == FUT_WORKER_OUTPUT_CAPTURE && self->output_func != NULL)
    self->output_func (self->core, line->pid, line->fd, line->line);
  else if (line->output == FUT_WORKER_OUTPUT_FORWARD)
    {
      g_autofree char *text = g_strdup_printf ("%s: %s\n", line->prefix, line->line);

      write_all (line->fd, text, strlen (text));
    }
  before = atomic_fetch_sub (&self->n_output_bytes, line->n_bytes);
  if (before > FUT_MAX_OUTPUT_BYTES / 2 && before - line->n_bytes <= FUT_MAX_OUTPUT_BYTES / 2)
    fut_manager_wake (self);
  g_free (line->line);
  g_free (line->prefix);
  g_free (line);
}

static void
send_line (FutWorkerManager *self, FutWorkerProcess *worker, guint which)
{
  GString *text = worker->streams[which].line;
  Line *line;

  if (worker->settings->output != FUT_WORKER_OUTPUT_DISCARD)
    {
      line = g_new (Line, 1);
      *line = (Line){ .manager = self,
                      .pid = worker->pid,
                      .fd = which + 1,
                      .output = worker->settings->output,
                      .n_bytes = text->len + 64,
                      .line = g_utf8_make_valid (text->str, text->len),
                      .prefix = g_strdup (worker->name) };
      atomic_fetch_add (&self->n_output_bytes, line->n_bytes);
      if (self->printer == NULL || !fut_side_thread_push (self->printer, pass_on, line, NULL))
        {
          /* Without a thread it is lost; the tail is kept all the same. */
          line->output = FUT_WORKER_OUTPUT_DISCARD;
          pass_on (line, NULL);
        }
    }
  g_string_truncate (text, 0);
}

static void
take_text (FutWorkerManager *self, FutWorkerProcess *worker, guint which, const char *text, gsize n)
{
  GString *line = worker->streams[which].line;

  if (which == 1)
    {
      g_string_append_len (worker->tail, text, n);
      if (worker->tail->len > FUT_TAIL_BYTES)
        g_string_erase (worker->tail, 0, worker->tail->len - FUT_TAIL_BYTES);
    }
  while (n > 0)
    {
      const char *end = memchr (text, '\n', n);
      gsize length = end != NULL ? (gsize) (end - text) : n;
      gsize part = MIN (length, MAX_LINE_BYTES - line->len);

      g_string_append_len (line, text, part);
      if (part < length || line->len == MAX_LINE_BYTES || end != NULL)
        send_line (self, worker, which);
      if (part == length && end != NULL)
        part++;
      text += part;
      n -= part;
    }
}

static void
close_stream (FutWorkerManager *self, FutWorkerProcess *worker, guint which)
{
  FutStream *stream = &worker->streams[which];

  if (stream->line->len > 0)
    send_line (self, worker, which);
  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, stream->fd, NULL);
  g_close (stream->fd, NULL);
  stream->fd = -1;
}

static void
watch_stream (FutWorkerManager *self, FutWorkerProcess *worker, guint which, gboolean watch)
{
  struct epoll_event event = { .events = EPOLLIN };

  event.data.ptr = &worker->tags[FUT_EVENT_STDOUT + which];
  worker->streams[which].paused = !watch;
  epoll_ctl (self->epoll_fd, watch ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, worker->streams[which].fd,
             &event);
}

/* Reads once; FALSE when there is nothing more for now. */
static gboolean
read_once (FutWorkerManager *self, FutWorkerProcess *worker, guint which)
{
  char text[READ_BYTES];
  gssize n;

  do
    n = read (worker->streams[which].fd, text, sizeof text);
  while (n < 0 && errno == EINTR);

  if (n > 0)
    take_text (self, worker, which, text, n);
  else if (n == 0 || errno != EAGAIN)
    close_stream (self, worker, which);
  return n > 0;
}

void
fut_manager_read_output (FutWorkerManager *self, FutWorkerProcess *worker, guint which)
{
  if (worker->streams[which].fd < 0 || worker->streams[which].paused)
    return;

  read_once (self, worker, which);
  if (worker->streams[which].fd >= 0 && atomic_load (&self->n_output_bytes) > FUT_MAX_OUTPUT_BYTES)
    watch_stream (self, worker, which, FALSE);
}

void
fut_manager_resume_output (FutWorkerManager *self)
{
  if (atomic_load (&self->n_output_bytes) > FUT_MAX_OUTPUT_BYTES / 2)
    return;

  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      for (guint which = 0; which < G_N_ELEMENTS (worker->streams); which++)
        if (worker->streams[which].fd >= 0 && worker->streams[which].paused)
          watch_stream (self, worker, which, TRUE);
    }
}

void
fut_manager_drain_output (FutWorkerManager *self, FutWorkerProcess *worker)
{
  for (guint which = 0; which < G_N_ELEMENTS (worker->streams); which++)
    {
      FutStream *stream = &worker->streams[which];

      /* No further than what is there: a process that it has begotten may go on writing. */
      for (guint rounds = 0; stream->fd >= 0 && rounds < 64 && read_once (self, worker, which);
           rounds++)
        ;
      if (stream->fd >= 0)
        close_stream (self, worker, which);
    }
  g_strchomp (worker->tail->str);
  worker->tail->len = strlen (worker->tail->str);
}
