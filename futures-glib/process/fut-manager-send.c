/* fut-manager-send.c: sending calls to a worker
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-manager-send.h"

#include <string.h>

/* Locking: see fut-worker-manager-private.h. Arguments are fetched, and large ones written to the
 * worker's region, without the lock; meanwhile the calls are in hand, and somebody may end them.
 */

gboolean
fut_manager_is_taken (FutFuture *future)
{
  guint state = atomic_load (&future->state);

  return (state & FUT_FUTURE_ENDING) != 0 || fut_future_state_of (state) != FUT_STATE_PENDING;
}

guint
fut_manager_get_allowance (FutWorkerProcess *worker)
{
  guint max = worker->settings->max_tasks_per_child;

  return max == 0 ? G_MAXUINT : max - MIN (worker->n_sent, max);
}

/* Whether a call that is in hand must not be sent, nor put back. */
static gboolean
is_revoked (FutFuture *future)
{
  return fut_manager_is_taken (future) || future->place == &fut_place_revoked_in_hand;
}

/* What is not in normal form would harm who trusts it, as the worker does. To look at each of many
 * numbers takes long, and they cannot be wrong.
 */
static GVariant *
make_normal (GVariant *args)
{
  const char *type = g_variant_get_type_string (args);
  GVariant *normal;

  if (type[0] == 'a' && strchr ("ynqiuxtd", type[1]) != NULL && type[2] == '\0' &&
      g_variant_n_children (args) > 0)
    return args;

  normal = g_variant_get_normal_form (args);
  g_variant_unref (args);
  return normal;
}

/* What needs no lock: the arguments, and references for what begins at once. */
static void
prepare_items (FutWorkerManager *self, FutItem *items, guint n)
{
  fut_manager_delay (self);
  for (guint i = 0; i < n; i++)
    {
      FutItem *item = &items[i];

      item->args = fut_future_dup_args (item->future);
      if (item->args != NULL)
        item->args = make_normal (item->args);
      item->type = item->args != NULL ? g_variant_get_type_string (item->args) : "";
      item->n_bytes = item->args != NULL ? g_variant_get_size (item->args) : 0;
      item->held = i == 0;
      if (item->held)
        g_object_ref (item->future);
    }
}

/* Finds room for large arguments in the worker's region, which may be a new one. FALSE: not now. */
static gboolean
alloc_in_region_locked (FutWorkerProcess *worker, gsize n_bytes, gsize *offset)
{
  FutMessage message = { .type = FUT_MESSAGE_GRANT };
  FutRegion *region;
  gsize size;
  int fd;

  if (worker->region != NULL && fut_region_alloc (worker->region, n_bytes, offset))
    return TRUE;
  if (worker->region != NULL && !fut_region_is_unused (worker->region))
    return FALSE;

  size = worker->region != NULL ? 2 * fut_region_get_size (worker->region) : FUT_REGION_MIN_BYTES;
  region = fut_region_new (MAX (size, n_bytes), TRUE, &fd, NULL);
  if (region == NULL)
    return FALSE;
  g_clear_pointer (&worker->region, fut_region_unref);
  worker->region = region;
  message.region.n_bytes = fut_region_get_size (region);
  fut_channel_append (&worker->channel, &message, NULL, fd);
  return fut_region_alloc (region, n_bytes, offset);
}

/* Whether the arguments go through the region: then they are written to *@offset there, without the
 * lock, before there is a call that others see. Only the I/O thread sends such calls.
 */
static gboolean
store_args_locked (FutWorkerManager *self, FutWorkerProcess *worker, FutItem *item, gsize *offset)
{
  guint8 *data;

  if (worker->launched || item->n_bytes <= FUT_MESSAGE_MAX_INLINE_BYTES ||
      !alloc_in_region_locked (worker, item->n_bytes, offset))
    return FALSE;

  data = fut_region_get_data (worker->region, *offset);
  g_mutex_unlock (&self->lock);
  g_variant_store (item->args, data);
  g_mutex_lock (&self->lock);
  return TRUE;
}

/* Whether large arguments have to wait until the region is free; if the worker has nothing else to
 * do, they go with the message instead.
 */
static gboolean
must_wait_for_room_locked (FutWorkerProcess *worker, FutItem *item)
{
  gsize offset;

  if (worker->n_calls == 0)
    return FALSE;
  if (worker->n_bytes + item->n_bytes > FUT_MAX_AHEAD_BYTES && worker->n_calls > 1)
    return TRUE;
  if (item->n_bytes <= FUT_MESSAGE_MAX_INLINE_BYTES)
    return FALSE;
  if (!alloc_in_region_locked (worker, item->n_bytes, &offset))
    return TRUE;
  fut_region_free (worker->region, offset);
  return FALSE;
}

static void
append_call_locked (FutWorkerManager *self, FutWorkerProcess *worker, FutItem *item, FutCall *call)
{
  FutMessage message = {
    .type = FUT_MESSAGE_CALL,
    .id = call->id,
    .call = {
      .slot = call - worker->calls,
      .generation = call->generation,
      .n_bytes = item->n_bytes,
    },
  };
  guint8 *payload = NULL;

  message.call.signature =
    fut_worker_process_get_signature (worker, item->future->function, item->type);
  if (item->args == NULL)
    message.call.place = FUT_PLACE_NONE;
  else if (call->in_region)
    {
      message.call.place = FUT_PLACE_REGION;
      message.call.offset = call->offset;
    }
  else
    message.call.place = FUT_PLACE_INLINE;

  fut_channel_append (&worker->channel, &message, &payload, -1);
  if (message.call.place == FUT_PLACE_INLINE && item->n_bytes > 0)
    g_variant_store (item->args, payload);
}

/* Makes the call RUNNING here if it begins at once. FALSE if somebody is ending it. */
static gboolean
begin_item_locked (FutWorkerProcess *worker, FutItem *item, FutCall *call)
{
  gboolean at_once = worker->n_calls == 1 || worker->launched;

  if (item->again)
    {
      call->begun = TRUE;
      return TRUE;
    }
  if (!at_once || !item->held)
    {
      item->future->place = call;
      return TRUE;
    }
  if (!fut_future_begin_elsewhere (item->future, &fut_place_begun, call->sent_at, &item->linked))
    return FALSE;
  item->begun = TRUE;
  call->begun = TRUE;
  return TRUE;
}

/* Whether the call can go to @worker now; if not, it is to be dropped or put back. */
static gboolean
may_send_locked (FutWorkerManager *self, FutWorkerProcess *worker, FutItem *item)
{
  gboolean ready = worker->state == FUT_WORKER_READY && worker->end == FUT_WORKER_END_NONE &&
                   !worker->channel_lost && fut_manager_get_allowance (worker) > 0 &&
                   worker->n_calls < (worker->launched ? 1 : FUT_MAX_PIPELINE);

  item->dropped = !item->again && (self->cancelling || is_revoked (item->future));
  item->put_back = !item->dropped && !ready;
  return !item->dropped && !item->put_back;
}

static void
send_item_locked (FutWorkerManager *self, FutWorkerProcess *worker, FutItem *item,
                  gboolean small_only, gint64 now)
{
  gboolean in_region;
  gsize offset;
  FutCall *call;

  if (!may_send_locked (self, worker, item))
    return;
  if ((small_only && item->n_bytes > FUT_MESSAGE_MAX_INLINE_BYTES) ||
      must_wait_for_room_locked (worker, item))
    {
      item->put_back = TRUE;
      return;
    }
  in_region = store_args_locked (self, worker, item, &offset);
  if (in_region && !may_send_locked (self, worker, item))
    {
      fut_region_free (worker->region, offset);
      return;
    }

  call = fut_worker_process_add_call (worker, ++self->next_call);
  call->order = item->order;
  call->sent_at = now;
  call->n_bytes = item->n_bytes;
  call->in_region = in_region;
  call->offset = in_region ? offset : 0;
  worker->n_bytes += item->n_bytes;
  call->future = item->future;
  self->n_at_workers++;
  item->dropped = !begin_item_locked (worker, item, call);
  if (item->dropped)
    {
      fut_worker_process_remove_call (worker, call);
      worker->n_sent--;
      self->n_at_workers--;
      return;
    }
  append_call_locked (self, worker, item, call);

  /* Who has asked it to stop while it was in hand has found it nowhere. */
  if (item->again && (atomic_load (&item->future->state) & FUT_FUTURE_CANCEL_REQUESTED) != 0)
    fut_manager_stop_call_locked (self, call);
}

/* Puts back what could not be sent, in its old order. */
static void
put_back_locked (FutWorkerManager *self, FutItem *item)
{
  if (item->again)
    {
      FutAgain *again = g_new (FutAgain, 1);

      *again = (FutAgain){ item->future, item->order };
      g_queue_push_head (&self->again, again);
    }
  else if (is_revoked (item->future))
    {
      item->put_back = FALSE;
      item->dropped = TRUE;
    }
  else
    {
      item->future->place = NULL;
      fut_work_queue_push_front (&self->queue, &item->future->node,
                                 fut_future_get_priority (item->future));
    }
}

static void
finish_items (FutWorkerManager *self, FutItem *items, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      FutItem *item = &items[i];

      g_clear_pointer (&item->args, g_variant_unref);
      if (item->begun)
        fut_future_follow_begin (item->future, item->linked);
      if (item->held)
        g_object_unref (item->future);
      if (item->dropped)
        {
          /* Perhaps nobody ends it but us; otherwise this does nothing. */
          if (self->cancelling)
            fut_future_end (item->future, FUT_STATE_CANCELLED, NULL, TRUE, 0);
          g_object_unref (item->future);
        }
    }
}

gboolean
fut_manager_send_items_locked (FutWorkerManager *self, FutWorkerProcess *worker, FutItem *items,
                               guint n, gboolean small_only)
{
  gboolean all_sent = TRUE;
  gint64 now;

  fut_worker_process_ref (worker);
  g_mutex_unlock (&self->lock);
  prepare_items (self, items, n);
  now = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);

  for (guint i = 0; i < n; i++)
    if (!items[i].dropped)
      send_item_locked (self, worker, &items[i], small_only, now);
  for (guint i = n; i-- > 0;)
    if (items[i].put_back)
      {
        put_back_locked (self, &items[i]);
        all_sent = FALSE;
      }
  if (worker->n_calls > 0)
    worker->idle_since = 0;
  if (small_only)
    fut_manager_flush_lone_locked (self, worker);
  else
    fut_worker_process_flush (worker);
  g_mutex_unlock (&self->lock);
  finish_items (self, items, n);
  fut_worker_process_unref (worker);
  g_mutex_lock (&self->lock);
  return all_sent;
}
