/* fut-buffer.h: bytes that are appended at the end and taken from the start
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A growing run of bytes. The start is always 8-aligned as long as what is taken is a multiple of 8
 * bytes long. It never shrinks below FUT_BUFFER_KEEP_BYTES once it was that large, and is trimmed to
 * that when it runs empty.
 */
#define FUT_BUFFER_KEEP_BYTES (256 * 1024)

typedef struct
{
  guint8 *bytes;     /* owned */
  gsize   start;     /* what stands before it was taken */
  gsize   end;
  gsize   size;      /* allocated */
} FutBuffer;

void    fut_buffer_clear   (FutBuffer *self);

/* Room for @n more bytes at the end; fut_buffer_commit() says how many were written there. */
guint8 *fut_buffer_reserve (FutBuffer *self, gsize n);
void    fut_buffer_commit  (FutBuffer *self, gsize n);
void    fut_buffer_take    (FutBuffer *self, gsize n);

static inline gsize
fut_buffer_get_length (const FutBuffer *self)
{
  return self->end - self->start;
}

static inline guint8 *
fut_buffer_get_bytes (const FutBuffer *self)
{
  return self->bytes + self->start;
}

G_END_DECLS
