/* fut-fork.c: whether this is still the process that made something
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-fork.h"

#include <pthread.h>
#include <stdatomic.h>

static atomic_uint generation;

static void
on_forked_child (void)
{
  atomic_fetch_add (&generation, 1);
}

guint
fut_fork_get_generation (void)
{
  static gsize watched = 0;

  /* From the first use on: before that there is nothing to tell apart. */
  if (g_once_init_enter (&watched))
    {
      pthread_atfork (NULL, NULL, on_forked_child);
      g_once_init_leave (&watched, 1);
    }
  return atomic_load_explicit (&generation, memory_order_relaxed);
}
