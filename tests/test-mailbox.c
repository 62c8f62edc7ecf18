/* test-mailbox.c: deliveries into a main context
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "engine/fut-mailbox.h"
#include "test-util.h"

#include <string.h>

/* What is delivered: it appends its letter to the text of its context. */
typedef struct
{
  FutNode  node;
  int      n_refs;      /* atomic */
  gboolean kept;        /* the mailbox has a reference */
  gboolean wanted;      /* somebody listens */
  gboolean later;       /* a reference is to be dropped later */
  char     letter;
  GString *text;
} Letter;

static Letter *
letter_of (FutNode *node)
{
  return (Letter *) (gpointer) node;
}

static void
ref_letter (FutNode *node)
{
  g_atomic_int_inc (&letter_of (node)->n_refs);
}

static void
unref_letter (FutNode *node)
{
  if (g_atomic_int_dec_and_test (&letter_of (node)->n_refs))
    g_free (node);
}

static void
unref_letter_later (FutNode *node)
{
  letter_of (node)->later = TRUE;
}

static void
deliver_letter (FutNode *node)
{
  g_string_append_c (letter_of (node)->text, letter_of (node)->letter);
}

static gboolean
mark_kept (FutNode *node)
{
  gboolean changed = !letter_of (node)->kept;

  letter_of (node)->kept = TRUE;
  return changed;
}

static gboolean
unmark_kept (FutNode *node)
{
  gboolean kept = letter_of (node)->kept;

  letter_of (node)->kept = FALSE;
  return kept;
}

static gboolean
is_wanted (FutNode *node)
{
  return letter_of (node)->wanted;
}

static const FutMailboxFuncs funcs = {
  .ref = ref_letter,
  .unref = unref_letter,
  .unref_later = unref_letter_later,
  .deliver = deliver_letter,
  .mark_kept = mark_kept,
  .unmark_kept = unmark_kept,
  .is_wanted = is_wanted,
  .forget = unmark_kept,
};

static Letter *
letter_new (GString *text, char letter)
{
  Letter *self = g_new0 (Letter, 1);

  *self = (Letter){ .n_refs = 1, .wanted = TRUE, .letter = letter, .text = text };
  return self;
}

/* Runs the loop until one that was posted last has been delivered too: it may take several turns. */
static void
deliver_all (FutMailbox *mailbox, GMainContext *context)
{
  g_autoptr(GString) text = g_string_new (NULL);
  Letter *last = letter_new (text, '.');

  fut_mailbox_post (mailbox, &last->node);
  test_iterate_until (context, text->len > 0);
  while (g_main_context_iteration (context, FALSE))
    ;
  unref_letter (&last->node);
}

static void
test_one_for_each_context (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GMainContext) other = g_main_context_new ();
  FutMailbox *first = fut_mailbox_ref_for_context (context, &funcs);
  FutMailbox *second = fut_mailbox_ref_for_context (context, &funcs);
  FutMailbox *third = fut_mailbox_ref_for_context (other, &funcs);

  g_assert_true (first == second);
  g_assert_true (first != third);
  g_assert_true (fut_mailbox_is_for (first, context));
  g_assert_false (fut_mailbox_is_for (third, context));
  fut_mailbox_unref (first);
  fut_mailbox_unref (second);
  fut_mailbox_unref (third);
}

static void
test_oldest_first (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  FutMailbox *mailbox = fut_mailbox_ref_for_context (context, &funcs);
  Letter *letters[26];

  for (guint i = 0; i < 26; i++)
    {
      letters[i] = letter_new (text, 'a' + i);
      fut_mailbox_post (mailbox, &letters[i]->node);
    }
  g_assert_cmpstr (text->str, ==, "");
  deliver_all (mailbox, context);
  g_assert_cmpstr (text->str, ==, "abcdefghijklmnopqrstuvwxyz");

  /* Delivered is free again: it can be posted anew. */
  for (guint i = 0; i < 26; i++)
    {
      g_assert_true (letters[i]->node.prev == FUT_NODE_FREE);
      g_assert_cmpint (letters[i]->n_refs, ==, 1);
    }
  fut_mailbox_post (mailbox, &letters[3]->node);
  deliver_all (mailbox, context);
  g_assert_true (g_str_has_suffix (text->str, "zd"));
  for (guint i = 0; i < 26; i++)
    unref_letter (&letters[i]->node);
  fut_mailbox_unref (mailbox);
}

static void
test_withdrawn (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  FutMailbox *mailbox = fut_mailbox_ref_for_context (context, &funcs);
  Letter *letters[3];

  for (guint i = 0; i < 3; i++)
    {
      letters[i] = letter_new (text, 'a' + i);
      fut_mailbox_post (mailbox, &letters[i]->node);
    }
  fut_mailbox_withdraw (mailbox, &letters[1]->node);
  g_assert_true (letters[1]->node.prev == FUT_NODE_FREE);
  unref_letter (&letters[1]->node);
  deliver_all (mailbox, context);
  g_assert_cmpstr (text->str, ==, "ac");
  unref_letter (&letters[0]->node);
  unref_letter (&letters[2]->node);
  fut_mailbox_unref (mailbox);
}

static void
test_kept (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  FutMailbox *mailbox = fut_mailbox_ref_for_context (context, &funcs);
  Letter *letter = letter_new (text, 'k');

  /* The mailbox's reference is gone after the delivery; ours is still there. */
  ref_letter (&letter->node);
  g_assert_true (mark_kept (&letter->node));
  fut_mailbox_post (mailbox, &letter->node);
  deliver_all (mailbox, context);
  g_assert_cmpstr (text->str, ==, "k");
  g_assert_cmpint (letter->n_refs, ==, 1);
  g_assert_false (letter->later);
  unref_letter (&letter->node);
  fut_mailbox_unref (mailbox);
}

/* Nobody listens: it is forgotten without a reference. */
static void
test_not_wanted (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  FutMailbox *mailbox = fut_mailbox_ref_for_context (context, &funcs);
  Letter *letter = letter_new (text, 'n');

  letter->wanted = FALSE;
  fut_mailbox_post (mailbox, &letter->node);
  deliver_all (mailbox, context);
  g_assert_cmpstr (text->str, ==, "");
  g_assert_true (letter->node.prev == FUT_NODE_FREE);

  letter->wanted = TRUE;
  fut_mailbox_post (mailbox, &letter->node);
  deliver_all (mailbox, context);
  g_assert_cmpstr (text->str, ==, "n");
  unref_letter (&letter->node);
  fut_mailbox_unref (mailbox);
}

static void
test_context_goes (void)
{
  GMainContext *context = g_main_context_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  FutMailbox *mailbox = fut_mailbox_ref_for_context (context, &funcs);
  Letter *letters[] = { letter_new (text, 'w'), letter_new (text, 'k'), letter_new (text, 'l') };

  /* One waits, one is kept, and one comes too late: what the mailbox owns it drops. */
  fut_mailbox_post (mailbox, &letters[0]->node);
  ref_letter (&letters[1]->node);
  mark_kept (&letters[1]->node);
  fut_mailbox_post (mailbox, &letters[1]->node);
  g_main_context_unref (context);
  g_assert_cmpint (letters[1]->n_refs, ==, 1);
  ref_letter (&letters[2]->node);
  mark_kept (&letters[2]->node);
  fut_mailbox_post (mailbox, &letters[2]->node);
  g_assert_cmpint (letters[2]->n_refs, ==, 1);
  g_assert_cmpstr (text->str, ==, "");
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (letters[i]->node.prev == FUT_NODE_FREE);
      unref_letter (&letters[i]->node);
    }
  fut_mailbox_unref (mailbox);
}

static gboolean
append_i (gpointer text)
{
  g_string_append_c (text, 'i');
  return G_SOURCE_REMOVE;
}

/* A source of low priority runs before all is delivered. */
static void
test_does_not_starve_others (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GSource) idle = g_idle_source_new ();
  FutMailbox *mailbox = fut_mailbox_ref_for_context (context, &funcs);
  guint n = 300000;
  g_autofree Letter **letters = g_new0 (Letter *, n);
  const char *at;

  g_source_set_callback (idle, append_i, text, NULL);
  g_source_attach (idle, context);
  for (guint i = 0; i < n; i++)
    {
      letters[i] = letter_new (text, '.');
      fut_mailbox_post (mailbox, &letters[i]->node);
    }
  while (text->len < n + 1)
    g_main_context_iteration (context, TRUE);
  at = strchr (text->str, 'i');
  g_assert_nonnull (at);
  g_assert_cmpuint (at - text->str, <, n);
  for (guint i = 0; i < n; i++)
    unref_letter (&letters[i]->node);
  fut_mailbox_unref (mailbox);
}

#define N_POSTED 20000

typedef struct
{
  FutMailbox *mailbox;
  Letter     *letters[N_POSTED];
} Posted;

static gpointer
post_many (gpointer data)
{
  Posted *posted = data;

  for (guint i = 0; i < N_POSTED; i++)
    fut_mailbox_post (posted->mailbox, &posted->letters[i]->node);
  return NULL;
}

static void
test_wakes_the_loop (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree Posted *posted = g_new0 (Posted, 1);
  TestThread *thread;

  posted->mailbox = fut_mailbox_ref_for_context (context, &funcs);
  for (guint i = 0; i < N_POSTED; i++)
    posted->letters[i] = letter_new (text, 'x');
  thread = test_thread_new (post_many, posted);

  /* Nothing else wakes it: a post that is overlooked would stop it for good. */
  while (text->len < N_POSTED)
    g_main_context_iteration (context, TRUE);
  test_thread_join (thread);
  for (guint i = 0; i < N_POSTED; i++)
    unref_letter (&posted->letters[i]->node);
  fut_mailbox_unref (posted->mailbox);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  test_add ("/engine/mailbox/one-for-each-context", test_one_for_each_context);
  test_add ("/engine/mailbox/oldest-first", test_oldest_first);
  test_add ("/engine/mailbox/withdrawn", test_withdrawn);
  test_add ("/engine/mailbox/kept", test_kept);
  test_add ("/engine/mailbox/not-wanted", test_not_wanted);
  test_add ("/engine/mailbox/context-goes", test_context_goes);
  test_add ("/engine/mailbox/does-not-starve-others", test_does_not_starve_others);
  test_add ("/engine/mailbox/wakes-the-loop", test_wakes_the_loop);
  return g_test_run ();
}
