/* test-region.c: memory for large payloads: room in it, its seals, its bounds
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process/fut-region.h"

#include "fut-error.h"
#include "test-util.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef FutRegion TestRegion;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestRegion, fut_region_unref)

static FutRegion *
region_new (gsize n_bytes, int *fd)
{
  GError *error = NULL;
  FutRegion *self = fut_region_new (n_bytes, TRUE, fd, &error);

  g_assert_no_error (error);
  return self;
}

static gsize
alloc (FutRegion *self, gsize n_bytes)
{
  gsize offset = G_MAXSIZE;

  g_assert_true (fut_region_alloc (self, n_bytes, &offset));
  g_assert_cmpuint (offset % FUT_REGION_ALIGNMENT, ==, 0);
  return offset;
}

static void
assert_full (FutRegion *self, gsize n_bytes)
{
  gsize offset;

  g_assert_false (fut_region_alloc (self, n_bytes, &offset));
}

static void
test_sizes (void)
{
  static const gsize sizes[][2] = {
    { 0, FUT_REGION_MIN_BYTES },
    { 1, FUT_REGION_MIN_BYTES },
    { FUT_REGION_MIN_BYTES, FUT_REGION_MIN_BYTES },
    { FUT_REGION_MIN_BYTES + 1, 2 * FUT_REGION_MIN_BYTES },
    { 3 * FUT_REGION_MIN_BYTES, 4 * FUT_REGION_MIN_BYTES },
  };
  g_autoptr(GError) error = NULL;
  guint n_fds = test_count_fds ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      int fd;
      g_autoptr(TestRegion) region = region_new (sizes[i][0], &fd);
      struct stat about;

      g_assert_cmpuint (fut_region_get_size (region), ==, sizes[i][1]);
      g_assert_cmpint (fstat (fd, &about), ==, 0);
      g_assert_cmpint (about.st_size, ==, sizes[i][1]);
      g_assert_cmpint (fcntl (fd, F_GETFD), ==, FD_CLOEXEC);
      /* All of it is there. */
      g_assert_cmpint (about.st_blocks * 512, >=, sizes[i][1]);
      close (fd);
    }
#if GLIB_SIZEOF_SIZE_T > 4
  {
    int fd;

    g_assert_null (fut_region_new (FUT_REGION_MAX_BYTES + 1, TRUE, &fd, &error));
    g_assert_error (error, FUT_ERROR, FUT_ERROR_TOO_LARGE);
  }
#endif
  g_assert_cmpuint (test_count_fds (), ==, n_fds);
}

static void
test_first_fit (void)
{
  int fd;
  g_autoptr(TestRegion) region = region_new (0, &fd);
  gsize a = alloc (region, 1000);
  gsize b = alloc (region, 100000);
  gsize c = alloc (region, 1);

  close (fd);
  g_assert_cmpuint (a, ==, 0);
  g_assert_cmpuint (b, ==, 1024);
  g_assert_cmpuint (c, ==, 1024 + 100032);

  /* The first gap that is large enough is taken. */
  fut_region_free (region, a);
  fut_region_free (region, b);
  g_assert_cmpuint (alloc (region, 101057), ==, c + 64);
  g_assert_cmpuint (alloc (region, 101056), ==, 0);
  assert_full (region, FUT_REGION_MIN_BYTES - (c + 64 + 101120) + 1);
  g_assert_cmpuint (alloc (region, FUT_REGION_MIN_BYTES - (c + 64 + 101120)), ==, c + 64 + 101120);
  assert_full (region, 1);
}

static void
test_gaps_become_one (void)
{
  int fd;
  g_autoptr(TestRegion) region = region_new (0, &fd);
  const gsize quarter = FUT_REGION_MIN_BYTES / 4;
  gsize parts[4];

  close (fd);
  for (guint i = 0; i < 4; i++)
    parts[i] = alloc (region, quarter);
  fut_region_free (region, parts[1]);
  assert_full (region, quarter + 1);
  fut_region_free (region, parts[2]);
  g_assert_cmpuint (alloc (region, 2 * quarter), ==, quarter);
  fut_region_free (region, parts[0]);
  fut_region_free (region, parts[3]);
  g_assert_false (fut_region_is_unused (region));
  fut_region_free (region, quarter);
  g_assert_true (fut_region_is_unused (region));
  g_assert_cmpuint (alloc (region, FUT_REGION_MIN_BYTES), ==, 0);
}

static void
test_odd_sizes (void)
{
  int fd;
  g_autoptr(TestRegion) region = region_new (0, &fd);

  close (fd);
  assert_full (region, FUT_REGION_MIN_BYTES + 1);
  assert_full (region, G_MAXSIZE);
  assert_full (region, G_MAXSIZE - 10);
  g_assert_cmpuint (alloc (region, 0), ==, 0);
  g_assert_cmpuint (alloc (region, 0), ==, 64);
  g_assert_cmpuint (alloc (region, 64), ==, 128);
}

/* Parts never overlap, whatever is taken and given back. */
static void
test_parts_never_overlap (void)
{
  int fd;
  g_autoptr(TestRegion) region = region_new (0, &fd);
  gsize offsets[32];
  gsize sizes[32] = { 0 };

  close (fd);
  for (guint i = 0; i < 20000; i++)
    {
      guint k = (guint) g_test_rand_int_range (0, G_N_ELEMENTS (sizes));

      if (sizes[k] > 0)
        {
          const guint8 *data = fut_region_get_data (region, offsets[k]);

          g_assert_cmpint (data[0], ==, k);
          g_assert_cmpint (data[sizes[k] - 1], ==, k);
          fut_region_free (region, offsets[k]);
          sizes[k] = 0;
          continue;
        }
      sizes[k] = (gsize) g_test_rand_int_range (1, 100000);
      if (!fut_region_alloc (region, sizes[k], &offsets[k]))
        {
          sizes[k] = 0;
          continue;
        }
      fut_region_get_data (region, offsets[k])[0] = (guint8) k;
      fut_region_get_data (region, offsets[k])[sizes[k] - 1] = (guint8) k;
    }
}

static void
test_other_end_reads (void)
{
  int fd;
  g_autoptr(TestRegion) writer = region_new (0, &fd);
  GError *error = NULL;
  guint n_fds = test_count_fds ();
  g_autoptr(TestRegion) reader = fut_region_map (fd, fut_region_get_size (writer), &error);
  gsize offset = alloc (writer, 100);

  g_assert_no_error (error);
  g_assert_cmpuint (test_count_fds (), ==, n_fds - 1);
  strcpy ((char *) fut_region_get_data (writer, offset), "hello");
  g_assert_cmpstr ((const char *) fut_region_peek (reader, offset, 100), ==, "hello");
  g_assert_cmpuint (fut_region_get_size (reader), ==, fut_region_get_size (writer));
}

static void
test_nothing_outside_is_read (void)
{
  int fd;
  g_autoptr(TestRegion) writer = region_new (0, &fd);
  g_autoptr(TestRegion) reader = fut_region_map (fd, FUT_REGION_MIN_BYTES, NULL);
  const guint64 size = FUT_REGION_MIN_BYTES;

  g_assert_nonnull (fut_region_peek (reader, 0, size));
  g_assert_nonnull (fut_region_peek (reader, size - 1, 1));
  g_assert_nonnull (fut_region_peek (reader, 0, 0));
  g_assert_null (fut_region_peek (reader, 0, size + 1));
  g_assert_null (fut_region_peek (reader, size, 1));
  g_assert_null (fut_region_peek (reader, size + 1, 0));
  g_assert_null (fut_region_peek (reader, 1, size));
  g_assert_null (fut_region_peek (reader, G_MAXUINT64, 1));
  g_assert_null (fut_region_peek (reader, 1, G_MAXUINT64));
  g_assert_null (fut_region_peek (reader, G_MAXUINT64, G_MAXUINT64));
  g_assert_null (fut_region_peek (reader, 64, G_MAXUINT64 - 63));
}

static void
test_cannot_be_resized (void)
{
  int fd;
  g_autoptr(TestRegion) region = region_new (0, &fd);

  g_assert_cmpint (ftruncate (fd, 0), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (ftruncate (fd, 2 * FUT_REGION_MIN_BYTES), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_WRITE), ==, -1);
  close (fd);
}

static void
test_read_only_for_the_other_end (void)
{
  int fd;
  g_autoptr(TestRegion) region = region_new (0, &fd);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  gpointer data;
  int again;

  data = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (data == MAP_FAILED);
  g_assert_cmpint (pwrite (fd, "x", 1, 0), ==, -1);
  again = open (path, O_RDWR | O_CLOEXEC);
  if (again >= 0)
    {
      g_assert_cmpint (pwrite (again, "x", 1, 0), ==, -1);
      close (again);
    }

  data = mmap (NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  g_assert_true (data != MAP_FAILED);
  g_assert_cmpint (mprotect (data, 4096, PROT_READ | PROT_WRITE), ==, -1);
  munmap (data, 4096);

  /* Its maker still writes, and so may both ends of one that is not read-only. */
  fut_region_get_data (region, 0)[0] = 1;
  close (fd);
}

static void
assert_refused (int fd, gsize n_bytes, const char *pattern)
{
  g_autoptr(GError) error = NULL;
  guint n_fds = test_count_fds ();

  g_assert_null (fut_region_map (fd, n_bytes, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
  /* It was owned all the same. */
  g_assert_cmpuint (test_count_fds (), ==, n_fds - 1);
}

static int
memory_new (gsize n_bytes, int seals)
{
  int fd = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (ftruncate (fd, (off_t) n_bytes), ==, 0);
  if (seals != 0)
    g_assert_cmpint (fcntl (fd, F_ADD_SEALS, seals), ==, 0);
  return fd;
}

static void
test_what_is_refused (void)
{
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("region-XXXXXX", &path, NULL);

  assert_refused (memory_new (4096, 0), 4096, "*not sealed against shrinking");
  assert_refused (memory_new (4096, F_SEAL_GROW), 4096, "*not sealed against shrinking");
  assert_refused (memory_new (4096, F_SEAL_SHRINK), 4097, "*has 4096 bytes instead of 4097");
  assert_refused (memory_new (0, F_SEAL_SHRINK), FUT_REGION_MIN_BYTES, "*has 0 bytes instead of *");
  assert_refused (memory_new (4096, F_SEAL_SHRINK), 0, "*cannot have 0 bytes");
  assert_refused (memory_new (4096, F_SEAL_SHRINK), G_MAXSIZE, "*cannot have * bytes");
  g_assert_cmpint (ftruncate (file, 4096), ==, 0);
  assert_refused (file, 4096, "*is something else");
  assert_refused (open ("/dev/zero", O_RDWR | O_CLOEXEC), 4096, "*is something else");
  unlink (path);
}

/* A hole of huge pages reads as SIGBUS when there are none. */
static void
test_huge_pages_are_refused (void)
{
  int fd = memfd_create ("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB);

  if (fd < 0)
    {
      g_test_skip ("this kernel has no huge pages");
      return;
    }
  g_assert_cmpint (ftruncate (fd, 1 << 30), ==, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK), ==, 0);
  assert_refused (fd, 4096, "*is something else");
}

/* A claim to be large costs nothing: there is memory only where something was written or read. */
static void
test_mapping_takes_no_memory (void)
{
  const gsize n_bytes = 512 * 1024 * 1024;
  gsize rss = test_rss_bytes ();
  GError *error = NULL;
  g_autoptr(TestRegion) region =
    fut_region_map (memory_new (n_bytes, F_SEAL_SHRINK), n_bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fut_region_peek (region, n_bytes - 1, 1)[0], ==, 0);
  g_assert_cmpuint (test_rss_bytes (), <, rss + 64 * 1024 * 1024);
}

static void
test_lives_as_long_as_referenced (void)
{
  int fd;
  FutRegion *writer = region_new (0, &fd);
  FutRegion *reader = fut_region_map (fd, FUT_REGION_MIN_BYTES, NULL);
  const guint8 *data = fut_region_peek (reader, 0, 1);

  fut_region_get_data (writer, 0)[0] = 42;
  fut_region_unref (writer);
  g_assert_true (fut_region_ref (reader) == reader);
  fut_region_unref (reader);
  g_assert_cmpint (data[0], ==, 42);
  fut_region_unref (reader);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/process/region/sizes", test_sizes);
  test_add ("/process/region/first-fit", test_first_fit);
  test_add ("/process/region/gaps-become-one", test_gaps_become_one);
  test_add ("/process/region/odd-sizes", test_odd_sizes);
  test_add ("/process/region/parts-never-overlap", test_parts_never_overlap);
  test_add ("/process/region/other-end-reads", test_other_end_reads);
  test_add ("/process/region/nothing-outside-is-read", test_nothing_outside_is_read);
  test_add ("/process/region/cannot-be-resized", test_cannot_be_resized);
  test_add ("/process/region/read-only-for-the-other-end", test_read_only_for_the_other_end);
  test_add ("/process/region/what-is-refused", test_what_is_refused);
  test_add ("/process/region/huge-pages-are-refused", test_huge_pages_are_refused);
  test_add ("/process/region/mapping-takes-no-memory", test_mapping_takes_no_memory);
  test_add ("/process/region/lives-as-long-as-referenced", test_lives_as_long_as_referenced);
  return g_test_run ();
}
