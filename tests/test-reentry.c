/* test-reentry.c: whatever the library calls may call the library
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "contract-functions.h"
#include "test-util.h"

/* Every place from which the library calls out, times everything that one can do there: read the
 * result, add callbacks, submit, cancel, wait, shut down, and drop the last reference. A lock that
 * is held in one of these places makes the test hang; a reference that is missing makes it crash
 * under a sanitizer.
 */
typedef struct
{
  FutExecutor *pool;
  FutFuture   *future;     /* the one that the place belongs to; NULL where it may be gone */
  FutFuture   *pending;    /* another one, that cannot begin */
  FutFuture   *finished;   /* and one that has ended */
  gboolean     entered;    /* atomic */
  TestLatch   *started;    /* by a task that waits to be cancelled */
  TestLatch   *called;     /* by callbacks added in the place */
  TestLatch   *left;       /* once the place has been left */
  GThread     *thread;     /* the test's own; others wait until it has set the scene: */
  TestLatch   *ready;
  gboolean     only_drop;
} Scene;

static void
square (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_int64 (future, 1);
}

static void
do_everything (Scene *scene)
{
  g_autoptr(FutFuture) submitted = NULL;
  g_autoptr(FutFuture) named = NULL;
  g_autoptr(FutFuture) inner = fut_future_new ();
  FutFuture *both[] = { scene->finished, scene->pending };
  g_autoptr(FutCompletionIterator) iterator = fut_as_completed (both, 2, -1);
  g_autoptr(FutFuture) first = NULL;

  if (scene->future != NULL)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(TestValue) value = fut_future_result (scene->future, 0, &error);

      fut_future_get_cancellable (scene->future);
      fut_future_cancel (scene->future);
      fut_future_add_done_callback (scene->future, test_latch_raise_for_future, scene->called,
                                    NULL);
    }
  test_assert_int64 (scene->finished, 7);
  fut_future_add_done_callback (inner, test_latch_raise_for_future, scene->called,
                                test_latch_raise_cb);
  test_complete (inner, 1);
  first = fut_completion_iterator_next (iterator, NULL, NULL);
  g_assert_true (first == scene->finished);
  fut_wait (both, 2, FUT_RETURN_WHEN_ALL_COMPLETED, 0, NULL, NULL, NULL, NULL);
  submitted = fut_executor_submit_func (scene->pool, square, NULL, NULL);
  named = fut_executor_submit (scene->pool, "contract.square", g_variant_new_int64 (3));
  fut_future_cancel (named);
  g_assert_true (fut_future_cancel (scene->pending));
  fut_executor_shutdown (scene->pool, FALSE, FALSE);
}

/* The scene's references are the last ones wherever this can be. */
static void
drop_everything (Scene *scene)
{
  g_assert_true (fut_future_cancel (scene->pending));
  g_clear_object (&scene->future);
  g_clear_object (&scene->pool);
}

static void
enter (Scene *scene)
{
  if (!g_atomic_int_compare_and_exchange (&scene->entered, FALSE, TRUE))
    return;
  if (g_thread_self () != scene->thread)
    test_latch_await (scene->ready, 1);
  if (scene->only_drop)
    drop_everything (scene);
  else
    do_everything (scene);
  test_latch_raise (scene->left);
}

/* The shapes of what the library calls. */

static void
enter_by_done (FutFuture *future, gpointer user_data)
{
  enter (user_data);
}

static void
enter_by_destroy (gpointer user_data)
{
  enter (user_data);
}

static void
enter_by_task (FutFuture *future, GVariant *args, gpointer user_data)
{
  enter (user_data);
  fut_future_return_int64 (future, 1);
}

static void
enter_by_notify (FutFuture *future, GParamSpec *pspec, gpointer user_data)
{
  enter (user_data);
}

static void
enter_by_wait (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (fut_future_wait_finish (FUT_FUTURE (source), result, NULL));
  enter (user_data);
}

static void
enter_by_shutdown (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (fut_executor_shutdown_finish (FUT_EXECUTOR (source), result, NULL));
  enter (user_data);
}

static void
enter_by_cancellable (GCancellable *cancellable, gpointer user_data)
{
  enter (user_data);
}

static void
do_nothing (FutFuture *future, gpointer user_data)
{
}

static void
return_pointer (FutFuture *future, GVariant *args, gpointer user_data)
{
  fut_future_return_pointer (future, user_data, enter_by_destroy);
}

static void
wait_to_be_cancelled (FutFuture *future, GVariant *args, gpointer user_data)
{
  Scene *scene = user_data;
  GCancellable *cancellable = fut_future_get_cancellable (future);
  GPollFD polled;

  g_signal_connect (cancellable, "cancelled", G_CALLBACK (enter_by_cancellable), scene);
  g_assert_true (g_cancellable_make_pollfd (cancellable, &polled));
  test_latch_raise (scene->started);
  while (!g_cancellable_is_cancelled (cancellable))
    g_poll (&polled, 1, -1);
  g_cancellable_release_fd (cancellable);
}

static void
must_not_run (FutFuture *future, GVariant *args, gpointer user_data)
{
  g_assert_not_reached ();
}

/* A call that stands where nobody runs it: behind a gate on a pool of its own. */
typedef struct
{
  ContractRoom *room;
  FutExecutor  *pool;
  FutFuture    *gate;
} Blocked;

static void
blocked_init (Blocked *blocked)
{
  blocked->room = contract_room_new ();
  blocked->pool = fut_thread_pool_executor_new (1);
  blocked->gate =
    fut_executor_submit (blocked->pool, "contract.gate", contract_room_args (blocked->room, 1));
  g_assert_cmpint (contract_room_next (blocked->room), ==, 1);
}

static void
blocked_clear (Blocked *blocked)
{
  contract_room_open (blocked->room, 1);
  fut_executor_shutdown (blocked->pool, TRUE, FALSE);
  g_object_unref (blocked->gate);
  g_object_unref (blocked->pool);
  contract_room_free (blocked->room);
}

/* --- the places --- */

/* Whoever calls a method holds a reference meanwhile: hence `held`. */

static void
in_task (Scene *scene, FutExecutor *blocked)
{
  scene->future = fut_executor_submit_func (scene->pool, enter_by_task, scene, NULL);
}

static void
in_callback (Scene *scene, FutExecutor *blocked)
{
  g_autoptr(FutFuture) held = fut_executor_submit_func (scene->pool, square, NULL, NULL);

  scene->future = g_object_ref (held);
  fut_future_add_done_callback (held, enter_by_done, scene, NULL);
}

static void
in_callback_destroy (Scene *scene, FutExecutor *blocked)
{
  g_autoptr(FutFuture) held = fut_executor_submit_func (scene->pool, square, NULL, NULL);

  scene->future = g_object_ref (held);
  fut_future_add_done_callback (held, do_nothing, scene, enter_by_destroy);
}

static void
in_late_callback (Scene *scene, FutExecutor *blocked)
{
  g_autoptr(FutFuture) held = fut_executor_submit_func (scene->pool, square, NULL, NULL);

  scene->future = g_object_ref (held);
  g_assert_true (fut_future_wait (held, -1, NULL, NULL));
  fut_future_add_done_callback (held, enter_by_done, scene, NULL);
}

static void
in_cancelled_callback (Scene *scene, FutExecutor *blocked)
{
  g_autoptr(FutFuture) held = fut_executor_submit_func (blocked, must_not_run, NULL, NULL);

  scene->future = g_object_ref (held);
  fut_future_add_done_callback (held, enter_by_done, scene, NULL);
  g_assert_true (fut_future_cancel (held));
}

static void
in_context_callback (Scene *scene, FutExecutor *blocked)
{
  g_autoptr(FutFuture) held = fut_executor_submit_func (scene->pool, square, NULL, NULL);

  scene->future = g_object_ref (held);
  fut_future_add_done_callback_in (held, NULL, enter_by_done, scene, NULL);
}

static void
in_context_callback_destroy (Scene *scene, FutExecutor *blocked)
{
  g_autoptr(FutFuture) held = fut_executor_submit_func (scene->pool, square, NULL, NULL);

  scene->future = g_object_ref (held);
  fut_future_add_done_callback_in (held, NULL, do_nothing, scene, enter_by_destroy);
}

static void
in_done_handler (Scene *scene, FutExecutor *blocked)
{
  scene->future = fut_executor_submit_func (scene->pool, square, NULL, NULL);
  g_signal_connect (scene->future, "done", G_CALLBACK (enter_by_done), scene);
}

static void
in_notify_handler (Scene *scene, FutExecutor *blocked)
{
  scene->future = fut_executor_submit_func (scene->pool, square, NULL, NULL);
  g_signal_connect (scene->future, "notify::state", G_CALLBACK (enter_by_notify), scene);
}

static void
in_wait_callback (Scene *scene, FutExecutor *blocked)
{
  scene->future = fut_executor_submit_func (scene->pool, square, NULL, NULL);
  fut_future_wait_async (scene->future, NULL, enter_by_wait, scene);
}

static void
in_closure_destroy (Scene *scene, FutExecutor *blocked)
{
  g_object_unref (fut_executor_submit_func (scene->pool, square, scene, enter_by_destroy));
}

static void
in_cancelled_closure_destroy (Scene *scene, FutExecutor *blocked)
{
  g_autoptr(FutFuture) held =
    fut_executor_submit_func (blocked, must_not_run, scene, enter_by_destroy);

  g_assert_true (fut_future_cancel (held));
}

static void
in_arguments_destroy (Scene *scene, FutExecutor *blocked)
{
  static const gint64 number = 5;
  g_autoptr(FutFuture) held = NULL;
  GBytes *bytes = g_bytes_new_with_free_func (&number, sizeof number, enter_by_destroy, scene);
  GVariant *args = g_variant_new_from_bytes (G_VARIANT_TYPE_INT64, bytes, TRUE);

  g_bytes_unref (bytes);
  held = fut_executor_submit (scene->pool, "contract.square", args);
}

static void
in_result_destroy (Scene *scene, FutExecutor *blocked)
{
  g_autoptr(FutFuture) held = fut_executor_submit_func (scene->pool, return_pointer, scene, NULL);

  g_assert_true (fut_future_wait (held, -1, NULL, NULL));
}

static void
in_refused_closure_destroy (Scene *scene, FutExecutor *blocked)
{
  fut_executor_shutdown (scene->pool, TRUE, FALSE);
  g_object_unref (fut_executor_submit_func (scene->pool, must_not_run, scene, enter_by_destroy));
}

static void
in_function_destroy (Scene *scene, FutExecutor *blocked)
{
  fut_function_register ("test.re-entry", square, scene, enter_by_destroy);
  g_assert_true (fut_function_unregister ("test.re-entry"));
}

static void
in_cancellable_handler (Scene *scene, FutExecutor *blocked)
{
  g_autoptr(FutFuture) held =
    fut_executor_submit_func (scene->pool, wait_to_be_cancelled, scene, NULL);

  scene->future = g_object_ref (held);
  test_latch_await (scene->started, 1);
  g_assert_false (fut_future_cancel (held));
}

static void
in_shutdown_callback (Scene *scene, FutExecutor *blocked)
{
  fut_executor_shutdown_async (scene->pool, FALSE, NULL, enter_by_shutdown, scene);
}

typedef struct
{
  const char *name;
  void      (*enter) (Scene *scene, FutExecutor *blocked);
} Place;

static const Place places[] = {
  { "task", in_task },
  { "callback", in_callback },
  { "callback-destroy", in_callback_destroy },
  { "late-callback", in_late_callback },
  { "cancelled-callback", in_cancelled_callback },
  { "context-callback", in_context_callback },
  { "context-callback-destroy", in_context_callback_destroy },
  { "done-handler", in_done_handler },
  { "notify-handler", in_notify_handler },
  { "wait-callback", in_wait_callback },
  { "closure-destroy", in_closure_destroy },
  { "cancelled-closure-destroy", in_cancelled_closure_destroy },
  { "arguments-destroy", in_arguments_destroy },
  { "result-destroy", in_result_destroy },
  { "refused-closure-destroy", in_refused_closure_destroy },
  { "function-destroy", in_function_destroy },
  { "cancellable-handler", in_cancellable_handler },
  { "shutdown-callback", in_shutdown_callback },
};

static void
act_in (const Place *place, gboolean only_drop)
{
  g_autoptr(TestTracker) tracker = test_tracker_new ();
  g_autoptr(TestLatch) started = test_latch_new ();
  g_autoptr(TestLatch) called = test_latch_new ();
  g_autoptr(TestLatch) left = test_latch_new ();
  g_autoptr(TestLatch) ready = test_latch_new ();
  g_autoptr(FutFuture) finished = test_future_done (7);
  g_autoptr(TestContext) context = test_context_push ();
  Scene scene = { .finished = finished,
                  .started = started,
                  .called = called,
                  .left = left,
                  .thread = g_thread_self (),
                  .ready = ready,
                  .only_drop = only_drop };
  FutExecutor *pool = fut_thread_pool_executor_new (1);
  FutFuture *pending;
  Blocked blocked;

  blocked_init (&blocked);
  pending = fut_executor_submit_func (blocked.pool, must_not_run, NULL, NULL);
  scene.pool = g_object_ref (pool);
  scene.pending = pending;
  test_tracker_add (tracker, pool);
  place->enter (&scene, blocked.pool);
  g_object_unref (pool);
  test_latch_raise (ready);

  test_iterate_until (context, test_latch_peek (left) > 0);
  if (scene.pool != NULL)
    fut_executor_shutdown (scene.pool, TRUE, FALSE);
  g_assert_true (fut_future_is_cancelled (pending));
  g_clear_object (&scene.future);
  g_clear_object (&scene.pool);
  g_object_unref (pending);
  test_iterate_until (context, test_tracker_n_live (tracker) == 0);
  blocked_clear (&blocked);
}

static void
test_everything_in (gconstpointer data)
{
  act_in (data, FALSE);
}

static void
test_last_reference_in (gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    act_in (data, TRUE);
}

int
main (int argc, char **argv)
{
  test_init (&argc, &argv);
  contract_functions_register ();
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *everything = g_strconcat ("/re-entry/from/", places[i].name, NULL);
      g_autofree char *last = g_strconcat ("/re-entry/last-reference/", places[i].name, NULL);

      test_add_data (everything, &places[i], test_everything_in);
      test_add_data (last, &places[i], test_last_reference_in);
    }
  return g_test_run ();
}
