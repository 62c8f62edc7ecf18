/* fut-executor-core.h: what futures know of the executor that runs them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-future.h"

#include "engine/fut-waiter.h"

#include <stdatomic.h>

G_BEGIN_DECLS

/* The core behind an executor. It outlives the object, so that the last reference to either may be
 * dropped on any thread, and a future never keeps an executor alive.
 */
typedef struct _FutExecutorCore FutExecutorCore;

/* What the library's own engines offer beyond the class; any thread, without locks. */
typedef struct
{
  /* Takes a future that has just left PENDING out of the queue. TRUE: its reference to the future
   * is the caller's now. Either way the future's node is free afterwards.
   */
  gboolean (*forget)       (gpointer engine, FutFuture *future);
  guint    (*get_n_active) (gpointer engine);
  /* Waits until the last worker, which has left, is gone. */
  void     (*join)         (gpointer engine);
  void     (*free)         (gpointer engine);

  /* Whether a worker is a thread of this process, which can run what it waits for. */
  gboolean workers_are_threads;

  /* For engines whose workers are elsewhere; NULL otherwise. */

  /* Asks whether @future, which is PENDING here, has begun there, and if so makes it RUNNING. The
   * caller holds a reference.
   */
  void     (*refresh)        (gpointer engine, FutFuture *future);
  /* How many calls have begun there that are still PENDING here. */
  guint    (*get_n_begun)    (gpointer engine);
  /* Fetches what the call that runs there has told of its progress. */
  void     (*refresh_report) (gpointer engine, FutFuture *future);
  /* Asks the call, which runs there, to stop. */
  void     (*request_cancel) (gpointer engine, FutFuture *future);
  /* Waits for the end by itself, as far as that is faster: TRUE if @future is done. */
  gboolean (*wait)           (gpointer engine, FutFuture *future, gint64 deadline,
                              GCancellable *cancellable);
  /* Runs the immediate callbacks of @future, which has ended, in another thread; FALSE: they may
   * run here.
   */
  gboolean (*defer)          (gpointer engine, FutFuture *future);
  /* Whether this thread must not wait for calls of the engine: it is the one that ends them. */
  gboolean (*is_inside)      (gpointer engine);

  /* In a worker process; NULL otherwise: the call that runs here has set its progress, or its
   * status.
   */
  void     (*report)         (gpointer engine, FutFuture *future, gboolean status);
} FutEngineFuncs;

typedef enum
{
  FUT_COUNT_SUBMITTED,
  FUT_COUNT_STARTED,
  FUT_COUNT_ENDED,      /* after having started */
  FUT_COUNT_DROPPED,    /* ended without having started */
  FUT_N_COUNTS,
} FutCount;

#define FUT_N_COUNTER_STRIPES 8

typedef struct
{
  _Alignas (64) _Atomic (guint64) counts[FUT_N_COUNTS];
} FutCounters;

typedef enum
{
  FUT_CORE_SHUT_DOWN = 1 << 0,
  FUT_CORE_BROKEN = 1 << 1,
  FUT_CORE_REPORT_UNREAD = 1 << 2,
} FutCoreFlags;

struct _FutExecutorCore
{
  _Alignas (64) gatomicrefcount ref_count; /* of every future: written all the time */

  _Alignas (64) atomic_uint flags; /* FutCoreFlags; read all the time */
  GWeakRef        executor;

  /* Set before the first call is submitted, never changed: */
  char                 *name;          /* owned */
  guint                 max_workers;
  guint                 generation;    /* of forks, see fut_executor_core_is_forked() */
  const FutEngineFuncs *engine_funcs;  /* NULL for executors of third parties */
  gpointer              engine;        /* owned */
  /* NULL for our own; asks the executor to let go of a call, FALSE if it is too late. */
  gboolean            (*revoke) (FutExecutorCore *self, FutFuture *future);

  GMutex lock;

  /* Guarded by lock: */
  GError    *broken;        /* owned; set once, never changed then */
  GPtrArray *blocked;       /* FutWaiter of workers that block on calls of this executor */
  gint64     reported_at;   /* when an unread error was reported last; 0 for never */
  guint      n_unreported;

  FutCounters counters[FUT_N_COUNTER_STRIPES];
};

FutExecutorCore *fut_executor_core_new         (gpointer executor);
FutExecutorCore *fut_executor_core_ref         (FutExecutorCore *self);
void             fut_executor_core_unref       (FutExecutorCore *self);

void             fut_executor_core_count       (FutExecutorCore *self, FutCount count);
guint64          fut_executor_core_get_count   (FutExecutorCore *self, FutCount count);
guint64          fut_executor_core_get_n_pending (FutExecutorCore *self);
guint64          fut_executor_core_get_n_running (FutExecutorCore *self);

/* Notes that the executor is broken; FALSE if it was already. */
gboolean         fut_executor_core_break       (FutExecutorCore *self, const GError *cause);

/* Whether calls are taken; otherwise sets the error that refuses them. */
gboolean         fut_executor_core_check       (FutExecutorCore *self, GError **error);

/* Whether this is a child process of the one that made the executor: it has none of its workers. */
gboolean         fut_executor_core_is_forked   (FutExecutorCore *self);

/* Counts the calling worker as blocked in @waiter until fut_executor_core_unblock(). FALSE: then
 * all workers would be, and nobody could end what they wait for.
 */
gboolean         fut_executor_core_block       (FutExecutorCore *self, FutWaiter *waiter);
void             fut_executor_core_unblock     (FutExecutorCore *self, FutWaiter *waiter);

/* Reports that nobody read the error of a call named @name; not more than once a second. */
void             fut_executor_core_report_unread (FutExecutorCore *self, const char *name,
                                                  const GError *error);

G_END_DECLS
