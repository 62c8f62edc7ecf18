/* test-future-contexts.c: asynchronous waits, and contexts that go, are not iterated, or nest
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

typedef struct
{
  GMainContext *context;    /* where handlers must run */
  guint         n_done;
} Seen;

static void
on_done (FutFuture *future, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_true (g_main_context_is_owner (seen->context));
  g_assert_true (fut_future_is_done (future));
  seen->n_done++;
}

static void
on_notify (FutFuture *future, GParamSpec *pspec, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_true (g_main_context_is_owner (seen->context));
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
  Seen seen = { context, 0 };

  watch (last, &seen);
  test_complete (last, 0);
  test_iterate_until (context, seen.n_done > 0);
}

static gpointer
complete_it (gpointer future)
{
  test_complete (future, 5);
  return NULL;
}

/* --- wait_async --- */

typedef struct
{
  GMainContext *context;
  guint         n_ended;
  GError       *error;      /* of the last that failed */
} Waits;

static void
on_waited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waits *waits = user_data;

  g_assert_true (g_main_context_is_owner (waits->context));
  g_clear_error (&waits->error);
  g_assert_cmpint (fut_future_wait_finish (FUT_FUTURE (source), result, &waits->error), ==,
                   waits->error == NULL);
  waits->n_ended++;
}

static void
waits_clear (Waits *waits)
{
  g_clear_error (&waits->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Waits, waits_clear)

static void
test_wait_async (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto (Waits) waits = { context, 0, NULL };

  for (guint i = 0; i < 3; i++)
    fut_future_wait_async (future, NULL, on_waited, &waits);
  test_thread_join (test_thread_new (complete_it, future));
  g_assert_cmpuint (waits.n_ended, ==, 0);
  test_iterate_until (context, waits.n_ended == 3);
  g_assert_no_error (waits.error);

  fut_future_wait_async (future, NULL, on_waited, &waits);
  g_assert_cmpuint (waits.n_ended, ==, 3);
  test_iterate_until (context, waits.n_ended == 4);
  g_assert_no_error (waits.error);
}

static void
test_wait_async_cancelled (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto (Waits) waits = { context, 0, NULL };

  fut_future_wait_async (future, cancellable, on_waited, &waits);
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (waits.n_ended, ==, 0);
  test_iterate_until (context, waits.n_ended == 1);
  g_assert_error (waits.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_state (future, FUT_STATE_PENDING);
  test_complete (future, 5);
  deliver_all (context);
  g_assert_cmpuint (waits.n_ended, ==, 1);
}

/* A wait for a cancelled future ends well: the future is done. */
static void
test_wait_async_for_a_cancelled_one (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) future = fut_future_new ();
  g_auto (Waits) waits = { context, 0, NULL };

  fut_future_wait_async (future, NULL, on_waited, &waits);
  g_assert_true (fut_future_cancel (future));
  test_iterate_until (context, waits.n_ended == 1);
  g_assert_no_error (waits.error);
}

/* In the caller's context, whoever owns the future. */
static void
test_wait_async_in_the_callers_context (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Waits) waits = { context, 0, NULL };

  fut_future_wait_async (future, NULL, on_waited, &waits);
  test_complete (future, 5);
  test_iterate_until (context, waits.n_ended == 1);
}

/* --- contexts that are not there --- */

static void
test_nobody_iterates (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestContext) context = test_context_push ();

  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr(FutFuture) future = fut_future_new ();

      test_tracker_add (tracker, future);
      if (i % 2 == 0)
        g_assert_true (fut_future_set_running_or_notify_cancel (future, NULL));
      if (i % 4 == 0)
        fut_future_set_progress (future, 0.5);
      if (i % 5 == 0)
        fut_future_cancel (future);
      if (!fut_future_is_done (future))
        test_complete (future, i);
    }
  g_assert_cmpuint (test_tracker_n_live (tracker), ==, 0);
}

/* The context goes, and with it what it would have delivered. */
static void
test_context_goes_after_the_end (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  TestContext *context = test_context_push ();
  FutFuture *dropped = fut_future_new ();
  g_autoptr(FutFuture) kept = fut_future_new ();
  Seen seen = { context, 0 };

  watch (dropped, &seen);
  watch (kept, &seen);
  test_tracker_add (tracker, dropped);
  fut_future_add_done_callback_in (dropped, NULL, on_done, &seen, NULL);
  fut_future_add_done_callback_in (kept, NULL, on_done, &seen, NULL);
  test_complete (dropped, 1);
  test_complete (kept, 2);
  g_object_unref (dropped);
  test_context_pop (context);
  g_assert_cmpuint (seen.n_done, ==, 0);
  test_tracker_await_live (tracker, 0);
  test_assert_int64 (kept, 2);
}

static gpointer
read_five (gpointer future)
{
  test_assert_int64 (future, 5);
  return NULL;
}

static void
test_context_goes_before_the_end (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestLatch) called = test_latch_new ();
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  TestContext *context = test_context_push ();
  FutFuture *future = fut_future_new ();
  FutFuture *other = fut_future_new ();
  TestThread *waiter;
  Seen seen = { context, 0 };

  test_tracker_add (tracker, future);
  test_tracker_add (tracker, other);
  watch (future, &seen);
  fut_future_add_done_callback_in (other, NULL, on_done, &seen, NULL);
  fut_future_add_done_callback (future, test_latch_raise_for_future, called, NULL);
  fut_future_add_done_callback_in (future, NULL, test_latch_raise_for_future, destroyed,
                                   test_latch_raise_cb);
  test_context_pop (context);

  /* No crash, whoever waits wakes, and nothing is left. */
  waiter = test_thread_new (read_five, future);
  test_thread_await_blocked (waiter);
  test_complete (future, 5);
  test_complete (other, 5);
  test_thread_join (waiter);
  g_assert_cmpuint (test_latch_peek (called), ==, 1);
  g_assert_cmpuint (seen.n_done, ==, 0);
  g_object_unref (future);
  g_object_unref (other);
  g_assert_cmpuint (test_tracker_n_live (tracker), ==, 0);
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 1);
}

static void
test_contexts_come_and_go (void)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr(TestContext) context = test_context_push ();
      g_autoptr(FutFuture) future = fut_future_new ();
      Seen seen = { context, 0 };

      g_signal_connect (future, "done", G_CALLBACK (on_done), &seen);
      test_complete (future, i);
      if (i % 2 == 0)
        test_iterate_until (context, seen.n_done == 1);
      else
        g_signal_handlers_disconnect_by_data (future, &seen);
    }
}

static void
note_thread (gpointer thread)
{
  *(GThread **) thread = g_thread_self ();
}

/* Who listens late, and drops the future in the loop's own thread, finds it dropped there. */
static void
test_goes_in_the_loops_thread (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestContext) context = test_context_push ();

  for (guint i = 0; i < 20; i++)
    {
      FutFuture *future = fut_future_new ();
      GThread *dropper = NULL;
      Seen seen = { context, 0 };

      test_tracker_add (tracker, future);
      fut_future_return_pointer (future, &dropper, note_thread);
      g_signal_connect (future, "done", G_CALLBACK (on_done), &seen);
      g_object_unref (future);
      test_iterate_until (context, test_tracker_n_live (tracker) == 0);
      g_assert_cmpuint (seen.n_done, ==, 1);
      g_assert_true (dropper == g_thread_self ());
    }
}

/* --- a loop in a loop --- */

static void
on_done_run_the_loop (FutFuture *future, gpointer user_data)
{
  g_autoptr(FutFuture) inner = fut_future_new ();
  GMainContext *context = g_main_context_get_thread_default ();
  guint *depth = user_data;
  Seen seen = { context, 0 };

  ++*depth;
  g_signal_connect (inner, "done", G_CALLBACK (on_done), &seen);
  if (*depth < 5)
    g_signal_connect (inner, "done", G_CALLBACK (on_done_run_the_loop), depth);
  test_complete (inner, 1);
  test_iterate_until (context, seen.n_done > 0);
  g_assert_cmpuint (seen.n_done, ==, 1);
}

static void
test_nested_loops (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  FutFuture *futures[20];
  guint depth = 0;
  Seen seen = { context, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      futures[i] = fut_future_new ();
      g_signal_connect (futures[i], "done", G_CALLBACK (on_done), &seen);
      if (i == 3)
        g_signal_connect (futures[i], "done", G_CALLBACK (on_done_run_the_loop), &depth);
      test_complete (futures[i], i);
    }
  test_iterate_until (context, seen.n_done >= G_N_ELEMENTS (futures));
  deliver_all (context);
  g_assert_cmpuint (seen.n_done, ==, G_N_ELEMENTS (futures));
  g_assert_cmpuint (depth, ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_object_unref (futures[i]);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/future/F15/wait-async", test_wait_async);
  test_add ("/future/F15/wait-async-cancelled", test_wait_async_cancelled);
  test_add ("/future/F15/wait-async-for-a-cancelled-one", test_wait_async_for_a_cancelled_one);
  test_add ("/future/F15/wait-async-in-the-callers-context",
            test_wait_async_in_the_callers_context);
  test_add ("/future/context/nobody-iterates", test_nobody_iterates);
  test_add ("/future/context/goes-after-the-end", test_context_goes_after_the_end);
  test_add ("/future/context/goes-before-the-end", test_context_goes_before_the_end);
  test_add ("/future/context/come-and-go", test_contexts_come_and_go);
  test_add ("/future/context/goes-in-the-loops-thread", test_goes_in_the_loops_thread);
  test_add ("/future/context/nested-loops", test_nested_loops);
  return g_test_run ();
}
