/* test-bad-input.c: mistakes of the caller: criticals and errors, no crash
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-util.h"

#include <math.h>
#include <string.h>

/* Each call must log exactly one critical of the library. */
#define CRITICAL(statement)               \
  G_STMT_START                            \
  {                                       \
    test_expect_critical ("*");           \
    statement;                            \
    g_test_assert_expected_messages ();   \
  }                                       \
  G_STMT_END

static void
do_nothing (FutFuture *future, GVariant *args, gpointer user_data)
{
}

static void
call_nothing (FutFuture *future, gpointer user_data)
{
}

static void
on_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
run_nothing (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
}

static GVariant *
pull_nothing (gpointer user_data)
{
  return NULL;
}

static void
test_null_future (void)
{
  CRITICAL (fut_future_get_state (NULL));
  CRITICAL (g_assert_false (fut_future_is_done (NULL)));
  CRITICAL (g_assert_false (fut_future_is_running (NULL)));
  CRITICAL (g_assert_false (fut_future_is_cancelled (NULL)));
  CRITICAL (g_assert_false (fut_future_get_can_cancel (NULL)));
  CRITICAL (g_assert_false (fut_future_cancel (NULL)));
  CRITICAL (g_assert_false (fut_future_wait (NULL, -1, NULL, NULL)));
  CRITICAL (fut_future_wait_async (NULL, NULL, on_ready, NULL));
  CRITICAL (g_assert_false (fut_future_wait_finish (NULL, NULL, NULL)));
  CRITICAL (fut_future_add_done_callback (NULL, call_nothing, NULL, NULL));
  CRITICAL (fut_future_add_done_callback_in (NULL, NULL, call_nothing, NULL, NULL));
  CRITICAL (fut_future_get_progress (NULL));
  CRITICAL (fut_future_get_elapsed (NULL));
  CRITICAL (fut_future_get_retry_count (NULL));
  CRITICAL (g_assert_null (fut_future_dup_name (NULL)));
  CRITICAL (g_assert_null (fut_future_dup_status (NULL)));
  CRITICAL (g_assert_null (fut_future_dup_executor (NULL)));
  CRITICAL (g_assert_null (fut_future_get_function (NULL)));
  CRITICAL (g_assert_null (fut_future_dup_args (NULL)));
  CRITICAL (fut_future_get_priority (NULL));
  CRITICAL (g_assert_false (fut_future_run (NULL)));
}

static void
test_null_future_results (void)
{
  CRITICAL (g_assert_null (fut_future_result (NULL, -1, NULL)));
  CRITICAL (g_assert_false (fut_future_result_boolean (NULL, -1, NULL)));
  CRITICAL (g_assert_cmpint (fut_future_result_int64 (NULL, -1, NULL), ==, -1));
  CRITICAL (g_assert_true (isnan (fut_future_result_double (NULL, -1, NULL))));
  CRITICAL (g_assert_null (fut_future_result_string (NULL, -1, NULL)));
  CRITICAL (g_assert_null (fut_future_result_variant (NULL, -1, NULL)));
  CRITICAL (g_assert_null (fut_future_result_bytes (NULL, -1, NULL)));
  CRITICAL (g_assert_null (fut_future_result_object (NULL, -1, NULL)));
  CRITICAL (g_assert_null (fut_future_result_pointer (NULL, -1, NULL)));
  CRITICAL (g_assert_null (fut_future_exception (NULL, -1, NULL)));
  CRITICAL (g_assert_null (fut_future_dup_error (NULL)));
}

static void
test_null_future_producer (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(GError) exception = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");

  CRITICAL (g_assert_false (fut_future_set_running_or_notify_cancel (NULL, NULL)));
  CRITICAL (g_assert_false (fut_future_set_result (NULL, NULL, NULL)));
  CRITICAL (g_assert_false (fut_future_set_exception (NULL, exception, NULL)));
  CRITICAL (g_assert_false (fut_future_set_exception (future, NULL, NULL)));
  CRITICAL (fut_future_return_value (NULL, NULL));
  CRITICAL (fut_future_return_boolean (NULL, TRUE));
  CRITICAL (fut_future_return_int64 (NULL, 1));
  CRITICAL (fut_future_return_double (NULL, 1));
  CRITICAL (fut_future_return_string (NULL, "text"));
  CRITICAL (fut_future_return_pointer (NULL, NULL, NULL));
  CRITICAL (fut_future_return_error (future, NULL));
  CRITICAL (fut_future_return_new_error (NULL, G_IO_ERROR, 0, "no"));
  CRITICAL (fut_future_return_variant (future, NULL));
  CRITICAL (fut_future_return_bytes (future, NULL));
  CRITICAL (g_assert_false (fut_future_return_error_if_cancelled (NULL)));
  CRITICAL (g_assert_null (fut_future_get_cancellable (NULL)));
  CRITICAL (fut_future_set_progress (NULL, 0.5));
  CRITICAL (fut_future_set_status (NULL, "text"));
  CRITICAL (fut_future_add_done_callback (future, NULL, NULL, NULL));
  CRITICAL (fut_future_add_done_callback_in (future, NULL, NULL, NULL, NULL));
  test_assert_state (future, FUT_STATE_PENDING);
}

static void
test_progress_that_is_no_number (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();

  g_assert_true (fut_future_set_running_or_notify_cancel (future, NULL));
  CRITICAL (fut_future_set_progress (future, NAN));
  g_assert_cmpfloat (fut_future_get_progress (future), ==, -1);
}

static void
test_negative_timeouts (void)
{
  static const GTimeSpan timeouts[] = { -2, -1000000, G_MININT64 };
  g_autoptr(FutFuture) future = test_future_done (5);
  g_autoptr(TestContext) context = test_context_push ();

  for (gsize i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      GTimeSpan timeout = timeouts[i];
      g_autoptr(GError) error = NULL;

      CRITICAL (g_assert_false (fut_future_wait (future, timeout, NULL, &error)));
      CRITICAL (g_assert_null (fut_future_result (future, timeout, &error)));
      CRITICAL (g_assert_cmpint (fut_future_result_int64 (future, timeout, &error), ==, -1));
      CRITICAL (g_assert_null (fut_future_exception (future, timeout, &error)));
      CRITICAL (g_assert_false (
        fut_wait (&future, 1, FUT_RETURN_WHEN_ALL_COMPLETED, timeout, NULL, NULL, NULL, &error)));
      CRITICAL (
        fut_wait_async (&future, 1, FUT_RETURN_WHEN_ALL_COMPLETED, timeout, NULL, on_ready, NULL));
      CRITICAL (g_assert_null (fut_as_completed (&future, 1, timeout)));
      g_assert_no_error (error);
    }
}

static void
test_wrong_lists (void)
{
  g_autoptr(FutFuture) future = test_future_done (5);
  FutFuture *with_null[] = { future, NULL };

  CRITICAL (
    g_assert_false (fut_wait (NULL, 2, FUT_RETURN_WHEN_ALL_COMPLETED, 0, NULL, NULL, NULL, NULL)));
  CRITICAL (g_assert_false (
    fut_wait (with_null, 2, FUT_RETURN_WHEN_ALL_COMPLETED, 0, NULL, NULL, NULL, NULL)));
  CRITICAL (fut_wait_async (NULL, 2, FUT_RETURN_WHEN_ALL_COMPLETED, 0, NULL, on_ready, NULL));
  CRITICAL (g_assert_null (fut_as_completed (NULL, 2, -1)));
  CRITICAL (g_assert_null (fut_as_completed (with_null, 2, -1)));
}

static void
test_null_iterators (void)
{
  CRITICAL (g_assert_null (fut_completion_iterator_next (NULL, NULL, NULL)));
  CRITICAL (fut_completion_iterator_next_async (NULL, NULL, on_ready, NULL));
  CRITICAL (fut_completion_iterator_close (NULL));
  CRITICAL (g_assert_null (fut_map_iterator_next (NULL, NULL, NULL)));
  CRITICAL (g_assert_null (fut_map_iterator_next_outcome (NULL, NULL, NULL)));
  CRITICAL (fut_map_iterator_next_async (NULL, NULL, on_ready, NULL));
  CRITICAL (fut_map_iterator_close (NULL));
}

static void
test_null_executor (void)
{
  g_autoptr(GError) cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  g_autoptr(GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  CRITICAL (g_assert_null (fut_executor_submit (NULL, "contract.square", NULL)));
  CRITICAL (g_assert_null (fut_executor_submit_full (NULL, "contract.square", NULL, NULL)));
  CRITICAL (g_assert_null (fut_executor_submit_func (NULL, do_nothing, NULL, NULL)));
  CRITICAL (g_assert_null (fut_executor_submit_func_full (NULL, NULL, do_nothing, NULL, NULL)));
  CRITICAL (g_assert_null (fut_executor_run_task (NULL, task, run_nothing)));
  CRITICAL (g_assert_null (fut_executor_map (NULL, "contract.square", NULL, 0, -1, 1, -1, NULL)));
  CRITICAL (g_assert_null (
    fut_executor_map_pull (NULL, "contract.square", -1, 1, -1, pull_nothing, NULL, NULL, NULL)));
  CRITICAL (fut_executor_shutdown (NULL, TRUE, TRUE));
  CRITICAL (fut_executor_shutdown_async (NULL, TRUE, NULL, on_ready, NULL));
  CRITICAL (fut_executor_get_flags (NULL));
  CRITICAL (g_assert_null (fut_executor_get_name (NULL)));
  CRITICAL (g_assert_cmpuint (fut_executor_get_max_workers (NULL), ==, 0));
  CRITICAL (g_assert_cmpuint (fut_executor_get_n_workers (NULL), ==, 0));
  CRITICAL (g_assert_cmpuint (fut_executor_get_n_pending (NULL), ==, 0));
  CRITICAL (g_assert_cmpuint (fut_executor_get_n_running (NULL), ==, 0));
  CRITICAL (g_assert_null (fut_executor_get_worker_names (NULL)));
  CRITICAL (fut_executor_is_shut_down (NULL));
  CRITICAL (fut_executor_is_broken (NULL));
  CRITICAL (fut_executor_set_broken (NULL, cause));
  CRITICAL (fut_executor_get_report_unread_errors (NULL));
  CRITICAL (fut_executor_set_report_unread_errors (NULL, TRUE));
}

static void
test_null_arguments_of_an_executor (void)
{
  g_autoptr(FutExecutor) pool = fut_thread_pool_executor_new (1);
  g_autoptr(GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  GVariant *inputs[] = { NULL };

  CRITICAL (g_assert_null (fut_executor_submit (pool, NULL, NULL)));
  CRITICAL (g_assert_null (fut_executor_submit (pool, "", NULL)));
  CRITICAL (g_assert_null (fut_executor_submit_func (pool, NULL, NULL, NULL)));
  CRITICAL (g_assert_null (fut_executor_run_task (pool, NULL, run_nothing)));
  CRITICAL (g_assert_null (fut_executor_run_task (pool, task, NULL)));
  CRITICAL (g_assert_null (fut_executor_map (pool, NULL, inputs, 1, -1, 1, -1, NULL)));
  CRITICAL (g_assert_null (fut_executor_map (pool, "contract.square", NULL, 1, -1, 1, -1, NULL)));
  CRITICAL (g_assert_null (fut_executor_map (pool, "contract.square", NULL, 0, -2, 1, -1, NULL)));
  CRITICAL (
    g_assert_null (fut_executor_map_pull (pool, NULL, -1, 1, -1, pull_nothing, NULL, NULL, NULL)));
  CRITICAL (g_assert_null (
    fut_executor_map_pull (pool, "contract.square", -1, 1, -1, NULL, NULL, NULL, NULL)));
  CRITICAL (fut_executor_set_broken (pool, NULL));
  CRITICAL (g_assert_null (fut_thread_pool_executor_dup_thread_name_prefix (NULL)));
  CRITICAL (fut_thread_pool_executor_set_thread_name_prefix (NULL, "name"));
  CRITICAL (fut_thread_pool_executor_set_initializer (NULL, NULL, NULL, NULL));
  g_assert_cmpuint (fut_executor_get_n_pending (pool), ==, 0);
}

static void
test_null_options_and_functions (void)
{
  CRITICAL (fut_submit_options_get_name (NULL));
  CRITICAL (fut_submit_options_set_name (NULL, "name"));
  CRITICAL (fut_submit_options_get_priority (NULL));
  CRITICAL (fut_submit_options_set_priority (NULL, 1));
  CRITICAL (fut_submit_options_get_queue_timeout (NULL));
  CRITICAL (fut_submit_options_set_queue_timeout (NULL, 1));
  CRITICAL (fut_submit_options_get_run_timeout (NULL));
  CRITICAL (fut_submit_options_set_run_timeout (NULL, 1));
  CRITICAL (fut_submit_options_get_cancellable (NULL));
  CRITICAL (fut_submit_options_set_cancellable (NULL, NULL));
  CRITICAL (fut_submit_options_get_max_retries (NULL));
  CRITICAL (fut_submit_options_set_max_retries (NULL, 1));
  CRITICAL (fut_submit_options_get_idempotent (NULL));
  CRITICAL (fut_submit_options_set_idempotent (NULL, TRUE));
  CRITICAL (fut_function_register (NULL, do_nothing, NULL, NULL));
  CRITICAL (fut_function_register ("", do_nothing, NULL, NULL));
  CRITICAL (fut_function_register ("name", NULL, NULL, NULL));
  CRITICAL (g_assert_false (fut_function_unregister (NULL)));
}

/* --- what a task may get wrong --- */

static void
return_twice (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_string (future, "first");
  fut_future_return_string (future, "second");
}

static void
test_task_that_returns_twice (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(FutExecutor) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) future = NULL;
  g_autofree char *value = NULL;

  fut_submit_options_set_name (options, "the-hasty-one");
  future = fut_executor_submit_func_full (pool, options, return_twice, NULL, NULL);
  value = fut_future_result_string (future, -1, NULL);
  g_assert_cmpstr (value, ==, "first");
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_cmpuint (test_log_count (log, "*the-hasty-one*"), ==, 1);
}

static void
test_task_that_returns_never (void)
{
  g_autoptr(FutExecutor) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(TestValue) value = fut_future_result (future, -1, &error);

  g_assert_null (value);
  g_assert_no_error (error);
  fut_executor_shutdown (pool, TRUE, FALSE);
}

/* --- what the public surface shows --- */

static void
test_enumerations (void)
{
  static const struct
  {
    GType (*get_type) (void);
    const char *nick;
    int         value;
  } cases[] = {
    { fut_state_get_type, "pending", FUT_STATE_PENDING },
    { fut_state_get_type, "running", FUT_STATE_RUNNING },
    { fut_state_get_type, "cancelled", FUT_STATE_CANCELLED },
    { fut_state_get_type, "finished", FUT_STATE_FINISHED },
    { fut_return_when_get_type, "all-completed", FUT_RETURN_WHEN_ALL_COMPLETED },
    { fut_return_when_get_type, "first-completed", FUT_RETURN_WHEN_FIRST_COMPLETED },
    { fut_return_when_get_type, "first-exception", FUT_RETURN_WHEN_FIRST_EXCEPTION },
    { fut_error_get_type, "timed-out", FUT_ERROR_TIMED_OUT },
    { fut_error_get_type, "shut-down", FUT_ERROR_SHUT_DOWN },
    { fut_error_get_type, "broken", FUT_ERROR_BROKEN },
    { fut_error_get_type, "worker-lost", FUT_ERROR_WORKER_LOST },
    { fut_error_get_type, "invalid-state", FUT_ERROR_INVALID_STATE },
    { fut_error_get_type, "function-not-found", FUT_ERROR_FUNCTION_NOT_FOUND },
    { fut_error_get_type, "type-mismatch", FUT_ERROR_TYPE_MISMATCH },
    { fut_error_get_type, "would-deadlock", FUT_ERROR_WOULD_DEADLOCK },
    { fut_error_get_type, "too-large", FUT_ERROR_TOO_LARGE },
    { fut_error_get_type, "protocol", FUT_ERROR_PROTOCOL },
    { fut_error_get_type, "remote", FUT_ERROR_REMOTE },
  };
  g_autoptr(GFlagsClass) flags = g_type_class_ref (FUT_TYPE_EXECUTOR_FLAGS);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GEnumClass) enumeration = g_type_class_ref (cases[i].get_type ());
      GEnumValue *value = g_enum_get_value_by_nick (enumeration, cases[i].nick);

      g_assert_nonnull (value);
      g_assert_cmpint (value->value, ==, cases[i].value);
    }
  g_assert_cmphex (g_flags_get_value_by_nick (flags, "closures")->value, ==,
                   FUT_EXECUTOR_FLAGS_CLOSURES);
  g_assert_cmphex (g_flags_get_value_by_nick (flags, "exact-cancel")->value, ==,
                   FUT_EXECUTOR_FLAGS_EXACT_CANCEL);
  g_assert_cmpstr (g_quark_to_string (FUT_ERROR), ==, "fut-error-quark");
}

static void
test_types (void)
{
  g_assert_true (G_TYPE_IS_ABSTRACT (FUT_TYPE_EXECUTOR));
  g_assert_true (g_type_is_a (FUT_TYPE_THREAD_POOL_EXECUTOR, FUT_TYPE_EXECUTOR));
  g_assert_true (G_TYPE_IS_FINAL (FUT_TYPE_FUTURE));
  g_assert_true (G_TYPE_IS_FINAL (FUT_TYPE_THREAD_POOL_EXECUTOR));
  g_assert_true (G_TYPE_IS_FINAL (FUT_TYPE_SUBMIT_OPTIONS));
  g_assert_true (G_TYPE_IS_FINAL (FUT_TYPE_COMPLETION_ITERATOR));
  g_assert_true (G_TYPE_IS_FINAL (FUT_TYPE_MAP_ITERATOR));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/bad-input/null/future", test_null_future);
  test_add ("/bad-input/null/future-results", test_null_future_results);
  test_add ("/bad-input/null/future-producer", test_null_future_producer);
  test_add ("/bad-input/null/iterators", test_null_iterators);
  test_add ("/bad-input/null/executor", test_null_executor);
  test_add ("/bad-input/null/arguments-of-an-executor", test_null_arguments_of_an_executor);
  test_add ("/bad-input/null/options-and-functions", test_null_options_and_functions);
  test_add ("/bad-input/progress-that-is-no-number", test_progress_that_is_no_number);
  test_add ("/bad-input/negative-timeouts", test_negative_timeouts);
  test_add ("/bad-input/wrong-lists", test_wrong_lists);
  test_add ("/bad-input/task/returns-twice", test_task_that_returns_twice);
  test_add ("/bad-input/task/returns-never", test_task_that_returns_never);
  test_add ("/api/enumerations", test_enumerations);
  test_add ("/api/types", test_types);
  return g_test_run ();
}
