/* fut-descendants.h: the processes that a process has begotten
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* Sends @signal_number to all descendants of @pid, and not to itself: children first seen before
 * grandchildren, until no new one turns up. Best effort: it goes by what /proc tells.
 */
void fut_descendants_signal (pid_t pid, int signal_number);

G_END_DECLS
