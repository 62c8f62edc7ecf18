/* test-message.c: the codec of the wire protocol: round trips, limits, and everything broken
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process/fut-message-layout.h"

#include "fut-error.h"
#include "message-asserts.h"
#include "message-samples.h"
#include "test-util.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>

static void
test_round_trips (void)
{
  guint n_samples;
  const MessageSample *samples = message_samples_get (&n_samples);

  for (guint i = 0; i < n_samples; i++)
    {
      g_auto(TestBuffer) buffer = { 0 };
      g_auto(TestBuffer) again = { 0 };
      const MessageSample *sample = &samples[i];
      FutMessage message;

      g_test_message ("%s", sample->name);
      message_encode (&buffer, &sample->message);
      message_decode (&buffer, sample->from_worker, &message);
      message_assert_same (&sample->message, &message);

      message_encode (&again, &message);
      g_assert_cmpmem (fut_buffer_get_bytes (&again), fut_buffer_get_length (&again),
                       fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer));
      message_assert_refused (&buffer, !sample->from_worker, "a * sends no messages of type *");
    }
}

/* A page ends where the bytes do, so that nothing behind them can be read. */
static void
test_truncated_at_each_byte (void)
{
  guint n_samples;
  const MessageSample *samples = message_samples_get (&n_samples);
  const gsize n_pages = 4096;
  guint8 *pages =
    mmap (NULL, 2 * n_pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_cmpint (mprotect (pages + n_pages, n_pages, PROT_NONE), ==, 0);
  for (guint i = 0; i < n_samples; i++)
    {
      g_auto(TestBuffer) buffer = { 0 };
      const guint8 *bytes = message_encode (&buffer, &samples[i].message);

      for (gsize n = 0; n < fut_buffer_get_length (&buffer); n++)
        {
          GError *error = NULL;
          FutMessage message;
          guint8 *start = pages + n_pages - n;

          memcpy (start, bytes, n);
          g_assert_cmpint (fut_message_decode (start, n, samples[i].from_worker, &message, &error),
                           ==, 0);
          g_assert_no_error (error);
        }
    }
  munmap (pages, 2 * n_pages);
}

/* Every byte of every message, with every bit of it: what is still taken has one form only. */
static void
test_each_bit_corrupted (void)
{
  guint n_samples;
  const MessageSample *samples = message_samples_get (&n_samples);

  for (guint i = 0; i < n_samples; i++)
    {
      g_auto(TestBuffer) buffer = { 0 };
      g_auto(TestBuffer) again = { 0 };
      guint8 *bytes = message_encode (&buffer, &samples[i].message);

      for (gsize bit = 0; bit < 8 * fut_buffer_get_length (&buffer); bit++)
        {
          g_autoptr(GError) error = NULL;
          FutMessage message;
          gssize n;

          bytes[bit / 8] ^= 1 << (bit % 8);
          n = fut_message_decode (bytes, fut_buffer_get_length (&buffer), samples[i].from_worker,
                                  &message, &error);
          if (n < 0)
            g_assert_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL);
          else
            g_assert_no_error (error);
          if (n > 0)
            {
              message_encode (&again, &message);
              g_assert_cmpmem (fut_buffer_get_bytes (&again), fut_buffer_get_length (&again), bytes,
                               (gsize) n);
            }
          bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

static void
test_foreign_byte_order_is_named (void)
{
  const FutMessage stop = { .type = FUT_MESSAGE_STOP };
  g_auto(TestBuffer) buffer = { 0 };
  guint8 *bytes = message_encode (&buffer, &stop);
  guint8 first = bytes[0];

  bytes[0] = bytes[1];
  bytes[1] = first;
  message_assert_refused (&buffer, FALSE, "what came is not a message: *");
  bytes[3] = bytes[3] == 'l' ? 'B' : 'l';
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  message_assert_refused (&buffer, FALSE,
                          "the other end is big-endian, and this one little-endian");
#else
  message_assert_refused (&buffer, FALSE,
                          "the other end is little-endian, and this one big-endian");
#endif

  /* A version is a byte, and can be told first. */
  bytes[2] = 9;
  message_assert_refused (&buffer, FALSE, "*version 9 of the protocol, and this one version 1");
}

static void
test_other_version_is_named (void)
{
  const FutMessage hello = { .type = FUT_MESSAGE_HELLO, .hello = { .pid = 1 } };
  g_auto(TestBuffer) buffer = { 0 };
  g_autoptr(GError) error = NULL;
  FutMessage message;
  guint8 *bytes = message_encode (&buffer, &hello);

  bytes[2] = FUT_PROTOCOL_VERSION + 1;
  message_assert_refused (&buffer, TRUE,
                          "the other end speaks version 2 of the protocol, and this one version 1");

  /* What another version has after these four bytes is not looked at, nor waited for. */
  g_assert_cmpint (fut_message_decode (bytes, 4, TRUE, &message, &error), ==, -1);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL);
}

static void
test_garbage_is_shown (void)
{
  static const char *const texts[] = { "Traceback (most recent call last):\n", "Usage", "\377\377\377\377" };
  static const char *const patterns[] = { "*: “Traceback (most recent call last):\\n”", "*: “Usage”",
                                          "*: “\\377\\377\\377\\377”" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto(TestBuffer) buffer = { 0 };
      gsize n = strlen (texts[i]);

      memcpy (fut_buffer_reserve (&buffer, n), texts[i], n);
      fut_buffer_commit (&buffer, n);
      message_assert_refused (&buffer, TRUE, patterns[i]);
    }
}

/* A header alone: it is refused at once, or the rest is waited for, without any memory for it. */
static void
test_huge_lengths_allocate_nothing (void)
{
  g_auto(TestBuffer) buffer = { 0 };
  const FutMessage result = { .type = FUT_MESSAGE_RESULT, .result = { .kind = FUT_WIRE_NOTHING } };
  const FutMessage stop = { .type = FUT_MESSAGE_STOP };
  FutFrameHeader header;
  FutMessage message;
  GError *error = NULL;
  gsize rss;

  memcpy (&header, message_encode (&buffer, &result), sizeof header);
  header.body_bytes = FUT_PAYLOAD_MAX_BYTES;
  rss = test_rss_bytes ();
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpint (fut_message_decode ((guint8 *) &header, sizeof header, TRUE, &message, &error),
                     ==, 0);
  g_assert_no_error (error);
  g_assert_cmpuint (test_rss_bytes (), <, rss + 16 * 1024 * 1024);

  memcpy (fut_buffer_get_bytes (&buffer), &header, sizeof header);
  ((FutFrameHeader *) (gpointer) fut_buffer_get_bytes (&buffer))->body_bytes = G_MAXUINT32 & ~7u;
  message_assert_refused (&buffer, TRUE, "a RESULT message cannot have a body of 4294967288 bytes");

  message_encode (&buffer, &stop);
  ((FutFrameHeader *) (gpointer) fut_buffer_get_bytes (&buffer))->body_bytes = 1 << 30;
  message_assert_refused (&buffer, FALSE, "a STOP message cannot have a body of 1073741824 bytes");
  ((FutFrameHeader *) (gpointer) fut_buffer_get_bytes (&buffer))->body_bytes = 4;
  message_assert_refused (&buffer, FALSE, "a STOP message cannot have a body of 4 bytes");
}

static void
test_longer_than_its_content (void)
{
  const FutMessage bell = { .type = FUT_MESSAGE_BELL };
  g_auto(TestBuffer) buffer = { 0 };

  message_encode (&buffer, &bell);
  memset (fut_buffer_reserve (&buffer, 8), 0, 8);
  fut_buffer_commit (&buffer, 8);
  ((FutFrameHeader *) (gpointer) fut_buffer_get_bytes (&buffer))->body_bytes = 8;
  message_assert_refused (&buffer, TRUE,
                          "*BELL message is malformed: it is longer than what it holds");
}

static void
test_texts_are_cut_at_a_character (void)
{
  g_auto(TestBuffer) buffer = { 0 };
  g_autofree char *text = g_strnfill (FUT_MESSAGE_MAX_TEXT_BYTES + 10, 'x');
  FutMessage error = { .type = FUT_MESSAGE_ERROR,
                       .error = { .domain = text, .message = text, .trace = text } };
  FutMessage message;

  /* A euro sign lies across the limit. */
  memcpy (text + FUT_MESSAGE_MAX_TEXT_BYTES - 2, "\342\202\254", 3);
  message_encode (&buffer, &error);
  message_decode (&buffer, TRUE, &message);
  g_assert_cmpuint (strlen (message.error.domain), ==, FUT_MESSAGE_MAX_LABEL_BYTES);
  g_assert_cmpuint (strlen (message.error.message), ==, FUT_MESSAGE_MAX_TEXT_BYTES - 2);
  g_assert_cmpstr (message.error.message, ==, message.error.trace);
  g_assert_cmpuint (fut_message_cut_text ("\342\202\254", 3, 2), ==, 0);
  g_assert_cmpuint (fut_message_cut_text ("\342\202\254", 3, 3), ==, 3);
}

static void
test_texts_are_made_valid (void)
{
  g_auto(TestBuffer) buffer = { 0 };
  FutMessage error = { .type = FUT_MESSAGE_ERROR,
                       .error = { .domain = "d", .message = "caf\351", .trace = "\303\251" } };
  FutMessage message;
  guint8 *bytes = message_encode (&buffer, &error);
  guint8 *text;

  message_decode (&buffer, TRUE, &message);
  g_assert_cmpstr (message.error.message, ==, "caf\357\277\275");
  g_assert_cmpstr (message.error.trace, ==, "\303\251");

  /* Who sends them as they are breaks the protocol, as who sends a zero within. */
  text = memmem (bytes, fut_buffer_get_length (&buffer), "\303\251", 2);
  text[0] = 'x';
  message_assert_refused (&buffer, TRUE, "*the trace is no text");
  text[0] = 0;
  message_assert_refused (&buffer, TRUE, "*the trace is no text");
}

static void
test_room_for_a_payload (void)
{
  g_auto(TestBuffer) buffer = { 0 };
  FutMessage call = { .type = FUT_MESSAGE_CALL, .id = 1,
                      .call = { .place = FUT_PLACE_INLINE, .n_bytes = 5 } };
  FutMessage message;
  guint8 *room = NULL;

  /* What lay there before is not sent. */
  memset (fut_buffer_reserve (&buffer, 256), 0xff, 256);
  fut_message_encode (&buffer, &call, &room);
  g_assert_cmpuint (GPOINTER_TO_SIZE (room) % FUT_MESSAGE_ALIGNMENT, ==, 0);
  memcpy (room, "hello", 5);
  message_decode (&buffer, FALSE, &message);
  g_assert_cmpmem (message.call.payload, message.call.n_bytes, "hello", 5);
}

static void
test_one_after_another (void)
{
  g_auto(TestBuffer) buffer = { 0 };
  guint n_samples;
  const MessageSample *samples = message_samples_get (&n_samples);

  for (guint i = 0; i < n_samples; i++)
    if (samples[i].from_worker)
      fut_message_encode (&buffer, &samples[i].message, NULL);
  for (guint i = 0; i < n_samples; i++)
    if (samples[i].from_worker)
      {
        FutMessage message;
        gssize n = fut_message_decode (fut_buffer_get_bytes (&buffer),
                                       fut_buffer_get_length (&buffer), TRUE, &message, NULL);

        g_assert_cmpint (n, >, 0);
        g_assert_cmpint (message.type, ==, samples[i].message.type);
        fut_buffer_take (&buffer, (gsize) n);
      }
  g_assert_cmpuint (fut_buffer_get_length (&buffer), ==, 0);
}

/* The buffer: what is appended in pieces comes out the same, aligned, and memory is given back. */
static void
test_buffer (void)
{
  g_auto(TestBuffer) buffer = { 0 };
  guint8 next_in = 0;
  guint8 next_out = 0;

  for (guint i = 0; i < 2000; i++)
    {
      gsize n_in = 8 * (gsize) g_test_rand_int_range (0, 2000);
      gsize n_out;
      guint8 *room = fut_buffer_reserve (&buffer, n_in);

      for (gsize k = 0; k < n_in; k++)
        room[k] = next_in++;
      fut_buffer_commit (&buffer, n_in);
      n_out = fut_buffer_get_length (&buffer);
      if (i % 10 != 0)
        n_out = 8 * (gsize) g_test_rand_int_range (0, (int) (n_out / 8) + 1);
      g_assert_cmpuint (GPOINTER_TO_SIZE (fut_buffer_get_bytes (&buffer)) % 8, ==, 0);
      for (gsize k = 0; k < n_out; k++)
        g_assert_cmpint (fut_buffer_get_bytes (&buffer)[k], ==, next_out++);
      fut_buffer_take (&buffer, n_out);
    }

  fut_buffer_commit (&buffer, fut_buffer_reserve (&buffer, 1 << 24) != NULL ? 1 << 24 : 0);
  fut_buffer_take (&buffer, fut_buffer_get_length (&buffer));
  g_assert_cmpuint (buffer.size, ==, FUT_BUFFER_KEEP_BYTES);

  /* An end that is 8-aligned stays so when the start is not, as after a partial write. */
  fut_buffer_commit (&buffer, fut_buffer_reserve (&buffer, 4096) != NULL ? 4096 : 0);
  fut_buffer_take (&buffer, 4091);
  g_assert_cmpuint (GPOINTER_TO_SIZE (fut_buffer_reserve (&buffer, FUT_BUFFER_KEEP_BYTES)) % 8, ==,
                    0);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/process/message/round-trips", test_round_trips);
  test_add ("/process/message/truncated-at-each-byte", test_truncated_at_each_byte);
  test_add ("/process/message/each-bit-corrupted", test_each_bit_corrupted);
  test_add ("/process/message/foreign-byte-order-is-named", test_foreign_byte_order_is_named);
  test_add ("/process/message/other-version-is-named", test_other_version_is_named);
  test_add ("/process/message/garbage-is-shown", test_garbage_is_shown);
  test_add ("/process/message/huge-lengths-allocate-nothing", test_huge_lengths_allocate_nothing);
  test_add ("/process/message/longer-than-its-content", test_longer_than_its_content);
  test_add ("/process/message/texts-are-cut-at-a-character", test_texts_are_cut_at_a_character);
  test_add ("/process/message/texts-are-made-valid", test_texts_are_made_valid);
  test_add ("/process/message/room-for-a-payload", test_room_for_a_payload);
  test_add ("/process/message/one-after-another", test_one_after_another);
  test_add ("/process/message/buffer", test_buffer);
  return g_test_run ();
}
