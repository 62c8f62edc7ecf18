/* fut-work-queue.c: what waits for a worker, by priority and then in order of submission
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-work-queue.h"

/* Locking: pushes of priority 0 are lock-free, onto a stack. All else happens under `lock`, which
 * is a leaf: first the stack is emptied into the lists, in the order of the pushes. So a node that
 * was pushed is linked, and can be unlinked, as soon as one holds the lock.
 */

typedef struct
{
  int          priority;
  FutNodeList *list;
} Bucket;

void
fut_work_queue_init (FutWorkQueue *self)
{
  atomic_init (&self->incoming, NULL);
  g_mutex_init (&self->lock);
  fut_node_list_init (&self->normal);
  self->others = NULL;
  atomic_init (&self->n_linked, 0);
}

void
fut_work_queue_clear (FutWorkQueue *self)
{
  g_assert (fut_work_queue_is_empty (self));

  for (guint i = 0; self->others != NULL && i < self->others->len; i++)
    g_free (g_array_index (self->others, Bucket, i).list);
  g_clear_pointer (&self->others, g_array_unref);
  g_mutex_clear (&self->lock);
}

static guint
get_n_linked_locked (FutWorkQueue *self)
{
  return atomic_load_explicit (&self->n_linked, memory_order_relaxed);
}

static void
collect_locked (FutWorkQueue *self)
{
  guint n_linked = get_n_linked_locked (self);

  if (atomic_load_explicit (&self->incoming, memory_order_relaxed) == NULL)
    return;

  /* Nodes on their way from the stack to the list are counted as one, so that nobody takes the
   * queue for empty meanwhile; is_empty() reads in the opposite order.
   */
  atomic_store (&self->n_linked, n_linked + 1);
  n_linked += fut_node_list_take_stack (&self->normal, &self->incoming);
  atomic_store (&self->n_linked, n_linked);
}

void
fut_work_queue_push (FutWorkQueue *self, FutNode *node)
{
  fut_node_stack_push (&self->incoming, node);
}

static FutNodeList *
list_for_priority_locked (FutWorkQueue *self, int priority)
{
  Bucket bucket = { priority, NULL };
  guint i;

  if (priority == 0)
    return &self->normal;

  if (self->others == NULL)
    self->others = g_array_new (FALSE, FALSE, sizeof (Bucket));
  for (i = 0; i < self->others->len; i++)
    {
      Bucket *other = &g_array_index (self->others, Bucket, i);

      if (other->priority == priority)
        return other->list;
      if (other->priority > priority)
        break;
    }

  bucket.list = g_new (FutNodeList, 1);
  fut_node_list_init (bucket.list);
  g_array_insert_val (self->others, i, bucket);
  return bucket.list;
}

void
fut_work_queue_push_priority (FutWorkQueue *self, FutNode *node, int priority)
{
  if (priority == 0)
    {
      fut_work_queue_push (self, node);
      return;
    }

  g_mutex_lock (&self->lock);
  fut_node_list_append (list_for_priority_locked (self, priority), node);
  atomic_store (&self->n_linked, get_n_linked_locked (self) + 1);
  g_mutex_unlock (&self->lock);
}

/* Pops from the most urgent of the other priorities whose sign is that of @sign; a priority that
 * nothing waits with any more goes.
 */
static FutNode *
pop_other_locked (FutWorkQueue *self, int sign)
{
  for (guint i = 0; self->others != NULL && i < self->others->len;)
    {
      Bucket *bucket = &g_array_index (self->others, Bucket, i);
      FutNode *node;

      if ((bucket->priority < 0) != (sign < 0))
        {
          i++;
          continue;
        }
      node = fut_node_list_pop (bucket->list);
      if (node != NULL)
        return node;
      g_free (bucket->list);
      g_array_remove_index (self->others, i);
    }
  return NULL;
}

static FutNode *
pop_locked (FutWorkQueue *self)
{
  FutNode *node = pop_other_locked (self, -1);

  if (node == NULL)
    node = fut_node_list_pop (&self->normal);
  return node != NULL ? node : pop_other_locked (self, 1);
}

guint
fut_work_queue_take (FutWorkQueue *self, FutNode **nodes, guint max, guint share)
{
  guint n_linked;
  guint n = 0;

  if (fut_work_queue_is_empty (self))
    return 0;

  g_mutex_lock (&self->lock);
  collect_locked (self);
  n_linked = get_n_linked_locked (self);
  max = MIN (max, (n_linked + share - 1) / share);
  while (n < max)
    nodes[n++] = pop_locked (self);
  atomic_store (&self->n_linked, n_linked - n);
  g_mutex_unlock (&self->lock);
  return n;
}

gboolean
fut_work_queue_remove (FutWorkQueue *self, FutNode *node)
{
  gboolean linked;

  g_mutex_lock (&self->lock);
  collect_locked (self);
  linked = fut_node_is_linked (node);
  if (linked)
    {
      fut_node_unlink (node);
      atomic_store (&self->n_linked, get_n_linked_locked (self) - 1);
    }
  g_mutex_unlock (&self->lock);
  return linked;
}

gboolean
fut_work_queue_is_empty (FutWorkQueue *self)
{
  return atomic_load (&self->incoming) == NULL && atomic_load (&self->n_linked) == 0;
}

void
fut_work_queue_push_front (FutWorkQueue *self, FutNode *node, int priority)
{
  g_mutex_lock (&self->lock);
  collect_locked (self);
  fut_node_list_prepend (list_for_priority_locked (self, priority), node);
  atomic_store (&self->n_linked, get_n_linked_locked (self) + 1);
  g_mutex_unlock (&self->lock);
}

guint
fut_work_queue_get_length (FutWorkQueue *self)
{
  guint length;

  g_mutex_lock (&self->lock);
  collect_locked (self);
  length = get_n_linked_locked (self);
  g_mutex_unlock (&self->lock);
  return length;
}

gboolean
fut_work_queue_peek_priority (FutWorkQueue *self, int *priority)
{
  gboolean found = FALSE;

  g_mutex_lock (&self->lock);
  collect_locked (self);
  if (!fut_node_list_is_empty (&self->normal))
    {
      *priority = 0;
      found = TRUE;
    }
  for (guint i = 0; self->others != NULL && i < self->others->len; i++)
    {
      Bucket *bucket = &g_array_index (self->others, Bucket, i);

      if (!fut_node_list_is_empty (bucket->list) && (!found || bucket->priority < *priority))
        {
          *priority = bucket->priority;
          found = TRUE;
        }
    }
  g_mutex_unlock (&self->lock);
  return found;
}
