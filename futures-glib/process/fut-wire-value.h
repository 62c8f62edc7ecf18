/* fut-wire-value.h: the results of calls as payloads, and back
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-future-private.h"

#include "process/fut-message.h"

G_BEGIN_DECLS

/* What a future's result is on the wire. */
typedef struct
{
  FutWireKind kind;
  const char *type;       /* lent; "" but for VARIANT and VALUE */
  gboolean    is_null;    /* there is no payload */
  gsize       n_bytes;

  /* Where it is: one of these. */
  GVariant     *variant;  /* lent */
  const guint8 *data;     /* lent, or: */
  guint8        scalar[8];
} FutWireValue;

/* For the worker: describes the result of @future, which has ended with one. Fails with
 * G_IO_ERROR_NOT_SUPPORTED if it cannot be sent (an object, a pointer, a variant with handles) and
 * with FUT_ERROR_TOO_LARGE; the message names the type or the sizes.
 */
gboolean fut_wire_value_init  (FutWireValue *self, FutFuture *future, GError **error);
/* Writes its n_bytes to @payload (8-aligned). */
void     fut_wire_value_store (const FutWireValue *self, guint8 *payload);

/* For the parent: makes a result of what a worker has sent. Fails with FUT_ERROR_PROTOCOL if it is
 * not what it claims to be: every GVariant is checked for normal form. @bytes holds the payload in
 * private memory, NULL for none; @result may keep a reference to it.
 */
gboolean fut_wire_value_parse (FutWireKind kind, const char *type, GBytes *bytes, FutResult *result,
                               GError **error);

/* The same for scalars and short texts, without a GBytes: copies what it keeps. */
gboolean fut_wire_value_parse_inline (FutWireKind kind, const char *type, const guint8 *payload,
                                      gsize n_bytes, gboolean is_null, FutResult *result,
                                      GError **error);

G_END_DECLS
