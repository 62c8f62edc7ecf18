/* raw-ring.c: a payload through one ring of shared memory, and back through another
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "raw-frames.h"
#include "raw-process.h"

#define CHUNK_BYTES (64 * 1024)
#define N_CHUNKS 8              /* of each ring: both stay in a cache */

/* `n_written` counts chunks ever written, by the writer; `n_read` those ever read, by the reader. */
typedef struct
{
  _Alignas(64) atomic_size_t n_written;
  _Alignas(64) atomic_size_t n_read;
  _Alignas(64) guint8 chunks[N_CHUNKS][CHUNK_BYTES];
} Ring;

typedef struct
{
  Ring there;
  Ring back;
} Rings;

static gboolean
can_write (Ring *ring, gsize *index)
{
  *index = atomic_load_explicit (&ring->n_written, memory_order_relaxed);
  return *index - atomic_load_explicit (&ring->n_read, memory_order_acquire) < N_CHUNKS;
}

static gboolean
can_read (Ring *ring, gsize *index)
{
  *index = atomic_load_explicit (&ring->n_read, memory_order_relaxed);
  return *index < atomic_load_explicit (&ring->n_written, memory_order_acquire);
}

static void
wrote (Ring *ring, gsize index)
{
  atomic_store_explicit (&ring->n_written, index + 1, memory_order_release);
}

static void
did_read (Ring *ring, gsize index)
{
  atomic_store_explicit (&ring->n_read, index + 1, memory_order_release);
}

static void
ring_main (int fd, gpointer data)
{
  Rings *rings = data;
  gsize n_bytes;

  /* A payload is asked for by a frame; within it both ends look, and yield. */
  while (raw_receive (fd, &n_bytes, sizeof n_bytes))
    for (gsize done = 0; done < n_bytes;)
      {
        gsize n = MIN (n_bytes - done, CHUNK_BYTES);
        gsize from, to;

        if (!can_read (&rings->there, &from) || !can_write (&rings->back, &to))
          {
            sched_yield ();
            continue;
          }
        memcpy (rings->back.chunks[to % N_CHUNKS], rings->there.chunks[from % N_CHUNKS], n);
        wrote (&rings->back, to);
        did_read (&rings->there, from);
        done += n;
      }
}

static void
trip (RawProcess *process, Rings *rings, const guint8 *payload, guint8 *result, gsize n_bytes)
{
  gsize n_out = 0;
  gsize n_in = 0;

  raw_send (process->fd, &n_bytes, sizeof n_bytes);
  while (n_in < n_bytes)
    {
      gsize index;
      gboolean moved = FALSE;

      if (n_out < n_bytes && can_write (&rings->there, &index))
        {
          gsize n = MIN (n_bytes - n_out, CHUNK_BYTES);

          memcpy (rings->there.chunks[index % N_CHUNKS], payload + n_out, n);
          wrote (&rings->there, index);
          n_out += n;
          moved = TRUE;
        }
      if (can_read (&rings->back, &index))
        {
          gsize n = MIN (n_bytes - n_in, CHUNK_BYTES);

          memcpy (result + n_in, rings->back.chunks[index % N_CHUNKS], n);
          did_read (&rings->back, index);
          n_in += n;
          moved = TRUE;
        }
      if (!moved)
        sched_yield ();
    }
}

BenchSample
raw_ring (gsize n_bytes, gsize n_trips)
{
  Rings *rings = raw_shared_new (sizeof (Rings));
  g_autofree guint8 *payload = g_malloc (n_bytes);
  g_autofree guint8 *result = g_malloc (n_bytes);
  RawProcess process;
  gint64 start, elapsed;

  memset (payload, 7, n_bytes);
  memset (result, 0, n_bytes);
  raw_process_start (&process, ring_main, rings);
  trip (&process, rings, payload, result, n_bytes);
  start = bench_now_ns ();
  for (gsize i = 0; i < n_trips; i++)
    {
      result[n_bytes - 1] = 0;
      trip (&process, rings, payload, result, n_bytes);
      bench_check (result[n_bytes - 1] == 7);
    }
  elapsed = bench_now_ns () - start;
  raw_process_stop (&process);
  raw_shared_free (rings, sizeof (Rings));
  return (BenchSample) { .value = 2.0 * n_bytes * n_trips / elapsed };
}
