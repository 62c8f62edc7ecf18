/* test-toy-executor.c: the contract, kept by an executor that uses the public API only
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"
#include "toy-executor.h"

static FutExecutor *
create (guint max_workers)
{
  return toy_executor_new ();
}

static const ContractSubject toy = {
  .name = "toy",
  .flags = FUT_EXECUTOR_FLAGS_CLOSURES | FUT_EXECUTOR_FLAGS_NESTED_SUBMIT |
           FUT_EXECUTOR_FLAGS_OBJECTS | FUT_EXECUTOR_FLAGS_EXACT_CANCEL,
  .create = create,
};

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  contract_add_tests (&toy);
  return g_test_run ();
}
