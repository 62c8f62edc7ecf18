/* fut-future.c: a handle on the outcome of one submitted call
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-future-private.h"

#include "fut-error.h"
#include "fut-submit-options-private.h"

/**
 * FutFuture:
 *
 * The outcome of one call, which may not be known yet.
 *
 * [method@Fut.Executor.submit] and its relatives return a future at once, while the call waits for
 * a worker or runs. It *ends* exactly once: finished, with a value or an error, or cancelled.
 * Whoever has the future can wait for that ([method@Fut.Future.wait], [method@Fut.Future.result]),
 * be called when it happens ([method@Fut.Future.add_done_callback_in], [signal@Fut.Future::done]),
 * follow the progress on the way there ([property@Fut.Future:progress]), or ask for an early end
 * ([method@Fut.Future.cancel]).
 *
 * The methods may be called from any thread. Signals, [signal@GObject.Object::notify] among them,
 * are emitted in one place only: the *owner's context*, which is the thread-default
 * [struct@GLib.MainContext] of the thread that made the future. They come in batches: a context
 * gets about 2 ms of them in an iteration, and then other sources have their turn.
 *
 * An executor holds its futures only until they end. A future that nobody else holds, and whose
 * `done` nobody handles, is gone then; its call runs all the same.
 *
 * ## For who does the work
 *
 * A task function ends its own future with one `fut_future_return_*()`. A future can also be made
 * by hand, with [ctor@Fut.Future.new], to hand on the outcome of something else: begin it with
 * [method@Fut.Future.set_running_or_notify_cancel], and end it with
 * [method@Fut.Future.set_result] or [method@Fut.Future.set_exception].
 *
 * Since: 1.0
 */

/* Locking: a future's rarer parts (`extra`) and its arguments are guarded by one of N_LOCKS locks,
 * chosen by its address, so that a future that needs none pays for none. Two futures may share a
 * lock: it is never held for two at once. Order: an executor's locks, a mailbox's, a future's, a
 * waiter's. No callback, signal, GDestroyNotify, ref or unref of an object runs under it.
 */

#define N_LOCKS 64

static struct
{
  GMutex mutex;
  char   padding[64 - sizeof (GMutex)];
} locks[N_LOCKS];

enum
{
  PROP_STATE = 1,
  PROP_PROGRESS,
  PROP_STATUS,
  PROP_NAME,
  PROP_CAN_CANCEL,
};

static GParamSpec *props[PROP_CAN_CANCEL + 1];
static guint signal_done;
static guint signal_notify; /* GObject's */

G_DEFINE_FINAL_TYPE (FutFuture, fut_future, G_TYPE_OBJECT)

GMutex *
fut_future_get_lock (FutFuture *self)
{
  guintptr address = (guintptr) self;

  return &locks[((address >> 5) ^ (address >> 12)) % N_LOCKS].mutex;
}

FutFutureExtra *
fut_future_get_extra (FutFuture *self)
{
  return atomic_load_explicit (&self->extra, memory_order_acquire);
}

FutFutureExtra *
fut_future_ensure_extra (FutFuture *self)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  FutFutureExtra *made;

  if (extra != NULL)
    return extra;

  made = g_slice_new0 (FutFutureExtra);
  made->last_callback = &made->callbacks;
  made->progress = -1;
  if (atomic_compare_exchange_strong (&self->extra, &extra, made))
    return made;

  g_slice_free (FutFutureExtra, made);
  return extra;
}

static void
free_extra (FutFutureExtra *extra)
{
  fut_future_free_callbacks (extra);
  g_clear_pointer (&extra->mailbox, fut_mailbox_unref);
  g_clear_object (&extra->options);
  g_clear_object (&extra->cancellable);
  g_free (extra->status);
  g_free (extra->trace);
  g_slice_free (FutFutureExtra, extra);
}

void
fut_result_clear (FutResult *result)
{
  gpointer pointer = g_steal_pointer (&result->v_pointer);

  switch (result->kind)
    {
    case FUT_RESULT_STRING:
      g_free (pointer);
      break;
    case FUT_RESULT_VARIANT:
      g_clear_pointer ((GVariant **) &pointer, g_variant_unref);
      break;
    case FUT_RESULT_BYTES:
      g_clear_pointer ((GBytes **) &pointer, g_bytes_unref);
      break;
    case FUT_RESULT_OBJECT:
      g_clear_object ((GObject **) &pointer);
      break;
    case FUT_RESULT_POINTER:
      if (result->destroy != NULL && pointer != NULL)
        result->destroy (pointer);
      break;
    case FUT_RESULT_VALUE:
      g_boxed_free (G_TYPE_VALUE, pointer);
      break;
    case FUT_RESULT_ERROR:
      g_error_free (pointer);
      break;
    case FUT_RESULT_NONE:
    case FUT_RESULT_BOOLEAN:
    case FUT_RESULT_INT64:
    case FUT_RESULT_DOUBLE:
    default:
      break;
    }
  result->kind = FUT_RESULT_NONE;
}

static void
report_if_unread (FutFuture *self, guint state)
{
  if (self->result_kind == FUT_RESULT_ERROR && (state & FUT_FUTURE_ERROR_READ) == 0 &&
      self->core != NULL)
    fut_executor_core_report_unread (self->core, fut_future_peek_name (self), self->v_pointer);
}

static gboolean
has_done_handler (FutFuture *self)
{
  return g_signal_has_handler_pending (self, signal_done, 0, TRUE);
}

gboolean
fut_future_has_handler (FutFuture *self)
{
  return g_signal_handler_find (self, G_SIGNAL_MATCH_UNBLOCKED, 0, 0, NULL, NULL, NULL) != 0;
}

gboolean
fut_future_has_notify_handler (FutFuture *self)
{
  return g_signal_handler_find (self, G_SIGNAL_MATCH_ID, signal_notify, 0, NULL, NULL, NULL) != 0;
}

gboolean
fut_future_is_wanted (FutFuture *self, guint bits)
{
  return fut_future_has_handler (self) ||
         ((bits & (FUT_FUTURE_POST_DONE | FUT_FUTURE_POST_CALLBACKS)) != 0 &&
          fut_future_has_owner_callbacks (self));
}

/* When the last reference is dropped this comes first.
 *
 * A handler of `done` that was connected after the end, by who has dropped the future since, is
 * called all the same: the mailbox gets a reference. If the delivery can come at any time, another
 * one keeps the future alive until the caller has certainly left g_object_unref(), see
 * fut-mailbox.c.
 *
 * It never chains up. GObject's own dispose disconnects the handlers and tells weak references,
 * and g_object_unref() does so again once it is sure that the object goes.
 */
static void
fut_future_dispose (GObject *object)
{
  FutFuture *self = FUT_FUTURE (object);
  guint state = atomic_load (&self->state);
  FutMailbox *mailbox;

  if ((state & (FUT_FUTURE_POST_MASK | FUT_FUTURE_WAS_HELD)) == 0)
    return;

  mailbox = fut_future_get_mailbox (self);
  if ((state & FUT_FUTURE_POST_DONE) == 0 || !has_done_handler (self) || !fut_future_keep (self))
    fut_mailbox_withdraw (mailbox, &self->node);
  else if (!fut_mailbox_is_here (mailbox))
    fut_mailbox_unref_later (mailbox, &FUT_FUTURE (g_object_ref (self))->node);
}

static void
fut_future_finalize (GObject *object)
{
  FutFuture *self = FUT_FUTURE (object);
  guint state = atomic_load_explicit (&self->state, memory_order_relaxed);
  FutFutureExtra *extra = fut_future_get_extra (self);

  if (fut_future_state_is_done (state))
    {
      report_if_unread (self, state);
      if (self->result_kind >= FUT_RESULT_STRING)
        fut_result_clear (&(FutResult){ .kind = self->result_kind,
                                        .v_pointer = self->v_pointer,
                                        .destroy = self->result_destroy });
    }
  else
    fut_future_drop_call (self);

  if (extra != NULL)
    free_extra (extra);
  g_clear_pointer (&self->function, fut_function_unref);
  g_clear_pointer (&self->core, fut_executor_core_unref);

  G_OBJECT_CLASS (fut_future_parent_class)->finalize (object);
}

static void
fut_future_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FutFuture *self = FUT_FUTURE (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, fut_future_get_state (self));
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, fut_future_get_progress (self));
      break;
    case PROP_STATUS:
      g_value_take_string (value, fut_future_dup_status (self));
      break;
    case PROP_NAME:
      g_value_take_string (value, fut_future_dup_name (self));
      break;
    case PROP_CAN_CANCEL:
      g_value_set_boolean (value, fut_future_get_can_cancel (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * FutFuture:state: (getter get_state)
   *
   * Where the future is in its life.
   *
   * Since: 1.0
   */
  props[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, FUT_TYPE_STATE, FUT_STATE_PENDING, flags);
  /**
   * FutFuture:progress: (getter get_progress)
   *
   * How much of the call is done, from 0 to 1; −1 if that is unknown, as it is at first.
   *
   * However often a task sets it, it is notified at most once in an iteration of the loop.
   *
   * Since: 1.0
   */
  props[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, -1, 1, -1, flags);
  /**
   * FutFuture:status: (getter dup_status)
   *
   * What the task says it is doing; %NULL if it says nothing.
   *
   * Since: 1.0
   */
  props[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  /**
   * FutFuture:name: (getter dup_name)
   *
   * What the call is called in messages and lists: the options' name, else the function's.
   *
   * Since: 1.0
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * FutFuture:can-cancel: (getter get_can_cancel)
   *
   * Whether [method@Fut.Future.cancel] would do something; made to be bound to the `sensitive`
   * of a button.
   *
   * Since: 1.0
   */
  props[PROP_CAN_CANCEL] = g_param_spec_boolean ("can-cancel", NULL, NULL, TRUE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
fut_future_class_init (FutFutureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = fut_future_dispose;
  object_class->finalize = fut_future_finalize;
  object_class->get_property = fut_future_get_property;
  signal_notify = g_signal_lookup ("notify", G_TYPE_OBJECT);
  install_properties (object_class);

  /**
   * FutFuture::done:
   * @self: the future
   *
   * Emitted once, in the owner's context, after the future has finished or was cancelled.
   *
   * A handler that is connected after the end is called too, as long as it is connected before the
   * context gets to the delivery. A future with a handler is kept alive until then. A callback
   * ([method@Fut.Future.add_done_callback_in]) costs a third of a handler and is never too late.
   *
   * Since: 1.0
   */
  signal_done =
    g_signal_new ("done", FUT_TYPE_FUTURE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fut_future_init (FutFuture *self)
{
}

/* Not g_object_notify(): that queues while notifications are frozen, as they are when a last
 * reference is being dropped in another thread; and that thread would emit them, if the mailbox has
 * kept the future, outside the owner's context.
 */
static void
notify (FutFuture *self, guint prop)
{
  g_signal_emit (self, signal_notify, g_param_spec_get_name_quark (props[prop]), props[prop]);
}

/* Delivers @bits (FUT_FUTURE_POST_*), in the owner's context. */
void
fut_future_emit (FutFuture *self, guint bits)
{
  if ((bits & FUT_FUTURE_POST_STATE) != 0)
    notify (self, PROP_STATE);
  if ((bits & FUT_FUTURE_POST_PROGRESS) != 0)
    notify (self, PROP_PROGRESS);
  if ((bits & FUT_FUTURE_POST_STATUS) != 0)
    notify (self, PROP_STATUS);
  if ((bits & FUT_FUTURE_POST_CAN_CANCEL) != 0)
    notify (self, PROP_CAN_CANCEL);

  if ((bits & (FUT_FUTURE_POST_DONE | FUT_FUTURE_POST_CALLBACKS)) != 0)
    fut_future_run_owner_callbacks (self);
  if ((bits & FUT_FUTURE_POST_DONE) != 0)
    {
      /* Who handles the signal is told of the error. */
      if (self->result_kind == FUT_RESULT_ERROR && has_done_handler (self))
        atomic_fetch_or (&self->state, FUT_FUTURE_ERROR_READ);
      g_signal_emit (self, signal_done, 0);
    }
}

/**
 * fut_future_new: (constructor)
 *
 * Makes a future by hand, for something that no executor runs.
 *
 * It is %FUT_STATE_PENDING. The maker begins it with
 * [method@Fut.Future.set_running_or_notify_cancel], which tells whether it was cancelled meanwhile,
 * and ends it with [method@Fut.Future.set_result], [method@Fut.Future.set_exception] or a
 * `fut_future_return_*()`. Its owner is the calling thread's thread-default main context.
 *
 * Returns: (transfer full): a new future
 *
 * Since: 1.0
 */
FutFuture *
fut_future_new (void)
{
  return fut_future_new_in (g_main_context_get_thread_default ());
}

FutFuture *
fut_future_new_in (GMainContext *context)
{
  FutFuture *self = g_object_new (FUT_TYPE_FUTURE, NULL);

  if (G_UNLIKELY (context != NULL && context != g_main_context_default ()))
    fut_future_ensure_extra (self)->mailbox =
      fut_mailbox_ref_for_context (context, &fut_future_mailbox_funcs);
  return self;
}

static FutFuture *
new_for_core (FutExecutorCore *core, FutSubmitOptions *options)
{
  FutFuture *self = fut_future_new ();

  self->core = fut_executor_core_ref (core);
  if (options != NULL)
    {
      fut_submit_options_freeze (options);
      fut_future_ensure_extra (self)->options = g_object_ref (options);
    }
  return self;
}

FutFuture *
fut_future_new_for_closure (FutExecutorCore *core, FutSubmitOptions *options, FutTaskFunc func,
                            gpointer user_data, GDestroyNotify destroy)
{
  FutFuture *self = new_for_core (core, options);

  self->call_kind = FUT_CALL_CLOSURE;
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

FutFuture *
fut_future_new_for_call (FutExecutorCore *core, FutSubmitOptions *options, const char *function,
                         GVariant *args)
{
  FutFuture *self = new_for_core (core, options);

  self->call_kind = FUT_CALL_FUNCTION;
  self->function = fut_function_ref_for_name (function);
  self->args = args != NULL ? g_variant_ref_sink (args) : NULL;
  return self;
}

FutFuture *
fut_future_new_for_function (FutExecutorCore *core, FutFunction *function, GVariant *args)
{
  FutFuture *self = new_for_core (core, NULL);

  self->call_kind = FUT_CALL_FUNCTION;
  self->function = fut_function_ref (function);
  self->args = args != NULL ? g_variant_ref_sink (args) : NULL;
  return self;
}

FutMailbox *
fut_future_get_mailbox (FutFuture *self)
{
  FutFutureExtra *extra = fut_future_get_extra (self);

  return extra != NULL && extra->mailbox != NULL
           ? extra->mailbox
           : fut_mailbox_get_default (&fut_future_mailbox_funcs);
}

/* What the call is called: the options' name, else the function's, else NULL. */
const char *
fut_future_peek_name (FutFuture *self)
{
  FutFutureExtra *extra = fut_future_get_extra (self);
  const char *name = NULL;

  if (extra != NULL && extra->options != NULL)
    name = fut_submit_options_get_name (extra->options);
  if (name == NULL && self->function != NULL)
    name = fut_function_get_name (self->function);
  return name;
}
