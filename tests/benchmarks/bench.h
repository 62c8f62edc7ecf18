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

extern const BenchWorkload bench_p1;
extern const BenchWorkload bench_p2;
extern const BenchWorkload bench_p3a;
extern const BenchWorkload bench_p3b;
extern const BenchWorkload bench_p3c;
extern const BenchWorkload bench_p3d;
extern const BenchWorkload bench_p4;
extern const BenchWorkload bench_p5;

/* W5 and P5 measure in processes of their own, which end in here. */
int bench_w5_child (const char *contender, gsize n_tasks);
int bench_p5_child (gsize n_tasks);

G_END_DECLS
