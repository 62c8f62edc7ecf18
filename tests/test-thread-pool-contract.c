/* test-thread-pool-contract.c: the contract, kept by FutThreadPoolExecutor
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

typedef struct
{
  char    *room;
  gboolean fails;
} Initializer;

static gboolean
initialize (gpointer user_data, GError **error)
{
  Initializer *initializer = user_data;

  contract_report (initializer->room, 1);
  if (initializer->fails)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such device");
  return !initializer->fails;
}

static void
free_initializer (gpointer data)
{
  Initializer *initializer = data;

  g_free (initializer->room);
  g_free (initializer);
}

static FutExecutor *
create_initialized (guint max_workers, const char *room, gboolean fails)
{
  FutExecutor *executor = fut_thread_pool_executor_new (max_workers);
  Initializer *initializer = g_new (Initializer, 1);

  *initializer = (Initializer){ g_strdup (room), fails };
  fut_thread_pool_executor_set_initializer (FUT_THREAD_POOL_EXECUTOR (executor), initialize,
                                            initializer, free_initializer);
  return executor;
}

static const ContractSubject thread_pool = {
  .name = "thread-pool",
  .flags = FUT_EXECUTOR_FLAGS_CLOSURES | FUT_EXECUTOR_FLAGS_NESTED_SUBMIT |
           FUT_EXECUTOR_FLAGS_OBJECTS | FUT_EXECUTOR_FLAGS_EXACT_CANCEL,
  .traits = CONTRACT_TRAITS_MANY_WORKERS | CONTRACT_TRAITS_PRIORITIES |
            CONTRACT_TRAITS_INITIALIZER | CONTRACT_TRAITS_HELPING | CONTRACT_TRAITS_WORKER_NAMES |
            CONTRACT_TRAITS_BEGIN_IN_ORDER,
  .create = fut_thread_pool_executor_new,
  .create_initialized = create_initialized,
};

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  contract_add_tests (&thread_pool);
  return g_test_run ();
}
