/* test-channel.c: messages over sockets and pipes, whole and in pieces
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process/fut-channel.h"

#include "message-asserts.h"
#include "message-samples.h"
#include "test-pair.h"
#include "test-util.h"

#include <string.h>
#include <unistd.h>

static void
test_both_ways (gconstpointer data)
{
  guint n_samples;
  const MessageSample *samples = message_samples_get (&n_samples);
  TestPair pair;

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  for (guint i = 0; i < n_samples; i++)
    fut_channel_append (samples[i].from_worker ? &pair.worker : &pair.parent, &samples[i].message,
                        NULL, -1);
  test_pair_flush (&pair.worker);
  test_pair_flush (&pair.parent);
  for (guint i = 0; i < n_samples; i++)
    {
      FutChannel *channel = samples[i].from_worker ? &pair.parent : &pair.worker;
      FutMessage message;
      gsize n;

      test_pair_next (channel, samples[i].from_worker, &message, &n);
      message_assert_same (&samples[i].message, &message);
      fut_channel_drop (channel, n);
    }
  test_pair_close (&pair);
}

static void
test_nothing_to_read (gconstpointer data)
{
  TestPair pair;
  FutMessage message;
  gsize n;
  GError *error = NULL;

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  test_pair_assert_status (fut_channel_read (&pair.worker, FALSE, &error), FUT_CHANNEL_AGAIN,
                           error);
  test_pair_assert_status (fut_channel_next (&pair.worker, FALSE, &message, &n, &error),
                           FUT_CHANNEL_AGAIN, error);
  test_pair_assert_status (fut_channel_flush (&pair.worker, FALSE, &error), FUT_CHANNEL_OK, error);
  g_assert_cmpint (fut_channel_take_fd (&pair.worker), ==, -1);
  test_pair_close (&pair);
}

static void
test_read_in_pieces (gconstpointer data)
{
  const FutMessage cancel = { .type = FUT_MESSAGE_CANCEL, .id = 77 };
  g_auto(TestBuffer) buffer = { 0 };
  TestPair pair;
  FutMessage message;
  gsize n;
  GError *error = NULL;
  const guint8 *bytes = message_encode (&buffer, &cancel);

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  for (gsize i = 0; i < fut_buffer_get_length (&buffer); i++)
    {
      test_pair_assert_status (fut_channel_next (&pair.worker, FALSE, &message, &n, &error),
                               FUT_CHANNEL_AGAIN, error);
      g_assert_cmpint (write (pair.parent.write_fd, bytes + i, 1), ==, 1);
      test_pair_assert_status (fut_channel_read (&pair.worker, FALSE, &error), FUT_CHANNEL_OK,
                               error);
    }
  test_pair_assert_status (fut_channel_next (&pair.worker, FALSE, &message, &n, &error),
                           FUT_CHANNEL_OK, error);
  message_assert_same (&cancel, &message);
  fut_channel_drop (&pair.worker, n);
  test_pair_close (&pair);
}

/* Neither flush waits, however often the other end lags behind; what was written is not again. */
static void
test_written_in_pieces (gconstpointer data)
{
  TestPair pair;
  GError *error = NULL;
  FutChannelStatus status;
  guint n_again = 0;

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  test_pair_append_stop (&pair.parent);
  test_pair_append_large (&pair.parent, TEST_PAIR_LARGE_BYTES);
  while ((status = fut_channel_flush (&pair.parent, FALSE, &error)) == FUT_CHANNEL_AGAIN)
    {
      n_again++;
      if (n_again == 2)
        test_pair_append_stop (&pair.parent);
      test_pair_assert_status (fut_channel_read (&pair.worker, FALSE, &error), FUT_CHANNEL_OK,
                               error);
    }
  test_pair_assert_status (status, FUT_CHANNEL_OK, error);
  g_assert_cmpuint (n_again, >, 2);
  g_assert_cmpuint (pair.parent.n_flushed, >, TEST_PAIR_LARGE_BYTES);

  for (guint i = 0; i < 3; i++)
    {
      FutMessage message;
      gsize n;

      if (i == 1)
        {
          test_pair_assert_large (&pair.worker, TEST_PAIR_LARGE_BYTES);
          continue;
        }
      test_pair_next (&pair.worker, FALSE, &message, &n);
      g_assert_cmpint (message.type, ==, FUT_MESSAGE_STOP);
      fut_channel_drop (&pair.worker, n);
    }
  test_pair_close (&pair);
}

/* Only what has arrived has memory: not what a frame says of itself. */
static void
test_grows_with_what_arrives (void)
{
  TestPair pair;
  GError *error = NULL;
  FutMessage message;
  gsize n;
  guint8 zeros[4096] = { 0 };
  const FutMessage call = { .type = FUT_MESSAGE_CALL };
  g_auto(TestBuffer) buffer = { 0 };
  guint8 *bytes = message_encode (&buffer, &call);
  const guint32 body_bytes = 1 << 30;

  test_pair_open (&pair, TEST_PAIR_SOCKET);
  memcpy (bytes + 16, &body_bytes, sizeof body_bytes);
  g_assert_cmpint (write (pair.parent.write_fd, bytes, FUT_MESSAGE_HEADER_BYTES), ==,
                   FUT_MESSAGE_HEADER_BYTES);
  for (guint i = 0; i < 256; i++)
    {
      g_assert_cmpint (write (pair.parent.write_fd, zeros, sizeof zeros), ==, sizeof zeros);
      test_pair_assert_status (fut_channel_read (&pair.worker, FALSE, &error), FUT_CHANNEL_OK,
                               error);
      test_pair_assert_status (fut_channel_next (&pair.worker, FALSE, &message, &n, &error),
                               FUT_CHANNEL_AGAIN, error);
    }
  g_assert_cmpuint (pair.worker.in.size, <=, 2 * (sizeof zeros * 256 + FUT_CHANNEL_READ_BYTES));
  test_pair_close (&pair);
}

static void
test_both_directions_full (gconstpointer data)
{
  TestPair pair;
  GError *error = NULL;
  FutChannel *ends[] = { &pair.parent, &pair.worker };

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  for (guint i = 0; i < 2; i++)
    test_pair_append_large (ends[i], TEST_PAIR_LARGE_BYTES);
  for (guint i = 0; i < 2; i++)
    test_pair_assert_status (fut_channel_flush (ends[i], FALSE, &error), FUT_CHANNEL_AGAIN, error);
  while (fut_channel_has_output (&pair.parent) || fut_channel_has_output (&pair.worker))
    for (guint i = 0; i < 2; i++)
      {
        fut_channel_read (ends[i], FALSE, &error);
        g_assert_no_error (error);
        fut_channel_flush (ends[i], FALSE, &error);
        g_assert_no_error (error);
      }
  for (guint i = 0; i < 2; i++)
    test_pair_assert_large (ends[i], TEST_PAIR_LARGE_BYTES);
  test_pair_close (&pair);
}

static gpointer
read_large (gpointer channel)
{
  test_pair_assert_large (channel, TEST_PAIR_LARGE_BYTES);
  return NULL;
}

static gpointer
flush_all (gpointer channel)
{
  test_pair_flush (channel);
  return NULL;
}

static void
test_read_waits (gconstpointer data)
{
  TestPair pair;
  TestThread *reader;

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  reader = test_thread_new (read_large, &pair.worker);
  test_thread_await_blocked (reader);
  test_pair_append_large (&pair.parent, TEST_PAIR_LARGE_BYTES);
  test_pair_flush (&pair.parent);
  test_thread_join (reader);
  test_pair_close (&pair);
}

static void
test_flush_waits (gconstpointer data)
{
  TestPair pair;
  TestThread *writer;

  test_pair_open (&pair, GPOINTER_TO_INT (data));
  test_pair_append_large (&pair.parent, TEST_PAIR_LARGE_BYTES);
  writer = test_thread_new (flush_all, &pair.parent);
  test_thread_await_blocked (writer);
  test_pair_assert_large (&pair.worker, TEST_PAIR_LARGE_BYTES);
  test_thread_join (writer);
  test_pair_close (&pair);
}

#define ADD(path, func, kind) test_add_data (path, GINT_TO_POINTER (kind), func)

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  ADD ("/process/channel/both-ways/socket", test_both_ways, TEST_PAIR_SOCKET);
  ADD ("/process/channel/both-ways/pipes", test_both_ways, TEST_PAIR_PIPES);
  ADD ("/process/channel/both-ways/socket-without-fds", test_both_ways,
       TEST_PAIR_SOCKET_WITHOUT_FDS);
  ADD ("/process/channel/nothing-to-read/socket", test_nothing_to_read, TEST_PAIR_SOCKET);
  ADD ("/process/channel/nothing-to-read/pipes", test_nothing_to_read, TEST_PAIR_PIPES);
  ADD ("/process/channel/read-in-pieces/socket", test_read_in_pieces, TEST_PAIR_SOCKET);
  ADD ("/process/channel/read-in-pieces/pipes", test_read_in_pieces, TEST_PAIR_PIPES);
  ADD ("/process/channel/written-in-pieces/socket", test_written_in_pieces, TEST_PAIR_SOCKET);
  ADD ("/process/channel/written-in-pieces/pipes", test_written_in_pieces, TEST_PAIR_PIPES);
  ADD ("/process/channel/written-in-pieces/pipes-not-blocking", test_written_in_pieces,
       TEST_PAIR_PIPES_NOT_BLOCKING);
  test_add ("/process/channel/grows-with-what-arrives", test_grows_with_what_arrives);
  ADD ("/process/channel/both-directions-full/socket", test_both_directions_full, TEST_PAIR_SOCKET);
  ADD ("/process/channel/both-directions-full/pipes", test_both_directions_full, TEST_PAIR_PIPES);
  ADD ("/process/channel/read-waits/socket", test_read_waits, TEST_PAIR_SOCKET);
  ADD ("/process/channel/read-waits/pipes", test_read_waits, TEST_PAIR_PIPES);
  ADD ("/process/channel/read-waits/socket-not-blocking", test_read_waits,
       TEST_PAIR_SOCKET_NOT_BLOCKING);
  ADD ("/process/channel/read-waits/pipes-not-blocking", test_read_waits,
       TEST_PAIR_PIPES_NOT_BLOCKING);
  ADD ("/process/channel/flush-waits/socket", test_flush_waits, TEST_PAIR_SOCKET);
  ADD ("/process/channel/flush-waits/pipes", test_flush_waits, TEST_PAIR_PIPES);
  ADD ("/process/channel/flush-waits/socket-not-blocking", test_flush_waits,
       TEST_PAIR_SOCKET_NOT_BLOCKING);
  ADD ("/process/channel/flush-waits/pipes-not-blocking", test_flush_waits,
       TEST_PAIR_PIPES_NOT_BLOCKING);
  return g_test_run ();
}
