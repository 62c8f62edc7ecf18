/* fut-worker-hygiene.c: what a process does when it becomes a worker, and when it ends as one
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-worker-hygiene.h"

#include "fut-error.h"
#include "process/fut-worker-loop.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process/fut-worker-children.h"

/* How much likelier than its parent a worker is to be chosen when memory runs out, of 1000. */
#define OOM_SCORE_OFFSET 300

/* Set before the handler is installed, never changed: */
static pid_t worker_pid;
static pid_t parent_pid;   /* 0 if unknown */

/* --- the end --- */

/* The group is ours alone, unless it could not be made. */
static void
signal_group (int signal_number)
{
  if (getpgrp () == getpid ())
    kill (0, signal_number);
}

void
fut_worker_hygiene_kill_descendants (void)
{
  fut_worker_children_kill ();
}

void
fut_worker_hygiene_die (void)
{
  /* First those that have left the group, which only we can find. */
  fut_worker_children_kill ();
  signal_group (SIGKILL);
  kill (getpid (), SIGKILL);
  _exit (1);
}

/* SIGTERM ends this process and its group. If it tells that the parent is dead, everybody goes for
 * good. Only calls that are allowed in a signal handler; a forked child has the handler too.
 */
static void
on_sigterm (int signal_number)
{
  int saved_errno = errno;

  signal (SIGTERM, SIG_IGN);
  if (getpid () == worker_pid)
    {
      if (parent_pid != 0 && getppid () != parent_pid)
        fut_worker_hygiene_die ();
      signal_group (SIGTERM);
      fut_worker_children_signal (SIGTERM);
    }

  /* It is blocked until the handler returns, and ends us then. */
  signal (SIGTERM, SIG_DFL);
  raise (SIGTERM);
  errno = saved_errno;
}

/* --- the beginning --- */

static gboolean
set_errno_error (GError **error, int code, const char *what)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

/* Puts /dev/null in the place of standard input. */
static gboolean
close_stdin (GError **error)
{
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  if (fd < 0 || (fd != STDIN_FILENO && dup2 (fd, STDIN_FILENO) < 0))
    return set_errno_error (error, errno, "cannot put /dev/null in the place of standard input");
  if (fd != STDIN_FILENO)
    close (fd);
  else
    fcntl (fd, F_SETFD, 0);
  return TRUE;
}

/* Standard input and output become the channel: before anything can write there, they are moved
 * away, and what a call prints goes where its errors go.
 */
static gboolean
take_stdio (FutWorkerSurroundings *surroundings, GError **error)
{
  surroundings->read_fd = fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  surroundings->write_fd = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (surroundings->read_fd < 0 || surroundings->write_fd < 0 ||
      dup2 (STDERR_FILENO, STDOUT_FILENO) < 0)
    return set_errno_error (error, errno,
                            "standard input and output cannot become the channel of this worker");
  return TRUE;
}

static gboolean
take_descriptor (FutWorkerSurroundings *surroundings, const char *text, GError **error)
{
  guint64 fd;

  if (!g_ascii_string_to_unsigned (text, 10, 3, G_MAXINT, &fd, NULL))
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                   FUT_WORKER_CHANNEL_VARIABLE " is “%s”, which is no channel of a worker", text);
      return FALSE;
    }
  if (fcntl ((int) fd, F_SETFD, FD_CLOEXEC) < 0)
    return set_errno_error (error, errno, "the channel of this worker is not open");
  surroundings->read_fd = (int) fd;
  surroundings->write_fd = (int) fd;
  return TRUE;
}

/* Reads the variables and takes them, and others that were meant for our parent alone, away. */
static gboolean
take_environment (FutWorkerSurroundings *surroundings, GError **error)
{
  static const char *const meant_for_others[] = {
    FUT_WORKER_CHANNEL_VARIABLE,
    FUT_WORKER_PARENT_VARIABLE,
    "DESKTOP_STARTUP_ID",
    "GIO_LAUNCHED_DESKTOP_FILE",
    "GIO_LAUNCHED_DESKTOP_FILE_PID",
    "LISTEN_FDNAMES",
    "LISTEN_FDS",
    "LISTEN_PID",
    "NOTIFY_SOCKET",
    "XDG_ACTIVATION_TOKEN",
  };
  g_autofree char *channel = g_strdup (g_getenv (FUT_WORKER_CHANNEL_VARIABLE));
  const char *parent = g_getenv (FUT_WORKER_PARENT_VARIABLE);

  surroundings->parent = parent != NULL ? (pid_t) g_ascii_strtoll (parent, NULL, 10) : 0;
  for (gsize i = 0; i < G_N_ELEMENTS (meant_for_others); i++)
    g_unsetenv (meant_for_others[i]);

  if (channel == NULL)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_INVALID_STATE,
                   "this process is not a worker of a process pool");
      return FALSE;
    }
  surroundings->direct = strcmp (channel, "stdio") != 0;
  return surroundings->direct ? take_descriptor (surroundings, channel, error)
                              : take_stdio (surroundings, error);
}

/* Closes what was inherited beyond the channel. What this program has opened since it began, such
 * as the files of an interpreter, is closed on exec; what came through an exec is not.
 */
static void
close_inherited (const FutWorkerSurroundings *surroundings)
{
  g_autoptr(GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autoptr(GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  struct rlimit limit = { 1024, 1024 };
  const char *name;

  if (folder != NULL)
    while ((name = g_dir_read_name (folder)) != NULL)
      g_array_append_vals (fds, &(int){ atoi (name) }, 1);
  else
    {
      getrlimit (RLIMIT_NOFILE, &limit);
      for (int fd = 0; fd < (int) MIN (limit.rlim_cur, 65536); fd++)
        g_array_append_val (fds, fd);
    }

  for (guint i = 0; i < fds->len; i++)
    {
      int fd = g_array_index (fds, int, i);
      int flags = fcntl (fd, F_GETFD);

      if (fd > STDERR_FILENO && fd != surroundings->read_fd && fd != surroundings->write_fd &&
          flags >= 0 && (flags & FD_CLOEXEC) == 0)
        close (fd);
    }
}

/* What is ignored or blocked stays so over an exec, so that a parent's choice would be ours. What
 * this program has chosen to handle stays.
 */
static void
reset_signals (void)
{
  struct sigaction action;
  sigset_t none;

  for (int number = 1; number < NSIG; number++)
    if (sigaction (number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
      signal (number, SIG_DFL);

  action = (struct sigaction){ .sa_handler = on_sigterm };
  sigfillset (&action.sa_mask);
  sigaction (SIGTERM, &action, NULL);
  sigemptyset (&none);
  pthread_sigmask (SIG_SETMASK, &none, NULL);
}

/* Dies with the parent, also if that died before we asked to. */
static void
follow_parent (const FutWorkerSurroundings *surroundings)
{
  if (!surroundings->direct)
    return;

  /* Not SIGKILL: the handler takes the others along. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (surroundings->parent != 0 && getppid () != surroundings->parent)
    _exit (1);
}

static void
raise_oom_score (void)
{
  g_autofree char *text = NULL;
  g_autofree char *raised = NULL;
  int score;
  int fd;

  if (!g_file_get_contents ("/proc/self/oom_score_adj", &text, NULL, NULL))
    return;
  score = MIN (atoi (text) + OOM_SCORE_OFFSET, 1000);
  raised = g_strdup_printf ("%d", score);
  fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  if (write (fd, raised, strlen (raised)) < 0)
    g_debug ("oom_score_adj stays as it is: %s", g_strerror (errno));
  close (fd);
}

/* A group of its own, so that who ends it can take its children along; the children that outlive
 * their own parents come to us; and nothing of what was meant for our parent alone. The umask, the
 * working directory and the limit for core dumps stay as they were inherited.
 */
gboolean
fut_worker_hygiene_begin (FutWorkerSurroundings *surroundings, GError **error)
{
  *surroundings = (FutWorkerSurroundings){ .read_fd = -1, .write_fd = -1 };
  if (!take_environment (surroundings, error))
    return FALSE;

  setpgid (0, 0);
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  worker_pid = getpid ();
  parent_pid = surroundings->direct ? surroundings->parent : 0;
  reset_signals ();
  follow_parent (surroundings);
  close_inherited (surroundings);
  raise_oom_score ();
  setlocale (LC_ALL, "");
  return close_stdin (error);
}

void
fut_worker_hygiene_limit_memory (guint64 n_bytes)
{
  struct rlimit limit;

  if (n_bytes == 0 || getrlimit (RLIMIT_DATA, &limit) < 0)
    return;

  limit.rlim_max = MIN (limit.rlim_max, n_bytes);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_DATA, &limit) < 0)
    g_warning ("the memory of this worker cannot be limited: %s", g_strerror (errno));
}
