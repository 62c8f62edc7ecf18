/* fut-executor-core.c: what futures know of the executor that runs them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-executor-core.h"

#include "fut-error.h"

#include "engine/fut-fork.h"

/* Locking: `lock` guards what is marked so. It is taken before a waiter's; no reference to an
 * object is taken or dropped under it.
 */

#define REPORT_INTERVAL G_TIME_SPAN_SECOND

FutExecutorCore *
fut_executor_core_new (gpointer executor)
{
  FutExecutorCore *self = g_aligned_alloc0 (1, sizeof (FutExecutorCore), 64);

  g_atomic_ref_count_init (&self->ref_count);
  g_weak_ref_init (&self->executor, executor);
  g_mutex_init (&self->lock);
  self->blocked = g_ptr_array_new ();
  self->generation = fut_fork_get_generation ();
  atomic_init (&self->flags, FUT_CORE_REPORT_UNREAD);
  return self;
}

FutExecutorCore *
fut_executor_core_ref (FutExecutorCore *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
fut_executor_core_unref (FutExecutorCore *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->engine != NULL)
    self->engine_funcs->free (self->engine);
  g_weak_ref_clear (&self->executor);
  g_ptr_array_unref (self->blocked);
  g_clear_error (&self->broken);
  g_mutex_clear (&self->lock);
  g_free (self->name);
  g_aligned_free (self);
}

/* Each thread counts on one of several cache lines, so that they seldom share one. */
static guint
get_stripe (void)
{
  static atomic_uint n_threads;
  static __thread guint stripe = G_MAXUINT;

  if (G_UNLIKELY (stripe == G_MAXUINT))
    stripe = atomic_fetch_add (&n_threads, 1) % FUT_N_COUNTER_STRIPES;
  return stripe;
}

void
fut_executor_core_count (FutExecutorCore *self, FutCount count)
{
  atomic_fetch_add_explicit (&self->counters[get_stripe ()].counts[count], 1, memory_order_relaxed);
}

guint64
fut_executor_core_get_count (FutExecutorCore *self, FutCount count)
{
  guint64 sum = 0;

  for (guint i = 0; i < FUT_N_COUNTER_STRIPES; i++)
    sum += atomic_load_explicit (&self->counters[i].counts[count], memory_order_relaxed);
  return sum;
}

/* What is left of @n_entered; the counts are read one after the other, so it might be negative. */
static guint64
get_rest (guint64 n_entered, guint64 n_left)
{
  return MAX (n_entered, n_left) - n_left;
}

/* What has begun in workers elsewhere, and was not counted here yet. */
static guint64
get_n_begun (FutExecutorCore *self)
{
  return self->engine != NULL && self->engine_funcs->get_n_begun != NULL
           ? self->engine_funcs->get_n_begun (self->engine)
           : 0;
}

guint64
fut_executor_core_get_n_pending (FutExecutorCore *self)
{
  guint64 n_left = get_n_begun (self) + fut_executor_core_get_count (self, FUT_COUNT_STARTED) +
                   fut_executor_core_get_count (self, FUT_COUNT_DROPPED);

  return get_rest (fut_executor_core_get_count (self, FUT_COUNT_SUBMITTED), n_left);
}

guint64
fut_executor_core_get_n_running (FutExecutorCore *self)
{
  guint64 n_begun = get_n_begun (self);
  guint64 n_left = fut_executor_core_get_count (self, FUT_COUNT_ENDED);

  return n_begun + get_rest (fut_executor_core_get_count (self, FUT_COUNT_STARTED), n_left);
}

gboolean
fut_executor_core_break (FutExecutorCore *self, const GError *cause)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = self->broken == NULL;
  if (first)
    {
      self->broken =
        g_error_new (FUT_ERROR, FUT_ERROR_BROKEN, "%s is broken: %s", self->name, cause->message);
      atomic_fetch_or (&self->flags, FUT_CORE_BROKEN);
    }
  g_mutex_unlock (&self->lock);
  return first;
}

gboolean
fut_executor_core_check (FutExecutorCore *self, GError **error)
{
  guint flags = atomic_load (&self->flags);

  if (G_LIKELY ((flags & (FUT_CORE_SHUT_DOWN | FUT_CORE_BROKEN)) == 0 &&
                !fut_executor_core_is_forked (self)))
    return TRUE;

  if (fut_executor_core_is_forked (self))
    g_set_error (error, FUT_ERROR, FUT_ERROR_BROKEN,
                 "%s belongs to the parent of this process; a forked child must make its own",
                 self->name);
  else if ((flags & FUT_CORE_BROKEN) != 0)
    g_propagate_error (error, g_error_copy (self->broken));
  else
    g_set_error (error, FUT_ERROR, FUT_ERROR_SHUT_DOWN,
                 "cannot schedule new futures after shutdown of %s", self->name);
  return FALSE;
}

gboolean
fut_executor_core_is_forked (FutExecutorCore *self)
{
  return self->generation != fut_fork_get_generation ();
}

gboolean
fut_executor_core_block (FutExecutorCore *self, FutWaiter *waiter)
{
  gboolean can_end;

  /* An executor of a third party need not say how many workers it has. */
  if (self->max_workers == 0)
    return TRUE;

  g_mutex_lock (&self->lock);
  can_end = self->blocked->len + 1 < self->max_workers || fut_waiter_is_met (waiter);
  for (guint i = 0; i < self->blocked->len && !can_end; i++)
    can_end = fut_waiter_is_met (g_ptr_array_index (self->blocked, i));
  if (can_end)
    g_ptr_array_add (self->blocked, waiter);
  g_mutex_unlock (&self->lock);
  return can_end;
}

void
fut_executor_core_unblock (FutExecutorCore *self, FutWaiter *waiter)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove_fast (self->blocked, waiter);
  g_mutex_unlock (&self->lock);
}

void
fut_executor_core_report_unread (FutExecutorCore *self, const char *name, const GError *error)
{
  gint64 now = g_get_monotonic_time ();
  gboolean report;
  guint n_unreported = 0;

  if ((atomic_load (&self->flags) & FUT_CORE_REPORT_UNREAD) == 0)
    return;

  g_mutex_lock (&self->lock);
  report = self->reported_at == 0 || now - self->reported_at >= REPORT_INTERVAL;
  if (report)
    {
      self->reported_at = now;
      n_unreported = self->n_unreported;
      self->n_unreported = 0;
    }
  else
    self->n_unreported++;
  g_mutex_unlock (&self->lock);

  if (report && n_unreported > 0)
    g_message ("%s: nobody read the error of %s: %s (and of %u calls before it)", self->name,
               name != NULL ? name : "an unnamed call", error->message, n_unreported);
  else if (report)
    g_message ("%s: nobody read the error of %s: %s", self->name,
               name != NULL ? name : "an unnamed call", error->message);
}
