/* fut-process-pool-settings.c: what a process pool is told of how workers are started
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-process-pool-private.h"

#include <string.h>

/* Locking: `settings_lock` makes a change one step: who changes a setting takes the newest snapshot,
 * and puts a copy with the change in its place. The manager's lock is taken under it. What was
 * replaced is freed, and notified, without it.
 */

FutPoolSettings *
fut_process_pool_begin_change (FutProcessPoolExecutor *self, FutPoolSettings **old)
{
  g_mutex_lock (&self->settings_lock);
  *old = fut_worker_manager_ref_settings (self->manager);
  return fut_pool_settings_copy (*old);
}

void
fut_process_pool_end_change (FutProcessPoolExecutor *self, FutPoolSettings *settings,
                             gboolean changed, const char *property)
{
  if (changed)
    fut_worker_manager_take_settings (self->manager, g_steal_pointer (&settings));
  g_mutex_unlock (&self->settings_lock);

  if (changed && property != NULL)
    g_object_notify (G_OBJECT (self), property);
  g_clear_pointer (&settings, fut_pool_settings_unref);
}

gboolean
fut_process_pool_check_timeout (GTimeSpan timeout, const char *property)
{
  if (timeout >= -1)
    return TRUE;

  g_critical ("FutProcessPoolExecutor:%s must be at least -1, not %" G_GINT64_FORMAT, property,
              timeout);
  return FALSE;
}

static gboolean
strv_is_equal (char **a, char **b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

static void
replace_strv (char ***place, const char *const *value)
{
  g_strfreev (*place);
  *place = g_strdupv ((char **) value);
}

static gboolean
check_argv (const char *const *argv, const char *property)
{
  if (argv == NULL || (argv[0] != NULL && *argv[0] != '\0'))
    return TRUE;

  g_critical ("FutProcessPoolExecutor:%s must begin with a program, or be NULL", property);
  return FALSE;
}

static gboolean
check_environ (const char *const *envp)
{
  for (guint i = 0; envp != NULL && envp[i] != NULL; i++)
    if (*envp[i] == '=' || strchr (envp[i], '=') == NULL)
      {
        g_critical ("FutProcessPoolExecutor:environ must be of the form NAME=value, not “%s”",
                    envp[i]);
        return FALSE;
      }
  return TRUE;
}

/**
 * fut_process_pool_executor_dup_worker_argv: (get-property worker-argv)
 * @self: a process pool executor
 *
 * Tells the command line of a worker; see [property@Fut.ProcessPoolExecutor:worker-argv]. Safe from
 * any thread.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1) (element-type filename): the
 *   program and its arguments; %NULL for the library's own helper
 *
 * Since: 1.0
 */
char **
fut_process_pool_executor_dup_worker_argv (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), NULL);

  settings = fut_worker_manager_ref_settings (self->manager);
  return g_strdupv (settings->worker_argv);
}

/**
 * fut_process_pool_executor_set_worker_argv: (set-property worker-argv)
 * @self: a process pool executor
 * @argv: (nullable) (array zero-terminated=1) (element-type filename): the program and its
 *   arguments; %NULL for the library's own helper
 *
 * Says what the command line is of workers that start from now on; see
 * [property@Fut.ProcessPoolExecutor:worker-argv]. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_worker_argv (FutProcessPoolExecutor *self, const char *const *argv)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  if (!check_argv (argv, "worker-argv"))
    return;

  settings = fut_process_pool_begin_change (self, &old);
  replace_strv (&settings->worker_argv, argv);
  fut_process_pool_end_change (
    self, settings, !strv_is_equal (old->worker_argv, settings->worker_argv), "worker-argv");
}

/**
 * fut_process_pool_executor_dup_launcher_argv: (get-property launcher-argv)
 * @self: a process pool executor
 *
 * Tells the command line that is put before that of a worker; see
 * [property@Fut.ProcessPoolExecutor:launcher-argv]. Safe from any thread.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1) (element-type filename): the
 *   launcher and its arguments; %NULL for none
 *
 * Since: 1.0
 */
char **
fut_process_pool_executor_dup_launcher_argv (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), NULL);

  settings = fut_worker_manager_ref_settings (self->manager);
  return g_strdupv (settings->launcher_argv);
}

/**
 * fut_process_pool_executor_set_launcher_argv: (set-property launcher-argv)
 * @self: a process pool executor
 * @argv: (nullable) (array zero-terminated=1) (element-type filename): the launcher and its
 *   arguments; %NULL for none
 *
 * Says which command line is put before that of workers that start from now on; see
 * [property@Fut.ProcessPoolExecutor:launcher-argv]. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_launcher_argv (FutProcessPoolExecutor *self, const char *const *argv)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  if (!check_argv (argv, "launcher-argv"))
    return;

  settings = fut_process_pool_begin_change (self, &old);
  replace_strv (&settings->launcher_argv, argv);
  fut_process_pool_end_change (
    self, settings, !strv_is_equal (old->launcher_argv, settings->launcher_argv), "launcher-argv");
}

/**
 * fut_process_pool_executor_dup_environ: (get-property environ)
 * @self: a process pool executor
 *
 * Tells the environment of a worker. Safe from any thread.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1) (element-type filename):
 *   `NAME=value` for each variable; %NULL for the environment of this process
 *
 * Since: 1.0
 */
char **
fut_process_pool_executor_dup_environ (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), NULL);

  settings = fut_worker_manager_ref_settings (self->manager);
  return g_strdupv (settings->environ);
}

/**
 * fut_process_pool_executor_set_environ: (set-property environ)
 * @self: a process pool executor
 * @envp: (nullable) (array zero-terminated=1) (element-type filename): `NAME=value` for each
 *   variable; %NULL for the environment of this process
 *
 * Says what the environment is of workers that start from now on. What tells a worker that it is
 * one is added to it. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_environ (FutProcessPoolExecutor *self, const char *const *envp)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  if (!check_environ (envp))
    return;

  settings = fut_process_pool_begin_change (self, &old);
  replace_strv (&settings->environ, envp);
  fut_process_pool_end_change (self, settings, !strv_is_equal (old->environ, settings->environ),
                               "environ");
}

/**
 * fut_process_pool_executor_dup_cwd: (get-property cwd)
 * @self: a process pool executor
 *
 * Tells the working directory of a worker. Safe from any thread.
 *
 * Returns: (transfer full) (nullable) (type filename): a path; %NULL for that of this process
 *
 * Since: 1.0
 */
char *
fut_process_pool_executor_dup_cwd (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), NULL);

  settings = fut_worker_manager_ref_settings (self->manager);
  return g_strdup (settings->cwd);
}

/**
 * fut_process_pool_executor_set_cwd: (set-property cwd)
 * @self: a process pool executor
 * @cwd: (nullable) (type filename): a path; %NULL for that of this process
 *
 * Says what the working directory is of workers that start from now on. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_cwd (FutProcessPoolExecutor *self, const char *cwd)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  g_return_if_fail (cwd == NULL || *cwd != '\0');

  settings = fut_process_pool_begin_change (self, &old);
  g_free (settings->cwd);
  settings->cwd = g_strdup (cwd);
  fut_process_pool_end_change (self, settings, g_strcmp0 (old->cwd, cwd) != 0, "cwd");
}

/**
 * fut_process_pool_executor_get_start_timeout: (get-property start-timeout)
 * @self: a process pool executor
 *
 * Tells how long a worker may take until it can run calls. Safe from any thread.
 *
 * Returns: the time, in microseconds; −1 for any time
 *
 * Since: 1.0
 */
GTimeSpan
fut_process_pool_executor_get_start_timeout (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), -1);

  settings = fut_worker_manager_ref_settings (self->manager);
  return settings->start_timeout;
}

/**
 * fut_process_pool_executor_set_start_timeout: (set-property start-timeout)
 * @self: a process pool executor
 * @timeout: a time, in microseconds; −1 for any time
 *
 * Says how long a worker that starts from now on may take until it can run calls. Safe from any
 * thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_start_timeout (FutProcessPoolExecutor *self, GTimeSpan timeout)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  if (!fut_process_pool_check_timeout (timeout, "start-timeout"))
    return;

  settings = fut_process_pool_begin_change (self, &old);
  settings->start_timeout = timeout;
  fut_process_pool_end_change (self, settings, old->start_timeout != settings->start_timeout,
                               "start-timeout");
}

/**
 * fut_process_pool_executor_get_memory_limit: (get-property memory-limit)
 * @self: a process pool executor
 *
 * Tells how much memory a worker may allocate. Safe from any thread.
 *
 * Returns: the limit, in bytes; 0 for none
 *
 * Since: 1.0
 */
guint64
fut_process_pool_executor_get_memory_limit (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), 0);

  settings = fut_worker_manager_ref_settings (self->manager);
  return settings->memory_limit;
}

/**
 * fut_process_pool_executor_set_memory_limit: (set-property memory-limit)
 * @self: a process pool executor
 * @limit_bytes: a limit, in bytes; 0 for none
 *
 * Says how much memory a worker that starts from now on may allocate; see
 * [property@Fut.ProcessPoolExecutor:memory-limit]. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_memory_limit (FutProcessPoolExecutor *self, guint64 limit_bytes)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));

  settings = fut_process_pool_begin_change (self, &old);
  settings->memory_limit = limit_bytes;
  fut_process_pool_end_change (self, settings, old->memory_limit != settings->memory_limit,
                               "memory-limit");
}

/**
 * fut_process_pool_executor_get_trust_workers: (get-property trust-workers)
 * @self: a process pool executor
 *
 * Tells whether results may be left in memory that a worker can write to. Safe from any thread.
 *
 * Returns: whether the workers are trusted
 *
 * Since: 1.0
 */
gboolean
fut_process_pool_executor_get_trust_workers (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), FALSE);

  settings = fut_worker_manager_ref_settings (self->manager);
  return settings->trust_workers;
}

/**
 * fut_process_pool_executor_set_trust_workers: (set-property trust-workers)
 * @self: a process pool executor
 * @trust: whether to trust them
 *
 * Says whether the results of workers that start from now on may be left in memory that they can
 * write to; see [property@Fut.ProcessPoolExecutor:trust-workers]. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_trust_workers (FutProcessPoolExecutor *self, gboolean trust)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));

  settings = fut_process_pool_begin_change (self, &old);
  settings->trust_workers = trust != FALSE;
  fut_process_pool_end_change (self, settings, old->trust_workers != settings->trust_workers,
                               "trust-workers");
}

/**
 * fut_process_pool_executor_get_worker_output: (get-property worker-output)
 * @self: a process pool executor
 *
 * Tells where the output of tasks goes. Safe from any thread.
 *
 * Returns: where it goes
 *
 * Since: 1.0
 */
FutWorkerOutput
fut_process_pool_executor_get_worker_output (FutProcessPoolExecutor *self)
{
  g_autoptr(FutPoolSettings) settings = NULL;

  g_return_val_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self), FUT_WORKER_OUTPUT_FORWARD);

  settings = fut_worker_manager_ref_settings (self->manager);
  return settings->output;
}

/**
 * fut_process_pool_executor_set_worker_output: (set-property worker-output)
 * @self: a process pool executor
 * @output: where it shall go
 *
 * Says where the output of tasks goes in workers that start from now on. Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_process_pool_executor_set_worker_output (FutProcessPoolExecutor *self, FutWorkerOutput output)
{
  g_autoptr(FutPoolSettings) old = NULL;
  FutPoolSettings *settings;

  g_return_if_fail (FUT_IS_PROCESS_POOL_EXECUTOR (self));
  g_return_if_fail ((guint) output <= FUT_WORKER_OUTPUT_DISCARD);

  settings = fut_process_pool_begin_change (self, &old);
  settings->output = output;
  fut_process_pool_end_change (self, settings, old->output != settings->output, "worker-output");
}
