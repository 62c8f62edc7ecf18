/* fut-page.h: the page of memory that a worker shares with its parent: claim words, progress
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fut-message.h"

#include <stdatomic.h>

G_BEGIN_DECLS

/* A claim word is a generation, shifted by FUT_CLAIM_BITS, and a FutClaim. Who swaps QUEUED for
 * another state has decided what becomes of the call:
 *
 *   QUEUED --worker--> STARTED
 *      \----parent---> REVOKED
 *
 * The parent gives a slot to another call by writing a word of another generation.
 */
typedef enum
{
  FUT_CLAIM_QUEUED,
  FUT_CLAIM_STARTED,
  FUT_CLAIM_REVOKED,
} FutClaim;

#define FUT_CLAIM_BITS 2
#define FUT_CLAIM_WORD(generation, claim) (((guint32) (generation) << FUT_CLAIM_BITS) | (claim))

typedef enum
{
  FUT_BELL_SILENT,
  FUT_BELL_ARMED,   /* by the parent: the worker's next change sends a BELL, and silences it */
} FutBell;

#define FUT_PAGE_OUTBOX_BYTES 65536
#define FUT_PAGE_OUTBOX_BITS 20 /* for the length */

/* Both sides write to it at any time, so each value that is read is a copy, and for the parent
 * nothing in it can be trusted. Times are those of g_get_monotonic_time().
 */
typedef struct
{
  /* Written by both: */
  _Alignas (64) atomic_uint bell;               /* FutBell */

  /* Written by the worker: what it is running. */
  _Alignas (64) _Atomic (guint64) running_id;   /* 0 for none */
  _Atomic (gint64)  started_at;
  _Atomic (guint64) progress;                   /* the bits of a double */
  atomic_uint       status_sequence;            /* odd while the status is being written; 0: NULL */
  char              status[FUT_MESSAGE_MAX_STATUS_BYTES + 1];

  /* Written by the worker with 1, and by the parent with 0 when it has done with the result. */
  _Alignas (64) atomic_uint result_slots[FUT_MESSAGE_MAX_RESULT_SLOTS];

  _Alignas (64) atomic_uint claims[FUT_MESSAGE_MAX_SLOTS];

  /* Written by the worker: messages that it has not sent yet, so that they outlive it. How many
   * bytes of them there are, and in the bits above how many it had sent before them.
   */
  _Alignas (64) _Atomic (guint64) outbox_state;
  guint8 outbox[FUT_PAGE_OUTBOX_BYTES];
} FutPage;

/* For the parent: a new page, and its descriptor, which is sealed against being resized. */
FutPage *fut_page_new          (int *fd, GError **error);
/* For the worker: maps the page that the parent has sent; @fd is lent. */
FutPage *fut_page_map          (int fd, GError **error);
void     fut_page_free         (FutPage *self);

/* For the worker: */
void     fut_page_begin_call   (FutPage *self, guint64 id, gint64 started_at);
void     fut_page_set_progress (FutPage *self, double progress);
void     fut_page_set_status   (FutPage *self, const char *status);
/* Whether a BELL is to be sent for a change that was just made. */
gboolean fut_page_ring         (FutPage *self);
/* QUEUED to STARTED; FALSE if the call was revoked. */
gboolean fut_page_claim        (FutPage *self, guint32 slot, guint32 generation);

/* Keeps whole messages that are left unsent, behind those kept before; @n_sent: how many bytes were
 * ever sent. FALSE if there is no room: then all are to be sent now.
 */
gboolean fut_page_keep_output  (FutPage *self, guint64 n_sent, const guint8 *bytes, gsize n_bytes);
/* Takes the last @n_bytes back. */
void     fut_page_drop_output  (FutPage *self, gsize n_bytes);
/* All were sent. */
void     fut_page_forget_output (FutPage *self);

/* For the parent: */
/* What a dead worker has left unsent, when @n_received bytes had come: writes it to @bytes, which
 * has room for FUT_PAGE_OUTBOX_BYTES, and returns its length.
 */
gsize    fut_page_recover_output (FutPage *self, guint64 n_received, guint8 *bytes);
/* Arms the bell. A change that is not seen in the page after that rings it. */
void     fut_page_arm          (FutPage *self);
/* QUEUED to REVOKED; FALSE if the call was started. */
gboolean fut_page_revoke       (FutPage *self, guint32 slot, guint32 generation);
gboolean fut_page_is_started   (FutPage *self, guint32 slot, guint32 generation);
/* Progress and status of call @id: FALSE if the page tells of another one, or is just being changed
 * (the bell rings after that). *@status (transfer full, nullable) is valid UTF-8.
 */
gboolean fut_page_read         (FutPage *self, guint64 id, double *progress, char **status);

/* What tells one program file from another: of @path, NULL for this program's; 0 if unknown. */
guint64  fut_page_get_identity (const char *path);

G_END_DECLS
