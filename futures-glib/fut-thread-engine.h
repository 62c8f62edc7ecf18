/* fut-thread-engine.h: what runs the calls of a thread pool executor
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-executor-core.h"
#include "fut-thread-pool-executor.h"

G_BEGIN_DECLS

typedef struct _FutThreadEngine FutThreadEngine;

/* Makes the engine of @core, which owns it from now on. */
FutThreadEngine *fut_thread_engine_new              (FutExecutorCore *core);

void             fut_thread_engine_submit           (FutThreadEngine *self, FutFuture *future);
void             fut_thread_engine_cancel_pending   (FutThreadEngine *self);

/* Has the threads leave when nothing waits any more; and ends @finished when they have. */
void             fut_thread_engine_stop             (FutThreadEngine *self);
void             fut_thread_engine_stop_and_tell    (FutThreadEngine *self, FutFuture *finished);
guint            fut_thread_engine_get_n_workers    (FutThreadEngine *self);
char           **fut_thread_engine_dup_worker_names (FutThreadEngine *self);
char            *fut_thread_engine_dup_prefix       (FutThreadEngine *self);

/* Whether it was another one before. */
gboolean         fut_thread_engine_set_prefix       (FutThreadEngine *self, const char *prefix);
void             fut_thread_engine_set_initializer  (FutThreadEngine *self, FutInitializerFunc func,
                                                     gpointer user_data, GDestroyNotify destroy);

G_END_DECLS
