/* worker-peer.c: a worker process, and the parent's end of its channel, for tests of the worker
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "worker-peer.h"

#include "process/fut-wire-value.h"
#include "process/fut-worker-loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The slot of a call is that of its number. */
#define GENERATION 7

static char **
make_environ (PeerKind kind)
{
  g_autofree char *pid = g_strdup_printf ("%d", (int) getpid ());
  char **environ = g_get_environ ();

  environ = g_environ_setenv (environ, FUT_WORKER_CHANNEL_VARIABLE,
                              kind == PEER_STDIO ? "stdio" : "3", TRUE);
  if (kind != PEER_STDIO)
    environ = g_environ_setenv (environ, FUT_WORKER_PARENT_VARIABLE, pid, TRUE);
  return g_environ_setenv (environ, "NOTIFY_SOCKET", "/nowhere", TRUE);
}

/* fds: the worker's ends, for reading and writing. */
static void
spawn (Peer *self, PeerKind kind, const char *const *argv, const int fds[2])
{
  const GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN;
  g_auto(GStrv) environ = make_environ (kind);
  const int target = FUT_WORKER_CHANNEL_FD;
  gboolean is_stdio = kind == PEER_STDIO;
  g_autoptr(GError) error = NULL;
  int null_fd = open ("/dev/null", O_RDWR | O_CLOEXEC);
  int output[2];

  g_assert_cmpint (pipe2 (output, O_CLOEXEC), ==, 0);
  g_spawn_async_with_pipes_and_fds (NULL, argv, (const char *const *) environ, flags, NULL, NULL,
                                    is_stdio ? fds[0] : null_fd, is_stdio ? fds[1] : output[1],
                                    output[1], &fds[0], &target, is_stdio ? 0 : 1, &self->pid, NULL,
                                    NULL, NULL, &error);
  g_assert_no_error (error);
  self->stderr_fd = output[0];
  close (output[1]);
  close (null_fd);
}

static void
say_welcome (Peer *self, PeerKind kind, guint64 memory_limit)
{
  FutMessage message = {
    .type = FUT_MESSAGE_WELCOME,
    .welcome = { .memory_limit = memory_limit, .name = "Peer-0_0" },
  };
  g_autoptr(GError) error = NULL;
  int fd = -1;

  if (kind == PEER_DIRECT)
    message.welcome.flags |= FUT_WELCOME_FLAG_REGIONS;
  if (kind != PEER_STDIO)
    {
      self->page = fut_page_new (&fd, &error);
      g_assert_no_error (error);
      message.welcome.flags |= FUT_WELCOME_FLAG_PAGE;
      message.welcome.n_slots = FUT_MESSAGE_MAX_SLOTS;
    }
  fut_channel_append (&self->channel, &message, NULL, fd);
  peer_flush (self);
}

Peer *
peer_new_for_argv (PeerKind kind, guint64 memory_limit, const char *const *argv)
{
  Peer *self = g_new0 (Peer, 1);
  int ours[2];
  int theirs[2];

  if (kind == PEER_STDIO)
    {
      int down[2];
      int up[2];

      g_assert_cmpint (pipe2 (down, O_CLOEXEC), ==, 0);
      g_assert_cmpint (pipe2 (up, O_CLOEXEC), ==, 0);
      ours[0] = up[0];
      ours[1] = down[1];
      theirs[0] = down[0];
      theirs[1] = up[1];
    }
  else
    {
      int pair[2];

      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
      ours[0] = ours[1] = pair[0];
      theirs[0] = theirs[1] = pair[1];
    }

  spawn (self, kind, argv, theirs);
  close (theirs[0]);
  if (theirs[1] != theirs[0])
    close (theirs[1]);
  fut_channel_init (&self->channel, ours[0], ours[1], kind != PEER_STDIO);
  if (kind != PEER_SILENT)
    say_welcome (self, kind, memory_limit);
  return self;
}

Peer *
peer_new (PeerKind kind, guint64 memory_limit)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char *const argv[] = { program, NULL };

  return peer_new_for_argv (kind, memory_limit, argv);
}

void
peer_close (Peer *self)
{
  fut_channel_clear (&self->channel);
}

void
peer_free (Peer *self)
{
  peer_close (self);
  if (self->pid != 0)
    {
      kill (self->pid, SIGKILL);
      waitpid (self->pid, NULL, 0);
    }
  if (self->stderr_fd >= 0)
    close (self->stderr_fd);
  g_clear_pointer (&self->page, fut_page_free);
  g_clear_pointer (&self->granted, fut_region_unref);
  g_clear_pointer (&self->offered, fut_region_unref);
  g_free (self);
}

/* --- what is said --- */

void
peer_define (Peer *self, guint signature, const char *function, const char *type)
{
  FutMessage message = { .type = FUT_MESSAGE_DEFINE, .define = { signature, function, type } };

  fut_channel_append (&self->channel, &message, NULL, -1);
}

static void
append_call (Peer *self, FutMessage *message, GVariant *args)
{
  guint8 *payload;

  message->call.slot = message->id % FUT_MESSAGE_MAX_SLOTS;
  message->call.generation = GENERATION;
  if (self->page != NULL)
    atomic_store (&self->page->claims[message->call.slot],
                  FUT_CLAIM_WORD (GENERATION, FUT_CLAIM_QUEUED));
  fut_channel_append (&self->channel, message, &payload, -1);
  if (args != NULL && message->call.place == FUT_PLACE_INLINE)
    g_variant_store (args, payload);
}

void
peer_call (Peer *self, guint64 id, guint signature, GVariant *args)
{
  g_autoptr(GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;
  FutMessage message = { .type = FUT_MESSAGE_CALL, .id = id };

  message.call.signature = signature;
  message.call.place = args != NULL ? FUT_PLACE_INLINE : FUT_PLACE_NONE;
  message.call.n_bytes = args != NULL ? g_variant_get_size (args) : 0;
  append_call (self, &message, args);
}

void
peer_call_region (Peer *self, guint64 id, guint signature, GVariant *args)
{
  g_autoptr(GVariant) sunk = g_variant_ref_sink (args);
  g_autoptr(GError) error = NULL;
  FutMessage message = { .type = FUT_MESSAGE_CALL, .id = id };
  gsize offset;
  int fd;

  if (self->granted == NULL)
    {
      self->granted = fut_region_new (4 * FUT_REGION_MIN_BYTES, TRUE, &fd, &error);
      g_assert_no_error (error);
      fut_channel_append (&self->channel,
                          &(FutMessage){
                            .type = FUT_MESSAGE_GRANT,
                            .region = { fut_region_get_size (self->granted) },
                          },
                          NULL, fd);
    }
  g_assert_true (fut_region_alloc (self->granted, g_variant_get_size (args), &offset));
  g_variant_store (args, fut_region_get_data (self->granted, offset));
  message.call.signature = signature;
  message.call.place = FUT_PLACE_REGION;
  message.call.offset = offset;
  message.call.n_bytes = g_variant_get_size (args);
  append_call (self, &message, NULL);
}

void
peer_say (Peer *self, FutMessageType type, guint64 id)
{
  fut_channel_append (&self->channel, &(FutMessage){ .type = type, .id = id }, NULL, -1);
}

void
peer_flush (Peer *self)
{
  g_autoptr(GError) error = NULL;

  fut_channel_flush (&self->channel, TRUE, &error);
  g_assert_no_error (error);
}

void
peer_run (Peer *self, guint64 id, const char *function, GVariant *args)
{
  peer_define (self, 0, function, args != NULL ? g_variant_get_type_string (args) : "");
  peer_call (self, id, 0, args);
  peer_flush (self);
}

/* --- what is heard --- */

static FutChannelStatus
hear (Peer *self, FutMessage *message, GError **error)
{
  FutChannelStatus status;
  gsize n_bytes;

  if (self->n_to_drop > 0)
    fut_channel_drop (&self->channel, self->n_to_drop);
  self->n_to_drop = 0;
  while ((status = fut_channel_next (&self->channel, TRUE, message, &n_bytes, error)) ==
         FUT_CHANNEL_AGAIN)
    {
      status = fut_channel_read (&self->channel, TRUE, error);
      self->n_reads++;
      if (status != FUT_CHANNEL_OK)
        return status;
    }
  if (status == FUT_CHANNEL_OK)
    self->n_to_drop = n_bytes;
  return status;
}

void
peer_await (Peer *self, FutMessage *message)
{
  g_autoptr(GError) error = NULL;
  FutChannelStatus status = hear (self, message, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status, ==, FUT_CHANNEL_OK);
  if (message->type == FUT_MESSAGE_OFFER)
    {
      g_clear_pointer (&self->offered, fut_region_unref);
      self->offered =
        fut_region_map (fut_channel_take_fd (&self->channel), message->region.n_bytes, &error);
      g_assert_no_error (error);
    }
}

void
peer_await_type (Peer *self, FutMessageType type, guint64 id, FutMessage *message)
{
  do
    peer_await (self, message);
  while (message->type == FUT_MESSAGE_HELLO || message->type == FUT_MESSAGE_OFFER);
  g_assert_cmpint (message->type, ==, type);
  g_assert_cmpuint (message->id, ==, id);
}

static char *
print_result (Peer *self, FutMessage *message)
{
  const guint8 *payload = message->result.payload;
  g_autoptr(GError) error = NULL;
  FutResult result;
  char *text = NULL;

  if (message->result.place == FUT_PLACE_REGION)
    {
      payload = fut_region_peek (self->offered, message->result.offset, message->result.n_bytes);
      g_assert_nonnull (payload);
      g_assert_cmpuint (atomic_load (&self->page->result_slots[message->result.result_slot]), ==,
                        1);
    }
  fut_wire_value_parse_inline (message->result.kind, message->result.type, payload,
                               message->result.n_bytes, message->result.place == FUT_PLACE_NONE,
                               &result, &error);
  g_assert_no_error (error);

  if (result.kind == FUT_RESULT_NONE)
    text = g_strdup ("nothing");
  else if (result.kind == FUT_RESULT_BOOLEAN)
    text = g_strdup (result.v_boolean ? "true" : "false");
  else if (result.kind == FUT_RESULT_INT64)
    text = g_strdup_printf ("%" G_GINT64_FORMAT, result.v_int64);
  else if (result.kind == FUT_RESULT_DOUBLE)
    text = g_strdup_printf ("%g", result.v_double);
  else if (result.kind == FUT_RESULT_STRING)
    text = g_strdup_printf ("string %s", (char *) result.v_pointer);
  else if (result.kind == FUT_RESULT_VARIANT)
    text = g_variant_print (result.v_pointer, TRUE);
  else if (result.kind == FUT_RESULT_BYTES)
    text = g_strdup_printf ("%" G_GSIZE_FORMAT " bytes", g_bytes_get_size (result.v_pointer));
  else if (result.kind == FUT_RESULT_VALUE)
    text = g_strdup_value_contents (result.v_pointer);
  fut_result_clear (&result);
  return text;
}

char *
peer_await_text (Peer *self, guint64 id)
{
  FutMessage message;

  do
    peer_await (self, &message);
  while (message.type != FUT_MESSAGE_RESULT && message.type != FUT_MESSAGE_ERROR);
  g_assert_cmpuint (message.id, ==, id);
  if (message.type == FUT_MESSAGE_RESULT)
    return print_result (self, &message);
  return g_strdup_printf ("error: %s %d %s", message.error.domain, message.error.code,
                          message.error.message);
}

void
peer_assert_text (Peer *self, guint64 id, const char *expected)
{
  g_autofree char *text = peer_await_text (self, id);

  if (!g_pattern_match_simple (expected, text))
    g_error ("call %" G_GUINT64_FORMAT " ended with “%s” instead of “%s”", id, text, expected);
}

void
peer_await_closed (Peer *self)
{
  FutMessage message;

  while (hear (self, &message, NULL) == FUT_CHANNEL_OK)
    ;
}

int
peer_await_exit (Peer *self)
{
  int status;

  while (waitpid (self->pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  self->pid = 0;
  return status;
}

char *
peer_await_stderr (Peer *self)
{
  g_autoptr(GString) text = g_string_new (NULL);
  char bytes[512];
  gssize n;

  while ((n = read (self->stderr_fd, bytes, sizeof bytes)) > 0)
    g_string_append_len (text, bytes, n);
  g_assert_cmpint (n, ==, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
