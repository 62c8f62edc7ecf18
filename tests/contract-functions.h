/* contract-functions.h: the functions that the contract's tests submit by name
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <futures-glib.h>

G_BEGIN_DECLS

/* Registers them all. A process that runs calls for an executor under test does this first.
 *
 * The functions share no memory with the tests: what they tell, and what they wait for, goes
 * through the fifos of a ContractRoom, whose path is in their arguments. So the same tests serve an
 * executor whose workers are other processes.
 *
 *   echo v           returns the value
 *   square x         returns its square
 *   half x           returns half of it, and fails for an odd number
 *   fail (sis)       fails with this domain, code and message
 *   typed s          returns one value of the kind named: see contract_functions.c
 *   nothing          returns without a value
 *   record (sx)      reports the number, and returns it
 *   gate (sx)        reports the number, waits to be let through, and returns it
 *   polite-gate (sx) the same, but fails with CANCELLED once asked to stop
 *   keep-value (sx)  reports the number, waits to be asked to stop, and returns it all the same
 *   twice s          returns 1, then 2; reports the critical that this brings, as text
 *   claim-again      tries to begin once more, and returns the error's message
 *   progress (sx)    at each gate: progress 0.25 and a status, 0.5, and the end
 *   nest x           submits itself with x − 1 to its own executor, waits, and returns one more
 *   submit-record (sx)   submits "record" to its own executor, and does not wait
 *   worker           returns what tells its worker from the others, as text
 *   initialize (sb)  for workers that are other processes: reports 1, and fails if told to
 */
void contract_functions_register (void);

/* Both sides: reports from functions, in order. */
void     contract_report      (const char *room, gint64 number);
void     contract_report_text (const char *room, const char *text);
gboolean contract_pass_gate   (const char *room, GCancellable *cancellable);
gboolean contract_try_gate    (const char *room);

/* ContractRoom: the tests' end of it */
typedef struct _ContractRoom ContractRoom;

ContractRoom *contract_room_new       (void);
void          contract_room_free      (ContractRoom *self);
const char   *contract_room_get_path  (ContractRoom *self);
GVariant     *contract_room_args      (ContractRoom *self, gint64 number);
gint64        contract_room_next      (ContractRoom *self);
gboolean      contract_room_is_empty  (ContractRoom *self);
char         *contract_room_next_text (ContractRoom *self);
void          contract_room_open      (ContractRoom *self, guint n_gates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ContractRoom, contract_room_free)

G_END_DECLS
