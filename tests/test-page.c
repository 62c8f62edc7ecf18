/* test-page.c: the page that a worker shares with its parent: claims, progress, the bell
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process/fut-page.h"

#include "fut-error.h"
#include "test-util.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define N_ROUNDS 100 /* of FUT_MESSAGE_MAX_SLOTS races each */
#define N_STATUSES 200000
#define N_RINGS 100000

/* The same page, as the parent and as the worker see it. */
typedef struct
{
  FutPage *parent;
  FutPage *worker;
} Both;

static void
both_open (Both *self)
{
  GError *error = NULL;
  int fd = -1;

  self->parent = fut_page_new (&fd, &error);
  g_assert_no_error (error);
  self->worker = fut_page_map (fd, &error);
  g_assert_no_error (error);
  g_assert_true (self->parent != self->worker);
  close (fd);
}

static void
both_close (Both *self)
{
  fut_page_free (self->worker);
  fut_page_free (self->parent);
}

static void
queue (FutPage *page, guint32 slot, guint32 generation)
{
  atomic_store (&page->claims[slot], FUT_CLAIM_WORD (generation, FUT_CLAIM_QUEUED));
}

static void
test_who_claims_first (void)
{
  const guint32 last = FUT_MESSAGE_MAX_SLOTS - 1;
  Both page;

  both_open (&page);
  queue (page.parent, last, 1);
  g_assert_false (fut_page_is_started (page.parent, last, 1));
  g_assert_true (fut_page_claim (page.worker, last, 1));
  g_assert_true (fut_page_is_started (page.parent, last, 1));
  g_assert_false (fut_page_revoke (page.parent, last, 1));
  g_assert_false (fut_page_claim (page.worker, last, 1));

  /* The slot's next call. */
  queue (page.parent, last, 2);
  g_assert_false (fut_page_is_started (page.parent, last, 1));
  g_assert_false (fut_page_claim (page.worker, last, 1));
  g_assert_true (fut_page_revoke (page.parent, last, 2));
  g_assert_false (fut_page_claim (page.worker, last, 2));
  g_assert_false (fut_page_is_started (page.parent, last, 2));

  /* Generations begin anew without ever becoming a state. */
  queue (page.parent, 0, G_MAXUINT32);
  g_assert_true (fut_page_claim (page.worker, 0, G_MAXUINT32));
  both_close (&page);
}

static void
test_no_such_slot (void)
{
  Both page;

  both_open (&page);
  for (guint i = 0; i < 2; i++)
    {
      guint32 slot = i == 0 ? FUT_MESSAGE_MAX_SLOTS : G_MAXUINT32;

      g_assert_false (fut_page_claim (page.worker, slot, 0));
      g_assert_false (fut_page_revoke (page.parent, slot, 0));
      g_assert_false (fut_page_is_started (page.parent, slot, 0));
    }
  both_close (&page);
}

typedef struct
{
  Both       page;
  TestLatch *rounds;
  gboolean   claimed[FUT_MESSAGE_MAX_SLOTS]; /* what the worker got in this round */
} Race;

/* The slots in the order in which both come to them, or against each other. */
static guint32
nth_slot (guint round, guint i, gboolean by_worker)
{
  return round % 2 != 0 && by_worker ? FUT_MESSAGE_MAX_SLOTS - 1 - i : i;
}

static gpointer
claim_all (gpointer data)
{
  Race *race = data;

  for (guint round = 1; round <= N_ROUNDS; round++)
    {
      test_latch_meet (race->rounds, 2);
      for (guint i = 0; i < FUT_MESSAGE_MAX_SLOTS; i++)
        {
          guint32 slot = nth_slot (round, i, TRUE);

          race->claimed[slot] = fut_page_claim (race->page.worker, slot, round);
        }
      test_latch_meet (race->rounds, 2);
    }
  return NULL;
}

static void
test_exactly_one_wins (void)
{
  g_autoptr(TestLatch) rounds = test_latch_new ();
  Race race = { .rounds = rounds };
  gboolean revoked[FUT_MESSAGE_MAX_SLOTS];
  guint n_revoked = 0;
  TestThread *worker;

  both_open (&race.page);
  worker = test_thread_new (claim_all, &race);
  for (guint round = 1; round <= N_ROUNDS; round++)
    {
      for (guint slot = 0; slot < FUT_MESSAGE_MAX_SLOTS; slot++)
        queue (race.page.parent, slot, round);
      test_latch_meet (race.rounds, 2);
      for (guint i = 0; i < FUT_MESSAGE_MAX_SLOTS; i++)
        {
          guint32 slot = nth_slot (round, i, FALSE);

          revoked[slot] = fut_page_revoke (race.page.parent, slot, round);
        }
      test_latch_meet (race.rounds, 2);
      for (guint slot = 0; slot < FUT_MESSAGE_MAX_SLOTS; slot++)
        {
          g_assert_cmpint (revoked[slot], !=, race.claimed[slot]);
          g_assert_cmpint (fut_page_is_started (race.page.parent, slot, round), ==,
                           race.claimed[slot]);
          n_revoked += revoked[slot] ? 1 : 0;
        }
    }
  test_thread_join (worker);
  g_test_message ("%u of %u were revoked", n_revoked, N_ROUNDS * FUT_MESSAGE_MAX_SLOTS);
  both_close (&race.page);
}

static void
assert_page (FutPage *page, guint64 id, double progress, const char *status)
{
  double page_progress;
  g_autofree char *page_status = NULL;

  g_assert_true (fut_page_read (page, id, &page_progress, &page_status));
  g_assert_cmpfloat (page_progress, ==, progress);
  g_assert_cmpstr (page_status, ==, status);
}

static void
assert_not_of (FutPage *page, guint64 id)
{
  double progress;
  char *status;

  g_assert_false (fut_page_read (page, id, &progress, &status));
}

static void
test_progress_and_status (void)
{
  Both page;

  both_open (&page);
  assert_not_of (page.parent, 0);
  assert_not_of (page.parent, 5);
  fut_page_begin_call (page.worker, 5, 1234);
  g_assert_cmpint (atomic_load (&page.parent->started_at), ==, 1234);
  assert_page (page.parent, 5, -1, NULL);
  fut_page_set_progress (page.worker, 0.5);
  fut_page_set_status (page.worker, "half");
  assert_page (page.parent, 5, 0.5, "half");
  fut_page_set_status (page.worker, "");
  assert_page (page.parent, 5, 0.5, "");
  fut_page_set_status (page.worker, NULL);
  assert_page (page.parent, 5, 0.5, NULL);
  fut_page_set_status (page.worker, "again");
  assert_not_of (page.parent, 4);

  fut_page_begin_call (page.worker, 6, 1235);
  assert_not_of (page.parent, 5);
  assert_page (page.parent, 6, -1, NULL);
  both_close (&page);
}

static void
test_long_statuses_are_cut (void)
{
  Both page;
  g_autofree char *text = g_strnfill (FUT_MESSAGE_MAX_STATUS_BYTES + 1, 'x');
  g_autofree char *cut = g_strnfill (FUT_MESSAGE_MAX_STATUS_BYTES - 1, 'x');

  /* The second byte of an umlaut is the first above the limit. */
  memcpy (text + FUT_MESSAGE_MAX_STATUS_BYTES - 1, "\303\266", 2);
  both_open (&page);
  fut_page_begin_call (page.worker, 1, 0);
  fut_page_set_status (page.worker, text);
  assert_page (page.parent, 1, -1, cut);
  both_close (&page);
}

typedef struct
{
  Both       page;
  TestLatch *done;
} Writer;

static double
progress_of (guint64 id)
{
  return (double) (1 + id % 3) / 4;
}

/* Every status is one letter over and over, and all lengths come. No id comes twice. */
static gpointer
write_statuses (gpointer data)
{
  Writer *self = data;
  char status[FUT_MESSAGE_MAX_STATUS_BYTES + 1];

  for (guint i = 0; i < N_STATUSES; i++)
    {
      gsize n = i * 31 % FUT_MESSAGE_MAX_STATUS_BYTES + 1;

      memset (status, 'a' + i % 26, n);
      status[n] = 0;
      fut_page_begin_call (self->page.worker, i + 1, 0);
      fut_page_set_status (self->page.worker, i % 5 == 0 ? NULL : status);
      fut_page_set_progress (self->page.worker, progress_of (i + 1));
    }
  test_latch_raise (self->done);
  return NULL;
}

/* A status is whole, and progress is that of the call that was asked for. */
static void
test_nothing_is_torn (void)
{
  g_autoptr(TestLatch) done = test_latch_new ();
  Writer writer = { .done = done };
  TestThread *thread;
  guint n_read = 0;

  both_open (&writer.page);
  thread = test_thread_new (write_statuses, &writer);
  while (test_latch_peek (done) == 0)
    {
      guint64 id = atomic_load (&writer.page.parent->running_id);
      double progress;
      g_autofree char *status = NULL;

      if (!fut_page_read (writer.page.parent, id, &progress, &status))
        continue;
      n_read++;
      g_assert_true (progress == -1 || progress == progress_of (id));
      if (status != NULL)
        {
          char all[2] = { status[0], 0 };

          g_assert_cmpuint (strlen (status), >, 0);
          g_assert_cmpuint (strspn (status, all), ==, strlen (status));
        }
    }
  test_thread_join (thread);
  g_test_message ("%u were read while %u were written", n_read, N_STATUSES);
  both_close (&writer.page);
}

static void
test_garbage (void)
{
  static const guint8 bytes[] = { 0xff, 0xc3, 0x28, 0x80, 0xe2, 0x82, 0x01 };
  static const double wrong[] = { NAN, -NAN, INFINITY, -INFINITY, -0.5, 2, 1e300 };
  Both page;
  GRand *rand = g_rand_new_with_seed (17);

  both_open (&page);
  for (guint i = 0; i < 1000; i++)
    {
      double progress;
      g_autofree char *status = NULL;
      double value = wrong[i % G_N_ELEMENTS (wrong)];
      guint64 bits;

      /* No zero ends it, and the last byte is one too. */
      for (gsize k = 0; k < sizeof page.worker->status; k++)
        page.worker->status[k] = (char) bytes[g_rand_int_range (rand, 0, G_N_ELEMENTS (bytes))];
      memcpy (&bits, &value, sizeof bits);
      atomic_store (&page.worker->progress, bits);
      atomic_store (&page.worker->running_id, 3);
      atomic_store (&page.worker->status_sequence, g_rand_int (rand));
      if (atomic_load (&page.worker->status_sequence) % 2 != 0)
        {
          /* A status that is being written for ever does not keep the parent. */
          assert_not_of (page.parent, 3);
          continue;
        }
      g_assert_true (fut_page_read (page.parent, 3, &progress, &status));
      g_assert_cmpfloat (progress, ==, -1);
      g_assert_true (status == NULL || g_utf8_validate (status, -1, NULL));
    }
  g_rand_free (rand);
  both_close (&page);
}

static void
test_bell (void)
{
  Both page;

  both_open (&page);
  g_assert_false (fut_page_ring (page.worker));
  fut_page_arm (page.parent);
  fut_page_arm (page.parent);
  g_assert_true (fut_page_ring (page.worker));
  g_assert_false (fut_page_ring (page.worker));
  atomic_store (&page.worker->bell, 4711);
  g_assert_false (fut_page_ring (page.worker));
  both_close (&page);
}

typedef struct
{
  Both         page;
  atomic_uint  n_rung;
} Ringer;

static gpointer
change_and_ring (gpointer data)
{
  Ringer *self = data;

  for (guint i = 1; i <= N_RINGS; i++)
    {
      atomic_store_explicit (&self->page.worker->progress, i, memory_order_relaxed);
      if (fut_page_ring (self->page.worker))
        atomic_fetch_add (&self->n_rung, 1);
    }
  return NULL;
}

/* The parent arms, looks, and then only comes back for a ring: it must not miss the last change. */
static void
test_no_change_is_missed (void)
{
  Ringer ringer = { .n_rung = 0 };
  guint n_heard = 0;
  guint64 seen = 0;
  TestThread *worker;

  both_open (&ringer.page);
  worker = test_thread_new (change_and_ring, &ringer);
  for (;;)
    {
      fut_page_arm (ringer.page.parent);
      seen = atomic_load_explicit (&ringer.page.parent->progress, memory_order_relaxed);
      if (seen == N_RINGS)
        break;
      test_yield_until (atomic_load (&ringer.n_rung) > n_heard);
      n_heard++;
    }
  test_thread_join (worker);
  both_close (&ringer.page);
}

static void
assert_recovered (FutPage *page, guint64 n_received, const char *text)
{
  g_autofree guint8 *bytes = g_malloc (FUT_PAGE_OUTBOX_BYTES);
  gsize n = fut_page_recover_output (page, n_received, bytes);

  g_assert_cmpmem (bytes, n, text, strlen (text));
}

static void
test_outbox (void)
{
  Both page;
  g_autofree guint8 *many = g_malloc0 (FUT_PAGE_OUTBOX_BYTES);

  both_open (&page);
  assert_recovered (page.parent, 0, "");
  g_assert_true (fut_page_keep_output (page.worker, 1000, (const guint8 *) "first.", 6));
  g_assert_true (fut_page_keep_output (page.worker, 1000, (const guint8 *) "second.", 7));
  assert_recovered (page.parent, 1000, "first.second.");

  /* Some of it had been sent by then, or all. */
  assert_recovered (page.parent, 1002, "rst.second.");
  assert_recovered (page.parent, 1012, ".");
  assert_recovered (page.parent, 1013, "");
  assert_recovered (page.parent, 5000, "");
  assert_recovered (page.parent, 999, "");

  g_assert_false (fut_page_keep_output (page.worker, 1000, many, FUT_PAGE_OUTBOX_BYTES - 12));
  fut_page_forget_output (page.worker);
  assert_recovered (page.parent, 1000, "");
  g_assert_true (fut_page_keep_output (page.worker, 1013, many, FUT_PAGE_OUTBOX_BYTES));
  g_assert_false (fut_page_keep_output (page.worker, 1013, many, 1));
  both_close (&page);
}

/* Whatever a worker writes there, nothing beside the outbox is read. */
static void
test_outbox_of_garbage (void)
{
  g_autofree guint8 *bytes = g_malloc (FUT_PAGE_OUTBOX_BYTES);
  Both page;

  both_open (&page);
  atomic_store (&page.worker->outbox_state, G_MAXUINT64);
  g_assert_cmpuint (fut_page_recover_output (page.parent, G_MAXUINT64, bytes), ==, 0);
  atomic_store (&page.worker->outbox_state, FUT_PAGE_OUTBOX_BYTES + 1);
  g_assert_cmpuint (fut_page_recover_output (page.parent, 0, bytes), ==, 0);
  atomic_store (&page.worker->outbox_state, FUT_PAGE_OUTBOX_BYTES);
  g_assert_cmpuint (fut_page_recover_output (page.parent, 0, bytes), ==, FUT_PAGE_OUTBOX_BYTES);
  g_assert_cmpuint (fut_page_recover_output (page.parent, G_MAXUINT64, bytes), ==, 0);
  both_close (&page);
}

static void
test_unsealed_memory_is_refused (void)
{
  g_autoptr(GError) unsealed = NULL;
  g_autoptr(GError) small = NULL;
  int fd = memfd_create ("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (ftruncate (fd, sizeof (FutPage)), ==, 0);
  g_assert_null (fut_page_map (fd, &unsealed));
  g_assert_error (unsealed, FUT_ERROR, FUT_ERROR_PROTOCOL);
  g_assert_cmpint (ftruncate (fd, 100), ==, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK), ==, 0);
  g_assert_null (fut_page_map (fd, &small));
  g_assert_error (small, FUT_ERROR, FUT_ERROR_PROTOCOL);
  close (fd);
}

static void
test_identity (void)
{
  guint64 identity = fut_page_get_identity (NULL);

  g_assert_cmpuint (identity, !=, 0);
  g_assert_cmpuint (fut_page_get_identity ("/proc/self/exe"), ==, identity);
  g_assert_cmpuint (fut_page_get_identity ("/bin/sh"), !=, identity);
  g_assert_cmpuint (fut_page_get_identity ("/bin/sh"), !=, 0);
  g_assert_cmpuint (fut_page_get_identity ("/no/such/file"), ==, 0);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/process/page/claims/first-wins", test_who_claims_first);
  test_add ("/process/page/claims/no-such-slot", test_no_such_slot);
  test_add ("/process/page/claims/exactly-one-wins", test_exactly_one_wins);
  test_add ("/process/page/progress-and-status", test_progress_and_status);
  test_add ("/process/page/long-statuses-are-cut", test_long_statuses_are_cut);
  test_add ("/process/page/nothing-is-torn", test_nothing_is_torn);
  test_add ("/process/page/garbage", test_garbage);
  test_add ("/process/page/bell", test_bell);
  test_add ("/process/page/no-change-is-missed", test_no_change_is_missed);
  test_add ("/process/page/outbox/what-was-not-sent", test_outbox);
  test_add ("/process/page/outbox/garbage", test_outbox_of_garbage);
  test_add ("/process/page/unsealed-memory-is-refused", test_unsealed_memory_is_refused);
  test_add ("/process/page/identity", test_identity);
  return g_test_run ();
}
