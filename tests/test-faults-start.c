/* test-faults-start.c: workers that do not start: rows 17 to 20, 40 and 46 of the faults
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define N_FUTURES 5

static FutProcessPoolExecutor *
as_process_pool (FutExecutor *pool)
{
  return FUT_PROCESS_POOL_EXECUTOR (pool);
}

static void
set_program (FutExecutor *pool, const char *program, const char *argument)
{
  const char *argv[] = { program, argument, NULL };

  fut_process_pool_executor_set_worker_argv (as_process_pool (pool), argv);
}

/* Every call, those that wait and those that come, ends with BROKEN and this in the message. */
static void
assert_breaks (FaultRoom *room, FutExecutor *pool, const char *pattern)
{
  FutFuture *futures[N_FUTURES];

  for (gint64 i = 0; i < N_FUTURES; i++)
    futures[i] = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (i));
  for (guint i = 0; i < N_FUTURES; i++)
    test_assert_error (futures[i], FUT_ERROR, FUT_ERROR_BROKEN, pattern);
  fault_room_assert_broken (room, pool, pattern);
}

/* --- 17: helper missing or not executable --- */

static void
test_missing (gconstpointer fault_case)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 2);

  set_program (pool, "/nowhere/at-all/helper", NULL);
  assert_breaks (room, pool, "*/nowhere/at-all/helper*");
}

static void
test_missing_in_path (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 2);

  set_program (pool, "futures-no-such-helper", NULL);
  assert_breaks (room, pool, "*futures-no-such-helper*");
}

static void
test_missing_launcher (void)
{
  static const char *const launcher[] = { "/nowhere/at-all/launcher", NULL };
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 2);

  fut_process_pool_executor_set_launcher_argv (as_process_pool (pool), launcher);
  assert_breaks (room, pool, "*/nowhere/at-all/launcher*");
}

static void
test_not_executable (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 2);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "no-program", NULL);
  g_autofree char *pattern = g_strdup_printf ("*%s*", path);

  g_assert_true (g_file_set_contents (path, "no program\n", -1, NULL));
  g_assert_no_errno (g_chmod (path, 0644));
  set_program (pool, path, NULL);
  assert_breaks (room, pool, pattern);
  g_assert_no_errno (g_unlink (path));
}

static void
test_a_folder (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 2);

  set_program (pool, "/usr/bin", NULL);
  assert_breaks (room, pool, "*/usr/bin*");
}

static void
test_working_directory_missing (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 2);

  fut_process_pool_executor_set_cwd (as_process_pool (pool), "/nowhere/at-all");
  assert_breaks (room, pool, "*/nowhere/at-all*");
}

/* A program that is no helper at all. */
static void
test_no_helper (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);

  set_program (pool, "true", NULL);
  assert_breaks (room, pool, "*exited with status 0, before true reached fut_worker_run()*");
}

/* --- 18: helper dies at each start --- */

static void
test_dies_at_each_start (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool =
    fault_room_add_liars (room, "exit-at-once", contract_room_get_path (room->meeting));
  guint n_starts = 0;

  fut_process_pool_executor_set_crash_policy (as_process_pool (pool), fault_case->policy);
  assert_breaks (room, pool, "*exited with status 7, before * reached fut_worker_run()*");
  fut_executor_shutdown (pool, TRUE, FALSE);
  while (!contract_room_is_empty (room->meeting))
    n_starts += contract_room_next (room->meeting);
  g_assert_cmpuint (n_starts, ==, fault_case->policy == FUT_CRASH_POLICY_BREAK ? 1 : 5);
}

static void
test_dies_after_the_hello (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "hello-then-die", NULL);
  FutFuture *future = fault_room_submit (room, pool, "any", NULL);
  g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

  /* Each start may take a call with it that it was believed to have begun. */
  for (guint i = 0; i < 100 && !fut_executor_is_broken (pool); i++)
    fut_future_wait (fault_room_submit (room, pool, "any", NULL), -1, NULL, NULL);
  g_assert_true (g_error_matches (error, FUT_ERROR, FUT_ERROR_BROKEN) ||
                 g_error_matches (error, FUT_ERROR, FUT_ERROR_WORKER_LOST));
  fault_room_assert_broken (room, pool, "*exited with status 9*");
}

/* Every call ends its worker, which has not finished one. */
static void
test_dies_in_each_first_call (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  FutFuture *futures[40];
  guint n_lost = 0;

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = fault_room_submit (room, pool, "fault.die", g_variant_new ("(ss)", "", "exit-3"));
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_autoptr(GError) error = fut_future_exception (futures[i], -1, NULL);

      g_assert_nonnull (strstr (error->message, "exited with status 3"));
      if (g_error_matches (error, FUT_ERROR, FUT_ERROR_WORKER_LOST))
        n_lost++;
      else
        g_assert_error (error, FUT_ERROR, FUT_ERROR_BROKEN);
    }
  g_assert_cmpuint (n_lost, >=, 19);
  g_assert_cmpuint (n_lost, <=, 20);
  fault_room_assert_broken (room, pool, "*exited with status 3*");
}

/* Who finishes calls may die as often as it likes. */
static void
test_dies_after_good_calls (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);

  for (guint i = 0; i < 30; i++)
    {
      FutFuture *good = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (3));
      FutFuture *bad;

      test_assert_int64 (good, 9);
      bad = fault_room_submit (room, pool, "fault.die", g_variant_new ("(ss)", "", "kill"));
      test_assert_error (bad, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*SIGKILL*");
    }
  fault_room_assert_works (room, pool);
}

/* --- 19: initializer fails; initializer hangs; start timeout --- */

static void
test_initializer_fails (gconstpointer fault_case)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 2);

  fut_process_pool_executor_set_initializer (
    as_process_pool (pool), "contract.initialize",
    g_variant_new ("(sb)", contract_room_get_path (room->meeting), TRUE));
  assert_breaks (room, pool, "*no such device*");
}

static void
test_initializer_unknown (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);

  fut_process_pool_executor_set_initializer (as_process_pool (pool), "no.such-initializer", NULL);
  assert_breaks (room, pool, "*no.such-initializer*");
}

static void
test_initializer_dies (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);

  fut_process_pool_executor_set_initializer (as_process_pool (pool), "fault.die",
                                             g_variant_new ("(ss)", "", "exit-3"));
  assert_breaks (room, pool, "*exited with status 3 in the initializer fault.die*");
}

static void
test_initializer_hangs (gconstpointer fault_case)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);

  fut_process_pool_executor_set_start_timeout (as_process_pool (pool),
                                               test_span (500 * G_TIME_SPAN_MILLISECOND));
  fut_process_pool_executor_set_initializer (as_process_pool (pool), "fault.stubborn",
                                             fault_room_args (room, 1));
  assert_breaks (room, pool, "*fault.stubborn*");
}

static void
assert_start_timeout (const char *behaviour)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, behaviour, NULL);

  fut_process_pool_executor_set_start_timeout (as_process_pool (pool),
                                               test_span (100 * G_TIME_SPAN_MILLISECOND));
  assert_breaks (room, pool, "*start*");
}

static void
test_says_nothing (void)
{
  assert_start_timeout ("silent");
}

static void
test_says_half_a_hello (void)
{
  assert_start_timeout ("half-hello");
}

/* It can be shut down meanwhile, and the call cancelled. */
static void
test_says_nothing_for_ever (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "silent", NULL);
  FutFuture *future;

  fut_process_pool_executor_set_start_timeout (as_process_pool (pool), -1);
  future = fault_room_submit (room, pool, "any", NULL);
  test_yield_until (fut_executor_get_n_workers (pool) == 1);
  test_assert_state (future, FUT_STATE_PENDING);
  g_assert_true (fut_future_cancel (future));
  fut_executor_shutdown (pool, TRUE, FALSE);
}

/* --- 20: helper speaks another protocol --- */

static void
test_other_version (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "other-version", NULL);

  assert_breaks (room, pool, "*77*");
  fault_room_assert_broken (room, pool, "*version*1*");
}

static void
test_other_byte_order (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "other-byte-order", NULL);

  assert_breaks (room, pool, "*testworker*");
}

static void
test_garbage (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "garbage", NULL);

  assert_breaks (room, pool, "*HTTP/1.1*");
}

/* --- 40: start/exit cycles --- */

static void
run_cycles (FaultRoom *room, FutExecutor *pool, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(FutFuture) future =
        fut_executor_submit (pool, "contract.square", g_variant_new_int64 (i));

      test_assert_int64 (future, (gint64) i * i);
    }
}

static void
test_many_cycles (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  guint n = test_short_or_long (100, 2000);
  gsize rss;
  guint n_fds;

  fut_process_pool_executor_set_max_tasks_per_child (as_process_pool (pool), 1);
  run_cycles (room, pool, n / 10);
  rss = test_rss_bytes ();
  n_fds = test_count_fds ();
  run_cycles (room, pool, n);

  /* One worker may be leaving while the next one is there. */
  g_assert_cmpuint (test_count_fds (), <=, n_fds + 10);
  test_yield_until (test_count_processes () <= 1);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpuint (test_rss_bytes (), <, rss + (2 << 20));
#endif
  g_test_message ("%u cycles, RSS before %" G_GSIZE_FORMAT ", after %" G_GSIZE_FORMAT, n, rss,
                  test_rss_bytes ());
}

/* --- 46: the program's binary is replaced while the pool runs --- */

/* A program that is not installed finds the library from where it is: a copy has to be told. */
static char *
copy_program (const char *from, const char *name)
{
  char *to = g_build_filename (g_get_tmp_dir (), name, NULL);
  const char *built = g_test_get_dir (G_TEST_BUILT);
  g_autofree char *libraries = g_build_filename (built, "..", "futures-glib", NULL);
  g_autofree char *bytes = NULL;
  gsize n;

  g_setenv ("LD_LIBRARY_PATH", libraries, TRUE);
  g_assert_true (g_file_get_contents (from, &bytes, &n, NULL));
  g_assert_true (
    g_file_set_contents_full (to, bytes, n, G_FILE_SET_CONTENTS_CONSISTENT, 0755, NULL));
  return to;
}

static void
test_replaced_by_a_copy (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  g_autofree char *path = copy_program ("/proc/self/exe", "helper");
  g_autofree char *again = NULL;
  FutFuture *future;
  pid_t pid;

  set_program (pool, path, NULL);
  future = fault_room_start_wait (room, pool, &fault_usual_case, 1, &pid);
  again = copy_program ("/proc/self/exe", "helper");
  fault_kill (pid, SIGKILL);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*SIGKILL*");
  fault_room_assert_works (room, pool);
  g_assert_no_errno (g_unlink (path));
}

static void
test_replaced_by_another (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  g_autofree char *path = copy_program ("/proc/self/exe", "helper");
  g_autofree char *other = g_test_build_filename (G_TEST_BUILT, "testworker", NULL);
  g_autofree char *again = NULL;
  FutFuture *future;
  pid_t pid;

  set_program (pool, path, "other-version");
  future = fault_room_start_wait (room, pool, &fault_usual_case, 1, &pid);
  again = copy_program (other, "helper");
  fault_kill (pid, SIGKILL);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*SIGKILL*");
  assert_breaks (room, pool, "*77*");
  g_assert_no_errno (g_unlink (path));
}

/* A program that is its own helper starts what it is itself, also when its file is gone. */
static void
test_own_program_deleted (void)
{
  g_autofree char *path = copy_program ("/proc/self/exe", "program");
  const char *argv[] = { path, "--delete-yourself", NULL };
  g_autoptr(GError) error = NULL;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                               &status, &error));
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

static int
delete_yourself (const char *path)
{
  g_auto(GStrv) argv = fut_worker_self_argv ();
  FutExecutor *pool = fut_process_pool_executor_new (1);

  /* The first worker starts after the file is gone, and another one's is in its place. */
  fut_process_pool_executor_set_worker_argv (as_process_pool (pool), (const char *const *) argv);
  g_assert_no_errno (g_unlink (path));
  g_assert_true (g_file_set_contents (path, "another one", -1, NULL));
  for (gint64 i = 0; i < 3; i++)
    {
      g_autoptr(FutFuture) future =
        fut_executor_submit (pool, "contract.square", g_variant_new_int64 (i));

      test_assert_int64 (future, i * i);
    }
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
  g_assert_no_errno (g_unlink (path));
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--delete-yourself"))
    return delete_yourself (argv[0]);

  fault_init (&argc, &argv);
  fault_add ("/faults/17/missing", test_missing);
  test_add ("/faults/17/missing-in-path", test_missing_in_path);
  test_add ("/faults/17/missing-launcher", test_missing_launcher);
  test_add ("/faults/17/not-executable", test_not_executable);
  test_add ("/faults/17/a-folder", test_a_folder);
  test_add ("/faults/17/working-directory-missing", test_working_directory_missing);
  test_add ("/faults/17/no-helper", test_no_helper);
  fault_add ("/faults/18/dies-at-each-start", test_dies_at_each_start);
  test_add ("/faults/18/dies-after-the-hello", test_dies_after_the_hello);
  test_add ("/faults/18/dies-in-each-first-call", test_dies_in_each_first_call);
  test_add ("/faults/18/dies-after-good-calls", test_dies_after_good_calls);
  fault_add_with_launcher ("/faults/19/initializer-fails", test_initializer_fails);
  test_add ("/faults/19/initializer-unknown", test_initializer_unknown);
  test_add ("/faults/19/initializer-dies", test_initializer_dies);
  fault_add_with_launcher ("/faults/19/initializer-hangs", test_initializer_hangs);
  test_add ("/faults/19/says-nothing", test_says_nothing);
  test_add ("/faults/19/says-half-a-hello", test_says_half_a_hello);
  test_add ("/faults/19/says-nothing-for-ever", test_says_nothing_for_ever);
  test_add ("/faults/20/other-version", test_other_version);
  test_add ("/faults/20/other-byte-order", test_other_byte_order);
  test_add ("/faults/20/garbage", test_garbage);
  test_add_stress ("/faults/40/many-cycles", 600, test_many_cycles);
  test_add ("/faults/46/replaced-by-a-copy", test_replaced_by_a_copy);
  test_add ("/faults/46/replaced-by-another", test_replaced_by_another);
  test_add ("/faults/46/own-program-deleted", test_own_program_deleted);
  return fault_run ();
}
