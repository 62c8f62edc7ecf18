/* fut-future-private.h: a future's insides, for who ends it and who waits for it
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-executor-core.h"
#include "fut-function-private.h"
#include "fut-future.h"
#include "fut-submit-options.h"

#include "engine/fut-mailbox.h"
#include "engine/fut-node.h"
#include "engine/fut-timer.h"
#include "engine/fut-waiter.h"

#include <stdatomic.h>

G_BEGIN_DECLS

/* `state` holds the FutState in its low bits, and these flags. All of it changes by atomic
 * operations, so that whoever ends a future sees who registered before, and who registers later
 * sees that it has ended.
 *
 *   PENDING --claim--> RUNNING --ENDING--> FINISHED
 *      |  \                                   ^
 *      |   +------------ENDING----------------+
 *      +--cancel--> CANCELLED
 *
 * ENDING is held by the one thread that begins or ends the future; others see the state before
 * until the edge is done, and who wants to begin or end it meanwhile spins, for a moment: no code
 * of others runs while it is held. Only claim(), begin_end() and publish() write the state; flags
 * are set by who they are about.
 */
enum
{
  FUT_FUTURE_STATE_MASK = 3,
  FUT_FUTURE_ENDING = 1 << 2,
  FUT_FUTURE_WATCHED = 1 << 3,          /* extra->waiters may have entries */
  FUT_FUTURE_HAS_CALLBACKS = 1 << 4,    /* extra->callbacks too */
  FUT_FUTURE_HAS_LINKS = 1 << 5,        /* timers or a cancellable to let go of at the end */
  FUT_FUTURE_CANCEL_REQUESTED = 1 << 6,
  FUT_FUTURE_ERROR_READ = 1 << 7,
  FUT_FUTURE_CALL_TAKEN = 1 << 8,       /* the function was taken to be called */
  FUT_FUTURE_RUN_TIMED_OUT = 1 << 9,
  FUT_FUTURE_KEPT = 1 << 10,            /* there is a reference for the mailbox */

  /* What is to be delivered; while one is set the node is in the mailbox, or on its way. */
  FUT_FUTURE_POST_STATE = 1 << 11,
  FUT_FUTURE_POST_PROGRESS = 1 << 12,
  FUT_FUTURE_POST_STATUS = 1 << 13,
  FUT_FUTURE_POST_CAN_CANCEL = 1 << 14,
  FUT_FUTURE_POST_DONE = 1 << 15,
  FUT_FUTURE_POST_CALLBACKS = 1 << 16,  /* some that came after the end */
  FUT_FUTURE_POST_MASK = 63 << 11,

  FUT_FUTURE_WAS_HELD = 1 << 17,        /* the mailbox has found a listener that came late */
};

typedef enum
{
  FUT_CALL_NONE,     /* made by hand */
  FUT_CALL_CLOSURE,
  FUT_CALL_FUNCTION,
} FutCallKind;

typedef enum
{
  FUT_RESULT_NONE,
  FUT_RESULT_BOOLEAN,
  FUT_RESULT_INT64,
  FUT_RESULT_DOUBLE,
  FUT_RESULT_STRING,
  FUT_RESULT_VARIANT,
  FUT_RESULT_BYTES,
  FUT_RESULT_OBJECT,
  FUT_RESULT_POINTER,
  FUT_RESULT_VALUE,  /* any other GValue */
  FUT_RESULT_ERROR,
} FutResultKind;

typedef struct
{
  FutResultKind kind;
  union
  {
    gboolean v_boolean;
    gint64   v_int64;
    double   v_double;
    gpointer v_pointer;
  };
  GDestroyNotify destroy; /* of v_pointer; may be NULL */
} FutResult;

typedef struct
{
  FutTaskFunc    func;
  gpointer       user_data;
  GDestroyNotify destroy;
} FutClosure;

typedef struct _FutCallback FutCallback;

/* The rarer parts, made when one of them is first needed and freed with the future. */
typedef struct
{
  /* Set before others see the future, never changed: */
  FutMailbox       *mailbox;     /* owned; NULL for the default one */
  FutSubmitOptions *options;     /* owned; frozen */

  /* Guarded by the future's lock: */
  FutWaitEntry  *waiters;
  FutCallback   *callbacks;      /* owned; in the order added */
  FutCallback  **last_callback;  /* where the next one goes */
  GCancellable  *cancellable;    /* owned */
  char          *status;         /* owned */
  double         progress;
  FutClosure     closure;        /* of a call that is running but was not taken yet */
  FutTimer      *queue_timer;    /* owned */
  FutTimer      *run_timer;      /* owned */
  gulong         cancelled_id;   /* handler of the options' cancellable */
  char          *trace;          /* owned; of the error, where it was raised */
  guint          n_retries;
  guint          untold;         /* FUT_FUTURE_POST_*: changes that nobody was told of yet */
} FutFutureExtra;

struct _FutFuture
{
  GObject parent_instance;

  /* In the executor's queue while PENDING, then in the mailbox. */
  FutNode node;

  atomic_uint state;

  /* Set before others see the future, never changed: */
  guint8           call_kind;
  /* Set by who ends it, never changed when it has ended: */
  guint8           result_kind;

  /* Set before others see the future, never changed: */
  FutExecutorCore *core;      /* owned; NULL if made by hand */
  FutFunction     *function;  /* owned; NULL but for FUT_CALL_FUNCTION */

  /* The call, then the result. A closure belongs to who takes the future out of PENDING; arguments
   * are guarded by the lock until the end.
   */
  union
  {
    FutTaskFunc func;
    GVariant   *args;       /* owned */
    gboolean    v_boolean;
    gint64      v_int64;
    double      v_double;
    gpointer    v_pointer;  /* owned, see `result_destroy` */
  };
  union
  {
    gpointer       user_data;
    GDestroyNotify result_destroy;
    gpointer       place;   /* PENDING, of a function: the engine's, guarded by its lock */
  };
  union
  {
    GDestroyNotify   destroy;
    _Atomic (gint64) time; /* RUNNING: when it began (monotonic); then: how long it ran */
  };

  _Atomic (FutFutureExtra *) extra; /* owned; see fut_future_ensure_extra() */
};

/* What a thread is in the middle of: the innermost call first. */
typedef struct _FutFrame FutFrame;

struct _FutFrame
{
  FutFrame        *parent;
  FutExecutorCore *core;   /* lent; whose worker this is, or whose call; NULL for one by hand */
  FutFuture       *future; /* lent; NULL for a worker between calls */
  guint            depth;
};

extern __thread FutFrame *_fut_frame;

/* The future that has @node. */
static inline FutFuture *
fut_future_of_node (FutNode *node)
{
  return (FutFuture *) (gpointer) ((char *) node - G_STRUCT_OFFSET (FutFuture, node));
}

static inline FutState
fut_future_state_of (guint state)
{
  return (FutState) (state & FUT_FUTURE_STATE_MASK);
}

/* As it is known here: an engine whose workers are elsewhere is not asked. */
static inline FutState
fut_future_peek_state (FutFuture *self)
{
  return fut_future_state_of (atomic_load_explicit (&self->state, memory_order_acquire));
}

/* What the engine behind @self offers; NULL if it has none of the library's own. */
static inline const FutEngineFuncs *
fut_future_get_engine_funcs (FutFuture *self)
{
  return self->core != NULL && self->core->engine != NULL ? self->core->engine_funcs : NULL;
}

static inline gboolean
fut_future_state_is_done (guint state)
{
  return fut_future_state_of (state) >= FUT_STATE_CANCELLED;
}

/* fut-future.c: the object */
/* As fut_future_new(), with another owner's context (nullable). */
FutFuture      *fut_future_new_in          (GMainContext *context);
FutFuture      *fut_future_new_for_closure (FutExecutorCore *core, FutSubmitOptions *options,
                                            FutTaskFunc func, gpointer user_data,
                                            GDestroyNotify destroy);
FutFuture      *fut_future_new_for_call    (FutExecutorCore *core, FutSubmitOptions *options,
                                            const char *function, GVariant *args);
/* In a worker process: the future of a call that came from the parent. */
FutFuture      *fut_future_new_for_function (FutExecutorCore *core, FutFunction *function,
                                             GVariant *args);
GMutex         *fut_future_get_lock        (FutFuture *self);
FutFutureExtra *fut_future_get_extra       (FutFuture *self);
FutFutureExtra *fut_future_ensure_extra    (FutFuture *self);
const char     *fut_future_peek_name       (FutFuture *self);
FutMailbox     *fut_future_get_mailbox     (FutFuture *self);
void            fut_future_emit            (FutFuture *self, guint bits);
/* Whether a handler of any signal is connected: one look for all of them. */
gboolean        fut_future_has_handler     (FutFuture *self);
gboolean        fut_future_has_notify_handler (FutFuture *self);
/* Whether somebody waits for the delivery of @bits (FUT_FUTURE_POST_*). */
gboolean        fut_future_is_wanted       (FutFuture *self, guint bits);
void            fut_result_clear           (FutResult *result);

/* fut-future-state.c: the state machine */
/* Ends the future in @to (FINISHED or CANCELLED). FALSE if it had ended before, or runs although
 * @only_pending; then @result (transfer full; NULL for no value) is freed. @now is the monotonic
 * time, or 0 to look.
 */
gboolean        fut_future_end             (FutFuture *self, FutState to, FutResult *result,
                                            gboolean only_pending, gint64 now);
/* The same with @error (transfer full). */
gboolean        fut_future_end_with_error  (FutFuture *self, GError *error, gboolean only_pending);
/* Asks a call that runs to stop. */
void            fut_future_request_cancel  (FutFuture *self);

/* fut-future-run.c: running the call */
/* Runs the call unless it was cancelled or runs already; *@now is the monotonic time, before and
 * after. If it may still be @queued in its engine, it is taken out. The caller holds a reference.
 */
gboolean        fut_future_execute         (FutFuture *self, gboolean queued, gint64 *now);
gboolean        fut_frame_is_inside        (FutExecutorCore *core);
/* Frees the closure or the arguments of a call that will not run. */
void            fut_future_drop_call       (FutFuture *self);
/* Notes that the call runs elsewhere since @started_at (monotonic): PENDING to RUNNING, without
 * spinning or anything else that is not allowed under an engine's lock. FALSE if it has begun or
 * ended already, or is just being ended. The engine has taken it out of its queue; @place says so
 * from then on. After TRUE fut_future_follow_begin() is called without a lock, with the same *@linked; or the future is
 * ended at once.
 */
gboolean        fut_future_begin_elsewhere (FutFuture *self, gpointer place, gint64 started_at,
                                            gboolean *linked);
void            fut_future_follow_begin    (FutFuture *self, gboolean linked);
void            fut_future_count_retry     (FutFuture *self);

/* fut-future-return.c: ending the call */
/* Keeps @trace (transfer full) beside the error that the future is about to end with. */
void            fut_future_take_trace      (FutFuture *self, char *trace);

/* fut-future-report.c: progress and status */
/* What a call elsewhere told of its progress; @status is transfer full. Without @notify who watches is
 * told with the next report, for somebody just asks: a handler that asks must not call itself for ever.
 */
void            fut_future_take_report     (FutFuture *self, double progress, char *status,
                                            gboolean notify);

/* fut-future-links.c: timeouts and the caller's cancellable */
/* Has the options' timeouts and cancellable act on the future, which has been submitted. */
void            fut_future_link            (FutFuture *self);
/* Swaps the queue timeout for the run timeout: the call has begun. */
void            fut_future_link_running    (FutFuture *self);
void            fut_future_unlink          (FutFuture *self);

/* fut-future-notify.c: callbacks and deliveries */
extern const FutMailboxFuncs fut_future_mailbox_funcs;
/* Sees to it that @bits (FUT_FUTURE_POST_*) are delivered if somebody listens; the node must not be
 * in a queue.
 */
void            fut_future_post            (FutFuture *self, guint bits);
/* Takes a reference for the mailbox if something waits for its delivery and there is none yet. */
gboolean        fut_future_keep            (FutFuture *self);
/* What is to be done at the end beside the posting. */
void            fut_future_notify_waiters  (FutFuture *self, gboolean failed);
void            fut_future_run_immediate_callbacks (FutFuture *self);
void            fut_future_free_callbacks  (FutFutureExtra *extra);
gboolean        fut_future_has_owner_callbacks (FutFuture *self);
void            fut_future_run_owner_callbacks (FutFuture *self);

/* fut-future-wait.c: watching and waiting */
/* Notes that @entry's waiter wants to know of the end; at once if it has ended. */
void            fut_future_watch           (FutFuture *self, FutWaitEntry *entry);
void            fut_future_unwatch         (FutFuture *self, FutWaitEntry *entry);
gboolean        fut_future_has_failed      (FutFuture *self);
/* As fut_future_wait(), with a deadline (monotonic, −1 for none). */
gboolean        fut_future_wait_until      (FutFuture *self, gint64 deadline,
                                            GCancellable *cancellable, GError **error);
/* As fut_future_wait_async(), with a deadline; finished the same way. */
void            fut_future_wait_until_async (FutFuture *self, gint64 deadline,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);
/* Blocks until the condition of @waiter is met. If all that it watches are calls of @core (else
 * NULL), a wait that could never end fails.
 */
gboolean        fut_waiter_block           (FutWaiter *waiter, FutExecutorCore *core,
                                            gint64 deadline, GCancellable *cancellable,
                                            GError **error);
/* Whether a blocking wait for @self in this thread could never end; then @error is set. */
gboolean        fut_future_would_deadlock  (FutFuture *self, GError **error);
/* Sets the error for a wait that ran into its deadline or was cancelled. */
void            fut_wait_set_error         (GCancellable *cancellable, GError **error);

#define fut_timeout_is_valid(timeout) ((timeout) >= -1)

G_END_DECLS
