/* fut-wait-set.c: distinct futures that are waited for together
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-wait-set.h"

gboolean
fut_wait_set_check (FutFuture *const *futures, gsize n_futures)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, FALSE);
  g_return_val_if_fail (n_futures <= G_MAXUINT, FALSE);

  for (gsize i = 0; i < n_futures; i++)
    if (!FUT_IS_FUTURE (futures[i]))
      {
        g_critical ("element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is not a FutFuture", i,
                    n_futures);
        return FALSE;
      }
  return TRUE;
}

FutWaitSet *
fut_wait_set_new (FutFuture *const *futures, gsize n_futures)
{
  FutWaitSet *self = g_new0 (FutWaitSet, 1);
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);

  self->futures = g_new0 (FutFuture *, n_futures);
  self->entries = g_new0 (FutWaitEntry, n_futures);
  self->ready = g_new0 (guint, MAX (n_futures, 1));
  fut_waiter_init (&self->waiter, self->ready);

  for (gsize i = 0; i < n_futures; i++)
    {
      if (n_futures > 1 && !g_hash_table_add (seen, futures[i]))
        continue;
      self->entries[self->n] = (FutWaitEntry){ .waiter = &self->waiter, .index = self->n };
      self->futures[self->n++] = g_object_ref (futures[i]);
    }

  self->core = self->n > 0 ? self->futures[0]->core : NULL;
  for (guint i = 1; i < self->n; i++)
    if (self->futures[i]->core != self->core)
      self->core = NULL;
  return self;
}

void
fut_wait_set_free (FutWaitSet *self)
{
  for (guint i = 0; i < self->n; i++)
    if (self->futures[i] != NULL)
      {
        if (self->watched)
          fut_future_unwatch (self->futures[i], &self->entries[i]);
        g_object_unref (self->futures[i]);
      }
  fut_waiter_clear (&self->waiter);
  g_free (self->ready);
  g_free (self->entries);
  g_free (self->futures);
  g_free (self);
}

void
fut_wait_set_watch (FutWaitSet *self)
{
  self->watched = TRUE;
  for (guint i = 0; i < self->n; i++)
    if (fut_future_is_done (self->futures[i]))
      fut_future_watch (self->futures[i], &self->entries[i]);
    else
      self->entries[i].listed = TRUE; /* marks it for the second round */

  for (guint i = 0; i < self->n; i++)
    if (self->entries[i].listed)
      {
        self->entries[i].listed = FALSE;
        fut_future_watch (self->futures[i], &self->entries[i]);
      }
}

FutFuture *
fut_wait_set_take (FutWaitSet *self)
{
  guint index;

  return fut_waiter_take (&self->waiter, &index) ? g_steal_pointer (&self->futures[index]) : NULL;
}

void
fut_wait_set_split (FutWaitSet *self, GPtrArray **done, GPtrArray **not_done)
{
  g_autoptr(GPtrArray) are_done = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) are_not = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->n; i++)
    g_ptr_array_add (fut_future_is_done (self->futures[i]) ? are_done : are_not,
                     g_object_ref (self->futures[i]));
  if (done != NULL)
    *done = g_steal_pointer (&are_done);
  if (not_done != NULL)
    *not_done = g_steal_pointer (&are_not);
}
