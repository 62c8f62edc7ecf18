/* bench-batch.h: N tasks submitted, each result read, all freed, through each contender
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bench-util.h"

G_BEGIN_DECLS

/* Each returns the nanoseconds from the first submit to the last release, of tasks that spin
 * `n_spins` turns. Threads are started before the clock is, and stopped after it.
 */
typedef gint64 (*BatchFunc) (gsize n_tasks, guint64 n_spins);

gint64 batch_ours_wait_each   (gsize n_tasks, guint64 n_spins);
gint64 batch_ours_result_each (gsize n_tasks, guint64 n_spins);
gint64 batch_ours_wait_all    (gsize n_tasks, guint64 n_spins);
gint64 batch_gthreadpool      (gsize n_tasks, guint64 n_spins);
gint64 batch_gtask            (gsize n_tasks, guint64 n_spins);
gint64 batch_raw              (gsize n_tasks, guint64 n_spins);

G_END_DECLS
