/* test-util.c: what every test program shares: time limits, loops, results
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"
#include "test-watchdog.h"

#define DEFAULT_LIMIT_SECONDS 30
#define STRESS_LIMIT_SECONDS 60

/* --- the program --- */

typedef struct
{
  char *path;
  guint limit_seconds;
  void (*func) (void);
  void (*func_with_data) (gconstpointer data);
  gconstpointer data;
} Test;

/* Owned until the end of the process: not every test of a program need be run. */
static GPtrArray *tests;

void
test_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  test_watchdog_start ();
  test_process_init ();
}

static void
run_test (gconstpointer data)
{
  const Test *test = data;

  test_watchdog_arm (test->path, test_span (test->limit_seconds * G_TIME_SPAN_SECOND));
  if (test->func != NULL)
    test->func ();
  else
    test->func_with_data (test->data);
  test_watchdog_disarm ();
}

static Test *
add_test (const char *path)
{
  Test *test = g_new0 (Test, 1);

  if (tests == NULL)
    tests = g_ptr_array_new ();
  g_ptr_array_add (tests, test);
  test->path = g_strdup (path);
  test->limit_seconds = DEFAULT_LIMIT_SECONDS;
  g_test_add_data_func (path, test, run_test);
  return test;
}

void
test_add (const char *path, void (*func) (void))
{
  add_test (path)->func = func;
}

void
test_add_stress (const char *path, guint long_limit_seconds, void (*func) (void))
{
  Test *test = add_test (path);

  test->func = func;
  test->limit_seconds = test_is_long () ? long_limit_seconds : STRESS_LIMIT_SECONDS;
}

void
test_add_data (const char *path, gconstpointer data, void (*func) (gconstpointer data))
{
  Test *test = add_test (path);

  test->func_with_data = func;
  test->data = data;
}

double
test_time_factor (void)
{
  const char *text = g_getenv ("FUT_TEST_TIME_FACTOR");
  double factor = text != NULL ? g_ascii_strtod (text, NULL) : 1;

  g_assert_cmpfloat (factor, >, 0);
  return factor;
}

GTimeSpan
test_span (GTimeSpan span)
{
  return span * test_time_factor ();
}

gboolean
test_is_long (void)
{
  return g_strcmp0 (g_getenv ("FUT_TEST_LONG"), "1") == 0;
}

guint
test_short_or_long (guint n_short, guint n_long)
{
  return test_is_long () ? n_long : n_short;
}

gboolean
test_in_subprocess (void)
{
  if (g_test_subprocess ())
    return TRUE;

  /* No limit here: the other process has a watchdog of its own. */
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
  return FALSE;
}

/* --- main loops --- */

static void
check_patience (gint64 *give_up_at, const char *condition)
{
  gint64 now = g_get_monotonic_time ();

  if (*give_up_at == 0)
    *give_up_at = now + test_span (TEST_PATIENCE);
  if (now > *give_up_at)
    {
      test_dump_stacks ();
      g_error ("waited in vain until: %s", condition);
    }
}

static gboolean
look_again (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
test_iterate (GMainContext *context, gint64 *give_up_at, const char *condition)
{
  /* The condition may come true in another thread, which does not wake this context. */
  GSource *tick = g_timeout_source_new (2);

  check_patience (give_up_at, condition);
  g_source_set_callback (tick, look_again, NULL, NULL);
  g_source_attach (tick, context);
  g_main_context_iteration (context, TRUE);
  g_source_destroy (tick);
  g_source_unref (tick);
}

void
test_yield (gint64 *give_up_at, const char *condition)
{
  check_patience (give_up_at, condition);

  /* Not so often that the looking keeps others from making the condition come true. */
  g_thread_yield ();
  g_poll (NULL, 0, 1);
}

TestContext *
test_context_push (void)
{
  GMainContext *context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  return context;
}

void
test_context_pop (TestContext *context)
{
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

void
test_pool_close (TestPool *pool)
{
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

/* --- results --- */

void
test_value_free (GValue *value)
{
  g_value_unset (value);
  g_free (value);
}

void
test_complete (FutFuture *future, gint64 value)
{
  g_auto(GValue) boxed = G_VALUE_INIT;
  g_autoptr(GError) error = NULL;

  g_value_init (&boxed, G_TYPE_INT64);
  g_value_set_int64 (&boxed, value);
  g_assert_true (fut_future_set_result (future, &boxed, &error));
  g_assert_no_error (error);
}

FutFuture *
test_future_done (gint64 value)
{
  FutFuture *future = fut_future_new ();

  test_complete (future, value);
  return future;
}

void
test_assert_int64 (FutFuture *future, gint64 expected)
{
  g_autoptr(GError) error = NULL;
  gint64 value = fut_future_result_int64 (future, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpint (value, ==, expected);
}

void
test_assert_error (FutFuture *future, GQuark domain, int code, const char *pattern)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TestValue) value = fut_future_result (future, -1, &error);

  g_assert_null (value);
  g_assert_error (error, domain, code);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("the message \"%s\" is not like \"%s\"", error->message, pattern);
}

void
test_assert_state (FutFuture *future, FutState state)
{
  FutState property;

  g_assert_cmpint (fut_future_get_state (future), ==, state);
  g_object_get (future, "state", &property, NULL);
  g_assert_cmpint (property, ==, state);
  g_assert_cmpint (fut_future_is_running (future), ==, state == FUT_STATE_RUNNING);
  g_assert_cmpint (fut_future_is_cancelled (future), ==, state == FUT_STATE_CANCELLED);
  g_assert_cmpint (fut_future_is_done (future), ==,
                   state == FUT_STATE_CANCELLED || state == FUT_STATE_FINISHED);
}
