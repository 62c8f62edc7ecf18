/* contract-map.c: the contract's rows M1 to M6: one function over many inputs
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"
#include "test-maps.h"

#include <string.h>

#define N 20

static GPtrArray *
room_numbers (ContractRoom *room, gint64 n)
{
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  for (gint64 i = 0; i < n; i++)
    g_ptr_array_add (inputs, g_variant_ref_sink (contract_room_args (room, i)));
  return inputs;
}

static void
assert_squares (const ContractSubject *subject, guint n_workers, int chunksize, int buffersize)
{
  g_autoptr(ContractExecutor) executor = subject->create (n_workers);
  g_autoptr(GPtrArray) inputs = test_map_numbers (N);
  g_autoptr(FutMapIterator) iterator =
    test_map (executor, "contract.square", inputs, -1, chunksize, buffersize);

  for (gint64 i = 0; i < N; i++)
    test_map_assert_next (iterator, i * i);
  test_map_assert_end (iterator);
}

static void
test_results_in_input_order (const ContractSubject *subject)
{
  assert_squares (subject, 1, 1, -1);
  assert_squares (subject, 4, 1, -1);
}

static void
test_submits_eagerly (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(GPtrArray) inputs = room_numbers (room, 3);
  g_autoptr(FutMapIterator) iterator = test_map (executor, "contract.record", inputs, -1, 1, -1);

  /* Nobody has asked for a result yet. */
  for (gint64 i = 0; i < 3; i++)
    g_assert_cmpint (contract_room_next (room), ==, i);
  for (gint64 i = 0; i < 3; i++)
    test_map_assert_next (iterator, i);
  test_map_assert_end (iterator);
}

static void
test_empty_in_empty_out (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(GError) error = NULL;
  g_autoptr(FutMapIterator) iterator =
    fut_executor_map (executor, "contract.square", NULL, 0, -1, 1, -1, &error);

  g_assert_no_error (error);
  test_map_assert_end (iterator);
}

/* --- M2 --- */

static void
test_deadline_cancels_the_rest (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(GPtrArray) inputs = room_numbers (room, 4);
  g_autoptr(FutFuture) first = contract_square (executor, 2);
  g_autoptr(FutMapIterator) iterator = NULL;
  g_autoptr(GError) error = NULL;
  gint64 begin;

  /* The start of a worker is not part of the time. */
  test_assert_int64 (first, 4);
  begin = g_get_monotonic_time ();
  iterator =
    test_map (executor, "contract.gate", inputs, test_span (100 * G_TIME_SPAN_MILLISECOND), 1, -1);
  g_assert_cmpint (contract_room_next (room), ==, 0);
  contract_room_open (room, 1);
  test_map_assert_next (iterator, 0);
  g_assert_cmpint (contract_room_next (room), ==, 1);
  g_assert_null (fut_map_iterator_next (iterator, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, test_span (100 * G_TIME_SPAN_MILLISECOND));
  test_map_assert_end (iterator);

  /* The one that runs goes on; the two behind it never begin. */
  contract_room_open (room, 3);
  fut_executor_shutdown (executor, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
}

static void
assert_rest_is_cancelled (const ContractSubject *subject, gboolean close)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(GPtrArray) inputs = room_numbers (room, 4);
  g_autoptr(FutMapIterator) iterator = test_map (executor, "contract.gate", inputs, -1, 1, -1);

  g_assert_cmpint (contract_room_next (room), ==, 0);
  if (close)
    {
      fut_map_iterator_close (iterator);
      test_map_assert_end (iterator);
    }
  else
    g_clear_object (&iterator);

  contract_room_open (room, 4);
  fut_executor_shutdown (executor, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
}

static void
test_closing_cancels_the_rest (const ContractSubject *subject)
{
  assert_rest_is_cancelled (subject, TRUE);
}

static void
test_dropping_cancels_the_rest (const ContractSubject *subject)
{
  assert_rest_is_cancelled (subject, FALSE);
}

/* --- M3, M4 --- */

static void
assert_next_fails (FutMapIterator *iterator, const char *message)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (fut_map_iterator_next (iterator, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
}

static void
assert_halves (const ContractSubject *subject, int chunksize)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(GPtrArray) inputs = test_map_numbers (5);
  g_autoptr(FutMapIterator) iterator =
    test_map (executor, "contract.half", inputs, -1, chunksize, -1);

  test_map_assert_next (iterator, 0);
  assert_next_fails (iterator, "1 is odd");
  test_map_assert_next (iterator, 1);
  assert_next_fails (iterator, "3 is odd");
  test_map_assert_next (iterator, 2);
  test_map_assert_end (iterator);
}

static void
test_error_in_its_place (const ContractSubject *subject)
{
  assert_halves (subject, 1);
}

static void
test_outcome_of_each (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(GPtrArray) inputs = test_map_numbers (4);
  g_autoptr(FutMapIterator) iterator = test_map (executor, "contract.half", inputs, -1, 1, -1);
  g_autoptr(GError) error = NULL;

  for (gint64 i = 0; i < 4; i++)
    {
      g_autoptr(FutFuture) future = fut_map_iterator_next_outcome (iterator, NULL, &error);

      g_assert_no_error (error);
      test_assert_state (future, FUT_STATE_FINISHED);
      if (i % 2 == 0)
        test_assert_int64 (future, i / 2);
      else
        test_assert_error (future, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "? is odd");
    }
  test_map_assert_end (iterator);
}

static void
assert_refused (FutExecutor *executor, int chunksize, int buffersize, const char *value)
{
  g_autoptr(GPtrArray) inputs = test_map_numbers (3);
  g_autoptr(GError) error = NULL;

  g_assert_null (fut_executor_map (executor, "contract.square", (GVariant *const *) inputs->pdata,
                                   inputs->len, -1, chunksize, buffersize, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, value));
}

static void
test_chunksize (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);

  assert_squares (subject, 1, 3, -1);
  assert_squares (subject, 1, N, -1);
  assert_squares (subject, 1, 100 * N, -1);
  assert_refused (executor, 0, -1, "chunksize must be at least 1, not 0");
  assert_refused (executor, -7, -1, "chunksize must be at least 1, not -7");
}

static void
test_neighbours_of_an_error (const ContractSubject *subject)
{
  for (int chunksize = 2; chunksize <= 8; chunksize *= 2)
    assert_halves (subject, chunksize);
}

/* --- M5 --- */

/* Endless inputs. */
typedef struct
{
  ContractRoom *room;   /* NULL: inputs for contract.square */
  int           n_pulled;
} Puller;

static GVariant *
pull (gpointer user_data)
{
  Puller *puller = user_data;
  gint64 number = g_atomic_int_add (&puller->n_pulled, 1);

  if (puller->room == NULL)
    return g_variant_new_int64 (number);
  return contract_room_args (puller->room, number);
}

static FutMapIterator *
map_endless (FutExecutor *executor, const char *function, int buffersize, Puller *puller)
{
  g_autoptr(GError) error = NULL;
  FutMapIterator *iterator =
    fut_executor_map_pull (executor, function, -1, 1, buffersize, pull, puller, NULL, &error);

  g_assert_no_error (error);
  return iterator;
}

static gpointer
take_first (gpointer data)
{
  test_map_assert_next (data, 0);
  return NULL;
}

static void
test_buffersize_is_never_exceeded (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  Puller puller = { room, 0 };
  g_autoptr(FutMapIterator) iterator = map_endless (executor, "contract.gate", 3, &puller);
  TestThread *taker;

  /* Taken before the first result is asked for; asking alone takes no more. */
  g_assert_cmpint (g_atomic_int_get (&puller.n_pulled), ==, 3);
  g_assert_cmpint (contract_room_next (room), ==, 0);
  taker = test_thread_new (take_first, iterator);
  test_thread_await_blocked (taker);
  g_assert_cmpint (g_atomic_int_get (&puller.n_pulled), ==, 3);
  contract_room_open (room, 1);
  test_thread_join (taker);
  g_assert_cmpint (g_atomic_int_get (&puller.n_pulled), <=, 4);

  for (gint64 i = 1; i < 10; i++)
    {
      g_assert_cmpint (contract_room_next (room), ==, i);
      contract_room_open (room, 1);
      test_map_assert_next (iterator, i);
      g_assert_cmpint (g_atomic_int_get (&puller.n_pulled), <=, i + 4);
    }
  g_clear_object (&iterator);
  contract_room_open (room, 3);
}

static void
test_endless_inputs (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (2);

  for (int buffersize = 1; buffersize <= 64; buffersize *= 4)
    {
      Puller puller = { NULL, 0 };
      g_autoptr(FutMapIterator) iterator =
        map_endless (executor, "contract.square", buffersize, &puller);

      for (gint64 i = 0; i < 200; i++)
        {
          test_map_assert_next (iterator, i * i);
          g_assert_cmpint (g_atomic_int_get (&puller.n_pulled), <=, i + 1 + buffersize);
        }
      fut_map_iterator_close (iterator);
      g_assert_cmpint (g_atomic_int_get (&puller.n_pulled), <=, 200 + buffersize);
    }
}

static void
test_buffersize_of_known_inputs (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);

  assert_squares (subject, 1, 1, 1);
  assert_squares (subject, 1, 1, 7);
  assert_squares (subject, 1, 1, 100 * N);
  assert_squares (subject, 1, 4, 3);
  assert_refused (executor, 1, 0, "0");
  assert_refused (executor, 1, -2, "-2");
}

/* --- M6 --- */

static void
test_keeps_no_result (const ContractSubject *subject)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(GPtrArray) inputs = test_map_numbers (N);
  g_autoptr(FutMapIterator) iterator = test_map (executor, "contract.square", inputs, -1, 1, -1);

  for (guint i = 0; i < N; i++)
    {
      FutFuture *future = fut_map_iterator_next (iterator, NULL, NULL);

      test_tracker_add (tracker, future);
      g_object_unref (future);
      test_tracker_await_live (tracker, 0);
    }
}

static void
test_holds_the_executor_weakly (const ContractSubject *subject)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  FutExecutor *executor = subject->create (1);
  Puller puller = { NULL, 0 };
  g_autoptr(FutMapIterator) iterator = map_endless (executor, "contract.square", 2, &puller);
  g_autoptr(GError) error = NULL;
  guint n_values = 0;

  test_tracker_add (tracker, executor);
  g_object_unref (executor);
  test_tracker_await_live (tracker, 0);

  /* What was submitted is still there; for more there is nobody. */
  while (error == NULL)
    {
      g_autoptr(FutFuture) future = fut_map_iterator_next (iterator, NULL, &error);

      g_assert_true ((future == NULL) == (error != NULL));
      n_values += future != NULL;
    }
  g_assert_error (error, FUT_ERROR, FUT_ERROR_SHUT_DOWN);
  g_assert_cmpuint (n_values, ==, 2);
}

const ContractTest contract_map_tests[] = {
  { "M1", "results-in-input-order", 0, 0, test_results_in_input_order },
  { "M1", "submits-eagerly", 0, 0, test_submits_eagerly },
  { "M1", "empty-in-empty-out", 0, 0, test_empty_in_empty_out },
  { "M2", "deadline-cancels-the-rest", 0, 0, test_deadline_cancels_the_rest },
  { "M2", "closing-cancels-the-rest", 0, 0, test_closing_cancels_the_rest },
  { "M2", "dropping-cancels-the-rest", 0, 0, test_dropping_cancels_the_rest },
  { "M3", "error-in-its-place", 0, 0, test_error_in_its_place },
  { "M3", "outcome-of-each", 0, 0, test_outcome_of_each },
  { "M4", "chunksize", 0, 0, test_chunksize },
  { "M4", "neighbours-of-an-error", 0, 0, test_neighbours_of_an_error },
  { "M5", "buffersize-is-never-exceeded", 0, 0, test_buffersize_is_never_exceeded },
  { "M5", "endless-inputs", 0, 0, test_endless_inputs },
  { "M5", "buffersize-of-known-inputs", 0, 0, test_buffersize_of_known_inputs },
  { "M6", "keeps-no-result", 0, 0, test_keeps_no_result },
  { "M6", "holds-the-executor-weakly", 0, 0, test_holds_the_executor_weakly },
  { NULL },
};
