/* myna-servers-group.c: the servers of tools on the page of tools
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server is a row that unfolds: its command, its tools with what they say of themselves, and its log.
 */
#include "preferences/myna-servers-group.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/ui-compat.h"
#include "chat/myna-permission.h"
#include "chat/myna-servers.h"
#include "preferences/myna-log-window.h"
#include "preferences/myna-server-window.h"
#include "preferences/rule-switch.h"

struct _MynaServersGroup
{
  AdwPreferencesGroup parent_instance;

  StoreDb *store;       /* NULL: none */
  ToolServers *servers; /* NULL: there can be none */
  GPtrArray *rules;     /* StoreToolRule */
  GPtrArray *rows;      /* AdwExpanderRow: one for each server */
  GtkWidget *none;
};

/* What belongs to a row. */
typedef struct
{
  MynaServersGroup *group; /* not owned: it owns the row */
  ToolServer *server;
  GtkWidget *row;
  GtkWidget *toggle;        /* GtkButton: Start, Stop */
  GtkWidget *box, *network; /* GtkSwitch: it runs in a sandbox, with the network */
  GtkWidget *box_row;       /* AdwActionRow */
  GtkWidget *log;           /* AdwActionRow */
  GPtrArray *children;      /* rows of tools */
  GHashTable *allowed;      /* offered name → GtkSwitch */
  char *shown;              /* the tools that the rows are of */
} Row;

enum
{
  RULES_CHANGED,
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaServersGroup, myna_servers_group, ADW_TYPE_PREFERENCES_GROUP)

static void
row_free (gpointer data)
{
  Row *row = data;

  g_signal_handlers_disconnect_by_data (row->server, row);
  g_object_unref (row->server);
  g_ptr_array_unref (row->children);
  g_hash_table_unref (row->allowed);
  g_free (row->shown);
  g_free (row);
}

static void
report (MynaServersGroup *self, const char *title, const GError *error)
{
  g_signal_emit (self, signals[PROBLEM], 0, title, error);
}

/* ---- Permissions ------------------------------------------------------------------------------------------------ */

static void
update_allowed (Row *row)
{
  GHashTableIter iter;
  gpointer toggle;

  g_hash_table_iter_init (&iter, row->allowed);
  while (g_hash_table_iter_next (&iter, NULL, &toggle))
    myna_rule_switch_update (toggle, row->group->rules);
}

void
myna_servers_group_set_rules (MynaServersGroup *self, GPtrArray *rules)
{
  g_return_if_fail (MYNA_IS_SERVERS_GROUP (self));

  g_clear_pointer (&self->rules, g_ptr_array_unref);
  self->rules = g_ptr_array_ref (rules);
  for (guint i = 0; i < self->rows->len; i++)
    update_allowed (g_object_get_data (g_ptr_array_index (self->rows, i), "row"));
}

/* ---- A server --------------------------------------------------------------------------------------------------- */

static void
add_tool (Row *row, guint i)
{
  ToolServerTool tool = tool_server_get_tool (row->server, i);
  g_autofree char *refused = myna_server_dup_refused (&tool);
  g_autofree char *text = refused ? g_strdup_printf ("%s\n%s", refused, tool.description) : g_strdup (tool.description);
  GtkWidget *child = myna_row_new (tool.offered ? tool.offered : tool.name, g_strstrip (text));

  g_ptr_array_add (row->children, child);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row->row), child);
  if (tool.offered)
    g_hash_table_insert (row->allowed, g_strdup (tool.offered),
                         myna_rule_switch_new (ADW_ACTION_ROW (child), row->group->store, tool.offered, row->group));
}

static void
list_tools (Row *row)
{
  guint n = tool_server_get_state (row->server) == TOOL_SERVER_OFF ? 0 : tool_server_get_n_tools (row->server);
  char *shown = myna_server_dup_tools (row->server, n);

  /* The rows are made anew only where they say something else, as one of them may have the keyboard. */
  if (g_strcmp0 (row->shown, shown) == 0)
    {
      g_free (shown);
      return;
    }
  g_free (row->shown);
  row->shown = shown;
  g_hash_table_remove_all (row->allowed);
  for (guint i = 0; i < row->children->len; i++)
    adw_expander_row_remove (ADW_EXPANDER_ROW (row->row), g_ptr_array_index (row->children, i));
  g_ptr_array_set_size (row->children, 0);
  if (n > 0)
    {
      GtkWidget *note = myna_row_new (
          _ ("Tools"),
          _ ("The descriptions come from the server and are shown to the model. Tools that are switched on run without asking."));

      g_ptr_array_add (row->children, note);
      adw_expander_row_add_row (ADW_EXPANDER_ROW (row->row), note);
    }
  for (guint i = 0; i < n; i++)
    add_tool (row, i);
  update_allowed (row);
}

static void
update_box (Row *row)
{
  const ToolServerConfig *config = tool_server_get_config (row->server);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row->box_row), myna_server_get_box (config));
  gtk_widget_set_visible (gtk_widget_get_ancestor (row->network, ADW_TYPE_ACTION_ROW), config->in_box);
}

static void
update_row (Row *row)
{
  g_autofree char *state = myna_server_dup_state (row->server);
  ToolServerState now = tool_server_get_state (row->server);
  gboolean is_off = now == TOOL_SERVER_OFF || now == TOOL_SERVER_FAILED;
  const char *log = tool_server_get_log (row->server);
  g_autofree char *spoken = NULL;

  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row->row), state);
  gtk_button_set_label (GTK_BUTTON (row->toggle), is_off ? _ ("Start") : _ ("Stop"));
  /* Translators: what a screen reader says of a button: Start or Stop, and the name of a server */
  spoken = g_strdup_printf (is_off ? _ ("Start: %s") : _ ("Stop: %s"), tool_server_get_config (row->server)->name);
  myna_button_set_spoken_name (row->toggle, spoken);
  gtk_widget_set_visible (row->log, *log != '\0');
  update_box (row);
  list_tools (row);
}

static void
box_cb (Row *row)
{
  gboolean in_box = gtk_switch_get_active (GTK_SWITCH (row->box));
  g_autoptr (GError) error = NULL;

  if (!tool_servers_set_box (row->group->servers, row->server, in_box, !gtk_switch_get_active (GTK_SWITCH (row->network)),
                             &error))
    report (row->group, _ ("The list of servers could not be saved"), error);
}

static void
toggled_cb (GtkButton *button, Row *row)
{
  MynaServersGroup *self = row->group;
  ToolServerState now = tool_server_get_state (row->server);
  g_autoptr (GError) error = NULL;

  if (!tool_servers_set_on (self->servers, row->server, now == TOOL_SERVER_OFF || now == TOOL_SERVER_FAILED, &error))
    report (self, _ ("The list of servers could not be saved"), error);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ToolServer) server = user_data;
  ToolServers *servers = tool_servers_get_default ();

  if (myna_ask_finish (result) && servers)
    tool_servers_remove (servers, server, NULL);
}

static void
remove_cb (GtkButton *button, Row *row)
{
  g_autofree char *heading = g_strdup_printf (_ ("Remove “%s”?"), tool_server_get_config (row->server)->name);

  myna_ask_async (myna_get_window (row->group), MYNA_QUESTION_DESTRUCTIVE, heading,
                  _ ("It is stopped, and its command and variables are forgotten. Your chats keep what its tools did."),
                  _ ("_Remove"), removed_cb, g_object_ref (row->server));
}

static void
show_log_cb (GtkButton *button, Row *row)
{
  gtk_window_present (GTK_WINDOW (myna_log_window_new (myna_get_window (row->group), row->server)));
}

static GtkWidget *
add_button (GtkWidget *row, const char *label, GCallback callback, Row *data)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect (button, "clicked", callback, data);
  myna_row_add_suffix (row, button);
  return button;
}

static Row *
new_server_row (MynaServersGroup *self, ToolServer *server)
{
  Row *row = g_new0 (Row, 1);
  g_autofree char *command = tool_server_dup_command_line (server);
  g_autofree char *shown = tool_text_show (command);
  GtkWidget *line = myna_row_new (_ ("Command"), shown), *network;
  const ToolServerConfig *config = tool_server_get_config (server);

  row->group = self;
  row->server = g_object_ref (server);
  row->children = g_ptr_array_new ();
  row->allowed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  row->row = adw_expander_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row->row), tool_server_get_config (server)->name);
  row->toggle = gtk_button_new ();
  gtk_widget_set_valign (row->toggle, GTK_ALIGN_CENTER);
  g_signal_connect (row->toggle, "clicked", G_CALLBACK (toggled_cb), row);
  myna_expander_row_add_suffix (ADW_EXPANDER_ROW (row->row), row->toggle);
  gtk_widget_add_css_class (add_button (line, _ ("Remove…"), G_CALLBACK (remove_cb), row), "destructive-action");
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row->row), line);
  row->box_row = myna_server_box_row_new (config->in_box, &row->box);
  g_signal_connect_swapped (row->box, "notify::active", G_CALLBACK (box_cb), row);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row->row), row->box_row);
  network = myna_server_network_row_new (!config->no_network, &row->network);
  g_signal_connect_swapped (row->network, "notify::active", G_CALLBACK (box_cb), row);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row->row), network);
  row->log = myna_row_new (_ ("Log"), _ ("Messages that the server writes"));
  add_button (row->log, _ ("Show…"), G_CALLBACK (show_log_cb), row);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row->row), row->log);
  g_object_set_data_full (G_OBJECT (row->row), "row", row, row_free);
  g_signal_connect_swapped (server, "changed", G_CALLBACK (update_row), row);
  return row;
}

/* ---- The list --------------------------------------------------------------------------------------------------- */

static void
update_list (MynaServersGroup *self)
{
  GListModel *list = tool_servers_get_list (self->servers);
  guint n = g_list_model_get_n_items (list);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ToolServer) server = g_list_model_get_item (list, i);
      Row *row = new_server_row (self, server);

      g_ptr_array_add (self->rows, row->row);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row->row);
      update_row (row);
    }
  gtk_widget_set_visible (self->none, n == 0);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), myna_servers_get_word (self->servers));
}

/* Names may have changed: those that two servers have. */
static void
tools_changed_cb (MynaServersGroup *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    update_row (g_object_get_data (g_ptr_array_index (self->rows, i), "row"));
}

static void
add_cb (MynaServersGroup *self)
{
  gtk_window_present (GTK_WINDOW (myna_server_window_new (myna_get_window (self), self->servers)));
}

static void
import_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaServersGroup) self = user_data;
  g_autoptr (GFile) file = myna_choose_file_finish (result);
  g_autofree char *path = file ? g_file_get_path (file) : NULL;
  g_autoptr (GError) error = NULL;
  const char *title;

  if (path && self->servers && !myna_servers_import (self->servers, path, &title, &error))
    report (self, title, error);
}

static void
import_cb (MynaServersGroup *self)
{
  g_autoptr (GtkFileFilter) filter =
      myna_filter_new (_ ("Lists of servers (mcp.json, claude_desktop_config.json)"), "*.json", NULL);

  myna_choose_file_async (myna_get_window (self), MYNA_FILE_OPEN, _ ("Import Tool Servers"), filter, NULL, import_chosen_cb,
                          g_object_ref (self));
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static void
myna_servers_group_dispose (GObject *object)
{
  MynaServersGroup *self = MYNA_SERVERS_GROUP (object);

  if (self->servers)
    {
      g_signal_handlers_disconnect_by_data (self->servers, self);
      g_signal_handlers_disconnect_by_data (tool_servers_get_list (self->servers), self);
      for (guint i = 0; i < self->rows->len; i++)
        g_object_set_data (g_ptr_array_index (self->rows, i), "row", NULL);
      g_ptr_array_set_size (self->rows, 0);
    }
  g_clear_object (&self->servers);
  g_clear_object (&self->store);
  g_clear_pointer (&self->rules, g_ptr_array_unref);
  G_OBJECT_CLASS (myna_servers_group_parent_class)->dispose (object);
}

static void
myna_servers_group_finalize (GObject *object)
{
  g_ptr_array_unref (MYNA_SERVERS_GROUP (object)->rows);
  G_OBJECT_CLASS (myna_servers_group_parent_class)->finalize (object);
}

static void
myna_servers_group_class_init (MynaServersGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = myna_servers_group_dispose;
  object_class->finalize = myna_servers_group_finalize;
  signals[RULES_CHANGED] = g_signal_new ("rules-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PROBLEM] =
      g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
}

static void
myna_servers_group_init (MynaServersGroup *self)
{
  self->rows = g_ptr_array_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Tool Servers"));
}

static GtkWidget *
new_buttons (MynaServersGroup *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *import = gtk_button_new_with_label (_ ("Import…"));
  GtkWidget *add = gtk_button_new_with_label (_ ("Add…"));

  gtk_widget_set_margin_top (box, 12);
  g_signal_connect_swapped (import, "clicked", G_CALLBACK (import_cb), self);
  g_signal_connect_swapped (add, "clicked", G_CALLBACK (add_cb), self);
  gtk_box_append (GTK_BOX (box), add);
  gtk_box_append (GTK_BOX (box), import);
  return box;
}

GtkWidget *
myna_servers_group_new (StoreDb *store)
{
  MynaServersGroup *self = g_object_new (MYNA_TYPE_SERVERS_GROUP, NULL);
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (self);

  self->servers = myna_servers_are_possible () ? tool_servers_get_default () : NULL;
  if (!self->servers)
    {
      adw_preferences_group_set_description (
          group,
          _ ("Tool servers are other programs that offer tools to models (MCP). They and tools of your own are not available here: a Flatpak cannot run programs of your system. Install Myna as a package of your system to use them."));
      return GTK_WIDGET (self);
    }
  g_object_ref (self->servers);
  self->store = store ? g_object_ref (store) : NULL;
  self->none = myna_row_new (_ ("No tool servers yet"), "");
  adw_preferences_group_add (group, self->none);
  g_signal_connect_swapped (tool_servers_get_list (self->servers), "items-changed", G_CALLBACK (update_list), self);
  g_signal_connect_swapped (self->servers, "changed", G_CALLBACK (tools_changed_cb), self);
  update_list (self);
  /* Below the list: beside the words above it there is no room in a narrow window. */
  adw_preferences_group_add (group, new_buttons (self));
  return GTK_WIDGET (self);
}
