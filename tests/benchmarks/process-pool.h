/* process-pool.h: our process pool as the benchmarks use it: this program is its own helper
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <futures-glib.h>

G_BEGIN_DECLS

/* The functions below, for the workers. */
#define PROCESS_POOL_NUMBER "bench-number" /* (i) → i, as GVariants */
#define PROCESS_POOL_INT64 "bench-int64"   /* (i) → a number */
#define PROCESS_POOL_ECHO "bench-echo"     /* ay → the same bytes */
#define PROCESS_POOL_SPIN "bench-spin"     /* (t) → nothing, after so many turns of bench_spin() */

void         process_pool_register_functions (void);

/* Its workers have all started, and have run something, before this returns. */
FutExecutor *process_pool_new                (gboolean trust_workers);
/* Waits for the end of the workers. */
void         process_pool_free               (FutExecutor *self);

/* Submits @function for 0, 1, … @n_tasks − 1. */
void         process_pool_submit_numbers     (FutExecutor *self, const char *function,
                                              FutFuture **futures, gsize n_tasks);
/* The result of a future of PROCESS_POOL_NUMBER or PROCESS_POOL_INT64. */
gint64       process_pool_read_number        (const char *function, FutFuture *future);

G_END_DECLS
