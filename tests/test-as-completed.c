/* test-as-completed.c: futures in the order in which they end
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

#define N 4

typedef struct
{
  FutFuture *futures[N];
} Batch;

static void
batch_init (Batch *batch)
{
  for (guint i = 0; i < N; i++)
    batch->futures[i] = fut_future_new ();
}

static void
batch_clear (Batch *batch)
{
  for (guint i = 0; i < N; i++)
    g_object_unref (batch->futures[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

static void
assert_next (FutCompletionIterator *iterator, FutFuture *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(FutFuture) future = fut_completion_iterator_next (iterator, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (future == expected);
}

static void
assert_next_fails (FutCompletionIterator *iterator, GCancellable *cancellable, int code,
                   const char *pattern)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (fut_completion_iterator_next (iterator, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}

static void
test_empty (void)
{
  g_autoptr(FutCompletionIterator) iterator = fut_as_completed (NULL, 0, -1);
  g_autoptr(FutCompletionIterator) polling = fut_as_completed (NULL, 0, 0);

  for (guint i = 0; i < 3; i++)
    {
      assert_next (iterator, NULL);
      assert_next (polling, NULL);
    }
}

static void
test_order_of_ending (void)
{
  static const guint order[N] = { 2, 0, 3, 1 };
  g_autoptr(FutCompletionIterator) iterator = NULL;
  g_auto(Batch) batch;

  batch_init (&batch);
  iterator = fut_as_completed (batch.futures, N, -1);
  for (guint i = 0; i < N; i++)
    {
      FutFuture *future = batch.futures[order[i]];

      if (i == 1)
        g_assert_true (fut_future_cancel (future));
      else if (i == 2)
        fut_future_return_new_error (future, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
      else
        test_complete (future, i);
    }
  for (guint i = 0; i < N; i++)
    assert_next (iterator, batch.futures[order[i]]);
  assert_next (iterator, NULL);
}

static void
test_duplicates (void)
{
  g_autoptr(FutFuture) done = test_future_done (1);
  g_autoptr(FutFuture) pending = fut_future_new ();
  FutFuture *futures[] = { pending, done, done, pending, done };
  g_autoptr(FutCompletionIterator) iterator =
    fut_as_completed (futures, G_N_ELEMENTS (futures), -1);

  assert_next (iterator, done);
  test_complete (pending, 2);
  assert_next (iterator, pending);
  assert_next (iterator, NULL);
}

static void
test_deadline (void)
{
  g_autoptr(FutCompletionIterator) iterator = NULL;
  FutFuture *futures[N + 1];
  gint64 begin = g_get_monotonic_time ();
  g_auto(Batch) batch;

  /* The message counts each future once. */
  batch_init (&batch);
  for (guint i = 0; i < N + 1; i++)
    futures[i] = batch.futures[i % N];
  iterator = fut_as_completed (futures, N + 1, 10 * G_TIME_SPAN_MILLISECOND);
  test_complete (batch.futures[1], 0);
  assert_next (iterator, batch.futures[1]);
  assert_next_fails (iterator, NULL, G_IO_ERROR_TIMED_OUT, "3 (of 4) futures unfinished");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 10 * G_TIME_SPAN_MILLISECOND);

  /* Nothing happened to them. */
  for (guint i = 0; i < N; i++)
    test_assert_state (batch.futures[i], i == 1 ? FUT_STATE_FINISHED : FUT_STATE_PENDING);
}

static void
test_polls (void)
{
  g_autoptr(FutCompletionIterator) iterator = NULL;
  g_auto(Batch) batch;

  batch_init (&batch);
  test_complete (batch.futures[3], 0);
  iterator = fut_as_completed (batch.futures, N, 0);
  assert_next (iterator, batch.futures[3]);
  assert_next_fails (iterator, NULL, G_IO_ERROR_TIMED_OUT, "3 (of 4) futures unfinished");
}

static void
test_longest_timeout (void)
{
  g_autoptr(FutFuture) future = test_future_done (1);
  g_autoptr(FutCompletionIterator) iterator = fut_as_completed (&future, 1, G_MAXINT64);

  assert_next (iterator, future);
  assert_next (iterator, NULL);
}

typedef struct
{
  FutCompletionIterator *iterator;
  GCancellable          *cancellable;
} Wait;

static gpointer
wait_in_vain (gpointer data)
{
  Wait *wait = data;

  assert_next_fails (wait->iterator, wait->cancellable, G_IO_ERROR_CANCELLED, "*");
  return NULL;
}

static void
test_cancelled_wait (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(FutCompletionIterator) iterator = fut_as_completed (&future, 1, -1);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Wait wait = { iterator, cancellable };
  TestThread *thread = test_thread_new (wait_in_vain, &wait);

  test_thread_await_blocked (thread);
  g_cancellable_cancel (cancellable);
  test_thread_join (thread);

  /* The iteration goes on. */
  test_complete (future, 1);
  assert_next (iterator, future);
  assert_next (iterator, NULL);
}

static gpointer
take_next (gpointer iterator)
{
  g_autoptr(GError) error = NULL;
  FutFuture *future = fut_completion_iterator_next (iterator, NULL, &error);

  g_assert_no_error (error);
  return future;
}

/* The next wait is one like any other. */
static void
test_waits_after_a_cancelled_wait (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(FutCompletionIterator) iterator = fut_as_completed (&future, 1, -1);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(FutFuture) taken = NULL;
  Wait wait = { iterator, cancellable };
  TestThread *thread = test_thread_new (wait_in_vain, &wait);

  test_thread_await_blocked (thread);
  g_cancellable_cancel (cancellable);
  test_thread_join (thread);
  thread = test_thread_new (take_next, iterator);
  test_thread_await_blocked (thread);
  test_complete (future, 1);
  taken = test_thread_join (thread);
  g_assert_true (taken == future);
}

static void
test_closed (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(FutCompletionIterator) iterator = NULL;
  Batch batch;

  batch_init (&batch);
  for (guint i = 0; i < N; i++)
    test_tracker_add (tracker, batch.futures[i]);
  test_complete (batch.futures[0], 0);
  test_complete (batch.futures[1], 0);
  iterator = fut_as_completed (batch.futures, N, -1);
  assert_next (iterator, batch.futures[0]);
  fut_completion_iterator_close (iterator);
  fut_completion_iterator_close (iterator);
  assert_next (iterator, NULL);
  test_complete (batch.futures[2], 0);
  batch_clear (&batch);
  g_assert_cmpuint (test_tracker_n_live (tracker), ==, 0);
}

static void
test_dropped (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  Batch batch;

  batch_init (&batch);
  for (guint i = 0; i < N; i++)
    test_tracker_add (tracker, batch.futures[i]);
  g_object_unref (fut_as_completed (batch.futures, N, -1));
  for (guint i = 0; i < N; i++)
    test_complete (batch.futures[i], 0);
  batch_clear (&batch);
  g_assert_cmpuint (test_tracker_n_live (tracker), ==, 0);
}

/* --- in a main loop --- */

typedef struct
{
  GMainContext *context;
  guint         n_ended;
  FutFuture    *future;
  GError       *error;
} Result;

static void
result_clear (Result *result)
{
  g_clear_object (&result->future);
  g_clear_error (&result->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static void
on_next (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  Result *result = user_data;

  g_assert_true (g_main_context_is_owner (result->context));
  result_clear (result);
  result->future = fut_completion_iterator_next_finish (FUT_COMPLETION_ITERATOR (source),
                                                        async_result, &result->error);
  result->n_ended++;
}

static void
assert_next_async (FutCompletionIterator *iterator, Result *result, FutFuture *expected)
{
  guint n_ended = result->n_ended;

  fut_completion_iterator_next_async (iterator, NULL, on_next, result);
  g_assert_cmpuint (result->n_ended, ==, n_ended);
  test_iterate_until (result->context, result->n_ended == n_ended + 1);
  g_assert_no_error (result->error);
  g_assert_true (result->future == expected);
}

static gpointer
complete_it (gpointer future)
{
  test_complete (future, 9);
  return NULL;
}

static void
test_async (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutCompletionIterator) iterator = NULL;
  g_auto(Result) result = { .context = context };
  g_auto(Batch) batch;
  TestThread *thread;

  batch_init (&batch);
  test_complete (batch.futures[2], 0);
  iterator = fut_as_completed (batch.futures, N, -1);
  assert_next_async (iterator, &result, batch.futures[2]);
  thread = test_thread_new (complete_it, batch.futures[0]);
  assert_next_async (iterator, &result, batch.futures[0]);
  test_thread_join (thread);
  test_complete (batch.futures[3], 0);
  g_assert_true (fut_future_cancel (batch.futures[1]));
  assert_next_async (iterator, &result, batch.futures[3]);
  assert_next_async (iterator, &result, batch.futures[1]);
  assert_next_async (iterator, &result, NULL);
}

static void
test_async_deadline (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  gint64 begin = g_get_monotonic_time ();
  g_autoptr(FutCompletionIterator) iterator =
    fut_as_completed (&future, 1, 10 * G_TIME_SPAN_MILLISECOND);
  g_auto (Result) result = { .context = context };

  fut_completion_iterator_next_async (iterator, NULL, on_next, &result);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_null (result.future);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpstr (result.error->message, ==, "1 (of 1) futures unfinished");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 10 * G_TIME_SPAN_MILLISECOND);
}

static void
test_async_cancelled (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(FutCompletionIterator) iterator = fut_as_completed (&future, 1, -1);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto (Result) result = { .context = context };

  fut_completion_iterator_next_async (iterator, cancellable, on_next, &result);
  g_cancellable_cancel (cancellable);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_null (result.future);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* It handed out nothing, so nothing is lost. */
  test_complete (future, 1);
  assert_next_async (iterator, &result, future);
  assert_next_async (iterator, &result, NULL);
}

/* One wait at a time. */
static void
test_async_while_waiting (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(FutCompletionIterator) iterator = fut_as_completed (&future, 1, -1);
  g_auto (Result) first = { .context = context };
  g_auto (Result) second = { .context = context };

  fut_completion_iterator_next_async (iterator, NULL, on_next, &first);
  fut_completion_iterator_next_async (iterator, NULL, on_next, &second);
  test_iterate_until (context, second.n_ended == 1);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_PENDING);
  test_complete (future, 1);
  test_iterate_until (context, first.n_ended == 1);
  g_assert_true (first.future == future);
}

/* Closed with a wait under way: the wait ends too. */
static void
test_async_closed (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(FutCompletionIterator) iterator = fut_as_completed (&future, 1, -1);
  g_auto (Result) result = { .context = context };

  fut_completion_iterator_next_async (iterator, NULL, on_next, &result);
  fut_completion_iterator_close (iterator);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_null (result.future);
  test_complete (future, 1);
}

static void
test_poll_before_next (void)
{
  g_auto(Batch) batch = { 0 };
  g_autoptr(FutCompletionIterator) iterator = NULL;
  g_autoptr(FutCompletionIterator) late = NULL;

  batch_init (&batch);
  iterator = fut_as_completed (batch.futures, 1, -1);
  late = fut_as_completed (batch.futures, 1, 1);

  g_assert_false (fut_completion_iterator_poll (iterator, 0));
  g_assert_false (fut_completion_iterator_poll (iterator, 1));
  g_assert_true (fut_completion_iterator_poll (late, -1));
  assert_next_fails (late, NULL, G_IO_ERROR_TIMED_OUT, "1 (of 1) futures unfinished");

  fut_future_return_int64 (batch.futures[0], 1);
  g_assert_true (fut_completion_iterator_poll (iterator, 0));
  g_assert_true (fut_completion_iterator_poll (iterator, -1));
  assert_next (iterator, batch.futures[0]);
  g_assert_true (fut_completion_iterator_poll (iterator, 0));
  assert_next (iterator, NULL);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/as-completed/A1/empty", test_empty);
  test_add ("/as-completed/A2/poll-before-next", test_poll_before_next);
  test_add ("/as-completed/A1/order-of-ending", test_order_of_ending);
  test_add ("/as-completed/A1/duplicates", test_duplicates);
  test_add ("/as-completed/A2/deadline", test_deadline);
  test_add ("/as-completed/A2/polls", test_polls);
  test_add ("/as-completed/A2/longest-timeout", test_longest_timeout);
  test_add ("/as-completed/A3/closed", test_closed);
  test_add ("/as-completed/A3/dropped", test_dropped);
  test_add ("/as-completed/cancelled-wait", test_cancelled_wait);
  test_add ("/as-completed/waits-after-a-cancelled-wait", test_waits_after_a_cancelled_wait);
  test_add ("/as-completed/async/each-in-turn", test_async);
  test_add ("/as-completed/async/deadline", test_async_deadline);
  test_add ("/as-completed/async/while-waiting", test_async_while_waiting);
  test_add ("/as-completed/async/closed", test_async_closed);
  test_add ("/as-completed/async/cancelled", test_async_cancelled);
  return g_test_run ();
}
