/* testworker-regions.c: what the test's helper does wrong with memory that it shares
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "testworker.h"

#include "process/fut-region.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define N_BYTES FUT_REGION_MIN_BYTES

static void
offer (TestWorker *self, int fd, guint64 n_bytes)
{
  FutMessage message = { .type = FUT_MESSAGE_OFFER };

  message.region.n_bytes = n_bytes;
  testworker_send_message (self, &message, fd);
}

/* Says that the result is a text in the region. */
static void
point_to (TestWorker *self, guint64 id, guint64 offset, guint64 n_bytes)
{
  FutMessage message = { .type = FUT_MESSAGE_RESULT, .id = id };

  message.result.kind = FUT_WIRE_STRING;
  message.result.place = FUT_PLACE_REGION;
  message.result.offset = offset;
  message.result.n_bytes = n_bytes;
  if (self->page != NULL)
    atomic_store (&self->page->result_slots[0], 1);
  testworker_send_message (self, &message, -1);
}

static guint8 *
offer_sealed (TestWorker *self, FutRegion **region)
{
  gsize offset;
  int fd;

  *region = fut_region_new (N_BYTES, FALSE, &fd, NULL);
  g_assert_nonnull (*region);
  g_assert_true (fut_region_alloc (*region, N_BYTES, &offset));
  g_assert_cmpuint (offset, ==, 0);
  offer (self, fd, fut_region_get_size (*region));
  return fut_region_get_data (*region, 0);
}

static int
make_memory (gsize n_bytes, unsigned seals)
{
  int fd = memfd_create ("testworker", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (fd, >=, 0);
  g_assert_no_errno (ftruncate (fd, n_bytes));
  if (seals != 0)
    g_assert_no_errno (fcntl (fd, F_ADD_SEALS, seals));
  return fd;
}

/* --- honest --- */

static void
return_text (TestWorker *self, guint64 id)
{
  static FutRegion *region;
  guint8 *data = region != NULL ? fut_region_get_data (region, 0) : offer_sealed (self, &region);

  memset (data, 'a', N_BYTES - 1);
  data[N_BYTES - 1] = 0;
  point_to (self, id, 0, N_BYTES);
}

/* --- not honest --- */

static void
point_outside (TestWorker *self, guint64 id)
{
  FutRegion *region;

  offer_sealed (self, &region);
  point_to (self, id, N_BYTES - 64, N_BYTES);
  testworker_linger (self);
}

static void
point_around (TestWorker *self, guint64 id)
{
  FutRegion *region;

  offer_sealed (self, &region);
  point_to (self, id, G_MAXUINT64 - 63, 128);
  testworker_linger (self);
}

static void
point_to_huge (TestWorker *self, guint64 id)
{
  FutRegion *region;

  offer_sealed (self, &region);
  point_to (self, id, 0, G_MAXUINT64);
  testworker_linger (self);
}

static void
point_to_none (TestWorker *self, guint64 id)
{
  point_to (self, id, 0, 64);
  testworker_linger (self);
}

static void
offer_unsealed (TestWorker *self, guint64 id)
{
  offer (self, make_memory (N_BYTES, 0), N_BYTES);
  point_to (self, id, 0, N_BYTES);
  testworker_linger (self);
}

/* Smaller than is said, and it will stay so. */
static void
offer_shrunk (TestWorker *self, guint64 id)
{
  offer (self, make_memory (4096, F_SEAL_SHRINK | F_SEAL_GROW), N_BYTES);
  point_to (self, id, 0, N_BYTES);
  testworker_linger (self);
}

static void
offer_huge (TestWorker *self, guint64 id)
{
  offer (self, make_memory (N_BYTES, F_SEAL_SHRINK | F_SEAL_GROW), G_MAXUINT64);
  point_to (self, id, 0, N_BYTES);
  testworker_linger (self);
}

static void
offer_no_memory (TestWorker *self, guint64 id)
{
  int fds[2];

  g_assert_no_errno (pipe (fds));
  offer (self, fds[0], N_BYTES);
  point_to (self, id, 0, N_BYTES);
  testworker_linger (self);
}

static void
offer_nothing (TestWorker *self, guint64 id)
{
  offer (self, -1, N_BYTES);
  point_to (self, id, 0, N_BYTES);
  testworker_linger (self);
}

/* One descriptor after another, none of which is used. */
static void
offer_many (TestWorker *self, guint64 id)
{
  int fd = make_memory (N_BYTES, F_SEAL_SHRINK | F_SEAL_GROW);

  for (guint i = 0; i < 300; i++)
    offer (self, fd, N_BYTES);
  testworker_return (self, id, TESTWORKER_VALUE);
}

/* Descriptors with what takes none. */
static void
send_fds_along (TestWorker *self, guint64 id)
{
  FutBuffer buffer = { 0 };
  gint64 value = 13;

  testworker_encode (&buffer, id + 1000, FUT_WIRE_INT64, NULL, &value, sizeof value);
  for (guint i = 0; i < 300; i++)
    testworker_send (self, fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer),
                     STDIN_FILENO);
  testworker_linger (self);
}

/* --- while the parent reads --- */

static gpointer
resize_for_ever (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);

  for (;;)
    if (ftruncate (fd, 0) != 0 || ftruncate (fd, N_BYTES) != 0)
      return NULL;
}

static void
truncate_meanwhile (TestWorker *self, guint64 id)
{
  int fd = make_memory (N_BYTES, 0);

  offer (self, fd, N_BYTES);
  g_thread_unref (g_thread_new ("resize", resize_for_ever, GINT_TO_POINTER (fd)));
  point_to (self, id, 0, N_BYTES);
  testworker_linger (self);
}

/* Writes what is no text, nor the end of one, all over it, and then a text again. That stands for as
 * long as it takes to copy it, more or less.
 */
static gpointer
write_for_ever (gpointer data)
{
  guint8 *bytes = data;

  for (guint round = 0;; round++)
    {
      gboolean spoils = round % 2 == 0;
      gint64 until = g_get_monotonic_time () + (spoils ? 0 : 200);

      for (gsize i = 0; i < N_BYTES - 1; i += 4099)
        bytes[i] = !spoils ? 'a' : i % 2 == 0 ? 0xff : 0;
      bytes[N_BYTES - 1] = spoils ? 'a' : 0;
      while (g_get_monotonic_time () < until)
        ;
    }
  return NULL;
}

static void
write_meanwhile (TestWorker *self, guint64 id)
{
  static FutRegion *region;
  static guint8 *data;

  if (region == NULL)
    {
      data = offer_sealed (self, &region);
      memset (data, 'a', N_BYTES - 1);
      data[N_BYTES - 1] = 0;
      g_thread_unref (g_thread_new ("write", write_for_ever, data));
    }
  point_to (self, id, 0, N_BYTES);
}

const TestBehaviour testworker_region_behaviours[] = {
  { "region-text", NULL, return_text },
  { "region-outside", NULL, point_outside },
  { "region-around", NULL, point_around },
  { "region-too-long", NULL, point_to_huge },
  { "region-none", NULL, point_to_none },
  { "region-unsealed", NULL, offer_unsealed },
  { "region-shrunk", NULL, offer_shrunk },
  { "region-huge", NULL, offer_huge },
  { "region-no-memory", NULL, offer_no_memory },
  { "region-nothing", NULL, offer_nothing },
  { "region-many", NULL, offer_many },
  { "region-fds-along", NULL, send_fds_along },
  { "region-truncated", NULL, truncate_meanwhile },
  { "region-written", NULL, write_meanwhile },
  { NULL },
};
