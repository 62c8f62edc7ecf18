/* contract-callbacks.c: the contract's rows F9, F10 and F15: callbacks, "done" and notify
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

/* --- F9 --- */

typedef struct
{
  GString   *calls;     /* one letter a call; the last call raises the latch */
  GThread   *thread;
  TestLatch *all_called;
} Calls;

static void
note_a (FutFuture *future, gpointer user_data)
{
  Calls *calls = user_data;

  g_assert_true (fut_future_is_done (future));
  g_string_append_c (calls->calls, 'a');
  calls->thread = g_thread_self ();
}

static void
note_b (FutFuture *future, gpointer user_data)
{
  Calls *calls = user_data;

  g_string_append_c (calls->calls, 'b');
}

static void
note_end (FutFuture *future, gpointer user_data)
{
  Calls *calls = user_data;

  test_latch_raise (calls->all_called);
}

static void
test_in_the_order_added (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GString) letters = g_string_new (NULL);
  g_autoptr(TestLatch) all_called = test_latch_new ();
  Calls calls = { letters, NULL, all_called };
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_start_gate (executor, room, 1);

  fut_future_add_done_callback (future, note_a, &calls, NULL);
  fut_future_add_done_callback (future, note_b, &calls, NULL);
  fut_future_add_done_callback (future, note_a, &calls, NULL);
  fut_future_add_done_callback (future, note_b, &calls, NULL);
  fut_future_add_done_callback (future, note_b, &calls, NULL);
  fut_future_add_done_callback (future, note_end, &calls, NULL);
  g_assert_cmpuint (test_latch_peek (all_called), ==, 0);

  contract_room_open (room, 1);
  test_latch_await (all_called, 1);
  g_assert_cmpstr (letters->str, ==, "ababb");
  g_assert_true (calls.thread != g_thread_self ());
}

static void
test_at_once_if_done (const ContractSubject *subject)
{
  g_autoptr(GString) letters = g_string_new (NULL);
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  Calls calls = { letters, NULL, NULL };
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_square (executor, 2);

  test_assert_int64 (future, 4);
  fut_future_add_done_callback (future, note_a, &calls, NULL);
  g_assert_cmpstr (letters->str, ==, "a");
  g_assert_true (calls.thread == g_thread_self ());
  fut_future_add_done_callback (future, test_latch_raise_for_future, destroyed,
                                test_latch_raise_cb);
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 2);
}

static void
test_in_the_cancelling_thread (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GString) letters = g_string_new (NULL);
  Calls calls = { letters, NULL, NULL };
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.record", 2);

  fut_future_add_done_callback (future, note_a, &calls, NULL);
  fut_future_add_done_callback (future, note_b, &calls, NULL);
  g_assert_true (fut_future_cancel (future));
  g_assert_cmpstr (letters->str, ==, "ab");
  g_assert_true (calls.thread == g_thread_self ());
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

/* --- F10 --- */

typedef struct
{
  FutExecutor  *executor;
  ContractRoom *room;
  FutFuture    *other;      /* pending */
  TestLatch    *done;
} ReEntry;

static void
re_enter (FutFuture *future, gpointer user_data)
{
  ReEntry *data = user_data;
  g_autoptr(FutFuture) inner = NULL;

  test_assert_int64 (future, 1);
  fut_future_add_done_callback (future, test_latch_raise_for_future, data->done,
                                test_latch_raise_cb);
  g_assert_true (fut_future_cancel (data->other));
  g_assert_false (fut_future_cancel (future));
  inner = contract_submit (data->executor, data->room, "contract.record", 9);
  test_latch_raise (data->done);
}

static void
test_may_re_enter (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestLatch) done = test_latch_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) next = contract_submit (executor, room, "contract.gate", 5);
  g_autoptr(FutFuture) other = contract_submit (executor, room, "contract.record", 2);
  ReEntry data = { executor, room, other, done };

  /* The worker may begin the next one before the callback is called: so that stands at the gate. */
  fut_future_add_done_callback (future, re_enter, &data, NULL);
  contract_room_open (room, 1);
  test_latch_await (done, 3);
  contract_room_open (room, 1);

  /* The one that the callback cancelled never ran; the one that it submitted did. */
  g_assert_cmpint (contract_room_next (room), ==, 5);
  g_assert_cmpint (contract_room_next (room), ==, 9);
  test_assert_state (other, FUT_STATE_CANCELLED);
}

/* --- F15 --- */

typedef struct
{
  GThread *thread;
  guint    n_done;
  guint    n_notified;
  FutState state;
} Seen;

static void
on_done (FutFuture *future, gpointer user_data)
{
  Seen *seen = user_data;

  seen->n_done++;
  seen->thread = g_thread_self ();
}

static void
on_notify_state (FutFuture *future, GParamSpec *pspec, gpointer user_data)
{
  Seen *seen = user_data;

  seen->n_notified++;
  seen->thread = g_thread_self ();
  seen->state = fut_future_get_state (future);
}

/* Runs the loop until a future that ended later has been delivered too: by then every earlier
 * delivery has been made, also one that must not be.
 */
static void
deliver_all (GMainContext *context)
{
  g_autoptr(FutFuture) last = fut_future_new ();
  Seen seen = { 0 };

  g_signal_connect (last, "done", G_CALLBACK (on_done), &seen);
  test_complete (last, 0);
  test_iterate_until (context, seen.n_done > 0);
}

static void
test_done_in_the_owners_context (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = contract_start_gate (executor, room, 1);
  Seen seen = { 0 };

  g_signal_connect (future, "done", G_CALLBACK (on_done), &seen);
  g_signal_connect (future, "notify::state", G_CALLBACK (on_notify_state), &seen);
  contract_room_open (room, 1);
  test_assert_int64 (future, 1);

  /* It is done, and only the loop tells so. */
  g_assert_cmpuint (seen.n_done, ==, 0);
  test_iterate_until (context, seen.n_done > 0);
  g_assert_true (seen.thread == g_thread_self ());
  deliver_all (context);
  g_assert_cmpuint (seen.n_done, ==, 1);
  g_assert_cmpuint (seen.n_notified, >=, 1);
  g_assert_cmpint (seen.state, ==, FUT_STATE_FINISHED);
}

static void
test_done_for_a_cancelled_one (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.record", 2);
  Seen seen = { 0 };

  g_signal_connect (future, "done", G_CALLBACK (on_done), &seen);
  g_assert_true (fut_future_cancel (future));
  g_assert_cmpuint (seen.n_done, ==, 0);
  test_iterate_until (context, seen.n_done > 0);
  deliver_all (context);
  g_assert_cmpuint (seen.n_done, ==, 1);
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

static void
test_connected_after_the_end (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = contract_square (executor, 3);
  Seen seen = { 0 };

  test_assert_int64 (future, 9);
  g_signal_connect (future, "done", G_CALLBACK (on_done), &seen);
  test_iterate_until (context, seen.n_done > 0);
  deliver_all (context);
  g_assert_cmpuint (seen.n_done, ==, 1);
}

static void
on_waited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  guint *n_waited = user_data;

  g_assert_true (fut_future_wait_finish (FUT_FUTURE (source), result, &error));
  g_assert_no_error (error);
  ++*n_waited;
}

static void
test_wait_async_at_any_time (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = contract_start_gate (executor, room, 1);
  guint n_waited = 0;

  fut_future_wait_async (future, NULL, on_waited, &n_waited);
  contract_room_open (room, 1);
  test_iterate_until (context, n_waited == 1);

  /* Also when everything has been delivered long ago. */
  deliver_all (context);
  fut_future_wait_async (future, NULL, on_waited, &n_waited);
  g_assert_cmpuint (n_waited, ==, 1);
  test_iterate_until (context, n_waited == 2);
}

static void
test_progress_in_the_owners_context (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.progress", 0);
  g_autofree char *status = NULL;
  Seen seen = { 0 };

  g_signal_connect (future, "notify::progress", G_CALLBACK (on_notify_state), &seen);
  g_assert_cmpint (contract_room_next (room), ==, 0);
  g_assert_cmpfloat (fut_future_get_progress (future), ==, -1);
  contract_room_open (room, 1);
  g_assert_cmpint (contract_room_next (room), ==, 1);
  g_assert_cmpuint (seen.n_notified, ==, 0);
  test_iterate_until (context, seen.n_notified > 0);
  g_assert_true (seen.thread == g_thread_self ());
  g_assert_cmpfloat (fut_future_get_progress (future), ==, 0.25);
  status = fut_future_dup_status (future);
  g_assert_cmpstr (status, ==, "a quarter");

  contract_room_open (room, 1);
  g_assert_cmpint (contract_room_next (room), ==, 2);
  test_iterate_until (context, seen.n_notified > 1);
  g_assert_cmpfloat (fut_future_get_progress (future), ==, 0.5);
  contract_room_open (room, 1);
  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
}

const ContractTest contract_callback_tests[] = {
  { "F9", "in-the-order-added", 0, 0, test_in_the_order_added },
  { "F9", "at-once-if-done", 0, 0, test_at_once_if_done },
  { "F9", "in-the-cancelling-thread", 0, 0, test_in_the_cancelling_thread },
  { "F10", "may-re-enter", 0, 0, test_may_re_enter },
  { "F15", "done-in-the-owners-context", 0, 0, test_done_in_the_owners_context },
  { "F15", "done-for-a-cancelled-one", 0, 0, test_done_for_a_cancelled_one },
  { "F15", "connected-after-the-end", 0, 0, test_connected_after_the_end },
  { "F15", "wait-async-at-any-time", 0, 0, test_wait_async_at_any_time },
  { "F15", "progress-in-the-owners-context", 0, 0, test_progress_in_the_owners_context },
  { NULL },
};
