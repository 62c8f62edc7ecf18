/* test-channel-fds.c: descriptors that go with messages, and those that may not
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
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A descriptor that can be told by the size of its file. */
static int
numbered_fd (gsize number)
{
  int fd = memfd_create ("numbered", MFD_CLOEXEC);

  g_assert_cmpint (ftruncate (fd, (off_t) number), ==, 0);
  return fd;
}

static void
assert_numbered_fd (int fd, gsize number)
{
  struct stat about;

  g_assert_cmpint (fstat (fd, &about), ==, 0);
  g_assert_cmpint (about.st_size, ==, number);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, FD_CLOEXEC);
  close (fd);
}

static void
append_grant (FutChannel *channel, gsize number)
{
  const FutMessage grant = { .type = FUT_MESSAGE_GRANT, .region = { number } };

  fut_channel_append (channel, &grant, NULL, numbered_fd (number));
}

static void
append_call (FutChannel *channel, gsize n_bytes)
{
  const FutMessage call = { .type = FUT_MESSAGE_CALL,
                            .call = { .place = FUT_PLACE_INLINE, .n_bytes = n_bytes } };
  guint8 *payload;

  fut_channel_append (channel, &call, &payload, -1);
  memset (payload, 0x5a, n_bytes);
}

/* Sends bytes and descriptors as nobody who keeps to the protocol does. */
static void
send_fds (FutChannel *channel, guint n_fds)
{
  union
  {
    struct cmsghdr header;
    char           room[CMSG_SPACE (16 * sizeof (int))];
  } control = { .room = { 0 } };
  char byte = 'F';
  struct iovec data = { &byte, 1 };
  struct msghdr header = { .msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = CMSG_SPACE (n_fds * sizeof (int)) };
  int fds[16];

  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN (n_fds * sizeof (int));
  for (guint i = 0; i < n_fds; i++)
    fds[i] = STDERR_FILENO;
  memcpy (CMSG_DATA (&control.header), fds, n_fds * sizeof (int));
  g_assert_cmpint (sendmsg (channel->write_fd, &header, MSG_NOSIGNAL), ==, 1);
}

/* Appended at once, with all kinds of messages between them and with a receiver that lags behind. */
static void
test_fds_come_with_their_messages (void)
{
  TestPair pair;
  gsize granted = 0;

  test_pair_open (&pair, TEST_PAIR_SOCKET);
  for (guint i = 1; i <= 5; i++)
    {
      append_call (&pair.parent, i * 100000);
      append_grant (&pair.parent, 2 * i - 1);
      append_grant (&pair.parent, 2 * i);
    }
  while (granted < 10)
    {
      GError *error = NULL;
      FutMessage message;
      gsize n;

      fut_channel_flush (&pair.parent, FALSE, &error);
      g_assert_no_error (error);
      fut_channel_read (&pair.worker, FALSE, &error);
      g_assert_no_error (error);
      while (fut_channel_next (&pair.worker, FALSE, &message, &n, &error) == FUT_CHANNEL_OK)
        {
          if (message.type == FUT_MESSAGE_GRANT)
            {
              granted++;
              g_assert_cmpuint (message.region.n_bytes, ==, granted);
              assert_numbered_fd (fut_channel_take_fd (&pair.worker), granted);
            }
          fut_channel_drop (&pair.worker, n);
        }
      g_assert_no_error (error);
    }
  g_assert_cmpint (fut_channel_take_fd (&pair.worker), ==, -1);
  test_pair_close (&pair);
}

static void
test_no_fd_is_lost_by_the_end (void)
{
  TestPair pair;

  test_pair_open (&pair, TEST_PAIR_SOCKET);
  append_grant (&pair.parent, 1);
  g_assert_cmpint (fut_channel_flush (&pair.parent, TRUE, NULL), ==, FUT_CHANNEL_OK);
  g_assert_cmpint (fut_channel_read (&pair.worker, TRUE, NULL), ==, FUT_CHANNEL_OK);
  append_grant (&pair.parent, 2);
  test_pair_close (&pair);
}

static void
test_not_where_none_may_come (void)
{
  TestPair pair;
  g_autoptr(GError) error = NULL;
  guint n_fds;

  test_pair_open (&pair, TEST_PAIR_SOCKET_WITHOUT_FDS);
  n_fds = test_count_fds ();
  send_fds (&pair.parent, 3);
  g_assert_cmpint (fut_channel_read (&pair.worker, TRUE, &error), ==, FUT_CHANNEL_FAILED);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL);
  g_assert_cmpuint (test_count_fds (), ==, n_fds);
  g_assert_cmpint (fut_channel_take_fd (&pair.worker), ==, -1);
  test_pair_close (&pair);
}

static void
test_too_many_at_once (void)
{
  TestPair pair;
  g_autoptr(GError) error = NULL;

  test_pair_open (&pair, TEST_PAIR_SOCKET);
  send_fds (&pair.parent, FUT_CHANNEL_MAX_FDS + 1);
  g_assert_cmpint (fut_channel_read (&pair.worker, TRUE, &error), ==, FUT_CHANNEL_FAILED);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL);
  test_pair_close (&pair);
}

static void
test_too_many_after_another (void)
{
  TestPair pair;
  GError *error = NULL;

  test_pair_open (&pair, TEST_PAIR_SOCKET);
  for (guint i = 0; i < FUT_CHANNEL_MAX_FDS; i++)
    {
      send_fds (&pair.parent, 1);
      g_assert_cmpint (fut_channel_read (&pair.worker, TRUE, &error), ==, FUT_CHANNEL_OK);
      g_assert_no_error (error);
    }
  send_fds (&pair.parent, 1);
  g_assert_cmpint (fut_channel_read (&pair.worker, TRUE, &error), ==, FUT_CHANNEL_FAILED);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL);
  g_clear_error (&error);
  test_pair_close (&pair);
}

/* Under valgrind the limit is valgrind's own, and the kernel knows nothing of it. */
static gboolean
is_limit_of_kernel (int limits_fd)
{
  char text[4096] = { 0 };
  const char *line;

  g_assert_cmpint (pread (limits_fd, text, sizeof text - 1, 0), >, 0);
  line = strstr (text, "Max open files");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("Max open files"), NULL, 10) == 0;
}

/* The receiver has no descriptors left: that is our trouble, and no fault of the other end. */
static void
test_no_room_for_a_descriptor (void)
{
  TestPair pair;
  g_autoptr(GError) error = NULL;
  FutChannelStatus status = FUT_CHANNEL_FAILED;
  struct rlimit limit;
  struct rlimit none;
  int limits_fd = open ("/proc/self/limits", O_RDONLY | O_CLOEXEC);
  gboolean limited;

  test_pair_open (&pair, TEST_PAIR_SOCKET);
  append_grant (&pair.parent, 1);
  g_assert_cmpint (fut_channel_flush (&pair.parent, TRUE, NULL), ==, FUT_CHANNEL_OK);
  getrlimit (RLIMIT_NOFILE, &limit);
  none = (struct rlimit){ 0, limit.rlim_max };
  setrlimit (RLIMIT_NOFILE, &none);
  limited = is_limit_of_kernel (limits_fd);
  if (limited)
    status = fut_channel_read (&pair.worker, TRUE, &error);
  setrlimit (RLIMIT_NOFILE, &limit);
  if (limited)
    {
      g_assert_cmpint (status, ==, FUT_CHANNEL_FAILED);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
    }
  else
    g_test_skip ("the limit of descriptors is not the kernel's here");
  test_pair_close (&pair);
  close (limits_fd);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/process/channel/fds/come-with-their-messages", test_fds_come_with_their_messages);
  test_add ("/process/channel/fds/none-is-lost-by-the-end", test_no_fd_is_lost_by_the_end);
  test_add ("/process/channel/fds/not-where-none-may-come", test_not_where_none_may_come);
  test_add ("/process/channel/fds/too-many-at-once", test_too_many_at_once);
  test_add ("/process/channel/fds/too-many-after-another", test_too_many_after_another);
  test_add ("/process/channel/fds/no-room-for-a-descriptor", test_no_room_for_a_descriptor);
  return g_test_run ();
}
