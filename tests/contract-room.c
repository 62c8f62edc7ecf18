/* contract-room.c: fifos by which tests and the functions they submit meet
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Three fifos: numbers and texts that functions report, and tickets, one byte each, that let
 * functions through the gate. The room holds each of them open for both directions, so that no
 * open() blocks and no read() ends early; when the room is freed, every gate opens.
 *
 * Records are shorter than PIPE_BUF: each arrives whole.
 */
#define TEXT_BYTES 512

typedef enum
{
  FIFO_NUMBERS,
  FIFO_TEXTS,
  FIFO_TICKETS,
  FIFO_LAST
} Fifo;

static const char *const fifo_names[FIFO_LAST] = { "numbers", "texts", "tickets" };

struct _ContractRoom
{
  char *path;
  int   fds[FIFO_LAST];
};

static int
open_fifo (const char *room, Fifo fifo, int flags)
{
  g_autofree char *path = g_build_filename (room, fifo_names[fifo], NULL);
  int fd;

  do
    fd = g_open (path, flags | O_CLOEXEC, 0);
  while (fd < 0 && errno == EINTR);
  return fd;
}

static gboolean
read_all (int fd, gpointer record, gsize size)
{
  gsize n_read = 0;

  while (n_read < size)
    {
      gssize n = read (fd, (char *) record + n_read, size - n_read);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      n_read += n;
    }
  return TRUE;
}

static void
report (const char *room, Fifo fifo, gconstpointer record, gsize size)
{
  int fd = open_fifo (room, fifo, O_WRONLY);
  gssize n;

  g_assert_cmpint (fd, >=, 0);
  do
    n = write (fd, record, size);
  while (n < 0 && errno == EINTR);
  g_assert_cmpint (n, ==, size);
  close (fd);
}

void
contract_report (const char *room, gint64 number)
{
  report (room, FIFO_NUMBERS, &number, sizeof number);
}

void
contract_report_text (const char *room, const char *text)
{
  char record[TEXT_BYTES] = { 0 };

  g_strlcpy (record, text, sizeof record);
  report (room, FIFO_TEXTS, record, sizeof record);
}

/* Waits for a ticket, or until asked to stop (FALSE). A ticket that somebody else was faster to
 * take is no ticket: hence the look without blocking.
 */
gboolean
contract_pass_gate (const char *room, GCancellable *cancellable)
{
  int fd = open_fifo (room, FIFO_TICKETS, O_RDONLY | O_NONBLOCK);
  GPollFD polled[2] = { { fd, G_IO_IN, 0 }, { -1, 0, 0 } };
  gboolean stoppable;
  gboolean passed = FALSE;

  g_assert_cmpint (fd, >=, 0);
  stoppable = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &polled[1]);
  while (!passed && !g_cancellable_is_cancelled (cancellable))
    {
      char ticket;
      gssize n = read (fd, &ticket, 1);

      if (n >= 0)
        passed = TRUE;
      else if (errno == EAGAIN)
        g_poll (polled, stoppable ? 2 : 1, -1);
      else
        g_assert_cmpint (errno, ==, EINTR);
    }
  if (stoppable)
    g_cancellable_release_fd (cancellable);
  close (fd);
  return passed;
}

/* Takes a ticket if there is one. */
gboolean
contract_try_gate (const char *room)
{
  int fd = open_fifo (room, FIFO_TICKETS, O_RDONLY | O_NONBLOCK);
  char ticket;
  gssize n;

  g_assert_cmpint (fd, >=, 0);
  do
    n = read (fd, &ticket, 1);
  while (n < 0 && errno == EINTR);
  close (fd);
  return n == 1;
}

ContractRoom *
contract_room_new (void)
{
  ContractRoom *self = g_new0 (ContractRoom, 1);
  g_autoptr(GError) error = NULL;

  self->path = g_dir_make_tmp ("futures-test-XXXXXX", &error);
  g_assert_no_error (error);
  for (Fifo fifo = 0; fifo < FIFO_LAST; fifo++)
    {
      g_autofree char *path = g_build_filename (self->path, fifo_names[fifo], NULL);

      g_assert_no_errno (mkfifo (path, 0600));
      self->fds[fifo] = open_fifo (self->path, fifo, O_RDWR);
      g_assert_cmpint (self->fds[fifo], >=, 0);
    }
  return self;
}

void
contract_room_free (ContractRoom *self)
{
  for (Fifo fifo = 0; fifo < FIFO_LAST; fifo++)
    {
      g_autofree char *path = g_build_filename (self->path, fifo_names[fifo], NULL);

      g_assert_no_errno (g_unlink (path));
      close (self->fds[fifo]);
    }
  g_assert_no_errno (g_rmdir (self->path));
  g_free (self->path);
  g_free (self);
}

const char *
contract_room_get_path (ContractRoom *self)
{
  return self->path;
}

GVariant *
contract_room_args (ContractRoom *self, gint64 number)
{
  return g_variant_new ("(sx)", self->path, number);
}

gint64
contract_room_next (ContractRoom *self)
{
  gint64 number;

  g_assert_true (read_all (self->fds[FIFO_NUMBERS], &number, sizeof number));
  return number;
}

gboolean
contract_room_is_empty (ContractRoom *self)
{
  GPollFD polled = { self->fds[FIFO_NUMBERS], G_IO_IN, 0 };

  return g_poll (&polled, 1, 0) == 0;
}

char *
contract_room_next_text (ContractRoom *self)
{
  char record[TEXT_BYTES];

  g_assert_true (read_all (self->fds[FIFO_TEXTS], record, sizeof record));
  return g_strdup (record);
}

void
contract_room_open (ContractRoom *self, guint n_gates)
{
  g_autofree char *tickets = g_malloc0 (n_gates);
  gssize n;

  do
    n = write (self->fds[FIFO_TICKETS], tickets, n_gates);
  while (n < 0 && errno == EINTR);
  g_assert_cmpint (n, ==, n_gates);
}
