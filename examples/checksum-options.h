/* checksum-options.h: what the command line asks for
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean processes;    /* else threads */
  guint n_workers;       /* 0 is the default of the pool */
  gboolean as_completed;
  gboolean kill_one;
  char **roots;          /* owned */
} Options;

gboolean options_parse (Options *self, int *argc, char ***argv);
void     options_clear (Options *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

G_END_DECLS
