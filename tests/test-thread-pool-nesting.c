/* test-thread-pool-nesting.c: tasks that wait for tasks of their own pool
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

static FutExecutor *
named_pool (guint max_workers, const char *prefix)
{
  FutExecutor *pool = fut_thread_pool_executor_new (max_workers);

  fut_thread_pool_executor_set_thread_name_prefix (FUT_THREAD_POOL_EXECUTOR (pool), prefix);
  return pool;
}

typedef struct
{
  guint depth;
  guint n_threads;   /* at the bottom */
} Nest;

static void
nest (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  g_autoptr(FutFuture) inner = NULL;
  g_autoptr(GError) error = NULL;
  Nest *data = user_data;
  gint64 below;

  if (--data->depth == 0)
    {
      data->n_threads = test_count_threads ("nest");
      fut_future_return_int64 (future, 0);
      return;
    }
  inner = fut_executor_submit_func (pool, nest, data, NULL);
  below = fut_future_result_int64 (inner, -1, &error);
  if (error != NULL)
    fut_future_return_error (future, g_steal_pointer (&error));
  else
    fut_future_return_int64 (future, below + 1);
}

static void
test_nested_on_one_thread (void)
{
  g_autoptr(TestPool) pool = named_pool (1, "nest");
  Nest data = { 101, 0 };
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, nest, &data, NULL);

  test_assert_int64 (future, 100);
  g_assert_cmpuint (data.n_threads, ==, 1);
  g_assert_cmpuint (test_count_threads ("nest"), ==, 1);
}

/* Deeper than any stack: an error, not a crash. */
static void
test_nested_too_deep (void)
{
  g_autoptr(TestPool) pool = named_pool (1, "nest");
  Nest data = { 100000, 0 };
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, nest, &data, NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK, "*");
}

static void
wait_for_itself (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_future_wait (future, -1, NULL, &error));
  fut_future_return_error (future, g_steal_pointer (&error));
}

static void
test_waiting_for_itself (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_for_itself, NULL, NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK, "*");
}

static void
wait_for_other (FutFuture *future, GVariant *args, gpointer other)
{
  g_autoptr(GError) error = NULL;

  if (fut_future_wait (other, -1, NULL, &error))
    fut_future_return_int64 (future, 1);
  else
    fut_future_return_error (future, g_steal_pointer (&error));
}

static void
wait_for_ancestor (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  g_autoptr(FutFuture) inner = fut_executor_submit_func (pool, wait_for_other, future, NULL);
  g_autoptr(GError) error = NULL;

  /* The one below is run here, and it waits for this one. */
  fut_future_result_int64 (inner, -1, &error);
  fut_future_return_error (future, g_steal_pointer (&error));
}

static void
test_waiting_for_an_ancestor (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_for_ancestor, NULL, NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK, "*");
}

typedef struct
{
  TestLatch *both_run;
  FutFuture *futures[2];
} Mutual;

static void
wait_for_each_other (FutFuture *future, GVariant *args, gpointer user_data)
{
  Mutual *mutual = user_data;

  /* Both run, each in a worker of its own, and know each other. */
  test_latch_raise (mutual->both_run);
  test_latch_await (mutual->both_run, 3);
  wait_for_other (future, NULL, mutual->futures[future == mutual->futures[0] ? 1 : 0]);
}

static void
test_waiting_for_each_other (void)
{
  g_autoptr(TestLatch) both_run = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  Mutual mutual = { both_run };
  guint n_errors = 0;

  for (guint i = 0; i < 2; i++)
    mutual.futures[i] = fut_executor_submit_func (pool, wait_for_each_other, &mutual, NULL);
  test_latch_raise (both_run);

  /* One of them gets the error, and the other one then has an end to wait for. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(GError) error = fut_future_exception (mutual.futures[i], -1, NULL);

      if (error == NULL)
        continue;
      g_assert_error (error, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK);
      n_errors++;
    }
  g_assert_cmpuint (n_errors, ==, 1);
  for (guint i = 0; i < 2; i++)
    g_object_unref (mutual.futures[i]);
}

static void
do_nothing (FutFuture *future, GVariant *args, gpointer user_data)
{
}

static void
wait_for_the_first (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  g_autoptr(FutFuture) one = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  g_autoptr(FutFuture) other = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  FutFuture *futures[] = { one, other };
  g_autoptr(GError) error = NULL;

  if (fut_wait (futures, 2, FUT_RETURN_WHEN_FIRST_COMPLETED, -1, NULL, NULL, NULL, &error))
    fut_future_return_boolean (future, TRUE);
  else
    fut_future_return_error (future, g_steal_pointer (&error));
}

/* Which one to run it cannot know, and there is nobody else. */
static void
test_waiting_for_the_first_on_one_thread (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_for_the_first, NULL, NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK, "*");
}

static void
wait_for_all_inside (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  FutFuture *futures[5];
  g_autoptr(GPtrArray) done = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  if (fut_wait (futures, G_N_ELEMENTS (futures), FUT_RETURN_WHEN_ALL_COMPLETED, -1, NULL, &done,
                NULL, &error))
    fut_future_return_int64 (future, done->len);
  else
    fut_future_return_error (future, g_steal_pointer (&error));
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_object_unref (futures[i]);
}

/* All of them it runs itself. */
static void
test_waiting_for_all_on_one_thread (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_for_all_inside, NULL, NULL);

  test_assert_int64 (future, 5);
}

/* A wait with a limit ends by itself. */
static void
wait_with_a_limit (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  g_autoptr(FutFuture) inner = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_future_wait (inner, G_TIME_SPAN_MILLISECOND, NULL, &error));
  fut_future_return_error (future, g_steal_pointer (&error));
}

static void
test_waiting_with_a_limit (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_with_a_limit, NULL, NULL);

  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "*");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/thread-pool/T2/nested-on-one-thread", test_nested_on_one_thread);
  test_add ("/thread-pool/T2/nested-too-deep", test_nested_too_deep);
  test_add ("/thread-pool/T2/waiting-for-itself", test_waiting_for_itself);
  test_add ("/thread-pool/T2/waiting-for-an-ancestor", test_waiting_for_an_ancestor);
  test_add ("/thread-pool/T2/waiting-for-each-other", test_waiting_for_each_other);
  test_add ("/thread-pool/T2/waiting-for-the-first-on-one-thread",
            test_waiting_for_the_first_on_one_thread);
  test_add ("/thread-pool/T2/waiting-for-all-on-one-thread", test_waiting_for_all_on_one_thread);
  test_add ("/thread-pool/T2/waiting-with-a-limit", test_waiting_with_a_limit);
  return g_test_run ();
}
