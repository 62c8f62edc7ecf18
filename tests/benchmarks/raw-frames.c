/* raw-frames.c: what processes can do at best with frames of fixed size
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "raw-frames.h"

#include <poll.h>
#include <stdatomic.h>

#include "raw-process.h"

#define N_WARM_UP 64
#define BATCH 256
#define WINDOW 512             /* calls that a worker has at a time */
#define READ_BYTES (128 * 1024)

/* As large as a small call and a small result of ours. */
typedef struct
{
  guint64 number;
  guint32 slot;
  guint32 generation;
  guint8 rest[40];
} Call;

typedef struct
{
  guint64 number;
  guint8 rest[64];
} Result;

G_STATIC_ASSERT (sizeof (Call) == 56 && sizeof (Result) == 72);

/* A ping-pong */

static void
echo_main (int fd, gpointer data)
{
  Result result = { 0 };
  Call call;

  while (raw_receive (fd, &call, sizeof call))
    {
      result.number = call.number;
      raw_send (fd, &result, sizeof result);
    }
}

BenchSample
raw_ping_pong (gsize n_trips)
{
  g_autofree double *times = g_new (double, n_trips + N_WARM_UP);
  RawProcess process;
  Call call = { 0 };
  Result result;

  raw_process_start (&process, echo_main, NULL);
  for (gsize i = 0; i < n_trips + N_WARM_UP; i++)
    {
      gint64 start = bench_now_ns ();

      call.number = i;
      raw_send (process.fd, &call, sizeof call);
      bench_check (raw_receive (process.fd, &result, sizeof result));
      times[i] = (bench_now_ns () - start) / 1000.0;
      bench_check (result.number == i);
    }
  raw_process_stop (&process);
  return (BenchSample) { .value = bench_quantile (times + N_WARM_UP, n_trips, 0.5),
                        .second = bench_quantile (times + N_WARM_UP, n_trips, 0.99) };
}

/* Batches */

typedef struct
{
  atomic_uint claims[WINDOW];
} Page;

static void
batch_main (int fd, gpointer data)
{
  static Call calls[READ_BYTES / sizeof (Call)];
  static Result results[G_N_ELEMENTS (calls)];
  Page *page = data;
  gsize n_have = 0;
  gsize n;

  while ((n = raw_receive_some (fd, (guint8 *) calls + n_have, sizeof calls - n_have)) > 0)
    {
      gsize n_calls = (n_have += n) / sizeof (Call);

      for (gsize i = 0; i < n_calls; i++)
        {
          guint claim = 2 * calls[i].generation;

          if (!atomic_compare_exchange_strong (&page->claims[calls[i].slot], &claim, claim + 1))
            return;
          results[i].number = calls[i].number;
        }
      raw_send (fd, results, n_calls * sizeof (Result));
      n_have -= n_calls * sizeof (Call);
      memmove (calls, calls + n_calls, n_have);
    }
}

typedef struct
{
  RawProcess process;
  Page *page;
  guint32 n_sent;
  guint32 n_open;            /* sent and not answered */
  Result results[WINDOW];
  gsize n_result_bytes;      /* of a result that has not arrived whole */
} Worker;

static gsize
send_batch (Worker *worker, guint64 first, gsize n_calls)
{
  Call calls[BATCH] = { 0 };
  gsize n = MIN (n_calls, BATCH);

  for (gsize i = 0; i < n; i++)
    {
      guint32 slot = (worker->n_sent + i) % WINDOW;
      guint32 generation = (worker->n_sent + i) / WINDOW;

      calls[i] = (Call) { .number = first + i, .slot = slot, .generation = generation };
      atomic_store_explicit (&worker->page->claims[slot], 2 * generation, memory_order_relaxed);
    }
  raw_send (worker->process.fd, calls, n * sizeof (Call));
  worker->n_sent += n;
  worker->n_open += n;
  return n;
}

static gint64
take_results (Worker *worker)
{
  guint8 *bytes = (guint8 *) worker->results;
  gsize n = raw_receive_some (worker->process.fd, bytes + worker->n_result_bytes,
                              sizeof worker->results - worker->n_result_bytes);
  gsize n_results = (worker->n_result_bytes + n) / sizeof (Result);
  gint64 sum = 0;

  bench_check (n > 0);
  worker->n_result_bytes += n;
  for (gsize i = 0; i < n_results; i++)
    sum += worker->results[i].number;
  worker->n_open -= n_results;
  worker->n_result_bytes -= n_results * sizeof (Result);
  memmove (worker->results, worker->results + n_results, worker->n_result_bytes);
  return sum;
}

static void
run_batches (Worker *workers, gsize n_calls)
{
  struct pollfd fds[BENCH_N_WORKERS];
  gsize n_sent = 0;
  gsize n_open = 0;
  gint64 sum = 0;

  do
    {
      for (guint i = 0; i < BENCH_N_WORKERS; i++)
        while (n_sent < n_calls && workers[i].n_open + BATCH <= WINDOW)
          n_sent += send_batch (&workers[i], n_sent, n_calls - n_sent);
      for (guint i = 0; i < BENCH_N_WORKERS; i++)
        fds[i] = (struct pollfd) { .fd = workers[i].process.fd, .events = POLLIN };
      bench_check (poll (fds, BENCH_N_WORKERS, -1) > 0);
      n_open = 0;
      for (guint i = 0; i < BENCH_N_WORKERS; i++)
        {
          if (fds[i].revents != 0)
            sum += take_results (&workers[i]);
          n_open += workers[i].n_open;
        }
    }
  while (n_sent < n_calls || n_open > 0);
  bench_check (sum == bench_sum_below (n_calls));
}

BenchSample
raw_batches (gsize n_calls)
{
  g_autofree Worker *workers = g_new0 (Worker, BENCH_N_WORKERS);
  gint64 start, elapsed;

  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    {
      workers[i].page = raw_shared_new (sizeof (Page));
      raw_process_start (&workers[i].process, batch_main, workers[i].page);
    }
  run_batches (workers, N_WARM_UP);
  start = bench_now_ns ();
  run_batches (workers, n_calls);
  elapsed = bench_now_ns () - start;
  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    {
      raw_process_stop (&workers[i].process);
      raw_shared_free (workers[i].page, sizeof (Page));
    }
  return (BenchSample) { .value = elapsed / 1000.0 / n_calls };
}

/* Halves */

static void
spin_main (int fd, gpointer data)
{
  const guint64 *n_spins = data;
  gsize n_tasks;

  while (raw_receive (fd, &n_tasks, sizeof n_tasks))
    {
      for (gsize i = 0; i < n_tasks; i++)
        bench_spin (*n_spins);
      raw_send (fd, &n_tasks, sizeof n_tasks);
    }
}

static void
run_halves (RawProcess *processes, gsize n_tasks)
{
  gsize n_left = n_tasks;

  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    {
      gsize n = n_left / (BENCH_N_WORKERS - i);

      n_left -= n;
      raw_send (processes[i].fd, &n, sizeof n);
    }
  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    {
      gsize n;

      bench_check (raw_receive (processes[i].fd, &n, sizeof n));
    }
}

BenchSample
raw_halves (gsize n_tasks, guint64 n_spins)
{
  RawProcess processes[BENCH_N_WORKERS];
  gint64 start, sequential, wall;

  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    raw_process_start (&processes[i], spin_main, &n_spins);
  run_halves (processes, BENCH_N_WORKERS);

  start = bench_now_ns ();
  for (gsize i = 0; i < n_tasks; i++)
    bench_spin (n_spins);
  sequential = bench_now_ns () - start;
  start = bench_now_ns ();
  run_halves (processes, n_tasks);
  wall = bench_now_ns () - start;

  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    raw_process_stop (&processes[i]);
  return (BenchSample) { .value = (double) sequential / wall };
}
