/* checksum.c: the SHA-256 of every file below some folders, in the format of sha256sum
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files are read by the threads of a pool, or by its processes: only the constructor differs.
 * Everything else happens in the main loop: walking the tree, printing, the progress, and Ctrl-C.
 * So none of it needs a lock.
 */
#include <futures-glib.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "checksum-file.h"
#include "checksum-killer.h"
#include "checksum-options.h"
#include "checksum-progress.h"
#include "checksum-tree.h"

/* So many calls are on their way at a time, however many files there are. In input order this is
 * also how far the others may run ahead of one large file.
 */
#define CALLS_PER_WORKER 128

#define EXIT_USAGE 2
#define EXIT_INTERRUPTED (128 + SIGINT)

typedef struct
{
  FutExecutor *executor;
  FutSubmitOptions *call_options;
  Tree *tree;
  Progress *progress;
  Killer *killer;   /* NULL without --kill-one */
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
  if (app->killer != NULL && killer_was_run_again (app->killer, future))
    complain (app, job->file->path, "run again, since its worker was killed");
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
  job->future = fut_executor_submit_full (app->executor, CHECKSUM_FILE,
                                          g_variant_new ("(^ay)", file->path), app->call_options);
  if (app->killer != NULL)
    killer_watch (app->killer, job->future);
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

static FutExecutor *
new_executor (const Options *options)
{
  g_auto(GStrv) self_argv = NULL;

  if (!options->processes)
    return fut_thread_pool_executor_new (options->n_workers);
  self_argv = fut_worker_self_argv ();
  return fut_process_pool_executor_new_for_argv (options->n_workers,
                                                 (const char *const *) self_argv);
}

static int
run (const Options *options)
{
  const char *const *roots = (const char *const *) options->roots;
  g_autoptr(FutExecutor) executor = new_executor (options);
  g_autoptr(FutSubmitOptions) call_options = fut_submit_options_new ();
  g_autoptr(Killer) killer = options->kill_one ? killer_new (executor) : NULL;
  g_autoptr(Tree) tree = tree_new (roots);
  App app = { .executor = executor, .call_options = call_options, .tree = tree, .killer = killer };
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, &app);

  /* A call that is lost with its worker may be run again: it only reads. */
  fut_submit_options_set_idempotent (call_options, TRUE);
  app.as_completed = options->as_completed;
  app.max_jobs = fut_executor_get_max_workers (executor) * CALLS_PER_WORKER;
  app.progress = progress_new (roots, bytes_under_way, &app);
  fill (&app);
  while (!app.ended)
    g_main_context_iteration (NULL, TRUE);

  fut_executor_shutdown (executor, TRUE, FALSE);
  progress_free (app.progress);
  if (!app.interrupted)
    g_source_remove (interrupt);
  if (killer != NULL && !app.interrupted && !killer_has_hit (killer))
    g_printerr ("checksum: no worker was killed while it read a file: all were read too quickly\n");
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
  g_auto(Options) options = { 0 };

  /* The processes of the pool are this program again: they run the task, and nothing below. */
  checksum_file_register ();
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  setlocale (LC_ALL, "");
  return options_parse (&options, &argc, &argv) ? run (&options) : EXIT_USAGE;
}
