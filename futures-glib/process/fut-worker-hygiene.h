/* fut-worker-hygiene.h: what a process does when it becomes a worker, and when it ends as one
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#include <sys/types.h>

G_BEGIN_DECLS

/* The channel's descriptors, which are the same unless it is standard input and output. */
typedef struct
{
  int      read_fd;
  int      write_fd;
  gboolean direct;   /* the parent is our parent, and the channel a socket made by it */
  pid_t    parent;   /* 0 if it is unknown: with a launcher */
} FutWorkerSurroundings;

/* Reads what the environment says about the channel, takes that out of it, and makes the process a
 * good worker: see fut-worker-hygiene.c. Once, before other threads are there.
 */
gboolean fut_worker_hygiene_begin            (FutWorkerSurroundings *surroundings, GError **error);

/* Limits the memory for data of this process and those that it starts; 0 for no limit. */
void     fut_worker_hygiene_limit_memory     (guint64 n_bytes);

/* Kills (SIGKILL) the processes that this one has started, and those that these have. It waits for
 * a moment until they are gone.
 */
void     fut_worker_hygiene_kill_descendants (void);

/* Ends this process at once, with its process group and its descendants. */
G_NORETURN
void     fut_worker_hygiene_die              (void);

G_END_DECLS
