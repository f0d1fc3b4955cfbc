/* myna-application.c: runs the program and makes the windows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window is shown at once; the store opens and the model loads behind it.
 */
#include "application/myna-application.h"

#include <glib/gi18n.h>

#include "base/ui-compat.h"
#include "base/undo-toast.h"
#include "chat/code-file.h"
#include "chat/global-shortcut.h"
#include "chat/history-opener.h"
#include "chat/late-services.h"
#include "chat/myna-folder.h"
#include "chat/myna-search-provider.h"
#include "chat/myna-own-tools.h"
#include "chat/myna-servers.h"
#include "chat/reply-notices.h"
#include "chat/screen-reader.h"
#include "chat/speaker.h"
#include "engine/actor/glm-importer.h"
#include "help/myna-help-window.h"
#include "markdown/code-theme.h"
#include "models/myna-models-window.h"
#include "myna-resources.h"
#include "preferences/myna-preferences-window.h"
#include "share/model-share.h"
#include "window/myna-quick-window.h"
#include "window/myna-window.h"

/* 15 px; points, because these follow the size that the person has chosen for all text. */
#define TEXT_PT 11.25

struct _MynaApplication
{
  AdwApplication parent_instance;

  GSettings *settings; /* the core's */
  GtkCssProvider *text_css;
  MynaCore *core;
  MynaNewChatDraft *draft;
  ToolServers *servers; /* NULL: there can be none */
  MynaHistoryOpener *opener;
  MynaReplyNotices *notices;
  gboolean prepared; /* there was a window: history and model are wanted */
  gboolean holding;  /* a reply is being written that must be finished without a window */

  GtkWidget *models_window;            /* weak: NULL while there is none */
  GtkWidget *quick_window;             /* the same; hidden while it is not wanted */
  MynaGlobalShortcut *shortcut;        /* NULL: not on the bus */
  MynaSearchProvider *search_provider; /* NULL: not on the bus */
  MynaLateServices *late_services;     /* NULL: not on the bus */
  MynaScreenReader *screen_reader;     /* the same */
  MynaModelShare *model_share;
};

G_DEFINE_FINAL_TYPE (MynaApplication, myna_application, ADW_TYPE_APPLICATION)

/* ---- Replies ---------------------------------------------------------------------------------------------------- */

static MynaWindow *
get_window (MynaApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l; l = l->next)
    {
      if (MYNA_IS_WINDOW (l->data))
        return l->data;
    }

  return NULL;
}

/* A person who looks at a chat sees what it asks, and one who looks at any that a reply is finished. */
static gboolean
is_seen (MynaConversation *conversation, gpointer user_data)
{
  MynaApplication *self = user_data;
  MynaWindow *window = get_window (self);

  if (self->quick_window && myna_quick_window_shows (MYNA_QUICK_WINDOW (self->quick_window), conversation))
    return TRUE;
  return window && gtk_window_is_active (GTK_WINDOW (window)) && (!conversation || myna_window_shows (window, conversation));
}

static void
update_hold (MynaApplication *self)
{
  gboolean hold = myna_core_get_n_busy (self->core) > 0 && g_settings_get_boolean (self->settings, "run-in-background");

  if (hold == self->holding)
    return;
  self->holding = hold;
  if (hold)
    g_application_hold (G_APPLICATION (self));
  else
    g_application_release (G_APPLICATION (self));
}

static gboolean
open_kept_store (gpointer user_data)
{
  return myna_history_opener_open_kept (MYNA_APPLICATION (user_data)->opener);
}

/* ---- Windows ---------------------------------------------------------------------------------------------------- */

/* What only a window needs.  Another program that searches through the history starts Myna, too: that reads no model, and
 * makes no history where there is none. */
static void
prepare_for_window (MynaApplication *self)
{
  if (self->prepared)
    return;
  self->prepared = TRUE;
  myna_history_opener_open (self->opener);
  myna_model_library_preload (myna_core_get_models (self->core));
}

static void
windows_changed_cb (MynaApplication *self)
{
  myna_model_share_set_has_window (self->model_share, gtk_application_get_windows (GTK_APPLICATION (self)) != NULL);
}

/* Shows the window, making it if there is none. */
static MynaWindow *
present (MynaApplication *self)
{
  MynaWindow *window = get_window (self);

  prepare_for_window (self);
  if (!window)
    window = MYNA_WINDOW (myna_window_new (GTK_APPLICATION (self), self->core, self->draft));
  gtk_window_present (GTK_WINDOW (window));

  return window;
}

/* The models; adds the file, if it is not NULL, to them. */
static void
show_models (MynaApplication *self, GFile *file)
{
  MynaWindow *window = present (self);

  if (!self->models_window)
    {
      self->models_window = myna_models_window_new (GTK_WINDOW (window), self->core);
      g_object_add_weak_pointer (G_OBJECT (self->models_window), (gpointer *) &self->models_window);
    }
  gtk_window_present (GTK_WINDOW (self->models_window));
  if (file)
    myna_models_window_add_file (MYNA_MODELS_WINDOW (self->models_window), file);
}

/* ---- Reading aloud ----------------------------------------------------------------------------------------------- */

static void
unread_cb (MynaApplication *self, const char *why)
{
  g_autofree char *body = myna_speaker_describe_failure (why);

  myna_tell (gtk_application_get_active_window (GTK_APPLICATION (self)), _ ("The Reply Could Not Be Read Aloud"), body);
}

/* ---- Quick questions -------------------------------------------------------------------------------------------- */

static void
quick_open_cb (MynaApplication *self, MynaConversation *conversation)
{
  myna_window_show_conversation (present (self), conversation);
}

/* A server must not be sent anything before the person has said so, and only the main window asks. */
static void
server_asks_cb (MynaApplication *self, MynaRemoteServer *server, guint sends)
{
  if (!get_window (self))
    myna_window_ask_server (present (self), server, sends);
}

static MynaQuickWindow *
show_quick (MynaApplication *self)
{
  prepare_for_window (self);
  if (!self->quick_window)
    {
      self->quick_window = myna_quick_window_new (GTK_APPLICATION (self), self->core);
      g_object_add_weak_pointer (G_OBJECT (self->quick_window), (gpointer *) &self->quick_window);
      g_signal_connect_swapped (self->quick_window, "open", G_CALLBACK (quick_open_cb), self);
      g_signal_connect_object (myna_core_get_servers (self->core), "asks", G_CALLBACK (server_asks_cb), self,
                               G_CONNECT_SWAPPED);
    }
  myna_quick_window_show (MYNA_QUICK_WINDOW (self->quick_window), GTK_APPLICATION (self));
  return MYNA_QUICK_WINDOW (self->quick_window);
}

static void
quick_ask_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_quick_window_ask (show_quick (user_data), g_variant_get_string (parameter, NULL));
}

static void
quick_question_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  show_quick (user_data);
}

static void
shortcut_pressed_cb (MynaApplication *self, const char *token)
{
  MynaQuickWindow *window = show_quick (self);

  if (*token)
    gtk_window_set_startup_id (GTK_WINDOW (window), token);
}

static void
update_shortcut (MynaApplication *self)
{
  myna_global_shortcut_set_wanted (self->shortcut, g_settings_get_boolean (self->settings, "ask-shortcut"));
}

static void
shortcut_refused_cb (MynaApplication *self)
{
  g_settings_set_boolean (self->settings, "ask-shortcut", FALSE);
}

/* The preferences offer the key where there is this action. */
static void
shortcut_available_cb (MynaApplication *self)
{
  g_autoptr (GAction) action = g_settings_create_action (self->settings, "ask-shortcut");

  g_action_map_add_action (G_ACTION_MAP (self), action);
}

static void
follow_shortcut (MynaApplication *self, GDBusConnection *session)
{
  self->shortcut = myna_global_shortcut_new (session, "quick-question", _ ("Quick Question"));
  g_signal_connect_object (self->shortcut, "notify::available", G_CALLBACK (shortcut_available_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->shortcut, "activated", G_CALLBACK (shortcut_pressed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->shortcut, "refused", G_CALLBACK (shortcut_refused_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::ask-shortcut", G_CALLBACK (update_shortcut), self, G_CONNECT_SWAPPED);
  update_shortcut (self);
}

static void
ask_selection_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_quick_window_take_selection (show_quick (user_data));
}

/* ---- Actions ---------------------------------------------------------------------------------------------------- */

static void
new_chat_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_window_new_chat (present (user_data));
}

static void
open_chat_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_window_open_chat (present (user_data), g_variant_get_int64 (parameter));
}

static void
open_message_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gint64 id, message_id;

  g_variant_get (parameter, "(xx)", &id, &message_id);
  myna_window_open_message (present (user_data), id, message_id);
}

static void
search_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_window_search (present (user_data), g_variant_get_string (parameter, NULL));
}

static void
ask_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_window_ask (present (user_data), g_variant_get_string (parameter, NULL), NULL);
}

static void
help_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_help_window_show (GTK_APPLICATION (user_data));
}

static void
models_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  show_models (user_data, NULL);
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaApplication *self = user_data;
  MynaWindow *window = present (self);

  gtk_window_present (
      GTK_WINDOW (myna_preferences_window_new (GTK_WINDOW (window), self->settings, myna_core_get_models (self->core),
                                               myna_core_get_cards (self->core), myna_core_get_store (self->core))));
}

static void
card_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_cards_act (myna_core_get_cards (MYNA_APPLICATION (user_data)->core), g_variant_get_string (parameter, NULL));
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_show_about (gtk_application_get_active_window (GTK_APPLICATION (user_data)));
}

/* Each window closes by itself, so that it keeps its state.  One may take others with it. */
static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaApplication *self = user_data;
  g_autolist (GtkWindow) windows =
      g_list_copy_deep (gtk_application_get_windows (GTK_APPLICATION (self)), (GCopyFunc) (void (*) (void)) g_object_ref, NULL);

  for (GList *l = windows; l; l = l->next)
    gtk_window_close (GTK_WINDOW (l->data));
  g_application_quit (G_APPLICATION (self));
}

static void
try_again_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_history_opener_try_again (MYNA_APPLICATION (user_data)->opener);
}

static void
add_model_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  show_models (user_data, file);
}

static const GActionEntry actions[] = {
  { "new-chat", new_chat_cb },
  { "open-chat", open_chat_cb, "x" },
  { "open-message", open_message_cb, "(xx)" }, /* chat; message or 0 */
  { "search", search_cb, "s" },
  { "ask", ask_cb, "s" },
  { "quick-ask", quick_ask_cb, "s" }, /* in a small window; '' for nothing yet */
  { "quick-question", quick_question_cb },
  { "ask-selection", ask_selection_cb },
  { "reopen-history", try_again_cb },
  { "help", help_cb },
  { "models", models_cb },
  { "add-model", add_model_cb, "s" }, /* its URI */
  { "preferences", preferences_cb },
  { "card", card_cb, "s" }, /* see myna_cards_act() */
  { "about", about_cb },
  { "quit", quit_cb },
};

static const struct
{
  const char *action;
  const char *keys[4];
  /* clang-format off */
} accels[] = {
  { "app.quit", { "<Control>q" } },
  { "app.preferences", { "<Control>comma" } },
  { "window.close", { "<Control>w" } },
  { "win.new-chat", { "<Control>n" } },
  { "win.find", { "<Control>f" } },
  { "win.search-history", { "<Control><Shift>f" } },
  { "win.palette", { "<Control>k" } },
  { "app.help", { "F1" } },
  { "win.show-help-overlay", { "<Control>question" } },
  { "win.toggle-sidebar", { "F9" } },
  { "win.main-menu", { "F10" } },
  { "win.rename-current", { "F2" } },
  { "win.text-larger", { "<Control>plus", "<Control>equal", "<Control>KP_Add" } },
  { "win.text-smaller", { "<Control>minus", "<Control>KP_Subtract" } },
  { "win.text-normal", { "<Control>0", "<Control>KP_0" } },
  { "win.print-current", { "<Control>p" } },
  { "win.previous-chat", { "<Alt>Up" } },
  { "win.next-chat", { "<Alt>Down" } },
  { "win.focus-composer", { "<Control>l" } },
  { "win.next-pane", { "F6" } },
  { "win.previous-pane", { "<Shift>F6" } },
};
/* clang-format on */

static void
add_actions (MynaApplication *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action, accels[i].keys);
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static void
apply_color_scheme (MynaApplication *self)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };
  AdwColorScheme scheme = schemes[CLAMP (g_settings_get_enum (self->settings, "color-scheme"), 0, 2)];

  if (scheme == ADW_COLOR_SCHEME_DEFAULT && myna_late_services_prefers_dark (self->late_services))
    scheme = ADW_COLOR_SCHEME_PREFER_DARK;
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), scheme);
}

static void
update_text_size (MynaApplication *self)
{
  char size[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *css = NULL;

  /* A comma would not be CSS. */
  g_ascii_formatd (size, sizeof size, "%.2f", TEXT_PT * g_settings_get_uint (self->settings, "text-size") / 100.0);
  css = g_strdup_printf (".conversation { font-size: %spt; }", size);
  myna_css_provider_load_string (self->text_css, css);
}

static void
update_code_theme (MynaApplication *self)
{
  g_autofree char *name = g_settings_get_string (self->settings, "code-theme");

  myna_code_theme_set_name (myna_code_theme_get_default (), name);
}

static void
follow_text_size (MynaApplication *self)
{
  self->text_css = gtk_css_provider_new ();
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (self->text_css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  g_signal_connect_object (self->settings, "changed::text-size", G_CALLBACK (update_text_size), self, G_CONNECT_SWAPPED);
  update_text_size (self);
}

static void
desktop_scheme_cb (gpointer user_data)
{
  apply_color_scheme (user_data);
}

/* Newer GTK asks the portal, too, on Wayland, and opens files through it outside a sandbox.  Older GTK does not know the word. */
static void
leave_portal_out (void)
{
  const char *before = g_getenv ("GDK_DEBUG");
  g_autofree char *debug = before && *before ? g_strconcat (before, ",no-portals", NULL) : g_strdup ("no-portals");

  g_message ("The desktop portal does not answer: going on without it");
  g_setenv ("ADW_DISABLE_PORTAL", "1", TRUE);
  if (!gtk_check_version (4, 10, 0))
    g_setenv ("GDK_DEBUG", debug, TRUE);
}

/* Before GTK starts, which reads the environment. */
static void
leave_out_late_services (MynaApplication *self, GDBusConnection *session)
{
  self->late_services = myna_late_services_new (session, desktop_scheme_cb, self);
  if (myna_late_services_portal_is_late (self->late_services))
    leave_portal_out ();
  if (!myna_late_services_accessibility_is_late (self->late_services))
    return;
  g_message ("The accessibility bus does not answer: going on without it");
  g_setenv ("GTK_A11Y", "none", TRUE);
}

static void
screen_reader_cb (gboolean is_on, gpointer user_data)
{
  myna_undo_toasts_set_patient (is_on);
}

static void
myna_application_startup (GApplication *application)
{
  MynaApplication *self = MYNA_APPLICATION (application);
  GDBusConnection *session = g_application_get_dbus_connection (application);
  g_autofree char *sessions = NULL;

  if (session)
    {
      leave_out_late_services (self, session);
      self->screen_reader = myna_screen_reader_new (session, screen_reader_cb, NULL);
    }
  myna_register_resource ();
  G_APPLICATION_CLASS (myna_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (MYNA_APP_ID);

  self->settings = g_settings_new (MYNA_APP_ID);
  g_signal_connect_object (self->settings, "changed::color-scheme", G_CALLBACK (apply_color_scheme), self, G_CONNECT_SWAPPED);
  apply_color_scheme (self);
  follow_text_size (self);
  g_signal_connect_object (self->settings, "changed::code-theme", G_CALLBACK (update_code_theme), self, G_CONNECT_SWAPPED);
  update_code_theme (self);
  sessions = g_build_filename (g_get_user_cache_dir (), MYNA_APP_ID, "sessions", NULL);
  myna_own_tools_read ();
  myna_code_clear_pages ();
  self->servers = myna_servers_new ();
  self->core = myna_core_new (self->settings, sessions);
  self->draft = myna_new_chat_draft_new (self->core);
  if (self->search_provider)
    myna_search_provider_set_core (self->search_provider, self->core);
  self->opener = myna_history_opener_new (application, self->core, self->draft);
  self->notices = myna_reply_notices_new (application, self->core, is_seen, self);
  g_signal_connect_object (self->core, "conversation-busy", G_CALLBACK (update_hold), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (myna_speaker_get_default (), "failed", G_CALLBACK (unread_cb), self, G_CONNECT_SWAPPED);
  if (session)
    follow_shortcut (self, session);
  add_actions (self);
  self->model_share = myna_model_share_new (application, self->core);
  g_signal_connect_after (self, "window-added", G_CALLBACK (windows_changed_cb), NULL);
  g_signal_connect_after (self, "window-removed", G_CALLBACK (windows_changed_cb), NULL);
  myna_window_install_actions ();
}

static gboolean
myna_application_dbus_register (GApplication *application, GDBusConnection *connection, const char *object_path, GError **error)
{
  MynaApplication *self = MYNA_APPLICATION (application);
  g_autofree char *path = g_strconcat (object_path, "/SearchProvider", NULL);

  if (!G_APPLICATION_CLASS (myna_application_parent_class)->dbus_register (application, connection, object_path, error))
    return FALSE;
  self->search_provider = myna_search_provider_new (application, open_kept_store, connection, path, error);

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
  present (MYNA_APPLICATION (application));
}

/* Models are added; other files are to be asked about, with what is there of the question. */
static void
take_files (MynaApplication *self, GSList *files, const char *question)
{
  g_autoptr (GSList) texts = NULL;

  for (GSList *l = files; l; l = l->next)
    if (myna_file_is_model (l->data))
      show_models (self, l->data);
    else
      texts = g_slist_append (texts, l->data);
  if (texts || *question)
    myna_window_ask (present (self), question, texts);
}

static void
myna_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  g_autoptr (GSList) list = NULL;

  for (int i = n_files - 1; i >= 0; i--)
    list = g_slist_prepend (list, files[i]);
  take_files (MYNA_APPLICATION (application), list, "");
}

static int
myna_application_command_line (GApplication *application, GApplicationCommandLine *command_line)
{
  MynaApplication *self = MYNA_APPLICATION (application);
  GVariantDict *options = g_application_command_line_get_options_dict (command_line);
  g_autofree char **words = NULL;
  g_autoptr (GString) question = g_string_new (NULL);
  g_autoslist (GFile) files = NULL;
  gboolean quick = g_variant_dict_contains (options, "ask") || g_variant_dict_contains (options, "ask-selection");

  if (!quick)
    present (self);
  g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&s", &words);
  for (guint i = 0; words && words[i]; i++)
    {
      g_autoptr (GFile) file = g_application_command_line_create_file_for_arg (command_line, words[i]);

      if (!quick && myna_word_is_file (words[i], file))
        files = g_slist_append (files, g_steal_pointer (&file));
      else
        g_string_append_printf (question, "%s%s", question->len ? " " : "", words[i]);
    }
  if (g_variant_dict_contains (options, "ask-selection"))
    myna_quick_window_take_selection (show_quick (self));
  if (quick)
    myna_quick_window_ask (show_quick (self), question->str);
  else if (files || question->len)
    take_files (self, files, question->str);
  else if (g_variant_dict_contains (options, "new-chat"))
    myna_window_new_chat (present (self));

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
  myna_speaker_stop (myna_speaker_get_default ());
  if (self->quick_window)
    gtk_window_destroy (GTK_WINDOW (self->quick_window));
  g_clear_pointer (&self->model_share, myna_model_share_free);
  if (self->core)
    {
      myna_new_chat_draft_save (self->draft);
      myna_core_close (self->core);
    }
  G_APPLICATION_CLASS (myna_application_parent_class)->shutdown (application);
}

static void
myna_application_finalize (GObject *object)
{
  MynaApplication *self = MYNA_APPLICATION (object);

  g_clear_pointer (&self->late_services, myna_late_services_free);
  g_clear_pointer (&self->screen_reader, myna_screen_reader_free);
  g_clear_object (&self->shortcut);
  if (self->text_css)
    gtk_style_context_remove_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (self->text_css));
  g_clear_object (&self->text_css);
  g_clear_pointer (&self->notices, myna_reply_notices_free);
  g_clear_pointer (&self->opener, myna_history_opener_free);
  g_clear_object (&self->draft);
  g_clear_object (&self->core);
  g_clear_object (&self->servers);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (myna_application_parent_class)->finalize (object);
}

static void
myna_application_class_init (MynaApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->finalize = myna_application_finalize;
  application_class->startup = myna_application_startup;
  application_class->dbus_register = myna_application_dbus_register;
  application_class->dbus_unregister = myna_application_dbus_unregister;
  application_class->activate = myna_application_activate;
  application_class->open = myna_application_open;
  application_class->command_line = myna_application_command_line;
  application_class->handle_local_options = myna_application_handle_local_options;
  application_class->shutdown = myna_application_shutdown;
}

static void
myna_application_init (MynaApplication *self)
{
  static const GOptionEntry options[] = {
    { "new-chat", 'n', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_ ("Start a new chat"), NULL },
    { "ask", 'a', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_ ("Ask in a small window"), NULL },
    { "ask-selection", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_ ("Ask about the selected text in a small window"),
      NULL },
    { "version", 'v', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_ ("Show the version and exit"), NULL },
    { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, NULL, NULL, N_ ("[QUESTION] [FILE…]") },
    { NULL }
  };

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

MynaCore *
myna_application_get_core (MynaApplication *self)
{
  g_return_val_if_fail (MYNA_IS_APPLICATION (self), NULL);

  return self->core;
}
