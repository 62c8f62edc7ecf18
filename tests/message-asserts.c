/* message-asserts.c: what tests say of messages of the wire protocol
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "message-asserts.h"

#include "fut-error.h"

#include <string.h>

guint8 *
message_encode (FutBuffer *buffer, const FutMessage *message)
{
  fut_buffer_clear (buffer);
  fut_message_encode (buffer, message, NULL);
  g_assert_cmpuint (fut_buffer_get_length (buffer) % FUT_MESSAGE_ALIGNMENT, ==, 0);
  return fut_buffer_get_bytes (buffer);
}

void
message_decode (FutBuffer *buffer, gboolean from_worker, FutMessage *message)
{
  GError *error = NULL;
  gssize n = fut_message_decode (fut_buffer_get_bytes (buffer), fut_buffer_get_length (buffer),
                                 from_worker, message, &error);

  g_assert_no_error (error);
  g_assert_cmpint (n, ==, fut_buffer_get_length (buffer));
}

void
message_assert_refused (FutBuffer *buffer, gboolean from_worker, const char *pattern)
{
  g_autoptr(GError) error = NULL;
  FutMessage message;
  gssize n = fut_message_decode (fut_buffer_get_bytes (buffer), fut_buffer_get_length (buffer),
                                 from_worker, &message, &error);

  g_assert_cmpint (n, ==, -1);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” does not match “%s”", error->message, pattern);
}

void
message_assert_refused_one (const FutMessage *message, gboolean from_worker, const char *pattern)
{
  g_auto(TestBuffer) buffer = { 0 };

  message_encode (&buffer, message);
  message_assert_refused (&buffer, from_worker, pattern);
}

static void
assert_same_texts (const char *sent, const char *came)
{
  g_assert_cmpstr (sent != NULL ? sent : "", ==, came);
}

static void
assert_same_payloads (FutPlace place, gsize n_bytes, const guint8 *sent, const guint8 *came)
{
  if (place != FUT_PLACE_INLINE)
    {
      g_assert_null (came);
      return;
    }
  g_assert_cmpmem (sent, n_bytes, came, n_bytes);
  g_assert_cmpuint (GPOINTER_TO_SIZE (came) % FUT_MESSAGE_ALIGNMENT, ==, 0);
}

static void
assert_same_results (const FutMessage *sent, const FutMessage *came)
{
  g_assert_cmpint (sent->result.kind, ==, came->result.kind);
  g_assert_cmpint (sent->result.place, ==, came->result.place);
  g_assert_cmpuint (sent->result.flags, ==, came->result.flags);
  g_assert_cmpuint (sent->result.result_slot, ==, came->result.result_slot);
  g_assert_cmpuint (sent->result.elapsed, ==, came->result.elapsed);
  g_assert_cmpuint (sent->result.offset, ==, came->result.offset);
  g_assert_cmpuint (sent->result.n_bytes, ==, came->result.n_bytes);
  assert_same_texts (sent->result.type, came->result.type);
  assert_same_payloads (sent->result.place, sent->result.n_bytes, sent->result.payload,
                        came->result.payload);
}

static void
assert_same_calls (const FutMessage *sent, const FutMessage *came)
{
  g_assert_cmpuint (sent->call.signature, ==, came->call.signature);
  g_assert_cmpuint (sent->call.slot, ==, came->call.slot);
  g_assert_cmpuint (sent->call.generation, ==, came->call.generation);
  g_assert_cmpint (sent->call.place, ==, came->call.place);
  g_assert_cmpuint (sent->call.offset, ==, came->call.offset);
  g_assert_cmpuint (sent->call.n_bytes, ==, came->call.n_bytes);
  assert_same_payloads (sent->call.place, sent->call.n_bytes, sent->call.payload,
                        came->call.payload);
}

static void
assert_same_from_worker (const FutMessage *sent, const FutMessage *came)
{
  if (sent->type == FUT_MESSAGE_HELLO)
    {
      g_assert_cmpuint (sent->hello.pid, ==, came->hello.pid);
      g_assert_cmpuint (sent->hello.identity, ==, came->hello.identity);
      assert_same_texts (sent->hello.version, came->hello.version);
      assert_same_texts (sent->hello.language, came->hello.language);
      assert_same_texts (sent->hello.program, came->hello.program);
    }
  else if (sent->type == FUT_MESSAGE_RESULT)
    assert_same_results (sent, came);
  else if (sent->type == FUT_MESSAGE_ERROR)
    {
      g_assert_cmpuint (sent->error.flags, ==, came->error.flags);
      g_assert_cmpint (sent->error.code, ==, came->error.code);
      g_assert_cmpuint (sent->error.elapsed, ==, came->error.elapsed);
      assert_same_texts (sent->error.domain, came->error.domain);
      assert_same_texts (sent->error.message, came->error.message);
      assert_same_texts (sent->error.trace, came->error.trace);
    }
  else if (sent->type == FUT_MESSAGE_PROGRESS)
    {
      g_assert_cmpfloat (sent->progress.progress, ==, came->progress.progress);
      g_assert_cmpint (sent->progress.has_status, ==, came->progress.has_status);
      g_assert_cmpstr (sent->progress.status, ==, came->progress.status);
    }
  else if (sent->type == FUT_MESSAGE_OFFER)
    g_assert_cmpuint (sent->region.n_bytes, ==, came->region.n_bytes);
}

static void
assert_same_from_parent (const FutMessage *sent, const FutMessage *came)
{
  if (sent->type == FUT_MESSAGE_WELCOME)
    {
      g_assert_cmpuint (sent->welcome.flags, ==, came->welcome.flags);
      g_assert_cmpuint (sent->welcome.n_slots, ==, came->welcome.n_slots);
      g_assert_cmpuint (sent->welcome.memory_limit, ==, came->welcome.memory_limit);
      assert_same_texts (sent->welcome.name, came->welcome.name);
    }
  else if (sent->type == FUT_MESSAGE_DEFINE)
    {
      g_assert_cmpuint (sent->define.signature, ==, came->define.signature);
      assert_same_texts (sent->define.function, came->define.function);
      assert_same_texts (sent->define.args_type, came->define.args_type);
    }
  else if (sent->type == FUT_MESSAGE_CALL)
    assert_same_calls (sent, came);
  else if (sent->type == FUT_MESSAGE_GRANT)
    g_assert_cmpuint (sent->region.n_bytes, ==, came->region.n_bytes);
}

void
message_assert_same (const FutMessage *sent, const FutMessage *came)
{
  g_assert_cmpint (sent->type, ==, came->type);
  g_assert_cmpuint (sent->id, ==, came->id);
  if (sent->type < FUT_MESSAGE_WELCOME)
    assert_same_from_worker (sent, came);
  else
    assert_same_from_parent (sent, came);
}
