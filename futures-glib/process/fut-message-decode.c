/* fut-message-decode.c: bytes to messages; nothing that comes in is trusted
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-error.h"
#include "fut-message-layout.h"
#include "fut-region.h"

#include <string.h>

/* What a type of message may look like. */
typedef struct
{
  const char *name;     /* NULL: there is no such type */
  gsize       n_fixed;
  guint64     n_most;   /* of what follows the fixed part */
  gboolean    has_id;
} Shape;

/* What is left of the body of a frame that is there whole. The first fault is kept. */
typedef struct
{
  const guint8 *next;
  gsize         n_left;
  const char   *fault;   /* NULL while all is right */
} Body;

#define FIRST_OF_PARENT FUT_MESSAGE_WELCOME
#define LABEL_ROOM (FUT_MESSAGE_MAX_LABEL_BYTES + 1)
#define NAME_ROOM (FUT_MESSAGE_MAX_NAME_BYTES + 1)
#define TYPE_ROOM (FUT_MESSAGE_MAX_TYPE_BYTES + 1)
#define TEXT_ROOM (FUT_MESSAGE_MAX_TEXT_BYTES + 1)
#define STATUS_ROOM (FUT_MESSAGE_MAX_STATUS_BYTES + 1)

static const Shape worker_shapes[] = {
  [FUT_MESSAGE_HELLO] = { "HELLO", sizeof (FutFrameHello), 2 * LABEL_ROOM + NAME_ROOM, FALSE },
  [FUT_MESSAGE_RESULT] = { "RESULT", sizeof (FutFrameResult), TYPE_ROOM + FUT_PAYLOAD_MAX_BYTES,
                           TRUE },
  [FUT_MESSAGE_ERROR] = { "ERROR", sizeof (FutFrameError), LABEL_ROOM + 2 * TEXT_ROOM, TRUE },
  [FUT_MESSAGE_PROGRESS] = { "PROGRESS", sizeof (FutFrameProgress), STATUS_ROOM, TRUE },
  [FUT_MESSAGE_BELL] = { "BELL", 0, 0, FALSE },
  [FUT_MESSAGE_OFFER] = { "OFFER", sizeof (FutFrameRegion), 0, FALSE },
  [FUT_MESSAGE_RELEASE] = { "RELEASE", 0, 0, TRUE },
};

static const Shape parent_shapes[] = {
  [FUT_MESSAGE_WELCOME - FIRST_OF_PARENT] = { "WELCOME", sizeof (FutFrameWelcome), LABEL_ROOM,
                                              FALSE },
  [FUT_MESSAGE_DEFINE - FIRST_OF_PARENT] = { "DEFINE", sizeof (FutFrameDefine),
                                             NAME_ROOM + TYPE_ROOM, FALSE },
  [FUT_MESSAGE_CALL - FIRST_OF_PARENT] = { "CALL", sizeof (FutFrameCall), FUT_PAYLOAD_MAX_BYTES,
                                           TRUE },
  [FUT_MESSAGE_CANCEL - FIRST_OF_PARENT] = { "CANCEL", 0, 0, TRUE },
  [FUT_MESSAGE_GRANT - FIRST_OF_PARENT] = { "GRANT", sizeof (FutFrameRegion), 0, FALSE },
  [FUT_MESSAGE_STOP - FIRST_OF_PARENT] = { "STOP", 0, 0, FALSE },
};

static const Shape *
get_shape (guint type, gboolean from_worker)
{
  if (from_worker)
    return type > 0 && type < G_N_ELEMENTS (worker_shapes) ? &worker_shapes[type] : NULL;
  if (type < FIRST_OF_PARENT || type - FIRST_OF_PARENT >= G_N_ELEMENTS (parent_shapes))
    return NULL;
  return &parent_shapes[type - FIRST_OF_PARENT];
}

static const char *
order_name (gboolean foreign)
{
  return foreign == (G_BYTE_ORDER == G_LITTLE_ENDIAN) ? "big-endian" : "little-endian";
}

/* Checks the first four bytes. They tell the version and the byte order whatever these are. */
static gboolean
check_start (const guint8 *bytes, gsize n_bytes, GError **error)
{
  const guint8 foreign_order = FUT_MESSAGE_BYTE_ORDER == 'l' ? 'B' : 'l';
  guint16 magic;
  gboolean native;
  gboolean foreign;

  memcpy (&magic, bytes, sizeof magic);
  native = magic == FUT_MESSAGE_MAGIC && bytes[3] == FUT_MESSAGE_BYTE_ORDER;
  foreign = magic == GUINT16_SWAP_LE_BE (FUT_MESSAGE_MAGIC) && bytes[3] == foreign_order;
  if (G_LIKELY (native && bytes[2] == FUT_PROTOCOL_VERSION))
    return TRUE;

  if (!native && !foreign)
    {
      g_autofree char *start = g_strndup ((const char *) bytes, MIN (n_bytes, 48));
      g_autofree char *escaped = g_strescape (start, NULL);

      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "what came is not a message: “%s”",
                   escaped);
    }
  else if (bytes[2] != FUT_PROTOCOL_VERSION)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                   "the other end speaks version %u of the protocol, and this one version %u",
                   bytes[2], FUT_PROTOCOL_VERSION);
    }
  else
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "the other end is %s, and this one %s",
                   order_name (TRUE), order_name (FALSE));
    }
  return FALSE;
}

static const Shape *
check_header (const FutFrameHeader *header, gboolean from_worker, GError **error)
{
  const Shape *shape = get_shape (header->type, from_worker);

  if (shape == NULL)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "a %s sends no messages of type %u",
                   from_worker ? "worker" : "parent", header->type);
      return NULL;
    }
  if (header->body_bytes % FUT_MESSAGE_ALIGNMENT != 0 || header->body_bytes < shape->n_fixed ||
      header->body_bytes > shape->n_fixed + shape->n_most + 2 * FUT_MESSAGE_ALIGNMENT)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                   "a %s message cannot have a body of %u bytes", shape->name, header->body_bytes);
      return NULL;
    }
  if (header->zero1 != 0 || header->zero2 != 0 || (header->id != 0 && !shape->has_id))
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "the header of a %s message is malformed",
                   shape->name);
      return NULL;
    }
  return shape;
}

static void
check (Body *body, gboolean right, const char *fault)
{
  if (G_UNLIKELY (!right) && body->fault == NULL)
    body->fault = fault;
}

/* header and shape have been checked, so that a fixed part is there. */
static void
take_fixed (Body *body, gpointer fixed, gsize n_fixed)
{
  memcpy (fixed, body->next, n_fixed);
  body->next += n_fixed;
  body->n_left -= n_fixed;
}

/* Most are short and of ASCII, which is seen faster than by a call. */
static gboolean
is_text (const char *text, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    if ((signed char) text[i] <= 0 || i == 64)
      return g_utf8_validate (text + i, (gssize) (n_bytes - i), NULL);
  return TRUE;
}

static const char *
take_text (Body *body, gsize n_bytes, gsize limit, const char *fault)
{
  const char *text = (const char *) body->next;

  if (n_bytes == 0)
    return "";
  if (n_bytes > limit || n_bytes >= body->n_left || text[n_bytes] != 0 || !is_text (text, n_bytes))
    {
      check (body, FALSE, fault);
      return "";
    }
  body->next += n_bytes + 1;
  body->n_left -= n_bytes + 1;
  return text;
}

/* After texts and after a payload: bodies are 8-aligned and a multiple of 8 bytes long. */
static void
take_padding (Body *body)
{
  gsize n_padding = body->n_left % FUT_MESSAGE_ALIGNMENT;

  for (gsize i = 0; i < n_padding; i++)
    check (body, body->next[i] == 0, "the padding is not zero");
  body->next += n_padding;
  body->n_left -= n_padding;
}

static const char *
take_type (Body *body, gsize n_bytes)
{
  const char *type = take_text (body, n_bytes, FUT_MESSAGE_MAX_TYPE_BYTES, "the type is no text");

  take_padding (body);
  return type;
}

static const guint8 *
take_payload (Body *body, guint place, guint64 offset, guint64 n_bytes)
{
  const guint8 *payload = body->next;

  check (body, n_bytes <= FUT_PAYLOAD_MAX_BYTES, "the payload is too large");
  switch (place)
    {
    case FUT_PLACE_NONE:
      check (body, n_bytes == 0 && offset == 0, "a payload that is nowhere has a place");
      return NULL;
    case FUT_PLACE_INLINE:
      check (body, offset == 0, "a payload in the frame has an offset");
      if (body->fault != NULL || n_bytes > body->n_left)
        {
          check (body, FALSE, "the payload is longer than the message");
          return NULL;
        }
      body->next += n_bytes;
      body->n_left -= n_bytes;
      take_padding (body);
      return payload;
    case FUT_PLACE_REGION:
      check (body, n_bytes > 0 && offset % FUT_MESSAGE_ALIGNMENT == 0, "the payload is misplaced");
      check (body, offset <= FUT_REGION_MAX_BYTES, "the payload is outside of any region");
      return NULL;
    default:
      check (body, FALSE, "the payload's place is unknown");
      return NULL;
    }
}

static void
take_hello (Body *body, FutMessage *message)
{
  FutFrameHello fixed;

  take_fixed (body, &fixed, sizeof fixed);
  check (body, fixed.zero == 0, "a field is not zero");
  check (body, fixed.pid != 0, "there is no pid");
  message->hello.pid = fixed.pid;
  message->hello.identity = fixed.identity;
  message->hello.version =
    take_text (body, fixed.version_bytes, FUT_MESSAGE_MAX_LABEL_BYTES, "the version is no text");
  message->hello.language =
    take_text (body, fixed.language_bytes, FUT_MESSAGE_MAX_LABEL_BYTES, "the language is no text");
  message->hello.program =
    take_text (body, fixed.program_bytes, FUT_MESSAGE_MAX_NAME_BYTES, "the program is no text");
  take_padding (body);
}

static void
take_welcome (Body *body, FutMessage *message)
{
  FutFrameWelcome fixed;

  take_fixed (body, &fixed, sizeof fixed);
  check (body, fixed.zero == 0, "a field is not zero");
  check (body, (fixed.flags & ~(guint) (FUT_WELCOME_FLAG_PAGE | FUT_WELCOME_FLAG_REGIONS)) == 0,
         "a flag is unknown");
  check (body, fixed.n_slots <= FUT_MESSAGE_MAX_SLOTS, "there are too many slots");
  message->welcome.flags = fixed.flags;
  message->welcome.n_slots = fixed.n_slots;
  message->welcome.memory_limit = fixed.memory_limit;
  message->welcome.name =
    take_text (body, fixed.name_bytes, FUT_MESSAGE_MAX_LABEL_BYTES, "the name is no text");
  take_padding (body);
}

static void
take_define (Body *body, FutMessage *message)
{
  FutFrameDefine fixed;

  take_fixed (body, &fixed, sizeof fixed);
  check (body, fixed.signature < FUT_MESSAGE_MAX_SIGNATURES, "the signature is out of range");
  message->define.signature = fixed.signature;
  message->define.function = take_text (body, fixed.function_bytes, FUT_MESSAGE_MAX_NAME_BYTES,
                                        "the function's name is no text");
  message->define.args_type = take_type (body, fixed.type_bytes);
  check (body,
         message->define.args_type[0] == 0 ||
           fut_message_check_type (message->define.args_type, NULL),
         "the type is not one that can be sent");
}

static void
take_call (Body *body, FutMessage *message)
{
  FutFrameCall fixed;

  take_fixed (body, &fixed, sizeof fixed);
  check (body, fixed.signature < FUT_MESSAGE_MAX_SIGNATURES, "the signature is out of range");
  check (body, fixed.slot < FUT_MESSAGE_MAX_SLOTS, "the slot is out of range");
  message->call.signature = fixed.signature;
  message->call.slot = fixed.slot;
  message->call.generation = fixed.generation;
  message->call.place = fixed.place;
  message->call.offset = fixed.offset;
  message->call.n_bytes = fixed.n_bytes;
  message->call.payload = take_payload (body, fixed.place, fixed.offset, fixed.n_bytes);
}

/* The type and the place that a result of its kind must have. */
static void
check_kind (Body *body, const FutFrameResult *fixed, const char *type)
{
  gboolean has_type = type[0] != 0;
  gboolean is_scalar = fixed->place == FUT_PLACE_INLINE && fixed->n_bytes == 8;

  switch (fixed->kind)
    {
    case FUT_WIRE_NOTHING:
      check (body, fixed->place == FUT_PLACE_NONE, "nothing has a payload");
      break;
    case FUT_WIRE_BOOLEAN:
      check (body, fixed->place == FUT_PLACE_INLINE && fixed->n_bytes == 1, "a boolean is no byte");
      break;
    case FUT_WIRE_INT64:
    case FUT_WIRE_DOUBLE:
    case FUT_WIRE_VALUE:
      check (body, is_scalar, "a number is not 8 bytes long");
      break;
    case FUT_WIRE_STRING:
      check (body, fixed->place == FUT_PLACE_NONE || fixed->n_bytes > 0, "a string has no end");
      break;
    case FUT_WIRE_VARIANT:
      check (body, has_type ? fut_message_check_type (type, NULL) : fixed->place == FUT_PLACE_NONE,
             "the type is not one that can be sent");
      break;
    case FUT_WIRE_BYTES:
      break;
    default:
      check (body, FALSE, "the kind is unknown");
      break;
    }
  if (fixed->kind == FUT_WIRE_VALUE)
    check (body, has_type, "there is no type");
  else if (fixed->kind != FUT_WIRE_VARIANT)
    check (body, !has_type, "there is a type");
}

static void
take_result (Body *body, FutMessage *message)
{
  FutFrameResult fixed;

  take_fixed (body, &fixed, sizeof fixed);
  check (body, fixed.zero == 0, "a field is not zero");
  check (body, (fixed.flags & ~(guint) FUT_RESULT_FLAG_KEEPS_ARGUMENTS) == 0, "a flag is unknown");
  check (body, fixed.result_slot < FUT_MESSAGE_MAX_RESULT_SLOTS, "the slot is out of range");
  check (body, fixed.place == FUT_PLACE_REGION || fixed.result_slot == 0, "a slot is not needed");
  message->result.kind = fixed.kind;
  message->result.flags = fixed.flags;
  message->result.place = fixed.place;
  message->result.result_slot = fixed.result_slot;
  message->result.elapsed = fixed.elapsed;
  message->result.offset = fixed.offset;
  message->result.n_bytes = fixed.n_bytes;
  message->result.type = fixed.type_bytes > 0 ? take_type (body, fixed.type_bytes) : "";
  message->result.payload = take_payload (body, fixed.place, fixed.offset, fixed.n_bytes);
  check_kind (body, &fixed, message->result.type);
}

static void
take_error (Body *body, FutMessage *message)
{
  FutFrameError fixed;

  take_fixed (body, &fixed, sizeof fixed);
  check (body, fixed.zero == 0, "a field is not zero");
  check (body, (fixed.flags & ~(guint) FUT_RESULT_FLAG_KEEPS_ARGUMENTS) == 0, "a flag is unknown");
  message->error.flags = fixed.flags;
  message->error.code = fixed.code;
  message->error.elapsed = fixed.elapsed;
  message->error.domain =
    take_text (body, fixed.domain_bytes, FUT_MESSAGE_MAX_LABEL_BYTES, "the domain is no text");
  message->error.message =
    take_text (body, fixed.message_bytes, FUT_MESSAGE_MAX_TEXT_BYTES, "the message is no text");
  message->error.trace =
    take_text (body, fixed.trace_bytes, FUT_MESSAGE_MAX_TEXT_BYTES, "the trace is no text");
  take_padding (body);
}

static void
take_progress (Body *body, FutMessage *message)
{
  FutFrameProgress fixed;

  take_fixed (body, &fixed, sizeof fixed);
  check (body, fixed.progress == -1 || (fixed.progress >= 0 && fixed.progress <= 1),
         "the progress is out of range");
  check (body, fixed.has_status <= 1 && (fixed.has_status == 1 || fixed.status_bytes == 0),
         "there is a status that is none");
  message->progress.progress = fixed.progress;
  message->progress.has_status = fixed.has_status != 0;
  message->progress.status =
    take_text (body, fixed.status_bytes, FUT_MESSAGE_MAX_STATUS_BYTES, "the status is no text");
  take_padding (body);
  if (!message->progress.has_status)
    message->progress.status = NULL;
}

static void
take_region (Body *body, FutMessage *message)
{
  FutFrameRegion fixed;

  take_fixed (body, &fixed, sizeof fixed);
  check (body, fixed.n_bytes > 0 && fixed.n_bytes <= FUT_REGION_MAX_BYTES,
         "no region has that size");
  message->region.n_bytes = fixed.n_bytes;
}

static void
take_body (Body *body, FutMessage *message)
{
  switch (message->type)
    {
    case FUT_MESSAGE_CALL:
      take_call (body, message);
      break;
    case FUT_MESSAGE_RESULT:
      take_result (body, message);
      break;
    case FUT_MESSAGE_ERROR:
      take_error (body, message);
      break;
    case FUT_MESSAGE_PROGRESS:
      take_progress (body, message);
      break;
    case FUT_MESSAGE_HELLO:
      take_hello (body, message);
      break;
    case FUT_MESSAGE_WELCOME:
      take_welcome (body, message);
      break;
    case FUT_MESSAGE_DEFINE:
      take_define (body, message);
      break;
    case FUT_MESSAGE_OFFER:
    case FUT_MESSAGE_GRANT:
      take_region (body, message);
      break;
    case FUT_MESSAGE_BELL:
    case FUT_MESSAGE_RELEASE:
    case FUT_MESSAGE_CANCEL:
    case FUT_MESSAGE_STOP:
    default:
      break;
    }
  check (body, body->n_left == 0, "it is longer than what it holds");
}

gssize
fut_message_decode (const guint8 *bytes, gsize n_bytes, gboolean from_worker, FutMessage *message,
                    GError **error)
{
  FutFrameHeader header;
  Body body = { .fault = NULL };
  const Shape *shape;

  if (n_bytes < 4)
    return 0;
  if (!check_start (bytes, n_bytes, error))
    return -1;
  if (n_bytes < sizeof header)
    return 0;
  memcpy (&header, bytes, sizeof header);
  shape = check_header (&header, from_worker, error);
  if (shape == NULL)
    return -1;
  if (n_bytes - sizeof header < header.body_bytes)
    return 0;

  message->type = header.type;
  message->id = header.id;
  body.next = bytes + sizeof header;
  body.n_left = header.body_bytes;
  take_body (&body, message);
  if (body.fault != NULL)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "a %s message is malformed: %s",
                   shape->name, body.fault);
      return -1;
    }
  return (gssize) (sizeof header + header.body_bytes);
}
