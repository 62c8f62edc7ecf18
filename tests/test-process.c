/* test-process.c: what this process has: threads, fds, memory, child processes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-process.h"
#include "test-watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MARK_VARIABLE "FUT_TEST_MARK"

/* A sanitizer may have a thread of its own. */
static guint n_threads_at_start;

/* What the environment of a process that this one has started begins a string with. */
static char *mark;

static gboolean
is_foreign_thread (const char *comm)
{
  static const char *const foreign[] = {
    TEST_WATCHDOG_THREAD, "gmain", "gdbus", "pool-spawner", "fut-timer", NULL
  };

  return g_strv_contains (foreign, comm);
}

static guint
count_threads (const char *prefix)
{
  g_autoptr(GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *tid;
  guint n = 0;

  g_assert_nonnull (tasks);
  while ((tid = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", tid, "comm", NULL);
      g_autofree char *comm = NULL;

      if (!g_file_get_contents (path, &comm, NULL, NULL))
        continue;
      g_strchomp (comm);
      if (prefix != NULL ? g_str_has_prefix (comm, prefix) : !is_foreign_thread (comm))
        n++;
    }
  return n;
}

void
test_process_init (void)
{
  g_autofree char *pid = g_strdup_printf ("%d", (int) getpid ());

  n_threads_at_start = count_threads (NULL);
  mark = g_strdup_printf (MARK_VARIABLE "=%s", pid);
  g_setenv (MARK_VARIABLE, pid, TRUE);
}

guint
test_count_threads (const char *prefix)
{
  return count_threads (prefix) - (prefix == NULL ? n_threads_at_start : 0);
}

guint
test_count_fds (void)
{
  g_autoptr(GDir) fds = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (fds);
  while (g_dir_read_name (fds) != NULL)
    n++;

  /* Less the one that is open for this. */
  return n - 1;
}

gsize
test_rss_bytes (void)
{
  g_autofree char *text = NULL;
  unsigned long n_total, n_resident;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu", &n_total, &n_resident), ==, 2);
  return n_resident * sysconf (_SC_PAGESIZE);
}

static gboolean
is_child (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "stat", NULL);
  g_autofree char *text = NULL;
  const char *after_name;
  int parent;

  /* The name may hold anything; what follows the last parenthesis is fixed. */
  if (!g_file_get_contents (path, &text, NULL, NULL) || (after_name = strrchr (text, ')')) == NULL)
    return FALSE;
  return sscanf (after_name, ") %*c %d", &parent) == 1 && parent == getpid ();
}

static gboolean
is_marked (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "environ", NULL);
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return FALSE;
  for (gsize at = 0; at < length; at += strlen (text + at) + 1)
    if (g_str_equal (text + at, mark))
      return TRUE;
  return FALSE;
}

guint
test_count_processes (void)
{
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (processes);
  while ((name = g_dir_read_name (processes)) != NULL)
    n += g_ascii_isdigit (name[0]) && atoi (name) != getpid () &&
         (is_child (name) || is_marked (name));
  return n;
}

char *
test_thread_comm (void)
{
  char *comm = NULL;

  g_assert_true (g_file_get_contents ("/proc/thread-self/comm", &comm, NULL, NULL));
  return g_strchomp (comm);
}

gint64
test_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}
