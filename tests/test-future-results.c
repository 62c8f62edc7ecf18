/* test-future-results.c: every kind of result, read as every type
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

#include <math.h>

/* The same order in both tables: what was returned, and what reads it. */
typedef enum
{
  BOOLEAN,
  INT64,
  DOUBLE,
  STRING,
  VARIANT,
  BYTES,
  OBJECT,
  POINTER,
  N_TYPES,
  NOTHING = N_TYPES,
  FAILURE,
  N_KINDS,
} Kind;

static int pointed_at;

static FutFuture *
future_of_kind (Kind kind)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autoptr(GCancellable) object = g_cancellable_new ();
  FutFuture *future = fut_future_new ();

  switch (kind)
    {
    case BOOLEAN:
      fut_future_return_boolean (future, TRUE);
      break;
    case INT64:
      fut_future_return_int64 (future, G_MININT64);
      break;
    case DOUBLE:
      fut_future_return_double (future, 2.5);
      break;
    case STRING:
      fut_future_return_string (future, "text");
      break;
    case VARIANT:
      fut_future_return_variant (future, g_variant_new ("(is)", 5, "five"));
      break;
    case BYTES:
      fut_future_return_bytes (future, bytes);
      break;
    case OBJECT:
      fut_future_return_object (future, G_OBJECT (object));
      break;
    case POINTER:
      fut_future_return_pointer (future, &pointed_at, NULL);
      break;
    case FAILURE:
      fut_future_return_new_error (future, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
      break;
    case NOTHING:
      fut_future_return_value (future, NULL);
      break;
    case N_KINDS:
    default:
      g_assert_not_reached ();
    }
  return future;
}

/* Reads the future as one type; TRUE if the value that future_of_kind() returns came back. When
 * there is an error, what is returned must be the type's own "nothing".
 */
static gboolean
read_as (FutFuture *future, Kind type, GError **error)
{
  switch (type)
    {
    case BOOLEAN:
      return fut_future_result_boolean (future, -1, error);
    case INT64:
      {
        gint64 value = fut_future_result_int64 (future, -1, error);

        g_assert_true (value == G_MININT64 || value == -1);
        return value == G_MININT64;
      }
    case DOUBLE:
      {
        double value = fut_future_result_double (future, -1, error);

        g_assert_true (value == 2.5 || isnan (value));
        return value == 2.5;
      }
    case STRING:
      {
        g_autofree char *value = fut_future_result_string (future, -1, error);

        g_assert_true (value == NULL || g_str_equal (value, "text"));
        return value != NULL;
      }
    case VARIANT:
      {
        g_autoptr(GVariant) value = fut_future_result_variant (future, -1, error);

        if (value != NULL)
          {
            g_autofree char *printed = g_variant_print (value, TRUE);

            g_assert_false (g_variant_is_floating (value));
            g_assert_cmpstr (printed, ==, "(5, 'five')");
          }
        return value != NULL;
      }
    case BYTES:
      {
        g_autoptr(GBytes) value = fut_future_result_bytes (future, -1, error);

        g_assert_true (value == NULL || g_bytes_get_size (value) == 3);
        return value != NULL;
      }
    case OBJECT:
      {
        g_autoptr(GObject) value = fut_future_result_object (future, -1, error);

        g_assert_true (value == NULL || G_IS_CANCELLABLE (value));
        return value != NULL;
      }
    case POINTER:
      {
        gpointer value = fut_future_result_pointer (future, -1, error);

        g_assert_true (value == NULL || value == &pointed_at);
        return value != NULL;
      }
    case NOTHING:
    case FAILURE:
    case N_KINDS:
    default:
      g_assert_not_reached ();
    }
}

static void
test_every_kind_as_every_type (void)
{
  for (Kind kind = BOOLEAN; kind < N_KINDS; kind++)
    {
      g_autoptr(FutFuture) future = future_of_kind (kind);

      for (Kind type = BOOLEAN; type < N_TYPES; type++)
        {
          g_autoptr(GError) error = NULL;
          gboolean read = read_as (future, type, &error);

          if (kind == type)
            {
              g_assert_no_error (error);
              g_assert_true (read);
            }
          else
            {
              g_assert_false (read);
              if (kind == FAILURE)
                g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
              else
                g_assert_error (error, FUT_ERROR, FUT_ERROR_TYPE_MISMATCH);
            }

          /* The error is optional. */
          g_assert_cmpint (read_as (future, type, NULL), ==, kind == type);
        }
    }
}

static void
test_mismatch_names_the_types (void)
{
  g_autoptr(FutFuture) future = future_of_kind (STRING);
  g_autoptr(GError) error = NULL;

  fut_future_result_int64 (future, -1, &error);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_TYPE_MISMATCH);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple ("*int64*", error->message) ||
                 g_pattern_match_simple ("*gint64*", error->message));
  g_assert_true (g_pattern_match_simple ("*string*", error->message) ||
                 g_pattern_match_simple ("*gchararray*", error->message));
}

static void
test_unready_as_every_type (void)
{
  g_autoptr(FutFuture) future = fut_future_new ();

  for (guint round = 0; round < 2; round++)
    {
      for (Kind type = BOOLEAN; type < N_TYPES; type++)
        {
          g_autoptr(GError) error = NULL;

          /* Once pending and polled for, once cancelled. */
          if (round == 0)
            {
              g_assert_false (fut_future_wait (future, 0, NULL, &error));
              g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
            }
          else
            {
              g_assert_false (read_as (future, type, &error));
              g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
            }
        }
      g_assert_true (fut_future_cancel (future));
    }
}

/* Each read gives something of one's own. */
static void
test_values_are_copies (void)
{
  g_autoptr(FutFuture) future = future_of_kind (STRING);
  g_autofree char *first = fut_future_result_string (future, -1, NULL);
  g_autofree char *second = fut_future_result_string (future, -1, NULL);

  g_assert_true (first != second);
  first[0] = 'n';
  g_assert_cmpstr (second, ==, "text");
}

static void
test_objects_outlive_the_future (void)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  FutFuture *future = fut_future_new ();
  GObject *object = g_object_new (G_TYPE_CANCELLABLE, NULL);
  GObject *read;

  test_tracker_add (tracker, object);
  fut_future_return_object (future, object);
  g_object_unref (object);
  read = fut_future_result_object (future, -1, NULL);
  g_assert_true (read == object);
  g_object_unref (future);
  g_assert_cmpuint (test_tracker_n_live (tracker), ==, 1);
  g_object_unref (read);
  g_assert_cmpuint (test_tracker_n_live (tracker), ==, 0);
}

/* --- GValue in, GValue out --- */

static void
assert_value (FutFuture *future, GType type, const char *contents)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TestValue) value = fut_future_result (future, -1, &error);
  g_autofree char *printed = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (value);
  g_assert_true (g_value_type_compatible (G_VALUE_TYPE (value), type));
  printed = g_strdup_value_contents (value);
  g_assert_cmpstr (printed, ==, contents);
}

static void
test_result_of_each_kind (void)
{
  static const struct
  {
    Kind kind;
    const char *contents;
  } cases[] = {
    { BOOLEAN, "TRUE" },
    { INT64, "-9223372036854775808" },
    { DOUBLE, "2.500000" },
    { STRING, "\"text\"" },
  };
  const GType types[] = { G_TYPE_BOOLEAN, G_TYPE_INT64, G_TYPE_DOUBLE, G_TYPE_STRING };
  g_autoptr(FutFuture) nothing = future_of_kind (NOTHING);
  g_autoptr(FutFuture) variant = future_of_kind (VARIANT);
  g_autoptr(FutFuture) bytes = future_of_kind (BYTES);
  g_autoptr(FutFuture) object = future_of_kind (OBJECT);
  g_autoptr(FutFuture) pointer = future_of_kind (POINTER);
  g_autoptr(TestValue) variant_value = fut_future_result (variant, -1, NULL);
  g_autoptr(TestValue) bytes_value = fut_future_result (bytes, -1, NULL);
  g_autoptr(TestValue) object_value = fut_future_result (object, -1, NULL);
  g_autoptr(TestValue) pointer_value = fut_future_result (pointer, -1, NULL);
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(FutFuture) future = future_of_kind (cases[i].kind);

      assert_value (future, types[i], cases[i].contents);
    }
  g_assert_null (fut_future_result (nothing, -1, &error));
  g_assert_no_error (error);
  g_assert_true (G_VALUE_HOLDS_VARIANT (variant_value));
  g_assert_true (G_VALUE_HOLDS (bytes_value, G_TYPE_BYTES));
  g_assert_true (G_VALUE_HOLDS (object_value, G_TYPE_CANCELLABLE) ||
                 G_VALUE_HOLDS (object_value, G_TYPE_OBJECT));
  g_assert_true (G_IS_CANCELLABLE (g_value_get_object (object_value)));
  g_assert_true (G_VALUE_HOLDS_POINTER (pointer_value));
  g_assert_true (g_value_get_pointer (pointer_value) == &pointed_at);
}

static FutFuture *
future_of_value (const GValue *value)
{
  FutFuture *future = fut_future_new ();
  g_autoptr(GError) error = NULL;

  g_assert_true (fut_future_set_result (future, value, &error));
  g_assert_no_error (error);
  return future;
}

static void
assert_reads_as_int64 (GType type, gint64 number)
{
  g_auto(GValue) wide = G_VALUE_INIT;
  g_auto(GValue) value = G_VALUE_INIT;
  g_autoptr(FutFuture) future = NULL;

  g_value_init (&wide, G_TYPE_INT64);
  g_value_set_int64 (&wide, number);
  g_value_init (&value, type);
  g_assert_true (g_value_transform (&wide, &value));
  future = future_of_value (&value);
  test_assert_int64 (future, number);
}

static void
test_integers_of_every_width (void)
{
  assert_reads_as_int64 (G_TYPE_CHAR, -100);
  assert_reads_as_int64 (G_TYPE_UCHAR, 200);
  assert_reads_as_int64 (G_TYPE_INT, G_MININT);
  assert_reads_as_int64 (G_TYPE_UINT, G_MAXUINT);
  assert_reads_as_int64 (G_TYPE_LONG, -5);
  assert_reads_as_int64 (G_TYPE_ULONG, 5);
  assert_reads_as_int64 (G_TYPE_INT64, G_MININT64);
  assert_reads_as_int64 (G_TYPE_UINT64, G_MAXINT64);
}

/* What no int64 can hold is no int64. */
static void
test_unsigned_above_the_range (void)
{
  g_auto(GValue) value = G_VALUE_INIT;
  g_autoptr(FutFuture) future = NULL;
  g_autoptr(TestValue) read = NULL;
  g_autoptr(GError) error = NULL;

  g_value_init (&value, G_TYPE_UINT64);
  g_value_set_uint64 (&value, G_MAXUINT64);
  future = future_of_value (&value);
  g_assert_cmpint (fut_future_result_int64 (future, -1, &error), ==, -1);
  g_assert_error (error, FUT_ERROR, FUT_ERROR_TYPE_MISMATCH);
  read = fut_future_result (future, -1, NULL);
  g_assert_true (G_VALUE_HOLDS_UINT64 (read));
  g_assert_cmpuint (g_value_get_uint64 (read), ==, G_MAXUINT64);
}

static void
test_any_other_value (void)
{
  static const char *const strv[] = { "one", "two", NULL };
  g_auto(GValue) value = G_VALUE_INIT;
  g_autoptr(FutFuture) future = NULL;
  g_autoptr(TestValue) read = NULL;
  g_autoptr(TestValue) again = NULL;
  g_autoptr(GError) error = NULL;

  g_value_init (&value, G_TYPE_STRV);
  g_value_set_static_boxed (&value, strv);
  future = future_of_value (&value);
  read = fut_future_result (future, -1, &error);
  g_assert_no_error (error);
  g_assert_true (G_VALUE_HOLDS (read, G_TYPE_STRV));
  again = fut_future_result (future, -1, NULL);
  g_assert_cmpstr (((char **) g_value_get_boxed (read))[1], ==, "two");
  g_assert_true (g_value_get_boxed (read) != g_value_get_boxed (again));

  for (Kind type = BOOLEAN; type < N_TYPES; type++)
    {
      g_clear_error (&error);
      g_assert_false (read_as (future, type, &error));
      g_assert_error (error, FUT_ERROR, FUT_ERROR_TYPE_MISMATCH);
    }
}

static void
test_typed_values (void)
{
  static const Kind kinds[] = { BOOLEAN, INT64, DOUBLE, STRING, VARIANT, BYTES, OBJECT, POINTER };

  /* What result() gives, set_result() takes, and it reads the same. */
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(FutFuture) first = future_of_kind (kinds[i]);
      g_autoptr(TestValue) value = fut_future_result (first, -1, NULL);
      g_autoptr(FutFuture) second = future_of_value (value);
      g_autoptr(FutFuture) third = fut_future_new ();
      g_autoptr(GError) error = NULL;

      g_assert_true (read_as (second, kinds[i], &error));
      g_assert_no_error (error);
      fut_future_return_value (third, value);
      g_assert_true (read_as (third, kinds[i], &error));
      g_assert_no_error (error);
    }
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/future/F17/every-kind-as-every-type", test_every_kind_as_every_type);
  test_add ("/future/F17/mismatch-names-the-types", test_mismatch_names_the_types);
  test_add ("/future/F17/unready-as-every-type", test_unready_as_every_type);
  test_add ("/future/F5/values-are-copies", test_values_are_copies);
  test_add ("/future/F5/objects-outlive-the-future", test_objects_outlive_the_future);
  test_add ("/future/values/result-of-each-kind", test_result_of_each_kind);
  test_add ("/future/values/integers-of-every-width", test_integers_of_every_width);
  test_add ("/future/values/unsigned-above-the-range", test_unsigned_above_the_range);
  test_add ("/future/values/any-other-value", test_any_other_value);
  test_add ("/future/values/typed-values", test_typed_values);
  return g_test_run ();
}
