/* test-pair.h: the two ends of a channel in one program
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "process/fut-channel.h"

G_BEGIN_DECLS

#define TEST_PAIR_LARGE_BYTES (4 * 1024 * 1024)

/* What lies between the ends. */
typedef enum
{
  TEST_PAIR_SOCKET,
  TEST_PAIR_PIPES,
  TEST_PAIR_SOCKET_WITHOUT_FDS,
  TEST_PAIR_SOCKET_NOT_BLOCKING,
  TEST_PAIR_PIPES_NOT_BLOCKING,
} TestPairKind;

typedef struct
{
  FutChannel parent;
  FutChannel worker;
  guint      n_fds_before;
} TestPair;

void test_pair_open          (TestPair *self, TestPairKind kind);
/* No descriptor may be left. */
void test_pair_close         (TestPair *self);

void test_pair_assert_status (FutChannelStatus status, FutChannelStatus expected, GError *error);
void test_pair_flush         (FutChannel *channel);
/* Waits for the next message. The caller drops its *@n_bytes. */
void test_pair_next          (FutChannel *channel, gboolean from_worker, FutMessage *message,
                              gsize *n_bytes);

/* A call with a payload of that size, whose bytes are known. */
void test_pair_append_large  (FutChannel *channel, gsize n_bytes);
void test_pair_assert_large  (FutChannel *channel, gsize n_bytes);
void test_pair_append_stop   (FutChannel *channel);

G_END_DECLS
