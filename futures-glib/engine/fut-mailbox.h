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
  void (*ref)     (FutNode *node);
  void (*unref)   (FutNode *node);
  void (*deliver) (FutNode *node);       /* in the context's thread, without a lock */

  /* A mark that says that the mailbox owns a reference; set and cleared under its lock. */
  void     (*mark_kept)   (FutNode *node);
  gboolean (*unmark_kept) (FutNode *node); /* whether it was marked */
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

/* Posts a free node, from any thread. The mailbox does not own what it belongs to: when that goes
 * first, its owner withdraws the node.
 */
void        fut_mailbox_post            (FutMailbox *self, FutNode *node);

/* For who is about to drop the last reference: takes the node out. FALSE means that it is being
 * delivered right now, and that the mailbox must be given a reference by fut_mailbox_keep().
 */
gboolean    fut_mailbox_withdraw        (FutMailbox *self, FutNode *node);

/* Gives the mailbox a reference (transfer full) to a node that still waits for its delivery. FALSE
 * means that it does not; the reference is still the caller's.
 */
gboolean    fut_mailbox_keep            (FutMailbox *self, FutNode *node);

G_END_DECLS
