/* thread-limit.c: lets only so many threads be created
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "thread-limit.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

static int n_allowed = -1; /* atomic; −1: any number */

/* This stands before libc's own, for GLib too. */
int
pthread_create (pthread_t *thread, const pthread_attr_t *attributes, void *(*func) (void *),
                void *argument)
{
  static int (*real) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *);
  int allowed = g_atomic_int_get (&n_allowed);

  if (allowed == 0)
    return EAGAIN;
  if (allowed > 0)
    g_atomic_int_add (&n_allowed, -1);
  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "pthread_create");
  return real (thread, attributes, func, argument);
}

void
thread_limit_set (int n_threads)
{
  g_atomic_int_set (&n_allowed, n_threads);
}
