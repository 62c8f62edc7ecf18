/* test-channel-ends.c: channels whose other end goes away or misbehaves, and signals
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process/fut-channel.h"

#include "fut-error.h"
#include "test-pair.h"
#include "test-util.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static void
test_closed_after_data (gconstpointer data)
{
  TestPair pair;
  GError *error = NULL;
  FutMessage message;
  gsize n;

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  test_pair_append_stop (&pair.parent);
  test_pair_flush (&pair.parent);
  fut_channel_clear (&pair.parent);
  test_pair_assert_status (fut_channel_read (&pair.worker, TRUE, &error), FUT_CHANNEL_OK, error);
  test_pair_assert_status (fut_channel_next (&pair.worker, FALSE, &message, &n, &error),
                           FUT_CHANNEL_OK, error);
  fut_channel_drop (&pair.worker, n);
  test_pair_assert_status (fut_channel_read (&pair.worker, TRUE, &error), FUT_CHANNEL_CLOSED,
                           error);
  test_pair_assert_status (fut_channel_read (&pair.worker, FALSE, &error), FUT_CHANNEL_CLOSED,
                           error);
  fut_channel_clear (&pair.worker);
  g_assert_cmpuint (test_count_fds (), ==, pair.n_fds_before);
}

/* The end of a peer that had not read everything is no error either. */
static void
test_closed_with_unread_data (void)
{
  TestPair pair;
  GError *error = NULL;

  test_pair_open (&pair, TEST_PAIR_SOCKET);
  test_pair_append_stop (&pair.worker);
  test_pair_flush (&pair.worker);
  fut_channel_clear (&pair.parent);
  test_pair_assert_status (fut_channel_read (&pair.worker, TRUE, &error), FUT_CHANNEL_CLOSED,
                           error);
  fut_channel_clear (&pair.worker);
}

static void
test_writing_to_a_closed_end (gconstpointer data)
{
  TestPair pair;
  GError *error = NULL;
  sigset_t before;
  sigset_t after;

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  signal (SIGPIPE, SIG_DFL);
  pthread_sigmask (SIG_SETMASK, NULL, &before);
  test_pair_append_stop (&pair.parent);
  fut_channel_clear (&pair.worker);
  test_pair_assert_status (fut_channel_flush (&pair.parent, TRUE, &error), FUT_CHANNEL_CLOSED,
                           error);
  test_pair_assert_status (fut_channel_flush (&pair.parent, FALSE, &error), FUT_CHANNEL_CLOSED,
                           error);
  pthread_sigmask (SIG_SETMASK, NULL, &after);
  for (int number = 1; number < NSIG; number++)
    g_assert_cmpint (sigismember (&before, number), ==, sigismember (&after, number));
  fut_channel_clear (&pair.parent);
}

/* Somebody else's signal that was pending before is still pending after. */
static void
test_pending_sigpipe_stays (void)
{
  TestPair pair;
  GError *error = NULL;
  sigset_t sigpipe;
  sigset_t pending;
  int number = 0;

  test_pair_open (&pair, TEST_PAIR_PIPES);
  sigemptyset (&sigpipe);
  sigaddset (&sigpipe, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &sigpipe, NULL);
  pthread_kill (pthread_self (), SIGPIPE);
  test_pair_append_stop (&pair.parent);
  fut_channel_clear (&pair.worker);
  test_pair_assert_status (fut_channel_flush (&pair.parent, TRUE, &error), FUT_CHANNEL_CLOSED,
                           error);
  sigpending (&pending);
  g_assert_true (sigismember (&pending, SIGPIPE));
  g_assert_cmpint (sigwait (&sigpipe, &number), ==, 0);
  pthread_sigmask (SIG_UNBLOCK, &sigpipe, NULL);
  fut_channel_clear (&pair.parent);
}

static void
ignore_signal (int number)
{
}

typedef struct
{
  FutChannel *channel;
  gboolean    reads;
  pthread_t   thread;
  TestLatch  *begun;
  TestLatch  *done;
} Interrupted;

static gpointer
run_interrupted (gpointer data)
{
  Interrupted *self = data;

  self->thread = pthread_self ();
  test_latch_raise (self->begun);
  if (self->reads)
    test_pair_assert_large (self->channel, TEST_PAIR_LARGE_BYTES);
  else
    test_pair_flush (self->channel);
  test_latch_raise (self->done);
  return NULL;
}

static void
test_signals_are_not_noticed (gconstpointer data)
{
  struct sigaction action = { .sa_handler = ignore_signal };
  g_autoptr(TestLatch) begun = test_latch_new ();
  g_autoptr(TestLatch) done = test_latch_new ();
  TestPair pair;
  Interrupted both[2] = { { &pair.parent, FALSE, 0, begun, done },
                          { &pair.worker, TRUE, 0, begun, done } };
  TestThread *threads[2];

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  sigaction (SIGUSR1, &action, NULL);
  test_pair_append_large (&pair.parent, TEST_PAIR_LARGE_BYTES);
  for (guint i = 0; i < 2; i++)
    {
      threads[i] = test_thread_new (run_interrupted, &both[i]);
      test_latch_await (begun, i + 1);
      /* The first one waits for the second, in the middle of its message. */
      if (i == 0)
        test_thread_await_blocked (threads[i]);
    }
  while (test_latch_peek (done) < 2)
    {
      for (guint i = 0; i < 2; i++)
        pthread_kill (both[i].thread, SIGUSR1);
      g_thread_yield ();
    }
  for (guint i = 0; i < 2; i++)
    test_thread_join (threads[i]);
  signal (SIGUSR1, SIG_DFL);
  test_pair_close (&pair);
}

static void
test_protocol_errors (void)
{
  TestPair pair;
  FutMessage message;
  gsize n;
  g_autoptr(GError) error = NULL;

  test_pair_open (&pair, TEST_PAIR_SOCKET);
  g_assert_cmpint (write (pair.parent.write_fd, "Hello, world\n", 13), ==, 13);
  g_assert_cmpint (fut_channel_read (&pair.worker, TRUE, NULL), ==, FUT_CHANNEL_OK);
  g_assert_cmpint (fut_channel_next (&pair.worker, FALSE, &message, &n, &error), ==,
                   FUT_CHANNEL_FAILED);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL);
  test_pair_close (&pair);
}

static void
test_system_errors (void)
{
  FutChannel channel;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) write_error = NULL;
  int folder = open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  fut_channel_init (&channel, folder, folder, FALSE);
  g_assert_cmpint (fut_channel_read (&channel, TRUE, &error), ==, FUT_CHANNEL_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_true (g_str_has_prefix (error->message, "reading from a channel failed: "));
  test_pair_append_stop (&channel);
  g_assert_cmpint (fut_channel_flush (&channel, TRUE, &write_error), ==, FUT_CHANNEL_FAILED);
  g_assert_cmpint (write_error->domain, ==, G_IO_ERROR);
  g_assert_true (g_str_has_prefix (write_error->message, "writing to a channel failed: "));
  fut_channel_clear (&channel);
}

#define ADD(path, func, kind) test_add_data (path, GINT_TO_POINTER (kind), func)

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  ADD ("/process/channel/closed-after-data/socket", test_closed_after_data, TEST_PAIR_SOCKET);
  ADD ("/process/channel/closed-after-data/pipes", test_closed_after_data, TEST_PAIR_PIPES);
  test_add ("/process/channel/closed-with-unread-data", test_closed_with_unread_data);
  ADD ("/process/channel/writing-to-a-closed-end/socket", test_writing_to_a_closed_end,
       TEST_PAIR_SOCKET);
  ADD ("/process/channel/writing-to-a-closed-end/pipes", test_writing_to_a_closed_end,
       TEST_PAIR_PIPES);
  test_add ("/process/channel/pending-sigpipe-stays", test_pending_sigpipe_stays);
  ADD ("/process/channel/signals-are-not-noticed/socket", test_signals_are_not_noticed,
       TEST_PAIR_SOCKET);
  ADD ("/process/channel/signals-are-not-noticed/pipes", test_signals_are_not_noticed,
       TEST_PAIR_PIPES);
  test_add ("/process/channel/protocol-errors", test_protocol_errors);
  test_add ("/process/channel/system-errors", test_system_errors);
  return g_test_run ();
}
