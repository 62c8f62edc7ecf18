/* testworker.h: a helper that crashes, hangs, lies and truncates on request
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "process/fut-channel.h"
#include "process/fut-page.h"

G_BEGIN_DECLS

/* What an honest answer to a call is. */
#define TESTWORKER_VALUE 42

/* The worker. It speaks by the layout in docs/wire-protocol.md, as far as its behaviour lets it. */
typedef struct
{
  const char *argument;   /* what stood behind the behaviour's name, NULL for nothing */
  FutChannel  channel;    /* read only: what is sent goes to the descriptor as it is */
  FutPage    *page;       /* NULL: the parent has not sent one */
} TestWorker;

typedef struct
{
  const char *name;
  /* At the start, in place of the hello; NULL: says hello. */
  void (*start)  (TestWorker *self);
  /* For each call; NULL: answers with TESTWORKER_VALUE. */
  void (*answer) (TestWorker *self, guint64 id);
} TestBehaviour;

/* Ended by an entry without a name. */
extern const TestBehaviour testworker_behaviours[];
extern const TestBehaviour testworker_region_behaviours[];

/* Bytes as they are; a descriptor goes along unless it is −1. A parent that has gone ends us. */
void testworker_send         (TestWorker *self, gconstpointer bytes, gsize n_bytes, int fd);
void testworker_send_message (TestWorker *self, const FutMessage *message, int fd);
void testworker_hello        (TestWorker *self);
void testworker_return       (TestWorker *self, guint64 id, gint64 value);

/* A RESULT that carries @payload, to be sent, or to be spoilt first. */
void testworker_encode       (FutBuffer *buffer, guint64 id, FutWireKind kind, const char *type,
                              gconstpointer payload, gsize n_bytes);

/* Waits until the parent has gone, and ends. */
G_NORETURN void testworker_linger (TestWorker *self);

G_END_DECLS
