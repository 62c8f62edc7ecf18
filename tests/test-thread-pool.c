/* test-thread-pool.c: threads: how many, what they are called, when they start and leave
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-util.h"

#include <string.h>

typedef FutExecutor Pool;

static void
pool_close (Pool *pool)
{
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pool, pool_close)

static FutExecutor *
named_pool (guint max_workers, const char *prefix)
{
  FutExecutor *pool = fut_thread_pool_executor_new (max_workers);

  fut_thread_pool_executor_set_thread_name_prefix (FUT_THREAD_POOL_EXECUTOR (pool), prefix);
  return pool;
}

static FutFuture *
start_gate (FutExecutor *pool, ContractRoom *room)
{
  FutFuture *future = fut_executor_submit (pool, "contract.gate", contract_room_args (room, 1));

  g_assert_cmpint (contract_room_next (room), ==, 1);
  return future;
}

/* --- T1: names --- */

static void
return_comm (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autofree char *comm = test_thread_comm ();

  fut_future_return_string (future, comm);
}

static char *
dup_comm_of_worker (FutExecutor *pool)
{
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, return_comm, NULL, NULL);
  g_autoptr(GError) error = NULL;
  char *comm = fut_future_result_string (future, -1, &error);

  g_assert_no_error (error);
  return comm;
}

static void
test_default_names (void)
{
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (2);
  g_autofree char *prefix =
    fut_thread_pool_executor_dup_thread_name_prefix (FUT_THREAD_POOL_EXECUTOR (pool));
  g_autofree char *full = g_strconcat (prefix, "_0", NULL);
  g_autofree char *comm = dup_comm_of_worker (pool);
  g_auto(GStrv) names = fut_executor_get_worker_names (pool);

  g_assert_true (g_str_has_prefix (prefix, "ThreadPoolExecutor-"));
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  g_assert_cmpstr (names[0], ==, full);

  /* The kernel's 15 characters keep the end, which tells the workers apart. */
  g_assert_cmpuint (strlen (comm), <=, 15);
  g_assert_true (g_str_has_prefix (comm, "ThreadPool"));
  g_assert_true (g_str_has_suffix (comm, strrchr (full, '-')));
}

static void
test_given_names (void)
{
  static const struct
  {
    const char *prefix, *comm;
  } cases[] = {
    { "io", "io_0" },
    { "exactly-13-ch", "exactly-13-ch_0" },
    { "much-longer-than-that", "*_0" },
    { "", "_0" },
    { "with_underscores_", "*_0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Pool) pool = named_pool (1, cases[i].prefix);
      g_autofree char *prefix =
        fut_thread_pool_executor_dup_thread_name_prefix (FUT_THREAD_POOL_EXECUTOR (pool));
      g_autofree char *comm = dup_comm_of_worker (pool);

      g_assert_cmpstr (prefix, ==, cases[i].prefix);
      if (!g_pattern_match_simple (cases[i].comm, comm))
        g_error ("prefix “%s” gave “%s”", prefix, comm);
    }
}

static void
test_each_pool_has_a_number (void)
{
  g_autoptr(Pool) first = fut_thread_pool_executor_new (1);
  g_autoptr(Pool) second = fut_thread_pool_executor_new (1);

  g_assert_cmpstr (fut_executor_get_name (first), !=, fut_executor_get_name (second));
}

static void
count_notify (FutExecutor *pool, GParamSpec *pspec, gpointer n_notified)
{
  ++*(guint *) n_notified;
}

/* The prefix counts for threads that start later; none means the executor's name. */
static void
test_changed_names (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(Pool) pool = named_pool (3, "first");
  FutThreadPoolExecutor *threads = FUT_THREAD_POOL_EXECUTOR (pool);
  g_autofree char *named = g_strconcat (fut_executor_get_name (pool), "_2", NULL);
  g_auto(GStrv) names = NULL;
  guint n_notified = 0;

  g_signal_connect (pool, "notify::thread-name-prefix", G_CALLBACK (count_notify), &n_notified);
  g_object_unref (start_gate (pool, room));
  fut_thread_pool_executor_set_thread_name_prefix (threads, "second");
  fut_thread_pool_executor_set_thread_name_prefix (threads, "second");
  g_object_unref (start_gate (pool, room));
  fut_thread_pool_executor_set_thread_name_prefix (threads, NULL);
  g_object_unref (start_gate (pool, room));
  names = fut_executor_get_worker_names (pool);
  g_assert_cmpuint (g_strv_length (names), ==, 3);
  g_assert_cmpstr (names[0], ==, "first_0");
  g_assert_cmpstr (names[1], ==, "second_1");
  g_assert_cmpstr (names[2], ==, named);
  g_assert_cmpuint (n_notified, ==, 2);
  contract_room_open (room, 3);
}

/* --- E6: how many --- */

static void
test_nothing_before_the_first_call (void)
{
  g_autoptr(Pool) pool = named_pool (4, "before");

  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 0);
  g_assert_cmpuint (test_count_threads ("before"), ==, 0);
}

static void
test_as_many_as_needed (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(Pool) pool = named_pool (3, "needed");
  gint64 begin;

  for (guint i = 1; i <= 3; i++)
    {
      g_object_unref (start_gate (pool, room));
      g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, i);
      g_assert_cmpuint (test_count_threads ("needed"), ==, i);
    }

  /* One more has to wait. */
  g_object_unref (fut_executor_submit (pool, "contract.gate", contract_room_args (room, 1)));
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 3);
  g_assert_cmpuint (fut_executor_get_n_running (pool), ==, 3);
  g_assert_cmpuint (fut_executor_get_n_pending (pool), ==, 1);
  g_assert_cmpuint (test_count_threads ("needed"), ==, 3);
  contract_room_open (room, 4);
  fut_executor_shutdown (pool, TRUE, FALSE);

  /* They are gone, and not merely idle; the kernel may take a moment to notice. */
  begin = g_get_monotonic_time ();
  test_yield_until (test_count_threads ("needed") == 0);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, test_span (G_TIME_SPAN_SECOND));
}

static void
test_max_workers_zero (void)
{
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (0);
  guint max_workers = fut_executor_get_max_workers (pool);

  g_assert_cmpuint (max_workers, >=, 5);
  g_assert_cmpuint (max_workers, <=, 32);
}

static void
test_max_workers_too_large (void)
{
  static const struct
  {
    guint       value;
    const char *pattern;
  } cases[] = { { G_MAXUINT, "*4294967295*" }, { 65536, "*65536*" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(FutExecutor) pool = NULL;

      test_expect_critical (cases[i].pattern);
      pool = fut_thread_pool_executor_new (cases[i].value);
      g_test_assert_expected_messages ();
      g_assert_cmpuint (fut_executor_get_max_workers (pool), <=, 32);
    }
}

static void
test_properties (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(Pool) pool =
    g_object_new (FUT_TYPE_THREAD_POOL_EXECUTOR, "max-workers", 1, "name", "counting",
                  "thread-name-prefix", "thread", "report-unread-errors", FALSE, NULL);
  g_autofree char *name = NULL;
  g_autofree char *prefix = NULL;
  guint max_workers, n_workers;
  guint64 n_pending, n_running;
  gboolean shut_down, broken, report;

  g_object_unref (start_gate (pool, room));
  g_object_unref (fut_executor_submit (pool, "contract.record", contract_room_args (room, 2)));
  g_object_get (pool, "name", &name, "thread-name-prefix", &prefix, "max-workers", &max_workers,
                "n-workers", &n_workers, "n-pending", &n_pending, "n-running", &n_running,
                "is-shut-down", &shut_down, "is-broken", &broken, "report-unread-errors", &report,
                NULL);
  g_assert_cmpstr (name, ==, "counting");
  g_assert_cmpstr (prefix, ==, "thread");
  g_assert_cmpuint (max_workers, ==, 1);
  g_assert_cmpuint (n_workers, ==, 1);
  g_assert_cmpuint (n_pending, ==, 1);
  g_assert_cmpuint (n_running, ==, 1);
  g_assert_false (shut_down);
  g_assert_false (broken);
  g_assert_false (report);
  contract_room_open (room, 1);
}

/* --- idle and busy --- */

static guint64
count_sleeps (const char *prefix)
{
  g_autoptr(GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *tid;
  guint64 n_sleeps = 0;

  while ((tid = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", tid, "status", NULL);
      g_autofree char *text = NULL;
      const char *at;

      if (!g_file_get_contents (path, &text, NULL, NULL) ||
          !g_str_has_prefix (text + strlen ("Name:\t"), prefix))
        continue;
      at = strstr (text, "\nvoluntary_ctxt_switches:\t");
      n_sleeps += g_ascii_strtoull (at + strlen ("\nvoluntary_ctxt_switches:\t"), NULL, 10);
    }
  return n_sleeps;
}

/* Nothing wakes a pool that has nothing to do. */
static void
test_idle_pool_sleeps (void)
{
  g_autoptr(Pool) pool = named_pool (2, "idle");
  g_autoptr(FutFuture) never = fut_future_new ();
  guint64 before;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(FutFuture) future =
        fut_executor_submit (pool, "contract.square", g_variant_new_int64 (i));

      test_assert_int64 (future, i * i);
    }

  /* A wait that nobody ends is a span of time in which nothing happens. */
  g_assert_false (fut_future_wait (never, 50 * G_TIME_SPAN_MILLISECOND, NULL, NULL));
  before = count_sleeps ("idle");
  g_assert_cmpuint (before, >, 0);
  g_assert_false (fut_future_wait (never, 300 * G_TIME_SPAN_MILLISECOND, NULL, NULL));
  g_assert_cmpuint (count_sleeps ("idle"), ==, before);
}

/* Tiny calls, that a worker takes many of at once, and in their midst one that stands at a gate:
 * the others do not wait behind it.
 */
static void
test_nothing_is_stranded (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (2);
  guint n = 20000;

  for (guint i = 0; i < n; i++)
    if (i == n / 2)
      g_ptr_array_add (futures,
                       fut_executor_submit (pool, "contract.gate", contract_room_args (room, 0)));
    else
      g_ptr_array_add (futures,
                       fut_executor_submit (pool, "contract.square", g_variant_new_int64 (i)));
  for (guint i = 0; i < n; i++)
    if (i != n / 2)
      test_assert_int64 (g_ptr_array_index (futures, i), (gint64) i * i);
  test_assert_state (g_ptr_array_index (futures, n / 2), FUT_STATE_RUNNING);
  contract_room_open (room, 1);
}

/* --- T2: nested waits --- */

typedef struct
{
  guint depth;
  guint n_threads;   /* at the bottom */
} Nest;

static void
nest (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  g_autoptr(FutFuture) inner = NULL;
  g_autoptr(GError) error = NULL;
  Nest *data = user_data;
  gint64 below;

  if (--data->depth == 0)
    {
      data->n_threads = test_count_threads ("nest");
      fut_future_return_int64 (future, 0);
      return;
    }
  inner = fut_executor_submit_func (pool, nest, data, NULL);
  below = fut_future_result_int64 (inner, -1, &error);
  if (error != NULL)
    fut_future_return_error (future, g_steal_pointer (&error));
  else
    fut_future_return_int64 (future, below + 1);
}

static void
test_nested_on_one_thread (void)
{
  g_autoptr(Pool) pool = named_pool (1, "nest");
  Nest data = { 101, 0 };
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, nest, &data, NULL);

  test_assert_int64 (future, 100);
  g_assert_cmpuint (data.n_threads, ==, 1);
  g_assert_cmpuint (test_count_threads ("nest"), ==, 1);
}

/* Deeper than any stack: an error, not a crash. */
static void
test_nested_too_deep (void)
{
  g_autoptr(Pool) pool = named_pool (1, "nest");
  Nest data = { 100000, 0 };
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, nest, &data, NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK, "*");
}

static void
wait_for_itself (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_future_wait (future, -1, NULL, &error));
  fut_future_return_error (future, g_steal_pointer (&error));
}

static void
test_waiting_for_itself (void)
{
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (2);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_for_itself, NULL, NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK, "*");
}

static void
wait_for_other (FutFuture *future, GVariant *args, gpointer other)
{
  g_autoptr(GError) error = NULL;

  if (fut_future_wait (other, -1, NULL, &error))
    fut_future_return_int64 (future, 1);
  else
    fut_future_return_error (future, g_steal_pointer (&error));
}

static void
wait_for_ancestor (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  g_autoptr(FutFuture) inner = fut_executor_submit_func (pool, wait_for_other, future, NULL);
  g_autoptr(GError) error = NULL;

  /* The one below is run here, and it waits for this one. */
  fut_future_result_int64 (inner, -1, &error);
  fut_future_return_error (future, g_steal_pointer (&error));
}

static void
test_waiting_for_an_ancestor (void)
{
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_for_ancestor, NULL, NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK, "*");
}

typedef struct
{
  TestLatch *both_run;
  FutFuture *futures[2];
} Mutual;

static void
wait_for_each_other (FutFuture *future, GVariant *args, gpointer user_data)
{
  Mutual *mutual = user_data;

  /* Both run, each in a worker of its own, and know each other. */
  test_latch_raise (mutual->both_run);
  test_latch_await (mutual->both_run, 3);
  wait_for_other (future, NULL, mutual->futures[future == mutual->futures[0] ? 1 : 0]);
}

static void
test_waiting_for_each_other (void)
{
  g_autoptr(TestLatch) both_run = test_latch_new ();
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (2);
  Mutual mutual = { both_run };
  guint n_errors = 0;

  for (guint i = 0; i < 2; i++)
    mutual.futures[i] = fut_executor_submit_func (pool, wait_for_each_other, &mutual, NULL);
  test_latch_raise (both_run);

  /* One of them gets the error, and the other one then has an end to wait for. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(GError) error = fut_future_exception (mutual.futures[i], -1, NULL);

      if (error == NULL)
        continue;
      g_assert_error (error, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK);
      n_errors++;
    }
  g_assert_cmpuint (n_errors, ==, 1);
  for (guint i = 0; i < 2; i++)
    g_object_unref (mutual.futures[i]);
}

static void
do_nothing (FutFuture *future, GVariant *args, gpointer user_data)
{
}

static void
wait_for_the_first (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  g_autoptr(FutFuture) one = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  g_autoptr(FutFuture) other = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  FutFuture *futures[] = { one, other };
  g_autoptr(GError) error = NULL;

  if (fut_wait (futures, 2, FUT_RETURN_WHEN_FIRST_COMPLETED, -1, NULL, NULL, NULL, &error))
    fut_future_return_boolean (future, TRUE);
  else
    fut_future_return_error (future, g_steal_pointer (&error));
}

/* Which one to run it cannot know, and there is nobody else. */
static void
test_waiting_for_the_first_on_one_thread (void)
{
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_for_the_first, NULL, NULL);

  test_assert_error (future, FUT_ERROR, FUT_ERROR_WOULD_DEADLOCK, "*");
}

static void
wait_for_all_inside (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  FutFuture *futures[5];
  g_autoptr(GPtrArray) done = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  if (fut_wait (futures, G_N_ELEMENTS (futures), FUT_RETURN_WHEN_ALL_COMPLETED, -1, NULL, &done,
                NULL, &error))
    fut_future_return_int64 (future, done->len);
  else
    fut_future_return_error (future, g_steal_pointer (&error));
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_object_unref (futures[i]);
}

/* All of them it runs itself. */
static void
test_waiting_for_all_on_one_thread (void)
{
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_for_all_inside, NULL, NULL);

  test_assert_int64 (future, 5);
}

/* A wait with a limit ends by itself. */
static void
wait_with_a_limit (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);
  g_autoptr(FutFuture) inner = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_future_wait (inner, G_TIME_SPAN_MILLISECOND, NULL, &error));
  fut_future_return_error (future, g_steal_pointer (&error));
}

static void
test_waiting_with_a_limit (void)
{
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, wait_with_a_limit, NULL, NULL);

  test_assert_error (future, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "*");
}

/* --- shutdown from inside --- */

static void
shut_down_own_pool (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) pool = fut_future_dup_executor (future);

  fut_executor_shutdown (pool, TRUE, FALSE);
  fut_future_return_boolean (future, TRUE);
}

static void
test_shutdown_from_a_task (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = fut_executor_submit_func (pool, shut_down_own_pool, NULL, NULL);

  g_assert_true (fut_future_result_boolean (future, -1, NULL));
  g_assert_true (fut_executor_is_shut_down (pool));
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 0);
  g_assert_cmpuint (test_log_count (log, "*own*"), ==, 1);
}

static void
shut_down (FutFuture *future, gpointer pool)
{
  fut_executor_shutdown (pool, TRUE, TRUE);
}

static void
test_shutdown_from_a_callback (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = start_gate (pool, room);
  g_autoptr(FutFuture) pending =
    fut_executor_submit (pool, "contract.record", contract_room_args (room, 2));

  fut_future_add_done_callback (future, shut_down, pool, NULL);
  contract_room_open (room, 1);
  test_assert_error (pending, G_IO_ERROR, G_IO_ERROR_CANCELLED, "*");
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_assert_cmpuint (test_log_count (log, "*own*"), ==, 1);
}

/* From a worker of another pool one may wait. */
static void
shut_down_other_pool (FutFuture *future, GVariant *args, gpointer pool)
{
  fut_executor_shutdown (pool, TRUE, FALSE);
  fut_future_return_int64 (future, fut_executor_get_n_workers (pool));
}

static void
test_shutdown_from_another_pool (void)
{
  g_autoptr(Pool) one = fut_thread_pool_executor_new (1);
  g_autoptr(Pool) other = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) call = fut_executor_submit_func (other, do_nothing, NULL, NULL);
  g_autoptr(FutFuture) future = fut_executor_submit_func (one, shut_down_other_pool, other, NULL);

  test_assert_int64 (future, 0);
}

/* --- the default executor --- */

static void
test_default_executor (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  FutExecutor *pool = fut_executor_get_default ();
  g_autoptr(FutFuture) before = NULL;
  g_autoptr(FutFuture) after = NULL;

  g_assert_true (FUT_IS_THREAD_POOL_EXECUTOR (pool));
  g_assert_true (fut_executor_get_default () == pool);
  before = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (5));
  test_assert_int64 (before, 25);

  fut_executor_shutdown (pool, TRUE, TRUE);
  g_assert_cmpuint (test_log_count (log, "*never shut down*"), ==, 1);
  g_assert_false (fut_executor_is_shut_down (pool));
  after = fut_executor_submit (pool, "contract.square", g_variant_new_int64 (6));
  test_assert_int64 (after, 36);
}

static void
on_refused (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_executor_shutdown_finish (FUT_EXECUTOR (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  *(gboolean *) user_data = TRUE;
}

static void
test_default_executor_async (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestContext) context = test_context_push ();
  gboolean refused = FALSE;

  fut_executor_shutdown_async (fut_executor_get_default (), FALSE, NULL, on_refused, &refused);
  test_iterate_until (context, refused);
  g_assert_cmpuint (test_log_count (log, "*never shut down*"), ==, 1);
}

/* --- objects and pointers --- */

static void
return_object (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(GCancellable) object = g_cancellable_new ();

  fut_future_return_object (future, G_OBJECT (object));
}

static void
return_pointer (FutFuture *future, GVariant *args, gpointer latch)
{
  fut_future_return_pointer (future, latch, test_latch_raise_cb);
}

static void
test_objects_and_pointers (void)
{
  g_autoptr(TestLatch) freed = test_latch_new ();
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) of_object = fut_executor_submit_func (pool, return_object, NULL, NULL);
  FutFuture *of_pointer = fut_executor_submit_func (pool, return_pointer, freed, NULL);
  g_autoptr(GObject) object = fut_future_result_object (of_object, -1, NULL);

  g_assert_true (G_IS_CANCELLABLE (object));
  g_assert_true (fut_future_result_pointer (of_pointer, -1, NULL) == freed);
  g_assert_cmpuint (test_latch_peek (freed), ==, 0);
  g_object_unref (of_pointer);
  test_latch_await (freed, 1);
}

/* --- broken --- */

static void
on_notify_broken (FutExecutor *pool, GParamSpec *pspec, gpointer user_data)
{
  g_assert_true (g_main_context_is_owner (user_data));
  g_object_set_data (G_OBJECT (pool), "notified", pool);
}

static gboolean
refuse (gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such device");
  return FALSE;
}

static void
test_broken_is_notified (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestContext) context = test_context_push ();
  g_autoptr(Pool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = NULL;

  fut_thread_pool_executor_set_initializer (FUT_THREAD_POOL_EXECUTOR (pool), refuse, NULL, NULL);
  g_signal_connect (pool, "notify::is-broken", G_CALLBACK (on_notify_broken), context);
  future = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_BROKEN, "*no such device*");
  test_iterate_until (context, g_object_get_data (G_OBJECT (pool), "notified") != NULL);
  g_assert_cmpuint (test_log_count (log, "*no such device*"), ==, 1);
}

static gboolean
refuse_without_a_reason (gpointer user_data, GError **error)
{
  return FALSE;
}

static void
test_initializer_without_a_reason (void)
{
  g_autoptr(TestLog) log = test_log_new ();
  g_autoptr(TestLatch) destroyed = test_latch_new ();
  g_autoptr(TestContext) context = test_context_push ();
  FutExecutor *pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = NULL;

  fut_thread_pool_executor_set_initializer (
    FUT_THREAD_POOL_EXECUTOR (pool), refuse_without_a_reason, destroyed, test_latch_raise_cb);
  future = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  test_assert_error (future, FUT_ERROR, FUT_ERROR_BROKEN, "*");
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);
  g_clear_object (&future);
  test_iterate_until (context, test_latch_peek (destroyed) == 1);
  test_log_count (log, "*");
}

static gboolean
raise_latch (gpointer latch, GError **error)
{
  test_latch_raise (latch);
  return TRUE;
}

static void
test_initializer_replaced (void)
{
  g_autoptr(TestLatch) first = test_latch_new ();
  g_autoptr(TestLatch) second = test_latch_new ();
  FutExecutor *pool = fut_thread_pool_executor_new (2);
  FutThreadPoolExecutor *threads = FUT_THREAD_POOL_EXECUTOR (pool);
  g_autoptr(FutFuture) future = NULL;

  fut_thread_pool_executor_set_initializer (threads, raise_latch, first, test_latch_raise_cb);
  g_assert_cmpuint (test_latch_peek (first), ==, 0);
  fut_thread_pool_executor_set_initializer (threads, raise_latch, second, test_latch_raise_cb);
  g_assert_cmpuint (test_latch_peek (first), ==, 1);
  future = fut_executor_submit_func (pool, do_nothing, NULL, NULL);
  g_assert_true (fut_future_wait (future, -1, NULL, NULL));
  g_assert_cmpuint (test_latch_peek (second), ==, 1);
  fut_executor_shutdown (pool, TRUE, FALSE);
  g_object_unref (pool);

  /* The future knows what ran it, and the worker's data goes with the last who does. */
  g_clear_object (&future);
  test_latch_await (second, 2);
  g_assert_cmpuint (test_latch_peek (first), ==, 1);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/thread-pool/T1/default-names", test_default_names);
  test_add ("/thread-pool/T1/given-names", test_given_names);
  test_add ("/thread-pool/T1/changed-names", test_changed_names);
  test_add ("/thread-pool/E8/initializer-replaced", test_initializer_replaced);
  test_add ("/thread-pool/T1/each-pool-has-a-number", test_each_pool_has_a_number);
  test_add ("/thread-pool/E6/nothing-before-the-first-call", test_nothing_before_the_first_call);
  test_add ("/thread-pool/E6/as-many-as-needed", test_as_many_as_needed);
  test_add ("/thread-pool/E6/max-workers-zero", test_max_workers_zero);
  test_add ("/thread-pool/E6/max-workers-too-large", test_max_workers_too_large);
  test_add ("/thread-pool/properties", test_properties);
  test_add ("/thread-pool/idle-pool-sleeps", test_idle_pool_sleeps);
  test_add ("/thread-pool/nothing-is-stranded", test_nothing_is_stranded);
  test_add ("/thread-pool/T2/nested-on-one-thread", test_nested_on_one_thread);
  test_add ("/thread-pool/T2/nested-too-deep", test_nested_too_deep);
  test_add ("/thread-pool/T2/waiting-for-itself", test_waiting_for_itself);
  test_add ("/thread-pool/T2/waiting-for-an-ancestor", test_waiting_for_an_ancestor);
  test_add ("/thread-pool/T2/waiting-for-each-other", test_waiting_for_each_other);
  test_add ("/thread-pool/T2/waiting-for-the-first-on-one-thread",
            test_waiting_for_the_first_on_one_thread);
  test_add ("/thread-pool/T2/waiting-for-all-on-one-thread", test_waiting_for_all_on_one_thread);
  test_add ("/thread-pool/T2/waiting-with-a-limit", test_waiting_with_a_limit);
  test_add ("/thread-pool/E3/shutdown-from-a-task", test_shutdown_from_a_task);
  test_add ("/thread-pool/E3/shutdown-from-a-callback", test_shutdown_from_a_callback);
  test_add ("/thread-pool/E3/shutdown-from-another-pool", test_shutdown_from_another_pool);
  test_add ("/thread-pool/default-executor/is-never-shut-down", test_default_executor);
  test_add ("/thread-pool/default-executor/is-never-shut-down-async", test_default_executor_async);
  test_add ("/thread-pool/objects-and-pointers", test_objects_and_pointers);
  test_add ("/thread-pool/E8/broken-is-notified", test_broken_is_notified);
  test_add ("/thread-pool/E8/initializer-without-a-reason", test_initializer_without_a_reason);
  return g_test_run ();
}
