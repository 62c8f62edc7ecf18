/* test-pool-settings.c: snapshots of what a process pool was told
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-pool-settings.h"
#include "test-util.h"

static const char *const own_argv[] = { "/opt/helper", "--quiet", NULL };

static void
assert_argv (const FutPoolSettings *settings, const char *program, const char *option)
{
  g_auto(GStrv) argv = fut_pool_settings_dup_worker_argv (settings);

  g_assert_cmpstr (argv[0], ==, program);
  g_assert_cmpstr (argv[1], ==, option);
}

static void
test_copy_is_independent (void)
{
  g_autoptr(FutPoolSettings) settings = fut_pool_settings_new ();
  g_autoptr(FutPoolSettings) copy = NULL;

  settings->worker_argv = g_strdupv ((char **) own_argv);
  settings->cwd = g_strdup ("/");
  settings->initializer = g_strdup ("load");
  settings->initializer_args = g_variant_ref_sink (g_variant_new_int64 (5));
  settings->max_retries = 7;
  copy = fut_pool_settings_copy (settings);
  g_clear_pointer (&settings, fut_pool_settings_unref);

  assert_argv (copy, "/opt/helper", "--quiet");
  g_assert_cmpstr (copy->cwd, ==, "/");
  g_assert_cmpstr (copy->initializer, ==, "load");
  g_assert_cmpint (g_variant_get_int64 (copy->initializer_args), ==, 5);
  g_assert_cmpuint (copy->max_retries, ==, 7);
  g_assert_null (copy->environ);
}

static void
test_lives_as_long_as_a_reference (void)
{
  FutPoolSettings *settings = fut_pool_settings_new ();
  g_autoptr(FutPoolSettings) reference = fut_pool_settings_ref (settings);

  fut_pool_settings_unref (settings);
  g_assert_cmpint (reference->start_timeout, ==, FUT_DEFAULT_START_TIMEOUT);
}

/* The environment is changed, so each of these has a process of its own. */
static void
test_helper_is_the_installed_one (void)
{
  g_autoptr(FutPoolSettings) settings = fut_pool_settings_new ();

  if (!test_in_subprocess ())
    return;

  g_unsetenv ("FUT_WORKER");
  assert_argv (settings, FUT_WORKER_PATH, NULL);
}

static void
test_helper_is_that_of_the_variable (void)
{
  g_autoptr(FutPoolSettings) settings = fut_pool_settings_new ();

  if (!test_in_subprocess ())
    return;

  g_setenv ("FUT_WORKER", "/build/futures-glib-worker", TRUE);
  assert_argv (settings, "/build/futures-glib-worker", NULL);
  g_setenv ("FUT_WORKER", "build/futures-glib-worker", TRUE);
  assert_argv (settings, FUT_WORKER_PATH, NULL);

  /* What the program says comes first. */
  g_setenv ("FUT_WORKER", "/build/futures-glib-worker", TRUE);
  settings->worker_argv = g_strdupv ((char **) own_argv);
  assert_argv (settings, "/opt/helper", "--quiet");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/pool-settings/copy-is-independent", test_copy_is_independent);
  test_add ("/pool-settings/lives-as-long-as-a-reference", test_lives_as_long_as_a_reference);
  test_add ("/pool-settings/helper/is-the-installed-one", test_helper_is_the_installed_one);
  test_add ("/pool-settings/helper/is-that-of-the-variable", test_helper_is_that_of_the_variable);
  return g_test_run ();
}
