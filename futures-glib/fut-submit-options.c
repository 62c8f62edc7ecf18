/* fut-submit-options.c: how one call is to be run: name, priority, timeouts
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-submit-options-private.h"

#include <stdatomic.h>

/**
 * FutSubmitOptions:
 *
 * How a call is to be run: for [method@Fut.Executor.submit_full] and
 * [method@Fut.Executor.submit_func_full].
 *
 * The same options may be used for any number of calls. They are *frozen* when they are first used:
 * to set something then is a programming error, and changes nothing.
 *
 * Set up in one thread; once frozen, safe from any thread.
 *
 * Since: 1.0
 */

struct _FutSubmitOptions
{
  GObject parent_instance;

  /* Never changed once `frozen` is set: */
  char         *name;          /* owned */
  int           priority;
  GTimeSpan     queue_timeout;
  GTimeSpan     run_timeout;
  GCancellable *cancellable;   /* owned */
  guint         max_retries;
  gboolean      idempotent;

  atomic_bool frozen;
};

enum
{
  PROP_NAME = 1,
  PROP_PRIORITY,
  PROP_QUEUE_TIMEOUT,
  PROP_RUN_TIMEOUT,
  PROP_CANCELLABLE,
  PROP_MAX_RETRIES,
  PROP_IDEMPOTENT,
};

static GParamSpec *props[PROP_IDEMPOTENT + 1];

G_DEFINE_FINAL_TYPE (FutSubmitOptions, fut_submit_options, G_TYPE_OBJECT)

static void
fut_submit_options_finalize (GObject *object)
{
  FutSubmitOptions *self = FUT_SUBMIT_OPTIONS (object);

  g_clear_object (&self->cancellable);
  g_free (self->name);

  G_OBJECT_CLASS (fut_submit_options_parent_class)->finalize (object);
}

static void
fut_submit_options_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FutSubmitOptions *self = FUT_SUBMIT_OPTIONS (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_PRIORITY:
      g_value_set_int (value, self->priority);
      break;
    case PROP_QUEUE_TIMEOUT:
      g_value_set_int64 (value, self->queue_timeout);
      break;
    case PROP_RUN_TIMEOUT:
      g_value_set_int64 (value, self->run_timeout);
      break;
    case PROP_CANCELLABLE:
      g_value_set_object (value, self->cancellable);
      break;
    case PROP_MAX_RETRIES:
      g_value_set_uint (value, self->max_retries);
      break;
    case PROP_IDEMPOTENT:
      g_value_set_boolean (value, self->idempotent);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
fut_submit_options_set_property (GObject *object, guint prop_id, const GValue *value,
                                 GParamSpec *pspec)
{
  FutSubmitOptions *self = FUT_SUBMIT_OPTIONS (object);

  switch (prop_id)
    {
    case PROP_NAME:
      fut_submit_options_set_name (self, g_value_get_string (value));
      break;
    case PROP_PRIORITY:
      fut_submit_options_set_priority (self, g_value_get_int (value));
      break;
    case PROP_QUEUE_TIMEOUT:
      fut_submit_options_set_queue_timeout (self, g_value_get_int64 (value));
      break;
    case PROP_RUN_TIMEOUT:
      fut_submit_options_set_run_timeout (self, g_value_get_int64 (value));
      break;
    case PROP_CANCELLABLE:
      fut_submit_options_set_cancellable (self, g_value_get_object (value));
      break;
    case PROP_MAX_RETRIES:
      fut_submit_options_set_max_retries (self, g_value_get_uint (value));
      break;
    case PROP_IDEMPOTENT:
      fut_submit_options_set_idempotent (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * FutSubmitOptions:name: (getter get_name) (setter set_name)
   *
   * What the call is called in messages and lists; %NULL to use the function's name.
   *
   * Since: 1.0
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * FutSubmitOptions:priority: (getter get_priority) (setter set_priority)
   *
   * How urgent the call is, as for a [struct@GLib.Source]: lower is more urgent, and 0
   * (%G_PRIORITY_DEFAULT) is usual. Calls of equal priority begin in the order of their submission.
   *
   * Since: 1.0
   */
  props[PROP_PRIORITY] = g_param_spec_int ("priority", NULL, NULL, G_MININT, G_MAXINT, 0, flags);
  /**
   * FutSubmitOptions:queue-timeout: (getter get_queue_timeout) (setter set_queue_timeout)
   *
   * How long the call may wait to begin, in microseconds; −1 for any time. After that it ends with
   * %FUT_ERROR_TIMED_OUT and never runs.
   *
   * Since: 1.0
   */
  props[PROP_QUEUE_TIMEOUT] =
    g_param_spec_int64 ("queue-timeout", NULL, NULL, -1, G_MAXINT64, -1, flags);
  /**
   * FutSubmitOptions:run-timeout: (getter get_run_timeout) (setter set_run_timeout)
   *
   * How long the call may run, in microseconds; −1 for any time.
   *
   * After that a task in a thread, which cannot be ended from outside, is asked to stop through its
   * [method@Fut.Future.get_cancellable]. When it returns, the future ends with
   * %FUT_ERROR_TIMED_OUT, unless the task has returned a value after all.
   *
   * Since: 1.0
   */
  props[PROP_RUN_TIMEOUT] =
    g_param_spec_int64 ("run-timeout", NULL, NULL, -1, G_MAXINT64, -1, flags);
  /**
   * FutSubmitOptions:cancellable: (getter get_cancellable) (setter set_cancellable)
   *
   * When it is cancelled, so are the calls submitted with it, as by [method@Fut.Future.cancel]:
   * a moment later, by a thread of the library's; or if it is cancelled already, by the submit.
   *
   * Since: 1.0
   */
  props[PROP_CANCELLABLE] =
    g_param_spec_object ("cancellable", NULL, NULL, G_TYPE_CANCELLABLE, flags);
  /**
   * FutSubmitOptions:max-retries: (getter get_max_retries) (setter set_max_retries)
   *
   * How often the call may be run again if its worker is lost; heeded by executors that can lose
   * workers, and only for calls that are [property@Fut.SubmitOptions:idempotent].
   *
   * Since: 1.0
   */
  props[PROP_MAX_RETRIES] = g_param_spec_uint ("max-retries", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * FutSubmitOptions:idempotent: (getter get_idempotent) (setter set_idempotent)
   *
   * Whether running the call twice does no harm.
   *
   * Since: 1.0
   */
  props[PROP_IDEMPOTENT] = g_param_spec_boolean ("idempotent", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
fut_submit_options_class_init (FutSubmitOptionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = fut_submit_options_finalize;
  object_class->get_property = fut_submit_options_get_property;
  object_class->set_property = fut_submit_options_set_property;
  install_properties (object_class);
}

static void
fut_submit_options_init (FutSubmitOptions *self)
{
  self->queue_timeout = -1;
  self->run_timeout = -1;
}

void
fut_submit_options_freeze (FutSubmitOptions *self)
{
  atomic_store (&self->frozen, TRUE);
}

/* g_set_str(), which came with GLib 2.76. */
static gboolean
set_string (char **place, const char *value)
{
  char *copy;

  if (g_strcmp0 (*place, value) == 0)
    return FALSE;

  copy = g_strdup (value);
  g_free (*place);
  *place = copy;
  return TRUE;
}

/* Whether something may be set; to try later is a programming error. */
static gboolean
check_not_frozen (FutSubmitOptions *self, guint prop)
{
  if (!atomic_load (&self->frozen))
    return TRUE;

  g_critical ("FutSubmitOptions:%s is set after the options were used", props[prop]->name);
  return FALSE;
}

/**
 * fut_submit_options_new: (constructor)
 *
 * Makes options that say nothing: as if a call were submitted without any.
 *
 * Returns: (transfer full): new options
 *
 * Since: 1.0
 */
FutSubmitOptions *
fut_submit_options_new (void)
{
  return g_object_new (FUT_TYPE_SUBMIT_OPTIONS, NULL);
}

/**
 * fut_submit_options_get_name: (get-property name)
 * @self: submit options
 *
 * Tells what the call is called.
 *
 * Returns: (transfer none) (nullable): the name; %NULL for that of the function
 *
 * Since: 1.0
 */
const char *
fut_submit_options_get_name (FutSubmitOptions *self)
{
  g_return_val_if_fail (FUT_IS_SUBMIT_OPTIONS (self), NULL);

  return self->name;
}

/**
 * fut_submit_options_set_name: (set-property name)
 * @self: submit options that have not been used
 * @name: (nullable): a name; %NULL to use that of the function
 *
 * Says what the call is called in messages and lists.
 *
 * Since: 1.0
 */
void
fut_submit_options_set_name (FutSubmitOptions *self, const char *name)
{
  g_return_if_fail (FUT_IS_SUBMIT_OPTIONS (self));

  if (check_not_frozen (self, PROP_NAME) && set_string (&self->name, name))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NAME]);
}

/**
 * fut_submit_options_get_priority: (get-property priority)
 * @self: submit options
 *
 * Tells how urgent the call is.
 *
 * Returns: the priority; lower is more urgent, and 0 is usual
 *
 * Since: 1.0
 */
int
fut_submit_options_get_priority (FutSubmitOptions *self)
{
  g_return_val_if_fail (FUT_IS_SUBMIT_OPTIONS (self), 0);

  return self->priority;
}

/**
 * fut_submit_options_set_priority: (set-property priority)
 * @self: submit options that have not been used
 * @priority: the priority; lower is more urgent, and 0 is usual
 *
 * Says how urgent the call is.
 *
 * Since: 1.0
 */
void
fut_submit_options_set_priority (FutSubmitOptions *self, int priority)
{
  g_return_if_fail (FUT_IS_SUBMIT_OPTIONS (self));

  if (self->priority == priority || !check_not_frozen (self, PROP_PRIORITY))
    return;

  self->priority = priority;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PRIORITY]);
}

/**
 * fut_submit_options_get_queue_timeout: (get-property queue-timeout)
 * @self: submit options
 *
 * Tells how long the call may wait to begin.
 *
 * Returns: the time in microseconds; −1 for any time
 *
 * Since: 1.0
 */
GTimeSpan
fut_submit_options_get_queue_timeout (FutSubmitOptions *self)
{
  g_return_val_if_fail (FUT_IS_SUBMIT_OPTIONS (self), -1);

  return self->queue_timeout;
}

/**
 * fut_submit_options_set_queue_timeout: (set-property queue-timeout)
 * @self: submit options that have not been used
 * @timeout: the time in microseconds; 0 if it must begin at once; −1 for any time
 *
 * Says how long the call may wait to begin; then it ends with %FUT_ERROR_TIMED_OUT.
 *
 * Since: 1.0
 */
void
fut_submit_options_set_queue_timeout (FutSubmitOptions *self, GTimeSpan timeout)
{
  g_return_if_fail (FUT_IS_SUBMIT_OPTIONS (self));
  g_return_if_fail (timeout >= -1);

  if (self->queue_timeout == timeout || !check_not_frozen (self, PROP_QUEUE_TIMEOUT))
    return;

  self->queue_timeout = timeout;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_QUEUE_TIMEOUT]);
}

/**
 * fut_submit_options_get_run_timeout: (get-property run-timeout)
 * @self: submit options
 *
 * Tells how long the call may run.
 *
 * Returns: the time in microseconds; −1 for any time
 *
 * Since: 1.0
 */
GTimeSpan
fut_submit_options_get_run_timeout (FutSubmitOptions *self)
{
  g_return_val_if_fail (FUT_IS_SUBMIT_OPTIONS (self), -1);

  return self->run_timeout;
}

/**
 * fut_submit_options_set_run_timeout: (set-property run-timeout)
 * @self: submit options that have not been used
 * @timeout: the time in microseconds; −1 for any time
 *
 * Says how long the call may run; see [property@Fut.SubmitOptions:run-timeout].
 *
 * Since: 1.0
 */
void
fut_submit_options_set_run_timeout (FutSubmitOptions *self, GTimeSpan timeout)
{
  g_return_if_fail (FUT_IS_SUBMIT_OPTIONS (self));
  g_return_if_fail (timeout >= -1);

  if (self->run_timeout == timeout || !check_not_frozen (self, PROP_RUN_TIMEOUT))
    return;

  self->run_timeout = timeout;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUN_TIMEOUT]);
}

/**
 * fut_submit_options_get_cancellable: (get-property cancellable)
 * @self: submit options
 *
 * Tells what cancels the call.
 *
 * Returns: (transfer none) (nullable): the cancellable; %NULL if there is none
 *
 * Since: 1.0
 */
GCancellable *
fut_submit_options_get_cancellable (FutSubmitOptions *self)
{
  g_return_val_if_fail (FUT_IS_SUBMIT_OPTIONS (self), NULL);

  return self->cancellable;
}

/**
 * fut_submit_options_set_cancellable: (set-property cancellable)
 * @self: submit options that have not been used
 * @cancellable: (nullable): a cancellable, which may be shared by many calls; %NULL for none
 *
 * Says what cancels the call.
 *
 * Since: 1.0
 */
void
fut_submit_options_set_cancellable (FutSubmitOptions *self, GCancellable *cancellable)
{
  g_return_if_fail (FUT_IS_SUBMIT_OPTIONS (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (check_not_frozen (self, PROP_CANCELLABLE) && g_set_object (&self->cancellable, cancellable))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CANCELLABLE]);
}

/**
 * fut_submit_options_get_max_retries: (get-property max-retries)
 * @self: submit options
 *
 * Tells how often the call may be run again.
 *
 * Returns: the number of runs after the first
 *
 * Since: 1.0
 */
guint
fut_submit_options_get_max_retries (FutSubmitOptions *self)
{
  g_return_val_if_fail (FUT_IS_SUBMIT_OPTIONS (self), 0);

  return self->max_retries;
}

/**
 * fut_submit_options_set_max_retries: (set-property max-retries)
 * @self: submit options that have not been used
 * @max_retries: the number of runs after the first; 0 for none
 *
 * Says how often the call may be run again if its worker is lost.
 *
 * Since: 1.0
 */
void
fut_submit_options_set_max_retries (FutSubmitOptions *self, guint max_retries)
{
  g_return_if_fail (FUT_IS_SUBMIT_OPTIONS (self));

  if (self->max_retries == max_retries || !check_not_frozen (self, PROP_MAX_RETRIES))
    return;

  self->max_retries = max_retries;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MAX_RETRIES]);
}

/**
 * fut_submit_options_get_idempotent: (get-property idempotent)
 * @self: submit options
 *
 * Tells whether running the call twice does no harm.
 *
 * Returns: whether it does no harm
 *
 * Since: 1.0
 */
gboolean
fut_submit_options_get_idempotent (FutSubmitOptions *self)
{
  g_return_val_if_fail (FUT_IS_SUBMIT_OPTIONS (self), FALSE);

  return self->idempotent;
}

/**
 * fut_submit_options_set_idempotent: (set-property idempotent)
 * @self: submit options that have not been used
 * @idempotent: whether it does no harm
 *
 * Says whether running the call twice does no harm.
 *
 * Since: 1.0
 */
void
fut_submit_options_set_idempotent (FutSubmitOptions *self, gboolean idempotent)
{
  g_return_if_fail (FUT_IS_SUBMIT_OPTIONS (self));

  if (self->idempotent == idempotent || !check_not_frozen (self, PROP_IDEMPOTENT))
    return;

  self->idempotent = idempotent;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_IDEMPOTENT]);
}
