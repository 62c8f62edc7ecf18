/* bench-util.c: the clock, the busy work and the statistics of the benchmarks
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench-util.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CALIBRATION_SPINS 2000000
#define CALIBRATION_ROUNDS 7

static double spins_per_us;   /* set by bench_calibrate(), before any thread is started */

gint64
bench_now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64) now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* Busy work is a number of turns, not a time: a thread that lost its CPU must still do all of it,
 * or an overloaded pool would look as fast as an idle one.
 */
void
bench_spin (guint64 n_spins)
{
  guint64 x = 1;

  for (guint64 i = 0; i < n_spins; i++)
    {
      x = x * G_GUINT64_CONSTANT (6364136223846793005) + i;
      __asm__ volatile("" : "+r"(x));
    }
}

void
bench_calibrate (void)
{
  double rates[CALIBRATION_ROUNDS];

  for (guint i = 0; i < CALIBRATION_ROUNDS; i++)
    {
      gint64 start = bench_now_ns ();

      bench_spin (CALIBRATION_SPINS);
      rates[i] = CALIBRATION_SPINS * 1000.0 / (bench_now_ns () - start);
    }
  spins_per_us = bench_quantile (rates, CALIBRATION_ROUNDS, 0.5);
}

guint64
bench_spins_for (double microseconds)
{
  g_assert (spins_per_us > 0);
  return MAX (1, (guint64) (microseconds * spins_per_us));
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

double
bench_quantile (const double *values, gsize n_values, double quantile)
{
  g_autofree double *sorted = g_memdup2 (values, n_values * sizeof (double));
  double position = quantile * (n_values - 1);
  gsize below = (gsize) position;
  gsize above = MIN (below + 1, n_values - 1);

  qsort (sorted, n_values, sizeof (double), compare_doubles);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

double
bench_median (GArray *values)
{
  return bench_quantile ((const double *) values->data, values->len, 0.5);
}

/* 0 + 1 + … + (n − 1): what the results of n tasks that return their number add up to. */
gint64
bench_sum_below (gsize n)
{
  return n == 0 ? 0 : (gint64) n * ((gint64) n - 1) / 2;
}
