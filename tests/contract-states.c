/* contract-states.c: the contract's rows F1 to F4 and F11 to F14: states, cancel, dropping
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

#define CLOSURES FUT_EXECUTOR_FLAGS_CLOSURES
#define EXACT FUT_EXECUTOR_FLAGS_EXACT_CANCEL

static void
test_states_in_turn (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) first = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) second = contract_submit (executor, room, "contract.gate", 2);

  test_assert_state (first, FUT_STATE_RUNNING);
  test_assert_state (second, FUT_STATE_PENDING);
  g_assert_true (fut_future_get_can_cancel (first));

  contract_room_open (room, 1);
  test_assert_int64 (first, 1);
  test_assert_state (first, FUT_STATE_FINISHED);
  g_assert_false (fut_future_get_can_cancel (first));

  g_assert_cmpint (contract_room_next (room), ==, 2);
  test_assert_state (second, FUT_STATE_RUNNING);
  contract_room_open (room, 1);
  test_assert_int64 (second, 2);
  test_assert_state (second, FUT_STATE_FINISHED);
}

static void
test_refused_is_finished (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) refused = NULL;

  fut_executor_shutdown (executor, TRUE, FALSE);
  refused = contract_submit (executor, room, "contract.record", 1);
  test_assert_state (refused, FUT_STATE_FINISHED);
  test_assert_error (refused, FUT_ERROR, FUT_ERROR_SHUT_DOWN, "*");
  g_assert_true (contract_room_is_empty (room));
}

static void
test_queue_timeout_ends_pending (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) late = NULL;

  fut_submit_options_set_queue_timeout (options, 5 * G_TIME_SPAN_MILLISECOND);
  late =
    fut_executor_submit_full (executor, "contract.record", contract_room_args (room, 2), options);
  test_assert_error (late, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  test_assert_state (late, FUT_STATE_FINISHED);
  test_assert_state (busy, FUT_STATE_RUNNING);

  /* It did not run, not even later. */
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
  fut_executor_shutdown (executor, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
}

static gpointer
wait_for_ever (gpointer data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (fut_future_wait (data, -1, NULL, &error));
  g_assert_no_error (error);
  return NULL;
}

static void
test_cancel_pending (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestLatch) called = test_latch_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) pending = contract_submit (executor, room, "contract.record", 2);
  TestThread *waiter = test_thread_new (wait_for_ever, pending);

  fut_future_add_done_callback (pending, test_latch_raise_for_future, called, NULL);
  test_thread_await_blocked (waiter);
  g_assert_true (fut_future_cancel (pending));
  g_assert_cmpuint (test_latch_peek (called), ==, 1);
  test_assert_state (pending, FUT_STATE_CANCELLED);
  test_thread_join (waiter);

  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
  fut_executor_shutdown (executor, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
  test_assert_state (pending, FUT_STATE_CANCELLED);
}

static void
test_cancel_again (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestLatch) called = test_latch_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) pending = contract_submit (executor, room, "contract.record", 2);

  fut_future_add_done_callback (pending, test_latch_raise_for_future, called, NULL);
  for (guint i = 0; i < 3; i++)
    g_assert_true (fut_future_cancel (pending));
  g_assert_cmpuint (test_latch_peek (called), ==, 1);
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

static void
test_cancel_too_late (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_start_gate (executor, room, 1);

  g_assert_false (fut_future_cancel (future));
  test_assert_state (future, FUT_STATE_RUNNING);
  contract_room_open (room, 1);
  test_assert_int64 (future, 1);
  g_assert_false (fut_future_cancel (future));
  test_assert_state (future, FUT_STATE_FINISHED);
  test_assert_int64 (future, 1);
}

/* Of ten calls on one worker all but the one that runs can be cancelled, each by itself. */
static void
test_cancel_in_the_middle (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(ContractExecutor) executor = subject->create (1);

  g_ptr_array_add (futures, contract_start_gate (executor, room, 0));
  for (gint64 i = 1; i < 10; i++)
    g_ptr_array_add (futures, contract_submit (executor, room, "contract.record", i));
  for (guint i = 2; i < 10; i += 2)
    g_assert_true (fut_future_cancel (g_ptr_array_index (futures, i)));

  contract_room_open (room, 1);
  for (gint64 i = 1; i < 10; i += 2)
    g_assert_cmpint (contract_room_next (room), ==, i);
  fut_executor_shutdown (executor, TRUE, FALSE);
  for (guint i = 0; i < 10; i++)
    test_assert_state (g_ptr_array_index (futures, i),
                       i % 2 == 0 && i > 0 ? FUT_STATE_CANCELLED : FUT_STATE_FINISHED);
  g_assert_true (contract_room_is_empty (room));
  g_ptr_array_set_size (futures, 0);
}

static void
test_cancel_asks_to_stop (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.polite-gate", 1);

  g_assert_cmpint (contract_room_next (room), ==, 1);
  g_assert_false (fut_future_cancel (future));
  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  test_assert_state (future, FUT_STATE_FINISHED);
}

static void
test_value_after_cancel_is_kept (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.keep-value", 7);

  g_assert_cmpint (contract_room_next (room), ==, 7);
  g_assert_false (fut_future_cancel (future));
  g_assert_false (fut_future_get_can_cancel (future));
  test_assert_int64 (future, 7);
  test_assert_state (future, FUT_STATE_FINISHED);
}

#define N_ASKING 4

static gpointer
ask_until_done (gpointer data)
{
  FutFuture *future = data;
  FutState last = FUT_STATE_PENDING;

  /* States only go forward, and what is_done() says once stays so. */
  while (last != FUT_STATE_FINISHED)
    {
      gboolean was_done = fut_future_is_done (future);
      FutState state = fut_future_get_state (future);

      g_assert_cmpint (state, !=, FUT_STATE_CANCELLED);
      g_assert_true (state >= last);
      g_assert_true (!was_done || state == FUT_STATE_FINISHED);
      g_assert_false (fut_future_is_cancelled (future));
      last = state;
    }
  g_assert_true (fut_future_is_done (future));
  g_assert_false (fut_future_is_running (future));
  return NULL;
}

static void
test_asked_from_any_thread (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);

  for (guint round = 0; round < 20; round++)
    {
      g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
      g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.gate", 2);
      TestThread *threads[N_ASKING];

      for (guint i = 0; i < N_ASKING; i++)
        threads[i] = test_thread_new (ask_until_done, future);
      contract_room_open (room, 1);
      g_assert_cmpint (contract_room_next (room), ==, 2);
      contract_room_open (room, 1);
      for (guint i = 0; i < N_ASKING; i++)
        test_thread_join (threads[i]);
    }
}

static void
test_claimed_once (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = fut_executor_submit (executor, "contract.claim-again", NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *message = fut_future_result_string (future, -1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);
  g_assert_cmpstr (message, !=, "");
}

static void
test_first_result_stands (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_square (executor, 3);
  g_autoptr(GError) late = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "too late");
  g_autoptr(GError) error = NULL;

  test_assert_int64 (future, 9);
  g_assert_false (fut_future_set_exception (future, late, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE);
  test_assert_int64 (future, 9);
}

static void
test_arguments_dropped (const ContractSubject *subject)
{
  g_autoptr(TestLatch) dropped = test_latch_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = NULL;
  static const gint64 x = 4;
  GBytes *bytes = g_bytes_new_with_free_func (&x, sizeof x, test_latch_raise_cb, dropped);

  future = fut_executor_submit (executor, "contract.square",
                                g_variant_new_from_bytes (G_VARIANT_TYPE_INT64, bytes, TRUE));
  g_bytes_unref (bytes);
  test_assert_int64 (future, 16);

  /* The future is still held; they are not. */
  test_latch_await (dropped, 1);
}

static void
test_arguments_of_cancelled_dropped (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestLatch) dropped = test_latch_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) future = NULL;
  static const gint64 x = 4;
  GBytes *bytes = g_bytes_new_with_free_func (&x, sizeof x, test_latch_raise_cb, dropped);

  future = fut_executor_submit (executor, "contract.square",
                                g_variant_new_from_bytes (G_VARIANT_TYPE_INT64, bytes, TRUE));
  g_bytes_unref (bytes);
  g_assert_true (fut_future_cancel (future));
  test_latch_await (dropped, 1);
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

static void
do_nothing (FutFuture *future, GVariant *args, gpointer user_data)
{
}

static void
test_closure_dropped (const ContractSubject *subject)
{
  g_autoptr(TestLatch) dropped = test_latch_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future =
    fut_executor_submit_func (executor, do_nothing, dropped, test_latch_raise_cb);

  test_latch_await (dropped, 1);
  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  g_assert_cmpuint (test_latch_peek (dropped), ==, 1);
}

static void
test_future_dropped (const ContractSubject *subject)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 0);

  for (gint64 i = 1; i <= 20; i++)
    {
      g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.record", i);

      test_tracker_add (tracker, future);
    }
  contract_room_open (room, 1);
  for (gint64 i = 1; i <= 20; i++)
    g_assert_cmpint (contract_room_next (room), ==, i);
  test_tracker_await_live (tracker, 0);
}

const ContractTest contract_state_tests[] = {
  { "F1", "states-in-turn", 0, 0, test_states_in_turn },
  { "F1", "refused-is-finished", 0, 0, test_refused_is_finished },
  { "F1", "queue-timeout-ends-pending", 0, 0, test_queue_timeout_ends_pending },
  { "F2", "cancel-pending", EXACT, 0, test_cancel_pending },
  { "F2", "cancel-again", 0, 0, test_cancel_again },
  { "F2", "cancel-too-late", 0, 0, test_cancel_too_late },
  { "F2", "cancel-in-the-middle", EXACT, 0, test_cancel_in_the_middle },
  { "F3", "cancel-asks-to-stop", 0, 0, test_cancel_asks_to_stop },
  { "F3", "value-after-cancel-is-kept", 0, 0, test_value_after_cancel_is_kept },
  { "F4", "asked-from-any-thread", 0, 0, test_asked_from_any_thread },
  { "F11", "claimed-once", 0, 0, test_claimed_once },
  { "F12", "first-result-stands", 0, 0, test_first_result_stands },
  { "F14", "arguments-dropped", 0, 0, test_arguments_dropped },
  { "F14", "arguments-of-cancelled-dropped", 0, 0, test_arguments_of_cancelled_dropped },
  { "F14", "closure-dropped", CLOSURES, 0, test_closure_dropped },
  { "F14", "future-dropped", 0, 0, test_future_dropped },
  { NULL },
};
