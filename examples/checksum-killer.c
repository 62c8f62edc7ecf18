/* checksum-killer.c: kills one worker process while it reads a file
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The call that ran there is run again, since it is idempotent and the pool's policy is RETRY. A
 * call may still end just before the signal comes; then the next one is tried.
 */
#include "checksum-killer.h"

#include <signal.h>
#include <stdlib.h>

struct _Killer
{
  FutProcessPoolExecutor *pool; /* not owned */
  FutFuture *victim;            /* not owned: only compared; NULL if the next call may be it */
  gboolean has_hit;             /* a call was run again */
};

Killer *
killer_new (FutExecutor *processes)
{
  Killer *self = g_new0 (Killer, 1);

  self->pool = FUT_PROCESS_POOL_EXECUTOR (processes);
  fut_process_pool_executor_set_crash_policy (self->pool, FUT_CRASH_POLICY_RETRY);
  return self;
}

static gboolean
is_worker (Killer *self, int pid)
{
  gsize n_pids;
  g_autofree int *pids = fut_process_pool_executor_get_worker_pids (self->pool, &n_pids);

  for (gsize i = 0; i < n_pids; i++)
    if (pids[i] == pid)
      return TRUE;
  return FALSE;
}

/* The task says in its status which process runs it. */
static void
on_progress (FutFuture *future, GParamSpec *pspec, gpointer data)
{
  Killer *self = data;
  g_autofree char *status = fut_future_dup_status (future);
  int pid = status != NULL ? atoi (status) : 0;

  if (self->victim != NULL || self->has_hit || fut_future_is_done (future) ||
      !is_worker (self, pid))
    return;
  if (kill (pid, SIGKILL) == 0)
    self->victim = future;
}

void
killer_watch (Killer *self, FutFuture *future)
{
  g_signal_connect (future, "notify::progress", G_CALLBACK (on_progress), self);
}

/* To be asked once for each call, when it is done. */
gboolean
killer_was_run_again (Killer *self, FutFuture *future)
{
  gboolean again = fut_future_get_retry_count (future) > 0;

  g_signal_handlers_disconnect_by_data (future, self);
  self->has_hit |= again;
  if (self->victim == future)
    self->victim = NULL;
  return again;
}

gboolean
killer_has_hit (Killer *self)
{
  return self->has_hit;
}

void
killer_free (Killer *self)
{
  g_free (self);
}
