/* fut-mailbox.c: deliveries into a main context
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-mailbox.h"

/* One GSource a context delivers everything that was posted to it, oldest first.
 *
 * Ownership: posted nodes are not owned, so a context that nobody iterates keeps nothing alive.
 * That leaves a race: the context's thread has found a node, and another thread drops the last
 * reference to what it belongs to. A reference must not be taken under the lock (a binding's
 * toggle reference would take its interpreter's lock there), so the node is *pinned* under the
 * lock and referenced after it. Who drops the last reference finds it pinned, takes another one on
 * behalf of the mailbox and marks the node as handed over; the context's thread then has one too
 * many, and drops it.
 *
 * Fairness: a source at the default priority that always has work would starve everything of lower
 * priority, redraws (120) among them. After BUDGET the source therefore sits out one iteration of
 * the loop, without letting it sleep.
 *
 * Locking: `lock` guards what is marked so; it is a leaf but for GLib's own locks. No callback and
 * no ref or unref of what a node belongs to happens under it. `mailboxes_lock` is taken before it.
 *
 * Waking: a poster wakes the context only if it is `armed`: its thread has looked, found nothing,
 * and may sleep. The poster pushes and then reads `armed`, the thread sets `armed` and then looks:
 * one of them sees the other.
 */

#define BUDGET 2000 /* µs of deliveries in one iteration of the loop */
#define BATCH 16    /* nodes taken under one lock */

struct _FutMailbox
{
  FutNodeStack incoming;
  atomic_bool  armed;
  gatomicrefcount ref_count;

  /* Set at construction, never changed: */
  const FutMailboxFuncs *funcs;
  GSource *source;        /* owned */

  GMutex lock;

  /* Guarded by lock: */
  GMainContext *context;  /* lent; NULL once it is gone */
  FutNodeList   posted;

  /* Touched by the thread that iterates the context only: */
  FutNode *taken;         /* referenced, linked by `next`, oldest first */
  gboolean sits_out;
  guint    depth;         /* dispatches on the stack: a handler may run the loop */
};

typedef struct
{
  GSource     source;
  FutMailbox *mailbox;    /* lent: the source's callback data owns a reference */
} MailboxSource;

static GMutex mailboxes_lock;
static GHashTable *mailboxes; /* GMainContext → FutMailbox, neither owned; never the default one */

static gboolean
has_work_locked (FutMailbox *self)
{
  return self->taken != NULL || !fut_node_list_is_empty (&self->posted) ||
         atomic_load (&self->incoming) != NULL;
}

/* Takes up to BATCH nodes from `posted` to `nodes`, each with a reference. */
static guint
take_batch (FutMailbox *self, FutNode **nodes)
{
  gboolean spare[BATCH];
  guint n = 0;

  g_mutex_lock (&self->lock);
  fut_node_list_take_stack (&self->posted, &self->incoming);
  while (n < BATCH && (nodes[n] = fut_node_list_pop (&self->posted)) != NULL)
    nodes[n++]->prev = FUT_NODE_PINNED;
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < n; i++)
    self->funcs->ref (nodes[i]);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < n; i++)
    {
      /* Handed over while it was pinned, or kept from long before: one reference too many. */
      spare[i] = nodes[i]->prev == FUT_NODE_HANDED_OVER || self->funcs->unmark_kept (nodes[i]);
      nodes[i]->prev = FUT_NODE_FREE;
    }
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < n; i++)
    if (spare[i])
      self->funcs->unref (nodes[i]);
  return n;
}

static FutNode *
take_next (FutMailbox *self)
{
  FutNode *node;

  if (self->taken == NULL)
    {
      FutNode *nodes[BATCH];

      for (guint n = take_batch (self, nodes); n > 0; n--)
        {
          nodes[n - 1]->next = self->taken;
          self->taken = nodes[n - 1];
        }
    }

  node = self->taken;
  if (node != NULL)
    {
      self->taken = node->next;
      node->next = NULL;
    }
  return node;
}

/* Puts what was taken and not delivered back, without its references. */
static void
put_back (FutMailbox *self)
{
  FutNode *nodes[BATCH];
  guint n = 0;

  for (; self->taken != NULL; self->taken = nodes[n++]->next)
    nodes[n] = self->taken;

  g_mutex_lock (&self->lock);
  for (guint i = n; i > 0; i--)
    fut_node_list_prepend (&self->posted, nodes[i - 1]);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < n; i++)
    self->funcs->unref (nodes[i]);
}

static gboolean
mailbox_source_is_ready (FutMailbox *self)
{
  gboolean ready;

  /* In this order, see "Waking" above. */
  atomic_store (&self->armed, TRUE);
  g_mutex_lock (&self->lock);
  ready = has_work_locked (self);
  g_mutex_unlock (&self->lock);
  return ready;
}

static gboolean
mailbox_source_prepare (GSource *source, int *timeout)
{
  FutMailbox *self = ((MailboxSource *) source)->mailbox;

  if (self->sits_out)
    {
      *timeout = 0;
      return FALSE;
    }
  *timeout = -1;
  return mailbox_source_is_ready (self);
}

static gboolean
mailbox_source_check (GSource *source)
{
  FutMailbox *self = ((MailboxSource *) source)->mailbox;

  if (self->sits_out)
    {
      self->sits_out = FALSE;
      return FALSE;
    }
  return mailbox_source_is_ready (self);
}

static gboolean
mailbox_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  FutMailbox *self = ((MailboxSource *) source)->mailbox;
  gint64 end = g_get_monotonic_time () + BUDGET;
  FutNode *node;

  self->depth++;
  while ((node = take_next (self)) != NULL)
    {
      self->funcs->deliver (node);
      self->funcs->unref (node);

      if (g_source_is_destroyed (source))
        break;
      if (g_get_monotonic_time () >= end)
        {
          self->sits_out = TRUE;
          break;
        }
    }

  /* An outer dispatch, if there is one, goes on with what this one has left. */
  self->depth--;
  if (self->depth == 0)
    put_back (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs mailbox_source_funcs = {
  .prepare = mailbox_source_prepare,
  .check = mailbox_source_check,
  .dispatch = mailbox_source_dispatch,
};

/* The context goes, or has destroyed the source: from now on nothing can be delivered. */
static void
on_source_destroyed (gpointer data)
{
  FutMailbox *self = data;
  g_autoptr(GPtrArray) kept = g_ptr_array_new ();
  FutNode *node;

  g_mutex_lock (&mailboxes_lock);
  g_mutex_lock (&self->lock);
  if (self->context != NULL && mailboxes != NULL &&
      g_hash_table_lookup (mailboxes, self->context) == self)
    g_hash_table_remove (mailboxes, self->context);
  self->context = NULL;
  fut_node_list_take_stack (&self->posted, &self->incoming);
  while ((node = fut_node_list_pop (&self->posted)) != NULL)
    if (self->funcs->unmark_kept (node))
      g_ptr_array_add (kept, node);
  g_mutex_unlock (&self->lock);
  g_mutex_unlock (&mailboxes_lock);

  for (guint i = 0; i < kept->len; i++)
    self->funcs->unref (g_ptr_array_index (kept, i));
  fut_mailbox_unref (self);
}

static FutMailbox *
mailbox_new (GMainContext *context, const FutMailboxFuncs *funcs)
{
  FutMailbox *self = g_new0 (FutMailbox, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  fut_node_list_init (&self->posted);
  self->funcs = funcs;
  self->context = context;
  self->source = g_source_new (&mailbox_source_funcs, sizeof (MailboxSource));
  ((MailboxSource *) self->source)->mailbox = self;
  g_source_set_static_name (self->source, "[futures-glib] deliveries");
  g_source_set_can_recurse (self->source, TRUE);

  g_atomic_ref_count_inc (&self->ref_count);
  g_source_set_callback (self->source, NULL, self, on_source_destroyed);
  g_source_attach (self->source, context);
  return self;
}

FutMailbox *
fut_mailbox_get_default (const FutMailboxFuncs *funcs)
{
  static gsize initialized = 0;

  if (g_once_init_enter (&initialized))
    g_once_init_leave (&initialized, (gsize) mailbox_new (g_main_context_default (), funcs));
  return (FutMailbox *) initialized;
}

FutMailbox *
fut_mailbox_ref_for_context (GMainContext *context, const FutMailboxFuncs *funcs)
{
  FutMailbox *self;

  if (context == NULL || context == g_main_context_default ())
    {
      self = fut_mailbox_get_default (funcs);
      g_atomic_ref_count_inc (&self->ref_count);
      return self;
    }

  g_mutex_lock (&mailboxes_lock);
  if (mailboxes == NULL)
    mailboxes = g_hash_table_new (NULL, NULL);
  self = g_hash_table_lookup (mailboxes, context);
  if (self != NULL)
    g_atomic_ref_count_inc (&self->ref_count);
  else
    {
      self = mailbox_new (context, funcs);
      g_hash_table_insert (mailboxes, context, self);
    }
  g_mutex_unlock (&mailboxes_lock);
  return self;
}

void
fut_mailbox_unref (FutMailbox *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  /* The source held a reference until it was destroyed, so the context is gone by now. */
  g_assert (fut_node_list_is_empty (&self->posted));
  g_source_unref (self->source);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
fut_mailbox_is_for (FutMailbox *self, GMainContext *context)
{
  gboolean is_for;

  g_mutex_lock (&self->lock);
  is_for = self->context == context;
  g_mutex_unlock (&self->lock);
  return is_for;
}

void
fut_mailbox_post (FutMailbox *self, FutNode *node)
{
  fut_node_stack_push (&self->incoming, node);

  if (!atomic_load (&self->armed) || !atomic_exchange (&self->armed, FALSE))
    return;

  g_mutex_lock (&self->lock);
  if (self->context != NULL)
    g_main_context_wakeup (self->context);
  g_mutex_unlock (&self->lock);
}

gboolean
fut_mailbox_withdraw (FutMailbox *self, FutNode *node)
{
  gboolean pinned;

  g_mutex_lock (&self->lock);
  fut_node_list_take_stack (&self->posted, &self->incoming);
  pinned = node->prev == FUT_NODE_PINNED;
  if (fut_node_is_linked (node))
    fut_node_unlink (node);
  g_mutex_unlock (&self->lock);
  return !pinned;
}

gboolean
fut_mailbox_keep (FutMailbox *self, FutNode *node)
{
  gboolean kept;

  g_mutex_lock (&self->lock);
  fut_node_list_take_stack (&self->posted, &self->incoming);
  kept = self->context != NULL && (fut_node_is_linked (node) || node->prev == FUT_NODE_PINNED);
  if (kept && node->prev == FUT_NODE_PINNED)
    node->prev = FUT_NODE_HANDED_OVER;
  else if (kept)
    self->funcs->mark_kept (node);
  g_mutex_unlock (&self->lock);
  return kept;
}
