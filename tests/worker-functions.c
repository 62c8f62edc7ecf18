/* worker-functions.c: what the tests of the worker have it run
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "worker-peer.h"

#include <futures-glib.h>

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
add (FutFuture *future, GVariant *args, gpointer user_data)
{
  int a, b;

  g_variant_get (args, "(ii)", &a, &b);
  fut_future_return_int64 (future, (gint64) a + b);
}

static void
echo (FutFuture *future, GVariant *args, gpointer user_data)
{
  if (args != NULL)
    fut_future_return_variant (future, args);
}

static void
return_uint (FutFuture *future)
{
  g_auto(GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, 4000000000u);
  fut_future_return_value (future, &value);
}

/* Returns a value of the kind that is asked for. */
static void
make (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *kind = g_variant_get_string (args, NULL);

  if (strcmp (kind, "boolean") == 0)
    fut_future_return_boolean (future, TRUE);
  else if (strcmp (kind, "double") == 0)
    fut_future_return_double (future, 1.5);
  else if (strcmp (kind, "string") == 0)
    fut_future_return_string (future, "naïve");
  else if (strcmp (kind, "null-string") == 0)
    fut_future_return_string (future, NULL);
  else if (strcmp (kind, "bad-string") == 0)
    fut_future_return_string (future, "na\xefve");
  else if (strcmp (kind, "variant") == 0)
    fut_future_return_variant (future, g_variant_new_parsed ("({'a': <1>}, ['b'])"));
  else if (strcmp (kind, "handle") == 0)
    fut_future_return_variant (future, g_variant_new_handle (0));
  else if (strcmp (kind, "uint") == 0)
    return_uint (future);
  else if (strcmp (kind, "object") == 0)
    fut_future_return_object (future, G_OBJECT (future));
  else if (strcmp (kind, "pointer") == 0)
    fut_future_return_pointer (future, future, NULL);
}

static void
make_bytes (FutFuture *future, GVariant *args, gpointer user_data)
{
  gsize n_bytes = g_variant_get_uint64 (args);
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_malloc0 (n_bytes), n_bytes);

  fut_future_return_bytes (future, bytes);
}

/* As many as are there only as addresses. */
static void
make_huge (FutFuture *future, GVariant *args, gpointer user_data)
{
  gsize n_bytes = g_variant_get_uint64 (args);
  gpointer data =
    mmap (NULL, n_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  g_autoptr(GBytes) bytes = g_bytes_new_static (data, n_bytes);

  g_assert (data != MAP_FAILED);
  fut_future_return_bytes (future, bytes);
}

static void
fail (FutFuture *future, GVariant *args, gpointer user_data)
{
  GError *error =
    g_error_new (g_quark_from_static_string ("a-foreign-domain"), -42, "it is broken: %d", 7);

  fut_future_return_error_with_trace (future, error, "at line 1\nat line 2");
}

/* Blocks until it is asked to stop. */
static void
hold (FutFuture *future, GVariant *args, gpointer user_data)
{
  GCancellable *cancellable = fut_future_get_cancellable (future);
  GPollFD polled;

  g_assert (g_cancellable_make_pollfd (cancellable, &polled));
  if (!g_cancellable_is_cancelled (cancellable))
    g_poll (&polled, 1, -1);
  g_cancellable_release_fd (cancellable);
  fut_future_return_error_if_cancelled (future);
}

/* Holds a CPU until it is asked to stop. */
static void
spin (FutFuture *future, GVariant *args, gpointer user_data)
{
  while (!fut_future_return_error_if_cancelled (future))
    ;
}

/* Tells the steps that it is given, and then blocks until it is asked to stop. */
static void
tell (FutFuture *future, GVariant *args, gpointer user_data)
{
  GVariantIter iter;
  const char *status;
  double progress;

  g_variant_iter_init (&iter, args);
  while (g_variant_iter_next (&iter, "(d&s)", &progress, &status))
    {
      fut_future_set_progress (future, progress);
      fut_future_set_status (future, status);
    }
  hold (future, NULL, NULL);
}

static GVariant *kept;

static void
keep (FutFuture *future, GVariant *args, gpointer user_data)
{
  kept = g_variant_ref (args);
}

static gpointer
drop_kept (gpointer data)
{
  g_clear_pointer (&kept, g_variant_unref);
  return NULL;
}

/* In another thread, which may come after the end of the call. */
static void
drop (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_thread_unref (g_thread_new ("drop", drop_kept, NULL));
}

/* Starts a process that stays in the group, and one that leaves it; then does what it is told. */
static void
breed (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *then = g_variant_get_string (args, NULL);
  int pids[2];

  for (int i = 0; i < 2; i++)
    {
      pids[i] = fork ();
      g_assert (pids[i] >= 0);
      if (pids[i] == 0)
        {
          signal (SIGTERM, SIG_IGN);
          if (i == 1)
            setsid ();
          for (;;)
            pause ();
        }
    }
  if (strcmp (then, "tell") == 0)
    {
      g_autofree char *text = g_strdup_printf ("%d %d", pids[0], pids[1]);

      fut_future_set_status (future, text);
      for (;;)
        ;
    }
  fut_future_return_variant (future, g_variant_new ("(ii)", pids[0], pids[1]));
}

/* Whether that much memory can be had. */
static void
eat (FutFuture *future, GVariant *args, gpointer user_data)
{
  gpointer memory = malloc (g_variant_get_uint64 (args));

  fut_future_return_boolean (future, memory != NULL);
  free (memory);
}

static void
close_fd (FutFuture *future, GVariant *args, gpointer user_data)
{
  close (g_variant_get_int32 (args));
  hold (future, NULL, NULL);
}

/* What there is in this process that a test looks at. */
static void
look (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *input = g_file_read_link ("/proc/self/fd/0", NULL);
  g_autofree char *score = NULL;
  struct sigaction action;
  sigset_t mask;
  const char *name;
  guint n_fds = 0;

  g_assert (folder != NULL);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      int flags = fcntl (atoi (name), F_GETFD);

      n_fds += atoi (name) > 2 && (flags & FD_CLOEXEC) == 0;
    }
  g_assert (g_file_get_contents ("/proc/self/oom_score_adj", &score, NULL, NULL));
  sigaction (SIGUSR1, NULL, &action);
  pthread_sigmask (SIG_SETMASK, NULL, &mask);
  g_string_printf (text, "leader=%d input=%s open=%u oom=%d usr1=%d blocked=%d env=%d",
                   getpgrp () == getpid (), input, n_fds, atoi (score),
                   action.sa_handler == SIG_IGN, sigismember (&mask, SIGUSR2),
                   g_getenv ("FUT_WORKER_CHANNEL") != NULL || g_getenv ("NOTIFY_SOCKET") != NULL);
  fut_future_return_string (future, text->str);
}

static void
print (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_print ("printed %s\n", g_variant_get_string (args, NULL));
}

void
worker_functions_register (void)
{
  static const struct
  {
    const char *name;
    FutTaskFunc func;
  } functions[] = {
    { "add", add },   { "breed", breed },           { "close-fd", close_fd },
    { "drop", drop }, { "eat", eat },               { "echo", echo },
    { "fail", fail }, { "hold", hold },             { "keep", keep },
    { "look", look }, { "make", make },             { "make-bytes", make_bytes },
    { "spin", spin }, { "make-huge", make_huge },   { "print", print },
    { "tell", tell },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    fut_function_register (functions[i].name, functions[i].func, NULL, NULL);
}
