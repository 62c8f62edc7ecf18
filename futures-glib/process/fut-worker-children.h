/* fut-worker-children.h: finds the child processes of this one, to end them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Both may be called in a signal handler. */

/* Sends a signal to each child of this process that is not in its process group. */
void fut_worker_children_signal (int signal_number);

/* Kills all children, and what comes to us from them as their subreaper. Waits for a moment until
 * they are gone.
 */
void fut_worker_children_kill   (void);

G_END_DECLS
