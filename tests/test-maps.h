/* test-maps.h: maps for tests: inputs, and what has to come of them
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <futures-glib.h>

G_BEGIN_DECLS

/* The inputs 0 to n − 1, for contract.square and contract.half. */
GPtrArray      *test_map_numbers     (gint64 n);

FutMapIterator *test_map             (FutExecutor *executor, const char *function,
                                      GPtrArray *inputs, GTimeSpan timeout, int chunksize,
                                      int buffersize);
void            test_map_assert_next (FutMapIterator *iterator, gint64 expected);

/* There is nothing more, however often one asks. */
void            test_map_assert_end  (FutMapIterator *iterator);

G_END_DECLS
