/* fut-memfd.h: memory that two processes share and that neither can take away under the other
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes memory of @n_bytes, all of it there, mapped for reading and writing and sealed against being
 * resized; with @read_only also against being mapped for writing again. NULL on an error; else *@fd
 * is its descriptor.
 */
gpointer fut_memfd_new (const char *name, gsize n_bytes, gboolean read_only, int *fd,
                        GError **error);
/* Maps the first @n_bytes of @fd (lent), which another process has sent: checks that it is memory,
 * that it cannot shrink, and that it is as large as that.
 */
gpointer fut_memfd_map (int fd, gsize n_bytes, gboolean writable, GError **error);

G_END_DECLS
