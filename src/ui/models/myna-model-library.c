/* myna-model-library.c: the models that Myna knows, and which of them the engine holds (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Crash guard.  While a model is being loaded its path stands in the file "loading" of the state folder.  A start that
 * finds the file there knows that this model ended the program before, and leaves it alone until the person asks.
 */
#include "models/myna-model-library.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define STARTER_FILE "myna-fledgling-q8_0.gguf"

struct _MynaModelLibrary
{
  GObject parent_instance;

  GlmActor *actor;
  GSettings *settings;
  char *starter_path;
  char *default_path;
  char *crashed_path;
  char *guard_path;

  char *loading_path;
  GCancellable *cancellable;    /* of the load that runs or waits */
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
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaModelLibrary, myna_model_library, G_TYPE_OBJECT)

/* ---- Crash guard -------------------------------------------------------------------------------------------------- */

static void
read_guard (MynaModelLibrary *self)
{
  g_autofree char *path = NULL;
  gsize length;

  if (!g_file_get_contents (self->guard_path, &path, &length, NULL))
    return;
  if (length > 0 && g_utf8_validate (path, length, NULL))
    self->crashed_path = g_steal_pointer (&path);
}

/* Where the guard cannot be written (full or read-only disk) models load without it. */
static void
raise_guard (MynaModelLibrary *self,
             const char       *path)
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

/* ---- Loading ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  MynaModelLibrary *library;
  char *path;
} Load;

static void
set_loading_path (MynaModelLibrary *self,
                  const char       *path)
{
  if (g_strcmp0 (self->loading_path, path) == 0)
    return;
  g_free (self->loading_path);
  self->loading_path = g_strdup (path);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING_PATH]);
}

static void
load_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Load *load = user_data;
  MynaModelLibrary *self = load->library;
  g_autoptr (GError) error = NULL;
  gboolean loaded = glm_actor_load_finish (GLM_ACTOR (source), result, &error);

  /* A newer load may have taken its place. */
  if (g_strcmp0 (self->loading_path, load->path) == 0) {
    lower_guard (self);
    g_clear_object (&self->cancellable);
    set_loading_path (self, NULL);
  }
  if (!loaded && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      !g_error_matches (error, GLM_ENGINE_ERROR, GLM_ERROR_CANCELLED))
    g_signal_emit (self, signals[SIGNAL_LOAD_FAILED], 0, load->path, error);
  g_object_unref (self);
  g_free (load->path);
  g_free (load);
}

static void
start_load (MynaModelLibrary *self,
            const char       *path)
{
  GlmActorLoadOptions options = {
    .n_threads = (int) g_settings_get_uint (self->settings, "threads"),
    .context_length = (int) g_settings_get_uint (self->settings, "context-length"),
  };
  Load *load = g_new0 (Load, 1);

  load->library = g_object_ref (self);
  load->path = g_strdup (path);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  raise_guard (self, path);
  set_loading_path (self, path);
  glm_actor_load_async (self->actor, path, &options, self->cancellable, load_cb, load);
}

void
myna_model_library_ensure (MynaModelLibrary *self,
                           const char       *path)
{
  const char *wanted = path ? path : self->default_path;

  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  if (!wanted)
    return;
  if (self->loading_path) {
    if (g_str_equal (self->loading_path, wanted))
      return;
  } else if (g_strcmp0 (glm_actor_get_model_path (self->actor), wanted) == 0) {
    return;
  }
  start_load (self, wanted);
}

void
myna_model_library_cancel_load (MynaModelLibrary *self)
{
  g_return_if_fail (MYNA_IS_MODEL_LIBRARY (self));

  g_cancellable_cancel (self->cancellable);
}

/* ---- Paths -------------------------------------------------------------------------------------------------------- */

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
myna_model_library_describe (MynaModelLibrary *self,
                             const char       *path)
{
  const GlmModelInfo *info;
  g_autofree char *name = NULL;

  g_return_val_if_fail (MYNA_IS_MODEL_LIBRARY (self), NULL);

  if (!path)
    return g_strdup (_("No model"));
  if (g_strcmp0 (path, self->starter_path) == 0)
    return g_strdup (_("Fledgling · small starter model"));
  info = glm_actor_get_model_info (self->actor);
  if (info && g_strcmp0 (glm_actor_get_model_path (self->actor), path) == 0)
    return g_strdup_printf ("%s · %s", info->name, info->quantisation);
  name = g_filename_display_basename (path);
  if (g_str_has_suffix (name, ".gguf"))
    name[strlen (name) - strlen (".gguf")] = '\0';

  return g_steal_pointer (&name);
}

/* ---- Object ------------------------------------------------------------------------------------------------------- */

static void
myna_model_library_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MynaModelLibrary *self = MYNA_MODEL_LIBRARY (object);

  switch (prop_id) {
  case PROP_LOADING_PATH:
    g_value_set_string (value, self->loading_path);
    break;
  case PROP_DEFAULT_PATH:
    g_value_set_string (value, self->default_path);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
myna_model_library_finalize (GObject *object)
{
  MynaModelLibrary *self = MYNA_MODEL_LIBRARY (object);

  g_clear_object (&self->cancellable);
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

  signals[SIGNAL_LOAD_FAILED] = g_signal_new ("load-failed", MYNA_TYPE_MODEL_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                              NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
}

static void
myna_model_library_init (MynaModelLibrary *self)
{
  self->guard_path = g_build_filename (g_get_user_state_dir (), MYNA_APP_ID, "loading", NULL);
  self->starter_path = find_starter ();
  read_guard (self);
}

MynaModelLibrary *
myna_model_library_new (GlmActor  *actor,
                        GSettings *settings)
{
  MynaModelLibrary *self = g_object_new (MYNA_TYPE_MODEL_LIBRARY, NULL);

  self->actor = g_object_ref (actor);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "changed::default-model", G_CALLBACK (update_default), self, G_CONNECT_SWAPPED);
  update_default (self);

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
