/* test-map-async.c: a map's outcomes in a main loop
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-maps.h"
#include "test-util.h"

typedef struct
{
  GMainContext *context;
  gboolean      outcome;    /* finish by next_outcome_finish() */
  guint         n_ended;
  FutFuture    *future;
  GError       *error;
} Result;

static void
result_clear (Result *result)
{
  g_clear_object (&result->future);
  g_clear_error (&result->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static void
on_next (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  Result *result = user_data;
  FutMapIterator *iterator = FUT_MAP_ITERATOR (source);

  g_assert_true (g_main_context_is_owner (result->context));
  result_clear (result);
  result->future = result->outcome
                     ? fut_map_iterator_next_outcome_finish (iterator, async_result, &result->error)
                     : fut_map_iterator_next_finish (iterator, async_result, &result->error);
  result->n_ended++;
}

static void
next_async (FutMapIterator *iterator, Result *result)
{
  guint n_ended = result->n_ended;

  fut_map_iterator_next_async (iterator, NULL, on_next, result);
  g_assert_cmpuint (result->n_ended, ==, n_ended);
  test_iterate_until (result->context, result->n_ended == n_ended + 1);
}

static void
test_async (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GPtrArray) inputs = test_map_numbers (20);
  g_auto (Result) result = { .context = context };

  for (int buffersize = -1; buffersize <= 5; buffersize += 2)
    {
      g_autoptr(FutMapIterator) iterator =
        test_map (pool, "contract.half", inputs, -1, 1, buffersize);

      for (gint64 i = 0; i < 20; i++)
        {
          result.outcome = i % 4 < 2;
          next_async (iterator, &result);
          if (i % 2 == 0)
            test_assert_int64 (result.future, i / 2);
          else if (result.outcome)
            test_assert_error (result.future, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "*is odd");
          else
            g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
          g_assert_true ((result.future == NULL) == (result.error != NULL));
        }
      for (guint i = 0; i < 4; i++)
        {
          result.outcome = i % 2 == 0;
          next_async (iterator, &result);
          g_assert_null (result.future);
          g_assert_no_error (result.error);
        }
    }
}

static void
test_async_deadline (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Result) result = { .context = context };
  gint64 begin = g_get_monotonic_time ();
  GVariant *inputs[] = { contract_room_args (room, 0), contract_room_args (room, 1) };
  g_autoptr(FutMapIterator) iterator =
    fut_executor_map (pool, "contract.gate", inputs, 2, 10 * G_TIME_SPAN_MILLISECOND, 1, -1, NULL);

  g_assert_cmpint (contract_room_next (room), ==, 0);
  next_async (iterator, &result);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 10 * G_TIME_SPAN_MILLISECOND);
  next_async (iterator, &result);
  g_assert_null (result.future);
  g_assert_no_error (result.error);
  contract_room_open (room, 1);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
}

static void
test_async_cancelled (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Result) result = { .context = context };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  GVariant *inputs[] = { contract_room_args (room, 5) };
  g_autoptr(FutMapIterator) iterator =
    fut_executor_map (pool, "contract.gate", inputs, 1, -1, 1, -1, NULL);

  fut_map_iterator_next_async (iterator, cancellable, on_next, &result);
  g_cancellable_cancel (cancellable);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  contract_room_open (room, 1);
  next_async (iterator, &result);
  test_assert_int64 (result.future, 5);
}

/* Dropped with a wait under way: the wait keeps it. */
static void
test_async_keeps_the_iterator (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GPtrArray) inputs = test_map_numbers (3);
  g_auto (Result) result = { .context = context };
  FutMapIterator *iterator = test_map (pool, "contract.square", inputs, -1, 1, -1);

  fut_map_iterator_next_async (iterator, NULL, on_next, &result);
  g_object_unref (iterator);
  test_iterate_until (context, result.n_ended == 1);
  test_assert_int64 (result.future, 0);
}

/* One wait at a time. */
static void
test_async_while_waiting (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Result) first = { .context = context };
  g_auto (Result) second = { .context = context };
  GVariant *inputs[] = { contract_room_args (room, 5) };
  g_autoptr(FutMapIterator) iterator =
    fut_executor_map (pool, "contract.gate", inputs, 1, -1, 1, -1, NULL);

  fut_map_iterator_next_async (iterator, NULL, on_next, &first);
  fut_map_iterator_next_async (iterator, NULL, on_next, &second);
  test_iterate_until (context, second.n_ended == 1);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_assert_cmpuint (first.n_ended, ==, 0);
  contract_room_open (room, 1);
  test_iterate_until (context, first.n_ended == 1);
  test_assert_int64 (first.future, 5);
}

/* Closed with a wait under way: the wait ends too. */
static void
test_async_closed (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Result) result = { .context = context };
  GVariant *inputs[] = { contract_room_args (room, 5), contract_room_args (room, 6) };
  g_autoptr(FutMapIterator) iterator =
    fut_executor_map (pool, "contract.polite-gate", inputs, 2, -1, 1, -1, NULL);

  g_assert_cmpint (contract_room_next (room), ==, 5);
  fut_map_iterator_next_async (iterator, NULL, on_next, &result);
  fut_map_iterator_close (iterator);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_null (result.future);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/map/async/each-in-turn", test_async);
  test_add ("/map/async/deadline", test_async_deadline);
  test_add ("/map/async/cancelled", test_async_cancelled);
  test_add ("/map/async/while-waiting", test_async_while_waiting);
  test_add ("/map/async/closed", test_async_closed);
  test_add ("/map/async/keeps-the-iterator", test_async_keeps_the_iterator);
  return g_test_run ();
}
