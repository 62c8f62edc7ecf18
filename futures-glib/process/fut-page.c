/* fut-page.c: the page of memory that a worker shares with its parent: claim words, progress
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-page.h"
#include "fut-memfd.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Progress and status are read under two sequence locks. `running_id` is 0 while the worker goes
 * over to another call; `status_sequence` is odd while it writes a status, and never the same for
 * two of them. A reader that finds one changed has read nothing.
 *
 * Locking: `status_lock` guards `last_sequence`, and the status of the worker's page against two of
 * its threads. Nothing else is locked or called under it.
 */

/* A worker that is stopped in the middle must not keep its parent here. */
#define MAX_TRIES 64

/* The page is a part of the protocol: docs/wire-protocol.md has these numbers. */
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, bell) == 0);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, running_id) == 64);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, started_at) == 72);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, progress) == 80);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, status_sequence) == 88);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, status) == 92);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, result_slots) == 384);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, claims) == 640);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, outbox_state) == 4736);
G_STATIC_ASSERT (G_STRUCT_OFFSET (FutPage, outbox) == 4744);

static GMutex status_lock;
static guint last_sequence;

FutPage *
fut_page_new (int *fd, GError **error)
{
  return fut_memfd_new ("futures-glib page", sizeof (FutPage), FALSE, fd, error);
}

FutPage *
fut_page_map (int fd, GError **error)
{
  return fut_memfd_map (fd, sizeof (FutPage), TRUE, error);
}

void
fut_page_free (FutPage *self)
{
  munmap (self, sizeof (FutPage));
}

static guint64
double_to_bits (double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* What is no progress, such as a NaN, is −1. */
static double
bits_to_progress (guint64 bits)
{
  double value;

  memcpy (&value, &bits, sizeof value);
  return value >= 0 && value <= 1 ? value : -1;
}

void
fut_page_begin_call (FutPage *self, guint64 id, gint64 started_at)
{
  atomic_store_explicit (&self->running_id, 0, memory_order_relaxed);
  atomic_store_explicit (&self->progress, double_to_bits (-1), memory_order_release);
  atomic_store_explicit (&self->status_sequence, 0, memory_order_release);
  atomic_store_explicit (&self->started_at, started_at, memory_order_release);
  atomic_store_explicit (&self->running_id, id, memory_order_release);
}

void
fut_page_set_progress (FutPage *self, double progress)
{
  atomic_store_explicit (&self->progress, double_to_bits (progress), memory_order_release);
}

/* Each byte is released after the odd number, so that a reader that has seen a new byte sees at
 * least that number afterwards.
 */
static void
write_status_locked (FutPage *self, const char *status, gsize n_bytes)
{
  last_sequence += 2;
  if (last_sequence == 0)
    last_sequence = 2;
  atomic_store_explicit (&self->status_sequence, last_sequence - 1, memory_order_relaxed);
  for (gsize i = 0; i < n_bytes; i++)
    __atomic_store_n (&self->status[i], status[i], __ATOMIC_RELEASE);
  __atomic_store_n (&self->status[n_bytes], 0, __ATOMIC_RELEASE);
  atomic_store_explicit (&self->status_sequence, last_sequence, memory_order_release);
}

void
fut_page_set_status (FutPage *self, const char *status)
{
  gsize n_bytes = status != NULL ? strlen (status) : 0;

  n_bytes = fut_message_cut_text (status, n_bytes, FUT_MESSAGE_MAX_STATUS_BYTES);
  g_mutex_lock (&status_lock);
  if (status != NULL)
    write_status_locked (self, status, n_bytes);
  else
    atomic_store_explicit (&self->status_sequence, 0, memory_order_release);
  g_mutex_unlock (&status_lock);
}

/* Both sides exchange, so that one of them sees what the other did before: the parent arms and then
 * looks at the page, the worker changes the page and then looks at the bell.
 */
gboolean
fut_page_ring (FutPage *self)
{
  return atomic_exchange (&self->bell, FUT_BELL_SILENT) == FUT_BELL_ARMED;
}

void
fut_page_arm (FutPage *self)
{
  atomic_exchange (&self->bell, FUT_BELL_ARMED);
}

static gboolean
swap_claim (FutPage *self, guint32 slot, guint32 generation, FutClaim to)
{
  guint expected = FUT_CLAIM_WORD (generation, FUT_CLAIM_QUEUED);

  if (slot >= FUT_MESSAGE_MAX_SLOTS)
    return FALSE;
  return atomic_compare_exchange_strong (&self->claims[slot], &expected,
                                         FUT_CLAIM_WORD (generation, to));
}

gboolean
fut_page_claim (FutPage *self, guint32 slot, guint32 generation)
{
  return swap_claim (self, slot, generation, FUT_CLAIM_STARTED);
}

gboolean
fut_page_revoke (FutPage *self, guint32 slot, guint32 generation)
{
  return swap_claim (self, slot, generation, FUT_CLAIM_REVOKED);
}

gboolean
fut_page_is_started (FutPage *self, guint32 slot, guint32 generation)
{
  return slot < FUT_MESSAGE_MAX_SLOTS &&
         atomic_load (&self->claims[slot]) == FUT_CLAIM_WORD (generation, FUT_CLAIM_STARTED);
}

/* Copies the status; *@copy is "" and *@has_status FALSE for none. FALSE if it is being changed. */
static gboolean
try_status (FutPage *self, char copy[FUT_MESSAGE_MAX_STATUS_BYTES + 1], gboolean *has_status)
{
  guint sequence = atomic_load_explicit (&self->status_sequence, memory_order_acquire);
  gsize n = 0;

  if (sequence % 2 != 0)
    return FALSE;
  *has_status = sequence != 0;
  while (sequence != 0 && n < FUT_MESSAGE_MAX_STATUS_BYTES &&
         (copy[n] = __atomic_load_n (&self->status[n], __ATOMIC_ACQUIRE)) != 0)
    n++;
  copy[n] = 0;
  return atomic_load_explicit (&self->status_sequence, memory_order_relaxed) == sequence;
}

gboolean
fut_page_read (FutPage *self, guint64 id, double *progress, char **status)
{
  char copy[FUT_MESSAGE_MAX_STATUS_BYTES + 1];
  gboolean has_status = FALSE;
  gboolean read = FALSE;
  guint64 bits;

  if (id == 0 || atomic_load_explicit (&self->running_id, memory_order_acquire) != id)
    return FALSE;
  bits = atomic_load_explicit (&self->progress, memory_order_acquire);
  for (guint i = 0; i < MAX_TRIES && !read; i++)
    read = try_status (self, copy, &has_status);
  if (!read || atomic_load_explicit (&self->running_id, memory_order_relaxed) != id)
    return FALSE;

  *progress = bits_to_progress (bits);
  *status = has_status ? g_utf8_make_valid (copy, -1) : NULL;
  return TRUE;
}

guint64
fut_page_get_identity (const char *path)
{
  struct stat about;
  guint64 numbers[5];
  guint64 hash = G_GUINT64_CONSTANT (14695981039346656037);

  if (stat (path != NULL ? path : "/proc/self/exe", &about) < 0)
    return 0;
  numbers[0] = about.st_dev;
  numbers[1] = about.st_ino;
  numbers[2] = (guint64) about.st_size;
  numbers[3] = (guint64) about.st_mtim.tv_sec;
  numbers[4] = (guint64) about.st_mtim.tv_nsec;
  for (gsize i = 0; i < sizeof numbers; i++)
    hash = (hash ^ ((const guint8 *) numbers)[i]) * G_GUINT64_CONSTANT (1099511628211);
  return hash != 0 ? hash : 1;
}
