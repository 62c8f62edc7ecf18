/* test-message-limits.c: the codec of the wire protocol: what no message may hold
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process/fut-message.h"

#include "fut-error.h"
#include "message-asserts.h"
#include "process/fut-region.h"
#include "test-util.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

static void
test_limits_of_calls (void)
{
  FutMessage call = { .type = FUT_MESSAGE_CALL, .id = 1 };
  FutMessage define = { .type = FUT_MESSAGE_DEFINE, .define = { 0, "f", "(i)" } };

  call.call.signature = FUT_MESSAGE_MAX_SIGNATURES;
  message_assert_refused_one (&call, FALSE, "*the signature is out of range");
  call.call.signature = 0;
  call.call.slot = FUT_MESSAGE_MAX_SLOTS;
  message_assert_refused_one (&call, FALSE, "*the slot is out of range");
  call.call.slot = 0;
  call.call.n_bytes = 1;
  message_assert_refused_one (&call, FALSE, "*a payload that is nowhere has a place");
  call.call.place = FUT_PLACE_REGION;
  call.call.offset = 4;
  message_assert_refused_one (&call, FALSE, "*the payload is misplaced");
  call.call.offset = FUT_REGION_MAX_BYTES + 8;
  message_assert_refused_one (&call, FALSE, "*the payload is outside of any region");
  call.call.offset = 0;
  call.call.n_bytes = 0;
  message_assert_refused_one (&call, FALSE, "*the payload is misplaced");
  call.call.place = FUT_PLACE_REGION + 1;
  message_assert_refused_one (&call, FALSE, "*the payload's place is unknown");
  call.call.place = FUT_PLACE_INLINE;
  call.call.offset = 8;
  message_assert_refused_one (&call, FALSE, "*a payload in the frame has an offset");

  define.define.signature = FUT_MESSAGE_MAX_SIGNATURES;
  message_assert_refused_one (&define, FALSE, "*the signature is out of range");
}

static void
test_limits_of_results (void)
{
  FutMessage result = { .type = FUT_MESSAGE_RESULT, .result = { .kind = FUT_WIRE_NOTHING } };

  result.result.flags = 2;
  message_assert_refused_one (&result, TRUE, "*a flag is unknown");
  result.result.flags = 0;
  result.result.result_slot = 1;
  message_assert_refused_one (&result, TRUE, "*a slot is not needed");
  result.result.place = FUT_PLACE_REGION;
  result.result.n_bytes = 1;
  message_assert_refused_one (&result, TRUE, "*nothing has a payload");
  result.result.result_slot = FUT_MESSAGE_MAX_RESULT_SLOTS;
  message_assert_refused_one (&result, TRUE, "*the slot is out of range");
  result.result.result_slot = 0;
  result.result.kind = FUT_WIRE_BOOLEAN;
  message_assert_refused_one (&result, TRUE, "*a boolean is no byte");
  result.result.kind = FUT_WIRE_INT64;
  message_assert_refused_one (&result, TRUE, "*a number is not 8 bytes long");
  result.result.kind = FUT_WIRE_LAST + 1;
  message_assert_refused_one (&result, TRUE, "*the kind is unknown");
  result.result.kind = FUT_WIRE_BYTES;
  result.result.type = "i";
  message_assert_refused_one (&result, TRUE, "*there is a type");
  result.result.kind = FUT_WIRE_VARIANT;
  result.result.type = "";
  message_assert_refused_one (&result, TRUE, "*the type is not one that can be sent");
  result.result.kind = FUT_WIRE_STRING;
  result.result.n_bytes = 0;
  result.result.place = FUT_PLACE_INLINE;
  message_assert_refused_one (&result, TRUE, "*a string has no end");
  result.result.kind = FUT_WIRE_VALUE;
  result.result.n_bytes = 8;
  message_assert_refused_one (&result, TRUE, "*there is no type");
}

static void
test_limits_of_the_rest (void)
{
  FutMessage hello = { .type = FUT_MESSAGE_HELLO };
  FutMessage welcome = { .type = FUT_MESSAGE_WELCOME, .welcome = { .flags = 4 } };
  FutMessage offer = { .type = FUT_MESSAGE_OFFER };
  FutMessage error = { .type = FUT_MESSAGE_ERROR, .error = { .flags = G_MAXUINT32 } };
  FutMessage progress = { .type = FUT_MESSAGE_PROGRESS };
  static const double wrong[] = { -0.5, 1.0000001, -2, NAN, INFINITY, -INFINITY };

  message_assert_refused_one (&hello, TRUE, "*there is no pid");
  hello.hello.pid = 1;
  hello.id = 1;
  message_assert_refused_one (&hello, TRUE, "the header of a HELLO message is malformed");
  message_assert_refused_one (&welcome, FALSE, "*a flag is unknown");
  welcome.welcome.flags = 0;
  welcome.welcome.n_slots = FUT_MESSAGE_MAX_SLOTS + 1;
  message_assert_refused_one (&welcome, FALSE, "*there are too many slots");
  message_assert_refused_one (&offer, TRUE, "*no region has that size");
  offer.region.n_bytes = FUT_REGION_MAX_BYTES + 1;
  message_assert_refused_one (&offer, TRUE, "*no region has that size");
  message_assert_refused_one (&error, TRUE, "*a flag is unknown");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      progress.progress.progress = wrong[i];
      message_assert_refused_one (&progress, TRUE, "*the progress is out of range");
    }
}

static void
test_types (void)
{
  static const char *const right[] = { "i", "v", "as", "()", "(i)", "(idb)", "(aas)", "a{sv}",
                                       "(asa{sv}(dd))", "mms", "{sv}", "aay", "(av)", "(m(a(si)))" };
  static const char *const wrong[] = { "", "h", "ah", "(ih)", "a{sh}", "*", "?", "r", "a*", "(i?)", "(",
                                       "(i", "i)", "ii", "(a)", "a", "aa", "{vs}", "m", "z", "(a", "()i",
                                       "a{s}", " i", "\303\266" };
  g_autofree char *longest = g_strnfill (FUT_MESSAGE_MAX_TYPE_BYTES, 'i');
  g_autofree char *too_long = g_strnfill (FUT_MESSAGE_MAX_TYPE_BYTES + 1, 'i');
  g_autofree char *too_deep = g_strnfill (200, 'a');
  GError *error = NULL;

  longest[0] = too_long[0] = '(';
  longest[FUT_MESSAGE_MAX_TYPE_BYTES - 1] = too_long[FUT_MESSAGE_MAX_TYPE_BYTES] = ')';
  too_deep[199] = 'i';
  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_assert_true (fut_message_check_type (right[i], &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (fut_message_check_type (wrong[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
      g_clear_error (&error);
    }
  g_assert_true (fut_message_check_type (longest, NULL));
  g_assert_false (fut_message_check_type (too_deep, NULL));
  g_assert_false (fut_message_check_type (too_long, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "256"));
  g_clear_error (&error);
}

static void
test_types_in_messages (void)
{
  FutMessage define = { .type = FUT_MESSAGE_DEFINE, .define = { 0, "f", "(h)" } };
  FutMessage result = { .type = FUT_MESSAGE_RESULT,
                        .result = { .kind = FUT_WIRE_VARIANT, .type = "a*" } };

  message_assert_refused_one (&define, FALSE, "*the type is not one that can be sent");
  message_assert_refused_one (&result, TRUE, "*the type is not one that can be sent");
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/process/message/limits/calls", test_limits_of_calls);
  test_add ("/process/message/limits/results", test_limits_of_results);
  test_add ("/process/message/limits/the-rest", test_limits_of_the_rest);
  test_add ("/process/message/types", test_types);
  test_add ("/process/message/types-in-messages", test_types_in_messages);
  return g_test_run ();
}
