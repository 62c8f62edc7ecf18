/* python-peers.c: Python's process pools, run by peers.py in a process of its own
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench-config.h"

#include "python-peers.h"

#include <gio/gio.h>

/* Only the main thread uses these. */
static const char *interpreter = BENCH_PYTHON;
static GSubprocess *child;         /* owned; NULL until the first question */
static GDataInputStream *answers;  /* owned */
static char *version;              /* owned */
static const char *missing;        /* interned: why there is no child */

static char *
ask (const char *command)
{
  g_autofree char *line = g_strconcat (command, "\n", NULL);
  g_autoptr(GError) error = NULL;
  GOutputStream *commands = g_subprocess_get_stdin_pipe (child);
  char *answer = NULL;

  if (g_output_stream_write_all (commands, line, strlen (line), NULL, NULL, &error) &&
      g_output_stream_flush (commands, NULL, &error))
    answer = g_data_input_stream_read_line_utf8 (answers, NULL, NULL, &error);
  if (answer == NULL)
    g_error ("peers.py did not answer “%s”: %s", command,
             error == NULL ? "it has ended" : error->message);
  return answer;
}

/* The answers are objects of numbers, or of texts: as JSON they look as such a GVariant does. */
static GVariant *
parse (const char *answer, const char *type)
{
  GVariant *parsed = g_variant_parse (G_VARIANT_TYPE (type), answer, NULL, NULL, NULL);

  return parsed == NULL ? NULL : g_variant_ref_sink (parsed);
}

static gboolean
start (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) parsed = NULL;
  g_autofree char *answer = NULL;

  if (child != NULL || missing != NULL)
    return child != NULL;

  if (*interpreter == '\0')
    {
      missing = "there is no Python";
      return FALSE;
    }
  child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                            interpreter, BENCH_PEERS, NULL);
  if (child == NULL)
    {
      missing = g_intern_string (error->message);
      return FALSE;
    }
  answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  answer = ask ("version");
  parsed = parse (answer, "a{ss}");
  bench_check (parsed != NULL && g_variant_lookup (parsed, "version", "s", &version));
  return TRUE;
}

void
python_peers_set_interpreter (const char *path)
{
  bench_check (child == NULL);
  interpreter = path;
}

const char *
python_peers_get_version (void)
{
  return start () ? version : missing;
}

BenchSample
python_peers_run (const char *format, ...)
{
  BenchSample sample = { 0 };
  g_autofree char *command = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *reason = NULL;
  g_autoptr(GVariant) numbers = NULL;
  g_autoptr(GVariant) texts = NULL;
  va_list args;

  if (!start ())
    return (BenchSample) { .missing = missing };

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);
  answer = ask (command);
  numbers = parse (answer, "a{sd}");
  texts = parse (answer, "a{ss}");
  if (numbers != NULL && g_variant_lookup (numbers, "value", "d", &sample.value))
    g_variant_lookup (numbers, "second", "d", &sample.second);
  else if (texts != NULL && g_variant_lookup (texts, "missing", "s", &reason))
    sample.missing = g_intern_string (reason);
  else
    g_error ("peers.py answered “%s” with “%s”", command, answer);
  return sample;
}

void
python_peers_stop (void)
{
  if (child == NULL)
    return;

  g_output_stream_close (g_subprocess_get_stdin_pipe (child), NULL, NULL);
  g_subprocess_wait (child, NULL, NULL);
  g_clear_object (&answers);
  g_clear_object (&child);
  g_clear_pointer (&version, g_free);
}
