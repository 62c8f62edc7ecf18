/* test-future-delivery.c: what a future brings to main contexts: "done", notify, callbacks, waits
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

#include <string.h>

/* What a handler or callback saw. */
typedef struct
{
  GMainContext *context;    /* where it must run */
  GString      *events;     /* the first letter of each thing that came */
  guint         n_done;
  guint         n_progress;
  double        progress;
  FutState      state;
} Seen;

static void
seen_init (Seen *seen, GMainContext *context)
{
  *seen = (Seen){ .context = context, .events = g_string_new (NULL), .progress = -1 };
}

static void
seen_clear (Seen *seen)
{
  g_string_free (seen->events, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seen, seen_clear)

static void
on_done (FutFuture *future, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_true (g_main_context_is_owner (seen->context));
  g_assert_true (fut_future_is_done (future));
  seen->n_done++;
  g_string_append_c (seen->events, 'd');
}

static void
on_notify (FutFuture *future, GParamSpec *pspec, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_true (g_main_context_is_owner (seen->context));
  g_string_append_c (seen->events, pspec->name[0]);
  if (g_str_equal (pspec->name, "progress"))
    {
      seen->n_progress++;
      seen->progress = fut_future_get_progress (future);
    }
  else if (g_str_equal (pspec->name, "state"))
    seen->state = fut_future_get_state (future);
}

static void
watch (FutFuture *future, Seen *seen)
{
  g_signal_connect (future, "done", G_CALLBACK (on_done), seen);
  g_signal_connect (future, "notify", G_CALLBACK (on_notify), seen);
}

/* By the time that a future which ended last is delivered, all others have been. */
static void
deliver_all (GMainContext *context)
{
  g_autoptr(FutFuture) last = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  g_signal_connect (last, "done", G_CALLBACK (on_done), &seen);
  test_complete (last, 0);
  test_iterate_until (context, seen.n_done > 0);
}

/* --- "done" --- */

static void
test_done_once (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  watch (future, &seen);
  test_complete (future, 1);
  g_assert_cmpuint (seen.n_done, ==, 0);
  deliver_all (context);
  g_assert_cmpuint (seen.n_done, ==, 1);
  g_assert_cmpint (seen.state, ==, FUT_STATE_FINISHED);

  /* Whoever asks about properties is told before whoever asks about the end. */
  g_assert_cmpint (seen.events->str[seen.events->len - 1], ==, 'd');
  g_assert_nonnull (strchr (seen.events->str, 's'));
  g_assert_nonnull (strchr (seen.events->str, 'c'));
}

static void
test_done_when_cancelled (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  watch (future, &seen);
  g_assert_true (fut_future_cancel (future));
  g_assert_cmpuint (seen.n_done, ==, 0);
  deliver_all (context);
  g_assert_cmpuint (seen.n_done, ==, 1);
  g_assert_cmpint (seen.state, ==, FUT_STATE_CANCELLED);
}

static gpointer
complete_it (gpointer future)
{
  test_complete (future, 5);
  return NULL;
}

static void
test_done_from_another_thread (void)
{
  g_autoptr(TestContext) context = test_context_push ();

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(FutFuture) future = fut_future_new ();
      g_auto(Seen) seen;
      TestThread *thread;

      seen_init (&seen, context);
      watch (future, &seen);
      thread = test_thread_new (complete_it, future);
      test_iterate_until (context, seen.n_done > 0);
      test_thread_join (thread);
      g_assert_cmpuint (seen.n_done, ==, 1);
    }
}

static void
test_connected_late (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  test_complete (future, 1);
  watch (future, &seen);
  deliver_all (context);
  g_assert_cmpuint (seen.n_done, ==, 1);
}

static void
test_connected_too_late (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  test_complete (future, 1);
  deliver_all (context);
  watch (future, &seen);
  deliver_all (context);
  g_assert_cmpuint (seen.n_done, ==, 0);
}

/* A future that is dropped right after its end still delivers to who is connected. */
static void
test_dropped_before_delivery (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestContext) context = test_context_push ();
  FutFuture *future = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  watch (future, &seen);
  test_complete (future, 1);
  test_tracker_add (tracker, future);
  g_object_unref (future);
  g_assert_cmpuint (test_tracker_n_live (tracker), ==, 1);
  test_iterate_until (context, test_tracker_n_live (tracker) == 0);
  g_assert_cmpuint (seen.n_done, ==, 1);
}

static void
on_done_drop (FutFuture *future, gpointer user_data)
{
  g_clear_object ((FutFuture **) user_data);
}

static void
test_dropped_in_the_handler (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestContext) context = test_context_push ();
  FutFuture *future = fut_future_new ();

  test_tracker_add (tracker, future);
  g_signal_connect (future, "done", G_CALLBACK (on_done_drop), &future);
  test_complete (future, 1);
  test_iterate_until (context, test_tracker_n_live (tracker) == 0);
  g_assert_null (future);
}

/* --- notify --- */

static void
test_progress_is_coalesced (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  g_assert_true (fut_future_set_running_or_notify_cancel (future, NULL));
  watch (future, &seen);
  for (guint i = 0; i <= 1000; i++)
    fut_future_set_progress (future, i / 2000.0);
  g_assert_cmpuint (seen.n_progress, ==, 0);
  test_iterate_until (context, seen.n_progress > 0);
  g_assert_cmpuint (seen.n_progress, ==, 1);
  g_assert_cmpfloat (seen.progress, ==, 0.5);

  fut_future_set_progress (future, 0.75);
  test_iterate_until (context, seen.n_progress > 1);
  g_assert_cmpfloat (seen.progress, ==, 0.75);
  test_complete (future, 0);
  deliver_all (context);
  g_assert_cmpuint (seen.n_progress, ==, 2);
}

typedef struct
{
  FutFuture *future;
  gboolean   stop;      /* atomic */
} Reporter;

static gpointer
report_on_and_on (gpointer data)
{
  Reporter *reporter = data;
  guint n = 0;

  while (!g_atomic_int_get (&reporter->stop))
    fut_future_set_progress (reporter->future, (n++ % 1000) / 1000.0);
  return NULL;
}

/* However fast it is reported: one notify a future in an iteration of the loop. */
static void
test_progress_once_an_iteration (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  Reporter reporter = { future, FALSE };
  TestThread *thread;
  g_auto(Seen) seen;

  seen_init (&seen, context);
  g_assert_true (fut_future_set_running_or_notify_cancel (future, NULL));
  watch (future, &seen);
  thread = test_thread_new (report_on_and_on, &reporter);
  while (seen.n_progress < 200)
    {
      guint before = seen.n_progress;

      g_main_context_iteration (context, TRUE);
      g_assert_cmpuint (seen.n_progress - before, <=, 1);
    }
  g_atomic_int_set (&reporter.stop, TRUE);
  test_thread_join (thread);
  test_complete (future, 0);
  deliver_all (context);
  g_assert_cmpuint (seen.n_done, ==, 1);
}

static void
test_progress_is_clamped (void)
{
  static const struct
  {
    double given, kept;
  } cases[] = { { 0, 0 }, { 1, 1 }, { 1.5, 1 }, { -1, -1 }, { 0.25, 0.25 }, { -0.5, -1 } };
  g_autoptr(FutFuture) future = fut_future_new ();

  g_assert_true (fut_future_set_running_or_notify_cancel (future, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      fut_future_set_progress (future, cases[i].given);
      g_assert_cmpfloat (fut_future_get_progress (future), ==, cases[i].kept);
    }
}

static void
test_progress_only_while_running (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();

  test_expect_critical ("*");
  fut_future_set_progress (future, 0.5);
  g_test_assert_expected_messages ();
  test_expect_critical ("*");
  fut_future_set_status (future, "too early");
  g_test_assert_expected_messages ();
  g_assert_cmpfloat (fut_future_get_progress (future), ==, -1);
  g_assert_null (fut_future_dup_status (future));

  /* A task may not have noticed that it is over. */
  test_complete (future, 0);
  fut_future_set_progress (future, 0.5);
  fut_future_set_status (future, "too late");
  g_assert_cmpfloat (fut_future_get_progress (future), ==, -1);
  g_assert_null (fut_future_dup_status (future));
}

static void
test_status (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autofree char *status = NULL;
  g_auto(Seen) seen;

  seen_init (&seen, context);
  g_assert_true (fut_future_set_running_or_notify_cancel (future, NULL));
  deliver_all (context);
  watch (future, &seen);
  fut_future_set_status (future, "first");
  fut_future_set_status (future, "second");
  test_iterate_until (context, seen.events->len > 0);
  g_assert_cmpstr (seen.events->str, ==, "s");
  status = fut_future_dup_status (future);
  g_assert_cmpstr (status, ==, "second");
  fut_future_set_status (future, NULL);
  g_assert_null (fut_future_dup_status (future));
}

static void
test_can_cancel_is_notified (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  g_assert_true (fut_future_set_running_or_notify_cancel (future, NULL));
  deliver_all (context);
  watch (future, &seen);
  g_assert_false (fut_future_cancel (future));
  test_iterate_until (context, seen.events->len > 0);
  g_assert_cmpstr (seen.events->str, ==, "c");
}

static void
test_running_is_notified (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  watch (future, &seen);
  g_assert_true (fut_future_set_running_or_notify_cancel (future, NULL));
  test_iterate_until (context, seen.state == FUT_STATE_RUNNING);
  test_complete (future, 0);
  test_iterate_until (context, seen.state == FUT_STATE_FINISHED);
}

/* --- callbacks in a context --- */

static void
call_done (FutFuture *future, gpointer user_data)
{
  on_done (future, user_data);
}

static void
note_destroyed (gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_true (g_main_context_is_owner (seen->context));
  g_string_append_c (seen->events, '.');
}

static void
test_callback_in_the_owners_context (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto(Seen) seen;

  seen_init (&seen, context);
  fut_future_add_done_callback_in (future, NULL, call_done, &seen, note_destroyed);
  test_thread_join (test_thread_new (complete_it, future));
  g_assert_cmpuint (seen.n_done, ==, 0);
  test_iterate_until (context, seen.events->len == 2);

  /* One that comes late is called by the loop too, never at once. */
  fut_future_add_done_callback_in (future, NULL, call_done, &seen, note_destroyed);
  g_assert_cmpuint (seen.n_done, ==, 1);
  test_iterate_until (context, seen.events->len == 4);
  g_assert_cmpstr (seen.events->str, ==, "d.d.");
}

typedef struct
{
  GMainContext *context;
  gboolean      quit;   /* atomic */
} Loop;

static gpointer
run_loop (gpointer data)
{
  Loop *loop = data;

  g_main_context_push_thread_default (loop->context);
  test_iterate_until (loop->context, g_atomic_int_get (&loop->quit));
  g_main_context_pop_thread_default (loop->context);
  return NULL;
}

static void
test_callback_in_another_context (void)
{
  g_autoptr(GMainContext) other = g_main_context_new ();
  Loop loop = { other, FALSE };
  TestThread *thread = test_thread_new (run_loop, &loop);
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(TestLatch) called = test_latch_new ();
  g_auto(Seen) seen;

  seen_init (&seen, other);
  fut_future_add_done_callback_in (future, other, call_done, &seen, note_destroyed);
  fut_future_add_done_callback_in (future, other, test_latch_raise_for_future, called, NULL);
  test_complete (future, 1);
  test_latch_await (called, 1);
  g_assert_cmpstr (seen.events->str, ==, "d.");
  fut_future_add_done_callback_in (future, other, test_latch_raise_for_future, called,
                                   test_latch_raise_cb);
  test_latch_await (called, 3);
  g_atomic_int_set (&loop.quit, TRUE);
  test_thread_join (thread);
}

static void
append_future (FutFuture *future, gpointer order)
{
  g_ptr_array_add (order, future);
}

static gpointer
complete_all (gpointer futures)
{
  GPtrArray *array = futures;

  for (guint i = array->len; i > 0; i--)
    test_complete (g_ptr_array_index (array, i - 1), i);
  return NULL;
}

/* What one thread ends is delivered in the order in which it ended. */
static void
test_callbacks_in_order_of_ending (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) order = g_ptr_array_new ();
  TestThread *thread;
  guint n = 5000;

  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (futures, fut_future_new ());
      fut_future_add_done_callback_in (g_ptr_array_index (futures, i), NULL, append_future, order,
                                       NULL);
    }
  thread = test_thread_new (complete_all, futures);
  test_iterate_until (context, order->len == n);
  test_thread_join (thread);
  for (guint i = 0; i < n; i++)
    g_assert_true (g_ptr_array_index (order, i) == g_ptr_array_index (futures, n - 1 - i));
}

static gboolean
note_idle (gpointer user_data)
{
  g_string_append_c (user_data, 'i');
  return G_SOURCE_REMOVE;
}

static void
note_letter (FutFuture *future, gpointer user_data)
{
  g_string_append_c (user_data, 'f');
}

/* A source of a lower priority gets its turn although there is always something to deliver. */
static void
test_others_get_their_turn (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GString) letters = g_string_new (NULL);
  g_autoptr(GSource) idle = g_idle_source_new ();
  guint n = 100000;

  g_source_set_callback (idle, note_idle, letters, NULL);
  g_source_set_priority (idle, G_PRIORITY_HIGH_IDLE + 20);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(FutFuture) future = test_future_done (i);

      fut_future_add_done_callback_in (future, NULL, note_letter, letters, NULL);
    }
  g_source_attach (idle, context);
  test_iterate_until (context, letters->len == n + 1);
  g_assert_cmpuint (strchr (letters->str, 'i') - letters->str, <, n);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/future/F15/done-once", test_done_once);
  test_add ("/future/F15/done-when-cancelled", test_done_when_cancelled);
  test_add ("/future/F15/done-from-another-thread", test_done_from_another_thread);
  test_add ("/future/F15/connected-late", test_connected_late);
  test_add ("/future/F15/connected-too-late", test_connected_too_late);
  test_add ("/future/F15/dropped-before-delivery", test_dropped_before_delivery);
  test_add ("/future/F15/dropped-in-the-handler", test_dropped_in_the_handler);
  test_add ("/future/F15/progress-is-coalesced", test_progress_is_coalesced);
  test_add ("/future/F15/progress-once-an-iteration", test_progress_once_an_iteration);
  test_add ("/future/F15/progress-is-clamped", test_progress_is_clamped);
  test_add ("/future/F15/progress-only-while-running", test_progress_only_while_running);
  test_add ("/future/F15/status", test_status);
  test_add ("/future/F15/can-cancel-is-notified", test_can_cancel_is_notified);
  test_add ("/future/F15/running-is-notified", test_running_is_notified);
  test_add ("/future/F15/callback-in-the-owners-context", test_callback_in_the_owners_context);
  test_add ("/future/F15/callback-in-another-context", test_callback_in_another_context);
  test_add ("/future/F15/callbacks-in-order-of-ending", test_callbacks_in_order_of_ending);
  test_add ("/future/F15/others-get-their-turn", test_others_get_their_turn);
  return g_test_run ();
}
