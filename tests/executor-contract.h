/* executor-contract.h: the tests that every executor passes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "contract-functions.h"
#include "test-util.h"

G_BEGIN_DECLS

/* What an executor may have beyond what its FutExecutorFlags tell. */
typedef enum
{
  CONTRACT_TRAITS_NONE = 0,
  CONTRACT_TRAITS_MANY_WORKERS = 1 << 0,  /* as many workers as it is created with */
  CONTRACT_TRAITS_PRIORITIES = 1 << 1,    /* urgent calls overtake */
  CONTRACT_TRAITS_INITIALIZER = 1 << 2,   /* see create_initialized */
  CONTRACT_TRAITS_HELPING = 1 << 3,       /* a worker runs the queued call that it waits for */
  CONTRACT_TRAITS_WORKER_NAMES = 1 << 4,  /* names end in the worker's number */
  CONTRACT_TRAITS_BEGIN_IN_ORDER = 1 << 5, /* many workers begin calls in the order of submission;
                                            * without it a call may wait behind another one's */
} ContractTraits;

/* One executor under test. */
typedef struct
{
  const char       *name;     /* begins the path of each test */
  FutExecutorFlags  flags;    /* which fut_executor_get_flags() must agree with */
  ContractTraits    traits;

  FutExecutor *(*create)             (guint max_workers);

  /* With an initializer that reports the number 1 to the room at this path, and, if @fails, then
   * fails with the message "no such device".
   */
  FutExecutor *(*create_initialized) (guint max_workers, const char *room, gboolean fails);
} ContractSubject;

typedef struct
{
  const char       *row;      /* of docs/contract.md */
  const char       *path;
  FutExecutorFlags  flags;    /* an executor without these leaves the test out */
  ContractTraits    traits;   /* and so does one without these */
  void            (*test)    (const ContractSubject *subject);
} ContractTest;

/* Adds a test "/NAME/contract/ROW/path" for each that applies, and "/NAME/contract/left-out", which
 * prints those that do not and asserts that the executor's flags say so.
 */
void contract_add_tests (const ContractSubject *subject);

/* For the tests: an executor that is shut down at the end of the scope, whereupon nothing of it
 * may be left; and a call that stands at the room's gate.
 */
typedef FutExecutor ContractExecutor;

void       contract_close      (ContractExecutor *executor);
FutFuture *contract_start_gate (FutExecutor *executor, ContractRoom *room, gint64 number);
FutFuture *contract_submit     (FutExecutor *executor, ContractRoom *room, const char *function,
                                gint64 number);
FutFuture *contract_fail       (FutExecutor *executor, const char *message);
FutFuture *contract_square     (FutExecutor *executor, gint64 x);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ContractExecutor, contract_close)

/* The parts of the table, each ended by an entry without a row. */
extern const ContractTest contract_state_tests[];
extern const ContractTest contract_result_tests[];
extern const ContractTest contract_callback_tests[];
extern const ContractTest contract_wait_tests[];
extern const ContractTest contract_map_tests[];
extern const ContractTest contract_submit_tests[];
extern const ContractTest contract_life_tests[];

G_END_DECLS
