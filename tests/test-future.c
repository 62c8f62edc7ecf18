/* test-future.c: futures made by hand: states, results, callbacks
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

static void
begin (FutFuture *future)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (fut_future_set_running_or_notify_cancel (future, &error));
  g_assert_no_error (error);
}

static void
fail (FutFuture *future, const char *message)
{
  g_autoptr(GError) exception = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, message);
  g_autoptr(GError) error = NULL;

  g_assert_true (fut_future_set_exception (future, exception, &error));
  g_assert_no_error (error);
}

/* --- F1 --- */

static void
test_pending_running_finished (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();

  test_assert_state (future, FUT_STATE_PENDING);
  begin (future);
  test_assert_state (future, FUT_STATE_RUNNING);
  test_complete (future, 1);
  test_assert_state (future, FUT_STATE_FINISHED);
}

static void
test_pending_finished (void)
{
  g_autoptr(FutFuture) good = fut_future_new ();
  g_autoptr(FutFuture) bad = fut_future_new ();
  g_autoptr(FutFuture) returned = fut_future_new ();

  test_complete (good, 1);
  test_assert_state (good, FUT_STATE_FINISHED);
  fail (bad, "no");
  test_assert_state (bad, FUT_STATE_FINISHED);
  fut_future_return_int64 (returned, 3);
  test_assert_state (returned, FUT_STATE_FINISHED);
  test_assert_int64 (returned, 3);
}

static void
test_no_other_edge (void)
{
  static const FutState ends[] = { FUT_STATE_CANCELLED, FUT_STATE_FINISHED };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr(FutFuture) future = fut_future_new ();
      g_autoptr(GError) exception = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "no");
      g_autoptr(GError) error = NULL;

      if (ends[i] == FUT_STATE_CANCELLED)
        g_assert_true (fut_future_cancel (future));
      else
        test_complete (future, 7);

      fut_future_cancel (future);
      fut_future_set_running_or_notify_cancel (future, NULL);
      g_assert_false (fut_future_set_exception (future, exception, &error));
      g_assert_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE);
      test_assert_state (future, ends[i]);
    }
}

static void
test_initial_properties (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autofree char *status = NULL;
  g_autofree char *name = NULL;
  gboolean can_cancel;
  double progress;

  g_object_get (future, "progress", &progress, "status", &status, "name", &name, "can-cancel",
                &can_cancel, NULL);
  g_assert_cmpfloat (progress, ==, -1);
  g_assert_null (status);
  g_assert_null (name);
  g_assert_true (can_cancel);
  g_assert_null (fut_future_dup_executor (future));
  g_assert_null (fut_future_get_function (future));
  g_assert_null (fut_future_dup_args (future));
  g_assert_null (fut_future_dup_error (future));
  g_assert_cmpint (fut_future_get_priority (future), ==, 0);
  g_assert_cmpuint (fut_future_get_retry_count (future), ==, 0);
}

/* --- F2, F3 --- */

static void
test_cancel_pending (void)
{
  g_autoptr(TestLatch) called = test_latch_new ();
  g_autoptr(FutFuture) future = fut_future_new ();

  fut_future_add_done_callback (future, test_latch_raise_for_future, called, NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (fut_future_cancel (future));
      g_assert_cmpuint (test_latch_peek (called), ==, 1);
      test_assert_state (future, FUT_STATE_CANCELLED);
    }
  g_assert_false (fut_future_get_can_cancel (future));
}

static void
test_cancel_fails_once_running (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();

  begin (future);
  g_assert_false (fut_future_cancel (future));
  test_assert_state (future, FUT_STATE_RUNNING);
  test_complete (future, 1);
  g_assert_false (fut_future_cancel (future));
  test_assert_int64 (future, 1);
}

static void
test_cancel_asks_a_running_one_to_stop (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  GCancellable *cancellable;

  begin (future);
  cancellable = fut_future_get_cancellable (future);
  g_assert_false (g_cancellable_is_cancelled (cancellable));
  g_assert_false (fut_future_return_error_if_cancelled (future));
  g_assert_true (fut_future_get_can_cancel (future));

  g_assert_false (fut_future_cancel (future));
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  g_assert_false (fut_future_get_can_cancel (future));
  g_assert_true (fut_future_return_error_if_cancelled (future));
  test_assert_state (future, FUT_STATE_FINISHED);
  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
}

/* The request was made before anybody asked for the cancellable. */
static void
test_cancellable_asked_for_late (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();

  begin (future);
  g_assert_false (fut_future_cancel (future));
  g_assert_true (g_cancellable_is_cancelled (fut_future_get_cancellable (future)));
  fut_future_return_int64 (future, 4);
  test_assert_int64 (future, 4);
}

static void
on_cancelled_drop (GCancellable *cancellable, gpointer user_data)
{
  g_clear_object ((FutFuture **) user_data);
}

/* g_cancellable_disconnect() inside the handler would deadlock. */
static void
test_dropped_inside_cancelled (void)
{
  FutFuture *future = fut_future_new ();
  FutFuture *dropped = g_object_ref (future);
  g_autoptr(GCancellable) cancellable = NULL;

  begin (future);
  cancellable = g_object_ref (fut_future_get_cancellable (future));
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled_drop), &dropped);
  g_assert_false (fut_future_cancel (future));
  g_assert_null (dropped);
  fut_future_return_int64 (future, 1);
  g_object_unref (future);
}

/* --- F5 to F8 --- */

static void
test_timeouts (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  gint64 begin_time = g_get_monotonic_time ();
  g_autoptr(GError) error = NULL;

  g_assert_null (fut_future_result (future, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_false (fut_future_wait (future, 5 * G_TIME_SPAN_MILLISECOND, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin_time, >=, 5 * G_TIME_SPAN_MILLISECOND);
  test_assert_state (future, FUT_STATE_PENDING);

  g_clear_error (&error);
  test_complete (future, 3);
  g_assert_true (fut_future_wait (future, 0, NULL, &error));
  g_assert_cmpint (fut_future_result_int64 (future, 0, &error), ==, 3);
  g_assert_cmpint (fut_future_result_int64 (future, G_MAXINT64, &error), ==, 3);
  g_assert_cmpint (fut_future_result_int64 (future, -1, &error), ==, 3);
  g_assert_no_error (error);
}

static gpointer
read_three (gpointer data)
{
  test_assert_int64 (data, 3);
  return NULL;
}

static gpointer
read_three_with_the_longest_timeout (gpointer data)
{
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (fut_future_result_int64 (data, G_MAXINT64, &error), ==, 3);
  g_assert_no_error (error);
  g_assert_cmpint (fut_future_result_int64 (data, G_MAXINT64 - 1, &error), ==, 3);
  g_assert_no_error (error);
  return NULL;
}

static void
test_every_waiter_wakes (void)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr(FutFuture) future = fut_future_new ();
      TestThread *threads[8];

      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] =
          test_thread_new (i % 2 == 0 ? read_three : read_three_with_the_longest_timeout, future);
      for (guint i = 0; i < G_N_ELEMENTS (threads) && round % 2 == 0; i++)
        test_thread_await_blocked (threads[i]);
      test_complete (future, 3);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        test_thread_join (threads[i]);
    }
}

typedef struct
{
  FutFuture    *future;
  GCancellable *cancellable;
} Wait;

static gpointer
wait_until_told_otherwise (gpointer data)
{
  Wait *wait = data;
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_future_wait (wait->future, -1, wait->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return NULL;
}

/* Cancelling a wait is not cancelling the future. */
static void
test_wait_can_be_cancelled (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Wait wait = { future, cancellable };
  TestThread *waiter = test_thread_new (wait_until_told_otherwise, &wait);

  test_thread_await_blocked (waiter);
  g_cancellable_cancel (cancellable);
  test_thread_join (waiter);
  test_assert_state (future, FUT_STATE_PENDING);

  /* And before it begins; but what is done is done. */
  wait_until_told_otherwise (&wait);
  test_complete (future, 3);
  test_assert_int64 (future, 3);
}

static void
test_result_of_cancelled (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(GError) error = NULL;

  g_assert_true (fut_future_cancel (future));
  g_assert_true (fut_future_wait (future, -1, NULL, &error));
  g_assert_no_error (error);
  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  g_assert_null (fut_future_exception (future, -1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_errors_are_copies (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(GError) first = NULL;
  g_autoptr(GError) second = NULL;

  fail (future, "same");
  first = fut_future_exception (future, -1, NULL);
  second = fut_future_dup_error (future);
  g_assert_true (first != second);
  g_assert_error (first, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_error (second, G_IO_ERROR, G_IO_ERROR_BUSY);
  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_BUSY, "same");
}

static void
test_returned_errors (void)
{
  g_autoptr(FutFuture) given = fut_future_new ();
  g_autoptr(FutFuture) made = fut_future_new ();

  fut_future_return_error (given, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "given"));
  test_assert_error (given, G_IO_ERROR, G_IO_ERROR_BUSY, "given");
  fut_future_return_new_error (made, G_IO_ERROR, G_IO_ERROR_BUSY, "%s %d", "made", 5);
  test_assert_error (made, G_IO_ERROR, G_IO_ERROR_BUSY, "made 5");
}

static void
test_elapsed (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  GTimeSpan at_end;

  g_assert_cmpint (fut_future_get_elapsed (future), ==, 0);
  begin (future);
  test_yield_until (fut_future_get_elapsed (future) > 0);
  test_complete (future, 1);
  at_end = fut_future_get_elapsed (future);
  g_assert_cmpint (at_end, >, 0);
  g_assert_cmpint (fut_future_get_elapsed (future), ==, at_end);
}

/* --- F11, F12 --- */

static void
test_claim (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(FutFuture) cancelled = fut_future_new ();
  g_autoptr(GError) error = NULL;

  begin (future);
  g_assert_false (fut_future_set_running_or_notify_cancel (future, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE);
  test_assert_state (future, FUT_STATE_RUNNING);
  g_clear_error (&error);
  test_complete (future, 1);
  g_assert_false (fut_future_set_running_or_notify_cancel (future, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE);

  g_clear_error (&error);
  g_assert_true (fut_future_cancel (cancelled));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (fut_future_set_running_or_notify_cancel (cancelled, &error));
      g_assert_no_error (error);
    }
}

static void
test_first_outcome_stands (void)
{
  g_autoptr(FutFuture) good = fut_future_new ();
  g_autoptr(FutFuture) bad = fut_future_new ();
  g_autoptr(GError) exception = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_EXISTS, "late");
  g_autoptr(GError) error = NULL;
  g_auto(GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  test_complete (good, 5);
  g_assert_false (fut_future_set_result (good, &value, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE);
  g_clear_error (&error);
  g_assert_false (fut_future_set_exception (good, exception, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE);
  test_assert_int64 (good, 5);

  g_clear_error (&error);
  fail (bad, "first");
  g_assert_false (fut_future_set_result (bad, &value, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE);
  test_assert_error (bad, G_IO_ERROR, G_IO_ERROR_BUSY, "first");
}

/* --- F17 --- */

static void
test_returns_twice (void)
{
  g_autoptr(TestLatch) freed = test_latch_new ();
  g_autoptr(FutFuture) future = fut_future_new ();

  begin (future);
  fut_future_return_int64 (future, 1);
  test_expect_critical ("*");
  fut_future_return_int64 (future, 2);
  g_test_assert_expected_messages ();
  test_expect_critical ("*");
  fut_future_return_new_error (future, G_IO_ERROR, G_IO_ERROR_FAILED, "three");
  g_test_assert_expected_messages ();

  /* What it does not keep it frees. */
  test_expect_critical ("*");
  fut_future_return_pointer (future, freed, test_latch_raise_cb);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (test_latch_peek (freed), ==, 1);
  test_assert_int64 (future, 1);
}

static void
test_value_for_a_cancelled_one (void)
{
  g_autoptr(TestLatch) freed = test_latch_new ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(TestLog) log = test_log_new ();

  g_assert_true (fut_future_cancel (future));
  fut_future_return_pointer (future, freed, test_latch_raise_cb);
  g_assert_cmpuint (test_latch_peek (freed), ==, 1);
  test_assert_state (future, FUT_STATE_CANCELLED);
  test_log_count (log, "*");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/future/F1/pending-running-finished", test_pending_running_finished);
  test_add ("/future/F1/pending-finished", test_pending_finished);
  test_add ("/future/F1/no-other-edge", test_no_other_edge);
  test_add ("/future/properties/initial", test_initial_properties);
  test_add ("/future/F2/cancel-pending", test_cancel_pending);
  test_add ("/future/F2/cancel-fails-once-running", test_cancel_fails_once_running);
  test_add ("/future/F3/cancel-asks-a-running-one-to-stop", test_cancel_asks_a_running_one_to_stop);
  test_add ("/future/F3/cancellable-asked-for-late", test_cancellable_asked_for_late);
  test_add ("/future/F3/dropped-inside-cancelled", test_dropped_inside_cancelled);
  test_add ("/future/F5/every-waiter-wakes", test_every_waiter_wakes);
  test_add ("/future/F6/timeouts", test_timeouts);
  test_add ("/future/F6/wait-can-be-cancelled", test_wait_can_be_cancelled);
  test_add ("/future/F7/result-of-cancelled", test_result_of_cancelled);
  test_add ("/future/F8/errors-are-copies", test_errors_are_copies);
  test_add ("/future/F8/returned-errors", test_returned_errors);
  test_add ("/future/elapsed", test_elapsed);
  test_add ("/future/F11/claim", test_claim);
  test_add ("/future/F12/first-outcome-stands", test_first_outcome_stands);
  test_add ("/future/F17/returns-twice", test_returns_twice);
  test_add ("/future/F17/value-for-a-cancelled-one", test_value_for_a_cancelled_one);
  return g_test_run ();
}
