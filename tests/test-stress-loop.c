/* test-stress-loop.c: a main loop that redraws while very many futures complete into it, and a
 * program that signals rain on
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-util.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>

/* --- 60 frames a second --- */

#define FRAME (G_USEC_PER_SEC / 60)
#define REDRAW_PRIORITY (G_PRIORITY_HIGH_IDLE + 20) /* GDK's */

typedef struct
{
  gint64 begun;
  gint64 last;
  gint64 longest_gap;
  guint  n_frames;
} Frames;

/* As GDK does it: the next frame is due one interval after this one. */
static gboolean
draw_frame (gpointer user_data)
{
  Frames *frames = user_data;
  GSource *source = g_main_current_source ();
  gint64 now = g_get_monotonic_time ();

  frames->longest_gap = MAX (frames->longest_gap, now - frames->last);
  frames->last = now;
  frames->n_frames++;
  g_source_set_ready_time (source, now + FRAME);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_frame (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSource *
start_frames (Frames *frames, GMainContext *context)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_frame };
  GSource *source = g_source_new (&funcs, sizeof (GSource));

  *frames = (Frames){ 0 };
  frames->begun = frames->last = g_get_monotonic_time ();
  g_source_set_priority (source, REDRAW_PRIORITY);
  g_source_set_callback (source, draw_frame, frames, NULL);
  g_source_set_ready_time (source, 0);
  g_source_attach (source, context);
  return source;
}

/* Half the frames, and none much too late; on a slow machine less is asked. */
static void
assert_smooth (Frames *frames, const char *what)
{
  gint64 span = g_get_monotonic_time () - frames->begun;
  double wanted = (double) span / FRAME;

  g_test_message ("%s: %u frames of %.0f in %.2f s, the longest gap %.1f ms", what,
                  frames->n_frames, wanted, span / 1e6, frames->longest_gap / 1e3);
  g_assert_cmpfloat (frames->n_frames + 3, >=, wanted / 2 / test_time_factor ());
  g_assert_cmpint (frames->longest_gap, <=, test_span (250 * G_TIME_SPAN_MILLISECOND));
}

typedef struct
{
  FutExecutor *pool;
  GPtrArray   *futures;    /* to be completed by a thread */
  guint        n;
  guint        n_done;
} Flood;

static void
count_done (FutFuture *future, gpointer n_done)
{
  ++*(guint *) n_done;
}

static void
do_nothing (FutFuture *future, GVariant *args, gpointer user_data)
{
}

/* The loop's own thread submits, a chunk at a time, as an application would. */
static gboolean
submit_chunk (gpointer data)
{
  Flood *flood = data;

  for (guint i = 0; i < 500 && flood->n > 0; i++, flood->n--)
    {
      g_autoptr(FutFuture) future = fut_executor_submit_func (flood->pool, do_nothing, NULL, NULL);

      fut_future_add_done_callback_in (future, NULL, count_done, &flood->n_done, NULL);
    }
  return flood->n > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
test_redraws_while_calls_complete (void)
{
  guint n = test_short_or_long (1000000, 10000000);
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  g_autoptr(TestContext) context = test_context_push ();
  Flood flood = { pool, NULL, n, 0 };
  g_autoptr(GSource) submitter = g_idle_source_new ();
  Frames frames;
  GSource *source = start_frames (&frames, context);

  g_source_set_callback (submitter, submit_chunk, &flood, NULL);
  g_source_attach (submitter, context);
  while (flood.n_done < n)
    g_main_context_iteration (context, TRUE);
  assert_smooth (&frames, "calls");
  g_source_destroy (source);
  g_source_unref (source);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

static gpointer
complete_all (gpointer data)
{
  Flood *flood = data;

  for (guint i = 0; i < flood->futures->len; i++)
    test_complete (g_ptr_array_index (flood->futures, i), i);
  return NULL;
}

static void
run_flood (Flood *flood, GMainContext *context, const char *what)
{
  Frames frames;
  GSource *source = start_frames (&frames, context);
  TestThread *thread = test_thread_new (complete_all, flood);

  while (flood->n_done < flood->n)
    g_main_context_iteration (context, TRUE);
  assert_smooth (&frames, what);
  test_thread_join (thread);
  g_source_destroy (source);
  g_source_unref (source);
}

/* All at once, by the dearest way: a handler of "done" on each. */
static void
test_redraws_while_handlers_run (void)
{
  guint n = test_short_or_long (300000, 1000000);
  g_autoptr(TestContext) context = test_context_push ();
  Flood flood = { .futures = g_ptr_array_new_with_free_func (g_object_unref), .n = n };

  for (guint i = 0; i < n; i++)
    {
      FutFuture *future = fut_future_new ();

      g_signal_connect (future, "done", G_CALLBACK (count_done), &flood.n_done);
      g_ptr_array_add (flood.futures, future);
    }
  run_flood (&flood, context, "handlers");
  g_ptr_array_unref (flood.futures);
}

/* The futures belong to nobody in particular, and the callbacks go to the loop's context. */
static void
test_redraws_while_callbacks_come_from_afar (void)
{
  guint n = test_short_or_long (300000, 1000000);
  g_autoptr(GMainContext) context = g_main_context_new ();
  Flood flood = { .futures = g_ptr_array_new_with_free_func (g_object_unref), .n = n };

  for (guint i = 0; i < n; i++)
    {
      FutFuture *future = fut_future_new ();

      fut_future_add_done_callback_in (future, context, count_done, &flood.n_done, NULL);
      g_ptr_array_add (flood.futures, future);
    }
  run_flood (&flood, context, "callbacks from afar");
  g_ptr_array_unref (flood.futures);
}

/* A task may report progress as often as it likes. */
static void
report_progress (FutFuture *future, GVariant *args, gpointer user_data)
{
  guint n = GPOINTER_TO_UINT (user_data);

  for (guint i = 0; i <= n; i++)
    fut_future_set_progress (future, (double) i / n);
}

static void
on_progress (FutFuture *future, GParamSpec *pspec, gpointer n_notified)
{
  ++*(guint *) n_notified;
}

static void
test_redraws_while_progress_comes (void)
{
  guint n = test_short_or_long (3000000, 30000000);
  FutExecutor *pool = fut_thread_pool_executor_new (1);
  g_autoptr(TestContext) context = test_context_push ();
  FutFuture *future = fut_executor_submit_func (pool, report_progress, GUINT_TO_POINTER (n), NULL);
  guint n_notified = 0;
  guint n_done = 0;
  Frames frames;
  GSource *source = start_frames (&frames, context);

  g_signal_connect (future, "notify::progress", G_CALLBACK (on_progress), &n_notified);
  g_signal_connect (future, "done", G_CALLBACK (count_done), &n_done);
  while (n_done == 0)
    g_main_context_iteration (context, TRUE);
  assert_smooth (&frames, "progress");
  g_assert_cmpuint (n_notified, >=, 1);
  g_assert_cmpuint (n_notified, <, n / 2);
  g_assert_cmpfloat (fut_future_get_progress (future), ==, 1);
  g_object_unref (future);
  g_source_destroy (source);
  g_source_unref (source);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

/* --- signals --- */

static int n_signals;

static void
count_signal (int signal_number)
{
  g_atomic_int_inc (&n_signals);
}

/* A thousand a second, in whichever thread, and no system call is restarted. */
static void
start_storm (void)
{
  struct sigaction action = { .sa_handler = count_signal };
  struct itimerval every_millisecond = { { 0, 1000 }, { 0, 1000 } };

  g_atomic_int_set (&n_signals, 0);
  g_assert_no_errno (sigaction (SIGALRM, &action, NULL));
  g_assert_no_errno (setitimer (ITIMER_REAL, &every_millisecond, NULL));
}

static void
stop_storm (void)
{
  struct itimerval never = { { 0, 0 }, { 0, 0 } };

  g_assert_no_errno (setitimer (ITIMER_REAL, &never, NULL));
  signal (SIGALRM, SIG_IGN);
}

static void
test_signal_storm (void)
{
  FutExecutor *pool = fut_thread_pool_executor_new (3);
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutFuture) never = fut_future_new ();
  gint64 until = g_get_monotonic_time () + test_short_or_long (1, 20) * G_TIME_SPAN_SECOND;
  guint n_sent = 0;
  guint n_done = 0;

  start_storm ();
  while (g_get_monotonic_time () < until)
    {
      gint64 begin = g_get_monotonic_time ();
      FutFuture *futures[50];

      for (gint64 i = 0; i < 50; i++)
        {
          futures[i] = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (i));
          fut_future_add_done_callback_in (futures[i], NULL, count_done, &n_done, NULL);
          n_sent++;
        }
      g_assert_false (fut_future_wait (never, 5 * G_TIME_SPAN_MILLISECOND, NULL, NULL));
      g_assert_cmpint (g_get_monotonic_time () - begin, >=, 5 * G_TIME_SPAN_MILLISECOND);
      g_assert_true (
        fut_wait (futures, 50, FUT_RETURN_WHEN_ALL_COMPLETED, -1, NULL, NULL, NULL, NULL));
      for (gint64 i = 0; i < 50; i++)
        {
          test_assert_int64 (futures[i], i * i);
          g_object_unref (futures[i]);
        }
    }
  test_iterate_until (context, n_done == n_sent);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
  stop_storm ();
  g_assert_cmpuint (n_done, ==, n_sent);
  g_assert_cmpint (g_atomic_int_get (&n_signals), >, 100);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add_stress ("/stress/redraws/while-calls-complete", 600, test_redraws_while_calls_complete);
  test_add_stress ("/stress/redraws/while-handlers-run", 600, test_redraws_while_handlers_run);
  test_add_stress ("/stress/redraws/while-callbacks-come-from-afar", 600,
                   test_redraws_while_callbacks_come_from_afar);
  test_add_stress ("/stress/redraws/while-progress-comes", 600, test_redraws_while_progress_comes);
  test_add_stress ("/stress/signal-storm", 600, test_signal_storm);
  return g_test_run ();
}
