/* checksum-progress.h: a line on the terminal: files, bytes, rate, time left
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Progress Progress;

/* The bytes done so far of the files that are not done yet. */
typedef guint64 (*ProgressBytesFunc) (gpointer data);

Progress *progress_new  (const char *const *roots, ProgressBytesFunc bytes_func, gpointer data);
void      progress_add  (Progress *self, guint64 n_bytes);
void      progress_hide (Progress *self);
void      progress_free (Progress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

G_END_DECLS
