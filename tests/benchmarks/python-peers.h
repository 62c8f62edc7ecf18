/* python-peers.h: Python's process pools, run by peers.py in a process of its own
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bench-util.h"

G_BEGIN_DECLS

/* Another interpreter than the one that was found when this was built; before the first question. */
void        python_peers_set_interpreter (const char *path);
/* Such as "Python 3.11.2"; without an interpreter, why there is none. */
const char *python_peers_get_version     (void);

/* Has peers.py run a command, such as "round-trip executor 1000", and waits for what it measured. */
BenchSample python_peers_run             (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Ends the process. */
void        python_peers_stop            (void);

G_END_DECLS
