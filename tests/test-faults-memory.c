/* test-faults-memory.c: memory runaway under a memory limit: row 16 of the faults
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#define LIMIT_BYTES ((guint64) 256 << 20)

static FutExecutor *
add_limited_pool (FaultRoom *room, const FaultCase *fault_case)
{
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);

  fut_process_pool_executor_set_memory_limit (FUT_PROCESS_POOL_EXECUTOR (pool), LIMIT_BYTES);
  return pool;
}

static void
test_limit_is_set (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_limited_pool (room, data);
  FutFuture *limit = fault_room_submit (room, pool, "fault.limit", NULL);

  test_assert_int64 (limit, LIMIT_BYTES);
}

static void
test_below_the_limit (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_limited_pool (room, data);
  FutFuture *future =
    fault_room_submit (room, pool, "fault.allocate", g_variant_new_uint64 (LIMIT_BYTES / 2));

  test_assert_int64 (future, 1);
}

/* The message tells that it may have been the limit. */
static void
test_above_the_limit (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_limited_pool (room, data);

  for (guint i = 0; i < 3; i++)
    {
      FutFuture *future =
        fault_room_submit (room, pool, "fault.allocate", g_variant_new_uint64 (LIMIT_BYTES * 2));

      test_assert_error (future, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*memory*");
    }
  fault_room_assert_works (room, pool);
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  fault_add_both ("/faults/16/limit-is-set", test_limit_is_set);
  fault_add_both ("/faults/16/below-the-limit", test_below_the_limit);
  fault_add_both ("/faults/16/above-the-limit", test_above_the_limit);
  return fault_run ();
}
