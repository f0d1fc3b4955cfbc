/* myna-sidebar.c: one side of the window: the conversations, the search through them, and what else is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The header and the bar below follow what is shown: the conversations, the archive or the bin, and whether several are
 * being selected.
 */
#include "sidebar/myna-sidebar.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "sidebar/myna-history-list.h"
#include "sidebar/myna-history-search.h"

struct _MynaSidebar
{
  AdwBin parent_instance;

  MynaHistoryModel *model;
  GtkWidget *box;
  GtkWidget *title;
  GtkWidget *new_button;
  GtkWidget *back_button;
  GtkWidget *cancel_button;
  GtkWidget *all_button;
  GtkWidget *search_button;
  GtkWidget *menu_button;
  GtkWidget *search_bar;
  GtkWidget *search_entry;
  GtkWidget *stack;
  GtkWidget *list;
  GtkWidget *search;
  GtkWidget *places; /* temporary chat, models */
  GtkWidget *empty_bin;
  GtkWidget *bars[STORE_LIST_DELETED + 1]; /* what to do with several, by the kind of list */
};

enum
{
  SIGNAL_OPEN,
  SIGNAL_OPEN_HIT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaSidebar, myna_sidebar, ADW_TYPE_BIN)

/* ---- What is shown ---------------------------------------------------------------------------------------------- */

static void
update_title (MynaSidebar *self)
{
  guint n_checked = myna_history_model_get_n_checked (self->model);
  g_autofree char *text =
      myna_history_model_dup_title (self->model, myna_history_list_get_selecting (MYNA_HISTORY_LIST (self->list)));

  adw_window_title_set_title (ADW_WINDOW_TITLE (self->title), text);
  myna_set_tooltip (self->title, text); /* the whole of it where there is no room */
  for (guint i = 0; i < G_N_ELEMENTS (self->bars); i++)
    gtk_widget_set_sensitive (self->bars[i], n_checked > 0);
}

static void
update (MynaSidebar *self)
{
  gboolean selecting = myna_history_list_get_selecting (MYNA_HISTORY_LIST (self->list));
  StoreListKind kind = myna_history_model_get_kind (self->model);
  gboolean active = kind == STORE_LIST_ACTIVE;

  gtk_widget_set_visible (self->new_button, active && !selecting);
  gtk_widget_set_visible (self->back_button, !active && !selecting);
  gtk_widget_set_visible (self->cancel_button, selecting);
  gtk_widget_set_visible (self->all_button, selecting);
  gtk_widget_set_visible (self->search_button, active && !selecting);
  gtk_widget_set_visible (self->menu_button, !selecting);
  gtk_widget_set_visible (self->places, active && !selecting);
  gtk_widget_set_visible (self->empty_bin,
                          kind == STORE_LIST_DELETED && !selecting && myna_history_model_get_n_conversations (self->model) > 0);
  for (guint i = 0; i < G_N_ELEMENTS (self->bars); i++)
    gtk_widget_set_visible (self->bars[i], selecting && i == kind);
  update_title (self);
}

static void
update_search (MynaSidebar *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  gboolean searching = gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->search_bar)) && *text;

  gtk_stack_set_visible_child (GTK_STACK (self->stack), searching ? self->search : self->list);
  myna_chat_search_set_text (myna_history_search_get_search (MYNA_HISTORY_SEARCH (self->search)), searching ? text : "");
}

static void
open_cb (MynaSidebar *self, gint64 id)
{
  g_signal_emit (self, signals[SIGNAL_OPEN], 0, id);
}

static void
open_hit_cb (MynaSidebar *self, gint64 id, gint64 message_id)
{
  g_signal_emit (self, signals[SIGNAL_OPEN_HIT], 0, id, message_id);
}

/* ---- Actions ---------------------------------------------------------------------------------------------------- */

static void
run_on_checked (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaSidebar *self = MYNA_SIDEBAR (widget);
  g_autoptr (GArray) ids = myna_history_model_dup_checked (self->model);
  const char *action = g_variant_get_string (parameter, NULL);

  if (ids->len == 0)
    return;
  gtk_widget_activate_action (widget, action, "@ax",
                              g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, ids->data, ids->len, sizeof (gint64)));
  /* The export may be called off: it ends the selection when it is done. */
  if (!g_str_equal (action, "win.export-chats"))
    myna_sidebar_set_selecting (self, FALSE);
}

static void
show_list (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const struct
  {
    const char *name;
    StoreListKind kind;
  } lists[] = {
    { "chats", STORE_LIST_ACTIVE },
    { "archive", STORE_LIST_ARCHIVED },
    { "bin", STORE_LIST_DELETED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      if (g_str_equal (lists[i].name, g_variant_get_string (parameter, NULL)))
        myna_sidebar_show_list (MYNA_SIDEBAR (widget), lists[i].kind);
    }
}

static void
start_selecting (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_sidebar_set_selecting (MYNA_SIDEBAR (widget), g_str_equal (name, "sidebar.select"));
}

static void
select_all (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_history_model_check_all (MYNA_SIDEBAR (widget)->model);
}

static void
empty_bin (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaSidebar *self = MYNA_SIDEBAR (widget);
  g_autoptr (GVariant) action = g_variant_ref_sink (g_variant_new_string ("win.purge-chats"));

  myna_history_model_check_all (self->model);
  run_on_checked (widget, NULL, action);
  myna_history_model_uncheck_all (self->model);
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_header (MynaSidebar *self)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/io/github/myna_chat/Myna/menus.ui");
  GtkWidget *bar = adw_header_bar_new ();
  AdwHeaderBar *header = ADW_HEADER_BAR (bar);

  gtk_widget_add_css_class (bar, "flat");
  adw_header_bar_set_show_end_title_buttons (header, FALSE);
  self->title = adw_window_title_new (_ ("Chats"), NULL);
  adw_header_bar_set_title_widget (header, self->title);

  self->new_button = myna_action_button_new ("list-add-symbolic", "win.new-chat", _ ("New Chat"));
  adw_header_bar_pack_start (header, self->new_button);
  self->back_button = myna_action_button_new ("go-previous-symbolic", "sidebar.show", _ ("Back to Chats"));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->back_button), "s", "chats");
  adw_header_bar_pack_start (header, self->back_button);
  self->cancel_button = gtk_button_new_with_label (_ ("Cancel"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->cancel_button), "sidebar.end-select");
  adw_header_bar_pack_start (header, self->cancel_button);

  self->menu_button = myna_menu_button_new ("open-menu-symbolic", _ ("Main Menu"),
                                            G_MENU_MODEL (gtk_builder_get_object (builder, "primary-menu")));
  adw_header_bar_pack_end (header, self->menu_button);
  self->search_button = gtk_toggle_button_new ();
  gtk_button_set_icon_name (GTK_BUTTON (self->search_button), "system-search-symbolic");
  myna_set_name (self->search_button, _ ("Search Chats"));
  adw_header_bar_pack_end (header, self->search_button);
  self->all_button = myna_action_button_new ("edit-select-all-symbolic", "sidebar.select-all", _ ("Select All"));
  adw_header_bar_pack_end (header, self->all_button);

  return bar;
}

static GtkWidget *
make_search_bar (MynaSidebar *self)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/io/github/myna_chat/Myna/menus.ui");
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *filter = myna_menu_button_new ("view-more-symbolic", _ ("Where to Search"),
                                            G_MENU_MODEL (gtk_builder_get_object (builder, "search-menu")));

  self->search_entry = gtk_search_entry_new ();
  gtk_widget_set_hexpand (self->search_entry, TRUE);
  gtk_search_entry_set_search_delay (GTK_SEARCH_ENTRY (self->search_entry), 60);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search_entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Search Chats"), -1);
  gtk_box_append (GTK_BOX (box), self->search_entry);
  gtk_widget_add_css_class (filter, "flat");
  gtk_box_append (GTK_BOX (box), filter);

  self->search_bar = gtk_search_bar_new ();
  gtk_search_bar_set_child (GTK_SEARCH_BAR (self->search_bar), box);
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (self->search_bar), GTK_EDITABLE (self->search_entry));
  g_object_bind_property (self->search_bar, "search-mode-enabled", self->search_button, "active",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  g_signal_connect_swapped (self->search_bar, "notify::search-mode-enabled", G_CALLBACK (update_search), self);
  g_signal_connect_swapped (self->search_entry, "search-changed", G_CALLBACK (update_search), self);

  return self->search_bar;
}

static GtkWidget *
make_place (const char *icon, const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (icon));
  gtk_box_append (GTK_BOX (box), gtk_label_new (label));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);

  return button;
}

static void
append_bulk_button (GtkWidget *bar, const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_add_css_class (button, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "sidebar.run-on-checked");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", action);
  gtk_box_append (GTK_BOX (bar), button);
}

static GtkWidget *
make_bottom (MynaSidebar *self)
{
  GtkWidget *bottom = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (bottom, "sidebar-bottom");
  self->places = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->places), make_place ("view-conceal-symbolic", _ ("Temporary Chat"), "win.temporary-chat"));
  gtk_box_append (GTK_BOX (self->places), make_place ("package-x-generic-symbolic", _ ("Models"), "app.models"));
  gtk_box_append (GTK_BOX (bottom), self->places);
  self->empty_bin = make_place ("user-trash-symbolic", _ ("Empty Trash"), "sidebar.empty-bin");
  gtk_box_append (GTK_BOX (bottom), self->empty_bin);

  for (guint i = 0; i < G_N_ELEMENTS (self->bars); i++)
    {
      self->bars[i] = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      gtk_box_append (GTK_BOX (bottom), self->bars[i]);
    }
  append_bulk_button (self->bars[STORE_LIST_ACTIVE], _ ("Archive"), "win.archive-chats");
  append_bulk_button (self->bars[STORE_LIST_ACTIVE], _ ("Folder"), "win.move-to-new-folder");
  append_bulk_button (self->bars[STORE_LIST_ACTIVE], _ ("Export"), "win.export-chats");
  append_bulk_button (self->bars[STORE_LIST_ACTIVE], _ ("Delete"), "win.delete-chats");
  append_bulk_button (self->bars[STORE_LIST_ARCHIVED], _ ("Unarchive"), "win.unarchive-chats");
  append_bulk_button (self->bars[STORE_LIST_ARCHIVED], _ ("Export"), "win.export-chats");
  append_bulk_button (self->bars[STORE_LIST_ARCHIVED], _ ("Delete"), "win.delete-chats");
  append_bulk_button (self->bars[STORE_LIST_DELETED], _ ("Restore"), "win.restore-chats");
  append_bulk_button (self->bars[STORE_LIST_DELETED], _ ("Delete Permanently"), "win.purge-chats");

  return bottom;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static gboolean
entry_key_cb (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, MynaSidebar *self)
{
  if (keyval == GDK_KEY_Down)
    return gtk_widget_child_focus (self->search, GTK_DIR_TAB_FORWARD);

  return GDK_EVENT_PROPAGATE;
}

/* The list, or what was found, rather than the buttons above. */
static gboolean
myna_sidebar_grab_focus (GtkWidget *widget)
{
  MynaSidebar *self = MYNA_SIDEBAR (widget);
  GtkWidget *shown = gtk_stack_get_visible_child (GTK_STACK (self->stack));

  /* Not the sidebar's own children: GTK would ask the sidebar itself to take the focus, which is this function. */
  return gtk_widget_child_focus (shown, GTK_DIR_TAB_FORWARD) || gtk_widget_child_focus (self->box, GTK_DIR_TAB_FORWARD);
}

static void
myna_sidebar_dispose (GObject *object)
{
  MynaSidebar *self = MYNA_SIDEBAR (object);

  g_clear_object (&self->model);

  G_OBJECT_CLASS (myna_sidebar_parent_class)->dispose (object);
}

static void
myna_sidebar_class_init (MynaSidebarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_sidebar_dispose;
  widget_class->grab_focus = myna_sidebar_grab_focus;
  signals[SIGNAL_OPEN] =
      g_signal_new ("open", MYNA_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[SIGNAL_OPEN_HIT] = g_signal_new ("open-hit", MYNA_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                           2, G_TYPE_INT64, G_TYPE_INT64);

  gtk_widget_class_install_action (widget_class, "sidebar.show", "s", show_list);
  gtk_widget_class_install_action (widget_class, "sidebar.select", NULL, start_selecting);
  gtk_widget_class_install_action (widget_class, "sidebar.end-select", NULL, start_selecting);
  gtk_widget_class_install_action (widget_class, "sidebar.select-all", NULL, select_all);
  gtk_widget_class_install_action (widget_class, "sidebar.run-on-checked", "s", run_on_checked);
  gtk_widget_class_install_action (widget_class, "sidebar.empty-bin", NULL, empty_bin);
  gtk_widget_class_set_css_name (widget_class, "sidebar");
}

static void
myna_sidebar_init (MynaSidebar *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GSimpleActionGroup *search_actions = g_simple_action_group_new ();
  MynaChatSearch *search;
  g_autoptr (GPropertyAction) where = NULL;
  g_autoptr (GPropertyAction) when = NULL;

  self->model = myna_history_model_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  adw_bin_set_child (ADW_BIN (self), self->box);
  gtk_box_append (GTK_BOX (self->box), make_header (self));
  gtk_box_append (GTK_BOX (self->box), make_search_bar (self));

  self->list = myna_history_list_new (self->model);
  g_signal_connect_swapped (self->list, "open", G_CALLBACK (open_cb), self);
  g_signal_connect_swapped (self->list, "selecting-changed", G_CALLBACK (update), self);
  self->search = myna_history_search_new ();
  g_signal_connect_swapped (self->search, "open-hit", G_CALLBACK (open_hit_cb), self);
  self->stack = gtk_stack_new ();
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_stack_add_child (GTK_STACK (self->stack), self->list);
  gtk_stack_add_child (GTK_STACK (self->stack), self->search);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_box_append (GTK_BOX (self->box), make_bottom (self));

  search = myna_history_search_get_search (MYNA_HISTORY_SEARCH (self->search));
  where = g_property_action_new ("where", search, "where");
  when = g_property_action_new ("when", search, "when");
  g_action_map_add_action (G_ACTION_MAP (search_actions), G_ACTION (where));
  g_action_map_add_action (G_ACTION_MAP (search_actions), G_ACTION (when));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "search", G_ACTION_GROUP (search_actions));
  g_object_unref (search_actions);

  g_signal_connect (keys, "key-pressed", G_CALLBACK (entry_key_cb), self);
  gtk_widget_add_controller (self->search_entry, keys);
  g_signal_connect_swapped (self->search_entry, "activate", G_CALLBACK (myna_history_search_open_first), self->search);
  g_signal_connect_object (self->model, "notify::n-checked", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::kind", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::n-conversations", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

GtkWidget *
myna_sidebar_new (void)
{
  return g_object_new (MYNA_TYPE_SIDEBAR, NULL);
}

void
myna_sidebar_set_store (MynaSidebar *self, StoreDb *store)
{
  g_return_if_fail (MYNA_IS_SIDEBAR (self));

  myna_history_model_set_store (self->model, store);
  myna_chat_search_set_store (myna_history_search_get_search (MYNA_HISTORY_SEARCH (self->search)), store);
}

MynaHistoryModel *
myna_sidebar_get_model (MynaSidebar *self)
{
  g_return_val_if_fail (MYNA_IS_SIDEBAR (self), NULL);

  return self->model;
}

void
myna_sidebar_set_current (MynaSidebar *self, gint64 id)
{
  g_return_if_fail (MYNA_IS_SIDEBAR (self));

  myna_history_list_set_current (MYNA_HISTORY_LIST (self->list), id);
}

void
myna_sidebar_begin_rename (MynaSidebar *self, MynaHistoryKind kind, gint64 id)
{
  g_return_if_fail (MYNA_IS_SIDEBAR (self));

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), FALSE);
  myna_history_list_begin_rename (MYNA_HISTORY_LIST (self->list), kind, id);
}

gboolean
myna_sidebar_rename_focused (MynaSidebar *self)
{
  g_return_val_if_fail (MYNA_IS_SIDEBAR (self), FALSE);

  return myna_history_list_rename_focused (MYNA_HISTORY_LIST (self->list));
}

void
myna_sidebar_begin_search (MynaSidebar *self)
{
  g_return_if_fail (MYNA_IS_SIDEBAR (self));

  myna_sidebar_show_list (self, STORE_LIST_ACTIVE);
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), TRUE);
  gtk_widget_grab_focus (self->search_entry);
}

gboolean
myna_sidebar_open_menu (MynaSidebar *self)
{
  g_return_val_if_fail (MYNA_IS_SIDEBAR (self), FALSE);

  if (!gtk_widget_get_visible (self->menu_button))
    return FALSE;
  gtk_menu_button_popup (GTK_MENU_BUTTON (self->menu_button));

  return TRUE;
}

void
myna_sidebar_search (MynaSidebar *self, const char *text)
{
  g_return_if_fail (MYNA_IS_SIDEBAR (self));

  myna_sidebar_begin_search (self);
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), text);
  gtk_editable_set_position (GTK_EDITABLE (self->search_entry), -1);
}

const char *
myna_sidebar_get_search (MynaSidebar *self)
{
  g_return_val_if_fail (MYNA_IS_SIDEBAR (self), NULL);

  return gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
}

void
myna_sidebar_show_list (MynaSidebar *self, StoreListKind kind)
{
  g_return_if_fail (MYNA_IS_SIDEBAR (self));

  myna_sidebar_set_selecting (self, FALSE);
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), FALSE);
  myna_history_model_set_kind (self->model, kind);
}

void
myna_sidebar_set_selecting (MynaSidebar *self, gboolean selecting)
{
  g_return_if_fail (MYNA_IS_SIDEBAR (self));

  myna_history_list_set_selecting (MYNA_HISTORY_LIST (self->list), selecting);
}
