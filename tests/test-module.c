/* test-module.c: a shared object with functions, found by name
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <futures-glib.h>
#include <gmodule.h>

G_MODULE_EXPORT void test_module_double (FutFuture *future, GVariant *args, gpointer user_data);
G_MODULE_EXPORT void test_module_user_data (FutFuture *future, GVariant *args, gpointer user_data);

void
test_module_double (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_int64 (future, 2 * g_variant_get_int64 (args));
}

void
test_module_user_data (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_boolean (future, user_data == NULL);
}
