/* test-watchdog.c: ends a test that hangs, and shows where each of its threads is
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-watchdog.h"

#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Locking: `lock` guards the fields below it, and nothing else is taken under it. What is
 * called once a test hangs allocates no memory: the hanging thread may hold malloc's lock.
 */
static GMutex lock;
static GCond changed;
static const char *armed_path;
static gint64 armed_until;
static gboolean watching;

#define DUMP_SIGNAL (SIGRTMIN + 6)
#define DEBUGGER_SECONDS 60

static sem_t one_stack_is_out;

static void
print_own_stack (int signal_number)
{
  void *frames[64];
  int n = backtrace (frames, G_N_ELEMENTS (frames));

  backtrace_symbols_fd (frames, n, STDERR_FILENO);
  sem_post (&one_stack_is_out);
}

static void
print_stack_of (pid_t tid)
{
  char text[80];
  struct timespec until;
  int n = snprintf (text, sizeof text, "\nThread %d:\n", (int) tid);

  if (write (STDERR_FILENO, text, n) < 0 || syscall (SYS_tgkill, getpid (), tid, DUMP_SIGNAL) != 0)
    return;

  clock_gettime (CLOCK_REALTIME, &until);
  until.tv_sec += 2;
  while (sem_timedwait (&one_stack_is_out, &until) != 0 && errno == EINTR)
    ;
}

/* Without a debugger each thread prints its own stack, from a signal handler. */
static void
dump_stacks_by_signal (void)
{
  struct sigaction action = { .sa_handler = print_own_stack };
  struct dirent *entry;
  DIR *tasks = opendir ("/proc/self/task");
  pid_t self = syscall (SYS_gettid);

  sem_init (&one_stack_is_out, 0, 0);
  sigaction (DUMP_SIGNAL, &action, NULL);
  while (tasks != NULL && (entry = readdir (tasks)) != NULL)
    {
      pid_t tid = atoi (entry->d_name);

      if (tid > 0 && tid != self)
        print_stack_of (tid);
    }
}

static gboolean
dump_stacks_by_debugger (void)
{
  char pid[16];
  const char *argv[] = { "gdb", "-nx", "-batch", "-p", pid, "-ex", "thread apply all bt", NULL };
  struct itimerval no_timer = { 0 };
  posix_spawn_file_actions_t actions;
  pid_t debugger;
  int status = 0;
  gboolean spawned;

  snprintf (pid, sizeof pid, "%d", (int) getpid ());
  prctl (PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, STDERR_FILENO, STDOUT_FILENO);
  spawned = posix_spawnp (&debugger, "gdb", &actions, NULL, (char **) argv, environ) == 0;
  posix_spawn_file_actions_destroy (&actions);
  if (!spawned)
    return FALSE;

  /* A debugger that hangs in its turn is not waited for. */
  setitimer (ITIMER_REAL, &no_timer, NULL);
  signal (SIGALRM, SIG_DFL);
  alarm (DEBUGGER_SECONDS);
  while (waitpid (debugger, &status, 0) < 0 && errno == EINTR)
    ;
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

void
test_dump_stacks (void)
{
  if (!dump_stacks_by_debugger ())
    dump_stacks_by_signal ();
}

static void
give_up (const char *path)
{
  char text[256];
  int n = snprintf (text, sizeof text, "\nBail out! %s did not end in its time\n", path);

  if (write (STDOUT_FILENO, text, MIN (n, (int) sizeof text - 1)) < 0)
    _exit (2);
  test_dump_stacks ();
  _exit (1);
}

static gpointer
watch (gpointer data)
{
  g_mutex_lock (&lock);
  watching = TRUE;
  g_cond_broadcast (&changed);
  for (;;)
    if (armed_path == NULL)
      g_cond_wait (&changed, &lock);
    else if (g_get_monotonic_time () >= armed_until)
      give_up (armed_path);
    else
      g_cond_wait_until (&changed, &lock, armed_until);
  return NULL;
}

void
test_watchdog_start (void)
{
  void *frames[2];

  /* The first call loads libgcc, which must not happen in a signal handler. */
  backtrace (frames, G_N_ELEMENTS (frames));
  g_thread_unref (g_thread_new (TEST_WATCHDOG_THREAD, watch, NULL));

  /* It names itself first, and is then told apart from other threads. */
  g_mutex_lock (&lock);
  while (!watching)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
}

void
test_watchdog_arm (const char *test_path, gint64 limit)
{
  g_mutex_lock (&lock);
  armed_path = test_path;
  armed_until = g_get_monotonic_time () + limit;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

void
test_watchdog_disarm (void)
{
  g_mutex_lock (&lock);
  armed_path = NULL;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}
