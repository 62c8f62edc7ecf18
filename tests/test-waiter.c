/* test-waiter.c: parking until enough is done, or a deadline
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "engine/fut-waiter.h"
#include "test-util.h"

static void
notify (FutWaiter *waiter, guint index, gboolean failed)
{
  FutWaitEntry entry = { .waiter = waiter, .index = index };

  fut_waiter_notify (&entry, failed);
}

static void
test_one_thing (void)
{
  FutWaiter waiter;
  guint index = 99;

  fut_waiter_init (&waiter, NULL);
  g_assert_false (fut_waiter_is_met (&waiter));
  g_assert_false (fut_waiter_take (&waiter, &index));
  notify (&waiter, 0, FALSE);
  g_assert_true (fut_waiter_is_met (&waiter));
  g_assert_true (fut_waiter_park (&waiter, -1));
  g_assert_true (fut_waiter_take (&waiter, &index));
  g_assert_cmpuint (index, ==, 0);
  g_assert_false (fut_waiter_take (&waiter, &index));
  fut_waiter_clear (&waiter);
}

static void
test_counts_to_what_is_wanted (void)
{
  FutWaiter waiter;
  guint ready[3];
  guint index;

  fut_waiter_init (&waiter, ready);
  fut_waiter_set_wanted (&waiter, 3, FALSE);
  notify (&waiter, 2, FALSE);
  notify (&waiter, 0, TRUE);
  g_assert_false (fut_waiter_is_met (&waiter));
  g_assert_cmpuint (fut_waiter_get_n_ready (&waiter), ==, 2);
  notify (&waiter, 1, FALSE);
  g_assert_true (fut_waiter_is_met (&waiter));

  /* In the order in which they came. */
  g_assert_true (fut_waiter_take (&waiter, &index));
  g_assert_cmpuint (index, ==, 2);
  g_assert_true (fut_waiter_take (&waiter, &index));
  g_assert_cmpuint (index, ==, 0);
  g_assert_true (fut_waiter_take (&waiter, &index));
  g_assert_cmpuint (index, ==, 1);
  fut_waiter_clear (&waiter);
}

static void
test_until_a_failure (void)
{
  FutWaiter waiter;
  guint ready[3];

  fut_waiter_init (&waiter, ready);
  fut_waiter_set_wanted (&waiter, 3, TRUE);
  notify (&waiter, 0, FALSE);
  g_assert_false (fut_waiter_is_met (&waiter));
  notify (&waiter, 1, TRUE);
  g_assert_true (fut_waiter_is_met (&waiter));
  g_assert_true (fut_waiter_park (&waiter, -1));
  fut_waiter_clear (&waiter);
}

static void
test_deadlines (void)
{
  FutWaiter waiter;
  gint64 begin = g_get_monotonic_time ();

  fut_waiter_init (&waiter, NULL);
  g_assert_false (fut_waiter_park (&waiter, 0));
  g_assert_false (fut_waiter_park (&waiter, begin + 5000));
  g_assert_cmpint (g_get_monotonic_time (), >=, begin + 5000);
  notify (&waiter, 0, FALSE);
  g_assert_true (fut_waiter_park (&waiter, 0));
  fut_waiter_clear (&waiter);
}

static void
test_deadline_from_timeout (void)
{
  gint64 before = g_get_monotonic_time ();

  g_assert_cmpint (fut_deadline_from_timeout (-1), ==, -1);
  g_assert_cmpint (fut_deadline_from_timeout (0), >=, before);
  g_assert_cmpint (fut_deadline_from_timeout (1000), >=, before + 1000);

  /* Too far away for the clock is never. */
  g_assert_cmpint (fut_deadline_from_timeout (G_MAXINT64), ==, -1);
  g_assert_cmpint (fut_deadline_from_timeout (G_MAXINT64 - 1), ==, -1);
}

static gpointer
park (gpointer waiter)
{
  return GINT_TO_POINTER (fut_waiter_park (waiter, -1));
}

static void
test_wakes_who_is_parked (void)
{
  for (guint round = 0; round < 200; round++)
    {
      FutWaiter waiter;
      guint ready[2];
      TestThread *thread;

      fut_waiter_init (&waiter, ready);
      fut_waiter_set_wanted (&waiter, 2, FALSE);
      thread = test_thread_new (park, &waiter);
      if (round % 2 == 0)
        test_thread_await_blocked (thread);
      notify (&waiter, 0, FALSE);
      notify (&waiter, 1, FALSE);
      g_assert_true (test_thread_join (thread) != NULL);
      fut_waiter_clear (&waiter);
    }
}

static void
test_interrupted (void)
{
  FutWaiter waiter;
  TestThread *thread;

  fut_waiter_init (&waiter, NULL);
  thread = test_thread_new (park, &waiter);
  test_thread_await_blocked (thread);
  fut_waiter_interrupt (&waiter);
  g_assert_true (test_thread_join (thread) == NULL);
  g_assert_false (fut_waiter_park (&waiter, -1));

  /* It can be parked again, and what has come counts all the same. */
  fut_waiter_resume (&waiter);
  g_assert_false (fut_waiter_park (&waiter, 0));
  notify (&waiter, 0, FALSE);
  fut_waiter_interrupt (&waiter);
  g_assert_true (fut_waiter_park (&waiter, -1));
  fut_waiter_clear (&waiter);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/engine/waiter/one-thing", test_one_thing);
  test_add ("/engine/waiter/counts-to-what-is-wanted", test_counts_to_what_is_wanted);
  test_add ("/engine/waiter/until-a-failure", test_until_a_failure);
  test_add ("/engine/waiter/deadlines", test_deadlines);
  test_add ("/engine/waiter/deadline-from-timeout", test_deadline_from_timeout);
  test_add ("/engine/waiter/wakes-who-is-parked", test_wakes_who_is_parked);
  test_add ("/engine/waiter/interrupted", test_interrupted);
  return g_test_run ();
}
