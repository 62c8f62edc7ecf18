/* test-stress-delivery.c: the last reference goes while a loop delivers
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

/* How many races: the long form has a million of each. */
#define N_RACES (test_short_or_long (50000, 1000000))

static void
count_run (FutFuture *future, GVariant *args, gpointer n_runs)
{
  g_atomic_int_inc ((int *) n_runs);
  fut_future_return_int64 (future, 1);
}

typedef struct
{
  GMainContext *context;
  guint         n_done;
  guint         n_notified;
} Delivered;

static void
on_done (FutFuture *future, gpointer user_data)
{
  Delivered *delivered = user_data;

  g_assert_true (g_main_context_is_owner (delivered->context));
  delivered->n_done++;
}

static void
on_notify (FutFuture *future, GParamSpec *pspec, gpointer user_data)
{
  Delivered *delivered = user_data;

  g_assert_true (g_main_context_is_owner (delivered->context));
  delivered->n_notified++;
}

static void
listen (FutFuture *future, Delivered *delivered)
{
  g_signal_connect (future, "done", G_CALLBACK (on_done), delivered);
  g_signal_connect (future, "notify::state", G_CALLBACK (on_notify), delivered);
}

typedef struct
{
  GAsyncQueue *queue;
  Delivered   *delivered;  /* listens after the end; NULL for not at all */
  gboolean     complete;
} Dropper;

/* Ends what comes along, if it has to, and drops it, often as the last one who holds it. */
static gpointer
end_and_drop (gpointer data)
{
  Dropper *self = data;
  gpointer item;

  while ((item = g_async_queue_pop (self->queue)) != self->queue)
    {
      if (self->complete)
        test_complete (item, 1);
      if (self->delivered != NULL)
        listen (item, self->delivered);
      g_object_unref (item);
    }
  return NULL;
}

static void
iterate_a_little (GMainContext *context)
{
  for (guint i = 0; i < 3 && g_main_context_iteration (context, FALSE); i++)
    ;
}

static void
test_last_unref_against_delivery (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GAsyncQueue) queue = g_async_queue_new ();
  Delivered delivered = { context, 0, 0 };
  Dropper dropper = { queue, NULL, TRUE };
  TestThread *thread = test_thread_new (end_and_drop, &dropper);
  guint n = N_RACES / 2;

  for (guint i = 0; i < n; i++)
    {
      FutFuture *future = fut_future_new ();

      test_tracker_add (tracker, future);
      listen (future, &delivered);
      g_async_queue_push (queue, future);
      while (delivered.n_done + 4 < i && g_main_context_iteration (context, FALSE))
        ;
    }
  g_async_queue_push (queue, queue);
  test_thread_join (thread);
  test_iterate_until (context, delivered.n_done >= n);
  g_assert_cmpuint (delivered.n_done, ==, n);
  g_assert_cmpuint (delivered.n_notified, >=, n);
  test_iterate_until (context, test_tracker_n_live (tracker) == 0);
}

/* The most usual program: it submits, begins to listen, and drops its reference, while a worker
 * ends the call and drops another one. Whoever is last, the delivery comes.
 */
static void
test_listening_late_against_finish (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestContext) context = test_context_push ();
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  Delivered delivered = { context, 0, 0 };
  guint n = N_RACES / 2;

  for (guint i = 0; i < n; i++)
    {
      int n_runs = 0;
      FutFuture *future = fut_executor_submit_func (pool, count_run, &n_runs, NULL);

      test_tracker_add (tracker, future);
      if (i % 2 == 0)
        g_signal_connect (future, "done", G_CALLBACK (on_done), &delivered);
      else
        fut_future_add_done_callback_in (future, NULL, on_done, &delivered, NULL);
      if (i % 3 == 0)
        while (g_atomic_int_get (&n_runs) == 0)
          g_thread_yield ();
      else
        g_assert_true (fut_future_wait (future, -1, NULL, NULL));
      g_object_unref (future);
      iterate_a_little (context);
    }
  test_iterate_until (context, delivered.n_done >= n);
  g_assert_cmpuint (delivered.n_done, ==, n);
  test_iterate_until (context, test_tracker_n_live (tracker) == 0);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

/* Another thread begins to listen after the end, and drops the last reference right then: the
 * delivery may come or not, but once at most, in its context, and nothing is left.
 */
static void
test_listening_late_against_delivery (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(GAsyncQueue) queue = g_async_queue_new ();
  Delivered delivered = { context, 0, 0 };
  Dropper dropper = { queue, &delivered, FALSE };
  TestThread *thread = test_thread_new (end_and_drop, &dropper);
  guint n = N_RACES / 2;

  for (guint i = 0; i < n; i++)
    {
      FutFuture *future = fut_future_new ();

      test_tracker_add (tracker, future);
      test_complete (future, i);
      g_async_queue_push (queue, future);
      iterate_a_little (context);
    }
  g_async_queue_push (queue, queue);
  test_thread_join (thread);
  test_iterate_until (context, test_tracker_n_live (tracker) == 0);
  g_test_message ("%u of %u were delivered", delivered.n_done, n);
  g_assert_cmpuint (delivered.n_done, <=, n);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add_stress ("/stress/last-unref-against-delivery", 600, test_last_unref_against_delivery);
  test_add_stress ("/stress/listening-late-against-finish", 600,
                   test_listening_late_against_finish);
  test_add_stress ("/stress/listening-late-against-delivery", 600,
                   test_listening_late_against_delivery);
  return g_test_run ();
}
