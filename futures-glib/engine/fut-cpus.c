/* fut-cpus.c: how many CPUs this process may use
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-cpus.h"

#include <sched.h>
#include <string.h>

/* Reads "QUOTA PERIOD" (cgroup v2) or QUOTA and PERIOD from two files (v1); 0 means no limit. */
static guint
count_from_quota (const char *quota, const char *period)
{
  gint64 quota_us = g_ascii_strtoll (quota, NULL, 10);
  gint64 period_us = g_ascii_strtoll (period, NULL, 10);

  if (quota_us <= 0 || period_us <= 0)
    return 0;
  return (guint) MIN ((quota_us - 1) / period_us + 1, (gint64) G_MAXUINT16);
}

static guint
count_in_folder (const char *folder, gboolean unified)
{
  g_autofree char *quota = NULL;
  g_autofree char *period = NULL;
  g_autofree char *quota_path = NULL;
  g_autofree char *period_path = NULL;

  quota_path = g_build_filename (folder, unified ? "cpu.max" : "cpu.cfs_quota_us", NULL);
  if (!g_file_get_contents (quota_path, &quota, NULL, NULL))
    return 0;
  if (unified)
    {
      const char *space = strchr (quota, ' ');

      return space != NULL ? count_from_quota (quota, space) : 0;
    }
  period_path = g_build_filename (folder, "cpu.cfs_period_us", NULL);
  if (!g_file_get_contents (period_path, &period, NULL, NULL))
    return 0;
  return count_from_quota (quota, period);
}

/* The tightest limit of the folder and those above it; every level of the tree may have one. */
static guint
count_in_tree (const char *root, const char *path, gboolean unified)
{
  g_autofree char *folder = g_build_filename (root, path, NULL);
  guint tightest = 0;

  for (;;)
    {
      guint n = count_in_folder (folder, unified);
      char *slash = strrchr (folder, '/');

      if (n > 0 && (tightest == 0 || n < tightest))
        tightest = n;
      if (slash == NULL || strlen (folder) <= strlen (root))
        return tightest;
      *slash = '\0';
    }
}

/* Each line is "ID:CONTROLLERS:PATH", the controllers empty for the unified tree. */
static guint
count_in_cgroup (void)
{
  g_autofree char *contents = NULL;
  g_auto(GStrv) lines = NULL;
  guint tightest = 0;

  if (!g_file_get_contents ("/proc/self/cgroup", &contents, NULL, NULL))
    return 0;

  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) fields = g_strsplit (lines[i], ":", 3);
      g_auto(GStrv) controllers = NULL;
      guint n = 0;

      if (g_strv_length (fields) < 3)
        continue;
      controllers = g_strsplit (fields[1], ",", -1);
      if (*fields[1] == '\0')
        n = count_in_tree ("/sys/fs/cgroup", fields[2], TRUE);
      else if (g_strv_contains ((const char *const *) controllers, "cpu"))
        n = count_in_tree ("/sys/fs/cgroup/cpu", fields[2], FALSE);
      if (n > 0 && (tightest == 0 || n < tightest))
        tightest = n;
    }
  return tightest;
}

/* What the affinity mask allows; g_get_num_processors() does not heed it before GLib 2.76. */
static guint
count_in_affinity (void)
{
  guint n_cpus = 0;

#ifdef __linux__
  /* The kernel refuses a mask that is too small for all CPUs that it could have. */
  for (guint n = CPU_SETSIZE; n <= 1u << 20 && n_cpus == 0; n *= 2)
    {
      cpu_set_t *set = CPU_ALLOC (n);

      if (sched_getaffinity (0, CPU_ALLOC_SIZE (n), set) == 0)
        n_cpus = (guint) CPU_COUNT_S (CPU_ALLOC_SIZE (n), set);
      CPU_FREE (set);
    }
#endif
  return n_cpus > 0 ? n_cpus : g_get_num_processors ();
}

guint
fut_cpus_count_usable (void)
{
  guint n_cpus = count_in_affinity ();
  guint quota = count_in_cgroup ();

  return quota > 0 ? MIN (n_cpus, quota) : n_cpus;
}

guint
fut_cpus_get_usable (void)
{
  static gsize n_usable = 0;

  if (g_once_init_enter (&n_usable))
    g_once_init_leave (&n_usable, fut_cpus_count_usable ());
  return (guint) n_usable;
}
