/* fut-function-private.h: named functions, as executors see them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-function.h"

G_BEGIN_DECLS

/* A name; the same one for equal strings. What it stands for is looked up when it is called. */
typedef struct _FutFunction FutFunction;

/* What a name stood for when it was looked up. */
typedef struct _FutBinding FutBinding;

FutFunction *fut_function_ref_for_name (const char *name);
FutFunction *fut_function_ref          (FutFunction *self);
void         fut_function_unref        (FutFunction *self);
const char  *fut_function_get_name     (FutFunction *self);

/* Whether it stands for something already, without loading anything. */
gboolean     fut_function_is_bound     (FutFunction *self);

/* Looks the function up: in the registry, else, if the name has a module, in that; this may load
 * it. Any thread.
 */
FutBinding  *fut_function_bind         (FutFunction *self, GError **error);
void         fut_binding_call          (FutBinding *self, FutFuture *future, GVariant *args);
void         fut_binding_unref         (FutBinding *self);

G_END_DECLS
