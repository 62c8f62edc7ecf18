/* fut-error.h: the errors of the API
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined (FUT_INSIDE) && !defined (FUT_COMPILATION)
# error "Only <futures-glib.h> can be included directly."
#endif

#include <glib-object.h>
#include "fut-version-macros.h"

G_BEGIN_DECLS

/**
 * FutError:
 * @FUT_ERROR_TIMED_OUT: the call ran into its own queue or run timeout. A *wait* that ran into
 *   its limit is [error@Gio.IOErrorEnum.TIMED_OUT] instead
 * @FUT_ERROR_SHUT_DOWN: the executor takes no calls any more
 * @FUT_ERROR_BROKEN: the executor cannot run calls any more; the message has the cause
 * @FUT_ERROR_WORKER_LOST: the worker that ran the call is gone
 * @FUT_ERROR_INVALID_STATE: the future's state does not allow the operation
 * @FUT_ERROR_FUNCTION_NOT_FOUND: no function of that name where the call ran
 * @FUT_ERROR_TYPE_MISMATCH: the result is of another type than was asked for
 * @FUT_ERROR_WOULD_DEADLOCK: waiting could never end
 * @FUT_ERROR_TOO_LARGE: arguments or result are above a limit
 * @FUT_ERROR_PROTOCOL: a worker broke the protocol
 * @FUT_ERROR_REMOTE: an exception of another language: its type, message and traceback
 *
 * Errors in the domain %FUT_ERROR.
 *
 * Beside these, futures-glib uses [error@Gio.IOErrorEnum.CANCELLED] (the future was cancelled, or
 * this wait), [error@Gio.IOErrorEnum.TIMED_OUT] (this wait; the call goes on),
 * [error@Gio.IOErrorEnum.NOT_SUPPORTED] (this executor cannot do that),
 * [error@Gio.IOErrorEnum.PENDING] (an iterator waits already) and
 * [error@Gio.IOErrorEnum.INVALID_ARGUMENT].
 *
 * Since: 1.0
 */
typedef enum
{
  FUT_ERROR_TIMED_OUT,
  FUT_ERROR_SHUT_DOWN,
  FUT_ERROR_BROKEN,
  FUT_ERROR_WORKER_LOST,
  FUT_ERROR_INVALID_STATE,
  FUT_ERROR_FUNCTION_NOT_FOUND,
  FUT_ERROR_TYPE_MISMATCH,
  FUT_ERROR_WOULD_DEADLOCK,
  FUT_ERROR_TOO_LARGE,
  FUT_ERROR_PROTOCOL,
  FUT_ERROR_REMOTE,
} FutError;

#define FUT_ERROR (fut_error_quark ())
FUT_AVAILABLE_IN_1_0
GQuark fut_error_quark (void);

#define FUT_TYPE_ERROR (fut_error_get_type ())
FUT_AVAILABLE_IN_1_0
GType fut_error_get_type (void);

G_END_DECLS
