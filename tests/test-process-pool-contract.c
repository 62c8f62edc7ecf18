/* test-process-pool-contract.c: the contract, kept by FutProcessPoolExecutor
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "executor-contract.h"

/* The program is its own helper. In front of it stands nothing; or a launcher that passes on what
 * comes, and lives as long as the helper; or a sandbox without a network in which only the folder of
 * the rooms can be written to. To a launcher "/proc/self/exe" would be the launcher.
 */
static const char *const launcher_argv[] = { "sh", "-c", "\"$@\"; exit $?", "launcher", NULL };
static const char *sandbox_argv[] = { "bwrap",         "--ro-bind", "/",      "/",
                                      "--dev",         "/dev",      "--proc", "/proc",
                                      "--bind",        NULL,        NULL,     "--unshare-net",
                                      "--die-with-parent", NULL };
#define SANDBOX_FOLDER 9

static FutExecutor *
create_behind (const char *const *launcher, guint max_workers)
{
  FutExecutor *executor = fut_process_pool_executor_new (max_workers);
  g_auto(GStrv) argv = fut_worker_self_argv ();

  if (launcher != NULL)
    {
      g_free (argv[0]);
      argv[0] = g_file_read_link ("/proc/self/exe", NULL);
    }
  fut_process_pool_executor_set_worker_argv (FUT_PROCESS_POOL_EXECUTOR (executor),
                                             (const char *const *) argv);
  fut_process_pool_executor_set_launcher_argv (FUT_PROCESS_POOL_EXECUTOR (executor), launcher);
  return executor;
}

static FutExecutor *
create_initialized_behind (const char *const *launcher, guint max_workers, const char *room,
                           gboolean fails)
{
  FutExecutor *executor = create_behind (launcher, max_workers);

  fut_process_pool_executor_set_initializer (FUT_PROCESS_POOL_EXECUTOR (executor),
                                             "contract.initialize",
                                             g_variant_new ("(sb)", room, fails));
  return executor;
}

static FutExecutor *
create (guint max_workers)
{
  return create_behind (NULL, max_workers);
}

static FutExecutor *
create_initialized (guint max_workers, const char *room, gboolean fails)
{
  return create_initialized_behind (NULL, max_workers, room, fails);
}

static FutExecutor *
create_launched (guint max_workers)
{
  return create_behind (launcher_argv, max_workers);
}

static FutExecutor *
create_launched_initialized (guint max_workers, const char *room, gboolean fails)
{
  return create_initialized_behind (launcher_argv, max_workers, room, fails);
}

static FutExecutor *
create_sandboxed (guint max_workers)
{
  return create_behind (sandbox_argv, max_workers);
}

static FutExecutor *
create_sandboxed_initialized (guint max_workers, const char *room, gboolean fails)
{
  return create_initialized_behind (sandbox_argv, max_workers, room, fails);
}

/* Without a launcher calls are sent ahead, and may wait a moment behind one that another worker could
 * have begun.
 */
#define TRAITS                                                 \
  (CONTRACT_TRAITS_MANY_WORKERS | CONTRACT_TRAITS_PRIORITIES | \
   CONTRACT_TRAITS_INITIALIZER | CONTRACT_TRAITS_WORKER_NAMES)

static const ContractSubject process_pool = {
  .name = "process-pool",
  .flags = FUT_EXECUTOR_FLAGS_EXACT_CANCEL,
  .traits = TRAITS,
  .create = create,
  .create_initialized = create_initialized,
};

static const ContractSubject launched_pool = {
  .name = "launched-pool",
  .flags = FUT_EXECUTOR_FLAGS_EXACT_CANCEL,
  .traits = TRAITS | CONTRACT_TRAITS_BEGIN_IN_ORDER,
  .create = create_launched,
  .create_initialized = create_launched_initialized,
};

static const ContractSubject sandboxed_pool = {
  .name = "sandboxed-pool",
  .flags = FUT_EXECUTOR_FLAGS_EXACT_CANCEL,
  .traits = TRAITS | CONTRACT_TRAITS_BEGIN_IN_ORDER,
  .create = create_sandboxed,
  .create_initialized = create_sandboxed_initialized,
};

/* NULL if a sandbox can be made here, or why not. */
static char *
try_sandbox (void)
{
  g_autofree char *program = g_find_program_in_path (sandbox_argv[0]);
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *output = NULL;
  g_autoptr(GError) error = NULL;
  int status;

  if (program == NULL)
    return g_strdup ("bwrap is not installed");

  for (const char **arg = sandbox_argv; *arg != NULL; arg++)
    g_ptr_array_add (argv, (char *) *arg);
  g_ptr_array_add (argv, (char *) "true");
  g_ptr_array_add (argv, NULL);
  if (g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                    &output, &status, &error) &&
      g_spawn_check_wait_status (status, &error))
    return NULL;
  return g_strdup_printf ("%s (%s)", error->message, output != NULL ? g_strstrip (output) : "");
}

int
main (int argc, char **argv)
{
  g_autofree char *no_sandbox = NULL;

  contract_functions_register ();
  if (fut_worker_is_helper ())
    return fut_worker_run ();

  test_init (&argc, &argv);
  contract_add_tests (&process_pool);
  contract_add_tests (&launched_pool);

  sandbox_argv[SANDBOX_FOLDER] = sandbox_argv[SANDBOX_FOLDER + 1] = g_get_tmp_dir ();
  no_sandbox = try_sandbox ();
  if (no_sandbox == NULL)
    contract_add_tests (&sandboxed_pool);
  else
    g_print ("# sandboxed-pool is left out, since no sandbox can be made here: %s\n", no_sandbox);
  return g_test_run ();
}
