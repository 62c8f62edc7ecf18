/* fut-thread-engine.c: what runs the calls of a thread pool executor
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-thread-engine.h"

#include "fut-error.h"
#include "fut-executor-private.h"
#include "fut-future-private.h"

#include "engine/fut-worker-pool.h"

#include <pthread.h>
#include <string.h>

/* Locking: `lock` guards what is marked so. No call, callback, initializer, or ref or
 * unref of a future runs under it.
 */

#define MAX_KERNEL_NAME 15

struct _FutThreadEngine
{
  FutWorkerPool *pool; /* owned */

  GMutex lock;

  /* Guarded by lock: */
  FutExecutorCore   *core;           /* owned until the pool has stopped; else it owns us */
  char              *prefix;         /* owned */
  GPtrArray         *worker_names;   /* owned */
  GPtrArray         *finished;       /* FutFuture, owned: to be ended when the pool has stopped */
  gboolean           stopped;
  FutInitializerFunc initializer;
  gpointer           initializer_data;
  GDestroyNotify     initializer_destroy;
};

/* Where names are cut, they lose what stands before the number: "ThreadPoolE-0_3". */
static void
set_kernel_name (const char *name)
{
  char cut[MAX_KERNEL_NAME + 1];
  const char *end = strrchr (name, '-');
  gsize length = strlen (name);
  gsize end_length;

  if (end == NULL || strlen (end) > MAX_KERNEL_NAME - 4)
    end = strrchr (name, '_');
  end_length = MIN (strlen (end), MAX_KERNEL_NAME);
  if (length > MAX_KERNEL_NAME)
    {
      memcpy (cut, name, MAX_KERNEL_NAME - end_length);
      memcpy (cut + MAX_KERNEL_NAME - end_length, name + length - end_length, end_length);
      cut[MAX_KERNEL_NAME] = '\0';
      name = cut;
    }
#ifdef __APPLE__
  pthread_setname_np (name);
#elif defined(__linux__)
  pthread_setname_np (pthread_self (), name);
#endif
}

/* A worker whose initializer fails stays, and ends what it is given with BROKEN, as all do then. */
static void
run_initializer (FutThreadEngine *self, FutExecutorCore *core)
{
  g_autoptr(GError) error = NULL;
  FutInitializerFunc initializer;
  gpointer data;

  g_mutex_lock (&self->lock);
  initializer = self->initializer;
  data = self->initializer_data;
  g_mutex_unlock (&self->lock);

  if (initializer == NULL || initializer (data, &error))
    return;

  if (error == NULL)
    error = g_error_new_literal (FUT_ERROR, FUT_ERROR_BROKEN, "no reason given");
  g_prefix_error (&error, "an initializer failed: ");
  if (fut_executor_core_break (core, error))
    {
      g_message ("%s is broken: %s", core->name, error->message);
      fut_executor_notify_later (core, "is-broken");
    }
}

static void
worker_begin (gpointer owner, guint index)
{
  static __thread FutFrame frame;
  FutThreadEngine *self = owner;
  FutExecutorCore *core;
  g_autofree char *name = NULL;

  g_mutex_lock (&self->lock);
  core = self->core; /* the engine keeps it as long as there are workers */
  name = g_strdup_printf ("%s_%u", self->prefix, index);
  g_ptr_array_add (self->worker_names, g_strdup (name));
  g_mutex_unlock (&self->lock);

  set_kernel_name (name);
  frame = (FutFrame){ .core = core };
  _fut_frame = &frame;

  if ((atomic_load (&core->flags) & FUT_CORE_BROKEN) == 0)
    run_initializer (self, core);
}

static gint64
worker_run (gpointer owner, FutNode *node, gint64 now)
{
  FutFuture *future = fut_future_of_node (node);
  GError *error = NULL;

  if (G_UNLIKELY ((atomic_load_explicit (&future->core->flags, memory_order_relaxed) &
                   FUT_CORE_BROKEN) != 0) &&
      !fut_executor_core_check (future->core, &error))
    fut_future_end_with_error (future, error, TRUE);
  else
    fut_future_execute (future, FALSE, &now);
  g_object_unref (future);
  return now;
}

static void
pool_stopped (gpointer owner)
{
  FutThreadEngine *self = owner;
  g_autoptr(GPtrArray) finished = NULL;
  GDestroyNotify destroy;
  FutExecutorCore *core;

  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  destroy = self->initializer_destroy;
  self->initializer_destroy = NULL;
  finished = g_steal_pointer (&self->finished);
  core = g_steal_pointer (&self->core);
  g_mutex_unlock (&self->lock);

  if (destroy != NULL)
    destroy (self->initializer_data);
  for (guint i = 0; i < finished->len; i++)
    fut_future_set_result (g_ptr_array_index (finished, i), NULL, NULL);
  fut_executor_core_unref (core);
}

static const FutWorkerPoolFuncs worker_pool_funcs = {
  .begin = worker_begin,
  .run = worker_run,
  .stopped = pool_stopped,
};

static gboolean
engine_forget (gpointer data, FutFuture *future)
{
  FutThreadEngine *self = data;

  return fut_worker_pool_remove (self->pool, &future->node);
}

static guint
engine_get_n_active (gpointer data)
{
  FutThreadEngine *self = data;

  return fut_worker_pool_get_n_active (self->pool);
}

static void
engine_join (gpointer data)
{
  FutThreadEngine *self = data;

  fut_worker_pool_join (self->pool);
}

static void
engine_free (gpointer data)
{
  FutThreadEngine *self = data;

  if (self->initializer_destroy != NULL)
    self->initializer_destroy (self->initializer_data);
  fut_worker_pool_unref (self->pool);
  g_ptr_array_unref (self->worker_names);
  g_clear_pointer (&self->finished, g_ptr_array_unref);
  g_free (self->prefix);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static const FutEngineFuncs engine_funcs = {
  .forget = engine_forget,
  .get_n_active = engine_get_n_active,
  .join = engine_join,
  .free = engine_free,
  .workers_are_threads = TRUE,
};

FutThreadEngine *
fut_thread_engine_new (FutExecutorCore *core)
{
  FutThreadEngine *self = g_new0 (FutThreadEngine, 1);

  g_mutex_init (&self->lock);
  self->core = fut_executor_core_ref (core);
  self->prefix = g_strdup (core->name);
  self->worker_names = g_ptr_array_new_with_free_func (g_free);
  self->finished = g_ptr_array_new_with_free_func (g_object_unref);
  self->pool = fut_worker_pool_new (core->max_workers, &worker_pool_funcs, self);

  core->engine_funcs = &engine_funcs;
  core->engine = self;
  core->revoke = NULL;
  return self;
}

/* Ends a call that no worker may be there to take; if one has taken it, it runs. */
static void
refuse_one (FutFuture *future, const GError *cause)
{
  FutExecutorCore *core = future->core;
  GError *refusal = NULL;

  if (cause != NULL)
    g_set_error (&refusal, FUT_ERROR, FUT_ERROR_BROKEN, "%s has no thread to run the call: %s",
                 core->name, cause->message);
  else if (fut_executor_core_check (core, &refusal))
    g_set_error (&refusal, FUT_ERROR, FUT_ERROR_SHUT_DOWN, "%s has stopped", core->name);
  fut_future_end_with_error (future, refusal, TRUE);
}

/* Ends a call, and those that others have queued meanwhile: they may have relied on us to find a
 * worker.
 */
static void
refuse (FutThreadEngine *self, FutFuture *future, const GError *cause)
{
  FutNode *node;

  refuse_one (future, cause);
  while ((node = fut_worker_pool_take_any (self->pool)) != NULL)
    {
      FutFuture *other = fut_future_of_node (node);

      refuse_one (other, cause);
      g_object_unref (other);
    }
}

void
fut_thread_engine_submit (FutThreadEngine *self, FutFuture *future)
{
  g_autoptr(GError) error = NULL;
  int priority = fut_future_get_priority (future);

  g_object_ref (future); /* for the queue, and then for the worker */
  if (!fut_worker_pool_push (self->pool, &future->node, priority, &error))
    refuse (self, future, error);
}

void
fut_thread_engine_cancel_pending (FutThreadEngine *self)
{
  FutNode *node;

  while ((node = fut_worker_pool_take_any (self->pool)) != NULL)
    {
      FutFuture *future = fut_future_of_node (node);

      fut_future_end (future, FUT_STATE_CANCELLED, NULL, TRUE, 0);
      g_object_unref (future);
    }
}

void
fut_thread_engine_stop (FutThreadEngine *self)
{
  fut_worker_pool_stop (self->pool);
}

void
fut_thread_engine_stop_and_tell (FutThreadEngine *self, FutFuture *finished)
{
  gboolean stopped;

  g_object_ref (finished);
  g_mutex_lock (&self->lock);
  stopped = self->stopped;
  if (!stopped)
    g_ptr_array_add (self->finished, finished);
  g_mutex_unlock (&self->lock);

  if (!stopped)
    fut_worker_pool_stop (self->pool);
  else
    {
      fut_future_set_result (finished, NULL, NULL);
      g_object_unref (finished);
    }
}

guint
fut_thread_engine_get_n_workers (FutThreadEngine *self)
{
  return fut_worker_pool_get_n_workers (self->pool);
}

char **
fut_thread_engine_dup_worker_names (FutThreadEngine *self)
{
  g_autoptr(GStrvBuilder) names = g_strv_builder_new ();

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->worker_names->len && !self->stopped; i++)
    g_strv_builder_add (names, g_ptr_array_index (self->worker_names, i));
  g_mutex_unlock (&self->lock);
  return g_strv_builder_end (names);
}

char *
fut_thread_engine_dup_prefix (FutThreadEngine *self)
{
  char *prefix;

  g_mutex_lock (&self->lock);
  prefix = g_strdup (self->prefix);
  g_mutex_unlock (&self->lock);
  return prefix;
}

gboolean
fut_thread_engine_set_prefix (FutThreadEngine *self, const char *prefix)
{
  g_autofree char *old = NULL;

  g_mutex_lock (&self->lock);
  old = self->prefix;
  self->prefix = g_strdup (prefix);
  g_mutex_unlock (&self->lock);
  return strcmp (old, prefix) != 0;
}

void
fut_thread_engine_set_initializer (FutThreadEngine *self, FutInitializerFunc func,
                                   gpointer user_data, GDestroyNotify destroy)
{
  GDestroyNotify old_destroy;
  gpointer old_data;

  g_mutex_lock (&self->lock);
  old_destroy = self->initializer_destroy;
  old_data = self->initializer_data;
  self->initializer = func;
  self->initializer_data = user_data;
  self->initializer_destroy = destroy;
  g_mutex_unlock (&self->lock);

  if (old_destroy != NULL)
    old_destroy (old_data);
}
