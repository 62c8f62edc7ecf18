/* fut-payload.c: private memory for large payloads
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-payload.h"

#include <string.h>
#include <sys/mman.h>

/* Up to this size malloc() gives memory again whose pages are there already, once some was freed
 * (the dynamic threshold of glibc). Above it each piece is a new mapping: a page fault for every
 * 4 KiB, which costs several times as much as the copy, unless the pages are huge ones.
 */
#define HUGE_BYTES (32 * 1024 * 1024)

typedef struct
{
  gpointer memory;
  gsize    size;
} Mapping;

static void
unmap (gpointer data)
{
  Mapping *mapping = data;

  munmap (mapping->memory, mapping->size);
  g_free (mapping);
}

GBytes *
fut_payload_copy (gconstpointer bytes, gsize n_bytes)
{
  gpointer memory = MAP_FAILED;
  Mapping *mapping;

  if (n_bytes > HUGE_BYTES)
    memory = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return g_bytes_new (bytes, n_bytes);

  madvise (memory, n_bytes, MADV_HUGEPAGE); /* where there are none this does nothing */
  memcpy (memory, bytes, n_bytes);
  mapping = g_new (Mapping, 1);
  *mapping = (Mapping){ memory, n_bytes };
  return g_bytes_new_with_free_func (memory, n_bytes, unmap, mapping);
}
