/* bench.c: runs the workloads, interleaved in rounds, and prints what they took
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bench-config.h"

#include "bench.h"

#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef HAVE_MALLOC_TRIM
# include <malloc.h>
#endif

#include "bench-report.h"
#include "process-pool.h"
#include "python-peers.h"

#define DEFAULT_ROUNDS 5

static const BenchWorkload *const workloads[] = {
  &bench_w1, &bench_w2, &bench_w3a, &bench_w3b, &bench_w4, &bench_w4s, &bench_w5,
  &bench_p1, &bench_p2, &bench_p3a, &bench_p3b, &bench_p3c, &bench_p3d, &bench_p4, &bench_p5,
};

static int n_rounds;
static gint64 n_tasks_wanted;
static gboolean quick;
static gboolean ours_only;
static gboolean trim;
static char *only;
static char *json_path;
static char *python;
static char *w5_child;
static char *p5_child;

static const GOptionEntry entries[] = {
  { "rounds", 'r', 0, G_OPTION_ARG_INT, &n_rounds, "Rounds (5; 1 with --quick)", "N" },
  { "tasks", 't', 0, G_OPTION_ARG_INT64, &n_tasks_wanted, "Tasks of each workload", "N" },
  { "quick", 'q', 0, G_OPTION_ARG_NONE, &quick, "Few tasks: checks results, not times", NULL },
  { "only", 'o', 0, G_OPTION_ARG_STRING, &only, "Only these workloads, such as W1,P (all of P)", "LIST" },
  { "ours", 0, 0, G_OPTION_ARG_NONE, &ours_only, "Leave the other contenders out", NULL },
  { "trim", 0, 0, G_OPTION_ARG_NONE, &trim, "Give freed memory back before each run", NULL },
  { "json", 'j', 0, G_OPTION_ARG_FILENAME, &json_path, "Write every sample to a file", "FILE" },
  { "python", 0, 0, G_OPTION_ARG_FILENAME, &python, "The interpreter of the peers", "FILE" },
  { "w5-child", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &w5_child, NULL, NULL },
  { "p5-child", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &p5_child, NULL, NULL },
  G_OPTION_ENTRY_NULL
};

/* Whether @word names @workload: by its whole id, or by the start of it if no workload has that id. */
static gboolean
names (const char *word, const BenchWorkload *workload)
{
  for (guint i = 0; i < G_N_ELEMENTS (workloads); i++)
    if (g_str_equal (workloads[i]->id, word))
      return workloads[i] == workload;
  return *word != '\0' && g_str_has_prefix (workload->id, word);
}

static gboolean
is_wanted (const BenchWorkload *workload, char **words, gboolean *known)
{
  gboolean wanted = words == NULL;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (names (words[i], workload))
      known[i] = wanted = TRUE;
  return wanted;
}

static GPtrArray *
choose_workloads (GError **error)
{
  g_autoptr(GPtrArray) results =
    g_ptr_array_new_with_free_func ((GDestroyNotify) bench_result_free);
  g_auto(GStrv) words = only == NULL ? NULL : g_strsplit (only, ",", -1);
  guint n_words = words == NULL ? 0 : g_strv_length (words);
  g_autofree gboolean *known = g_new0 (gboolean, n_words + 1);

  for (guint i = 0; i < G_N_ELEMENTS (workloads); i++)
    {
      const BenchWorkload *workload = workloads[i];
      gsize n_tasks = quick ? workload->n_tasks_quick : workload->n_tasks;

      if (!is_wanted (workload, words, known))
        continue;
      if (n_tasks_wanted > 0)
        n_tasks = n_tasks_wanted;
      if (n_tasks > 0)
        g_ptr_array_add (results, bench_result_new (workload, n_tasks));
    }
  for (guint i = 0; i < n_words; i++)
    if (!known[i])
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "Not a list of workloads: %s",
                     only);
        return NULL;
      }
  return g_steal_pointer (&results);
}

static gboolean
is_ours (const BenchContender *contender)
{
  return g_str_has_prefix (contender->name, "futures-glib");
}

/* Each round begins with another contender, so that none always finds the heap the same other one
 * has left.
 */
static void
run_workload (BenchResult *result, int round)
{
  const BenchWorkload *workload = result->workload;
  gsize n_contenders = result->series->len;

  for (gsize i = 0; i < n_contenders; i++)
    {
      gsize which = (i + round) % n_contenders;
      const BenchContender *contender = &workload->contenders[which];

      if (ours_only && !is_ours (contender))
        continue;
      if (isatty (STDERR_FILENO))
        g_printerr ("\r\033[Kround %d of %d: %s %s", round + 1, n_rounds, workload->id,
                    contender->name);
#ifdef HAVE_MALLOC_TRIM
      if (trim)
        malloc_trim (0);
#endif
      bench_result_add (result, which, contender->run (result->n_tasks));
    }
}

static void
run_rounds (GPtrArray *results)
{
  for (int round = 0; round < n_rounds; round++)
    for (guint i = 0; i < results->len; i++)
      {
        BenchResult *result = g_ptr_array_index (results, i);

        if (round == 0 || !result->workload->once)
          run_workload (result, round);
      }
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K");
}

static gboolean
measures_processes (GPtrArray *results)
{
  for (guint i = 0; i < results->len; i++)
    {
      const BenchResult *result = g_ptr_array_index (results, i);

      if (result->workload->id[0] == 'P')
        return TRUE;
    }
  return FALSE;
}

static void
print_results (GPtrArray *results)
{
  g_print ("%d rounds, %u CPUs, GLib %u.%u.%u", n_rounds, g_get_num_processors (),
           glib_major_version, glib_minor_version, glib_micro_version);
  if (measures_processes (results) && !ours_only)
    g_print (", %s", python_peers_get_version ());
  g_print (". “÷ ours” is how many times better ours is.\n\n");
  for (guint i = 0; i < results->len; i++)
    bench_result_print (g_ptr_array_index (results, i));
}

int
main (int argc, char **argv)
{
  g_autoptr(GOptionContext) context = g_option_context_new ("- how fast the pools are");
  g_autoptr(GPtrArray) results = NULL;
  g_autoptr(GError) error = NULL;

  process_pool_register_functions ();
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  setlocale (LC_CTYPE, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) ||
      (results = choose_workloads (&error)) == NULL)
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  bench_calibrate ();
  if (w5_child != NULL)
    return bench_w5_child (w5_child, n_tasks_wanted);
  if (p5_child != NULL)
    return bench_p5_child (n_tasks_wanted);

  if (python != NULL)
    python_peers_set_interpreter (python);
  if (n_rounds <= 0)
    n_rounds = quick ? 1 : DEFAULT_ROUNDS;
  run_rounds (results);

  print_results (results);
  python_peers_stop ();
  if (json_path != NULL && !bench_results_save (results, json_path, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  return EXIT_SUCCESS;
}
