/* test-stress-races.c: what may happen at the same time happens, many times over
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-util.h"

/* How many races: the long form has a million of each. */
#define N_RACES (test_short_or_long (50000, 1000000))
#define BATCH 250

/* What came of each of BATCH futures. */
typedef struct
{
  FutFuture *futures[BATCH];
  int        n_runs[BATCH];       /* atomic */
  int        n_callbacks[BATCH];  /* atomic */
  gboolean   cancelled[BATCH];    /* written by who cancels */
  gboolean   completed[BATCH];    /* written by who completes */
} Batch;

static void
count_run (FutFuture *future, GVariant *args, gpointer n_runs)
{
  g_atomic_int_inc ((int *) n_runs);
  fut_future_return_int64 (future, 1);
}

static void
count_callback (FutFuture *future, gpointer n_callbacks)
{
  g_atomic_int_inc ((int *) n_callbacks);
}

static void
batch_watch (Batch *batch, guint i, FutFuture *future)
{
  batch->futures[i] = future;
  fut_future_add_done_callback (future, count_callback, &batch->n_callbacks[i], NULL);
}

/* Waits for all, asserts that there was one callback each, and drops them. */
static void
batch_end (Batch *batch)
{
  g_assert_true (
    fut_wait (batch->futures, BATCH, FUT_RETURN_WHEN_ALL_COMPLETED, -1, NULL, NULL, NULL, NULL));
  for (guint i = 0; i < BATCH; i++)
    {
      /* Whoever waits may be woken before the callbacks have run. */
      test_yield_until (g_atomic_int_get (&batch->n_callbacks[i]) > 0);
      g_assert_cmpint (g_atomic_int_get (&batch->n_callbacks[i]), ==, 1);
      g_object_unref (batch->futures[i]);
    }
}

/* --- cancel against start --- */

static void
test_cancel_against_start (void)
{
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  g_autofree Batch *batch = g_new0 (Batch, 1);
  guint n_cancelled = 0;

  for (guint n = 0; n < N_RACES; n += BATCH)
    {
      *batch = (Batch){ { NULL } };
      for (guint i = 0; i < BATCH; i++)
        batch_watch (batch, i, fut_executor_submit_func (pool, count_run, &batch->n_runs[i], NULL));
      for (guint i = 0; i < BATCH; i++)
        {
          guint at = n % (2 * BATCH) == 0 ? i : BATCH - 1 - i;

          batch->cancelled[at] = fut_future_cancel (batch->futures[at]);
        }
      for (guint i = 0; i < BATCH; i++)
        {
          g_assert_true (fut_future_wait (batch->futures[i], -1, NULL, NULL));
          g_assert_cmpint (fut_future_is_cancelled (batch->futures[i]), ==, batch->cancelled[i]);
          n_cancelled += batch->cancelled[i];
        }
      batch_end (batch);
      for (guint i = 0; i < BATCH; i++)
        g_assert_cmpint (batch->n_runs[i], ==, batch->cancelled[i] ? 0 : 1);
    }
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
  g_test_message ("%u of %u were cancelled", n_cancelled, N_RACES);
}

/* --- two threads over the same futures --- */

typedef struct
{
  Batch     *batch;
  TestLatch *barrier;
  guint      n_rounds;
  void     (*act) (Batch *batch, guint i);
} Duellist;

static gpointer
duel (gpointer data)
{
  Duellist *self = data;

  for (guint round = 0; round < self->n_rounds; round++)
    {
      test_latch_meet (self->barrier, 3);
      for (guint i = 0; i < BATCH; i++)
        self->act (self->batch, i);
      test_latch_meet (self->barrier, 3);
    }
  return NULL;
}

/* Has two threads do one thing each with every future of each batch, at about the same time. */
static void
run_duel (void (*one) (Batch *, guint), void (*other) (Batch *, guint),
          void (*check) (Batch *, guint))
{
  g_autofree Batch *batch = g_new0 (Batch, 1);
  g_autoptr(TestLatch) barrier = test_latch_new ();
  guint n_rounds = N_RACES / BATCH;
  Duellist duellists[] = { { batch, barrier, n_rounds, one }, { batch, barrier, n_rounds, other } };
  TestThread *threads[] = { test_thread_new (duel, &duellists[0]),
                            test_thread_new (duel, &duellists[1]) };

  for (guint round = 0; round < n_rounds; round++)
    {
      *batch = (Batch){ { NULL } };
      for (guint i = 0; i < BATCH; i++)
        batch_watch (batch, i, fut_future_new ());
      test_latch_meet (barrier, 3);
      test_latch_meet (barrier, 3);
      for (guint i = 0; i < BATCH; i++)
        check (batch, i);
      batch_end (batch);
    }
  test_thread_join (threads[0]);
  test_thread_join (threads[1]);
}

static void
complete (Batch *batch, guint i)
{
  g_auto(GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  batch->completed[i] = fut_future_set_result (batch->futures[i], &value, NULL);
}

static void
cancel (Batch *batch, guint i)
{
  batch->cancelled[i] = fut_future_cancel (batch->futures[i]);
}

static void
check_one_of_the_two (Batch *batch, guint i)
{
  g_assert_true (batch->cancelled[i] != batch->completed[i]);
  g_assert_cmpint (fut_future_get_state (batch->futures[i]), ==,
                   batch->cancelled[i] ? FUT_STATE_CANCELLED : FUT_STATE_FINISHED);
}

static void
test_cancel_against_finish (void)
{
  run_duel (complete, cancel, check_one_of_the_two);
}

static void
claim_and_complete (Batch *batch, guint i)
{
  g_autoptr(GError) error = NULL;

  /* Once claimed it can be completed, whatever the other thread does. */
  if (fut_future_set_running_or_notify_cancel (batch->futures[i], &error))
    {
      complete (batch, i);
      g_assert_true (batch->completed[i]);
    }
  g_assert_no_error (error);
}

static void
test_cancel_against_claim (void)
{
  run_duel (claim_and_complete, cancel, check_one_of_the_two);
}

static void
claim (Batch *batch, guint i)
{
  fut_future_set_running_or_notify_cancel (batch->futures[i], NULL);
}

static void
check_completed (Batch *batch, guint i)
{
  g_assert_true (batch->completed[i]);
}

static void
test_claim_against_finish (void)
{
  run_duel (claim, complete, check_completed);
}

static void
complete_too (Batch *batch, guint i)
{
  g_autoptr(GError) exception = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "busy");

  batch->cancelled[i] = fut_future_set_exception (batch->futures[i], exception, NULL);
}

static void
check_first_stands (Batch *batch, guint i)
{
  g_autoptr(GError) error = fut_future_dup_error (batch->futures[i]);

  g_assert_true (batch->cancelled[i] != batch->completed[i]);
  g_assert_true ((error != NULL) == batch->cancelled[i]);
}

static void
test_finish_against_finish (void)
{
  run_duel (complete, complete_too, check_first_stands);
}

static void
wait_a_moment (Batch *batch, guint i)
{
  g_autoptr(GError) error = NULL;
  gint64 value = fut_future_result_int64 (batch->futures[i], i % 8, &error);

  if (error != NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  else
    g_assert_cmpint (value, ==, 0);
}

static void
test_finish_against_the_waits_end (void)
{
  run_duel (complete, wait_a_moment, check_completed);
}

static void
cancel_then_wait (Batch *batch, guint i)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  if (i % 2 == 0)
    g_cancellable_cancel (cancellable);
  if (!fut_future_wait (batch->futures[i], i % 4, cancellable, &error))
    g_assert_true (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
                   g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
}

static void
test_finish_against_a_cancelled_wait (void)
{
  run_duel (complete, cancel_then_wait, check_completed);
}

/* --- timeouts --- */

static void
test_cancel_against_queue_timeout (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  FutExecutor *pool = fut_thread_pool_executor_new (1);
  FutFuture *busy = fut_executor_submit (pool, "contract.gate", contract_room_args (room, 1));
  g_autofree Batch *batch = g_new0 (Batch, 1);
  guint n_cancelled = 0;

  g_assert_cmpint (contract_room_next (room), ==, 1);
  for (guint n = 0; n < N_RACES; n += BATCH)
    {
      gint64 begin = g_get_monotonic_time ();

      *batch = (Batch){ { NULL } };
      for (guint i = 0; i < BATCH; i++)
        {
          g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

          fut_submit_options_set_queue_timeout (options, 2 * i);
          batch_watch (batch, i,
                       fut_executor_submit_func_full (pool, options, count_run, &batch->n_runs[i],
                                                      NULL));
        }
      for (guint i = 0; i < BATCH; i++)
        {
          if (g_get_monotonic_time () - begin < 2 * i)
            g_thread_yield ();
          batch->cancelled[i] = fut_future_cancel (batch->futures[i]);
          n_cancelled += batch->cancelled[i];
        }
      for (guint i = 0; i < BATCH; i++)
        {
          g_autoptr(GError) error = NULL;

          g_assert_true (fut_future_wait (batch->futures[i], -1, NULL, NULL));
          error = fut_future_dup_error (batch->futures[i]);
          g_assert_cmpint (fut_future_is_cancelled (batch->futures[i]), ==, batch->cancelled[i]);
          if (batch->cancelled[i])
            g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          else
            g_assert_error (error, FUT_ERROR, FUT_ERROR_TIMED_OUT);
        }
      batch_end (batch);
      for (guint i = 0; i < BATCH; i++)
        g_assert_cmpint (batch->n_runs[i], ==, 0);
    }
  g_test_message ("%u of %u were cancelled", n_cancelled, N_RACES);
  contract_room_open (room, 1);
  g_object_unref (busy);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

static void
test_start_against_queue_timeout (void)
{
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  g_autofree Batch *batch = g_new0 (Batch, 1);
  guint n_late = 0;

  for (guint n = 0; n < N_RACES; n += BATCH)
    {
      *batch = (Batch){ { NULL } };
      for (guint i = 0; i < BATCH; i++)
        {
          g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

          fut_submit_options_set_queue_timeout (options, i % 50);
          batch_watch (batch, i,
                       fut_executor_submit_func_full (pool, options, count_run, &batch->n_runs[i],
                                                      NULL));
        }
      batch_end (batch);
      for (guint i = 0; i < BATCH; i++)
        n_late += batch->n_runs[i] == 0;
      for (guint i = 0; i < BATCH; i++)
        g_assert_cmpint (batch->n_runs[i], <=, 1);
    }
  g_test_message ("%u of %u were late", n_late, N_RACES);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

static void
run_for_a_moment (FutFuture *future, GVariant *args, gpointer n_runs)
{
  gint64 until = g_get_monotonic_time () + 20;

  g_atomic_int_inc ((int *) n_runs);
  while (g_get_monotonic_time () < until)
    g_thread_yield ();
  fut_future_return_new_error (future, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
}

static void
test_finish_against_run_timeout (void)
{
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  g_autofree Batch *batch = g_new0 (Batch, 1);
  guint n_late = 0;

  for (guint n = 0; n < N_RACES / 4; n += BATCH)
    {
      *batch = (Batch){ { NULL } };
      for (guint i = 0; i < BATCH; i++)
        {
          g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

          fut_submit_options_set_run_timeout (options, i % 40);
          batch_watch (batch, i,
                       fut_executor_submit_func_full (pool, options, run_for_a_moment,
                                                      &batch->n_runs[i], NULL));
        }
      for (guint i = 0; i < BATCH; i++)
        {
          g_autoptr(GError) error = fut_future_exception (batch->futures[i], -1, NULL);

          n_late += g_error_matches (error, FUT_ERROR, FUT_ERROR_TIMED_OUT);
          g_assert_true (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY) ||
                         g_error_matches (error, FUT_ERROR, FUT_ERROR_TIMED_OUT));
        }
      batch_end (batch);
      for (guint i = 0; i < BATCH; i++)
        g_assert_cmpint (batch->n_runs[i], ==, 1);
    }
  g_test_message ("%u of %u were late", n_late, N_RACES / 4);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

/* --- submit against shutdown --- */

typedef struct
{
  FutExecutor *pool;
  TestLatch   *submitting;
} Submitter;

static gpointer
submit_until_refused (gpointer data)
{
  Submitter *self = data;
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean refused = FALSE;

  while (!refused)
    {
      FutFuture *future =
        fut_executor_submit (self->pool, "contract.square", g_variant_new_int64 (3));

      g_ptr_array_add (futures, future);
      refused = fut_executor_is_shut_down (self->pool);
      if (futures->len == 10)
        test_latch_raise (self->submitting);
    }
  for (guint i = 0; i < futures->len; i++)
    {
      g_autoptr(GError) error = NULL;
      gint64 value = fut_future_result_int64 (g_ptr_array_index (futures, i), -1, &error);

      if (error != NULL)
        g_assert_error (error, FUT_ERROR, FUT_ERROR_SHUT_DOWN);
      else
        g_assert_cmpint (value, ==, 9);
    }
  return NULL;
}

/* Whatever was submitted ends: run or refused, never left behind. */
static void
test_submit_against_shutdown (void)
{
  guint n_rounds = test_short_or_long (100, 5000);

  for (guint round = 0; round < n_rounds; round++)
    {
      g_autoptr(TestLatch) submitting = test_latch_new ();
      FutExecutor *pool = fut_thread_pool_executor_new (1 + round % 3);
      Submitter submitter = { pool, submitting };
      TestThread *threads[3];

      for (guint i = 0; i < 3; i++)
        threads[i] = test_thread_new (submit_until_refused, &submitter);
      test_latch_await (submitting, 1 + round % 3);
      fut_executor_shutdown (pool, round % 2 == 0, FALSE);
      for (guint i = 0; i < 3; i++)
        test_thread_join (threads[i]);
      g_object_unref (pool);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add_stress ("/stress/cancel-against-start", 600, test_cancel_against_start);
  test_add_stress ("/stress/cancel-against-finish", 600, test_cancel_against_finish);
  test_add_stress ("/stress/cancel-against-claim", 600, test_cancel_against_claim);
  test_add_stress ("/stress/claim-against-finish", 600, test_claim_against_finish);
  test_add_stress ("/stress/finish-against-finish", 600, test_finish_against_finish);
  test_add_stress ("/stress/finish-against-the-waits-end", 600, test_finish_against_the_waits_end);
  test_add_stress ("/stress/finish-against-a-cancelled-wait", 600,
                   test_finish_against_a_cancelled_wait);
  test_add_stress ("/stress/cancel-against-queue-timeout", 600, test_cancel_against_queue_timeout);
  test_add_stress ("/stress/start-against-queue-timeout", 600, test_start_against_queue_timeout);
  test_add_stress ("/stress/finish-against-run-timeout", 600, test_finish_against_run_timeout);
  test_add_stress ("/stress/submit-against-shutdown", 600, test_submit_against_shutdown);
  return g_test_run ();
}
