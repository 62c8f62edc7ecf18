/* test-events.h: what threads of a test wait for: latches, blocked threads, objects that go
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <futures-glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* TestLatch: a counter that goes up, and that threads wait for. With 1 it is a gate; with n
 * threads that raise and await it, a barrier.
 */
typedef struct _TestLatch TestLatch;

TestLatch *test_latch_new   (void);
void       test_latch_free  (TestLatch *self);
void       test_latch_raise (TestLatch *self);
void       test_latch_await (TestLatch *self, guint count);
void       test_latch_meet  (TestLatch *self, guint n_threads);
guint      test_latch_peek  (TestLatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestLatch, test_latch_free)

/* For GDestroyNotify and FutDoneFunc: raises the latch given as data. */
void       test_latch_raise_cb         (gpointer latch);
void       test_latch_raise_for_future (FutFuture *future, gpointer latch);

/* TestThread: a thread of which one can say whether it is blocked. */
typedef struct _TestThread TestThread;

TestThread *test_thread_new           (GThreadFunc func, gpointer data);
void        test_thread_await_blocked (TestThread *self);
gpointer    test_thread_join          (TestThread *self);

/* The same of any thread, of any process. */
void        test_await_blocked        (pid_t pid, pid_t tid);

/* TestTracker: how many of the objects given to it are alive. An object has one tracker at most. */
typedef struct _TestTracker TestTracker;

TestTracker *test_tracker_new        (void);
void         test_tracker_free       (TestTracker *self);
void         test_tracker_add        (TestTracker *self, gpointer object);
guint        test_tracker_n_live     (TestTracker *self);
void         test_tracker_await_live (TestTracker *self, guint n);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestTracker, test_tracker_free)

G_END_DECLS
