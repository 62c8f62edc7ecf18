/* test-process.h: what this process has: threads, fds, memory, child processes
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Remembers which threads there are at the program's start, and marks what is started from now on. */
void   test_process_init  (void);

/* Counts of this process. Threads are those whose kernel name begins with the prefix; without one,
 * all that there are more than at the program's start, but for those of GLib, the watchdog and the
 * one that minds deadlines.
 */
guint  test_count_threads (const char *prefix);
guint  test_count_fds     (void);
gsize  test_rss_bytes     (void);
char  *test_thread_comm   (void);
gint64 test_cpu_time      (void);

/* How many processes there are that this one has started, or that these have, and so on: its
 * children, zombies too, and what runs with the environment that they were given.
 */
guint  test_count_processes (void);

G_END_DECLS
