/* myna-preferences-window.c: the application's preferences, and the settings of one conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plain AdwWindow with preferences pages: AdwPreferencesWindow is deprecated in newer versions of libadwaita.
 */
#include "preferences/myna-preferences-window.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/myna-secondary-window.h"
#include "base/spin-words.h"
#include "chat/pair.h"
#include "preferences/card-row.h"
#include "preferences/myna-chat-settings-page.h"
#include "preferences/myna-persona-window.h"
#include "preferences/myna-personas-page.h"
#include "preferences/myna-tools-page.h"

/* ---- Rows bound to a setting ------------------------------------------------------------------------------------ */

static void
add_row (GtkWidget *group, GtkWidget *row, const char *title, const char *subtitle)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle)
    {
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
}

static GtkWidget *
add_switch (GtkWidget *group, GSettings *settings, const char *key, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *toggle = gtk_switch_new ();

  g_settings_bind (settings, key, toggle, "active", G_SETTINGS_BIND_DEFAULT);
  myna_row_add_suffix (row, toggle);
  /* The row's title names the switch, too. */
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  add_row (group, row, title, subtitle);
  return row;
}

static void
add_number (GtkWidget *group, GSettings *settings, const char *key, double minimum, double maximum, double step,
            const char *zero, /* the word for 0, or NULL */
            const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *spin = gtk_spin_button_new_with_range (minimum, maximum, step);

  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  if (zero)
    myna_spin_button_set_word (GTK_SPIN_BUTTON (spin), 0, zero);
  g_settings_bind (settings, key, spin, "value", G_SETTINGS_BIND_DEFAULT);
  myna_row_add_suffix (row, spin);
  add_row (group, row, title, subtitle);
}

/* The settings keep the nick of an enumeration; the row shows words. */
static gboolean
get_choice (GValue *value, GVariant *variant, gpointer nicks)
{
  for (guint i = 0; ((const char **) nicks)[i]; i++)
    {
      if (g_str_equal (((const char **) nicks)[i], g_variant_get_string (variant, NULL)))
        {
          g_value_set_uint (value, i);
          return TRUE;
        }
    }

  return FALSE;
}

static GVariant *
set_choice (const GValue *value, const GVariantType *type, gpointer nicks)
{
  return g_variant_new_string (((const char **) nicks)[g_value_get_uint (value)]);
}

static void
add_choice (GtkWidget *group, GSettings *settings, const char *key, const char **nicks, /* static; as in the schema */
            const char **words, const char *title)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) list = gtk_string_list_new (words);

  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
  g_settings_bind_with_mapping (settings, key, row, "selected", G_SETTINGS_BIND_DEFAULT, get_choice, set_choice, nicks, NULL);
  add_row (group, row, title, NULL);
}

/* The parent does it, after this window has made way. */
static void
act (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (GtkWindow) window = g_object_ref (myna_get_window (widget));
  GtkWindow *parent = gtk_window_get_transient_for (window);
  g_autoptr (GVariant) sunk = parameter ? g_variant_ref_sink (parameter) : NULL;

  gtk_window_destroy (window);
  if (parent)
    gtk_widget_activate_action_variant (GTK_WIDGET (parent), action, sunk);
}

static void
act_cb (GtkWidget *row)
{
  act (row, g_object_get_data (G_OBJECT (row), "action"), NULL);
}

/* A row that opens another window. */
static void
add_door (GtkWidget *group, const char *action, /* static */
          const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  g_object_set_data (G_OBJECT (row), "action", (gpointer) action);
  g_signal_connect (row, "activated", G_CALLBACK (act_cb), NULL);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  add_row (group, row, title, subtitle);
}

/* Whether the program can do this here. */
static gboolean
has_action (const char *name)
{
  GApplication *application = g_application_get_default ();

  return application && g_action_group_has_action (G_ACTION_GROUP (application), name);
}

static GtkWidget *
add_group (GtkWidget *page, const char *title)
{
  GtkWidget *group = myna_group_new (title, NULL);

  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  return group;
}

/* ---- Pages ------------------------------------------------------------------------------------------------------ */

static GtkWidget *
make_general_page (GSettings *settings)
{
  static const char *scheme_nicks[] = { "system", "light", "dark", NULL };
  static const char *key_nicks[] = { "enter", "ctrl-enter", NULL };
  static const char *code_nicks[] = { "adwaita", "classic", "kate", "none", NULL };
  const char *codes[] = { _ ("Follow App"), _ ("Classic"), "Kate", C_ ("colors", "None"), NULL };
  const char *schemes[] = { _ ("Follow System"), _ ("Light"), _ ("Dark"), NULL };
  const char *keys[] = { _ ("Enter"), _ ("Ctrl and Enter"), NULL };
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group;

  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (page), _ ("General"));
  adw_preferences_page_set_icon_name (ADW_PREFERENCES_PAGE (page), "preferences-system-symbolic");
  group = add_group (page, _ ("Appearance"));
  add_choice (group, settings, "color-scheme", scheme_nicks, schemes, _ ("Style"));
  add_choice (group, settings, "code-theme", code_nicks, codes, _ ("Code Color Scheme"));
  add_number (group, settings, "text-size", 60, 300, 10, NULL, _ ("Text Size"), _ ("In chats, in percent"));
  group = add_group (page, _ ("Writing"));
  add_choice (group, settings, "send-key", key_nicks, keys, _ ("Send With"));
  add_switch (group, settings, "format-questions", _ ("Format Questions"), _ ("Show Markdown in your own messages formatted"));
  group = add_group (page, _ ("Replies"));
  add_switch (group, settings, "notifications", _ ("Notifications"), _ ("Notify when a reply finishes in the background"));
  add_switch (group, settings, "run-in-background", _ ("Finish in the Background"),
              _ ("Keep generating after the window is closed"));
  group = add_group (page, _ ("Quick Questions"));
  if (has_action ("ask-shortcut"))
    add_switch (group, settings, "ask-shortcut", _ ("Global Shortcut"),
                _ ("A key that opens the small window from anywhere, while Myna is open"));
  else
    add_row (group, adw_action_row_new (), _ ("Global Shortcut"),
             _ ("In the settings of the desktop, give a key the command “myna --ask”"));
  add_switch (group, settings, "ask-temporary", _ ("Temporary Chats"), _ ("Do not save quick questions and their replies"));
  group = add_group (page, _ ("Chats"));
  add_switch (group, settings, "search-thoughts", _ ("Search in Thoughts"),
              _ ("Also find what models thought before answering"));
  add_number (group, settings, "bin-days", 0, 3650, 1, C_ ("days", "Never"), _ ("Delete From Trash After"),
              _ ("Days that deleted chats can be restored"));
  add_door (group, "win.show-backups", _ ("Backups"), _ ("View and restore backups"));
  add_door (group, "win.import-chats", _ ("Import Chats"), _ ("From Myna, ChatGPT, Claude and others"));
  add_door (group, "win.export-all", _ ("Export All Chats"), NULL);

  return page;
}

/* Why it is not possible is said here. */
static void
share_word_cb (AdwActionRow *row, const char *name, GVariant *word)
{
  adw_action_row_set_subtitle (row, g_variant_get_string (word, NULL));
}

/* Without libsoup there is no server. */
static void
add_share (GtkWidget *page, GSettings *settings)
{
  GActionGroup *actions = G_ACTION_GROUP (g_application_get_default ());
  g_autoptr (GVariant) word = has_action ("share-word") ? g_action_group_get_action_state (actions, "share-word") : NULL;
  GtkWidget *row;

  if (!word)
    return;
  row = add_switch (add_group (page, _ ("Other Programs")), settings, "share-model",
                    _ ("Let Other Programs on This Computer Use the Model"), g_variant_get_string (word, NULL));
  g_signal_connect_object (actions, "action-state-changed::share-word", G_CALLBACK (share_word_cb), row, G_CONNECT_SWAPPED);
}

static GtkWidget *
make_computer_page (GSettings *settings, MynaCards *cards)
{
  GtkWidget *page = adw_preferences_page_new ();
  g_autofree char *cores =
      g_strdup_printf (ngettext ("Automatic uses the %d physical core of this computer",
                                 "Automatic uses all %d physical cores of this computer", glm_cpu_count ()),
                       glm_cpu_count ());
  GtkWidget *group;

  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (page), _ ("System"));
  adw_preferences_page_set_icon_name (ADW_PREFERENCES_PAGE (page), "computer-symbolic");
  group = add_group (page, _ ("Memory"));
  add_switch (group, settings, "memory-guard", _ ("Warn About Large Models"),
              _ ("Ask before loading a model that does not fit into free memory"));
  add_number (group, settings, "idle-unload-minutes", 0, 1440, 5, C_ ("minutes", "Never"), _ ("Unload Model When Idle"),
              _ ("Minutes of idle time. The model is loaded again when needed"));
  add_number (group, settings, "context-length", 0, 1048576, 1024, _ ("Automatic"), _ ("Context Length"),
              _ ("In tokens. Longer contexts need more memory"));
  group = add_group (page, _ ("Processor"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), myna_card_row_new (cards));
  add_number (group, settings, "threads", 0, 256, 1, _ ("Automatic"), _ ("Cores"), cores);
  add_share (page, settings);

  return page;
}

/* ---- Windows ---------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_window (GtkWindow *parent, const char *title, GtkWidget *title_widget, GtkWidget *content)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  myna_secondary_window_add_keys (window);
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

/* ---- Personas --------------------------------------------------------------------------------------------------- */

/* What the page needs is a pair of the models and the conversation; NULL: its settings are those of all. */

static void
save_as_persona_cb (MynaChatSettingsPage *page, MynaPair *context)
{
  const char *model = context->subject ? myna_conversation_get_model (context->subject) : NULL;
  g_autoptr (MynaPersona) start = myna_persona_new (_ ("New persona"), myna_chat_settings_page_get_json (page), model);

  gtk_window_present (GTK_WINDOW (myna_persona_window_new (myna_get_window (page), context->owner, start)));
}

/* Its model, too, where this computer has it. */
static void
persona_chosen_cb (MynaChatSettingsPage *page, MynaPersona *persona, MynaPair *context)
{
  const char *model = myna_persona_get_model (persona);
  MynaModelEntry *entry = model ? myna_model_library_find_like (context->owner, model) : NULL;

  if (context->subject && entry)
    myna_conversation_set_model (context->subject, myna_model_entry_get_path (entry));
}

static void
connect_personas (GtkWidget *page, MynaModelLibrary *models, MynaConversation *conversation)
{
  MynaPair *context = myna_pair_new (models, conversation ? g_object_ref (conversation) : NULL, g_object_unref);

  g_signal_connect (page, "persona-chosen", G_CALLBACK (persona_chosen_cb), context);
  g_signal_connect_data (page, "save-as-persona", G_CALLBACK (save_as_persona_cb), context,
                         (GClosureNotify) (void (*) (void)) myna_pair_free, 0);
}

/* ---- The two windows -------------------------------------------------------------------------------------------- */

static void
defaults_changed_cb (MynaChatSettingsPage *page, GSettings *settings)
{
  g_autofree char *before = g_settings_get_string (settings, "chat-settings");
  /* The tools are chosen elsewhere. */
  g_autofree char *json = myna_chat_settings_dup_with_tools (myna_chat_settings_page_get_json (page), before);

  g_settings_set_string (settings, "chat-settings", json ? json : "");
}

static void
open_call_cb (GtkWidget *page, gint64 conversation_id, gint64 message_id)
{
  act (page, "app.open-message", g_variant_new ("(xx)", conversation_id, message_id));
}

GtkWidget *
myna_preferences_window_new (GtkWindow *parent, GSettings *settings, MynaModelLibrary *models, MynaCards *cards, StoreDb *store)
{
  GtkWidget *stack = adw_view_stack_new ();
  GtkWidget *switcher = adw_view_switcher_new ();
  GtkWidget *tools = myna_tools_page_new (settings, store);
  GtkWidget *answers = myna_chat_settings_page_new (MYNA_CHAT_SETTINGS_OF_ALL, NULL);
  g_autofree char *json = g_settings_get_string (settings, "chat-settings");
  GlmActorLoadOptions options;
  GlmSampling sampling;
  struct
  {
    GtkWidget *page;
    const char *name;
  } pages[] = { { make_general_page (settings), "general" },
                { answers, "answers" },
                { myna_personas_page_new (models), "personas" },
                { tools, "tools" },
                { make_computer_page (settings, cards), "computer" } };

  myna_model_library_get_fallback (models, NULL, &sampling, &options);
  connect_personas (answers, models, NULL);
  myna_chat_settings_page_set_fallback (MYNA_CHAT_SETTINGS_PAGE (answers), &sampling, &options, NULL);
  myna_chat_settings_page_set_json (MYNA_CHAT_SETTINGS_PAGE (answers), json);
  g_signal_connect_object (answers, "changed", G_CALLBACK (defaults_changed_cb), settings, 0);
  g_signal_connect (tools, "open", G_CALLBACK (open_call_cb), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    adw_view_stack_add_titled_with_icon (ADW_VIEW_STACK (stack), pages[i].page, pages[i].name,
                                         adw_preferences_page_get_title (ADW_PREFERENCES_PAGE (pages[i].page)),
                                         adw_preferences_page_get_icon_name (ADW_PREFERENCES_PAGE (pages[i].page)));
  adw_view_switcher_set_stack (ADW_VIEW_SWITCHER (switcher), ADW_VIEW_STACK (stack));
  adw_view_switcher_set_policy (ADW_VIEW_SWITCHER (switcher), ADW_VIEW_SWITCHER_POLICY_NARROW);

  return make_window (parent, _ ("Preferences"), switcher, stack);
}

static void
conversation_changed_cb (MynaChatSettingsPage *page, MynaConversation *conversation)
{
  g_autofree char *json = myna_chat_settings_dup_with_tools (myna_chat_settings_page_get_json (page),
                                                             myna_conversation_get_settings (conversation));

  myna_conversation_set_settings (conversation, json);
}

GtkWidget *
myna_chat_settings_window_new (GtkWindow *parent, MynaConversation *conversation, MynaModelLibrary *models)
{
  GtkWidget *page = myna_chat_settings_page_new (MYNA_CHAT_SETTINGS_OF_CHAT, NULL);
  g_autofree char *system_prompt = NULL;
  GlmActorLoadOptions options;
  GlmSampling sampling;

  myna_model_library_get_fallback (models, myna_conversation_get_model (conversation), &sampling, &options);
  connect_personas (page, models, conversation);
  myna_chat_settings_resolve (NULL, &sampling, &system_prompt);
  myna_chat_settings_page_set_fallback (MYNA_CHAT_SETTINGS_PAGE (page), &sampling, &options, system_prompt);
  myna_chat_settings_page_set_json (MYNA_CHAT_SETTINGS_PAGE (page), myna_conversation_get_settings (conversation));
  g_signal_connect_object (page, "changed", G_CALLBACK (conversation_changed_cb), conversation, 0);

  return make_window (parent, _ ("Chat Settings"), NULL, page);
}
