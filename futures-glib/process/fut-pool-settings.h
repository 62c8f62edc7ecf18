/* fut-pool-settings.h: what a process pool was told: how to start workers, and when to end them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-enums.h"

G_BEGIN_DECLS

#define FUT_DEFAULT_START_TIMEOUT (30 * G_TIME_SPAN_SECOND)
#define FUT_DEFAULT_MAX_RETRIES 3

/* A snapshot: never changed once others see it. Whoever changes a setting copies the newest one,
 * changes the copy, and puts that in its place.
 */
typedef struct
{
  gatomicrefcount ref_count;

  char          **worker_argv;      /* owned; NULL: the library's own helper */
  char          **launcher_argv;    /* owned; NULL: none, else the channel is stdin and stdout */
  char          **environ;          /* owned; NULL: that of this process */
  char           *cwd;              /* owned; NULL: that of this process */
  char           *initializer;      /* owned; the name of a function, NULL for none */
  GVariant       *initializer_args; /* owned; NULL for none */
  guint           max_tasks_per_child; /* 0: no limit */
  GTimeSpan       idle_timeout;     /* µs; −1: never */
  GTimeSpan       start_timeout;    /* µs; −1: none */
  GTimeSpan       cancel_grace;     /* µs; −1: a call that is asked to stop is never killed */
  FutCrashPolicy  crash_policy;
  guint           max_retries;
  guint64         memory_limit;     /* bytes; 0: none */
  gboolean        trust_workers;
  FutWorkerOutput output;
} FutPoolSettings;

FutPoolSettings *fut_pool_settings_new   (void);
FutPoolSettings *fut_pool_settings_copy  (const FutPoolSettings *self);
FutPoolSettings *fut_pool_settings_ref   (FutPoolSettings *self);
void             fut_pool_settings_unref (FutPoolSettings *self);

/* The command line of a worker, before any launcher: worker_argv, or the installed helper, or in a
 * build that was not installed the one that FUT_WORKER names (an absolute path).
 */
char           **fut_pool_settings_dup_worker_argv (const FutPoolSettings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FutPoolSettings, fut_pool_settings_unref)

G_END_DECLS
