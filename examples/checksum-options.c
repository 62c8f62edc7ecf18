/* checksum-options.c: what the command line asks for
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "checksum-options.h"

#define MAX_WORKERS 1024
#define NOT_GIVEN G_MININT

static gboolean
check (Options *self, int n_threads, int n_processes)
{
  int n_workers = n_processes != NOT_GIVEN ? n_processes : n_threads;

  self->processes = n_processes != NOT_GIVEN;
  if (self->processes && n_threads != NOT_GIVEN)
    g_printerr ("checksum: either --threads or --processes, not both\n");
  else if (n_workers != NOT_GIVEN && (n_workers < 0 || n_workers > MAX_WORKERS))
    g_printerr ("checksum: not a number of %s from 0 to %d: %d\n",
                self->processes ? "processes" : "threads", MAX_WORKERS, n_workers);
  else if (self->kill_one && !self->processes)
    g_printerr ("checksum: --kill-one needs --processes\n");
  else if (self->roots == NULL)
    g_printerr ("checksum: no folder given; --help tells more\n");
  else
    {
      self->n_workers = n_workers != NOT_GIVEN ? n_workers : 0;
      return TRUE;
    }
  return FALSE;
}

/* FALSE if it has complained. */
gboolean
options_parse (Options *self, int *argc, char ***argv)
{
  int n_threads = NOT_GIVEN, n_processes = NOT_GIVEN;
  g_autoptr(GError) error = NULL;
  const GOptionEntry entries[] = {
    { "threads", 't', 0, G_OPTION_ARG_INT, &n_threads, "How many threads read files", "N" },
    { "processes", 'p', 0, G_OPTION_ARG_INT, &n_processes,
      "How many processes read files, in place of threads", "N" },
    { "as-completed", 'c', 0, G_OPTION_ARG_NONE, &self->as_completed,
      "Print each sum when it is known, not in the order of the names", NULL },
    { "kill-one", 0, 0, G_OPTION_ARG_NONE, &self->kill_one,
      "Kill one of the processes while it reads: its file is read again", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->roots, NULL, "FOLDER…" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return check (self, n_threads, n_processes);
  g_printerr ("checksum: %s\n", error->message);
  return FALSE;
}

void
options_clear (Options *self)
{
  g_clear_pointer (&self->roots, g_strfreev);
}
