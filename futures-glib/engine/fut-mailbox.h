/* fut-mailbox.h: deliveries into a main context
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-node.h"

G_BEGIN_DECLS

/* What a mailbox does with what it delivers, without knowing what that is. */
typedef struct
{
  void     (*ref)         (FutNode *node);
  void     (*unref)       (FutNode *node);
  /* Drops a reference a good deal later, without a context. */
  void     (*unref_later) (FutNode *node);
  /* In the context's thread, without a lock. */
  void     (*deliver)     (FutNode *node);

  /* Under the mailbox's lock: */

  /* A mark that says that there is a reference for the mailbox: set, and taken off. Whether that
   * changed it.
   */
  gboolean (*mark_kept)   (FutNode *node);
  gboolean (*unmark_kept) (FutNode *node);
  /* Whether somebody listens; if not, what was to be delivered is forgotten. */
  gboolean (*is_wanted)   (FutNode *node);
  /* Forgets what was to be delivered, and takes off the mark; whether there was one. */
  gboolean (*forget)      (FutNode *node);
} FutMailboxFuncs;

typedef struct _FutMailbox FutMailbox;

/* The mailbox of @context (NULL: the default one); the same one each time as long as the context
 * lives. Every caller gives the same @funcs.
 */
FutMailbox *fut_mailbox_ref_for_context (GMainContext *context, const FutMailboxFuncs *funcs);
FutMailbox *fut_mailbox_get_default     (const FutMailboxFuncs *funcs);
void        fut_mailbox_unref           (FutMailbox *self);

/* Whether this is the mailbox of @context. */
gboolean    fut_mailbox_is_for          (FutMailbox *self, GMainContext *context);

/* Posts a free node, from any thread. If it is marked as kept, or will be while it waits, the
 * mailbox has a reference. Otherwise it does not own what the node belongs to: when that goes
 * first, its owner withdraws the node.
 */
void        fut_mailbox_post            (FutMailbox *self, FutNode *node);

/* For who drops the last reference: takes the node out, and makes sure that the context's thread
 * does not drop the one that it may have just taken before the caller is done.
 */
void        fut_mailbox_withdraw        (FutMailbox *self, FutNode *node);

/* Whether nothing is delivered while the caller goes on, since its thread iterates the context. */
gboolean    fut_mailbox_is_here         (FutMailbox *self);

/* Drops a reference in the context a good deal later, or if that is gone somewhere else. */
void        fut_mailbox_unref_later     (FutMailbox *self, FutNode *node);

G_END_DECLS
