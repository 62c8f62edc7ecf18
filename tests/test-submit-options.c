/* test-submit-options.c: name, priority, timeouts and cancellable of a call
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"
#include "test-util.h"

#include <string.h>

static FutFuture *
submit (FutExecutor *pool, const char *function, ContractRoom *room, gint64 number,
        FutSubmitOptions *options)
{
  return fut_executor_submit_full (pool, function, contract_room_args (room, number), options);
}

/* --- the object --- */

static void
test_defaults (void)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autofree char *name = NULL;
  g_autoptr(GCancellable) cancellable = NULL;
  gint64 queue_timeout, run_timeout;
  guint max_retries;
  gboolean idempotent;
  int priority;

  g_object_get (options, "name", &name, "priority", &priority, "queue-timeout", &queue_timeout,
                "run-timeout", &run_timeout, "cancellable", &cancellable, "max-retries",
                &max_retries, "idempotent", &idempotent, NULL);
  g_assert_null (name);
  g_assert_cmpint (priority, ==, 0);
  g_assert_cmpint (queue_timeout, ==, -1);
  g_assert_cmpint (run_timeout, ==, -1);
  g_assert_null (cancellable);
  g_assert_cmpuint (max_retries, ==, 0);
  g_assert_false (idempotent);
}

static void
count_notify (FutSubmitOptions *options, GParamSpec *pspec, gpointer n_notified)
{
  ++*(guint *) n_notified;
}

static void
set_all (FutSubmitOptions *options, GCancellable *cancellable)
{
  fut_submit_options_set_name (options, "a name");
  fut_submit_options_set_priority (options, -7);
  fut_submit_options_set_queue_timeout (options, 5);
  fut_submit_options_set_run_timeout (options, G_MAXINT64);
  fut_submit_options_set_cancellable (options, cancellable);
  fut_submit_options_set_max_retries (options, 3);
  fut_submit_options_set_idempotent (options, TRUE);
}

static void
test_setters (void)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint n_notified = 0;

  g_signal_connect (options, "notify", G_CALLBACK (count_notify), &n_notified);
  set_all (options, cancellable);
  g_assert_cmpuint (n_notified, ==, 7);
  g_assert_cmpstr (fut_submit_options_get_name (options), ==, "a name");
  g_assert_cmpint (fut_submit_options_get_priority (options), ==, -7);
  g_assert_cmpint (fut_submit_options_get_queue_timeout (options), ==, 5);
  g_assert_cmpint (fut_submit_options_get_run_timeout (options), ==, G_MAXINT64);
  g_assert_true (fut_submit_options_get_cancellable (options) == cancellable);
  g_assert_cmpuint (fut_submit_options_get_max_retries (options), ==, 3);
  g_assert_true (fut_submit_options_get_idempotent (options));

  /* Nothing new is no news. */
  set_all (options, cancellable);
  g_assert_cmpuint (n_notified, ==, 7);
}

static void
test_bad_timeouts (void)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

  test_expect_critical ("*timeout*");
  fut_submit_options_set_queue_timeout (options, -2);
  test_expect_critical ("*timeout*");
  fut_submit_options_set_run_timeout (options, G_MININT64);
  g_test_assert_expected_messages ();
  g_assert_cmpint (fut_submit_options_get_queue_timeout (options), ==, -1);
  g_assert_cmpint (fut_submit_options_get_run_timeout (options), ==, -1);
}

static void
test_frozen_at_submit (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) first = NULL;
  g_autoptr(FutFuture) second = NULL;

  fut_submit_options_set_name (options, "before");
  first = fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (3), options);
  test_expect_critical ("*name*");
  fut_submit_options_set_name (options, "after");
  test_expect_critical ("*priority*");
  fut_submit_options_set_priority (options, 5);
  test_expect_critical ("*queue-timeout*");
  fut_submit_options_set_queue_timeout (options, 5);
  test_expect_critical ("*run-timeout*");
  fut_submit_options_set_run_timeout (options, 5);
  test_expect_critical ("*idempotent*");
  fut_submit_options_set_idempotent (options, TRUE);
  test_expect_critical ("*max-retries*");
  fut_submit_options_set_max_retries (options, 5);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (fut_submit_options_get_name (options), ==, "before");
  g_assert_cmpint (fut_submit_options_get_priority (options), ==, 0);

  /* They can be used again as they are. */
  second = fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (4), options);
  test_assert_int64 (first, 9);
  test_assert_int64 (second, 16);
}

static void
test_name (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) named = NULL;
  g_autoptr(FutFuture) unnamed =
    fut_executor_submit (pool, "contract.square", g_variant_new_int64 (3));
  g_autofree char *name = NULL;
  g_autofree char *function = fut_future_dup_name (unnamed);

  fut_submit_options_set_name (options, "the name");
  named = fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (3), options);
  name = fut_future_dup_name (named);
  g_assert_cmpstr (name, ==, "the name");
  g_assert_cmpstr (fut_future_get_function (named), ==, "contract.square");
  g_assert_cmpstr (function, ==, "contract.square");
}

/* --- the queue timeout --- */

static void
test_queue_timeout (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) busy = contract_start_gate (pool, room, 1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  gint64 begin = g_get_monotonic_time ();
  g_autoptr(FutFuture) future = NULL;

  fut_submit_options_set_name (options, "impatient");
  fut_submit_options_set_queue_timeout (options, 20 * G_TIME_SPAN_MILLISECOND);
  future = submit (pool, "contract.record", room, 2, options);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*impatient*");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 20 * G_TIME_SPAN_MILLISECOND);
  test_assert_state (future, FUT_STATE_FINISHED);
  g_assert_cmpint (fut_future_get_elapsed (future), ==, 0);
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
}

static void
test_queue_timeout_of_zero (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) busy = contract_start_gate (pool, room, 1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) future = NULL;

  fut_submit_options_set_queue_timeout (options, 0);
  future = submit (pool, "contract.record", room, 2, options);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

/* Once it has begun the queue timeout is over. */
static void
test_queue_timeout_not_while_running (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutSubmitOptions) later = fut_submit_options_new ();
  GTimeSpan timeout = test_span (50 * G_TIME_SPAN_MILLISECOND);
  g_autoptr(FutFuture) future = NULL;
  g_autoptr(FutFuture) busy = NULL;
  g_autoptr(FutFuture) sentinel = NULL;

  fut_submit_options_set_queue_timeout (options, timeout);
  fut_submit_options_set_queue_timeout (later, timeout + 5 * G_TIME_SPAN_MILLISECOND);
  future = submit (pool, "contract.polite-gate", room, 1, options);
  g_assert_cmpint (contract_room_next (room), ==, 1);
  busy = contract_start_gate (pool, room, 1);

  /* A later deadline has passed, and so this one has. */
  sentinel = submit (pool, "contract.record", room, 3, later);
  test_assert_error (sentinel, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  test_assert_state (future, FUT_STATE_RUNNING);
  contract_room_open (room, 2);
  test_assert_int64 (future, 1);
}

/* The longest one never comes, and does not overflow into the past. */
static void
test_longest_timeouts (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) future = NULL;

  fut_submit_options_set_queue_timeout (options, G_MAXINT64);
  fut_submit_options_set_run_timeout (options, G_MAXINT64);
  future = submit (pool, "contract.polite-gate", room, 8, options);
  g_assert_cmpint (contract_room_next (room), ==, 8);
  contract_room_open (room, 1);
  test_assert_int64 (future, 8);
}

/* --- the run timeout --- */

static void
test_run_timeout (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) future = NULL;

  fut_submit_options_set_name (options, "slow");
  fut_submit_options_set_run_timeout (options, 20 * G_TIME_SPAN_MILLISECOND);
  future = submit (pool, "contract.polite-gate", room, 1, options);
  g_assert_cmpint (contract_room_next (room), ==, 1);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*slow*");
  g_assert_cmpint (fut_future_get_elapsed (future), >=, 20 * G_TIME_SPAN_MILLISECOND);
  g_assert_false (fut_future_is_cancelled (future));
}

static void
test_run_timeout_keeps_a_value (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) future = NULL;

  fut_submit_options_set_run_timeout (options, 5 * G_TIME_SPAN_MILLISECOND);
  future = submit (pool, "contract.keep-value", room, 6, options);
  g_assert_cmpint (contract_room_next (room), ==, 6);
  test_assert_int64 (future, 6);
}

static void
test_run_timeout_not_reached (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

  fut_submit_options_set_run_timeout (options, test_span (5 * G_TIME_SPAN_SECOND));
  fut_submit_options_set_queue_timeout (options, test_span (5 * G_TIME_SPAN_SECOND));
  for (gint64 i = 0; i < 200; i++)
    {
      g_autoptr(FutFuture) future =
        fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (i), options);

      test_assert_int64 (future, i * i);
    }
}

/* The thread that minds deadlines leaves when it has had none for a while. */
static void
test_no_thread_is_left_for_deadlines (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) future = NULL;

  fut_submit_options_set_run_timeout (options, G_TIME_SPAN_SECOND);
  future = fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (2), options);
  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  test_yield_until (test_count_threads ("fut-timer") == 0);
}

/* --- the cancellable --- */

static void
test_cancellable_of_pending (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) busy = contract_start_gate (pool, room, 1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  FutFuture *futures[5];

  fut_submit_options_set_cancellable (options, cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = submit (pool, "contract.record", room, 2, options);
  g_cancellable_cancel (cancellable);

  /* A moment later, and in another thread: the cancellable's lock may be held while it cancels. */
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      test_assert_error (futures[i], G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
      test_assert_state (futures[i], FUT_STATE_CANCELLED);
      g_object_unref (futures[i]);
    }
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
}

static void
test_cancellable_of_running (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(FutFuture) future = NULL;

  fut_submit_options_set_cancellable (options, cancellable);
  future = submit (pool, "contract.polite-gate", room, 2, options);
  g_assert_cmpint (contract_room_next (room), ==, 2);
  g_assert_true (fut_future_get_cancellable (future) != cancellable);
  g_cancellable_cancel (cancellable);
  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  test_assert_state (future, FUT_STATE_FINISHED);
}

static void
use_cancellable (FutFuture *future, gpointer user_data)
{
  GCancellable *cancellable = fut_submit_options_get_cancellable (user_data);
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  g_autoptr(FutFuture) again = NULL;
  g_autoptr(FutFuture) other = fut_future_new ();
  gulong handler =
    g_cancellable_connect (cancellable, G_CALLBACK (g_cancellable_is_cancelled), NULL, NULL);

  g_cancellable_disconnect (cancellable, handler);
  g_assert_false (fut_future_wait (other, -1, cancellable, NULL));
  again = fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (2), user_data);
  g_assert_true (fut_future_is_cancelled (again));
}

/* What runs when the call is cancelled may use the cancellable in every way. */
static void
test_cancellable_used_in_a_callback (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestLatch) called = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) busy = contract_start_gate (pool, room, 1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(FutFuture) future = NULL;

  fut_submit_options_set_cancellable (options, cancellable);
  future = submit (pool, "contract.record", room, 2, options);
  fut_future_add_done_callback (future, use_cancellable, options, NULL);
  fut_future_add_done_callback (future, test_latch_raise_for_future, called, NULL);
  g_cancellable_cancel (cancellable);
  test_latch_await (called, 1);
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

static void
test_cancelled_before_submit (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) busy = contract_start_gate (pool, room, 1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(FutFuture) future = NULL;

  g_cancellable_cancel (cancellable);
  fut_submit_options_set_cancellable (options, cancellable);
  future = submit (pool, "contract.record", room, 2, options);
  test_assert_state (future, FUT_STATE_CANCELLED);
  contract_room_open (room, 1);
  test_assert_int64 (busy, 1);
}

/* Calls come and go; a cancellable that stays gathers nothing. */
static void
test_cancellable_is_let_go (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  fut_submit_options_set_cancellable (options, cancellable);
  for (gint64 i = 0; i < 100; i++)
    {
      g_autoptr(FutFuture) future =
        fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (i), options);

      test_tracker_add (tracker, future);
      if (i % 3 == 0)
        fut_future_cancel (future);
      g_assert_true (fut_future_wait (future, -1, NULL, NULL));
    }
  test_tracker_await_live (tracker, 0);
  g_assert_false (g_signal_has_handler_pending (
    cancellable, g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE), 0, TRUE));
}

static gpointer
cancel_it (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancelled_while_submitting (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);

  for (guint round = 0; round < 100; round++)
    {
      g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      FutFuture *futures[20];
      TestThread *thread;

      fut_submit_options_set_cancellable (options, cancellable);
      thread = test_thread_new (cancel_it, cancellable);
      for (gint64 i = 0; i < 20; i++)
        futures[i] =
          fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (i), options);
      test_thread_join (thread);
      for (gint64 i = 0; i < 20; i++)
        {
          g_assert_true (fut_future_wait (futures[i], -1, NULL, NULL));
          if (fut_future_is_cancelled (futures[i]))
            test_assert_error (futures[i], G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
          else
            test_assert_int64 (futures[i], i * i);
          g_object_unref (futures[i]);
        }
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/submit-options/defaults", test_defaults);
  test_add ("/submit-options/setters", test_setters);
  test_add ("/submit-options/bad-timeouts", test_bad_timeouts);
  test_add ("/submit-options/frozen-at-submit", test_frozen_at_submit);
  test_add ("/submit-options/name", test_name);
  test_add ("/submit-options/queue-timeout/ends-a-pending-call", test_queue_timeout);
  test_add ("/submit-options/queue-timeout/of-zero", test_queue_timeout_of_zero);
  test_add ("/submit-options/queue-timeout/not-while-running",
            test_queue_timeout_not_while_running);
  test_add ("/submit-options/longest-timeouts", test_longest_timeouts);
  test_add ("/submit-options/run-timeout/asks-to-stop", test_run_timeout);
  test_add ("/submit-options/run-timeout/keeps-a-value", test_run_timeout_keeps_a_value);
  test_add ("/submit-options/run-timeout/not-reached", test_run_timeout_not_reached);
  test_add ("/submit-options/no-thread-is-left-for-deadlines",
            test_no_thread_is_left_for_deadlines);
  test_add ("/submit-options/cancellable/of-pending", test_cancellable_of_pending);
  test_add ("/submit-options/cancellable/of-running", test_cancellable_of_running);
  test_add ("/submit-options/cancellable/used-in-a-callback", test_cancellable_used_in_a_callback);
  test_add ("/submit-options/cancellable/before-submit", test_cancelled_before_submit);
  test_add ("/submit-options/cancellable/is-let-go", test_cancellable_is_let_go);
  test_add ("/submit-options/cancellable/while-submitting", test_cancelled_while_submitting);
  return g_test_run ();
}
