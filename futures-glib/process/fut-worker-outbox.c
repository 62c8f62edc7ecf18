/* fut-worker-outbox.c: what a worker sends: results, progress, and arguments that it gives back
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-loop-private.h"

#include "fut-error.h"
#include "process/fut-wire-value.h"

#include <string.h>

/* Above this M sends what has gathered; see fut-worker-loop.c for the other reasons. */
#define LARGE_OUT_BYTES (32 * 1024)

/* How often progress is sent without a page. */
#define PROGRESS_INTERVAL (16 * G_TIME_SPAN_MILLISECOND)

/* --- sending --- */

static gboolean
flush_locked (FutWorkerLoop *self, gboolean wait, gboolean *all, GError **error)
{
  FutChannelStatus status = FUT_CHANNEL_OK;

  if (!self->is_over)
    status = fut_channel_flush (&self->channel, wait, error);
  if (status == FUT_CHANNEL_CLOSED)
    fut_worker_hygiene_die ();
  *all = status == FUT_CHANNEL_OK;
  if (*all)
    {
      atomic_store_explicit (&self->n_unsent, 0, memory_order_relaxed);
      if (self->page != NULL)
        fut_page_forget_output (self->page);
      self->n_kept = self->channel.n_flushed;
      self->n_kept_last = 0;
    }
  if (status == FUT_CHANNEL_FAILED && self->n_kept_last > 0)
    {
      /* The call that has ended last has spoilt the channel: it is the one that is lost. */
      fut_page_drop_output (self->page, self->n_kept_last);
      self->n_kept_last = 0;
    }
  return status != FUT_CHANNEL_FAILED;
}

gboolean
fut_worker_outbox_flush (FutWorkerLoop *self, GError **error)
{
  gboolean all;
  gboolean sent;

  g_mutex_lock (&self->out_lock);
  sent = flush_locked (self, TRUE, &all, error);
  g_mutex_unlock (&self->out_lock);
  return sent;
}

/* Any thread of the task: if the channel has failed M will find out. */
static void
send_small_locked (FutWorkerLoop *self, const FutMessage *message)
{
  gboolean all;

  if (self->is_over)
    return;
  fut_channel_append (&self->channel, message, NULL, -1);
  flush_locked (self, TRUE, &all, NULL);
}

/* Whole messages were appended, and are left unsent for now: if this process dies, the parent finds
 * them in the page. What is not kept has to be sent at once, so that nothing is missing between.
 */
static void
keep_locked (FutWorkerLoop *self)
{
  guint64 n_sent = self->channel.n_flushed;
  guint64 n_appended = n_sent + fut_buffer_get_length (&self->channel.out);
  const guint8 *bytes = fut_buffer_get_bytes (&self->channel.out) + (self->n_kept - n_sent);
  gboolean all;

  if (self->page == NULL)
    return;
  if (fut_page_keep_output (self->page, self->n_kept, bytes, n_appended - self->n_kept))
    {
      self->n_kept_last = n_appended - self->n_kept;
      self->n_kept = n_appended;
    }
  else
    flush_locked (self, TRUE, &all, NULL); /* if that fails M will find out */
}

/* --- progress --- */

/* What the call that runs has told; FALSE if nothing waits, or it is too early for it. */
static gboolean
take_progress_locked (FutWorkerLoop *self, gboolean at_once, FutMessage *message, char **status)
{
  gint64 now;

  if (!self->progress_waits || self->running == NULL)
    return FALSE;
  now = g_get_monotonic_time ();
  if (!at_once && now - self->progress_sent_at < PROGRESS_INTERVAL)
    return FALSE;

  self->progress_waits = FALSE;
  self->progress_sent_at = now;
  *status = fut_future_dup_status (self->running);
  *message = (FutMessage){
    .type = FUT_MESSAGE_PROGRESS,
    .id = self->current_id,
    .progress = { fut_future_get_progress (self->running), *status != NULL, *status },
  };
  return TRUE;
}

/* Under out_lock, so that messages about one call are in order. */
static void
append_progress_locked (FutWorkerLoop *self, gboolean at_once)
{
  g_autofree char *status = NULL;
  FutMessage message;
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = take_progress_locked (self, at_once, &message, &status);
  g_mutex_unlock (&self->lock);
  if (taken)
    fut_channel_append (&self->channel, &message, NULL, -1);
}

void
fut_worker_outbox_end_progress (FutWorkerLoop *self)
{
  gboolean waits;

  g_mutex_lock (&self->lock);
  waits = self->progress_waits;
  g_mutex_unlock (&self->lock);
  if (!waits)
    return;

  g_mutex_lock (&self->out_lock);
  append_progress_locked (self, TRUE);
  g_mutex_unlock (&self->out_lock);
}

static gboolean
write_page_locked (FutWorkerLoop *self, FutFuture *future, gboolean is_status)
{
  if (is_status)
    {
      g_autofree char *status = fut_future_dup_status (future);

      fut_page_set_status (self->page, status);
    }
  else
    fut_page_set_progress (self->page, fut_future_get_progress (future));
  return fut_page_ring (self->page);
}

void
fut_worker_outbox_report (gpointer engine, FutFuture *future, gboolean is_status)
{
  FutWorkerLoop *self = engine;
  gboolean rings = FALSE;
  gboolean waits = FALSE;
  gboolean all;

  if (fut_worker_loop_is_forked (self))
    return;

  /* Read under the lock, so that the last of two threads writes what was set last. */
  g_mutex_lock (&self->lock);
  if (self->running == future && self->current_id != 0)
    {
      /* With a page only the last of it is sent, before the result. */
      self->progress_waits = TRUE;
      if (self->page != NULL)
        rings = write_page_locked (self, future, is_status);
      else
        waits = TRUE;
    }
  g_mutex_unlock (&self->lock);

  if (rings || waits)
    {
      g_mutex_lock (&self->out_lock);
      if (rings)
        send_small_locked (self, &(FutMessage){ .type = FUT_MESSAGE_BELL });
      else
        {
          append_progress_locked (self, FALSE);
          flush_locked (self, TRUE, &all, NULL);
        }
      g_mutex_unlock (&self->out_lock);
    }
  if (waits)
    fut_worker_minder_request (self->minder); /* for what it is too early for */
}

gboolean
fut_worker_outbox_try_flush (FutWorkerLoop *self, gboolean results)
{
  gboolean all = TRUE;

  /* Who holds it sends. */
  if (!g_mutex_trylock (&self->out_lock))
    return FALSE;
  if (self->page == NULL)
    append_progress_locked (self, FALSE);
  if (results || self->page == NULL)
    flush_locked (self, FALSE, &all, NULL);
  g_mutex_unlock (&self->out_lock);

  g_mutex_lock (&self->lock);
  all = all && (self->page != NULL || !self->progress_waits);
  g_mutex_unlock (&self->lock);
  return all;
}

/* --- loans --- */

/* When the last reference to the arguments goes; any thread. */
void
fut_worker_loan_return (gpointer loan)
{
  FutWorkerLoan *self = loan;
  FutWorkerLoop *loop = self->loop;
  gboolean is_kept;

  g_clear_pointer (&self->region, fut_region_unref);
  if (fut_worker_loop_is_forked (loop))
    return;

  g_mutex_lock (&loop->out_lock);
  is_kept = self->is_kept;
  self->is_back = TRUE;
  if (is_kept)
    send_small_locked (loop, &(FutMessage){ .type = FUT_MESSAGE_RELEASE, .id = self->id });
  g_mutex_unlock (&loop->out_lock);
  if (is_kept)
    g_free (self);
}

void
fut_worker_loan_drop (FutWorkerLoan *self)
{
  /* Nobody has seen the arguments but the call, which has dropped them. */
  g_assert (self->is_back);
  g_free (self);
}

/* Whether the arguments are used beyond the call; a RESULT or ERROR that tells so follows. */
static FutResultFlags
settle_loan_locked (FutWorkerLoan *loan)
{
  if (loan == NULL || loan->is_back)
    return 0;

  loan->is_kept = TRUE;
  return FUT_RESULT_FLAG_KEEPS_ARGUMENTS;
}

/* --- large results --- */

static void
reclaim_results (FutWorkerLoop *self)
{
  for (guint i = 0; i < FUT_MESSAGE_MAX_RESULT_SLOTS; i++)
    {
      FutWorkerResult *slot = &self->result_slots[i];

      if (slot->region != NULL && atomic_load (&self->page->result_slots[i]) == 0)
        {
          fut_region_free (slot->region, slot->offset);
          g_clear_pointer (&slot->region, fut_region_unref);
        }
    }
}

/* Makes a region with room for @n_bytes, and offers it to the parent. */
static gboolean
grow_results (FutWorkerLoop *self, gsize n_bytes)
{
  gsize size = MAX (n_bytes, FUT_REGION_MIN_BYTES);
  FutRegion *region;
  gboolean all;
  int fd;

  if (self->results != NULL)
    size = MAX (size, 2 * fut_region_get_size (self->results));
  region = size <= FUT_REGION_MAX_BYTES ? fut_region_new (size, TRUE, &fd, NULL) : NULL;
  if (region == NULL)
    return FALSE;

  g_clear_pointer (&self->results, fut_region_unref); /* unread results have their own references */
  self->results = region;
  g_mutex_lock (&self->out_lock);
  fut_channel_append (&self->channel,
                      &(FutMessage){
                        .type = FUT_MESSAGE_OFFER,
                        .region = { fut_region_get_size (region) },
                      },
                      NULL, fd);
  flush_locked (self, TRUE, &all, NULL);
  g_mutex_unlock (&self->out_lock);
  return TRUE;
}

/* Puts a large result where the parent can read it. FALSE: it has to go through the channel. */
static gboolean
place_in_region (FutWorkerLoop *self, const FutWireValue *value, FutMessage *message)
{
  FutWorkerResult *slot = NULL;
  gsize offset;
  guint i;

  if (!self->has_regions || self->page == NULL || value->n_bytes <= FUT_MESSAGE_MAX_INLINE_BYTES)
    return FALSE;

  reclaim_results (self);
  for (i = 0; i < FUT_MESSAGE_MAX_RESULT_SLOTS && slot == NULL; i++)
    if (self->result_slots[i].region == NULL)
      slot = &self->result_slots[i];
  if (slot == NULL)
    return FALSE;
  if ((self->results == NULL || !fut_region_alloc (self->results, value->n_bytes, &offset)) &&
      (!grow_results (self, value->n_bytes) ||
       !fut_region_alloc (self->results, value->n_bytes, &offset)))
    return FALSE;

  slot->region = fut_region_ref (self->results);
  slot->offset = offset;
  fut_wire_value_store (value, fut_region_get_data (self->results, offset));
  message->result.place = FUT_PLACE_REGION;
  message->result.result_slot = (guint32) (slot - self->result_slots);
  message->result.offset = offset;
  atomic_store (&self->page->result_slots[message->result.result_slot], 1);
  return TRUE;
}

/* --- what became of a call --- */

static void
append_locked (FutWorkerLoop *self, const FutMessage *message, guint8 **payload)
{
  fut_channel_append (&self->channel, message, payload, -1);
  atomic_fetch_add_explicit (&self->n_unsent, 1, memory_order_relaxed);
  self->out_is_large = fut_buffer_get_length (&self->channel.out) > LARGE_OUT_BYTES;
}

/* These three return whether the loan is kept. */
static gboolean
add_error (FutWorkerLoop *self, guint64 id, FutWorkerLoan *loan, FutFuture *future,
           const GError *error)
{
  g_autofree char *trace = fut_future_dup_trace (future);
  FutMessage message = {
    .type = FUT_MESSAGE_ERROR,
    .id = id,
    .error = { .code = error->code,
               .elapsed = (guint64) fut_future_get_elapsed (future),
               .domain = g_quark_to_string (error->domain),
               .message = error->message,
               .trace = trace },
  };

  g_mutex_lock (&self->out_lock);
  message.error.flags = settle_loan_locked (loan);
  append_locked (self, &message, NULL);
  keep_locked (self);
  g_mutex_unlock (&self->out_lock);
  g_object_unref (future);
  return message.error.flags != 0;
}

/* The result may be the arguments, or a part of them: they are in use no longer only when the future
 * is gone, and the result with it.
 */
static gboolean
add_value_with_loan (FutWorkerLoop *self, FutMessage *message, const FutWireValue *value,
                     FutWorkerLoan *loan, FutFuture *future)
{
  g_autofree char *type = g_strdup (value->type);
  g_autofree guint8 *copy = NULL;

  if (message->result.place == FUT_PLACE_INLINE)
    {
      copy = g_malloc (MAX (value->n_bytes, 1));
      fut_wire_value_store (value, copy);
      message->result.payload = copy;
    }
  message->result.type = type;
  g_object_unref (future);

  g_mutex_lock (&self->out_lock);
  message->result.flags = settle_loan_locked (loan);
  append_locked (self, message, NULL);
  keep_locked (self);
  g_mutex_unlock (&self->out_lock);
  return message->result.flags != 0;
}

static gboolean
add_value (FutWorkerLoop *self, guint64 id, FutWorkerLoan *loan, FutFuture *future,
           const FutWireValue *value)
{
  FutMessage message = {
    .type = FUT_MESSAGE_RESULT,
    .id = id,
    .result = { .kind = value->kind,
                .place = value->is_null ? FUT_PLACE_NONE : FUT_PLACE_INLINE,
                .elapsed = (guint64) fut_future_get_elapsed (future),
                .n_bytes = value->n_bytes,
                .type = value->type },
  };
  guint8 *payload = NULL;

  place_in_region (self, value, &message);
  if (loan != NULL)
    return add_value_with_loan (self, &message, value, loan, future);

  g_mutex_lock (&self->out_lock);
  append_locked (self, &message, &payload);
  if (message.result.place == FUT_PLACE_INLINE)
    fut_wire_value_store (value, payload);
  keep_locked (self);
  g_mutex_unlock (&self->out_lock);
  g_object_unref (future);
  return FALSE;
}

void
fut_worker_outbox_add (FutWorkerLoop *self, guint64 id, FutWorkerLoan *loan, FutFuture *future)
{
  g_autoptr(GError) error = NULL;
  gboolean is_kept;
  FutWireValue value;

  if (future->result_kind == FUT_RESULT_ERROR)
    is_kept = add_error (self, id, loan, future, future->v_pointer);
  else if (fut_wire_value_init (&value, future, &error))
    is_kept = add_value (self, id, loan, future, &value);
  else
    is_kept = add_error (self, id, loan, future, error);

  if (!is_kept)
    g_free (loan);
}
