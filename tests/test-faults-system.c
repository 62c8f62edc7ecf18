/* test-faults-system.c: what the system does: rows 35, 37, 39 and 41 of the faults
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static FutProcessPoolExecutor *
as_process_pool (FutExecutor *pool)
{
  return FUT_PROCESS_POOL_EXECUTOR (pool);
}

/* --- 35: parent SIGKILLed --- */

/* Workers that wait, that are busy, that take no notice of SIGTERM, and that are idle. */
static const char *const occupations[] = { "fault.wait", "fault.spin", "fault.stubborn" };
#define N_WORKERS (G_N_ELEMENTS (occupations) + 1)

static pid_t
start_parent (FaultRoom *room, const FaultCase *fault_case)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char *argv[] = { program, "--parent", contract_room_get_path (room->meeting),
                         fault_case->launched ? "launched" : "direct", NULL };
  g_autoptr(GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

/* What the process that is to be killed does. */
static int
be_parent (const char *room, gboolean launched)
{
  static const char *const launcher[] = { "sh", "-c", "exec \"$@\"", "launcher", NULL };
  FutExecutor *pool = fut_process_pool_executor_new (N_WORKERS);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char *argv[] = { program, NULL };
  g_autoptr(FutFuture) idle = NULL;

  fut_process_pool_executor_set_worker_argv (as_process_pool (pool), argv);
  fut_process_pool_executor_set_worker_output (as_process_pool (pool), FUT_WORKER_OUTPUT_DISCARD);
  if (launched)
    fut_process_pool_executor_set_launcher_argv (as_process_pool (pool), launcher);
  for (gsize i = 0; i < G_N_ELEMENTS (occupations); i++)
    g_object_unref (
      fut_executor_submit (pool, occupations[i], g_variant_new ("(sx)", room, (gint64) i)));
  idle = fut_executor_submit (pool, "fault.pid", NULL);
  contract_report (room, fut_future_result_int64 (idle, -1, NULL));
  for (;;)
    pause ();
  return 0;
}

static void
test_parent_killed (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  pid_t parent = start_parent (room, data);
  pid_t workers[N_WORKERS];
  gint64 killed_at;

  for (gsize i = 0; i < N_WORKERS; i++)
    {
      workers[i] = contract_room_next (room->meeting);
      g_assert_true (fault_is_alive (workers[i]));
    }
  killed_at = g_get_monotonic_time ();
  fault_kill (parent, SIGKILL);
  while (waitpid (parent, NULL, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  for (gsize i = 0; i < N_WORKERS; i++)
    test_yield_until (!fault_is_alive (workers[i]));
  g_assert_cmpint (g_get_monotonic_time () - killed_at, <=, test_span (G_TIME_SPAN_SECOND));
}

/* --- 37: fd limit reached after the pool exists --- */

/* No descriptor beyond this many more than there are can be had, or any number again. */
static void
limit_fds (int n_more)
{
  static rlim_t usual;
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  if (n_more < 0)
    limit.rlim_cur = usual;
  else
    {
      int first_free = dup (0);

      g_assert_cmpint (first_free, >=, 0);
      close (first_free);
      usual = limit.rlim_cur;
      limit.rlim_cur = first_free + n_more;
    }
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
}

/* At each point of a start at which it can hit. */
static void
test_no_fds_for_the_first_worker (gconstpointer data)
{
  for (int n_more = 0; n_more < 16; n_more++)
    {
      g_autoptr(FaultRoom) room = fault_room_new ();
      FutExecutor *pool = fault_room_add_pool (room, data, 1);
      FutFuture *future;
      g_autoptr(GError) error = NULL;

      room->log_is_free = TRUE;
      limit_fds (n_more);
      future = fault_room_submit (room, pool, "contract.square", g_variant_new_int64 (3));
      error = fut_future_exception (future, -1, NULL);
      limit_fds (-1);

      g_test_message ("%d more: %s", n_more, error != NULL ? error->message : "works");
      if (n_more == 0)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
      else if (error != NULL)
        g_assert_cmpstr (g_quark_to_string (error->domain), ==, g_quark_to_string (G_IO_ERROR));
      g_test_message ("%d more: %s", n_more, error != NULL ? error->message : "works");
      fault_room_assert_works (room, pool);
    }
}

/* With another worker alive a call waits for that one. */
static void
test_no_fds_for_a_second_worker (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 2);
  FutFuture *first = fault_room_submit (room, pool, "contract.gate", fault_room_args (room, 1));
  FutFuture *second, *third;

  room->log_is_free = TRUE;
  g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
  limit_fds (0);
  second = fault_room_submit (room, pool, "contract.gate", fault_room_args (room, 2));
  contract_room_open (room->meeting, 1);
  test_assert_int64 (first, 1);
  g_assert_cmpint (contract_room_next (room->meeting), ==, 2);
  limit_fds (-1);

  /* And when there are descriptors again there is a second worker. */
  third = fault_room_submit (room, pool, "contract.gate", fault_room_args (room, 3));
  g_assert_cmpint (contract_room_next (room->meeting), ==, 3);
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 2);
  contract_room_open (room->meeting, 2);
  test_assert_int64 (second, 2);
  test_assert_int64 (third, 3);
}

/* A region needs a descriptor too. */
static void
test_no_fds_for_a_region (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  g_autoptr(GBytes) bytes = fault_bytes_new (5000000);
  FutFuture *future;
  g_autoptr(GError) error = NULL;

  fault_room_assert_works (room, pool);
  limit_fds (0);
  future = fault_room_submit (room, pool, "fault.length",
                              g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
  error = fut_future_exception (future, -1, NULL);
  limit_fds (-1);
  g_test_message ("%s", error != NULL ? error->message : "works");
  room->log_is_free = TRUE;
  fault_room_assert_works (room, pool);
}

/* --- 39: inherited fds in a worker --- */

#define HIGH_FD 200

/* Descriptors of this process that a worker could inherit, and what they lead to. */
static int
open_inheritable (FaultRoom *room, char **path)
{
  int fd;

  *path = g_build_filename (g_get_tmp_dir (), "inheritable", NULL);
  fd = g_open (*path, O_RDWR | O_CREAT, 0600);
  g_assert_cmpint (fd, >, 2);
  g_assert_cmpint (dup2 (fd, HIGH_FD), ==, HIGH_FD);
  return fd;
}

static GVariant *
ask_for_fds (FaultRoom *room, FutExecutor *pool)
{
  FutFuture *future = fault_room_submit (room, pool, "fault.fds", NULL);
  g_autoptr(GError) error = NULL;
  GVariant *list = fut_future_result_variant (future, -1, &error);

  g_assert_no_error (error);
  return list;
}

/* What this process has, by its targets: sockets, pipes, files. */
static gboolean
is_ours (const char *target)
{
  g_autoptr(GDir) fds = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  if (!g_str_has_prefix (target, "socket:") && !g_str_has_prefix (target, "pipe:") &&
      !g_str_has_suffix (target, "/inheritable"))
    return FALSE;
  while ((name = g_dir_read_name (fds)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *own = g_file_read_link (path, NULL);

      if (g_strcmp0 (own, target) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
assert_fds (GVariant *list, gboolean launched)
{
  guint n_sockets = 0;
  guint n_shared = 0;
  GVariantIter iter;
  const char *entry;

  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "&s", &entry))
    {
      const char *target = strchr (entry, ' ') + 1;
      int fd = atoi (entry);

      g_test_message ("%s", entry);
      g_assert_cmpint (fd, !=, HIGH_FD);
      if (fd == 0 && !launched)
        g_assert_cmpstr (target, ==, "/dev/null");
      n_shared += fd > 2 && is_ours (target);
      n_sockets += g_str_has_prefix (target, "socket:");
    }

  /* Of a channel over standard input and output we have the other ends. */
  g_assert_cmpuint (n_sockets, <=, launched ? 2 : 1);
  g_assert_cmpuint (n_shared, <=, launched ? 2 : 0);
}

static void
test_inherited_fds (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 3);
  g_autofree char *path = NULL;
  int fd = open_inheritable (room, &path);
  FutFuture *gates[2];
  pid_t pid;

  /* The later ones could have the channels of those before them. */
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GVariant) list = NULL;

      if (i > 0)
        gates[i - 1] = fault_room_start_wait (room, pool, fault_case, i, &pid);
      list = ask_for_fds (room, pool);
      assert_fds (list, fault_case->launched);
    }
  contract_room_open (room->meeting, 2);
  for (guint i = 0; i < 2; i++)
    test_assert_int64 (gates[i], i + 1);
  close (fd);
  close (HIGH_FD);
  g_assert_no_errno (g_unlink (path));
}

/* --- 41: SIGPIPE, EINTR storms --- */

static volatile sig_atomic_t n_signals;

static void
note_signal (int signal_number)
{
  n_signals = n_signals + 1;
}

static void
set_storm (glong period)
{
  struct sigaction action = { .sa_handler = note_signal };
  struct itimerval timer = { { 0, period }, { 0, period } };

  g_assert_no_errno (sigaction (SIGALRM, &action, NULL));
  g_assert_no_errno (setitimer (ITIMER_REAL, &timer, NULL));
}

static void
live_through_storm (const FaultCase *fault_case)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 2);
  g_autoptr(GBytes) bytes = fault_bytes_new (5000000);

  for (guint i = 0; i < 20; i++)
    {
      FutFuture *large =
        fault_room_submit (room, pool, "fault.length",
                           g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
      FutFuture *victim;

      test_assert_int64 (large, 5000000);
      fault_room_assert_works (room, pool);
      victim = fault_room_submit (room, pool, "fault.die", g_variant_new ("(ss)", "", "kill"));
      test_assert_error (victim, FUT_ERROR, FUT_ERROR_WORKER_LOST, "*SIGKILL*");
    }
}

static void
test_storm_of_signals (gconstpointer fault_case)
{
  sigset_t storm;

  if (!test_in_subprocess ())
    return;

  /* A broken pipe would end this process; and the signals also hit the pool's own threads. */
  signal (SIGPIPE, SIG_DFL);
  sigemptyset (&storm);
  sigaddset (&storm, SIGALRM);
  set_storm (1000);
  live_through_storm (fault_case);
  g_assert_no_errno (pthread_sigmask (SIG_BLOCK, &storm, NULL));
  live_through_storm (fault_case);
  set_storm (0);
  g_test_message ("%d signals", (int) n_signals);
  g_assert_cmpint (n_signals, >, 50);
}

/* The pipe breaks under what is being written. */
static void
test_broken_pipe (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = NULL;
  FutExecutor *pool;
  g_autoptr(GBytes) bytes = fault_bytes_new (60000);

  if (!test_in_subprocess ())
    return;

  signal (SIGPIPE, SIG_DFL);
  room = fault_room_new ();
  pool = fault_room_add_pool (room, fault_case, 1);
  for (guint i = 0; i < 10; i++)
    {
      pid_t pid;
      FutFuture *victim = fault_room_start_wait (room, pool, fault_case, 1, &pid);
      FutFuture *futures[100];

      for (gsize n = 0; n < G_N_ELEMENTS (futures); n++)
        futures[n] =
          fault_room_submit (room, pool, "fault.length",
                             g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
      fault_kill (pid, SIGKILL);
      fault_assert_victim (fault_case, victim, 1, "*SIGKILL*");
      for (gsize n = 0; n < G_N_ELEMENTS (futures); n++)
        test_assert_int64 (futures[n], 60000);
    }
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--parent"))
    return be_parent (argv[2], g_str_equal (argv[3], "launched"));

  fault_init (&argc, &argv);
  fault_add_both ("/faults/35/parent-killed", test_parent_killed);
  fault_add_both ("/faults/37/no-fds-for-the-first-worker", test_no_fds_for_the_first_worker);
  fault_add_both ("/faults/37/no-fds-for-a-second-worker", test_no_fds_for_a_second_worker);
  test_add ("/faults/37/no-fds-for-a-region", test_no_fds_for_a_region);
  fault_add_both ("/faults/39/inherited-fds", test_inherited_fds);
  fault_add_both ("/faults/41/storm-of-signals", test_storm_of_signals);
  fault_add_both ("/faults/41/broken-pipe", test_broken_pipe);
  return fault_run ();
}
