/* testworker.c: a helper that crashes, hangs, lies and truncates on request: its main()
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: testworker BEHAVIOUR [ARGUMENT]      as a pool's worker-argv
 */
#include "testworker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>
#include <unistd.h>

#define CHANNEL_FD 3

/* --- what is sent --- */

void
testworker_send (TestWorker *self, gconstpointer bytes, gsize n_bytes, int fd)
{
  union
  {
    struct cmsghdr header;
    char           bytes[CMSG_SPACE (sizeof (int))];
  } control = { 0 };
  gsize n_sent = 0;

  while (n_sent < n_bytes)
    {
      struct iovec part = { (char *) bytes + n_sent, n_bytes - n_sent };
      struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
      gssize n;

      if (fd >= 0)
        {
          control.header.cmsg_level = SOL_SOCKET;
          control.header.cmsg_type = SCM_RIGHTS;
          control.header.cmsg_len = CMSG_LEN (sizeof fd);
          memcpy (CMSG_DATA (&control.header), &fd, sizeof fd);
          message.msg_control = &control;
          message.msg_controllen = sizeof control;
        }
      n = sendmsg (CHANNEL_FD, &message, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        _exit (0);
      n_sent += n;
      fd = -1;
    }
}

void
testworker_send_message (TestWorker *self, const FutMessage *message, int fd)
{
  FutBuffer buffer = { 0 };

  fut_message_encode (&buffer, message, NULL);
  testworker_send (self, fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer), fd);
  fut_buffer_clear (&buffer);
}

void
testworker_hello (TestWorker *self)
{
  FutMessage message = { .type = FUT_MESSAGE_HELLO };

  message.hello.pid = getpid ();
  message.hello.version = "0";
  message.hello.language = "C";
  message.hello.program = "testworker";
  testworker_send_message (self, &message, -1);
}

void
testworker_encode (FutBuffer *buffer, guint64 id, FutWireKind kind, const char *type,
                   gconstpointer payload, gsize n_bytes)
{
  FutMessage message = { .type = FUT_MESSAGE_RESULT, .id = id };

  message.result.kind = kind;
  message.result.place = FUT_PLACE_INLINE;
  message.result.n_bytes = n_bytes;
  message.result.type = type;
  message.result.payload = payload;
  fut_message_encode (buffer, &message, NULL);
}

void
testworker_return (TestWorker *self, guint64 id, gint64 value)
{
  FutBuffer buffer = { 0 };

  testworker_encode (&buffer, id, FUT_WIRE_INT64, NULL, &value, sizeof value);
  testworker_send (self, fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer), -1);
  fut_buffer_clear (&buffer);
}

void
testworker_linger (TestWorker *self)
{
  struct pollfd polled = { CHANNEL_FD, POLLRDHUP, 0 };

  while (poll (&polled, 1, -1) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  _exit (0);
}

/* --- what comes --- */

static void
take_welcome (TestWorker *self)
{
  int fd = fut_channel_take_fd (&self->channel);

  if (fd >= 0)
    self->page = fut_page_map (fd, NULL);
}

/* The id of the next call, which is claimed; 0 if none comes any more. */
static guint64
next_call (TestWorker *self)
{
  for (;;)
    {
      FutMessage message;
      gsize n_bytes = 0;
      FutChannelStatus status = fut_channel_next (&self->channel, FALSE, &message, &n_bytes, NULL);
      guint64 id = 0;

      if (status == FUT_CHANNEL_AGAIN)
        status = fut_channel_read (&self->channel, TRUE, NULL);
      else if (status == FUT_CHANNEL_OK)
        {
          if (message.type == FUT_MESSAGE_STOP)
            return 0;
          if (message.type == FUT_MESSAGE_WELCOME)
            take_welcome (self);
          else if (message.type == FUT_MESSAGE_GRANT)
            close (fut_channel_take_fd (&self->channel));
          else if (message.type == FUT_MESSAGE_CALL &&
                   (self->page == NULL ||
                    fut_page_claim (self->page, message.call.slot, message.call.generation)))
            id = message.id;
          fut_channel_drop (&self->channel, n_bytes);
        }
      if (status != FUT_CHANNEL_OK && status != FUT_CHANNEL_AGAIN)
        return 0;
      if (id != 0)
        return id;
    }
}

static const TestBehaviour *
find_behaviour (const char *name)
{
  static const TestBehaviour *const parts[] = { testworker_behaviours,
                                                testworker_region_behaviours };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    for (const TestBehaviour *entry = parts[i]; entry->name != NULL; entry++)
      if (g_str_equal (entry->name, name))
        return entry;
  g_error ("there is no behaviour \"%s\"", name);
  return NULL;
}

int
main (int argc, char **argv)
{
  const TestBehaviour *behaviour = find_behaviour (argc > 1 ? argv[1] : "");
  TestWorker self = { .argument = argc > 2 ? argv[2] : NULL };
  guint64 id;

  /* Whatever it does, it does not outlive the test by much. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  fut_channel_init (&self.channel, CHANNEL_FD, CHANNEL_FD, TRUE);
  if (behaviour->start != NULL)
    behaviour->start (&self);
  else
    testworker_hello (&self);

  while ((id = next_call (&self)) != 0)
    {
      if (self.page != NULL)
        fut_page_begin_call (self.page, id, g_get_monotonic_time ());
      if (behaviour->answer != NULL)
        behaviour->answer (&self, id);
      else
        testworker_return (&self, id, TESTWORKER_VALUE);
    }
  return 0;
}
