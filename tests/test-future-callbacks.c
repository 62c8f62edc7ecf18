/* test-future-callbacks.c: callbacks at the end of futures made by hand, and what they own
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

#include <string.h>

static void
append_a (FutFuture *future, gpointer letters)
{
  g_string_append_c (letters, 'a');
}

static void
append_b (FutFuture *future, gpointer letters)
{
  g_string_append_c (letters, 'b');
}

static void
append_end (gpointer letters)
{
  g_string_append_c (letters, '.');
}

static void
test_callbacks_in_order (void)
{
  g_autoptr(GString) letters = g_string_new (NULL);
  g_autoptr(FutFuture) future = fut_future_new ();

  fut_future_add_done_callback (future, append_a, letters, append_end);
  fut_future_add_done_callback (future, append_b, letters, NULL);
  fut_future_add_done_callback (future, append_a, letters, append_end);
  fut_future_add_done_callback (future, append_b, letters, append_end);
  g_assert_true (fut_future_set_running_or_notify_cancel (future, NULL));
  g_assert_cmpstr (letters->str, ==, "");

  /* Each destroy function follows its callback. */
  test_complete (future, 0);
  g_assert_cmpstr (letters->str, ==, "a.ba.b.");
  fut_future_add_done_callback (future, append_a, letters, append_end);
  g_assert_cmpstr (letters->str, ==, "a.ba.b.a.");
}

static void
test_many_callbacks (void)
{
  g_autoptr(TestLatch) called = test_latch_new ();
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(FutFuture) future = fut_future_new ();

  for (guint i = 0; i < 1000; i++)
    {
      fut_future_add_done_callback (future, test_latch_raise_for_future, called, NULL);
      fut_future_add_done_callback (future, test_latch_raise_for_future, destroyed,
                                    test_latch_raise_cb);
    }
  g_assert_true (fut_future_cancel (future));
  g_assert_cmpuint (test_latch_peek (called), ==, 1000);
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 2000);
}

static void
test_never_ended (void)
{
  g_autoptr(GString) letters = g_string_new (NULL);
  FutFuture *future = fut_future_new ();

  fut_future_add_done_callback (future, append_a, letters, append_end);
  fut_future_add_done_callback_in (future, NULL, append_b, letters, append_end);
  g_object_unref (future);
  g_assert_cmpstr (letters->str, ==, "..");
}

static void
keep_adding (FutFuture *future, gpointer letters)
{
  GString *text = letters;

  g_string_append_c (text, 'x');
  if (text->len < 5)
    fut_future_add_done_callback (future, keep_adding, text, NULL);
}

static void
test_callback_adds_callbacks (void)
{
  g_autoptr(GString) letters = g_string_new (NULL);
  g_autoptr(FutFuture) future = fut_future_new ();

  fut_future_add_done_callback (future, keep_adding, letters, NULL);
  fut_future_add_done_callback (future, append_b, letters, NULL);
  test_complete (future, 0);
  g_assert_cmpstr (letters->str, ==, "xxxxxb");
}

static gpointer
finish_it (gpointer data)
{
  test_complete (data, 3);
  return NULL;
}

/* Added while another thread ends it: each one is called, exactly once. */
static void
test_callbacks_while_ending (void)
{
  for (guint round = 0; round < 200; round++)
    {
      g_autoptr(TestLatch) called = test_latch_new ();
      g_autoptr(FutFuture) future = fut_future_new ();
      TestThread *finisher = test_thread_new (finish_it, future);

      for (guint i = 0; i < 50; i++)
        fut_future_add_done_callback (future, test_latch_raise_for_future, called, NULL);
      test_thread_join (finisher);
      g_assert_cmpuint (test_latch_peek (called), ==, 50);
    }
}

static void
test_result_freed_with_the_future (void)
{
  g_autoptr(TestLatch) freed = test_latch_new ();
  FutFuture *future = fut_future_new ();

  fut_future_return_pointer (future, freed, test_latch_raise_cb);
  g_assert_true (fut_future_result_pointer (future, -1, NULL) == freed);
  g_assert_cmpuint (test_latch_peek (freed), ==, 0);
  g_object_unref (future);
  g_assert_cmpuint (test_latch_peek (freed), ==, 1);
}

/* --- in a main context --- */

/* What a callback saw. */
typedef struct
{
  GMainContext *context;    /* where it must run */
  GString      *events;     /* a letter for each call, and a dot for each end of its data */
  guint         n_done;
} Seen;

static void
seen_init (Seen *seen, GMainContext *context)
{
  *seen = (Seen){ .context = context, .events = g_string_new (NULL) };
}

static void
seen_clear (Seen *seen)
{
  g_string_free (seen->events, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seen, seen_clear)

static void
call_done (FutFuture *future, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_true (g_main_context_is_owner (seen->context));
  g_assert_true (fut_future_is_done (future));
  seen->n_done++;
  g_string_append_c (seen->events, 'd');
}

static gpointer
complete_it (gpointer future)
{
  test_complete (future, 5);
  return NULL;
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
  test_add ("/future/F9/callbacks-in-order", test_callbacks_in_order);
  test_add ("/future/F9/many-callbacks", test_many_callbacks);
  test_add ("/future/F9/never-ended", test_never_ended);
  test_add ("/future/F9/callbacks-while-ending", test_callbacks_while_ending);
  test_add ("/future/F10/callback-adds-callbacks", test_callback_adds_callbacks);
  test_add ("/future/F14/result-freed-with-the-future", test_result_freed_with_the_future);
  test_add ("/future/F15/callback-in-the-owners-context", test_callback_in_the_owners_context);
  test_add ("/future/F15/callback-in-another-context", test_callback_in_another_context);
  test_add ("/future/F15/callbacks-in-order-of-ending", test_callbacks_in_order_of_ending);
  test_add ("/future/F15/others-get-their-turn", test_others_get_their_turn);
  return g_test_run ();
}
