/* test-faults-threads.c: no thread can be created: row 38 of the faults
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

/* This stands before libc's own, for GLib too: a limit of the system does not bind root. */
static int n_allowed = -1;   /* atomic; −1: any number */

int
pthread_create (pthread_t *thread, const pthread_attr_t *attributes, void *(*func) (void *),
                void *argument)
{
  static int (*real) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *);
  int allowed = g_atomic_int_get (&n_allowed);

  if (allowed == 0)
    return EAGAIN;
  if (allowed > 0)
    g_atomic_int_add (&n_allowed, -1);
  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "pthread_create");
  return real (thread, attributes, func, argument);
}

static void
allow (int n)
{
  g_atomic_int_set (&n_allowed, n);
}

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
      allow (n);
      pool = fault_room_add_pool (room, &fault_usual_case, 2);
      assert_ends (room, pool);
      allow (-1);
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
      allow (n);
      assert_ends (room, pool);
      fut_executor_shutdown (pool, TRUE, FALSE);
      allow (-1);
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
  allow (0);
  future = fault_room_submit_timed (room, pool, "contract.square", g_variant_new_int64 (4),
                                    test_span (10 * G_TIME_SPAN_SECOND));
  test_assert_int64 (future, 16);
  allow (-1);
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
