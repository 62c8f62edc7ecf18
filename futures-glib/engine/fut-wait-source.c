/* fut-wait-source.c: a waiter that is waited for in a main loop
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-wait-source.h"

/* It needs neither prepare nor check: the waiter, and GLib at the deadline, make it ready by its
 * ready time.
 */
static gboolean
wait_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static GSourceFuncs wait_source_funcs = {
  .dispatch = wait_source_dispatch,
};

GSource *
fut_wait_source_new (gint64 deadline, GCancellable *cancellable)
{
  GSource *source = g_source_new (&wait_source_funcs, sizeof (GSource));

  g_source_set_static_name (source, "[futures-glib] wait");
  if (deadline >= 0)
    g_source_set_ready_time (source, deadline);
  if (cancellable != NULL)
    {
      g_autoptr(GSource) child = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (child);
      g_source_add_child_source (source, child);
    }
  return source;
}
