/* contract-functions.c: the functions that the contract's tests submit by name
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
echo (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(GVariant) value = g_variant_get_variant (args);

  fut_future_return_variant (future, value);
}

static void
square (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 x = g_variant_get_int64 (args);

  fut_future_return_int64 (future, x * x);
}

static void
half (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 x = g_variant_get_int64 (args);

  if (x % 2 == 0)
    fut_future_return_int64 (future, x / 2);
  else
    fut_future_return_new_error (future, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                 "%" G_GINT64_FORMAT " is odd", x);
}

static void
fail (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *domain, *message;
  int code;

  g_variant_get (args, "(&si&s)", &domain, &code, &message);
  fut_future_return_new_error (future, g_quark_from_string (domain), code, "%s", message);
}

static void
typed (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *kind = g_variant_get_string (args, NULL);
  g_autoptr(GBytes) bytes = g_bytes_new_static ("bytes", 5);

  if (g_str_equal (kind, "boolean"))
    fut_future_return_boolean (future, TRUE);
  else if (g_str_equal (kind, "int64"))
    fut_future_return_int64 (future, G_MAXINT64);
  else if (g_str_equal (kind, "double"))
    fut_future_return_double (future, 0.5);
  else if (g_str_equal (kind, "string"))
    fut_future_return_string (future, "text");
  else if (g_str_equal (kind, "variant"))
    fut_future_return_variant (future, g_variant_new ("(ii)", 1, 2));
  else if (g_str_equal (kind, "bytes"))
    fut_future_return_bytes (future, bytes);
  else
    g_assert_not_reached ();
}

static void
nothing (FutFuture *future, GVariant *args, gpointer user_data)
{
}

static void
record (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *room;
  gint64 number;

  g_variant_get (args, "(&sx)", &room, &number);
  contract_report (room, number);
  fut_future_return_int64 (future, number);
}

static void
gate (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *room;
  gint64 number;

  g_variant_get (args, "(&sx)", &room, &number);
  contract_report (room, number);
  contract_pass_gate (room, NULL);
  fut_future_return_int64 (future, number);
}

static void
polite_gate (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *room;
  gint64 number;

  g_variant_get (args, "(&sx)", &room, &number);
  contract_report (room, number);
  contract_pass_gate (room, fut_future_get_cancellable (future));
  if (!fut_future_return_error_if_cancelled (future))
    fut_future_return_int64 (future, number);
}

static void
keep_value (FutFuture *future, GVariant *args, gpointer user_data)
{
  GCancellable *cancellable = fut_future_get_cancellable (future);
  GPollFD polled;
  const char *room;
  gint64 number;

  g_variant_get (args, "(&sx)", &room, &number);
  g_assert_true (g_cancellable_make_pollfd (cancellable, &polled));
  contract_report (room, number);
  while (!g_cancellable_is_cancelled (cancellable))
    g_poll (&polled, 1, -1);
  g_cancellable_release_fd (cancellable);
  fut_future_return_int64 (future, number);
}

static void
take_critical (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  contract_report_text (data, message);
}

/* The critical is taken here, where it is logged, and goes to the test as text. In another process
 * than the test's nothing else keeps it from being fatal.
 */
static void
twice (FutFuture *future, GVariant *args, gpointer user_data)
{
  gpointer room = (gpointer) g_variant_get_string (args, NULL);
  guint handler =
    g_log_set_handler ("Futures", G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL, take_critical, room);
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);

  fut_future_return_int64 (future, 1);
  fut_future_return_int64 (future, 2);
  g_log_set_always_fatal (fatal);
  g_log_remove_handler ("Futures", handler);
}

static void
claim_again (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (fut_future_set_running_or_notify_cancel (future, &error));
  g_assert_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE);
  fut_future_return_string (future, error->message);
}

static void
progress (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *room;
  gint64 number;

  g_variant_get (args, "(&sx)", &room, &number);
  contract_report (room, number);
  contract_pass_gate (room, NULL);
  fut_future_set_status (future, "a quarter");
  fut_future_set_progress (future, 0.25);
  contract_report (room, number + 1);
  contract_pass_gate (room, NULL);
  fut_future_set_progress (future, 0.5);
  contract_report (room, number + 2);
  contract_pass_gate (room, NULL);
}

static void
nest (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) executor = fut_future_dup_executor (future);
  gint64 depth = g_variant_get_int64 (args);
  g_autoptr(FutFuture) inner = NULL;
  GError *error = NULL;
  gint64 below;

  if (depth == 0)
    {
      fut_future_return_int64 (future, 0);
      return;
    }

  inner = fut_executor_submit (executor, "contract.nest", g_variant_new_int64 (depth - 1));
  below = fut_future_result_int64 (inner, -1, &error);
  if (error != NULL)
    fut_future_return_error (future, error);
  else
    fut_future_return_int64 (future, below + 1);
}

static void
submit_record (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) executor = fut_future_dup_executor (future);
  g_autoptr(FutFuture) inner = fut_executor_submit (executor, "contract.record", args);
}

static void
worker (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autofree char *text = g_strdup_printf ("%d/%d", (int) getpid (), (int) syscall (SYS_gettid));

  fut_future_return_string (future, text);
}

static void
initialize (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *room;
  gboolean fails;

  g_variant_get (args, "(&sb)", &room, &fails);
  contract_report (room, 1);
  if (fails)
    fut_future_return_new_error (future, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such device");
}

void
contract_functions_register (void)
{
  static const struct
  {
    const char *name;
    FutTaskFunc func;
  } functions[] = {
    { "contract.echo", echo },
    { "contract.square", square },
    { "contract.half", half },
    { "contract.fail", fail },
    { "contract.typed", typed },
    { "contract.nothing", nothing },
    { "contract.record", record },
    { "contract.gate", gate },
    { "contract.polite-gate", polite_gate },
    { "contract.keep-value", keep_value },
    { "contract.twice", twice },
    { "contract.claim-again", claim_again },
    { "contract.progress", progress },
    { "contract.nest", nest },
    { "contract.submit-record", submit_record },
    { "contract.worker", worker },
    { "contract.initialize", initialize },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    fut_function_register (functions[i].name, functions[i].func, NULL, NULL);
}
