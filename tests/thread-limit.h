/* thread-limit.h: lets only so many threads be created
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many more threads can be created in this program, whoever asks; −1, as at the start, for any
 * number. A limit of the system does not bind root.
 */
void thread_limit_set (int n_threads);

G_END_DECLS
