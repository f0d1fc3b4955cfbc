/* myna-preferences-window.c: the application's preferences, and the settings of one conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plain AdwWindow with preferences pages: AdwPreferencesWindow is deprecated in newer versions of libadwaita.
 */
#include "preferences/myna-preferences-window.h"

#include <glib/gi18n.h>

#include "preferences/myna-chat-settings-page.h"

/* ---- Rows bound to a setting -------------------------------------------------------------------------------------- */

static void
add_row (GtkWidget  *group,
         GtkWidget  *row,
         const char *title,
         const char *subtitle)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle) {
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
    adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
}

static void
add_switch (GtkWidget  *group,
            GSettings  *settings,
            const char *key,
            const char *title,
            const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *toggle = gtk_switch_new ();

  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_settings_bind (settings, key, toggle, "active", G_SETTINGS_BIND_DEFAULT);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  add_row (group, row, title, subtitle);
}

static void
add_number (GtkWidget  *group,
            GSettings  *settings,
            const char *key,
            double      maximum,
            double      step,
            const char *title,
            const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *spin = gtk_spin_button_new_with_range (0, maximum, step);

  gtk_widget_set_valign (spin, GTK_ALIGN_CENTER);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_settings_bind (settings, key, spin, "value", G_SETTINGS_BIND_DEFAULT);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), spin);
  add_row (group, row, title, subtitle);
}

/* The settings keep the nick of an enumeration; the row shows words. */
static gboolean
get_choice (GValue   *value,
            GVariant *variant,
            gpointer  nicks)
{
  for (guint i = 0; ((const char **) nicks)[i]; i++) {
    if (g_str_equal (((const char **) nicks)[i], g_variant_get_string (variant, NULL))) {
      g_value_set_uint (value, i);
      return TRUE;
    }
  }

  return FALSE;
}

static GVariant *
set_choice (const GValue       *value,
            const GVariantType *type,
            gpointer            nicks)
{
  return g_variant_new_string (((const char **) nicks)[g_value_get_uint (value)]);
}

static void
add_choice (GtkWidget   *group,
            GSettings   *settings,
            const char  *key,
            const char **nicks,         /* static; as in the schema */
            const char **words,
            const char  *title)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) list = gtk_string_list_new (words);

  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
  g_settings_bind_with_mapping (settings, key, row, "selected", G_SETTINGS_BIND_DEFAULT, get_choice, set_choice, nicks,
                                NULL);
  add_row (group, row, title, NULL);
}

static GtkWidget *
add_group (GtkWidget  *page,
           const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));

  return group;
}

/* ---- Pages -------------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_general_page (GSettings *settings)
{
  static const char *scheme_nicks[] = { "system", "light", "dark", NULL };
  static const char *key_nicks[] = { "enter", "ctrl-enter", NULL };
  const char *schemes[] = { _("As the system"), _("Light"), _("Dark"), NULL };
  const char *keys[] = { _("Enter"), _("Ctrl and Enter"), NULL };
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group;

  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (page), _("General"));
  adw_preferences_page_set_icon_name (ADW_PREFERENCES_PAGE (page), "preferences-system-symbolic");
  group = add_group (page, _("Appearance"));
  add_choice (group, settings, "color-scheme", scheme_nicks, schemes, _("Style"));
  add_number (group, settings, "text-size", 300, 10, _("Text size"), _("Of the conversations, in percent"));
  group = add_group (page, _("Writing"));
  add_choice (group, settings, "send-key", key_nicks, keys, _("Key that sends the message"));
  group = add_group (page, _("Replies"));
  add_switch (group, settings, "notifications", _("Notifications"),
              _("Tell when a reply is finished and the window is not in front"));
  add_switch (group, settings, "run-in-background", _("Finish in the background"),
              _("Write a reply to its end after the window was closed"));
  group = add_group (page, _("History"));
  add_number (group, settings, "bin-days", 3650, 1, _("Days in the bin"),
              _("Deleted chats can be restored for this long. 0: always"));

  return page;
}

static GtkWidget *
make_computer_page (GSettings *settings)
{
  GtkWidget *page = adw_preferences_page_new ();
  g_autofree char *cores = g_strdup_printf (ngettext ("0: the %d physical core of this computer",
                                                      "0: all %d physical cores of this computer", glm_cpu_count ()),
                                            glm_cpu_count ());
  GtkWidget *group;

  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (page), _("Computer"));
  adw_preferences_page_set_icon_name (ADW_PREFERENCES_PAGE (page), "computer-symbolic");
  group = add_group (page, _("Memory"));
  add_switch (group, settings, "memory-guard", _("Warn of models that are too large"),
              _("Ask before loading one that does not fit the free memory"));
  add_number (group, settings, "idle-unload-minutes", 1440, 5, _("Give the memory back after"),
              _("Minutes without a question. The model is loaded again when needed. 0: never"));
  add_number (group, settings, "context-length", 1048576, 1024, _("Length of a conversation"),
              _("Tokens that the model keeps in mind; more need more memory. 0: what suits the model"));
  group = add_group (page, _("Processor"));
  add_number (group, settings, "threads", 256, 1, _("Cores"), cores);

  return page;
}

/* ---- Windows ------------------------------------------------------------------------------------------------------ */

static GtkWidget *
make_window (GtkWindow  *parent,
             const char *title,
             GtkWidget  *title_widget,
             GtkWidget  *content)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_window_set_default_size (GTK_WINDOW (window), 620, 660);
  if (title_widget)
    adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), title_widget);
  gtk_box_append (GTK_BOX (box), header);
  gtk_widget_set_vexpand (content, TRUE);
  gtk_box_append (GTK_BOX (box), content);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                                                          gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (window, shortcuts);

  return window;
}

static void
get_sampling (MynaModelLibrary *models,
              GlmSampling      *ret_sampling)
{
  const GlmSampling *sampling = glm_actor_get_default_sampling (myna_model_library_get_actor (models));

  *ret_sampling = sampling ? *sampling
                           : (GlmSampling) { .temperature = 0.8f, .top_p = 0.8f, .repetition_penalty = 1 };
}

static void
defaults_changed_cb (MynaChatSettingsPage *page,
                     GParamSpec           *pspec,
                     GSettings            *settings)
{
  const char *json = myna_chat_settings_page_get_json (page);

  g_settings_set_string (settings, "chat-settings", json ? json : "");
}

GtkWidget *
myna_preferences_window_new (GtkWindow        *parent,
                             GSettings        *settings,
                             MynaModelLibrary *models)
{
  GtkWidget *stack = adw_view_stack_new ();
  GtkWidget *switcher = adw_view_switcher_new ();
  GtkWidget *answers = myna_chat_settings_page_new ();
  g_autofree char *json = g_settings_get_string (settings, "chat-settings");
  GlmSampling sampling;
  struct
  {
    GtkWidget *page;
    const char *name;
  } pages[] = { { make_general_page (settings), "general" },
                { answers, "answers" },
                { make_computer_page (settings), "computer" } };

  get_sampling (models, &sampling);
  myna_chat_settings_page_set_fallback (MYNA_CHAT_SETTINGS_PAGE (answers), &sampling, NULL);
  myna_chat_settings_page_set_json (MYNA_CHAT_SETTINGS_PAGE (answers), json);
  g_signal_connect_object (answers, "notify::json", G_CALLBACK (defaults_changed_cb), settings, 0);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    adw_view_stack_add_titled_with_icon (
      ADW_VIEW_STACK (stack), pages[i].page, pages[i].name,
      adw_preferences_page_get_title (ADW_PREFERENCES_PAGE (pages[i].page)),
      adw_preferences_page_get_icon_name (ADW_PREFERENCES_PAGE (pages[i].page)));
  adw_view_switcher_set_stack (ADW_VIEW_SWITCHER (switcher), ADW_VIEW_STACK (stack));
  adw_view_switcher_set_policy (ADW_VIEW_SWITCHER (switcher), ADW_VIEW_SWITCHER_POLICY_NARROW);

  return make_window (parent, _("Preferences"), switcher, stack);
}

static void
conversation_changed_cb (MynaChatSettingsPage *page,
                         GParamSpec           *pspec,
                         MynaConversation     *conversation)
{
  myna_conversation_set_settings (conversation, myna_chat_settings_page_get_json (page));
}

GtkWidget *
myna_chat_settings_window_new (GtkWindow        *parent,
                               MynaConversation *conversation,
                               MynaModelLibrary *models)
{
  GtkWidget *page = myna_chat_settings_page_new ();
  g_autofree char *system_prompt = NULL;
  GlmSampling sampling;

  get_sampling (models, &sampling);
  myna_chat_settings_resolve (NULL, &sampling, &system_prompt);
  myna_chat_settings_page_set_fallback (MYNA_CHAT_SETTINGS_PAGE (page), &sampling, system_prompt);
  myna_chat_settings_page_set_json (MYNA_CHAT_SETTINGS_PAGE (page), myna_conversation_get_settings (conversation));
  g_signal_connect_object (page, "notify::json", G_CALLBACK (conversation_changed_cb), conversation, 0);

  return make_window (parent, _("Chat Settings"), NULL, page);
}
