/* fut-worker-loop.c: the worker's side: reads calls, runs them, sends what became of them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-loop-private.h"

#include "fut-error.h"

#include <unistd.h>

/* The locks are described in fut-worker-loop-private.h.
 *
 * Results gather, and are sent together: when there is nothing more to run; when there are as many
 * as calls are left, so that the parent can send new ones in time, and they are at least
 * MANY_RESULTS or the calls are no tiny ones; when they are large; and when it is LONG_SINCE some
 * were sent (in µs). Each sending wakes the parent, which takes a CPU from some worker. What waits
 * behind a call that takes longer than expected is sent by the minder.
 */
#define MANY_RESULTS 32
#define LONG_CALL 20
#define LONG_SINCE 2000

static atomic_bool has_begun;

/* --- the parts --- */

static gboolean
forget (gpointer engine, FutFuture *future)
{
  return FALSE;
}

static guint
get_n_active (gpointer engine)
{
  return 1;
}

static void
do_nothing (gpointer engine)
{
}

static const FutEngineFuncs engine_funcs = {
  .forget = forget,
  .get_n_active = get_n_active,
  .join = do_nothing,
  .free = do_nothing,
  .report = fut_worker_outbox_report,
};

static gboolean
minder_flush (gpointer data, gboolean stuck)
{
  return fut_worker_outbox_try_flush (data, stuck);
}

static void
minder_read (gpointer data)
{
  FutWorkerLoop *self = data;
  g_autoptr(GError) error = NULL;

  if (fut_worker_inbox_try_read (self, &error))
    return;

  /* M is busy, for who knows how long, and nobody can ask it to stop any more. */
  g_printerr ("%s: %s\n", self->core->name, error->message);
  fut_worker_hygiene_die ();
}

static const FutWorkerMinderFuncs minder_funcs = { minder_flush, minder_read };

static void
clear_signature (gpointer data)
{
  FutWorkerSignature *signature = data;

  g_clear_pointer (&signature->function, fut_function_unref);
  g_clear_pointer (&signature->args_type, g_variant_type_free);
}

static FutWorkerLoop *
loop_new (const FutWorkerSurroundings *surroundings)
{
  FutWorkerLoop *self = g_new0 (FutWorkerLoop, 1);

  self->generation = fut_fork_get_generation ();
  fut_channel_init (&self->channel, surroundings->read_fd, surroundings->write_fd,
                    surroundings->direct);
  g_mutex_init (&self->in_lock);
  g_mutex_init (&self->out_lock);
  g_mutex_init (&self->lock);
  g_cond_init (&self->pin_cond);
  self->signatures = g_array_new (FALSE, TRUE, sizeof (FutWorkerSignature));
  g_array_set_clear_func (self->signatures, clear_signature);
  self->arrived = g_array_new (FALSE, FALSE, sizeof (FutWorkerCall));
  self->calls = g_array_new (FALSE, FALSE, sizeof (FutWorkerCall));
  self->replaced_functions = g_ptr_array_new_with_free_func ((GDestroyNotify) fut_function_unref);
  return self;
}

/* Only one that has not got as far as to say hello. */
static void
loop_free (FutWorkerLoop *self)
{
  g_clear_pointer (&self->page, fut_page_free);
  g_clear_pointer (&self->core, fut_executor_core_unref);
  fut_channel_clear (&self->channel);
  g_mutex_clear (&self->in_lock);
  g_mutex_clear (&self->out_lock);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->pin_cond);
  g_array_unref (self->signatures);
  g_array_unref (self->arrived);
  g_array_unref (self->calls);
  g_ptr_array_unref (self->replaced_functions);
  g_free (self);
}

/* --- the handshake --- */

static void
set_closed_error (GError **error)
{
  g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
               "the parent closed the channel before it said welcome");
}

static gboolean
say_hello (FutWorkerLoop *self, GError **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  FutMessage message = {
    .type = FUT_MESSAGE_HELLO,
    .hello = { .pid = (guint32) getpid (),
               .identity = fut_page_get_identity (NULL),
               .version = FUT_VERSION,
               .language = "C",
               .program = program },
  };
  FutChannelStatus status;

  fut_channel_append (&self->channel, &message, NULL, -1);
  status = fut_channel_flush (&self->channel, TRUE, error);
  if (status == FUT_CHANNEL_CLOSED)
    set_closed_error (error);
  return status == FUT_CHANNEL_OK;
}

static gboolean
take_welcome (FutWorkerLoop *self, const FutMessage *message, GError **error)
{
  if (message->type != FUT_MESSAGE_WELCOME)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                   "the parent said something else (%d) before it said welcome", message->type);
      return FALSE;
    }

  if ((message->welcome.flags & FUT_WELCOME_FLAG_PAGE) != 0)
    {
      int fd = fut_channel_take_fd (&self->channel);

      if (fd < 0)
        {
          g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                       "the parent did not send the page that it announced");
          return FALSE;
        }
      self->page = fut_page_map (fd, error);
      close (fd);
      if (self->page == NULL)
        return FALSE;
    }
  self->has_regions = (message->welcome.flags & FUT_WELCOME_FLAG_REGIONS) != 0;
  fut_worker_hygiene_limit_memory (message->welcome.memory_limit);

  self->core = fut_executor_core_new (NULL);
  self->core->name = g_strdup (*message->welcome.name != '\0' ? message->welcome.name : "worker");
  self->core->max_workers = 1;
  self->core->engine_funcs = &engine_funcs;
  self->core->engine = self;
  atomic_fetch_and (&self->core->flags, ~(guint) FUT_CORE_REPORT_UNREAD);
  return TRUE;
}

static gboolean
await_welcome (FutWorkerLoop *self, GError **error)
{
  FutChannelStatus status;
  FutMessage message;
  gsize n_bytes;

  while ((status = fut_channel_next (&self->channel, FALSE, &message, &n_bytes, error)) ==
         FUT_CHANNEL_AGAIN)
    {
      status = fut_channel_read (&self->channel, TRUE, error);
      if (status == FUT_CHANNEL_CLOSED)
        set_closed_error (error);
      if (status != FUT_CHANNEL_OK)
        return FALSE;
    }
  if (status != FUT_CHANNEL_OK || !take_welcome (self, &message, error))
    return FALSE;

  fut_channel_drop (&self->channel, n_bytes);
  return TRUE;
}

static FutWorkerLoop *
begin (GError **error)
{
  FutWorkerSurroundings surroundings;
  FutWorkerLoop *self;
  gboolean taken;

  if (!fut_worker_hygiene_begin (&surroundings, error))
    return NULL;

  self = loop_new (&surroundings);
  if (say_hello (self, error) && await_welcome (self, error))
    self->minder = fut_worker_minder_new (&surroundings, &minder_funcs, self, error);
  if (self->minder == NULL)
    {
      loop_free (self);
      return NULL;
    }

  self->n_kept = self->channel.n_flushed;

  /* Calls may have come together with the welcome. */
  g_mutex_lock (&self->in_lock);
  taken = fut_worker_inbox_take_locked (self, &self->failure);
  g_mutex_unlock (&self->in_lock);
  if (!taken)
    g_debug ("%s: %s", self->core->name, self->failure->message);
  return self;
}

gboolean
fut_worker_loop_is_wanted (void)
{
  return atomic_load (&has_begun) || g_getenv (FUT_WORKER_CHANNEL_VARIABLE) != NULL;
}

FutWorkerLoop *
fut_worker_loop_get (GError **error)
{
  static GMutex begin_lock;
  static FutWorkerLoop *the_loop;
  FutWorkerLoop *self;

  g_mutex_lock (&begin_lock);
  if (the_loop == NULL && fut_worker_loop_is_wanted ())
    {
      atomic_store (&has_begun, TRUE);
      the_loop = begin (error);
    }
  else if (the_loop == NULL)
    g_set_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE,
                 "this process is not a worker of a process pool");
  self = the_loop;
  g_mutex_unlock (&begin_lock);
  return self;
}

/* --- running calls --- */

static gboolean
flush (FutWorkerLoop *self)
{
  g_autoptr(GError) error = NULL;

  if (fut_worker_outbox_flush (self, &error))
    return TRUE;

  g_mutex_lock (&self->lock);
  if (self->failure == NULL)
    self->failure = g_steal_pointer (&error);
  g_mutex_unlock (&self->lock);
  return FALSE;
}

/* The next call is known, and has been claimed: who reads the results sees that it runs. */
static gboolean
flush_if_due (FutWorkerLoop *self, guint n_left, gint64 now)
{
  guint n_unsent = atomic_load_explicit (&self->n_unsent, memory_order_relaxed);

  gboolean enough = n_unsent >= n_left &&
                    (n_unsent >= MANY_RESULTS || now - self->begun_at >= LONG_CALL);

  if (n_unsent == 0 || (!enough && !self->out_is_large && now - self->sent_at < LONG_SINCE))
    return TRUE;

  self->sent_at = now;
  return flush (self);
}

/* Whether the worker has to leave; a failure comes before calls that are there. */
static gboolean
is_over (FutWorkerLoop *self)
{
  g_autoptr(GPtrArray) unneeded = NULL;
  gboolean over;

  g_mutex_lock (&self->lock);
  over = self->failure != NULL || self->is_stopping;
  if (self->replaced_functions->len > 0)
    {
      /* No call is left that may need them. */
      unneeded = self->replaced_functions;
      self->replaced_functions =
        g_ptr_array_new_with_free_func ((GDestroyNotify) fut_function_unref);
    }
  g_mutex_unlock (&self->lock);
  return over;
}

/* Blocks until there is a call. FALSE: the worker has to leave. */
static gboolean
await_call (FutWorkerLoop *self, FutWorkerCall *call, guint *n_left)
{
  g_autoptr(GError) error = NULL;

  if (self->page != NULL)
    fut_page_begin_call (self->page, 0, 0);
  if (!flush (self))
    return FALSE;

  while (!fut_worker_inbox_next (self, call, n_left))
    {
      if (is_over (self))
        return FALSE;
      if (!fut_worker_inbox_read (self, TRUE, &error))
        {
          g_mutex_lock (&self->lock);
          if (self->failure == NULL)
            self->failure = g_steal_pointer (&error);
          g_mutex_unlock (&self->lock);
          return FALSE;
        }
    }
  return TRUE;
}

static void
begin_call (FutWorkerLoop *self, FutWorkerCall *call, gint64 now)
{
  FutFuture *future = fut_future_new_for_function (self->core, call->function, call->args);
  gboolean asked_to_stop;

  g_clear_pointer (&call->args, g_variant_unref);
  self->current = future;
  self->current_call = call->id;
  self->current_loan = call->loan;
  self->begun_at = now;

  g_mutex_lock (&self->lock);
  self->running = future;
  self->progress_sent_at = 0;
  self->progress_waits = FALSE;
  asked_to_stop = self->asked_to_stop;
  if (self->page != NULL)
    fut_page_begin_call (self->page, call->id, now);
  g_mutex_unlock (&self->lock);

  fut_worker_minder_begin_call (self->minder);
  if (asked_to_stop)
    fut_future_request_cancel (future);
}

/* What was returned last, or run here. It may not have been ended by who runs it. */
static void
end_call (FutWorkerLoop *self)
{
  FutFuture *future = g_steal_pointer (&self->current);

  if (!fut_future_is_done (future))
    fut_future_end (future, FUT_STATE_FINISHED, NULL, FALSE, 0);
  fut_worker_outbox_end_progress (self);
  fut_worker_minder_end_call (self->minder);

  g_mutex_lock (&self->lock);
  self->running = NULL;
  self->current_id = 0;
  while (self->pinned != NULL)
    g_cond_wait (&self->pin_cond, &self->lock);
  g_mutex_unlock (&self->lock);

  fut_worker_outbox_add (self, self->current_call, g_steal_pointer (&self->current_loan), future);
}

FutFuture *
fut_worker_loop_next (FutWorkerLoop *self, gboolean only_registered)
{
  FutWorkerCall call;
  guint n_left;

  if (self->current != NULL)
    end_call (self);
  if (!fut_worker_loop_check (self, NULL))
    return NULL;

  for (;;)
    {
      gboolean found = fut_worker_inbox_next (self, &call, &n_left);
      gint64 now;

      if (!found && !await_call (self, &call, &n_left))
        return NULL;
      now = g_get_monotonic_time ();
      if (!found)
        self->sent_at = now;
      else if (!flush_if_due (self, n_left, now))
        return NULL;

      begin_call (self, &call, now);
      if (only_registered && !fut_function_is_bound (call.function))
        {
          fut_future_set_running_or_notify_cancel (self->current, NULL);
          return g_object_ref (self->current);
        }
      fut_future_execute (self->current, FALSE, &now);
      end_call (self);
    }
}

gboolean
fut_worker_loop_check (FutWorkerLoop *self, GError **error)
{
  gboolean good;

  g_mutex_lock (&self->lock);
  good = self->failure == NULL;
  if (!good && error != NULL)
    *error = g_error_copy (self->failure);
  g_mutex_unlock (&self->lock);
  return good;
}

void
fut_worker_loop_leave (FutWorkerLoop *self)
{
  g_mutex_lock (&self->out_lock);
  self->is_over = TRUE;
  g_mutex_unlock (&self->out_lock);
  fut_worker_hygiene_kill_descendants ();
}
