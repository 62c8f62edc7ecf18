/* checksum-file.h: the SHA-256 of one file, as a task, and as a line of sha256sum
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <futures-glib.h>

G_BEGIN_DECLS

/* The task's name for fut_executor_submit(): (ay), a path → s, the sum in hexadecimal digits. */
#define CHECKSUM_FILE "checksum_file"

void  checksum_file_register (void);
char *checksum_format_line   (const char *sum, const char *path);

G_END_DECLS
