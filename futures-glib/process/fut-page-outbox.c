/* fut-page-outbox.c: messages in the shared page, which outlive the worker that has not sent them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-page.h"

#include <string.h>

/* A worker sends the results of tiny calls many at a time. If it dies meanwhile, calls that had
 * ended would be lost too; so what it leaves unsent stands here as well, and the parent goes on
 * reading here where the socket has ended, maybe in the middle of a message.
 */

#define LENGTH_MASK ((G_GUINT64_CONSTANT (1) << FUT_PAGE_OUTBOX_BITS) - 1)

gboolean
fut_page_keep_output (FutPage *self, guint64 n_sent, const guint8 *bytes, gsize n_bytes)
{
  guint64 state = atomic_load_explicit (&self->outbox_state, memory_order_relaxed);
  gsize length = state & LENGTH_MASK;

  if (length == 0)
    state = n_sent << FUT_PAGE_OUTBOX_BITS;
  if (n_bytes > FUT_PAGE_OUTBOX_BYTES - length)
    return FALSE;

  memcpy (self->outbox + length, bytes, n_bytes);
  atomic_store_explicit (&self->outbox_state, state + n_bytes, memory_order_release);
  return TRUE;
}

void
fut_page_drop_output (FutPage *self, gsize n_bytes)
{
  atomic_fetch_sub (&self->outbox_state, n_bytes);
}

void
fut_page_forget_output (FutPage *self)
{
  atomic_store_explicit (&self->outbox_state, 0, memory_order_release);
}

gsize
fut_page_recover_output (FutPage *self, guint64 n_received, guint8 *bytes)
{
  guint64 state = atomic_load_explicit (&self->outbox_state, memory_order_acquire);
  gsize length = state & LENGTH_MASK;
  guint64 start = state >> FUT_PAGE_OUTBOX_BITS;

  /* Nothing of this can be trusted, but that it stands in the page. */
  if (length > FUT_PAGE_OUTBOX_BYTES || n_received < start || n_received - start >= length)
    return 0;

  length -= n_received - start;
  memcpy (bytes, self->outbox + (n_received - start), length);
  return length;
}
