/* test-pair.c: the two ends of a channel in one program
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-pair.h"

#include "test-process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static void
set_not_blocking (int fd)
{
  g_assert_cmpint (fcntl (fd, F_SETFL, O_NONBLOCK), ==, 0);
}

void
test_pair_open (TestPair *self, TestPairKind kind)
{
  gboolean takes_fds = kind == TEST_PAIR_SOCKET || kind == TEST_PAIR_SOCKET_NOT_BLOCKING;
  int there[2];
  int back[2];

  self->n_fds_before = test_count_fds ();
  if (kind == TEST_PAIR_PIPES || kind == TEST_PAIR_PIPES_NOT_BLOCKING)
    {
      g_assert_cmpint (pipe2 (there, O_CLOEXEC), ==, 0);
      g_assert_cmpint (pipe2 (back, O_CLOEXEC), ==, 0);
    }
  else
    {
      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, there), ==, 0);
      back[0] = there[1];
      back[1] = there[0];
    }
  if (kind == TEST_PAIR_SOCKET_NOT_BLOCKING || kind == TEST_PAIR_PIPES_NOT_BLOCKING)
    for (guint i = 0; i < 2; i++)
      {
        set_not_blocking (there[i]);
        set_not_blocking (back[i]);
      }
  fut_channel_init (&self->worker, there[0], back[1], takes_fds);
  fut_channel_init (&self->parent, back[0], there[1], takes_fds);
}

void
test_pair_close (TestPair *self)
{
  fut_channel_clear (&self->parent);
  fut_channel_clear (&self->worker);
  g_assert_cmpuint (test_count_fds (), ==, self->n_fds_before);
}

void
test_pair_assert_status (FutChannelStatus status, FutChannelStatus expected, GError *error)
{
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, expected);
}

void
test_pair_flush (FutChannel *channel)
{
  GError *error = NULL;

  test_pair_assert_status (fut_channel_flush (channel, TRUE, &error), FUT_CHANNEL_OK, error);
  g_assert_false (fut_channel_has_output (channel));
}

void
test_pair_next (FutChannel *channel, gboolean from_worker, FutMessage *message, gsize *n_bytes)
{
  GError *error = NULL;
  FutChannelStatus status;

  while ((status = fut_channel_next (channel, from_worker, message, n_bytes, &error)) ==
         FUT_CHANNEL_AGAIN)
    test_pair_assert_status (fut_channel_read (channel, TRUE, &error), FUT_CHANNEL_OK, error);
  test_pair_assert_status (status, FUT_CHANNEL_OK, error);
}

void
test_pair_append_large (FutChannel *channel, gsize n_bytes)
{
  const FutMessage call = { .type = FUT_MESSAGE_CALL,
                            .id = 1,
                            .call = { .place = FUT_PLACE_INLINE, .n_bytes = n_bytes } };
  guint8 *payload;

  fut_channel_append (channel, &call, &payload, -1);
  for (gsize i = 0; i < n_bytes; i++)
    payload[i] = (guint8) (i * 7 + i / 256);
}

void
test_pair_assert_large (FutChannel *channel, gsize n_bytes)
{
  FutMessage message;
  gsize n;

  test_pair_next (channel, FALSE, &message, &n);
  g_assert_cmpint (message.type, ==, FUT_MESSAGE_CALL);
  g_assert_cmpuint (message.call.n_bytes, ==, n_bytes);
  for (gsize i = 0; i < n_bytes; i++)
    if (message.call.payload[i] != (guint8) (i * 7 + i / 256))
      g_error ("Byte %" G_GSIZE_FORMAT " is wrong", i);
  fut_channel_drop (channel, n);
}

void
test_pair_append_stop (FutChannel *channel)
{
  const FutMessage stop = { .type = FUT_MESSAGE_STOP };

  fut_channel_append (channel, &stop, NULL, -1);
}
