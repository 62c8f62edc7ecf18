/* fut-process-pool-limits.c: what a process pool is told of when workers end, and what then
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-process-pool-private.h"

/**
 * fut_process_pool_executor_get_max_tasks_per_child: (get-property max-tasks-per-child)
 * @self: a process pool executor
 *
 * Tells after how many calls a worker is replaced. Safe from any thread.
 *
 * Returns: the number of calls; 0 for any number
 *
 * Since: 1.0
 */
guint
fut_process_pool_executor_get_max_tasks_per_child (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), 0);

  settings = fut_worker_manager_ref_settings (self->manager);
  return settings->max_tasks_per_child;
}

/**
 * fut_process_pool_executor_set_max_tasks_per_child: (set-property max-tasks-per-child)
 * @self: a process pool executor
 * @max_tasks: a number of calls; 0 for any number
 *
 * Says after how many calls a worker that starts from now on is replaced. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_max_tasks_per_child (FutProcessPoolExecutor *self, guint max_tasks)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));

  settings = fut_process_pool_begin_change (self, &old);
  settings->max_tasks_per_child = max_tasks;
  fut_process_pool_end_change (self, settings,
                               old->max_tasks_per_child != settings->max_tasks_per_child,
                               "max-tasks-per-child");
}

/**
 * fut_process_pool_executor_get_idle_timeout: (get-property idle-timeout)
 * @self: a process pool executor
 *
 * Tells after how long an idle worker leaves. Safe from any thread.
 *
 * Returns: the time, in microseconds; −1 if it stays
 *
 * Since: 1.0
 */
GTimeSpan
fut_process_pool_executor_get_idle_timeout (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), -1);

  settings = fut_worker_manager_ref_settings (self->manager);
  return settings->idle_timeout;
}

/**
 * fut_process_pool_executor_set_idle_timeout: (set-property idle-timeout)
 * @self: a process pool executor
 * @timeout: a time, in microseconds; −1 to let it stay
 *
 * Says after how long an idle worker leaves. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_idle_timeout (FutProcessPoolExecutor *self, GTimeSpan timeout)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  if (!fut_process_pool_check_timeout (timeout, "idle-timeout"))
    return;

  settings = fut_process_pool_begin_change (self, &old);
  settings->idle_timeout = timeout;
  fut_process_pool_end_change (self, settings, old->idle_timeout != settings->idle_timeout,
                               "idle-timeout");
}

/**
 * fut_process_pool_executor_get_cancel_grace: (get-property cancel-grace)
 * @self: a process pool executor
 *
 * Tells how long a cancelled call has to stop; see [property@Fut.ProcessPoolExecutor:cancel-grace].
 * Safe from any thread.
 *
 * Returns: the time, in microseconds; −1 for any time
 *
 * Since: 1.0
 */
GTimeSpan
fut_process_pool_executor_get_cancel_grace (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), -1);

  settings = fut_worker_manager_ref_settings (self->manager);
  return settings->cancel_grace;
}

/**
 * fut_process_pool_executor_set_cancel_grace: (set-property cancel-grace)
 * @self: a process pool executor
 * @grace: a time, in microseconds; −1 for any time
 *
 * Says how long a call that is cancelled from now on has to stop; see
 * [property@Fut.ProcessPoolExecutor:cancel-grace]. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_cancel_grace (FutProcessPoolExecutor *self, GTimeSpan grace)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  if (!fut_process_pool_check_timeout (grace, "cancel-grace"))
    return;

  settings = fut_process_pool_begin_change (self, &old);
  settings->cancel_grace = grace;
  fut_process_pool_end_change (self, settings, old->cancel_grace != settings->cancel_grace,
                               "cancel-grace");
}

/**
 * fut_process_pool_executor_get_crash_policy: (get-property crash-policy)
 * @self: a process pool executor
 *
 * Tells what the death of a worker means. Safe from any thread.
 *
 * Returns: the policy
 *
 * Since: 1.0
 */
FutCrashPolicy
fut_process_pool_executor_get_crash_policy (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), FUT_CRASH_POLICY_FAIL_TASK);

  settings = fut_worker_manager_ref_settings (self->manager);
  return settings->crash_policy;
}

/**
 * fut_process_pool_executor_set_crash_policy: (set-property crash-policy)
 * @self: a process pool executor
 * @policy: a policy
 *
 * Says what the death of a worker means from now on. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_crash_policy (FutProcessPoolExecutor *self, FutCrashPolicy policy)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  g_return_if_fail ((guint) policy <= FUT_CRASH_POLICY_RETRY);

  settings = fut_process_pool_begin_change (self, &old);
  settings->crash_policy = policy;
  fut_process_pool_end_change (self, settings, old->crash_policy != settings->crash_policy,
                               "crash-policy");
}

/**
 * fut_process_pool_executor_get_max_retries: (get-property max-retries)
 * @self: a process pool executor
 *
 * Tells how often an idempotent call is run again. Safe from any thread.
 *
 * Returns: the number; 0 for never
 *
 * Since: 1.0
 */
guint
fut_process_pool_executor_get_max_retries (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), 0);

  settings = fut_worker_manager_ref_settings (self->manager);
  return settings->max_retries;
}

/**
 * fut_process_pool_executor_set_max_retries: (set-property max-retries)
 * @self: a process pool executor
 * @max_retries: a number; 0 for never
 *
 * Says how often an idempotent call is run again; see [property@Fut.ProcessPoolExecutor:max-
 * retries]. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_max_retries (FutProcessPoolExecutor *self, guint max_retries)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));

  settings = fut_process_pool_begin_change (self, &old);
  settings->max_retries = max_retries;
  fut_process_pool_end_change (self, settings, old->max_retries != settings->max_retries,
                               "max-retries");
}
