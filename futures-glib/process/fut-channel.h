/* fut-channel.h: messages over a socket, and the descriptors that come with them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-message.h"

G_BEGIN_DECLS

#define FUT_CHANNEL_MAX_FDS 4       /* that wait to be taken; more break the protocol */
#define FUT_CHANNEL_MAX_OUT_FDS 16  /* that wait to be sent; more are a mistake of the caller */
#define FUT_CHANNEL_READ_BYTES (128 * 1024)

/* One end of the channel. It is not thread-safe: who uses it sees to that, for each direction. */
typedef struct
{
  int       read_fd;     /* owned */
  int       write_fd;    /* owned; the same or another one */
  gboolean  takes_fds;   /* a socket of our own; otherwise what came with data is refused */
  gboolean  reads_socket;  /* what the descriptors are */
  gboolean  writes_socket;
  FutBuffer in;
  FutBuffer out;
  int       fds[FUT_CHANNEL_MAX_FDS]; /* received, owned */
  guint     n_fds;
  int       out_fds[FUT_CHANNEL_MAX_OUT_FDS]; /* owned; each goes with the frame that begins at: */
  guint64   out_fd_starts[FUT_CHANNEL_MAX_OUT_FDS]; /* counted in bytes ever appended */
  guint     n_out_fds;
  guint64   n_flushed;   /* bytes ever written */
  guint64   n_read;      /* bytes ever read */
} FutChannel;

typedef enum
{
  FUT_CHANNEL_OK,
  FUT_CHANNEL_AGAIN,     /* nothing to read; or not all could be written yet */
  FUT_CHANNEL_CLOSED,    /* by the other end, orderly or by its death */
  FUT_CHANNEL_FAILED,    /* with an error */
} FutChannelStatus;

void             fut_channel_init   (FutChannel *self, int read_fd, int write_fd,
                                     gboolean takes_fds);
/* Closes the descriptors too. */
void             fut_channel_clear  (FutChannel *self);

/* Reads once what is there, into `in`; @wait: blocks until there is something. EINTR is not
 * noticed. With data beside a closed end this is OK, and the next read CLOSED.
 */
FutChannelStatus fut_channel_read   (FutChannel *self, gboolean wait, GError **error);

/* Decodes the next message that has arrived whole: its texts and payload are valid until the next
 * call with this channel. *@n_bytes is its length, which the caller gives to fut_channel_drop()
 * once it is done with it. Returns FUT_CHANNEL_AGAIN when there is none, FAILED with a protocol
 * error.
 */
FutChannelStatus fut_channel_next   (FutChannel *self, gboolean from_worker, FutMessage *message,
                                     gsize *n_bytes, GError **error);
void             fut_channel_drop   (FutChannel *self, gsize n_bytes);
/* The descriptor that came with a message; −1 if none did. The caller owns it. */
int              fut_channel_take_fd (FutChannel *self);

/* Appends a message to `out`; @fd (−1 for none) is sent with it, and owned from now on. */
void             fut_channel_append (FutChannel *self, const FutMessage *message, guint8 **payload,
                                     int fd);
/* Writes what stands in `out`; @wait: blocks until all is written. Never raises SIGPIPE. */
FutChannelStatus fut_channel_flush  (FutChannel *self, gboolean wait, GError **error);

static inline gboolean
fut_channel_has_output (const FutChannel *self)
{
  return fut_buffer_get_length (&self->out) > 0;
}

G_END_DECLS
