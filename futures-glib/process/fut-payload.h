/* fut-payload.h: private memory for large payloads
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A copy of @n_bytes, 8-aligned or better; of large ones too at little more than the cost of the
 * copying. Any thread.
 */
GBytes *fut_payload_copy (gconstpointer bytes, gsize n_bytes);

G_END_DECLS
