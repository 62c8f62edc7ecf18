/* bench-memory.c: how much memory this process has, and measuring it in a new one
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench-config.h"

#include "bench-memory.h"

#include <gio/gio.h>
#include <unistd.h>

#ifdef HAVE_MALLINFO2
# include <malloc.h>
#endif

#include "bench-util.h"

static gsize
malloc_bytes (void)
{
#ifdef HAVE_MALLINFO2
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

static gsize
resident_bytes (void)
{
  g_autofree char *statm = NULL;
  gsize n_pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL))
    {
      const char *second = strchr (statm, ' ');

      n_pages = second == NULL ? 0 : g_ascii_strtoull (second + 1, NULL, 10);
    }
  return n_pages * sysconf (_SC_PAGESIZE);
}

BenchMemory
bench_memory_now (void)
{
  return (BenchMemory) { malloc_bytes (), resident_bytes () };
}

void
bench_memory_child (const char *option, const char *contender, gsize n_tasks, gboolean slices,
                    double *first, double *second)
{
  g_autofree char *tasks = g_strdup_printf ("%" G_GSIZE_FORMAT, n_tasks);
  g_autoptr(GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr(GSubprocess) child = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *output = NULL;
  char *end;

  if (slices)
    g_subprocess_launcher_unsetenv (launcher, "G_SLICE");
  else
    g_subprocess_launcher_setenv (launcher, "G_SLICE", "always-malloc", TRUE);
  child = g_subprocess_launcher_spawn (launcher, &error, "/proc/self/exe", option, contender,
                                       "--tasks", tasks, NULL);
  if (child == NULL || !g_subprocess_communicate_utf8 (child, NULL, NULL, &output, NULL, &error))
    g_error ("Cannot run this program with %s: %s", option, error->message);
  bench_check (g_subprocess_get_successful (child));

  *first = g_ascii_strtod (output, &end);
  bench_check (end != output);
  *second = g_ascii_strtod (end, NULL);
}
