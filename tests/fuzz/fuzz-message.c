/* fuzz-message.c: decodes whatever comes, and encodes it again
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process/fut-message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t n_bytes);

/* A message has one form only, so that what was taken has to come out again byte by byte. */
static void
check_message (const FutMessage *message, gboolean from_worker, const guint8 *frame, gsize n_bytes)
{
  FutBuffer buffer = { 0 };
  FutMessage again;

  fut_message_encode (&buffer, message, NULL);
  g_assert_cmpmem (fut_buffer_get_bytes (&buffer), fut_buffer_get_length (&buffer), frame, n_bytes);
  g_assert_cmpint (fut_message_decode (fut_buffer_get_bytes (&buffer), n_bytes, from_worker, &again,
                                       NULL),
                   ==, n_bytes);
  g_assert_cmpint (again.type, ==, message->type);
  g_assert_cmpuint (again.id, ==, message->id);
  fut_buffer_clear (&buffer);
}

/* The first byte is the direction; frames follow, one after another, as they would be read. */
int
LLVMFuzzerTestOneInput (const guint8 *data, size_t n_bytes)
{
  gboolean from_worker;
  guint8 *frames;
  gsize start = 0;

  if (n_bytes == 0)
    return 0;
  from_worker = data[0] % 2 != 0;
  n_bytes--;
  /* Aligned, and no byte longer than what came, so that a sanitizer sees each read behind it. */
  frames = malloc (MAX (n_bytes, 1));
  memcpy (frames, data + 1, n_bytes);
  for (;;)
    {
      GError *error = NULL;
      FutMessage message;
      gssize n =
        fut_message_decode (frames + start, n_bytes - start, from_worker, &message, &error);

      g_assert_cmpint (n < 0, ==, error != NULL);
      g_clear_error (&error);
      if (n <= 0)
        break;
      g_assert_cmpuint ((gsize) n % FUT_MESSAGE_ALIGNMENT, ==, 0);
      g_assert_cmpuint ((gsize) n, <=, n_bytes - start);
      check_message (&message, from_worker, frames + start, (gsize) n);
      start += (gsize) n;
    }
  free (frames);
  return 0;
}
