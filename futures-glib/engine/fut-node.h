/* fut-node.h: an intrusive link: what a queue or a mailbox holds
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>
#include <stdatomic.h>

G_BEGIN_DECLS

/* A node is in at most one place at a time, and `prev` tells which:
 *
 *   FUT_NODE_FREE     in none
 *   FUT_NODE_PUSHED   on a FutNodeStack; `next` is the one pushed before
 *   FUT_NODE_PINNED   being delivered, see fut-mailbox.c
 *   anything else     in a FutNodeList
 *
 * The node's owner writes it while it is free; all else happens under the lock of the queue or the
 * mailbox, except for the push itself.
 */
typedef struct _FutNode FutNode;

struct _FutNode
{
  FutNode *next;
  FutNode *prev;
};

extern FutNode _fut_node_marks[2];

#define FUT_NODE_FREE NULL
#define FUT_NODE_PUSHED (&_fut_node_marks[0])
#define FUT_NODE_PINNED (&_fut_node_marks[1])

/* A stack that any number of threads push to without a lock, and that is emptied whole. */
typedef _Atomic (FutNode *) FutNodeStack;

static inline void
fut_node_stack_push (FutNodeStack *stack, FutNode *node)
{
  FutNode *top = atomic_load_explicit (stack, memory_order_relaxed);

  node->prev = FUT_NODE_PUSHED;
  do
    node->next = top;
  while (!atomic_compare_exchange_weak (stack, &top, node));
}

/* A circular list with a head that is no element; guarded by its owner's lock. */
typedef struct
{
  FutNode head;
} FutNodeList;

static inline void
fut_node_list_init (FutNodeList *list)
{
  list->head.next = list->head.prev = &list->head;
}

static inline gboolean
fut_node_list_is_empty (FutNodeList *list)
{
  return list->head.next == &list->head;
}

static inline void
fut_node_list_insert_before (FutNode *node, FutNode *before)
{
  node->next = before;
  node->prev = before->prev;
  before->prev->next = node;
  before->prev = node;
}

static inline void
fut_node_list_append (FutNodeList *list, FutNode *node)
{
  fut_node_list_insert_before (node, &list->head);
}

static inline void
fut_node_list_prepend (FutNodeList *list, FutNode *node)
{
  fut_node_list_insert_before (node, list->head.next);
}

static inline void
fut_node_unlink (FutNode *node)
{
  node->prev->next = node->next;
  node->next->prev = node->prev;
  node->next = NULL;
  node->prev = FUT_NODE_FREE;
}

/* Moves all of @other to the end of @list. */
static inline void
fut_node_list_append_list (FutNodeList *list, FutNodeList *other)
{
  if (fut_node_list_is_empty (other))
    return;

  other->head.next->prev = list->head.prev;
  list->head.prev->next = other->head.next;
  other->head.prev->next = &list->head;
  list->head.prev = other->head.prev;
  fut_node_list_init (other);
}

static inline FutNode *
fut_node_list_pop (FutNodeList *list)
{
  FutNode *node = list->head.next;

  if (node == &list->head)
    return NULL;
  fut_node_unlink (node);
  return node;
}

static inline gboolean
fut_node_is_linked (FutNode *node)
{
  return node->prev != FUT_NODE_FREE &&
         node->prev != FUT_NODE_PUSHED && node->prev != FUT_NODE_PINNED;
}

/* Empties @stack to the end of @list, oldest first; returns how many nodes that were. */
guint fut_node_list_take_stack (FutNodeList *list, FutNodeStack *stack);

G_END_DECLS
