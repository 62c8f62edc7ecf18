/* test-worker-life.c: how a worker begins and ends
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"
#include "worker-peer.h"
#include "config.h"

#include "fut-worker.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a worker may outlive its parent. */
#define DEATH_LIMIT G_TIME_SPAN_SECOND

/* --- the beginning --- */

static void
test_surroundings (void)
{
  int leaked = open ("/dev/null", O_RDONLY);
  g_autofree char *score = NULL;
  g_autofree char *text = NULL;
  Peer *peers[2];
  sigset_t mask;

  g_assert_true (g_file_get_contents ("/proc/self/oom_score_adj", &score, NULL, NULL));
  text = g_strdup_printf ("string leader=1 input=/dev/null open=0 oom=%d usr1=0 blocked=0 env=0",
                          MIN (atoi (score) + 300, 1000));
  sigemptyset (&mask);
  sigaddset (&mask, SIGUSR2);
  pthread_sigmask (SIG_BLOCK, &mask, NULL);
  signal (SIGUSR1, SIG_IGN);
  peers[0] = peer_new (PEER_DIRECT, 0);
  peers[1] = peer_new (PEER_STDIO, 0);
  pthread_sigmask (SIG_UNBLOCK, &mask, NULL);
  signal (SIGUSR1, SIG_DFL);
  close (leaked);

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      peer_run (peers[i], 1, "look", NULL);
      peer_assert_text (peers[i], 1, text);
      peer_free (peers[i]);
    }
}

/* What a sanitizer needs for itself is above any limit. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HAS_OWN_MEMORY
#endif

#ifdef HAS_OWN_MEMORY
static void
test_memory_limit (void)
{
  const guint64 limit = 512 * 1024 * 1024;
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, limit);

  peer_run (peer, 1, "eat", g_variant_new_uint64 (limit / 4));
  peer_assert_text (peer, 1, "true");
  peer_run (peer, 2, "eat", g_variant_new_uint64 (limit));
  peer_assert_text (peer, 2, "false");
}
#endif

/* What a call prints does not get into the channel. */
static void
test_standard_output (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_STDIO, 0);
  g_autofree char *printed = NULL;

  for (guint id = 1; id < 10; id++)
    {
      peer_run (peer, id, "print", g_variant_new_string ("this"));
      peer_assert_text (peer, id, "nothing");
    }
  peer_say (peer, FUT_MESSAGE_STOP, 0);
  peer_flush (peer);
  g_assert_cmpint (peer_await_exit (peer), ==, 0);
  printed = peer_await_stderr (peer);
  g_assert_true (g_str_has_prefix (printed, "printed this\nprinted this\n"));
}

/* --- the end --- */

static void
test_stop_after_the_last_call (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  int status;

  peer_define (peer, 0, "add", "(ii)");
  for (guint id = 1; id <= 10; id++)
    peer_call (peer, id, 0, g_variant_new ("(ii)", id, 0));
  peer_say (peer, FUT_MESSAGE_STOP, 0);
  peer_flush (peer);
  for (guint id = 1; id <= 10; id++)
    {
      g_autofree char *expected = g_strdup_printf ("%u", id);

      peer_assert_text (peer, id, expected);
    }
  status = peer_await_exit (peer);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

/* Not there, or dead and not awaited yet by whoever it was left to. */
static gboolean
is_gone (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *text = NULL;

  return !g_file_get_contents (path, &text, NULL, NULL) || strstr (text, ") Z ") != NULL;
}

static void
await_gone (const int pids[2])
{
  test_yield_until (is_gone (pids[0]) && is_gone (pids[1]));
}

static void
await_bred (Peer *peer, int pids[2])
{
  FutMessage message;
  g_autoptr(GVariant) bred = NULL;
  g_autoptr(GBytes) bytes = NULL;

  peer_run (peer, 1, "breed", g_variant_new_string ("return"));
  peer_await_type (peer, FUT_MESSAGE_RESULT, 1, &message);
  bytes = g_bytes_new (message.result.payload, message.result.n_bytes);
  bred = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("(ii)"), bytes, FALSE));
  g_variant_get (bred, "(ii)", &pids[0], &pids[1]);
  g_assert_false (is_gone (pids[0]));
  g_assert_false (is_gone (pids[1]));
}

static void
test_stop_ends_what_was_left_behind (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  int pids[2];

  await_bred (peer, pids);
  peer_say (peer, FUT_MESSAGE_STOP, 0);
  peer_flush (peer);
  g_assert_cmpint (peer_await_exit (peer), ==, 0);
  await_gone (pids);
}

/* The call never returns; its children ignore SIGTERM, and one is in another session. */
static void
await_death_in_call (Peer *peer, void (*end) (Peer *))
{
  g_autofree char *status = NULL;
  double progress;
  gint64 ended_at;
  int pids[2];
  int exit_status;

  peer_run (peer, 1, "breed", g_variant_new_string ("tell"));
  test_yield_until (fut_page_read (peer->page, 1, &progress, &status) && status != NULL);
  g_assert_cmpint (sscanf (status, "%d %d", &pids[0], &pids[1]), ==, 2);

  ended_at = g_get_monotonic_time ();
  end (peer);
  exit_status = peer_await_exit (peer);
  g_assert_true (WIFSIGNALED (exit_status));
  await_gone (pids);
  g_assert_cmpint (g_get_monotonic_time () - ended_at, <, test_span (DEATH_LIMIT));
}

static void
test_parent_gone_while_busy (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  await_death_in_call (peer, peer_close);
}

static void
test_parent_gone_while_idle (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  int pids[2];

  await_bred (peer, pids);
  peer_close (peer);
  g_assert_true (WIFSIGNALED (peer_await_exit (peer)));
  await_gone (pids);
}

static void
test_parent_gone_stdio (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_STDIO, 0);
  int pids[2];

  await_bred (peer, pids);
  peer_run (peer, 2, "spin", NULL);
  peer_close (peer);
  g_assert_true (WIFSIGNALED (peer_await_exit (peer)));
  await_gone (pids);
}

static void
terminate (Peer *peer)
{
  kill (peer->pid, SIGTERM);
}

/* The worker dies of it, and passes it on to the processes of its calls. */
static void
test_sigterm (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  int status;

  peer_run (peer, 1, "spin", NULL);
  test_yield_until (atomic_load (&peer->page->running_id) == 1);
  terminate (peer);
  status = peer_await_exit (peer);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGTERM);
}

/* The parent died before the worker could ask to be told. */
static void
test_parent_was_gone_before (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *command = g_strdup_printf ("FUT_WORKER_PARENT=999999999 exec '%s'", program);
  const char *const shell_argv[] = { "/bin/sh", "-c", command, NULL };
  g_autoptr(Peer) peer = peer_new_for_argv (PEER_SILENT, 0, shell_argv);
  int status = peer_await_exit (peer);

  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 1);
}

static void
test_task_closes_the_channel (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  peer_run (peer, 1, "close-fd", g_variant_new_int32 (3));
  peer_await_closed (peer);
  g_assert_true (WIFSIGNALED (peer_await_exit (peer)));
}

static void
write_garbage (Peer *peer)
{
  static const char garbage[64] = "GET / HTTP/1.1";

  g_assert_cmpint (write (peer->channel.write_fd, garbage, sizeof garbage), ==, sizeof garbage);
}

static void
test_garbage_while_idle (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  g_autofree char *printed = NULL;
  int status;

  peer_run (peer, 1, "add", g_variant_new ("(ii)", 1, 2));
  peer_assert_text (peer, 1, "3");
  write_garbage (peer);
  status = peer_await_exit (peer);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 1);
  printed = peer_await_stderr (peer);
  g_assert_true (g_str_has_prefix (printed, "The worker has to leave: "));
}

static void
test_garbage_while_busy (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  g_autofree char *printed = NULL;

  peer_run (peer, 1, "spin", NULL);
  test_yield_until (atomic_load (&peer->page->running_id) == 1);
  write_garbage (peer);
  g_assert_true (WIFSIGNALED (peer_await_exit (peer)));
  printed = peer_await_stderr (peer);
  g_assert_true (g_str_has_prefix (printed, "Peer-0_0: "));
}

static void
assert_refused (Peer *peer, const char *pattern)
{
  g_autofree char *printed = NULL;
  int status = peer_await_exit (peer);

  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 2);
  printed = peer_await_stderr (peer);
  if (!g_pattern_match_simple (pattern, printed))
    g_error ("“%s” was printed instead of “%s”", printed, pattern);
}

static void
test_no_welcome (void)
{
  g_autoptr(Peer) garbage = peer_new (PEER_SILENT, 0);
  g_autoptr(Peer) silent = peer_new (PEER_SILENT, 0);
  g_autoptr(Peer) impolite = peer_new (PEER_SILENT, 0);

  write_garbage (garbage);
  assert_refused (garbage, "The worker cannot run: *");
  peer_close (silent);
  assert_refused (silent, "The worker cannot run: *closed*");
  peer_say (impolite, FUT_MESSAGE_STOP, 0);
  peer_flush (impolite);
  assert_refused (impolite, "The worker cannot run: *welcome*");
}

/* --- no wake-ups --- */

static guint64
count_switches (pid_t pid)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/task", (int) pid);
  g_autoptr(GDir) tasks = g_dir_open (folder, 0, NULL);
  const char *tid;
  guint64 sum = 0;

  g_assert_nonnull (tasks);
  while ((tid = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, tid, "status", NULL);
      g_autofree char *text = NULL;
      const char *found;

      /* A sanitizer may have a thread that does not sleep. */
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      if (atoi (tid) != pid && !g_str_has_prefix (text, "Name:\tfut-minder\n"))
        continue;
      found = strstr (text, "\nvoluntary_ctxt_switches:");
      g_assert_nonnull (found);
      sum += g_ascii_strtoull (found + strlen ("\nvoluntary_ctxt_switches:"), NULL, 10);
    }
  return sum;
}

typedef struct
{
  pid_t   pid;
  guint64 n_switches;
  gint64  since;
} Quiet;

/* Whether the process has not woken up for so long that it will not. */
static gboolean
is_quiet (Quiet *quiet)
{
  guint64 n = count_switches (quiet->pid);

  if (n != quiet->n_switches || quiet->since == 0)
    quiet->since = g_get_monotonic_time ();
  quiet->n_switches = n;
  return g_get_monotonic_time () - quiet->since > 300 * G_TIME_SPAN_MILLISECOND;
}

/* After a call the minder looks again once or twice, and then both threads sleep. */
static void
test_idle_worker_sleeps (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  Quiet quiet = { peer->pid };

  peer_run (peer, 1, "add", g_variant_new ("(ii)", 1, 2));
  peer_assert_text (peer, 1, "3");
  test_yield_until (is_quiet (&quiet));
}

int
main (int argc, char **argv)
{
  worker_functions_register ();
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  test_init (&argc, &argv);
  test_add ("/worker/begin/surroundings", test_surroundings);
#ifdef HAS_OWN_MEMORY
  test_add ("/worker/begin/memory-limit", test_memory_limit);
#endif
  test_add ("/worker/begin/standard-output", test_standard_output);
  test_add ("/worker/begin/no-welcome", test_no_welcome);
  test_add ("/worker/begin/parent-was-gone", test_parent_was_gone_before);
  test_add ("/worker/idle-sleeps", test_idle_worker_sleeps);
  test_add ("/worker/end/stop-after-the-last-call", test_stop_after_the_last_call);
  test_add ("/worker/end/stop-ends-what-was-left", test_stop_ends_what_was_left_behind);
  test_add ("/worker/end/parent-gone-while-busy", test_parent_gone_while_busy);
  test_add ("/worker/end/parent-gone-while-idle", test_parent_gone_while_idle);
  test_add ("/worker/end/parent-gone-stdio", test_parent_gone_stdio);
  test_add ("/worker/end/sigterm", test_sigterm);
  test_add ("/worker/end/task-closes-the-channel", test_task_closes_the_channel);
  test_add ("/worker/end/garbage-while-idle", test_garbage_while_idle);
  test_add ("/worker/end/garbage-while-busy", test_garbage_while_busy);
  return g_test_run ();
}
