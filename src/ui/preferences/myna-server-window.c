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

static void
add_cb (MynaServerWindow *self)
{
  g_autofree char *variables = myna_buffer_dup_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->variables)));
  g_autofree char *problem = NULL;
  const MynaServerTyped typed = {
    .name = get_text (self->name),
    .command = get_text (self->command),
    .folder = get_text (self->folder),
    .variables = variables,
    .in_box = gtk_switch_get_active (GTK_SWITCH (self->box)),
    .no_network = !gtk_switch_get_active (GTK_SWITCH (self->network)),
  };

  if (myna_servers_add_typed (self->servers, &typed, &problem))
    gtk_window_close (GTK_WINDOW (self));
  else
    myna_banner_show (MYNA_BANNER (self->banner), _ ("The server could not be added"), problem, NULL, NULL, NULL, NULL);
}

static void
update (MynaServerWindow *self)
{
  const ToolServerConfig config = { .in_box = gtk_switch_get_active (GTK_SWITCH (self->box)) };
  g_autofree char *name = g_strstrip (g_strdup (get_text (self->name)));
  g_auto (GStrv) words = myna_server_parse_command (get_text (self->command));
  g_autofree char *shown = myna_server_show_command (get_text (self->command));

  gtk_label_set_label (GTK_LABEL (self->words), shown);
  gtk_widget_set_visible (self->words, *shown != '\0');
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
