/* test-work-queue.c: what waits for a worker, by priority and then in order
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "engine/fut-work-queue.h"
#include "test-util.h"

typedef struct
{
  FutNode node;
  int     number;
} Item;

static FutNode *
item_new (int number)
{
  Item *item = g_new0 (Item, 1);

  item->number = number;
  return &item->node;
}

static int
number_of (FutNode *node)
{
  return ((Item *) (gpointer) node)->number;
}

/* Takes one; −1 if there is none. */
static int
take_one (FutWorkQueue *queue)
{
  FutNode *node;
  int number;

  if (fut_work_queue_take (queue, &node, 1, 1) == 0)
    return -1;
  g_assert_true (node->prev == FUT_NODE_FREE);
  number = number_of (node);
  g_free (node);
  return number;
}

static void
test_first_in_first_out (void)
{
  FutWorkQueue queue;

  fut_work_queue_init (&queue);
  g_assert_true (fut_work_queue_is_empty (&queue));
  for (int i = 0; i < 1000; i++)
    {
      fut_work_queue_push (&queue, item_new (i));
      g_assert_false (fut_work_queue_is_empty (&queue));

      /* Taking in between must not turn the order round. */
      if (i % 3 == 2)
        g_assert_cmpint (take_one (&queue), ==, i / 3);
    }
  for (int i = 333; i < 1000; i++)
    g_assert_cmpint (take_one (&queue), ==, i);
  g_assert_cmpint (take_one (&queue), ==, -1);
  g_assert_true (fut_work_queue_is_empty (&queue));
  fut_work_queue_clear (&queue);
}

static void
test_by_priority (void)
{
  static const int priorities[] = { 0, 5, -5, 0, 5, G_MAXINT, -5, G_MININT, 1, -1 };
  static const int order[] = { 7, 2, 6, 9, 0, 3, 8, 1, 4, 5 };
  FutWorkQueue queue;

  fut_work_queue_init (&queue);
  for (guint round = 0; round < 3; round++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (priorities); i++)
        fut_work_queue_push_priority (&queue, item_new (i), priorities[i]);
      for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
        g_assert_cmpint (take_one (&queue), ==, order[i]);
      g_assert_true (fut_work_queue_is_empty (&queue));
    }
  fut_work_queue_clear (&queue);
}

static void
test_takes_a_share (void)
{
  FutNode *nodes[64];
  FutWorkQueue queue;
  guint n;

  fut_work_queue_init (&queue);
  g_assert_cmpuint (fut_work_queue_take (&queue, nodes, 64, 2), ==, 0);
  for (int i = 0; i < 10; i++)
    fut_work_queue_push (&queue, item_new (i));

  /* Half of ten, half of five rounded up, not more than asked for, and at least one. */
  n = fut_work_queue_take (&queue, nodes, 64, 2);
  g_assert_cmpuint (n, ==, 5);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (number_of (nodes[i]), ==, i);
      g_free (nodes[i]);
    }
  n = fut_work_queue_take (&queue, nodes, 64, 2);
  g_assert_cmpuint (n, ==, 3);
  for (guint i = 0; i < n; i++)
    g_free (nodes[i]);
  n = fut_work_queue_take (&queue, nodes, 64, 100);
  g_assert_cmpuint (n, ==, 1);
  g_free (nodes[0]);
  g_assert_cmpint (take_one (&queue), ==, 9);
  fut_work_queue_clear (&queue);
}

static void
test_remove (void)
{
  FutNode *nodes[5];
  FutNode *taken;
  FutWorkQueue queue;

  fut_work_queue_init (&queue);
  for (int i = 0; i < 5; i++)
    {
      nodes[i] = item_new (i);
      if (i % 2 == 0)
        fut_work_queue_push (&queue, nodes[i]);
      else
        fut_work_queue_push_priority (&queue, nodes[i], 3);
    }
  g_assert_true (fut_work_queue_remove (&queue, nodes[2]));
  g_assert_false (fut_work_queue_remove (&queue, nodes[2]));
  g_assert_true (fut_work_queue_remove (&queue, nodes[3]));
  g_assert_cmpuint (fut_work_queue_take (&queue, &taken, 1, 1), ==, 1);
  g_assert_true (taken == nodes[0]);
  g_assert_false (fut_work_queue_remove (&queue, nodes[0]));

  /* One that was removed can be pushed again. */
  fut_work_queue_push (&queue, nodes[2]);
  for (guint i = 0; i < 3; i++)
    {
      static const guint order[] = { 4, 2, 1 };

      g_assert_cmpuint (fut_work_queue_take (&queue, &taken, 1, 1), ==, 1);
      g_assert_true (taken == nodes[order[i]]);
    }
  g_assert_true (fut_work_queue_is_empty (&queue));
  fut_work_queue_clear (&queue);
  for (guint i = 0; i < 5; i++)
    g_free (nodes[i]);
}

/* --- many threads --- */

#define N_PUSHERS 3
#define N_TAKERS 2

typedef struct
{
  FutWorkQueue queue;
  guint        n_each;
  int          n_left;        /* atomic */
  int         *n_taken;       /* atomic, by number */
} Shared;

typedef struct
{
  Shared *shared;
  guint   index;
} Side;

static gpointer
push_many (gpointer data)
{
  Side *side = data;
  Shared *shared = side->shared;

  for (guint i = 0; i < shared->n_each; i++)
    {
      FutNode *node = item_new (side->index * shared->n_each + i);

      if (i % 5 == 0)
        fut_work_queue_push_priority (&shared->queue, node, (int) (i % 3) - 1);
      else
        fut_work_queue_push (&shared->queue, node);
    }
  return NULL;
}

static gpointer
take_many (gpointer data)
{
  Shared *shared = data;
  FutNode *nodes[16];

  while (g_atomic_int_get (&shared->n_left) > 0)
    {
      guint n = fut_work_queue_take (&shared->queue, nodes, 16, N_TAKERS);

      for (guint i = 0; i < n; i++)
        {
          g_atomic_int_inc (&shared->n_taken[number_of (nodes[i])]);
          g_atomic_int_dec_and_test (&shared->n_left);
          g_free (nodes[i]);
        }
      if (n == 0)
        g_thread_yield ();
    }
  return NULL;
}

/* Everything comes out, and nothing twice. */
static void
test_many_threads (void)
{
  guint n_each = test_short_or_long (20000, 300000);
  guint n = N_PUSHERS * n_each;
  g_autofree int *n_taken = g_new0 (int, n);
  Shared shared = { .n_each = n_each, .n_left = n, .n_taken = n_taken };
  Side sides[N_PUSHERS];
  TestThread *threads[N_PUSHERS + N_TAKERS];

  fut_work_queue_init (&shared.queue);
  for (guint i = 0; i < N_PUSHERS; i++)
    {
      sides[i] = (Side){ &shared, i };
      threads[i] = test_thread_new (push_many, &sides[i]);
    }
  for (guint i = 0; i < N_TAKERS; i++)
    threads[N_PUSHERS + i] = test_thread_new (take_many, &shared);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    test_thread_join (threads[i]);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (n_taken[i], ==, 1);
  fut_work_queue_clear (&shared.queue);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/engine/work-queue/first-in-first-out", test_first_in_first_out);
  test_add ("/engine/work-queue/by-priority", test_by_priority);
  test_add ("/engine/work-queue/takes-a-share", test_takes_a_share);
  test_add ("/engine/work-queue/remove", test_remove);
  test_add ("/engine/work-queue/many-threads", test_many_threads);
  return g_test_run ();
}
