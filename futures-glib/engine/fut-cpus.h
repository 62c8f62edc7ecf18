/* fut-cpus.h: how many CPUs this process may use
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* At least 1: what the affinity mask allows, or the cgroup's quota if that is less (rounded up).
 * Looked up anew each time.
 */
guint fut_cpus_count_usable (void);

/* The same, looked up once. */
guint fut_cpus_get_usable (void);

/* Whether spinning pays, for one thread. When it has failed a few times in a row, since others need
 * the CPUs or since what is waited for takes longer, it is left out for a while.
 */
typedef struct
{
  guint n_failed;
  guint n_to_skip;
} FutSpinner;

static inline gboolean
fut_spinner_may_spin (FutSpinner *self)
{
  if (self->n_to_skip == 0)
    return TRUE;

  self->n_to_skip--;
  return FALSE;
}

static inline void
fut_spinner_note (FutSpinner *self, gboolean found)
{
  if (found)
    self->n_failed = 0;
  else if (++self->n_failed >= 4)
    {
      self->n_failed = 3; /* one more try after the pause */
      self->n_to_skip = 64;
    }
}

/* Tells the CPU that this is a loop that waits for another thread. */
static inline void
fut_cpu_pause (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

G_END_DECLS
