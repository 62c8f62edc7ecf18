/* test-run-task.c: a GTask and its thread function, run by an executor
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"
#include "test-util.h"

typedef struct
{
  GMainContext *context;
  guint         n_called;
  gssize        value;
  GError       *error;
} Result;

static void
result_clear (Result *result)
{
  g_clear_error (&result->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static void
on_task (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  Result *result = user_data;

  g_assert_true (g_main_context_is_owner (result->context));
  g_assert_true (g_task_is_valid (async_result, source));
  result->value = g_task_propagate_int (G_TASK (async_result), &result->error);
  result->n_called++;
}

/* Expects what g_task_run_in_thread() would give it. */
static void
double_in_thread (GTask *task, gpointer source_object, gpointer task_data,
                  GCancellable *cancellable)
{
  g_assert_true (source_object == g_task_get_source_object (task));
  g_assert_true (G_IS_CANCELLABLE (cancellable));
  g_task_return_int (task, 2 * GPOINTER_TO_INT (task_data));
}

static void
test_returns_in_its_own_context (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GObject) source = g_object_new (G_TYPE_OBJECT, NULL);
  g_auto (Result) result = { .context = context };
  g_autoptr(GTask) task = g_task_new (source, NULL, on_task, &result);
  g_autoptr(FutFuture) future = NULL;
  g_autoptr(TestValue) value = NULL;
  g_autoptr(GError) error = NULL;

  g_task_set_task_data (task, GINT_TO_POINTER (21), NULL);
  future = fut_executor_run_task (pool, task, double_in_thread);
  value = fut_future_result (future, -1, &error);
  g_assert_no_error (error);
  g_assert_null (value);
  g_assert_cmpuint (result.n_called, ==, 0);
  test_iterate_until (context, result.n_called == 1);
  g_assert_no_error (result.error);
  g_assert_cmpint (result.value, ==, 42);
  g_assert_true (g_task_get_completed (task));
}

static void
fail_in_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
}

static void
test_future_may_be_dropped (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Result) result = { .context = context };
  GTask *task = g_task_new (NULL, NULL, on_task, &result);

  test_tracker_add (tracker, task);
  g_object_unref (fut_executor_run_task (pool, task, fail_in_thread));
  g_object_unref (task);
  test_iterate_until (context, result.n_called == 1);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  test_iterate_until (context, test_tracker_n_live (tracker) == 0);
}

typedef struct
{
  TestLatch *returned;      /* the task has returned, and goes on */
  TestLatch *dropped;       /* the loop has dropped what it had of it */
  GThread   *dropper;       /* of the source object and the task's data */
} Straggler;

static void
note_dropper (gpointer user_data)
{
  Straggler *straggler = user_data;

  straggler->dropper = g_thread_self ();
}

static void
return_and_go_on (GTask *task, gpointer source_object, gpointer task_data,
                  GCancellable *cancellable)
{
  Straggler *straggler = task_data;

  g_task_return_int (task, 0);
  test_latch_raise (straggler->returned);
  test_latch_await (straggler->dropped, 1);
}

/* As with g_task_run_in_thread(): what belongs to the task goes in its own context, not in the
 * worker, whoever is last.
 */
static void
test_task_goes_in_its_own_context (void)
{
  g_autoptr(TestLatch) returned = test_latch_new ();
  g_autoptr(TestLatch) dropped = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  Straggler straggler = { returned, dropped, NULL };
  g_auto(Result) result = { .context = context };
  GTask *task = g_task_new (NULL, NULL, on_task, &result);

  g_task_set_task_data (task, &straggler, note_dropper);
  g_object_unref (fut_executor_run_task (pool, task, return_and_go_on));
  g_object_unref (task);
  test_latch_await (returned, 1);
  test_iterate_until (context, result.n_called == 1);
  test_latch_raise (dropped);
  test_iterate_until (context, straggler.dropper != NULL);
  g_assert_true (straggler.dropper == g_thread_self ());
}

static void
must_not_run (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  g_assert_not_reached ();
}

static void
assert_cancelled_before_start (gboolean by_the_future)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) busy = contract_start_gate (pool, room, 1);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto (Result) result = { .context = context };
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, on_task, &result);
  g_autoptr(FutFuture) future = fut_executor_run_task (pool, task, must_not_run);

  if (by_the_future)
    g_assert_true (fut_future_cancel (future));
  else
    g_cancellable_cancel (cancellable);
  test_iterate_until (context, result.n_called == 1);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_state (future, FUT_STATE_CANCELLED);
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

static void
test_cancelled_by_the_future (void)
{
  assert_cancelled_before_start (TRUE);
}

static void
test_cancelled_by_the_cancellable (void)
{
  assert_cancelled_before_start (FALSE);
}

static void
wait_to_be_cancelled (GTask *task, gpointer source_object, gpointer task_data,
                      GCancellable *cancellable)
{
  GPollFD polled;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &polled));
  test_latch_raise (task_data);
  while (!g_cancellable_is_cancelled (cancellable))
    g_poll (&polled, 1, -1);
  g_cancellable_release_fd (cancellable);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
}

static void
assert_cancelled_while_running (gboolean by_the_future)
{
  g_autoptr(TestLatch) started = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto (Result) result = { .context = context };
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, on_task, &result);
  g_autoptr(FutFuture) future = NULL;

  g_task_set_task_data (task, started, NULL);
  future = fut_executor_run_task (pool, task, wait_to_be_cancelled);
  test_latch_await (started, 1);
  if (by_the_future)
    g_assert_false (fut_future_cancel (future));
  else
    g_cancellable_cancel (cancellable);
  test_iterate_until (context, result.n_called == 1);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  test_assert_state (future, FUT_STATE_FINISHED);
}

static void
test_asked_to_stop_by_the_future (void)
{
  assert_cancelled_while_running (TRUE);
}

static void
test_asked_to_stop_by_the_cancellable (void)
{
  assert_cancelled_while_running (FALSE);
}

static void
test_refused (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Result) result = { .context = context };
  g_autoptr(GTask) task = g_task_new (NULL, NULL, on_task, &result);
  g_autoptr(FutFuture) future = NULL;

  fut_executor_shutdown (pool, TRUE, FALSE);
  future = fut_executor_run_task (pool, task, must_not_run);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_SHUT_DOWN, "*");
  test_iterate_until (context, result.n_called == 1);
  g_assert_error (result.error, FUT_ERROR, FUT_ERROR_SHUT_DOWN);
}

static void
note_order (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  contract_report (task_data, g_task_get_priority (task));
  g_task_return_int (task, 0);
}

static void
test_priority_and_name_of_the_task (void)
{
  static const int priorities[] = { 10, -5, 0 };
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) busy = contract_start_gate (pool, room, 1);
  g_auto (Result) result = { .context = context };

  for (gsize i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      g_autoptr(GTask) task = g_task_new (NULL, NULL, on_task, &result);
      g_autoptr(FutFuture) future = NULL;
      g_autofree char *name = NULL;

      g_task_set_name (task, "a task's name");
      g_task_set_priority (task, priorities[i]);
      g_task_set_task_data (task, (gpointer) contract_room_get_path (room), NULL);
      future = fut_executor_run_task (pool, task, note_order);
      name = fut_future_dup_name (future);
      g_assert_cmpstr (name, ==, "a task's name");
      g_assert_cmpint (fut_future_get_priority (future), ==, priorities[i]);
    }
  contract_room_open (room, 1);
  g_assert_cmpint (contract_room_next (room), ==, -5);
  g_assert_cmpint (contract_room_next (room), ==, 0);
  g_assert_cmpint (contract_room_next (room), ==, 10);
  test_iterate_until (context, result.n_called == 3);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/run-task/returns-in-its-own-context", test_returns_in_its_own_context);
  test_add ("/run-task/future-may-be-dropped", test_future_may_be_dropped);
  test_add ("/run-task/task-goes-in-its-own-context", test_task_goes_in_its_own_context);
  test_add ("/run-task/cancelled/by-the-future", test_cancelled_by_the_future);
  test_add ("/run-task/cancelled/by-the-cancellable", test_cancelled_by_the_cancellable);
  test_add ("/run-task/asked-to-stop/by-the-future", test_asked_to_stop_by_the_future);
  test_add ("/run-task/asked-to-stop/by-the-cancellable", test_asked_to_stop_by_the_cancellable);
  test_add ("/run-task/refused", test_refused);
  test_add ("/run-task/priority-and-name-of-the-task", test_priority_and_name_of_the_task);
  return g_test_run ();
}
