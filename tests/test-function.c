/* test-function.c: named functions: registered, in modules, unknown
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* The module built beside this program: its folder, its plain name and its file name. */
#define MODULE "test-module"
#define MODULE_FILE "libtest-module.so"

static FutFuture *
call (FutExecutor *pool, const char *name)
{
  return fut_executor_submit (pool, name, g_variant_new_int64 (21));
}

static void
assert_returns (FutExecutor *pool, const char *name, gint64 expected)
{
  g_autoptr(FutFuture) future = call (pool, name);

  test_assert_int64 (future, expected);
}

static void
assert_not_found (FutExecutor *pool, const char *name)
{
  g_autoptr(FutFuture) future = call (pool, name);
  g_autoptr(GError) error = NULL;
  g_autoptr(TestValue) value = fut_future_result (future, -1, &error);

  g_assert_null (value);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, name));
}

static void
add (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_int64 (future, g_variant_get_int64 (args) + GPOINTER_TO_INT (user_data));
}

static void
test_registered (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = NULL;
  g_autofree char *name = NULL;

  fut_function_register ("test.add", add, GINT_TO_POINTER (1), NULL);
  future = call (pool, "test.add");
  g_assert_cmpstr (fut_future_get_function (future), ==, "test.add");
  name = fut_future_dup_name (future);
  g_assert_cmpstr (name, ==, "test.add");
  test_assert_int64 (future, 22);
  g_assert_true (fut_function_unregister ("test.add"));
}

static void
test_registered_again (void)
{
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);

  fut_function_register ("test.add", add, destroyed, test_latch_raise_cb);
  fut_function_register ("test.add", add, GINT_TO_POINTER (2), NULL);
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 1);
  assert_returns (pool, "test.add", 23);

  fut_function_register ("test.add", add, destroyed, test_latch_raise_cb);
  g_assert_true (fut_function_unregister ("test.add"));
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 2);
  g_assert_false (fut_function_unregister ("test.add"));
  assert_not_found (pool, "test.add");
}

static void
wait_for_future (FutFuture *future, GVariant *args, gpointer other)
{
  g_assert_true (fut_future_wait (other, -1, NULL, NULL));
}

/* The name counts when the call begins, not when it is submitted. */
static void
test_registered_after_submit (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) busy = fut_future_new ();
  g_autoptr(FutFuture) blocker = NULL;
  g_autoptr(FutFuture) future = NULL;

  blocker = fut_executor_submit_func (pool, wait_for_future, busy, NULL);
  future = call (pool, "test.late");
  fut_function_register ("test.late", add, GINT_TO_POINTER (3), NULL);
  test_complete (busy, 0);
  test_assert_int64 (future, 24);
  g_assert_true (fut_function_unregister ("test.late"));
}

typedef struct
{
  TestLatch *started;
  TestLatch *gate;
  TestLatch *destroyed;
} Running;

static void
stand_at_gate (FutFuture *future, GVariant *args, gpointer user_data)
{
  Running *running = user_data;

  test_latch_raise (running->started);
  test_latch_await (running->gate, 1);
  g_assert_cmpuint (test_latch_peek (running->destroyed), ==, 0);
  fut_future_return_int64 (future, 1);
}

static void
note_destroyed (gpointer user_data)
{
  Running *running = user_data;

  test_latch_raise (running->destroyed);
}

/* What a running call uses is not destroyed under its feet. */
static void
test_unregistered_while_running (void)
{
  g_autoptr(TestLatch) started = test_latch_new ();
  g_autoptr(TestLatch) gate = test_latch_new ();
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  Running running = { started, gate, destroyed };
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = NULL;

  fut_function_register ("test.gate", stand_at_gate, &running, note_destroyed);
  future = call (pool, "test.gate");
  test_latch_await (started, 1);
  g_assert_true (fut_function_unregister ("test.gate"));
  g_assert_cmpuint (test_latch_peek (destroyed), ==, 0);
  test_latch_raise (gate);
  test_assert_int64 (future, 1);
  test_latch_await (destroyed, 1);
}

static gpointer
register_over_and_over (gpointer data)
{
  for (guint i = 0; i < 2000; i++)
    {
      fut_function_register ("test.contended", add, GINT_TO_POINTER (1), NULL);
      if (i % 3 == 0)
        fut_function_unregister ("test.contended");
    }
  return NULL;
}

static void
test_registered_from_many_threads (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
  TestThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = test_thread_new (register_over_and_over, NULL);
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr(FutFuture) future = call (pool, "test.contended");
      g_autoptr(GError) error = NULL;
      gint64 value = fut_future_result_int64 (future, -1, &error);

      if (error != NULL)
        g_assert_error (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND);
      else
        g_assert_cmpint (value, ==, 22);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    test_thread_join (threads[i]);
  fut_function_unregister ("test.contended");
}

static void
test_unknown (void)
{
  static const char *const names[] = {
    "nobody",   "nobody:knows", "nobody:", ":nobody", ":", "a:b:c",
    "../up:it", "./here:it",    "/no/such/file.so:it", "/:it",
  };
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    assert_not_found (pool, names[i]);
}

/* --- modules --- */

static char *
module_path (void)
{
  return g_test_build_filename (G_TEST_BUILT, MODULE_FILE, NULL);
}

static void
test_module_by_plain_name (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) without_data = call (pool, MODULE ":test_module_user_data");

  /* FUT_MODULE_PATH has the folder. */
  assert_returns (pool, MODULE ":test_module_double", 42);
  assert_returns (pool, MODULE ":test_module_double", 42);
  assert_returns (pool, MODULE_FILE ":test_module_double", 42);
  g_assert_true (fut_future_result_boolean (without_data, -1, NULL));
  assert_not_found (pool, MODULE ":no_such_symbol");
}

static void
test_module_by_absolute_path (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autofree char *path = module_path ();
  g_autofree char *name = g_strconcat (path, ":test_module_double", NULL);

  assert_returns (pool, name, 42);
}

/* A registered name stands before the module of that name. */
static void
test_registered_name_comes_first (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);

  fut_function_register ("some-module:some_function", add, GINT_TO_POINTER (5), NULL);
  assert_returns (pool, "some-module:some_function", 26);
  g_assert_true (fut_function_unregister ("some-module:some_function"));
  assert_not_found (pool, "some-module:some_function");
}

/* A temporary folder with a link to the module, at @name. */
static char *
make_folder (const char *template, const char *name)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp (template, &error);
  g_autofree char *link = NULL;
  g_autofree char *path = module_path ();

  g_assert_no_error (error);
  link = g_build_filename (folder, name, NULL);
  g_assert_no_errno (symlink (path, link));
  return folder;
}

static void
remove_folder (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (g_rmdir (folder));
}

static void
test_split_at_the_last_colon (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autofree char *folder = make_folder ("with:colon-XXXXXX", "a:b.so");
  g_autofree char *name = g_strconcat (folder, "/a:b.so:test_module_double", NULL);

  assert_returns (pool, name, 42);
  remove_folder (folder, "a:b.so");
}

static void
test_file_that_is_no_module (void)
{
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autofree char *folder = make_folder ("no-module-XXXXXX", "link.so");
  g_autofree char *path = g_build_filename (folder, "text.so", NULL);
  g_autofree char *name = g_strconcat (path, ":anything", NULL);

  g_assert_true (g_file_set_contents (path, "no module\n", -1, NULL));
  assert_not_found (pool, name);
  g_assert_no_errno (g_unlink (path));
  remove_folder (folder, "link.so");
}

static void
test_search_path (void)
{
  g_autoptr(TestPool) pool = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *search = NULL;

  if (!test_in_subprocess ())
    return;

  pool = fut_thread_pool_executor_new (1);
  folder = make_folder ("searched-XXXXXX", "found.so");
  assert_not_found (pool, "found:test_module_double");
  search = g_strdup_printf ("/no/such/folder:relative::%s:/another", folder);
  g_setenv ("FUT_MODULE_PATH", search, TRUE);
  assert_returns (pool, "found:test_module_double", 42);

  /* What was found once stays, though it is searched for no more. */
  g_unsetenv ("FUT_MODULE_PATH");
  assert_returns (pool, "found:test_module_double", 42);
  remove_folder (folder, "found.so");
}

static void
test_never_the_working_directory (void)
{
  static const char *const paths[] = { NULL, "", ".", ":", ".:", "./", "..", ":/no/such/folder:" };
  g_autoptr(TestPool) pool = NULL;
  g_autofree char *folder = NULL;

  if (!test_in_subprocess ())
    return;

  pool = fut_thread_pool_executor_new (1);
  folder = make_folder ("working-XXXXXX", "here.so");
  g_assert_no_errno (g_chdir (folder));
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      if (paths[i] == NULL)
        g_unsetenv ("FUT_MODULE_PATH");
      else
        g_setenv ("FUT_MODULE_PATH", paths[i], TRUE);
      assert_not_found (pool, "here:test_module_double");
      assert_not_found (pool, "here.so:test_module_double");
      assert_not_found (pool, "./here.so:test_module_double");
    }
  remove_folder (folder, "here.so");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/function/registered", test_registered);
  test_add ("/function/registered-again", test_registered_again);
  test_add ("/function/registered-after-submit", test_registered_after_submit);
  test_add ("/function/unregistered-while-running", test_unregistered_while_running);
  test_add ("/function/registered-from-many-threads", test_registered_from_many_threads);
  test_add ("/function/unknown", test_unknown);
  test_add ("/function/module/by-plain-name", test_module_by_plain_name);
  test_add ("/function/module/by-absolute-path", test_module_by_absolute_path);
  test_add ("/function/module/registered-name-comes-first", test_registered_name_comes_first);
  test_add ("/function/module/split-at-the-last-colon", test_split_at_the_last_colon);
  test_add ("/function/module/file-that-is-no-module", test_file_that_is_no_module);
  test_add ("/function/module/search-path", test_search_path);
  test_add ("/function/module/never-the-working-directory", test_never_the_working_directory);
  return g_test_run ();
}
