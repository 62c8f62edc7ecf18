/* test-process-pool-output.c: lines of worker processes on their way to a main context
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-process-pool-output.h"
#include "test-util.h"

#include <string.h>

/* The queue knows no processes: any executor has a context and a name. What came is noted here, by
 * the thread that iterates.
 */
typedef struct
{
  GMainContext *context;    /* lent */
  FutExecutor  *executor;   /* owned */
  guint         n_lines;
  guint         next;       /* the number that the next line must have */
  gboolean      iterates;   /* runs the loop while a line is delivered */
  guint         n_turns;    /* of a source of lower priority */
  guint         depth;
} Fixture;

static Fixture fixture;

static void
on_line (FutExecutor *executor, int pid, int fd, const char *line)
{
  g_autofree char *expected = g_strdup_printf ("line %u", fixture.next);

  g_assert_true (executor == fixture.executor);
  g_assert_true (g_main_context_is_owner (fixture.context));
  g_assert_cmpint (pid, ==, 17);
  g_assert_cmpint (fd, ==, 1 + fixture.next % 2);
  g_assert_cmpstr (line, ==, expected);
  fixture.next++;
  fixture.n_lines++;
  if (fixture.iterates && fixture.depth < 5)
    {
      fixture.depth++;
      g_main_context_iteration (fixture.context, FALSE);
      fixture.depth--;
    }
}

static FutPoolOutput *
set_up (GMainContext *context)
{
  fixture = (Fixture){ .context = context, .executor = fut_thread_pool_executor_new (1) };
  return fut_pool_output_new (fixture.executor, on_line);
}

static void
push_lines (FutPoolOutput *output, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *line = g_strdup_printf ("line %u", i);

      fut_pool_output_push (output, 17, 1 + i % 2, line);
    }
}

static gpointer
push_thousand (gpointer output)
{
  push_lines (output, 0, 1000);
  return NULL;
}

static void
test_in_order_from_another_thread (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutPoolOutput) output = set_up (context);
  GThread *thread = g_thread_new ("writer", push_thousand, output);

  test_iterate_until (context, fixture.n_lines == 1000);
  g_thread_join (thread);
  g_assert_false (g_main_context_pending (context));
  g_clear_object (&fixture.executor);
}

static void
test_in_order_when_a_handler_iterates (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutPoolOutput) output = set_up (context);

  fixture.iterates = TRUE;
  push_lines (output, 0, 100);
  test_iterate_until (context, fixture.n_lines == 100);
  push_lines (output, 100, 100);
  test_iterate_until (context, fixture.n_lines == 200);
  g_clear_object (&fixture.executor);
}

static gboolean
note_turn (gpointer data)
{
  fixture.n_turns++;
  return G_SOURCE_CONTINUE;
}

static GSource *
attach_redraw (GMainContext *context)
{
  GSource *redraw = g_idle_source_new ();

  g_source_set_priority (redraw, 120);
  g_source_set_callback (redraw, note_turn, NULL, NULL);
  g_source_attach (redraw, context);
  return redraw;
}

static FutPoolOutput *endless_output; /* lent */

static void
push_another (FutExecutor *executor, int pid, int fd, const char *line)
{
  if (fixture.n_turns < 3)
    push_lines (endless_output, 0, 1);
}

static void
test_leaves_room_when_there_is_always_more (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (1);
  g_autoptr(FutPoolOutput) output = fut_pool_output_new (executor, push_another);
  g_autoptr(GSource) redraw = attach_redraw (context);

  fixture = (Fixture){ .context = context };
  endless_output = output;
  push_lines (output, 0, 1);
  test_iterate_until (context, fixture.n_turns >= 3);
  g_source_destroy (redraw);
}

static void
test_leaves_room_when_lines_trickle_in (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutPoolOutput) output = set_up (context);
  g_autoptr(GSource) redraw = attach_redraw (context);
  guint n_before = 0;

  /* Whenever one was delivered, the next one is there at once. */
  push_lines (output, 0, 1);
  while (fixture.n_turns < 3)
    {
      test_iterate_until (context, fixture.n_lines > n_before || fixture.n_turns >= 3);
      if (fixture.n_lines > n_before)
        push_lines (output, fixture.next, 1);
      n_before = fixture.n_lines;
    }
  g_source_destroy (redraw);
  g_clear_object (&fixture.executor);
}

static void
test_drops_the_oldest_lines (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutPoolOutput) output = set_up (context);

  push_lines (output, 0, FUT_POOL_OUTPUT_MAX_LINES + 50);
  g_assert_cmpuint (test_log_count (log, "*dropped*"), ==, 0);
  fixture.next = 50;
  test_iterate_until (context, fixture.n_lines == FUT_POOL_OUTPUT_MAX_LINES);
  g_assert_cmpuint (test_log_count (log, "*: dropped 50 lines*"), ==, 1);

  /* Once is enough. */
  push_lines (output, fixture.next, 1);
  test_iterate_until (context, fixture.n_lines == FUT_POOL_OUTPUT_MAX_LINES + 1);
  g_assert_cmpuint (test_log_count (log, "*dropped*"), ==, 1);
  g_clear_object (&fixture.executor);
}

static void
count_bytes (FutExecutor *executor, int pid, int fd, const char *line)
{
  fixture.n_lines += strlen (line);
}

static void
test_drops_by_bytes_but_keeps_the_newest (void)
{
  const gsize n_bytes = FUT_POOL_OUTPUT_MAX_BYTES / 2;
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (1);
  g_autoptr(FutPoolOutput) output = fut_pool_output_new (executor, count_bytes);
  g_autofree char *half = g_strnfill (n_bytes, 'x');
  g_autofree char *whole = g_strnfill (3 * n_bytes, 'x');

  fixture = (Fixture){ .context = context };
  for (guint i = 0; i < 3; i++)
    fut_pool_output_push (output, 17, 1, half);
  test_iterate_until (context, fixture.n_lines == 2 * n_bytes);
  g_assert_cmpuint (test_log_count (log, "*: dropped 1 line *"), ==, 1);

  /* A line that is too long by itself is a line all the same. */
  fut_pool_output_push (output, 17, 1, half);
  fut_pool_output_push (output, 17, 1, whole);
  test_iterate_until (context, fixture.n_lines == 5 * n_bytes);
  g_assert_cmpuint (test_log_count (log, "*: dropped 1 line *"), ==, 2);
}

static void
test_context_keeps_nothing_alive (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestContext) context = test_context_push ();
  FutPoolOutput *output = set_up (context);

  push_lines (output, 0, FUT_POOL_OUTPUT_MAX_LINES + 1);
  g_assert_finalize_object (g_steal_pointer (&fixture.executor));
  fut_pool_output_free (output);
  g_assert_cmpuint (test_log_count (log, "*: dropped 1 line *"), ==, 1);
  g_assert_false (g_main_context_iteration (context, FALSE));
  g_assert_cmpuint (fixture.n_lines, ==, 0);
}

static void
drop_executor (FutExecutor *executor, int pid, int fd, const char *line)
{
  fixture.n_lines++;
  g_clear_object (&fixture.executor);
}

static void
free_output (gpointer output, GObject *gone)
{
  fut_pool_output_free (output);
}

static void
test_handler_may_drop_the_executor (void)
{
  g_autoptr(TestContext) context = test_context_push ();
  FutPoolOutput *output;

  fixture = (Fixture){ .context = context, .executor = fut_thread_pool_executor_new (1) };
  output = fut_pool_output_new (fixture.executor, drop_executor);
  g_object_weak_ref (G_OBJECT (fixture.executor), free_output, output);
  push_lines (output, 0, 1);
  test_iterate_until (context, fixture.n_lines == 1);
  g_assert_false (g_main_context_iteration (context, FALSE));
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/process-pool-output/order/from-another-thread", test_in_order_from_another_thread);
  test_add ("/process-pool-output/order/when-a-handler-iterates",
            test_in_order_when_a_handler_iterates);
  test_add ("/process-pool-output/leaves-room/when-there-is-always-more",
            test_leaves_room_when_there_is_always_more);
  test_add ("/process-pool-output/leaves-room/when-lines-trickle-in",
            test_leaves_room_when_lines_trickle_in);
  test_add ("/process-pool-output/drops/the-oldest-lines", test_drops_the_oldest_lines);
  test_add ("/process-pool-output/drops/by-bytes-but-keeps-the-newest",
            test_drops_by_bytes_but_keeps_the_newest);
  test_add ("/process-pool-output/context-keeps-nothing-alive", test_context_keeps_nothing_alive);
  test_add ("/process-pool-output/handler-may-drop-the-executor",
            test_handler_may_drop_the_executor);
  return g_test_run ();
}
