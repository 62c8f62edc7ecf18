/* fut-worker-process.h: the parent's view of one helper process
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-function-private.h"
#include "fut-future.h"

#include "process/fut-channel.h"
#include "process/fut-page.h"
#include "process/fut-pool-settings.h"
#include "process/fut-region.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*   STARTING --hello, initializer--> READY --STOP sent--> STOPPING
 *       |                              |                     |
 *       +---------- lost, or to be killed -------------------+--> ENDING --exit--> DEAD (final)
 *
 * Only fut_worker_process_set_state() writes the state, under the manager's lock and on its I/O
 * thread. What a death means is the business of fut-manager-deaths.c.
 */
typedef enum
{
  FUT_WORKER_STARTING,
  FUT_WORKER_READY,
  FUT_WORKER_STOPPING,
  FUT_WORKER_ENDING,
  FUT_WORKER_DEAD,
} FutWorkerState;

/* Why we end a worker; the first reason stands. */
typedef enum
{
  FUT_WORKER_END_NONE,       /* we do not, until now */
  FUT_WORKER_END_STOP,       /* it had nothing left to do */
  FUT_WORKER_END_CANCEL,     /* its call did not stop when asked to */
  FUT_WORKER_END_TIMEOUT,    /* its call ran for too long */
  FUT_WORKER_END_START,      /* it did not start in time */
  FUT_WORKER_END_PROTOCOL,   /* it broke the protocol */
  FUT_WORKER_END_CLOSED,     /* it closed its channel, and lived on */
  FUT_WORKER_END_TERMINATE,  /* the user wants all workers gone */
  FUT_WORKER_END_BROKEN,     /* the pool is broken */
  FUT_WORKER_END_OWN,        /* we did not: noted when it is buried, so that no reason comes after it */
} FutWorkerEnd;

/* Who reads the channel. */
typedef enum
{
  FUT_READER_NONE,   /* the I/O thread, when there is something */
  FUT_READER_BUSY,   /* the I/O thread, just now */
  FUT_READER_DIRECT, /* a thread that waits for the only call */
} FutReader;

typedef struct _FutWorkerProcess FutWorkerProcess;
typedef struct _FutCall FutCall;

/* A call that is at a worker. Guarded by the manager's lock. */
struct _FutCall
{
  FutWorkerProcess *worker;
  FutFuture *future;    /* owned; NULL: the slot is free */
  FutCall   *next;      /* in the order of sending; or the next free one */
  FutCall   *prev;
  guint64    id;        /* 0 for none */
  guint64    order;     /* in which it was taken from the queue */
  gint64     sent_at;
  gsize      n_bytes;   /* of arguments */
  gsize      offset;    /* of these in the region */
  guint32    generation;
  gboolean   in_region;
  gboolean   begun;     /* known here to run */
  gboolean   revoked;   /* it will never begin here */
};

/* What epoll tells of. */
typedef enum
{
  FUT_EVENT_CHANNEL,
  FUT_EVENT_STDOUT,
  FUT_EVENT_STDERR,
  FUT_N_EVENTS,
  FUT_EVENT_TIMER = FUT_N_EVENTS, /* the manager's, of no worker */
} FutEventKind;

typedef struct
{
  FutEventKind      kind;
  FutWorkerProcess *worker;
} FutEventTag;

/* What a worker writes to one of its standard streams. Touched by the I/O thread only. */
typedef struct
{
  int      fd;       /* owned; −1 once it is closed */
  gboolean paused;   /* not read from: too much has not been passed on yet */
  GString *line;     /* owned; what has no end yet */
} FutStream;

/* The page with a count of its own: results in a region outlive their worker. */
typedef struct
{
  gatomicrefcount ref_count;
  FutPage *page;     /* owned */
} FutSharedPage;

struct _FutWorkerProcess
{
  gatomicrefcount ref_count;

  /* Set at construction, never changed: */
  guint             index;     /* the number in its name */
  guint64           serial;    /* how many were started before it */
  char             *name;      /* owned */
  char             *program;   /* owned; what was started, for messages */
  gboolean          launched;  /* there is a launcher: stdin and stdout, no shared memory */
  FutPoolSettings  *settings;  /* owned */
  GSubprocess      *subprocess; /* owned */
  int               pid;       /* and of its process group, until it makes one of its own */
  FutSharedPage    *shared;    /* owned; NULL if launched */
  FutEventTag       tags[FUT_N_EVENTS];
  int               epoll_fd;  /* the manager's */

  /* Guarded by the manager's lock: */
  FutWorkerState    state;
  FutReader         reader;
  guint32           events;    /* that epoll looks for on the channel */
  gboolean          watched;   /* by epoll */
  FutCall          *calls;     /* owned; one a slot */
  FutCall          *free_calls;
  FutCall          *first;     /* of those at the worker, the oldest */
  FutCall          *last;
  guint             n_calls;
  guint             n_sent;    /* ever, less those called back */
  gsize             n_bytes;   /* of arguments of calls at the worker */
  FutRegion        *region;    /* owned; for arguments; NULL until needed */
  GHashTable       *kept;      /* id → offset of arguments that are used for longer than a call */
  GHashTable       *signatures; /* FutSignature, owned → its number */
  guint             n_signatures;
  FutFunction      *last_function; /* lent; the signature used last */
  const char       *last_type;     /* lent */
  guint32           last_signature;
  double            task_time; /* µs, a moving average; −1 as long as it is unknown */
  guint             n_finished;
  gboolean          channel_lost; /* there is nothing more to be read */
  gboolean          exited;

  /* Channel: what is written is guarded by the manager's lock, reading is the reader's. */
  FutChannel        channel;
  FutRegion        *offered;   /* owned; the reader's: for results; NULL until offered */

  /* Guarded by the manager's lock, for the I/O thread's deadlines (monotonic, 0 for none): */
  FutWorkerEnd      end;
  char             *end_detail; /* owned; nullable */
  guint64           stop_id;   /* of the call that is being stopped; 0 for none */
  guint             stop_step; /* signals sent to that end */
  GTimeSpan         stop_grace;
  gint64            stop_at;   /* when the next one is due */
  gint64            start_deadline;
  gint64            idle_since;
  gint64            kill_at;
  gint64            bell_at;

  /* Touched by the I/O thread only: */
  gboolean          greeted;   /* has said hello */
  gboolean          prepared;  /* the initializer has run, or there is none */
  FutStream         streams[2];
  GString          *tail;      /* owned; the end of what it wrote to stderr */
};

FutWorkerProcess *fut_worker_process_ref       (FutWorkerProcess *self);
void              fut_worker_process_unref     (FutWorkerProcess *self);

GHashTable       *fut_worker_process_new_signatures (void);

/* Starts a process, on the I/O thread. *@permanent tells whether it is useless to try again. */
FutWorkerProcess *fut_worker_process_spawn     (FutPoolSettings *settings, const char *pool,
                                                guint index, int epoll_fd, gboolean *permanent,
                                                GError **error);

/* The others: under the manager's lock. */
void              fut_worker_process_set_state (FutWorkerProcess *self, FutWorkerState state);
/* Has epoll look at the channel for @events (EPOLLIN, EPOLLOUT). */
void              fut_worker_process_watch     (FutWorkerProcess *self, guint32 events);
void              fut_worker_process_unwatch   (FutWorkerProcess *self);
/* Writes what stands in the channel, as far as that is possible now, and has epoll look for answers.
 * Quietly: it does not look for them if it has not until now; TRUE if so.
 */
void              fut_worker_process_flush     (FutWorkerProcess *self);
gboolean          fut_worker_process_flush_quietly (FutWorkerProcess *self);
/* Notes why it is ended, unless there is a reason already. */
void              fut_worker_process_note_end  (FutWorkerProcess *self, FutWorkerEnd end,
                                                const char *detail);
/* To the worker, or with SIGKILL to its whole process group and all its descendants. */
void              fut_worker_process_signal    (FutWorkerProcess *self, int signal_number);

/* The number of a signature, which is sent to the worker before it is first used. */
guint32           fut_worker_process_get_signature (FutWorkerProcess *self, FutFunction *function,
                                                    const char *type);
/* A free slot, put behind the others; and back. */
FutCall          *fut_worker_process_add_call    (FutWorkerProcess *self, guint64 serial);
void              fut_worker_process_remove_call (FutWorkerProcess *self, FutCall *call);
/* The call of this id; NULL if there is none. */
FutCall          *fut_worker_process_find_call   (FutWorkerProcess *self, guint64 id);
/* Whether the worker says that it has begun; and makes it never begin, FALSE if it has. */
gboolean          fut_call_has_begun             (FutCall *call);
gboolean          fut_call_revoke                (FutCall *call);

/* Any thread: how it ended, such as "was killed by SIGSEGV"; once it has. */
char             *fut_worker_process_describe_end (FutWorkerProcess *self);

FutSharedPage    *fut_shared_page_ref            (FutSharedPage *self);
void              fut_shared_page_unref          (FutSharedPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FutWorkerProcess, fut_worker_process_unref)

G_END_DECLS
