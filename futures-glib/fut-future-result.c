/* fut-future-result.c: reading how a future has ended
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-future-private.h"

#include "fut-error.h"

#include <math.h>

static const char *
name_of_kind (FutFuture *self)
{
  switch ((FutResultKind) self->result_kind)
    {
    case FUT_RESULT_BOOLEAN:
      return "gboolean";
    case FUT_RESULT_INT64:
      return "gint64";
    case FUT_RESULT_DOUBLE:
      return "gdouble";
    case FUT_RESULT_STRING:
      return "gchararray";
    case FUT_RESULT_VARIANT:
      return "GVariant";
    case FUT_RESULT_BYTES:
      return "GBytes";
    case FUT_RESULT_OBJECT:
      return self->v_pointer != NULL ? G_OBJECT_TYPE_NAME (self->v_pointer) : "GObject";
    case FUT_RESULT_POINTER:
      return "gpointer";
    case FUT_RESULT_VALUE:
      return G_VALUE_TYPE_NAME (self->v_pointer);
    case FUT_RESULT_NONE:
    case FUT_RESULT_ERROR:
    default:
      return "no value";
    }
}

static void
set_cancelled_error (FutFuture *self, GError **error)
{
  const char *name = fut_future_peek_name (self);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s was cancelled before it began",
               name != NULL ? name : "the call");
}

/* Waits for the end; FALSE if there is no value, and then @error is set. */
static gboolean
wait_for_value (FutFuture *self, GTimeSpan timeout, GError **error)
{
  if (!fut_future_wait (self, timeout, NULL, error))
    return FALSE;

  if (fut_future_is_cancelled (self))
    {
      set_cancelled_error (self, error);
      return FALSE;
    }
  if (self->result_kind == FUT_RESULT_ERROR)
    {
      atomic_fetch_or (&self->state, FUT_FUTURE_ERROR_READ);
      g_propagate_error (error, g_error_copy (self->v_pointer));
      return FALSE;
    }
  return TRUE;
}

/* The same, for a value of one kind only. */
static gboolean
wait_for_kind (FutFuture *self, FutResultKind kind, const char *wanted, GTimeSpan timeout,
               GError **error)
{
  const char *name = fut_future_peek_name (self);

  if (!wait_for_value (self, timeout, error))
    return FALSE;
  if (self->result_kind == kind)
    return TRUE;

  g_set_error (error, FUT_ERROR, FUT_ERROR_TYPE_MISMATCH, "%s returned %s, not %s",
               name != NULL ? name : "the call", name_of_kind (self), wanted);
  return FALSE;
}

static GValue *
value_new (GType type)
{
  GValue *value = g_new0 (GValue, 1);

  return g_value_init (value, type);
}

static GValue *
dup_value (FutFuture *self)
{
  GValue *value = NULL;

  switch ((FutResultKind) self->result_kind)
    {
    case FUT_RESULT_BOOLEAN:
      g_value_set_boolean (value = value_new (G_TYPE_BOOLEAN), self->v_boolean);
      break;
    case FUT_RESULT_INT64:
      g_value_set_int64 (value = value_new (G_TYPE_INT64), self->v_int64);
      break;
    case FUT_RESULT_DOUBLE:
      g_value_set_double (value = value_new (G_TYPE_DOUBLE), self->v_double);
      break;
    case FUT_RESULT_STRING:
      g_value_set_string (value = value_new (G_TYPE_STRING), self->v_pointer);
      break;
    case FUT_RESULT_VARIANT:
      g_value_set_variant (value = value_new (G_TYPE_VARIANT), self->v_pointer);
      break;
    case FUT_RESULT_BYTES:
      g_value_set_boxed (value = value_new (G_TYPE_BYTES), self->v_pointer);
      break;
    case FUT_RESULT_OBJECT:
      value = value_new (self->v_pointer != NULL ? G_OBJECT_TYPE (self->v_pointer) : G_TYPE_OBJECT);
      g_value_set_object (value, self->v_pointer);
      break;
    case FUT_RESULT_POINTER:
      g_value_set_pointer (value = value_new (G_TYPE_POINTER), self->v_pointer);
      break;
    case FUT_RESULT_VALUE:
      value = g_boxed_copy (G_TYPE_VALUE, self->v_pointer);
      break;
    case FUT_RESULT_NONE:
    case FUT_RESULT_ERROR:
    default:
      break;
    }
  return value;
}

/**
 * fut_future_result:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error
 *
 * Waits for the call to end, as [method@Fut.Future.wait] does, and gives what it returned.
 *
 * Safe from any thread, any number of times.
 *
 * Fails with the call's own error if it ended with one, with [error@Gio.IOErrorEnum.CANCELLED] if
 * it was cancelled, with [error@Gio.IOErrorEnum.TIMED_OUT] at the deadline (the call goes on), and
 * with %FUT_ERROR_WOULD_DEADLOCK.
 *
 * Returns: (transfer full) (nullable): a copy of the value, to be freed with g_boxed_free() as a
 *   %G_TYPE_VALUE; %NULL, with @error unset, if the call ended with no value
 *
 * Since: 1.0
 */
GValue *
fut_future_result (FutFuture *self, GTimeSpan timeout, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return wait_for_value (self, timeout, error) ? dup_value (self) : NULL;
}

/**
 * fut_future_result_boolean:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error
 *
 * Waits for the call to end and gives the boolean that it returned.
 *
 * Fails as [method@Fut.Future.result] does, and with %FUT_ERROR_TYPE_MISMATCH if the call returned
 * something else, or no value.
 *
 * Returns: the value; %FALSE if it fails
 *
 * Since: 1.0
 */
gboolean
fut_future_result_boolean (FutFuture *self, GTimeSpan timeout, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!wait_for_kind (self, FUT_RESULT_BOOLEAN, "gboolean", timeout, error))
    return FALSE;
  return self->v_boolean;
}

/* An integer of any size is read as a gint64, if it fits. */
static gboolean
read_integer (FutFuture *self, gint64 *integer)
{
  const GValue *value = self->v_pointer;
  g_auto(GValue) transformed = G_VALUE_INIT;

  if (self->result_kind == FUT_RESULT_INT64)
    {
      *integer = self->v_int64;
      return TRUE;
    }
  if (self->result_kind != FUT_RESULT_VALUE)
    return FALSE;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_UINT64:
      if (g_value_get_uint64 (value) > G_MAXINT64)
        return FALSE;
      G_GNUC_FALLTHROUGH;
    case G_TYPE_CHAR:
    case G_TYPE_UCHAR:
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_LONG:
    case G_TYPE_ULONG:
      g_value_init (&transformed, G_TYPE_INT64);
      if (!g_value_transform (value, &transformed))
        return FALSE;
      *integer = g_value_get_int64 (&transformed);
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * fut_future_result_int64:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error
 *
 * Waits for the call to end and gives the integer that it returned, of whichever integer type.
 *
 * Fails as [method@Fut.Future.result] does, and with %FUT_ERROR_TYPE_MISMATCH if the call returned
 * something else, or no value.
 *
 * Returns: the value; −1 if it fails
 *
 * Since: 1.0
 */
gint64
fut_future_result_int64 (FutFuture *self, GTimeSpan timeout, GError **error)
{
  gint64 integer = -1;

  g_return_val_if_fail (FUT_IS_FUTURE (self), -1);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  if (!fut_future_wait (self, timeout, NULL, error))
    return -1;
  if (read_integer (self, &integer) && !fut_future_is_cancelled (self))
    return integer;
  return wait_for_kind (self, FUT_RESULT_INT64, "gint64", 0, error) ? self->v_int64 : -1;
}

/**
 * fut_future_result_double:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error
 *
 * Waits for the call to end and gives the floating-point number that it returned.
 *
 * Fails as [method@Fut.Future.result] does, and with %FUT_ERROR_TYPE_MISMATCH if the call returned
 * something else, or no value.
 *
 * Returns: the value; NaN if it fails
 *
 * Since: 1.0
 */
double
fut_future_result_double (FutFuture *self, GTimeSpan timeout, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NAN);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NAN);
  g_return_val_if_fail (error == NULL || *error == NULL, NAN);

  if (!wait_for_kind (self, FUT_RESULT_DOUBLE, "gdouble", timeout, error))
    return NAN;
  return self->v_double;
}

/**
 * fut_future_result_string:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error
 *
 * Waits for the call to end and gives the string that it returned.
 *
 * Fails as [method@Fut.Future.result] does, and with %FUT_ERROR_TYPE_MISMATCH if the call returned
 * something else, or no value.
 *
 * Returns: (transfer full) (nullable): a copy of the value, which may be %NULL; %NULL too if it
 *   fails
 *
 * Since: 1.0
 */
char *
fut_future_result_string (FutFuture *self, GTimeSpan timeout, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!wait_for_kind (self, FUT_RESULT_STRING, "gchararray", timeout, error))
    return NULL;
  return g_strdup (self->v_pointer);
}

/**
 * fut_future_result_variant:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error
 *
 * Waits for the call to end and gives the #GVariant that it returned.
 *
 * Fails as [method@Fut.Future.result] does, and with %FUT_ERROR_TYPE_MISMATCH if the call returned
 * something else, or no value.
 *
 * Returns: (transfer full): the value; %NULL if it fails
 *
 * Since: 1.0
 */
GVariant *
fut_future_result_variant (FutFuture *self, GTimeSpan timeout, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!wait_for_kind (self, FUT_RESULT_VARIANT, "GVariant", timeout, error))
    return NULL;
  return g_variant_ref (self->v_pointer);
}

/**
 * fut_future_result_bytes:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error
 *
 * Waits for the call to end and gives the bytes that it returned.
 *
 * Fails as [method@Fut.Future.result] does, and with %FUT_ERROR_TYPE_MISMATCH if the call returned
 * something else, or no value.
 *
 * Returns: (transfer full): the value; %NULL if it fails
 *
 * Since: 1.0
 */
GBytes *
fut_future_result_bytes (FutFuture *self, GTimeSpan timeout, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!wait_for_kind (self, FUT_RESULT_BYTES, "GBytes", timeout, error))
    return NULL;
  return g_bytes_ref (self->v_pointer);
}

/**
 * fut_future_result_object:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error
 *
 * Waits for the call to end and gives the object that it returned.
 *
 * Fails as [method@Fut.Future.result] does, and with %FUT_ERROR_TYPE_MISMATCH if the call returned
 * something else, or no value.
 *
 * Returns: (transfer full) (nullable): the value, which may be %NULL; %NULL too if it fails
 *
 * Since: 1.0
 */
GObject *
fut_future_result_object (FutFuture *self, GTimeSpan timeout, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!wait_for_kind (self, FUT_RESULT_OBJECT, "GObject", timeout, error))
    return NULL;
  return self->v_pointer != NULL ? g_object_ref (self->v_pointer) : NULL;
}

/**
 * fut_future_result_pointer: (skip)
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error
 *
 * Waits for the call to end and gives the pointer that it returned.
 *
 * Fails as [method@Fut.Future.result] does, and with %FUT_ERROR_TYPE_MISMATCH if the call returned
 * something else, or no value.
 *
 * Returns: (transfer none) (nullable): the value, which belongs to the future; %NULL too if it
 *   fails
 *
 * Since: 1.0
 */
gpointer
fut_future_result_pointer (FutFuture *self, GTimeSpan timeout, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!wait_for_kind (self, FUT_RESULT_POINTER, "gpointer", timeout, error))
    return NULL;
  return self->v_pointer;
}

/**
 * fut_future_exception:
 * @self: a future
 * @timeout: the longest time to block, in microseconds; 0 only looks, −1 waits without limit
 * @error: return location for an error of the wait
 *
 * Waits for the call to end and gives the error that it ended with.
 *
 * Safe from any thread, any number of times.
 *
 * Fails with [error@Gio.IOErrorEnum.CANCELLED] if the call was cancelled, with
 * [error@Gio.IOErrorEnum.TIMED_OUT] at the deadline (the call goes on), and with
 * %FUT_ERROR_WOULD_DEADLOCK.
 *
 * Returns: (transfer full) (nullable): a copy of the call's error; %NULL, with @error unset, if it
 *   succeeded
 *
 * Since: 1.0
 */
GError *
fut_future_exception (FutFuture *self, GTimeSpan timeout, GError **error)
{
  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!fut_future_wait (self, timeout, NULL, error))
    return NULL;
  if (fut_future_is_cancelled (self))
    {
      set_cancelled_error (self, error);
      return NULL;
    }
  return fut_future_dup_error (self);
}

/**
 * fut_future_dup_error:
 * @self: a future
 *
 * Gives the error that the future has ended with, without waiting.
 *
 * Safe from any thread, any number of times.
 *
 * Returns: (transfer full) (nullable): a copy of the error, which is
 *   [error@Gio.IOErrorEnum.CANCELLED] for a cancelled future; %NULL if the future is not done or
 *   ended without one
 *
 * Since: 1.0
 */
GError *
fut_future_dup_error (FutFuture *self)
{
  GError *error = NULL;

  g_return_val_if_fail (FUT_IS_FUTURE (self), NULL);

  if (fut_future_is_cancelled (self))
    set_cancelled_error (self, &error);
  else if (fut_future_has_failed (self))
    {
      atomic_fetch_or (&self->state, FUT_FUTURE_ERROR_READ);
      error = g_error_copy (self->v_pointer);
    }
  return error;
}
