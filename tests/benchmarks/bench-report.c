/* bench-report.c: what was measured, as a table and as JSON
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench-report.h"

static void
series_free (gpointer data)
{
  BenchSeries *series = data;

  g_array_unref (series->values);
  g_array_unref (series->seconds);
  g_free (series);
}

BenchResult *
bench_result_new (const BenchWorkload *workload, gsize n_tasks)
{
  BenchResult *result = g_new0 (BenchResult, 1);

  result->workload = workload;
  result->n_tasks = n_tasks;
  result->series = g_ptr_array_new_with_free_func (series_free);
  for (gsize i = 0; workload->contenders[i].name != NULL; i++)
    {
      BenchSeries *series = g_new0 (BenchSeries, 1);

      series->values = g_array_new (FALSE, FALSE, sizeof (double));
      series->seconds = g_array_new (FALSE, FALSE, sizeof (double));
      g_ptr_array_add (result->series, series);
    }
  return result;
}

void
bench_result_free (BenchResult *result)
{
  g_ptr_array_unref (result->series);
  g_free (result);
}

void
bench_result_add (BenchResult *result, gsize contender, BenchSample sample)
{
  BenchSeries *series = g_ptr_array_index (result->series, contender);

  if (sample.missing != NULL)
    {
      series->missing = sample.missing;
      return;
    }
  g_array_append_val (series->values, sample.value);
  g_array_append_val (series->seconds, sample.second);
}

/* How many times better ours is than `series`: the median over the rounds, since only figures of
 * one round compare; 0 if there is nothing to compare.
 */
static double
ratio (const BenchResult *result, const BenchSeries *series)
{
  const BenchSeries *ours = g_ptr_array_index (result->series, 0);
  g_autoptr(GArray) ratios = g_array_new (FALSE, FALSE, sizeof (double));
  guint n_rounds = MIN (ours->values->len, series->values->len);

  for (guint i = 0; i < n_rounds; i++)
    {
      double a = g_array_index (ours->values, double, i);
      double b = g_array_index (series->values, double, i);
      double better = result->workload->more_is_better ? a / b : b / a;

      if (a > 0 && b > 0)
        g_array_append_val (ratios, better);
    }
  return ratios->len == 0 ? 0 : bench_median (ratios);
}

static void
print_series (const BenchResult *result, const char *name, const BenchSeries *series)
{
  const double *values = (const double *) series->values->data;
  guint n = series->values->len;
  int digits = result->workload->more_is_better ? 3 : 1;

  if (series->missing != NULL)
    g_print ("  %-32s    missing: %s\n", name, series->missing);
  if (n == 0)
    return;
  if (bench_median (series->values) < 10)
    digits = MAX (digits, 2);
  g_print ("  %-32s %10.*f  %10.*f .. %-10.*f", name, digits, bench_median (series->values), digits,
           bench_quantile (values, n, 0), digits, bench_quantile (values, n, 1));
  if (result->workload->second != NULL)
    g_print (" %10.1f", bench_median (series->seconds));
  g_print (" %8.2f\n", ratio (result, series));
}

void
bench_result_print (const BenchResult *result)
{
  const BenchWorkload *workload = result->workload;

  g_print ("%s  %s\n    %" G_GSIZE_FORMAT " tasks; %s; goal: %s\n", workload->id, workload->title,
           result->n_tasks, workload->unit, workload->goal);
  g_print ("  %-32s %10s  %10s .. %-10s", "", "median", "least", "most");
  if (workload->second != NULL)
    g_print (" %10s", workload->second);
  g_print (" %8s\n", "÷ ours");
  for (guint i = 0; i < result->series->len; i++)
    print_series (result, workload->contenders[i].name, g_ptr_array_index (result->series, i));
  g_print ("\n");
}

static void
append_numbers (GString *json, const char *key, GArray *numbers)
{
  g_string_append_printf (json, ", \"%s\": [", key);
  for (guint i = 0; i < numbers->len; i++)
    {
      char buffer[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (buffer, sizeof buffer, "%.4f", g_array_index (numbers, double, i));
      g_string_append_printf (json, "%s%s", i == 0 ? "" : ", ", buffer);
    }
  g_string_append_c (json, ']');
}

static void
append_result (GString *json, const BenchResult *result)
{
  const BenchWorkload *workload = result->workload;

  g_string_append_printf (json, "  {\"id\": \"%s\", \"title\": \"%s\", \"unit\": \"%s\"",
                          workload->id, workload->title, workload->unit);
  g_string_append_printf (json, ", \"n_tasks\": %" G_GSIZE_FORMAT ", \"more_is_better\": %s",
                          result->n_tasks, workload->more_is_better ? "true" : "false");
  if (workload->second != NULL)
    g_string_append_printf (json, ", \"second\": \"%s\"", workload->second);
  g_string_append (json, ", \"contenders\": [");
  for (guint i = 0; i < result->series->len; i++)
    {
      const BenchSeries *series = g_ptr_array_index (result->series, i);

      g_string_append_printf (json, "%s\n    {\"name\": \"%s\"", i == 0 ? "" : ",",
                              workload->contenders[i].name);
      if (series->missing != NULL)
        {
          g_string_append (json, ", \"missing\": true}");
          continue;
        }
      append_numbers (json, "values", series->values);
      if (workload->second != NULL)
        append_numbers (json, "seconds", series->seconds);
      g_string_append_c (json, '}');
    }
  g_string_append (json, "]}");
}

gboolean
bench_results_save (GPtrArray *results, const char *path, GError **error)
{
  g_autoptr(GString) json = g_string_new ("{\"n_cpus\": ");

  g_string_append_printf (json, "%u, \"glib\": \"%u.%u.%u\", \"workloads\": [\n",
                          g_get_num_processors (), glib_major_version, glib_minor_version,
                          glib_micro_version);
  for (guint i = 0; i < results->len; i++)
    {
      append_result (json, g_ptr_array_index (results, i));
      g_string_append (json, i + 1 < results->len ? ",\n" : "\n");
    }
  g_string_append (json, "]}\n");
  return g_file_set_contents (path, json->str, json->len, error);
}
