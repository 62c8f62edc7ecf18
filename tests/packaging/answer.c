/* answer.c: a module of named functions, for programs in languages without threads
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <futures-glib.h>
#include <gmodule.h>
#include <unistd.h>

G_MODULE_EXPORT void answer (FutFuture *future, GVariant *args, gpointer user_data);
G_MODULE_EXPORT void process (FutFuture *future, GVariant *args, gpointer user_data);

void
answer (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_int64 (future, 42);
}

void
process (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_int64 (future, getpid ());
}
