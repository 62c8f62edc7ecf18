/* test-faults-load.c: much at once, and callbacks: rows 25, 27 to 29, 34 and 43 of the faults
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <string.h>

/* --- 25: payloads of 0 B, 1 B, 100 MiB, over 2 GiB --- */

static const gsize sizes[] = { 0,     1,     7,       8,       4095,     65535,
                               65536, 65537, 1 << 20, 5000000, 100 << 20 };

#define OVER_2_GIB (((gsize) 2 << 30) + 1)

static GVariant *
bytes_args (gsize n)
{
  g_autoptr(GBytes) bytes = fault_bytes_new (n);

  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

static void
test_arguments_of_any_size (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      FutFuture *future = fault_room_submit (room, pool, "fault.length", bytes_args (sizes[i]));

      test_assert_int64 (future, sizes[i]);
    }
}

static void
test_results_of_any_size (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(FutFuture) future =
        fut_executor_submit (pool, "fault.bytes", g_variant_new_uint64 (sizes[i]));
      g_autoptr(GBytes) expected = fault_bytes_new (sizes[i]);
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) bytes = fut_future_result_bytes (future, -1, &error);

      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (bytes, expected));
    }
}

/* Refused with the size in the message, before anything is sent: the bytes are not there at all. */
static void
test_too_large (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  gsize rss = test_rss_bytes ();
  FutFuture *arguments = fault_room_submit (room, pool, "fault.length", bytes_args (OVER_2_GIB));
  FutFuture *result =
    fault_room_submit (room, pool, "fault.bytes", g_variant_new_uint64 (OVER_2_GIB));

  test_assert_error (arguments, FUT_ERROR, FUT_ERROR_TOO_LARGE, "*2147483649*");
  test_assert_error (result, FUT_ERROR, FUT_ERROR_TOO_LARGE, "*2147483649*");
  g_assert_cmpuint (test_rss_bytes (), <, rss + (64 << 20));
  fault_room_assert_works (room, pool);
}

/* --- 27: 100,000 queued tasks --- */

typedef struct
{
  gint64 time;
  gsize  bytes;
} Cost;

static Cost
queue_and_run (FaultRoom *room, guint n)
{
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 2);
  g_autoptr(GPtrArray) futures = g_ptr_array_new_full (n, g_object_unref);
  gsize rss = test_rss_bytes ();
  gint64 begin;
  Cost cost;

  for (guint i = 0; i < 2; i++)
    g_object_unref (fut_executor_submit (pool, "contract.gate", fault_room_args (room, i)));
  for (guint i = 0; i < 2; i++)
    contract_room_next (room->meeting);
  begin = g_get_monotonic_time ();
  for (gint64 i = 0; i < n; i++)
    g_ptr_array_add (futures,
                     fut_executor_submit (pool, "contract.square", g_variant_new_int64 (i)));
  g_assert_cmpuint (fut_executor_get_n_pending (pool), ==, n);
  cost.bytes = MAX (test_rss_bytes (), rss) - rss;
  contract_room_open (room->meeting, 2);
  for (gint64 i = 0; i < n; i++)
    test_assert_int64 (futures->pdata[i], i * i);
  cost.time = g_get_monotonic_time () - begin;
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_test_message ("%u queued tasks: %" G_GINT64_FORMAT " µs, %" G_GSIZE_FORMAT " bytes", n,
                  cost.time, cost.bytes);
  return cost;
}

static void
test_many_queued (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  Cost one, ten;

  queue_and_run (room, 1000);
  one = queue_and_run (room, 10000);
  ten = queue_and_run (room, 100000);

  /* Linear, with what other programs take of the machine. */
  g_assert_cmpint (ten.time, <, 10 * 4 * one.time);
  g_assert_cmpuint (ten.bytes, <, (gsize) 100000 * 4096);
}

/* --- 28: cancel racing with start, finish and timeout --- */

#define N_RACES (test_short_or_long (10000, 1000000))
#define BATCH 100

static void
count_done (FutFuture *future, gpointer n_done)
{
  g_atomic_int_inc ((int *) n_done);
}

/* Cancelled at any moment of its life, with or without a limit to its time in the queue: it ends
 * once, and one that was cancelled never runs.
 */
static void
run_batch (FaultRoom *room, FutExecutor *pool, guint round, GTimeSpan queue_timeout)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  FutFuture *futures[BATCH];
  gboolean cancelled[BATCH] = { FALSE };
  int n_done[BATCH] = { 0 };
  guint n_ran = 0;

  fut_submit_options_set_queue_timeout (options, queue_timeout);
  for (guint i = 0; i < BATCH; i++)
    {
      futures[i] =
        fut_executor_submit_full (pool, "contract.record", fault_room_args (room, i), options);
      fut_future_add_done_callback (futures[i], count_done, &n_done[i], NULL);
      if (round % 3 == 0)
        cancelled[i] = fut_future_cancel (futures[i]);
    }
  for (guint i = 0; round % 3 != 0 && i < BATCH; i++)
    {
      guint at = round % 3 == 1 ? i : BATCH - 1 - i;

      cancelled[at] = fut_future_cancel (futures[at]);
    }

  for (guint i = 0; i < BATCH; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_true (fut_future_wait (futures[i], -1, NULL, NULL));
      g_assert_cmpint (fut_future_is_cancelled (futures[i]), ==, cancelled[i]);
      error = fut_future_dup_error (futures[i]);
      g_assert_true (error == NULL || cancelled[i] ||
                     g_error_matches (error, FUT_ERROR, FUT_ERROR_TIMED_OUT));
      n_ran += error == NULL;
      test_yield_until (g_atomic_int_get (&n_done[i]) > 0);
      g_assert_cmpint (g_atomic_int_get (&n_done[i]), ==, 1);
      g_object_unref (futures[i]);
    }

  /* What ran is what ended with a value, no more and no less. */
  for (guint i = 0; i < n_ran; i++)
    {
      gint64 number = contract_room_next (room->meeting);

      g_assert_false (cancelled[number]);
    }
}

static void
run_races (GTimeSpan queue_timeout)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 2);

  for (guint n = 0; n < N_RACES; n += BATCH)
    run_batch (room, pool, n / BATCH, queue_timeout);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room->meeting));
}

static void
test_cancel_against_start_and_finish (void)
{
  run_races (-1);
}

static void
test_cancel_against_timeout (void)
{
  run_races (G_TIME_SPAN_MILLISECOND);
}

/* --- 29: a callback cancels, submits, shuts down, drops the last reference --- */

typedef struct
{
  FutExecutor *pool;
  FutFuture   *pending;
  FutFuture   *submitted;   /* owned, by the callback first */
  TestLatch   *done;
} Scene;

static void
cancel_and_submit (FutFuture *future, gpointer user_data)
{
  Scene *scene = user_data;

  g_assert_true (fut_future_cancel (scene->pending));
  scene->submitted = fut_executor_submit (scene->pool, "contract.square", g_variant_new_int64 (5));
  fut_executor_shutdown (scene->pool, FALSE, FALSE);
  g_object_unref (scene->pool);
  test_latch_raise (scene->done);
}

static void
test_callback_does_all (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  g_autoptr(TestLatch) done = test_latch_new ();

  for (guint i = 0; i < 20; i++)
    {
      FutExecutor *pool = fault_room_add_pool (room, data, 1);
      FutFuture *future =
        fault_room_submit (room, pool, "contract.gate", fault_room_args (room, 1));
      FutFuture *next = fault_room_submit (room, pool, "contract.gate", fault_room_args (room, 2));
      FutFuture *pending =
        fault_room_submit (room, pool, "contract.record", fault_room_args (room, 3));
      Scene scene = { pool, pending, NULL, done };

      /* The next one may begin before the callback is called, and stands at the gate. */
      g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
      g_ptr_array_remove (room->pools, pool);
      fut_future_add_done_callback (future, cancel_and_submit, &scene, NULL);
      contract_room_open (room->meeting, 1);
      test_latch_await (done, i + 1);
      contract_room_open (room->meeting, 1);
      g_assert_cmpint (contract_room_next (room->meeting), ==, 2);
      test_assert_int64 (next, 2);
      test_assert_int64 (scene.submitted, 25);
      g_object_unref (scene.submitted);
      test_assert_state (pending, FUT_STATE_CANCELLED);
    }
  g_assert_true (contract_room_is_empty (room->meeting));
}

/* --- 34: owner's main context destroyed before completion --- */

static void
on_done (FutFuture *future, gpointer user_data)
{
  g_assert_not_reached ();
}

static gpointer
wait_for_one (gpointer future)
{
  test_assert_int64 (future, 1);
  return NULL;
}

static void
test_context_destroyed (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  TestContext *context = test_context_push ();
  FutFuture *future = fault_room_submit (room, pool, "contract.gate", fault_room_args (room, 1));
  TestThread *waiter = test_thread_new (wait_for_one, future);

  g_signal_connect (future, "done", G_CALLBACK (on_done), NULL);
  g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
  test_context_pop (context);
  contract_room_open (room->meeting, 1);
  test_thread_join (waiter);
}

/* --- 43: a task's GCancellable is dropped inside its own "cancelled" --- */

static void
test_cancellable_of_the_task (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);

  for (guint i = 0; i < 20; i++)
    {
      FutFuture *future =
        fault_room_submit (room, pool, "fault.in-cancelled", fault_room_args (room, 1));

      contract_room_next (room->meeting);
      g_assert_false (fut_future_cancel (future));
      test_assert_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
    }
  fault_room_assert_works (room, pool);
}

static void
drop (GCancellable *cancellable, gpointer user_data)
{
  GCancellable **held = user_data;

  g_clear_object (held);
}

static void
test_cancellable_of_the_options (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);

  for (guint i = 0; i < 20; i++)
    {
      FutSubmitOptions *options = fut_submit_options_new ();
      GCancellable *cancellable = g_cancellable_new ();
      FutFuture *future;

      fut_submit_options_set_cancellable (options, cancellable);
      future = fault_room_submit_full (room, pool, "contract.polite-gate",
                                       fault_room_args (room, 1), options);
      g_object_unref (options);
      g_signal_connect (cancellable, "cancelled", G_CALLBACK (drop), &cancellable);
      g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
      g_cancellable_cancel (cancellable);
      g_assert_null (cancellable);
      test_assert_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
    }
  fault_room_assert_works (room, pool);
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  fault_add_both ("/faults/25/arguments-of-any-size", test_arguments_of_any_size);
  fault_add_both ("/faults/25/results-of-any-size", test_results_of_any_size);
  fault_add_both ("/faults/25/too-large", test_too_large);
  test_add_stress ("/faults/27/many-queued", 120, test_many_queued);
  test_add_stress ("/faults/28/cancel-against-start-and-finish", 3600,
                   test_cancel_against_start_and_finish);
  test_add_stress ("/faults/28/cancel-against-timeout", 3600, test_cancel_against_timeout);
  fault_add_both ("/faults/29/callback-does-all", test_callback_does_all);
  fault_add_both ("/faults/34/context-destroyed", test_context_destroyed);
  fault_add_both ("/faults/43/cancellable-of-the-task", test_cancellable_of_the_task);
  fault_add_both ("/faults/43/cancellable-of-the-options", test_cancellable_of_the_options);
  return fault_run ();
}
