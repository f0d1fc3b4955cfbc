/* myna-application.c: what lives as long as the program: the store, the engine, the models and the settings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window is shown at once; the store opens and the model loads behind it.  A history that cannot be opened is a
 * problem to tell, not a reason to stop: conversations then live in memory.
 */
#include "application/myna-application.h"

#include <glib/gi18n.h>

#include "engine/actor/glm-importer.h"
#include "markdown/code-theme.h"
#include "application/myna-application-private.h"
#include "myna-resources.h"
#include "chat/myna-chat-settings.h"

#define TITLE_DELAY_MS 800 /* the person may ask on at once */

enum
{
  PROP_0,
  PROP_STORE,
  PROP_TEMPORARY,
  N_PROPS
};

enum
{
  SIGNAL_CONVERSATION_BUSY,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaApplication, myna_application, ADW_TYPE_APPLICATION)

/* ---- Conversations ---------------------------------------------------------------------------------------------- */

MynaWindow *
myna_application_get_window (MynaApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l; l = l->next)
    {
      if (MYNA_IS_WINDOW (l->data))
        return l->data;
    }

  return NULL;
}

/* The id in the history; a temporary chat has none. */
static gint64
get_history_id (MynaApplication *self, MynaConversation *conversation)
{
  return conversation == self->temporary ? 0 : myna_conversation_get_id (conversation);
}

static void
notify_finished (MynaApplication *self, MynaConversation *conversation)
{
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *id = NULL;
  MynaWindow *window = myna_application_get_window (self);
  const char *title = myna_conversation_get_title (conversation);

  if (!g_settings_get_boolean (self->settings, "notifications") || get_history_id (self, conversation) == 0)
    return;
  if (window && gtk_window_is_active (GTK_WINDOW (window)))
    return;
  notification = g_notification_new (title && *title ? title : _ ("Untitled chat"));
  g_notification_set_body (notification, _ ("The reply is finished"));
  g_notification_set_default_action_and_target (notification, "app.open-chat", "x", myna_conversation_get_id (conversation));
  id = g_strdup_printf ("reply-%" G_GINT64_FORMAT, myna_conversation_get_id (conversation));
  g_application_send_notification (G_APPLICATION (self), id, notification);
}

void
myna_application_update_hold (MynaApplication *self)
{
  gboolean hold = self->busy->len > 0 && g_settings_get_boolean (self->settings, "run-in-background");

  if (hold == self->holding)
    return;
  self->holding = hold;
  if (hold)
    g_application_hold (G_APPLICATION (self));
  else
    g_application_release (G_APPLICATION (self));
}

static void
busy_cb (MynaConversation *conversation, GParamSpec *pspec, MynaApplication *self)
{
  gboolean busy = myna_conversation_get_busy (conversation);
  gboolean known = g_ptr_array_find (self->busy, conversation, NULL);

  if (busy && !known)
    g_ptr_array_add (self->busy, g_object_ref (conversation));
  g_signal_emit (self, signals[SIGNAL_CONVERSATION_BUSY], 0, get_history_id (self, conversation), busy);
  if (!busy && known)
    {
      notify_finished (self, conversation);
      myna_session_cache_trim (self->sessions);
      g_ptr_array_remove (self->busy, conversation);
    }
  myna_application_update_hold (self);
}

static void
id_cb (MynaConversation *conversation, GParamSpec *pspec, MynaApplication *self)
{
  g_signal_emit (self, signals[SIGNAL_CONVERSATION_BUSY], 0, get_history_id (self, conversation),
                 myna_conversation_get_busy (conversation));
}

/* The engine may hold another conversation's model, or none after some time without use.  The signal comes again when the
 * model is there, and its family's sampling is known. */
static void
prepare_cb (MynaConversation *conversation, MynaApplication *self)
{
  const GlmSampling *family;
  GlmActorLoadOptions options;
  GlmSampling sampling = { 0 };
  g_autofree char *system_prompt = NULL;

  myna_model_library_get_options (self->models, &options);
  myna_chat_settings_resolve_load (myna_conversation_get_settings (conversation), &options);
  myna_model_library_ensure (self->models, myna_conversation_get_model (conversation), &options);
  family = glm_actor_get_default_sampling (myna_model_library_get_actor (self->models));
  if (family)
    sampling = *family;
  myna_chat_settings_resolve (myna_conversation_get_settings (conversation), &sampling, &system_prompt);
  myna_conversation_set_sampling (conversation, family ? &sampling : NULL, system_prompt);
  myna_session_cache_prepare (self->sessions, conversation);
}

/* A live conversation may come here more than once. */
MynaConversation *
myna_application_follow (MynaApplication *self, MynaConversation *conversation, StoreDb *store)
{
  if (g_signal_handler_find (conversation, G_SIGNAL_MATCH_FUNC | G_SIGNAL_MATCH_DATA, 0, 0, NULL, busy_cb, self) == 0)
    {
      g_signal_connect_object (conversation, "notify::busy", G_CALLBACK (busy_cb), self, 0);
      g_signal_connect_object (conversation, "notify::id", G_CALLBACK (id_cb), self, 0);
      g_signal_connect_object (conversation, "prepare", G_CALLBACK (prepare_cb), self, 0);
      myna_titler_watch (self->titler, conversation, store);
    }

  return conversation;
}

MynaConversation *
myna_application_new_conversation (MynaApplication *self)
{
  MynaConversation *conversation;

  g_return_val_if_fail (MYNA_IS_APPLICATION (self), NULL);

  if (!self->store)
    return NULL;
  conversation = myna_application_follow (self, myna_conversation_new (self->store, self->actor), self->store);
  myna_application_give_draft (self, conversation);

  return conversation;
}

MynaConversation *
myna_application_open_conversation (MynaApplication *self, gint64 id)
{
  MynaConversation *conversation;

  g_return_val_if_fail (MYNA_IS_APPLICATION (self), NULL);

  if (!self->store)
    return NULL;
  conversation = myna_application_follow (self, myna_conversation_new_for_id (self->store, self->actor, id), self->store);
  myna_session_cache_restore (self->sessions, conversation);

  return conversation;
}

gboolean
myna_application_is_busy (MynaApplication *self, gint64 id)
{
  g_return_val_if_fail (MYNA_IS_APPLICATION (self), FALSE);

  for (guint i = 0; i < self->busy->len; i++)
    {
      if (get_history_id (self, g_ptr_array_index (self->busy, i)) == id)
        return TRUE;
    }

  return FALSE;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

/* What only a window needs.  Another program that searches through the history starts Myna, too: that reads no model, and
 * makes no history where there is none. */
static void
prepare_for_window (MynaApplication *self)
{
  if (self->prepared)
    return;
  self->prepared = TRUE;
  myna_application_open_store (self);
  myna_model_library_ensure (self->models, NULL, NULL);
}

void
myna_application_present (MynaApplication *self)
{
  MynaWindow *window = myna_application_get_window (self);

  prepare_for_window (self);
  if (!window)
    window = MYNA_WINDOW (myna_window_new (self));
  gtk_window_present (GTK_WINDOW (window));
}

static void
apply_color_scheme (MynaApplication *self)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };
  int chosen = g_settings_get_enum (self->settings, "color-scheme");

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[CLAMP (chosen, 0, 2)]);
}

static void
apply_chat_settings (MynaApplication *self)
{
  g_autofree char *json = g_settings_get_string (self->settings, "chat-settings");

  myna_chat_settings_set_defaults (json);
}

/* The starter model is too small to find titles: the first line of a question is better. */
static void
update_titler (MynaApplication *self)
{
  myna_titler_set_able (self->titler,
                        g_strcmp0 (glm_actor_get_model_path (self->actor), myna_model_library_get_starter_path (self->models))
                            != 0);
}

static void
myna_application_startup (GApplication *application)
{
  MynaApplication *self = MYNA_APPLICATION (application);
  g_autofree char *sessions = NULL;

  myna_register_resource ();
  G_APPLICATION_CLASS (myna_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (MYNA_APP_ID);

  self->settings = g_settings_new (MYNA_APP_ID);
  g_signal_connect_object (self->settings, "changed::color-scheme", G_CALLBACK (apply_color_scheme), self, G_CONNECT_SWAPPED);
  apply_color_scheme (self);
  g_settings_bind (self->settings, "code-theme", myna_code_theme_get_default (), "name", G_SETTINGS_BIND_GET);
  g_signal_connect_object (self->settings, "changed::chat-settings", G_CALLBACK (apply_chat_settings), self, G_CONNECT_SWAPPED);
  apply_chat_settings (self);
  g_signal_connect_object (self->settings, "changed::bin-days", G_CALLBACK (myna_application_apply_bin_days), self,
                           G_CONNECT_SWAPPED);
  self->actor = glm_actor_new ();
  self->models = myna_model_library_new (self->actor, self->settings);
  sessions = g_build_filename (g_get_user_cache_dir (), MYNA_APP_ID, "sessions", NULL);
  self->titler = myna_titler_new (TITLE_DELAY_MS);
  g_signal_connect_object (self->actor, "notify::model-path", G_CALLBACK (update_titler), self, G_CONNECT_SWAPPED);
  self->sessions = myna_session_cache_new (self->actor, sessions);
  myna_application_add_actions (self);
}

static gboolean
myna_application_dbus_register (GApplication *application, GDBusConnection *connection, const char *object_path, GError **error)
{
  MynaApplication *self = MYNA_APPLICATION (application);
  g_autofree char *path = g_strconcat (object_path, "/SearchProvider", NULL);

  if (!G_APPLICATION_CLASS (myna_application_parent_class)->dbus_register (application, connection, object_path, error))
    return FALSE;
  self->search_provider = myna_search_provider_new (self, connection, path, error);

  return self->search_provider != NULL;
}

static void
myna_application_dbus_unregister (GApplication *application, GDBusConnection *connection, const char *object_path)
{
  g_clear_pointer (&MYNA_APPLICATION (application)->search_provider, myna_search_provider_free);
  G_APPLICATION_CLASS (myna_application_parent_class)->dbus_unregister (application, connection, object_path);
}

static void
myna_application_activate (GApplication *application)
{
  myna_application_present (MYNA_APPLICATION (application));
}

/* A model on the command line, as the file manager gives it, is no question.  A folder or a .bin file only counts where it
 * is written as a path: "models" is a word, too. */
static gboolean
is_model (const char *word, GFile *file)
{
  return (g_str_has_suffix (word, ".gguf") || strchr (word, G_DIR_SEPARATOR)) && g_file_query_exists (file, NULL);
}

static gboolean
add_models (MynaApplication *self, GApplicationCommandLine *command_line, char **words)
{
  gboolean found = FALSE;

  for (guint i = 0; words[i]; i++)
    {
      g_autoptr (GFile) file = g_application_command_line_create_file_for_arg (command_line, words[i]);

      if (!is_model (words[i], file))
        continue;
      myna_application_show_models (self, file);
      found = TRUE;
    }

  return found;
}

static void
myna_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  for (int i = 0; i < n_files; i++)
    myna_application_show_models (MYNA_APPLICATION (application), files[i]);
}

static int
myna_application_command_line (GApplication *application, GApplicationCommandLine *command_line)
{
  MynaApplication *self = MYNA_APPLICATION (application);
  GVariantDict *options = g_application_command_line_get_options_dict (command_line);
  g_autofree char **words = NULL;
  g_autofree char *question = NULL;

  myna_application_present (self);
  if (g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&s", &words) && words[0]
      && !add_models (self, command_line, words))
    question = g_strjoinv (" ", words);
  if (question)
    myna_window_ask (myna_application_get_window (self), question);
  else if (g_variant_dict_contains (options, "new-chat"))
    myna_window_new_chat (myna_application_get_window (self));

  return 0;
}

static int
myna_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("Myna %s\n", MYNA_VERSION);
      return 0;
    }

  return -1;
}

/* What is being written ends as interrupted; the store finishes what was asked of it. */
static void
myna_application_shutdown (GApplication *application)
{
  MynaApplication *self = MYNA_APPLICATION (application);

  glm_import_stop_all ();
  myna_application_save_draft (self);
  myna_application_end_temporary (self);
  if (self->store)
    {
      myna_conversation_finish_all (self->store);
      store_close (self->store);
    }
  G_APPLICATION_CLASS (myna_application_parent_class)->shutdown (application);
}

static void
myna_application_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaApplication *self = MYNA_APPLICATION (object);

  switch (prop_id)
    {
    case PROP_STORE: g_value_set_object (value, self->store); break;
    case PROP_TEMPORARY: g_value_set_object (value, self->temporary); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_application_finalize (GObject *object)
{
  MynaApplication *self = MYNA_APPLICATION (object);

  g_ptr_array_unref (self->busy);
  g_clear_handle_id (&self->draft_source, g_source_remove);
  g_clear_weak_pointer (&self->new_conversation);
  g_free (self->draft);
  g_clear_object (&self->store);
  g_clear_error (&self->store_error);
  g_clear_object (&self->titler);
  g_clear_object (&self->sessions);
  g_clear_object (&self->models);
  g_clear_object (&self->actor);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (myna_application_parent_class)->finalize (object);
}

static void
myna_application_class_init (MynaApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->get_property = myna_application_get_property;
  object_class->finalize = myna_application_finalize;
  application_class->startup = myna_application_startup;
  application_class->dbus_register = myna_application_dbus_register;
  application_class->dbus_unregister = myna_application_dbus_unregister;
  application_class->activate = myna_application_activate;
  application_class->open = myna_application_open;
  application_class->command_line = myna_application_command_line;
  application_class->handle_local_options = myna_application_handle_local_options;
  application_class->shutdown = myna_application_shutdown;

  /**
   * MynaApplication:store:
   *
   * The history, once it is open.
   */
  properties[PROP_STORE] = g_param_spec_object ("store", NULL, NULL, STORE_TYPE_DB, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * MynaApplication:temporary:
   *
   * The chat that is kept in memory alone.
   */
  properties[PROP_TEMPORARY] =
      g_param_spec_object ("temporary", NULL, NULL, MYNA_TYPE_CONVERSATION, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_CONVERSATION_BUSY] = g_signal_new ("conversation-busy", MYNA_TYPE_APPLICATION, G_SIGNAL_RUN_LAST, 0, NULL,
                                                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_BOOLEAN);
}

static void
myna_application_init (MynaApplication *self)
{
  static const GOptionEntry options[] = {
    { "new-chat", 'n', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_ ("Start a new chat"), NULL },
    { "version", 'v', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_ ("Show the version and leave"), NULL },
    { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, NULL, NULL, N_ ("[QUESTION]") },
    { NULL }
  };

  self->busy = g_ptr_array_new_with_free_func (g_object_unref);
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), NULL);
}

MynaApplication *
myna_application_new (void)
{
  return g_object_new (MYNA_TYPE_APPLICATION, "application-id", MYNA_APP_ID, "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                       "/io/github/myna_chat/Myna", NULL);
}

GSettings *
myna_application_get_settings (MynaApplication *self)
{
  g_return_val_if_fail (MYNA_IS_APPLICATION (self), NULL);

  return self->settings;
}

MynaModelLibrary *
myna_application_get_models (MynaApplication *self)
{
  g_return_val_if_fail (MYNA_IS_APPLICATION (self), NULL);

  return self->models;
}

StoreDb *
myna_application_get_store (MynaApplication *self)
{
  g_return_val_if_fail (MYNA_IS_APPLICATION (self), NULL);

  return self->store;
}

const GError *
myna_application_get_store_error (MynaApplication *self)
{
  g_return_val_if_fail (MYNA_IS_APPLICATION (self), NULL);

  return self->store_error;
}
