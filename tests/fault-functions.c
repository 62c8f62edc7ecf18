/* fault-functions.c: functions that end their worker, or make trouble in another way
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fault-functions.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Above it bytes are not written to: nobody gets to see them. */
#define LARGEST_BYTES ((gsize) 1 << 30)

/* --- ends of a worker --- */

static void
die_as (const char *how)
{
  if (g_str_equal (how, "exit-0"))
    exit (0);
  else if (g_str_equal (how, "exit-3"))
    _exit (3);
  else if (g_str_equal (how, "abort"))
    abort ();
  else if (g_str_equal (how, "kill"))
    kill (getpid (), SIGKILL);
  else if (g_str_equal (how, "error"))
    g_error ("the cat ate the plan");
  else if (g_str_equal (how, "close"))
    close_range (3, G_MAXINT, 0);
  else if (g_str_equal (how, "segv"))
    {
      /* A sanitizer's handler would make an exit of it. */
      signal (SIGSEGV, SIG_DFL);
      raise (SIGSEGV);
    }
  else
    g_assert_not_reached ();
}

static void
die (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *room, *how;

  g_variant_get (args, "(&s&s)", &room, &how);
  if (room[0] == '\0' || contract_try_gate (room))
    die_as (how);
  fut_future_return_int64 (future, 7);
}

/* With a ticket it dies; else it waits to be asked to stop. */
static void
die_or_obey (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *room = g_variant_get_string (args, NULL);

  if (contract_try_gate (room))
    die_as ("kill");
  contract_pass_gate (room, fut_future_get_cancellable (future));
  fut_future_return_error_if_cancelled (future);
}

static const char *
report_pid (GVariant *args, gint64 *number)
{
  const char *room;

  g_variant_get (args, "(&sx)", &room, number);
  contract_report (room, getpid ());
  return room;
}

static void
wait_at_gate (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 number;

  contract_pass_gate (report_pid (args, &number), NULL);
  fut_future_return_int64 (future, number);
}

static void
stubborn (FutFuture *future, GVariant *args, gpointer user_data)
{
  gint64 number;

  signal (SIGTERM, SIG_IGN);
  report_pid (args, &number);
  for (;;)
    pause ();
}

static void
spin (FutFuture *future, GVariant *args, gpointer user_data)
{
  volatile guint64 n = 0;
  gint64 number;

  report_pid (args, &number);
  for (;;)
    n++;
}

static void
return_in_cancelled (GCancellable *cancellable, gpointer future)
{
  fut_future_return_error_if_cancelled (future);
}

static void
in_cancelled (FutFuture *future, GVariant *args, gpointer user_data)
{
  GCancellable *cancellable = fut_future_get_cancellable (future);
  gint64 number;

  g_signal_connect (cancellable, "cancelled", G_CALLBACK (return_in_cancelled), future);
  contract_pass_gate (report_pid (args, &number), cancellable);

  /* The gate opens before the handler is called, in another thread. */
  while (!fut_future_is_done (future))
    g_thread_yield ();
}

/* --- processes of its own --- */

static void
live_on (void)
{
  for (;;)
    pause ();
}

/* Its parent ends at once; the pid comes by a pipe. */
static pid_t
start_orphan (gboolean own_session)
{
  pid_t parent, orphan;
  int fds[2];

  g_assert_no_errno (pipe (fds));
  parent = fork ();
  g_assert_cmpint (parent, >=, 0);
  if (parent == 0)
    {
      if (own_session)
        setsid ();
      orphan = fork ();
      if (orphan == 0)
        live_on ();
      _exit (write (fds[1], &orphan, sizeof orphan) == sizeof orphan ? 0 : 1);
    }
  g_assert_cmpint (read (fds[0], &orphan, sizeof orphan), ==, sizeof orphan);
  close (fds[0]);
  close (fds[1]);
  while (waitpid (parent, NULL, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  return orphan;
}

static void
family (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *room;
  gboolean with_daemon, waits;
  pid_t child;

  g_variant_get (args, "(&sbb)", &room, &with_daemon, &waits);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    live_on ();
  contract_report (room, child);
  contract_report (room, start_orphan (FALSE));
  if (with_daemon)
    contract_report (room, start_orphan (TRUE));
  if (waits)
    contract_pass_gate (room, NULL);
}

/* --- memory --- */

static void
allocate (FutFuture *future, GVariant *args, gpointer user_data)
{
  gsize n = g_variant_get_uint64 (args);
  char *bytes = g_malloc (n);

  memset (bytes, 1, n);
  fut_future_return_int64 (future, bytes[n / 2]);
  g_free (bytes);
}

static guint8
byte_at (gsize i)
{
  return i * 31 + (i >> 12);
}

typedef struct
{
  gpointer address;
  gsize    n;
} Mapping;

static void
unmap (gpointer data)
{
  Mapping *mapping = data;

  munmap (mapping->address, mapping->n);
  g_free (mapping);
}

GBytes *
fault_bytes_new (gsize n)
{
  guint8 *bytes;
  Mapping *mapping;

  if (n <= LARGEST_BYTES)
    {
      bytes = g_malloc (n);
      for (gsize i = 0; i < n; i++)
        bytes[i] = byte_at (i);
      return g_bytes_new_take (bytes, n);
    }

  mapping = g_new (Mapping, 1);
  mapping->n = n;
  mapping->address = mmap (NULL, n, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  g_assert_true (mapping->address != MAP_FAILED);
  return g_bytes_new_with_free_func (mapping->address, n, unmap, mapping);
}

static void
bytes_of_length (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(GBytes) bytes = fault_bytes_new (g_variant_get_uint64 (args));

  fut_future_return_bytes (future, bytes);
}

static void
length_of_bytes (FutFuture *future, GVariant *args, gpointer user_data)
{
  gsize n;
  const guint8 *bytes = g_variant_get_fixed_array (args, &n, 1);

  for (gsize i = 0; i < n; i++)
    if (bytes[i] != byte_at (i))
      {
        fut_future_return_new_error (future, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                                     "byte %" G_GSIZE_FORMAT " is wrong", i);
        return;
      }
  fut_future_return_int64 (future, n);
}

/* --- output --- */

static void
write_all (int fd, const char *bytes, gsize n)
{
  for (gssize n_written = 0; n > 0; bytes += n_written, n -= n_written)
    {
      n_written = write (fd, bytes, n);
      if (n_written < 0)
        {
          g_assert_cmpint (errno, ==, EINTR);
          n_written = 0;
        }
    }
}

static void
write_much (FutFuture *future, GVariant *args, gpointer user_data)
{
  gsize n = g_variant_get_uint64 (args);
  g_autofree char *bytes = g_malloc (n);

  for (gsize i = 0; i < n; i++)
    bytes[i] = i % 100 == 99 ? '\n' : 'a' + i % 26;
  write_all (STDOUT_FILENO, bytes, n);
  write_all (STDERR_FILENO, bytes, n);
  fut_future_return_int64 (future, n);
}

static void
print_line (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *line;
  int fd;

  g_variant_get (args, "(i&s)", &fd, &line);
  write_all (fd, line, strlen (line));
  write_all (fd, "\n", 1);
}

/* --- what a worker has --- */

static void
list_fds (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(GDir) fds = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autoptr(GVariantBuilder) list = g_variant_builder_new (G_VARIANT_TYPE_STRING_ARRAY);
  const char *name;

  while ((name = g_dir_read_name (fds)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      g_variant_builder_add_value (list, g_variant_new_take_string (
                                           g_strdup_printf ("%s %s", name, target)));
    }
  fut_future_return_variant (future, g_variant_builder_end (list));
}

static void
variable (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_string (future, g_getenv (g_variant_get_string (args, NULL)));
}

static void
folder (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autofree char *path = g_get_current_dir ();

  fut_future_return_string (future, path);
}

static void
pid (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_int64 (future, getpid ());
}

static void
limit (FutFuture *future, GVariant *args, gpointer user_data)
{
  struct rlimit data;

  g_assert_no_errno (getrlimit (RLIMIT_DATA, &data));
  fut_future_return_int64 (future, data.rlim_cur == RLIM_INFINITY ? -1 : (gint64) data.rlim_cur);
}

static void
has_executor (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_autoptr(FutExecutor) executor = fut_future_dup_executor (future);

  fut_future_return_boolean (future, executor != NULL);
}

/* --- results --- */

static void
typed (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *kind = g_variant_get_string (args, NULL);
  g_autoptr(GObject) object = g_object_new (G_TYPE_OBJECT, NULL);

  if (g_str_equal (kind, "object"))
    fut_future_return_object (future, object);
  else if (g_str_equal (kind, "pointer"))
    fut_future_return_pointer (future, g_strdup ("mine"), g_free);
  else if (g_str_equal (kind, "handle"))
    fut_future_return_variant (future, g_variant_new_handle (0));
  else
    g_assert_not_reached ();
}

static void
trace (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_error_with_trace (
    future, g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no room"),
    "in plan.c, line 3\nin main.c, line 9");
}

static void
steps (FutFuture *future, GVariant *args, gpointer user_data)
{
  const char *room;
  guint n;

  g_variant_get (args, "(&su)", &room, &n);
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *status = g_strdup_printf ("step %u of %u", i, n);

      fut_future_set_status (future, status);
      fut_future_set_progress (future, (double) i / n);
    }
  contract_report (room, n);
  contract_pass_gate (room, NULL);
  fut_future_return_int64 (future, n);
}

void
fault_functions_register (void)
{
  static const struct
  {
    const char *name;
    FutTaskFunc func;
  } functions[] = {
    { "fault.die", die },
    { "fault.die-or-obey", die_or_obey },
    { "fault.wait", wait_at_gate },
    { "fault.stubborn", stubborn },
    { "fault.spin", spin },
    { "fault.family", family },
    { "fault.allocate", allocate },
    { "fault.bytes", bytes_of_length },
    { "fault.length", length_of_bytes },
    { "fault.write", write_much },
    { "fault.print", print_line },
    { "fault.fds", list_fds },
    { "fault.variable", variable },
    { "fault.folder", folder },
    { "fault.pid", pid },
    { "fault.limit", limit },
    { "fault.typed", typed },
    { "fault.trace", trace },
    { "fault.steps", steps },
    { "fault.in-cancelled", in_cancelled },
    { "fault.has-executor", has_executor },
  };

  contract_functions_register ();
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    fut_function_register (functions[i].name, functions[i].func, NULL, NULL);
}
