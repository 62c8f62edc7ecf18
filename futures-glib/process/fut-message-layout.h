/* fut-message-layout.h: how a message lies in memory; docs/wire-protocol.md has it in tables
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-message.h"

G_BEGIN_DECLS

/* A frame is a header, then the fixed part of its type, then its texts, zeros up to a multiple of 8,
 * the payload if it has one, and again zeros up to a multiple of 8. A text of n > 0 bytes takes n + 1
 * with its zero, an empty one takes none. `zero` fields and padding are zero, so that one message has
 * one form. Numbers are in the byte order of the sender.
 */

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define FUT_MESSAGE_BYTE_ORDER 'l'
#else
#define FUT_MESSAGE_BYTE_ORDER 'B'
#endif

typedef struct
{
  guint16 magic;       /* FUT_MESSAGE_MAGIC */
  guint8  version;     /* FUT_PROTOCOL_VERSION */
  guint8  byte_order;  /* 'l' or 'B', as in D-Bus */
  guint16 type;
  guint16 zero1;
  guint64 id;
  guint32 body_bytes;  /* of all that follows the header; a multiple of 8 */
  guint32 zero2;
} FutFrameHeader;

typedef struct
{
  guint32 pid;
  guint16 version_bytes;
  guint16 language_bytes;
  guint64 identity;
  guint32 program_bytes;
  guint32 zero;
} FutFrameHello;

typedef struct
{
  guint32 flags;
  guint32 n_slots;
  guint64 memory_limit;
  guint32 name_bytes;
  guint32 zero;
} FutFrameWelcome;

typedef struct
{
  guint32 signature;
  guint16 function_bytes;
  guint16 type_bytes;
} FutFrameDefine;

typedef struct
{
  guint32 signature;
  guint32 slot;
  guint32 generation;
  guint32 place;
  guint64 offset;
  guint64 n_bytes;
} FutFrameCall;

typedef struct
{
  guint8  kind;
  guint8  place;
  guint16 type_bytes;
  guint32 flags;
  guint32 result_slot;
  guint32 zero;
  guint64 elapsed;
  guint64 offset;
  guint64 n_bytes;
} FutFrameResult;

typedef struct
{
  guint32 flags;
  gint32  code;
  guint64 elapsed;
  guint32 domain_bytes;
  guint32 message_bytes;
  guint32 trace_bytes;
  guint32 zero;
} FutFrameError;

typedef struct
{
  double  progress;
  guint32 has_status;
  guint32 status_bytes;
} FutFrameProgress;

typedef struct
{
  guint64 n_bytes;
} FutFrameRegion;

G_STATIC_ASSERT (sizeof (FutFrameHeader) == FUT_MESSAGE_HEADER_BYTES);
G_STATIC_ASSERT (sizeof (FutFrameHello) == 24);
G_STATIC_ASSERT (sizeof (FutFrameWelcome) == 24);
G_STATIC_ASSERT (sizeof (FutFrameDefine) == 8);
G_STATIC_ASSERT (sizeof (FutFrameCall) == 32);
G_STATIC_ASSERT (sizeof (FutFrameResult) == 40);
G_STATIC_ASSERT (sizeof (FutFrameError) == 32);
G_STATIC_ASSERT (sizeof (FutFrameProgress) == 16);
G_STATIC_ASSERT (sizeof (FutFrameRegion) == 8);

static inline guint64
fut_message_align (guint64 n_bytes)
{
  return (n_bytes + FUT_MESSAGE_ALIGNMENT - 1) & ~(guint64) (FUT_MESSAGE_ALIGNMENT - 1);
}

G_END_DECLS
