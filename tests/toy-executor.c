/* toy-executor.c: the smallest executor that keeps the whole contract
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "toy-executor.h"

/* One thread, started by the first call, takes calls from a queue and runs them.
 *
 * The thread holds the core and not the executor: so the executor's last reference can go at any
 * time, on any thread, and the thread still runs what is queued before it leaves.
 *
 * Locking: `lock` guards what is below it. Nothing of the library is called under it, and no
 * future is referenced or unreferenced.
 */
typedef struct
{
  gatomicrefcount ref_count;
  GAsyncQueue    *calls;      /* of FutFuture, each owned; `leave` is the last */

  GMutex lock;

  /* Guarded by lock: */
  gboolean   running;         /* the thread was started, and has not left */
  gboolean   leaving;         /* no call is queued any more; `leave` is, if running */
  GPtrArray *shutdowns;       /* owned futures, ended when the thread leaves */
} Core;

struct _ToyExecutor
{
  FutExecutor parent_instance;

  Core *core;                 /* owned */
};

G_DEFINE_FINAL_TYPE (ToyExecutor, toy_executor, FUT_TYPE_EXECUTOR)

static char leave;

static Core *
core_new (void)
{
  Core *core = g_new0 (Core, 1);

  g_atomic_ref_count_init (&core->ref_count);
  core->calls = g_async_queue_new ();
  g_mutex_init (&core->lock);
  core->shutdowns = g_ptr_array_new_with_free_func (g_object_unref);
  return core;
}

static Core *
core_ref (Core *core)
{
  g_atomic_ref_count_inc (&core->ref_count);
  return core;
}

static void
core_unref (Core *core)
{
  if (!g_atomic_ref_count_dec (&core->ref_count))
    return;
  g_async_queue_unref (core->calls);
  g_mutex_clear (&core->lock);
  g_ptr_array_unref (core->shutdowns);
  g_free (core);
}

static gpointer
run_calls (gpointer data)
{
  Core *core = data;
  g_autoptr(GPtrArray) ended = NULL;
  gpointer call;

  while ((call = g_async_queue_pop (core->calls)) != &leave)
    {
      /* Does nothing if the call was cancelled in the meantime. */
      fut_future_run (call);
      g_object_unref (call);
    }

  g_mutex_lock (&core->lock);
  core->running = FALSE;
  ended = g_steal_pointer (&core->shutdowns);
  core->shutdowns = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_unlock (&core->lock);
  for (guint i = 0; i < ended->len; i++)
    fut_future_return_boolean (g_ptr_array_index (ended, i), TRUE);
  core_unref (core);
  return NULL;
}

static void
toy_executor_submit_future (FutExecutor *executor, FutFuture *future)
{
  Core *core = TOY_EXECUTOR (executor)->core;
  FutFuture *owned = g_object_ref (future);
  gboolean start = FALSE;
  gboolean refused;

  g_mutex_lock (&core->lock);
  refused = core->leaving;
  if (!refused)
    {
      start = !core->running;
      core->running = TRUE;
      g_async_queue_push (core->calls, owned);
    }
  g_mutex_unlock (&core->lock);

  if (start)
    g_thread_unref (g_thread_new ("toy", run_calls, core_ref (core)));
  if (refused)
    {
      g_autoptr(GError) error = g_error_new_literal (FUT_ERROR, FUT_ERROR_SHUT_DOWN,
                                                     "cannot schedule new futures after shutdown");

      fut_future_set_exception (future, error, NULL);
      g_object_unref (owned);
    }
}

static gboolean
toy_executor_revoke (FutExecutor *executor, FutFuture *future)
{
  if (g_async_queue_remove (TOY_EXECUTOR (executor)->core->calls, future))
    g_object_unref (future);
  return TRUE;
}

/* After this no call can come behind `leave`. Returns whether the thread is still to leave. */
static gboolean
begin_to_leave (Core *core, FutFuture *finished)
{
  FutFuture *owned = finished != NULL ? g_object_ref (finished) : NULL;
  gboolean running;

  g_mutex_lock (&core->lock);
  running = core->running;
  if (running && !core->leaving)
    g_async_queue_push (core->calls, &leave);
  core->leaving = TRUE;
  if (running && owned != NULL)
    g_ptr_array_add (core->shutdowns, g_steal_pointer (&owned));
  g_mutex_unlock (&core->lock);
  g_clear_object (&owned);
  return running;
}

static void
cancel_queued (Core *core)
{
  g_autoptr(GPtrArray) queued = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean was_leaving = FALSE;
  gpointer call;

  while ((call = g_async_queue_try_pop (core->calls)) != NULL)
    if (call == &leave)
      was_leaving = TRUE;
    else
      g_ptr_array_add (queued, call);
  if (was_leaving)
    g_async_queue_push (core->calls, &leave);

  for (guint i = 0; i < queued->len; i++)
    fut_future_cancel (g_ptr_array_index (queued, i));
}

static void
toy_executor_begin_shutdown (FutExecutor *executor, gboolean cancel_futures, FutFuture *finished)
{
  Core *core = TOY_EXECUTOR (executor)->core;
  gboolean running = begin_to_leave (core, finished);

  if (cancel_futures)
    cancel_queued (core);
  if (!running)
    fut_future_return_boolean (finished, TRUE);
}

static FutExecutorFlags
toy_executor_get_flags (FutExecutor *executor)
{
  return FUT_EXECUTOR_FLAGS_CLOSURES | FUT_EXECUTOR_FLAGS_NESTED_SUBMIT |
         FUT_EXECUTOR_FLAGS_OBJECTS | FUT_EXECUTOR_FLAGS_EXACT_CANCEL;
}

static guint
toy_executor_get_n_workers (FutExecutor *executor)
{
  Core *core = TOY_EXECUTOR (executor)->core;
  guint n_workers;

  g_mutex_lock (&core->lock);
  n_workers = core->running ? 1 : 0;
  g_mutex_unlock (&core->lock);
  return n_workers;
}

static char **
toy_executor_get_worker_names (FutExecutor *executor)
{
  const char *names[] = { toy_executor_get_n_workers (executor) > 0 ? "toy" : NULL, NULL };

  return g_strdupv ((char **) names);
}

static void
toy_executor_finalize (GObject *object)
{
  ToyExecutor *self = TOY_EXECUTOR (object);

  /* Whoever drops an executor gets its work done all the same. */
  begin_to_leave (self->core, NULL);
  core_unref (self->core);
  G_OBJECT_CLASS (toy_executor_parent_class)->finalize (object);
}

static void
toy_executor_class_init (ToyExecutorClass *klass)
{
  FutExecutorClass *executor_class = FUT_EXECUTOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = toy_executor_finalize;
  executor_class->submit_future = toy_executor_submit_future;
  executor_class->revoke = toy_executor_revoke;
  executor_class->begin_shutdown = toy_executor_begin_shutdown;
  executor_class->get_flags = toy_executor_get_flags;
  executor_class->get_n_workers = toy_executor_get_n_workers;
  executor_class->get_worker_names = toy_executor_get_worker_names;
}

static void
toy_executor_init (ToyExecutor *self)
{
  self->core = core_new ();
}

FutExecutor *
toy_executor_new (void)
{
  return g_object_new (TOY_TYPE_EXECUTOR, "max-workers", 1, NULL);
}
