/* message-samples.c: messages of every type, for the tests of the wire protocol
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "message-samples.h"

static const _Alignas(8) guint8 bytes[] = "0123456789abcdef";

#define CALL(sample, ...)                                                                           \
  {                                                                                                 \
    sample, FALSE, { .type = FUT_MESSAGE_CALL, .id = 7, .call = { __VA_ARGS__ } }                   \
  }

#define RESULT(sample, result_kind, ...)                                                            \
  {                                                                                                 \
    sample, TRUE,                                                                                   \
    {                                                                                               \
      .type = FUT_MESSAGE_RESULT, .id = 8, .result = {.kind = (result_kind), __VA_ARGS__ }          \
    }                                                                                               \
  }

#define INLINE(n) .place = FUT_PLACE_INLINE, .n_bytes = (n), .payload = bytes
#define REGION(start, n) .place = FUT_PLACE_REGION, .offset = (start), .n_bytes = (n)

static const MessageSample samples[] = {
  { "hello",
    TRUE,
    { .type = FUT_MESSAGE_HELLO,
      .hello = { .pid = 4711,
                 .identity = 0x0123456789abcdef,
                 .version = "1.0.0",
                 .language = "C",
                 .program = "/usr/libexec/futures-glib-worker" } } },
  { "hello-bare", TRUE, { .type = FUT_MESSAGE_HELLO, .hello = { .pid = 1 } } },
  RESULT ("result-nothing", FUT_WIRE_NOTHING, .elapsed = 12),
  RESULT ("result-boolean", FUT_WIRE_BOOLEAN, INLINE (1)),
  RESULT ("result-int64", FUT_WIRE_INT64, INLINE (8), .elapsed = G_MAXUINT64),
  RESULT ("result-double", FUT_WIRE_DOUBLE, INLINE (8)),
  RESULT ("result-string", FUT_WIRE_STRING, INLINE (17)),
  RESULT ("result-string-null", FUT_WIRE_STRING, .place = FUT_PLACE_NONE),
  RESULT ("result-string-region", FUT_WIRE_STRING, REGION (64, 100000), .result_slot = 63),
  RESULT ("result-variant", FUT_WIRE_VARIANT, INLINE (16), .type = "a{sv}"),
  RESULT ("result-variant-null", FUT_WIRE_VARIANT, .place = FUT_PLACE_NONE),
  RESULT ("result-variant-region", FUT_WIRE_VARIANT, REGION (0, FUT_PAYLOAD_MAX_BYTES),
          .type = "(mas(dd))", .flags = FUT_RESULT_FLAG_KEEPS_ARGUMENTS),
  RESULT ("result-bytes", FUT_WIRE_BYTES, INLINE (11)),
  RESULT ("result-bytes-empty", FUT_WIRE_BYTES, INLINE (0)),
  RESULT ("result-bytes-null", FUT_WIRE_BYTES, .place = FUT_PLACE_NONE),
  RESULT ("result-bytes-region", FUT_WIRE_BYTES, REGION (1 << 20, 1), .result_slot = 1),
  RESULT ("result-value", FUT_WIRE_VALUE, INLINE (8), .type = "guint"),
  { "error",
    TRUE,
    { .type = FUT_MESSAGE_ERROR,
      .id = 9,
      .error = { .flags = FUT_RESULT_FLAG_KEEPS_ARGUMENTS,
                 .code = -1,
                 .elapsed = 3,
                 .domain = "g-io-error-quark",
                 .message = "Gr\303\266\303\237e",
                 .trace = "line 1\nline 2\n" } } },
  { "error-bare", TRUE, { .type = FUT_MESSAGE_ERROR, .id = 9, .error = { .code = G_MAXINT } } },
  { "progress",
    TRUE,
    { .type = FUT_MESSAGE_PROGRESS, .id = 5, .progress = { 0.25, TRUE, "a \342\202\254" } } },
  { "progress-unknown",
    TRUE,
    { .type = FUT_MESSAGE_PROGRESS, .id = 5, .progress = { .progress = -1 } } },
  { "progress-empty-status",
    TRUE,
    { .type = FUT_MESSAGE_PROGRESS, .id = 5, .progress = { 1, TRUE, "" } } },
  { "bell", TRUE, { .type = FUT_MESSAGE_BELL } },
  { "offer", TRUE, { .type = FUT_MESSAGE_OFFER, .region = { 1 << 20 } } },
  { "release", TRUE, { .type = FUT_MESSAGE_RELEASE, .id = G_MAXUINT64 } },
  { "welcome",
    FALSE,
    { .type = FUT_MESSAGE_WELCOME,
      .welcome = { .flags = FUT_WELCOME_FLAG_PAGE | FUT_WELCOME_FLAG_REGIONS,
                   .n_slots = FUT_MESSAGE_MAX_SLOTS,
                   .memory_limit = 1 << 30,
                   .name = "ProcessPoolExecutor-1_1" } } },
  { "welcome-bare", FALSE, { .type = FUT_MESSAGE_WELCOME } },
  { "define",
    FALSE,
    { .type = FUT_MESSAGE_DEFINE,
      .define = { FUT_MESSAGE_MAX_SIGNATURES - 1, "module:function", "(sa{sv}i)" } } },
  { "define-without-args", FALSE, { .type = FUT_MESSAGE_DEFINE, .define = { 0, "f", NULL } } },
  CALL ("call", .signature = 3, .slot = 1023, .generation = G_MAXUINT32, INLINE (13)),
  CALL ("call-without-args", .signature = 4095),
  CALL ("call-empty", INLINE (0)),
  CALL ("call-region", .signature = 1, .slot = 2, .generation = 5, REGION (128, 1 << 20)),
  { "initializer", FALSE, { .type = FUT_MESSAGE_CALL, .call = { INLINE (16) } } },
  { "cancel", FALSE, { .type = FUT_MESSAGE_CANCEL, .id = 7 } },
  { "grant",
    FALSE,
    { .type = FUT_MESSAGE_GRANT, .region = { G_GUINT64_CONSTANT (4) * 1024 * 1024 * 1024 } } },
  { "stop", FALSE, { .type = FUT_MESSAGE_STOP } },
};

const MessageSample *
message_samples_get (guint *n_samples)
{
  *n_samples = G_N_ELEMENTS (samples);
  return samples;
}
