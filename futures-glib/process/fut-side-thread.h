/* fut-side-thread.h: a thread that runs what another thread must not: callbacks, blocking writes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The thread starts with the first thing to do, does one thing after the other, and sleeps
 * otherwise.
 */
typedef struct _FutSideThread FutSideThread;

/* @begin (nullable) is called with @data in the thread when it starts. */
FutSideThread *fut_side_thread_new     (const char *name, void (*begin) (gpointer), gpointer data);
/* Has @func called; FALSE if no thread can be created, then it was not and will not be. */
gboolean       fut_side_thread_push    (FutSideThread *self, void (*func) (gpointer, gpointer),
                                        gpointer first, gpointer second);
gboolean       fut_side_thread_is_self (FutSideThread *self);
/* Waits until all is done and the thread is gone, and frees it; not in the thread itself. */
void           fut_side_thread_free    (FutSideThread *self);

G_END_DECLS
