/* test-fetch.c: the example `fetch` against a server that is slow, that fails, and that talks a lot
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: FETCH=PROGRAM test-fetch
 */
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>
#include <sys/resource.h>

#define N_WORKERS 20
#define HUGE_CHUNK_BYTES (1 << 20)
#define HUGE_CHUNKS 256

#ifdef SANITIZED
/* SoupServer leaks the socket of each connection: soup-listener.c of libsoup 3.2 does not drop the
 * reference that g_socket_accept() gives it. The whole stack is needed to see that a leak is its.
 */
const char *__asan_default_options (void);
const char *__lsan_default_suppressions (void);

const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0";
}

const char *
__lsan_default_suppressions (void)
{
  return "leak:libsoup-3.0.so";
}
#endif

typedef struct
{
  SoupServer *server;
  char *base;             /* the server's URL, with a slash at its end */
  GPtrArray *paused;      /* of SoupServerMessage: those at the barrier, or the slow one */
  char *folder;           /* to download to */

  GSubprocess *fetch;
  GPtrArray *lines;       /* of char*: what it has printed so far */
  guint release_at;       /* the slow answer is given once so many lines have come; 0 is never */
  gboolean exited;
  char *complaints;       /* its stderr */
} Fixture;

/* The server */

static void
respond (SoupServerMessage *message, const char *text)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, text, strlen (text));
}

static void
release_paused (Fixture *fixture)
{
  for (guint i = 0; i < fixture->paused->len; i++)
    {
      SoupServerMessage *message = g_ptr_array_index (fixture->paused, i);

      respond (message, "at last");
      soup_server_message_unpause (message);
    }
  g_ptr_array_set_size (fixture->paused, 0);
}

static void
pause_message (Fixture *fixture, SoupServerMessage *message)
{
  soup_server_message_pause (message);
  g_ptr_array_add (fixture->paused, g_object_ref (message));
}

static void
append_huge_chunk (SoupServerMessage *message, gpointer n_left)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  if (*(guint *) n_left == 0)
    soup_message_body_complete (body);
  else
    {
      *(guint *) n_left -= 1;
      soup_message_body_append_take (body, g_malloc0 (HUGE_CHUNK_BYTES), HUGE_CHUNK_BYTES);
    }
}

static void
begin_huge (SoupServerMessage *message)
{
  guint *n_left = g_new (guint, 1);

  *n_left = HUGE_CHUNKS;
  g_object_set_data_full (G_OBJECT (message), "n-left", n_left, g_free);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                     SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (append_huge_chunk), n_left);
  append_huge_chunk (message, n_left);
}

/* Promises more than it sends. */
static void
cut_short (SoupServerMessage *message)
{
  const char *answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot a hundred";
  g_autoptr(GIOStream) stream = soup_server_message_steal_connection (message);
  GOutputStream *output = g_io_stream_get_output_stream (stream);

  g_assert_true (g_output_stream_write_all (output, answer, strlen (answer), NULL, NULL, NULL));
  g_io_stream_close (stream, NULL, NULL);
}

static void
handle (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
        gpointer data)
{
  Fixture *fixture = data;

  if (g_str_has_prefix (path, "/ok/"))
    respond (message, path);
  else if (g_str_equal (path, "/huge"))
    begin_huge (message);
  else if (g_str_equal (path, "/cut"))
    cut_short (message);
  else if (g_str_equal (path, "/broken"))
    soup_server_message_set_status (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL);
  else if (g_str_equal (path, "/slow"))
    pause_message (fixture, message);
  else if (g_str_has_prefix (path, "/barrier/"))
    {
      pause_message (fixture, message);
      if (fixture->paused->len == N_WORKERS)
        release_paused (fixture);
    }
  else
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}

/* The program */

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;
  char *line =
    g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line == NULL)
    {
      fixture->exited = TRUE;
      return;
    }
  g_ptr_array_add (fixture->lines, line);
  if (fixture->lines->len == fixture->release_at)
    release_paused (fixture);
  g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (source), G_PRIORITY_DEFAULT, NULL,
                                       on_line, fixture);
}

static char *
read_all (GInputStream *stream)
{
  g_autoptr(GOutputStream) text = g_memory_output_stream_new_resizable ();

  g_assert_cmpint (g_output_stream_splice (text, stream, G_OUTPUT_STREAM_SPLICE_NONE, NULL, NULL),
                   >=, 0);
  g_assert_true (g_output_stream_write_all (text, "", 1, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (text, NULL, NULL));
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (text));
}

/* Runs the program while the server answers it, in the same loop. */
static void
run_fetch (Fixture *fixture, GPtrArray *arguments, int expected_status)
{
  g_autoptr(GDataInputStream) lines = NULL;
  g_autoptr(GError) error = NULL;

  g_ptr_array_insert (arguments, 0, g_strdup (g_getenv ("FETCH")));
  g_ptr_array_add (arguments, NULL);
  fixture->fetch =
    g_subprocess_newv ((const char *const *) arguments->pdata,
                       G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);

  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fixture->fetch));
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, on_line, fixture);
  while (!fixture->exited)
    g_main_context_iteration (NULL, TRUE);

  fixture->complaints = read_all (g_subprocess_get_stderr_pipe (fixture->fetch));
  g_assert_true (g_subprocess_wait (fixture->fetch, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (fixture->fetch));
  g_assert_cmpint (g_subprocess_get_exit_status (fixture->fetch), ==, expected_status);
}

static GPtrArray *
new_arguments (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

static void
add_url (Fixture *fixture, GPtrArray *arguments, const char *path)
{
  g_ptr_array_add (arguments, g_strconcat (fixture->base, path, NULL));
}

static gboolean
printed (Fixture *fixture, const char *path, const char *outcome)
{
  g_autofree char *line = g_strdup_printf ("%s%s: %s", fixture->base, path, outcome);

  return g_ptr_array_find_with_equal_func (fixture->lines, line, g_str_equal, NULL);
}

/* Exactly one line of complaint, with the URL and the words. */
static void
assert_complaint (Fixture *fixture, const char *url, const char *words)
{
  g_auto(GStrv) lines = g_strsplit (fixture->complaints, "\n", -1);
  guint n_found = 0;

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, url) && strstr (*line, words) != NULL)
      n_found++;
  if (n_found != 1)
    g_error ("%u complaints of “%s” about %s in:\n%s", n_found, words, url, fixture->complaints);
}

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  GSList *uris;

  fixture->server = soup_server_new (NULL, NULL);
  fixture->paused = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->lines = g_ptr_array_new_with_free_func (g_free);
  fixture->folder = g_dir_make_tmp ("fetch-XXXXXX", &error);
  g_assert_no_error (error);
  soup_server_add_handler (fixture->server, NULL, handle, fixture, NULL);
  soup_server_listen_local (fixture->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (fixture->server);
  fixture->base = g_uri_to_string (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  const char *name;
  g_autoptr(GDir) folder = g_dir_open (fixture->folder, 0, NULL);

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
      g_autoptr(GFile) file = g_file_new_for_path (path);

      g_assert_true (g_file_delete (file, NULL, NULL));
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_clear_object (&fixture->fetch);
  g_ptr_array_unref (fixture->paused);
  g_ptr_array_unref (fixture->lines);
  soup_server_disconnect (fixture->server);
  g_object_unref (fixture->server);
  g_free (fixture->folder);
  g_free (fixture->base);
  g_free (fixture->complaints);
}

/* The tests */

static void
test_prints_each_url (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GPtrArray) arguments = new_arguments ();

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *path = g_strdup_printf ("ok/%03u", i);

      add_url (fixture, arguments, path);
    }
  run_fetch (fixture, arguments, 0);
  g_assert_cmpuint (fixture->lines->len, ==, 200);
  g_assert_cmpstr (fixture->complaints, ==, "");
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *path = g_strdup_printf ("ok/%03u", i);

      g_assert_true (printed (fixture, path, "7 bytes"));
    }
}

static void
test_downloads_twenty_at_a_time (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GPtrArray) arguments = new_arguments ();

  /* The server answers none before all have asked. */
  for (guint i = 0; i < N_WORKERS; i++)
    {
      g_autofree char *path = g_strdup_printf ("barrier/%u", i);

      add_url (fixture, arguments, path);
    }
  run_fetch (fixture, arguments, 0);
  g_assert_cmpuint (fixture->lines->len, ==, N_WORKERS);
}

static void
test_a_slow_answer_keeps_nobody_waiting (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GPtrArray) arguments = new_arguments ();

  /* The slow one is asked first, and answered when the others have been printed. */
  add_url (fixture, arguments, "slow");
  for (guint i = 0; i < 50; i++)
    add_url (fixture, arguments, "ok/x");
  fixture->release_at = 50;
  run_fetch (fixture, arguments, 0);
  g_assert_cmpuint (fixture->lines->len, ==, 51);
  g_assert_true (g_str_has_suffix (g_ptr_array_index (fixture->lines, 50), "/slow: 7 bytes"));
}

static void
test_reports_each_failure_by_itself (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GPtrArray) arguments = new_arguments ();
  g_autofree char *missing = g_strconcat (fixture->base, "missing", NULL);
  g_autofree char *broken = g_strconcat (fixture->base, "broken", NULL);
  g_autofree char *cut = g_strconcat (fixture->base, "cut", NULL);

  add_url (fixture, arguments, "missing");
  add_url (fixture, arguments, "ok/1");
  add_url (fixture, arguments, "broken");
  add_url (fixture, arguments, "cut");
  add_url (fixture, arguments, "ok/2");
  g_ptr_array_add (arguments, g_strdup ("http://127.0.0.1:1/"));
  g_ptr_array_add (arguments, g_strdup ("http://host.invalid/"));
  g_ptr_array_add (arguments, g_strdup ("not a url"));
  run_fetch (fixture, arguments, 1);

  g_assert_cmpuint (fixture->lines->len, ==, 2);
  g_assert_true (printed (fixture, "ok/1", "5 bytes"));
  g_assert_true (printed (fixture, "ok/2", "5 bytes"));
  assert_complaint (fixture, missing, "404");
  assert_complaint (fixture, broken, "500");
  assert_complaint (fixture, cut, "");
  assert_complaint (fixture, "http://127.0.0.1:1/", "refused");
  assert_complaint (fixture, "http://host.invalid/", "");
  assert_complaint (fixture, "not a url", "Not a URL");
}

static void
test_gives_up_a_silent_server (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GPtrArray) arguments = new_arguments ();
  g_autofree char *slow = g_strconcat (fixture->base, "slow", NULL);

  g_ptr_array_add (arguments, g_strdup ("--timeout=1"));
  add_url (fixture, arguments, "slow");
  add_url (fixture, arguments, "ok/1");
  run_fetch (fixture, arguments, 1);
  g_assert_cmpuint (fixture->lines->len, ==, 1);
  assert_complaint (fixture, slow, "timed out");
}

static void
test_keeps_files_and_no_half_ones (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GPtrArray) arguments = new_arguments ();
  g_autofree char *first = g_build_filename (fixture->folder, "1", NULL);
  g_autofree char *second = g_build_filename (fixture->folder, "2", NULL);
  g_autofree char *content = NULL;

  g_ptr_array_add (arguments, g_strconcat ("--output=", fixture->folder, NULL));
  add_url (fixture, arguments, "ok/content");
  add_url (fixture, arguments, "cut");
  run_fetch (fixture, arguments, 1);
  g_assert_true (g_file_get_contents (first, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "/ok/content");
  g_assert_false (g_file_test (second, G_FILE_TEST_EXISTS));
}

static void
test_a_huge_answer_is_never_in_memory (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GPtrArray) arguments = new_arguments ();
  g_autofree char *outcome = g_strdup_printf ("%u bytes", HUGE_CHUNKS * HUGE_CHUNK_BYTES);
  struct rusage usage;

  add_url (fixture, arguments, "huge");
  run_fetch (fixture, arguments, 0);
  g_assert_true (printed (fixture, "huge", outcome));

  /* The largest child so far, in KiB. A sanitizer needs a lot of its own. */
  g_assert_cmpint (getrusage (RUSAGE_CHILDREN, &usage), ==, 0);
#ifndef SANITIZED
  g_assert_cmpint (usage.ru_maxrss, <, HUGE_CHUNKS * (HUGE_CHUNK_BYTES / 1024) / 2);
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (g_getenv ("FETCH"));

#define ADD(path, function) \
  g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("/fetch/prints-each-url", test_prints_each_url);
  ADD ("/fetch/downloads-twenty-at-a-time", test_downloads_twenty_at_a_time);
  ADD ("/fetch/a-slow-answer-keeps-nobody-waiting", test_a_slow_answer_keeps_nobody_waiting);
  ADD ("/fetch/reports-each-failure-by-itself", test_reports_each_failure_by_itself);
  ADD ("/fetch/gives-up-a-silent-server", test_gives_up_a_silent_server);
  ADD ("/fetch/keeps-files-and-no-half-ones", test_keeps_files_and_no_half_ones);
  ADD ("/fetch/a-huge-answer-is-never-in-memory", test_a_huge_answer_is_never_in_memory);
#undef ADD
  return g_test_run ();
}
