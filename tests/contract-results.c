/* contract-results.c: the contract's rows F5 to F8, F16 and F17: results, errors and their types
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

#include <string.h>

#define N_WAITERS 8

static gpointer
read_a_value (gpointer data)
{
  test_assert_int64 (data, 5);
  return NULL;
}

static gpointer
read_an_error (gpointer data)
{
  test_assert_error (data, G_IO_ERROR, G_IO_ERROR_EXISTS, "it was there");
  return NULL;
}

static gpointer
read_a_cancellation (gpointer data)
{
  test_assert_error (data, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  return NULL;
}

static void
start_waiters (TestThread **threads, GThreadFunc func, FutFuture *future)
{
  for (guint i = 0; i < N_WAITERS; i++)
    threads[i] = test_thread_new (func, future);
  for (guint i = 0; i < N_WAITERS; i++)
    test_thread_await_blocked (threads[i]);
}

static void
join_waiters (TestThread **threads)
{
  for (guint i = 0; i < N_WAITERS; i++)
    test_thread_join (threads[i]);
}

static void
test_value_for_every_waiter (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_start_gate (executor, room, 5);
  TestThread *threads[N_WAITERS];

  start_waiters (threads, read_a_value, future);
  contract_room_open (room, 1);
  join_waiters (threads);
  for (guint i = 0; i < 3; i++)
    test_assert_int64 (future, 5);
}

static void
test_error_for_every_waiter (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 0);
  g_autoptr(FutFuture) future = contract_fail (executor, "it was there");
  TestThread *threads[N_WAITERS];

  start_waiters (threads, read_an_error, future);
  contract_room_open (room, 1);
  join_waiters (threads);
  for (guint i = 0; i < 3; i++)
    test_assert_error (future, G_IO_ERROR, G_IO_ERROR_EXISTS, "it was there");
}

static void
test_values_come_back_whole (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(GVariant) value = g_variant_ref_sink (g_variant_new_parsed (
    "{'list': <[1, 2, 3]>, 'text': <'äöü'>, 'nested': <(1.5, true, [<'x'>])>}"));
  g_autoptr(FutFuture) future =
    fut_executor_submit (executor, "contract.echo", g_variant_new_variant (value));
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) returned = fut_future_result_variant (future, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpvariant (returned, value);
}

static void
test_zero_polls (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_start_gate (executor, room, 5);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (fut_future_result_int64 (future, 0, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  contract_room_open (room, 1);
  test_assert_int64 (future, 5);

  g_clear_error (&error);
  g_assert_cmpint (fut_future_result_int64 (future, 0, &error), ==, 5);
  g_assert_no_error (error);
}

static void
test_deadline_leaves_the_task_alone (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.polite-gate", 5);
  GTimeSpan timeout = 10 * G_TIME_SPAN_MILLISECOND;
  gint64 begin;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (contract_room_next (room), ==, 5);
  begin = g_get_monotonic_time ();
  g_assert_cmpint (fut_future_result_int64 (future, timeout, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, timeout);

  g_clear_error (&error);
  g_assert_false (fut_future_wait (future, timeout, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

  /* It was not asked to stop, and ends as if nobody had waited. */
  test_assert_state (future, FUT_STATE_RUNNING);
  contract_room_open (room, 1);
  test_assert_int64 (future, 5);
}

static void
test_longest_timeout (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_square (executor, 3);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (fut_future_result_int64 (future, G_MAXINT64, &error), ==, 9);
  g_assert_no_error (error);
}

static void
test_cancelled_before_the_wait (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.record", 2);
  g_autoptr(GError) error = NULL;

  g_assert_true (fut_future_cancel (future));
  g_assert_null (fut_future_result (future, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  read_a_cancellation (future);
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

static void
test_cancelled_during_the_wait (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.record", 2);
  TestThread *threads[N_WAITERS];

  start_waiters (threads, read_a_cancellation, future);
  g_assert_true (fut_future_cancel (future));
  join_waiters (threads);
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

static void
test_exception (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) good = contract_square (executor, 2);
  g_autoptr(FutFuture) bad = contract_fail (executor, "no luck");
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) copy = NULL;

  g_assert_null (fut_future_exception (good, -1, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(GError) exception = fut_future_exception (bad, -1, &error);

      g_assert_no_error (error);
      g_assert_error (exception, G_IO_ERROR, G_IO_ERROR_EXISTS);
      g_assert_cmpstr (exception->message, ==, "no luck");
    }
  copy = fut_future_dup_error (bad);
  g_assert_error (copy, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_null (fut_future_dup_error (good));
}

static void
test_exception_of_unfinished (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) pending = contract_submit (executor, room, "contract.record", 2);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) copy = NULL;

  g_assert_null (fut_future_exception (busy, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_null (fut_future_dup_error (busy));

  g_clear_error (&error);
  g_assert_true (fut_future_cancel (pending));
  g_assert_null (fut_future_exception (pending, -1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  copy = fut_future_dup_error (pending);
  g_assert_error (copy, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

/* --- F16 --- */

static FutFuture *
fail_as (FutExecutor *executor, const char *name, const char *message)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

  fut_submit_options_set_name (options, name);
  return fut_executor_submit_full (
    executor, "contract.fail",
    g_variant_new ("(sis)", g_quark_to_string (G_IO_ERROR), G_IO_ERROR_EXISTS, message), options);
}

static void
fail_unread (FutExecutor *executor, const char *name, const char *message)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  FutFuture *future = fail_as (executor, name, message);

  test_tracker_add (tracker, future);
  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  g_object_unref (future);
  test_tracker_await_live (tracker, 0);
}

static void
test_unread_error_reported (const ContractSubject *subject)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);

  g_assert_true (fut_executor_get_report_unread_errors (executor));
  fail_unread (executor, "the-unread-one", "nobody-looked");
  test_log_await (log, "*the-unread-one*nobody-looked*");
}

static void
test_reports_are_limited (const ContractSubject *subject)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  guint n_reports;

  for (guint i = 0; i < 500; i++)
    fail_unread (executor, "one-of-many", "nobody-looked");
  test_log_await (log, "*one-of-many*");
  n_reports = test_log_count (log, "*one-of-many*");
  g_assert_cmpuint (n_reports, >=, 1);
  g_assert_cmpuint (n_reports, <=, 50);
}

static void
read_by_result (FutFuture *future)
{
  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_EXISTS, "seen");
}

static void
read_by_exception (FutFuture *future)
{
  g_autoptr(GError) exception = fut_future_exception (future, -1, NULL);

  g_assert_nonnull (exception);
}

static void
read_by_dup_error (FutFuture *future)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  error = fut_future_dup_error (future);
  g_assert_nonnull (error);
}

static void
read_by_callback (FutFuture *future)
{
  g_autoptr(TestLatch) called = test_latch_new ();

  fut_future_add_done_callback (future, test_latch_raise_for_future, called, NULL);
  test_latch_await (called, 1);
}

static void
test_read_error_not_reported (const ContractSubject *subject)
{
  static void (*const readers[]) (FutFuture *) = { read_by_result, read_by_exception,
                                                   read_by_dup_error, read_by_callback };
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);

  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      g_autoptr(FutFuture) future = fail_as (executor, "read", "seen");

      test_tracker_add (tracker, future);
      readers[i] (future);
    }
  test_tracker_await_live (tracker, 0);

  /* The first report of this executor is about the one that was not read. */
  fail_unread (executor, "unread", "unseen");
  test_log_await (log, "*unseen*");
  g_assert_cmpuint (test_log_count (log, "*seen*"), ==, 1);
}

static void
test_reports_can_be_off (const ContractSubject *subject)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);

  fut_executor_set_report_unread_errors (executor, FALSE);
  g_assert_false (fut_executor_get_report_unread_errors (executor));
  fail_unread (executor, "quiet", "nobody-asked");
  fut_executor_set_report_unread_errors (executor, TRUE);
  fail_unread (executor, "loud", "somebody-asked");
  test_log_await (log, "*somebody-asked*");
  g_assert_cmpuint (test_log_count (log, "*nobody-asked*"), ==, 0);
}

/* --- F17 --- */

static void
test_type_mismatch (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) number = contract_square (executor, 3);
  g_autoptr(FutFuture) text =
    fut_executor_submit (executor, "contract.typed", g_variant_new_string ("string"));
  g_autoptr(GError) error = NULL;

  g_assert_null (fut_future_result_string (number, -1, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_TYPE_MISMATCH);
  g_clear_error (&error);
  g_assert_cmpint (fut_future_result_int64 (text, -1, &error), ==, -1);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_TYPE_MISMATCH);

  /* The value is still there for who asks for the right one. */
  test_assert_int64 (number, 9);
}

static void
test_values_of_every_type (const ContractSubject *subject)
{
  static const struct
  {
    const char *kind;
    const char *printed;
  } kinds[] = {
    { "boolean", "true" },     { "int64", "int64 9223372036854775807" },
    { "double", "0.5" },       { "string", "'text'" },
    { "variant", "(1, 2)" },   { "bytes", "[byte 0x62, 0x79, 0x74, 0x65, 0x73]" },
  };
  g_autoptr(ContractExecutor) executor = subject->create (1);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(FutFuture) future =
        fut_executor_submit (executor, "contract.typed", g_variant_new_string (kinds[i].kind));
      g_autoptr(GVariant) expected = g_variant_ref_sink (g_variant_new_parsed (kinds[i].printed));
      g_autoptr(GVariant) value = NULL;

      switch (kinds[i].kind[0])
        {
        case 'i':
          value = g_variant_new_int64 (fut_future_result_int64 (future, -1, NULL));
          break;
        case 'd':
          value = g_variant_new_double (fut_future_result_double (future, -1, NULL));
          break;
        case 's':
          value = g_variant_new_take_string (fut_future_result_string (future, -1, NULL));
          break;
        case 'v':
          value = fut_future_result_variant (future, -1, NULL);
          break;
        default:
          if (g_str_equal (kinds[i].kind, "bytes"))
            {
              g_autoptr(GBytes) bytes = fut_future_result_bytes (future, -1, NULL);

              value = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
            }
          else
            value = g_variant_new_boolean (fut_future_result_boolean (future, -1, NULL));
          break;
        }
      g_variant_take_ref (value);
      g_assert_cmpvariant (value, expected);
    }
}

static void
test_first_return_stands (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = fut_executor_submit (
    executor, "contract.twice", g_variant_new_string (contract_room_get_path (room)));
  g_autofree char *critical = contract_room_next_text (room);

  g_assert_nonnull (strstr (critical, "contract.twice"));
  test_assert_int64 (future, 1);
}

static void
test_no_value (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = fut_executor_submit (executor, "contract.nothing", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (fut_future_result (future, -1, &error));
  g_assert_no_error (error);
  test_assert_state (future, FUT_STATE_FINISHED);
  g_assert_cmpint (fut_future_result_int64 (future, -1, &error), ==, -1);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_TYPE_MISMATCH);
}

const ContractTest contract_result_tests[] = {
  { "F5", "value-for-every-waiter", 0, 0, test_value_for_every_waiter },
  { "F5", "error-for-every-waiter", 0, 0, test_error_for_every_waiter },
  { "F5", "values-come-back-whole", 0, 0, test_values_come_back_whole },
  { "F6", "zero-polls", 0, 0, test_zero_polls },
  { "F6", "deadline-leaves-the-task-alone", 0, 0, test_deadline_leaves_the_task_alone },
  { "F6", "longest-timeout", 0, 0, test_longest_timeout },
  { "F7", "cancelled-before-the-wait", 0, 0, test_cancelled_before_the_wait },
  { "F7", "cancelled-during-the-wait", 0, 0, test_cancelled_during_the_wait },
  { "F8", "exception", 0, 0, test_exception },
  { "F8", "exception-of-unfinished", 0, 0, test_exception_of_unfinished },
  { "F16", "unread-error-reported", 0, 0, test_unread_error_reported },
  { "F16", "reports-are-limited", 0, 0, test_reports_are_limited },
  { "F16", "read-error-not-reported", 0, 0, test_read_error_not_reported },
  { "F16", "reports-can-be-off", 0, 0, test_reports_can_be_off },
  { "F17", "type-mismatch", 0, 0, test_type_mismatch },
  { "F17", "values-of-every-type", 0, 0, test_values_of_every_type },
  { "F17", "first-return-stands", 0, 0, test_first_return_stands },
  { "F17", "no-value", 0, 0, test_no_value },
  { NULL },
};
