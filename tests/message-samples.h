/* message-samples.h: messages of every type, for the tests of the wire protocol
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "process/fut-message.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  gboolean    from_worker;
  FutMessage  message;
} MessageSample;

/* What they point to is never freed. */
const MessageSample *message_samples_get (guint *n_samples);

G_END_DECLS
