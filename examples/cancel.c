/* cancel.c: ten tasks on two threads are cancelled: two had begun, eight never run
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A call that waits is cancelled for good. One that runs cannot be: it is asked to stop, through
 * its GCancellable, and ends as it sees fit.
 */
#include <futures-glib.h>
#include <stdlib.h>

#define N_TASKS 10
#define N_THREADS 2

/* Works until it is asked to stop, and then returns what it has. */
static void
count_until_told (FutFuture *future, GVariant *args, gpointer started)
{
  GCancellable *cancellable = fut_future_get_cancellable (future);
  gint64 count = 0;

  g_async_queue_push (started, future);
  do
    count++;
  while (!g_cancellable_is_cancelled (cancellable));
  fut_future_return_int64 (future, count);
}

/* Runs in the thread that cancels, before cancel() returns. */
static void
print_if_cancelled (FutFuture *future, gpointer number)
{
  if (fut_future_is_cancelled (future))
    g_print ("task %d is cancelled\n", GPOINTER_TO_INT (number));
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (N_THREADS);
  g_autoptr(GAsyncQueue) started = g_async_queue_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);

  for (int i = 1; i <= N_TASKS; i++)
    {
      FutFuture *future = fut_executor_submit_func (executor, count_until_told, started, NULL);

      fut_future_add_done_callback (future, print_if_cancelled, GINT_TO_POINTER (i), NULL);
      g_ptr_array_add (futures, future);
    }

  /* Both threads are busy once two tasks have said so. */
  for (int i = 0; i < N_THREADS; i++)
    g_async_queue_pop (started);

  /* Those that wait come first: a thread whose task has stopped takes the next one at once. */
  for (int i = 1; i <= N_TASKS; i++)
    if (!fut_future_is_running (g_ptr_array_index (futures, i - 1)))
      fut_future_cancel (g_ptr_array_index (futures, i - 1));
  for (int i = 1; i <= N_TASKS; i++)
    if (!fut_future_cancel (g_ptr_array_index (futures, i - 1)))
      g_print ("task %d runs: asked to stop\n", i);

  for (int i = 1; i <= N_TASKS; i++)
    {
      FutFuture *future = g_ptr_array_index (futures, i - 1);
      g_autoptr(GError) error = NULL;

      if (fut_future_result_int64 (future, -1, &error) > 0)
        g_print ("task %d kept its result\n", i);
      else
        g_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
    }

  fut_executor_shutdown (executor, TRUE, FALSE);
  return EXIT_SUCCESS;
}
