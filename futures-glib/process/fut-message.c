/* fut-message.c: messages to bytes, and what of a message both directions know
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-message.h"
#include "fut-error.h"
#include "fut-message-layout.h"

#include <gio/gio.h>
#include <string.h>

/* A text on its way into a frame. */
typedef struct
{
  const char *bytes;
  gsize       n_bytes;
  char       *owned;    /* NULL if `bytes` is lent */
} Text;

/* What comes after the fixed part. */
typedef struct
{
  Text          texts[3];
  guint         n_texts;
  gsize         n_payload;
  const guint8 *payload;   /* NULL: room is left for it */
} Tail;

gsize
fut_message_cut_text (const char *text, gsize n_bytes, gsize limit)
{
  gsize n = limit;

  if (n_bytes <= limit)
    return n_bytes;
  while (n > 0 && ((guchar) text[n] & 0xc0) == 0x80)
    n--;
  return n;
}

static gsize
add_text (Tail *tail, const char *bytes, gsize limit)
{
  Text *text = &tail->texts[tail->n_texts++];

  text->bytes = bytes != NULL ? bytes : "";
  text->n_bytes = strlen (text->bytes);
  text->owned = NULL;
  if (text->n_bytes > 0 && !g_utf8_validate (text->bytes, (gssize) text->n_bytes, NULL))
    {
      text->owned = g_utf8_make_valid (text->bytes, (gssize) text->n_bytes);
      text->bytes = text->owned;
      text->n_bytes = strlen (text->bytes);
    }
  text->n_bytes = fut_message_cut_text (text->bytes, text->n_bytes, limit);
  return text->n_bytes;
}

/* A type, or the name of one: it was checked, and is never cut. */
static gsize
add_type (Tail *tail, const char *type)
{
  gsize n_bytes = type != NULL ? strlen (type) : 0;

  g_assert (n_bytes <= FUT_MESSAGE_MAX_TYPE_BYTES);
  tail->texts[tail->n_texts++] = (Text){ type, n_bytes, NULL };
  return n_bytes;
}

static gsize
text_room (gsize n_bytes)
{
  return n_bytes > 0 ? n_bytes + 1 : 0;
}

static guint8 *
put_text (guint8 *to, Text *text)
{
  if (text->n_bytes > 0)
    {
      memcpy (to, text->bytes, text->n_bytes);
      to[text->n_bytes] = 0;
      to += text->n_bytes + 1;
    }
  g_free (text->owned);
  return to;
}

/* Writes a frame whose fixed part is known. Returns where its payload is. */
static guint8 *
put_frame (FutBuffer *buffer, const FutMessage *message, gconstpointer fixed, gsize n_fixed,
           Tail *tail)
{
  FutFrameHeader header = { FUT_MESSAGE_MAGIC, FUT_PROTOCOL_VERSION, FUT_MESSAGE_BYTE_ORDER,
                            message->type, 0, message->id, 0, 0 };
  gsize n_texts = 0;
  gsize n_body;
  guint8 *start;
  guint8 *to;
  guint8 *payload;

  for (guint i = 0; i < tail->n_texts; i++)
    n_texts += text_room (tail->texts[i].n_bytes);
  n_body = n_fixed + fut_message_align (n_texts) + fut_message_align (tail->n_payload);
  header.body_bytes = n_body;

  start = fut_buffer_reserve (buffer, sizeof header + n_body);
  memcpy (start, &header, sizeof header);
  to = start + sizeof header;
  if (n_fixed > 0)
    memcpy (to, fixed, n_fixed);
  to += n_fixed;
  for (guint i = 0; i < tail->n_texts; i++)
    to = put_text (to, &tail->texts[i]);
  memset (to, 0, fut_message_align (n_texts) - n_texts);
  to += fut_message_align (n_texts) - n_texts;

  payload = to;
  if (tail->payload != NULL && tail->n_payload > 0)
    memcpy (to, tail->payload, tail->n_payload);
  to += tail->n_payload;
  memset (to, 0, fut_message_align (tail->n_payload) - tail->n_payload);
  fut_buffer_commit (buffer, sizeof header + n_body);
  return payload;
}

static void
put_hello (FutBuffer *buffer, const FutMessage *message)
{
  Tail tail = { .n_texts = 0 };
  FutFrameHello fixed = { .pid = message->hello.pid, .identity = message->hello.identity };

  fixed.version_bytes = add_text (&tail, message->hello.version, FUT_MESSAGE_MAX_LABEL_BYTES);
  fixed.language_bytes = add_text (&tail, message->hello.language, FUT_MESSAGE_MAX_LABEL_BYTES);
  fixed.program_bytes = add_text (&tail, message->hello.program, FUT_MESSAGE_MAX_NAME_BYTES);
  put_frame (buffer, message, &fixed, sizeof fixed, &tail);
}

static void
put_welcome (FutBuffer *buffer, const FutMessage *message)
{
  Tail tail = { .n_texts = 0 };
  FutFrameWelcome fixed = {
    .flags = message->welcome.flags,
    .n_slots = message->welcome.n_slots,
    .memory_limit = message->welcome.memory_limit,
  };

  fixed.name_bytes = add_text (&tail, message->welcome.name, FUT_MESSAGE_MAX_LABEL_BYTES);
  put_frame (buffer, message, &fixed, sizeof fixed, &tail);
}

static void
put_define (FutBuffer *buffer, const FutMessage *message)
{
  Tail tail = { .n_texts = 0 };
  FutFrameDefine fixed = { .signature = message->define.signature };

  g_assert (strlen (message->define.function) <= FUT_MESSAGE_MAX_NAME_BYTES);
  fixed.function_bytes = add_text (&tail, message->define.function, FUT_MESSAGE_MAX_NAME_BYTES);
  fixed.type_bytes = add_type (&tail, message->define.args_type);
  put_frame (buffer, message, &fixed, sizeof fixed, &tail);
}

static guint8 *
put_call (FutBuffer *buffer, const FutMessage *message)
{
  gboolean is_inline = message->call.place == FUT_PLACE_INLINE;
  Tail tail = { .n_payload = is_inline ? message->call.n_bytes : 0,
                .payload = message->call.payload };
  FutFrameCall fixed = {
    .signature = message->call.signature,
    .slot = message->call.slot,
    .generation = message->call.generation,
    .place = message->call.place,
    .offset = message->call.offset,
    .n_bytes = message->call.n_bytes,
  };

  g_assert (message->call.n_bytes <= FUT_PAYLOAD_MAX_BYTES);
  return put_frame (buffer, message, &fixed, sizeof fixed, &tail);
}

static guint8 *
put_result (FutBuffer *buffer, const FutMessage *message)
{
  gboolean is_inline = message->result.place == FUT_PLACE_INLINE;
  Tail tail = { .n_payload = is_inline ? message->result.n_bytes : 0,
                .payload = message->result.payload };
  FutFrameResult fixed = {
    .kind = message->result.kind,
    .place = message->result.place,
    .flags = message->result.flags,
    .result_slot = message->result.result_slot,
    .elapsed = message->result.elapsed,
    .offset = message->result.offset,
    .n_bytes = message->result.n_bytes,
  };

  g_assert (message->result.n_bytes <= FUT_PAYLOAD_MAX_BYTES);
  fixed.type_bytes = add_type (&tail, message->result.type);
  return put_frame (buffer, message, &fixed, sizeof fixed, &tail);
}

static void
put_error (FutBuffer *buffer, const FutMessage *message)
{
  Tail tail = { .n_texts = 0 };
  FutFrameError fixed = {
    .flags = message->error.flags,
    .code = message->error.code,
    .elapsed = message->error.elapsed,
  };

  fixed.domain_bytes = add_text (&tail, message->error.domain, FUT_MESSAGE_MAX_LABEL_BYTES);
  fixed.message_bytes = add_text (&tail, message->error.message, FUT_MESSAGE_MAX_TEXT_BYTES);
  fixed.trace_bytes = add_text (&tail, message->error.trace, FUT_MESSAGE_MAX_TEXT_BYTES);
  put_frame (buffer, message, &fixed, sizeof fixed, &tail);
}

static void
put_progress (FutBuffer *buffer, const FutMessage *message)
{
  Tail tail = { .n_texts = 0 };
  FutFrameProgress fixed = {
    .progress = message->progress.progress,
    .has_status = message->progress.has_status ? 1 : 0,
  };

  if (message->progress.has_status)
    fixed.status_bytes = add_text (&tail, message->progress.status, FUT_MESSAGE_MAX_STATUS_BYTES);
  put_frame (buffer, message, &fixed, sizeof fixed, &tail);
}

static void
put_region (FutBuffer *buffer, const FutMessage *message)
{
  Tail tail = { .n_texts = 0 };
  FutFrameRegion fixed = { .n_bytes = message->region.n_bytes };

  put_frame (buffer, message, &fixed, sizeof fixed, &tail);
}

static void
put_empty (FutBuffer *buffer, const FutMessage *message)
{
  Tail tail = { .n_texts = 0 };

  put_frame (buffer, message, NULL, 0, &tail);
}

void
fut_message_encode (FutBuffer *buffer, const FutMessage *message, guint8 **payload)
{
  guint8 *room = NULL;

  switch (message->type)
    {
    case FUT_MESSAGE_CALL:
      room = put_call (buffer, message);
      break;
    case FUT_MESSAGE_RESULT:
      room = put_result (buffer, message);
      break;
    case FUT_MESSAGE_ERROR:
      put_error (buffer, message);
      break;
    case FUT_MESSAGE_PROGRESS:
      put_progress (buffer, message);
      break;
    case FUT_MESSAGE_HELLO:
      put_hello (buffer, message);
      break;
    case FUT_MESSAGE_WELCOME:
      put_welcome (buffer, message);
      break;
    case FUT_MESSAGE_DEFINE:
      put_define (buffer, message);
      break;
    case FUT_MESSAGE_OFFER:
    case FUT_MESSAGE_GRANT:
      put_region (buffer, message);
      break;
    case FUT_MESSAGE_BELL:
    case FUT_MESSAGE_RELEASE:
    case FUT_MESSAGE_CANCEL:
    case FUT_MESSAGE_STOP:
      put_empty (buffer, message);
      break;
    default:
      g_assert_not_reached ();
    }
  if (payload != NULL)
    *payload = room;
}

static gboolean
is_basic_type (char type)
{
  switch (type)
    {
    case 'b':
    case 'y':
    case 'n':
    case 'q':
    case 'i':
    case 'u':
    case 'x':
    case 't':
    case 'd':
    case 's':
    case 'o':
    case 'g':
    case 'v':
      return TRUE;
    default:
      return FALSE;
    }
}

/* "i", "as", "(idb)" and the like, without the general parser. */
static gboolean
is_simple_type (const char *type)
{
  const char *p = type;
  gboolean in_tuple = *p == '(';

  if (in_tuple)
    p++;
  do
    {
      gboolean is_array = *p == 'a';

      if (is_array)
        p++;
      if (!is_basic_type (*p))
        return in_tuple && !is_array && p[0] == ')' && p[1] == 0;
      p++;
    }
  while (in_tuple);
  return *p == 0;
}

gboolean
fut_message_check_type (const char *type, GError **error)
{
  gsize n_bytes = strlen (type);

  if (n_bytes > FUT_MESSAGE_MAX_TYPE_BYTES)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_TOO_LARGE,
                   "a type string of %" G_GSIZE_FORMAT " bytes is above the limit of %d", n_bytes,
                   FUT_MESSAGE_MAX_TYPE_BYTES);
      return FALSE;
    }
  if (is_simple_type (type))
    return TRUE;
  if (!g_variant_type_string_is_valid (type) || strpbrk (type, "*?r") != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "“%s” is not the type of a value that can be sent", type);
      return FALSE;
    }
  if (strchr (type, 'h') != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "values of the type “%s” cannot be sent: they hold handles", type);
      return FALSE;
    }
  return TRUE;
}
