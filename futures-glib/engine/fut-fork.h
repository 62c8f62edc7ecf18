/* fut-fork.h: whether this is still the process that made something
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A number that a forked child has another of than its parent. What was made in another generation
 * has no threads here, and its locks may be held for ever.
 */
guint fut_fork_get_generation (void);

G_END_DECLS
