/* fut-map.c: one function over many inputs, results in input order
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-map.h"

#include "fut-error.h"
#include "fut-executor-private.h"
#include "fut-future-private.h"

/**
 * FutMapIterator:
 *
 * Gives the outcomes of one function over many inputs, in the order of the inputs; made by
 * [method@Fut.Executor.map] and [method@Fut.Executor.map_pull].
 *
 * Dropping it, or closing it, cancels the calls whose outcomes have not been given. It holds the
 * executor weakly, and no outcome that it has given. It is to be used by one thread at a time.
 *
 * Since: 1.0
 */

struct _FutMapIterator
{
  GObject parent_instance;

  /* Set at construction, never changed: */
  GWeakRef executor;
  char    *function;     /* owned */
  gint64   deadline;     /* monotonic; −1 for none */
  guint    buffersize;   /* how many may be in flight; 0 for any number */

  FutMapNextFunc next_func; /* NULL when there are no more inputs */
  gpointer       user_data;
  GDestroyNotify destroy;
  GQueue         futures;   /* FutFuture, owned: in flight, the next to be given first */
  gboolean       pending;   /* next_async() is under way */
};

G_DEFINE_FINAL_TYPE (FutMapIterator, fut_map_iterator, G_TYPE_OBJECT)

static void
end_inputs (FutMapIterator *self)
{
  GDestroyNotify destroy = self->destroy;

  self->next_func = NULL;
  self->destroy = NULL;
  if (destroy != NULL)
    destroy (self->user_data);
}

static void
fut_map_iterator_finalize (GObject *object)
{
  FutMapIterator *self = FUT_MAP_ITERATOR (object);

  fut_map_iterator_close (self);
  g_weak_ref_clear (&self->executor);
  g_free (self->function);

  G_OBJECT_CLASS (fut_map_iterator_parent_class)->finalize (object);
}

static void
fut_map_iterator_class_init (FutMapIteratorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fut_map_iterator_finalize;
}

static void
fut_map_iterator_init (FutMapIterator *self)
{
  g_weak_ref_init (&self->executor, NULL);
  g_queue_init (&self->futures);
}

/* Whether the executor did not take the call, and will not take the next one either. */
static gboolean
was_refused (FutExecutor *executor, FutFuture *future)
{
  g_autoptr(GError) error = NULL;

  if (fut_executor_core_check (fut_executor_get_core (executor), NULL) ||
      !fut_future_has_failed (future))
    return FALSE;
  error = fut_future_dup_error (future);
  return g_error_matches (error, FUT_ERROR, FUT_ERROR_SHUT_DOWN) ||
         g_error_matches (error, FUT_ERROR, FUT_ERROR_BROKEN);
}

/* Submits one more input; FALSE when there is none, or no executor to take it. */
static gboolean
submit_next (FutMapIterator *self)
{
  g_autoptr(FutExecutor) executor = NULL;
  g_autoptr(GVariant) args = NULL;
  FutFuture *future;

  args = self->next_func (self->user_data);
  if (args == NULL)
    {
      end_inputs (self);
      return FALSE;
    }
  g_variant_take_ref (args);

  executor = g_weak_ref_get (&self->executor);
  if (executor != NULL)
    {
      future = fut_executor_submit (executor, self->function, args);
      if (was_refused (executor, future))
        end_inputs (self);
    }
  else
    {
      future = fut_future_new ();
      fut_future_end_with_error (
        future, g_error_new_literal (FUT_ERROR, FUT_ERROR_SHUT_DOWN, "the executor is gone"), TRUE);
      end_inputs (self);
    }
  g_queue_push_tail (&self->futures, future);
  return self->next_func != NULL;
}

static void
fill (FutMapIterator *self)
{
  while (self->next_func != NULL &&
         (self->buffersize == 0 || self->futures.length < self->buffersize) && submit_next (self))
    ;
}

static gboolean
check_sizes (int chunksize, int buffersize, GError **error)
{
  if (chunksize < 1)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "chunksize must be at least 1, not %d", chunksize);
  else if (buffersize != -1 && buffersize < 1)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "buffersize must be at least 1, or −1 for no limit, not %d", buffersize);
  else
    return TRUE;
  return FALSE;
}

typedef struct
{
  GVariant **args; /* each owned until given */
  gsize      n_args;
  gsize      n_given;
} ArgsArray;

static GVariant *
next_in_array (gpointer data)
{
  ArgsArray *array = data;

  return array->n_given < array->n_args ? g_steal_pointer (&array->args[array->n_given++]) : NULL;
}

static void
free_array (gpointer data)
{
  ArgsArray *array = data;

  for (gsize i = array->n_given; i < array->n_args; i++)
    g_variant_unref (array->args[i]);
  g_free (array->args);
  g_free (array);
}

/**
 * fut_executor_map:
 * @self: an executor
 * @function: the name of a function, see [func@Fut.function_register]
 * @args: (array length=n_args): the arguments of each call, none of them %NULL; floating references
 *   are sunk
 * @n_args: how many calls
 * @timeout: the longest time that the whole iteration may take, in microseconds from now; −1 for no
 *   limit
 * @chunksize: how many calls may travel together to a worker, at least 1; threads ignore it
 * @buffersize: how many calls may be submitted whose outcomes have not been given, at least 1; −1
 *   for any number: then all are submitted at once
 * @error: return location for an error
 *
 * Calls a function for each of several inputs, and gives the outcomes in the order of the inputs.
 *
 * The first calls are submitted before this returns. At the deadline, and when the iterator is
 * closed or dropped, the rest are cancelled.
 *
 * Fails with [error@Gio.IOErrorEnum.INVALID_ARGUMENT] if @chunksize or @buffersize is out of range.
 *
 * Returns: (transfer full): an iterator over the outcomes
 *
 * Since: 1.0
 */
FutMapIterator *
fut_executor_map (FutExecutor *self, const char *function, GVariant *const *args, gsize n_args,
                  GTimeSpan timeout, int chunksize, int buffersize, GError **error)
{
  ArgsArray *array;

  g_return_val_if_fail (FUT_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (function != NULL && *function != '\0', NULL);
  g_return_val_if_fail (args != NULL || n_args == 0, NULL);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  for (gsize i = 0; i < n_args; i++)
    g_return_val_if_fail (args[i] != NULL, NULL);

  array = g_new0 (ArgsArray, 1);
  array->args = g_new0 (GVariant *, n_args);
  array->n_args = n_args;
  for (gsize i = 0; i < n_args; i++)
    array->args[i] = g_variant_ref_sink (args[i]);
  return fut_executor_map_pull (self, function, timeout, chunksize, buffersize, next_in_array,
                                array, free_array, error);
}

/**
 * fut_executor_map_pull:
 * @self: an executor
 * @function: the name of a function, see [func@Fut.function_register]
 * @timeout: the longest time that the whole iteration may take, in microseconds from now; −1 for no
 *   limit
 * @chunksize: how many calls may travel together to a worker, at least 1; threads ignore it
 * @buffersize: how many calls may be submitted whose outcomes have not been given, at least 1; −1
 *   for any number: then all inputs are taken at once, which must not be endless
 * @next_func: (scope notified) (closure user_data) (destroy destroy): gives the inputs
 * @user_data: given to @next_func
 * @destroy: (nullable): called with @user_data when no more inputs are wanted, in the thread that
 *   uses the iterator
 * @error: return location for an error
 *
 * Calls a function for each input that another function gives, of which there may be no end; see
 * [method@Fut.Executor.map].
 *
 * @next_func is called here, until @buffersize calls are submitted, and then once in each
 * [method@Fut.MapIterator.next], in the thread that calls it.
 *
 * Fails with [error@Gio.IOErrorEnum.INVALID_ARGUMENT] if @chunksize or @buffersize is out of range;
 * then @destroy is called at once.
 *
 * Returns: (transfer full): an iterator over the outcomes
 *
 * Since: 1.0
 */
FutMapIterator *
fut_executor_map_pull (FutExecutor *self, const char *function, GTimeSpan timeout, int chunksize,
                       int buffersize, FutMapNextFunc next_func, gpointer user_data,
                       GDestroyNotify destroy, GError **error)
{
  FutMapIterator *iterator;

  g_return_val_if_fail (FUT_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (function != NULL && *function != '\0', NULL);
  g_return_val_if_fail (fut_timeout_is_valid (timeout), NULL);
  g_return_val_if_fail (next_func != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_sizes (chunksize, buffersize, error))
    {
      if (destroy != NULL)
        destroy (user_data);
      return NULL;
    }

  iterator = g_object_new (FUT_TYPE_MAP_ITERATOR, NULL);
  g_weak_ref_set (&iterator->executor, self);
  iterator->function = g_strdup (function);
  iterator->deadline = fut_deadline_from_timeout (timeout);
  iterator->buffersize = buffersize == -1 ? 0 : (guint) buffersize;
  iterator->next_func = next_func;
  iterator->user_data = user_data;
  iterator->destroy = destroy;
  fill (iterator);
  return iterator;
}

/* What a wait for the first one has come to: gives it, and submits one more in its place. */
static FutFuture *
take_first (FutMapIterator *self, const GError *wait_error, GError **error)
{
  FutFuture *future;

  if (wait_error != NULL)
    {
      guint n_left = self->futures.length;

      if (!g_error_matches (wait_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        g_propagate_error (error, g_error_copy (wait_error));
      else
        {
          fut_map_iterator_close (self);
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                       "the map timed out with %u calls unfinished or not given", n_left);
        }
      return NULL;
    }

  /* NULL if it was closed meanwhile. */
  future = g_queue_pop_head (&self->futures);
  if (future != NULL)
    fill (self);
  return future;
}

/* Trades a future (transfer full) that has no value for its error. */
static FutFuture *
raise_error (FutFuture *future, GError **error)
{
  GError *item_error = future != NULL ? fut_future_dup_error (future) : NULL;

  if (item_error == NULL)
    return future;

  g_object_unref (future);
  g_propagate_error (error, item_error);
  return NULL;
}

/**
 * fut_map_iterator_next_outcome:
 * @self: an iterator
 * @cancellable: (nullable): ends the wait, and only that; %NULL for none
 * @error: return location for an error of the iteration
 *
 * Blocks until the call for the next input has ended, and gives its future, however it has ended.
 *
 * Fails with [error@Gio.IOErrorEnum.TIMED_OUT] at the deadline of the iteration, which is at its
 * end then, with [error@Gio.IOErrorEnum.CANCELLED] if @cancellable was cancelled, and with
 * %FUT_ERROR_WOULD_DEADLOCK if the wait could never end.
 *
 * Returns: (transfer full) (nullable): a future that is done; %NULL, with @error unset, after the
 *   last one
 *
 * Since: 1.0
 */
FutFuture *
fut_map_iterator_next_outcome (FutMapIterator *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(GError) wait_error = NULL;
  FutFuture *first;

  g_return_val_if_fail (FUT_IS_MAP_ITERATOR (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  g_return_val_if_fail (!self->pending, NULL);

  first = g_queue_peek_head (&self->futures);
  if (first == NULL)
    return NULL;
  fut_future_wait_until (first, self->deadline, cancellable, &wait_error);
  return take_first (self, wait_error, error);
}

/**
 * fut_map_iterator_next:
 * @self: an iterator
 * @cancellable: (nullable): ends the wait, and only that; %NULL for none
 * @error: return location for an error
 *
 * Blocks until the call for the next input has ended, and gives its future if it has succeeded.
 *
 * Fails with the call's own error in its place; the calls after it are not disturbed, and the next
 * call of this gives the next one. Otherwise it is as [method@Fut.MapIterator.next_outcome].
 *
 * Returns: (transfer full) (nullable): a future that has succeeded; %NULL, with @error unset, after
 *   the last one
 *
 * Since: 1.0
 */
FutFuture *
fut_map_iterator_next (FutMapIterator *self, GCancellable *cancellable, GError **error)
{
  return raise_error (fut_map_iterator_next_outcome (self, cancellable, error), error);
}

static void
on_first_waited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  FutMapIterator *self = g_task_get_source_object (task);
  g_autoptr(GError) wait_error = NULL;
  GError *error = NULL;
  FutFuture *future;

  fut_future_wait_finish (FUT_FUTURE (source), result, &wait_error);
  self->pending = FALSE;
  future = take_first (self, wait_error, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, future, g_object_unref);
}

/**
 * fut_map_iterator_next_async:
 * @self: an iterator
 * @cancellable: (nullable): ends the wait, and only that; %NULL for none
 * @callback: (scope async) (closure user_data): called in the thread-default main context of the
 *   calling thread
 * @user_data: given to @callback
 *
 * Waits without blocking until the call for the next input has ended. There may be one such wait at
 * a time. It is finished with [method@Fut.MapIterator.next_finish] or
 * [method@Fut.MapIterator.next_outcome_finish].
 *
 * Since: 1.0
 */
void
fut_map_iterator_next_async (FutMapIterator *self, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = NULL;
  FutFuture *first;

  g_return_if_fail (FUT_IS_MAP_ITERATOR (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, fut_map_iterator_next_async);
  g_task_set_check_cancellable (task, FALSE);
  first = g_queue_peek_head (&self->futures);
  if (self->pending)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                             "the iterator is already waiting for its next outcome");
  else if (first == NULL)
    g_task_return_pointer (task, NULL, NULL);
  else
    {
      self->pending = TRUE;
      fut_future_wait_until_async (first, self->deadline, cancellable, on_first_waited,
                                   g_object_ref (task));
    }
}

/**
 * fut_map_iterator_next_outcome_finish:
 * @self: an iterator
 * @result: what the callback of [method@Fut.MapIterator.next_async] was given
 * @error: return location for an error of the iteration
 *
 * Ends a wait begun with [method@Fut.MapIterator.next_async], as
 * [method@Fut.MapIterator.next_outcome] does.
 *
 * Returns: (transfer full) (nullable): a future that is done; %NULL, with @error unset, after the
 *   last one
 *
 * Since: 1.0
 */
FutFuture *
fut_map_iterator_next_outcome_finish (FutMapIterator *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * fut_map_iterator_next_finish:
 * @self: an iterator
 * @result: what the callback of [method@Fut.MapIterator.next_async] was given
 * @error: return location for an error
 *
 * Ends a wait begun with [method@Fut.MapIterator.next_async], as [method@Fut.MapIterator.next]
 * does.
 *
 * Returns: (transfer full) (nullable): a future that has succeeded; %NULL, with @error unset, after
 *   the last one
 *
 * Since: 1.0
 */
FutFuture *
fut_map_iterator_next_finish (FutMapIterator *self, GAsyncResult *result, GError **error)
{
  return raise_error (fut_map_iterator_next_outcome_finish (self, result, error), error);
}

/**
 * fut_map_iterator_close:
 * @self: an iterator
 *
 * Cancels the calls whose outcomes have not been given, and takes no more inputs. The iteration is
 * at its end then. It may be called again.
 *
 * Since: 1.0
 */
void
fut_map_iterator_close (FutMapIterator *self)
{
  FutFuture *future;

  g_return_if_fail (FUT_IS_MAP_ITERATOR (self));

  end_inputs (self);
  while ((future = g_queue_pop_tail (&self->futures)) != NULL)
    {
      fut_future_cancel (future);
      g_object_unref (future);
    }
}
