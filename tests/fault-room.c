/* fault-room.c: what each test of a fault begins and ends with
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const launcher_argv[] = { "sh", "-c", "exec \"$@\"", "launcher", NULL };

const FaultCase fault_usual_case = { "fail-task", FUT_CRASH_POLICY_FAIL_TASK, FALSE, FALSE };
const FaultCase fault_launched_case = { "launched", FUT_CRASH_POLICY_FAIL_TASK, FALSE, TRUE };

static const FaultCase policies[] = {
  { "fail-task", FUT_CRASH_POLICY_FAIL_TASK, FALSE, FALSE },
  { "break", FUT_CRASH_POLICY_BREAK, FALSE, FALSE },
  { "retry", FUT_CRASH_POLICY_RETRY, TRUE, FALSE },
  { "retry-not-idempotent", FUT_CRASH_POLICY_RETRY, FALSE, FALSE },
  { "launched", FUT_CRASH_POLICY_FAIL_TASK, FALSE, TRUE },
};
#define N_DIRECT_POLICIES 4

/* Where temporary files of the program and of its workers are. */
static char *folder;

/* --- the room --- */

typedef struct
{
  FutFuture *future;   /* owned; NULL: gone */
  int        n_done;   /* atomic */
} Watch;

/* Those that are mapped; one that is open is counted as a descriptor. */
static guint
count_memories (void)
{
  g_autofree char *maps = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  for (const char *at = maps; (at = strstr (at, "memfd:")) != NULL; at++)
    n++;
  return n;
}

static void
assert_folder_is_empty (void)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);

  g_assert_nonnull (dir);
  g_assert_cmpstr (g_dir_read_name (dir), ==, NULL);
}

/* What GLib makes with the first child process is there for good, and is no leak. */
static void
warm_up (void)
{
  static gboolean warm;
  g_autoptr(FutExecutor) pool = NULL;
  g_autoptr(FutFuture) future = NULL;
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_auto(GStrv) argv = fut_worker_self_argv ();

  if (warm)
    return;
  warm = TRUE;
  pool = fut_process_pool_executor_new (1);
  fut_process_pool_executor_set_worker_argv (FUT_PROCESS_POOL_EXECUTOR (pool),
                                             (const char *const *) argv);
  fut_submit_options_set_run_timeout (options, test_span (TEST_PATIENCE));
  future = fut_executor_submit_full (pool, "contract.square", g_variant_new_int64 (3), options);
  test_assert_int64 (future, 9);
  fut_executor_shutdown (pool, TRUE, FALSE);
  test_yield_until (test_count_processes () == 0);
}

/* GLib closes what watched a child process when it gets to it, in a thread of its own. */
static guint
count_settled_fds (void)
{
  guint n_fds = test_count_fds ();
  guint n_same = 0;

  while (n_same < 20)
    {
      guint n;

      g_poll (NULL, 0, 1);
      n = test_count_fds ();
      n_same = n == n_fds ? n_same + 1 : 0;
      n_fds = n;
    }
  return n_fds;
}

FaultRoom *
fault_room_new (void)
{
  FaultRoom *self = g_new0 (FaultRoom, 1);

  warm_up ();
  test_yield_until (test_count_threads (NULL) == 0);
  self->n_fds = count_settled_fds ();
  self->n_memories = count_memories ();
  self->meeting = contract_room_new ();
  self->log = test_log_new ();
  self->pools = g_ptr_array_new ();
  self->watches = g_ptr_array_new ();
  self->tracker = test_tracker_new ();
  return self;
}

static void
close_pool (FaultRoom *self, FutExecutor *pool)
{
  g_auto(GStrv) names = NULL;
  g_autofree int *pids = NULL;
  gsize n_pids;

  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_cmpuint (fut_executor_get_n_pending (pool), ==, 0);
  g_assert_cmpuint (fut_executor_get_n_running (pool), ==, 0);
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 0);
  names = fut_executor_get_worker_names (pool);
  g_assert_cmpuint (g_strv_length (names), ==, 0);
  pids = fut_process_pool_executor_get_worker_pids (FUT_PROCESS_POOL_EXECUTOR (pool), &n_pids);
  g_assert_cmpuint (n_pids, ==, 0);
  if (fut_executor_is_broken (pool))
    self->log_is_free = TRUE;
  g_object_unref (pool);
}

static void
close_watch (Watch *watch)
{
  g_assert_true (fut_future_is_done (watch->future));
  test_yield_until (g_atomic_int_get (&watch->n_done) > 0);
  g_clear_object (&watch->future);
}

static void
free_log (FaultRoom *self)
{
  g_assert_cmpuint (test_log_count (self->log, "*assertion*failed*"), ==, 0);
  if (self->log_is_free)
    test_log_count (self->log, "*");
  test_log_free (self->log);
}

void
fault_room_free (FaultRoom *self)
{
  for (guint i = 0; i < self->pools->len; i++)
    close_pool (self, self->pools->pdata[i]);
  for (guint i = 0; i < self->watches->len; i++)
    close_watch (self->watches->pdata[i]);
  test_tracker_await_live (self->tracker, 0);
  contract_room_free (self->meeting);

  test_yield_until (test_count_processes () == 0);
  test_yield_until (test_count_threads (NULL) == 0);
  test_yield_until (test_count_fds () == self->n_fds);
  test_yield_until (count_memories () == self->n_memories);
  assert_folder_is_empty ();
  for (guint i = 0; i < self->watches->len; i++)
    {
      Watch *watch = self->watches->pdata[i];

      g_assert_cmpint (g_atomic_int_get (&watch->n_done), ==, 1);
      g_free (watch);
    }

  free_log (self);
  test_tracker_free (self->tracker);
  g_ptr_array_unref (self->watches);
  g_ptr_array_unref (self->pools);
  g_free (self);
}

/* --- pools --- */

static FutExecutor *
add_pool (FaultRoom *self, guint max_workers, const char *const *argv)
{
  FutExecutor *executor = fut_process_pool_executor_new (max_workers);
  FutProcessPoolExecutor *pool = FUT_PROCESS_POOL_EXECUTOR (executor);

  fut_process_pool_executor_set_worker_argv (pool, argv);
  fut_process_pool_executor_set_worker_output (pool, FUT_WORKER_OUTPUT_DISCARD);
  test_tracker_add (self->tracker, executor);
  g_ptr_array_add (self->pools, executor);
  return executor;
}

FutExecutor *
fault_room_add_pool (FaultRoom *self, const FaultCase *fault_case, guint max_workers)
{
  g_auto(GStrv) argv = fut_worker_self_argv ();
  FutExecutor *executor;
  FutProcessPoolExecutor *pool;

  /* To a launcher "/proc/self/exe" would be the launcher. */
  if (fault_case->launched)
    {
      g_free (argv[0]);
      argv[0] = g_file_read_link ("/proc/self/exe", NULL);
    }
  executor = add_pool (self, max_workers, (const char *const *) argv);
  pool = FUT_PROCESS_POOL_EXECUTOR (executor);
  fut_process_pool_executor_set_crash_policy (pool, fault_case->policy);
  if (fault_case->launched)
    fut_process_pool_executor_set_launcher_argv (pool, launcher_argv);
  return executor;
}

FutExecutor *
fault_room_add_liars (FaultRoom *self, const char *behaviour, const char *argument)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "testworker", NULL);
  const char *argv[] = { program, behaviour, argument, NULL };

  return add_pool (self, 1, argv);
}

/* --- futures --- */

static void
count_done (FutFuture *future, gpointer user_data)
{
  Watch *watch = user_data;

  g_assert_true (fut_future_is_done (future));
  g_atomic_int_inc (&watch->n_done);
}

void
fault_room_add_future (FaultRoom *self, FutFuture *future)
{
  Watch *watch = g_new0 (Watch, 1);

  watch->future = future;
  test_tracker_add (self->tracker, future);
  g_ptr_array_add (self->watches, watch);
  fut_future_add_done_callback (future, count_done, watch, NULL);
}

FutFuture *
fault_room_submit_full (FaultRoom *self, FutExecutor *pool, const char *function, GVariant *args,
                        FutSubmitOptions *options)
{
  FutFuture *future = fut_executor_submit_full (pool, function, args, options);

  fault_room_add_future (self, future);
  return future;
}

FutFuture *
fault_room_submit (FaultRoom *self, FutExecutor *pool, const char *function, GVariant *args)
{
  return fault_room_submit_full (self, pool, function, args, NULL);
}

FutFuture *
fault_room_submit_in (FaultRoom *self, FutExecutor *pool, const FaultCase *fault_case,
                      const char *function, GVariant *args)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

  fut_submit_options_set_idempotent (options, fault_case->idempotent);
  return fault_room_submit_full (self, pool, function, args, options);
}

FutFuture *
fault_room_submit_timed (FaultRoom *self, FutExecutor *pool, const char *function, GVariant *args,
                         GTimeSpan run_timeout)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();

  fut_submit_options_set_run_timeout (options, run_timeout);
  return fault_room_submit_full (self, pool, function, args, options);
}

FutFuture *
fault_room_start_wait (FaultRoom *self, FutExecutor *pool, const FaultCase *fault_case,
                       gint64 number, pid_t *pid)
{
  FutFuture *future =
    fault_room_submit_in (self, pool, fault_case, "fault.wait", fault_room_args (self, number));

  *pid = contract_room_next (self->meeting);
  return future;
}

GVariant *
fault_room_args (FaultRoom *self, gint64 number)
{
  return contract_room_args (self->meeting, number);
}

/* --- what became of it --- */

void
fault_assert_victim (const FaultCase *fault_case, FutFuture *future, gint64 value,
                     const char *pattern)
{
  if (fault_case->policy == FUT_CRASH_POLICY_BREAK)
    {
      test_assert_error (future, FUT_ERROR, FUT_ERROR_BROKEN,
                         "*A process in the process pool was terminated abruptly while the future "
                         "was running or pending.*");
      test_assert_error (future, FUT_ERROR, FUT_ERROR_BROKEN, pattern);
    }
  else if (fault_case->idempotent)
    {
      test_assert_int64 (future, value);
      g_assert_cmpuint (fut_future_get_retry_count (future), ==, 1);
    }
  else
    {
      test_assert_error (future, FUT_ERROR, FUT_ERROR_WORKER_LOST, pattern);
      g_assert_cmpuint (fut_future_get_retry_count (future), ==, 0);
    }
}

void
fault_assert_bystander (const FaultCase *fault_case, FutFuture *future, gint64 value)
{
  if (fault_case->policy == FUT_CRASH_POLICY_BREAK)
    fault_assert_victim (fault_case, future, value, "*");
  else
    test_assert_int64 (future, value);
}

void
fault_room_assert_works (FaultRoom *self, FutExecutor *pool)
{
  FutFuture *futures[20];

  g_assert_false (fut_executor_is_broken (pool));
  for (gint64 i = 0; i < 20; i++)
    futures[i] = fault_room_submit (self, pool, "contract.square", g_variant_new_int64 (i));
  for (gint64 i = 0; i < 20; i++)
    test_assert_int64 (futures[i], i * i);
}

void
fault_room_assert_broken (FaultRoom *self, FutExecutor *pool, const char *pattern)
{
  FutFuture *refused = fault_room_submit (self, pool, "contract.square", g_variant_new_int64 (1));

  test_assert_error (refused, FUT_ERROR, FUT_ERROR_BROKEN, pattern);
  g_assert_true (fut_executor_is_broken (pool));
  self->log_is_free = TRUE;
}

void
fault_room_assert_pool (FaultRoom *self, const FaultCase *fault_case, FutExecutor *pool)
{
  if (fault_case->policy == FUT_CRASH_POLICY_BREAK)
    fault_room_assert_broken (self, pool, "*terminated abruptly*");
  else
    fault_room_assert_works (self, pool);
}

/* --- processes --- */

pid_t
fault_get_pid (FutExecutor *pool)
{
  gsize n_pids;
  g_autofree int *pids =
    fut_process_pool_executor_get_worker_pids (FUT_PROCESS_POOL_EXECUTOR (pool), &n_pids);

  g_assert_cmpuint (n_pids, ==, 1);
  return pids[0];
}

char
fault_get_state (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *text = NULL;
  const char *after_name;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (after_name = strrchr (text, ')')) == NULL)
    return 'X';
  return after_name[2];
}

gboolean
fault_is_alive (pid_t pid)
{
  return strchr ("XZ", fault_get_state (pid)) == NULL;
}

void
fault_kill (pid_t pid, int signal_number)
{
  /* What a mistake would yield here stands for whole groups of processes, or for all. */
  g_assert_cmpint (pid, >, 1);
  g_assert_no_errno (kill (pid, signal_number));
}

void
fault_stop (pid_t pid)
{
  fault_kill (pid, SIGSTOP);
  test_yield_until (fault_get_state (pid) == 'T');
}

static gboolean
has_worker (FutExecutor *pool, pid_t pid)
{
  gsize n_pids;
  g_autofree int *pids =
    fut_process_pool_executor_get_worker_pids (FUT_PROCESS_POOL_EXECUTOR (pool), &n_pids);

  for (gsize i = 0; i < n_pids; i++)
    if (pids[i] == pid)
      return TRUE;
  return FALSE;
}

void
fault_await_gone (FutExecutor *pool, pid_t pid)
{
  test_yield_until (!has_worker (pool, pid));
}

/* --- the program --- */

void
fault_init (int *argc, char ***argv)
{
  const char *parent;

  fault_functions_register ();
  if (fut_worker_is_helper ())
    exit (fut_worker_run ());

  /* Nothing has asked GLib yet where temporary files are: it would not ask the variable again. */
  parent = g_getenv ("TMPDIR");
  folder = g_build_filename (parent != NULL ? parent : "/tmp", "futures-faults-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (folder));
  g_setenv ("TMPDIR", folder, TRUE);
  test_init (argc, argv);
}

static void
add_case (const char *path, const FaultCase *fault_case, void (*func) (gconstpointer fault_case))
{
  g_autofree char *full = g_strconcat (path, "/", fault_case->name, NULL);

  test_add_data (full, fault_case, func);
}

static void
add_policies (const char *path, guint n, void (*func) (gconstpointer fault_case))
{
  for (guint i = 0; i < n; i++)
    add_case (path, &policies[i], func);
}

void
fault_add (const char *path, void (*func) (gconstpointer fault_case))
{
  add_policies (path, N_DIRECT_POLICIES, func);
}

void
fault_add_with_launcher (const char *path, void (*func) (gconstpointer fault_case))
{
  add_policies (path, G_N_ELEMENTS (policies), func);
}

void
fault_add_both (const char *path, void (*func) (gconstpointer fault_case))
{
  add_case (path, &fault_usual_case, func);
  add_case (path, &fault_launched_case, func);
}

int
fault_run (void)
{
  int status = g_test_run ();

  g_assert_no_errno (g_rmdir (folder));
  return status;
}
