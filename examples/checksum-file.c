/* checksum-file.c: the SHA-256 of one file, as a task, and as a line of sha256sum
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "checksum-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIN_CHUNK_BYTES 4096
#define MAX_CHUNK_BYTES (64 * 1024)

/* A file may have become a link or a FIFO since it was found: neither is followed or waited for. */
static int
open_file (const char *path, guint64 *n_bytes)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat info;

  if (fd < 0)
    return -1;
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      close (fd);
      errno = EINVAL;
      return -1;
    }
  *n_bytes = info.st_size;
  return fd;
}

/* The progress of a file that takes a while, and which process reads it. Both pools show them. */
static void
tell (FutFuture *future, guint64 n_done, guint64 n_bytes)
{
  char pid[16];

  if (n_done <= MAX_CHUNK_BYTES)
    {
      g_snprintf (pid, sizeof pid, "%d", (int) getpid ());
      fut_future_set_status (future, pid);
    }
  fut_future_set_progress (future, (double) n_done / n_bytes);
}

/* Returns 0, or an errno; ECANCELED says that the future has been ended. */
static int
add_content (FutFuture *future, GChecksum *checksum, int fd, guint64 n_bytes)
{
  gsize chunk_bytes = CLAMP (n_bytes + 1, MIN_CHUNK_BYTES, MAX_CHUNK_BYTES);
  g_autofree guchar *chunk = g_malloc (chunk_bytes);
  guint64 n_done = 0;

  while (TRUE)
    {
      gssize n = read (fd, chunk, chunk_bytes);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n < 0 ? errno : 0;
      if (fut_future_return_error_if_cancelled (future))
        return ECANCELED;
      g_checksum_update (checksum, chunk, n);
      n_done += n;
      if (n_bytes > MAX_CHUNK_BYTES)
        tell (future, n_done, n_bytes);
    }
}

static void
checksum_file (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *path;
  guint64 n_bytes = 0;
  int fd, error;

  g_variant_get (args, "(^&ay)", &path);
  fd = open_file (path, &n_bytes);
  error = fd < 0 ? errno : add_content (future, checksum, fd, n_bytes);
  if (fd >= 0)
    close (fd);

  if (error == 0)
    fut_future_return_string (future, g_checksum_get_string (checksum));
  else if (error != ECANCELED)
    fut_future_return_new_error (future, G_IO_ERROR, g_io_error_from_errno (error), "%s",
                                 g_strerror (error));
}

void
checksum_file_register (void)
{
  fut_function_register (CHECKSUM_FILE, checksum_file, NULL, NULL);
}

/* As sha256sum does it: a name that would break the line is escaped, and a backslash before the sum
 * says so.
 */
char *
checksum_format_line (const char *sum, const char *path)
{
  GString *line = g_string_new (strpbrk (path, "\\\n\r") == NULL ? "" : "\\");

  g_string_append_printf (line, "%s  ", sum);
  for (const char *c = path; *c != '\0'; c++)
    switch (*c)
      {
      case '\\':
        g_string_append (line, "\\\\");
        break;
      case '\n':
        g_string_append (line, "\\n");
        break;
      case '\r':
        g_string_append (line, "\\r");
        break;
      default:
        g_string_append_c (line, *c);
      }
  g_string_append_c (line, '\n');
  return g_string_free (line, FALSE);
}
