/* bench.h: the list of workloads
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bench-util.h"

G_BEGIN_DECLS

extern const BenchWorkload bench_w1;
extern const BenchWorkload bench_w2;
extern const BenchWorkload bench_w3a;
extern const BenchWorkload bench_w3b;
extern const BenchWorkload bench_w4;
extern const BenchWorkload bench_w4s;
extern const BenchWorkload bench_w5;

/* W5 measures in a process of its own, which ends in here. */
int bench_w5_child (const char *contender, gsize n_tasks);

G_END_DECLS
