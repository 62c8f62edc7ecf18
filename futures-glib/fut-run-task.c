/* fut-run-task.c: running a GTask on an executor
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-executor.h"

/* The GTask returns as always; the future only tells when that was. A call that does not run has
 * nobody who would return, so that is done when its future ends.
 */
typedef struct
{
  gatomicrefcount ref_count;

  /* Set at construction, never changed: */
  GTask          *task; /* owned */
  GTaskThreadFunc func;

  int ran; /* atomic */
} TaskRun;

static gboolean
on_unref (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* The last reference to a task, and so to its source object and its data, is dropped where its
 * callback is called, as after g_task_run_in_thread().
 */
static void
unref_in_context (GTask *task)
{
  GMainContext *context = g_task_get_context (task);
  g_autoptr(GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[futures-glib] unref a task");
  g_source_set_callback (source, on_unref, task, g_object_unref);
  g_source_attach (source, context);
}

static void
task_run_unref (gpointer data)
{
  TaskRun *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  unref_in_context (self->task);
  g_free (self);
}

static void
run_task (FutFuture *future, GVariant *args, gpointer data)
{
  TaskRun *self = data;

  g_atomic_int_set (&self->ran, TRUE);
  self->func (self->task, g_task_get_source_object (self->task), g_task_get_task_data (self->task),
              fut_future_get_cancellable (future));
}

static void
return_if_not_run (FutFuture *future, gpointer data)
{
  TaskRun *self = data;

  if (!g_atomic_int_get (&self->ran))
    g_task_return_error (self->task, fut_future_dup_error (future));
}

/**
 * fut_executor_run_task: (skip)
 * @self: an executor
 * @task: a task that has not been run
 * @func: the function that g_task_run_in_thread() would be given
 *
 * Runs a #GTask in a worker, where code has called g_task_run_in_thread() so far.
 *
 * @func returns through @task as it always did, and the task's callback is called in the task's own
 *   main context. The call has the task's name and priority, and is cancelled with the task's
 *   cancellable: if it has not begun, or the executor does not take it, the task returns the error.
 *   The cancellable that @func is given is the call's own ([method@Fut.Future.get_cancellable]),
 *   which is cancelled with the task's.
 *
 * The executor must have %FUT_EXECUTOR_FLAGS_CLOSURES. Safe from any thread.
 *
 * Returns: (transfer full): the call's future, which ends with no value when @func has returned; it
 *   may be dropped
 *
 * Since: 1.0
 */
FutFuture *
fut_executor_run_task (FutExecutor *self, GTask *task, GTaskThreadFunc func)
{
  g_autoptr(FutSubmitOptions) options = NULL;
  FutFuture *future;
  TaskRun *run;

  g_return_val_if_fail (FUT_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (G_IS_TASK (task), NULL);
  g_return_val_if_fail (func != NULL, NULL);

  options = fut_submit_options_new ();
  fut_submit_options_set_name (options, g_task_get_name (task));
  fut_submit_options_set_priority (options, g_task_get_priority (task));
  fut_submit_options_set_cancellable (options, g_task_get_cancellable (task));

  run = g_new0 (TaskRun, 1);
  g_atomic_ref_count_init (&run->ref_count);
  g_atomic_ref_count_inc (&run->ref_count);
  run->task = g_object_ref (task);
  run->func = func;
  future = fut_executor_submit_func_full (self, options, run_task, run, task_run_unref);
  fut_future_add_done_callback (future, return_if_not_run, run, task_run_unref);
  return future;
}
