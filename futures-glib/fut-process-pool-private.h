/* fut-process-pool-private.h: a process pool's insides, for its properties and settings
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-process-pool-executor.h"
#include "fut-process-pool-output.h"

#include "process/fut-worker-manager.h"

G_BEGIN_DECLS

struct _FutProcessPoolExecutor
{
  FutExecutor parent_instance;

  /* Set at construction, never changed: */
  FutWorkerManager *manager;  /* owned by the core */
  FutPoolOutput    *output;   /* owned */

  /* Held by who changes a setting, from the copy to the swap; taken before the manager's. */
  GMutex settings_lock;
};

/* fut-process-pool-executor.c */
/* Whether a call can be sent to a worker. It fails with FUT_ERROR_TOO_LARGE,
 * G_IO_ERROR_NOT_SUPPORTED or G_IO_ERROR_INVALID_ARGUMENT.
 */
gboolean fut_process_pool_check_call (const char *function, GVariant *args, GError **error);

/* fut-process-pool-settings.c */
/* A copy of the newest settings, to be changed; *@old (transfer full) are those. The lock is held
 * until the change ends, which puts @settings (transfer full) in place if they are @changed, and
 * then notifies @property (NULL for none).
 */
FutPoolSettings *fut_process_pool_begin_change  (FutProcessPoolExecutor *self,
                                                 FutPoolSettings **old);
void             fut_process_pool_end_change    (FutProcessPoolExecutor *self,
                                                 FutPoolSettings *settings, gboolean changed,
                                                 const char *property);
gboolean         fut_process_pool_check_timeout (GTimeSpan timeout, const char *property);

/* fut-process-pool-properties.c */
void     fut_process_pool_executor_get_property       (GObject *object, guint prop_id,
                                                       GValue *value, GParamSpec *pspec);
void     fut_process_pool_executor_set_property       (GObject *object, guint prop_id,
                                                       const GValue *value, GParamSpec *pspec);
void     fut_process_pool_executor_install_properties (GObjectClass *object_class);

G_END_DECLS
