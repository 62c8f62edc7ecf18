/* checksum-tree.c: the files below some folders, one after the other, sorted
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Only what is still to be visited is kept: the unvisited part of each folder on the way down.
 */
#include "checksum-tree.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct
{
  char *path;   /* of a folder: with a slash at its end, so that sorting sees its files' paths */
  mode_t mode;
  guint64 n_bytes;
  int error;    /* an errno; 0 is none */
  gboolean is_root;
} Node;

struct _Tree
{
  GPtrArray *stack;   /* of Node, the next one last */
};

static Node *
node_new (const char *parent, const char *name)
{
  g_autofree char *path = g_strconcat (parent, name, NULL);
  Node *self = g_new0 (Node, 1);
  struct stat info;

  if (lstat (path, &info) != 0)
    self->error = errno;
  else
    {
      self->mode = info.st_mode;
      self->n_bytes = info.st_size;
    }
  if (self->error == 0 && S_ISDIR (self->mode) && !g_str_has_suffix (path, "/"))
    self->path = g_strconcat (path, "/", NULL);
  else
    self->path = g_steal_pointer (&path);
  return self;
}

static void
node_free (gpointer data)
{
  Node *self = data;

  g_free (self->path);
  g_free (self);
}

static int
compare_backwards (gconstpointer a, gconstpointer b)
{
  const Node *x = *(Node *const *) a;
  const Node *y = *(Node *const *) b;

  return strcmp (y->path, x->path);
}

static gboolean
push_folder (Tree *self, const char *path, GError **error)
{
  g_autoptr(GDir) folder = g_dir_open (path, 0, error);
  g_autoptr(GPtrArray) nodes = g_ptr_array_new ();
  const char *name;

  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (nodes, node_new (path, name));
  g_ptr_array_sort (nodes, compare_backwards);
  g_ptr_array_extend_and_steal (self->stack, g_steal_pointer (&nodes));
  return TRUE;
}

static TreeEntry *
entry_new (TreeEntryKind kind, const Node *node, const char *problem)
{
  TreeEntry *entry = g_new0 (TreeEntry, 1);

  entry->kind = kind;
  entry->path = g_strdup (node->path);
  entry->n_bytes = node->n_bytes;
  entry->problem = g_strdup (problem);
  return entry;
}

static const char *
why_skipped (mode_t mode)
{
  if (S_ISLNK (mode))
    return "skipped: a symbolic link";
  if (S_ISFIFO (mode))
    return "skipped: a FIFO";
  if (S_ISSOCK (mode))
    return "skipped: a socket";
  return "skipped: a device";
}

Tree *
tree_new (const char *const *roots)
{
  Tree *self = g_new0 (Tree, 1);

  self->stack = g_ptr_array_new_with_free_func (node_free);
  for (guint i = g_strv_length ((char **) roots); i > 0; i--)
    {
      Node *node = node_new ("", roots[i - 1]);

      node->is_root = TRUE;
      g_ptr_array_add (self->stack, node);
    }
  return self;
}

/* The next file or problem; NULL at the end. Links are passed over without a word, unless they were
 * asked for by name.
 */
TreeEntry *
tree_next (Tree *self)
{
  while (self->stack->len > 0)
    {
      Node *node = g_ptr_array_steal_index (self->stack, self->stack->len - 1);
      g_autoptr(GError) error = NULL;
      TreeEntry *entry = NULL;

      if (node->error != 0)
        entry = entry_new (TREE_ENTRY_FAILED, node, g_strerror (node->error));
      else if (S_ISREG (node->mode))
        entry = entry_new (TREE_ENTRY_FILE, node, NULL);
      else if (S_ISDIR (node->mode))
        {
          if (!push_folder (self, node->path, &error))
            entry = entry_new (TREE_ENTRY_FAILED, node, error->message);
        }
      else if (!S_ISLNK (node->mode) || node->is_root)
        entry = entry_new (TREE_ENTRY_SKIPPED, node, why_skipped (node->mode));

      node_free (node);
      if (entry != NULL)
        return entry;
    }
  return NULL;
}

void
tree_free (Tree *self)
{
  g_ptr_array_unref (self->stack);
  g_free (self);
}

void
tree_entry_free (TreeEntry *entry)
{
  g_free (entry->path);
  g_free (entry->problem);
  g_free (entry);
}
