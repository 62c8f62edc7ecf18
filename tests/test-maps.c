/* test-maps.c: maps for tests: inputs, and what has to come of them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "test-maps.h"

#include "test-util.h"

GPtrArray *
test_map_numbers (gint64 n)
{
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  for (gint64 i = 0; i < n; i++)
    g_ptr_array_add (inputs, g_variant_ref_sink (g_variant_new_int64 (i)));
  return inputs;
}

FutMapIterator *
test_map (FutExecutor *executor, const char *function, GPtrArray *inputs, GTimeSpan timeout,
          int chunksize, int buffersize)
{
  g_autoptr(GError) error = NULL;
  FutMapIterator *iterator =
    fut_executor_map (executor, function, (GVariant *const *) inputs->pdata, inputs->len, timeout,
                      chunksize, buffersize, &error);

  g_assert_no_error (error);
  g_assert_true (FUT_IS_MAP_ITERATOR (iterator));
  return iterator;
}

void
test_map_assert_next (FutMapIterator *iterator, gint64 expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(FutFuture) future = fut_map_iterator_next (iterator, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (fut_future_is_done (future));
  test_assert_int64 (future, expected);
}

void
test_map_assert_end (FutMapIterator *iterator)
{
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_null (fut_map_iterator_next (iterator, NULL, &error));
      g_assert_no_error (error);
      g_assert_null (fut_map_iterator_next_outcome (iterator, NULL, &error));
      g_assert_no_error (error);
    }
}
