/* bench-util.h: what a workload is, and the clock, the busy work and the statistics they share
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Every contender gets this many workers, GTask excepted: its threads are GLib's own. */
#define BENCH_N_WORKERS 2

/* What one run of one contender measured. */
typedef struct
{
  double value;
  double second;         /* what the workload's `second` names; 0 if it names nothing */
  const char *missing;   /* (nullable): why nothing was measured; lives on */
} BenchSample;

typedef BenchSample (*BenchFunc) (gsize n_tasks);

typedef struct
{
  const char *name;
  BenchFunc run;
} BenchContender;

typedef struct
{
  const char *id;
  const char *title;
  const char *unit;
  const char *second;          /* (nullable): what a second figure is, such as "p99" */
  const char *goal;            /* what futures-glib should reach; shown, never enforced */
  gboolean more_is_better;
  gboolean once;               /* the same in every round: measured in the first only */
  gsize n_tasks;               /* or round trips */
  gsize n_tasks_quick;         /* 0: left out when it has to be quick */
  const BenchContender *contenders;   /* ours first, ended by a NULL name */
} BenchWorkload;

/* Checks a result: a benchmark of wrong answers is worth nothing. */
#define bench_check(expr) \
  G_STMT_START { \
    if (!(expr)) \
      g_error ("%s:%d: wrong result: %s", __FILE__, __LINE__, #expr); \
  } G_STMT_END

gint64  bench_now_ns     (void);
void    bench_calibrate  (void);
guint64 bench_spins_for  (double microseconds);
void    bench_spin       (guint64 n_spins);
double  bench_quantile   (const double *values, gsize n_values, double quantile);
double  bench_median     (GArray *values);
gint64  bench_sum_below  (gsize n);

G_END_DECLS
