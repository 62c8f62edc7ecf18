/* submit.c: one call submitted to a pool, and its result read
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The call names its function, and its arguments are a GVariant. Any executor can run such a call.
 */
#include <futures-glib.h>
#include <stdlib.h>

/* (tt) → t: the greatest common divisor of two numbers. */
static void
greatest_common_divisor (FutFuture *future, GVariant *args, gpointer user_data)
{
  guint64 a, b;

  g_variant_get (args, "(tt)", &a, &b);
  while (b != 0)
    {
      guint64 rest = a % b;

      a = b;
      b = rest;
    }
  fut_future_return_variant (future, g_variant_new_uint64 (a));
}

int
main (void)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (1);
  g_autoptr(FutFuture) future = NULL;
  g_autoptr(GVariant) result = NULL;
  g_autoptr(GError) error = NULL;

  fut_function_register ("greatest_common_divisor", greatest_common_divisor, NULL, NULL);

  future = fut_executor_submit (executor, "greatest_common_divisor",
                                g_variant_new ("(tt)", G_GUINT64_CONSTANT (600851475143),
                                               G_GUINT64_CONSTANT (20173294)));

  /* Blocks until the call has ended: a GTK program connects to `done` instead, see main-loop.c. */
  result = fut_future_result_variant (future, -1, &error);
  if (result == NULL)
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  g_print ("The greatest common divisor is %" G_GUINT64_FORMAT ".\n",
           g_variant_get_uint64 (result));

  fut_executor_shutdown (executor, TRUE, FALSE);
  return EXIT_SUCCESS;
}
