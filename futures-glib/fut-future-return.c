/* fut-future-return.c: ending a future: the task's side
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-future-private.h"

#include "fut-error.h"

/* Ends the future for a task; to do so twice is a mistake in it. */
static void
return_result (FutFuture *self, FutResult *result)
{
  const char *name = fut_future_peek_name (self);

  if (!fut_future_end (self, FUT_STATE_FINISHED, result, FALSE, 0))
    g_critical ("%s returned a second time; the first result stands",
                name != NULL ? name : "a call");
}

/* Ends the future for who made it by hand. */
static gboolean
set_result (FutFuture *self, FutResult *result, GError **error)
{
  if (fut_future_end (self, FUT_STATE_FINISHED, result, FALSE, 0))
    return TRUE;

  g_set_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE, "the future is already %s",
               fut_future_is_cancelled (self) ? "cancelled" : "finished");
  return FALSE;
}

static FutResult
result_for_value (const GValue *value)
{
  FutResult result = { FUT_RESULT_NONE };
  GType type = value != NULL ? G_VALUE_TYPE (value) : G_TYPE_NONE;

  if (value == NULL)
    ;
  else if (type == G_TYPE_BOOLEAN)
    result = (FutResult){ FUT_RESULT_BOOLEAN, .v_boolean = g_value_get_boolean (value) };
  else if (type == G_TYPE_INT64)
    result = (FutResult){ FUT_RESULT_INT64, .v_int64 = g_value_get_int64 (value) };
  else if (type == G_TYPE_DOUBLE)
    result = (FutResult){ FUT_RESULT_DOUBLE, .v_double = g_value_get_double (value) };
  else if (type == G_TYPE_STRING)
    result = (FutResult){ FUT_RESULT_STRING, .v_pointer = g_value_dup_string (value) };
  else if (type == G_TYPE_VARIANT)
    result = (FutResult){ FUT_RESULT_VARIANT, .v_pointer = g_value_dup_variant (value) };
  else if (type == G_TYPE_BYTES)
    result = (FutResult){ FUT_RESULT_BYTES, .v_pointer = g_value_dup_boxed (value) };
  else if (type == G_TYPE_POINTER)
    result = (FutResult){ FUT_RESULT_POINTER, .v_pointer = g_value_get_pointer (value) };
  else if (G_VALUE_HOLDS_OBJECT (value))
    result = (FutResult){ FUT_RESULT_OBJECT, .v_pointer = g_value_dup_object (value) };
  else
    result = (FutResult){ FUT_RESULT_VALUE, .v_pointer = g_boxed_copy (G_TYPE_VALUE, value) };
  return result;
}

/**
 * fut_future_set_result:
 * @self: a future made by hand
 * @value: (nullable): the value, which is copied; %NULL to end with no value
 * @error: return location for an error
 *
 * Ends the future with a value. This is for who makes futures by hand; a task function uses
 * `fut_future_return_*()`.
 *
 * Fails with %FUT_ERROR_INVALID_STATE if the future is done; then it stays as it is. Safe from any
 * thread.
 *
 * Returns: %TRUE if the future ended by this
 *
 * Since: 1.0
 */
gboolean
fut_future_set_result (FutFuture *self, const GValue *value, GError **error)
{
  FutResult result;

  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (value == NULL || G_IS_VALUE (value), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  result = result_for_value (value);
  return set_result (self, &result, error);
}

/**
 * fut_future_set_exception:
 * @self: a future made by hand
 * @exception: the error, which is copied
 * @error: return location for an error of this call
 *
 * Ends the future with an error. This is for who makes futures by hand; a task function uses
 * [method@Fut.Future.return_error].
 *
 * Fails with %FUT_ERROR_INVALID_STATE if the future is done; then it stays as it is. Safe from any
 * thread.
 *
 * Returns: %TRUE if the future ended by this
 *
 * Since: 1.0
 */
gboolean
fut_future_set_exception (FutFuture *self, const GError *exception, GError **error)
{
  FutResult result = { .kind = FUT_RESULT_ERROR };

  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (exception != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  result.v_pointer = g_error_copy (exception);
  return set_result (self, &result, error);
}

/**
 * fut_future_return_value:
 * @self: a future
 * @value: (nullable): the value, which is copied; %NULL to end with no value
 *
 * Ends the future with a value of any type. This is for task functions.
 *
 * The first of the `fut_future_return_*()` ends the future, at once; another one is a programming
 * error, and changes nothing. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_future_return_value (FutFuture *self, const GValue *value)
{
  FutResult result;

  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (value == NULL || G_IS_VALUE (value));

  result = result_for_value (value);
  return_result (self, &result);
}

/**
 * fut_future_return_boolean:
 * @self: a future
 * @value: the value
 *
 * Ends the future with a boolean; see [method@Fut.Future.return_value].
 *
 * Since: 1.0
 */
void
fut_future_return_boolean (FutFuture *self, gboolean value)
{
  g_return_if_fail (FUT_IS_FUTURE (self));

  return_result (self, &(FutResult){ FUT_RESULT_BOOLEAN, .v_boolean = value != FALSE });
}

/**
 * fut_future_return_int64:
 * @self: a future
 * @value: the value
 *
 * Ends the future with an integer; see [method@Fut.Future.return_value].
 *
 * Since: 1.0
 */
void
fut_future_return_int64 (FutFuture *self, gint64 value)
{
  g_return_if_fail (FUT_IS_FUTURE (self));

  return_result (self, &(FutResult){ FUT_RESULT_INT64, .v_int64 = value });
}

/**
 * fut_future_return_double:
 * @self: a future
 * @value: the value
 *
 * Ends the future with a floating-point number; see [method@Fut.Future.return_value].
 *
 * Since: 1.0
 */
void
fut_future_return_double (FutFuture *self, double value)
{
  g_return_if_fail (FUT_IS_FUTURE (self));

  return_result (self, &(FutResult){ FUT_RESULT_DOUBLE, .v_double = value });
}

/**
 * fut_future_return_string:
 * @self: a future
 * @value: (nullable): the value, which is copied; %NULL is a value too
 *
 * Ends the future with a string; see [method@Fut.Future.return_value].
 *
 * Since: 1.0
 */
void
fut_future_return_string (FutFuture *self, const char *value)
{
  g_return_if_fail (FUT_IS_FUTURE (self));

  return_result (self, &(FutResult){ FUT_RESULT_STRING, .v_pointer = g_strdup (value) });
}

/**
 * fut_future_return_variant:
 * @self: a future
 * @value: (transfer none): the value; a floating reference is sunk
 *
 * Ends the future with a #GVariant of any type; see [method@Fut.Future.return_value].
 *
 * Since: 1.0
 */
void
fut_future_return_variant (FutFuture *self, GVariant *value)
{
  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (value != NULL);

  return_result (self, &(FutResult){ FUT_RESULT_VARIANT, .v_pointer = g_variant_ref_sink (value) });
}

/**
 * fut_future_return_bytes:
 * @self: a future
 * @value: (transfer none): the value
 *
 * Ends the future with bytes; see [method@Fut.Future.return_value].
 *
 * Since: 1.0
 */
void
fut_future_return_bytes (FutFuture *self, GBytes *value)
{
  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (value != NULL);

  return_result (self, &(FutResult){ FUT_RESULT_BYTES, .v_pointer = g_bytes_ref (value) });
}

/**
 * fut_future_return_object:
 * @self: a future
 * @value: (transfer none) (nullable): the value, to which the future keeps a reference
 *
 * Ends the future with an object; see [method@Fut.Future.return_value]. Only executors with
 * %FUT_EXECUTOR_FLAGS_OBJECTS can carry it.
 *
 * Since: 1.0
 */
void
fut_future_return_object (FutFuture *self, GObject *value)
{
  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (value == NULL || G_IS_OBJECT (value));

  return_result (self, &(FutResult){ FUT_RESULT_OBJECT,
                                     .v_pointer = value != NULL ? g_object_ref (value) : NULL });
}

/**
 * fut_future_return_pointer: (skip)
 * @self: a future
 * @value: (nullable): the value
 * @destroy: (nullable): frees @value when the future goes, in the thread that drops it
 *
 * Ends the future with a pointer, which belongs to the future; see
 * [method@Fut.Future.return_value]. Only executors with %FUT_EXECUTOR_FLAGS_OBJECTS can carry it.
 *
 * Since: 1.0
 */
void
fut_future_return_pointer (FutFuture *self, gpointer value, GDestroyNotify destroy)
{
  g_return_if_fail (FUT_IS_FUTURE (self));

  return_result (self, &(FutResult){ FUT_RESULT_POINTER, .v_pointer = value, .destroy = destroy });
}

/**
 * fut_future_return_error:
 * @self: a future
 * @error: (transfer full): the error
 *
 * Ends the future with an error; see [method@Fut.Future.return_value].
 *
 * Since: 1.0
 */
void
fut_future_return_error (FutFuture *self, GError *error)
{
  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (error != NULL);

  return_result (self, &(FutResult){ FUT_RESULT_ERROR, .v_pointer = error });
}

void
fut_future_take_trace (FutFuture *self, char *trace)
{
  FutFutureExtra *extra = fut_future_ensure_extra (self);

  g_mutex_lock (fut_future_get_lock (self));
  if (!fut_future_is_done (self))
    {
      char *old = extra->trace;

      extra->trace = trace;
      trace = old;
    }
  g_mutex_unlock (fut_future_get_lock (self));
  g_free (trace);
}

/**
 * fut_future_dup_trace:
 * @self: a future
 *
 * Gives the trace of the error that the call ended with: where it was raised, as text for people.
 *
 * It never blocks. Safe from any thread.
 *
 * Returns: (transfer full) (nullable): the text given to
 *   [method@Fut.Future.return_error_with_trace]; %NULL if there is none, or the future is not done
 *
 * Since: 1.0
 */
char *
fut_future_dup_trace (FutFuture *self)
{
  FutFutureExtra *extra;
  char *trace = NULL;

  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);

  extra = fut_future_get_extra (self);
  if (extra == NULL || !fut_future_is_done (self))
    return NULL;
  g_mutex_lock (fut_future_get_lock (self));
  trace = g_strdup (extra->trace);
  g_mutex_unlock (fut_future_get_lock (self));
  return trace;
}

/**
 * fut_future_return_error_with_trace:
 * @self: a future that is running
 * @error: (transfer full): the error
 * @trace: (nullable): where it was raised, as text for people; %NULL for nothing to say
 *
 * Ends the call with an error, as [method@Fut.Future.return_error] does, and tells where it came
 * from: for languages whose exceptions carry a traceback. It can be read by
 * [method@Fut.Future.dup_trace], also if the call ran in another process.
 *
 * Since: 1.0
 */
void
fut_future_return_error_with_trace (FutFuture *self, GError *error, const char *trace)
{
  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (error != NULL);

  if (trace != NULL)
    fut_future_take_trace (self, g_strdup (trace));
  fut_future_return_error (self, error);
}

/**
 * fut_future_return_new_error: (skip)
 * @self: a future
 * @domain: the error's domain
 * @code: its code
 * @format: a format for its message, as for printf()
 * @...: what @format needs
 *
 * Ends the future with a new error; see [method@Fut.Future.return_value].
 *
 * Since: 1.0
 */
void
fut_future_return_new_error (FutFuture *self, GQuark domain, int code, const char *format, ...)
{
  GError *error;
  va_list args;

  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (domain != 0);
  g_return_if_fail (format != NULL);

  va_start (args, format);
  error = g_error_new_valist (domain, code, format, args);
  va_end (args);
  return_result (self, &(FutResult){ FUT_RESULT_ERROR, .v_pointer = error });
}

/**
 * fut_future_return_error_if_cancelled:
 * @self: a future
 *
 * Ends the future with [error@Gio.IOErrorEnum.CANCELLED] if it was asked to stop.
 *
 * This is for task functions, between the steps of their work.
 *
 * Returns: %TRUE if it was; then the function has only to return
 *
 * Since: 1.0
 */
gboolean
fut_future_return_error_if_cancelled (FutFuture *self)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);

  if ((atomic_load (&self->state) & FUT_FUTURE_CANCEL_REQUESTED) == 0)
    return FALSE;

  fut_future_return_new_error (self, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s was cancelled",
                               fut_future_peek_name (self) != NULL ? fut_future_peek_name (self)
                                                                   : "the call");
  return TRUE;
}
