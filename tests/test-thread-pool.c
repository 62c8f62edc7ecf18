/* test-thread-pool.c: threads: how many, what they are called, when they start and leave
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"
#include "test-util.h"

#include <string.h>

static FutExecutor *
named_pool (guint max_workers, const char *prefix)
{
  FutExecutor *pool = fut_thread_pool_executor_new (max_workers);

  fut_thread_pool_executor_set_thread_name_prefix (FUT_THREAD_POOL_EXECUTOR (pool), prefix);
  return pool;
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
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
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
      g_autoptr(TestPool) pool = named_pool (1, cases[i].prefix);
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
  g_autoptr(TestPool) first = fut_thread_pool_executor_new (1);
  g_autoptr(TestPool) second = fut_thread_pool_executor_new (1);

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
  g_autoptr(TestPool) pool = named_pool (3, "first");
  FutThreadPoolExecutor *threads = FUT_THREAD_POOL_EXECUTOR (pool);
  g_autofree char *named = g_strconcat (fut_executor_get_name (pool), "_2", NULL);
  g_auto(GStrv) names = NULL;
  guint n_notified = 0;

  g_signal_connect (pool, "notify::thread-name-prefix", G_CALLBACK (count_notify), &n_notified);
  g_object_unref (contract_start_gate (pool, room, 1));
  fut_thread_pool_executor_set_thread_name_prefix (threads, "second");
  fut_thread_pool_executor_set_thread_name_prefix (threads, "second");
  g_object_unref (contract_start_gate (pool, room, 1));
  fut_thread_pool_executor_set_thread_name_prefix (threads, NULL);
  g_object_unref (contract_start_gate (pool, room, 1));
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
  g_autoptr(TestPool) pool = named_pool (4, "before");

  g_assert_cmpuint (fut_executor_get_n_workers (pool), ==, 0);
  g_assert_cmpuint (test_count_threads ("before"), ==, 0);
}

static void
test_as_many_as_needed (void)
{
  g_autoptr(ContractRoom) room = contract_room_new ();
  g_autoptr(TestPool) pool = named_pool (3, "needed");
  gint64 begin;

  for (guint i = 1; i <= 3; i++)
    {
      g_object_unref (contract_start_gate (pool, room, 1));
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
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (0);
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
  g_autoptr(TestPool) pool =
    g_object_new (FUT_TYPE_THREAD_POOL_EXECUTOR, "max-workers", 1, "name", "counting",
                  "thread-name-prefix", "thread", "report-unread-errors", FALSE, NULL);
  g_autofree char *name = NULL;
  g_autofree char *prefix = NULL;
  guint max_workers, n_workers;
  guint64 n_pending, n_running;
  gboolean shut_down, broken, report;

  g_object_unref (contract_start_gate (pool, room, 1));
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
  g_autoptr(TestPool) pool = named_pool (2, "idle");
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
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (2);
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
  g_autoptr(TestPool) pool = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) of_object = fut_executor_submit_func (pool, return_object, NULL, NULL);
  FutFuture *of_pointer = fut_executor_submit_func (pool, return_pointer, freed, NULL);
  g_autoptr(GObject) object = fut_future_result_object (of_object, -1, NULL);

  g_assert_true (G_IS_CANCELLABLE (object));
  g_assert_true (fut_future_result_pointer (of_pointer, -1, NULL) == freed);
  g_assert_cmpuint (test_latch_peek (freed), ==, 0);
  g_object_unref (of_pointer);
  test_latch_await (freed, 1);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  test_add ("/thread-pool/T1/default-names", test_default_names);
  test_add ("/thread-pool/T1/given-names", test_given_names);
  test_add ("/thread-pool/T1/changed-names", test_changed_names);
  test_add ("/thread-pool/T1/each-pool-has-a-number", test_each_pool_has_a_number);
  test_add ("/thread-pool/E6/nothing-before-the-first-call", test_nothing_before_the_first_call);
  test_add ("/thread-pool/E6/as-many-as-needed", test_as_many_as_needed);
  test_add ("/thread-pool/E6/max-workers-zero", test_max_workers_zero);
  test_add ("/thread-pool/E6/max-workers-too-large", test_max_workers_too_large);
  test_add ("/thread-pool/properties", test_properties);
  test_add ("/thread-pool/idle-pool-sleeps", test_idle_pool_sleeps);
  test_add ("/thread-pool/nothing-is-stranded", test_nothing_is_stranded);
  test_add ("/thread-pool/objects-and-pointers", test_objects_and_pointers);
  return g_test_run ();
}
