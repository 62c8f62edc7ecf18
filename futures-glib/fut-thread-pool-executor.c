/* fut-thread-pool-executor.c: an executor over the threads of a private pool
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-thread-pool-executor.h"

#include "fut-executor-private.h"
#include "fut-thread-engine.h"

#include "engine/fut-cpus.h"

/**
 * FutThreadPoolExecutor:
 *
 * An executor over threads of its own.
 *
 * Threads start on demand, up to [property@Fut.Executor:max-workers]: a call that finds an idle
 * thread uses that. They stay until the executor is shut down or dropped; while there is nothing to
 * do they sleep, and nothing wakes them. Their names are the prefix and a number, such as
 * `ThreadPoolExecutor-0_3`; tools that show only the kernel's 15 characters show the end of it.
 *
 * It takes closures, objects and pointers, and cancels exactly. A task may submit to the executor
 * that runs it and wait for the result, see [method@Fut.Future.wait].
 *
 * Threads are for work that blocks, and for C code that computes.
 *
 * Since: 1.0
 */

#define MAX_MAX_WORKERS 65535

struct _FutThreadPoolExecutor
{
  FutExecutor parent_instance;

  /* Set at construction, never changed: */
  FutThreadEngine *engine; /* owned by the core */
};

enum
{
  PROP_THREAD_NAME_PREFIX = 1,
};

static GParamSpec *props[PROP_THREAD_NAME_PREFIX + 1];

G_DEFINE_FINAL_TYPE (FutThreadPoolExecutor, fut_thread_pool_executor, FUT_TYPE_EXECUTOR)

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
    core->max_workers = MIN (32, fut_cpus_count_usable () + 4);
}

static void
fut_thread_pool_executor_constructed (GObject *object)
{
  static atomic_uint n_executors;
  FutThreadPoolExecutor *self = FUT_THREAD_POOL_EXECUTOR (object);
  FutExecutorCore *core = fut_executor_get_core (FUT_EXECUTOR (self));

  if (core->name == NULL)
    core->name = g_strdup_printf ("ThreadPoolExecutor-%u", atomic_fetch_add (&n_executors, 1));
  choose_max_workers (core);
  self->engine = fut_thread_engine_new (core);

  G_OBJECT_CLASS (fut_thread_pool_executor_parent_class)->constructed (object);
}

static void
fut_thread_pool_executor_finalize (GObject *object)
{
  FutThreadPoolExecutor *self = FUT_THREAD_POOL_EXECUTOR (object);

  /* The workers run what is left, leave, and drop the core. In a forked child there are none. */
  if (!fut_executor_core_is_forked (fut_executor_get_core (FUT_EXECUTOR (self))))
    fut_thread_engine_stop (self->engine);

  G_OBJECT_CLASS (fut_thread_pool_executor_parent_class)->finalize (object);
}

static void
fut_thread_pool_executor_get_property (GObject *object, guint prop_id, GValue *value,
                                       GParamSpec *pspec)
{
  FutThreadPoolExecutor *self = FUT_THREAD_POOL_EXECUTOR (object);

  switch (prop_id)
    {
    case PROP_THREAD_NAME_PREFIX:
      g_value_take_string (value, fut_thread_pool_executor_dup_thread_name_prefix (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
fut_thread_pool_executor_set_property (GObject *object, guint prop_id, const GValue *value,
                                       GParamSpec *pspec)
{
  FutThreadPoolExecutor *self = FUT_THREAD_POOL_EXECUTOR (object);

  switch (prop_id)
    {
    case PROP_THREAD_NAME_PREFIX:
      fut_thread_pool_executor_set_thread_name_prefix (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
fut_thread_pool_executor_submit_future (FutExecutor *executor, FutFuture *future)
{
  fut_thread_engine_submit (FUT_THREAD_POOL_EXECUTOR (executor)->engine, future);
}

static void
fut_thread_pool_executor_begin_shutdown (FutExecutor *executor, gboolean cancel_futures,
                                         FutFuture *finished)
{
  FutThreadEngine *engine = FUT_THREAD_POOL_EXECUTOR (executor)->engine;

  if (cancel_futures)
    fut_thread_engine_cancel_pending (engine);
  fut_thread_engine_stop_and_tell (engine, finished);
}

static FutExecutorFlags
fut_thread_pool_executor_get_flags (FutExecutor *executor)
{
  return FUT_EXECUTOR_FLAGS_CLOSURES | FUT_EXECUTOR_FLAGS_NESTED_SUBMIT |
         FUT_EXECUTOR_FLAGS_OBJECTS | FUT_EXECUTOR_FLAGS_EXACT_CANCEL;
}

static guint
fut_thread_pool_executor_get_n_workers (FutExecutor *executor)
{
  return fut_thread_engine_get_n_workers (FUT_THREAD_POOL_EXECUTOR (executor)->engine);
}

static char **
fut_thread_pool_executor_get_worker_names (FutExecutor *executor)
{
  return fut_thread_engine_dup_worker_names (FUT_THREAD_POOL_EXECUTOR (executor)->engine);
}

static void
fut_thread_pool_executor_class_init (FutThreadPoolExecutorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  FutExecutorClass *executor_class = FUT_EXECUTOR_CLASS (klass);

  object_class->constructed = fut_thread_pool_executor_constructed;
  object_class->finalize = fut_thread_pool_executor_finalize;
  object_class->get_property = fut_thread_pool_executor_get_property;
  object_class->set_property = fut_thread_pool_executor_set_property;
  executor_class->submit_future = fut_thread_pool_executor_submit_future;
  executor_class->begin_shutdown = fut_thread_pool_executor_begin_shutdown;
  executor_class->get_flags = fut_thread_pool_executor_get_flags;
  executor_class->get_n_workers = fut_thread_pool_executor_get_n_workers;
  executor_class->get_worker_names = fut_thread_pool_executor_get_worker_names;

  /**
   * FutThreadPoolExecutor:thread-name-prefix: (getter dup_thread_name_prefix)
   *   (setter set_thread_name_prefix)
   *
   * What the names of the threads begin with; by default the executor's name.
   *
   * Since: 1.0
   */
  props[PROP_THREAD_NAME_PREFIX] =
    g_param_spec_string ("thread-name-prefix", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
fut_thread_pool_executor_init (FutThreadPoolExecutor *self)
{
}

/**
 * fut_thread_pool_executor_new: (constructor)
 * @max_workers: how many threads there may be, up to 65535; 0 for the default, which is the number
 *   of usable CPUs and 4 more, but at most 32
 *
 * Makes an executor over threads. The first thread starts with the first call.
 *
 * *Usable* CPUs are those that the process's affinity mask and the quota of its cgroup allow.
 *
 * Returns: (transfer full) (type Fut.ThreadPoolExecutor): a new executor
 *
 * Since: 1.0
 */
FutExecutor *
fut_thread_pool_executor_new (guint max_workers)
{
  return g_object_new (FUT_TYPE_THREAD_POOL_EXECUTOR, "max-workers", max_workers, NULL);
}

/**
 * fut_thread_pool_executor_dup_thread_name_prefix: (get-property thread-name-prefix)
 * @self: a thread pool executor
 *
 * Tells what the names of the threads begin with. Safe from any thread.
 *
 * Returns: (transfer full): the prefix
 *
 * Since: 1.0
 */
char *
fut_thread_pool_executor_dup_thread_name_prefix (FutThreadPoolExecutor *self)
{
  g_return_val_if_fail (FUT_IS_THREAD_POOL_EXECUTOR (self), NULL);

  return fut_thread_engine_dup_prefix (self->engine);
}

/**
 * fut_thread_pool_executor_set_thread_name_prefix: (set-property thread-name-prefix)
 * @self: a thread pool executor
 * @prefix: (nullable): the prefix; %NULL for the executor's name
 *
 * Says what the names of the threads begin with that are started from now on. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_thread_pool_executor_set_thread_name_prefix (FutThreadPoolExecutor *self, const char *prefix)
{
  g_return_if_fail (FUT_IS_THREAD_POOL_EXECUTOR (self));

  if (prefix == NULL)
    prefix = fut_executor_get_name (FUT_EXECUTOR (self));
  if (fut_thread_engine_set_prefix (self->engine, prefix))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_THREAD_NAME_PREFIX]);
}

/**
 * fut_thread_pool_executor_set_initializer:
 * @self: a thread pool executor that no call was submitted to
 * @func: (scope notified) (closure user_data) (destroy destroy) (nullable): the function; %NULL for
 *   none
 * @user_data: given to @func
 * @destroy: (nullable): called with @user_data when the executor and its threads are gone, or when
 *   another initializer is set
 *
 * Has a function called in each thread before its first task.
 *
 * If it fails, the executor is broken: calls that wait and those that are submitted later end with
 * %FUT_ERROR_BROKEN and the initializer's message.
 *
 * Since: 1.0
 */
void
fut_thread_pool_executor_set_initializer (FutThreadPoolExecutor *self, FutInitializerFunc func,
                                          gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (FUT_IS_THREAD_POOL_EXECUTOR (self));
  g_return_if_fail (fut_executor_get_n_workers (FUT_EXECUTOR (self)) == 0);

  fut_thread_engine_set_initializer (self->engine, func, user_data, destroy);
}

/**
 * fut_executor_get_default:
 *
 * Gives the executor that everything in the process may share: a thread pool of the default size,
 * made when this is first called.
 *
 * It is never shut down. Give it calls that are short, or few: what blocks for long keeps others
 * waiting, and is better off in an executor of its own.
 *
 * Safe from any thread.
 *
 * Returns: (transfer none): the default executor
 *
 * Since: 1.0
 */
FutExecutor *
fut_executor_get_default (void)
{
  static gsize initialized = 0;

  if (g_once_init_enter (&initialized))
    {
      FutExecutor *executor = g_object_new (FUT_TYPE_THREAD_POOL_EXECUTOR, "name", "default", NULL);

      fut_executor_set_permanent (executor);
      g_once_init_leave (&initialized, (gsize) executor);
    }
  return (FutExecutor *) initialized;
}
