/* test-worker-loop.c: a worker runs calls, and says what became of them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"
#include "worker-peer.h"
#include "config.h"

#include "fut-worker.h"

#include <string.h>
#include <sys/wait.h>

/* --- the handshake --- */

static void
test_says_hello (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  FutMessage message;

  peer_await (peer, &message);
  g_assert_cmpint (message.type, ==, FUT_MESSAGE_HELLO);
  g_assert_cmpint (message.hello.pid, ==, peer->pid);
  g_assert_cmpstr (message.hello.language, ==, "C");
  g_assert_cmpstr (message.hello.version, ==, FUT_VERSION);
  g_assert_cmpuint (message.hello.identity, !=, 0);
  g_assert_cmpuint (message.hello.identity, ==, fut_page_get_identity (program));
  g_assert_cmpstr (message.hello.program, ==, program);
}

/* --- results --- */

static void
assert_made (const char *kind, const char *expected)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  peer_run (peer, 1, "make", g_variant_new_string (kind));
  peer_assert_text (peer, 1, expected);

  /* It costs only that call. */
  peer_run (peer, 2, "add", g_variant_new ("(ii)", 1, 2));
  peer_assert_text (peer, 2, "3");
}

static void
test_results_of_each_kind (void)
{
  assert_made ("nothing", "nothing");
  assert_made ("boolean", "true");
  assert_made ("double", "1.5");
  assert_made ("string", "string naïve");
  assert_made ("null-string", "string (null)");
  assert_made ("variant", "({'a': <1>}, ['b'])");
  assert_made ("uint", "4000000000");
}

static void
test_results_that_cannot_be_sent (void)
{
  assert_made ("bad-string", "error: g-io-error-quark 15 *not UTF-8*");
  assert_made ("handle", "error: g-io-error-quark 15 *“h”*");
  assert_made ("object", "error: g-io-error-quark 15 *FutFuture*");
  assert_made ("pointer", "error: g-io-error-quark 15 *gpointer*");
}

static void
test_no_arguments (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  peer_run (peer, 1, "echo", NULL);
  peer_assert_text (peer, 1, "nothing");
  /* An empty array has no bytes, but is there. */
  peer_run (peer, 2, "echo", g_variant_new_array (G_VARIANT_TYPE ("i"), NULL, 0));
  peer_assert_text (peer, 2, "@ai []");
}

static void
test_result_too_large (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  g_autofree char *expected = NULL;
  guint64 n_bytes = FUT_PAYLOAD_MAX_BYTES + 1;

  expected = g_strdup_printf ("error: fut-error-quark %d *%" G_GUINT64_FORMAT
                              " bytes*%" G_GUINT64_FORMAT " bytes*",
                              FUT_ERROR_TOO_LARGE, n_bytes, FUT_PAYLOAD_MAX_BYTES);
  peer_run (peer, 1, "make-huge", g_variant_new_uint64 (n_bytes));
  peer_assert_text (peer, 1, expected);
}

static void
test_errors_of_foreign_domains (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  FutMessage message;

  peer_run (peer, 1, "fail", NULL);
  peer_await_type (peer, FUT_MESSAGE_ERROR, 1, &message);
  g_assert_cmpstr (message.error.domain, ==, "a-foreign-domain");
  g_assert_cmpint (message.error.code, ==, -42);
  g_assert_cmpstr (message.error.message, ==, "it is broken: 7");
  g_assert_cmpstr (message.error.trace, ==, "at line 1\nat line 2");
}

static void
test_unknown_function (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  g_autofree char *expected =
    g_strdup_printf ("error: fut-error-quark %d *“no-such”*", FUT_ERROR_FUNCTION_NOT_FOUND);

  peer_run (peer, 1, "no-such", NULL);
  peer_assert_text (peer, 1, expected);
  peer_run (peer, 2, "add", g_variant_new ("(ii)", 1, 2));
  peer_assert_text (peer, 2, "3");
}

/* The initializer is a call like another one, but has no claim word. */
static void
test_initializer (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  peer_define (peer, 0, "add", "(ii)");
  peer_call (peer, 0, 0, g_variant_new ("(ii)", 1, 2));
  atomic_store (&peer->page->claims[0], FUT_CLAIM_WORD (99, FUT_CLAIM_REVOKED));
  peer_flush (peer);
  peer_assert_text (peer, 0, "3");
}

/* --- claims and cancelling --- */

static void
test_revoked_call_never_runs (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  peer_define (peer, 0, "hold", "");
  peer_define (peer, 1, "fail", "");
  peer_define (peer, 2, "add", "(ii)");
  peer_call (peer, 1, 0, NULL);
  peer_call (peer, 2, 1, NULL);
  peer_call (peer, 3, 2, g_variant_new ("(ii)", 1, 2));
  peer_flush (peer);
  test_yield_until (fut_page_is_started (peer->page, 1, 7));
  g_assert_false (fut_page_is_started (peer->page, 2, 7));
  g_assert_true (fut_page_revoke (peer->page, 2, 7));

  peer_say (peer, FUT_MESSAGE_CANCEL, 1);
  peer_flush (peer);
  peer_assert_text (peer, 1, "error: g-io-error-quark 19 *");
  peer_assert_text (peer, 3, "3");
  g_assert_false (fut_page_revoke (peer->page, 3, 7));
}

static void
assert_cancels (const char *function)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  for (guint id = 1; id < 4; id++)
    {
      peer_run (peer, id, function, NULL);
      test_yield_until (atomic_load (&peer->page->running_id) == id);
      peer_say (peer, FUT_MESSAGE_CANCEL, id);
      peer_flush (peer);
      peer_assert_text (peer, id, "error: g-io-error-quark 19 *");
    }
}

static void
test_cancel_of_a_running_call (void)
{
  assert_cancels ("hold");
  assert_cancels ("spin");
}

/* A call that the worker has, or is just beginning, is asked when it runs. */
static void
test_cancel_ahead (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  peer_define (peer, 0, "hold", "");
  for (guint id = 1; id <= 200; id++)
    {
      peer_call (peer, id, 0, NULL);
      peer_say (peer, FUT_MESSAGE_CANCEL, id);
      if (id % 3 == 0)
        peer_flush (peer);
    }
  peer_flush (peer);
  for (guint id = 1; id <= 200; id++)
    peer_assert_text (peer, id, "error: g-io-error-quark 19 *");
}

/* --- batches --- */

static void
test_many_results_in_few_reads (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  const guint n_calls = 640;
  guint n_reads;

  peer_run (peer, 0, "add", g_variant_new ("(ii)", 0, 0));
  peer_assert_text (peer, 0, "0");
  for (guint id = 1; id <= n_calls; id++)
    peer_call (peer, id, 0, g_variant_new ("(ii)", id, 1));
  n_reads = peer->n_reads;
  peer_flush (peer);
  for (guint id = 1; id <= n_calls; id++)
    {
      g_autofree char *expected = g_strdup_printf ("%u", id + 1);

      peer_assert_text (peer, id, expected);
    }

  /* Calls that take long, as a sanitizer makes them, do not gather. */
  g_assert_cmpuint (peer->n_reads - n_reads, <, n_calls / 4 * test_time_factor ());
}

/* A result does not wait for the end of the call after it, however long that takes. */
static void
test_result_before_a_long_call (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  peer_define (peer, 0, "add", "(ii)");
  peer_define (peer, 1, "spin", "");
  for (guint id = 1; id < 40; id += 2)
    {
      peer_call (peer, id, 0, g_variant_new ("(ii)", 1, 2));
      peer_call (peer, id + 1, 1, NULL);
      peer_flush (peer);
      peer_assert_text (peer, id, "3");
      peer_say (peer, FUT_MESSAGE_CANCEL, id + 1);
      peer_flush (peer);
      peer_assert_text (peer, id + 1, "error: g-io-error-quark 19 *");
    }
}

/* The worker takes in all that is sent while it is busy, and more than the socket holds. */
static void
test_calls_during_a_long_call (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  g_autofree char *text = g_strnfill (4000, 'x');
  g_autofree char *expected = g_strdup_printf ("'%s'", text);
  const guint n_calls = 1000;

  peer_define (peer, 0, "spin", "");
  peer_define (peer, 1, "echo", "s");
  peer_call (peer, 1, 0, NULL);
  peer_flush (peer);
  for (guint id = 2; id < n_calls; id++)
    {
      peer_call (peer, id, 1, g_variant_new_string (text));
      peer_flush (peer);
    }
  peer_say (peer, FUT_MESSAGE_CANCEL, 1);
  peer_flush (peer);
  peer_assert_text (peer, 1, "error: g-io-error-quark 19 *");
  for (guint id = 2; id < n_calls; id++)
    peer_assert_text (peer, id, expected);
}

/* Numbers are given again while calls of the old meaning wait. */
static void
test_signatures_are_replaced (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  for (guint id = 1; id < 100; id += 2)
    {
      peer_define (peer, 5, "add", "(ii)");
      peer_call (peer, id, 5, g_variant_new ("(ii)", 1, 2));
      peer_define (peer, 5, "echo", "s");
      peer_call (peer, id + 1, 5, g_variant_new_string ("x"));
    }
  peer_flush (peer);
  for (guint id = 1; id < 100; id += 2)
    {
      peer_assert_text (peer, id, "3");
      peer_assert_text (peer, id + 1, "'x'");
    }
}

/* --- progress --- */

static void
test_progress_rings_once_when_armed (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  g_autofree char *status = NULL;
  FutMessage message;
  double progress = 0;

  fut_page_arm (peer->page);
  peer_run (peer, 1, "tell",
            g_variant_new_parsed ("[(0.25, 'one'), (0.5, 'two'), (0.75, 'three')]"));
  peer_await_type (peer, FUT_MESSAGE_BELL, 0, &message);

  /* Until it is armed again it is silent, whatever changes. */
  for (;;)
    {
      g_clear_pointer (&status, g_free);
      if (fut_page_read (peer->page, 1, &progress, &status) && progress == 0.75 &&
          g_strcmp0 (status, "three") == 0)
        break;
    }
  peer_say (peer, FUT_MESSAGE_CANCEL, 1);
  peer_flush (peer);

  /* The last of it comes before the end: then the page may tell of another call. */
  peer_await_type (peer, FUT_MESSAGE_PROGRESS, 1, &message);
  g_assert_cmpfloat (message.progress.progress, ==, 0.75);
  g_assert_cmpstr (message.progress.status, ==, "three");
  peer_await_type (peer, FUT_MESSAGE_ERROR, 1, &message);
}

static void
test_progress_without_a_page (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_STDIO, 0);
  guint n_messages = 0;
  double progress = 0;
  FutMessage message;
  GVariantBuilder steps;

  g_variant_builder_init (&steps, G_VARIANT_TYPE ("a(ds)"));
  for (guint i = 0; i <= 1000; i++)
    g_variant_builder_add (&steps, "(ds)", i / 1000.0, "on the way");
  peer_run (peer, 1, "tell", g_variant_builder_end (&steps));

  /* Few messages for many steps; and the last one comes, although the call goes on. */
  while (progress < 1)
    {
      peer_await (peer, &message);
      if (message.type == FUT_MESSAGE_HELLO)
        continue;
      g_assert_cmpint (message.type, ==, FUT_MESSAGE_PROGRESS);
      g_assert_cmpuint (message.id, ==, 1);
      g_assert_cmpfloat (message.progress.progress, >=, progress);
      progress = message.progress.progress;
      n_messages++;
    }
  g_assert_cmpstr (message.progress.status, ==, "on the way");
  g_assert_cmpuint (n_messages, <, 200);
  peer_say (peer, FUT_MESSAGE_CANCEL, 1);
  peer_flush (peer);
  peer_assert_text (peer, 1, "error: g-io-error-quark 19 *");
}

/* --- helpers in other languages --- */

#define HOST_VARIABLE "FUT_TEST_HOST"

/* What such a helper's main loop does with a call. */
static void
run_in_host (FutFuture *future)
{
  g_autoptr(GVariant) args = fut_future_dup_args (future);
  const char *name = fut_future_get_function (future);

  g_assert (fut_future_is_running (future));
  if (strcmp (name, "host:negate") == 0)
    fut_future_return_int64 (future, -g_variant_get_int64 (args));
  else if (strcmp (name, "host:throw") == 0)
    fut_future_return_error_with_trace (
      future, g_error_new_literal (FUT_ERROR, FUT_ERROR_REMOTE, "thrown"), "line 1");
  else if (strcmp (name, "host:hold") == 0)
    {
      fut_future_set_progress (future, 0.5);
      while (!fut_future_return_error_if_cancelled (future))
        ;
    }
  else if (strcmp (name, "host:run") == 0)
    fut_future_run (future);
}

static int
host (void)
{
  g_autoptr(GError) error = NULL;
  FutFuture *future;

  while ((future = fut_worker_next (&error)) != NULL)
    {
      run_in_host (future);
      g_object_unref (future);
    }
  g_assert_no_error (error);
  return 3;
}

static void
test_next (void)
{
  g_autoptr(Peer) peer = NULL;
  FutMessage message;

  g_setenv (HOST_VARIABLE, "1", TRUE);
  peer = peer_new (PEER_DIRECT, 0);
  g_unsetenv (HOST_VARIABLE);

  peer_run (peer, 1, "host:negate", g_variant_new_int64 (5));
  peer_assert_text (peer, 1, "-5");
  peer_run (peer, 2, "add", g_variant_new ("(ii)", 1, 2)); /* in fut_worker_next() */
  peer_assert_text (peer, 2, "3");
  peer_run (peer, 3, "host:throw", NULL);
  peer_await_type (peer, FUT_MESSAGE_ERROR, 3, &message);
  g_assert_cmpint (message.error.code, ==, FUT_ERROR_REMOTE);
  g_assert_cmpstr (message.error.trace, ==, "line 1");
  peer_run (peer, 4, "host:nothing", NULL);
  peer_assert_text (peer, 4, "nothing");
  peer_run (peer, 5, "host:run", NULL);
  peer_assert_text (peer, 5, "error: fut-error-quark * function “host:run”*");

  fut_page_arm (peer->page);
  peer_run (peer, 6, "host:hold", NULL);
  peer_await_type (peer, FUT_MESSAGE_BELL, 0, &message);
  peer_say (peer, FUT_MESSAGE_CANCEL, 6);
  peer_flush (peer);
  peer_assert_text (peer, 6, "error: g-io-error-quark 19 *");

  peer_say (peer, FUT_MESSAGE_STOP, 0);
  peer_flush (peer);
  g_assert_cmpint (WEXITSTATUS (peer_await_exit (peer)), ==, 3);
}

static void
test_not_a_helper (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_worker_is_helper ());
  g_assert_null (fut_worker_next (&error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE);
  g_assert_cmpint (fut_worker_run (), ==, 2);
  g_assert_false (fut_worker_is_helper ());
}

int
main (int argc, char **argv)
{
  worker_functions_register ();
  if (fut_worker_is_helper ())
    return g_getenv (HOST_VARIABLE) != NULL ? host () : fut_worker_run ();

  test_init (&argc, &argv);
  test_add ("/worker/says-hello", test_says_hello);
  test_add ("/worker/result/each-kind", test_results_of_each_kind);
  test_add ("/worker/result/cannot-be-sent", test_results_that_cannot_be_sent);
  test_add ("/worker/result/without-arguments", test_no_arguments);
  test_add ("/worker/result/too-large", test_result_too_large);
  test_add ("/worker/error/foreign-domain-and-trace", test_errors_of_foreign_domains);
  test_add ("/worker/error/unknown-function", test_unknown_function);
  test_add ("/worker/initializer", test_initializer);
  test_add ("/worker/claim/revoked-never-runs", test_revoked_call_never_runs);
  test_add ("/worker/cancel/running", test_cancel_of_a_running_call);
  test_add ("/worker/cancel/ahead", test_cancel_ahead);
  test_add ("/worker/batch/many-results-in-few-reads", test_many_results_in_few_reads);
  test_add ("/worker/batch/result-before-a-long-call", test_result_before_a_long_call);
  test_add ("/worker/batch/calls-during-a-long-call", test_calls_during_a_long_call);
  test_add ("/worker/signatures-are-replaced", test_signatures_are_replaced);
  test_add ("/worker/progress/rings-once-when-armed", test_progress_rings_once_when_armed);
  test_add ("/worker/progress/without-a-page", test_progress_without_a_page);
  test_add ("/worker/next", test_next);
  test_add ("/worker/not-a-helper", test_not_a_helper);
  return g_test_run ();
}
