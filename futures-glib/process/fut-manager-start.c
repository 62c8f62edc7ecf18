/* fut-manager-start.c: starting workers, on the I/O thread
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

typedef struct
{
  FutWorkerManager *manager; /* lent: it outlives its workers */
  FutWorkerProcess *worker;  /* owned */
} ExitWatch;

static void
on_exited (GObject *source, GAsyncResult *result, gpointer data)
{
  ExitWatch *watch = data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  g_mutex_lock (&watch->manager->lock);
  watch->worker->exited = TRUE;
  g_mutex_unlock (&watch->manager->lock);
  fut_manager_bury_worker (watch->manager, watch->worker);
  fut_manager_wake (watch->manager);
  fut_worker_process_unref (watch->worker);
  g_free (watch);
}

static guint
find_free_index_locked (FutWorkerManager *self)
{
  for (guint index = 0;; index++)
    {
      gboolean taken = FALSE;

      for (guint i = 0; i < self->workers->len && !taken; i++)
        taken = ((FutWorkerProcess *) g_ptr_array_index (self->workers, i))->index == index;
      if (!taken)
        return index;
    }
}

static void
append_initializer_locked (FutWorkerManager *self, FutWorkerProcess *worker)
{
  FutPoolSettings *settings = worker->settings;
  const char *type = "";
  FutMessage message = { .type = FUT_MESSAGE_CALL };
  FutFunction *function;
  guint8 *payload = NULL;

  if (settings->initializer == NULL)
    return;

  if (settings->initializer_args != NULL)
    {
      type = g_variant_get_type_string (settings->initializer_args);
      message.call.place = FUT_PLACE_INLINE;
      message.call.n_bytes = g_variant_get_size (settings->initializer_args);
    }
  function = fut_function_ref_for_name (settings->initializer);
  message.call.signature = fut_worker_process_get_signature (worker, function, type);
  fut_channel_append (&worker->channel, &message, &payload, -1);
  if (settings->initializer_args != NULL && message.call.n_bytes > 0)
    g_variant_store (settings->initializer_args, payload);
  fut_function_unref (function);
}

/* Starts one worker; FALSE if that did not work. */
static gboolean
start_worker (FutWorkerManager *self)
{
  g_autoptr(FutPoolSettings) settings = fut_worker_manager_ref_settings (self);
  FutWorkerProcess *worker;
  gboolean permanent;
  GError *error = NULL;
  ExitWatch *watch;
  guint index;

  g_mutex_lock (&self->lock);
  index = find_free_index_locked (self);
  g_mutex_unlock (&self->lock);
  fut_manager_delay (self);
  worker = fut_worker_process_spawn (settings, self->core->name, index, self->epoll_fd, &permanent,
                                     &error);
  if (worker == NULL)
    {
      fut_manager_note_failed_spawn (self, permanent, error);
      return FALSE;
    }

  worker->prepared = settings->initializer == NULL;
  watch = g_new (ExitWatch, 1);
  *watch = (ExitWatch){ self, fut_worker_process_ref (worker) };
  g_mutex_lock (&self->lock);
  worker->serial = self->n_started++;
  if (settings->start_timeout >= 0)
    worker->start_deadline = fut_deadline_from_timeout (settings->start_timeout);
  append_initializer_locked (self, worker);
  fut_worker_process_flush (worker);
  g_ptr_array_add (self->workers, worker);
  g_mutex_unlock (&self->lock);
  g_subprocess_wait_async (worker->subprocess, NULL, on_exited, watch);
  return TRUE;
}

guint
fut_manager_count_missing_locked (FutWorkerManager *self, gint64 now)
{
  guint n_alive = fut_manager_count_alive_locked (self);
  guint n_free = fut_manager_count_free_locked (self);
  guint n_calls = fut_work_queue_get_length (&self->queue) + g_queue_get_length (&self->again);
  guint n_missing = 0;

  /* Those that are on their way out still count: there are never more than the maximum. */
  if (self->workers->len >= self->core->max_workers || now < self->retry_start_at ||
      (atomic_load (&self->core->flags) & FUT_CORE_BROKEN) != 0)
    return 0;

  if (n_calls > n_free)
    n_missing = n_calls - n_free;
  if (!self->stopping && self->n_wanted > n_alive)
    n_missing = MAX (n_missing, self->n_wanted - n_alive);
  return MIN (n_missing, self->core->max_workers - self->workers->len);
}

void
fut_manager_start_missing (FutWorkerManager *self)
{
  guint n_missing;

  g_mutex_lock (&self->lock);
  n_missing = fut_manager_count_missing_locked (self, g_get_monotonic_time ());
  self->n_wanted = 0;
  g_mutex_unlock (&self->lock);

  while (n_missing-- > 0 && start_worker (self))
    ;
}
