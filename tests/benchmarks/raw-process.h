/* raw-process.h: a child process at the other end of a socket: the least that a worker can be
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bench-util.h"

G_BEGIN_DECLS

/* Runs in the child, which ends when it returns. It calls nothing that another thread of the parent
 * could have had locked at the fork.
 */
typedef void (*RawMain) (int fd, gpointer data);

typedef struct
{
  int pid;
  int fd;   /* owned: our end of the socket, blocking */
} RawProcess;

void     raw_process_start (RawProcess *self, RawMain func, gpointer data);
/* Closes the socket, and waits for the child's end. */
void     raw_process_stop  (RawProcess *self);

void     raw_send          (int fd, gconstpointer bytes, gsize n_bytes);
/* FALSE at the end of the stream. */
gboolean raw_receive       (int fd, gpointer bytes, gsize n_bytes);
/* What there is, at most @n_bytes; 0 at the end of the stream. */
gsize    raw_receive_some  (int fd, gpointer bytes, gsize n_bytes);

/* Memory shared with the children that are started from now on. */
gpointer raw_shared_new    (gsize n_bytes);
void     raw_shared_free   (gpointer memory, gsize n_bytes);

G_END_DECLS
