/* fault-functions.h: functions that end their worker, or make trouble in another way
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "contract-functions.h"

G_BEGIN_DECLS

/* Registers them all, beside those of the contract. "Room" is the path of a ContractRoom.
 *
 *   die (ss)        room, how: if there is a ticket at the gate (or no room), ends its worker:
 *                   "exit-0", "exit-3", "abort", "segv", "kill", "error", "close"; returns 7 else
 *   wait (sx)       reports its pid, waits at the gate, returns the number
 *   stubborn (sx)   reports its pid, and never ends: takes no notice of SIGTERM
 *   spin (sx)       reports its pid, and never ends: busy
 *   family (sbb)    starts a child, an orphan and, if the first is true, a daemon; reports their
 *                   pids, and if the second is true waits at the gate
 *   allocate t      allocates so many bytes, and writes to them
 *   bytes t         returns so many bytes; see fault_bytes_new()
 *   length ay       returns the number of bytes, which have to be those of fault_bytes_new()
 *   write t         writes so many bytes each to standard output and standard error
 *   print (is)      writes a line to this descriptor
 *   fds             returns its open descriptors, each as "NUMBER TARGET"
 *   variable s      returns a variable of its environment, which may be NULL
 *   folder          returns its working directory
 *   pid             returns its pid
 *   limit           returns how much memory it may have for data, in bytes; −1 for any amount
 *   typed s         returns what cannot be sent: an "object", a "pointer", a "handle"
 *   trace           fails with a trace
 *   steps (su)      reports progress and status so many times, and then a number; waits at the gate
 *   in-cancelled (sx) reports its pid, and ends inside its cancellable's own signal
 *   has-executor    returns whether there is an executor to submit to
 */
void    fault_functions_register (void);

GBytes *fault_bytes_new          (gsize n);

G_END_DECLS
