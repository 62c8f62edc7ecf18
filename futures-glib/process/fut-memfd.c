/* fut-memfd.c: memory that two processes share and that neither can take away under the other
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-memfd.h"
#include "fut-error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* Headers older than Linux 6.3 lack it. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

/* A signal makes the kernel undo what was allocated by one call. */
#define CHUNK_BYTES (1024 * 1024)

static gboolean
set_errno_error (GError **error, const char *what, const char *name)
{
  int saved_errno = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "%s %s failed: %s", what,
               name, g_strerror (saved_errno));
  return FALSE;
}

static int
create (const char *name)
{
  int fd = memfd_create (name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

  if (fd < 0 && errno == EINVAL)
    fd = memfd_create (name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return fd;
}

/* Without memory that is there, a write to the mapping could end in SIGBUS. */
static gboolean
allocate (int fd, gsize n_bytes)
{
  if (ftruncate (fd, (off_t) n_bytes) < 0)
    return FALSE;
  for (gsize offset = 0; offset < n_bytes;)
    {
      gsize n = MIN (n_bytes - offset, CHUNK_BYTES);

      if (fallocate (fd, 0, (off_t) offset, (off_t) n) == 0 || errno == EOPNOTSUPP)
        offset += n;
      else if (errno != EINTR)
        return FALSE;
    }
  return TRUE;
}

gpointer
fut_memfd_new (const char *name, gsize n_bytes, gboolean read_only, int *fd, GError **error)
{
  int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | (read_only ? F_SEAL_FUTURE_WRITE : 0);
  int new_fd = create (name);
  gpointer data = MAP_FAILED;
  gboolean made = FALSE;

  if (new_fd < 0)
    {
      set_errno_error (error, "making shared memory for", name);
      return NULL;
    }

  if (!allocate (new_fd, n_bytes))
    set_errno_error (error, "allocating shared memory for", name);
  else if ((data = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, new_fd,
                         0)) == MAP_FAILED)
    set_errno_error (error, "mapping shared memory for", name);
  else if (fcntl (new_fd, F_ADD_SEALS, seals) < 0)
    set_errno_error (error, "sealing shared memory for", name);
  else
    made = TRUE;

  if (!made)
    {
      if (data != MAP_FAILED)
        munmap (data, n_bytes);
      close (new_fd);
      return NULL;
    }
  *fd = new_fd;
  return data;
}

/* Only a memfd has seals, and only of tmpfs is there always a page where nothing was written. */
static gboolean
check_sealed (int fd, gsize n_bytes, GError **error)
{
  int seals = fcntl (fd, F_GET_SEALS);
  struct stat about;
  struct statfs about_fs;

  if (seals < 0 || fstatfs (fd, &about_fs) < 0 || about_fs.f_type != TMPFS_MAGIC)
    {
      g_set_error_literal (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                           "a descriptor that was sent as shared memory is something else");
      return FALSE;
    }
  if ((seals & F_SEAL_SHRINK) == 0)
    {
      g_set_error_literal (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                           "shared memory that was sent is not sealed against shrinking");
      return FALSE;
    }
  if (fstat (fd, &about) < 0)
    return set_errno_error (error, "looking at", "shared memory");
  if (about.st_size < 0 || (guint64) about.st_size < n_bytes)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                   "shared memory that was sent has %" G_GINT64_FORMAT
                   " bytes instead of %" G_GSIZE_FORMAT,
                   (gint64) about.st_size, n_bytes);
      return FALSE;
    }
  return TRUE;
}

gpointer
fut_memfd_map (int fd, gsize n_bytes, gboolean writable, GError **error)
{
  gpointer data;

  if (!check_sealed (fd, n_bytes, error))
    return NULL;
  data = mmap (NULL, n_bytes, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
  if (data == MAP_FAILED)
    {
      set_errno_error (error, "mapping", "shared memory that was sent");
      return NULL;
    }
  return data;
}
