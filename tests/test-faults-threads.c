/* test-faults-threads.c: no thread can be created: row 38 of the faults
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"
#include "thread-limit.h"

/* It ends, one way or the other, with so many threads to be had. */
static void
assert_ends (FaultRoom *room, FutExecutor *pool)
{
  FutFuture *future = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (3));
  g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

  if (error == NULL)
    test_assert_int64 (future, 9);
  g_test_message ("%s", error != NULL ? error->message : "works");
}

static void
test_none_for_a_new_pool (void)
{
  for (int n = 0; n < 4; n++)
    {
      g_autoptr(FaultRoom) room = fault_room_new ();
      FutExecutor *pool;

      room->log_is_free = TRUE;
      thread_limit_set (n);
      pool = fault_room_add_pool (room, &fault_usual_case, 2);
      assert_ends (room, pool);
      thread_limit_set (-1);
    }
}

static void
test_none_for_a_used_pool (void)
{
  for (int n = 0; n < 4; n++)
    {
      g_autoptr(FaultRoom) room = fault_room_new ();
      FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 2);
      g_autoptr(FutFuture) first =
        fut_executor_submit (pool, "contract.square", g_variant_new_int64 (2));

      room->log_is_free = TRUE;
      test_assert_int64 (first, 4);
      thread_limit_set (n);
      assert_ends (room, pool);
      fut_executor_shutdown (pool, TRUE, FALSE);
      thread_limit_set (-1);
    }
}

/* Without a thread for it the call still ends in its time, or late, but never hangs. */
static void
test_none_for_deadlines (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  FutFuture *future;

  fault_room_assert_works (room, pool);
  thread_limit_set (0);
  future = fault_room_submit_timed (room, pool, "contract.square", g_variant_new_int64 (4),
                                    test_span (10 * G_TIME_SPAN_SECOND));
  test_assert_int64 (future, 16);
  thread_limit_set (-1);
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  test_add ("/faults/38/none-for-a-new-pool", test_none_for_a_new_pool);
  test_add ("/faults/38/none-for-a-used-pool", test_none_for_a_used_pool);
  test_add ("/faults/38/none-for-deadlines", test_none_for_deadlines);
  return fault_run ();
}
