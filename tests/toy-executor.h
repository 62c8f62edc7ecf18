/* toy-executor.h: the smallest executor that keeps the whole contract
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <futures-glib.h>

G_BEGIN_DECLS

#define TOY_TYPE_EXECUTOR (toy_executor_get_type ())
G_DECLARE_FINAL_TYPE (ToyExecutor, toy_executor, TOY, EXECUTOR, FutExecutor)

FutExecutor *toy_executor_new (void);

G_END_DECLS
