/* fut-manager-dispatch.c: which call goes to which worker
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-manager-send.h"

/* Every idle worker gets one call: the oldest that a stuck worker holds back, else the oldest of the
 * queue. Then each worker gets as many more as cover a round trip at the time that calls take, so
 * that it need not wait for us: hundreds of tiny ones, one of long ones, none if another worker
 * could be started for it. What is sent ahead stays PENDING, can be cancelled, and is called back
 * by swapping its claim word when a worker is idle and another one stuck.
 *
 * So with equal priority calls begin in the order in which they were submitted as far as what is
 * sent ahead takes no longer than FUT_ROUND_TRIP; and an urgent call waits for no more than that.
 */

#define BATCH 256

guint
fut_manager_count_alive_locked (FutWorkerManager *self)
{
  guint n = 0;

  for (guint i = 0; i < self->workers->len; i++)
    n += ((FutWorkerProcess *) g_ptr_array_index (self->workers, i))->state <= FUT_WORKER_READY;
  return n;
}

static gboolean
is_idle (FutWorkerProcess *worker)
{
  return worker->state == FUT_WORKER_READY && worker->end == FUT_WORKER_END_NONE &&
         worker->n_calls == 0 && !worker->channel_lost && fut_manager_get_allowance (worker) > 0;
}

guint
fut_manager_count_free_locked (FutWorkerManager *self)
{
  guint n = 0;

  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      n += worker->state == FUT_WORKER_STARTING || is_idle (worker);
    }
  return n;
}

static FutWorkerProcess *
find_idle_locked (FutWorkerManager *self)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      if (is_idle (worker))
        return worker;
    }
  return NULL;
}

gboolean
fut_manager_has_idle_locked (FutWorkerManager *self)
{
  return find_idle_locked (self) != NULL;
}

/* How many calls @worker is to have. */
static guint
get_depth_locked (FutWorkerManager *self, FutWorkerProcess *worker)
{
  double task_time = MAX (worker->task_time, self->task_time);
  gboolean could_start = self->workers->len < self->core->max_workers;
  guint depth;

  if (worker->launched || self->n_times < FUT_MIN_TIMES || worker->state != FUT_WORKER_READY ||
      worker->end != FUT_WORKER_END_NONE || worker->channel_lost || worker->stop_id != 0 ||
      task_time > FUT_AHEAD_TIME || (could_start && task_time > FUT_SPREAD_TIME))
    return 1;

  depth = 1 + (guint) MIN (2 * FUT_ROUND_TRIP / MAX (task_time, 0.1), FUT_MAX_PIPELINE - 1);
  depth = MAX (depth, 2);
  return MIN (depth, worker->n_calls + MIN (fut_manager_get_allowance (worker), depth));
}

/* --- taking calls --- */

static guint
take_from_queue_locked (FutWorkerManager *self, FutItem *items, guint max, guint share)
{
  FutNode *nodes[BATCH];
  guint n = fut_work_queue_take (&self->queue, nodes, MIN (max, BATCH), share);

  for (guint i = 0; i < n; i++)
    {
      items[i] = (FutItem){ .future = fut_future_of_node (nodes[i]), .order = self->next_order++ };
      if (fut_manager_is_taken (items[i].future))
        items[i].dropped = TRUE;
      else
        items[i].future->place = &fut_place_in_hand;
    }
  return n;
}

static guint
take_again_locked (FutWorkerManager *self, FutItem *items)
{
  FutAgain *again = g_queue_pop_head (&self->again);

  if (again == NULL)
    return 0;
  items[0] = (FutItem){ .future = again->future, .order = again->order, .again = TRUE };
  g_free (again);
  return 1;
}

/* Whether what stands behind the running call of @worker should not wait for it. */
static gboolean
holds_back (FutWorkerProcess *worker, gint64 now)
{
  FutCall *head = worker->first;
  gint64 since;

  if (head == NULL || head->next == NULL || worker->shared == NULL)
    return FALSE;
  if (worker->task_time > FUT_SPREAD_TIME)
    return TRUE;
  since = MAX (atomic_load (&worker->shared->page->started_at), head->sent_at);
  return now - since > FUT_STUCK_TIME;
}

/* Takes calls back that have not begun at @worker: half of them, those that would come last; or the
 * oldest if it is stuck.
 */
static guint
call_back_locked (FutWorkerManager *self, FutWorkerProcess *worker, gboolean stuck, FutItem *items)
{
  guint max = stuck ? 1 : MIN (worker->n_calls / 2, BATCH);
  FutCall *next = stuck ? worker->first : worker->last;
  guint n = 0;

  for (FutCall *call = next; call != NULL && n < max; call = next)
    {
      next = stuck ? call->next : call->prev;
      if (fut_manager_is_taken (call->future) || call->revoked || !fut_call_revoke (call))
        continue;
      items[n++] = (FutItem){ .future = call->future, .order = call->order };
      call->future->place = &fut_place_in_hand;
      fut_worker_process_remove_call (worker, call);
      worker->n_sent--;
      self->n_at_workers--;
    }

  /* The oldest first. */
  for (guint i = 0; !stuck && i < n / 2; i++)
    {
      FutItem item = items[i];

      items[i] = items[n - 1 - i];
      items[n - 1 - i] = item;
    }
  return n;
}

/* What other workers hold back from one that is idle. */
static guint
take_from_others_locked (FutWorkerManager *self, FutWorkerProcess *idle, FutItem *items)
{
  gint64 now = g_get_monotonic_time ();
  FutWorkerProcess *oldest = NULL;
  guint n = 0;

  /* The stuck one whose next call is the oldest. */
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      if (worker != idle && holds_back (worker, now) &&
          (oldest == NULL || worker->first->next->order < oldest->first->next->order))
        oldest = worker;
    }
  if (oldest != NULL)
    n = call_back_locked (self, oldest, TRUE, items);
  if (n > 0 || !fut_work_queue_is_empty (&self->queue))
    return n;

  for (guint i = 0; i < self->workers->len && n == 0; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);

      if (worker != idle && worker->task_time >= 0 &&
          (worker->n_calls - 1) * worker->task_time > FUT_SPREAD_TIME && worker->n_calls > 1)
        n = call_back_locked (self, worker, FALSE, items);
    }
  return n;
}

/* Whether what others hold back comes before what is queued. */
static gboolean
may_call_back_locked (FutWorkerManager *self)
{
  int priority;

  return !fut_work_queue_peek_priority (&self->queue, &priority) || priority >= 0;
}

/* --- giving calls --- */

/* One call for each idle worker. */
static void
fill_idle_locked (FutWorkerManager *self, FutItem *items)
{
  FutWorkerProcess *worker;

  while ((worker = find_idle_locked (self)) != NULL)
    {
      guint n = take_again_locked (self, items);

      if (n == 0 && may_call_back_locked (self))
        n = take_from_others_locked (self, worker, items);
      if (n == 0)
        {
          /* Tiny calls come with those that are sent ahead anyway, in one write. */
          guint depth = get_depth_locked (self, worker);

          n = take_from_queue_locked (self, items, depth > 2 ? depth : 1,
                                      MAX (fut_manager_count_alive_locked (self), 1));
        }
      if (n == 0 || !fut_manager_send_items_locked (self, worker, items, n, FALSE))
        return;
    }
}

/* More for those that may soon have nothing left to do. */
static void
fill_ahead_locked (FutWorkerManager *self, FutItem *items)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      FutWorkerProcess *worker = g_ptr_array_index (self->workers, i);
      guint depth = get_depth_locked (self, worker);
      guint n;

      if (worker->state != FUT_WORKER_READY || depth < 2 || worker->n_calls > depth / 2)
        continue;
      n = take_from_queue_locked (self, items, depth - worker->n_calls,
                                  MAX (fut_manager_count_alive_locked (self) - i, 1));
      if (n > 0)
        fut_manager_send_items_locked (self, worker, items, n, FALSE);
    }
}

void
fut_manager_fill_locked (FutWorkerManager *self)
{
  FutItem items[BATCH];

  if ((atomic_load (&self->core->flags) & FUT_CORE_BROKEN) != 0)
    {
      g_autoptr(GError) error = NULL;

      fut_executor_core_check (self->core, &error);
      g_mutex_unlock (&self->lock);
      fut_manager_end_queue (self, error, G_MAXUINT);
      fut_manager_end_again (self, error);
      g_mutex_lock (&self->lock);
      return;
    }

  if (self->dispatching)
    {
      self->fill_missed = TRUE;
      return;
    }
  self->dispatching = TRUE;
  fill_idle_locked (self, items);
  if (!fut_work_queue_is_empty (&self->queue))
    fill_ahead_locked (self, items);
  self->dispatching = FALSE;

  /* As long as calls wait behind others and somebody is idle, look again. */
  self->recheck_at = self->n_at_workers > self->workers->len && find_idle_locked (self) != NULL
                       ? g_get_monotonic_time () + FUT_RECHECK_INTERVAL
                       : 0;
}

gboolean
fut_manager_send_lone_locked (FutWorkerManager *self)
{
  FutWorkerProcess *worker;
  gboolean sent;
  FutItem item;

  if (self->dispatching || self->n_at_workers > 0 ||
      (atomic_load (&self->core->flags) & FUT_CORE_BROKEN) != 0 ||
      (worker = find_idle_locked (self)) == NULL || worker->launched ||
      take_from_queue_locked (self, &item, 1, 1) == 0)
    return FALSE;

  self->dispatching = TRUE;
  self->fill_missed = FALSE;
  sent = fut_manager_send_items_locked (self, worker, &item, 1, TRUE);
  self->dispatching = FALSE;
  return sent && !self->fill_missed && fut_work_queue_is_empty (&self->queue);
}
