/* fut-message.h: bytes to messages and back: the wire protocol's codec, without any I/O
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-buffer.h"

G_BEGIN_DECLS

/* The protocol is described in docs/wire-protocol.md. Every limit of it stands here. */
#define FUT_PROTOCOL_VERSION 1
#define FUT_MESSAGE_MAGIC 0x7546             /* "Fu" on a little-endian machine */
#define FUT_MESSAGE_HEADER_BYTES 24
#define FUT_MESSAGE_ALIGNMENT 8              /* frames, and the payload in a frame */
#define FUT_MESSAGE_MAX_NAME_BYTES 4096      /* of a function; of a program's path, which is cut */
#define FUT_MESSAGE_MAX_LABEL_BYTES 255      /* of a version, a language, a worker, an error's domain;
                                              * longer ones are cut */
#define FUT_MESSAGE_MAX_TYPE_BYTES 255       /* of a GVariant's type string */
#define FUT_MESSAGE_MAX_TEXT_BYTES 65536     /* an error's message or trace; longer ones are cut */
#define FUT_MESSAGE_MAX_STATUS_BYTES 240     /* of a status; longer ones are cut */
#define FUT_MESSAGE_MAX_INLINE_BYTES 65536   /* payloads above it go through a region if there is one */
#define FUT_MESSAGE_MAX_SIGNATURES 4096      /* at a worker; then numbers are given again */
#define FUT_MESSAGE_MAX_SLOTS 1024           /* claim words in the shared page */
#define FUT_MESSAGE_MAX_RESULT_SLOTS 64      /* results in the worker's region at a time */
/* Of arguments and of a result. */
#define FUT_PAYLOAD_MAX_BYTES (G_GUINT64_CONSTANT (2) * 1024 * 1024 * 1024 - 65536)

typedef enum
{
  /* From the worker: */
  FUT_MESSAGE_HELLO = 1,   /* first of all */
  FUT_MESSAGE_RESULT,      /* a call ended with a value, or without one */
  FUT_MESSAGE_ERROR,       /* a call ended with an error */
  FUT_MESSAGE_PROGRESS,    /* progress and status of the call that runs: the last of them, or without
                            * a shared page any */
  FUT_MESSAGE_BELL,        /* with one: something changed in the page since it was armed */
  FUT_MESSAGE_OFFER,       /* a region of the worker's, whose descriptor comes along */
  FUT_MESSAGE_RELEASE,     /* the arguments of an earlier call are no longer used */

  /* From the parent: */
  FUT_MESSAGE_WELCOME = 64, /* first of all; the descriptor of the page may come along */
  FUT_MESSAGE_DEFINE,      /* a signature: a function's name and the type of its arguments */
  FUT_MESSAGE_CALL,        /* a call; id 0 is the initializer */
  FUT_MESSAGE_CANCEL,      /* asks the call of this id to stop, if it runs */
  FUT_MESSAGE_GRANT,       /* a region of the parent's, whose descriptor comes along */
  FUT_MESSAGE_STOP,        /* no more calls come: leave when all are done */
} FutMessageType;

/* Where the payload of a CALL or RESULT is. */
typedef enum
{
  FUT_PLACE_NONE,    /* there is none: a call without arguments, a result without a value */
  FUT_PLACE_INLINE,  /* in the frame */
  FUT_PLACE_REGION,  /* in the sender's newest region */
} FutPlace;

/* What a RESULT is; the numbers are part of the protocol. */
typedef enum
{
  FUT_WIRE_NOTHING,
  FUT_WIRE_BOOLEAN,  /* the payload is 1 byte, 0 or 1 */
  FUT_WIRE_INT64,    /* 8 bytes */
  FUT_WIRE_DOUBLE,   /* 8 bytes */
  FUT_WIRE_STRING,   /* UTF-8 with its final zero; no payload: NULL */
  FUT_WIRE_VARIANT,  /* serialised, of the type in `type`; no payload: NULL */
  FUT_WIRE_BYTES,    /* as they are; no payload: NULL */
  FUT_WIRE_VALUE,    /* a GValue of a basic type: its name is in `type`, the payload 8 bytes */
  FUT_WIRE_LAST = FUT_WIRE_VALUE,
} FutWireKind;

typedef enum
{
  FUT_RESULT_FLAG_KEEPS_ARGUMENTS = 1 << 0, /* the region's part is still used: RELEASE follows */
} FutResultFlags;

typedef enum
{
  FUT_WELCOME_FLAG_PAGE = 1 << 0,   /* the descriptor of the shared page comes along */
  FUT_WELCOME_FLAG_REGIONS = 1 << 1, /* regions may be used */
} FutWelcomeFlags;

/* One message. Texts and payloads point into the buffer that it was decoded from, or for encoding
 * to wherever they are; texts end in a zero, NULL stands for an empty one when encoding.
 */
typedef struct
{
  FutMessageType type;
  guint64        id;         /* RESULT, ERROR, PROGRESS, RELEASE, CALL, CANCEL: the call's; else 0 */

  union
  {
    struct
    {
      guint32     pid;        /* as the worker sees it */
      guint64     identity;   /* of the program file, see fut_page_get_identity(); 0 for none */
      const char *version;    /* of the library */
      const char *language;   /* such as "C" */
      const char *program;    /* path */
    } hello;
    struct
    {
      guint32     flags;        /* FutWelcomeFlags */
      guint32     n_slots;
      guint64     memory_limit; /* bytes; 0 for none */
      const char *name;         /* of the worker */
    } welcome;
    struct
    {
      guint32     signature;
      const char *function;
      const char *args_type;    /* "" for calls without arguments */
    } define;
    struct
    {
      guint32       signature;
      guint32       slot;         /* of the claim word */
      guint32       generation;   /* that the claim word must have */
      FutPlace      place;
      guint64       offset;       /* in the region */
      guint64       n_bytes;
      const guint8 *payload;      /* FUT_PLACE_INLINE; 8-aligned if the frame is */
    } call;
    struct
    {
      FutWireKind   kind;
      guint32       flags;        /* FutResultFlags */
      FutPlace      place;
      guint32       result_slot;  /* FUT_PLACE_REGION: its word in the shared page */
      guint64       elapsed;      /* µs */
      guint64       offset;
      guint64       n_bytes;
      const char   *type;         /* "" but for VARIANT and VALUE */
      const guint8 *payload;
    } result;
    struct
    {
      guint32     flags;          /* FutResultFlags */
      gint32      code;
      guint64     elapsed;        /* µs */
      const char *domain;
      const char *message;
      const char *trace;          /* "" for none */
    } error;
    struct
    {
      double      progress;       /* 0 to 1, or −1 */
      gboolean    has_status;     /* else it is NULL */
      const char *status;
    } progress;
    struct
    {
      guint64 n_bytes;
    } region;                     /* OFFER, GRANT */
  };
} FutMessage;

/* Appends a whole frame to @buffer. The payload of an inline CALL or RESULT is copied from `payload`;
 * if that is NULL, room is left for it, and *@payload (nullable) tells where. Texts above their
 * limits are cut at a character, and made valid UTF-8 if they are not; a function's name or a type
 * above its limit is a mistake of the caller.
 */
void   fut_message_encode (FutBuffer *buffer, const FutMessage *message, guint8 **payload);

/* Decodes the frame at the start of @bytes (8-aligned) into @message.
 *
 * Returns its length, a multiple of 8; 0 if it is not there whole yet; −1 with @error
 * (FUT_ERROR_PROTOCOL) if it breaks the protocol. @from_worker tells which types may come. What it
 * returns was checked: ranges, lengths, UTF-8, type strings (valid, definite, without handles). It
 * allocates nothing but the error.
 */
gssize fut_message_decode (const guint8 *bytes, gsize n_bytes, gboolean from_worker,
                           FutMessage *message, GError **error);

/* Whether values of @type can be sent: a definite type without handles (else the error is
 * G_IO_ERROR_NOT_SUPPORTED), within the limit (else FUT_ERROR_TOO_LARGE).
 */
gboolean fut_message_check_type (const char *type, GError **error);

/* How much of a text of @n_bytes is left when it is cut to @limit, at a character. */
gsize  fut_message_cut_text (const char *text, gsize n_bytes, gsize limit);

G_END_DECLS
