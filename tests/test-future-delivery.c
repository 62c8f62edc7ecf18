/* test-future-delivery.c: what a future brings to its owner's main context: "done" and notify
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
  return g_test_run ();
}
