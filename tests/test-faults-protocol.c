/* test-faults-protocol.c: what is sent and shared: rows 11, 21 to 24, 26 and 44 of the faults
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-room.h"

#include <signal.h>
#include <string.h>

#define HONEST_VALUE 42

/* --- 11: the task writes megabytes to stdout and stderr --- */

static void
assert_noise (FutWorkerOutput output, const FaultCase *fault_case, guint n_bytes)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 2);
  FutFuture *noise[4];

  fut_process_pool_executor_set_worker_output (FUT_PROCESS_POOL_EXECUTOR (pool), output);
  for (guint i = 0; i < G_N_ELEMENTS (noise); i++)
    noise[i] = fault_room_submit (room, pool, "fault.write", g_variant_new_uint64 (n_bytes));
  fault_room_assert_works (room, pool);
  for (guint i = 0; i < G_N_ELEMENTS (noise); i++)
    test_assert_int64 (noise[i], n_bytes);
}

static void
test_noise_discarded (gconstpointer fault_case)
{
  assert_noise (FUT_WORKER_OUTPUT_DISCARD, fault_case, 4 << 20);
}

/* Nobody listens to the signal. */
static void
test_noise_captured (gconstpointer fault_case)
{
  assert_noise (FUT_WORKER_OUTPUT_CAPTURE, fault_case, 4 << 20);
}

static void
test_noise_forwarded (gconstpointer data)
{
  const FaultCase *fault_case = data;

  if (g_test_subprocess ())
    {
      assert_noise (FUT_WORKER_OUTPUT_FORWARD, fault_case, 1 << 20);
      return;
    }

  /* All of it comes out here, behind the name of a worker in each line; what was written to standard
   * output on standard error if the other one is the channel.
   */
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  if (!fault_case->launched)
    g_test_trap_assert_stdout ("*ProcessPoolExecutor-*_?*abcdefgh*");
  g_test_trap_assert_stderr ("*ProcessPoolExecutor-*_?*abcdefgh*");
}

/* --- 21: unknown function --- */

static void
test_unknown_function (gconstpointer data)
{
  const FaultCase *fault_case = data;
  static const char *const names[] = { "no.such-function", "/nowhere/module.so:function",
                                       "no-such-module:function" };
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  FutFuture *before = fault_room_submit (room, pool, "fault.pid", NULL);
  FutFuture *after;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      FutFuture *future = fault_room_submit (room, pool, names[i], g_variant_new_int64 (1));
      g_autofree char *pattern = g_strdup_printf ("*%s*", names[i]);

      test_assert_error (future, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND, pattern);
    }
  after = fault_room_submit (room, pool, "fault.pid", NULL);
  g_assert_cmpint (fut_future_result_int64 (before, -1, NULL), ==,
                   fut_future_result_int64 (after, -1, NULL));
}

/* --- 22: unserialisable arguments or result --- */

static void
test_bad_results (gconstpointer data)
{
  const FaultCase *fault_case = data;
  static const char *const kinds[] = { "object", "pointer", "handle" };
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  FutFuture *before = fault_room_submit (room, pool, "fault.pid", NULL);
  FutFuture *after;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      FutFuture *future =
        fault_room_submit (room, pool, "fault.typed", g_variant_new_string (kinds[i]));

      test_assert_error (future, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "*");
    }
  after = fault_room_submit (room, pool, "fault.pid", NULL);
  g_assert_cmpint (fut_future_result_int64 (before, -1, NULL), ==,
                   fut_future_result_int64 (after, -1, NULL));
}

/* A type that is longer than what can be sent. */
static GVariant *
long_type_args (void)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  for (guint i = 0; i < 254; i++)
    g_variant_builder_add (&builder, "y", i);
  return g_variant_builder_end (&builder);
}

static void
test_bad_arguments (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  FutFuture *busy = fault_room_submit (room, pool, "contract.gate", fault_room_args (room, 1));
  GVariant *bad[] = { g_variant_new_handle (0), g_variant_new ("(ah)", NULL), long_type_args () };

  g_assert_cmpint (contract_room_next (room->meeting), ==, 1);
  contract_room_open (room->meeting, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      FutFuture *future = fault_room_submit (room, pool, "contract.square", bad[i]);
      g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

      g_assert_nonnull (error);
      g_test_message ("refused: %s", error->message);
    }
  test_assert_int64 (busy, 1);
  fault_room_assert_works (room, pool);
}

/* What has no normal form is given one, or is refused: it never harms the worker. */
static void
test_odd_arguments (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  GVariant *odd =
    g_variant_new_from_data (G_VARIANT_TYPE ("v"), "ab\0\377\376\0as", 8, FALSE, NULL, NULL);
  FutFuture *before = fault_room_submit (room, pool, "fault.pid", NULL);
  FutFuture *future = fault_room_submit (room, pool, "contract.echo", odd);
  FutFuture *after = fault_room_submit (room, pool, "fault.pid", NULL);

  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  g_assert_cmpint (fut_future_result_int64 (before, -1, NULL), ==,
                   fut_future_result_int64 (after, -1, NULL));
}

/* --- 23: truncated, oversized, random frames; 44: what is shared and not as it is said --- */

static void
test_dropped (gconstpointer data)
{
  const char *behaviour = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, behaviour, NULL);
  gsize rss = test_rss_bytes ();
  FutFuture *future = fault_room_submit (room, pool, "any", NULL);
  g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

  g_assert_nonnull (error);
  g_test_message ("%s: %s", behaviour, error->message);
  g_assert_true (g_error_matches (error, FUT_ERROR, FUT_ERROR_PROTOCOL) ||
                 g_error_matches (error, FUT_ERROR, FUT_ERROR_WORKER_LOST));
  test_yield_until (fut_executor_get_n_workers (pool) == 0);
  g_assert_cmpuint (test_rss_bytes (), <, rss + (64 << 20));
}

/* It went wrong before there was a call: another worker may be tried, but not for ever. */
static void
test_dropped_at_start (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, data, NULL);
  FutFuture *future = fault_room_submit (room, pool, "any", NULL);
  g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

  g_assert_nonnull (error);
  g_assert_true (error->domain == FUT_ERROR);
  g_test_message ("%s: %s", (const char *) data, error->message);
  room->log_is_free = TRUE;
}

/* What is offered is not used: it may be let pass, and leaves nothing behind. */
static void
test_offered_many (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "region-many", NULL);
  FutFuture *future = fault_room_submit (room, pool, "any", NULL);
  g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

  if (error == NULL)
    test_assert_int64 (future, HONEST_VALUE);
}

/* It reads nothing, and is ended with the time of its call. */
static void
test_deaf (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "deaf", NULL);
  g_autoptr(GBytes) bytes = fault_bytes_new (60000);
  FutFuture *first =
    fault_room_submit_timed (room, pool, "any", NULL, test_span (100 * G_TIME_SPAN_MILLISECOND));

  for (guint i = 0; i < 100; i++)
    fault_room_submit (room, pool, "any",
                       g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
  test_assert_error (first, FUT_ERROR, FUT_ERROR_TIMED_OUT, "*");
  fut_process_pool_executor_kill_workers (FUT_PROCESS_POOL_EXECUTOR (pool));
}

static void
assert_survives_seeds (const char *behaviour)
{
  guint n = test_short_or_long (30, 2000);

  for (guint seed = 0; seed < n; seed++)
    {
      g_autoptr(FaultRoom) room = fault_room_new ();
      g_autofree char *argument = g_strdup_printf ("%u", seed);
      FutExecutor *pool = fault_room_add_liars (room, behaviour, argument);
      FutFuture *future = fault_room_submit (room, pool, "any", NULL);
      g_autoptr(GError) error = fut_future_exception (future, -1, NULL);

      /* A bit that does not matter may have been changed. */
      if (error != NULL)
        g_assert_true (error->domain == FUT_ERROR);
      room->log_is_free = TRUE;
    }
}

static void
test_random (void)
{
  assert_survives_seeds ("random");
}

static void
test_flipped (void)
{
  assert_survives_seeds ("flipped");
}

/* --- 24: results that nobody waits for --- */

static void
test_honest_in_the_end (gconstpointer data)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, data, NULL);
  FutFuture *futures[20];

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = fault_room_submit (room, pool, "any", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    test_assert_int64 (futures[i], HONEST_VALUE);
}

/* --- 26: both directions full --- */

static FutFuture *
echo_bytes (FaultRoom *room, FutExecutor *pool, GBytes *bytes)
{
  GVariant *value = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);

  return fault_room_submit (room, pool, "contract.echo", g_variant_new_variant (value));
}

static void
assert_echoes (const FaultCase *fault_case, guint n, gsize n_bytes)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 2);
  g_autoptr(GBytes) bytes = fault_bytes_new (n_bytes);
  g_autoptr(GPtrArray) futures = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (futures, echo_bytes (room, pool, bytes));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GVariant) value = fut_future_result_variant (futures->pdata[i], -1, &error);
      g_autoptr(GBytes) returned = NULL;

      g_assert_no_error (error);
      returned = g_variant_get_data_as_bytes (value);
      g_assert_true (g_bytes_equal (returned, bytes));
    }
}

static void
test_many_in_frames (gconstpointer fault_case)
{
  assert_echoes (fault_case, 1000, 60000);
}

static void
test_some_in_regions (gconstpointer fault_case)
{
  assert_echoes (fault_case, 20, 6000000);
}

/* The worker goes on when there is more to read, and more to write, than fits. */
static void
test_full_while_stopped (gconstpointer data)
{
  const FaultCase *fault_case = data;
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_pool (room, fault_case, 1);
  g_autoptr(GBytes) bytes = fault_bytes_new (60000);
  FutFuture *futures[200];
  pid_t pid;
  FutFuture *busy = fault_room_start_wait (room, pool, fault_case, 1, &pid);

  fault_stop (pid);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = echo_bytes (room, pool, bytes);
  contract_room_open (room->meeting, 1);
  fault_kill (pid, SIGCONT);
  test_assert_int64 (busy, 1);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_assert_null (fut_future_exception (futures[i], -1, NULL));
}

/* --- 44: a worker writes its payload while the parent reads it --- */

static void
test_written_meanwhile (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "region-written", NULL);
  guint n = test_short_or_long (200, 10000);
  guint n_refused = 0;
  guint n_whole = 0;

  for (guint i = 0; i < n && !fut_executor_is_broken (pool); i++)
    {
      FutFuture *future = fault_room_submit (room, pool, "any", NULL);
      g_autoptr(GError) error = NULL;
      g_autofree char *text = fut_future_result_string (future, -1, &error);

      /* A text is one to its end, and stays as it is. */
      g_assert_true ((text == NULL) == (error != NULL));
      if (text == NULL)
        n_refused++;
      else
        {
          g_assert_true (g_utf8_validate (text, -1, NULL));
          n_whole++;
        }
    }
  g_test_message ("%u were refused, %u not", n_refused, n_whole);
  room->log_is_free = TRUE;
}

static void
test_region_text (void)
{
  g_autoptr(FaultRoom) room = fault_room_new ();
  FutExecutor *pool = fault_room_add_liars (room, "region-text", NULL);

  for (guint i = 0; i < 20; i++)
    {
      FutFuture *future = fault_room_submit (room, pool, "any", NULL);
      g_autoptr(GError) error = NULL;
      g_autofree char *text = fut_future_result_string (future, -1, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (strlen (text), ==, (1 << 20) - 1);
    }
}

static void
add_behaviours (guint row, const char *const *names, void (*func) (gconstpointer behaviour))
{
  for (; *names != NULL; names++)
    {
      g_autofree char *path = g_strdup_printf ("/faults/%u/%s", row, *names);

      test_add_data (path, *names, func);
    }
}

int
main (int argc, char **argv)
{
  static const char *const at_start[] = { "hello-twice", NULL };
  static const char *const in_frames[] = {
    "truncated",    "oversized",   "undersized",          "odd-size",         "other-magic",
    "unknown-type", "parents-type", "bad-variant",        "variant-with-handle",
    "text-without-end", "text-that-is-none", "short-number", NULL
  };
  static const char *const in_regions[] = {
    "region-outside", "region-around", "region-too-long",  "region-none",    "region-unsealed",
    "region-shrunk",  "region-huge",   "region-no-memory", "region-nothing", "region-fds-along",
    "region-truncated", NULL
  };
  static const char *const honest[] = { "honest", "unknown-id", "twice", "finished-id", NULL };

  fault_init (&argc, &argv);
  fault_add_both ("/faults/11/noise-discarded", test_noise_discarded);
  fault_add_both ("/faults/11/noise-captured", test_noise_captured);
  fault_add_both ("/faults/11/noise-forwarded", test_noise_forwarded);
  fault_add_both ("/faults/21/unknown-function", test_unknown_function);
  fault_add_both ("/faults/22/bad-results", test_bad_results);
  fault_add_both ("/faults/22/bad-arguments", test_bad_arguments);
  fault_add_both ("/faults/22/odd-arguments", test_odd_arguments);
  add_behaviours (23, at_start, test_dropped_at_start);
  add_behaviours (23, in_frames, test_dropped);
  test_add ("/faults/23/deaf", test_deaf);
  test_add_stress ("/faults/23/random", 900, test_random);
  test_add_stress ("/faults/23/flipped", 900, test_flipped);
  add_behaviours (24, honest, test_honest_in_the_end);
  fault_add_both ("/faults/26/many-in-frames", test_many_in_frames);
  fault_add_both ("/faults/26/some-in-regions", test_some_in_regions);
  fault_add_both ("/faults/26/full-while-stopped", test_full_while_stopped);
  add_behaviours (44, in_regions, test_dropped);
  test_add ("/faults/44/region-many", test_offered_many);
  test_add ("/faults/44/region-text", test_region_text);
  test_add_stress ("/faults/44/written-meanwhile", 600, test_written_meanwhile);
  return fault_run ();
}
