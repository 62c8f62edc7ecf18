/* test-watchdog.h: ends a test that hangs, and shows where each of its threads is
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#define TEST_WATCHDOG_THREAD "test-watchdog"

void test_watchdog_start  (void);
void test_watchdog_arm    (const char *test_path, gint64 limit);
void test_watchdog_disarm (void);

/* Prints the stacks of all threads on stderr. */
void test_dump_stacks     (void);
