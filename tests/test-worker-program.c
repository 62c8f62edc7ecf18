/* test-worker-program.c: the helper that is installed
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"
#include "worker-peer.h"
#include "config.h"

static const char *
get_program (void)
{
  const char *program = g_getenv ("FUT_TEST_WORKER");

  g_assert_nonnull (program);
  return program;
}

/* Runs it by hand, with one argument or none. */
static void
assert_run (const char *argument, int status, const char *output, const char *errors)
{
  const char *argv[] = { get_program (), argument, NULL };
  g_autoptr(GError) error = NULL;
  g_autofree char *output_text = NULL;
  g_autofree char *errors_text = NULL;
  int wait_status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output_text, &errors_text,
                &wait_status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (WEXITSTATUS (wait_status), ==, status);
  g_assert_true (g_pattern_match_simple (output, output_text));
  g_assert_true (g_pattern_match_simple (errors, errors_text));
}

static void
test_by_hand (void)
{
  assert_run (NULL, 2, "", "futures-glib-worker: there is no channel to a parent*");
  assert_run ("--help", 0, "Usage: futures-glib-worker *", "");
  assert_run ("--version", 0, "futures-glib-worker " FUT_VERSION "\n", "");
  assert_run ("--no-such", 2, "", "futures-glib-worker: unknown argument \"--no-such\"*Usage:*");
  assert_run ("file", 2, "", "futures-glib-worker: unknown argument \"file\"*");
}

static void
assert_works (PeerKind kind, const char *const *argv)
{
  g_autoptr(Peer) peer = peer_new_for_argv (kind, 0, argv);
  g_autofree char *expected =
    g_strdup_printf ("error: fut-error-quark %d *“no-such”*", FUT_ERROR_FUNCTION_NOT_FOUND);

  peer_run (peer, 1, "test-module:test_module_double", g_variant_new_int64 (21));
  peer_assert_text (peer, 1, "42");
  peer_run (peer, 2, "no-such", NULL);
  peer_assert_text (peer, 2, expected);
  peer_say (peer, FUT_MESSAGE_STOP, 0);
  peer_flush (peer);
  g_assert_cmpint (peer_await_exit (peer), ==, 0);
}

static void
test_runs_functions_of_modules (void)
{
  const char *const argv[] = { get_program (), NULL };

  assert_works (PEER_DIRECT, argv);
}

/* Where the environment does not get through. */
static void
test_stdio (void)
{
  const char *const argv[] = {
    "/usr/bin/env", "-u", "FUT_WORKER_CHANNEL", get_program (), "--stdio", NULL,
  };

  assert_works (PEER_STDIO, argv);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/worker/program/by-hand", test_by_hand);
  test_add ("/worker/program/runs-functions-of-modules", test_runs_functions_of_modules);
  test_add ("/worker/program/stdio", test_stdio);
  return g_test_run ();
}
