/* fut-manager-results.c: what workers send: results, errors, progress
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

#include "fut-error.h"

#include <string.h>

/* Everything here is done by the reader of a worker: the I/O thread, or a thread that waits for the
 * only call. What is parsed lies in private memory: the worker can write to its region and to the
 * page while we look.
 */

#define BATCH 128
#define MAX_NEW_DOMAINS 1000 /* of errors, from all workers ever */
#define TASK_TIME_WEIGHT 0.125
#define MAX_OUTLIER 4

/* A call that has ended at the worker. */
typedef struct
{
  guint64    id;
  FutResult  result;   /* owned */
  char      *trace;    /* owned; nullable */
  guint64    elapsed;  /* µs, as the worker says */
  gboolean   keeps_arguments;

  FutFuture *future;   /* owned; NULL if there is no such call */
} Outcome;

typedef struct
{
  FutWorkerManager *manager;
  FutWorkerProcess *worker;
  Outcome           outcomes[BATCH];
  guint             n;
} Batch;

/* Not the outcomes, which are many. */
static void
batch_init (Batch *self, FutWorkerManager *manager, FutWorkerProcess *worker)
{
  self->manager = manager;
  self->worker = worker;
  self->n = 0;
}

/* --- ending calls --- */

void
fut_manager_fail_future (FutWorkerManager *self, FutFuture *future, GError *error)
{
  fut_future_end_with_error (future, error, FALSE);
  g_object_unref (future);
}

static void
keep_arguments_locked (FutWorkerProcess *worker, FutCall *call)
{
  guint64 *id;

  if (!call->in_region)
    return;
  id = g_new (guint64, 1);
  *id = call->id;
  g_hash_table_insert (worker->kept, id, GSIZE_TO_POINTER (call->offset));
  call->in_region = FALSE;
}

/* A moving average. A single long call is taken for a tiny one that had no CPU for a while: it counts
 * as a few times the average at most.
 */
static double
average (double before, double elapsed)
{
  if (before < 0)
    return elapsed;
  return before + TASK_TIME_WEIGHT * (MIN (elapsed, MAX_OUTLIER * before + 1) - before);
}

static void
note_time_locked (FutWorkerManager *self, FutWorkerProcess *worker, double elapsed)
{
  worker->task_time = average (worker->task_time, elapsed);
  self->task_time = average (self->task_time, elapsed);
  self->n_times = MIN (self->n_times + 1, FUT_MIN_TIMES);
}

/* Takes the call of @outcome from the worker. A result for one that is not there is ignored. */
static void
take_call_locked (FutWorkerManager *self, FutWorkerProcess *worker, Outcome *outcome, gint64 now)
{
  FutCall *call = fut_worker_process_find_call (worker, outcome->id);
  gint64 longest;
  gboolean linked;

  if (call == NULL)
    return;

  longest = MAX (now - call->sent_at, 0);
  outcome->elapsed = MIN (outcome->elapsed, (guint64) longest);
  outcome->future = call->future;
  /* The end, which follows, lets go of the links. */
  if (!call->begun && !fut_future_begin_elsewhere (call->future, &fut_place_begun, now, &linked))
    {
      /* Somebody is ending it by hand, and comes for its reference. */
      outcome->future = NULL;
      return;
    }
  if (outcome->keeps_arguments)
    keep_arguments_locked (worker, call);
  if (worker->stop_id == outcome->id && worker->stop_step == 0)
    worker->stop_id = worker->stop_at = 0;
  fut_worker_process_remove_call (worker, call);
  self->n_at_workers--;
  worker->n_finished++;
  self->n_failed_starts = 0;
  self->n_lost_firsts = 0;
  note_time_locked (self, worker, outcome->elapsed);
}

static void
end_call (Outcome *outcome, gint64 now)
{
  FutFuture *future = outcome->future;

  if (future == NULL)
    {
      fut_result_clear (&outcome->result);
      g_free (outcome->trace);
      return;
    }
  if (outcome->trace != NULL)
    fut_future_take_trace (future, outcome->trace);
  atomic_store_explicit (&future->time, now - (gint64) outcome->elapsed, memory_order_relaxed);
  fut_future_end (future, FUT_STATE_FINISHED, &outcome->result, FALSE, now);
  g_object_unref (future);
}

static void
end_batch (Batch *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->n == 0)
    return;

  fut_manager_delay (self->manager);
  g_mutex_lock (&self->manager->lock);
  for (guint i = 0; i < self->n; i++)
    take_call_locked (self->manager, self->worker, &self->outcomes[i], now);
  if (self->worker->n_calls == 0)
    self->worker->idle_since = now;
  g_mutex_unlock (&self->manager->lock);

  for (guint i = 0; i < self->n; i++)
    end_call (&self->outcomes[i], now);
  self->n = 0;
}

/* --- messages --- */

static void
break_by_initializer (FutWorkerManager *self, GError *error)
{
  g_prefix_error (&error, "an initializer failed: ");
  fut_manager_break (self, error);
  g_error_free (error);
}

/* The worker takes calls from now on. */
static void
become_ready (Batch *self)
{
  FutWorkerProcess *worker = self->worker;

  if (!worker->greeted || !worker->prepared)
    return;
  g_mutex_lock (&self->manager->lock);
  if (worker->state == FUT_WORKER_STARTING)
    fut_worker_process_set_state (worker, FUT_WORKER_READY);
  worker->start_deadline = 0;
  worker->idle_since = g_get_monotonic_time ();
  g_mutex_unlock (&self->manager->lock);
}

static gboolean
check_hello (Batch *self, const FutMessage *message, GError **error)
{
  guint64 identity = message->hello.identity;

  if (self->worker->greeted)
    {
      g_set_error_literal (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "it says hello a second time");
      return FALSE;
    }
  /* A worker that is this program again has to be the same program. */
  if (strcmp (self->worker->program, "/proc/self/exe") == 0 && identity != 0 &&
      identity != fut_page_get_identity (NULL))
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                   "it is another program than this one: %s was replaced", message->hello.program);
      return FALSE;
    }
  self->worker->greeted = TRUE;
  become_ready (self);
  return TRUE;
}

static gboolean
take_offer (FutWorkerProcess *worker, const FutMessage *message, GError **error)
{
  int fd = fut_channel_take_fd (&worker->channel);
  FutRegion *region;

  if (fd < 0)
    {
      g_set_error_literal (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "a region without its descriptor");
      return FALSE;
    }
  region = fut_region_map (fd, message->region.n_bytes, error);
  if (region == NULL)
    return FALSE;
  g_clear_pointer (&worker->offered, fut_region_unref);
  worker->offered = region;
  return TRUE;
}

static void
release_arguments (Batch *self, guint64 id)
{
  gpointer offset;

  g_mutex_lock (&self->manager->lock);
  if (g_hash_table_lookup_extended (self->worker->kept, &id, NULL, &offset))
    {
      if (self->worker->region != NULL)
        fut_region_free (self->worker->region, GPOINTER_TO_SIZE (offset));
      g_hash_table_remove (self->worker->kept, &id);
    }
  g_mutex_unlock (&self->manager->lock);
}

/* Progress that came as a message: without a page, or the last of a call. */
static void
take_progress (Batch *self, const FutMessage *message)
{
  FutFuture *future = NULL;
  FutCall *call;

  end_batch (
    self); /* what ended before it: then this call is the first, and may not be known to run */
  fut_manager_promote_head (self->manager, self->worker);

  /* We are its reader: nobody else ends the call, so that our reference stays. */
  g_mutex_lock (&self->manager->lock);
  call = fut_worker_process_find_call (self->worker, message->id);
  if (call != NULL && call->begun)
    future = call->future;
  g_mutex_unlock (&self->manager->lock);

  if (future != NULL)
    fut_future_take_report (
      future, message->progress.progress,
      message->progress.has_status ? g_strdup (message->progress.status) : NULL, TRUE);
}

static gboolean
add_result (Batch *self, const FutMessage *message, GError **error)
{
  Outcome outcome = {
    .id = message->id,
    .elapsed = message->result.elapsed,
    .keeps_arguments = (message->result.flags & FUT_RESULT_FLAG_KEEPS_ARGUMENTS) != 0,
  };

  if (!fut_manager_parse_result (self->worker, message, &outcome.result, error))
    return FALSE;
  if (message->id == 0)
    {
      fut_result_clear (&outcome.result);
      self->worker->prepared = TRUE;
      become_ready (self);
      return TRUE;
    }
  self->outcomes[self->n++] = outcome;
  return TRUE;
}

/* A domain need not be known here; but a worker must not fill our memory with new ones. */
static GError *
make_error (const FutMessage *message)
{
  static atomic_uint n_new_domains;
  GQuark domain = g_quark_try_string (message->error.domain);

  if (domain == 0 && *message->error.domain != '\0' &&
      atomic_fetch_add (&n_new_domains, 1) < MAX_NEW_DOMAINS)
    domain = g_quark_from_string (message->error.domain);
  if (domain != 0)
    return g_error_new_literal (domain, message->error.code, message->error.message);
  return g_error_new (FUT_ERROR, FUT_ERROR_REMOTE, "%s, %d: %s", message->error.domain,
                      message->error.code, message->error.message);
}

static void
add_error (Batch *self, const FutMessage *message)
{
  GError *error = make_error (message);

  if (message->id == 0)
    {
      break_by_initializer (self->manager, error);
      return;
    }
  self->outcomes[self->n++] = (Outcome){
    .id = message->id,
    .result = { .kind = FUT_RESULT_ERROR, .v_pointer = error },
    .trace = *message->error.trace != '\0' ? g_strdup (message->error.trace) : NULL,
    .elapsed = message->error.elapsed,
    .keeps_arguments = (message->error.flags & FUT_RESULT_FLAG_KEEPS_ARGUMENTS) != 0,
  };
}

static gboolean
handle_message (Batch *self, const FutMessage *message, GError **error)
{
  if (!self->worker->greeted && message->type != FUT_MESSAGE_HELLO)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "it sends message %d before its hello",
                   message->type);
      return FALSE;
    }

  switch (message->type)
    {
    case FUT_MESSAGE_HELLO:
      return check_hello (self, message, error);
    case FUT_MESSAGE_RESULT:
      return add_result (self, message, error);
    case FUT_MESSAGE_ERROR:
      add_error (self, message);
      return TRUE;
    case FUT_MESSAGE_PROGRESS:
      take_progress (self, message);
      return TRUE;
    case FUT_MESSAGE_BELL:
      fut_manager_hear_bell (self->manager, self->worker);
      return TRUE;
    case FUT_MESSAGE_OFFER:
      return take_offer (self->worker, message, error);
    case FUT_MESSAGE_RELEASE:
      end_batch (self); /* the call itself may be in it */
      release_arguments (self, message->id);
      return TRUE;
    case FUT_MESSAGE_WELCOME:
    case FUT_MESSAGE_DEFINE:
    case FUT_MESSAGE_CALL:
    case FUT_MESSAGE_CANCEL:
    case FUT_MESSAGE_GRANT:
    case FUT_MESSAGE_STOP:
    default:
      g_assert_not_reached (); /* the codec refuses them */
    }
}

/* Handles all messages that have arrived whole; FALSE if the worker broke the protocol. */
static gboolean
handle_messages (Batch *self, GError **error)
{
  FutChannel *channel = &self->worker->channel;
  FutChannelStatus status;
  FutMessage message;
  gsize n_bytes;

  while ((status = fut_channel_next (channel, TRUE, &message, &n_bytes, error)) == FUT_CHANNEL_OK)
    {
      gboolean good = handle_message (self, &message, error);

      fut_channel_drop (channel, n_bytes);
      if (self->n == BATCH || !good)
        end_batch (self);
      if (!good)
        return FALSE;
    }
  end_batch (self);
  return status != FUT_CHANNEL_FAILED;
}

static void
blame (Batch *self, const GError *error)
{
  g_mutex_lock (&self->manager->lock);
  fut_worker_process_note_end (self->worker, FUT_WORKER_END_PROTOCOL, error->message);
  g_mutex_unlock (&self->manager->lock);
}

void
fut_manager_recover_output (FutWorkerManager *self, FutWorkerProcess *worker)
{
  Batch batch;
  FutBuffer *in = &worker->channel.in;
  g_autoptr(GError) error = NULL;

  gboolean blamed;

  batch_init (&batch, self, worker);
  g_mutex_lock (&self->lock);
  blamed = worker->end == FUT_WORKER_END_PROTOCOL;
  g_mutex_unlock (&self->lock);
  if (worker->shared == NULL || !worker->greeted || blamed)
    return;

  fut_buffer_commit (in, fut_page_recover_output (worker->shared->page, worker->channel.n_read,
                                                  fut_buffer_reserve (in, FUT_PAGE_OUTBOX_BYTES)));
  handle_messages (&batch, &error);
}

gboolean
fut_manager_read_worker (FutWorkerManager *self, FutWorkerProcess *worker, guint max_rounds)
{
  Batch batch;

  batch_init (&batch, self, worker);
  for (guint round = 0; max_rounds == 0 || round < max_rounds; round++)
    {
      g_autoptr(GError) error = NULL;
      FutChannelStatus status = fut_channel_read (&worker->channel, FALSE, &error);
      gboolean good = handle_messages (&batch, error == NULL ? &error : NULL);

      if (!good ||
          (status == FUT_CHANNEL_FAILED && g_error_matches (error, FUT_ERROR, FUT_ERROR_PROTOCOL)))
        {
          blame (&batch, error);
          return FALSE;
        }
      if (status == FUT_CHANNEL_CLOSED || status == FUT_CHANNEL_FAILED)
        return FALSE;
      if (status == FUT_CHANNEL_AGAIN)
        break;
    }
  return TRUE;
}
