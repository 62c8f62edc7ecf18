/* test-util.c: what every test program shares: time limits, events between threads, counts
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"
#include "test-watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_LIMIT_SECONDS 30

/* Every lock in this file is a leaf: nothing is called under it but GLib's own primitives. */

/* --- the program --- */

typedef struct
{
  char *path;
  guint limit_seconds;
  void (*func) (void);
  void (*func_with_data) (gconstpointer data);
  gconstpointer data;
} Test;

/* Owned until the end of the process: not every test of a program need be run. */
static GPtrArray *tests;

/* The threads that there were before the first test: a sanitizer may have one of its own. */
static guint n_threads_at_start;

static guint count_threads (const char *prefix);

void
test_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  test_watchdog_start ();
  n_threads_at_start = count_threads (NULL);
}

static void
run_test (gconstpointer data)
{
  const Test *test = data;

  test_watchdog_arm (test->path, test_span (test->limit_seconds * G_TIME_SPAN_SECOND));
  if (test->func != NULL)
    test->func ();
  else
    test->func_with_data (test->data);
  test_watchdog_disarm ();
}

static Test *
add_test (const char *path)
{
  Test *test = g_new0 (Test, 1);

  if (tests == NULL)
    tests = g_ptr_array_new ();
  g_ptr_array_add (tests, test);
  test->path = g_strdup (path);
  test->limit_seconds = DEFAULT_LIMIT_SECONDS;
  g_test_add_data_func (path, test, run_test);
  return test;
}

void
test_add (const char *path, void (*func) (void))
{
  add_test (path)->func = func;
}

void
test_add_slow (const char *path, guint limit_seconds, void (*func) (void))
{
  Test *test = add_test (path);

  test->func = func;
  test->limit_seconds = limit_seconds;
}

void
test_add_data (const char *path, gconstpointer data, void (*func) (gconstpointer data))
{
  Test *test = add_test (path);

  test->func_with_data = func;
  test->data = data;
}

double
test_time_factor (void)
{
  const char *text = g_getenv ("FUT_TEST_TIME_FACTOR");
  double factor = text != NULL ? g_ascii_strtod (text, NULL) : 1;

  g_assert_cmpfloat (factor, >, 0);
  return factor;
}

GTimeSpan
test_span (GTimeSpan span)
{
  return span * test_time_factor ();
}

gboolean
test_is_long (void)
{
  return g_strcmp0 (g_getenv ("FUT_TEST_LONG"), "1") == 0;
}

guint
test_short_or_long (guint n_short, guint n_long)
{
  return test_is_long () ? n_long : n_short;
}

gboolean
test_in_subprocess (void)
{
  if (g_test_subprocess ())
    return TRUE;

  /* No limit here: the other process has a watchdog of its own. */
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
  return FALSE;
}

/* --- latches --- */

struct _TestLatch
{
  GMutex lock;
  GCond  raised;
  guint  count;   /* guarded by lock */
};

TestLatch *
test_latch_new (void)
{
  TestLatch *self = g_new0 (TestLatch, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->raised);
  return self;
}

void
test_latch_free (TestLatch *self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->raised);
  g_free (self);
}

void
test_latch_raise (TestLatch *self)
{
  g_mutex_lock (&self->lock);
  self->count++;
  g_cond_broadcast (&self->raised);
  g_mutex_unlock (&self->lock);
}

void
test_latch_await (TestLatch *self, guint count)
{
  g_mutex_lock (&self->lock);
  while (self->count < count)
    g_cond_wait (&self->raised, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
test_latch_meet (TestLatch *self, guint n_threads)
{
  guint all;

  /* Each time n_threads have come, those of that time go on: it can be met again and again. */
  g_mutex_lock (&self->lock);
  all = (self->count++ / n_threads + 1) * n_threads;
  g_cond_broadcast (&self->raised);
  while (self->count < all)
    g_cond_wait (&self->raised, &self->lock);
  g_mutex_unlock (&self->lock);
}

guint
test_latch_peek (TestLatch *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->count;
  g_mutex_unlock (&self->lock);
  return count;
}

void
test_latch_raise_cb (gpointer latch)
{
  test_latch_raise (latch);
}

void
test_latch_raise_for_future (FutFuture *future, gpointer latch)
{
  test_latch_raise (latch);
}

/* --- threads --- */

struct _TestThread
{
  GThread    *thread;
  GThreadFunc func;
  gpointer    data;
  TestLatch  *started;
  pid_t       tid;      /* set before started is raised */
};

static gpointer
run_thread (gpointer data)
{
  TestThread *self = data;

  self->tid = syscall (SYS_gettid);
  test_latch_raise (self->started);
  return self->func (self->data);
}

TestThread *
test_thread_new (GThreadFunc func, gpointer data)
{
  TestThread *self = g_new0 (TestThread, 1);

  self->func = func;
  self->data = data;
  self->started = test_latch_new ();
  self->thread = g_thread_new ("test-thread", run_thread, self);
  test_latch_await (self->started, 1);
  return self;
}

/* The state letter and the number of times it has gone to sleep, as the kernel tells them. */
static void
read_scheduling (pid_t pid, pid_t tid, char *state, guint64 *n_sleeps)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/status", (int) pid, (int) tid);
  g_autofree char *text = NULL;
  const char *at;

  *state = 'X';
  *n_sleeps = 0;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  at = strstr (text, "\nState:\t");
  g_assert_nonnull (at);
  *state = at[strlen ("\nState:\t")];
  at = strstr (text, "\nvoluntary_ctxt_switches:\t");
  g_assert_nonnull (at);
  *n_sleeps = g_ascii_strtoull (at + strlen ("\nvoluntary_ctxt_switches:\t"), NULL, 10);
}

static gboolean
is_blocked (pid_t pid, pid_t tid)
{
  guint64 first_n_sleeps;
  char state;

  /* Asleep in one and the same sleep each time one looks. */
  read_scheduling (pid, tid, &state, &first_n_sleeps);
  for (guint i = 0; i < 5; i++)
    {
      guint64 n_sleeps;

      g_thread_yield ();
      read_scheduling (pid, tid, &state, &n_sleeps);
      g_assert_cmpint (state, !=, 'X');
      if (state != 'S' || n_sleeps != first_n_sleeps)
        return FALSE;
    }
  return TRUE;
}

void
test_await_blocked (pid_t pid, pid_t tid)
{
  test_yield_until (is_blocked (pid, tid));
}

void
test_thread_await_blocked (TestThread *self)
{
  test_await_blocked (getpid (), self->tid);
}

gpointer
test_thread_join (TestThread *self)
{
  gpointer result = g_thread_join (self->thread);

  test_latch_free (self->started);
  g_free (self);
  return result;
}

/* --- objects --- */

struct _TestTracker
{
  GMutex lock;
  GCond  changed;
  guint  n_live;   /* guarded by lock */
};

TestTracker *
test_tracker_new (void)
{
  TestTracker *self = g_new0 (TestTracker, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

void
test_tracker_free (TestTracker *self)
{
  /* What is still alive would tell a tracker that is gone. */
  g_assert_cmpuint (test_tracker_n_live (self), ==, 0);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

static void
object_gone (gpointer data)
{
  TestTracker *self = data;

  g_mutex_lock (&self->lock);
  self->n_live--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
test_tracker_add (TestTracker *self, gpointer object)
{
  g_mutex_lock (&self->lock);
  self->n_live++;
  g_mutex_unlock (&self->lock);

  /* An object's data goes at the very end, after all that its class does in finalize. */
  g_object_set_data_full (object, "test-tracker", self, object_gone);
}

guint
test_tracker_n_live (TestTracker *self)
{
  guint n_live;

  g_mutex_lock (&self->lock);
  n_live = self->n_live;
  g_mutex_unlock (&self->lock);
  return n_live;
}

void
test_tracker_await_live (TestTracker *self, guint n)
{
  g_mutex_lock (&self->lock);
  while (self->n_live > n)
    g_cond_wait (&self->changed, &self->lock);
  g_assert_cmpuint (self->n_live, ==, n);
  g_mutex_unlock (&self->lock);
}

/* --- main loops --- */

static void
check_patience (gint64 *give_up_at, const char *condition)
{
  gint64 now = g_get_monotonic_time ();

  if (*give_up_at == 0)
    *give_up_at = now + test_span (TEST_PATIENCE);
  if (now > *give_up_at)
    {
      test_dump_stacks ();
      g_error ("waited in vain until: %s", condition);
    }
}

static gboolean
look_again (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
test_iterate (GMainContext *context, gint64 *give_up_at, const char *condition)
{
  /* The condition may come true in another thread, which does not wake this context. */
  GSource *tick = g_timeout_source_new (2);

  check_patience (give_up_at, condition);
  g_source_set_callback (tick, look_again, NULL, NULL);
  g_source_attach (tick, context);
  g_main_context_iteration (context, TRUE);
  g_source_destroy (tick);
  g_source_unref (tick);
}

void
test_yield (gint64 *give_up_at, const char *condition)
{
  check_patience (give_up_at, condition);

  /* Not so often that the looking keeps others from making the condition come true. */
  g_thread_yield ();
  g_poll (NULL, 0, 1);
}

TestContext *
test_context_push (void)
{
  GMainContext *context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  return context;
}

void
test_context_pop (TestContext *context)
{
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

/* --- results --- */

void
test_value_free (GValue *value)
{
  g_value_unset (value);
  g_free (value);
}

void
test_complete (FutFuture *future, gint64 value)
{
  g_auto(GValue) boxed = G_VALUE_INIT;
  g_autoptr(GError) error = NULL;

  g_value_init (&boxed, G_TYPE_INT64);
  g_value_set_int64 (&boxed, value);
  g_assert_true (fut_future_set_result (future, &boxed, &error));
  g_assert_no_error (error);
}

FutFuture *
test_future_done (gint64 value)
{
  FutFuture *future = fut_future_new ();

  test_complete (future, value);
  return future;
}

void
test_assert_int64 (FutFuture *future, gint64 expected)
{
  g_autoptr(GError) error = NULL;
  gint64 value = fut_future_result_int64 (future, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpint (value, ==, expected);
}

void
test_assert_error (FutFuture *future, GQuark domain, int code, const char *pattern)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TestValue) value = fut_future_result (future, -1, &error);

  g_assert_null (value);
  g_assert_error (error, domain, code);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("the message \"%s\" is not like \"%s\"", error->message, pattern);
}

void
test_assert_state (FutFuture *future, FutState state)
{
  FutState property;

  g_assert_cmpint (fut_future_get_state (future), ==, state);
  g_object_get (future, "state", &property, NULL);
  g_assert_cmpint (property, ==, state);
  g_assert_cmpint (fut_future_is_running (future), ==, state == FUT_STATE_RUNNING);
  g_assert_cmpint (fut_future_is_cancelled (future), ==, state == FUT_STATE_CANCELLED);
  g_assert_cmpint (fut_future_is_done (future), ==,
                   state == FUT_STATE_CANCELLED || state == FUT_STATE_FINISHED);
}

/* --- counts --- */

static gboolean
is_foreign_thread (const char *comm)
{
  static const char *const foreign[] = {
    TEST_WATCHDOG_THREAD, "gmain", "gdbus", "pool-spawner", "fut-timer", NULL
  };

  return g_strv_contains (foreign, comm);
}

static guint
count_threads (const char *prefix)
{
  g_autoptr(GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *tid;
  guint n = 0;

  g_assert_nonnull (tasks);
  while ((tid = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", tid, "comm", NULL);
      g_autofree char *comm = NULL;

      if (!g_file_get_contents (path, &comm, NULL, NULL))
        continue;
      g_strchomp (comm);
      if (prefix != NULL ? g_str_has_prefix (comm, prefix) : !is_foreign_thread (comm))
        n++;
    }
  return n;
}

guint
test_count_threads (const char *prefix)
{
  return count_threads (prefix) - (prefix == NULL ? n_threads_at_start : 0);
}

guint
test_count_fds (void)
{
  g_autoptr(GDir) fds = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (fds);
  while (g_dir_read_name (fds) != NULL)
    n++;

  /* Less the one that is open for this. */
  return n - 1;
}

gsize
test_rss_bytes (void)
{
  g_autofree char *text = NULL;
  unsigned long n_total, n_resident;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu", &n_total, &n_resident), ==, 2);
  return n_resident * sysconf (_SC_PAGESIZE);
}

char *
test_thread_comm (void)
{
  char *comm = NULL;

  g_assert_true (g_file_get_contents ("/proc/thread-self/comm", &comm, NULL, NULL));
  return g_strchomp (comm);
}

gint64
test_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}
