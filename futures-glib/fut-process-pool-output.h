/* fut-process-pool-output.h: lines of worker processes on their way to a main context
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-executor-private.h"

G_BEGIN_DECLS

/* What waits at most in a context that is not iterated; then the oldest lines are dropped. */
#define FUT_POOL_OUTPUT_MAX_LINES 10000
#define FUT_POOL_OUTPUT_MAX_BYTES (4 * 1024 * 1024)

typedef struct _FutPoolOutput FutPoolOutput;

/* What emits the signal of the executor; in its context, without locks. */
typedef void (*FutPoolOutputFunc) (FutExecutor *executor, int pid, int fd, const char *line);

/* For @executor, which owns it: it is freed when that is finalized. */
FutPoolOutput *fut_pool_output_new  (FutExecutor *executor, FutPoolOutputFunc func);
void           fut_pool_output_free (FutPoolOutput *self);

/* Any thread; the caller holds a reference to the executor. */
void           fut_pool_output_push (FutPoolOutput *self, int pid, int fd, const char *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FutPoolOutput, fut_pool_output_free)

G_END_DECLS
