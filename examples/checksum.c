/* checksum.c: the SHA-256 of every file below some folders, in the format of sha256sum
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files are read by the threads of a pool. Everything else happens in the main loop: walking
 * the tree, printing, the progress, and Ctrl-C. So none of it needs a lock.
 */
#include <futures-glib.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checksum-file.h"
#include "checksum-progress.h"
#include "checksum-tree.h"

/* So many calls are on their way at a time, however many files there are. In input order this is
 * also how far the others may run ahead of one large file.
 */
#define CALLS_PER_THREAD 128

#define EXIT_USAGE 2
#define EXIT_INTERRUPTED (128 + SIGINT)

typedef struct
{
  FutExecutor *executor;
  Tree *tree;
  Progress *progress;
  GQueue jobs;   /* of Job: submitted and not yet printed, in input order */
  guint max_jobs;
  gboolean as_completed;
  gboolean interrupted;
  gboolean ended;
  int exit_status;
} App;

typedef struct
{
  App *app;
  GList link;   /* in app->jobs */
  TreeEntry *file;
  FutFuture *future;
  gboolean is_done;
} Job;

static void fill (App *app);

static void
complain (App *app, const char *path, const char *problem)
{
  g_autofree char *name = g_filename_display_name (path);

  for (char *c = name; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  progress_hide (app->progress);
  g_printerr ("checksum: %s: %s\n", name, problem);
}

static void
print_outcome (App *app, Job *job)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *sum = fut_future_result_string (job->future, 0, &error);

  if (app->interrupted)
    return;
  if (sum != NULL)
    {
      g_autofree char *line = checksum_format_line (sum, job->file->path);

      progress_hide (app->progress);
      fputs (line, stdout);
    }
  else
    {
      complain (app, job->file->path, error->message);
      app->exit_status = EXIT_FAILURE;
    }
}

static void
finish (App *app, Job *job)
{
  print_outcome (app, job);
  g_queue_unlink (&app->jobs, &job->link);
  tree_entry_free (job->file);
  g_object_unref (job->future);
  g_free (job);
}

static void
on_done (FutFuture *future, gpointer data)
{
  Job *job = data;
  App *app = job->app;

  job->is_done = TRUE;
  progress_add (app->progress, job->file->n_bytes);
  if (app->as_completed)
    finish (app, job);
  else
    while ((job = g_queue_peek_head (&app->jobs)) != NULL && job->is_done)
      finish (app, job);
  fill (app);
}

static void
submit (App *app, TreeEntry *file)
{
  Job *job = g_new0 (Job, 1);

  job->app = app;
  job->file = file;
  job->link.data = job;
  g_queue_push_tail_link (&app->jobs, &job->link);
  job->future =
    fut_executor_submit (app->executor, CHECKSUM_FILE, g_variant_new ("(^ay)", file->path));
  fut_future_add_done_callback_in (job->future, NULL, on_done, job, NULL);
}

static void
fill (App *app)
{
  TreeEntry *entry = NULL;

  while (!app->interrupted && app->jobs.length < app->max_jobs &&
         (entry = tree_next (app->tree)) != NULL)
    {
      if (entry->kind == TREE_ENTRY_FILE)
        {
          submit (app, entry);
          continue;
        }
      if (entry->kind == TREE_ENTRY_FAILED)
        app->exit_status = EXIT_FAILURE;
      complain (app, entry->path, entry->problem);
      tree_entry_free (entry);
    }
  app->ended = app->jobs.length == 0;
}

static guint64
bytes_under_way (gpointer data)
{
  App *app = data;
  double n_bytes = 0;

  for (GList *l = app->jobs.head; l != NULL; l = l->next)
    {
      Job *job = l->data;

      if (!job->is_done)
        n_bytes += job->file->n_bytes * MAX (fut_future_get_progress (job->future), 0);
    }
  return n_bytes;
}

/* What waits will not run, what runs is asked to stop; the loop then sees all of it end. A second
 * Ctrl-C finds no handler and kills.
 */
static gboolean
on_interrupt (gpointer data)
{
  App *app = data;

  app->interrupted = TRUE;
  app->exit_status = EXIT_INTERRUPTED;
  for (GList *l = app->jobs.head; l != NULL; l = l->next)
    fut_future_cancel (((Job *) l->data)->future);
  return G_SOURCE_REMOVE;
}

static int
run (const char *const *roots, guint n_threads, gboolean as_completed)
{
  /* A pool of processes could do the same: the task is known by its name. */
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (n_threads);
  g_autoptr(Tree) tree = tree_new (roots);
  App app = { .executor = executor, .tree = tree, .as_completed = as_completed };
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, &app);

  checksum_file_register ();
  app.max_jobs = fut_executor_get_max_workers (executor) * CALLS_PER_THREAD;
  app.progress = progress_new (roots, bytes_under_way, &app);
  fill (&app);
  while (!app.ended)
    g_main_context_iteration (NULL, TRUE);

  fut_executor_shutdown (executor, TRUE, FALSE);
  progress_free (app.progress);
  if (!app.interrupted)
    g_source_remove (interrupt);
  if (fflush (stdout) != 0 || ferror (stdout))
    {
      g_printerr ("checksum: cannot write the sums\n");
      return EXIT_FAILURE;
    }
  return app.exit_status;
}

int
main (int argc, char **argv)
{
  int n_threads = 0;
  gboolean as_completed = FALSE;
  g_auto(GStrv) roots = NULL;
  g_autoptr(GError) error = NULL;
  const GOptionEntry entries[] = {
    { "threads", 't', 0, G_OPTION_ARG_INT, &n_threads, "How many threads read files", "N" },
    { "as-completed", 'c', 0, G_OPTION_ARG_NONE, &as_completed,
      "Print each sum when it is known, not in the order of the names", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &roots, NULL, "FOLDER…" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_printerr ("checksum: %s\n", error->message);
  else if (n_threads < 0 || n_threads > 1024)
    g_printerr ("checksum: not a number of threads from 0 to 1024: %d\n", n_threads);
  else if (roots == NULL)
    g_printerr ("checksum: no folder given; --help tells more\n");
  else
    return run ((const char *const *) roots, n_threads, as_completed);
  return EXIT_USAGE;
}
