/* fut-worker-manager.h: what runs the calls of a process pool: its workers, who gets what, and their end
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-executor-core.h"
#include "process/fut-pool-settings.h"

G_BEGIN_DECLS

/* Any thread may call these; none blocks on a worker. */
typedef struct _FutWorkerManager FutWorkerManager;

/* A line that a worker wrote, with FUT_WORKER_OUTPUT_CAPTURE. Called in a thread of the manager's,
 * without locks. @fd is 1 or 2; @line is valid UTF-8, without its end.
 */
typedef void (*FutWorkerOutputFunc) (FutExecutorCore *core, int pid, int fd, const char *line);

/* Makes the manager of @core, which owns it from now on (as its engine). */
FutWorkerManager *fut_worker_manager_new             (FutExecutorCore *core,
                                                      FutWorkerOutputFunc output_func);

FutPoolSettings  *fut_worker_manager_ref_settings    (FutWorkerManager *self);
/* Puts @settings (transfer full) in place of the older ones. */
void              fut_worker_manager_take_settings   (FutWorkerManager *self,
                                                      FutPoolSettings *settings);

void              fut_worker_manager_submit          (FutWorkerManager *self, FutFuture *future);
void              fut_worker_manager_cancel_pending  (FutWorkerManager *self);
/* Has the workers leave when nothing waits any more; and ends @finished (nullable) when all are
 * gone.
 */
void              fut_worker_manager_stop            (FutWorkerManager *self, FutFuture *finished);
/* Sends @signal_number (SIGTERM or SIGKILL) to every worker; what they run is lost, by our will. */
void              fut_worker_manager_signal_workers  (FutWorkerManager *self, int signal_number);
/* Starts workers until there are @n_workers (at most max-workers). */
void              fut_worker_manager_prestart        (FutWorkerManager *self, guint n_workers);
guint             fut_worker_manager_get_n_workers   (FutWorkerManager *self);
/* In the order in which they were started. */
char            **fut_worker_manager_dup_worker_names (FutWorkerManager *self);
int              *fut_worker_manager_dup_worker_pids (FutWorkerManager *self, gsize *n_pids);

G_END_DECLS
