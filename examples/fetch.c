/* fetch.c: downloads URLs on 20 threads and prints each outcome when it is known
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Since libsoup 3.2 any thread may send a message through a session that another thread has made;
 * the blocking calls are used, each in the worker that runs the download.
 */
#include <futures-glib.h>
#include <libsoup/soup.h>
#include <locale.h>
#include <stdlib.h>

#define N_WORKERS 20
#define CHUNK_BYTES (64 * 1024)
#define DEFAULT_TIMEOUT_S 30

static GInputStream *
open_url (SoupSession *session, const char *url, GCancellable *cancellable, GError **error)
{
  g_autoptr(SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr(GInputStream) body = NULL;
  guint status;

  if (message == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "Not a URL of HTTP");
      return NULL;
    }
  body = soup_session_send (session, message, cancellable, error);
  if (body == NULL)
    return NULL;

  status = soup_message_get_status (message);
  if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The server answered %u (%s)", status,
                   soup_message_get_reason_phrase (message));
      return NULL;
    }
  return g_steal_pointer (&body);
}

/* Never more than a chunk of the body is in memory. Returns its size, or -1. */
static gint64
copy (GInputStream *body, GOutputStream *output, GCancellable *cancellable, GError **error)
{
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  gint64 n_bytes = 0;
  gssize n;

  while ((n = g_input_stream_read (body, chunk, CHUNK_BYTES, cancellable, error)) > 0)
    {
      if (output != NULL && !g_output_stream_write_all (output, chunk, n, NULL, cancellable, error))
        return -1;
      n_bytes += n;
    }
  return n < 0 ? -1 : n_bytes;
}

static gint64
download (SoupSession *session, const char *url, const char *path, GCancellable *cancellable,
          GError **error)
{
  g_autoptr(GInputStream) body = open_url (session, url, cancellable, error);
  g_autoptr(GFile) file = *path == '\0' ? NULL : g_file_new_for_path (path);
  g_autoptr(GFileOutputStream) output = NULL;
  gint64 n_bytes;

  if (body == NULL)
    return -1;
  if (file == NULL)
    return copy (body, NULL, cancellable, error);

  output = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, cancellable, error);
  if (output == NULL)
    return -1;
  n_bytes = copy (body, G_OUTPUT_STREAM (output), cancellable, error);
  if (n_bytes >= 0 && g_output_stream_close (G_OUTPUT_STREAM (output), cancellable, error))
    return n_bytes;

  /* Half a file would look like a whole one. Closing puts it in place, so that comes first. */
  g_output_stream_close (G_OUTPUT_STREAM (output), NULL, NULL);
  g_file_delete (file, NULL, NULL);
  return -1;
}

/* (say) → x: a URL, and the file to write, empty for none; the size of the body. */
static void
fetch (FutFuture *future, GVariant *args, gpointer session)
{
  g_autoptr(GError) error = NULL;
  const char *url, *path;
  gint64 n_bytes;

  g_variant_get (args, "(&s^&ay)", &url, &path);
  n_bytes = download (session, url, path, fut_future_get_cancellable (future), &error);
  if (n_bytes < 0)
    fut_future_return_error (future, g_steal_pointer (&error));
  else
    fut_future_return_int64 (future, n_bytes);
}

static FutFuture *
submit (FutExecutor *executor, const char *url, const char *folder, guint number)
{
  g_autoptr(FutSubmitOptions) options = fut_submit_options_new ();
  g_autofree char *name = g_strdup_printf ("%u", number);
  g_autofree char *path = folder == NULL ? g_strdup ("") : g_build_filename (folder, name, NULL);

  /* The future's name says later which URL it was. */
  fut_submit_options_set_name (options, url);
  return fut_executor_submit_full (executor, "fetch", g_variant_new ("(s^ay)", url, path), options);
}

/* Returns whether the download went well. */
static gboolean
report (FutFuture *future)
{
  g_autofree char *url = fut_future_dup_name (future);
  g_autoptr(GError) error = NULL;
  gint64 n_bytes = fut_future_result_int64 (future, 0, &error);

  if (error != NULL)
    g_printerr ("%s: %s\n", url, error->message);
  else
    g_print ("%s: %" G_GINT64_FORMAT " bytes\n", url, n_bytes);
  return error == NULL;
}

static int
fetch_all (char **urls, const char *folder, int timeout)
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (N_WORKERS);
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(FutCompletionIterator) completed = NULL;
  SoupSession *session = soup_session_new_with_options (
    "max-conns", N_WORKERS, "max-conns-per-host", N_WORKERS, "timeout", (guint) timeout, NULL);
  int status = EXIT_SUCCESS;
  FutFuture *next;

  fut_function_register ("fetch", fetch, session, g_object_unref);
  for (guint i = 0; urls[i] != NULL; i++)
    g_ptr_array_add (futures, submit (executor, urls[i], folder, i + 1));

  completed = fut_as_completed ((FutFuture **) futures->pdata, futures->len, -1);
  while ((next = fut_completion_iterator_next (completed, NULL, NULL)) != NULL)
    {
      g_autoptr(FutFuture) future = next;

      if (!report (future))
        status = EXIT_FAILURE;
    }

  fut_executor_shutdown (executor, TRUE, FALSE);
  fut_function_unregister ("fetch");
  return status;
}

int
main (int argc, char **argv)
{
  int timeout = DEFAULT_TIMEOUT_S;
  g_autofree char *folder = NULL;
  g_auto(GStrv) urls = NULL;
  g_autoptr(GError) error = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder, "Keep what comes as files 1, 2, …",
      "FOLDER" },
    { "timeout", 't', 0, G_OPTION_ARG_INT, &timeout, "Give up a silent server after", "SECONDS" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &urls, NULL, "URL…" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_printerr ("fetch: %s\n", error->message);
  else if (urls == NULL || timeout < 0)
    g_printerr ("fetch: no URL, or a bad time; --help tells more\n");
  else
    return fetch_all (urls, folder, timeout);
  return EXIT_FAILURE;
}
