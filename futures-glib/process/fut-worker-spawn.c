/* fut-worker-spawn.c: starting a helper process
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-worker-process.h"

#include "process/fut-worker-loop.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* The descriptors of a new worker, before they are given away. */
typedef struct
{
  int channel[2];  /* ours, the worker's */
  int out[2];      /* read, write */
  int err[2];
  int page;
} Descriptors;

static void
close_descriptors (Descriptors *fds)
{
  int *all[] = { &fds->channel[0], &fds->channel[1], &fds->out[0], &fds->out[1],
                 &fds->err[0],     &fds->err[1],     &fds->page };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (*all[i] >= 0)
      g_close (*all[i], NULL);
}

/* What the moment lacks, such as descriptors. */
static gboolean
fail_for_now (const char *what, int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "no %s for a worker: %s", what,
               g_strerror (code));
  return FALSE;
}

static gboolean
open_pipe (int *fds, GError **error)
{
  int made[2];

  if (pipe2 (made, O_CLOEXEC) < 0)
    return fail_for_now ("pipe", errno, error);
  fds[0] = made[0];
  fds[1] = made[1];
  return TRUE;
}

static gboolean
open_descriptors (Descriptors *fds, gboolean launched, FutPage **page, GError **error)
{
  int made[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made) < 0)
    return fail_for_now ("socket", errno, error);
  fds->channel[0] = made[0];
  fds->channel[1] = made[1];
  if (!g_unix_set_fd_nonblocking (fds->channel[0], TRUE, error) ||
      (!launched && !open_pipe (fds->out, error)) || !open_pipe (fds->err, error))
    return FALSE;
  if (fds->out[0] >= 0)
    g_unix_set_fd_nonblocking (fds->out[0], TRUE, NULL);
  g_unix_set_fd_nonblocking (fds->err[0], TRUE, NULL);

  if (!launched)
    *page = fut_page_new (&fds->page, error);
  return launched || *page != NULL;
}

/* The command line, its launcher before it. `env` says where the channel is: not every launcher
 * passes the environment on.
 */
static char **
build_argv (const FutPoolSettings *settings)
{
  g_auto(GStrv) worker = fut_pool_settings_dup_worker_argv (settings);
  g_autoptr(GStrvBuilder) argv = g_strv_builder_new ();

  if (settings->launcher_argv != NULL)
    {
      g_strv_builder_addv (argv, (const char **) settings->launcher_argv);
      g_strv_builder_add (argv, "env");
      g_strv_builder_add (argv, FUT_WORKER_CHANNEL_VARIABLE "=stdio");
    }
  g_strv_builder_addv (argv, (const char **) worker);
  return g_strv_builder_end (argv);
}

/* Between fork and exec. The worker makes its group again, for there may be other programs between;
 * but what a launcher has begotten until then has to go with it. And GSubprocess forgets the pid of what
 * is gone already when it returns.
 */
static void
begin_child (gpointer data)
{
  pid_t *pid = data; /* shared with the parent */

  setpgid (0, 0);
  *pid = getpid ();
}

static GSubprocessLauncher *
make_launcher (const FutPoolSettings *settings, Descriptors *fds, pid_t *pid)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  gboolean launched = settings->launcher_argv != NULL;

  if (settings->environ != NULL)
    g_subprocess_launcher_set_environ (launcher, settings->environ);
  if (settings->cwd != NULL)
    g_subprocess_launcher_set_cwd (launcher, settings->cwd);
  g_subprocess_launcher_set_child_setup (launcher, begin_child, pid, NULL);

  g_subprocess_launcher_unsetenv (launcher, FUT_WORKER_CHANNEL_VARIABLE);
  g_subprocess_launcher_unsetenv (launcher, FUT_WORKER_PARENT_VARIABLE);
  if (launched)
    {
      int copy = fcntl (fds->channel[1], F_DUPFD_CLOEXEC, 3);

      g_subprocess_launcher_take_stdin_fd (launcher, g_steal_fd (&fds->channel[1]));
      g_subprocess_launcher_take_stdout_fd (launcher, copy);
    }
  else
    {
      g_autofree char *parent = g_strdup_printf ("%d", (int) getpid ());
      g_autofree char *channel = g_strdup_printf ("%d", FUT_WORKER_CHANNEL_FD);

      g_subprocess_launcher_setenv (launcher, FUT_WORKER_CHANNEL_VARIABLE, channel, TRUE);
      g_subprocess_launcher_setenv (launcher, FUT_WORKER_PARENT_VARIABLE, parent, TRUE);
      g_subprocess_launcher_take_fd (launcher, g_steal_fd (&fds->channel[1]),
                                     FUT_WORKER_CHANNEL_FD);
      g_subprocess_launcher_take_stdout_fd (launcher, g_steal_fd (&fds->out[1]));
    }
  g_subprocess_launcher_take_stderr_fd (launcher, g_steal_fd (&fds->err[1]));
  return launcher;
}

/* Whether the same start would fail again: the program is at fault, not the moment. */
static gboolean
is_permanent (const GError *error)
{
  return error->domain == G_SPAWN_ERROR && error->code != G_SPAWN_ERROR_FORK &&
         error->code != G_SPAWN_ERROR_FAILED && error->code != G_SPAWN_ERROR_NOMEM;
}

static void
watch_streams (FutWorkerProcess *self, int epoll_fd)
{
  struct epoll_event event = { .events = EPOLLIN };

  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++)
    {
      event.data.ptr = &self->tags[FUT_EVENT_STDOUT + i];
      if (self->streams[i].fd >= 0)
        epoll_ctl (epoll_fd, EPOLL_CTL_ADD, self->streams[i].fd, &event);
    }
  event.data.ptr = &self->tags[FUT_EVENT_CHANNEL];
  self->events = EPOLLIN;
  self->watched = epoll_ctl (epoll_fd, EPOLL_CTL_ADD, self->channel.read_fd, &event) == 0;
}

static void
init_calls (FutWorkerProcess *self)
{
  self->calls = g_new0 (FutCall, FUT_MESSAGE_MAX_SLOTS);
  for (guint i = FUT_MESSAGE_MAX_SLOTS; i-- > 0;)
    {
      self->calls[i].worker = self;
      self->calls[i].next = self->free_calls;
      self->free_calls = &self->calls[i];
    }
}

static void
append_welcome (FutWorkerProcess *self, int *page_fd)
{
  FutMessage message = {
    .type = FUT_MESSAGE_WELCOME,
    .welcome = {
      .flags = self->launched ? 0 : FUT_WELCOME_FLAG_PAGE | FUT_WELCOME_FLAG_REGIONS,
      .n_slots = self->launched ? 0 : FUT_MESSAGE_MAX_SLOTS,
      .memory_limit = self->settings->memory_limit,
      .name = self->name,
    },
  };

  fut_channel_append (&self->channel, &message, NULL, g_steal_fd (page_fd));
}

FutWorkerProcess *
fut_worker_process_spawn (FutPoolSettings *settings, const char *pool, guint index, int epoll_fd,
                          gboolean *permanent, GError **error)
{
  gboolean launched = settings->launcher_argv != NULL;
  Descriptors fds = { { -1, -1 }, { -1, -1 }, { -1, -1 }, -1 };
  g_auto(GStrv) argv = build_argv (settings);
  pid_t *pid = mmap (NULL, sizeof *pid, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  GError *local_error = NULL;
  FutWorkerProcess *self;
  FutPage *page = NULL;
  GSubprocess *subprocess = NULL;

  *permanent = FALSE;
  if (pid == MAP_FAILED)
    fail_for_now ("memory", errno, error);
  else if (open_descriptors (&fds, launched, &page, error))
    {
      launcher = make_launcher (settings, &fds, pid);
      subprocess =
        g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &local_error);
    }
  if (local_error != NULL)
    {
      *permanent = is_permanent (local_error);
      if (!*permanent)
        {
          /* What the moment lacks is an I/O error, as where we ask for it ourselves. */
          local_error->domain = G_IO_ERROR;
          local_error->code = G_IO_ERROR_FAILED;
        }
      g_propagate_prefixed_error (error, local_error, "cannot start the worker %s: ", argv[0]);
    }
  if (subprocess == NULL)
    {
      if (pid != MAP_FAILED)
        munmap (pid, sizeof *pid);
      g_clear_pointer (&page, fut_page_free);
      close_descriptors (&fds);
      return NULL;
    }

  self = g_new0 (FutWorkerProcess, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->index = index;
  self->name = g_strdup_printf ("%s_%u", pool, index);
  self->program = g_strdup (argv[0]);
  self->launched = launched;
  self->settings = fut_pool_settings_ref (settings);
  self->subprocess = subprocess;
  self->pid = *pid;
  self->epoll_fd = epoll_fd;
  self->task_time = -1;
  if (page != NULL)
    {
      self->shared = g_new (FutSharedPage, 1);
      g_atomic_ref_count_init (&self->shared->ref_count);
      self->shared->page = page;
      fut_page_arm (page);
    }
  for (guint i = 0; i < FUT_N_EVENTS; i++)
    self->tags[i] = (FutEventTag){ i, self };
  self->streams[0] = (FutStream){ g_steal_fd (&fds.out[0]), FALSE, g_string_new (NULL) };
  self->streams[1] = (FutStream){ g_steal_fd (&fds.err[0]), FALSE, g_string_new (NULL) };
  self->tail = g_string_new (NULL);
  self->kept = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->signatures = fut_worker_process_new_signatures ();
  init_calls (self);
  fut_channel_init (&self->channel, fds.channel[0], fds.channel[0], !launched);
  fds.channel[0] = -1;
  append_welcome (self, &fds.page);
  close_descriptors (&fds);
  munmap (pid, sizeof *pid);
  watch_streams (self, epoll_fd);
  return self;
}
