/* contract-submit.c: the contract's rows E1, E2, E6, E9, T1 and T2: who runs what, and in which order
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

#include <stdio.h>

#define NESTED FUT_EXECUTOR_FLAGS_NESTED_SUBMIT
#define MANY_WORKERS CONTRACT_TRAITS_MANY_WORKERS
#define N_GATES 10

/* --- E1 --- */

#define N_SUBMITTERS 4
#define N_EACH 50

static gpointer
submit_and_read (gpointer executor)
{
  FutFuture *futures[N_EACH];

  for (gint64 i = 0; i < N_EACH; i++)
    futures[i] = contract_square (executor, i);
  for (gint64 i = 0; i < N_EACH; i++)
    {
      test_assert_int64 (futures[i], i * i);
      g_object_unref (futures[i]);
    }
  return NULL;
}

static void
test_submit_from_any_thread (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (2);
  TestThread *threads[N_SUBMITTERS];

  for (guint i = 0; i < N_SUBMITTERS; i++)
    threads[i] = test_thread_new (submit_and_read, executor);
  for (guint i = 0; i < N_SUBMITTERS; i++)
    test_thread_join (threads[i]);
}

static void
test_submit_from_a_task (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_submit (executor, room, "contract.submit-record", 3);

  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  g_assert_cmpint (contract_room_next (room), ==, 3);
}

typedef struct
{
  FutExecutor  *executor;
  ContractRoom *room;
} Target;

static void
submit_record (FutFuture *future, gpointer user_data)
{
  Target *target = user_data;
  g_autoptr(FutFuture) inner =
    contract_submit (target->executor, target->room, "contract.record", 4);
}

static void
test_submit_from_a_callback (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = contract_start_gate (executor, room, 1);
  Target target = { executor, room };

  fut_future_add_done_callback (future, submit_record, &target, NULL);
  contract_room_open (room, 1);
  g_assert_cmpint (contract_room_next (room), ==, 4);
}

static void
test_taken_in_submit_order (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, 0);

  for (gint64 i = 1; i <= 300; i++)
    g_object_unref (contract_submit (executor, room, "contract.record", i));
  contract_room_open (room, 1);
  for (gint64 i = 1; i <= 300; i++)
    g_assert_cmpint (contract_room_next (room), ==, i);
}

static void
test_urgent_first (const ContractSubject *subject)
{
  static const int priorities[] = { 5, 0, -3, 0, 5, 200, -3, -100, 0, G_MAXINT, G_MININT };
  static const gint64 order[] = { 10, 7, 2, 6, 1, 3, 8, 0, 4, 5, 9 };
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) busy = contract_start_gate (executor, room, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
      g_autoptr(FutFuture) future = NULL;

      fut_submit_options_set_priority (options, priorities[i]);
      future = fut_executor_submit_full (executor, "contract.record", contract_room_args (room, i),
                                         options);
      g_assert_cmpint (fut_future_get_priority (future), ==, priorities[i]);
    }
  contract_room_open (room, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    g_assert_cmpint (contract_room_next (room), ==, order[i]);
}

static void
run_closure (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_assert_null (args);
  fut_future_return_int64 (future, *(gint64 *) user_data);
}

static void
test_closures (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  gint64 number = 11;
  g_autoptr(FutFuture) future = fut_executor_submit_func (executor, run_closure, &number, NULL);

  test_assert_int64 (future, 11);
}

/* --- E2 --- */

static void
test_after_shutdown (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future = NULL;

  fut_executor_shutdown (executor, TRUE, FALSE);
  future = contract_square (executor, 2);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_SHUT_DOWN,
                     "*cannot schedule new futures after shutdown*");
}

static void
test_broken_says_so_first (const ContractSubject *subject)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(GError) cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "disk is full");
  g_autoptr(FutFuture) before = NULL;
  g_autoptr(FutFuture) after = NULL;

  g_assert_false (fut_executor_is_broken (executor));
  fut_executor_set_broken (executor, cause);
  g_assert_true (fut_executor_is_broken (executor));
  before = contract_square (executor, 2);
  test_assert_error (before, FUT_ERROR, FUT_ERROR_BROKEN, "*disk is full*");

  fut_executor_shutdown (executor, TRUE, FALSE);
  after = contract_square (executor, 2);
  test_assert_error (after, FUT_ERROR, FUT_ERROR_BROKEN, "*disk is full*");
  test_log_count (log, "*");
}

/* --- E6 --- */

static void
test_workers_on_demand (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (3);
  g_autoptr(FutFuture) first = NULL;
  g_autoptr(FutFuture) second = NULL;

  g_assert_cmpuint (fut_executor_get_max_workers (executor), ==, 3);
  g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, 0);
  first = contract_start_gate (executor, room, 1);
  g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, 1);
  second = contract_start_gate (executor, room, 2);
  g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, 2);
  contract_room_open (room, 2);
}

static char *
ask_worker (FutExecutor *executor)
{
  g_autoptr(FutFuture) future = fut_executor_submit (executor, "contract.worker", NULL);
  g_autoptr(GError) error = NULL;
  char *worker = fut_future_result_string (future, -1, &error);

  g_assert_no_error (error);
  return worker;
}

/* Waits until the worker that said who it is has nothing to do. */
static void
await_idle (const char *worker)
{
  int pid, tid;

  g_assert_cmpint (sscanf (worker, "%d/%d", &pid, &tid), ==, 2);
  test_await_blocked (pid, tid);
}

static void
test_idle_one_first (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (4);
  g_autofree char *first = ask_worker (executor);

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *worker = NULL;

      await_idle (first);
      worker = ask_worker (executor);
      g_assert_cmpstr (worker, ==, first);
    }
  g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, 1);
}

/* Takes a report of a call that has begun: none that is in @seen, and if calls begin in order the next
 * one.
 */
static void
note_begun (ContractRoom *room, gboolean in_order, guint64 *seen)
{
  gint64 number = contract_room_next (room);

  g_assert_cmpint (number, >=, 0);
  g_assert_cmpint (number, <, N_GATES);
  g_assert_false (*seen >> number & 1);
  if (in_order)
    for (gint64 i = 0; i < number; i++)
      g_assert_true (*seen >> i & 1);
  *seen |= (guint64) 1 << number;
}

static void
assert_never_more (const ContractSubject *subject, guint max_workers)
{
  gboolean in_order = max_workers == 1 || (subject->traits & CONTRACT_TRAITS_BEGIN_IN_ORDER) != 0;
  guint64 seen = 0;
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (max_workers);

  for (gint64 i = 0; i < N_GATES; i++)
    g_object_unref (contract_submit (executor, room, "contract.gate", i));
  for (guint i = 0; i < max_workers; i++)
    {
      /* At first all begin at once, in whichever order that shows. */
      note_begun (room, FALSE, &seen);
      if (in_order)
        g_assert_cmphex (seen >> max_workers, ==, 0);
    }
  g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, max_workers);
  g_assert_cmpuint (fut_executor_get_n_running (executor), ==, max_workers);
  g_assert_cmpuint (fut_executor_get_n_pending (executor), ==, N_GATES - max_workers);
  g_assert_true (contract_room_is_empty (room));

  /* One more for each that leaves. */
  for (gint64 i = max_workers; i < N_GATES; i++)
    {
      contract_room_open (room, 1);
      note_begun (room, in_order, &seen);
      g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, max_workers);
      g_assert_true (contract_room_is_empty (room));
    }
  contract_room_open (room, max_workers);
  g_assert_cmphex (seen, ==, ((guint64) 1 << N_GATES) - 1);
}

static void
test_never_more_than_one (const ContractSubject *subject)
{
  assert_never_more (subject, 1);
}

static void
test_never_more_than_max (const ContractSubject *subject)
{
  assert_never_more (subject, 3);
}

/* --- E9 --- */

static void
test_worker_outlives_errors (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autofree char *before = ask_worker (executor);
  g_autofree char *after = NULL;
  g_autoptr(FutFuture) unknown = NULL;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(FutFuture) bad = contract_fail (executor, "only mine");

      test_assert_error (bad, G_IO_ERROR, G_IO_ERROR_EXISTS, "only mine");
    }
  unknown = fut_executor_submit (executor, "contract.no-such-function", NULL);
  test_assert_error (unknown, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND,
                     "*contract.no-such-function*");

  after = ask_worker (executor);
  g_assert_cmpstr (before, ==, after);
  g_assert_false (fut_executor_is_broken (executor));
}

/* --- T1 --- */

static void
test_names_are_numbered (const ContractSubject *subject)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(ContractExecutor) executor = subject->create (2);
  g_autoptr(FutFuture) first = contract_start_gate (executor, room, 1);
  g_autoptr(FutFuture) second = contract_start_gate (executor, room, 2);
  g_auto(GStrv) names = fut_executor_get_worker_names (executor);
  gboolean seen[2] = { FALSE, FALSE };

  contract_room_open (room, 2);
  g_assert_cmpuint (g_strv_length (names), ==, 2);
  for (guint i = 0; i < 2; i++)
    for (guint number = 0; number < 2; number++)
      seen[number] |= g_str_has_suffix (names[i], number == 0 ? "_0" : "_1");
  g_assert_true (seen[0] && seen[1]);
}

/* --- T2 --- */

static void
test_nested_100_deep (const ContractSubject *subject)
{
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(FutFuture) future =
    fut_executor_submit (executor, "contract.nest", g_variant_new_int64 (100));

  test_assert_int64 (future, 100);
  g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, 1);
}

const ContractTest contract_submit_tests[] = {
  { "E1", "submit-from-any-thread", 0, 0, test_submit_from_any_thread },
  { "E1", "submit-from-a-task", NESTED, 0, test_submit_from_a_task },
  { "E1", "submit-from-a-callback", 0, 0, test_submit_from_a_callback },
  { "E1", "taken-in-submit-order", 0, 0, test_taken_in_submit_order },
  { "E1", "urgent-first", 0, CONTRACT_TRAITS_PRIORITIES, test_urgent_first },
  { "E1", "closures", FUT_EXECUTOR_FLAGS_CLOSURES, 0, test_closures },
  { "E2", "after-shutdown", 0, 0, test_after_shutdown },
  { "E2", "broken-says-so-first", 0, 0, test_broken_says_so_first },
  { "E6", "workers-on-demand", 0, MANY_WORKERS, test_workers_on_demand },
  { "E6", "idle-one-first", 0, MANY_WORKERS, test_idle_one_first },
  { "E6", "never-more-than-one", 0, 0, test_never_more_than_one },
  { "E6", "never-more-than-max", 0, MANY_WORKERS, test_never_more_than_max },
  { "E9", "worker-outlives-errors", 0, 0, test_worker_outlives_errors },
  { "T1", "names-are-numbered", 0, CONTRACT_TRAITS_WORKER_NAMES, test_names_are_numbered },
  { "T2", "nested-100-deep", NESTED, CONTRACT_TRAITS_HELPING, test_nested_100_deep },
  { NULL },
};
