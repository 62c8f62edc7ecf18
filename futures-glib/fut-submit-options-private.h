/* fut-submit-options-private.h: how one call is to be run, once it was submitted
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-submit-options.h"

G_BEGIN_DECLS

/* From now on nothing can be set: calls refer to the options without a lock. */
void fut_submit_options_freeze (FutSubmitOptions *self);

G_END_DECLS
