/* fut-future-notify.c: who is told when a future ends, and where
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-future-private.h"

/* Two kinds of callbacks stand in one list, in the order added:
 *
 *   IMMEDIATE   called by who ends the future; taken out at the end
 *   OWNER       called with the future's own delivery, before its `done`; those that are added after
 *               the end are delivered by a delivery of their own
 *
 * A callback in another context than the owner's is an immediate one that ends an *agent*: a future
 * made by hand whose owner's context that is.
 */
typedef enum
{
  IMMEDIATE,
  OWNER,
} CallbackKind;

struct _FutCallback
{
  FutCallback   *next;      /* guarded by the future's lock while in the list */
  CallbackKind   kind;
  FutDoneFunc    func;
  gpointer       user_data;
  GDestroyNotify destroy;
};

static void
ref_node (FutNode *node)
{
  g_object_ref (fut_future_of_node (node));
}

static void
unref_node (FutNode *node)
{
  g_object_unref (fut_future_of_node (node));
}

static void
do_nothing (gpointer data)
{
}

static void
unref_node_later (FutNode *node)
{
  fut_timer_leave (fut_timer_start (g_get_monotonic_time () + G_TIME_SPAN_SECOND, do_nothing,
                                    fut_future_of_node (node), g_object_unref));
}

static void
deliver_node (FutNode *node)
{
  FutFuture *self = fut_future_of_node (node);
  guint state = atomic_fetch_and (&self->state, ~(guint) (FUT_FUTURE_POST_MASK | FUT_FUTURE_KEPT));

  fut_future_emit (self, state & FUT_FUTURE_POST_MASK);

  /* It was marked only after the mailbox had taken it. */
  if ((state & FUT_FUTURE_KEPT) != 0)
    g_object_unref (self);
}

static gboolean
mark_node_kept (FutNode *node)
{
  FutFuture *self = fut_future_of_node (node);

  return (atomic_fetch_or (&self->state, FUT_FUTURE_KEPT) & FUT_FUTURE_KEPT) == 0;
}

static gboolean
unmark_node_kept (FutNode *node)
{
  FutFuture *self = fut_future_of_node (node);

  return (atomic_load (&self->state) & FUT_FUTURE_KEPT) != 0 &&
         (atomic_fetch_and (&self->state, ~(guint) FUT_FUTURE_KEPT) & FUT_FUTURE_KEPT) != 0;
}

static gboolean
is_node_wanted (FutNode *node)
{
  FutFuture *self = fut_future_of_node (node);
  guint state = atomic_load (&self->state);

  /* What is posted meanwhile is looked at too. */
  do
    if ((state & FUT_FUTURE_KEPT) != 0 || fut_future_is_wanted (self, state))
      {
        atomic_fetch_or (&self->state, FUT_FUTURE_WAS_HELD);
        return TRUE;
      }
  while (
    !atomic_compare_exchange_weak (&self->state, &state, state & ~(guint) FUT_FUTURE_POST_MASK));
  return FALSE;
}

static gboolean
forget_node (FutNode *node)
{
  guint state = atomic_fetch_and (&fut_future_of_node (node)->state,
                                  ~(guint) (FUT_FUTURE_POST_MASK | FUT_FUTURE_KEPT));

  return (state & FUT_FUTURE_KEPT) != 0;
}

const FutMailboxFuncs fut_future_mailbox_funcs = {
  .ref = ref_node,
  .unref = unref_node,
  .unref_later = unref_node_later,
  .deliver = deliver_node,
  .mark_kept = mark_node_kept,
  .unmark_kept = unmark_node_kept,
  .is_wanted = is_node_wanted,
  .forget = forget_node,
};

void
fut_future_post (FutFuture *self, guint bits)
{
  guint state = atomic_fetch_or (&self->state, bits);

  if ((state & FUT_FUTURE_POST_MASK) == 0)
    fut_mailbox_post (fut_future_get_mailbox (self), &self->node);
}

gboolean
fut_future_keep (FutFuture *self)
{
  guint state = atomic_load (&self->state);

  g_object_ref (self);
  while ((state & FUT_FUTURE_POST_MASK) != 0 && (state & FUT_FUTURE_KEPT) == 0)
    if (atomic_compare_exchange_weak (&self->state, &state, state | FUT_FUTURE_KEPT))
      return TRUE;

  g_object_unref (self);
  return FALSE;
}

/* The same, with a reference for the mailbox. */
static void
post_kept (FutFuture *self, guint bits)
{
  guint state;

  g_object_ref (self);
  state = atomic_fetch_or (&self->state, bits | FUT_FUTURE_KEPT);
  if ((state & FUT_FUTURE_POST_MASK) == 0)
    fut_mailbox_post (fut_future_get_mailbox (self), &self->node);
  if ((state & FUT_FUTURE_KEPT) != 0)
    g_object_unref (self);
}

static void
free_callback (FutCallback *callback)
{
  if (callback->destroy != NULL)
    callback->destroy (callback->user_data);
  g_slice_free (FutCallback, callback);
}

static void
run_callback (FutCallback *callback, FutFuture *future)
{
  callback->func (future, callback->user_data);
  free_callback (callback);
}

/* Takes the callbacks that are, or are not, the owner's. */
static FutCallback *
take_callbacks (FutFuture *self, gboolean owners)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  FutCallback *taken = NULL;
  FutCallback **last_taken = &taken;
  FutCallback **place;

  if (extra == NULL)
    return NULL;

  g_mutex_lock (fut_future_get_lock (self));
  for (place = &extra->callbacks; *place != NULL;)
    {
      FutCallback *callback = *place;

      if ((callback->kind == OWNER) == owners)
        {
          *place = callback->next;
          callback->next = NULL;
          *last_taken = callback;
          last_taken = &callback->next;
        }
      else
        place = &callback->next;
    }
  extra->last_callback = place;
  g_mutex_unlock (fut_future_get_lock (self));
  return taken;
}

void
fut_future_run_owner_callbacks (FutFuture *self)
{
  FutCallback *next = take_callbacks (self, TRUE);

  for (FutCallback *callback = next; callback != NULL; callback = next)
    {
      next = callback->next;
      run_callback (callback, self);
    }
}

gboolean
fut_future_has_owner_callbacks (FutFuture *self)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  gboolean found = FALSE;

  if (extra == NULL)
    return FALSE;
  g_mutex_lock (fut_future_get_lock (self));
  for (FutCallback *callback = extra->callbacks; callback != NULL; callback = callback->next)
    found |= callback->kind == OWNER;
  g_mutex_unlock (fut_future_get_lock (self));
  return found;
}

void
fut_future_free_callbacks (FutFutureExtra *extra)
{
  FutCallback *next = g_steal_pointer (&extra->callbacks);

  for (FutCallback *callback = next; callback != NULL; callback = next)
    {
      next = callback->next;
      free_callback (callback);
    }
}

void
fut_future_notify_waiters (FutFuture *self, gboolean failed)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  FutWaitEntry *entry;

  /* Under the lock, since a waiter may give up and go at any time without it. */
  g_mutex_lock (fut_future_get_lock (self));
  while ((entry = extra->waiters) != NULL)
    {
      extra->waiters = entry->next;
      entry->listed = FALSE;
      fut_waiter_notify (entry, failed);
    }
  g_mutex_unlock (fut_future_get_lock (self));
}

void
fut_future_run_immediate_callbacks (FutFuture *self)
{
  FutCallback *next = take_callbacks (self, FALSE);

  for (FutCallback *callback = next; callback != NULL; callback = next)
    {
      next = callback->next;
      run_callback (callback, self);
    }
}

/* Whether the callback was added before the end; otherwise it is still the caller's, except for an
 * owner's, which is then to be posted.
 */
static gboolean
try_add_callback (FutFuture *self, FutCallback *callback)
{
  FutFutureExtra *extra = fut_future_ensure_extra (self);
  gboolean added;

  g_mutex_lock (fut_future_get_lock (self));
  added = !fut_future_state_is_done (atomic_fetch_or (&self->state, FUT_FUTURE_HAS_CALLBACKS));
  if (added || callback->kind == OWNER)
    {
      /* Who ends the future from now on sees the flag, and comes for the lock. */
      *extra->last_callback = callback;
      extra->last_callback = &callback->next;
    }
  g_mutex_unlock (fut_future_get_lock (self));
  return added;
}

static void
add_callback (FutFuture *self, FutCallback *callback)
{
  CallbackKind kind = callback->kind;

  if (try_add_callback (self, callback))
    return;

  atomic_fetch_or (&self->state, FUT_FUTURE_ERROR_READ);
  if (kind == OWNER)
    post_kept (self, FUT_FUTURE_POST_CALLBACKS);
  else
    run_callback (callback, self);
}

static FutCallback *
callback_new (CallbackKind kind, FutDoneFunc func, gpointer user_data, GDestroyNotify destroy)
{
  FutCallback *callback = g_slice_new0 (FutCallback);

  callback->kind = kind;
  callback->func = func;
  callback->user_data = user_data;
  callback->destroy = destroy;
  return callback;
}

typedef struct
{
  FutFuture     *agent;     /* owned */
  FutFuture     *future;    /* owned; NULL until it has ended */
  FutDoneFunc    func;
  gpointer       user_data;
  GDestroyNotify destroy;
} Elsewhere;

static void
free_elsewhere (gpointer data)
{
  Elsewhere *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_clear_object (&self->agent);
  g_clear_object (&self->future);
  g_free (self);
}

static void
call_elsewhere (FutFuture *agent, gpointer data)
{
  Elsewhere *self = data;

  self->func (self->future, self->user_data);
}

/* The future has ended: what is to be called goes to the agent, and the agent to its mailbox. */
static void
send_elsewhere (FutFuture *future, gpointer data)
{
  Elsewhere *self = data;
  Elsewhere *sent = g_memdup2 (self, sizeof (Elsewhere));

  sent->agent = NULL;
  sent->future = g_object_ref (future);
  self->destroy = NULL;
  add_callback (self->agent, callback_new (OWNER, call_elsewhere, sent, free_elsewhere));
  fut_future_end (self->agent, FUT_STATE_FINISHED, NULL, FALSE, 0);
}

/**
 * fut_future_add_done_callback:
 * @self: a future
 * @func: (scope notified) (closure user_data) (destroy destroy): the function
 * @user_data: given to @func
 * @destroy: (nullable): called with @user_data after @func, in the same thread; or if the future
 *   goes without having ended, in the thread that drops it
 *
 * Has a function called at once when the future ends, in the thread that ends it.
 *
 * That is the worker that ran the call, or the thread that cancelled it, or at a timeout and when
 * the cancellable of its options was cancelled a thread of the library's, which must not be blocked;
 * if the future has ended already, it is this thread, before this returns. Callbacks are called in the order in which they
 * were added, once for each time. No lock is held: a callback may wait, submit, cancel, and add
 * callbacks. It should be short, since the worker does nothing else meanwhile.
 *
 * To be called in a main loop, use [method@Fut.Future.add_done_callback_in].
 *
 * Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_future_add_done_callback (FutFuture *self, FutDoneFunc func, gpointer user_data,
                              GDestroyNotify destroy)
{
  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (func != NULL);

  add_callback (self, callback_new (IMMEDIATE, func, user_data, destroy));
}

/**
 * fut_future_add_done_callback_in:
 * @self: a future
 * @context: (nullable): the context to be called in; %NULL for that of the future's owner
 * @func: (scope notified) (closure user_data) (destroy destroy): the function
 * @user_data: given to @func
 * @destroy: (nullable): called with @user_data after @func, in the same thread; or if the future
 *   goes without having ended, or @context does, in the thread that drops it
 *
 * Has a function called in a main loop after the future has ended.
 *
 * It is always called from the loop, never from within this function, also if the future has ended
 * already. The future is kept alive until then. In the owner's context it costs a third of a handler
 * of [signal@Fut.Future::done], before which it is called.
 *
 * Safe from any thread.
 *
 * Since: 1.0
 */
void
fut_future_add_done_callback_in (FutFuture *self, GMainContext *context, FutDoneFunc func,
                                 gpointer user_data, GDestroyNotify destroy)
{
  Elsewhere *elsewhere;

  g_return_if_fail (FUT_IS_FUTURE (self));
  g_return_if_fail (func != NULL);

  if (context == NULL || fut_mailbox_is_for (fut_future_get_mailbox (self), context))
    {
      add_callback (self, callback_new (OWNER, func, user_data, destroy));
      return;
    }

  elsewhere = g_new0 (Elsewhere, 1);
  elsewhere->agent = fut_future_new_in (context);
  elsewhere->func = func;
  elsewhere->user_data = user_data;
  elsewhere->destroy = destroy;
  add_callback (self, callback_new (IMMEDIATE, send_elsewhere, elsewhere, free_elsewhere));
}
