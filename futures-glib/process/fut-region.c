/* fut-region.c: memory that one end writes large payloads to and the other end reads
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-region.h"
#include "fut-error.h"
#include "fut-memfd.h"

#include <sys/mman.h>
#include <unistd.h>

/* Room that is taken. */
typedef struct
{
  gsize offset;
  gsize n_bytes;   /* a multiple of FUT_REGION_ALIGNMENT */
} Part;

struct _FutRegion
{
  gatomicrefcount ref_count;

  /* Set at construction, never changed: */
  guint8  *data;   /* mapped */
  gsize    size;
  gboolean is_ours;

  GArray *parts;   /* Part, by offset; NULL for the reader. There are few, so that it is searched. */
};

static FutRegion *
region_new (gpointer data, gsize size, gboolean is_ours)
{
  FutRegion *self = g_new0 (FutRegion, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->data = data;
  self->size = size;
  self->is_ours = is_ours;
  if (is_ours)
    self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  return self;
}

FutRegion *
fut_region_new (gsize n_bytes, gboolean read_only, int *fd, GError **error)
{
  gsize size = FUT_REGION_MIN_BYTES;
  gpointer data;

  if (n_bytes > FUT_REGION_MAX_BYTES)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_TOO_LARGE,
                   "%" G_GSIZE_FORMAT " bytes are too large for shared memory", n_bytes);
      return NULL;
    }
  while (size < n_bytes)
    size *= 2;
  data = fut_memfd_new ("futures-glib region", size, read_only, fd, error);
  return data != NULL ? region_new (data, size, TRUE) : NULL;
}

FutRegion *
fut_region_map (int fd, gsize n_bytes, GError **error)
{
  gpointer data = NULL;

  if (n_bytes == 0 || n_bytes > FUT_REGION_MAX_BYTES)
    g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                 "shared memory cannot have %" G_GSIZE_FORMAT " bytes", n_bytes);
  else
    data = fut_memfd_map (fd, n_bytes, FALSE, error);
  close (fd);
  return data != NULL ? region_new (data, n_bytes, FALSE) : NULL;
}

FutRegion *
fut_region_ref (FutRegion *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
fut_region_unref (FutRegion *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  munmap (self->data, self->size);
  g_clear_pointer (&self->parts, g_array_unref);
  g_free (self);
}

gsize
fut_region_get_size (FutRegion *self)
{
  return self->size;
}

/* First fit. What is free is what lies between the parts, so that there is nothing to be merged. */
gboolean
fut_region_alloc (FutRegion *self, gsize n_bytes, gsize *offset)
{
  gsize start = 0;
  guint i;
  Part part;

  g_assert (self->is_ours);
  if (n_bytes > self->size)
    return FALSE;
  n_bytes = (MAX (n_bytes, 1) + FUT_REGION_ALIGNMENT - 1) & ~(gsize) (FUT_REGION_ALIGNMENT - 1);
  for (i = 0; i < self->parts->len; i++)
    {
      const Part *next = &g_array_index (self->parts, Part, i);

      if (n_bytes <= next->offset - start)
        break;
      start = next->offset + next->n_bytes;
    }
  if (n_bytes > self->size - start)
    return FALSE;

  part = (Part){ start, n_bytes };
  g_array_insert_val (self->parts, i, part);
  *offset = start;
  return TRUE;
}

void
fut_region_free (FutRegion *self, gsize offset)
{
  g_assert (self->is_ours);
  for (guint i = 0; i < self->parts->len; i++)
    if (g_array_index (self->parts, Part, i).offset == offset)
      {
        g_array_remove_index (self->parts, i);
        return;
      }
  g_assert_not_reached ();
}

gboolean
fut_region_is_unused (FutRegion *self)
{
  return self->parts == NULL || self->parts->len == 0;
}

guint8 *
fut_region_get_data (FutRegion *self, gsize offset)
{
  g_assert (self->is_ours && offset < self->size);
  return self->data + offset;
}

const guint8 *
fut_region_peek (FutRegion *self, guint64 offset, guint64 n_bytes)
{
  if (offset > self->size || n_bytes > self->size - offset)
    return NULL;
  return self->data + offset;
}
