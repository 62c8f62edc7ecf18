/* test-util.h: what every test program shares: time limits, loops, logs, results
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "test-events.h"
#include "test-process.h"

G_BEGIN_DECLS

/* Long enough for anything that is not stuck, in µs; see test_span(). */
#define TEST_PATIENCE (20 * G_TIME_SPAN_SECOND)

/* The program: every test runs under a watchdog, which prints all stacks before it gives up.
 *
 * FUT_TEST_TIME_FACTOR multiplies every limit, for slow machines and sanitizers. FUT_TEST_LONG=1
 * selects the long form of the stress tests.
 */
void      test_init          (int *argc, char ***argv);
void      test_add           (const char *path, void (*func) (void));
void      test_add_data      (const char *path, gconstpointer data, void (*func) (gconstpointer data));
void      test_add_stress    (const char *path, guint long_limit_seconds, void (*func) (void));
double    test_time_factor   (void);
GTimeSpan test_span          (GTimeSpan span);
gboolean  test_is_long       (void);
guint     test_short_or_long (guint n_short, guint n_long);

/* Runs this test's path again in a process of its own, and passes if that passes. */
gboolean  test_in_subprocess (void);

/* TestLog: takes what the library logs. A warning or critical that nobody counts or awaits by a
 * matching pattern fails the test when the log is freed. One at a time.
 */
typedef struct _TestLog TestLog;

TestLog *test_log_new   (void);
void     test_log_free  (TestLog *self);
guint    test_log_count (TestLog *self, const char *pattern);
void     test_log_await (TestLog *self, const char *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestLog, test_log_free)

/* Main loops. */
void test_iterate (GMainContext *context, gint64 *give_up_at, const char *condition);

#define test_iterate_until(context, condition)              \
  G_STMT_START                                              \
  {                                                         \
    gint64 give_up_at_ = 0;                                 \
    while (!(condition))                                    \
      test_iterate ((context), &give_up_at_, #condition);   \
  }                                                         \
  G_STMT_END

/* Waits for what has no event of its own, such as a thread's end in the kernel. */
void test_yield (gint64 *give_up_at, const char *condition);

#define test_yield_until(condition)                         \
  G_STMT_START                                              \
  {                                                         \
    gint64 give_up_at_ = 0;                                 \
    while (!(condition))                                    \
      test_yield (&give_up_at_, #condition);                \
  }                                                         \
  G_STMT_END

/* A new thread-default context, until the end of the scope. */
typedef GMainContext TestContext;

TestContext *test_context_push (void);
void         test_context_pop  (TestContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestContext, test_context_pop)

/* An executor that is shut down at the end of the scope. */
typedef FutExecutor TestPool;

void test_pool_close (TestPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestPool, test_pool_close)

/* Results. */
void       test_value_free     (GValue *value);
FutFuture *test_future_done    (gint64 value);
void       test_assert_int64   (FutFuture *future, gint64 expected);
void       test_assert_error   (FutFuture *future, GQuark domain, int code, const char *pattern);
void       test_assert_state   (FutFuture *future, FutState state);
void       test_complete       (FutFuture *future, gint64 value);
typedef GValue TestValue;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestValue, test_value_free)

/* Lets criticals of @domain through once: the next one must match @pattern. */
#define test_expect_critical(pattern) \
  g_test_expect_message ("Futures", G_LOG_LEVEL_CRITICAL, (pattern))

G_END_DECLS
