/* futures-glib-worker.c: the helper that process pools start: main()
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <futures-glib.h>

#include <stdlib.h>
#include <string.h>

#define PROGRAM "futures-glib-worker"

/* As for a shell: the command line was wrong. */
#define STATUS_USAGE 2

static const char help[] =
  "Usage: " PROGRAM " [--stdio]\n"
  "\n"
  "Runs the calls of a FutProcessPoolExecutor, which starts it; it is of no use by hand.\n"
  "\n"
  "  --stdio    Talk to the parent over standard input and output, where the environment\n"
  "             does not get through, as with ssh.\n"
  "  --help     Print this and exit.\n"
  "  --version  Print the version and exit.\n";

int
main (int argc, char **argv)
{
  g_set_prgname (PROGRAM);

  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--help") == 0)
      {
        g_print ("%s", help);
        return EXIT_SUCCESS;
      }
    else if (strcmp (argv[i], "--version") == 0)
      {
        g_print (PROGRAM " " FUT_VERSION "\n");
        return EXIT_SUCCESS;
      }
    else if (strcmp (argv[i], "--stdio") == 0)
      g_setenv ("FUT_WORKER_CHANNEL", "stdio", TRUE);
    else
      {
        g_printerr (PROGRAM ": unknown argument \"%s\"\n\n%s", argv[i], help);
        return STATUS_USAGE;
      }

  if (!fut_worker_is_helper ())
    {
      g_printerr (PROGRAM ": there is no channel to a parent: this program is started by a "
                          "FutProcessPoolExecutor, and is of no use by hand\n");
      return STATUS_USAGE;
    }
  return fut_worker_run ();
}
