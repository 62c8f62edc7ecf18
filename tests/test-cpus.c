/* test-cpus.c: how many CPUs may be used: affinity and cgroup quota
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "engine/fut-cpus.h"
#include "test-util.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <string.h>

/* The library is linked in, so that these two stand before those of GLib and libc: a test gives the
 * files and the number of processors that it wants to be seen.
 */
typedef struct
{
  const char *path;
  const char *contents;
} File;

static const File *files;     /* NULL: the real ones */
static guint n_processors;    /* 0: the real mask */

gboolean
g_file_get_contents (const char *filename, char **contents, gsize *length, GError **error)
{
  static gboolean (*real) (const char *, char **, gsize *, GError **);

  for (const File *file = files; file != NULL && file->path != NULL; file++)
    if (g_str_equal (file->path, filename))
      {
        *contents = g_strdup (file->contents);
        return TRUE;
      }
  if (files != NULL && (g_str_has_prefix (filename, "/sys/fs/cgroup") ||
                        g_str_equal (filename, "/proc/self/cgroup")))
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "not there");
      return FALSE;
    }
  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "g_file_get_contents");
  return real (filename, contents, length, error);
}

int
sched_getaffinity (pid_t pid, size_t size, cpu_set_t *mask)
{
  static int (*real) (pid_t, size_t, cpu_set_t *);

  if (n_processors > size * 8)
    {
      errno = EINVAL;
      return -1;
    }
  if (n_processors > 0)
    {
      CPU_ZERO_S (size, mask);
      for (guint cpu = 0; cpu < n_processors; cpu++)
        CPU_SET_S (cpu, size, mask);
      return 0;
    }
  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "sched_getaffinity");
  return real (pid, size, mask);
}

static void
assert_usable (guint n_cpus, const File *seen, guint expected)
{
  n_processors = n_cpus;
  files = seen;
  g_assert_cmpuint (fut_cpus_count_usable (), ==, expected);
  n_processors = 0;
  files = NULL;
}

#define ASSERT_USABLE(n_cpus, expected, ...)                        \
  G_STMT_START                                                      \
  {                                                                 \
    const File seen_[] = { __VA_ARGS__ __VA_OPT__ (, ) { NULL } };  \
    assert_usable ((n_cpus), seen_, (expected));                    \
  }                                                                 \
  G_STMT_END

static void
test_no_quota (void)
{
  ASSERT_USABLE (8, 8);
  ASSERT_USABLE (8, 8, { "/proc/self/cgroup", "" });
  ASSERT_USABLE (8, 8, { "/proc/self/cgroup", "0::/\n" });
  ASSERT_USABLE (8, 8, { "/proc/self/cgroup", "0::/job\n" },
                 { "/sys/fs/cgroup/job/cpu.max", "max 100000\n" });
}

static void
test_unified_quota (void)
{
  ASSERT_USABLE (8, 2, { "/proc/self/cgroup", "0::/job\n" },
                 { "/sys/fs/cgroup/job/cpu.max", "200000 100000\n" });

  /* Rounded up: half a CPU more is of use. */
  ASSERT_USABLE (8, 3, { "/proc/self/cgroup", "0::/job\n" },
                 { "/sys/fs/cgroup/job/cpu.max", "250000 100000\n" });
  ASSERT_USABLE (8, 1, { "/proc/self/cgroup", "0::/job\n" },
                 { "/sys/fs/cgroup/job/cpu.max", "10000 100000\n" });

  /* More than there are is no more than there are. */
  ASSERT_USABLE (8, 8, { "/proc/self/cgroup", "0::/job\n" },
                 { "/sys/fs/cgroup/job/cpu.max", "6400000 100000\n" });

  /* In a container of its own the group is the root. */
  ASSERT_USABLE (8, 2, { "/proc/self/cgroup", "0::/\n" },
                 { "/sys/fs/cgroup/cpu.max", "200000 100000\n" });
}

static void
test_tightest_of_the_tree (void)
{
  ASSERT_USABLE (16, 3, { "/proc/self/cgroup", "0::/a/b/c\n" },
                 { "/sys/fs/cgroup/a/b/c/cpu.max", "800000 100000\n" },
                 { "/sys/fs/cgroup/a/b/cpu.max", "max 100000\n" },
                 { "/sys/fs/cgroup/a/cpu.max", "300000 100000\n" });
}

static void
test_old_quota (void)
{
  ASSERT_USABLE (8, 2, { "/proc/self/cgroup", "5:memory:/m\n4:cpu,cpuacct:/job\n0::/x\n" },
                 { "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "150000\n" },
                 { "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n" });
  ASSERT_USABLE (8, 8, { "/proc/self/cgroup", "4:cpu,cpuacct:/job\n" },
                 { "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "-1\n" },
                 { "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n" });
}

static void
test_garbage (void)
{
  static const char *const texts[] = { "", "garbage", "100000", "0 0", "-1 100000", "x y",
                                       "100000 0", "99999999999999999999 100000" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    ASSERT_USABLE (4, 4, { "/proc/self/cgroup", "0::/job\nno colons\n::\n:\n" },
                   { "/sys/fs/cgroup/job/cpu.max", texts[i] });
}

static void
test_default_of_max_workers (void)
{
  static const struct
  {
    guint n_cpus, max_workers;
  } cases[] = { { 1, 5 }, { 2, 6 }, { 27, 31 }, { 28, 32 }, { 1000, 32 }, { 5000, 32 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      static const File none[] = { { NULL } };
      g_autoptr(FutExecutor) pool = NULL;

      n_processors = cases[i].n_cpus;
      files = none;
      pool = fut_thread_pool_executor_new (0);
      g_assert_cmpuint (fut_executor_get_max_workers (pool), ==, cases[i].max_workers);
    }
  n_processors = 0;
  files = NULL;
}

static void
test_quota_in_max_workers (void)
{
  static const File quota[] = { { "/proc/self/cgroup", "0::/job\n" },
                                { "/sys/fs/cgroup/job/cpu.max", "300000 100000\n" },
                                { NULL } };
  g_autoptr(FutExecutor) pool = NULL;

  n_processors = 64;
  files = quota;
  pool = fut_thread_pool_executor_new (0);
  g_assert_cmpuint (fut_executor_get_max_workers (pool), ==, 7);
  n_processors = 0;
  files = NULL;
}

/* The kernel's own answer: this process may run on one CPU only. */
static void
test_affinity (void)
{
  g_autoptr(FutExecutor) pool = NULL;
  cpu_set_t all, one;

  if (!test_in_subprocess ())
    return;

  g_assert_no_errno (sched_getaffinity (0, sizeof all, &all));
  CPU_ZERO (&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET (cpu, &all))
      {
        CPU_SET (cpu, &one);
        break;
      }
  g_assert_no_errno (sched_setaffinity (0, sizeof one, &one));
  g_assert_cmpuint (fut_cpus_count_usable (), ==, 1);
  pool = fut_thread_pool_executor_new (0);
  g_assert_cmpuint (fut_executor_get_max_workers (pool), ==, 5);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/engine/cpus/no-quota", test_no_quota);
  test_add ("/engine/cpus/unified-quota", test_unified_quota);
  test_add ("/engine/cpus/tightest-of-the-tree", test_tightest_of_the_tree);
  test_add ("/engine/cpus/old-quota", test_old_quota);
  test_add ("/engine/cpus/garbage", test_garbage);
  test_add ("/thread-pool/E7/default-of-max-workers", test_default_of_max_workers);
  test_add ("/thread-pool/E7/cgroup-quota", test_quota_in_max_workers);
  test_add ("/thread-pool/E7/affinity", test_affinity);
  return g_test_run ();
}
