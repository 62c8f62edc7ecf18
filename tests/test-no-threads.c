/* test-no-threads.c: when no thread can be created there are fewer workers, or an error; no hang
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-util.h"
#include "thread-limit.h"

static void
test_none (void)
{
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  g_autoptr(FutFuture) refused = NULL;
  g_autoptr(FutFuture) taken = NULL;

  thread_limit_set (0);
  refused = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (3));
  test_assert_state (refused, FUT_STATE_FINISHED);
  test_assert_error (refused, FUT_ERROR, FUT_ERROR_BROKEN, "*thread*");
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 0);
  g_assert_cmpuint (fut_executor_get_n_pending (pool), ==, 0);

  /* And when there are threads again it works again. */
  thread_limit_set (-1);
  g_assert_false (fut_executor_is_broken (pool));
  taken = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (3));
  test_assert_int64 (taken, 9);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

static void
test_none_and_then_shutdown (void)
{
  FutExecutor *pool = fut_thread_pool_executor_new (2);

  thread_limit_set (0);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(FutFuture) refused =
        fut_executor_submit (pool, "contract.square", g_variant_new_int64 (3));

      test_assert_error (refused, FUT_ERROR, FUT_ERROR_BROKEN, "*thread*");
    }
  fut_executor_shutdown (pool, TRUE, TRUE);
  g_object_unref (pool);
  thread_limit_set (-1);
}

static void
test_fewer (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  FutExecutor *pool = fut_thread_pool_executor_new (4);
  FutFuture *futures[20];

  /* One of four; the second one fails to start, at each call anew. */
  thread_limit_set (1);
  for (gint64 i = 0; i < 20; i++)
    futures[i] = fut_executor_submit (pool, "contract.gate", contract_room_args (room, i));
  g_assert_cmpint (contract_room_next (room), ==, 0);
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 1);
  for (gint64 i = 1; i < 20; i++)
    {
      contract_room_open (room, 1);
      g_assert_cmpint (contract_room_next (room), ==, i);
      g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 1);
    }
  contract_room_open (room, 1);
  for (gint64 i = 0; i < 20; i++)
    {
      test_assert_int64 (futures[i], i);
      g_object_unref (futures[i]);
    }
  thread_limit_set (-1);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

/* Without a thread that minds deadlines the call itself runs as it should. */
static void
test_none_for_deadlines (void)
{
  FutExecutor *pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autoptr(FutFuture) first = NULL;
  g_autoptr(FutFuture) second = NULL;

  fut_submit_options_set_queue_timeout (options, test_span (10 * G_TIME_SPAN_SECOND));
  first = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (3));
  test_assert_int64 (first, 9);
  thread_limit_set (0);
  second = fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (4), options);
  test_assert_int64 (second, 16);
  thread_limit_set (-1);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/thread-pool/no-threads/none", test_none);
  test_add ("/thread-pool/no-threads/none-and-then-shutdown", test_none_and_then_shutdown);
  test_add ("/thread-pool/no-threads/fewer", test_fewer);
  test_add ("/thread-pool/no-threads/none-for-deadlines", test_none_for_deadlines);
  return g_test_run ();
}
