/* bench-memory.h: how much memory this process has, and measuring it in a new one
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gsize malloced;   /* bytes; 0 if the allocator does not tell */
  gsize resident;   /* bytes */
} BenchMemory;

BenchMemory bench_memory_now   (void);

/* Runs this program again, with `@option @contender --tasks @n_tasks`, and reads two numbers that it
 * prints. Without @slices, GLib's slice allocator is off, which shows every byte asked of malloc().
 */
void        bench_memory_child (const char *option, const char *contender, gsize n_tasks,
                                gboolean slices, double *first, double *second);

G_END_DECLS
