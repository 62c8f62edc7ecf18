/* fut-wire-value.c: the results of calls as payloads, and back
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-wire-value.h"

#include "fut-error.h"

#include <string.h>

#define SCALAR_BYTES 8

/* Numbers of GObject's own types, which every process knows, widened to 8 bytes. Enumerations and
 * flags are not among them: the parent need not know their types.
 */
typedef enum
{
  NUMBER_NONE,
  NUMBER_SIGNED,
  NUMBER_UNSIGNED,
  NUMBER_FLOAT,
} NumberClass;

static NumberClass
classify_number (GType type)
{
  switch (type)
    {
    case G_TYPE_CHAR:
    case G_TYPE_INT:
    case G_TYPE_LONG:
    case G_TYPE_INT64:
      return NUMBER_SIGNED;
    case G_TYPE_UCHAR:
    case G_TYPE_UINT:
    case G_TYPE_ULONG:
    case G_TYPE_UINT64:
      return NUMBER_UNSIGNED;
    case G_TYPE_FLOAT:
    case G_TYPE_DOUBLE:
      return NUMBER_FLOAT;
    default:
      return NUMBER_NONE;
    }
}

/* Whether each serialisation of this size is in normal form: a number, or an array of numbers.
 * GLib would look at each element of such an array. A boolean is not among them: it has two values.
 */
static gboolean
is_always_normal (const GVariantType *type, gsize n_bytes)
{
  gboolean is_array = g_variant_type_is_array (type);
  const GVariantType *element = is_array ? g_variant_type_element (type) : type;
  gsize size;

  switch (*(const char *) element)
    {
    case 'y':
      size = 1;
      break;
    case 'n':
    case 'q':
      size = 2;
      break;
    case 'i':
    case 'u':
      size = 4;
      break;
    case 'x':
    case 't':
    case 'd':
      size = 8;
      break;
    default:
      return FALSE;
    }
  return is_array ? n_bytes % size == 0 : n_bytes == size;
}

/* --- in the worker --- */

static gboolean
store_number (FutWireValue *self, const GValue *value)
{
  NumberClass class = classify_number (G_VALUE_TYPE (value));
  g_auto(GValue) wide = G_VALUE_INIT;

  if (class == NUMBER_NONE)
    return FALSE;

  /* GObject keeps each of the three in the same 8 bytes. */
  G_STATIC_ASSERT (sizeof wide.data[0] == SCALAR_BYTES);
  g_value_init (&wide, class == NUMBER_FLOAT    ? G_TYPE_DOUBLE
                       : class == NUMBER_SIGNED ? G_TYPE_INT64
                                                : G_TYPE_UINT64);
  g_value_transform (value, &wide);
  memcpy (self->scalar, &wide.data[0], SCALAR_BYTES);
  self->kind = FUT_WIRE_VALUE;
  self->type = G_VALUE_TYPE_NAME (value);
  self->n_bytes = SCALAR_BYTES;
  return TRUE;
}

static gboolean
init_variant (FutWireValue *self, GVariant *variant, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  gsize n_bytes;

  self->kind = FUT_WIRE_VARIANT;
  self->variant = variant;
  self->is_null = variant == NULL;
  if (variant == NULL)
    return TRUE;

  self->type = g_variant_get_type_string (variant);
  if (!fut_message_check_type (self->type, &local_error))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "a result of type “%s” cannot be sent to another process: %s", self->type,
                   local_error->message);
      return FALSE;
    }
  n_bytes = g_variant_get_size (variant);
  if (!is_always_normal (g_variant_get_type (variant), n_bytes) &&
      !g_variant_is_normal_form (variant))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "a result of type “%s” cannot be sent to another process: it is not in normal "
                   "form",
                   self->type);
      return FALSE;
    }
  self->n_bytes = n_bytes;
  return TRUE;
}

static gboolean
init_string (FutWireValue *self, const char *text, GError **error)
{
  gsize length = text != NULL ? strlen (text) : 0;

  self->kind = FUT_WIRE_STRING;
  self->is_null = text == NULL;
  if (text != NULL && !g_utf8_validate (text, length, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "a string cannot be sent to another process: it is not UTF-8");
      return FALSE;
    }
  self->data = (const guint8 *) text;
  self->n_bytes = text != NULL ? length + 1 : 0;
  return TRUE;
}

static void
init_bytes (FutWireValue *self, GBytes *bytes)
{
  gsize n_bytes = 0;

  self->kind = FUT_WIRE_BYTES;
  self->is_null = bytes == NULL;
  if (bytes != NULL)
    self->data = g_bytes_get_data (bytes, &n_bytes);
  self->n_bytes = n_bytes;
}

static gboolean
set_not_supported (const char *type_name, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "a result of type %s cannot be sent to another process", type_name);
  return FALSE;
}

static gboolean
check_size (const FutWireValue *self, GError **error)
{
  if (G_LIKELY (self->n_bytes <= FUT_PAYLOAD_MAX_BYTES))
    return TRUE;

  g_set_error (error, FUT_ERROR, FUT_ERROR_TOO_LARGE,
               "a result of %" G_GSIZE_FORMAT
               " bytes is larger than the limit of %" G_GUINT64_FORMAT " bytes",
               self->n_bytes, FUT_PAYLOAD_MAX_BYTES);
  return FALSE;
}

gboolean
fut_wire_value_init (FutWireValue *self, FutFuture *future, GError **error)
{
  *self = (FutWireValue){ .kind = FUT_WIRE_NOTHING, .type = "" };

  switch ((FutResultKind) future->result_kind)
    {
    case FUT_RESULT_NONE:
      self->is_null = TRUE;
      return TRUE;
    case FUT_RESULT_BOOLEAN:
      self->kind = FUT_WIRE_BOOLEAN;
      self->scalar[0] = future->v_boolean ? 1 : 0;
      self->n_bytes = 1;
      return TRUE;
    case FUT_RESULT_INT64:
      self->kind = FUT_WIRE_INT64;
      memcpy (self->scalar, &future->v_int64, SCALAR_BYTES);
      self->n_bytes = SCALAR_BYTES;
      return TRUE;
    case FUT_RESULT_DOUBLE:
      self->kind = FUT_WIRE_DOUBLE;
      memcpy (self->scalar, &future->v_double, SCALAR_BYTES);
      self->n_bytes = SCALAR_BYTES;
      return TRUE;
    case FUT_RESULT_STRING:
      return init_string (self, future->v_pointer, error) && check_size (self, error);
    case FUT_RESULT_VARIANT:
      return init_variant (self, future->v_pointer, error) && check_size (self, error);
    case FUT_RESULT_BYTES:
      init_bytes (self, future->v_pointer);
      return check_size (self, error);
    case FUT_RESULT_VALUE:
      return store_number (self, future->v_pointer) ||
             set_not_supported (G_VALUE_TYPE_NAME (future->v_pointer), error);
    case FUT_RESULT_OBJECT:
      return set_not_supported (
        future->v_pointer != NULL ? G_OBJECT_TYPE_NAME (future->v_pointer) : "GObject", error);
    case FUT_RESULT_POINTER:
      return set_not_supported ("gpointer", error);
    case FUT_RESULT_ERROR:
    default:
      g_assert_not_reached ();
    }
}

void
fut_wire_value_store (const FutWireValue *self, guint8 *payload)
{
  if (self->n_bytes == 0)
    return;

  if (self->variant != NULL)
    g_variant_store (self->variant, payload);
  else
    memcpy (payload, self->data != NULL ? self->data : self->scalar, self->n_bytes);
}

/* --- in the parent --- */

G_GNUC_PRINTF (2, 3)
static gboolean
set_protocol_error (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "a result %s", text);
  return FALSE;
}

static gboolean
set_size_error (GError **error, const char *what, gsize n_bytes)
{
  return set_protocol_error (error, "says to be %s, in %" G_GSIZE_FORMAT " bytes", what, n_bytes);
}

static gboolean
parse_variant (const char *type, GBytes *bytes, FutResult *result, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GVariant) variant = NULL;
  gsize n_bytes = g_bytes_get_size (bytes);

  if (!fut_message_check_type (type, &local_error))
    return set_protocol_error (error, "has a type that it cannot have: %s", local_error->message);

  /* If the size of a fixed type is wrong, GLib gives its default value, which is of another size. */
  if (is_always_normal (G_VARIANT_TYPE (type), n_bytes))
    variant = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, TRUE));
  else
    {
      variant = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE));
      if (g_variant_get_size (variant) != n_bytes || !g_variant_is_normal_form (variant))
        return set_protocol_error (error, "of type “%s” is not in normal form", type);
    }

  *result = (FutResult){ FUT_RESULT_VARIANT, .v_pointer = g_steal_pointer (&variant) };
  return TRUE;
}

static gboolean
parse_string (const guint8 *payload, gsize n_bytes, FutResult *result, GError **error)
{
  const char *text = (const char *) payload;

  /* This finds a zero inside, too. */
  if (n_bytes == 0 || text[n_bytes - 1] != '\0' || !g_utf8_validate_len (text, n_bytes - 1, NULL))
    return set_size_error (error, "a string, but is not UTF-8 with a zero at its end", n_bytes);

  *result = (FutResult){ FUT_RESULT_STRING, .v_pointer = g_memdup2 (text, n_bytes) };
  return TRUE;
}

/* What was not in the range of its type cannot have come from a value of it. */
static gboolean
set_signed (GValue *value, gint64 number)
{
  switch (G_VALUE_TYPE (value))
    {
    case G_TYPE_CHAR:
      g_value_set_schar (value, (gint8) number);
      return number == (gint8) number;
    case G_TYPE_INT:
      g_value_set_int (value, (int) number);
      return number == (int) number;
    case G_TYPE_LONG:
      g_value_set_long (value, (long) number);
      return number == (long) number;
    default:
      g_value_set_int64 (value, number);
      return TRUE;
    }
}

static gboolean
set_unsigned (GValue *value, guint64 number)
{
  switch (G_VALUE_TYPE (value))
    {
    case G_TYPE_UCHAR:
      g_value_set_uchar (value, (guchar) number);
      return number == (guchar) number;
    case G_TYPE_UINT:
      g_value_set_uint (value, (guint) number);
      return number == (guint) number;
    case G_TYPE_ULONG:
      g_value_set_ulong (value, (gulong) number);
      return number == (gulong) number;
    default:
      g_value_set_uint64 (value, number);
      return TRUE;
    }
}

static gboolean
parse_number (const char *type_name, const guint8 *payload, FutResult *result, GError **error)
{
  GType type = g_type_from_name (type_name);
  NumberClass class = classify_number (type);
  g_auto(GValue) value = G_VALUE_INIT;
  gboolean fits = TRUE;
  gint64 as_signed;
  guint64 as_unsigned;
  double as_double;

  if (class == NUMBER_NONE)
    return set_protocol_error (error, "is of the type “%s”, which is no number", type_name);

  memcpy (&as_signed, payload, SCALAR_BYTES);
  memcpy (&as_unsigned, payload, SCALAR_BYTES);
  memcpy (&as_double, payload, SCALAR_BYTES);
  g_value_init (&value, type);
  if (class == NUMBER_SIGNED)
    fits = set_signed (&value, as_signed);
  else if (class == NUMBER_UNSIGNED)
    fits = set_unsigned (&value, as_unsigned);
  else if (type == G_TYPE_FLOAT)
    g_value_set_float (&value, (float) as_double);
  else
    g_value_set_double (&value, as_double);
  if (!fits)
    return set_protocol_error (error, "is outside the range of %s", type_name);

  *result = (FutResult){ FUT_RESULT_VALUE, .v_pointer = g_boxed_copy (G_TYPE_VALUE, &value) };
  return TRUE;
}

static gboolean
parse_null (FutWireKind kind, FutResult *result, GError **error)
{
  switch (kind)
    {
    case FUT_WIRE_NOTHING:
      *result = (FutResult){ FUT_RESULT_NONE };
      return TRUE;
    case FUT_WIRE_STRING:
      *result = (FutResult){ FUT_RESULT_STRING };
      return TRUE;
    case FUT_WIRE_VARIANT:
      *result = (FutResult){ FUT_RESULT_VARIANT };
      return TRUE;
    case FUT_WIRE_BYTES:
      *result = (FutResult){ FUT_RESULT_BYTES };
      return TRUE;
    case FUT_WIRE_BOOLEAN:
    case FUT_WIRE_INT64:
    case FUT_WIRE_DOUBLE:
    case FUT_WIRE_VALUE:
    default:
      return set_protocol_error (error, "of kind %d has no payload", kind);
    }
}

/* Everything of which nothing is kept but a copy. */
static gboolean
parse_copied (FutWireKind kind, const char *type, const guint8 *payload, gsize n_bytes,
              FutResult *result, GError **error)
{
  switch (kind)
    {
    case FUT_WIRE_BOOLEAN:
      if (n_bytes != 1 || *payload > 1)
        return set_size_error (error, "a boolean, but is neither 0 nor 1", n_bytes);
      *result = (FutResult){ FUT_RESULT_BOOLEAN, .v_boolean = *payload };
      return TRUE;
    case FUT_WIRE_INT64:
      if (n_bytes != SCALAR_BYTES)
        return set_size_error (error, "an integer", n_bytes);
      *result = (FutResult){ FUT_RESULT_INT64 };
      memcpy (&result->v_int64, payload, SCALAR_BYTES);
      return TRUE;
    case FUT_WIRE_DOUBLE:
      if (n_bytes != SCALAR_BYTES)
        return set_size_error (error, "a floating-point number", n_bytes);
      *result = (FutResult){ FUT_RESULT_DOUBLE };
      memcpy (&result->v_double, payload, SCALAR_BYTES);
      return TRUE;
    case FUT_WIRE_VALUE:
      if (n_bytes != SCALAR_BYTES)
        return set_size_error (error, type, n_bytes);
      return parse_number (type, payload, result, error);
    case FUT_WIRE_STRING:
      return parse_string (payload, n_bytes, result, error);
    case FUT_WIRE_NOTHING:
      return set_size_error (error, "nothing", n_bytes);
    case FUT_WIRE_VARIANT:
    case FUT_WIRE_BYTES:
    default:
      return set_protocol_error (error, "is of the unknown kind %d", kind);
    }
}

gboolean
fut_wire_value_parse (FutWireKind kind, const char *type, GBytes *bytes, FutResult *result,
                      GError **error)
{
  gsize n_bytes;
  const guint8 *payload;

  if (bytes == NULL)
    return parse_null (kind, result, error);
  if (kind == FUT_WIRE_VARIANT)
    return parse_variant (type, bytes, result, error);
  if (kind == FUT_WIRE_BYTES)
    {
      *result = (FutResult){ FUT_RESULT_BYTES, .v_pointer = g_bytes_ref (bytes) };
      return TRUE;
    }

  payload = g_bytes_get_data (bytes, &n_bytes);
  return parse_copied (kind, type, payload, n_bytes, result, error);
}

gboolean
fut_wire_value_parse_inline (FutWireKind kind, const char *type, const guint8 *payload,
                             gsize n_bytes, gboolean is_null, FutResult *result, GError **error)
{
  if (!is_null && (kind == FUT_WIRE_VARIANT || kind == FUT_WIRE_BYTES))
    {
      g_autoptr(GBytes) bytes = g_bytes_new (payload, n_bytes);

      return fut_wire_value_parse (kind, type, bytes, result, error);
    }
  return is_null ? parse_null (kind, result, error)
                 : parse_copied (kind, type, payload, n_bytes, result, error);
}
