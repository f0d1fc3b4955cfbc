/* myna-server-window.c: a new server of tools
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command is taken apart here and shown word by word: no shell ever reads it.  Nothing runs before the person starts it.
 */
#include "preferences/myna-server-window.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/dialog-header.h"
#include "base/myna-banner.h"
#include "base/myna-secondary-window.h"
#include "chat/myna-problem.h"
#include "chat/myna-servers.h"

struct _MynaServerWindow
{
  AdwWindow parent_instance;

  ToolServers *servers;

  GtkWidget *banner;
  GtkWidget *name;
  GtkWidget *command;
  GtkWidget *words; /* GtkLabel: the command, a word a line */
  GtkWidget *folder;
  GtkWidget *variables;     /* GtkTextView */
  GtkWidget *box, *network; /* GtkSwitch: it runs in a sandbox, with the network */
  GtkWidget *box_row;
  GtkWidget *add;
};

G_DEFINE_FINAL_TYPE (MynaServerWindow, myna_server_window, ADW_TYPE_WINDOW)

static const char *
get_text (GtkWidget *row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static char *
dup_variables (MynaServerWindow *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->variables));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static void
refuse (MynaServerWindow *self, const char *text)
{
  myna_banner_show (MYNA_BANNER (self->banner), _ ("The server could not be added"), text, NULL, NULL, NULL, NULL);
}

static gboolean
is_taken (MynaServerWindow *self, const char *name)
{
  GListModel *list = tool_servers_get_list (self->servers);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ToolServer) server = g_list_model_get_item (list, i);

      if (g_str_equal (tool_server_get_config (server)->name, name))
        return TRUE;
    }
  return FALSE;
}

static void
add_cb (MynaServerWindow *self)
{
  g_autoptr (ToolServerConfig) config = g_new0 (ToolServerConfig, 1);
  g_autofree char *variables = dup_variables (self);
  g_autofree char *folder = g_strstrip (g_strdup (get_text (self->folder)));
  g_autofree char *wrong = NULL;
  g_autofree char *text = NULL;
  g_autofree char *problem = NULL;
  g_autoptr (GError) error = NULL;

  config->name = g_strstrip (g_strdup (get_text (self->name)));
  config->folder = tool_expand_home (folder);
  if (!*config->folder)
    g_clear_pointer (&config->folder, g_free);
  config->command = myna_server_parse_command (get_text (self->command));
  config->environment = myna_server_parse_variables (variables, &wrong);
  config->in_box = gtk_switch_get_active (GTK_SWITCH (self->box));
  config->no_network = !gtk_switch_get_active (GTK_SWITCH (self->network));
  if (wrong)
    /* Translators: %s is a line that the person typed */
    text = g_strdup_printf (_ ("“%s” is not a variable. Write NAME=VALUE."), wrong);
  else if (is_taken (self, config->name))
    text = g_strdup (_ ("There is already a server with this name."));
  else if (config->folder && !g_file_test (config->folder, G_FILE_TEST_IS_DIR))
    text = g_strdup_printf (_ ("“%s” is not a folder."), config->folder);
  if (text)
    refuse (self, text);
  else if (tool_servers_add (self->servers, config, &error))
    gtk_window_close (GTK_WINDOW (self));
  else
    {
      problem = myna_problem_describe (error);
      refuse (self, problem);
    }
}

/* What is passed to the system: the program and each argument, in marks that nobody types. */
static void
update (MynaServerWindow *self)
{
  const ToolServerConfig config = { .in_box = gtk_switch_get_active (GTK_SWITCH (self->box)) };
  g_autofree char *name = g_strstrip (g_strdup (get_text (self->name)));
  g_auto (GStrv) words = myna_server_parse_command (get_text (self->command));
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; words && words[i]; i++)
    {
      g_autofree char *shown = tool_text_show (words[i]);

      g_string_append_printf (text, "%s⟨%s⟩", i ? "\n" : "", shown);
    }
  if (!words)
    g_string_assign (text, _ ("A quotation mark is missing."));
  gtk_label_set_label (GTK_LABEL (self->words), text->str);
  gtk_widget_set_visible (self->words, text->len > 0);
  gtk_widget_set_sensitive (self->add, *name && words && words[0]);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->box_row), myna_server_get_box (&config));
  gtk_widget_set_visible (gtk_widget_get_ancestor (self->network, ADW_TYPE_ACTION_ROW), config.in_box);
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_entry (MynaServerWindow *self, const char *title)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_object_set (row, "activates-default", TRUE, NULL);
  g_signal_connect_swapped (row, "changed", G_CALLBACK (update), self);
  return row;
}

static GtkWidget *
make_command_group (MynaServerWindow *self)
{
  GtkWidget *group = myna_group_new (
      NULL, _ ("A tool server is somebody else’s program. Add only servers that you trust. Nothing runs until you start it."));
  self->name = new_entry (self, _ ("Name"));
  self->command = new_entry (self, _ ("Command"));
  self->folder = new_entry (self, _ ("Folder (empty: your home folder)"));
  self->words = myna_long_label_new (NULL, "monospace dim-label");
  gtk_widget_set_margin_top (self->words, 12);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->name);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->command);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->folder);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->words);
  return group;
}

static GtkWidget *
new_switch_row (const char *title, const char *subtitle, gboolean active, GtkWidget **ret_toggle)
{
  GtkWidget *row = myna_row_new (title, subtitle), *toggle = gtk_switch_new ();

  gtk_switch_set_active (GTK_SWITCH (toggle), active);
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  myna_row_add_suffix (row, toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  *ret_toggle = toggle;
  return row;
}

GtkWidget *
myna_server_box_row_new (gboolean active, GtkWidget **ret_toggle)
{
  return new_switch_row (_ ("Hide My Files"), "", active, ret_toggle);
}

GtkWidget *
myna_server_network_row_new (gboolean active, GtkWidget **ret_toggle)
{
  return new_switch_row (_ ("Allow the Network"), _ ("Without it, nothing that it sees can be sent on."), active, ret_toggle);
}

static GtkWidget *
make_box_group (MynaServerWindow *self)
{
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *network = myna_server_network_row_new (TRUE, &self->network);

  self->box_row = myna_server_box_row_new (TRUE, &self->box);
  g_signal_connect_swapped (self->box, "notify::active", G_CALLBACK (update), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->box_row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), network);
  return group;
}

static GtkWidget *
make_variables_group (MynaServerWindow *self)
{
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *frame = gtk_frame_new (NULL);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Variables"));
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (group),
      _ ("One per line, as NAME=VALUE: keys that the server needs. It does not see your other variables."));
  self->variables = gtk_text_view_new ();
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (self->variables), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->variables), GTK_WRAP_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (self->variables), FALSE);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (self->variables), 6);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (self->variables), 6);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (self->variables), 6);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (self->variables), 6);
  gtk_widget_set_size_request (self->variables, -1, 72);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->variables), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Variables"), -1);
  gtk_frame_set_child (GTK_FRAME (frame), self->variables);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), frame);
  return group;
}

static void
myna_server_window_dispose (GObject *object)
{
  g_clear_object (&MYNA_SERVER_WINDOW (object)->servers);
  G_OBJECT_CLASS (myna_server_window_parent_class)->dispose (object);
}

static void
myna_server_window_class_init (MynaServerWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_server_window_dispose;
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
myna_server_window_init (MynaServerWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_preferences_page_new ();

  myna_secondary_window_add_keys (GTK_WIDGET (self));
  gtk_window_set_title (GTK_WINDOW (self), _ ("New Tool Server"));
  gtk_window_set_default_size (GTK_WINDOW (self), 520, 560);
  gtk_box_append (GTK_BOX (box), myna_dialog_header_new (GTK_WINDOW (self), _ ("Add"), G_CALLBACK (add_cb), NULL, &self->add));
  self->banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->banner);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (make_command_group (self)));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (make_box_group (self)));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (make_variables_group (self)));
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), page);
  adw_window_set_content (ADW_WINDOW (self), box);
  myna_secondary_window_set_default (GTK_WINDOW (self), self->add);
  update (self);
}

GtkWidget *
myna_server_window_new (GtkWindow *parent, ToolServers *servers)
{
  MynaServerWindow *self = g_object_new (MYNA_TYPE_SERVER_WINDOW, "transient-for", parent, "modal", TRUE, NULL);

  self->servers = g_object_ref (servers);
  gtk_widget_grab_focus (self->name);
  return GTK_WIDGET (self);
}
