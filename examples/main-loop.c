/* main-loop.c: progress and the result arrive as signals in the main loop
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Nothing here blocks, so a window would go on being drawn; and no handler needs a lock, since all
 * of them run in the thread of the loop.
 */
#include <futures-glib.h>
#include <stdlib.h>

#define LIMIT 300000
#define STEP 3000

static gboolean
is_prime (gint64 n)
{
  for (gint64 divisor = 2; divisor <= n / divisor; divisor++)
    if (n % divisor == 0)
      return FALSE;
  return n > 1;
}

/* Runs in a worker. It may report its progress as often as it likes: the loop sees the latest. */
static void
count_primes (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 n_primes = 0;

  fut_future_set_status (future, "counting primes");
  for (gint64 n = 0; n < LIMIT; n++)
    {
      if (n % STEP == 0)
        {
          if (fut_future_return_error_if_cancelled (future))
            return;
          fut_future_set_progress (future, (double) n / LIMIT);
        }
      n_primes += is_prime (n);
    }
  fut_future_return_int64 (future, n_primes);
}

static void
on_progress (FutFuture *future, GParamSpec *pspec, gpointer user_data)
{
  g_autofree char *status = fut_future_dup_status (future);

  g_print ("%s: %.0f %%\n", status, 100 * fut_future_get_progress (future));
}

static void
on_done (FutFuture *future, gpointer loop)
{
  g_autoptr(GError) error = NULL;
  gint64 n_primes = fut_future_result_int64 (future, 0, &error);

  if (error != NULL)
    g_print ("failed: %s\n", error->message);
  else
    g_print ("done: %" G_GINT64_FORMAT " primes below %d\n", n_primes, LIMIT);
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (executor, count_primes, NULL, NULL);

  /* The signals wait for the loop, so it is not too late to connect, however fast the call is. */
  g_signal_connect (future, "notify::progress", G_CALLBACK (on_progress), NULL);
  g_signal_connect (future, "done", G_CALLBACK (on_done), loop);
  g_main_loop_run (loop);

  fut_executor_shutdown (executor, TRUE, FALSE);
  return EXIT_SUCCESS;
}
