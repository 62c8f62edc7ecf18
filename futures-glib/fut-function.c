/* fut-function.c: named functions, which any executor can run
 *
 * SPDX-FileCopyrightText: 2026 The futures-glib authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "fut-function-private.h"

#include "fut-error.h"

#include <gmodule.h>
#include <string.h>

/* Locking: `lock` guards the table, the bindings in it, and the reference counts of names. No
 * module is loaded and no destroy notify runs under it.
 */

struct _FutBinding
{
  gatomicrefcount ref_count;

  /* Set at construction, never changed: */
  FutTaskFunc    func;
  gpointer       user_data;
  GDestroyNotify destroy;
};

struct _FutFunction
{
  char *name;           /* owned, never changed */

  /* Guarded by lock: */
  guint       n_refs;   /* the name goes when there is neither a reference nor a binding */
  FutBinding *binding;  /* owned; NULL while unknown */
};

static GMutex lock;
static GHashTable *functions; /* guarded by lock: name → FutFunction, owned */

static FutBinding *
binding_new (FutTaskFunc func, gpointer user_data, GDestroyNotify destroy)
{
  FutBinding *self = g_new0 (FutBinding, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

void
fut_binding_unref (FutBinding *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

void
fut_binding_call (FutBinding *self, FutFuture *future, GVariant *args)
{
  self->func (future, args, self->user_data);
}

static FutFunction *
find_or_add_locked (const char *name)
{
  FutFunction *self;

  if (functions == NULL)
    functions = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (functions, name);
  if (self == NULL)
    {
      self = g_new0 (FutFunction, 1);
      self->name = g_strdup (name);
      g_hash_table_insert (functions, self->name, self);
    }
  return self;
}

static void
remove_if_unused_locked (FutFunction *self)
{
  if (self->n_refs > 0 || self->binding != NULL)
    return;

  g_hash_table_remove (functions, self->name);
  g_free (self->name);
  g_free (self);
}

FutFunction *
fut_function_ref_for_name (const char *name)
{
  FutFunction *self;

  g_mutex_lock (&lock);
  self = find_or_add_locked (name);
  self->n_refs++;
  g_mutex_unlock (&lock);
  return self;
}

FutFunction *
fut_function_ref (FutFunction *self)
{
  g_mutex_lock (&lock);
  self->n_refs++;
  g_mutex_unlock (&lock);
  return self;
}

void
fut_function_unref (FutFunction *self)
{
  g_mutex_lock (&lock);
  self->n_refs--;
  remove_if_unused_locked (self);
  g_mutex_unlock (&lock);
}

const char *
fut_function_get_name (FutFunction *self)
{
  return self->name;
}

/* Puts @binding (transfer full, or NULL) under @name; returns what stood there, transfer full. */
static FutBinding *
replace_binding (const char *name, FutBinding *binding)
{
  FutBinding *replaced;
  FutFunction *self;

  g_mutex_lock (&lock);
  self = find_or_add_locked (name);
  replaced = self->binding;
  self->binding = binding;
  remove_if_unused_locked (self);
  g_mutex_unlock (&lock);
  return replaced;
}

static FutBinding *
ref_binding (FutFunction *self)
{
  FutBinding *binding;

  g_mutex_lock (&lock);
  binding = self->binding;
  if (binding != NULL)
    g_atomic_ref_count_inc (&binding->ref_count);
  g_mutex_unlock (&lock);
  return binding;
}

gboolean
fut_function_is_bound (FutFunction *self)
{
  gboolean bound;

  g_mutex_lock (&lock);
  bound = self->binding != NULL;
  g_mutex_unlock (&lock);
  return bound;
}

/* Whether @folder has the module; then @handle is NULL if it does not load. */
static gboolean
open_in_folder (const char *folder, const char *name, GModule **handle)
{
  static const struct
  {
    const char *before;
    const char *after;
  } forms[] = { { "", "" }, { "", "." G_MODULE_SUFFIX }, { "lib", "." G_MODULE_SUFFIX } };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *file = NULL;
      g_autofree char *path = NULL;

      file = g_strconcat (forms[i].before, name, forms[i].after, NULL);
      path = g_build_filename (folder, file, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        {
          *handle = g_module_open (path, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
          return TRUE;
        }
    }
  return FALSE;
}

/* An absolute path, or a plain name in a folder of FUT_MODULE_PATH or in the library's own folder:
 * never the working directory, nor whatever the loader's path holds.
 */
static GModule *
open_module (const char *module, GError **error)
{
  const char *variable = g_getenv ("FUT_MODULE_PATH");
  g_auto(GStrv) folders = g_strsplit (variable != NULL ? variable : "", ":", -1);
  gboolean found = FALSE;
  GModule *handle = NULL;

  if (g_path_is_absolute (module))
    handle = g_module_open (module, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
  else if (strchr (module, '/') != NULL || *module == '\0')
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND,
                   "module “%s” is neither an absolute path nor a plain name", module);
      return NULL;
    }
  else
    {
      for (guint i = 0; folders[i] != NULL && !found; i++)
        found = g_path_is_absolute (folders[i]) && open_in_folder (folders[i], module, &handle);
      if (!found && !open_in_folder (FUT_MODULE_DIR, module, &handle))
        {
          g_set_error (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND,
                       "no module “%s” in FUT_MODULE_PATH (%s) or %s", module,
                       variable != NULL ? variable : "not set", FUT_MODULE_DIR);
          return NULL;
        }
    }

  if (handle == NULL)
    g_set_error (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND, "module “%s” does not load: %s",
                 module, g_module_error ());
  return handle;
}

/* Loads what stands before the last colon, and finds in it what stands after. */
static FutBinding *
bind_from_module (FutFunction *self, GError **error)
{
  const char *colon = strrchr (self->name, ':');
  g_autofree char *module = NULL;
  g_autoptr(GError) local_error = NULL;
  GModule *handle;
  gpointer symbol;

  if (colon == NULL)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND,
                   "no function “%s” is registered, and the name has no module", self->name);
      return NULL;
    }

  module = g_strndup (self->name, colon - self->name);
  handle = open_module (module, &local_error);
  if (handle == NULL)
    {
      g_set_error (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND, "function “%s”: %s", self->name,
                   local_error->message);
      return NULL;
    }
  if (!g_module_symbol (handle, colon + 1, &symbol) || symbol == NULL)
    {
      g_module_close (handle);
      g_set_error (error, FUT_ERROR, FUT_ERROR_FUNCTION_NOT_FOUND,
                   "function “%s”: module “%s” has no symbol “%s”", self->name, module, colon + 1);
      return NULL;
    }

  /* The code stays for good: a call may be in it at any time. */
  g_module_make_resident (handle);
  g_module_close (handle);
  return binding_new ((FutTaskFunc) symbol, NULL, NULL);
}

FutBinding *
fut_function_bind (FutFunction *self, GError **error)
{
  FutBinding *binding = ref_binding (self);

  if (binding != NULL)
    return binding;

  binding = bind_from_module (self, error);
  if (binding != NULL)
    {
      FutBinding *replaced;

      /* As if it were registered, so that the next call finds it at once. */
      g_atomic_ref_count_inc (&binding->ref_count);
      replaced = replace_binding (self->name, binding);
      g_clear_pointer (&replaced, fut_binding_unref);
    }
  return binding;
}

/**
 * fut_function_register:
 * @name: a name, such as `checksum-file`; one with a colon stands before the module of that name
 * @func: (scope notified) (closure user_data) (destroy destroy): the function
 * @user_data: given to @func
 * @destroy: (nullable): called with @user_data once @func is replaced or unregistered and no call
 *   of it is running, in whichever thread that is
 *
 * Gives a function a name, by which every executor whose workers are in this process can call it.
 *
 * A name that is taken is given to the new function; calls that are running go on with the old
 * one. What a name stands for is looked up when a call begins, not when it is submitted.
 *
 * A name of the form `module:function` needs no registration: the module is a shared object, given
 * by its absolute path, or by a plain name that is searched (as `NAME`, `NAME.so` and
 * `libNAME.so`) in the absolute folders of the environment variable `FUT_MODULE_PATH`, separated by
 * colons, and then in the library's own folder `$libdir/futures-glib-1`; never in the working
 * directory. It is loaded when first called, and stays loaded. Its function is a symbol of type
 * [callback@Fut.TaskFunc], and gets %NULL for `user_data`. The name is split at the last colon.
 *
 * Any thread may call this.
 *
 * Since: 1.0
 */
void
fut_function_register (const char *name, FutTaskFunc func, gpointer user_data,
                       GDestroyNotify destroy)
{
  FutBinding *replaced;

  g_return_if_fail (name != NULL && *name != '\0');
  g_return_if_fail (func != NULL);

  replaced = replace_binding (name, binding_new (func, user_data, destroy));
  g_clear_pointer (&replaced, fut_binding_unref);
}

/**
 * fut_function_unregister:
 * @name: a name given to [func@Fut.function_register]
 *
 * Takes a name back. Calls that have not begun fail with %FUT_ERROR_FUNCTION_NOT_FOUND; those that
 * are running go on.
 *
 * Any thread may call this.
 *
 * Returns: whether the name was registered
 *
 * Since: 1.0
 */
gboolean
fut_function_unregister (const char *name)
{
  FutBinding *replaced;
  gboolean registered;

  g_return_val_if_fail (name != NULL, FALSE);

  replaced = replace_binding (name, NULL);
  registered = replaced != NULL;
  g_clear_pointer (&replaced, fut_binding_unref);
  return registered;
}
