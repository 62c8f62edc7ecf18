/* fut-executor.c: what runs calls: the abstract base of all pools
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-executor-private.h"

#include "fut-error.h"
#include "fut-future-private.h"

/**
 * FutExecutor:
 *
 * What runs calls: the abstract base of all pools.
 *
 * An executor takes calls ([method@Fut.Executor.submit] and its relatives), has its workers run
 * them, and gives a [class@Fut.Future] for each at once. Calls of equal priority begin in the order
 * of their submission. Calls can be submitted from any thread, from callbacks, and from tasks.
 *
 * A call names a function, which any executor can run, or is a closure, which needs workers that
 * share the caller's memory (%FUT_EXECUTOR_FLAGS_CLOSURES).
 *
 * To submit never fails by itself: when the executor does not take the call, the future has already
 * ended, with %FUT_ERROR_SHUT_DOWN or %FUT_ERROR_BROKEN.
 *
 * An executor that is dropped without [method@Fut.Executor.shutdown] takes no new calls, for nobody
 * can submit any; it runs those that it has, and then its workers leave. No future is ever left
 * without an end.
 *
 * Executors of other kinds derive from this class: see
 * [Writing an executor](writing-an-executor.html).
 *
 * Since: 1.0
 */

/* Locking: none here; the core behind the object has a lock of its own. */

typedef struct
{
  /* Set at construction, never changed: */
  FutExecutorCore *core;     /* owned */
  GMainContext    *context;  /* owned; what changes by itself is notified in it */
  gboolean         permanent;
} FutExecutorPrivate;

enum
{
  PROP_NAME = 1,
  PROP_MAX_WORKERS,
  PROP_N_WORKERS,
  PROP_N_PENDING,
  PROP_N_RUNNING,
  PROP_IS_SHUT_DOWN,
  PROP_IS_BROKEN,
  PROP_REPORT_UNREAD_ERRORS,
};

static GParamSpec *props[PROP_REPORT_UNREAD_ERRORS + 1];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (FutExecutor, fut_executor, G_TYPE_OBJECT)

static FutExecutorPrivate *
get_private (FutExecutor *self)
{
  return fut_executor_get_instance_private (self);
}

FutExecutorCore *
fut_executor_get_core (FutExecutor *self)
{
  return get_private (self)->core;
}

GMainContext *
fut_executor_get_context (FutExecutor *self)
{
  return get_private (self)->context;
}

void
fut_executor_set_permanent (FutExecutor *self)
{
  get_private (self)->permanent = TRUE;
}

gboolean
fut_executor_is_permanent (FutExecutor *self)
{
  return get_private (self)->permanent;
}

static void
fut_executor_constructed (GObject *object)
{
  FutExecutorCore *core = fut_executor_get_core (FUT_EXECUTOR (object));

  G_OBJECT_CLASS (fut_executor_parent_class)->constructed (object);

  if (core->name == NULL)
    core->name = g_strdup (G_OBJECT_TYPE_NAME (object));
}

static void
fut_executor_finalize (GObject *object)
{
  FutExecutorPrivate *priv = get_private (FUT_EXECUTOR (object));

  fut_executor_core_unref (priv->core);
  g_main_context_unref (priv->context);

  G_OBJECT_CLASS (fut_executor_parent_class)->finalize (object);
}

static void
fut_executor_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FutExecutor *self = FUT_EXECUTOR (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, fut_executor_get_name (self));
      break;
    case PROP_MAX_WORKERS:
      g_value_set_uint (value, fut_executor_get_max_workers (self));
      break;
    case PROP_N_WORKERS:
      g_value_set_uint (value, fut_executor_get_n_workers (self));
      break;
    case PROP_N_PENDING:
      g_value_set_uint64 (value, fut_executor_get_n_pending (self));
      break;
    case PROP_N_RUNNING:
      g_value_set_uint64 (value, fut_executor_get_n_running (self));
      break;
    case PROP_IS_SHUT_DOWN:
      g_value_set_boolean (value, fut_executor_is_shut_down (self));
      break;
    case PROP_IS_BROKEN:
      g_value_set_boolean (value, fut_executor_is_broken (self));
      break;
    case PROP_REPORT_UNREAD_ERRORS:
      g_value_set_boolean (value, fut_executor_get_report_unread_errors (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
fut_executor_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  FutExecutor *self = FUT_EXECUTOR (object);

  switch (prop_id)
    {
    case PROP_NAME:
      fut_executor_get_core (self)->name = g_value_dup_string (value);
      break;
    case PROP_MAX_WORKERS:
      fut_executor_get_core (self)->max_workers = g_value_get_uint (value);
      break;
    case PROP_REPORT_UNREAD_ERRORS:
      fut_executor_set_report_unread_errors (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/**
 * FutExecutorClass::submit_future:
 * @self: an executor
 * @future: the future of a new call
 *
 * Takes a new call.
 *
 * The executor keeps a reference and sees to it that the future ends: by [method@Fut.Future.run], or
 * by [method@Fut.Future.set_running_or_notify_cancel] and a `fut_future_return_*()`. It never blocks
 * on the call. Called from any thread.
 *
 * Since: 1.0
 */

/**
 * FutExecutorClass::revoke:
 * @self: an executor
 * @future: the future of a call that is about to be cancelled
 *
 * Forgets a call, and drops the reference to it if it can; the default does nothing. Called from any
 * thread.
 *
 * Returns: %FALSE only if the call has begun after all, and can no longer be cancelled
 *
 * Since: 1.0
 */

/**
 * FutExecutorClass::begin_shutdown:
 * @self: an executor
 * @cancel_futures: whether to cancel the calls that have not begun; else they still run
 * @finished: a future, to be ended when the last call is done and the workers are gone
 *
 * Begins to shut down; the default ends @finished at once.
 *
 * It may be called more than once, each time with a @finished of its own, which is ended at once if
 * the workers are gone. Called from any thread.
 *
 * Since: 1.0
 */

static void
fut_executor_real_submit_future (FutExecutor *self, FutFuture *future)
{
  g_critical ("%s does not implement submit_future", G_OBJECT_TYPE_NAME (self));
  fut_future_end_with_error (future,
                             g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                          "%s cannot run calls", G_OBJECT_TYPE_NAME (self)),
                             TRUE);
}

static gboolean
fut_executor_real_revoke (FutExecutor *self, FutFuture *future)
{
  return TRUE;
}

static void
fut_executor_real_shutdown (FutExecutor *self, gboolean cancel_futures, FutFuture *finished)
{
  fut_future_set_result (finished, NULL, NULL);
}

static FutExecutorFlags
fut_executor_real_get_flags (FutExecutor *self)
{
  return FUT_EXECUTOR_FLAGS_NONE;
}

static guint
fut_executor_real_get_n_workers (FutExecutor *self)
{
  return 0;
}

static char **
fut_executor_real_get_worker_names (FutExecutor *self)
{
  return g_new0 (char *, 1);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags construct = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * FutExecutor:name: (getter get_name)
   *
   * What the executor is called in messages; by default the name of its type, to which the
   * library's own executors add a number.
   *
   * Since: 1.0
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, construct);
  /**
   * FutExecutor:max-workers: (getter get_max_workers)
   *
   * How many workers there can be at most; 0 at construction stands for the executor's default,
   * or if it is of another kind than the library's own and has none, for an unknown number.
   *
   * Since: 1.0
   */
  props[PROP_MAX_WORKERS] =
    g_param_spec_uint ("max-workers", NULL, NULL, 0, G_MAXUINT, 0, construct);
  /**
   * FutExecutor:n-workers: (getter get_n_workers)
   *
   * How many workers there are now. It is not notified.
   *
   * Since: 1.0
   */
  props[PROP_N_WORKERS] = g_param_spec_uint ("n-workers", NULL, NULL, 0, G_MAXUINT, 0, readable);
  /**
   * FutExecutor:n-pending: (getter get_n_pending)
   *
   * How many calls wait to begin. It is not notified.
   *
   * Since: 1.0
   */
  props[PROP_N_PENDING] =
    g_param_spec_uint64 ("n-pending", NULL, NULL, 0, G_MAXUINT64, 0, readable);
  /**
   * FutExecutor:n-running: (getter get_n_running)
   *
   * How many calls are running. It is not notified.
   *
   * Since: 1.0
   */
  props[PROP_N_RUNNING] =
    g_param_spec_uint64 ("n-running", NULL, NULL, 0, G_MAXUINT64, 0, readable);
  /**
   * FutExecutor:is-shut-down: (getter is_shut_down)
   *
   * Whether [method@Fut.Executor.shutdown] was called. Notified in the main context that was the
   * thread-default one where the executor was made.
   *
   * Since: 1.0
   */
  props[PROP_IS_SHUT_DOWN] = g_param_spec_boolean ("is-shut-down", NULL, NULL, FALSE, readable);
  /**
   * FutExecutor:is-broken: (getter is_broken)
   *
   * Whether the executor cannot run calls any more. Notified in the main context that was the
   * thread-default one where the executor was made.
   *
   * Since: 1.0
   */
  props[PROP_IS_BROKEN] = g_param_spec_boolean ("is-broken", NULL, NULL, FALSE, readable);
  /**
   * FutExecutor:report-unread-errors: (getter get_report_unread_errors)
   *   (setter set_report_unread_errors)
   *
   * Whether a message is logged when a future that ended with an error is dropped and nobody has
   * looked at the error: by a result, [method@Fut.Future.exception], a callback or a handler. There
   * is at most one message a second.
   *
   * Since: 1.0
   */
  props[PROP_REPORT_UNREAD_ERRORS] =
    g_param_spec_boolean ("report-unread-errors", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
fut_executor_class_init (FutExecutorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = fut_executor_constructed;
  object_class->finalize = fut_executor_finalize;
  object_class->get_property = fut_executor_get_property;
  object_class->set_property = fut_executor_set_property;
  install_properties (object_class);

  klass->submit_future = fut_executor_real_submit_future;
  klass->revoke = fut_executor_real_revoke;
  klass->begin_shutdown = fut_executor_real_shutdown;
  klass->get_flags = fut_executor_real_get_flags;
  klass->get_n_workers = fut_executor_real_get_n_workers;
  klass->get_worker_names = fut_executor_real_get_worker_names;
}

static gboolean
revoke_call (FutExecutorCore *core, FutFuture *future)
{
  g_autoptr(FutExecutor) self = g_weak_ref_get (&core->executor);

  return self == NULL || FUT_EXECUTOR_GET_CLASS (self)->revoke (self, future);
}

static void
fut_executor_init (FutExecutor *self)
{
  FutExecutorPrivate *priv = get_private (self);

  priv->core = fut_executor_core_new (self);
  priv->core->revoke = revoke_call;
  priv->context = g_main_context_ref_thread_default ();
}

FutFuture *
fut_executor_submit_future (FutExecutor *self, FutFuture *future, FutSubmitOptions *options)
{
  FutExecutorCore *core = fut_executor_get_core (self);
  GError *error = NULL;

  fut_executor_core_count (core, FUT_COUNT_SUBMITTED);
  if (G_UNLIKELY (!fut_executor_core_check (core, &error)))
    {
      fut_future_end_with_error (future, error, TRUE);
      return future;
    }

  FUT_EXECUTOR_GET_CLASS (self)->submit_future (self, future);
  if (options != NULL)
    fut_future_link (future);
  return future;
}

/**
 * fut_executor_submit:
 * @self: an executor
 * @function: the name of a function, see [func@Fut.function_register]
 * @args: (nullable) (transfer none): the function's arguments, of whichever type it expects; a
 *   floating reference is sunk; %NULL for none
 *
 * Has a named function called by a worker.
 *
 * It never blocks for a worker. A name that nobody knows ends the future with
 * %FUT_ERROR_FUNCTION_NOT_FOUND; an executor that takes no calls ends it with %FUT_ERROR_SHUT_DOWN
 * or %FUT_ERROR_BROKEN, at once.
 *
 * Safe from any thread.
 *
 * Returns: (transfer full): the call's future, which may be dropped: the call runs all the same
 *
 * Since: 1.0
 */
FutFuture *
fut_executor_submit (FutExecutor *self, const char *function, GVariant *args)
{
  return fut_executor_submit_full (self, function, args, NULL);
}

/**
 * fut_executor_submit_full:
 * @self: an executor
 * @function: the name of a function, see [func@Fut.function_register]
 * @args: (nullable) (transfer none): the function's arguments; a floating reference is sunk; %NULL
 *   for none
 * @options: (nullable): how the call is to be run; frozen by this; %NULL for the usual way
 *
 * Has a named function called by a worker, with options; see [method@Fut.Executor.submit].
 *
 * Returns: (transfer full): the call's future
 *
 * Since: 1.0
 */
FutFuture *
fut_executor_submit_full (FutExecutor *self, const char *function, GVariant *args,
                          FutSubmitOptions *options)
{
  FutFuture *future;

  g_return_val_if_fail (FUT_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (function != NULL && *function != '\0', NULL);
  g_return_val_if_fail (options == NULL || FUT_IS_SUBMIT_OPTIONS (options), NULL);

  future = fut_future_new_for_call (fut_executor_get_core (self), options, function, args);
  return fut_executor_submit_future (self, future, options);
}

/**
 * fut_executor_submit_func:
 * @self: an executor
 * @func: (scope notified) (closure user_data) (destroy destroy): the function
 * @user_data: given to @func
 * @destroy: (nullable): called with @user_data once @func has returned, in the worker; or if the
 *   call will not run, in the thread that decides that
 *
 * Has a closure called by a worker that shares the caller's memory.
 *
 * An executor without %FUT_EXECUTOR_FLAGS_CLOSURES ends the future with
 * [error@Gio.IOErrorEnum.NOT_SUPPORTED]. Otherwise see [method@Fut.Executor.submit].
 *
 * Returns: (transfer full): the call's future
 *
 * Since: 1.0
 */
FutFuture *
fut_executor_submit_func (FutExecutor *self, FutTaskFunc func, gpointer user_data,
                          GDestroyNotify destroy)
{
  return fut_executor_submit_func_full (self, NULL, func, user_data, destroy);
}

/**
 * fut_executor_submit_func_full:
 * @self: an executor
 * @options: (nullable): how the call is to be run; frozen by this; %NULL for the usual way
 * @func: (scope notified) (closure user_data) (destroy destroy): the function
 * @user_data: given to @func
 * @destroy: (nullable): called with @user_data once @func has returned, in the worker; or if the
 *   call will not run, in the thread that decides that
 *
 * Has a closure called by a worker, with options; see [method@Fut.Executor.submit_func].
 *
 * Returns: (transfer full): the call's future
 *
 * Since: 1.0
 */
FutFuture *
fut_executor_submit_func_full (FutExecutor *self, FutSubmitOptions *options, FutTaskFunc func,
                               gpointer user_data, GDestroyNotify destroy)
{
  FutFuture *future;

  g_return_val_if_fail (FUT_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  g_return_val_if_fail (options == NULL || FUT_IS_SUBMIT_OPTIONS (options), NULL);

  future =
    fut_future_new_for_closure (fut_executor_get_core (self), options, func, user_data, destroy);
  if (G_UNLIKELY ((fut_executor_get_flags (self) & FUT_EXECUTOR_FLAGS_CLOSURES) == 0) &&
      fut_executor_core_check (fut_executor_get_core (self), NULL))
    {
      fut_executor_core_count (fut_executor_get_core (self), FUT_COUNT_SUBMITTED);
      fut_future_end_with_error (future,
                                 g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                              "%s cannot run closures: its workers do not share "
                                              "this process's memory; submit a named function",
                                              fut_executor_get_name (self)),
                                 TRUE);
      return future;
    }
  return fut_executor_submit_future (self, future, options);
}
