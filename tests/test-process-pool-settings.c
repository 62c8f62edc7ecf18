/* test-process-pool-settings.c: what a process pool is told
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

static const char *const some_argv[] = { "/opt/helper", "--quiet", NULL };
static const char *const other_argv[] = { "bwrap", "--unshare-net", NULL };
static const char *const some_environ[] = { "PATH=/usr/bin", "EMPTY=", NULL };
static const char *const no_words[] = { NULL };

static FutProcessPoolExecutor *
new_pool (void)
{
  return FUT_PROCESS_POOL_EXECUTOR (fut_process_pool_executor_new (2));
}

static void
assert_strv (char **strv, const char *const *expected)
{
  g_assert_nonnull (strv);
  g_assert_true (g_strv_equal ((const char *const *) strv, expected));
  g_strfreev (strv);
}

static void
assert_string (char *string, const char *expected)
{
  g_assert_cmpstr (string, ==, expected);
  g_free (string);
}

/* --- the properties --- */

/* Each with its default, and another value. */
typedef struct
{
  const char *property;
  gint64      at_first;
  gint64      another;
} Number;

static const Number numbers[] = {
  { "max-tasks-per-child", 0, 100 },
  { "idle-timeout", -1, 5 * G_TIME_SPAN_SECOND },
  { "start-timeout", 30 * G_TIME_SPAN_SECOND, -1 },
  { "cancel-grace", -1, 0 },
  { "crash-policy", FUT_CRASH_POLICY_FAIL_TASK, FUT_CRASH_POLICY_RETRY },
  { "max-retries", 3, 0 },
  { "memory-limit", 0, G_MAXINT64 },
  { "trust-workers", FALSE, TRUE },
  { "worker-output", FUT_WORKER_OUTPUT_FORWARD, FUT_WORKER_OUTPUT_DISCARD },
};

static const char *const texts[] = { "worker-argv", "launcher-argv", "environ", "cwd" };

static GType
type_of (FutProcessPoolExecutor *pool, const char *property)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (pool), property);

  g_assert_nonnull (pspec);
  return pspec->value_type;
}

static gint64
get_number (FutProcessPoolExecutor *pool, const char *property)
{
  g_auto(GValue) value = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (pool), property, &value);
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (&value)))
    {
    case G_TYPE_UINT:
      return g_value_get_uint (&value);
    case G_TYPE_INT64:
      return g_value_get_int64 (&value);
    case G_TYPE_UINT64:
      return (gint64) g_value_get_uint64 (&value);
    case G_TYPE_BOOLEAN:
      return g_value_get_boolean (&value);
    default:
      return g_value_get_enum (&value);
    }
}

static void
set_number (FutProcessPoolExecutor *pool, const char *property, gint64 number)
{
  g_auto(GValue) value = G_VALUE_INIT;

  g_value_init (&value, type_of (pool, property));
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (&value)))
    {
    case G_TYPE_UINT:
      g_value_set_uint (&value, (guint) number);
      break;
    case G_TYPE_INT64:
      g_value_set_int64 (&value, number);
      break;
    case G_TYPE_UINT64:
      g_value_set_uint64 (&value, (guint64) number);
      break;
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (&value, (gboolean) number);
      break;
    default:
      g_value_set_enum (&value, (int) number);
    }
  g_object_set_property (G_OBJECT (pool), property, &value);
}

static void
count_notify (FutProcessPoolExecutor *pool, GParamSpec *pspec, gpointer n_notified)
{
  ++*(guint *) n_notified;
}

static void
test_defaults (void)
{
  g_autoptr(FutProcessPoolExecutor) pool = new_pool ();

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_cmpint (get_number (pool, numbers[i].property), ==, numbers[i].at_first);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gpointer text = pool;

      g_object_get (pool, texts[i], &text, NULL);
      g_assert_null (text);
    }
}

static void
test_numbers_by_properties (void)
{
  g_autoptr(FutProcessPoolExecutor) pool = new_pool ();

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", numbers[i].property, NULL);
      guint n_notified = 0;
      guint n_any = 0;

      g_signal_connect (pool, signal, G_CALLBACK (count_notify), &n_notified);
      g_signal_connect (pool, "notify", G_CALLBACK (count_notify), &n_any);
      set_number (pool, numbers[i].property, numbers[i].at_first);
      g_assert_cmpuint (n_any, ==, 0);
      set_number (pool, numbers[i].property, numbers[i].another);
      g_assert_cmpint (get_number (pool, numbers[i].property), ==, numbers[i].another);
      set_number (pool, numbers[i].property, numbers[i].another);
      g_assert_cmpuint (n_notified, ==, 1);
      set_number (pool, numbers[i].property, numbers[i].at_first);
      g_assert_cmpint (get_number (pool, numbers[i].property), ==, numbers[i].at_first);
      g_assert_cmpuint (n_notified, ==, 2);
      g_assert_cmpuint (n_any, ==, 2);
      g_signal_handlers_disconnect_by_func (pool, count_notify, &n_notified);
      g_signal_handlers_disconnect_by_func (pool, count_notify, &n_any);
    }
}

static void
test_texts_by_properties (void)
{
  g_autoptr(FutProcessPoolExecutor) pool = new_pool ();
  char **strv = NULL;
  char *cwd = NULL;
  guint n_notified = 0;

  g_signal_connect (pool, "notify", G_CALLBACK (count_notify), &n_notified);
  for (guint i = 0; i < 2; i++)
    {
      g_object_set (pool, "worker-argv", some_argv, "launcher-argv", other_argv, "environ",
                    some_environ, "cwd", "/", NULL);
      g_assert_cmpuint (n_notified, ==, 4);
    }
  g_object_get (pool, "worker-argv", &strv, NULL);
  assert_strv (strv, some_argv);
  g_object_get (pool, "launcher-argv", &strv, NULL);
  assert_strv (strv, other_argv);
  g_object_get (pool, "environ", &strv, NULL);
  assert_strv (strv, some_environ);
  g_object_get (pool, "cwd", &cwd, NULL);
  assert_string (cwd, "/");

  g_object_set (pool, "worker-argv", NULL, "launcher-argv", NULL, "environ", NULL, "cwd", NULL,
                NULL);
  g_assert_cmpuint (n_notified, ==, 8);
  g_assert_null (fut_process_pool_executor_dup_worker_argv (pool));
  g_assert_null (fut_process_pool_executor_dup_launcher_argv (pool));
  g_assert_null (fut_process_pool_executor_dup_environ (pool));
  g_assert_null (fut_process_pool_executor_dup_cwd (pool));
}

static void
set_all (FutProcessPoolExecutor *pool)
{
  fut_process_pool_executor_set_worker_argv (pool, some_argv);
  fut_process_pool_executor_set_launcher_argv (pool, other_argv);
  fut_process_pool_executor_set_environ (pool, some_environ);
  fut_process_pool_executor_set_cwd (pool, "/usr");
  fut_process_pool_executor_set_max_tasks_per_child (pool, 9);
  fut_process_pool_executor_set_idle_timeout (pool, 0);
  fut_process_pool_executor_set_start_timeout (pool, G_MAXINT64);
  fut_process_pool_executor_set_cancel_grace (pool, 250000);
  fut_process_pool_executor_set_crash_policy (pool, FUT_CRASH_POLICY_BREAK);
  fut_process_pool_executor_set_max_retries (pool, G_MAXUINT);
  fut_process_pool_executor_set_memory_limit (pool, G_MAXUINT64);
  fut_process_pool_executor_set_trust_workers (pool, 4);
  fut_process_pool_executor_set_worker_output (pool, FUT_WORKER_OUTPUT_CAPTURE);
}

static void
test_functions (void)
{
  g_autoptr(FutProcessPoolExecutor) pool = new_pool ();
  guint n_notified = 0;

  g_signal_connect (pool, "notify", G_CALLBACK (count_notify), &n_notified);
  set_all (pool);
  g_assert_cmpuint (n_notified, ==, 13);
  assert_strv (fut_process_pool_executor_dup_worker_argv (pool), some_argv);
  assert_strv (fut_process_pool_executor_dup_launcher_argv (pool), other_argv);
  assert_strv (fut_process_pool_executor_dup_environ (pool), some_environ);
  assert_string (fut_process_pool_executor_dup_cwd (pool), "/usr");
  g_assert_cmpuint (fut_process_pool_executor_get_max_tasks_per_child (pool), ==, 9);
  g_assert_cmpint (fut_process_pool_executor_get_idle_timeout (pool), ==, 0);
  g_assert_cmpint (fut_process_pool_executor_get_start_timeout (pool), ==, G_MAXINT64);
  g_assert_cmpint (fut_process_pool_executor_get_cancel_grace (pool), ==, 250000);
  g_assert_cmpint (fut_process_pool_executor_get_crash_policy (pool), ==, FUT_CRASH_POLICY_BREAK);
  g_assert_cmpuint (fut_process_pool_executor_get_max_retries (pool), ==, G_MAXUINT);
  g_assert_cmpuint (fut_process_pool_executor_get_memory_limit (pool), ==, G_MAXUINT64);
  g_assert_cmpint (fut_process_pool_executor_get_trust_workers (pool), ==, TRUE);
  g_assert_cmpint (fut_process_pool_executor_get_worker_output (pool), ==,
                   FUT_WORKER_OUTPUT_CAPTURE);

  /* Nothing new is no news. */
  set_all (pool);
  g_assert_cmpuint (n_notified, ==, 13);

  /* An empty environment is not that of this process. */
  fut_process_pool_executor_set_environ (pool, no_words);
  assert_strv (fut_process_pool_executor_dup_environ (pool), no_words);
  g_assert_cmpuint (n_notified, ==, 14);
}

static void
test_at_construction (void)
{
  g_autoptr(FutProcessPoolExecutor) pool =
    g_object_new (FUT_TYPE_PROCESS_POOL_EXECUTOR, "name", "thumbnails", "max-workers", 3,
                  "worker-argv", some_argv, "idle-timeout", G_TIME_SPAN_SECOND, "crash-policy",
                  FUT_CRASH_POLICY_BREAK, "trust-workers", TRUE, NULL);
  g_autoptr(FutExecutor) own = fut_process_pool_executor_new_for_argv (5, other_argv);

  g_assert_cmpstr (fut_executor_get_name (FUT_EXECUTOR (pool)), ==, "thumbnails");
  g_assert_cmpuint (fut_executor_get_max_workers (FUT_EXECUTOR (pool)), ==, 3);
  assert_strv (fut_process_pool_executor_dup_worker_argv (pool), some_argv);
  g_assert_cmpint (fut_process_pool_executor_get_idle_timeout (pool), ==, G_TIME_SPAN_SECOND);
  g_assert_cmpint (fut_process_pool_executor_get_crash_policy (pool), ==, FUT_CRASH_POLICY_BREAK);
  g_assert_true (fut_process_pool_executor_get_trust_workers (pool));
  g_assert_cmpuint (fut_executor_get_max_workers (own), ==, 5);
  assert_strv (fut_process_pool_executor_dup_worker_argv (FUT_PROCESS_POOL_EXECUTOR (own)),
               other_argv);
}

static void
test_max_workers (void)
{
  g_autoptr(FutExecutor) usual = fut_process_pool_executor_new (0);
  g_autoptr(FutExecutor) most = fut_process_pool_executor_new (1024);
  g_autoptr(FutExecutor) too_many = NULL;
  guint n_usual = fut_executor_get_max_workers (usual);

  test_expect_critical ("*1024*1025*");
  too_many = fut_process_pool_executor_new (1025);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (n_usual, >=, 1);
  g_assert_cmpuint (n_usual, <=, g_get_num_processors ());
  g_assert_cmpuint (fut_executor_get_max_workers (most), ==, 1024);
  g_assert_cmpuint (fut_executor_get_max_workers (too_many), ==, n_usual);
}

static void
test_names_and_flags (void)
{
  g_autoptr(FutExecutor) first = fut_process_pool_executor_new (1);
  g_autoptr(FutExecutor) second = fut_process_pool_executor_new (1);

  g_assert_true (g_str_has_prefix (fut_executor_get_name (first), "ProcessPoolExecutor-"));
  g_assert_cmpstr (fut_executor_get_name (first), !=, fut_executor_get_name (second));
  g_assert_cmphex (fut_executor_get_flags (first), ==, FUT_EXECUTOR_FLAGS_EXACT_CANCEL);
  g_assert_true (G_TYPE_IS_FINAL (FUT_TYPE_PROCESS_POOL_EXECUTOR));
}

/* --- mistakes --- */

static void
test_bad_timeouts (void)
{
  g_autoptr(FutProcessPoolExecutor) pool = new_pool ();

  test_expect_critical ("*idle-timeout*-2*");
  fut_process_pool_executor_set_idle_timeout (pool, -2);
  test_expect_critical ("*start-timeout*-30*");
  fut_process_pool_executor_set_start_timeout (pool, -30);
  test_expect_critical ("*cancel-grace*-9223372036854775808*");
  fut_process_pool_executor_set_cancel_grace (pool, G_MININT64);
  g_test_expect_message ("GLib-GObject", G_LOG_LEVEL_WARNING, "*cancel-grace*");
  g_object_set (pool, "cancel-grace", (gint64) -2, NULL);
  g_test_assert_expected_messages ();
  g_assert_cmpint (fut_process_pool_executor_get_idle_timeout (pool), ==, -1);
  g_assert_cmpint (fut_process_pool_executor_get_start_timeout (pool), ==, 30 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (fut_process_pool_executor_get_cancel_grace (pool), ==, -1);
}

static void
test_bad_command_lines (void)
{
  static const char *const empty_program[] = { "", "--quiet", NULL };
  g_autoptr(FutProcessPoolExecutor) pool = new_pool ();

  test_expect_critical ("*worker-argv*");
  fut_process_pool_executor_set_worker_argv (pool, no_words);
  test_expect_critical ("*worker-argv*");
  g_object_set (pool, "worker-argv", empty_program, NULL);
  test_expect_critical ("*launcher-argv*");
  fut_process_pool_executor_set_launcher_argv (pool, no_words);
  test_expect_critical ("*argv*");
  g_assert_null (fut_process_pool_executor_new_for_argv (1, NULL));
  test_expect_critical ("*argv*");
  g_assert_null (fut_process_pool_executor_new_for_argv (1, no_words));
  g_test_assert_expected_messages ();
  g_assert_null (fut_process_pool_executor_dup_worker_argv (pool));
  g_assert_null (fut_process_pool_executor_dup_launcher_argv (pool));
}

static void
test_bad_surroundings (void)
{
  static const char *const no_value[] = { "PATH=/usr/bin", "HOME", NULL };
  static const char *const no_name[] = { "=/usr/bin", NULL };
  g_autoptr(FutProcessPoolExecutor) pool = new_pool ();

  test_expect_critical ("*environ*HOME*");
  fut_process_pool_executor_set_environ (pool, no_value);
  test_expect_critical ("*environ*=/usr/bin*");
  fut_process_pool_executor_set_environ (pool, no_name);
  test_expect_critical ("*cwd*");
  fut_process_pool_executor_set_cwd (pool, "");
  test_expect_critical ("*policy*");
  fut_process_pool_executor_set_crash_policy (pool, (FutCrashPolicy) 3);
  test_expect_critical ("*output*");
  fut_process_pool_executor_set_worker_output (pool, (FutWorkerOutput) -1);
  g_test_assert_expected_messages ();
  g_assert_null (fut_process_pool_executor_dup_environ (pool));
  g_assert_null (fut_process_pool_executor_dup_cwd (pool));
  g_assert_cmpint (fut_process_pool_executor_get_crash_policy (pool), ==,
                   FUT_CRASH_POLICY_FAIL_TASK);
  g_assert_cmpint (fut_process_pool_executor_get_worker_output (pool), ==,
                   FUT_WORKER_OUTPUT_FORWARD);
}

static void
test_bad_initializers (void)
{
  g_autoptr(FutProcessPoolExecutor) pool = new_pool ();

  test_expect_critical ("*function*");
  fut_process_pool_executor_set_initializer (pool, "", NULL);
  test_expect_critical ("*args*");
  fut_process_pool_executor_set_initializer (pool, NULL, g_variant_new_int64 (5));
  test_expect_critical ("*initializer*");
  fut_process_pool_executor_set_initializer (pool, "load", g_variant_new_handle (5));
  g_test_assert_expected_messages ();

  fut_process_pool_executor_set_initializer (pool, "load", g_variant_new_int64 (5));
  fut_process_pool_executor_set_initializer (pool, "load", NULL);
  fut_process_pool_executor_set_initializer (pool, NULL, NULL);
}

static void
test_no_pool (void)
{
  gsize n_pids = 5;

  test_expect_critical ("*");
  fut_process_pool_executor_prestart (NULL, 1);
  test_expect_critical ("*");
  fut_process_pool_executor_terminate_workers (NULL);
  test_expect_critical ("*");
  fut_process_pool_executor_kill_workers (NULL);
  test_expect_critical ("*");
  g_assert_null (fut_process_pool_executor_get_worker_pids (NULL, &n_pids));
  test_expect_critical ("*");
  g_assert_cmpint (fut_process_pool_executor_get_start_timeout (NULL), ==, -1);
  test_expect_critical ("*");
  g_assert_null (fut_process_pool_executor_dup_cwd (NULL));
  g_test_assert_expected_messages ();
  g_assert_cmpuint (n_pids, ==, 0);
}

/* --- several threads --- */

static gpointer
set_retries (gpointer data)
{
  for (guint i = 1; i <= 20000; i++)
    {
      fut_process_pool_executor_set_max_retries (data, i);
      g_assert_cmpuint (fut_process_pool_executor_get_max_retries (data), ==, i);
    }
  return NULL;
}

static void
test_no_change_is_lost (void)
{
  g_autoptr(FutProcessPoolExecutor) pool = new_pool ();
  GThread *other = g_thread_new ("other", set_retries, pool);

  for (gint64 i = 1; i <= 20000; i++)
    {
      fut_process_pool_executor_set_idle_timeout (pool, i);
      g_assert_cmpint (fut_process_pool_executor_get_idle_timeout (pool), ==, i);
    }
  g_thread_join (other);
  g_assert_cmpuint (fut_process_pool_executor_get_max_retries (pool), ==, 20000);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/process-pool/settings/defaults", test_defaults);
  test_add ("/process-pool/settings/numbers-by-properties", test_numbers_by_properties);
  test_add ("/process-pool/settings/texts-by-properties", test_texts_by_properties);
  test_add ("/process-pool/settings/functions", test_functions);
  test_add ("/process-pool/settings/at-construction", test_at_construction);
  test_add ("/process-pool/settings/max-workers", test_max_workers);
  test_add ("/process-pool/settings/names-and-flags", test_names_and_flags);
  test_add ("/process-pool/settings/no-change-is-lost", test_no_change_is_lost);
  test_add ("/process-pool/mistakes/timeouts", test_bad_timeouts);
  test_add ("/process-pool/mistakes/command-lines", test_bad_command_lines);
  test_add ("/process-pool/mistakes/surroundings", test_bad_surroundings);
  test_add ("/process-pool/mistakes/initializers", test_bad_initializers);
  test_add ("/process-pool/mistakes/no-pool", test_no_pool);
  return g_test_run ();
}
