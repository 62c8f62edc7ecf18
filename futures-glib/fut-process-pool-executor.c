/* fut-process-pool-executor.c: an executor over helper processes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-process-pool-executor.h"

#include "fut-error.h"
#include "fut-future-private.h"
#include "fut-process-pool-private.h"

#include "engine/fut-cpus.h"
#include "process/fut-message.h"

#include <signal.h>
#include <string.h>

/**
 * FutProcessPoolExecutor:
 *
 * An executor over helper processes.
 *
 * For work that may crash, that needs a limit or must be ended from outside, that leaks, or whose
 * code is in a language where one process computes on one CPU only. What a call does to its process
 * does not touch this one:
 *
 * ```c
 * g_autoptr(FutExecutor) pool = fut_process_pool_executor_new (0);
 * g_autoptr(FutFuture) future = NULL;
 * g_autoptr(GError) error = NULL;
 *
 * future = fut_executor_submit (pool, "thumbnails:scale", g_variant_new ("(si)", path, 128));
 * if (fut_future_result_boolean (future, -1, &error))
 *   show_thumbnail (path);
 * else if (g_error_matches (error, FUT_ERROR, FUT_ERROR_WORKER_LOST))
 *   g_printerr ("%s: %s\n", path, error->message);
 * ```
 *
 * Workers start on demand, up to [property@Fut.Executor:max-workers]: a call that finds an idle one
 * uses that. Each is a program that is run anew, never a mere fork of this process: the library's
 * helper, or what [property@Fut.ProcessPoolExecutor:worker-argv] says, such as this program itself
 * ([func@Fut.worker_self_argv]). They are called `ProcessPoolExecutor-0_3` in messages. They leave
 * when the executor is shut down or dropped, and at once when this process ends, however it ends.
 *
 * It takes named functions, whose arguments are a [struct@GLib.Variant] without handles, and whose
 * result is a number, a boolean, a string, a variant, bytes, or nothing. What cannot be sent fails
 * only its own call, with [error@Gio.IOErrorEnum.NOT_SUPPORTED] or %FUT_ERROR_TOO_LARGE. Closures
 * end with [error@Gio.IOErrorEnum.NOT_SUPPORTED]. It cancels exactly. A task cannot submit to the
 * executor that runs it. A done callback that is not bound to a main loop runs in a thread of the
 * executor's.
 *
 * What the death of a worker means is said by [property@Fut.ProcessPoolExecutor:crash-policy].
 *
 * The settings may be changed at any time, from any thread. They are heeded by workers that start
 * and calls that are submitted afterwards.
 *
 * Since: 1.0
 */

/* Locking: `settings_lock` makes the change of a setting one step, see fut-process-pool-settings.c.
 * The output has a lock of its own, see fut-process-pool-output.c.
 */

#define MAX_MAX_WORKERS 1024

enum
{
  SIGNAL_WORKER_OUTPUT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (FutProcessPoolExecutor, fut_process_pool_executor, FUT_TYPE_EXECUTOR)

static void
choose_max_workers (FutExecutorCore *core)
{
  if (core->max_workers > MAX_MAX_WORKERS)
    {
      g_critical ("max_workers must be at most %u, not %u; the default is used", MAX_MAX_WORKERS,
                  core->max_workers);
      core->max_workers = 0;
    }
  if (core->max_workers == 0)
    core->max_workers = MIN (MAX_MAX_WORKERS, fut_cpus_get_usable ());
}

static void
emit_worker_output (FutExecutor *executor, int pid, int fd, const char *line)
{
  g_signal_emit (executor, signals[SIGNAL_WORKER_OUTPUT], 0, pid, fd, line);
}

/* In a thread of the manager's. */
static void
on_worker_output (FutExecutorCore *core, int pid, int fd, const char *line)
{
  g_autoptr(FutProcessPoolExecutor) self = g_weak_ref_get (&core->executor);

  if (self != NULL)
    fut_pool_output_push (self->output, pid, fd, line);
}

static void
fut_process_pool_executor_constructed (GObject *object)
{
  static atomic_uint n_executors;
  FutProcessPoolExecutor *self = FUT_PROCESS_POOL_EXECUTOR (object);
  FutExecutorCore *core = fut_executor_get_core (FUT_EXECUTOR (self));

  if (core->name == NULL)
    core->name = g_strdup_printf ("ProcessPoolExecutor-%u", atomic_fetch_add (&n_executors, 1));
  choose_max_workers (core);
  self->output = fut_pool_output_new (FUT_EXECUTOR (self), emit_worker_output);
  self->manager = fut_worker_manager_new (core, on_worker_output);

  G_OBJECT_CLASS (fut_process_pool_executor_parent_class)->constructed (object);
}

static void
fut_process_pool_executor_finalize (GObject *object)
{
  FutProcessPoolExecutor *self = FUT_PROCESS_POOL_EXECUTOR (object);

  /* The workers run what is left, and leave. In a forked child there are none. */
  if (!fut_executor_core_is_forked (fut_executor_get_core (FUT_EXECUTOR (self))))
    fut_worker_manager_stop (self->manager, NULL);
  fut_pool_output_free (self->output);
  g_mutex_clear (&self->settings_lock);

  G_OBJECT_CLASS (fut_process_pool_executor_parent_class)->finalize (object);
}

gboolean
fut_process_pool_check_call (const char *function, GVariant *args, GError **error)
{
  gsize n_name_bytes = strlen (function);
  gsize n_bytes;

  if (n_name_bytes > FUT_MESSAGE_MAX_NAME_BYTES)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_TOO_LARGE,
                   "The name of the function has %" G_GSIZE_FORMAT
                   " bytes; a worker can be sent at most %d",
                   n_name_bytes, FUT_MESSAGE_MAX_NAME_BYTES);
      return FALSE;
    }
  if (!g_utf8_validate (function, (gssize) n_name_bytes, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The name of the function is not valid UTF-8");
      return FALSE;
    }
  if (args == NULL)
    return TRUE;

  if (!fut_message_check_type (g_variant_get_type_string (args), error))
    return FALSE;
  n_bytes = g_variant_get_size (args);
  if (n_bytes > FUT_PAYLOAD_MAX_BYTES)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_TOO_LARGE,
                   "The arguments of %.64s have %" G_GSIZE_FORMAT
                   " bytes; a worker can be sent at most %" G_GUINT64_FORMAT,
                   function, n_bytes, FUT_PAYLOAD_MAX_BYTES);
      return FALSE;
    }
  return TRUE;
}

static void
fut_process_pool_executor_submit_future (FutExecutor *executor, FutFuture *future)
{
  GError *error = NULL;

  /* Nobody else has the future yet, so its arguments need no lock. */
  if (G_UNLIKELY (
        !fut_process_pool_check_call (fut_future_get_function (future), future->args, &error)))
    {
      fut_future_end_with_error (future, error, TRUE);
      return;
    }
  fut_worker_manager_submit (FUT_PROCESS_POOL_EXECUTOR (executor)->manager, future);
}

static void
fut_process_pool_executor_begin_shutdown (FutExecutor *executor, gboolean cancel_futures,
                                          FutFuture *finished)
{
  FutWorkerManager *manager = FUT_PROCESS_POOL_EXECUTOR (executor)->manager;

  if (cancel_futures)
    fut_worker_manager_cancel_pending (manager);
  fut_worker_manager_stop (manager, finished);
}

static FutExecutorFlags
fut_process_pool_executor_get_flags (FutExecutor *executor)
{
  return FUT_EXECUTOR_FLAGS_EXACT_CANCEL;
}

static guint
fut_process_pool_executor_get_n_workers (FutExecutor *executor)
{
  return fut_worker_manager_get_n_workers (FUT_PROCESS_POOL_EXECUTOR (executor)->manager);
}

static char **
fut_process_pool_executor_get_worker_names (FutExecutor *executor)
{
  return fut_worker_manager_dup_worker_names (FUT_PROCESS_POOL_EXECUTOR (executor)->manager);
}

static void
fut_process_pool_executor_class_init (FutProcessPoolExecutorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  FutExecutorClass *executor_class = FUT_EXECUTOR_CLASS (klass);

  object_class->constructed = fut_process_pool_executor_constructed;
  object_class->finalize = fut_process_pool_executor_finalize;
  object_class->get_property = fut_process_pool_executor_get_property;
  object_class->set_property = fut_process_pool_executor_set_property;
  executor_class->submit_future = fut_process_pool_executor_submit_future;
  executor_class->begin_shutdown = fut_process_pool_executor_begin_shutdown;
  executor_class->get_flags = fut_process_pool_executor_get_flags;
  executor_class->get_n_workers = fut_process_pool_executor_get_n_workers;
  executor_class->get_worker_names = fut_process_pool_executor_get_worker_names;
  fut_process_pool_executor_install_properties (object_class);

  /**
   * FutProcessPoolExecutor::output-line:
   * @self: the executor
   * @pid: the process ID of the worker; with a launcher, that of the launcher
   * @fd: 1 for the standard output, 2 for the standard error
   * @line: what was written, without the end of the line; bytes that are not UTF-8 are replaced
   *
   * A task, or what it has started, has written a line, and
   * [property@Fut.ProcessPoolExecutor:worker-output] is %FUT_WORKER_OUTPUT_CAPTURE.
   *
   * The lines of one stream come in the order in which they were written; a result may be there
   * before them. Emitted in the main context that was the thread-default one where the executor was
   * made. If that is not iterated, at most 10000 lines and 4 MiB wait; the oldest are dropped
   * first, and a message says how many.
   *
   * Since: 1.0
   */
  signals[SIGNAL_WORKER_OUTPUT] =
    g_signal_new ("output-line", FUT_TYPE_PROCESS_POOL_EXECUTOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                  NULL, G_TYPE_NONE, 3, G_TYPE_INT, G_TYPE_INT,
                  G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
fut_process_pool_executor_init (FutProcessPoolExecutor *self)
{
  g_mutex_init (&self->settings_lock);
}

/**
 * fut_process_pool_executor_new: (constructor)
 * @max_workers: how many workers there may be, up to 1024; 0 for the default, which is the number
 *   of usable CPUs
 *
 * Makes an executor over helper processes. The first one starts with the first call.
 *
 * *Usable* CPUs are those that the process's affinity mask and the quota of its cgroup allow.
 *
 * Returns: (transfer full) (type Fut.ProcessPoolExecutor): a new executor
 *
 * Since: 1.0
 */
FutExecutor *
fut_process_pool_executor_new (guint max_workers)
{
  return g_object_new (FUT_TYPE_PROCESS_POOL_EXECUTOR, "max-workers", max_workers, NULL);
}

/**
 * fut_process_pool_executor_new_for_argv: (constructor)
 * @max_workers: how many workers there may be, up to 1024; 0 for the default, which is the number
 *   of usable CPUs
 * @argv: (array zero-terminated=1) (element-type filename): the command line of a helper, see
 *   [property@Fut.ProcessPoolExecutor:worker-argv]
 *
 * Makes an executor over helper processes that run a program of your own.
 *
 * Returns: (transfer full) (type Fut.ProcessPoolExecutor): a new executor
 *
 * Since: 1.0
 */
FutExecutor *
fut_process_pool_executor_new_for_argv (guint max_workers, const char *const *argv)
{
  g_return_val_if_fail (argv != NULL && argv[0] != NULL && *argv[0] != '\0', NULL);

  return g_object_new (FUT_TYPE_PROCESS_POOL_EXECUTOR, "max-workers", max_workers, "worker-argv",
                       argv, NULL);
}

/**
 * fut_process_pool_executor_set_initializer:
 * @self: a process pool executor that has no workers yet
 * @function: (nullable): the name of a function, see [func@Fut.function_register]; %NULL for none
 * @args: (nullable) (transfer none): the function's arguments, as for
 *   [method@Fut.Executor.submit]; a floating reference is sunk; %NULL for none
 *
 * Has a function called in each worker before its first task, such as one that loads what all tasks
 * need. What it returns is not looked at.
 *
 * If it fails, the executor is broken: calls that wait and those that are submitted later end with
 * %FUT_ERROR_BROKEN and the initializer's message. Its time counts for
 * [property@Fut.ProcessPoolExecutor:start-timeout].
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_initializer (FutProcessPoolExecutor *self, const char *function,
                                           GVariant *args)
{
  g_autoptr(GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;
  g_autoptr(FutPoolSettings) old = NULL;
  g_autoptr(GError) error = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  g_return_if_fail (function == NULL || *function != '\0');
  g_return_if_fail (function != NULL || args == NULL);
  g_return_if_fail (fut_executor_get_n_workers (FUT_EXECUTOR (self)) == 0);

  if (function != NULL && !fut_process_pool_check_call (function, args, &error))
    {
      g_critical ("%s: the initializer is refused: %s", fut_executor_get_name (FUT_EXECUTOR (self)),
                  error->message);
      return;
    }

  settings = fut_process_pool_begin_change (self, &old);
  g_free (settings->initializer);
  settings->initializer = g_strdup (function);
  g_clear_pointer (&settings->initializer_args, g_variant_unref);
  settings->initializer_args = g_steal_pointer (&sunk);
  fut_process_pool_end_change (self, settings, TRUE, NULL);
}

/**
 * fut_process_pool_executor_prestart:
 * @self: a process pool executor
 * @n_workers: how many workers there shall be at least; above
 *   [property@Fut.Executor:max-workers] it is taken for that
 *
 * Starts workers ahead of the calls, so that the first ones need not wait for them.
 *
 * It does not block until they are ready, and does nothing when there are as many already or the
 * executor takes no calls. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_prestart (FutProcessPoolExecutor *self, guint n_workers)
{
  FutExecutorCore *core;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));

  core = fut_executor_get_core (FUT_EXECUTOR (self));
  n_workers = MIN (n_workers, core->max_workers);
  if (n_workers > 0 && fut_executor_core_check (core, NULL))
    fut_worker_manager_prestart (self->manager, n_workers);
}

/**
 * fut_process_pool_executor_get_worker_pids:
 * @self: a process pool executor
 * @n_pids: (out): return location for the number of process IDs
 *
 * Tells the process IDs of the workers that there are now, in the order in which they were started;
 * with a launcher, those of the launchers.
 *
 * A worker may be gone by the time one looks at its number. Safe from any thread.
 *
 * Returns: (transfer full) (array length=n_pids): the process IDs
 *
 * Since: 1.0
 */
int *
fut_process_pool_executor_get_worker_pids (FutProcessPoolExecutor *self, gsize *n_pids)
{
  g_return_val_if_fail (n_pids != NULL, NULL);

  *n_pids = 0;
  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), NULL);

  return fut_worker_manager_dup_worker_pids (self->manager, n_pids);
}

static void
end_workers (FutProcessPoolExecutor *self, int signal_number)
{
  fut_executor_shutdown (FUT_EXECUTOR (self), FALSE, TRUE);
  if (!fut_executor_core_is_forked (fut_executor_get_core (FUT_EXECUTOR (self))))
    fut_worker_manager_signal_workers (self->manager, signal_number);
}

/**
 * fut_process_pool_executor_terminate_workers:
 * @self: a process pool executor
 *
 * Shuts down without waiting, cancels the calls that have not begun, and asks the workers to end by
 * SIGTERM. Calls that they do not finish end with %FUT_ERROR_WORKER_LOST.
 *
 * Nothing is left to do if no worker runs. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_terminate_workers (FutProcessPoolExecutor *self)
{
  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));

  end_workers (self, SIGTERM);
}

/**
 * fut_process_pool_executor_kill_workers:
 * @self: a process pool executor
 *
 * Shuts down without waiting, cancels the calls that have not begun, and ends the workers by
 * SIGKILL. Calls that they were running end with %FUT_ERROR_WORKER_LOST.
 *
 * Nothing is left to do if no worker runs. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_kill_workers (FutProcessPoolExecutor *self)
{
  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));

  end_workers (self, SIGKILL);
}
