/* test-process-pool-refusals.c: what a process pool does not take, and does without workers
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

#include <sys/mman.h>

/* --- calls that cannot be sent --- */

/* Ends at once, and no worker was started for it. */
static void
assert_refused (FutExecutor *pool, FutFuture *future, GQuark domain, int code, const char *pattern)
{
  test_assert_state (future, FUT_STATE_FINISHED);
  test_assert_error (future, domain, code, pattern);
  g_assert_cmpuint (fut_executor_get_n_pending (pool), ==, 0);
  g_assert_cmpuint (fut_executor_get_n_running (pool), ==, 0);
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 0);
  g_assert_false (fut_executor_is_broken (pool));
}

static void
test_handles_are_refused (void)
{
  g_autoptr(TestPool) pool = fut_process_pool_executor_new (1);
  g_autoptr(FutFuture) one = fut_executor_submit (pool, "contract.echo", g_variant_new_handle (1));
  g_autoptr(FutFuture) within =
    fut_executor_submit (pool, "contract.echo", g_variant_new_parsed ("(1, [handle 2])"));

  assert_refused (pool, one, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "*h*");
  assert_refused (pool, within, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "*(iah)*");
}

static void
test_long_types_are_refused (void)
{
  g_autoptr(TestPool) pool = fut_process_pool_executor_new (1);
  g_autoptr(GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_TUPLE);
  g_autoptr(FutFuture) future = NULL;

  for (guint i = 0; i < 300; i++)
    g_variant_builder_add (builder, "y", 1);
  future = fut_executor_submit (pool, "contract.echo", g_variant_builder_end (builder));
  assert_refused (pool, future, FUT_ERROR, FUT_ERROR_TOO_LARGE, "*");
}

static void
test_long_names_are_refused (void)
{
  g_autoptr(TestPool) pool = fut_process_pool_executor_new (1);
  g_autofree char *name = g_strnfill (4097, 'n');
  g_autoptr(FutFuture) future = fut_executor_submit (pool, name, NULL);

  assert_refused (pool, future, FUT_ERROR, FUT_ERROR_TOO_LARGE, "*4097*4096*");
}

static void
test_names_in_no_encoding_are_refused (void)
{
  g_autoptr(TestPool) pool = fut_process_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit (pool, "caf\xe9", NULL);

  assert_refused (pool, future, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "*UTF-8*");
}

static void
test_large_arguments_are_refused (void)
{
#if GLIB_SIZEOF_SIZE_T >= 8
  /* No page of it is touched. */
  const gsize n_bytes = (gsize) 2 * 1024 * 1024 * 1024;
  g_autoptr(TestPool) pool = fut_process_pool_executor_new (1);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(FutFuture) future = NULL;
  void *memory =
    mmap (NULL, n_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  g_assert_true (memory != MAP_FAILED);
  bytes = g_bytes_new_static (memory, n_bytes);
  future = fut_executor_submit (pool, "contract.echo",
                                g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
  assert_refused (pool, future, FUT_ERROR, FUT_ERROR_TOO_LARGE, "*2147483648*2147418112*");
  g_clear_object (&future);
  g_clear_pointer (&bytes, g_bytes_unref);
  munmap (memory, n_bytes);
#endif
}

static void
call_nothing (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
set_true (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
test_closures_are_refused (void)
{
  gboolean freed = FALSE;
  g_autoptr(TestPool) pool = fut_process_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, call_nothing, &freed, set_true);

  g_assert_true (freed);
  assert_refused (pool, future, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "*closures*");
}

/* --- without workers --- */

static void
test_nothing_to_start (void)
{
  g_autoptr(FutProcessPoolExecutor) pool =
    FUT_PROCESS_POOL_EXECUTOR (fut_process_pool_executor_new (2));
  g_autofree int *pids = NULL;
  gsize n_pids = 5;

  fut_process_pool_executor_prestart (pool, 0);
  pids = fut_process_pool_executor_get_worker_pids (pool, &n_pids);
  g_assert_cmpuint (n_pids, ==, 0);

  fut_executor_shutdown (FUT_EXECUTOR (pool), TRUE, FALSE);
  fut_process_pool_executor_prestart (pool, 1);
  g_assert_cmpuint (fut_executor_get_n_workers (FUT_EXECUTOR (pool)), ==, 0);
}

static void
test_nothing_to_end (void)
{
  void (*const functions[]) (FutProcessPoolExecutor *) = {
    fut_process_pool_executor_terminate_workers,
    fut_process_pool_executor_kill_workers,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      g_autoptr(FutExecutor) pool = fut_process_pool_executor_new (1);
      g_autoptr(FutFuture) late = NULL;

      functions[i](FUT_PROCESS_POOL_EXECUTOR (pool));
      functions[i](FUT_PROCESS_POOL_EXECUTOR (pool));
      g_assert_true (fut_executor_is_shut_down (pool));
      late = fut_executor_submit (pool, "contract.echo", NULL);
      test_assert_error (late, FUT_ERROR, FUT_ERROR_SHUT_DOWN, "*");
      fut_executor_shutdown (pool, TRUE, FALSE);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/process-pool/refused/handles", test_handles_are_refused);
  test_add ("/process-pool/refused/long-types", test_long_types_are_refused);
  test_add ("/process-pool/refused/long-names", test_long_names_are_refused);
  test_add ("/process-pool/refused/names-in-no-encoding", test_names_in_no_encoding_are_refused);
  test_add ("/process-pool/refused/large-arguments", test_large_arguments_are_refused);
  test_add ("/process-pool/refused/closures", test_closures_are_refused);
  test_add ("/process-pool/without-workers/nothing-to-start", test_nothing_to_start);
  test_add ("/process-pool/without-workers/nothing-to-end", test_nothing_to_end);
  return g_test_run ();
}
