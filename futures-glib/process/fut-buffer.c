/* fut-buffer.c: bytes that are appended at the end and taken from the start
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-buffer.h"

#include <string.h>

#define MIN_BYTES 4096

void
fut_buffer_clear (FutBuffer *self)
{
  g_clear_pointer (&self->bytes, g_free);
  *self = (FutBuffer){ 0 };
}

/* Moving costs at most as much as was taken before, and growing doubles: both are cheap a byte. What
 * is 8-aligned stays so.
 */
guint8 *
fut_buffer_reserve (FutBuffer *self, gsize n)
{
  gsize n_used = fut_buffer_get_length (self);
  gsize start = self->start % 8;
  gsize needed = start + n_used + n;

  if (n <= self->size - self->end)
    return self->bytes + self->end;

  g_assert (needed >= n && needed <= G_MAXSIZE / 2);
  if (self->start != start && n_used > 0)
    memmove (self->bytes + start, self->bytes + self->start, n_used);
  if (needed > self->size || self->start < n_used)
    {
      self->size = MAX (MAX (needed, 2 * self->size), MIN_BYTES);
      self->bytes = g_realloc (self->bytes, self->size);
    }
  self->start = start;
  self->end = start + n_used;
  return self->bytes + self->end;
}

void
fut_buffer_commit (FutBuffer *self, gsize n)
{
  g_assert (n <= self->size - self->end);
  self->end += n;
}

void
fut_buffer_take (FutBuffer *self, gsize n)
{
  g_assert (n <= fut_buffer_get_length (self));
  self->start += n;
  if (self->start < self->end)
    return;

  self->start = 0;
  self->end = 0;
  if (self->size > FUT_BUFFER_KEEP_BYTES)
    {
      /* Nothing in it is worth a copy. */
      g_free (self->bytes);
      self->bytes = g_malloc (FUT_BUFFER_KEEP_BYTES);
      self->size = FUT_BUFFER_KEEP_BYTES;
    }
}
