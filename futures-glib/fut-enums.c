/* fut-enums.c: the enumerations and flags of the API
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-enums.h"

GType
fut_state_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { FUT_STATE_PENDING, "FUT_STATE_PENDING", "pending" },
        { FUT_STATE_RUNNING, "FUT_STATE_RUNNING", "running" },
        { FUT_STATE_CANCELLED, "FUT_STATE_CANCELLED", "cancelled" },
        { FUT_STATE_FINISHED, "FUT_STATE_FINISHED", "finished" },
        { 0, NULL, NULL },
      };

      g_once_init_leave (&type, g_enum_register_static ("FutState", values));
    }
  return type;
}

GType
fut_return_when_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { FUT_RETURN_WHEN_ALL_COMPLETED, "FUT_RETURN_WHEN_ALL_COMPLETED", "all-completed" },
        { FUT_RETURN_WHEN_FIRST_COMPLETED, "FUT_RETURN_WHEN_FIRST_COMPLETED", "first-completed" },
        { FUT_RETURN_WHEN_FIRST_EXCEPTION, "FUT_RETURN_WHEN_FIRST_EXCEPTION", "first-exception" },
        { 0, NULL, NULL },
      };

      g_once_init_leave (&type, g_enum_register_static ("FutReturnWhen", values));
    }
  return type;
}

GType
fut_executor_flags_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GFlagsValue values[] = {
        { FUT_EXECUTOR_FLAGS_NONE, "FUT_EXECUTOR_FLAGS_NONE", "none" },
        { FUT_EXECUTOR_FLAGS_CLOSURES, "FUT_EXECUTOR_FLAGS_CLOSURES", "closures" },
        { FUT_EXECUTOR_FLAGS_NESTED_SUBMIT, "FUT_EXECUTOR_FLAGS_NESTED_SUBMIT", "nested-submit" },
        { FUT_EXECUTOR_FLAGS_OBJECTS, "FUT_EXECUTOR_FLAGS_OBJECTS", "objects" },
        { FUT_EXECUTOR_FLAGS_EXACT_CANCEL, "FUT_EXECUTOR_FLAGS_EXACT_CANCEL", "exact-cancel" },
        { 0, NULL, NULL },
      };

      g_once_init_leave (&type, g_flags_register_static ("FutExecutorFlags", values));
    }
  return type;
}

GType
fut_crash_policy_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { FUT_CRASH_POLICY_FAIL_TASK, "FUT_CRASH_POLICY_FAIL_TASK", "fail-task" },
        { FUT_CRASH_POLICY_BREAK, "FUT_CRASH_POLICY_BREAK", "break" },
        { FUT_CRASH_POLICY_RETRY, "FUT_CRASH_POLICY_RETRY", "retry" },
        { 0, NULL, NULL },
      };

      g_once_init_leave (&type, g_enum_register_static ("FutCrashPolicy", values));
    }
  return type;
}

GType
fut_worker_output_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { FUT_WORKER_OUTPUT_FORWARD, "FUT_WORKER_OUTPUT_FORWARD", "forward" },
        { FUT_WORKER_OUTPUT_CAPTURE, "FUT_WORKER_OUTPUT_CAPTURE", "capture" },
        { FUT_WORKER_OUTPUT_DISCARD, "FUT_WORKER_OUTPUT_DISCARD", "discard" },
        { 0, NULL, NULL },
      };

      g_once_init_leave (&type, g_enum_register_static ("FutWorkerOutput", values));
    }
  return type;
}
