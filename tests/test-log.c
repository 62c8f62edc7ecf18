/* test-log.c: takes what the library logs, from whichever thread
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-util.h"

typedef struct
{
  GLogLevelFlags level;
  char          *text;
  gboolean       expected;   /* somebody asked for it */
} Entry;

/* Locking: `lock` guards the entries, and nothing is logged under it. */
struct _TestLog
{
  guint  handler;
  GMutex lock;
  GCond  changed;

  /* Guarded by lock: */
  GArray *entries;
};

static void
clear_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->text);
}

static void
take_message (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  TestLog *self = data;
  Entry entry = { level & G_LOG_LEVEL_MASK, g_strdup (message), FALSE };

  g_mutex_lock (&self->lock);
  g_array_append_val (self->entries, entry);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return g_strcmp0 (domain, "Futures") != 0;
}

TestLog *
test_log_new (void)
{
  TestLog *self = g_new0 (TestLog, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, clear_entry);
  self->handler = g_log_set_handler (
    "Futures", G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION, take_message, self);
  g_test_log_set_fatal_handler (is_fatal, NULL);
  return self;
}

void
test_log_free (TestLog *self)
{
  g_log_remove_handler ("Futures", self->handler);
  g_test_log_set_fatal_handler (NULL, NULL);
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);

      if (!entry->expected && (entry->level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL)))
        g_error ("logged, and not expected: %s", entry->text);
    }
  g_array_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

static guint
count_locked (TestLog *self, const char *pattern)
{
  guint n = 0;

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);

      if (g_pattern_match_simple (pattern, entry->text))
        {
          entry->expected = TRUE;
          n++;
        }
    }
  return n;
}

guint
test_log_count (TestLog *self, const char *pattern)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = count_locked (self, pattern);
  g_mutex_unlock (&self->lock);
  return n;
}

void
test_log_await (TestLog *self, const char *pattern)
{
  g_mutex_lock (&self->lock);
  while (count_locked (self, pattern) == 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}
