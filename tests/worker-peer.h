/* worker-peer.h: a worker process, and the parent's end of its channel, for tests of the worker
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "process/fut-channel.h"
#include "process/fut-page.h"
#include "process/fut-region.h"

#include <sys/types.h>

G_BEGIN_DECLS

typedef enum
{
  PEER_DIRECT,       /* a socketpair, a page and regions */
  PEER_NO_REGIONS,   /* a socketpair and a page */
  PEER_STDIO,        /* two pipes, and neither */
  PEER_SILENT,       /* a socketpair, and no welcome */
} PeerKind;

typedef struct
{
  FutChannel channel;
  pid_t      pid;        /* 0 once it was awaited */
  int        stderr_fd;  /* what the worker prints */
  FutPage   *page;       /* NULL if there is none */
  FutRegion *granted;    /* owned; ours */
  FutRegion *offered;    /* owned; the worker's newest */
  guint      n_reads;
  gsize      n_to_drop;  /* of the message that was looked at last */
} Peer;

/* Starts this program as a worker, or @argv. A memory limit of 0 is none. */
Peer    *peer_new          (PeerKind kind, guint64 memory_limit);
Peer    *peer_new_for_argv (PeerKind kind, guint64 memory_limit, const char *const *argv);
/* Kills the worker, if it is there. */
void     peer_free         (Peer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

/* These append; peer_flush() sends. */
void     peer_define       (Peer *self, guint signature, const char *function, const char *type);
void     peer_call         (Peer *self, guint64 id, guint signature, GVariant *args);
void     peer_call_region  (Peer *self, guint64 id, guint signature, GVariant *args);
void     peer_say          (Peer *self, FutMessageType type, guint64 id);
void     peer_flush        (Peer *self);

/* Defines @function as signature 0, calls it as call @id, and sends that. */
void     peer_run          (Peer *self, guint64 id, const char *function, GVariant *args);

/* The next message; it is valid until the next call of this. */
void     peer_await        (Peer *self, FutMessage *message);
void     peer_await_type   (Peer *self, FutMessageType type, guint64 id, FutMessage *message);
/* The result that call @id ends with, as text of a GVariant; or "error: DOMAIN CODE MESSAGE". */
char    *peer_await_text   (Peer *self, guint64 id);
void     peer_assert_text  (Peer *self, guint64 id, const char *expected);
/* Waits until the worker closes the channel, or dies. Messages on the way are dropped. */
void     peer_await_closed (Peer *self);
/* Waits for the worker's end; its status as of waitpid(). */
int      peer_await_exit   (Peer *self);
void     peer_close        (Peer *self);
/* All that the worker and its children have printed, when the last of them is gone. */
char    *peer_await_stderr (Peer *self);

/* Registers the functions that these tests call. */
void     worker_functions_register (void);

G_END_DECLS
