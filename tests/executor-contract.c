/* executor-contract.c: the tests that every executor passes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

static const ContractTest *const parts[] = {
  contract_state_tests, contract_result_tests, contract_callback_tests, contract_wait_tests,
  contract_map_tests,   contract_submit_tests, contract_life_tests,
};

typedef struct
{
  const ContractTest    *entry;
  const ContractSubject *subject;
} Run;

static GPtrArray *runs;

static gboolean
applies (const ContractTest *entry, const ContractSubject *subject)
{
  return (entry->flags & ~subject->flags) == 0 && (entry->traits & ~subject->traits) == 0;
}

static void
run_entry (gconstpointer data)
{
  const Run *run = data;

  run->entry->test (run->subject);

  /* Those of an executor that was dropped may take a moment to leave. */
  test_yield_until (test_count_processes () == 0);
}

static void
test_left_out (gconstpointer data)
{
  const ContractSubject *subject = data;
  g_autoptr(ContractExecutor) executor = subject->create (1);
  guint n_left_out = 0;

  /* An executor that lost a flag would leave tests out without a word. */
  g_assert_cmphex (fut_executor_get_flags (executor), ==, subject->flags);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    for (const ContractTest *entry = parts[i]; entry->row != NULL; entry++)
      if (!applies (entry, subject))
        {
          g_test_message ("%s leaves out %s %s", subject->name, entry->row, entry->path);
          n_left_out++;
        }

  if (subject->flags == (FUT_EXECUTOR_FLAGS_CLOSURES | FUT_EXECUTOR_FLAGS_NESTED_SUBMIT |
                         FUT_EXECUTOR_FLAGS_OBJECTS | FUT_EXECUTOR_FLAGS_EXACT_CANCEL) &&
      subject->traits ==
        (CONTRACT_TRAITS_MANY_WORKERS | CONTRACT_TRAITS_PRIORITIES | CONTRACT_TRAITS_INITIALIZER |
         CONTRACT_TRAITS_HELPING | CONTRACT_TRAITS_WORKER_NAMES | CONTRACT_TRAITS_BEGIN_IN_ORDER))
    g_assert_cmpuint (n_left_out, ==, 0);
}

static void
never_called (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_assert_not_reached ();
}

/* What a flag promises to be refused when it is missing. */
static void
test_refuses (gconstpointer data)
{
  const ContractSubject *subject = data;
  g_autoptr(ContractExecutor) executor = subject->create (1);
  g_autoptr(TestLatch) dropped = test_latch_new ();
  g_autoptr(FutFuture) future = NULL;

  if (subject->flags & FUT_EXECUTOR_FLAGS_CLOSURES)
    return;

  future = fut_executor_submit_func (executor, never_called, dropped, test_latch_raise_cb);
  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "*");
  test_latch_await (dropped, 1);
}

void
contract_add_tests (const ContractSubject *subject)
{
  g_autofree char *left_out = g_strdup_printf ("/%s/contract/left-out", subject->name);
  g_autofree char *refuses = g_strdup_printf ("/%s/contract/refuses", subject->name);

  if (runs == NULL)
    runs = g_ptr_array_new_with_free_func (g_free);

  test_add_data (left_out, subject, test_left_out);
  test_add_data (refuses, subject, test_refuses);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    for (const ContractTest *entry = parts[i]; entry->row != NULL; entry++)
      {
        g_autofree char *path =
          g_strdup_printf ("/%s/contract/%s/%s", subject->name, entry->row, entry->path);
        Run *run;

        if (!applies (entry, subject))
          continue;
        run = g_new (Run, 1);
        *run = (Run){ entry, subject };
        g_ptr_array_add (runs, run);
        test_add_data (path, run, run_entry);
      }
}

void
contract_close (ContractExecutor *executor)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_auto(GStrv) names = NULL;

  fut_executor_shutdown (executor, TRUE, FALSE);
  g_assert_true (fut_executor_is_shut_down (executor));
  g_assert_cmpuint (fut_executor_get_n_pending (executor), ==, 0);
  g_assert_cmpuint (fut_executor_get_n_running (executor), ==, 0);
  g_assert_cmpuint (fut_executor_get_n_workers (executor), ==, 0);
  names = fut_executor_get_worker_names (executor);
  g_assert_nonnull (names);
  g_assert_cmpuint (g_strv_length (names), ==, 0);

  test_tracker_add (tracker, executor);
  g_object_unref (executor);
  test_tracker_await_live (tracker, 0);
}

FutFuture *
contract_submit (FutExecutor *executor, ContractRoom *room, const char *function, gint64 number)
{
  FutFuture *future = fut_executor_submit (executor, function, contract_room_args (room, number));

  g_assert_true (FUT_IS_FUTURE (future));
  return future;
}

FutFuture *
contract_start_gate (FutExecutor *executor, ContractRoom *room, gint64 number)
{
  FutFuture *future = contract_submit (executor, room, "contract.gate", number);

  g_assert_cmpint (contract_room_next (room), ==, number);
  return future;
}

FutFuture *
contract_fail (FutExecutor *executor, const char *message)
{
  return fut_executor_submit (executor, "contract.fail",
                              g_variant_new ("(sis)", g_quark_to_string (G_IO_ERROR),
                                             G_IO_ERROR_EXISTS, message));
}

FutFuture *
contract_square (FutExecutor *executor, gint64 x)
{
  return fut_executor_submit (executor, "contract.square", g_variant_new_int64 (x));
}
