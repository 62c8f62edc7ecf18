/* test-map.c: one function over many inputs, on a thread pool
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-maps.h"
#include "test-util.h"

#include <string.h>

/* --- inputs --- */

static void
test_floating_inputs_are_sunk (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  GVariant *inputs[] = { g_variant_new_int64 (2), g_variant_new_int64 (3) };
  g_autoptr(FutMapIterator) iterator =
    fut_executor_map (pool, "contract.square", inputs, 2, -1, 1, 1, NULL);

  /* The second one has not been submitted yet; the caller's array is not needed. */
  memset (inputs, 0, sizeof inputs);
  test_map_assert_next (iterator, 4);
  test_map_assert_next (iterator, 9);
  test_map_assert_end (iterator);
}

static void
test_unknown_function (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(GPtrArray) inputs = test_map_numbers (3);
  g_autoptr(FutMapIterator) iterator =
    test_map (pool, "contract.no-such-function", inputs, -1, 1, -1);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (fut_map_iterator_next (iterator, NULL, &error));
      g_assert_error (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, "contract.no-such-function"));
    }
  test_map_assert_end (iterator);
}

/* The first one is refused, and with that the inputs end. */
static void
test_after_shutdown (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(GPtrArray) inputs = test_map_numbers (5);
  g_autoptr(FutMapIterator) iterator = NULL;
  g_autoptr(GError) error = NULL;

  fut_executor_shutdown (pool, TRUE, FALSE);
  iterator = test_map (pool, "contract.square", inputs, -1, 1, -1);
  g_assert_null (fut_map_iterator_next (iterator, NULL, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_SHUT_DOWN);
  test_map_assert_end (iterator);
}

/* An item that somebody else cancels fails in its place, like any other. */
static void
test_cancelled_item (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) busy =
    fut_executor_submit (pool, "contract.gate", contract_room_args (room, 0));
  g_autoptr(GPtrArray) inputs = test_map_numbers (2);
  g_autoptr(FutMapIterator) iterator = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (contract_room_next (room), ==, 0);
  iterator = test_map (pool, "contract.square", inputs, -1, 1, -1);
  fut_executor_shutdown (pool, FALSE, TRUE);
  g_assert_null (fut_map_iterator_next (iterator, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  contract_room_open (room, 1);
}

/* --- map_pull --- */

typedef struct
{
  gint64     next;
  gint64     end;         /* -1: never */
  GThread   *thread;      /* where it must be called; NULL: anywhere */
  gboolean   ended;
  int        n_inside;    /* atomic */
  TestLatch *destroyed;
} Source;

static GVariant *
source_next (gpointer user_data)
{
  Source *source = user_data;

  g_assert_cmpint (g_atomic_int_add (&source->n_inside, 1), ==, 0);
  g_assert_true (source->thread == NULL || source->thread == g_thread_self ());
  g_assert_false (source->ended);
  source->ended = source->next == source->end;
  g_atomic_int_add (&source->n_inside, -1);
  return source->ended ? NULL : g_variant_new_int64 (source->next++);
}

static void
source_destroy (gpointer user_data)
{
  Source *source = user_data;

  test_latch_raise (source->destroyed);
}

static FutMapIterator *
map_source (FutExecutor *pool, int buffersize, Source *source)
{
  g_autoptr(GError) error = NULL;
  FutMapIterator *iterator = fut_executor_map_pull (pool, "contract.square", -1, 1, buffersize,
                                                    source_next, source, source_destroy, &error);

  g_assert_no_error (error);
  return iterator;
}

static void
test_pulls_in_the_callers_thread (void)
{
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  Source source = { 0, 50, g_thread_self (), FALSE, 0, destroyed };
  g_autoptr(FutMapIterator) iterator = map_source (pool, 4, &source);

  for (gint64 i = 0; i < 50; i++)
    test_map_assert_next (iterator, i * i);
  test_map_assert_end (iterator);
  g_clear_object (&iterator);
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 1);
}

static void
test_pulls_all_without_a_limit (void)
{
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  Source source = { 0, 30, g_thread_self (), FALSE, 0, destroyed };
  g_autoptr(FutMapIterator) iterator = map_source (pool, -1, &source);

  g_assert_true (source.ended);
  for (gint64 i = 0; i < 30; i++)
    test_map_assert_next (iterator, i * i);
  test_map_assert_end (iterator);
}

static void
test_pulls_nothing (void)
{
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  Source source = { 0, 0, NULL, FALSE, 0, destroyed };
  FutMapIterator *iterator = map_source (pool, 4, &source);

  test_map_assert_end (iterator);
  g_object_unref (iterator);
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 1);
}

static void
test_closed_pulls_no_more (void)
{
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  Source source = { 0, -1, NULL, FALSE, 0, destroyed };
  g_autoptr(FutMapIterator) iterator = map_source (pool, 4, &source);
  gint64 pulled;

  test_map_assert_next (iterator, 0);
  pulled = source.next;
  fut_map_iterator_close (iterator);
  fut_map_iterator_close (iterator);
  test_map_assert_end (iterator);
  g_assert_cmpint (source.next, ==, pulled);
  g_clear_object (&iterator);
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 1);
}

typedef struct
{
  FutMapIterator *iterator;
  GMutex          lock;     /* an iterator is used by one thread at a time */
  gint64          n_taken;
} Shared;

static gpointer
take_in_turn (gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; i < 200; i++)
    {
      g_mutex_lock (&shared->lock);
      test_map_assert_next (shared->iterator, shared->n_taken * shared->n_taken);
      shared->n_taken++;
      g_mutex_unlock (&shared->lock);
    }
  return NULL;
}

static void
test_threads_in_turn (void)
{
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  Source source = { 0, 600, NULL, FALSE, 0, destroyed };
  g_autoptr(FutMapIterator) iterator = map_source (pool, 8, &source);
  Shared shared = { .iterator = iterator };
  TestThread *threads[3];

  g_mutex_init (&shared.lock);
  for (guint i = 0; i < 3; i++)
    threads[i] = test_thread_new (take_in_turn, &shared);
  for (guint i = 0; i < 3; i++)
    test_thread_join (threads[i]);
  g_mutex_clear (&shared.lock);
  test_map_assert_end (iterator);
}

/* --- bad input --- */

static void
test_bad_sizes (void)
{
  static const struct
  {
    int         chunksize, buffersize;
    const char *named;
  } cases[] = { { 0, -1, "chunksize must be at least 1, not 0" },
                { -1, -1, "chunksize must be at least 1, not -1" },
                { G_MININT, -1, "-2147483648" },
                { 1, 0, "not 0" },
                { 1, -2, "-2" },
                { 1, G_MININT, "-2147483648" } };
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(GPtrArray) inputs = test_map_numbers (3);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Source source = { 0, 0, NULL, FALSE, 0, destroyed };
      g_autoptr(GError) error = NULL;

      g_assert_null (fut_executor_map (pool, "contract.square", (GVariant *const *) inputs->pdata,
                                       3, -1, cases[i].chunksize, cases[i].buffersize, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].named));

      /* What came with the call is freed. */
      g_clear_error (&error);
      g_assert_null (fut_executor_map_pull (pool, "contract.square", -1, cases[i].chunksize,
                                            cases[i].buffersize, source_next, &source,
                                            source_destroy, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, cases[i].named));
      g_assert_cmpuint (test_latch_peek (destroyed), ==, i + 1);
    }
}

static gpointer
wait_in_vain (gpointer data)
{
  gpointer *both = data;
  g_autoptr(GError) error = NULL;

  g_assert_null (fut_map_iterator_next (both[0], both[1], &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return NULL;
}

/* Cancelling a wait for the next result is not cancelling the map. */
static void
test_cancelled_wait (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  GVariant *inputs[] = { contract_room_args (room, 7) };
  g_autoptr(FutMapIterator) iterator =
    fut_executor_map (pool, "contract.gate", inputs, 1, -1, 1, -1, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  gpointer both[] = { iterator, cancellable };
  TestThread *thread = test_thread_new (wait_in_vain, both);

  test_thread_await_blocked (thread);
  g_cancellable_cancel (cancellable);
  test_thread_join (thread);
  contract_room_open (room, 1);
  test_map_assert_next (iterator, 7);
  test_map_assert_end (iterator);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/map/inputs/floating-are-sunk", test_floating_inputs_are_sunk);
  test_add ("/map/inputs/unknown-function", test_unknown_function);
  test_add ("/map/inputs/after-shutdown", test_after_shutdown);
  test_add ("/map/M3/cancelled-item", test_cancelled_item);
  test_add ("/map/M5/pulls-in-the-callers-thread", test_pulls_in_the_callers_thread);
  test_add ("/map/M5/pulls-all-without-a-limit", test_pulls_all_without_a_limit);
  test_add ("/map/M5/pulls-nothing", test_pulls_nothing);
  test_add ("/map/M5/closed-pulls-no-more", test_closed_pulls_no_more);
  test_add ("/map/threads-in-turn", test_threads_in_turn);
  test_add ("/map/M4/bad-sizes", test_bad_sizes);
  test_add ("/map/cancelled-wait", test_cancelled_wait);
  return g_test_run ();
}
