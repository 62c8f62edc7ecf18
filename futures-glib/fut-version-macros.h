/* fut-version-macros.h: which part of the API a program wants to see
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined (FUT_INSIDE) && !defined (FUT_COMPILATION)
# error "Only <futures-glib.h> can be included directly."
#endif

#include <glib.h>
#include "fut-version.h"

#if defined (FUT_COMPILATION) && defined (__GNUC__)
# define _FUT_EXTERN __attribute__ ((visibility ("default"))) extern
#else
# define _FUT_EXTERN extern
#endif

/**
 * FUT_VERSION_1_0:
 *
 * Version 1.0, as a value for %FUT_VERSION_MIN_REQUIRED and %FUT_VERSION_MAX_ALLOWED.
 *
 * Since: 1.0
 */
#define FUT_VERSION_1_0 (G_ENCODE_VERSION (1, 0))

/* The stable release that these headers are of, or lead to: an odd minor version is a development
 * version.
 */
#if FUT_MINOR_VERSION % 2
# define FUT_VERSION_CUR_STABLE (G_ENCODE_VERSION (FUT_MAJOR_VERSION, FUT_MINOR_VERSION + 1))
#else
# define FUT_VERSION_CUR_STABLE (G_ENCODE_VERSION (FUT_MAJOR_VERSION, FUT_MINOR_VERSION))
#endif

/**
 * FUT_VERSION_MIN_REQUIRED:
 *
 * The oldest version that the program wants to run with.
 *
 * Define it before including the header, as one of the `FUT_VERSION_1_0` macros. What was
 * deprecated in this version or before then gives a warning. The default is the version of the
 * headers.
 *
 * Since: 1.0
 */
#ifndef FUT_VERSION_MIN_REQUIRED
# define FUT_VERSION_MIN_REQUIRED (FUT_VERSION_CUR_STABLE)
#endif

/**
 * FUT_VERSION_MAX_ALLOWED:
 *
 * The newest version whose API the program wants to use.
 *
 * Define it before including the header, as one of the `FUT_VERSION_1_0` macros. What is newer
 * then gives a warning. The default is the version of the headers.
 *
 * Since: 1.0
 */
#ifndef FUT_VERSION_MAX_ALLOWED
# define FUT_VERSION_MAX_ALLOWED (FUT_VERSION_CUR_STABLE)
#endif

#if FUT_VERSION_MIN_REQUIRED < FUT_VERSION_1_0
# error "FUT_VERSION_MIN_REQUIRED must be at least FUT_VERSION_1_0"
#endif
#if FUT_VERSION_MAX_ALLOWED < FUT_VERSION_MIN_REQUIRED
# error "FUT_VERSION_MAX_ALLOWED must be at least FUT_VERSION_MIN_REQUIRED"
#endif

#ifdef FUT_DISABLE_DEPRECATION_WARNINGS
# define FUT_DEPRECATED _FUT_EXTERN
# define FUT_DEPRECATED_FOR(f) _FUT_EXTERN
# define FUT_UNAVAILABLE(major, minor) _FUT_EXTERN
#else
# define FUT_DEPRECATED G_DEPRECATED _FUT_EXTERN
# define FUT_DEPRECATED_FOR(f) G_DEPRECATED_FOR (f) _FUT_EXTERN
# define FUT_UNAVAILABLE(major, minor) G_UNAVAILABLE (major, minor) _FUT_EXTERN
#endif

/* One block for each minor version: */
#if FUT_VERSION_MIN_REQUIRED >= FUT_VERSION_1_0
# define FUT_DEPRECATED_IN_1_0 FUT_DEPRECATED
# define FUT_DEPRECATED_IN_1_0_FOR(f) FUT_DEPRECATED_FOR (f)
#else
# define FUT_DEPRECATED_IN_1_0 _FUT_EXTERN
# define FUT_DEPRECATED_IN_1_0_FOR(f) _FUT_EXTERN
#endif
#if FUT_VERSION_MAX_ALLOWED < FUT_VERSION_1_0
# define FUT_AVAILABLE_IN_1_0 FUT_UNAVAILABLE (1, 0)
#else
# define FUT_AVAILABLE_IN_1_0 _FUT_EXTERN
#endif
