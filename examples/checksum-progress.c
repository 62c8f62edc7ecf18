/* checksum-progress.c: a line on the terminal: files, bytes, rate, time left
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How much there is to do is counted meanwhile by a task in the default executor; the time left is
 * shown once it is known.
 */
#include "checksum-progress.h"

#include <futures-glib.h>
#include <unistd.h>

#include "checksum-tree.h"

#define TICK_MS 100

struct _Progress
{
  ProgressBytesFunc bytes_func;
  gpointer data;
  guint tick;          /* a source; 0 if stderr is no terminal */
  FutFuture *counter;  /* owned; NULL if stderr is no terminal */
  gint64 start;
  gboolean is_shown;
  guint64 n_files;
  guint64 n_bytes;
  guint64 total_files; /* 0 until counted */
  guint64 total_bytes;
};

/* → (tt): how many files there are, and how many bytes. */
static void
count (FutFuture *future, GVariant *args, gpointer roots)
{
  g_autoptr(Tree) tree = tree_new (roots);
  guint64 n_files = 0, n_bytes = 0;
  TreeEntry *next;

  while ((next = tree_next (tree)) != NULL)
    {
      g_autoptr(TreeEntry) entry = next;

      if (fut_future_return_error_if_cancelled (future))
        return;
      if (entry->kind == TREE_ENTRY_FILE)
        {
          n_files++;
          n_bytes += entry->n_bytes;
        }
    }
  fut_future_return_variant (future, g_variant_new ("(tt)", n_files, n_bytes));
}

static void
counted (FutFuture *future, gpointer data)
{
  Progress *self = data;
  g_autoptr(GVariant) totals = fut_future_result_variant (future, 0, NULL);

  if (totals != NULL)
    g_variant_get (totals, "(tt)", &self->total_files, &self->total_bytes);
}

static void
append_time_left (Progress *self, GString *line, guint64 n_bytes, double seconds)
{
  guint64 left;

  if (n_bytes == 0 || self->total_bytes < n_bytes)
    return;
  left = seconds * (self->total_bytes - n_bytes) / n_bytes;
  g_string_append_printf (line, ", %" G_GUINT64_FORMAT ":%02u left", left / 60,
                          (guint) (left % 60));
}

static gboolean
show (gpointer data)
{
  Progress *self = data;
  guint64 n_bytes = self->n_bytes + self->bytes_func (self->data);
  double seconds = (g_get_monotonic_time () - self->start) / (double) G_USEC_PER_SEC;
  g_autofree char *size = g_format_size (n_bytes);
  g_autofree char *rate = g_format_size (n_bytes / MAX (seconds, 0.001));
  g_autoptr(GString) line = g_string_new (NULL);

  g_string_append_printf (line, "%" G_GUINT64_FORMAT, self->n_files);
  if (self->total_files > 0)
    g_string_append_printf (line, " of %" G_GUINT64_FORMAT, self->total_files);
  g_string_append_printf (line, " files, %s", size);
  if (self->total_files > 0)
    {
      g_autofree char *total = g_format_size (self->total_bytes);

      g_string_append_printf (line, " of %s", total);
    }
  g_string_append_printf (line, ", %s/s", rate);
  append_time_left (self, line, n_bytes, seconds);

  g_printerr ("\r%s\033[K", line->str);
  self->is_shown = TRUE;
  return G_SOURCE_CONTINUE;
}

Progress *
progress_new (const char *const *roots, ProgressBytesFunc bytes_func, gpointer data)
{
  Progress *self = g_new0 (Progress, 1);

  self->bytes_func = bytes_func;
  self->data = data;
  if (!isatty (STDERR_FILENO))
    return self;

  self->start = g_get_monotonic_time ();
  self->tick = g_timeout_add (TICK_MS, show, self);
  self->counter = fut_executor_submit_func (
    fut_executor_get_default (), count, g_strdupv ((char **) roots), (GDestroyNotify) g_strfreev);
  fut_future_add_done_callback_in (self->counter, NULL, counted, self, NULL);
  return self;
}

void
progress_add (Progress *self, guint64 n_bytes)
{
  self->n_files++;
  self->n_bytes += n_bytes;
}

/* To be called before anything else is printed. */
void
progress_hide (Progress *self)
{
  if (self->is_shown)
    g_printerr ("\r\033[K");
  self->is_shown = FALSE;
}

void
progress_free (Progress *self)
{
  progress_hide (self);
  if (self->tick != 0)
    g_source_remove (self->tick);
  if (self->counter != NULL)
    {
      fut_future_cancel (self->counter);
      fut_future_wait (self->counter, -1, NULL, NULL);
      g_object_unref (self->counter);
    }
  g_free (self);
}
