/* bench-report.h: what was measured, as a table and as JSON
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bench-util.h"

G_BEGIN_DECLS

/* What one contender did, one element a round. */
typedef struct
{
  GArray *values;    /* of double */
  GArray *seconds;   /* of double; see BenchWorkload.second */
  const char *missing;   /* (nullable): why there is nothing */
} BenchSeries;

typedef struct
{
  const BenchWorkload *workload;
  gsize n_tasks;
  GPtrArray *series;   /* of BenchSeries, in the order of the workload's contenders */
} BenchResult;

BenchResult *bench_result_new   (const BenchWorkload *workload, gsize n_tasks);
void         bench_result_free  (BenchResult *result);
void         bench_result_add   (BenchResult *result, gsize contender, BenchSample sample);
void         bench_result_print (const BenchResult *result);
gboolean     bench_results_save (GPtrArray *results, const char *path, GError **error);

G_END_DECLS
