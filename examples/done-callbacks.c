/* done-callbacks.c: which thread calls a done callback, and when
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <futures-glib.h>
#include <stdlib.h>

static GThread *main_thread;
static GMainLoop *loop;

/* Closures share memory with who submits them, so this one is given a future to wait for. */
static void
answer (FutFuture *future, GVariant *args, gpointer go_ahead)
{
  if (!fut_future_wait (go_ahead, -1, NULL, NULL))
    return;
  fut_future_return_int64 (future, 42);
}

static void
report (FutFuture *future, gpointer name)
{
  g_print ("%s: %" G_GINT64_FORMAT ", in %s thread\n", (const char *) name,
           fut_future_result_int64 (future, 0, NULL),
           g_thread_self () == main_thread ? "the main" : "a worker's");
}

static void
report_and_quit (FutFuture *future, gpointer name)
{
  report (future, name);
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) go_ahead = fut_future_new ();
  g_autoptr(FutFuture) future = NULL;

  main_thread = g_thread_self ();
  loop = g_main_loop_new (NULL, FALSE);
  future = fut_executor_submit_func (executor, answer, g_object_ref (go_ahead), g_object_unref);

  /* At once, in the thread that ends the call, in the order added: must be quick. */
  fut_future_add_done_callback (future, report, (gpointer) "first", NULL);
  fut_future_add_done_callback (future, report, (gpointer) "second", NULL);
  /* From the main loop, when it comes to it: may do what it likes, with widgets too. */
  fut_future_add_done_callback_in (future, NULL, report_and_quit, (gpointer) "from the loop", NULL);

  /* A future made by hand is ended by hand. */
  fut_future_return_boolean (go_ahead, TRUE);
  fut_executor_shutdown (executor, TRUE, FALSE);

  /* The call has ended, so this callback runs before the function returns. */
  fut_future_add_done_callback (future, report, (gpointer) "too late", NULL);

  g_main_loop_run (loop);
  g_main_loop_unref (loop);
  return EXIT_SUCCESS;
}
