/* checksum-killer.h: kills one worker process while it reads a file
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <futures-glib.h>

G_BEGIN_DECLS

typedef struct _Killer Killer;

Killer  *killer_new           (FutExecutor *processes);
void     killer_watch         (Killer *self, FutFuture *future);
gboolean killer_was_run_again (Killer *self, FutFuture *future);
gboolean killer_has_hit       (Killer *self);
void     killer_free          (Killer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Killer, killer_free)

G_END_DECLS
