/* fut-batch.c: what one worker has taken to run, and others may take from it
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-batch.h"

void
fut_batch_fill (FutBatch *self, FutNode **nodes, guint n)
{
  self->first = nodes[0];
  for (guint i = 1; i < n; i++)
    atomic_store_explicit (&self->slots[i - 1], nodes[i], memory_order_release);
  atomic_store_explicit (&self->position, 0, memory_order_relaxed);
  /* Who fills looks for a sleeper afterwards, who goes to sleep looks here: in one order. */
  if (n > 1)
    atomic_store (&self->n_slots, n - 1);
}

guint
fut_batch_get_size (FutBatch *self)
{
  return atomic_load_explicit (&self->n_slots, memory_order_relaxed) + 1;
}

FutNode *
fut_batch_begin (FutBatch *self, guint index)
{
  FutNode *node = index == 0 ? self->first : atomic_exchange (&self->slots[index - 1], NULL);
  guint progress = atomic_load_explicit (&self->progress, memory_order_relaxed);

  atomic_store_explicit (&self->position, index, memory_order_relaxed);
  atomic_store_explicit (&self->progress, progress + 1, memory_order_relaxed);
  return node;
}

void
fut_batch_clear (FutBatch *self)
{
  atomic_store_explicit (&self->n_slots, 0, memory_order_relaxed);
}

guint
fut_batch_steal (FutBatch *self, FutNode **nodes, gboolean *look_again)
{
  guint n_slots = atomic_load_explicit (&self->n_slots, memory_order_acquire);
  guint position = atomic_load_explicit (&self->position, memory_order_relaxed);
  guint progress = atomic_load_explicit (&self->progress, memory_order_relaxed);
  guint n = 0;

  if (position >= n_slots)
    return 0;
  if (atomic_exchange_explicit (&self->seen, progress, memory_order_relaxed) != progress)
    {
      *look_again = TRUE;
      return 0;
    }

  for (guint i = position; i < n_slots && n < (n_slots - position + 1) / 2; i++)
    {
      nodes[n] = atomic_exchange (&self->slots[i], NULL);
      if (nodes[n] != NULL)
        n++;
    }
  return n;
}

gboolean
fut_batch_has_more (FutBatch *self)
{
  guint n_slots = atomic_load (&self->n_slots);
  gboolean has_more = FALSE;

  for (guint i = atomic_load_explicit (&self->position, memory_order_relaxed);
       i < n_slots && !has_more; i++)
    has_more = atomic_load (&self->slots[i]) != NULL;
  return has_more;
}

FutNode *
fut_batch_take_any (FutBatch *self)
{
  guint n_slots = atomic_load_explicit (&self->n_slots, memory_order_acquire);
  FutNode *node = NULL;

  for (guint i = 0; i < n_slots && node == NULL; i++)
    node = atomic_exchange (&self->slots[i], NULL);
  return node;
}
