/* test-load.c: loading the library starts nothing
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gio/gio.h>
#include <gmodule.h>
#include <string.h>

/* This program does not link the library. It looks at itself, loads it, and looks again. */
typedef struct
{
  guint n_threads;
  guint n_fds;
  char *children;       /* of its first thread, as the kernel lists them */
  char *signals;        /* the masks of signals blocked, ignored and caught */
} Snapshot;

static guint
count_entries (const char *folder)
{
  g_autoptr(GDir) entries = g_dir_open (folder, 0, NULL);
  guint n = 0;

  g_assert_nonnull (entries);
  while (g_dir_read_name (entries) != NULL)
    n++;
  return n;
}

static void
take_snapshot (Snapshot *snapshot)
{
  g_autofree char *status = NULL;
  const char *begin, *end;

  snapshot->n_threads = count_entries ("/proc/self/task");
  snapshot->n_fds = count_entries ("/proc/self/fd");
  g_assert_true (
    g_file_get_contents ("/proc/thread-self/children", &snapshot->children, NULL, NULL));
  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  begin = strstr (status, "\nSigBlk:");
  end = strstr (status, "\nCapInh:");
  g_assert_true (begin != NULL && end > begin);
  snapshot->signals = g_strndup (begin, end - begin);
}

static void
clear_snapshot (Snapshot *snapshot)
{
  g_free (snapshot->children);
  g_free (snapshot->signals);
}

static void
test_starts_nothing (void)
{
  const char *path = g_getenv ("FUT_TEST_LIBRARY");
  Snapshot before, after;
  GModule *library;
  gpointer symbol;

  /* GLib's own first use of these is not ours. */
  g_assert_nonnull (path);
  g_type_ensure (G_TYPE_TASK);
  take_snapshot (&before);
  library = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (library == NULL)
    g_error ("%s", g_module_error ());
  g_assert_true (g_module_symbol (library, "fut_future_get_type", &symbol));
  ((GType (*) (void)) symbol) ();
  g_module_make_resident (library);
  take_snapshot (&after);

  g_assert_cmpuint (after.n_threads, ==, before.n_threads);
  g_assert_cmpuint (after.n_fds, ==, before.n_fds);
  g_assert_cmpstr (after.children, ==, before.children);
  g_assert_cmpstr (after.signals, ==, before.signals);
  clear_snapshot (&before);
  clear_snapshot (&after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/E5/loading-starts-nothing", test_starts_nothing);
  return g_test_run ();
}
