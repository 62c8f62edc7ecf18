/* futures-glib.h: executors over threads and processes, and futures that end in the main loop
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#define FUT_INSIDE
#include "fut-version-macros.h"
#include "fut-enums.h"
#include "fut-error.h"
#include "fut-function.h"
#include "fut-future.h"
#include "fut-submit-options.h"
#include "fut-executor.h"
#include "fut-thread-pool-executor.h"
#include "fut-process-pool-executor.h"
#include "fut-worker.h"
#include "fut-wait.h"
#include "fut-as-completed.h"
#include "fut-map.h"
#undef FUT_INSIDE
