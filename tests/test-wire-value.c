/* test-wire-value.c: results as payloads, and back
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process/fut-wire-value.h"
#include "test-util.h"

#include <string.h>

static FutFuture *
future_for_value (const GValue *value)
{
  FutFuture *future = fut_future_new ();
  g_autoptr(GError) error = NULL;

  fut_future_set_result (future, value, &error);
  g_assert_no_error (error);
  return future;
}

static void
assert_equal (const GValue *a, const GValue *b)
{
  g_assert_true (G_VALUE_TYPE (a) == G_VALUE_TYPE (b));
  if (G_VALUE_HOLDS_VARIANT (a) && g_value_get_variant (a) != NULL)
    g_assert_cmpvariant (g_value_get_variant (a), g_value_get_variant (b));
  else if (G_VALUE_HOLDS (a, G_TYPE_BYTES) && g_value_get_boxed (a) != NULL)
    g_assert_true (g_bytes_equal (g_value_get_boxed (a), g_value_get_boxed (b)));
  else
    {
      g_autofree char *text_a = g_strdup_value_contents (a);
      g_autofree char *text_b = g_strdup_value_contents (b);

      g_assert_cmpstr (text_a, ==, text_b);
    }
}

/* To the wire and back, both ways of parsing. */
static void
assert_round_trip (const GValue *value, FutWireKind kind, gsize n_bytes)
{
  g_autoptr(FutFuture) future = future_for_value (value);
  g_autoptr(GError) error = NULL;
  g_autofree guint8 *payload = NULL;
  g_autoptr(GBytes) bytes = NULL;
  FutWireValue wire;
  FutResult results[2];

  g_assert_true (fut_wire_value_init (&wire, future, &error));
  g_assert_no_error (error);
  g_assert_cmpint (wire.kind, ==, kind);
  g_assert_cmpuint (wire.n_bytes, ==, n_bytes);
  payload = g_malloc (MAX (n_bytes, 8));
  fut_wire_value_store (&wire, payload);
  if (!wire.is_null)
    bytes = g_bytes_new (payload, n_bytes);

  g_assert_true (fut_wire_value_parse (wire.kind, wire.type, bytes, &results[0], &error));
  g_assert_no_error (error);
  g_assert_true (fut_wire_value_parse_inline (wire.kind, wire.type, payload, n_bytes, wire.is_null,
                                              &results[1], &error));
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(FutFuture) back = fut_future_new ();
      g_autoptr(TestValue) a = NULL;
      g_autoptr(TestValue) b = NULL;

      g_assert_cmpint (results[i].kind, ==, future->result_kind);
      fut_future_end (back, FUT_STATE_FINISHED, &results[i], FALSE, 0);
      a = fut_future_result (future, 0, &error);
      g_assert_no_error (error);
      b = fut_future_result (back, 0, &error);
      g_assert_no_error (error);
      if (a == NULL || b == NULL)
        g_assert_true (a == b);
      else
        assert_equal (a, b);
    }
}

#define assert_number_round_trip(type, setter, number, kind, n_bytes)  \
  G_STMT_START                                                         \
  {                                                                    \
    g_auto(GValue) value_ = G_VALUE_INIT;                              \
    g_value_init (&value_, (type));                                    \
    setter (&value_, (number));                                        \
    assert_round_trip (&value_, (kind), (n_bytes));                    \
  }                                                                    \
  G_STMT_END

static void
test_numbers (void)
{
  assert_number_round_trip (G_TYPE_BOOLEAN, g_value_set_boolean, TRUE, FUT_WIRE_BOOLEAN, 1);
  assert_number_round_trip (G_TYPE_BOOLEAN, g_value_set_boolean, FALSE, FUT_WIRE_BOOLEAN, 1);
  assert_number_round_trip (G_TYPE_INT64, g_value_set_int64, G_MININT64, FUT_WIRE_INT64, 8);
  assert_number_round_trip (G_TYPE_DOUBLE, g_value_set_double, -0.1, FUT_WIRE_DOUBLE, 8);
  assert_number_round_trip (G_TYPE_CHAR, g_value_set_schar, G_MININT8, FUT_WIRE_VALUE, 8);
  assert_number_round_trip (G_TYPE_UCHAR, g_value_set_uchar, G_MAXUINT8, FUT_WIRE_VALUE, 8);
  assert_number_round_trip (G_TYPE_INT, g_value_set_int, G_MININT, FUT_WIRE_VALUE, 8);
  assert_number_round_trip (G_TYPE_UINT, g_value_set_uint, G_MAXUINT, FUT_WIRE_VALUE, 8);
  assert_number_round_trip (G_TYPE_LONG, g_value_set_long, G_MINLONG, FUT_WIRE_VALUE, 8);
  assert_number_round_trip (G_TYPE_ULONG, g_value_set_ulong, G_MAXULONG, FUT_WIRE_VALUE, 8);
  assert_number_round_trip (G_TYPE_UINT64, g_value_set_uint64, G_MAXUINT64, FUT_WIRE_VALUE, 8);
  assert_number_round_trip (G_TYPE_FLOAT, g_value_set_float, 0.1f, FUT_WIRE_VALUE, 8);
}

static void
test_texts_and_bytes (void)
{
  g_autoptr(GBytes) bytes = g_bytes_new ("a\0b", 3);
  g_autoptr(GBytes) empty = g_bytes_new (NULL, 0);

  assert_number_round_trip (G_TYPE_STRING, g_value_set_string, "", FUT_WIRE_STRING, 1);
  assert_number_round_trip (G_TYPE_STRING, g_value_set_string, "naïve", FUT_WIRE_STRING, 7);
  assert_number_round_trip (G_TYPE_STRING, g_value_set_string, NULL, FUT_WIRE_STRING, 0);
  assert_number_round_trip (G_TYPE_BYTES, g_value_set_boxed, bytes, FUT_WIRE_BYTES, 3);
  assert_number_round_trip (G_TYPE_BYTES, g_value_set_boxed, empty, FUT_WIRE_BYTES, 0);
  assert_number_round_trip (G_TYPE_BYTES, g_value_set_boxed, NULL, FUT_WIRE_BYTES, 0);
}

static void
test_variants (void)
{
  static const char *const texts[] = {
    "true", "byte 0xff", "int16 -1", "uint32 1", "1.5", "'x'", "@ay []", "b'abc'", "@as []",
    "[1, 2, 3]", "[true, false]", "({'a': <1>}, ['b'], @mi nothing)", "()", "objectpath '/a'",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GVariant) variant = g_variant_ref_sink (g_variant_new_parsed (texts[i]));

      assert_number_round_trip (G_TYPE_VARIANT, g_value_set_variant, variant, FUT_WIRE_VARIANT,
                                g_variant_get_size (variant));
    }
  assert_number_round_trip (G_TYPE_VARIANT, g_value_set_variant, NULL, FUT_WIRE_VARIANT, 0);
}

static void
test_nothing (void)
{
  assert_round_trip (NULL, FUT_WIRE_NOTHING, 0);
}

/* --- what cannot be sent --- */

static void
assert_not_sent (const GValue *value, const char *pattern)
{
  g_autoptr(FutFuture) future = future_for_value (value);
  g_autoptr(GError) error = NULL;
  FutWireValue wire;

  g_assert_false (fut_wire_value_init (&wire, future, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}

#define assert_value_not_sent(type, setter, content, pattern)          \
  G_STMT_START                                                         \
  {                                                                    \
    g_auto(GValue) value_ = G_VALUE_INIT;                              \
    g_value_init (&value_, (type));                                    \
    setter (&value_, (content));                                       \
    assert_not_sent (&value_, (pattern));                              \
  }                                                                    \
  G_STMT_END

static void
test_cannot_be_sent (void)
{
  static const guint8 two_values[] = { 2 };
  const char *const strings[] = { "a", NULL };
  g_autoptr(FutFuture) object = fut_future_new ();

  assert_value_not_sent (G_TYPE_OBJECT, g_value_set_object, object, "*FutFuture*");
  assert_value_not_sent (G_TYPE_OBJECT, g_value_set_object, NULL, "*GObject*");
  assert_value_not_sent (G_TYPE_POINTER, g_value_set_pointer, object, "*gpointer*");
  assert_value_not_sent (FUT_TYPE_STATE, g_value_set_enum, FUT_STATE_RUNNING, "*FutState*");
  assert_value_not_sent (G_TYPE_STRV, g_value_set_boxed, strings, "*GStrv*");
  assert_value_not_sent (G_TYPE_STRING, g_value_set_string, "\xff", "*not UTF-8*");
  assert_value_not_sent (G_TYPE_VARIANT, g_value_set_variant, g_variant_new ("(ih)", 1, 2),
                         "*“(ih)”*handles*");
  assert_value_not_sent (G_TYPE_VARIANT, g_value_set_variant,
                         g_variant_new_from_data (G_VARIANT_TYPE ("b"), two_values, 1, FALSE, NULL,
                                                  NULL),
                         "*“b”*normal form*");
}

/* --- what is refused --- */

static void
assert_refused (FutWireKind kind, const char *type, gconstpointer payload, gsize n_bytes)
{
  g_autoptr(GBytes) bytes = payload != NULL ? g_bytes_new (payload, n_bytes) : NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) inline_error = NULL;
  FutResult result;

  g_assert_false (fut_wire_value_parse (kind, type, bytes, &result, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL);
  g_assert_false (fut_wire_value_parse_inline (kind, type, payload, n_bytes, payload == NULL,
                                               &result, &inline_error));
  g_assert_error (inline_error, FUT_ERROR, FUT_ERROR_PROTOCOL);
}

static void
test_wrong_sizes (void)
{
  static const guint8 zeros[16] = { 0 };
  static const FutWireKind numbers[] = { FUT_WIRE_INT64, FUT_WIRE_DOUBLE, FUT_WIRE_VALUE };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      const char *type = numbers[i] == FUT_WIRE_VALUE ? "guint" : "";

      assert_refused (numbers[i], type, NULL, 0);
      assert_refused (numbers[i], type, zeros, 7);
      assert_refused (numbers[i], type, zeros, 9);
    }
  assert_refused (FUT_WIRE_BOOLEAN, "", zeros, 2);
  assert_refused (FUT_WIRE_BOOLEAN, "", NULL, 0);
  assert_refused (FUT_WIRE_BOOLEAN, "", "\2", 1);
  assert_refused (FUT_WIRE_NOTHING, "", zeros, 1);
  assert_refused (FUT_WIRE_STRING, "", "", 0);
  assert_refused (FUT_WIRE_STRING, "", "abc", 3);
  assert_refused (FUT_WIRE_STRING, "", "a\0b", 4);
  assert_refused (FUT_WIRE_STRING, "", "\xff", 2);
  assert_refused (FUT_WIRE_LAST + 1, "", zeros, 8);
}

static void
test_numbers_out_of_range (void)
{
  const gint64 large = (gint64) G_MAXUINT32 + 1;

  assert_refused (FUT_WIRE_VALUE, "gint", &large, 8);
  assert_refused (FUT_WIRE_VALUE, "guint", &large, 8);
  assert_refused (FUT_WIRE_VALUE, "gchar", &large, 8);
  assert_refused (FUT_WIRE_VALUE, "guchar", &large, 8);
  assert_refused (FUT_WIRE_VALUE, "gboolean", &large, 8);
  assert_refused (FUT_WIRE_VALUE, "FutFuture", &large, 8);
  assert_refused (FUT_WIRE_VALUE, "NoSuchType", &large, 8);
}

static void
test_not_in_normal_form (void)
{
  static const guint8 zeros[16] = { 0 };

  assert_refused (FUT_WIRE_VARIANT, "b", "\2", 1);
  assert_refused (FUT_WIRE_VARIANT, "ab", "\0\1\2", 3);
  assert_refused (FUT_WIRE_VARIANT, "i", zeros, 3);
  assert_refused (FUT_WIRE_VARIANT, "i", zeros, 5);
  assert_refused (FUT_WIRE_VARIANT, "i", zeros, 0);
  assert_refused (FUT_WIRE_VARIANT, "ai", zeros, 6);
  assert_refused (FUT_WIRE_VARIANT, "ad", zeros, 12);
  assert_refused (FUT_WIRE_VARIANT, "(ii)", zeros, 4);
  assert_refused (FUT_WIRE_VARIANT, "()", zeros, 2);
  assert_refused (FUT_WIRE_VARIANT, "s", "abc", 3);
  assert_refused (FUT_WIRE_VARIANT, "s", "\xff", 2);
  assert_refused (FUT_WIRE_VARIANT, "as", "abc\0\xff", 5);
  assert_refused (FUT_WIRE_VARIANT, "v", zeros, 3);
  assert_refused (FUT_WIRE_VARIANT, "o", "abc", 4);
}

static void
test_types_that_cannot_be (void)
{
  static const guint8 zeros[16] = { 0 };

  assert_refused (FUT_WIRE_VARIANT, "h", zeros, 4);
  assert_refused (FUT_WIRE_VARIANT, "(ih)", zeros, 8);
  assert_refused (FUT_WIRE_VARIANT, "a*", zeros, 8);
  assert_refused (FUT_WIRE_VARIANT, "ii", zeros, 8);
  assert_refused (FUT_WIRE_VARIANT, "", zeros, 8);
}

/* In an array of numbers nothing can be wrong but its size: looking at each would take long. */
static void
test_large_arrays_are_not_walked (void)
{
  const gsize n_bytes = 16 * 1024 * 1024;
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_malloc0 (n_bytes), n_bytes);
  gint64 started_at = g_get_monotonic_time ();
  g_autoptr(GError) error = NULL;
  gint64 unwalked;
  FutResult result;

  g_assert_true (fut_wire_value_parse (FUT_WIRE_VARIANT, "ay", bytes, &result, &error));
  g_assert_no_error (error);
  unwalked = g_get_monotonic_time () - started_at;
  g_assert_true (g_variant_is_normal_form (result.v_pointer));
  fut_result_clear (&result);

  started_at = g_get_monotonic_time ();
  g_assert_true (fut_wire_value_parse (FUT_WIRE_VARIANT, "ab", bytes, &result, &error));
  g_assert_no_error (error);
  g_assert_cmpint (unwalked, <, (g_get_monotonic_time () - started_at) / 10);
  fut_result_clear (&result);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/wire-value/round-trip/numbers", test_numbers);
  test_add ("/wire-value/round-trip/texts-and-bytes", test_texts_and_bytes);
  test_add ("/wire-value/round-trip/variants", test_variants);
  test_add ("/wire-value/round-trip/nothing", test_nothing);
  test_add ("/wire-value/cannot-be-sent", test_cannot_be_sent);
  test_add ("/wire-value/refused/wrong-sizes", test_wrong_sizes);
  test_add ("/wire-value/refused/numbers-out-of-range", test_numbers_out_of_range);
  test_add ("/wire-value/refused/not-in-normal-form", test_not_in_normal_form);
  test_add ("/wire-value/refused/types-that-cannot-be", test_types_that_cannot_be);
  test_add ("/wire-value/large-arrays-are-not-walked", test_large_arrays_are_not_walked);
  return g_test_run ();
}
