/* test-process-pool-calls.c: the calls of a process pool: what they cost, what comes back
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MILLISECONDS(n) (test_span ((n) *G_TIME_SPAN_MILLISECOND))

/* --- reads and writes, counted: these stand before libc's own --- */

static int n_writes;   /* atomic; to sockets */
static int n_reads;    /* atomic; those that brought something */

#define REAL(name)                                         \
  static __typeof__ (&name) real;                          \
  if (real == NULL)                                        \
    *(void **) &real = dlsym (RTLD_NEXT, #name)

static void
note_write (int fd)
{
  struct stat about;

  if (fstat (fd, &about) == 0 && S_ISSOCK (about.st_mode))
    g_atomic_int_inc (&n_writes);
}

ssize_t
write (int fd, const void *bytes, size_t n)
{
  REAL (write);
  note_write (fd);
  return real (fd, bytes, n);
}

ssize_t
writev (int fd, const struct iovec *parts, int n_parts)
{
  REAL (writev);
  note_write (fd);
  return real (fd, parts, n_parts);
}

ssize_t
send (int fd, const void *bytes, size_t n, int flags)
{
  REAL (send);
  note_write (fd);
  return real (fd, bytes, n, flags);
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  REAL (sendmsg);
  note_write (fd);
  return real (fd, message, flags);
}

ssize_t
recvmsg (int fd, struct msghdr *message, int flags)
{
  ssize_t n;

  REAL (recvmsg);
  n = real (fd, message, flags);
  if (n > 0)
    g_atomic_int_inc (&n_reads);
  return n;
}

#define N_TINY 6400

static void
run_tiny (FutExecutor *pool)
{
  FutFuture **futures = g_new (FutFuture *, N_TINY);

  for (gint64 i = 0; i < N_TINY; i++)
    futures[i] = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (i));
  for (gint64 i = 0; i < N_TINY; i++)
    {
      test_assert_int64 (futures[i], i * i);
      g_object_unref (futures[i]);
    }
  g_free (futures);
}

/* Once it is known how short they are, 32 of them go with one write. */
static void
test_few_writes (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, &fault_usual_case, 1);
  int n_before, n;

  run_tiny (pool);
  n_before = g_atomic_int_get (&n_writes);
  run_tiny (pool);
  n = g_atomic_int_get (&n_writes) - n_before;
  g_test_message ("%d writes for %d calls", n, N_TINY);
  g_assert_cmpint (n, >, 0);
  g_assert_cmpint (n, <=, N_TINY / 32);
}

/* --- no wake-ups of an idle pool --- */

static guint64
count_sleeps_of (pid_t pid)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/task", (int) pid);
  g_autoptr(GDir) tasks = g_dir_open (folder, 0, NULL);
  const char *tid;
  guint64 n = 0;

  g_assert_nonnull (tasks);
  while ((tid = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, tid, "status", NULL);
      g_autofree char *text = NULL;
      const char *at;

      /* Not the one that counts. */
      if (atoi (tid) == getpid () || !g_file_get_contents (path, &text, NULL, NULL))
        continue;
      /* Nor the one that minds deadlines of earlier calls, and leaves when there are none. */
      if (g_str_has_prefix (text, "Name:\tfut-timer\n"))
        continue;
      at = strstr (text, "\nvoluntary_ctxt_switches:");
      g_assert_nonnull (at);
      n += g_ascii_strtoull (strchr (at, '\t') + 1, NULL, 10);
    }
  return n;
}

/* Of the workers and of all threads here but this one, the watchdog's too: it sleeps. A worker's
 * main thread has the pid of the worker.
 */
static guint64
count_sleeps (FutExecutor *pool)
{
  gsize n_pids;
  g_autofree int *pids =
    fut_process_pool_executor_get_worker_pids (FUT_PROCESS_POOL_EXECUTOR (pool), &n_pids);
  guint64 n = count_sleeps_of (getpid ());

  for (gsize i = 0; i < n_pids; i++)
    n += count_sleeps_of (pids[i]);
  return n;
}

static gboolean
set_true (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* This thread sleeps meanwhile, in one piece. */
static void
let_time_pass (guint milliseconds)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GSource) source = g_timeout_source_new (milliseconds);
  gboolean passed = FALSE;

  g_source_set_callback (source, set_true, &passed, NULL);
  g_source_attach (source, context);
  while (!passed)
    g_main_context_iteration (context, TRUE);
}

static void
test_idle_pool_sleeps (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 2);
  guint64 before, after = 0;

  fut_process_pool_executor_prestart (FUT_PROCESS_POOL_EXECUTOR (pool), 2);
  fault_room_assert_works (room, pool);
  fault_room_assert_works (room, pool);
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 2);

  /* Whatever is still on its way to sleep gets there. */
  do
    {
      before = after;
      let_time_pass (100);
      after = count_sleeps (pool);
    }
  while (before != after);

  let_time_pass (300);
  g_assert_cmpuint (count_sleeps (pool), ==, after);
}

/* --- cancelling --- */

#define N_QUEUED 10000

static void
test_last_of_many_cancelled (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  FutFuture *last;

  for (guint round = 0; round < 5; round++)
    {
      for (gint64 i = 0; i < N_QUEUED - 1; i++)
        g_object_unref (fut_executor_submit (pool, "contract.square", g_variant_new_int64 (i)));
      last = fault_room_submit (room, pool, "contract.record", fault_room_args (room, round));
      if (fut_future_cancel (last))
        test_assert_state (last, FUT_STATE_CANCELLED);
      else
        g_assert_cmpint (contract_room_next (room->meeting), ==, round);
    }
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room->meeting));
}

/* Behind one that runs, whatever was sent ahead: all but that one never run. */
static void
test_all_behind_one_cancelled (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  FutFuture *busy;
  FutFuture *futures[1000];

  run_tiny (pool);
  busy = fault_room_submit (room, pool, "contract.gate", fault_room_args (room, 1));
  for (gsize i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = fault_room_submit (room, pool, "contract.record", fault_room_args (room, 2));
  g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
  g_assert_cmpuint (fut_executor_get_n_running (pool), ==, 1);
  g_assert_cmpuint (fut_executor_get_n_pending (pool), ==, G_N_ELEMENTS (futures));
  for (gsize i = G_N_ELEMENTS (futures); i > 0; i--)
    g_assert_true (fut_future_cancel (futures[i - 1]));
  contract_room_open (room->meeting, 1);
  test_assert_int64 (busy, 1);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_true (contract_room_is_empty (room->meeting));
}

/* --- progress --- */

typedef struct
{
  GThread *thread;
  guint    n_progress;
  guint    n_status;
  double   progress;
} Seen;

static void
on_progress (FutFuture *future, GParamSpec *pspec, gpointer user_data)
{
  Seen *seen = user_data;
  double progress = fut_future_get_progress (future);

  g_assert_true (g_thread_self () == seen->thread);
  g_assert_cmpfloat (progress, >=, seen->progress);
  seen->progress = progress;
  seen->n_progress++;
}

static void
on_status (FutFuture *future, GParamSpec *pspec, gpointer user_data)
{
  Seen *seen = user_data;
  g_autofree char *status = fut_future_dup_status (future);

  g_assert_true (g_thread_self () == seen->thread);
  g_assert_true (g_str_has_prefix (status, "step "));
  seen->n_status++;
}

#define N_STEPS 100000

static void
test_progress (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  g_autoptr(TestContext) context = test_context_push ();
  FutFuture *future =
    fault_room_submit (room, pool, "fault.steps",
                       g_variant_new ("(su)", contract_room_get_path (room->meeting), N_STEPS));
  g_autofree char *status = NULL;
  Seen seen = { g_thread_self (), 0, 0, -1 };
  int n_before = g_atomic_int_get (&n_reads);
  int n;

  g_signal_connect (future, "notify::progress", G_CALLBACK (on_progress), &seen);
  g_signal_connect (future, "notify::status", G_CALLBACK (on_status), &seen);
  test_iterate_until (context, seen.progress == 1);
  g_assert_cmpint (contract_room_next (room->meeting), ==, N_STEPS);
  status = fut_future_dup_status (future);
  g_assert_cmpstr (status, ==, "step 100000 of 100000");
  test_assert_state (future, FUT_STATE_RUNNING);

  /* Not one message a step, by far; whoever asks may get to see more of them. */
  n = g_atomic_int_get (&n_reads) - n_before;
  g_test_message ("%d messages, %u and %u notifications for %u steps", n, seen.n_progress,
                  seen.n_status, N_STEPS);
  g_assert_cmpint (n, <=, N_STEPS / 100);
  contract_room_open (room->meeting, 1);
  test_assert_int64 (future, N_STEPS);
}

/* --- P1, P2: what comes back of errors --- */

static void
test_only_its_own_future (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  FutFuture *before = fault_room_submit (room, pool, "fault.pid", NULL);
  FutFuture *result =
    fault_room_submit (room, pool, "fault.typed", g_variant_new_string ("object"));
  FutFuture *args = fault_room_submit (room, pool, "contract.square", g_variant_new_handle (0));
  FutFuture *after = fault_room_submit (room, pool, "fault.pid", NULL);

  test_assert_error (result, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "*");
  test_assert_error (args, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "*");
  g_assert_cmpint (fut_future_result_int64 (before, -1, NULL), ==,
                   fut_future_result_int64 (after, -1, NULL));
}

static void
test_error_of_any_domain (gconstpointer data)
{
  static const struct
  {
    const char *domain;
    int         code;
    const char *message;
  } errors[] = {
    { "g-io-error-quark", G_IO_ERROR_EXISTS, "there it is" },
    { "g-file-error-quark", G_FILE_ERROR_NOSPC, "" },
    { "nobody-knows-this-domain", -7, "häßlich, mit 100 %s und\nzwei Zeilen" },
    { "fut-error-quark", FUT_ERROR_TIMED_OUT, "of its own" },
  };
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      FutFuture *future = fault_room_submit (room, pool, "contract.fail",
                                             g_variant_new ("(sis)", errors[i].domain,
                                                            errors[i].code, errors[i].message));
      g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

      g_assert_cmpstr (g_quark_to_string (error->domain), ==, errors[i].domain);
      g_assert_cmpint (error->code, ==, errors[i].code);
      g_assert_cmpstr (error->message, ==, errors[i].message);
    }
}

static void
test_trace_of_an_error (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  FutFuture *future = fault_room_submit (room, pool, "fault.trace", NULL);
  g_autofree char *trace = NULL;

  test_assert_error (future, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no room");
  trace = fut_future_dup_trace (future);
  g_assert_cmpstr (trace, ==, "in plan.c, line 3\nin main.c, line 9");
}

/* A message without an end has one here. */
static void
test_long_message_is_cut (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  g_autofree char *message = g_strnfill (200000, 'm');
  FutFuture *future =
    fault_room_submit (room, pool, "contract.fail",
                       g_variant_new ("(sis)", "g-io-error-quark", G_IO_ERROR_EXISTS, message));
  g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_true (g_str_has_prefix (error->message, "mmmmmmmmmm"));
  g_assert_cmpuint (strlen (error->message), >, 1000);
}

/* --- time limits --- */

/* The time of a call begins when it does, not when it is submitted or sent. */
static void
test_run_timeout_begins_with_the_call (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, data, 1);
  FutFuture *busy = fault_room_submit (room, pool, "contract.gate", fault_room_args (room, 1));
  FutFuture *timed = fault_room_submit_timed (room, pool, "contract.square",
                                              g_variant_new_int64 (3), MILLISECONDS (100));

  g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
  g_assert_false (fut_future_wait (timed, MILLISECONDS (200), NULL, NULL));
  test_assert_state (timed, FUT_STATE_PENDING);
  contract_room_open (room->meeting, 1);
  test_assert_int64 (busy, 1);
  test_assert_int64 (timed, 9);
}

int
main (int argc, char **argv)
{
  fault_init (&argc, &argv);
  test_add ("/process-pool/cost/few-writes", test_few_writes);
  fault_add_both ("/process-pool/cost/idle-pool-sleeps", test_idle_pool_sleeps);
  fault_add_both ("/process-pool/cancel/last-of-many", test_last_of_many_cancelled);
  fault_add_both ("/process-pool/cancel/all-behind-one", test_all_behind_one_cancelled);
  fault_add_both ("/process-pool/progress/few-messages", test_progress);
  fault_add_both ("/process-pool/P1/only-its-own-future", test_only_its_own_future);
  fault_add_both ("/process-pool/P2/error-of-any-domain", test_error_of_any_domain);
  fault_add_both ("/process-pool/P2/trace-of-an-error", test_trace_of_an_error);
  fault_add_both ("/process-pool/P2/long-message-is-cut", test_long_message_is_cut);
  fault_add_both ("/process-pool/P8/time-begins-with-the-call",
                  test_run_timeout_begins_with_the_call);
  return fault_run ();
}
