/* fut-worker-process.c: the parent's view of one helper process
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-worker-process.h"

#include "process/fut-descendants.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

/* Locking: none of its own; see fut-worker-manager-private.h. */

#define SLOT_BITS 10 /* of an id: the rest of it is a serial number */
#define GENERATION_MASK 0x3fffffff

G_STATIC_ASSERT (FUT_MESSAGE_MAX_SLOTS == 1 << SLOT_BITS);

typedef struct
{
  FutFunction *function; /* owned */
  char        *type;     /* owned */
} FutSignature;

static guint
hash_signature (gconstpointer key)
{
  const FutSignature *signature = key;

  return g_direct_hash (signature->function) ^ g_str_hash (signature->type);
}

static gboolean
equal_signatures (gconstpointer a, gconstpointer b)
{
  const FutSignature *first = a;
  const FutSignature *second = b;

  return first->function == second->function && strcmp (first->type, second->type) == 0;
}

static void
free_signature (gpointer data)
{
  FutSignature *signature = data;

  fut_function_unref (signature->function);
  g_free (signature->type);
  g_free (signature);
}

GHashTable *
fut_worker_process_new_signatures (void)
{
  return g_hash_table_new_full (hash_signature, equal_signatures, free_signature, NULL);
}

FutSharedPage *
fut_shared_page_ref (FutSharedPage *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
fut_shared_page_unref (FutSharedPage *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  fut_page_free (self->page);
  g_free (self);
}

FutWorkerProcess *
fut_worker_process_ref (FutWorkerProcess *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
fut_worker_process_unref (FutWorkerProcess *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->n_calls == 0);

  fut_channel_clear (&self->channel);
  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++)
    {
      if (self->streams[i].fd >= 0)
        g_close (self->streams[i].fd, NULL);
      g_string_free (self->streams[i].line, TRUE);
    }
  g_string_free (self->tail, TRUE);
  g_clear_pointer (&self->region, fut_region_unref);
  g_clear_pointer (&self->offered, fut_region_unref);
  g_clear_pointer (&self->kept, g_hash_table_unref);
  g_clear_pointer (&self->signatures, g_hash_table_unref);
  g_clear_pointer (&self->shared, fut_shared_page_unref);
  g_clear_pointer (&self->settings, fut_pool_settings_unref);
  g_clear_object (&self->subprocess);
  g_free (self->end_detail);
  g_free (self->calls);
  g_free (self->program);
  g_free (self->name);
  g_free (self);
}

void
fut_worker_process_set_state (FutWorkerProcess *self, FutWorkerState state)
{
  static const guint allowed[] = {
    [FUT_WORKER_STARTING] = 1 << FUT_WORKER_READY | 1 << FUT_WORKER_ENDING | 1 << FUT_WORKER_STOPPING,
    [FUT_WORKER_READY] = 1 << FUT_WORKER_STOPPING | 1 << FUT_WORKER_ENDING,
    [FUT_WORKER_STOPPING] = 1 << FUT_WORKER_ENDING,
    [FUT_WORKER_ENDING] = 1 << FUT_WORKER_DEAD,
    [FUT_WORKER_DEAD] = 0,
  };

  g_assert ((allowed[self->state] & 1u << state) != 0);
  self->state = state;
}

void
fut_worker_process_watch (FutWorkerProcess *self, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = &self->tags[FUT_EVENT_CHANNEL] };

  if (!self->watched || self->events == events)
    return;

  epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, self->channel.read_fd, &event);
  self->events = events;
}

void
fut_worker_process_unwatch (FutWorkerProcess *self)
{
  if (!self->watched)
    return;

  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, self->channel.read_fd, NULL);
  self->watched = FALSE;
}

void
fut_worker_process_flush (FutWorkerProcess *self)
{
  guint32 events = self->reader == FUT_READER_DIRECT ? 0 : EPOLLIN;

  /* An end that is closed is noticed by who reads. */
  if (fut_channel_has_output (&self->channel) &&
      fut_channel_flush (&self->channel, FALSE, NULL) == FUT_CHANNEL_AGAIN)
    events |= EPOLLOUT;
  fut_worker_process_watch (self, events);
}

gboolean
fut_worker_process_flush_quietly (FutWorkerProcess *self)
{
  if (self->events != 0 || fut_channel_flush (&self->channel, FALSE, NULL) != FUT_CHANNEL_OK)
    {
      fut_worker_process_flush (self);
      return FALSE;
    }
  return TRUE;
}

void
fut_worker_process_note_end (FutWorkerProcess *self, FutWorkerEnd end, const char *detail)
{
  if (self->end != FUT_WORKER_END_NONE)
    return;

  self->end = end;
  self->end_detail = g_strdup (detail);
}

void
fut_worker_process_signal (FutWorkerProcess *self, int signal_number)
{
  /* As long as GSubprocess knows a pid the process was not waited for: the number is its own. */
  if (g_subprocess_get_identifier (self->subprocess) == NULL)
    return;

  if (signal_number == SIGKILL)
    {
      fut_descendants_signal (self->pid, SIGKILL);
      kill (-self->pid, SIGKILL);
    }
  g_subprocess_send_signal (self->subprocess, signal_number);
}

guint32
fut_worker_process_get_signature (FutWorkerProcess *self, FutFunction *function, const char *type)
{
  FutSignature key = { function, (char *) type };
  FutMessage message = { .type = FUT_MESSAGE_DEFINE };
  FutSignature *signature;
  gpointer number;

  if (self->last_function == function && strcmp (self->last_type, type) == 0)
    return self->last_signature;

  if (!g_hash_table_lookup_extended (self->signatures, &key, (gpointer *) &signature, &number))
    {
      if (self->n_signatures == FUT_MESSAGE_MAX_SIGNATURES)
        {
          /* The numbers are given again; calls that were sent before have been decoded before. */
          g_hash_table_remove_all (self->signatures);
          self->n_signatures = 0;
        }
      signature = g_new (FutSignature, 1);
      *signature = (FutSignature){ fut_function_ref (function), g_strdup (type) };
      number = GUINT_TO_POINTER (self->n_signatures++);
      g_hash_table_insert (self->signatures, signature, number);
      message.define.signature = GPOINTER_TO_UINT (number);
      message.define.function = fut_function_get_name (function);
      message.define.args_type = type;
      fut_channel_append (&self->channel, &message, NULL, -1);
    }
  self->last_function = function;
  self->last_type = signature->type;
  self->last_signature = GPOINTER_TO_UINT (number);
  return self->last_signature;
}

FutCall *
fut_worker_process_add_call (FutWorkerProcess *self, guint64 serial)
{
  FutCall *call = self->free_calls;
  guint32 slot;

  if (call == NULL)
    return NULL;

  self->free_calls = call->next;
  slot = call - self->calls;
  call->id = serial << SLOT_BITS | slot;
  call->generation = (call->generation + 1) & GENERATION_MASK;
  call->begun = FALSE;
  call->revoked = FALSE;
  call->in_region = FALSE;
  call->n_bytes = 0;
  call->next = NULL;
  call->prev = self->last;
  if (self->last != NULL)
    self->last->next = call;
  else
    self->first = call;
  self->last = call;
  self->n_calls++;
  self->n_sent++;
  if (self->shared != NULL)
    atomic_store (&self->shared->page->claims[slot],
                  FUT_CLAIM_WORD (call->generation, FUT_CLAIM_QUEUED));
  return call;
}

void
fut_worker_process_remove_call (FutWorkerProcess *self, FutCall *call)
{
  if (call->prev != NULL)
    call->prev->next = call->next;
  else
    self->first = call->next;
  if (call->next != NULL)
    call->next->prev = call->prev;
  else
    self->last = call->prev;
  if (call->in_region && self->region != NULL)
    fut_region_free (self->region, call->offset);

  self->n_bytes -= call->n_bytes;
  self->n_calls--;
  call->id = 0;
  call->future = NULL;
  call->in_region = FALSE;
  call->next = self->free_calls;
  self->free_calls = call;
}

FutCall *
fut_worker_process_find_call (FutWorkerProcess *self, guint64 id)
{
  FutCall *call = &self->calls[id & (FUT_MESSAGE_MAX_SLOTS - 1)];

  return id != 0 && call->id == id ? call : NULL;
}

gboolean
fut_call_has_begun (FutCall *call)
{
  FutWorkerProcess *worker = call->worker;

  return call->begun ||
         (worker->shared != NULL &&
          fut_page_is_started (worker->shared->page, call - worker->calls, call->generation));
}

gboolean
fut_call_revoke (FutCall *call)
{
  FutWorkerProcess *worker = call->worker;

  if (!call->revoked)
    call->revoked = !call->begun && worker->shared != NULL &&
                    fut_page_revoke (worker->shared->page, call - worker->calls, call->generation);
  return call->revoked;
}

static char *
describe_signal (FutWorkerProcess *self, int number)
{
  const char *name = sigabbrev_np (number);
  gboolean may_be_memory = self->settings->memory_limit > 0 && self->end == FUT_WORKER_END_OWN &&
                           number != SIGTERM && number != SIGINT;
  g_autofree char *hint =
    may_be_memory ? g_strdup_printf (" (its memory is limited to %" G_GUINT64_FORMAT " bytes)",
                                     self->settings->memory_limit)
                  : g_strdup ("");

  return name != NULL ? g_strdup_printf ("was killed by SIG%s%s", name, hint)
                      : g_strdup_printf ("was killed by signal %d%s", number, hint);
}

char *
fut_worker_process_describe_end (FutWorkerProcess *self)
{
  int status;

  if (self->end == FUT_WORKER_END_PROTOCOL)
    return g_strdup_printf ("broke the protocol: %s",
                            self->end_detail != NULL ? self->end_detail : "no details");
  if (self->end == FUT_WORKER_END_CLOSED)
    return g_strdup ("closed its channel");
  if (self->end == FUT_WORKER_END_START)
    return g_strdup_printf ("did not start within %.3f s", self->settings->start_timeout / 1e6);
  if (g_subprocess_get_if_signaled (self->subprocess))
    return describe_signal (self, g_subprocess_get_term_sig (self->subprocess));

  status = g_subprocess_get_exit_status (self->subprocess);
  if (self->launched && status > 128 && sigabbrev_np (status - 128) != NULL)
    return g_strdup_printf ("exited with status %d, as launchers do for SIG%s", status,
                            sigabbrev_np (status - 128));
  return g_strdup_printf ("exited with status %d", status);
}
