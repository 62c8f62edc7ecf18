/* fut-pool-settings.c: what a process pool was told: how to start workers, and when to end them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-pool-settings.h"

#include <string.h>

#define WORKER_VARIABLE "FUT_WORKER"

FutPoolSettings *
fut_pool_settings_new (void)
{
  FutPoolSettings *self = g_new0 (FutPoolSettings, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->idle_timeout = -1;
  self->start_timeout = FUT_DEFAULT_START_TIMEOUT;
  self->cancel_grace = -1;
  self->crash_policy = FUT_CRASH_POLICY_FAIL_TASK;
  self->max_retries = FUT_DEFAULT_MAX_RETRIES;
  self->output = FUT_WORKER_OUTPUT_FORWARD;
  return self;
}

FutPoolSettings *
fut_pool_settings_copy (const FutPoolSettings *self)
{
  const gsize after_count = G_STRUCT_OFFSET (FutPoolSettings, worker_argv);
  FutPoolSettings *copy = g_new (FutPoolSettings, 1);

  /* All but the count, which others may be changing. */
  memcpy ((char *) copy + after_count, (const char *) self + after_count,
          sizeof (FutPoolSettings) - after_count);
  g_atomic_ref_count_init (&copy->ref_count);
  copy->worker_argv = g_strdupv (self->worker_argv);
  copy->launcher_argv = g_strdupv (self->launcher_argv);
  copy->environ = g_strdupv (self->environ);
  copy->cwd = g_strdup (self->cwd);
  copy->initializer = g_strdup (self->initializer);
  if (self->initializer_args != NULL)
    g_variant_ref (self->initializer_args);
  return copy;
}

FutPoolSettings *
fut_pool_settings_ref (FutPoolSettings *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
fut_pool_settings_unref (FutPoolSettings *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_strfreev (self->worker_argv);
  g_strfreev (self->launcher_argv);
  g_strfreev (self->environ);
  g_free (self->cwd);
  g_free (self->initializer);
  g_clear_pointer (&self->initializer_args, g_variant_unref);
  g_free (self);
}

char **
fut_pool_settings_dup_worker_argv (const FutPoolSettings *self)
{
  const char *program = g_getenv (WORKER_VARIABLE);
  const char *argv[] = { FUT_WORKER_PATH, NULL };

  if (self->worker_argv != NULL)
    return g_strdupv (self->worker_argv);

  /* A relative path would depend on the working directory, as with FUT_MODULE_PATH. */
  if (program != NULL && g_path_is_absolute (program))
    argv[0] = program;
  return g_strdupv ((char **) argv);
}
