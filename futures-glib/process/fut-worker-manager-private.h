/* fut-worker-manager-private.h: the parts of the manager of a process pool
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-executor-private.h"
#include "fut-future-private.h"

#include "engine/fut-work-queue.h"

#include "process/fut-side-thread.h"
#include "process/fut-worker-manager.h"
#include "process/fut-worker-process.h"

G_BEGIN_DECLS

/* How the parts work together:
 *
 *   fut-worker-manager.c    what other threads ask for: submit, cancel, stop, status
 *   fut-manager-io.c        the I/O thread: its loop, deadlines, the end
 *   fut-manager-start.c     starting workers
 *   fut-manager-engine.c    what futures ask: whether a call has begun, to let go of it
 *   fut-manager-dispatch.c  which call goes to which worker
 *   fut-manager-send.c      calls on their way there
 *   fut-manager-results.c   what workers send: results, errors, progress
 *   fut-manager-reports.c   what their pages tell: what has begun, how far it is
 *   fut-manager-deaths.c    workers that are lost, and what becomes of their calls
 *   fut-manager-stop.c      calls that are to stop, and the signals that see to it
 *   fut-manager-output.c    what workers write to stdout and stderr
 *   fut-manager-wait.c      a thread that waits for the only call, and reads its result itself
 *
 * Threads: the I/O thread starts with the first call, alone starts workers, and goes when the pool
 * was stopped and all workers are gone. A submitter that finds everything idle sends its call
 * itself. Callbacks run on a thread of their own, the completer; output is written by another.
 *
 * Locking: `lock` guards what is marked so, here and in FutWorkerProcess. Under it may be taken the
 * queue's, a function's and a region's locks, and nothing else. Under it no future is referenced or
 * unreferenced, none is asked in a way that waits for who ends it, and no code of users runs.
 *
 * Every future that was submitted and has not ended is in one place, which owns a reference:
 *
 *   queue --taken--> in hand --sent--> at a worker (FutCall) --result--> ended
 *     ^                                     |
 *     +---- called back, or worker lost ----+--> again (begun here, to be run elsewhere)
 *
 * `place` in a future that is PENDING tells which: NULL in the queue, &fut_place_in_hand, its
 * FutCall, &fut_place_begun once it is not PENDING any more, or &fut_place_revoked (in hand:
 * &fut_place_revoked_in_hand) if it is about to be cancelled and must not be sent any more. Who ends
 * a PENDING future, or begins it by hand, comes to engine_forget(), which takes it out of there. So
 * under the lock, a future is looked at first: if somebody is about to end it, its `place` is not
 * touched.
 */

#define FUT_MAX_PIPELINE 512             /* calls at a worker */
#define FUT_ROUND_TRIP 2000              /* µs of work that calls sent ahead are to cover: the time
                                          * that results may gather, too */
#define FUT_SPREAD_TIME 100              /* µs; longer calls are not sent ahead while a worker more
                                          * could be started */
#define FUT_AHEAD_TIME 2000              /* µs; longer calls are never sent ahead, so that they begin
                                          * in order */
#define FUT_MIN_TIMES 16                 /* calls that have to end before their time is relied on */
#define FUT_STUCK_TIME 1000              /* µs; a call that runs for longer holds up those behind */
#define FUT_RECHECK_INTERVAL 2000        /* µs, while calls are sent ahead and a worker is idle */
#define FUT_DIRECT_TIME 1000             /* µs that a thread waits for a result by itself */
#define FUT_EXPECT_DIRECT 3              /* results read by waiters, until the next one is too */
#define FUT_LONE_TIME 500                /* µs that nobody looks for a result which a waiter is
                                          * expected to read */
#define FUT_LONE_INTERVAL 10             /* µs between calls that are not a flood */
#define FUT_MAX_AHEAD_BYTES (1024 * 1024) /* of arguments of calls sent ahead */
#define FUT_BELL_INTERVAL (16 * G_TIME_SPAN_MILLISECOND)
#define FUT_TIMEOUT_GRACE (500 * G_TIME_SPAN_MILLISECOND) /* without a cancel-grace */
#define FUT_CLOSED_GRACE (250 * G_TIME_SPAN_MILLISECOND)  /* from the end of a channel to a kill */
#define FUT_LEAVE_GRACE (2 * G_TIME_SPAN_SECOND)          /* from STOP to SIGTERM, then to SIGKILL */
#define FUT_MAX_FAILED_STARTS 5          /* deaths in a row before anything has begun */
#define FUT_MAX_LOST_FIRSTS 20           /* deaths in a row of workers that have finished nothing */
#define FUT_FIRST_BACKOFF (10 * G_TIME_SPAN_MILLISECOND)
#define FUT_MAX_BACKOFF G_TIME_SPAN_SECOND
#define FUT_RETRY_START (100 * G_TIME_SPAN_MILLISECOND)   /* after there were no descriptors */
#define FUT_TAIL_BYTES 2048              /* of stderr in the message of a lost worker */
#define FUT_MAX_OUTPUT_BYTES (1024 * 1024) /* of output that was read and not passed on */

extern char fut_place_in_hand;
extern char fut_place_begun;
extern char fut_place_revoked;
extern char fut_place_revoked_in_hand;

/* A call that is RUNNING here, and whose worker is gone: to be run elsewhere. */
typedef struct
{
  FutFuture *future; /* owned */
  guint64    order;
} FutAgain;

struct _FutWorkerManager
{
  FutWorkQueue queue;

  atomic_bool hungry;  /* a new call is to be told to fut_manager_attend() */
  atomic_bool woken;   /* the I/O thread has a turn to make */
  atomic_bool stopped; /* the I/O thread makes no more turns */

  /* Set at construction, never changed: */
  FutExecutorCore    *core;       /* lent: it owns us */
  FutWorkerOutputFunc output_func;
  GMainContext       *context;    /* owned; iterated by the I/O thread */
  GSource            *source;     /* owned */
  int                 epoll_fd;   /* owned */
  int                 timer_fd;   /* owned; −1 if there is none */
  FutEventTag         timer_tag;
  gpointer            epoll_tag;
  FutSideThread      *completer;  /* owned */
  FutSideThread      *printer;    /* owned */
  gboolean            delays;     /* for tests, see fut_manager_delay() */

  GMutex lock;

  /* Guarded by lock: */
  FutPoolSettings *settings;      /* owned; the newest */
  GPtrArray       *workers;       /* FutWorkerProcess, owned, in the order of their start */
  GQueue           again;         /* FutAgain, owned; oldest first */
  GThread         *thread;        /* owned; NULL until started and once joined */
  gboolean         thread_started;
  GPtrArray       *finished;      /* FutFuture, owned: to be ended at the end; NULL after it */
  gboolean         stopping;
  gboolean         cancelling;    /* what is in hand is to be cancelled, too */
  guint            n_wanted;      /* workers to be there without calls */
  guint            n_at_workers;  /* calls */
  guint            n_direct;      /* results in a row that their waiters have read themselves */
  gboolean         timer_runs;
  gboolean         dispatching;   /* somebody has calls in hand: nobody overtakes */
  gboolean         fill_missed;   /* the I/O thread wanted to, meanwhile */
  guint64          next_order;
  guint64          next_call;
  guint64          n_started;     /* workers, ever */
  double           task_time;     /* µs, of all workers; −1 as long as it is unknown */
  guint            n_times;       /* of which it is the average, up to FUT_MIN_TIMES */
  gint64           attended_at;   /* when a submitter came by last */
  gint64           retry_start_at; /* no worker is started before */

  GMutex join_lock;               /* held by who joins the thread */

  guint            n_failed_starts; /* deaths in a row before a call has begun */
  guint            n_lost_firsts;   /* deaths in a row of workers that have finished nothing */
  gint64           recheck_at;    /* calls that are held back; 0 for never */

  /* Touched by the I/O thread only: */
  gboolean ended;

  atomic_uint n_output_bytes;     /* read and not passed on yet */
};

/* fut-manager-io.c */
/* Starts the I/O thread, under the lock. */
gboolean          fut_manager_start_thread_locked (FutWorkerManager *self, GError **error);
void              fut_manager_wake                (FutWorkerManager *self);
gboolean          fut_manager_is_io_thread        (FutWorkerManager *self);
GSource          *fut_manager_source_new          (FutWorkerManager *self);
/* Before something that may race: in a build for tests and if FUT_TEST_DELAYS is set, a moment. */
void              fut_manager_delay               (FutWorkerManager *self);

/* fut-manager-start.c, on the I/O thread: */
/* How many workers are to be started now. */
guint             fut_manager_count_missing_locked (FutWorkerManager *self, gint64 now);
void              fut_manager_start_missing       (FutWorkerManager *self);

/* fut-manager-send.c */
/* Whether somebody has begun or ended the future, or is at it: then it is not ours any more. */
gboolean          fut_manager_is_taken            (FutFuture *future);

/* fut-manager-engine.c */
extern const FutEngineFuncs fut_manager_engine_funcs;
/* FALSE: the call has begun, and can no longer be cancelled. */
gboolean          fut_manager_revoke              (FutExecutorCore *core, FutFuture *future);
/* Says that this thread handles what workers of @self (NULL: none) have sent. */
void              fut_manager_set_handling        (FutWorkerManager *self);
FutWorkerManager *fut_manager_get_handling        (void);

/* fut-worker-manager.c */
/* Ends what is in the queue, up to @max calls, with @error (NULL: cancels it). */
void              fut_manager_end_queue           (FutWorkerManager *self, const GError *error,
                                                   guint max);
/* Ends with @error what has begun and waits to be run elsewhere. */
void              fut_manager_end_again           (FutWorkerManager *self, const GError *error);

/* fut-manager-dispatch.c */
/* Under the lock, which it lets go of meanwhile: gives workers as many calls as they are to have.
 * On the I/O thread.
 */
void              fut_manager_fill_locked         (FutWorkerManager *self);
/* Sends a lone call to an idle worker, on the submitter's thread; FALSE if that is not to be. */
gboolean          fut_manager_send_lone_locked    (FutWorkerManager *self);
/* Workers that are starting or idle: each is going to take a call of the queue. */
guint             fut_manager_count_free_locked   (FutWorkerManager *self);
guint             fut_manager_count_alive_locked  (FutWorkerManager *self);
gboolean          fut_manager_has_idle_locked     (FutWorkerManager *self);

/* fut-manager-results.c */
/* Reads what a worker has sent; the caller is its reader. Returns FALSE once nothing can come any
 * more. @max_rounds limits it; 0 for no limit.
 */
gboolean          fut_manager_read_worker         (FutWorkerManager *self, FutWorkerProcess *worker,
                                                   guint max_rounds);
/* Reads what a dead worker has not sent any more: the results of calls that it had finished. */
void              fut_manager_recover_output      (FutWorkerManager *self,
                                                   FutWorkerProcess *worker);
/* Ends @future (owned) with @error (owned). */
void              fut_manager_fail_future         (FutWorkerManager *self, FutFuture *future,
                                                   GError *error);

/* fut-manager-reports.c */
/* Makes the first call at a worker RUNNING if it is not; the caller is the worker's reader. */
void              fut_manager_promote_head        (FutWorkerManager *self,
                                                   FutWorkerProcess *worker);
/* A BELL came: passes on what the page tells. And when the bell was armed again, what has changed
 * meanwhile.
 */
void              fut_manager_hear_bell           (FutWorkerManager *self,
                                                   FutWorkerProcess *worker);
void              fut_manager_look_again          (FutWorkerManager *self,
                                                   FutWorkerProcess *worker);

/* fut-manager-payloads.c */
/* The value of a RESULT: in private memory, unless the workers are trusted. */
gboolean          fut_manager_parse_result        (FutWorkerProcess *worker,
                                                   const FutMessage *message, FutResult *result,
                                                   GError **error);

/* fut-manager-deaths.c, on the I/O thread: */
/* The channel of @worker has ended. */
void              fut_manager_lose_channel        (FutWorkerManager *self,
                                                   FutWorkerProcess *worker);
/* Ends @worker by force. */
void              fut_manager_kill_worker         (FutWorkerManager *self, FutWorkerProcess *worker,
                                                   FutWorkerEnd end, const char *detail);
void              fut_manager_bury_worker         (FutWorkerManager *self,
                                                   FutWorkerProcess *worker);
void              fut_manager_break               (FutWorkerManager *self, const GError *cause);
/* No worker could be started. */
void              fut_manager_note_failed_spawn   (FutWorkerManager *self, gboolean permanent,
                                                   GError *error);

/* fut-manager-stop.c */
void              fut_manager_request_cancel      (gpointer engine, FutFuture *future);
/* Asks a call that runs at a worker to stop, and sees to it that it does. */
void              fut_manager_stop_call_locked    (FutWorkerManager *self, FutCall *call);
/* What is due at @now, under the lock; and when the next thing is due, 0 for never. */
void              fut_manager_expire_locked       (FutWorkerManager *self, gint64 now);
gint64            fut_manager_get_deadline_locked (FutWorkerManager *self);
void              fut_manager_send_stop_locked    (FutWorkerManager *self,
                                                   FutWorkerProcess *worker);

/* fut-manager-output.c, on the I/O thread: */
void              fut_manager_read_output         (FutWorkerManager *self, FutWorkerProcess *worker,
                                                   guint which);
/* Reads all that there is, and closes the streams. */
void              fut_manager_drain_output        (FutWorkerManager *self,
                                                   FutWorkerProcess *worker);
void              fut_manager_resume_output       (FutWorkerManager *self);

/* fut-manager-wait.c */
/* Sends what stands in the channel of a worker that has got a lone call. */
void              fut_manager_flush_lone_locked   (FutWorkerManager *self,
                                                   FutWorkerProcess *worker);
/* The timer has run out: sees to calls that nobody has come to wait for. */
void              fut_manager_handle_timer        (FutWorkerManager *self);
gboolean          fut_manager_wait                (gpointer engine, FutFuture *future,
                                                   gint64 deadline, GCancellable *cancellable);

G_END_DECLS
