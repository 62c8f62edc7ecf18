/* contract-life.c: the contract's rows E3, E4 and E8: initializers, shutdown and the end
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

#include <string.h>

#define INITIALIZER CONTRACT_TRAITS_INITIALIZER
#define N 10

/* One call that stands at the gate, and N - 1 that wait for the only worker. */
static void
fill (FutExecutor *executor, ContractRoom *room, GPtrArray *futures)
{
  g_ptr_array_add (futures, contract_start_gate (executor, room, 0));
  for (gint64 i = 1; i < N; i++)
    g_ptr_array_add (futures, contract_submit (executor, room, "contract.record", i));
}

static void
assert_all_ran (ContractRoom *room, GPtrArray *futures)
{
  for (gint64 i = 1; i < N; i++)
    g_assert_cmpint (contract_room_next (room), ==, i);
  for (gint64 i = 0; i < N; i++)
    test_assert_int64 (g_ptr_array_index (futures, i), i);
  g_ptr_array_set_size (futures, 0);
}

/* --- E3 --- */

static gpointer
shut_down_and_wait (gpointer executor)
{
  fut_executor_shutdown (executor, TRUE, FALSE);
  return NULL;
}

static void
test_shutdown_waits (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(ContractExecutor) executor = subject->create (1);
  TestThread *waiter;

  fill (executor, room, futures);
  waiter = test_thread_new (shut_down_and_wait, executor);
  test_thread_await_blocked (waiter);
  g_assert_true (fut_executor_is_shut_down (executor));
  contract_room_open (room, 1);
  test_thread_join (waiter);

  /* Pending work was done, and the workers are gone. */
  for (guint i = 0; i < N; i++)
    test_assert_state (g_ptr_array_index (futures, i), FUT_STATE_FINISHED);
  g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, 0);
  g_assert_cmpuint (test_count_processes (), ==, 0);
  assert_all_ran (room, futures);
}

static void
test_shutdown_without_waiting (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) refused = NULL;

  fill (executor, room, futures);
  fut_executor_shutdown (executor, FALSE, FALSE);

  /* Back at once: the gate is still shut. */
  test_assert_state (g_ptr_array_index (futures, 0), FUT_STATE_RUNNING);
  refused = contract_square (executor, 1);
  test_assert_error (refused, FUT_ERROR, FUT_ERROR_SHUT_DOWN, "*");
  contract_room_open (room, 1);
  assert_all_ran (room, futures);
}

static void
test_shutdown_again (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(ContractExecutor) executor = subject->create (1);
  TestThread *waiters[3];

  fill (executor, room, futures);
  fut_executor_shutdown (executor, FALSE, FALSE);
  fut_executor_shutdown (executor, FALSE, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    waiters[i] = test_thread_new (shut_down_and_wait, executor);
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    test_thread_await_blocked (waiters[i]);
  contract_room_open (room, 1);
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    test_thread_join (waiters[i]);
  for (guint i = 0; i < 3; i++)
    fut_executor_shutdown (executor, TRUE, i == 1);
  assert_all_ran (room, futures);
}

static void
test_shutdown_of_an_unused_one (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);

  fut_executor_shutdown (executor, TRUE, TRUE);
  fut_executor_shutdown (executor, TRUE, FALSE);
}

static void
assert_only_first_ran (ContractRoom *room, GPtrArray *futures)
{
  test_assert_int64 (g_ptr_array_index (futures, 0), 0);
  for (guint i = 1; i < N; i++)
    test_assert_state (g_ptr_array_index (futures, i), FUT_STATE_CANCELLED);
  g_assert_true (contract_room_is_empty (room));
  g_ptr_array_set_size (futures, 0);
}

static void
test_shutdown_cancels_pending (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(ContractExecutor) executor = subject->create (1);

  fill (executor, room, futures);
  fut_executor_shutdown (executor, FALSE, TRUE);
  for (guint i = 1; i < N; i++)
    test_assert_state (g_ptr_array_index (futures, i), FUT_STATE_CANCELLED);

  /* What has begun is left alone. */
  test_assert_state (g_ptr_array_index (futures, 0), FUT_STATE_RUNNING);
  contract_room_open (room, 1);
  fut_executor_shutdown (executor, TRUE, FALSE);
  assert_only_first_ran (room, futures);
}

static void
test_second_shutdown_cancels_pending (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(ContractExecutor) executor = subject->create (1);

  fill (executor, room, futures);
  fut_executor_shutdown (executor, FALSE, FALSE);
  fut_executor_shutdown (executor, FALSE, TRUE);
  contract_room_open (room, 1);
  fut_executor_shutdown (executor, TRUE, FALSE);
  assert_only_first_ran (room, futures);
}

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  guint *n_ended = user_data;

  g_assert_true (fut_executor_shutdown_finish (FUT_EXECUTOR (source), result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fut_executor_get_n_workers (FUT_EXECUTOR (source)), ==, 0);
  ++*n_ended;
}

static void
test_shutdown_async (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(TestContext) context = test_context_push ();
  guint n_ended = 0;

  fill (executor, room, futures);
  fut_executor_shutdown_async (executor, FALSE, NULL, on_shut_down, &n_ended);
  g_assert_true (fut_executor_is_shut_down (executor));
  contract_room_open (room, 1);
  test_iterate_until (context, n_ended == 1);
  fut_executor_shutdown_async (executor, TRUE, NULL, on_shut_down, &n_ended);
  g_assert_cmpuint (n_ended, ==, 1);
  test_iterate_until (context, n_ended == 2);
  assert_all_ran (room, futures);
}

static void
on_wait_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  guint *n_ended = user_data;

  g_assert_false (fut_executor_shutdown_finish (FUT_EXECUTOR (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ++*n_ended;
}

/* Cancelling ends the waiting, not the shutdown. */
static void
test_shutdown_async_cancelled (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint n_ended = 0;

  fill (executor, room, futures);
  fut_executor_shutdown_async (executor, FALSE, cancellable, on_wait_cancelled, &n_ended);
  g_cancellable_cancel (cancellable);
  test_iterate_until (context, n_ended == 1);
  g_assert_true (fut_executor_is_shut_down (executor));
  contract_room_open (room, 1);
  assert_all_ran (room, futures);
}

/* --- E4 --- */

static void
test_dropped_one_drains (const ContractSubject *subject)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  FutExecutor *executor = subject->create (1);

  fill (executor, room, futures);
  test_tracker_add (tracker, executor);
  g_object_unref (executor);
  contract_room_open (room, 1);
  assert_all_ran (room, futures);
  test_tracker_await_live (tracker, 0);
  test_yield_until (test_count_threads (NULL) == 0);
}

static void
do_nothing (FutFuture *future, gpointer user_data)
{
}

static void
test_dropped_from_a_callback (const ContractSubject *subject)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(ContractRoom) room = contract_room_new ();
  FutExecutor *executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_start_gate (executor, room, 1);

  /* The last reference goes with the callback, in the thread that completes. */
  test_tracker_add (tracker, executor);
  fut_future_add_done_callback (future, do_nothing, executor, g_object_unref);
  contract_room_open (room, 1);
  test_assert_int64 (future, 1);
  test_tracker_await_live (tracker, 0);
}

/* --- E8 --- */

static void
test_initializer_in_each_worker (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor =
    subject->create_initialized (2, contract_room_get_path (room), FALSE);
  g_autoptr(FutFuture) first = NULL;
  g_autoptr(FutFuture) second = NULL;

  g_assert_true (contract_room_is_empty (room));
  first = contract_submit (executor, room, "contract.gate", 10);
  g_assert_cmpint (contract_room_next (room), ==, 1);
  g_assert_cmpint (contract_room_next (room), ==, 10);
  second = contract_submit (executor, room, "contract.gate", 11);
  g_assert_cmpint (contract_room_next (room), ==, 1);
  g_assert_cmpint (contract_room_next (room), ==, 11);

  /* Once in a worker, not once a task. */
  contract_room_open (room, 2);
  test_assert_int64 (first, 10);
  test_assert_int64 (second, 11);
  for (gint64 i = 0; i < N; i++)
    {
      g_autoptr(FutFuture) future = contract_square (executor, i);

      test_assert_int64 (future, i * i);
    }
  g_assert_true (contract_room_is_empty (room));
}

static void
test_failing_initializer_breaks (const ContractSubject *subject)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(ContractExecutor) executor =
    subject->create_initialized (2, contract_room_get_path (room), TRUE);

  for (gint64 i = 0; i < N; i++)
    g_ptr_array_add (futures, contract_submit (executor, room, "contract.record", 10 + i));
  for (guint i = 0; i < N; i++)
    test_assert_error (g_ptr_array_index (futures, i), FUT_ERROR, FUT_ERROR_BROKEN,
                       "*no such device*");
  g_assert_true (fut_executor_is_broken (executor));
  g_ptr_array_add (futures, contract_submit (executor, room, "contract.record", 30));
  test_assert_error (g_ptr_array_index (futures, N), FUT_ERROR, FUT_ERROR_BROKEN,
                     "*no such device*");

  fut_executor_shutdown (executor, TRUE, FALSE);
  while (!contract_room_is_empty (room))
    g_assert_cmpint (contract_room_next (room), ==, 1);
  g_assert_cmpuint (test_log_count (log, "*no such device*"), ==, 1);
  g_ptr_array_set_size (futures, 0);
}

const ContractTest contract_life_tests[] = {
  { "E3", "shutdown-waits", 0, 0, test_shutdown_waits },
  { "E3", "shutdown-without-waiting", 0, 0, test_shutdown_without_waiting },
  { "E3", "shutdown-again", 0, 0, test_shutdown_again },
  { "E3", "shutdown-of-an-unused-one", 0, 0, test_shutdown_of_an_unused_one },
  { "E3", "shutdown-cancels-pending", 0, 0, test_shutdown_cancels_pending },
  { "E3", "second-shutdown-cancels-pending", 0, 0, test_second_shutdown_cancels_pending },
  { "E3", "shutdown-async", 0, 0, test_shutdown_async },
  { "E3", "shutdown-async-cancelled", 0, 0, test_shutdown_async_cancelled },
  { "E4", "dropped-one-drains", 0, 0, test_dropped_one_drains },
  { "E4", "dropped-from-a-callback", 0, 0, test_dropped_from_a_callback },
  { "E8", "initializer-in-each-worker", 0, INITIALIZER, test_initializer_in_each_worker },
  { "E8", "failing-initializer-breaks", 0, INITIALIZER, test_failing_initializer_breaks },
  { NULL },
};
