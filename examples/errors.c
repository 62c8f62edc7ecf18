/* errors.c: a call's own error, read by exception() and by result()
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <futures-glib.h>
#include <stdlib.h>

/* (xx) → x */
static void
divide (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 dividend, divisor;

  g_variant_get (args, "(xx)", &dividend, &divisor);
  if (divisor == 0)
    fut_future_return_new_error (future, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS,
                                 "%" G_GINT64_FORMAT " cannot be divided by zero", dividend);
  else
    fut_future_return_int64 (future, dividend / divisor);
}

static FutFuture *
submit (FutExecutor *executor, gint64 dividend, gint64 divisor)
{
  return fut_executor_submit (executor, "divide", g_variant_new ("(xx)", dividend, divisor));
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) good = NULL;
  g_autoptr(FutFuture) bad = NULL;
  g_autoptr(GError) exception = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) mismatch = NULL;
  g_autofree char *text = NULL;

  fut_function_register ("divide", divide, NULL, NULL);
  good = submit (executor, 84, 2);
  bad = submit (executor, 84, 0);

  /* exception() returns the error of the call; its own `error` tells that the wait failed. */
  exception = fut_future_exception (bad, -1, &error);
  g_assert_no_error (error);
  g_print ("exception(): %s\n", exception->message);

  /* result() has one `error` for both. Both can be asked as often as one likes. */
  fut_future_result_int64 (bad, -1, &error);
  g_print ("result(): %s\n", error->message);
  g_assert_true (g_error_matches (error, exception->domain, exception->code));

  g_assert_null (fut_future_exception (good, -1, NULL));
  g_print ("good: %" G_GINT64_FORMAT "\n", fut_future_result_int64 (good, -1, NULL));

  /* A result is not converted: asking for another type is an error of the asking. */
  text = fut_future_result_string (good, -1, &mismatch);
  g_assert_null (text);
  g_assert_error (mismatch, FUT_ERROR, FUT_ERROR_TYPE_MISMATCH);
  g_print ("as a string: type mismatch\n");

  fut_executor_shutdown (executor, TRUE, FALSE);
  return EXIT_SUCCESS;
}
