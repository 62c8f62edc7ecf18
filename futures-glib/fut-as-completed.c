/* fut-as-completed.c: futures in the order in which they end
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-as-completed.h"

#include "fut-wait-set.h"

#include "engine/fut-wait-source.h"

/**
 * FutCompletionIterator:
 *
 * Gives futures in the order in which they end; made by [func@Fut.as_completed].
 *
 * It keeps no reference to a future that it has given out. It is to be used by one thread at a
 * time; dropping it, or closing it, leaves the futures as they are.
 *
 * Since: 1.0
 */

struct _FutCompletionIterator
{
  GObject parent_instance;

  FutWaitSet *set;       /* owned; NULL once closed */
  gint64      deadline;  /* monotonic; −1 for none */
  guint       n_total;
  guint       n_given;
  gboolean    pending;   /* next_async() is under way */
};

G_DEFINE_FINAL_TYPE (FutCompletionIterator, fut_completion_iterator, G_TYPE_OBJECT)

static void
fut_completion_iterator_finalize (GObject *object)
{
  fut_completion_iterator_close (FUT_COMPLETION_ITERATOR (object));

  G_OBJECT_CLASS (fut_completion_iterator_parent_class)->finalize (object);
}

static void
fut_completion_iterator_class_init (FutCompletionIteratorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fut_completion_iterator_finalize;
}

static void
fut_completion_iterator_init (FutCompletionIterator *self)
{
}

/**
 * fut_as_completed:
 * @futures: (array length=n_futures): futures, of any executors; duplicates count once
 * @n_futures: how many
 * @timeout: the longest time that the whole iteration may take, in microseconds from now; −1 for no
 *   limit
 *
 * Iterates over futures in the order in which they end.
 *
 * Those that are done already come first, in the order given.
 *
 * Returns: (transfer full): an iterator
 *
 * Since: 1.0
 */
FutCompletionIterator *
fut_as_completed (FutFuture *const *futures, gsize n_futures, GTimeSpan timeout)
{
  FutCompletionIterator *self;

  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);

  if (!fut_wait_set_check (futures, n_futures))
    return NULL;

  self = g_object_new (FUT_TYPE_COMPLETION_ITERATOR, NULL);
  self->deadline = fut_deadline_from_timeout (timeout);
  self->set = fut_wait_set_new (futures, n_futures);
  self->n_total = self->set->n;
  fut_wait_set_watch (self->set);
  return self;
}

/* Gives the next one that is done, if there is one. */
static FutFuture *
take (FutCompletionIterator *self)
{
  FutFuture *future = self->set != NULL ? fut_wait_set_take (self->set) : NULL;

  if (future != NULL)
    self->n_given++;
  return future;
}

static gboolean
is_at_end (FutCompletionIterator *self)
{
  return self->set == NULL || self->n_given == self->n_total;
}

/* Says how many are missing, if it is the deadline that ended the wait. */
static void
improve_error (FutCompletionIterator *self, GError **error)
{
  if (error == NULL || !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return;

  g_clear_error (error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%u (of %u) futures unfinished",
               self->n_total - fut_waiter_get_n_ready (&self->set->waiter), self->n_total);
}

/**
 * fut_completion_iterator_next:
 * @self: an iterator
 * @cancellable: (nullable): ends the wait, and only that; %NULL for none
 * @error: return location for an error
 *
 * Blocks until another future is done, and gives it.
 *
 * Fails with [error@Gio.IOErrorEnum.TIMED_OUT] and a message such as "2 (of 5) futures unfinished"
 * at the deadline of the iteration, with [error@Gio.IOErrorEnum.CANCELLED] if @cancellable was
 * cancelled, and with %FUT_ERROR_WOULD_DEADLOCK if the wait could never end.
 *
 * Returns: (transfer full) (nullable): a future that is done; %NULL, with @error unset, when all
 *   have been given
 *
 * Since: 1.0
 */
FutFuture *
fut_completion_iterator_next (FutCompletionIterator *self, GCancellable *cancellable,
                              GError **error)
{
  g_autoptr(GError) local_error = NULL;
  FutFuture *future;

  g_return_val_if_fail (FUT_IS_COMPLETION_ITERATOR (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  g_return_val_if_fail (!self->pending, NULL);

  future = take (self);
  if (future != NULL || is_at_end (self) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return future;

  if (fut_waiter_block (&self->set->waiter, self->set->core, self->deadline, cancellable,
                        &local_error))
    return take (self);

  improve_error (self, &local_error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/**
 * fut_completion_iterator_poll:
 * @self: an iterator
 * @timeout: the longest time to block, in microseconds; 0 looks only, −1 waits without limit
 *
 * Waits until [method@Fut.CompletionIterator.next] would not block.
 *
 * This is for languages in which nothing else happens while C blocks, such as the handling of
 * Ctrl-C in Python: they wait a little at a time. It says %TRUE as well if the next call of `next()`
 * will fail at once.
 *
 * Returns: %TRUE if `next()` would not block; %FALSE if @timeout was too short
 *
 * Since: 1.0
 */
gboolean
fut_completion_iterator_poll (FutCompletionIterator *self, GTimeSpan timeout)
{
  g_autoptr(GError) error = NULL;
  gint64 deadline;

  g_return_val_if_fail (FUT_IS_COMPLETION_ITERATOR (self), TRUE);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), TRUE);
  g_return_val_if_fail (!self->pending, TRUE);

  if (is_at_end (self))
    return TRUE;

  deadline = fut_deadline_from_timeout (timeout);
  if (self->deadline >= 0 && (deadline < 0 || self->deadline < deadline))
    deadline = self->deadline;
  if (fut_waiter_block (&self->set->waiter, self->set->core, deadline, NULL, &error))
    return TRUE;
  return deadline == self->deadline || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

typedef struct
{
  GTask   *task;   /* owned; its source object is the iterator */
  GSource *source; /* owned */
} AsyncNext;

static void
async_next_free (gpointer data)
{
  AsyncNext *self = data;
  FutCompletionIterator *iterator = g_task_get_source_object (self->task);

  if (iterator->set != NULL)
    fut_waiter_forget_source (&iterator->set->waiter);
  g_source_unref (self->source);
  g_object_unref (self->task);
  g_free (self);
}

static gboolean
on_async_next_ready (gpointer data)
{
  AsyncNext *next = data;
  g_autoptr(GTask) task = g_object_ref (next->task);
  FutCompletionIterator *self = g_task_get_source_object (task);
  FutFuture *future = take (self);
  GError *error = NULL;

  self->pending = FALSE;
  if (self->set != NULL)
    fut_waiter_forget_source (&self->set->waiter);

  if (future != NULL || is_at_end (self))
    g_task_return_pointer (task, future, g_object_unref);
  else
    {
      fut_wait_set_error (g_task_get_cancellable (task), &error);
      improve_error (self, &error);
      g_task_return_error (task, error);
    }
  return G_SOURCE_REMOVE;
}

/**
 * fut_completion_iterator_next_async:
 * @self: an iterator
 * @cancellable: (nullable): ends the wait, and only that; %NULL for none
 * @callback: (scope async) (closure user_data): called in the thread-default main context of the
 *   calling thread
 * @user_data: given to @callback
 *
 * Waits without blocking until another future is done. There may be one such wait at a time.
 *
 * Since: 1.0
 */
void
fut_completion_iterator_next_async (FutCompletionIterator *self, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = NULL;
  FutFuture *future;
  AsyncNext *next;

  g_return_if_fail (FUT_IS_COMPLETION_ITERATOR (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, fut_completion_iterator_next_async);
  g_task_set_check_cancellable (task, FALSE);
  if (self->pending)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                               "the iterator is already waiting for its next future");
      return;
    }
  future = take (self);
  if (future != NULL || is_at_end (self))
    {
      g_task_return_pointer (task, future, g_object_unref);
      return;
    }

  self->pending = TRUE;
  next = g_new0 (AsyncNext, 1);
  next->task = g_object_ref (task);
  next->source = fut_wait_source_new (self->deadline, cancellable);
  g_source_set_callback (next->source, on_async_next_ready, next, async_next_free);
  g_source_set_priority (next->source, g_task_get_priority (task));
  fut_waiter_attach_source (&self->set->waiter, next->source, g_task_get_context (task));
}

/**
 * fut_completion_iterator_next_finish:
 * @self: an iterator
 * @result: what the callback of [method@Fut.CompletionIterator.next_async] was given
 * @error: return location for an error
 *
 * Ends a wait begun with [method@Fut.CompletionIterator.next_async]. Fails as
 * [method@Fut.CompletionIterator.next] does, and with [error@Gio.IOErrorEnum.PENDING] if another
 * wait was under way.
 *
 * Returns: (transfer full) (nullable): a future that is done; %NULL, with @error unset, when all
 *   have been given
 *
 * Since: 1.0
 */
FutFuture *
fut_completion_iterator_next_finish (FutCompletionIterator *self, GAsyncResult *result,
                                     GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * fut_completion_iterator_close:
 * @self: an iterator
 *
 * Lets go of the futures that have not been given. The iteration is at its end then; a
 * [method@Fut.CompletionIterator.next_async] that is under way ends with none. It may be called
 * again.
 *
 * Since: 1.0
 */
void
fut_completion_iterator_close (FutCompletionIterator *self)
{
  FutWaitSet *set;

  g_return_if_fail (FUT_IS_COMPLETION_ITERATOR (self));

  set = g_steal_pointer (&self->set);
  if (set == NULL)
    return;

  /* Has the source, if there is one, look again and find the end. */
  fut_waiter_interrupt (&set->waiter);
  fut_wait_set_free (set);
}
