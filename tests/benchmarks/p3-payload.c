/* p3-payload.c: P3: one payload to a process and back, at four sizes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include <string.h>

#include "process-pool.h"
#include "python-peers.h"
#include "raw-frames.h"

#define KIB ((gsize) 1024)
#define MIB (1024 * KIB)
#define PEER_SHARE 4   /* peers are so slow that they make a quarter of the trips */

static void
trip (FutExecutor *executor, GVariant *payload)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(FutFuture) future = fut_executor_submit (executor, PROCESS_POOL_ECHO, payload);
  g_autoptr(GBytes) result = fut_future_result_bytes (future, -1, &error);
  const guint8 *bytes;
  gsize n_bytes;

  if (result == NULL)
    g_error ("a call failed: %s", error->message);
  bytes = g_bytes_get_data (result, &n_bytes);
  bench_check (n_bytes == g_variant_get_size (payload) && bytes[n_bytes - 1] == 7);
}

/* The first trip, in which memory is got that is used again later, is not counted, ours or theirs. */
static BenchSample
ours (gsize n_bytes, gsize n_trips, gboolean trust_workers)
{
  FutExecutor *executor = process_pool_new (trust_workers);
  guint8 *bytes = g_malloc (n_bytes);
  g_autoptr(GVariant) payload = NULL;
  gint64 start, elapsed;

  memset (bytes, 7, n_bytes);
  payload = g_variant_ref_sink (
    g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, bytes, n_bytes, TRUE, g_free, bytes));
  trip (executor, payload);
  start = bench_now_ns ();
  for (gsize i = 0; i < n_trips; i++)
    trip (executor, payload);
  elapsed = bench_now_ns () - start;
  process_pool_free (executor);
  return (BenchSample) { .value = 2.0 * n_bytes * n_trips / elapsed };
}

static BenchSample
python (const char *peer, gsize n_bytes, gsize n_trips)
{
  return python_peers_run ("payload %s %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT, peer, n_bytes,
                           (n_trips + PEER_SHARE - 1) / PEER_SHARE);
}

#define DEFINE_WORKLOAD(letter, size, words, least, trips, trips_quick) \
  static BenchSample ours_##letter (gsize n) \
  { return ours (size, n, FALSE); } \
  static BenchSample trusted_##letter (gsize n) \
  { return ours (size, n, TRUE); } \
  static BenchSample executor_##letter (gsize n) \
  { return python ("executor", size, n); } \
  static BenchSample pool_##letter (gsize n) \
  { return python ("pool", size, n); } \
  static BenchSample ring_##letter (gsize n) \
  { return raw_ring (size, n); } \
  static const BenchContender contenders_##letter[] = { \
    { "futures-glib", ours_##letter }, \
    { "futures-glib, trust-workers", trusted_##letter }, \
    { "ProcessPoolExecutor", executor_##letter }, \
    { "multiprocessing.Pool", pool_##letter }, \
    { "raw shared ring", ring_##letter }, \
    { NULL, NULL }, \
  }; \
  const BenchWorkload bench_p3##letter = { \
    .id = "P3" #letter, \
    .title = "echo of " words ", each result read and dropped", \
    .unit = "GB/s: 2 × bytes ÷ round trip", \
    .goal = least, \
    .more_is_better = TRUE, \
    .n_tasks = trips, \
    .n_tasks_quick = trips_quick, \
    .contenders = contenders_##letter, \
  };

DEFINE_WORKLOAD (a, 64 * KIB, "64 KiB", "at least 3; 4 with trust-workers", 2000, 20)
DEFINE_WORKLOAD (b, MIB, "1 MiB", "at least 5; 12 with trust-workers", 200, 8)
DEFINE_WORKLOAD (c, 16 * MIB, "16 MiB", "at least 5; 12 with trust-workers", 20, 1)
DEFINE_WORKLOAD (d, 256 * MIB, "256 MiB", "at least 3; 10 with trust-workers", 4, 0)
