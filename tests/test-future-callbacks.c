/* test-future-callbacks.c: callbacks at the end of futures made by hand, and what they own
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

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
  return g_test_run ();
}
