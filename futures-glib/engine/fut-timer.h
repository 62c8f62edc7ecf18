/* fut-timer.h: deadlines that pass while every worker is busy
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _FutTimer FutTimer;

/* Calls @func in the timer thread, without a lock, once @deadline (monotonic) has passed. It must
 * return soon. @destroy runs after it, or after a successful removal. Returns a reference.
 */
FutTimer *fut_timer_start (gint64 deadline, void (*func) (gpointer), gpointer data,
                           GDestroyNotify destroy);

/* Drops the reference and lets the timer be. */
void      fut_timer_leave (FutTimer *timer);

/* Drops the reference and stops the timer if it has not begun to run. */
void      fut_timer_stop  (FutTimer *timer);

G_END_DECLS
