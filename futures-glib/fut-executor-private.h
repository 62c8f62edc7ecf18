/* fut-executor-private.h: what the library's own executors use of the base class
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-executor-core.h"
#include "fut-executor.h"

G_BEGIN_DECLS

FutExecutorCore *fut_executor_get_core      (FutExecutor *self);

/* The thread-default one of the thread that made the executor. */
GMainContext    *fut_executor_get_context   (FutExecutor *self);

/* Hands the future (transfer full) to the executor, or ends it if that takes no calls. */
FutFuture       *fut_executor_submit_future (FutExecutor *self, FutFuture *future,
                                             FutSubmitOptions *options);

/* Notifies a property in that context. Any thread. */
void             fut_executor_notify_later  (FutExecutorCore *core, const char *property);

/* The default executor is never shut down. */
void             fut_executor_set_permanent (FutExecutor *self);
gboolean         fut_executor_is_permanent  (FutExecutor *self);

G_END_DECLS
