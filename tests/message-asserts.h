/* message-asserts.h: what tests say of messages of the wire protocol
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "process/fut-message.h"

G_BEGIN_DECLS

typedef FutBuffer TestBuffer;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestBuffer, fut_buffer_clear)

/* The only thing in @buffer from now on. */
guint8 *message_encode             (FutBuffer *buffer, const FutMessage *message);
/* It is one whole message. */
void    message_decode             (FutBuffer *buffer, gboolean from_worker, FutMessage *message);

void    message_assert_same        (const FutMessage *sent, const FutMessage *came);
/* What is in @buffer breaks the protocol, and the error says why. */
void    message_assert_refused     (FutBuffer *buffer, gboolean from_worker, const char *pattern);
/* The same of a message that the encoder writes as it is. */
void    message_assert_refused_one (const FutMessage *message, gboolean from_worker,
                                    const char *pattern);

G_END_DECLS
