/* contract-wait.c: the contract's rows W1 to W5 and A1 to A3: waiting for many futures
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

#define ALL_COMPLETED FUT_RETURN_WHEN_ALL_COMPLETED
#define FIRST_COMPLETED FUT_RETURN_WHEN_FIRST_COMPLETED
#define FIRST_EXCEPTION FUT_RETURN_WHEN_FIRST_EXCEPTION

#define N 4

/* N futures: each waits at the room's gate if its letter is 'g', fails if it is 'f', is cancelled
 * if it is 'c', and returns if it is 'r'. There is one worker: what comes after a 'g' is pending
 * until the gate opens.
 */
typedef struct
{
  ContractRoom *room;
  FutExecutor  *executor;
  FutFuture    *futures[N];
} Batch;

static void
batch_init (Batch *self, const ContractSubject *subject, const char *kinds)
{
  self->room = contract_room_new ();
  self->executor = subject->create (1);
  for (guint i = 0; i < N; i++)
    {
      if (kinds[i] == 'g')
        self->futures[i] = contract_submit (self->executor, self->room, "contract.gate", i);
      else if (kinds[i] == 'f')
        self->futures[i] = contract_fail (self->executor, "as told");
      else
        self->futures[i] = contract_square (self->executor, i);
      if (kinds[i] == 'c')
        g_assert_true (fut_future_cancel (self->futures[i]));
    }
}

static void
batch_clear (Batch *self)
{
  contract_room_open (self->room, N);
  for (guint i = 0; i < N; i++)
    {
      g_assert_true (fut_future_wait (self->futures[i], -1, NULL, NULL));
      g_object_unref (self->futures[i]);
    }
  contract_close (self->executor);
  contract_room_free (self->room);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

/* @expected has a 'd' for each input that is done, and '-' for each that is not. */
static void
assert_split (Batch *batch, GPtrArray *done, GPtrArray *not_done, const char *expected)
{
  guint n_done = 0;
  guint n_not_done = 0;

  for (guint i = 0; i < N; i++)
    if (expected[i] == 'd')
      g_assert_true (n_done < done->len && done->pdata[n_done++] == batch->futures[i]);
    else
      g_assert_true (n_not_done < not_done->len &&
                     not_done->pdata[n_not_done++] == batch->futures[i]);
  g_assert_cmpuint (done->len, ==, n_done);
  g_assert_cmpuint (not_done->len, ==, n_not_done);
}

static void
wait_and_assert_split (Batch *batch, FutReturnWhen return_when, GTimeSpan timeout,
                       const char *expected)
{
  g_autoptr(GPtrArray) done = NULL;
  g_autoptr(GPtrArray) not_done = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (
    fut_wait (batch->futures, N, return_when, timeout, NULL, &done, &not_done, &error));
  g_assert_no_error (error);
  assert_split (batch, done, not_done, expected);
}

static void
test_splits (const ContractSubject *subject)
{
  g_auto(Batch) batch;

  batch_init (&batch, subject, "rrgr");
  test_assert_int64 (batch.futures[0], 0);
  test_assert_int64 (batch.futures[1], 1);
  wait_and_assert_split (&batch, FIRST_COMPLETED, -1, "dd--");
}

static void
test_duplicates_once (const ContractSubject *subject)
{
  g_auto(Batch) batch;
  FutFuture *twice[2 * N];
  g_autoptr(GPtrArray) done = NULL;
  g_autoptr(GPtrArray) not_done = NULL;
  g_autoptr(GError) error = NULL;

  batch_init (&batch, subject, "rrgg");
  for (guint i = 0; i < 2 * N; i++)
    twice[i] = batch.futures[i / 2];
  test_assert_int64 (batch.futures[0], 0);
  test_assert_int64 (batch.futures[1], 1);
  g_assert_true (fut_wait (twice, 2 * N, ALL_COMPLETED, 0, NULL, &done, &not_done, &error));
  g_assert_no_error (error);
  assert_split (&batch, done, not_done, "dd--");

  /* It also counts once on the way to "all". */
  g_clear_pointer (&done, g_ptr_array_unref);
  g_clear_pointer (&not_done, g_ptr_array_unref);
  contract_room_open (batch.room, 2);
  g_assert_true (fut_wait (twice, 2 * N, ALL_COMPLETED, -1, NULL, &done, &not_done, &error));
  g_assert_no_error (error);
  assert_split (&batch, done, not_done, "dddd");
}

static void
test_mixed_executors (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) one = subject->create (1);
  g_autoptr(ContractExecutor) other = subject->create (1);
  g_autoptr(FutFuture) first = contract_square (one, 1);
  g_autoptr(FutFuture) second = contract_square (other, 2);
  g_autoptr(FutFuture) by_hand = fut_future_new ();
  FutFuture *futures[] = { first, by_hand, second };
  g_autoptr(GPtrArray) done = NULL;
  g_autoptr(GPtrArray) not_done = NULL;

  g_assert_true (fut_wait (futures, 3, ALL_COMPLETED, 0, NULL, NULL, NULL, NULL));
  test_complete (by_hand, 0);
  g_assert_true (fut_wait (futures, 3, ALL_COMPLETED, -1, NULL, &done, &not_done, NULL));
  g_assert_cmpuint (done->len, ==, 3);
  g_assert_cmpuint (not_done->len, ==, 0);
  g_assert_true (g_ptr_array_index (done, 1) == by_hand);
}

static gpointer
wait_for_all (gpointer data)
{
  wait_and_assert_split (data, ALL_COMPLETED, -1, "dddd");
  return NULL;
}

static void
test_all_completed (const ContractSubject *subject)
{
  g_auto(Batch) batch;
  TestThread *waiter;

  batch_init (&batch, subject, "rfgg");
  waiter = test_thread_new (wait_for_all, &batch);
  test_thread_await_blocked (waiter);
  contract_room_open (batch.room, 1);
  g_assert_true (fut_future_wait (batch.futures[2], -1, NULL, NULL));
  g_assert_false (fut_future_is_done (batch.futures[3]));
  contract_room_open (batch.room, 1);
  test_thread_join (waiter);
}

static gpointer
wait_for_first (gpointer data)
{
  wait_and_assert_split (data, FIRST_COMPLETED, -1, "d---");
  return NULL;
}

static void
test_first_completed (const ContractSubject *subject)
{
  g_auto(Batch) batch;
  TestThread *waiter;

  batch_init (&batch, subject, "gggg");
  waiter = test_thread_new (wait_for_first, &batch);
  test_thread_await_blocked (waiter);
  contract_room_open (batch.room, 1);
  test_thread_join (waiter);

  /* And at once if there is one already. */
  wait_and_assert_split (&batch, FIRST_COMPLETED, -1, "d---");
}

static gpointer
wait_for_failure (gpointer data)
{
  wait_and_assert_split (data, FIRST_EXCEPTION, -1, "dd--");
  return NULL;
}

static void
test_first_exception (const ContractSubject *subject)
{
  g_auto(Batch) batch;
  TestThread *waiter;

  batch_init (&batch, subject, "gfgg");
  waiter = test_thread_new (wait_for_failure, &batch);
  test_thread_await_blocked (waiter);
  contract_room_open (batch.room, 1);
  test_thread_join (waiter);
  wait_and_assert_split (&batch, FIRST_EXCEPTION, -1, "dd--");
}

static gpointer
wait_for_failure_in_vain (gpointer data)
{
  wait_and_assert_split (data, FIRST_EXCEPTION, -1, "dddd");
  return NULL;
}

static void
test_no_exception_waits_for_all (const ContractSubject *subject)
{
  g_auto(Batch) batch;
  TestThread *waiter;

  /* A cancelled one is no error. */
  batch_init (&batch, subject, "gcgr");
  waiter = test_thread_new (wait_for_failure_in_vain, &batch);
  test_thread_await_blocked (waiter);
  contract_room_open (batch.room, 1);
  test_assert_int64 (batch.futures[0], 0);
  test_thread_await_blocked (waiter);
  contract_room_open (batch.room, 1);
  test_thread_join (waiter);
}

static void
test_timeout_gives_the_split (const ContractSubject *subject)
{
  g_auto(Batch) batch;
  gint64 begin = g_get_monotonic_time ();

  batch_init (&batch, subject, "rggg");
  test_assert_int64 (batch.futures[0], 0);
  wait_and_assert_split (&batch, ALL_COMPLETED, 10 * G_TIME_SPAN_MILLISECOND, "d---");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 10 * G_TIME_SPAN_MILLISECOND);
}

static gpointer
wait_for_pair (gpointer data)
{
  FutFuture **pair = data;
  g_autoptr(GPtrArray) done = NULL;

  g_assert_true (fut_wait (pair, 2, ALL_COMPLETED, -1, NULL, &done, NULL, NULL));
  g_assert_cmpuint (done->len, ==, 2);
  return NULL;
}

static void
test_other_order_cannot_deadlock (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (2);

  for (guint round = 0; round < 200; round++)
    {
      g_autoptr(FutFuture) a = contract_square (executor, 1);
      g_autoptr(FutFuture) b = contract_square (executor, 2);
      FutFuture *one_order[] = { a, b };
      FutFuture *other_order[] = { b, a };
      TestThread *threads[] = { test_thread_new (wait_for_pair, one_order),
                                test_thread_new (wait_for_pair, other_order) };

      test_thread_join (threads[0]);
      test_thread_join (threads[1]);
    }
}

static void
test_cancelled_counts_as_done (const ContractSubject *subject)
{
  g_auto(Batch) batch;

  /* The worker stands at the gate, and has not seen the cancelled one yet. */
  batch_init (&batch, subject, "gcgg");
  wait_and_assert_split (&batch, FIRST_COMPLETED, -1, "-d--");
  wait_and_assert_split (&batch, ALL_COMPLETED, 0, "-d--");
}

/* --- as_completed --- */

static FutFuture *
next_done (FutCompletionIterator *iterator)
{
  g_autoptr(GError) error = NULL;
  FutFuture *future = fut_completion_iterator_next (iterator, NULL, &error);

  g_assert_no_error (error);
  return future;
}

static void
assert_next_done (FutCompletionIterator *iterator, FutFuture *expected)
{
  g_autoptr(FutFuture) future = next_done (iterator);

  g_assert_true (future == expected);
}

static void
test_done_first_then_as_they_end (const ContractSubject *subject)
{
  g_auto(Batch) batch;
  g_autoptr(FutCompletionIterator) iterator = NULL;
  FutFuture *inputs[N + 2];

  batch_init (&batch, subject, "rgcg");
  test_assert_int64 (batch.futures[0], 0);

  /* The last ones first, and two of them twice. */
  for (guint i = 0; i < N; i++)
    inputs[i] = batch.futures[N - 1 - i];
  inputs[N] = batch.futures[0];
  inputs[N + 1] = batch.futures[1];
  iterator = fut_as_completed (inputs, N + 2, -1);

  assert_next_done (iterator, batch.futures[2]);
  assert_next_done (iterator, batch.futures[0]);
  contract_room_open (batch.room, 1);
  assert_next_done (iterator, batch.futures[1]);
  contract_room_open (batch.room, 1);
  assert_next_done (iterator, batch.futures[3]);
  for (guint i = 0; i < 2; i++)
    g_assert_null (next_done (iterator));
}

static void
test_deadline_of_the_iteration (const ContractSubject *subject)
{
  g_auto(Batch) batch;
  g_autoptr(FutCompletionIterator) iterator = NULL;
  g_autoptr(GError) error = NULL;
  gint64 begin;

  batch_init (&batch, subject, "rggg");
  test_assert_int64 (batch.futures[0], 0);
  begin = g_get_monotonic_time ();
  iterator = fut_as_completed (batch.futures, N, 20 * G_TIME_SPAN_MILLISECOND);
  assert_next_done (iterator, batch.futures[0]);
  g_assert_null (fut_completion_iterator_next (iterator, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpstr (error->message, ==, "3 (of 4) futures unfinished");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 20 * G_TIME_SPAN_MILLISECOND);
  for (guint i = 1; i < N; i++)
    g_assert_false (fut_future_is_done (batch.futures[i]));
}

static void
test_keeps_nothing_handed_out (const ContractSubject *subject)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutCompletionIterator) iterator = NULL;
  FutFuture *futures[N];

  for (guint i = 0; i < N; i++)
    {
      futures[i] = contract_square (executor, i);
      test_tracker_add (tracker, futures[i]);
    }
  iterator = fut_as_completed (futures, N, -1);
  for (guint i = 0; i < N; i++)
    g_object_unref (futures[i]);
  for (guint i = 0; i < N; i++)
    {
      g_autoptr(FutFuture) future = next_done (iterator);

      g_clear_object (&future);
      test_tracker_await_live (tracker, N - 1 - i);
    }
  g_assert_null (next_done (iterator));
}

static void
test_closing_early_leaves_nothing (const ContractSubject *subject)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutCompletionIterator) closed = NULL;
  FutCompletionIterator *dropped;
  FutFuture *futures[N];

  for (guint i = 0; i < N; i++)
    {
      futures[i] = contract_submit (executor, room, "contract.gate", i);
      test_tracker_add (tracker, futures[i]);
    }
  closed = fut_as_completed (futures, N, -1);
  dropped = fut_as_completed (futures, N, -1);
  for (guint i = 0; i < N; i++)
    g_object_unref (futures[i]);
  contract_room_open (room, 1);
  g_object_unref (next_done (closed));
  fut_completion_iterator_close (closed);
  g_assert_null (next_done (closed));
  g_object_unref (dropped);

  /* The rest goes on, and goes when it is done. */
  contract_room_open (room, N - 1);
  test_tracker_await_live (tracker, 0);
}

const ContractTest contract_wait_tests[] = {
  { "W1", "splits", 0, 0, test_splits },
  { "W1", "duplicates-once", 0, 0, test_duplicates_once },
  { "W1", "mixed-executors", 0, 0, test_mixed_executors },
  { "W2", "all-completed", 0, 0, test_all_completed },
  { "W2", "first-completed", 0, 0, test_first_completed },
  { "W2", "first-exception", 0, 0, test_first_exception },
  { "W2", "no-exception-waits-for-all", 0, 0, test_no_exception_waits_for_all },
  { "W3", "timeout-gives-the-split", 0, 0, test_timeout_gives_the_split },
  { "W4", "other-order-cannot-deadlock", 0, 0, test_other_order_cannot_deadlock },
  { "W5", "cancelled-counts-as-done", 0, 0, test_cancelled_counts_as_done },
  { "A1", "done-first-then-as-they-end", 0, 0, test_done_first_then_as_they_end },
  { "A2", "deadline-of-the-iteration", 0, 0, test_deadline_of_the_iteration },
  { "A3", "keeps-nothing-handed-out", 0, 0, test_keeps_nothing_handed_out },
  { "A3", "closing-early-leaves-nothing", 0, 0, test_closing_early_leaves_nothing },
  { NULL },
};
