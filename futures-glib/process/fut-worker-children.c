/* fut-worker-children.c: finds the child processes of this one, to end them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-worker-children.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Nothing here allocates or locks: it is called by signal handlers, and by a process that may be in
 * any state. So there is no opendir() and no stdio.
 */

/* How long the killed may take to be gone, in ms; one that is stuck in the kernel does not keep us. */
#define PATIENCE_MS 300

/* As the kernel writes it. */
typedef struct
{
  guint64 d_ino;
  gint64  d_off;
  guint16 d_reclen;
  guint8  d_type;
  char    d_name[];
} KernelEntry;

typedef void (*PidFunc) (pid_t pid, int data);

/* The number at the start of @text; −1 if there is none. */
static pid_t
parse_pid (const char *text)
{
  pid_t pid = 0;

  if (*text < '0' || *text > '9')
    return -1;
  for (; *text >= '0' && *text <= '9'; text++)
    pid = pid * 10 + (*text - '0');
  return pid;
}

/* Opens @name in the folder @folder_fd and reads its start, with a zero at the end. */
static gssize
read_start (int folder_fd, const char *name, const char *file, char *text, gsize size)
{
  char path[64];
  gsize n_name = strlen (name);
  gssize n_read;
  int fd;

  if (n_name + strlen (file) + 2 > sizeof path)
    return -1;
  memcpy (path, name, n_name);
  path[n_name] = '/';
  strcpy (path + n_name + 1, file);
  fd = openat (folder_fd, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  n_read = read (fd, text, size - 1);
  close (fd);
  text[MAX (n_read, 0)] = '\0';
  return n_read;
}

/* The parent of process @name: in its stat file "PID (COMMAND) STATE PPID …", whose command may hold
 * anything, so that its last parenthesis is what counts.
 */
static pid_t
read_parent (int proc_fd, const char *name)
{
  char text[512];
  const char *end;

  if (read_start (proc_fd, name, "stat", text, sizeof text) <= 0)
    return -1;
  end = strrchr (text, ')');
  return end != NULL && strlen (end) > 4 ? parse_pid (end + 4) : -1;
}

/* Calls @func with each child of this process. */
static void
for_each_child (PidFunc func, int data)
{
  _Alignas(8) char buffer[4096];
  pid_t self = getpid ();
  int proc_fd = open ("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  long n_read;

  if (proc_fd < 0)
    return;
  while ((n_read = syscall (SYS_getdents64, proc_fd, buffer, sizeof buffer)) > 0)
    for (long at = 0; at < n_read;)
      {
        const KernelEntry *entry = (const KernelEntry *) (gpointer) (buffer + at);
        pid_t pid = parse_pid (entry->d_name);

        if (pid > 0 && read_parent (proc_fd, entry->d_name) == self)
          func (pid, data);
        at += entry->d_reclen;
      }
  close (proc_fd);
}

static void
signal_outsider (pid_t pid, int signal_number)
{
  if (getpgid (pid) != getpgrp ())
    kill (pid, signal_number);
}

static void
kill_child (pid_t pid, int data)
{
  kill (pid, SIGKILL);
}

/* Nearly always there is none, which costs one system call. */
static gboolean
has_children (void)
{
  siginfo_t info;

  return waitid (P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

void
fut_worker_children_signal (int signal_number)
{
  if (has_children ())
    for_each_child (signal_outsider, signal_number);
}

void
fut_worker_children_kill (void)
{
  /* When a child is gone its own children are ours, so that each round finds the next ones. */
  for (guint i = 0; i < PATIENCE_MS && has_children (); i++)
    {
      for_each_child (kill_child, 0);
      while (waitpid (-1, NULL, WNOHANG) > 0)
        ;
      if (has_children ())
        poll (NULL, 0, 1);
    }
}
