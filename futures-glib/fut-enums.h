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

/**
 * FutCrashPolicy:
 * @FUT_CRASH_POLICY_FAIL_TASK: the call that ran in the lost worker fails with
 *   %FUT_ERROR_WORKER_LOST; calls that had not begun run elsewhere
 * @FUT_CRASH_POLICY_BREAK: the executor is broken, and all its calls end with %FUT_ERROR_BROKEN, as
 *   in Python's `concurrent.futures`; also if the worker that died was idle
 * @FUT_CRASH_POLICY_RETRY: the call that ran is run again elsewhere if it is
 *   [property@Fut.SubmitOptions:idempotent] and was not run too often; else as
 *   %FUT_CRASH_POLICY_FAIL_TASK
 *
 * What the death of a worker means that the executor did not cause.
 *
 * Since: 1.0
 */
typedef enum
{
  FUT_CRASH_POLICY_FAIL_TASK,
  FUT_CRASH_POLICY_BREAK,
  FUT_CRASH_POLICY_RETRY,
} FutCrashPolicy;

/**
 * FutWorkerOutput:
 * @FUT_WORKER_OUTPUT_FORWARD: line by line to the standard output and standard error of this
 *   process, behind the name of the worker
 * @FUT_WORKER_OUTPUT_CAPTURE: line by line by the signal
 *   [signal@Fut.ProcessPoolExecutor::output-line]
 * @FUT_WORKER_OUTPUT_DISCARD: nowhere
 *
 * Where that goes which tasks in worker processes write to standard output and standard error.
 *
 * In each case the last of what a worker wrote to standard error is in the message of the error
 * when it is lost.
 *
 * Since: 1.0
 */
typedef enum
{
  FUT_WORKER_OUTPUT_FORWARD,
  FUT_WORKER_OUTPUT_CAPTURE,
  FUT_WORKER_OUTPUT_DISCARD,
} FutWorkerOutput;

#define FUT_TYPE_STATE (fut_state_get_type ())
FUT_AVAILABLE_IN_1_0
GType fut_state_get_type (void);

#define FUT_TYPE_RETURN_WHEN (fut_return_when_get_type ())
FUT_AVAILABLE_IN_1_0
GType fut_return_when_get_type (void);

#define FUT_TYPE_EXECUTOR_FLAGS (fut_executor_flags_get_type ())
FUT_AVAILABLE_IN_1_0
GType fut_executor_flags_get_type (void);

#define FUT_TYPE_CRASH_POLICY (fut_crash_policy_get_type ())
FUT_AVAILABLE_IN_1_0
GType fut_crash_policy_get_type (void);

#define FUT_TYPE_WORKER_OUTPUT (fut_worker_output_get_type ())
FUT_AVAILABLE_IN_1_0
GType fut_worker_output_get_type (void);

G_END_DECLS
