/* test-wait.c: waiting for several futures, made by hand
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

#include <string.h>

#define ALL_COMPLETED FUT_RETURN_WHEN_ALL_COMPLETED
#define FIRST_COMPLETED FUT_RETURN_WHEN_FIRST_COMPLETED
#define FIRST_EXCEPTION FUT_RETURN_WHEN_FIRST_EXCEPTION
#define N 5

typedef struct
{
  FutFuture *futures[N];
} Batch;

static void
batch_init (Batch *batch)
{
  for (guint i = 0; i < N; i++)
    batch->futures[i] = fut_future_new ();
}

static void
batch_clear (Batch *batch)
{
  for (guint i = 0; i < N; i++)
    g_object_unref (batch->futures[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

static void
fail (FutFuture *future)
{
  fut_future_return_new_error (future, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
}

static void
assert_members (Batch *batch, GPtrArray *array, const char *members, char letter)
{
  guint n = 0;

  for (guint i = 0; i < N; i++)
    if (members[i] == letter)
      g_assert_true (n < array->len && array->pdata[n++] == batch->futures[i]);
  g_assert_cmpuint (array->len, ==, n);
}

static void
assert_wait (Batch *batch, FutReturnWhen return_when, GTimeSpan timeout, const char *members)
{
  g_autoptr(GPtrArray) done = NULL;
  g_autoptr(GPtrArray) not_done = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (
    fut_wait (batch->futures, N, return_when, timeout, NULL, &done, &not_done, &error));
  g_assert_no_error (error);
  assert_members (batch, done, members, 'd');
  assert_members (batch, not_done, members, '-');

  /* Each of the two is optional. */
  g_assert_true (fut_wait (batch->futures, N, return_when, timeout, NULL, NULL, NULL, NULL));
}

static void
test_empty_list (void)
{
  for (FutReturnWhen when = ALL_COMPLETED; when <= FIRST_EXCEPTION; when++)
    {
      g_autoptr(GPtrArray) done = NULL;
      g_autoptr(GPtrArray) not_done = NULL;
      g_autoptr(GError) error = NULL;

      g_assert_true (fut_wait (NULL, 0, when, -1, NULL, &done, &not_done, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (done->len, ==, 0);
      g_assert_cmpuint (not_done->len, ==, 0);
    }
}

static void
test_polls (void)
{
  g_auto(Batch) batch;

  batch_init (&batch);
  assert_wait (&batch, ALL_COMPLETED, 0, "-----");
  test_complete (batch.futures[3], 0);
  assert_wait (&batch, ALL_COMPLETED, 0, "---d-");
  assert_wait (&batch, FIRST_COMPLETED, -1, "---d-");
  assert_wait (&batch, FIRST_EXCEPTION, 0, "---d-");
  g_assert_true (fut_future_cancel (batch.futures[0]));
  assert_wait (&batch, FIRST_EXCEPTION, 0, "d--d-");
  fail (batch.futures[2]);
  assert_wait (&batch, FIRST_EXCEPTION, -1, "d-dd-");
  test_complete (batch.futures[1], 0);
  test_complete (batch.futures[4], 0);
  assert_wait (&batch, ALL_COMPLETED, -1, "ddddd");
  assert_wait (&batch, ALL_COMPLETED, G_MAXINT64, "ddddd");
}

static void
test_arrays_own_the_futures (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(GPtrArray) done = NULL;
  FutFuture *future = test_future_done (3);

  test_tracker_add (tracker, future);
  g_assert_true (fut_wait (&future, 1, ALL_COMPLETED, -1, NULL, &done, NULL, NULL));
  g_object_unref (future);
  g_assert_cmpuint (test_tracker_n_live (tracker), ==, 1);
  test_assert_int64 (g_ptr_array_index (done, 0), 3);
  g_clear_pointer (&done, g_ptr_array_unref);
  g_assert_cmpuint (test_tracker_n_live (tracker), ==, 0);
}

static void
test_bad_return_when (void)
{
  g_autoptr(FutFuture) future = test_future_done (3);
  g_autoptr(GPtrArray) done = NULL;
  g_autoptr(GPtrArray) not_done = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_wait (&future, 1, (FutReturnWhen) 77, -1, NULL, &done, &not_done, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "77"));
  g_assert_null (done);
  g_assert_null (not_done);
}

typedef struct
{
  Batch        *batch;
  GCancellable *cancellable;
} Wait;

static gpointer
wait_in_vain (gpointer data)
{
  Wait *wait = data;
  g_autoptr(GPtrArray) done = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_false (
    fut_wait (wait->batch->futures, N, ALL_COMPLETED, -1, wait->cancellable, &done, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (done);
  return NULL;
}

static void
test_cancelled_wait (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Batch) batch;
  Wait wait = { &batch, cancellable };
  TestThread *thread;

  batch_init (&batch);
  test_complete (batch.futures[0], 0);
  thread = test_thread_new (wait_in_vain, &wait);
  test_thread_await_blocked (thread);
  g_cancellable_cancel (cancellable);
  test_thread_join (thread);
  wait_in_vain (&wait);
  assert_wait (&batch, ALL_COMPLETED, 0, "d----");
}

static gpointer
wait_for_all (gpointer data)
{
  assert_wait (data, ALL_COMPLETED, -1, "ddddd");
  return NULL;
}

static void
test_wakes_at_the_last (void)
{
  for (guint round = 0; round < 50; round++)
    {
      g_auto(Batch) batch;
      TestThread *threads[3];

      batch_init (&batch);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = test_thread_new (wait_for_all, &batch);
      for (guint i = 0; i < N; i++)
        test_complete (batch.futures[(i + round) % N], 0);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        test_thread_join (threads[i]);
    }
}

/* Waiters come and go while futures end. */
static gpointer
poll_while_others_end (gpointer data)
{
  Batch *batch = data;
  g_autoptr(GPtrArray) not_done = NULL;

  do
    {
      g_clear_pointer (&not_done, g_ptr_array_unref);
      g_assert_true (fut_wait (batch->futures, N, ALL_COMPLETED, 5, NULL, NULL, &not_done, NULL));
    }
  while (not_done->len > 0);
  return NULL;
}

static void
test_waiters_come_and_go (void)
{
  for (guint round = 0; round < 100; round++)
    {
      g_auto(Batch) batch;
      TestThread *threads[3];

      batch_init (&batch);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = test_thread_new (poll_while_others_end, &batch);
      for (guint i = 0; i < N; i++)
        test_complete (batch.futures[i], 0);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        test_thread_join (threads[i]);
    }
}

/* --- in a main loop --- */

typedef struct
{
  GMainContext *context;
  guint         n_ended;
  GPtrArray    *done;
  GPtrArray    *not_done;
  GError       *error;
} Result;

static void
on_waited (GObject *source, GAsyncResult *async_result, gpointer user_data)
{
  Result *result = user_data;

  g_assert_true (g_main_context_is_owner (result->context));
  g_clear_pointer (&result->done, g_ptr_array_unref);
  g_clear_pointer (&result->not_done, g_ptr_array_unref);
  g_clear_error (&result->error);
  g_assert_cmpint (fut_wait_finish (async_result, &result->done, &result->not_done, &result->error),
                   ==, result->error == NULL);
  result->n_ended++;
}

static void
result_clear (Result *result)
{
  g_clear_pointer (&result->done, g_ptr_array_unref);
  g_clear_pointer (&result->not_done, g_ptr_array_unref);
  g_clear_error (&result->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static void
test_async (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_auto(Result) result = { .context = context };
  g_auto(Batch) batch;

  batch_init (&batch);
  fut_wait_async (batch.futures, N, FIRST_COMPLETED, -1, NULL, on_waited, &result);
  test_complete (batch.futures[2], 0);
  g_assert_cmpuint (result.n_ended, ==, 0);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_no_error (result.error);
  assert_members (&batch, result.done, "--d--", 'd');
  assert_members (&batch, result.not_done, "--d--", '-');

  /* Done already: still from the loop. */
  fut_wait_async (batch.futures, N, FIRST_COMPLETED, -1, NULL, on_waited, &result);
  g_assert_cmpuint (result.n_ended, ==, 1);
  test_iterate_until (context, result.n_ended == 2);

  fut_wait_async (batch.futures, N, FIRST_EXCEPTION, -1, NULL, on_waited, &result);
  g_assert_true (fut_future_cancel (batch.futures[1]));
  fail (batch.futures[4]);
  test_iterate_until (context, result.n_ended == 3);
  assert_members (&batch, result.done, "-dd-d", 'd');

  fut_wait_async (batch.futures, N, ALL_COMPLETED, -1, NULL, on_waited, &result);
  test_complete (batch.futures[0], 0);
  test_complete (batch.futures[3], 0);
  test_iterate_until (context, result.n_ended == 4);
  g_assert_no_error (result.error);
  assert_members (&batch, result.done, "ddddd", 'd');
  g_assert_cmpuint (result.not_done->len, ==, 0);
}

static void
test_async_of_nothing (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Result) result = { .context = context };

  fut_wait_async (NULL, 0, ALL_COMPLETED, -1, NULL, on_waited, &result);
  g_assert_cmpuint (result.n_ended, ==, 0);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_no_error (result.error);
  g_assert_cmpuint (result.done->len + result.not_done->len, ==, 0);
}

static void
test_async_timeout (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Result) result = { .context = context };
  gint64 begin = g_get_monotonic_time ();
  g_auto(Batch) batch;

  batch_init (&batch);
  test_complete (batch.futures[4], 0);
  fut_wait_async (batch.futures, N, ALL_COMPLETED, 10 * G_TIME_SPAN_MILLISECOND, NULL, on_waited,
                  &result);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_no_error (result.error);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 10 * G_TIME_SPAN_MILLISECOND);
  assert_members (&batch, result.done, "----d", 'd');
  assert_members (&batch, result.not_done, "----d", '-');

  fut_wait_async (batch.futures, N, ALL_COMPLETED, 0, NULL, on_waited, &result);
  test_iterate_until (context, result.n_ended == 2);
  assert_members (&batch, result.not_done, "----d", '-');
}

static void
test_async_cancelled (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Result) result = { .context = context };
  g_auto(Batch) batch;

  batch_init (&batch);
  fut_wait_async (batch.futures, N, ALL_COMPLETED, -1, cancellable, on_waited, &result);
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (result.n_ended, ==, 0);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  for (guint i = 0; i < N; i++)
    test_complete (batch.futures[i], 0);
}

static void
test_async_bad_return_when (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_auto(Result) result = { .context = context };
  g_auto(Batch) batch;

  batch_init (&batch);
  fut_wait_async (batch.futures, N, (FutReturnWhen) -3, -1, NULL, on_waited, &result);
  test_iterate_until (context, result.n_ended == 1);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

/* The list may go, and the futures with it but for the wait. */
static void
test_async_keeps_what_it_waits_for (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestContext) context = test_context_push ();
  g_auto (Result) result = { .context = context };
  FutFuture *future = fut_future_new ();
  g_autofree FutFuture **list = g_new (FutFuture *, 1);
  FutFuture *producer = g_object_ref (future);

  test_tracker_add (tracker, future);
  list[0] = future;
  fut_wait_async (list, 1, ALL_COMPLETED, -1, NULL, on_waited, &result);
  list[0] = NULL;
  g_object_unref (future);
  test_complete (producer, 6);
  g_object_unref (producer);
  test_iterate_until (context, result.n_ended == 1);
  test_assert_int64 (g_ptr_array_index (result.done, 0), 6);
  result_clear (&result);
  test_iterate_until (context, test_tracker_n_live (tracker) == 0);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/wait/W1/empty-list", test_empty_list);
  test_add ("/wait/W2/polls", test_polls);
  test_add ("/wait/W2/wakes-at-the-last", test_wakes_at_the_last);
  test_add ("/wait/W2/waiters-come-and-go", test_waiters_come_and_go);
  test_add ("/wait/W3/bad-return-when", test_bad_return_when);
  test_add ("/wait/arrays-own-the-futures", test_arrays_own_the_futures);
  test_add ("/wait/cancelled-wait", test_cancelled_wait);
  test_add ("/wait/async/each-condition", test_async);
  test_add ("/wait/async/of-nothing", test_async_of_nothing);
  test_add ("/wait/async/timeout", test_async_timeout);
  test_add ("/wait/async/cancelled", test_async_cancelled);
  test_add ("/wait/async/bad-return-when", test_async_bad_return_when);
  test_add ("/wait/async/keeps-what-it-waits-for", test_async_keeps_what_it_waits_for);
  return g_test_run ();
}
