/* fut-process-pool-output.c: lines of worker processes on their way to a main context
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-process-pool-output.h"

#include <string.h>

/* A source that stays attached as long as the executor lives. It has a ready time while lines wait,
 * so that it wakes nothing in between, and refers to the executor weakly: a context that nobody
 * iterates keeps neither the executor nor more lines than the limits allow.
 *
 * After each dispatch the source rests for a moment: it has the default priority, and lines that
 * come all the time would starve what has a lower one, such as redraws.
 *
 * Locking: `lock` guards what is marked so. The context's own lock is taken under it, by
 * g_source_set_ready_time(); no code of others runs under it.
 */

#define BUDGET 2000 /* µs of lines in one dispatch */
#define PAUSE 1000  /* µs before the next one */

typedef struct
{
  int  pid;
  int  fd;
  char text[];
} Line;

struct _FutPoolOutput
{
  /* Set at construction, never changed: */
  char             *name;    /* owned; of the executor */
  FutPoolOutputFunc func;
  GSource          *source;  /* owned */

  GMutex lock;

  /* Guarded by lock: */
  GQueue  lines;             /* Line, owned; the oldest first */
  gsize   n_bytes;           /* of their texts */
  guint64 n_dropped;         /* that nobody was told of yet */
  gint64  not_before;        /* when the next dispatch may be; monotonic */
};

typedef struct
{
  GSource        source;
  GWeakRef       executor;
  FutPoolOutput *output;     /* lent; valid while the executor is */
} OutputSource;

static Line *
pop_locked (FutPoolOutput *self)
{
  Line *line = g_queue_pop_head (&self->lines);

  if (line != NULL)
    self->n_bytes -= strlen (line->text);
  return line;
}

static void
say_what_was_dropped (FutPoolOutput *self, guint64 n_dropped)
{
  if (n_dropped > 0)
    g_message ("%s: dropped %" G_GUINT64_FORMAT " %s of its workers' output, waiting for a main "
               "context that was not iterated",
               self->name, n_dropped, n_dropped == 1 ? "line" : "lines");
}

/* Takes the next line; if there is none the source rests. */
static Line *
take_next (FutPoolOutput *self)
{
  guint64 n_dropped;
  Line *line;

  g_mutex_lock (&self->lock);
  n_dropped = self->n_dropped;
  self->n_dropped = 0;
  line = pop_locked (self);
  if (line == NULL)
    g_source_set_ready_time (self->source, -1);
  g_mutex_unlock (&self->lock);

  say_what_was_dropped (self, n_dropped);
  return line;
}

static void
rest (FutPoolOutput *self, gint64 now)
{
  g_mutex_lock (&self->lock);
  self->not_before = now + PAUSE;
  if (!g_queue_is_empty (&self->lines))
    g_source_set_ready_time (self->source, self->not_before);
  g_mutex_unlock (&self->lock);
}

static gboolean
output_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  OutputSource *output_source = (OutputSource *) source;
  g_autoptr(FutExecutor) executor = g_weak_ref_get (&output_source->executor);
  gint64 now = g_get_monotonic_time ();
  gint64 end = now + BUDGET;
  FutPoolOutput *self = output_source->output;
  Line *line;

  if (executor == NULL)
    return G_SOURCE_REMOVE;

  /* One line at a time, so that they stay in order if a handler runs the loop. */
  while (now < end && (line = take_next (self)) != NULL)
    {
      self->func (executor, line->pid, line->fd, line->text);
      g_free (line);
      now = g_get_monotonic_time ();
    }
  rest (self, now);
  return G_SOURCE_CONTINUE;
}

static void
output_source_finalize (GSource *source)
{
  g_weak_ref_clear (&((OutputSource *) source)->executor);
}

static GSourceFuncs output_source_funcs = {
  .dispatch = output_source_dispatch,
  .finalize = output_source_finalize,
};

FutPoolOutput *
fut_pool_output_new (FutExecutor *executor, FutPoolOutputFunc func)
{
  FutPoolOutput *self = g_new0 (FutPoolOutput, 1);
  OutputSource *output_source;

  g_mutex_init (&self->lock);
  g_queue_init (&self->lines);
  self->name = g_strdup (fut_executor_get_name (executor));
  self->func = func;
  self->source = g_source_new (&output_source_funcs, sizeof (OutputSource));
  output_source = (OutputSource *) self->source;
  g_weak_ref_init (&output_source->executor, executor);
  output_source->output = self;
  g_source_set_static_name (self->source, "[futures-glib] worker output");
  g_source_set_can_recurse (self->source, TRUE);
  g_source_attach (self->source, fut_executor_get_context (executor));
  return self;
}

void
fut_pool_output_free (FutPoolOutput *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  say_what_was_dropped (self, self->n_dropped);
  g_queue_clear_full (&self->lines, g_free);
  g_mutex_clear (&self->lock);
  g_free (self->name);
  g_free (self);
}

void
fut_pool_output_push (FutPoolOutput *self, int pid, int fd, const char *line)
{
  gsize n_bytes = strlen (line);
  Line *copy = g_malloc (sizeof (Line) + n_bytes + 1);

  copy->pid = pid;
  copy->fd = fd;
  memcpy (copy->text, line, n_bytes + 1);

  g_mutex_lock (&self->lock);
  if (g_queue_is_empty (&self->lines))
    g_source_set_ready_time (self->source, self->not_before);
  g_queue_push_tail (&self->lines, copy);
  self->n_bytes += n_bytes;
  while (self->lines.length > 1 && (self->lines.length > FUT_POOL_OUTPUT_MAX_LINES ||
                                    self->n_bytes > FUT_POOL_OUTPUT_MAX_BYTES))
    {
      g_free (pop_locked (self));
      self->n_dropped++;
    }
  g_mutex_unlock (&self->lock);
}
