/* fut-descendants.c: the processes that a process has begotten
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-descendants.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define MAX_ROUNDS 16

typedef struct
{
  pid_t pid;
  pid_t parent; /* 0: gone, or not to be known */
} Process;

/* The parent of a process, by /proc/PID/stat; the name in it may hold anything. */
static pid_t
get_parent (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "stat", NULL);
  g_autofree char *text = NULL;
  const char *after_name;
  char state;
  int parent;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  after_name = strrchr (text, ')');
  if (after_name == NULL || sscanf (after_name + 1, " %c %d", &state, &parent) != 2 || state == 'Z')
    return 0;
  return parent;
}

/* The processes that there are now. */
static GArray *
list_processes (void)
{
  GArray *processes = g_array_new (FALSE, FALSE, sizeof (Process));
  g_autoptr(GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (proc != NULL && (name = g_dir_read_name (proc)) != NULL)
    if (g_ascii_isdigit (name[0]))
      {
        Process process = { (pid_t) g_ascii_strtoll (name, NULL, 10), get_parent (name) };

        g_array_append_val (processes, process);
      }
  return processes;
}

static gboolean
add_children (GHashTable *found, pid_t root)
{
  g_autoptr(GArray) processes = list_processes ();
  gboolean added_any = FALSE;
  gboolean added;

  do
    {
      added = FALSE;
      for (guint i = 0; i < processes->len; i++)
        {
          const Process *process = &g_array_index (processes, Process, i);

          if (process->pid != root && process->parent != 0 &&
              (process->parent == root ||
               g_hash_table_contains (found, GINT_TO_POINTER (process->parent))))
            added |= g_hash_table_add (found, GINT_TO_POINTER (process->pid));
        }
      added_any |= added;
    }
  while (added);
  return added_any;
}

void
fut_descendants_signal (pid_t pid, int signal_number)
{
  g_autoptr(GHashTable) found = g_hash_table_new (NULL, NULL);
  g_autoptr(GHashTable) signalled = g_hash_table_new (NULL, NULL);

  /* Who is hit may have made more meanwhile, which turn up as ours in the next round. */
  for (guint round = 0; round < MAX_ROUNDS && add_children (found, pid); round++)
    {
      GHashTableIter iter;
      gpointer child;

      g_hash_table_iter_init (&iter, found);
      while (g_hash_table_iter_next (&iter, &child, NULL))
        if (g_hash_table_add (signalled, child))
          kill (GPOINTER_TO_INT (child), signal_number);
    }
}
