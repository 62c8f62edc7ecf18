/* fut-worker-loop.h: the worker's side: reads calls, runs them, sends what became of them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-future.h"

G_BEGIN_DECLS

/* How a worker is told that it is one; taken out of the environment when it begins. */
#define FUT_WORKER_CHANNEL_VARIABLE "FUT_WORKER_CHANNEL" /* "3": that descriptor; "stdio" */
#define FUT_WORKER_PARENT_VARIABLE "FUT_WORKER_PARENT"   /* the parent's pid; not with a launcher */
#define FUT_WORKER_CHANNEL_FD 3

/* There is one in a process, made by the first fut_worker_loop_get(), and never freed. */
typedef struct _FutWorkerLoop FutWorkerLoop;

/* Whether the environment says that this process is a worker, or it has begun to be one. */
gboolean       fut_worker_loop_is_wanted (void);

/* Becomes a worker: does what a helper does first of all (fut-worker-hygiene.c), says hello. Fails
 * if this process is no worker, or the parent does not speak this protocol.
 */
FutWorkerLoop *fut_worker_loop_get       (GError **error);

/* Sends what became of the call returned last, runs calls here, and returns the next one that is not
 * for here: only if @only_registered, one whose function is not registered. NULL when there are no
 * more calls and the worker has to leave. One thread calls this.
 */
FutFuture     *fut_worker_loop_next      (FutWorkerLoop *self, gboolean only_registered);

/* After NULL: FALSE if that was because the channel failed. */
gboolean       fut_worker_loop_check     (FutWorkerLoop *self, GError **error);

/* The last thing: ends the processes that calls have left behind. */
void           fut_worker_loop_leave     (FutWorkerLoop *self);

G_END_DECLS
