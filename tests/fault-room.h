/* fault-room.h: what each test of a fault begins and ends with
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fault-functions.h"
#include "test-util.h"

G_BEGIN_DECLS

/* What a death means for the pool, and for the call that it hits. */
typedef struct
{
  const char    *name;         /* the end of the test's path */
  FutCrashPolicy policy;
  gboolean       idempotent;   /* so that it is run again under RETRY */
  gboolean       launched;     /* over standard input and output */
} FaultCase;

extern const FaultCase fault_usual_case;
extern const FaultCase fault_launched_case;

/* FaultRoom: pools and futures of one test. When it is freed, the pools are shut down, and nothing
 * may be left: each future has ended exactly once, and there are no more processes, zombies,
 * descriptors, threads, shared memory and temporary files than when it was made.
 */
typedef struct
{
  ContractRoom *meeting;     /* where functions report, and wait */
  TestLog      *log;
  GPtrArray    *pools;       /* owned */
  GPtrArray    *watches;     /* owned; of futures */
  TestTracker  *tracker;     /* of futures and pools */
  guint         n_fds;       /* before */
  guint         n_memories;
  gboolean      log_is_free; /* warnings are part of the test */
} FaultRoom;

FaultRoom   *fault_room_new        (void);
void         fault_room_free       (FaultRoom *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultRoom, fault_room_free)

/* Pools belong to the room, and so does what is submitted here: it lives as long as the room. */
FutExecutor *fault_room_add_pool   (FaultRoom *self, const FaultCase *fault_case, guint max_workers);
/* Its workers are those of testworker.c. */
FutExecutor *fault_room_add_liars  (FaultRoom *self, const char *behaviour, const char *argument);
FutFuture   *fault_room_submit     (FaultRoom *self, FutExecutor *pool, const char *function,
                                    GVariant *args);
FutFuture   *fault_room_submit_in  (FaultRoom *self, FutExecutor *pool, const FaultCase *fault_case,
                                    const char *function, GVariant *args);
FutFuture   *fault_room_submit_full (FaultRoom *self, FutExecutor *pool, const char *function,
                                     GVariant *args, FutSubmitOptions *options);
/* With a limit for its run. */
FutFuture   *fault_room_submit_timed (FaultRoom *self, FutExecutor *pool, const char *function,
                                      GVariant *args, GTimeSpan run_timeout);
/* Calls "fault.wait" and returns the pid of the worker that it waits in. */
FutFuture   *fault_room_start_wait (FaultRoom *self, FutExecutor *pool, const FaultCase *fault_case,
                                    gint64 number, pid_t *pid);
void         fault_room_add_future (FaultRoom *self, FutFuture *future);
GVariant    *fault_room_args       (FaultRoom *self, gint64 number);

/* What became of the call that a dead worker ran: if it is run again it returns @value; @pattern is
 * in the message.
 */
void         fault_assert_victim    (const FaultCase *fault_case, FutFuture *future, gint64 value,
                                     const char *pattern);
/* What became of another call of the pool, which had not ended. */
void         fault_assert_bystander (const FaultCase *fault_case, FutFuture *future, gint64 value);
/* The pool works on, or is broken, as the policy has it. */
void         fault_room_assert_pool (FaultRoom *self, const FaultCase *fault_case,
                                     FutExecutor *pool);
void         fault_room_assert_works (FaultRoom *self, FutExecutor *pool);
void         fault_room_assert_broken (FaultRoom *self, FutExecutor *pool, const char *pattern);

/* Processes. */
pid_t        fault_get_pid          (FutExecutor *pool);
gboolean     fault_is_alive         (pid_t pid);
char         fault_get_state        (pid_t pid);   /* as in /proc; 'X' if there is none */
void         fault_kill             (pid_t pid, int signal_number);
void         fault_stop             (pid_t pid);   /* returns when it is stopped */
/* Waits until the pool knows that this worker is gone. */
void         fault_await_gone       (FutExecutor *pool, pid_t pid);

/* The program: it is its own helper. fault_init() does not return in a worker. */
void         fault_init             (int *argc, char ***argv);
/* The test once for each policy, as its data; also over standard input and output; or in both forms,
 * but with the usual policy only.
 */
void         fault_add              (const char *path, void (*func) (gconstpointer fault_case));
void         fault_add_with_launcher (const char *path, void (*func) (gconstpointer fault_case));
void         fault_add_both         (const char *path, void (*func) (gconstpointer fault_case));
int          fault_run              (void);

G_END_DECLS
