/* fut-manager-payloads.c: the payloads of results
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "process/fut-worker-manager-private.h"

#include "fut-error.h"
#include "process/fut-payload.h"
#include "process/fut-wire-value.h"

typedef struct
{
  FutRegion     *region; /* owned */
  FutSharedPage *shared; /* owned */
  guint          slot;
} Lease;

/* The result is no longer used: the worker may write there again. */
static void
end_lease (gpointer data)
{
  Lease *lease = data;

  atomic_store_explicit (&lease->shared->page->result_slots[lease->slot], 0, memory_order_release);
  fut_region_unref (lease->region);
  fut_shared_page_unref (lease->shared);
  g_free (lease);
}

static GBytes *
take_from_region (FutWorkerProcess *worker, const FutMessage *message, GError **error)
{
  const guint8 *data = NULL;
  Lease *lease;
  GBytes *bytes;

  if (worker->offered != NULL && worker->shared != NULL)
    data = fut_region_peek (worker->offered, message->result.offset, message->result.n_bytes);
  if (data == NULL || message->result.result_slot >= FUT_MESSAGE_MAX_RESULT_SLOTS)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_PROTOCOL,
                   "a result of %" G_GUINT64_FORMAT " bytes at %" G_GUINT64_FORMAT
                   " does not lie in the worker's region",
                   message->result.n_bytes, message->result.offset);
      return NULL;
    }

  lease = g_new (Lease, 1);
  *lease = (Lease){ fut_region_ref (worker->offered), fut_shared_page_ref (worker->shared),
                    message->result.result_slot };
  if (worker->settings->trust_workers)
    return g_bytes_new_with_free_func (data, message->result.n_bytes, end_lease, lease);

  bytes = fut_payload_copy (data, message->result.n_bytes);
  end_lease (lease);
  return bytes;
}

gboolean
fut_manager_parse_result (FutWorkerProcess *worker, const FutMessage *message, FutResult *result,
                          GError **error)
{
  g_autoptr(GBytes) bytes = NULL;
  gboolean is_null = message->result.place == FUT_PLACE_NONE;

  if (message->result.place == FUT_PLACE_INLINE && message->result.n_bytes > 4096)
    bytes = fut_payload_copy (message->result.payload, message->result.n_bytes);
  else if (message->result.place != FUT_PLACE_REGION)
    return fut_wire_value_parse_inline (message->result.kind, message->result.type,
                                        message->result.payload, message->result.n_bytes, is_null,
                                        result, error);
  else if ((bytes = take_from_region (worker, message, error)) == NULL)
    return FALSE;
  return fut_wire_value_parse (message->result.kind, message->result.type, bytes, result, error);
}
