/* test-process-pool.c: the workers of a process pool: how they start, what they have, when they leave
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define MILLISECONDS(n) (test_span ((n) *G_TIME_SPAN_MILLISECOND))

static FutProcessPoolExecutor *
as_process_pool (FutExecutor *pool)
{
  return FUT_PROCESS_POOL_EXECUTOR (pool);
}

static pid_t
ask_pid (FaultRoom *room, FutExecutor *pool)
{
  FutFuture *future = fault_room_submit (room, pool, "fault.pid", NULL);
  g_autoptr(GError) error = NULL;
  pid_t pid = fut_future_result_int64 (future, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpint (pid, >, 1);
  return pid;
}

static char *
ask_text (FaultRoom *room, FutExecutor *pool, const char *function, GVariant *args)
{
  FutFuture *future = fault_room_submit (room, pool, function, args);
  g_autoptr(GError) error = NULL;
  char *text = fut_future_result_string (future, -1, &error);

  g_assert_no_error (error);
  return text;
}

/* --- P3: max-tasks-per-child --- */

#define N_TASKS 30
#define N_EACH 3

/* Each worker runs so many, one after the other, and the next one is another. */
static void
assert_recycled (FutFuture **futures)
{
  pid_t last = 0;

  for (guint i = 0; i < N_TASKS; i++)
    {
      pid_t pid = fut_future_result_int64 (futures[i], -1, NULL);

      g_assert_cmpint (pid, >, 1);
      if (i % N_EACH == 0)
        g_assert_cmpint (pid, !=, last);
      else
        g_assert_cmpint (pid, ==, last);
      last = pid;
    }
}

static FutExecutor *
add_recycling_pool (FaultRoom *room, const FaultCase *fault_case)
{
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);

  fut_process_pool_executor_set_max_tasks_per_child (as_process_pool (pool), N_EACH);
  return pool;
}

static void
test_recycled_one_by_one (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_recycling_pool (room, data);
  FutFuture *futures[N_TASKS];

  for (guint i = 0; i < N_TASKS; i++)
    {
      futures[i] = fault_room_submit (room, pool, "fault.pid", NULL);
      fut_future_wait (futures[i], -1, NULL, NULL);
    }
  assert_recycled (futures);
  g_assert_false (fut_executor_is_broken (pool));
}

static void
test_recycled_with_a_backlog (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_recycling_pool (room, data);
  FutFuture *futures[N_TASKS];

  for (guint i = 0; i < N_TASKS; i++)
    futures[i] = fault_room_submit (room, pool, "fault.pid", NULL);
  assert_recycled (futures);
  g_assert_false (fut_executor_is_broken (pool));
}

static void
test_recycled_after_shutdown (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = add_recycling_pool (room, data);
  FutFuture *futures[N_TASKS];

  for (guint i = 0; i < N_TASKS; i++)
    futures[i] = fault_room_submit (room, pool, "fault.pid", NULL);
  fut_executor_shutdown (pool, FALSE, FALSE);
  assert_recycled (futures);
}

/* --- idle-timeout --- */

static void
test_idle_worker_leaves (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  gint64 begin;
  pid_t pid;

  fut_process_pool_executor_set_idle_timeout (as_process_pool (pool), MILLISECONDS (50));
  for (guint i = 0; i < 3; i++)
    {
      pid = ask_pid (room, pool);
      begin = g_get_monotonic_time ();
      test_yield_until (fut_executor_get_n_workers (pool) == 0);
      g_assert_cmpint (g_get_monotonic_time () - begin, >=, MILLISECONDS (40));
      test_yield_until (!fault_is_alive (pid));
    }
  fault_room_assert_works (room, pool);
}

static void
test_busy_worker_stays (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  FutFuture *future;
  pid_t pid;

  fut_process_pool_executor_set_idle_timeout (as_process_pool (pool), MILLISECONDS (20));
  future = fault_room_start_wait (room, pool, data, 1, &pid);
  g_assert_false (fut_future_wait (future, MILLISECONDS (100), NULL, NULL));
  g_assert_true (fault_is_alive (pid));
  contract_room_open (room->meeting, 1);
  test_assert_int64 (future, 1);
  test_yield_until (fut_executor_get_n_workers (pool) == 0);
}

/* --- prestart, names, pids --- */

static void
test_prestart (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 3);
  g_autofree int *pids = NULL;
  gsize n_pids;

  fut_process_pool_executor_prestart (as_process_pool (pool), 2);
  test_yield_until (fut_executor_get_n_workers (pool) == 2);
  fut_process_pool_executor_prestart (as_process_pool (pool), 2);
  pids = fut_process_pool_executor_get_worker_pids (as_process_pool (pool), &n_pids);
  g_assert_cmpuint (n_pids, ==, 2);

  /* It is one of them that runs a call. */
  for (guint i = 0; i < 10; i++)
    {
      pid_t pid = ask_pid (room, pool);

      g_assert_true (pid == pids[0] || pid == pids[1]);
    }
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 2);
  fut_process_pool_executor_prestart (as_process_pool (pool), 100);
  test_yield_until (fut_executor_get_n_workers (pool) == 3);
  fault_room_assert_works (room, pool);
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 3);
}

static void
test_lowest_free_number (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 2);
  pid_t pids[3];
  FutFuture *first = fault_room_start_wait (room, pool, data, 1, &pids[0]);
  FutFuture *second = fault_room_start_wait (room, pool, data, 2, &pids[1]);
  g_auto(GStrv) before = fut_executor_get_worker_names (pool);
  g_auto(GStrv) after = NULL;
  g_autofree char *zero = g_strdup_printf ("%s_0", fut_executor_get_name (pool));
  g_autofree char *one = g_strdup_printf ("%s_1", fut_executor_get_name (pool));
  FutFuture *third;

  g_assert_true (g_str_has_prefix (zero, "ProcessPoolExecutor-"));
  g_assert_cmpuint (g_strv_length (before), ==, 2);
  g_assert_cmpstr (before[0], ==, zero);
  g_assert_cmpstr (before[1], ==, one);
  fault_kill (pids[0], SIGKILL);
  test_assert_error (first, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*_0*");

  third = fault_room_start_wait (room, pool, data, 3, &pids[2]);
  after = fut_executor_get_worker_names (pool);
  g_assert_cmpuint (g_strv_length (after), ==, 2);
  g_assert_true (g_strv_contains ((const char *const *) after, zero));
  g_assert_true (g_strv_contains ((const char *const *) after, one));
  contract_room_open (room->meeting, 2);
  test_assert_int64 (second, 2);
  test_assert_int64 (third, 3);
}

static void
test_pids_are_those_of_the_workers (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 2);
  g_autofree int *pids = NULL;
  FutFuture *futures[2];
  pid_t reported[2];
  gsize n_pids;

  for (guint i = 0; i < 2; i++)
    futures[i] = fault_room_start_wait (room, pool, data, i, &reported[i]);
  pids = fut_process_pool_executor_get_worker_pids (as_process_pool (pool), &n_pids);
  g_assert_cmpuint (n_pids, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_true (pids[i] == reported[0] || pids[i] == reported[1]);
  contract_room_open (room->meeting, 2);
  for (guint i = 0; i < 2; i++)
    test_assert_int64 (futures[i], i);
}

/* --- environ, cwd --- */

static void
test_environ (gconstpointer data)
{
  static const char *const hidden[] = { "FUT_WORKER_CHANNEL", "FUT_WORKER_PARENT", "NOTIFY_SOCKET" };
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  g_auto(GStrv) environ = g_environ_setenv (g_get_environ (), "FUT_TEST_FOOD", "cheese", TRUE);
  g_autofree char *food = NULL;
  g_autofree char *mark = NULL;

  environ = g_environ_setenv (environ, "NOTIFY_SOCKET", "/nowhere", TRUE);
  fut_process_pool_executor_set_environ (as_process_pool (pool), (const char *const *) environ);
  food = ask_text (room, pool, "fault.variable", g_variant_new_string ("FUT_TEST_FOOD"));
  g_assert_cmpstr (food, ==, "cheese");

  /* What told it that it is a worker is not passed on to what it starts. */
  for (gsize i = 0; i < G_N_ELEMENTS (hidden); i++)
    {
      g_autofree char *value =
        ask_text (room, pool, "fault.variable", g_variant_new_string (hidden[i]));

      g_assert_cmpstr (value, ==, NULL);
    }

  /* Without one it is that of this process; the next worker has it. */
  fut_process_pool_executor_set_environ (as_process_pool (pool), NULL);
  fault_kill (fault_get_pid (pool), SIGKILL);
  test_yield_until (fut_executor_get_n_workers (pool) == 0);
  g_clear_pointer (&food, g_free);
  food = ask_text (room, pool, "fault.variable", g_variant_new_string ("FUT_TEST_FOOD"));
  g_assert_cmpstr (food, ==, NULL);
  mark = ask_text (room, pool, "fault.variable", g_variant_new_string ("FUT_TEST_MARK"));
  g_assert_cmpstr (mark, ==, g_getenv ("FUT_TEST_MARK"));
}

static void
test_cwd (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  g_autofree char *folder = NULL;

  fut_process_pool_executor_set_cwd (as_process_pool (pool), "/usr/share");
  folder = ask_text (room, pool, "fault.folder", NULL);
  g_assert_cmpstr (folder, ==, "/usr/share");
}

/* --- initializer --- */

static void
test_initializer_in_replacements (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);

  fut_process_pool_executor_set_initializer (
    as_process_pool (pool), "contract.initialize",
    g_variant_new ("(sb)", contract_room_get_path (room->meeting), FALSE));
  fut_process_pool_executor_set_max_tasks_per_child (as_process_pool (pool), 2);
  for (guint i = 0; i < 3; i++)
    {
      fault_kill (ask_pid (room, pool), SIGKILL);
      g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
      test_yield_until (fut_executor_get_n_workers (pool) == 0);
    }

  /* Those too that take the place of one that has run its number of calls. */
  for (guint i = 0; i < 6; i++)
    ask_pid (room, pool);
  fut_executor_shutdown (pool, TRUE, FALSE);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
  g_assert_true (contract_room_is_empty (room->meeting));
}

/* --- output --- */

typedef struct
{
  GThread *thread;
  GString *lines[2];
  int      pid;
} Output;

static void
on_output (FutProcessPoolExecutor *pool, int pid, int fd, const char *line, gpointer user_data)
{
  Output *output = user_data;

  g_assert_true (FUT_IS_PROCESS_POOL_EXECUTOR (pool));
  g_assert_true (g_thread_self () == output->thread);
  g_assert_true (fd == 1 || fd == 2);
  g_string_append_printf (output->lines[fd - 1], "[%s]", line);
  output->pid = pid;
}

static void
test_output_captured (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  g_autoptr(TestContext) context = test_context_push ();
  const FaultCase *fault_case = data;
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  /* Where standard output is the channel, it is standard error that has both. */
  static const char *const expected[2][2] = { { "[one][two äöü]", "[one][two äöü]" },
                                              { "", "[one][two äöü][one][two äöü]" } };
  const char *const *lines = expected[fault_case->launched];
  Output output = { g_thread_self (), { g_string_new (NULL), g_string_new (NULL) }, 0 };
  pid_t pid;

  fut_process_pool_executor_set_worker_output (as_process_pool (pool), FUT_WORKER_OUTPUT_CAPTURE);
  g_signal_connect (pool, "output-line", G_CALLBACK (on_output), &output);
  pid = ask_pid (room, pool);
  for (int fd = 1; fd <= 2; fd++)
    {
      fault_room_submit (room, pool, "fault.print", g_variant_new ("(is)", fd, "one"));
      fault_room_submit (room, pool, "fault.print", g_variant_new ("(is)", fd, "two äöü"));
    }
  for (guint i = 0; i < 2; i++)
    {
      test_iterate_until (context, output.lines[i]->len >= strlen (lines[i]));
      g_assert_cmpstr (output.lines[i]->str, ==, lines[i]);
      g_string_free (output.lines[i], TRUE);
    }
  g_assert_cmpint (output.pid, ==, pid);
  g_signal_handlers_disconnect_by_func (pool, on_output, &output);
}

static void
test_output_forwarded (gconstpointer data)
{
  const FaultCase *fault_case = data;

  if (g_test_subprocess ())
    {
      g_autoptr(FaultRoom) room = fault_room_new ();
      FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);

      fut_process_pool_executor_set_worker_output (as_process_pool (pool),
                                                   FUT_WORKER_OUTPUT_FORWARD);
      for (int fd = 1; fd <= 2; fd++)
        fault_room_submit (room, pool, "fault.print", g_variant_new ("(is)", fd, "to be seen"));
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  if (!fault_case->launched)
    g_test_trap_assert_stdout ("*ProcessPoolExecutor-*_0*to be seen*");
  g_test_trap_assert_stderr ("*ProcessPoolExecutor-*_0*to be seen*");
}

/* --- E6, E7 --- */

static void
test_default_of_max_workers (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 0);
  guint max_workers = fut_executor_get_max_workers (pool);
  g_autoptr(FutExecutor) threads = fut_thread_pool_executor_new (0);

  /* Both begin with the number of usable CPUs: test-cpus.c has what that is. */
  g_assert_cmpuint (MIN (32, max_workers + 4), ==, fut_executor_get_max_workers (threads));
  g_assert_cmpuint (max_workers, <=, g_get_num_processors ());
  fault_room_assert_works (room, pool);
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  fault_add_both ("/process-pool/P3/recycled-one-by-one", test_recycled_one_by_one);
  fault_add_both ("/process-pool/P3/recycled-with-a-backlog", test_recycled_with_a_backlog);
  fault_add_both ("/process-pool/P3/recycled-after-shutdown", test_recycled_after_shutdown);
  fault_add_both ("/process-pool/idle-timeout/idle-worker-leaves", test_idle_worker_leaves);
  fault_add_both ("/process-pool/idle-timeout/busy-worker-stays", test_busy_worker_stays);
  fault_add_both ("/process-pool/workers/prestart", test_prestart);
  fault_add_both ("/process-pool/workers/lowest-free-number", test_lowest_free_number);
  fault_add_both ("/process-pool/workers/pids", test_pids_are_those_of_the_workers);
  fault_add_both ("/process-pool/workers/environ", test_environ);
  fault_add_both ("/process-pool/workers/cwd", test_cwd);
  fault_add_both ("/process-pool/E8/initializer-in-replacements", test_initializer_in_replacements);
  fault_add_both ("/process-pool/output/captured", test_output_captured);
  fault_add_both ("/process-pool/output/forwarded", test_output_forwarded);
  test_add ("/process-pool/E7/default-of-max-workers", test_default_of_max_workers);
  return fault_run ();
}
