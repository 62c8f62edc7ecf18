/* program.c: the smallest program that uses the library, and what it can check when compiled
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#define FUT_VERSION_MIN_REQUIRED FUT_VERSION_1_0
#define FUT_VERSION_MAX_ALLOWED FUT_VERSION_1_0
#include <futures-glib.h>

#if !FUT_CHECK_VERSION(FUT_MAJOR_VERSION, FUT_MINOR_VERSION, FUT_MICRO_VERSION) || \
  FUT_CHECK_VERSION (FUT_MAJOR_VERSION, FUT_MINOR_VERSION, FUT_MICRO_VERSION + 1) || \
  FUT_CHECK_VERSION (FUT_MAJOR_VERSION, FUT_MINOR_VERSION + 1, 0) || \
  FUT_CHECK_VERSION (FUT_MAJOR_VERSION + 1, 0, 0)
# error "FUT_CHECK_VERSION does not work"
#endif

/* The only class structure that others see: its size is part of the ABI. */
G_STATIC_ASSERT (sizeof (FutExecutorClass) == sizeof (GObjectClass) + 18 * sizeof (gpointer));

static void
answer (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_int64 (future, 42);
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (2);
  g_autoptr(FutFuture) future = fut_executor_submit_func (executor, answer, NULL, NULL);

  if (fut_future_result_int64 (future, -1, NULL) != 42)
    return 1;
  g_print ("%d.%d.%d\n", FUT_MAJOR_VERSION, FUT_MINOR_VERSION, FUT_MICRO_VERSION);
  return 0;
}
