/* fut-worker-loop-private.h: the parts of a worker: what comes in, what goes out, what runs
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "process/fut-worker-loop.h"

#include "fut-future-private.h"

#include "engine/fut-fork.h"
#include "process/fut-channel.h"
#include "process/fut-page.h"
#include "process/fut-region.h"
#include "process/fut-worker-minder.h"

G_BEGIN_DECLS

/* Two threads of the library's own are in a worker: M, which runs calls, and the minder, which
 * reads and sends in M's place while that is busy. Calls may have any number of threads.
 *
 * Locking: `in_lock` guards the reading half of the channel, and what is learned from it;
 * M blocks in a read under it. `out_lock` guards the writing half; whoever has it may block in a
 * write. `lock` guards what has come and what runs; nothing blocks under it. Order: in_lock or
 * out_lock, lock, a future's; in_lock and out_lock are never held at once. No task, callback, signal
 * or GDestroyNotify runs, and no reference to an object or a variant is dropped, under any of them.
 */

/* Arguments that lie in the parent's region, which may give it to others when they are back. */
typedef struct
{
  FutWorkerLoop *loop;     /* lent: it stays for good */
  FutRegion     *region;   /* owned */
  guint64        id;

  /* Guarded by out_lock: */
  gboolean is_back;        /* nobody uses them any more; then the call frees this */
  gboolean is_kept;        /* the parent awaits a RELEASE; then the last user frees this */
} FutWorkerLoan;

typedef struct
{
  guint64        id;
  guint32        slot;
  guint32        generation;
  gboolean       has_claim; /* else it is simply to be run */
  gboolean       asked_to_stop;
  FutFunction   *function;  /* lent: those that are replaced wait in `replaced_functions` */
  GVariant      *args;      /* owned; NULL for none */
  FutWorkerLoan *loan;      /* owned; NULL for none */
} FutWorkerCall;

typedef struct
{
  FutFunction  *function;   /* owned; NULL: this number was not given yet */
  GVariantType *args_type;  /* owned; NULL: without arguments */
} FutWorkerSignature;

/* A result in our region that the parent may not have read yet. */
typedef struct
{
  FutRegion *region;        /* owned; NULL: the slot is free */
  gsize      offset;
} FutWorkerResult;

struct _FutWorkerLoop
{
  /* Set at construction, never changed: */
  FutExecutorCore *core;         /* owned */
  FutPage         *page;         /* NULL if there is none */
  gboolean         has_regions;
  guint            generation;   /* of forks: a child must leave the channel alone */
  FutWorkerMinder *minder;

  /* Its `in` is guarded by in_lock, its `out` by out_lock. */
  FutChannel channel;

  GMutex in_lock;
  /* Guarded by in_lock: */
  GArray    *signatures;         /* FutWorkerSignature, by number */
  FutRegion *granted;            /* owned; the parent's newest one, NULL for none */
  GArray    *arrived;            /* FutWorkerCall, from one read */

  GMutex out_lock;
  /* Guarded by out_lock: */
  gboolean is_over;              /* nothing more is sent */
  guint64  n_kept;               /* bytes that were sent, or stand in the page */
  gsize    n_kept_last;          /* how many of them are the last message kept there */

  GMutex lock;
  GCond  pin_cond;               /* signalled when `pinned` is cleared */
  /* Guarded by lock: */
  GArray     *calls;             /* FutWorkerCall, from `first_call` on */
  guint       first_call;
  gboolean    is_stopping;       /* no more calls come */
  GError     *failure;           /* owned; of the channel */
  GPtrArray  *replaced_functions; /* owned FutFunctions that calls may still need */
  guint64     current_id;        /* of the call that M has taken; 0 for none */
  gboolean    asked_to_stop;     /* that call, before its future was there */
  FutFuture  *running;           /* lent; the future of that call while it runs */
  FutFuture  *pinned;            /* lent; `running`, which M must not drop now */
  gint64      progress_sent_at;  /* without a page: 0 if nothing was sent for this call */
  gboolean    progress_waits;    /* to be sent: at its time, with a page at the end of the call */

  atomic_uint n_unsent;          /* results in `out` */

  /* Only M touches these: */
  FutRegion      *results;       /* owned; NULL until a large result comes */
  FutWorkerResult result_slots[FUT_MESSAGE_MAX_RESULT_SLOTS];
  FutFuture      *current;       /* owned; what next() returned last */
  FutWorkerLoan  *current_loan;
  guint64         current_call;  /* its id */
  gint64          begun_at;      /* when it began */
  gint64          sent_at;       /* when M sent results last, or had none */
  gboolean        out_is_large;
};

static inline gboolean
fut_worker_loop_is_forked (FutWorkerLoop *self)
{
  return self->generation != fut_fork_get_generation ();
}

/* fut-worker-inbox.c: what comes in */
/* Reads once and takes what came; @wait: blocks until something comes. FALSE if the channel has
 * failed. Never returns if the parent is gone.
 */
gboolean fut_worker_inbox_read    (FutWorkerLoop *self, gboolean wait, GError **error);
/* For the minder: reads if there is something and nobody else reads. */
gboolean fut_worker_inbox_try_read (FutWorkerLoop *self, GError **error);
/* Takes what stands in the channel's buffer; the caller has in_lock. */
gboolean fut_worker_inbox_take_locked (FutWorkerLoop *self, GError **error);
/* Takes the next call that was not revoked; *@n_left is how many come after it. Any call before it
 * is dropped.
 */
gboolean fut_worker_inbox_next    (FutWorkerLoop *self, FutWorkerCall *call, guint *n_left);

/* fut-worker-outbox.c: what goes out */
/* Sends what became of a call, at some time; @loan is transfer full, @future is transfer full. */
void     fut_worker_outbox_add    (FutWorkerLoop *self, guint64 id, FutWorkerLoan *loan,
                                   FutFuture *future);
/* Sends all that waits, and blocks until it is sent. FALSE if the channel has failed. */
gboolean fut_worker_outbox_flush  (FutWorkerLoop *self, GError **error);
/* For the minder: as much as does not block; FALSE if something is left. */
gboolean fut_worker_outbox_try_flush (FutWorkerLoop *self, gboolean results);
/* The last of what the call that runs has told; M calls it at the end of each. */
void     fut_worker_outbox_end_progress (FutWorkerLoop *self);
/* The FutEngineFuncs.report of a worker. */
void     fut_worker_outbox_report (gpointer engine, FutFuture *future, gboolean is_status);

/* The bytes that a loan is for; the free function is fut_worker_loan_return(). */
void     fut_worker_loan_return   (gpointer loan);
/* Drops a loan of a call that was revoked. */
void     fut_worker_loan_drop     (FutWorkerLoan *self);

G_END_DECLS
