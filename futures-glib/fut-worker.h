/* fut-worker.h: for programs that are helpers: they run the calls of a process pool
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined (FUT_INSIDE) && !defined (FUT_COMPILATION)
# error "Only <futures-glib.h> can be included directly."
#endif

#include "fut-future.h"

G_BEGIN_DECLS

FUT_AVAILABLE_IN_1_0
gboolean   fut_worker_is_helper (void);
FUT_AVAILABLE_IN_1_0
int        fut_worker_run       (void);
FUT_AVAILABLE_IN_1_0
FutFuture *fut_worker_next      (GError **error);
FUT_AVAILABLE_IN_1_0
char     **fut_worker_self_argv (void);

G_END_DECLS
