/* fut-node.c: an intrusive link: what a queue or a mailbox holds
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-node.h"

FutNode _fut_node_marks[2];

guint
fut_node_list_take_stack (FutNodeList *list, FutNodeStack *stack)
{
  FutNode *tail = &list->head;
  FutNode *node;
  guint n = 0;

  /* A plain look first: the exchange takes the cache line away from who pushes. */
  if (atomic_load_explicit (stack, memory_order_relaxed) == NULL)
    return 0;

  /* From the newest to the oldest, each before the one linked just now. */
  for (node = atomic_exchange (stack, NULL); node != NULL; n++)
    {
      FutNode *older = node->next;

      fut_node_list_insert_before (node, tail);
      tail = node;
      node = older;
    }
  return n;
}
