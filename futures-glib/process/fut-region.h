/* fut-region.h: memory that one end writes large payloads to and the other end reads
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FUT_REGION_MIN_BYTES (1024 * 1024)
#define FUT_REGION_ALIGNMENT 64              /* of what is allocated in it */
#define FUT_REGION_MAX_BYTES (G_GUINT64_CONSTANT (4) * 1024 * 1024 * 1024)

/* A region is a memfd that is sealed against being resized, so that nobody who has mapped it is
 * ever sent SIGBUS. Its maker writes; for the other end it is read-only. It is made once and used
 * again for one payload after another: its pages are there already. Reference counts are atomic;
 * nothing else is thread-safe.
 */
typedef struct _FutRegion FutRegion;

/* The writer's side: a region of at least @n_bytes (rounded up to a power of two, pre-faulted).
 * *@fd is its descriptor, to be sent; with @read_only, no one can map it for writing any more.
 */
FutRegion    *fut_region_new        (gsize n_bytes, gboolean read_only, int *fd, GError **error);
/* The reader's side: maps @fd (owned from now on), after having checked its seals and its size. */
FutRegion    *fut_region_map        (int fd, gsize n_bytes, GError **error);
FutRegion    *fut_region_ref        (FutRegion *self);
void          fut_region_unref      (FutRegion *self);
gsize         fut_region_get_size   (FutRegion *self);

/* The writer's side: finds room for @n_bytes; FALSE if there is none. The room is taken until
 * fut_region_free() is called with its offset.
 */
gboolean      fut_region_alloc      (FutRegion *self, gsize n_bytes, gsize *offset);
void          fut_region_free       (FutRegion *self, gsize offset);
gboolean      fut_region_is_unused  (FutRegion *self);
guint8       *fut_region_get_data   (FutRegion *self, gsize offset);

/* The reader's side: NULL if it does not lie within the region. */
const guint8 *fut_region_peek       (FutRegion *self, guint64 offset, guint64 n_bytes);

G_END_DECLS
