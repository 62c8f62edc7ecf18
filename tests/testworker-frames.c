/* testworker-frames.c: what the test's helper does wrong at the start, and in the frames it sends
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "testworker.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where these stand in a frame's header. */
#define AT_MAGIC 0
#define AT_VERSION 2
#define AT_BYTE_ORDER 3
#define AT_TYPE 4
#define AT_BODY_BYTES 16

/* --- at the start --- */

/* Reports that it has started if it has a room for that. */
static void
exit_at_once (TestWorker *self)
{
  if (self->argument != NULL)
    contract_report (self->argument, 1);
  _exit (7);
}

static void
say_nothing (TestWorker *self)
{
  testworker_linger (self);
}

static void
talk_http (TestWorker *self)
{
  static const char text[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

  testworker_send (self, text, strlen (text), -1);
  testworker_linger (self);
}

static void
encode_hello (FutBuffer *buffer)
{
  FutMessage message = { .type = FUT_MESSAGE_HELLO };

  message.hello.pid = getpid ();
  message.hello.version = "77.0.0";
  message.hello.language = "C";
  message.hello.program = "testworker";
  fut_message_encode (buffer, &message, NULL);
}

static void
say_hello_with (TestWorker *self, gsize at, guint8 byte)
{
  FutBuffer buffer = { 0 };

  encode_hello (&buffer);
  fut_buffer_get_bytes (&buffer)[at] = byte;
  testworker_send (self, fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer), -1);
  testworker_linger (self);
}

static void
speak_version_77 (TestWorker *self)
{
  say_hello_with (self, AT_VERSION, 77);
}

static void
have_other_byte_order (TestWorker *self)
{
  say_hello_with (self, AT_BYTE_ORDER, G_BYTE_ORDER == G_LITTLE_ENDIAN ? 'B' : 'l');
}

static void
say_half_a_hello (TestWorker *self)
{
  FutBuffer buffer = { 0 };

  encode_hello (&buffer);
  testworker_send (self, fut_buffer_get_bytes (&buffer), 10, -1);
  testworker_linger (self);
}

static void
hello_and_die (TestWorker *self)
{
  testworker_hello (self);
  _exit (9);
}

static void
say_hello_twice (TestWorker *self)
{
  testworker_hello (self);
  testworker_hello (self);
  testworker_linger (self);
}

/* Says hello, and reads nothing of what comes. */
static void
be_deaf (TestWorker *self)
{
  testworker_hello (self);
  testworker_linger (self);
}

/* --- in a call --- */

static void
close_channel (TestWorker *self, guint64 id)
{
  close (self->channel.read_fd);
  for (;;)
    pause ();
}

static void
return_and_die (TestWorker *self, guint64 id)
{
  testworker_return (self, id, TESTWORKER_VALUE);
  kill (getpid (), SIGKILL);
}

static void
answer_unknown_id (TestWorker *self, guint64 id)
{
  testworker_return (self, id + 1000, 13);
  testworker_return (self, id, TESTWORKER_VALUE);
}

static void
answer_twice (TestWorker *self, guint64 id)
{
  testworker_return (self, id, TESTWORKER_VALUE);
  testworker_return (self, id, 13);
}

static void
answer_finished_id (TestWorker *self, guint64 id)
{
  static guint64 finished;

  if (finished != 0)
    testworker_return (self, finished, 13);
  testworker_return (self, id, TESTWORKER_VALUE);
  finished = id;
}

static void
flood_with_progress (TestWorker *self, guint64 id)
{
  FutMessage message = { .type = FUT_MESSAGE_PROGRESS, .id = id };

  for (guint i = 0; i < 20000; i++)
    {
      message.progress.progress = (i % 100) / 100.0;
      testworker_send_message (self, &message, -1);
    }
  testworker_return (self, id, TESTWORKER_VALUE);
}

/* Half of a result that is as large as they get in a frame. */
static void
die_in_a_result (TestWorker *self, guint64 id)
{
  g_autofree char *payload = g_malloc0 (FUT_MESSAGE_MAX_INLINE_BYTES);
  FutBuffer buffer = { 0 };

  testworker_encode (&buffer, id, FUT_WIRE_BYTES, NULL, payload, FUT_MESSAGE_MAX_INLINE_BYTES);
  testworker_send (self, fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer) / 2, -1);
  kill (getpid (), SIGKILL);
}

/* --- spoilt frames --- */

static void
encode_value (FutBuffer *buffer, guint64 id)
{
  gint64 value = TESTWORKER_VALUE;

  testworker_encode (buffer, id, FUT_WIRE_INT64, NULL, &value, sizeof value);
}

static void
send_truncated (TestWorker *self, guint64 id)
{
  FutBuffer buffer = { 0 };

  encode_value (&buffer, id);
  testworker_send (self, fut_buffer_get_bytes (&buffer), FUT_MESSAGE_HEADER_BYTES - 4, -1);
  _exit (0);
}

static void
send_spoilt (TestWorker *self, guint64 id, gsize at, gconstpointer bytes, gsize n_bytes)
{
  FutBuffer buffer = { 0 };

  encode_value (&buffer, id);
  memcpy (fut_buffer_get_bytes (&buffer) + at, bytes, n_bytes);
  testworker_send (self, fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer), -1);
  testworker_linger (self);
}

static void
send_oversized (TestWorker *self, guint64 id)
{
  guint32 n_bytes = 0xfffffff8;

  send_spoilt (self, id, AT_BODY_BYTES, &n_bytes, sizeof n_bytes);
}

static void
send_undersized (TestWorker *self, guint64 id)
{
  guint32 n_bytes = 0;

  send_spoilt (self, id, AT_BODY_BYTES, &n_bytes, sizeof n_bytes);
}

static void
send_odd_size (TestWorker *self, guint64 id)
{
  guint32 n_bytes = 51;

  send_spoilt (self, id, AT_BODY_BYTES, &n_bytes, sizeof n_bytes);
}

static void
send_other_magic (TestWorker *self, guint64 id)
{
  send_spoilt (self, id, AT_MAGIC, "GV", 2);
}

static void
send_unknown_type (TestWorker *self, guint64 id)
{
  guint16 type = 200;

  send_spoilt (self, id, AT_TYPE, &type, sizeof type);
}

static void
send_parents_type (TestWorker *self, guint64 id)
{
  guint16 type = FUT_MESSAGE_STOP;

  send_spoilt (self, id, AT_TYPE, &type, sizeof type);
}

static void
send_random (TestWorker *self, guint64 id)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (atoi (self->argument));
  guint32 words[256];

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    words[i] = g_rand_int (random);
  testworker_send (self, words, sizeof words, -1);
  _exit (0);
}

/* A right frame, but for a few bits anywhere in it. */
static void
send_flipped (TestWorker *self, guint64 id)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (atoi (self->argument));
  g_autoptr(GVariant) value = g_variant_ref_sink (g_variant_new_parsed ("('text', [1, 2])"));
  FutBuffer buffer = { 0 };
  int n_flips = g_rand_int_range (random, 1, 5);

  testworker_encode (&buffer, id, FUT_WIRE_VARIANT, "(sai)", g_variant_get_data (value),
                     g_variant_get_size (value));
  for (int i = 0; i < n_flips; i++)
    fut_buffer_get_bytes (&buffer)[g_rand_int_range (random, 0, fut_buffer_get_length (&buffer))] ^=
      1 << g_rand_int_range (random, 0, 8);
  testworker_send (self, fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer), -1);
  _exit (0);
}

static void
send_payload (TestWorker *self, guint64 id, FutWireKind kind, const char *type, const char *payload,
              gsize n_bytes)
{
  FutBuffer buffer = { 0 };

  testworker_encode (&buffer, id, kind, type, payload, n_bytes);
  testworker_send (self, fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer), -1);
  testworker_linger (self);
}

/* Offsets of an array of strings that lie outside of it. */
static void
send_bad_variant (TestWorker *self, guint64 id)
{
  send_payload (self, id, FUT_WIRE_VARIANT, "as", "ab\0\377\376", 5);
}

static void
send_variant_with_handle (TestWorker *self, guint64 id)
{
  send_payload (self, id, FUT_WIRE_VARIANT, "h", "\0\0\0\0", 4);
}

static void
send_text_without_end (TestWorker *self, guint64 id)
{
  send_payload (self, id, FUT_WIRE_STRING, NULL, "text", 4);
}

static void
send_text_that_is_none (TestWorker *self, guint64 id)
{
  send_payload (self, id, FUT_WIRE_STRING, NULL, "t\377xt", 5);
}

static void
send_short_number (TestWorker *self, guint64 id)
{
  send_payload (self, id, FUT_WIRE_INT64, NULL, "\1\2\3", 3);
}

const TestBehaviour testworker_behaviours[] = {
  { "exit-at-once", exit_at_once, NULL },
  { "silent", say_nothing, NULL },
  { "garbage", talk_http, NULL },
  { "other-version", speak_version_77, NULL },
  { "other-byte-order", have_other_byte_order, NULL },
  { "half-hello", say_half_a_hello, NULL },
  { "hello-then-die", hello_and_die, NULL },
  { "hello-twice", say_hello_twice, NULL },
  { "deaf", be_deaf, NULL },
  { "honest", NULL, NULL },
  { "close-channel", NULL, close_channel },
  { "result-then-die", NULL, return_and_die },
  { "unknown-id", NULL, answer_unknown_id },
  { "twice", NULL, answer_twice },
  { "finished-id", NULL, answer_finished_id },
  { "progress-flood", NULL, flood_with_progress },
  { "half-result", NULL, die_in_a_result },
  { "truncated", NULL, send_truncated },
  { "oversized", NULL, send_oversized },
  { "undersized", NULL, send_undersized },
  { "odd-size", NULL, send_odd_size },
  { "other-magic", NULL, send_other_magic },
  { "unknown-type", NULL, send_unknown_type },
  { "parents-type", NULL, send_parents_type },
  { "random", NULL, send_random },
  { "flipped", NULL, send_flipped },
  { "bad-variant", NULL, send_bad_variant },
  { "variant-with-handle", NULL, send_variant_with_handle },
  { "text-without-end", NULL, send_text_without_end },
  { "text-that-is-none", NULL, send_text_that_is_none },
  { "short-number", NULL, send_short_number },
  { NULL },
};
