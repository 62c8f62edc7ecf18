/* make-corpus.c: writes the inputs that the fuzzer begins with: messages of every type
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: make-corpus FOLDER
 */
#include "../message-samples.h"

#include <gio/gio.h>
#include <string.h>

static gboolean
write_input (const char *folder, const char *name, gboolean from_worker, FutBuffer *frames)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(GError) error = NULL;
  gsize n_bytes = fut_buffer_get_length (frames);
  g_autofree char *input = g_malloc (n_bytes + 1);

  input[0] = from_worker ? 1 : 0;
  memcpy (input + 1, fut_buffer_get_bytes (frames), n_bytes);
  if (!g_file_set_contents (path, input, (gssize) n_bytes + 1, &error))
    g_printerr ("%s\n", error->message);
  return error == NULL;
}

int
main (int argc, char **argv)
{
  guint n_samples;
  const MessageSample *samples = message_samples_get (&n_samples);
  FutBuffer all[2] = { { 0 }, { 0 } };
  gboolean written = TRUE;

  if (argc != 2)
    {
      g_printerr ("Usage: make-corpus FOLDER\n");
      return 2;
    }
  if (g_mkdir_with_parents (argv[1], 0755) < 0)
    {
      g_printerr ("Cannot make %s\n", argv[1]);
      return 1;
    }

  for (guint i = 0; i < n_samples; i++)
    {
      gboolean from_worker = samples[i].from_worker;
      FutBuffer one = { 0 };

      fut_message_encode (&one, &samples[i].message, NULL);
      fut_message_encode (&all[from_worker ? 1 : 0], &samples[i].message, NULL);
      written = write_input (argv[1], samples[i].name, from_worker, &one) && written;
      fut_buffer_clear (&one);
    }
  for (guint i = 0; i < 2; i++)
    {
      written =
        write_input (argv[1], i == 1 ? "all-of-a-worker" : "all-of-a-parent", i == 1, &all[i]) &&
        written;
      fut_buffer_clear (&all[i]);
    }
  return written ? 0 : 1;
}
