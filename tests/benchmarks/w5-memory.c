/* w5-memory.c: W5: the bytes that one waiting call takes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench.h"

#include <futures-glib.h>
#include <stdlib.h>
#include <string.h>

#include "bench-memory.h"
#include "raw-pool.h"

/* Each figure is taken in a new process, so that no heap of an earlier run is used again: once with
 * GLib's slice allocator off, which shows every byte asked of malloc(), and once with it on, which
 * is how programs run, for the pages in use.
 */

/* The gate: closed while the memory is measured, so that every task but the first few waits in the
 * queue.
 */
static GMutex gate_lock;
static GCond gate_cond;
static gboolean gate_is_open;   /* guarded by gate_lock */
static gsize n_finished;        /* guarded by gate_lock */

static void
pass_gate (void)
{
  g_mutex_lock (&gate_lock);
  while (!gate_is_open)
    g_cond_wait (&gate_cond, &gate_lock);
  n_finished++;
  g_cond_broadcast (&gate_cond);
  g_mutex_unlock (&gate_lock);
}

static void
open_gate (void)
{
  g_mutex_lock (&gate_lock);
  gate_is_open = TRUE;
  g_cond_broadcast (&gate_cond);
  g_mutex_unlock (&gate_lock);
}

static void
wait_until_finished (gsize n_tasks)
{
  g_mutex_lock (&gate_lock);
  while (n_finished < n_tasks)
    g_cond_wait (&gate_cond, &gate_lock);
  g_mutex_unlock (&gate_lock);
}

static void
print_growth (const BenchMemory *before, gsize n_tasks)
{
  BenchMemory now = bench_memory_now ();
  double malloced = (double) now.malloced - before->malloced;
  double resident = (double) now.resident - before->resident;

  g_print ("%.1f %.1f\n", malloced / n_tasks, resident / n_tasks);
}

/* The array of handles is the caller's, so it is there, and touched, before the measuring. */
static gpointer *
new_handles (gsize n_tasks)
{
  gpointer *handles = g_new (gpointer, n_tasks);

  memset (handles, 0xff, n_tasks * sizeof (gpointer));
  return handles;
}

/* futures-glib */

static void
ours_task (FutFuture *future, GVariant *args, gpointer data)
{
  pass_gate ();
}

static void
ours_child (gsize n_tasks)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (BENCH_N_WORKERS);
  g_autofree gpointer *handles = new_handles (n_tasks);
  BenchMemory before;

  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    g_object_unref (fut_executor_submit_func (executor, ours_task, NULL, NULL));
  before = bench_memory_now ();
  for (gsize i = 0; i < n_tasks; i++)
    handles[i] = fut_executor_submit_func (executor, ours_task, NULL, NULL);
  print_growth (&before, n_tasks);

  open_gate ();
  for (gsize i = 0; i < n_tasks; i++)
    {
      bench_check (fut_future_wait (handles[i], -1, NULL, NULL));
      g_object_unref (handles[i]);
    }
  wait_until_finished (n_tasks + BENCH_N_WORKERS);
  fut_executor_shutdown (executor, TRUE, FALSE);
}

/* GThreadPool, with a task of two words, since something must say what to do */

typedef struct
{
  gpointer argument;
  gpointer result;
} SmallTask;

static void
gthreadpool_task (gpointer task, gpointer data)
{
  pass_gate ();
}

static void
gthreadpool_child (gsize n_tasks)
{
  GThreadPool *pool = g_thread_pool_new (gthreadpool_task, NULL, BENCH_N_WORKERS, TRUE, NULL);
  g_autofree gpointer *handles = new_handles (n_tasks);
  BenchMemory before;

  for (guint i = 0; i < BENCH_N_WORKERS; i++)
    g_thread_pool_push (pool, handles, NULL);
  before = bench_memory_now ();
  for (gsize i = 0; i < n_tasks; i++)
    {
      handles[i] = g_new0 (SmallTask, 1);
      g_thread_pool_push (pool, handles[i], NULL);
    }
  print_growth (&before, n_tasks);

  open_gate ();
  wait_until_finished (n_tasks + BENCH_N_WORKERS);
  g_thread_pool_free (pool, FALSE, TRUE);
  for (gsize i = 0; i < n_tasks; i++)
    g_free (handles[i]);
}

/* GTask, whose threads GLib starts and stops as it likes */

static void
gtask_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  pass_gate ();
  g_task_return_boolean (task, TRUE);
}

static void
gtask_done (GObject *source, GAsyncResult *result, gpointer data)
{
  gsize *n_delivered = data;

  bench_check (g_task_propagate_boolean (G_TASK (result), NULL));
  (*n_delivered)++;
}

static void
gtask_child (gsize n_tasks)
{
  g_autofree gpointer *handles = new_handles (n_tasks);
  gsize n_delivered = 0;
  BenchMemory before = bench_memory_now ();

  for (gsize i = 0; i < n_tasks; i++)
    {
      handles[i] = g_task_new (NULL, NULL, gtask_done, &n_delivered);
      g_task_run_in_thread (handles[i], gtask_task);
    }
  print_growth (&before, n_tasks);

  open_gate ();
  while (n_delivered < n_tasks)
    g_main_context_iteration (NULL, TRUE);
  for (gsize i = 0; i < n_tasks; i++)
    g_object_unref (handles[i]);
}

/* The raw queue */

static gboolean
raw_task (RawTask *task)
{
  pass_gate ();
  return TRUE;
}

static void
raw_child (gsize n_tasks)
{
  RawPool *pool = raw_pool_new ();
  g_autofree gpointer *handles = new_handles (n_tasks);
  BenchMemory before = bench_memory_now ();

  for (gsize i = 0; i < n_tasks; i++)
    {
      RawTask *task = g_new0 (RawTask, 1);

      task->func = raw_task;
      handles[i] = task;
      raw_pool_push (pool, task);
    }
  print_growth (&before, n_tasks);

  open_gate ();
  wait_until_finished (n_tasks);
  raw_pool_free (pool);
  for (gsize i = 0; i < n_tasks; i++)
    g_free (handles[i]);
}

static const struct
{
  const char *name;
  void (*run) (gsize n_tasks);
} children[] = {
  { "ours", ours_child },
  { "gthreadpool", gthreadpool_child },
  { "gtask", gtask_child },
  { "raw", raw_child },
};

int
bench_w5_child (const char *contender, gsize n_tasks)
{
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    if (g_str_equal (children[i].name, contender))
      {
        children[i].run (n_tasks);
        return EXIT_SUCCESS;
      }
  g_printerr ("No such contender: %s\n", contender);
  return EXIT_FAILURE;
}

static BenchSample
measure (const char *contender, gsize n_tasks)
{
  BenchSample sample;
  double other;

  bench_memory_child ("--w5-child", contender, n_tasks, FALSE, &sample.value, &other);
  bench_memory_child ("--w5-child", contender, n_tasks, TRUE, &other, &sample.second);
  return sample;
}

static BenchSample
ours (gsize n_tasks)
{
  return measure ("ours", n_tasks);
}

static BenchSample
gthreadpool (gsize n_tasks)
{
  return measure ("gthreadpool", n_tasks);
}

static BenchSample
gtask (gsize n_tasks)
{
  return measure ("gtask", n_tasks);
}

static BenchSample
raw (gsize n_tasks)
{
  return measure ("raw", n_tasks);
}

static const BenchContender contenders[] = {
  { "futures-glib", ours },
  { "GThreadPool, 16-byte task", gthreadpool },
  { "GTask", gtask },
  { "mutex and condition", raw },
  { NULL, NULL },
};

const BenchWorkload bench_w5 = {
  .id = "W5",
  .title = "memory of a pending future: bytes asked of malloc(), and bytes resident",
  .unit = "bytes a task",
  .second = "RSS",
  .goal = "at most 160",
  .once = TRUE,
  .n_tasks = 1000000,
  .n_tasks_quick = 10000,
  .contenders = contenders,
};
