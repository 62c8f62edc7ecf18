/* fut-submit-options.h: how one call is to be run: name, priority, timeouts
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined (FUT_INSIDE) && !defined (FUT_COMPILATION)
# error "Only <futures-glib.h> can be included directly."
#endif

#include <gio/gio.h>
#include "fut-version-macros.h"

G_BEGIN_DECLS

#define FUT_TYPE_SUBMIT_OPTIONS (fut_submit_options_get_type ())
FUT_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FutSubmitOptions, fut_submit_options, FUT, SUBMIT_OPTIONS, GObject)

FUT_AVAILABLE_IN_1_0
FutSubmitOptions *fut_submit_options_new               (void);
FUT_AVAILABLE_IN_1_0
const char       *fut_submit_options_get_name          (FutSubmitOptions *self);
FUT_AVAILABLE_IN_1_0
void              fut_submit_options_set_name          (FutSubmitOptions *self, const char *name);
FUT_AVAILABLE_IN_1_0
int               fut_submit_options_get_priority      (FutSubmitOptions *self);
FUT_AVAILABLE_IN_1_0
void              fut_submit_options_set_priority      (FutSubmitOptions *self, int priority);
FUT_AVAILABLE_IN_1_0
GTimeSpan         fut_submit_options_get_queue_timeout (FutSubmitOptions *self);
FUT_AVAILABLE_IN_1_0
void              fut_submit_options_set_queue_timeout (FutSubmitOptions *self, GTimeSpan timeout);
FUT_AVAILABLE_IN_1_0
GTimeSpan         fut_submit_options_get_run_timeout   (FutSubmitOptions *self);
FUT_AVAILABLE_IN_1_0
void              fut_submit_options_set_run_timeout   (FutSubmitOptions *self, GTimeSpan timeout);
FUT_AVAILABLE_IN_1_0
GCancellable     *fut_submit_options_get_cancellable   (FutSubmitOptions *self);
FUT_AVAILABLE_IN_1_0
void              fut_submit_options_set_cancellable   (FutSubmitOptions *self,
                                                        GCancellable *cancellable);
FUT_AVAILABLE_IN_1_0
guint             fut_submit_options_get_max_retries   (FutSubmitOptions *self);
FUT_AVAILABLE_IN_1_0
void              fut_submit_options_set_max_retries   (FutSubmitOptions *self, guint max_retries);
FUT_AVAILABLE_IN_1_0
gboolean          fut_submit_options_get_idempotent    (FutSubmitOptions *self);
FUT_AVAILABLE_IN_1_0
void              fut_submit_options_set_idempotent    (FutSubmitOptions *self, gboolean idempotent);

G_END_DECLS
