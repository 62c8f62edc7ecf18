/* fut-mailbox.c: deliveries into a main context
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-mailbox.h"

/* One GSource a context delivers everything that was posted to it, oldest first.
 *
 * Ownership: the mailbox has a reference to what somebody listens to when it is posted. All else
 * is not owned, so a context that nobody iterates keeps nothing alive; who holds such a thing may
 * begin to listen before it is delivered. When the context's thread comes to a node that is not
 * owned, it looks under the lock whether somebody listens by now; if so, it *pins* the node under
 * the lock and takes a reference after it, since a binding's toggle reference would take its
 * interpreter's lock there. It *holds* what it has pinned until it has dropped that reference.
 *
 * That leaves a race with a thread that is dropping the last reference meanwhile: it is inside
 * g_object_unref(), has come to dispose, and withdraws the node. If the node is pinned it waits
 * until the reference is taken. Then the object goes on living, and the thread leaves
 * g_object_unref() with the object still in its hands (up to GLib 2.80 or so, it thaws the
 * notifications *after* it has given up its reference). So the context's thread must not be the
 * last to drop: a node that was withdrawn while it was held is dropped a good deal later; and who
 * withdraws a node that is being dropped waits until it has been.
 *
 * Fairness: a source at the default priority that always has work would starve everything of lower
 * priority, redraws (120) among them. When there is more to do after BUDGET, or after what had come
 * when the dispatch began, the source therefore sits out one iteration of the loop, without letting
 * it sleep.
 *
 * Locking: `lock` guards what is marked so. Under it is_wanted() may take the lock of what a node
 * belongs to. No callback and no ref or unref of what a node belongs to happens under it. `mailboxes_lock` is taken before it.
 *
 * Waking: a poster wakes the context only if it is `armed`: its thread has looked, found nothing,
 * and may sleep. The poster pushes and then reads `armed`, the thread sets `armed` and then looks:
 * one of them sees the other.
 */

#define BUDGET 2000 /* µs of deliveries in one iteration of the loop */
#define BATCH 16    /* nodes taken under one lock */
#define WALK 256    /* nodes looked at under one lock */
#define LATER 1000  /* ms after which a thread has certainly left g_object_unref() */

/* A node to which the context's thread took a reference although nobody had given it one. */
typedef struct
{
  FutNode *node;
  gboolean withdrawn;
  GThread *dropper; /* who is just dropping the last of them; lent, NULL for nobody */
  guint    n_refs;  /* more than one if a handler runs the loop */
} Held;

struct _FutMailbox
{
  FutNodeStack incoming;
  atomic_bool  armed;
  atomic_bool  closed;    /* the context is gone; written under lock */
  gatomicrefcount ref_count;

  /* Set at construction, never changed: */
  const FutMailboxFuncs *funcs;
  GSource *source;        /* owned */

  GMutex lock;

  /* Guarded by lock: */
  GMainContext *context;  /* lent; NULL once it is gone */
  FutNodeList   arrived;  /* taken from `incoming`, for the next dispatch */
  FutNodeList   posted;   /* for this one */
  GArray       *held;     /* Held; a few at most */

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
         !fut_node_list_is_empty (&self->arrived) || atomic_load (&self->incoming) != NULL;
}

/* What has come so far is to be delivered by this dispatch, and nothing that comes later: who is
 * notified of a change is notified of the next one in another iteration.
 */
static void
collect_locked (FutMailbox *self)
{
  fut_node_list_take_stack (&self->arrived, &self->incoming);
  fut_node_list_append_list (&self->posted, &self->arrived);
}

static Held *
find_held_locked (FutMailbox *self, FutNode *node)
{
  for (guint i = 0; i < self->held->len; i++)
    if (g_array_index (self->held, Held, i).node == node)
      return &g_array_index (self->held, Held, i);
  return NULL;
}

static void
remove_held_locked (FutMailbox *self, Held *held)
{
  g_array_remove_index_fast (self->held, (guint) (held - &g_array_index (self->held, Held, 0)));
}

static void
hold_locked (FutMailbox *self, FutNode *node)
{
  Held *held = find_held_locked (self, node);

  if (held != NULL)
    held->n_refs++;
  else
    g_array_append_val (self->held, ((Held){ .node = node, .n_refs = 1 }));
}

/* Takes up to BATCH nodes for which somebody listens out of `posted`, each with a reference, and
 * drops up to WALK others; *@more tells whether there are more to look at.
 */
static guint
take_batch (FutMailbox *self, FutNode **nodes, gboolean *more)
{
  FutNode *pinned[BATCH];
  FutNode *node;
  guint n_pinned = 0;
  guint n_walked = 0;
  guint n = 0;

  g_mutex_lock (&self->lock);
  while (n < BATCH && n_walked++ < WALK && (node = fut_node_list_pop (&self->posted)) != NULL)
    {
      if (!self->funcs->unmark_kept (node))
        {
          if (!self->funcs->is_wanted (node))
            continue;
          node->prev = FUT_NODE_PINNED;
          pinned[n_pinned++] = node;
          hold_locked (self, node);
        }
      nodes[n++] = node;
    }
  *more = !fut_node_list_is_empty (&self->posted);
  g_mutex_unlock (&self->lock);

  if (n_pinned == 0)
    return n;

  for (guint i = 0; i < n_pinned; i++)
    self->funcs->ref (pinned[i]);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < n_pinned; i++)
    pinned[i]->prev = FUT_NODE_FREE;
  g_mutex_unlock (&self->lock);
  return n;
}

/* Drops the reference to what was delivered, or was not after all. */
static void
drop (FutMailbox *self, FutNode *node)
{
  gboolean later = FALSE;
  gboolean was_held;
  Held *held;

  g_mutex_lock (&self->lock);
  held = find_held_locked (self, node);
  if (held != NULL && held->n_refs > 1)
    {
      held->n_refs--;
      held = NULL;
    }
  was_held = held != NULL;
  if (held != NULL && held->withdrawn)
    {
      later = TRUE;
      remove_held_locked (self, held);
    }
  else if (held != NULL)
    held->dropper = g_thread_self ();
  g_mutex_unlock (&self->lock);

  if (later)
    fut_mailbox_unref_later (self, node);
  else
    self->funcs->unref (node);

  if (was_held && !later)
    {
      /* The node may be gone: it is only compared. */
      g_mutex_lock (&self->lock);
      remove_held_locked (self, find_held_locked (self, node));
      g_mutex_unlock (&self->lock);
    }
}

static FutNode *
take_next (FutMailbox *self, gint64 end)
{
  gboolean more = TRUE;
  FutNode *node;

  while (self->taken == NULL && more)
    {
      FutNode *nodes[BATCH];

      for (guint n = take_batch (self, nodes, &more); n > 0; n--)
        {
          nodes[n - 1]->next = self->taken;
          self->taken = nodes[n - 1];
        }
      if (self->taken == NULL && g_get_monotonic_time () >= end)
        return NULL;
    }

  node = self->taken;
  if (node != NULL)
    {
      self->taken = node->next;
      node->next = NULL;
    }
  return node;
}

/* Puts back what was taken and not delivered: with the reference, unless that was only held. */
static void
put_back (FutMailbox *self)
{
  FutNode *nodes[BATCH];
  gboolean spare[BATCH];
  guint n = 0;

  for (; self->taken != NULL; self->taken = nodes[n++]->next)
    nodes[n] = self->taken;
  if (n == 0)
    return;

  g_mutex_lock (&self->lock);
  for (guint i = n; i > 0; i--)
    {
      fut_node_list_prepend (&self->posted, nodes[i - 1]);
      spare[i - 1] = find_held_locked (self, nodes[i - 1]) != NULL ||
                     !self->funcs->mark_kept (nodes[i - 1]);
    }
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < n; i++)
    if (spare[i])
      drop (self, nodes[i]);
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

  g_source_set_ready_time (source, -1);
  g_mutex_lock (&self->lock);
  collect_locked (self);
  g_mutex_unlock (&self->lock);

  self->depth++;
  while ((node = take_next (self, end)) != NULL)
    {
      self->funcs->deliver (node);
      drop (self, node);

      if (g_source_is_destroyed (source))
        break;
      if (g_get_monotonic_time () >= end)
        break;
    }

  /* An outer dispatch, if there is one, goes on with what this one has left. */
  self->depth--;
  if (self->depth == 0)
    put_back (self);
  g_mutex_lock (&self->lock);
  self->sits_out = has_work_locked (self);
  g_mutex_unlock (&self->lock);
  if (self->sits_out)
    {
      /* Nobody needs to wake the loop, which would end the sitting out. */
      atomic_store (&self->armed, FALSE);
      g_source_set_ready_time (source, -1);
    }
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs mailbox_source_funcs = {
  .prepare = mailbox_source_prepare,
  .check = mailbox_source_check,
  .dispatch = mailbox_source_dispatch,
};

/* Lets go of everything: it cannot be delivered any more. */
static void
discard_posted (FutMailbox *self)
{
  g_autoptr(GPtrArray) kept = g_ptr_array_new ();
  FutNode *node;

  g_mutex_lock (&self->lock);
  collect_locked (self);
  while ((node = fut_node_list_pop (&self->posted)) != NULL)
    if (self->funcs->forget (node))
      g_ptr_array_add (kept, node);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < kept->len; i++)
    self->funcs->unref (g_ptr_array_index (kept, i));
}

/* The context goes, or somebody has destroyed the source. */
static void
on_source_destroyed (gpointer data)
{
  FutMailbox *self = data;

  g_mutex_lock (&mailboxes_lock);
  g_mutex_lock (&self->lock);
  if (mailboxes != NULL && g_hash_table_lookup (mailboxes, self->context) == self)
    g_hash_table_remove (mailboxes, self->context);
  self->context = NULL;
  atomic_store (&self->closed, TRUE);
  g_mutex_unlock (&self->lock);
  g_mutex_unlock (&mailboxes_lock);

  discard_posted (self);
  fut_mailbox_unref (self);
}

static FutMailbox *
mailbox_new (GMainContext *context, const FutMailboxFuncs *funcs)
{
  FutMailbox *self = g_new0 (FutMailbox, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  fut_node_list_init (&self->arrived);
  fut_node_list_init (&self->posted);
  self->held = g_array_new (FALSE, FALSE, sizeof (Held));
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
  g_array_unref (self->held);
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

  if (G_UNLIKELY (atomic_load (&self->closed)))
    {
      discard_posted (self);
      return;
    }

  if (!atomic_load (&self->armed) || !atomic_exchange (&self->armed, FALSE))
    return;

  /* Not g_main_context_wakeup(): the context's last reference may be gone by now, but not the
   * context, before on_source_destroyed() has had the lock.
   */
  g_mutex_lock (&self->lock);
  if (self->context != NULL)
    g_source_set_ready_time (self->source, 0);
  g_mutex_unlock (&self->lock);
}

void
fut_mailbox_withdraw (FutMailbox *self, FutNode *node)
{
  gboolean wait;

  do
    {
      Held *held;

      g_mutex_lock (&self->lock);
      fut_node_list_take_stack (&self->arrived, &self->incoming);
      if (fut_node_is_linked (node))
        {
          fut_node_unlink (node);
          self->funcs->forget (node);
        }
      held = find_held_locked (self, node);
      wait = node->prev == FUT_NODE_PINNED ||
             (held != NULL && held->dropper != NULL && held->dropper != g_thread_self ());
      if (held != NULL && held->dropper == NULL)
        held->withdrawn = TRUE;
      g_mutex_unlock (&self->lock);

      /* What is waited for is a ref or an unref that runs no code of others: what has a toggle
       * reference is not being dropped for the last time.
       */
      if (wait)
        g_thread_yield ();
    }
  while (wait);
}

gboolean
fut_mailbox_is_here (FutMailbox *self)
{
  gboolean is_here;

  g_mutex_lock (&self->lock);
  is_here = self->context != NULL && g_main_context_is_owner (self->context);
  g_mutex_unlock (&self->lock);
  return is_here;
}

static gboolean
on_later (gpointer data)
{
  return G_SOURCE_REMOVE;
}

void
fut_mailbox_unref_later (FutMailbox *self, FutNode *node)
{
  gboolean attached;

  g_mutex_lock (&self->lock);
  attached = self->context != NULL;
  if (attached)
    {
      g_autoptr(GSource) source = g_timeout_source_new (LATER);

      g_source_set_static_name (source, "[futures-glib] unref");
      g_source_set_callback (source, on_later, node, (GDestroyNotify) self->funcs->unref);
      g_source_attach (source, self->context);
    }
  g_mutex_unlock (&self->lock);

  if (!attached)
    self->funcs->unref_later (node);
}
