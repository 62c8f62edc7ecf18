/* fut-worker-inbox.c: what comes to a worker: signatures, calls, requests to stop
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-loop-private.h"

#include "fut-error.h"

#include <string.h>

/* Whatever is wrong here is the parent's mistake, and nothing can follow it. */
static gboolean
refuse (const FutMessage *message, const char *what, GError **error)
{
  g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL, "the parent %s (call %" G_GUINT64_FORMAT ")",
               what, message->id);
  return FALSE;
}

static gboolean
take_signature_locked (FutWorkerLoop *self, const FutMessage *message, GError **error)
{
  const char *type = message->define.args_type;
  FutWorkerSignature *signature;

  if (message->define.signature >= FUT_MESSAGE_MAX_SIGNATURES)
    return refuse (message, "defines a signature whose number is too large", error);

  if (message->define.signature >= self->signatures->len)
    g_array_set_size (self->signatures, message->define.signature + 1);
  signature = &g_array_index (self->signatures, FutWorkerSignature, message->define.signature);
  if (signature->function != NULL)
    {
      g_mutex_lock (&self->lock);
      g_ptr_array_add (self->replaced_functions, signature->function);
      g_mutex_unlock (&self->lock);
    }
  g_clear_pointer (&signature->args_type, g_variant_type_free);
  signature->function = fut_function_ref_for_name (message->define.function);
  signature->args_type = *type != '\0' ? g_variant_type_new (type) : NULL;
  return TRUE;
}

static gboolean
take_grant_locked (FutWorkerLoop *self, const FutMessage *message, GError **error)
{
  int fd = fut_channel_take_fd (&self->channel);
  FutRegion *region;

  if (fd < 0)
    return refuse (message, "grants a region without its descriptor", error);

  region = fut_region_map (fd, message->region.n_bytes, error);
  if (region == NULL)
    return FALSE;
  g_clear_pointer (&self->granted, fut_region_unref); /* loans have their own references */
  self->granted = region;
  return TRUE;
}

/* The arguments in the region are used where they are: *@loan tells when they are no longer. */
static GBytes *
lend_locked (FutWorkerLoop *self, const FutMessage *message, FutWorkerLoan **loan)
{
  const guint8 *data = NULL;

  if (self->granted != NULL)
    data = fut_region_peek (self->granted, message->call.offset, message->call.n_bytes);
  if (data == NULL)
    return NULL;

  *loan = g_new0 (FutWorkerLoan, 1);
  (*loan)->loop = self;
  (*loan)->region = fut_region_ref (self->granted);
  (*loan)->id = message->id;
  return g_bytes_new_with_free_func (data, message->call.n_bytes, fut_worker_loan_return, *loan);
}

static gboolean
take_call_locked (FutWorkerLoop *self, const FutMessage *message, GError **error)
{
  FutWorkerSignature *signature = NULL;
  FutWorkerCall call = {
    .id = message->id,
    .slot = message->call.slot,
    .generation = message->call.generation,
    .has_claim = self->page != NULL && message->id != 0,
  };

  if (message->call.signature < self->signatures->len)
    signature = &g_array_index (self->signatures, FutWorkerSignature, message->call.signature);
  if (signature == NULL || signature->function == NULL)
    return refuse (message, "calls a signature that it has not defined", error);
  if (signature->args_type == NULL && message->call.place != FUT_PLACE_NONE)
    return refuse (message, "sends arguments to a signature without any", error);

  call.function = signature->function;
  if (signature->args_type != NULL)
    {
      gsize n_bytes = message->call.n_bytes;
      g_autoptr(GBytes) bytes = NULL;

      /* The copy is aligned as malloc() aligns, which is enough for any GVariant. */
      if (message->call.place == FUT_PLACE_REGION)
        bytes = lend_locked (self, message, &call.loan);
      else
        bytes = g_bytes_new_take (g_memdup2 (message->call.payload, n_bytes), n_bytes);
      if (bytes == NULL)
        return refuse (message, "sends arguments that are not in its region", error);
      /* It comes from our own parent: a check for normal form would only cost time. */
      call.args = g_variant_ref_sink (g_variant_new_from_bytes (signature->args_type, bytes, TRUE));
    }
  g_array_append_val (self->arrived, call);
  return TRUE;
}

/* Makes what has come visible to M, so that what follows in the channel finds it. */
static void
publish_arrived_locked (FutWorkerLoop *self)
{
  if (self->arrived->len == 0)
    return;

  g_mutex_lock (&self->lock);
  if (self->first_call > 0)
    g_array_remove_range (self->calls, 0, self->first_call);
  self->first_call = 0;
  g_array_append_vals (self->calls, self->arrived->data, self->arrived->len);
  g_mutex_unlock (&self->lock);
  g_array_set_size (self->arrived, 0);
}

/* Notes that call @id is to stop. If it runs it is pinned, to be asked when no lock is held. */
static void
take_cancel_locked (FutWorkerLoop *self, guint64 id)
{
  publish_arrived_locked (self);
  g_mutex_lock (&self->lock);
  for (guint i = self->first_call; i < self->calls->len; i++)
    {
      FutWorkerCall *call = &g_array_index (self->calls, FutWorkerCall, i);

      if (call->id == id)
        call->asked_to_stop = TRUE;
    }
  if (self->current_id == id && id != 0)
    {
      self->asked_to_stop = TRUE;
      self->pinned = self->running;
    }
  g_mutex_unlock (&self->lock);
}

static gboolean
take_message_locked (FutWorkerLoop *self, const FutMessage *message, GError **error)
{
  switch (message->type)
    {
    case FUT_MESSAGE_DEFINE:
      return take_signature_locked (self, message, error);
    case FUT_MESSAGE_CALL:
      return take_call_locked (self, message, error);
    case FUT_MESSAGE_CANCEL:
      take_cancel_locked (self, message->id);
      return TRUE;
    case FUT_MESSAGE_GRANT:
      return take_grant_locked (self, message, error);
    case FUT_MESSAGE_STOP:
      publish_arrived_locked (self);
      g_mutex_lock (&self->lock);
      self->is_stopping = TRUE;
      g_mutex_unlock (&self->lock);
      return TRUE;
    case FUT_MESSAGE_WELCOME:
    case FUT_MESSAGE_HELLO:
    case FUT_MESSAGE_RESULT:
    case FUT_MESSAGE_ERROR:
    case FUT_MESSAGE_PROGRESS:
    case FUT_MESSAGE_BELL:
    case FUT_MESSAGE_OFFER:
    case FUT_MESSAGE_RELEASE:
    default:
      return refuse (message, "sends a message that does not belong here", error);
    }
}

gboolean
fut_worker_inbox_take_locked (FutWorkerLoop *self, GError **error)
{
  FutChannelStatus status;
  FutMessage message;
  gboolean taken = TRUE;
  gsize n_bytes;

  while (taken && (status = fut_channel_next (&self->channel, FALSE, &message, &n_bytes, error)) !=
                    FUT_CHANNEL_AGAIN)
    {
      taken = status == FUT_CHANNEL_OK && take_message_locked (self, &message, error);
      if (taken)
        fut_channel_drop (&self->channel, n_bytes);
    }
  publish_arrived_locked (self);
  return taken;
}

/* Asks the pinned call to stop: that may run handlers of the task. */
static void
ask_pinned (FutWorkerLoop *self)
{
  FutFuture *pinned;

  g_mutex_lock (&self->lock);
  pinned = self->pinned;
  g_mutex_unlock (&self->lock);
  if (pinned == NULL)
    return;

  fut_future_request_cancel (pinned);
  g_mutex_lock (&self->lock);
  self->pinned = NULL;
  g_cond_broadcast (&self->pin_cond);
  g_mutex_unlock (&self->lock);
}

static gboolean
has_come (FutWorkerLoop *self)
{
  gboolean has_come;

  g_mutex_lock (&self->lock);
  has_come = self->first_call < self->calls->len || self->is_stopping || self->failure != NULL;
  g_mutex_unlock (&self->lock);
  return has_come;
}

static gboolean
read_locked (FutWorkerLoop *self, gboolean wait, GError **error)
{
  switch (fut_channel_read (&self->channel, wait, error))
    {
    case FUT_CHANNEL_OK:
      return fut_worker_inbox_take_locked (self, error);
    case FUT_CHANNEL_AGAIN:
      return TRUE;
    case FUT_CHANNEL_CLOSED:
      fut_worker_hygiene_die ();
    case FUT_CHANNEL_FAILED:
    default:
      return FALSE;
    }
}

gboolean
fut_worker_inbox_read (FutWorkerLoop *self, gboolean wait, GError **error)
{
  gboolean read = TRUE;

  g_mutex_lock (&self->in_lock);
  /* The minder may have been here. */
  if (!has_come (self))
    read = read_locked (self, wait, error);
  g_mutex_unlock (&self->in_lock);
  return read;
}

gboolean
fut_worker_inbox_try_read (FutWorkerLoop *self, GError **error)
{
  gboolean read;

  if (!g_mutex_trylock (&self->in_lock))
    return TRUE;
  read = read_locked (self, FALSE, error);
  g_mutex_unlock (&self->in_lock);
  ask_pinned (self);
  return read;
}

static gboolean
pop_locked (FutWorkerLoop *self, FutWorkerCall *call)
{
  if (self->first_call == self->calls->len)
    return FALSE;

  *call = g_array_index (self->calls, FutWorkerCall, self->first_call);
  self->first_call++;
  if (self->first_call == self->calls->len)
    {
      g_array_set_size (self->calls, 0);
      self->first_call = 0;
    }
  return TRUE;
}

static void
drop_call (FutWorkerCall *call)
{
  g_clear_pointer (&call->args, g_variant_unref);
  g_clear_pointer (&call->loan, fut_worker_loan_drop);
}

gboolean
fut_worker_inbox_next (FutWorkerLoop *self, FutWorkerCall *call, guint *n_left)
{
  gboolean found;
  gboolean claimed = FALSE;

  do
    {
      g_mutex_lock (&self->lock);
      found = pop_locked (self, call);
      if (found)
        claimed = !call->has_claim || fut_page_claim (self->page, call->slot, call->generation);
      if (found && claimed)
        {
          self->current_id = call->id;
          self->asked_to_stop = call->asked_to_stop;
        }
      *n_left = self->calls->len - self->first_call;
      g_mutex_unlock (&self->lock);
      if (found && !claimed)
        drop_call (call);
    }
  while (found && !claimed);
  return found;
}
