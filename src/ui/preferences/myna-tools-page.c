/* myna-tools-page.c: tools of new chats, what the person allowed, and what was run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/myna-tools-page.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/myna-banner.h"
#include "base/ui-compat.h"
#include "chat/myna-chat-settings.h"
#include "chat/myna-servers.h"
#include "chat/myna-tool-offer.h"
#include "chat/tool-rules.h"
#include "chat/tool-words.h"
#include "preferences/myna-servers-group.h"
#include "preferences/own-tools-group.h"

#define STEP 20 /* calls that are shown at once */

struct _MynaToolsPage
{
  AdwPreferencesPage parent_instance;

  GSettings *settings;
  StoreDb *store; /* NULL: none */
  GCancellable *cancellable;
  GCancellable *listing;   /* of the permissions; NULL: none */
  GCancellable *searching; /* NULL: nothing is read */
  guint n_wanted;          /* calls to be shown */

  GtkWidget *banner;
  GtkWidget *servers; /* MynaServersGroup */
  GtkWidget *own;     /* MynaOwnToolsGroup; NULL: there can be none */
  GPtrArray *asks;    /* GtkSwitch: of tools that need no permission, whether they ask all the same */
  GtkWidget *rules;   /* GtkListBox */
  GtkWidget *no_rules;
  GtkWidget *search;
  GtkWidget *calls; /* GtkListBox */
  GtkWidget *no_calls;
  GtkWidget *more;
  gboolean updating;
};

enum
{
  OPEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaToolsPage, myna_tools_page, ADW_TYPE_PREFERENCES_PAGE)

/* The window may have been closed meanwhile, and the banner with it. */
static void
show_problem (MynaToolsPage *self, const char *title, const GError *error)
{
  if (self->banner && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    myna_banner_show_error (MYNA_BANNER (self->banner), title, error);
}

static GtkWidget *
new_switch (GtkWidget *row, const char *tool)
{
  GtkWidget *toggle = gtk_switch_new ();

  g_object_set_data_full (G_OBJECT (toggle), "tool", g_strdup (tool), g_free);
  myna_row_add_suffix (row, toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  return toggle;
}

/* ---- New chats -------------------------------------------------------------------------------------------------- */

static void
offered_cb (MynaToolsPage *self, GParamSpec *pspec, GtkSwitch *toggle)
{
  g_autofree char *before = g_settings_get_string (self->settings, "chat-settings");
  g_autofree char *after =
      myna_tools_dup_settings (before, g_object_get_data (G_OBJECT (toggle), "tool"), gtk_switch_get_active (toggle));

  g_settings_set_string (self->settings, "chat-settings", after ? after : "");
}

static GtkWidget *
new_defaults (MynaToolsPage *self)
{
  GtkWidget *group =
      myna_group_new (_ ("In New Chats"),
                      _ ("What a model may use, if it was trained to use tools. Each chat can choose otherwise."));
  g_autofree char *json = g_settings_get_string (self->settings, "chat-settings");
  g_auto (GStrv) on = myna_chat_settings_resolve_tools (json);

  for (guint i = 0; i < tool_get_n_tools (); i++)
    {
      const char *name = tool_get_name (tool_get (i));
      g_autofree char *title = myna_tool_dup_title (name);
      GtkWidget *row, *toggle;

      /* Tools of servers are chosen chat by chat: not every chat should offer them. */
      if (!myna_tool_is_chosen (name) || tool_get_class (tool_get (i)) == TOOL_CLASS_OUTSIDE)
        continue;
      row = myna_row_new (title, myna_tool_get_purpose (name));
      toggle = new_switch (row, name);
      gtk_switch_set_active (GTK_SWITCH (toggle), on && g_strv_contains ((const char *const *) on, name));
      g_signal_connect_swapped (toggle, "notify::active", G_CALLBACK (offered_cb), self);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  return group;
}

/* ---- Permissions ------------------------------------------------------------------------------------------------ */

static void read_rules (MynaToolsPage *self);

static void
rule_set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaToolsPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!store_finish (STORE_DB (source), result, &error))
    show_problem (self, _ ("The permission could not be changed"), error);
  read_rules (self);
}

static void
set_rule (MynaToolsPage *self, const char *tool, gint64 conversation_id, StoreRule value)
{
  if (self->store)
    myna_tool_rule_set_async (self->store, tool, conversation_id, value, self->cancellable, rule_set_cb, g_object_ref (self));
}

static void
remove_cb (GtkWidget *button, MynaToolsPage *self)
{
  const StoreToolRule *rule = g_object_get_data (G_OBJECT (button), "rule");

  set_rule (self, rule->tool, rule->conversation_id, STORE_RULE_NONE);
}

static void
add_rule (MynaToolsPage *self, const StoreToolRule *rule, GHashTable *titles)
{
  g_autofree char *title = myna_tool_dup_title (rule->tool);
  g_autofree char *text = myna_tool_rule_describe (rule, g_hash_table_lookup (titles, &rule->conversation_id));
  GtkWidget *row = myna_row_new (title, text);
  GtkWidget *button = gtk_button_new_with_label (_ ("Remove"));
  /* Translators: what a screen reader says of the button that removes a permission: the tool, and what it may do */
  g_autofree char *spoken = g_strdup_printf (_ ("Remove: %s, %s"), title, text);

  myna_button_set_spoken_name (button, spoken);
  g_object_set_data_full (G_OBJECT (button), "rule", store_tool_rule_copy (rule), (GDestroyNotify) store_tool_rule_free);
  g_signal_connect (button, "clicked", G_CALLBACK (remove_cb), self);
  myna_row_add_suffix (row, button);
  gtk_list_box_append (GTK_LIST_BOX (self->rules), row);
}

/* The switch of the tool, where it has one. */
static GtkSwitch *
find_ask (MynaToolsPage *self, const char *tool)
{
  for (guint i = 0; i < self->asks->len; i++)
    if (g_str_equal (g_object_get_data (g_ptr_array_index (self->asks, i), "tool"), tool))
      return g_ptr_array_index (self->asks, i);
  return NULL;
}

/* What a switch says is not on the list. */
static gboolean
is_listed (MynaToolsPage *self, const StoreToolRule *rule)
{
  return rule->conversation_id || rule->rule != STORE_RULE_ASK || !find_ask (self, rule->tool);
}

static void
update_asks (MynaToolsPage *self, GPtrArray *rules)
{
  self->updating = TRUE;
  for (guint i = 0; i < self->asks->len; i++)
    gtk_switch_set_active (g_ptr_array_index (self->asks, i), FALSE);
  for (guint i = 0; i < rules->len; i++)
    if (!is_listed (self, g_ptr_array_index (rules, i)))
      gtk_switch_set_active (find_ask (self, ((const StoreToolRule *) g_ptr_array_index (rules, i))->tool), TRUE);
  self->updating = FALSE;
}

static void
rules_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaToolsPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) titles = NULL;
  g_autoptr (GPtrArray) rules = myna_tool_rules_list_finish (result, &titles, &error);
  guint n = 0;

  if (error)
    show_problem (self, _ ("The permissions could not be read"), error);
  if (!rules || !self->banner)
    return;
  update_asks (self, rules);
  myna_servers_group_set_rules (MYNA_SERVERS_GROUP (self->servers), rules);
  if (self->own)
    myna_own_tools_group_set_rules (MYNA_OWN_TOOLS_GROUP (self->own), rules);
  myna_list_clear (self->rules);
  for (guint i = 0; i < rules->len; i++)
    if (is_listed (self, g_ptr_array_index (rules, i)))
      {
        add_rule (self, g_ptr_array_index (rules, i), titles);
        n++;
      }
  gtk_widget_set_visible (self->rules, n > 0);
  gtk_widget_set_visible (self->no_rules, n == 0);
}

static void
read_rules (MynaToolsPage *self)
{
  g_cancellable_cancel (self->listing);
  g_clear_object (&self->listing);
  self->listing = g_cancellable_new ();
  if (self->store && !g_cancellable_is_cancelled (self->cancellable))
    myna_tool_rules_list_async (self->store, self->listing, rules_read_cb, g_object_ref (self));
}

static void
ask_switched_cb (MynaToolsPage *self, GParamSpec *pspec, GtkSwitch *toggle)
{
  if (!self->updating)
    set_rule (self, g_object_get_data (G_OBJECT (toggle), "tool"), 0,
              gtk_switch_get_active (toggle) ? STORE_RULE_ASK : STORE_RULE_NONE);
}

static GtkWidget *
new_asks (MynaToolsPage *self)
{
  GtkWidget *group = myna_group_new (
      _ ("Ask Each Time"),
      _ ("These read nothing of yours and run at once, unless you want to be asked. Tools that read your texts always ask once in "
         "a chat."));

  for (guint i = 0; i < tool_get_n_tools (); i++)
    {
      const char *name = tool_get_name (tool_get (i));
      g_autofree char *title = myna_tool_dup_title (name);
      GtkWidget *row, *toggle;

      if (!myna_tool_is_chosen (name) || tool_get_class (tool_get (i)) != TOOL_CLASS_PURE)
        continue;
      row = myna_row_new (title, "");
      toggle = new_switch (row, name);
      g_ptr_array_add (self->asks, toggle);
      g_signal_connect_swapped (toggle, "notify::active", G_CALLBACK (ask_switched_cb), self);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  gtk_widget_set_sensitive (group, self->store && !store_is_read_only (self->store));
  return group;
}

/* ---- Servers ---------------------------------------------------------------------------------------------------- */

static void
problem_cb (MynaToolsPage *self, const char *title, const GError *error)
{
  show_problem (self, title, error);
}

static GtkWidget *
new_servers (MynaToolsPage *self)
{
  self->servers = myna_servers_group_new (self->store);
  g_signal_connect_object (self->servers, "rules-changed", G_CALLBACK (read_rules), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->servers, "problem", G_CALLBACK (problem_cb), self, G_CONNECT_SWAPPED);
  return self->servers;
}

static GtkWidget *
new_own (MynaToolsPage *self)
{
  self->own = myna_own_tools_group_new (self->store);
  g_signal_connect_object (self->own, "rules-changed", G_CALLBACK (read_rules), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->own, "problem", G_CALLBACK (problem_cb), self, G_CONNECT_SWAPPED);
  return self->own;
}

/* ---- What was run ----------------------------------------------------------------------------------------------- */

static void
call_activated_cb (MynaToolsPage *self, GtkListBoxRow *row)
{
  const StoreMessage *message = g_object_get_data (G_OBJECT (row), "message");

  g_signal_emit (self, signals[OPEN], 0, message->conversation_id, message->id);
}

static void
add_call (MynaToolsPage *self, const StoreMessage *message)
{
  g_autofree char *summary = myna_call_dup_summary (message->call);
  g_autofree char *text = myna_call_dup_entry (message);
  GtkWidget *row = myna_row_new (summary, text);

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "message", store_message_copy (message), (GDestroyNotify) store_message_free);
  gtk_list_box_append (GTK_LIST_BOX (self->calls), row);
}

static void
calls_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaToolsPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) calls = store_finish_list (STORE_DB (source), result, &error);
  const char *none;

  if (error)
    show_problem (self, _ ("The log of runs could not be read"), error);
  if (!calls || !self->banner)
    return;
  myna_list_clear (self->calls);
  for (guint i = 0; i < MIN (calls->len, self->n_wanted); i++)
    add_call (self, g_ptr_array_index (calls, i));
  none = *gtk_editable_get_text (GTK_EDITABLE (self->search)) ? _ ("No matching runs.") : _ ("Nothing was run yet.");
  gtk_label_set_label (GTK_LABEL (self->no_calls), none);
  gtk_widget_set_visible (self->calls, calls->len > 0);
  gtk_widget_set_visible (self->no_calls, calls->len == 0);
  gtk_widget_set_visible (self->more, calls->len > self->n_wanted);
}

static void
read_calls (MynaToolsPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  if (!self->store)
    return;
  self->searching = g_cancellable_new ();
  /* One more than is shown tells whether there are more. */
  store_list_calls_async (self->store, *text ? text : NULL, self->n_wanted + 1, self->searching, calls_read_cb,
                          g_object_ref (self));
}

static void
search_changed_cb (MynaToolsPage *self)
{
  self->n_wanted = STEP;
  read_calls (self);
}

static void
more_clicked_cb (MynaToolsPage *self)
{
  self->n_wanted += STEP;
  read_calls (self);
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_rules (MynaToolsPage *self)
{
  GtkWidget *group = myna_group_new (_ ("Permissions You Gave"), NULL);

  self->rules = myna_list_new (_ ("Permissions You Gave"));
  gtk_widget_set_visible (self->rules, FALSE);
  self->no_rules = myna_long_label_new (_ ("None. Tools that read your texts ask first, once in each chat."), "dim-label");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->rules);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->no_rules);
  return group;
}

static GtkWidget *
new_calls (MynaToolsPage *self)
{
  GtkWidget *group = myna_group_new (_ ("What Was Run"), NULL);

  self->search = gtk_search_entry_new ();
  gtk_widget_set_margin_bottom (self->search, 12);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Search what was run"), -1);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (search_changed_cb), self);
  self->calls = myna_list_new (_ ("What Was Run"));
  gtk_widget_set_visible (self->calls, FALSE);
  g_signal_connect_swapped (self->calls, "row-activated", G_CALLBACK (call_activated_cb), self);
  self->no_calls = myna_long_label_new (_ ("Nothing was run yet."), "dim-label");
  self->more = gtk_button_new_with_label (_ ("Show More"));
  gtk_widget_set_halign (self->more, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_top (self->more, 12);
  gtk_widget_set_visible (self->more, FALSE);
  g_signal_connect_swapped (self->more, "clicked", G_CALLBACK (more_clicked_cb), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->search);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->calls);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->no_calls);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->more);
  return group;
}

static void
myna_tools_page_dispose (GObject *object)
{
  MynaToolsPage *self = MYNA_TOOLS_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->listing);
  g_cancellable_cancel (self->searching);
  g_clear_object (&self->listing);
  g_clear_object (&self->searching);
  g_clear_object (&self->settings);
  g_clear_object (&self->store);
  self->banner = NULL;
  G_OBJECT_CLASS (myna_tools_page_parent_class)->dispose (object);
}

static void
myna_tools_page_finalize (GObject *object)
{
  MynaToolsPage *self = MYNA_TOOLS_PAGE (object);

  g_clear_object (&self->cancellable);
  g_ptr_array_unref (self->asks);
  G_OBJECT_CLASS (myna_tools_page_parent_class)->finalize (object);
}

static void
myna_tools_page_class_init (MynaToolsPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_tools_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_tools_page_finalize;
  signals[OPEN] = g_signal_new ("open", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                G_TYPE_INT64, G_TYPE_INT64);
}

static void
myna_tools_page_init (MynaToolsPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->asks = g_ptr_array_new ();
  self->n_wanted = STEP;
  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (self), _ ("Tools"));
  adw_preferences_page_set_icon_name (ADW_PREFERENCES_PAGE (self), "myna-tools-symbolic");
}

GtkWidget *
myna_tools_page_new (GSettings *settings, StoreDb *store)
{
  MynaToolsPage *self = g_object_new (MYNA_TYPE_TOOLS_PAGE, NULL);
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (self);
  GtkWidget *defaults;

  self->settings = g_object_ref (settings);
  self->store = store ? g_object_ref (store) : NULL;
  defaults = new_defaults (self);
  self->banner = myna_banner_new ();
  gtk_widget_set_margin_top (self->banner, 12);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (defaults), self->banner);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (defaults));
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (new_servers (self)));
  if (myna_servers_are_possible ())
    adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (new_own (self)));
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (new_asks (self)));
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (new_rules (self)));
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (new_calls (self)));
  read_rules (self);
  read_calls (self);
  return GTK_WIDGET (self);
}
