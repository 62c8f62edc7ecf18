/* checksum-tree.h: the files below some folders, one after the other, sorted
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TREE_ENTRY_FILE,
  TREE_ENTRY_SKIPPED,   /* neither file nor folder: `problem` says what it is */
  TREE_ENTRY_FAILED,    /* `problem` says why */
} TreeEntryKind;

typedef struct
{
  TreeEntryKind kind;
  char *path;
  guint64 n_bytes;
  char *problem;
} TreeEntry;

typedef struct _Tree Tree;

Tree      *tree_new        (const char *const *roots);
TreeEntry *tree_next       (Tree *self);
void       tree_free       (Tree *self);
void       tree_entry_free (TreeEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tree, tree_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TreeEntry, tree_entry_free)

G_END_DECLS
