/* fut-error.c: the errors of the API
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-error.h"

/**
 * fut_error_quark:
 *
 * Gives the domain of [error@Fut.Error].
 *
 * Returns: the domain
 *
 * Since: 1.0
 */
GQuark
fut_error_quark (void)
{
  return g_quark_from_static_string ("fut-error-quark");
}

GType
fut_error_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { FUT_ERROR_TIMED_OUT, "FUT_ERROR_TIMED_OUT", "timed-out" },
        { FUT_ERROR_SHUT_DOWN, "FUT_ERROR_SHUT_DOWN", "shut-down" },
        { FUT_ERROR_BROKEN, "FUT_ERROR_BROKEN", "broken" },
        { FUT_ERROR_WORKER_LOST, "FUT_ERROR_WORKER_LOST", "worker-lost" },
        { FUT_ERROR_INVALID_STATE, "FUT_ERROR_INVALID_STATE", "invalid-state" },
        { FUT_ERROR_FUNCTION_NOT_FOUND, "FUT_ERROR_FUNCTION_NOT_FOUND", "function-not-found" },
        { FUT_ERROR_TYPE_MISMATCH, "FUT_ERROR_TYPE_MISMATCH", "type-mismatch" },
        { FUT_ERROR_WOULD_DEADLOCK, "FUT_ERROR_WOULD_DEADLOCK", "would-deadlock" },
        { FUT_ERROR_TOO_LARGE, "FUT_ERROR_TOO_LARGE", "too-large" },
        { FUT_ERROR_PROTOCOL, "FUT_ERROR_PROTOCOL", "protocol" },
        { FUT_ERROR_REMOTE, "FUT_ERROR_REMOTE", "remote" },
        { 0, NULL, NULL },
      };

      g_once_init_leave (&type, g_enum_register_static ("FutError", values));
    }
  return type;
}
