/* fut-worker-minder.h: the thread of a worker that watches over it while it is busy
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "process/fut-worker-hygiene.h"

#include <stdatomic.h>

G_BEGIN_DECLS

/* Called in the minder's thread, without locks. */
typedef struct
{
  /* Sends what waits to be sent, without blocking; @stuck: the same call has been running for a
   * tick. FALSE if something is left for the next tick.
   */
  gboolean (*flush) (gpointer data, gboolean stuck);
  /* Reads what is there, without blocking: the same call has been running for a tick. */
  void     (*read)  (gpointer data);
} FutWorkerMinderFuncs;

typedef struct
{
  /* Set at construction, never changed: */
  FutWorkerSurroundings       surroundings;
  const FutWorkerMinderFuncs *funcs;
  gpointer                    data;
  int                         parent_fd; /* a pidfd; −1 if there is none */
  int                         timer_fd;
  ino_t                       channel_inode;

  atomic_uint sequence;   /* odd while a call runs; written by the thread that runs calls */
  atomic_uint n_requests; /* for a tick */
  atomic_uint ticks;      /* whether the timer is armed */
  atomic_bool reads;      /* the same call has been running for a tick; written by the minder */

  /* Only the minder's thread touches this: */
  guint seen_sequence;    /* at the last tick */
} FutWorkerMinder;

/* Starts the thread, which never ends. */
FutWorkerMinder *fut_worker_minder_new        (const FutWorkerSurroundings *surroundings,
                                               const FutWorkerMinderFuncs *funcs, gpointer data,
                                               GError **error);
/* Has the minder look after a tick. Any thread. */
void             fut_worker_minder_request    (FutWorkerMinder *self);
void             fut_worker_minder_start_ticks (FutWorkerMinder *self);

/* For the thread that runs calls. In an idle worker there are no ticks; as long as calls come one
 * after the other they go on, so that no call costs a system call.
 */
static inline void
fut_worker_minder_begin_call (FutWorkerMinder *self)
{
  atomic_fetch_add (&self->sequence, 1);
  if (G_UNLIKELY (atomic_load (&self->ticks) == 0))
    fut_worker_minder_start_ticks (self);
}

static inline void
fut_worker_minder_end_call (FutWorkerMinder *self)
{
  atomic_fetch_add (&self->sequence, 1);
  if (G_UNLIKELY (atomic_load (&self->reads)))
    fut_worker_minder_request (self); /* else it would look once more, at any time */
}

G_END_DECLS
