/* raw-frames.h: what processes can do at best: frames of fixed size, a ring of shared memory
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bench-util.h"

G_BEGIN_DECLS

/* One frame there, one back, repeat: µs a round trip, and the p99. */
BenchSample raw_ping_pong (gsize n_trips);

/* Calls in batches to two workers, each claimed in a shared page, results in batches: µs a call. */
BenchSample raw_batches   (gsize n_calls);

/* A payload through one ring of shared memory and back through another: GB/s. */
BenchSample raw_ring      (gsize n_bytes, gsize n_trips);

/* Two processes that do half of the work each, told once: sequential time ÷ wall. */
BenchSample raw_halves    (gsize n_tasks, guint64 n_spins);

G_END_DECLS
