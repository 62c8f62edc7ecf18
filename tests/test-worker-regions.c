/* test-worker-regions.c: the memory that a worker shares with its parent
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"
#include "worker-peer.h"

#include "fut-worker.h"

#include <string.h>

#define LARGE (100 * 1000)

static GVariant *
make_large (guint8 fill)
{
  g_autofree guint8 *bytes = g_malloc (LARGE);

  memset (bytes, fill, LARGE);
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, LARGE, 1);
}

static void
assert_large (Peer *peer, guint64 id, guint8 fill)
{
  g_autoptr(GVariant) expected = g_variant_ref_sink (make_large (fill));
  FutMessage message;

  peer_await_type (peer, FUT_MESSAGE_RESULT, id, &message);
  g_assert_cmpint (message.result.place, ==, FUT_PLACE_REGION);
  g_assert_cmpuint (message.result.flags, ==, 0);
  g_assert_cmpuint (message.result.n_bytes, ==, LARGE);
  g_assert_cmpstr (message.result.type, ==, "ay");
  g_assert_cmpint (memcmp (fut_region_peek (peer->offered, message.result.offset, LARGE),
                           g_variant_get_data (expected), LARGE),
                   ==, 0);
  atomic_store (&peer->page->result_slots[message.result.result_slot], 0);
}

static void
test_large_arguments_and_results (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);

  peer_define (peer, 0, "echo", "ay");
  for (guint id = 1; id <= 20; id++)
    peer_call_region (peer, id, 0, make_large (id));
  peer_flush (peer);
  for (guint id = 1; id <= 20; id++)
    assert_large (peer, id, id);

  /* What was read is used again: the region did not have to grow after this. */
  for (guint id = 21; id <= 100; id++)
    {
      gsize size = fut_region_get_size (peer->offered);

      peer_call (peer, id, 0, make_large (id));
      peer_flush (peer);
      assert_large (peer, id, id);
      g_assert_cmpuint (fut_region_get_size (peer->offered), ==, size);
    }
}

/* Results that are not read keep their memory; when slots run out they come through the channel. */
static void
test_results_that_are_not_read (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  guint n_inline = 0;

  peer_define (peer, 0, "make-bytes", "t");
  for (guint id = 1; id <= FUT_MESSAGE_MAX_RESULT_SLOTS + 3; id++)
    {
      FutMessage message;

      peer_call (peer, id, 0, g_variant_new_uint64 (LARGE));
      peer_flush (peer);
      peer_await_type (peer, FUT_MESSAGE_RESULT, id, &message);
      n_inline += message.result.place == FUT_PLACE_INLINE;
    }
  g_assert_cmpuint (n_inline, ==, 3);

  for (guint i = 0; i < FUT_MESSAGE_MAX_RESULT_SLOTS; i++)
    atomic_store (&peer->page->result_slots[i], 0);
  peer_run (peer, 100, "make-bytes", g_variant_new_uint64 (LARGE));
  peer_assert_text (peer, 100, "100000 bytes");
}

static void
test_large_results_without_regions (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_NO_REGIONS, 0);
  g_autoptr(Peer) stdio_peer = peer_new (PEER_STDIO, 0);

  peer_run (peer, 1, "make-bytes", g_variant_new_uint64 (10 * 1000 * 1000));
  peer_assert_text (peer, 1, "10000000 bytes");
  peer_run (stdio_peer, 1, "make-bytes", g_variant_new_uint64 (10 * 1000 * 1000));
  peer_assert_text (stdio_peer, 1, "10000000 bytes");
}

/* The parent hears when arguments that a call has kept are no longer in use; also from a worker
 * that has nothing to do.
 */
static void
test_arguments_that_are_kept (void)
{
  g_autoptr(Peer) peer = peer_new (PEER_DIRECT, 0);
  FutMessage message;

  peer_define (peer, 0, "keep", "ay");
  peer_define (peer, 1, "drop", "");
  for (guint id = 1; id < 100; id += 2)
    {
      gboolean answered = FALSE;
      gboolean released = FALSE;

      peer_call_region (peer, id, 0, make_large (1));
      fut_region_free (peer->granted, 0);
      peer_flush (peer);
      peer_await_type (peer, FUT_MESSAGE_RESULT, id, &message);
      g_assert_cmpuint (message.result.flags, ==, FUT_RESULT_FLAG_KEEPS_ARGUMENTS);

      peer_call (peer, id + 1, 1, NULL);
      peer_flush (peer);
      while (!answered || !released)
        {
          peer_await (peer, &message);
          if (message.type == FUT_MESSAGE_RELEASE)
            {
              g_assert_cmpuint (message.id, ==, id);
              g_assert_false (released);
              released = TRUE;
            }
          else
            {
              g_assert_cmpint (message.type, ==, FUT_MESSAGE_RESULT);
              g_assert_cmpuint (message.id, ==, id + 1);
              answered = TRUE;
            }
        }
    }
}

int
main (int argc, char **argv)
{
  worker_functions_register ();
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  test_init (&argc, &argv);
  test_add ("/worker/region/large-arguments-and-results", test_large_arguments_and_results);
  test_add ("/worker/region/results-not-read", test_results_that_are_not_read);
  test_add ("/worker/region/large-without-regions", test_large_results_without_regions);
  test_add ("/worker/region/arguments-kept", test_arguments_that_are_kept);
  return g_test_run ();
}
