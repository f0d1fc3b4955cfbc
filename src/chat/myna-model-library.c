/* myna-model-library.c: the models that Myna knows, and which of them the engine holds (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Crash guard.  While a model is being loaded its path stands in the file "loading" of the state folder.  A start that
 * finds the file there knows that this model ended the program before, and leaves it alone until the person asks.
 *
 * Idle.  A model that was not used for some time gives its memory back; myna_model_library_ensure(), which the window
 * calls before each reply, loads it again.
 */
#include "chat/myna-model-library.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "chat/myna-model-need.h"

#define STARTER_FILE "myna-fledgling-q8_0.gguf"

struct _MynaModelLibrary
{
  GObject parent_instance;

  GlmActor *actor;
  GSettings *settings;
  GListStore *entries; /* of MynaModelEntry */
  char *starter_path;
  char *default_path;
  char *crashed_path;
  char *guard_path;

  guint idle_source;
  gboolean in_use; /* by another program */
  char *loading_path;
  GlmActorLoadOptions loading_options;
  GlmActorLoadOptions options; /* of what the engine holds */
  GCancellable *cancellable;   /* of the load that runs or waits */
};

enum
{
  PROP_0,
  PROP_LOADING_PATH,
  PROP_DEFAULT_PATH,
  N_PROPS
};

enum
{
  SIGNAL_LOAD_FAILED,
  SIGNAL_LOAD_CANCELLED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaModelLibrary, myna_model_library, G_TYPE_OBJECT)

/* ---- Crash guard ------------------------------------------------------------------------------------------------ */

static void
read_guard (MynaModelLibrary *self)
{
  g_autofree char *cards = glm_actor_dup_device_folder ();
  g_autofree char *path = NULL;
  gsize length;

  if (!g_file_get_contents (self->guard_path, &path, &length, NULL))
    return;
  /* Where a graphics card was being used for the first time, it was that: see MynaCards. */
  if (length > 0 && g_utf8_validate (path, length, NULL) && !glm_gpu_is_blamed (cards))
    self->crashed_path = g_steal_pointer (&path);
}

/* Where the guard cannot be written (full or read-only disk) models load without it. */
static void
raise_guard (MynaModelLibrary *self, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (self->guard_path);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_file_set_contents (self->guard_path, path, -1, NULL);
}

static void
lower_guard (MynaModelLibrary *self)
{
  g_unlink (self->guard_path);
}

/* ---- Loading ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  MynaModelLibrary *library;
  char *path;
  GlmActorLoadOptions options;
} Load;

static void
set_loading_path (MynaModelLibrary *self, const char *path)
{
  if (g_strcmp0 (self->loading_path, path) == 0)
    return;
  g_free (self->loading_path);
  self->loading_path = g_strdup (path);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING_PATH]);
}

static void start_load (MynaModelLibrary *self, const char *path, const GlmActorLoadOptions *options);

/* Without any model the starter model is better than none. */
static void
tell_failure (MynaModelLibrary *self, const char *path, const GError *error)
{
  g_signal_emit (self, signals[SIGNAL_LOAD_FAILED], 0, path, error);
  if (!self->loading_path && !glm_actor_get_model_path (self->actor) && self->starter_path
      && g_strcmp0 (path, self->starter_path) != 0)
    start_load (self, self->starter_path, &self->loading_options);
}

static void
load_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Load *load = user_data;
  MynaModelLibrary *self = load->library;
  g_autoptr (GError) error = NULL;
  gboolean loaded = glm_actor_load_finish (GLM_ACTOR (source), result, &error);

  if (loaded)
    self->options = load->options;
  /* A newer load may have taken its place. */
  if (g_strcmp0 (self->loading_path, load->path) == 0)
    {
      lower_guard (self);
      g_clear_object (&self->cancellable);
      set_loading_path (self, NULL);
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_error_matches (error, GLM_ENGINE_ERROR, GLM_ERROR_CANCELLED))
    g_signal_emit (self, signals[SIGNAL_LOAD_CANCELLED], 0, load->path);
  else if (!loaded)
    tell_failure (self, load->path, error);
  g_object_unref (self);
  g_free (load->path);
  g_free (load);
}

static void
start_load (MynaModelLibrary *self, const char *path, const GlmActorLoadOptions *options)
{
  Load *load = g_new0 (Load, 1);

  load->library = g_object_ref (self);
  load->path = g_strdup (path);
  load->options = *options;
  self->loading_options = *options;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  raise_guard (self, path);
  set_loading_path (self, path);
  glm_actor_load_async (self->actor, path, options, self->cancellable, load_cb, load);
}

void
myna_model_library_get_options (MynaModelLibrary *self, GlmActorLoadOptions *ret_options)
{
  g_autoptr (GVariant) chosen = NULL;
  const char *card;

  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  chosen = g_settings_get_value (self->settings, "graphics-card");
  g_variant_get (chosen, "(&s&s)", &card, NULL);
  *ret_options = (GlmActorLoadOptions){
    .n_threads = (int) g_settings_get_uint (self->settings, "threads"),
    .context_length = (int) g_settings_get_uint (self->settings, "context-length"),
  };
  g_strlcpy (ret_options->device, card, sizeof ret_options->device);
}

static gboolean
is_same (const GlmActorLoadOptions *a, const GlmActorLoadOptions *b)
{
  return a->n_threads == b->n_threads && a->context_length == b->context_length && g_str_equal (a->device, b->device);
}

/* What is meant by this path; NULL: nothing can be. */
static const char *
resolve (MynaModelLibrary *self, const char *path)
{
  const char *wanted = path ? path : self->default_path;

  if (g_strcmp0 (wanted, self->crashed_path) != 0)
    return wanted;
  return g_strcmp0 (self->starter_path, self->crashed_path) == 0 ? NULL : self->starter_path;
}

gboolean
myna_model_library_is_starter (MynaModelLibrary *self, const char *path)
{
  const char *wanted;

  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), FALSE);

  wanted = resolve (self, path);
  return wanted && g_strcmp0 (wanted, self->starter_path) == 0;
}

static gboolean
is_held (MynaModelLibrary *self, const char *path, const GlmActorLoadOptions *options)
{
  return g_strcmp0 (glm_actor_get_model_path (self->actor), path) == 0 && is_same (&self->options, options);
}

const char *
myna_model_library_find_loaded (MynaModelLibrary *self, const char *path, const GlmActorLoadOptions *options)
{
  const char *wanted;

  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  wanted = resolve (self, path);
  return wanted && !self->loading_path && is_held (self, wanted, options) ? wanted : NULL;
}

const char *
myna_model_library_ensure (MynaModelLibrary *self, const char *path, const GlmActorLoadOptions *options)
{
  const char *wanted;
  GlmActorLoadOptions preferred;

  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  wanted = resolve (self, path);
  if (!wanted)
    return NULL;
  if (!options)
    {
      myna_model_library_get_options (self, &preferred);
      options = &preferred;
    }
  if (!(self->loading_path ? g_str_equal (self->loading_path, wanted) && is_same (&self->loading_options, options)
                           : is_held (self, wanted, options)))
    start_load (self, wanted, options);
  return wanted;
}

void
myna_model_library_reload (MynaModelLibrary *self)
{
  GlmActorLoadOptions options;
  g_autofree char *path = NULL;

  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  path = g_strdup (self->loading_path ? self->loading_path : glm_actor_get_model_path (self->actor));
  myna_model_library_get_options (self, &options);
  if (path)
    start_load (self, path, &options);
}

/* Whether the person is to be warned of it first. */
static gboolean
is_too_much (MynaModelLibrary *self, MynaModelEntry *entry)
{
  g_autofree char *warning = myna_model_need_dup_warning (entry, self->settings);

  return warning != NULL;
}

static void
default_read_cb (MynaModelLibrary *self, GParamSpec *pspec, MynaModelEntry *entry)
{
  g_signal_handlers_disconnect_by_func (entry, default_read_cb, self);
  myna_model_library_preload (self);
}

void
myna_model_library_preload (MynaModelLibrary *self)
{
  MynaModelEntry *entry;

  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  entry = self->default_path ? myna_model_library_find (self, self->default_path) : NULL;
  if (entry && myna_model_entry_get_status (entry) == MYNA_MODEL_READING)
    g_signal_connect_object (entry, "notify::status", G_CALLBACK (default_read_cb), self, G_CONNECT_SWAPPED);
  else if (!self->loading_path && !glm_actor_get_model_path (self->actor) && !is_too_much (self, entry))
    myna_model_library_ensure (self, NULL, NULL);
}

void
myna_model_library_cancel_load (MynaModelLibrary *self)
{
  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  g_cancellable_cancel (self->cancellable);
}

void
myna_model_library_close (MynaModelLibrary *self)
{
  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  if (!self->loading_path)
    return;
  g_cancellable_cancel (self->cancellable);
  lower_guard (self);
}

/* ---- Idle ------------------------------------------------------------------------------------------------------- */

static gboolean
idle_cb (gpointer user_data)
{
  MynaModelLibrary *self = user_data;

  self->idle_source = 0;
  glm_actor_unload (self->actor);

  return G_SOURCE_REMOVE;
}

static void
update_idle (MynaModelLibrary *self)
{
  guint minutes = g_settings_get_uint (self->settings, "idle-unload-minutes");

  g_clear_handle_id (&self->idle_source, g_source_remove);
  if (minutes > 0 && !self->in_use && glm_actor_get_state (self->actor) == GLM_ACTOR_READY)
    self->idle_source = g_timeout_add_seconds (minutes * 60, idle_cb, self);
}

void
myna_model_library_set_in_use (MynaModelLibrary *self, gboolean in_use)
{
  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  self->in_use = in_use;
  update_idle (self);
}

/* ---- The list --------------------------------------------------------------------------------------------------- */

static void
save_entries (MynaModelLibrary *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));
  guint n_entries = g_list_model_get_n_items (G_LIST_MODEL (self->entries));

  for (guint i = 0; i < n_entries; i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->entries), i);
      const char *name = myna_model_entry_get_name (entry);

      /* The starter model is wherever this version of Myna is installed. */
      if (g_strcmp0 (myna_model_entry_get_path (entry), self->starter_path) != 0 || name)
        g_variant_builder_add (&builder, "(ss)",
                               g_strcmp0 (myna_model_entry_get_path (entry), self->starter_path) == 0
                                   ? ""
                                   : myna_model_entry_get_path (entry),
                               name ? name : "");
    }
  g_settings_set_value (self->settings, "models", g_variant_builder_end (&builder));
}

static void
read_entries (MynaModelLibrary *self)
{
  g_autoptr (GVariant) list = g_settings_get_value (self->settings, "models");
  MynaModelEntry *starter = NULL;
  GVariantIter iter;
  const char *path, *name;

  if (self->starter_path)
    {
      starter = myna_model_entry_new (self->starter_path, NULL, _ ("Fledgling"));
      g_list_store_append (self->entries, starter);
      g_object_unref (starter);
    }
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "(&s&s)", &path, &name))
    {
      if (!*path)
        {
          if (starter)
            myna_model_entry_set_name (starter, name);
        }
      else if (!myna_model_library_find (self, path))
        {
          g_autoptr (MynaModelEntry) entry = myna_model_entry_new (path, name, NULL);

          g_list_store_append (self->entries, entry);
        }
    }
}

GListModel *
myna_model_library_get_entries (MynaModelLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  return G_LIST_MODEL (self->entries);
}

MynaModelEntry *
myna_model_library_find (MynaModelLibrary *self, const char *path)
{
  guint n_entries;

  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  n_entries = g_list_model_get_n_items (G_LIST_MODEL (self->entries));
  for (guint i = 0; i < n_entries; i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->entries), i);

      if (g_strcmp0 (myna_model_entry_get_path (entry), path) == 0)
        return entry;
    }

  return NULL;
}

void
myna_model_library_get_fallback (MynaModelLibrary *self, const char *path, GlmSampling *ret_sampling,
                                 GlmActorLoadOptions *ret_options)
{
  const char *wanted = path ? path : myna_model_library_get_default_path (self);
  MynaModelEntry *entry = wanted ? myna_model_library_find (self, wanted) : NULL;
  const GlmModelInfo *info = entry ? myna_model_entry_get_info (entry) : NULL;

  glm_family_default_sampling (info ? info->family : "", ret_sampling);
  myna_model_library_get_options (self, ret_options);
}

MynaModelEntry *
myna_model_library_find_like (MynaModelLibrary *self, const char *path)
{
  MynaModelEntry *found = myna_model_library_find (self, path);
  g_autofree char *base = g_path_get_basename (path);

  for (guint i = 0; !found && i < g_list_model_get_n_items (G_LIST_MODEL (self->entries)); i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->entries), i);
      g_autofree char *own_base = g_path_get_basename (myna_model_entry_get_path (entry));

      if (g_str_equal (own_base, base))
        found = entry;
    }

  return found;
}

static void
add_checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  MynaModelLibrary *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaModelEntry) entry = myna_model_entry_open_finish (result, &error);
  MynaModelEntry *found;

  if (!entry)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  /* It may be there already, perhaps since it was asked for. */
  found = myna_model_library_find (self, myna_model_entry_get_path (entry));
  if (found)
    {
      myna_model_entry_refresh (found);
    }
  else
    {
      found = entry;
      g_list_store_append (self->entries, entry);
      save_entries (self);
    }
  g_task_return_pointer (task, found, NULL);
}

void
myna_model_library_add_async (MynaModelLibrary *self, const char *path, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  myna_model_entry_open_async (path, add_checked_cb, g_task_new (self, NULL, callback, user_data));
}

MynaModelEntry *
myna_model_library_add_finish (MynaModelLibrary *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
myna_model_library_remove (MynaModelLibrary *self, MynaModelEntry *entry)
{
  const char *path = myna_model_entry_get_path (entry);
  g_autofree char *chosen = NULL;
  guint position;

  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  if (g_strcmp0 (path, self->starter_path) == 0)
    return;
  chosen = g_settings_get_string (self->settings, "default-model");
  if (g_str_equal (chosen, path))
    g_settings_reset (self->settings, "default-model");
  if (g_strcmp0 (glm_actor_get_model_path (self->actor), path) == 0)
    glm_actor_unload (self->actor);
  if (g_list_store_find (self->entries, entry, &position))
    g_list_store_remove (self->entries, position);
  save_entries (self);
}

void
myna_model_library_rename (MynaModelLibrary *self, MynaModelEntry *entry, const char *name)
{
  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  myna_model_entry_set_name (entry, name);
  save_entries (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEFAULT_PATH]);
}

void
myna_model_library_set_default (MynaModelLibrary *self, MynaModelEntry *entry)
{
  const char *path = myna_model_entry_get_path (entry);

  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  g_settings_set_string (self->settings, "default-model", g_strcmp0 (path, self->starter_path) == 0 ? "" : path);
}

/* ---- Paths ------------------------------------------------------------------------------------------------------ */

static char *
find_starter (void)
{
  const char *folder = g_getenv ("MYNA_DATA_DIR");
  g_autofree char *path = g_build_filename (folder ? folder : MYNA_PKGDATADIR, "models", STARTER_FILE, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

static void
update_default (MynaModelLibrary *self)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, "default-model");
  const char *path = *chosen ? chosen : self->starter_path;

  if (g_strcmp0 (path, self->default_path) == 0)
    return;
  g_free (self->default_path);
  self->default_path = g_strdup (path);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEFAULT_PATH]);
}

char *
myna_model_library_describe (MynaModelLibrary *self, const char *path)
{
  MynaModelEntry *entry;
  const GlmModelInfo *info;

  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  if (!path)
    return g_strdup (_ ("No model"));
  entry = myna_model_library_find (self, path);
  if (g_strcmp0 (path, self->starter_path) == 0 && !(entry && myna_model_entry_get_name (entry)))
    return g_strdup (_ ("Fledgling · small starter model"));
  if (!entry)
    return g_filename_display_basename (path);
  info = myna_model_entry_get_info (entry);

  return info ? g_strdup_printf ("%s · %s", myna_model_entry_get_title (entry), info->quantisation)
              : g_strdup (myna_model_entry_get_title (entry));
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_model_library_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaModelLibrary *self = MYNA_MODEL_LIBRARY (object);

  switch (prop_id)
    {
    case PROP_LOADING_PATH: g_value_set_string (value, self->loading_path); break;
    case PROP_DEFAULT_PATH: g_value_set_string (value, self->default_path); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_model_library_finalize (GObject *object)
{
  MynaModelLibrary *self = MYNA_MODEL_LIBRARY (object);

  g_clear_handle_id (&self->idle_source, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->entries);
  g_object_unref (self->actor);
  g_object_unref (self->settings);
  g_free (self->starter_path);
  g_free (self->default_path);
  g_free (self->crashed_path);
  g_free (self->guard_path);
  g_free (self->loading_path);

  G_OBJECT_CLASS (myna_model_library_parent_class)->finalize (object);
}

static void
myna_model_library_class_init (MynaModelLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_model_library_get_property;
  object_class->finalize = myna_model_library_finalize;

  properties[PROP_LOADING_PATH] = g_param_spec_string ("loading-path", NULL, NULL, NULL, flags);
  properties[PROP_DEFAULT_PATH] = g_param_spec_string ("default-path", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_LOAD_FAILED] = g_signal_new ("load-failed", MYNA_TYPE_MODEL_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                              G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
  signals[SIGNAL_LOAD_CANCELLED] = g_signal_new ("load-cancelled", MYNA_TYPE_MODEL_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
myna_model_library_init (MynaModelLibrary *self)
{
  self->guard_path = g_build_filename (g_get_user_state_dir (), MYNA_APP_ID, "loading", NULL);
  self->entries = g_list_store_new (MYNA_TYPE_MODEL_ENTRY);
  self->starter_path = find_starter ();
  read_guard (self);
}

MynaModelLibrary *
myna_model_library_new (GlmActor *actor, GSettings *settings)
{
  MynaModelLibrary *self = g_object_new (MYNA_TYPE_MODEL_LIBRARY, NULL);

  self->actor = g_object_ref (actor);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "changed::default-model", G_CALLBACK (update_default), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::idle-unload-minutes", G_CALLBACK (update_idle), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (actor, "notify::state", G_CALLBACK (update_idle), self, G_CONNECT_SWAPPED);
  update_default (self);
  read_entries (self);

  return self;
}

GlmActor *
myna_model_library_get_actor (MynaModelLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  return self->actor;
}

const char *
myna_model_library_get_starter_path (MynaModelLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  return self->starter_path;
}

const char *
myna_model_library_get_default_path (MynaModelLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  return self->default_path;
}

const char *
myna_model_library_get_loading_path (MynaModelLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  return self->loading_path;
}

const char *
myna_model_library_get_crashed_path (MynaModelLibrary *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  return self->crashed_path;
}

void
myna_model_library_forgive_crash (MynaModelLibrary *self)
{
  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  g_clear_pointer (&self->crashed_path, g_free);
  lower_guard (self);
}
