/* fut-enums.h: the enumerations and flags of the API
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
 * FutState:
 * @FUT_STATE_PENDING: submitted or made by hand, and not begun; it can still be cancelled
 * @FUT_STATE_RUNNING: begun; it can be asked to stop, but not cancelled
 * @FUT_STATE_CANCELLED: cancelled before it began: it never ran and never will
 * @FUT_STATE_FINISHED: ended, with a value, with no value, or with an error
 *
 * Where a [class@Fut.Future] is in its life.
 *
 * The edges are PENDING to RUNNING, CANCELLED or FINISHED, and RUNNING to FINISHED; there are no
 * others. PENDING goes straight to FINISHED if a call is refused, runs into its queue timeout, or
 * is ended by hand. The states are those of Python's `concurrent.futures`.
 *
 * Since: 1.0
 */
typedef enum
{
  FUT_STATE_PENDING,
  FUT_STATE_RUNNING,
  FUT_STATE_CANCELLED,
  FUT_STATE_FINISHED,
} FutState;

/**
 * FutReturnWhen:
 * @FUT_RETURN_WHEN_ALL_COMPLETED: when all futures are done
 * @FUT_RETURN_WHEN_FIRST_COMPLETED: when any future is done
 * @FUT_RETURN_WHEN_FIRST_EXCEPTION: when any future ended with an error, or all are done; a
 *   cancelled future is not an error
 *
 * When [func@Fut.wait] returns.
 *
 * Since: 1.0
 */
typedef enum
{
  FUT_RETURN_WHEN_ALL_COMPLETED,
  FUT_RETURN_WHEN_FIRST_COMPLETED,
  FUT_RETURN_WHEN_FIRST_EXCEPTION,
} FutReturnWhen;

/**
 * FutExecutorFlags:
 * @FUT_EXECUTOR_FLAGS_NONE: none of the below
 * @FUT_EXECUTOR_FLAGS_CLOSURES: takes closures, since its workers share the caller's memory; an
 *   executor without it ends the future of [method@Fut.Executor.submit_func] with
 *   [error@Gio.IOErrorEnum.NOT_SUPPORTED]
 * @FUT_EXECUTOR_FLAGS_NESTED_SUBMIT: a task may submit to the executor that runs it
 * @FUT_EXECUTOR_FLAGS_OBJECTS: results may be objects and pointers, not only serialisable values
 * @FUT_EXECUTOR_FLAGS_EXACT_CANCEL: a call for which [method@Fut.Future.cancel] returned %TRUE
 *   never runs, not even in part
 *
 * What an executor can do, as [method@Fut.Executor.get_flags] tells it.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  FUT_EXECUTOR_FLAGS_NONE = 0,
  FUT_EXECUTOR_FLAGS_CLOSURES = 1 << 0,
  FUT_EXECUTOR_FLAGS_NESTED_SUBMIT = 1 << 1,
  FUT_EXECUTOR_FLAGS_OBJECTS = 1 << 2,
  FUT_EXECUTOR_FLAGS_EXACT_CANCEL = 1 << 3,
} FutExecutorFlags;

#define FUT_TYPE_STATE (fut_state_get_type ())
FUT_AVAILABLE_IN_1_0
GType fut_state_get_type (void);

#define FUT_TYPE_RETURN_WHEN (fut_return_when_get_type ())
FUT_AVAILABLE_IN_1_0
GType fut_return_when_get_type (void);

#define FUT_TYPE_EXECUTOR_FLAGS (fut_executor_flags_get_type ())
FUT_AVAILABLE_IN_1_0
GType fut_executor_flags_get_type (void);

G_END_DECLS
