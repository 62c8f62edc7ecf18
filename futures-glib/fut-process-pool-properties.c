/* fut-process-pool-properties.c: the settings of a process pool as properties
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-process-pool-private.h"

enum
{
  PROP_WORKER_ARGV = 1,
  PROP_LAUNCHER_ARGV,
  PROP_ENVIRON,
  PROP_CWD,
  PROP_MAX_TASKS_PER_CHILD,
  PROP_IDLE_TIMEOUT,
  PROP_START_TIMEOUT,
  PROP_CANCEL_GRACE,
  PROP_CRASH_POLICY,
  PROP_MAX_RETRIES,
  PROP_MEMORY_LIMIT,
  PROP_TRUST_WORKERS,
  PROP_WORKER_OUTPUT,
};

static GParamSpec *props[PROP_WORKER_OUTPUT + 1];

void
fut_process_pool_executor_get_property (GObject *object, guint prop_id, GValue *value,
                                        GParamSpec *pspec)
{
  FutProcessPoolExecutor *self = FUT_PROCESS_POOL_EXECUTOR (object);

  switch (prop_id)
    {
    case PROP_WORKER_ARGV:
      g_value_take_boxed (value, fut_process_pool_executor_dup_worker_argv (self));
      break;
    case PROP_LAUNCHER_ARGV:
      g_value_take_boxed (value, fut_process_pool_executor_dup_launcher_argv (self));
      break;
    case PROP_ENVIRON:
      g_value_take_boxed (value, fut_process_pool_executor_dup_environ (self));
      break;
    case PROP_CWD:
      g_value_take_string (value, fut_process_pool_executor_dup_cwd (self));
      break;
    case PROP_MAX_TASKS_PER_CHILD:
      g_value_set_uint (value, fut_process_pool_executor_get_max_tasks_per_child (self));
      break;
    case PROP_IDLE_TIMEOUT:
      g_value_set_int64 (value, fut_process_pool_executor_get_idle_timeout (self));
      break;
    case PROP_START_TIMEOUT:
      g_value_set_int64 (value, fut_process_pool_executor_get_start_timeout (self));
      break;
    case PROP_CANCEL_GRACE:
      g_value_set_int64 (value, fut_process_pool_executor_get_cancel_grace (self));
      break;
    case PROP_CRASH_POLICY:
      g_value_set_enum (value, fut_process_pool_executor_get_crash_policy (self));
      break;
    case PROP_MAX_RETRIES:
      g_value_set_uint (value, fut_process_pool_executor_get_max_retries (self));
      break;
    case PROP_MEMORY_LIMIT:
      g_value_set_uint64 (value, fut_process_pool_executor_get_memory_limit (self));
      break;
    case PROP_TRUST_WORKERS:
      g_value_set_boolean (value, fut_process_pool_executor_get_trust_workers (self));
      break;
    case PROP_WORKER_OUTPUT:
      g_value_set_enum (value, fut_process_pool_executor_get_worker_output (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
fut_process_pool_executor_set_property (GObject *object, guint prop_id, const GValue *value,
                                        GParamSpec *pspec)
{
  FutProcessPoolExecutor *self = FUT_PROCESS_POOL_EXECUTOR (object);

  switch (prop_id)
    {
    case PROP_WORKER_ARGV:
      fut_process_pool_executor_set_worker_argv (self, g_value_get_boxed (value));
      break;
    case PROP_LAUNCHER_ARGV:
      fut_process_pool_executor_set_launcher_argv (self, g_value_get_boxed (value));
      break;
    case PROP_ENVIRON:
      fut_process_pool_executor_set_environ (self, g_value_get_boxed (value));
      break;
    case PROP_CWD:
      fut_process_pool_executor_set_cwd (self, g_value_get_string (value));
      break;
    case PROP_MAX_TASKS_PER_CHILD:
      fut_process_pool_executor_set_max_tasks_per_child (self, g_value_get_uint (value));
      break;
    case PROP_IDLE_TIMEOUT:
      fut_process_pool_executor_set_idle_timeout (self, g_value_get_int64 (value));
      break;
    case PROP_START_TIMEOUT:
      fut_process_pool_executor_set_start_timeout (self, g_value_get_int64 (value));
      break;
    case PROP_CANCEL_GRACE:
      fut_process_pool_executor_set_cancel_grace (self, g_value_get_int64 (value));
      break;
    case PROP_CRASH_POLICY:
      fut_process_pool_executor_set_crash_policy (self, g_value_get_enum (value));
      break;
    case PROP_MAX_RETRIES:
      fut_process_pool_executor_set_max_retries (self, g_value_get_uint (value));
      break;
    case PROP_MEMORY_LIMIT:
      fut_process_pool_executor_set_memory_limit (self, g_value_get_uint64 (value));
      break;
    case PROP_TRUST_WORKERS:
      fut_process_pool_executor_set_trust_workers (self, g_value_get_boolean (value));
      break;
    case PROP_WORKER_OUTPUT:
      fut_process_pool_executor_set_worker_output (self, g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS)

/* How a worker is started. */
static void
define_start_properties (void)
{
  /**
   * FutProcessPoolExecutor:worker-argv: (getter dup_worker_argv) (setter set_worker_argv)
   *
   * The command line of a worker: a program that calls [func@Fut.worker_run]. %NULL, the default,
   * stands for the library's own helper, which finds functions in modules.
   *
   * For a program that is its own helper there is [func@Fut.worker_self_argv]. A program without a
   * slash is looked up in `PATH`. While nothing is set, the environment variable `FUT_WORKER`, an
   * absolute path, takes the place of the helper, for builds that are not installed.
   *
   * Since: 1.0
   */
  props[PROP_WORKER_ARGV] = g_param_spec_boxed ("worker-argv", NULL, NULL, G_TYPE_STRV, FLAGS);
  /**
   * FutProcessPoolExecutor:launcher-argv: (getter dup_launcher_argv) (setter set_launcher_argv)
   *
   * A command line that is put before the worker's, such as that of `bwrap`, `flatpak-spawn`, `ssh`
   * or `srun`: it runs the command that it is given, and connects it to its own standard input and
   * output. %NULL, the default, for none.
   *
   * The worker may be in a sandbox or on another machine then, so it shares no memory with this
   * process: calls are sent to it one at a time, large values go through the pipe, progress comes
   * at most 60 times a second, and its output is not seen on standard output.
   *
   * Since: 1.0
   */
  props[PROP_LAUNCHER_ARGV] = g_param_spec_boxed ("launcher-argv", NULL, NULL, G_TYPE_STRV, FLAGS);
  /**
   * FutProcessPoolExecutor:environ: (getter dup_environ) (setter set_environ)
   *
   * The environment of a worker, as `NAME=value`; %NULL, the default, for that of this process when
   * the worker starts.
   *
   * Since: 1.0
   */
  props[PROP_ENVIRON] = g_param_spec_boxed ("environ", NULL, NULL, G_TYPE_STRV, FLAGS);
  /**
   * FutProcessPoolExecutor:cwd: (getter dup_cwd) (setter set_cwd)
   *
   * The working directory of a worker; %NULL, the default, for that of this process when the worker
   * starts.
   *
   * Since: 1.0
   */
  props[PROP_CWD] = g_param_spec_string ("cwd", NULL, NULL, NULL, FLAGS);
  /**
   * FutProcessPoolExecutor:start-timeout: (getter get_start_timeout) (setter set_start_timeout)
   *
   * How long a worker may take until it can run calls, the initializer included, in microseconds;
   * by default 30 seconds; −1 for any time. A worker that takes longer is killed; when that happens
   * again and again, the executor is broken.
   *
   * Since: 1.0
   */
  props[PROP_START_TIMEOUT] = g_param_spec_int64 ("start-timeout", NULL, NULL, -1, G_MAXINT64,
                                                  FUT_DEFAULT_START_TIMEOUT, FLAGS);
  /**
   * FutProcessPoolExecutor:memory-limit: (getter get_memory_limit) (setter set_memory_limit)
   *
   * How much memory a worker may allocate for its data, in bytes; 0, the default, for no limit but
   * the system's. A worker that asks for more does not get it, and as a rule ends by that: the call
   * ends with %FUT_ERROR_WORKER_LOST.
   *
   * Since: 1.0
   */
  props[PROP_MEMORY_LIMIT] =
    g_param_spec_uint64 ("memory-limit", NULL, NULL, 0, G_MAXUINT64, 0, FLAGS);
  /**
   * FutProcessPoolExecutor:trust-workers: (getter get_trust_workers) (setter set_trust_workers)
   *
   * Whether a large result may be left in memory that the worker can still write to, which saves a
   * copy of it; %FALSE by default. Only for workers that run nothing but your own code: one that is
   * taken over could change a value after it was checked. It makes no difference with a launcher.
   *
   * Since: 1.0
   */
  props[PROP_TRUST_WORKERS] = g_param_spec_boolean ("trust-workers", NULL, NULL, FALSE, FLAGS);
  /**
   * FutProcessPoolExecutor:worker-output: (getter get_worker_output) (setter set_worker_output)
   *
   * Where that goes which tasks write to standard output and standard error; by default
   * %FUT_WORKER_OUTPUT_FORWARD.
   *
   * Since: 1.0
   */
  props[PROP_WORKER_OUTPUT] = g_param_spec_enum (
    "worker-output", NULL, NULL, FUT_TYPE_WORKER_OUTPUT, FUT_WORKER_OUTPUT_FORWARD, FLAGS);
}

/* When a worker ends, and what that means. */
static void
define_end_properties (void)
{
  /**
   * FutProcessPoolExecutor:max-tasks-per-child: (getter get_max_tasks_per_child)
   *   (setter set_max_tasks_per_child)
   *
   * After how many calls a worker is replaced by a new one, against leaks; 0, the default, for
   * never.
   *
   * Since: 1.0
   */
  props[PROP_MAX_TASKS_PER_CHILD] =
    g_param_spec_uint ("max-tasks-per-child", NULL, NULL, 0, G_MAXUINT, 0, FLAGS);
  /**
   * FutProcessPoolExecutor:idle-timeout: (getter get_idle_timeout) (setter set_idle_timeout)
   *
   * After how long a worker that has nothing to do leaves, in microseconds; −1, the default, for
   * never. Another one starts when there are calls again.
   *
   * Since: 1.0
   */
  props[PROP_IDLE_TIMEOUT] =
    g_param_spec_int64 ("idle-timeout", NULL, NULL, -1, G_MAXINT64, -1, FLAGS);
  /**
   * FutProcessPoolExecutor:cancel-grace: (getter get_cancel_grace) (setter set_cancel_grace)
   *
   * How long a call that is running has to stop once it was cancelled, in microseconds; −1, the
   * default, for any time: it is never killed.
   *
   * Such a call is asked to stop through its [method@Fut.Future.get_cancellable]. After this time
   * its worker is sent SIGTERM, and after as long once more SIGKILL, with all that it has started.
   * Then the call ends with [error@Gio.IOErrorEnum.CANCELLED].
   *
   * A call beyond its [property@Fut.SubmitOptions:run-timeout] is ended in the same way, with
   * %FUT_ERROR_TIMED_OUT; there −1 stands for half a second.
   *
   * Since: 1.0
   */
  props[PROP_CANCEL_GRACE] =
    g_param_spec_int64 ("cancel-grace", NULL, NULL, -1, G_MAXINT64, -1, FLAGS);
  /**
   * FutProcessPoolExecutor:crash-policy: (getter get_crash_policy) (setter set_crash_policy)
   *
   * What the death of a worker means that the executor did not cause; by default
   * %FUT_CRASH_POLICY_FAIL_TASK. Whatever it is, an executor whose workers die again and again
   * before they get anywhere is broken in the end.
   *
   * Since: 1.0
   */
  props[PROP_CRASH_POLICY] = g_param_spec_enum ("crash-policy", NULL, NULL, FUT_TYPE_CRASH_POLICY,
                                                FUT_CRASH_POLICY_FAIL_TASK, FLAGS);
  /**
   * FutProcessPoolExecutor:max-retries: (getter get_max_retries) (setter set_max_retries)
   *
   * How often an idempotent call is run again with %FUT_CRASH_POLICY_RETRY, unless its
   * [property@Fut.SubmitOptions:max-retries] says otherwise; 3 by default, 0 for never.
   *
   * Since: 1.0
   */
  props[PROP_MAX_RETRIES] =
    g_param_spec_uint ("max-retries", NULL, NULL, 0, G_MAXUINT, FUT_DEFAULT_MAX_RETRIES, FLAGS);
}

void
fut_process_pool_executor_install_properties (GObjectClass *object_class)
{
  define_start_properties ();
  define_end_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}
