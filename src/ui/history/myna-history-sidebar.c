/* myna-history-sidebar.c: the list of conversations and what can be done with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list's selection is the conversation that the window shows.  It is the window that decides (a new conversation has
 * no row yet), so the selection follows it: `current` is what is shown, and a selection made by the person is told by
 * the signal "open".
 */
#include "history/myna-history-sidebar.h"

#include <glib/gi18n.h>

#include "history/myna-history-row.h"

struct _MynaHistorySidebar
{
  GtkWidget parent_instance;

  MynaHistoryModel *model;
  GtkSingleSelection *selection;
  GtkWidget *stack;
  GtkWidget *list;
  GtkWidget *menu;
  GHashTable *rows;             /* set of MynaHistoryRow that show an item now */

  gint64 current;
  gint64 rename_id;             /* rename as soon as the row is there */
  gboolean following;           /* the selection is being changed by the program */
};

enum
{
  SIGNAL_OPEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaHistorySidebar, myna_history_sidebar, GTK_TYPE_WIDGET)

/* ---- Selection ---------------------------------------------------------------------------------------------------- */

static void
follow_current (MynaHistorySidebar *self)
{
  guint position = myna_history_model_find (self->model, self->current);

  self->following = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->following = FALSE;
}

static void
selected_cb (MynaHistorySidebar *self)
{
  MynaHistoryItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (self->following || !item || myna_history_item_get_kind (item) != MYNA_HISTORY_CONVERSATION)
    return;
  if (myna_history_item_get_id (item) != self->current)
    g_signal_emit (self, signals[SIGNAL_OPEN], 0, myna_history_item_get_id (item));
}

/* After the list has seen the change: a row that was taken out and put back has lost its selection. */
static void
items_changed_cb (MynaHistorySidebar *self)
{
  follow_current (self);
}

static void
update_page (MynaHistorySidebar *self)
{
  gboolean empty = myna_history_model_get_n_conversations (self->model) == 0;
  gboolean loading = myna_history_model_get_loading (self->model);

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), empty && !loading ? "empty" : "list");
}

static void
activate_cb (MynaHistorySidebar *self,
             guint               position)
{
  g_autoptr (MynaHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  if (item && myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION)
    g_signal_emit (self, signals[SIGNAL_OPEN], 0, myna_history_item_get_id (item));
}

/* ---- Context menu ------------------------------------------------------------------------------------------------- */

static void
append_action (GMenu      *menu,
               const char *label,
               const char *action,
               gint64      id)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "x", id);
  g_menu_append_item (menu, item);
}

static GMenuModel *
make_conversation_menu (MynaHistorySidebar *self,
                        gint64              id)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) change = g_menu_new ();
  g_autoptr (GMenu) remove = g_menu_new ();
  gboolean pinned = myna_history_model_get_pinned (self->model, id);

  append_action (change, _("_Rename"), "history.rename", id);
  append_action (change, pinned ? _("Un_pin") : _("_Pin"), pinned ? "win.unpin-chat" : "win.pin-chat", id);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (change));
  append_action (remove, _("_Delete"), "win.delete-chat", id);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (remove));

  return G_MENU_MODEL (menu);
}

static void
popup_menu (MynaHistorySidebar *self,
            MynaHistoryRow     *row,
            double              x,
            double              y)
{
  MynaHistoryItem *item = myna_history_row_get_item (row);
  g_autoptr (GMenuModel) model = NULL;
  double list_x, list_y;

  if (!item || myna_history_item_get_kind (item) != MYNA_HISTORY_CONVERSATION)
    return;
  model = make_conversation_menu (self, myna_history_item_get_id (item));
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), model);
  gtk_widget_translate_coordinates (GTK_WIDGET (row), GTK_WIDGET (self), x, y, &list_x, &list_y);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { list_x, list_y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
row_pressed_cb (GtkGesture         *gesture,
                int                 n_press,
                double              x,
                double              y,
                MynaHistorySidebar *self)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  popup_menu (self, MYNA_HISTORY_ROW (row), x, y);
}

static void
row_long_pressed_cb (GtkGesture         *gesture,
                     double              x,
                     double              y,
                     MynaHistorySidebar *self)
{
  row_pressed_cb (gesture, 1, x, y, self);
}

/* The row inside the list item that has the focus; NULL if the focus is elsewhere. */
static MynaHistoryRow *
get_focus_row (MynaHistorySidebar *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  GtkWidget *child;

  if (!focus || !gtk_widget_is_ancestor (focus, self->list))
    return NULL;
  child = gtk_widget_get_first_child (focus);

  return child && MYNA_IS_HISTORY_ROW (child) ? MYNA_HISTORY_ROW (child) : NULL;
}

static gint64
get_focus_id (MynaHistorySidebar *self)
{
  MynaHistoryRow *row = get_focus_row (self);
  MynaHistoryItem *item = row ? myna_history_row_get_item (row) : NULL;

  return item && myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION ? myna_history_item_get_id (item) : 0;
}

static gboolean
menu_key_cb (GtkWidget *widget,
             GVariant  *args,
             gpointer   user_data)
{
  MynaHistorySidebar *self = MYNA_HISTORY_SIDEBAR (widget);
  MynaHistoryRow *row = get_focus_row (self);

  if (!row)
    return FALSE;
  popup_menu (self, row, gtk_widget_get_width (GTK_WIDGET (row)) / 2, gtk_widget_get_height (GTK_WIDGET (row)));

  return TRUE;
}

static gboolean
rename_key_cb (GtkWidget *widget,
               GVariant  *args,
               gpointer   user_data)
{
  MynaHistorySidebar *self = MYNA_HISTORY_SIDEBAR (widget);
  gint64 id = get_focus_id (self);

  if (id)
    myna_history_sidebar_begin_rename (self, id);

  return id != 0;
}

static gboolean
delete_key_cb (GtkWidget *widget,
               GVariant  *args,
               gpointer   user_data)
{
  MynaHistorySidebar *self = MYNA_HISTORY_SIDEBAR (widget);
  gint64 id = get_focus_id (self);

  if (id)
    gtk_widget_activate_action (widget, "win.delete-chat", "x", id);

  return id != 0;
}

static void
rename_action_cb (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  myna_history_sidebar_begin_rename (MYNA_HISTORY_SIDEBAR (widget), g_variant_get_int64 (parameter));
}

/* ---- Rows --------------------------------------------------------------------------------------------------------- */

static void
row_renamed_cb (MynaHistoryRow     *row,
                const char         *title,
                MynaHistorySidebar *self)
{
  gint64 id = myna_history_item_get_id (myna_history_row_get_item (row));

  gtk_widget_activate_action (GTK_WIDGET (self), "win.rename-chat", "(xs)", id, title);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *list_item,
          MynaHistorySidebar       *self)
{
  GtkWidget *row = myna_history_row_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *long_press = gtk_gesture_long_press_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (row_pressed_cb), self, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (long_press), TRUE);
  g_signal_connect_object (long_press, "pressed", G_CALLBACK (row_long_pressed_cb), self, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (long_press));
  g_signal_connect_object (row, "renamed", G_CALLBACK (row_renamed_cb), self, 0);
  gtk_list_item_set_child (list_item, row);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *list_item,
         MynaHistorySidebar       *self)
{
  MynaHistoryRow *row = MYNA_HISTORY_ROW (gtk_list_item_get_child (list_item));
  MynaHistoryItem *item = gtk_list_item_get_item (list_item);
  gboolean conversation = myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION;

  gtk_list_item_set_selectable (list_item, conversation);
  gtk_list_item_set_activatable (list_item, myna_history_item_get_kind (item) != MYNA_HISTORY_HEADING);
  myna_history_row_set_item (row, item);
  g_hash_table_add (self->rows, row);
  if (conversation && self->rename_id == myna_history_item_get_id (item)) {
    self->rename_id = 0;
    myna_history_row_begin_rename (row);
  }
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *list_item,
           MynaHistorySidebar       *self)
{
  MynaHistoryRow *row = MYNA_HISTORY_ROW (gtk_list_item_get_child (list_item));

  g_hash_table_remove (self->rows, row);
  myna_history_row_set_item (row, NULL);
}

static GtkWidget *
make_list (MynaHistorySidebar *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, 0);

  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->model)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);

  self->list = gtk_list_view_new (g_object_ref (GTK_SELECTION_MODEL (self->selection)), factory);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Conversations"), -1);
  g_signal_connect_swapped (self->list, "activate", G_CALLBACK (activate_cb), self);

  return self->list;
}

/* ---- Object ------------------------------------------------------------------------------------------------------- */

static void
myna_history_sidebar_size_allocate (GtkWidget *widget,
                                    int        width,
                                    int        height,
                                    int        baseline)
{
  MynaHistorySidebar *self = MYNA_HISTORY_SIDEBAR (widget);

  gtk_widget_allocate (self->stack, width, height, baseline, NULL);
  gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
myna_history_sidebar_measure (GtkWidget      *widget,
                              GtkOrientation  orientation,
                              int             for_size,
                              int            *minimum,
                              int            *natural,
                              int            *minimum_baseline,
                              int            *natural_baseline)
{
  gtk_widget_measure (MYNA_HISTORY_SIDEBAR (widget)->stack, orientation, for_size, minimum, natural, NULL, NULL);
}

static void
myna_history_sidebar_dispose (GObject *object)
{
  MynaHistorySidebar *self = MYNA_HISTORY_SIDEBAR (object);

  if (self->selection)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->selection);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  if (self->model)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  g_clear_pointer (&self->rows, g_hash_table_unref);

  G_OBJECT_CLASS (myna_history_sidebar_parent_class)->dispose (object);
}

static void
myna_history_sidebar_class_init (MynaHistorySidebarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_history_sidebar_dispose;
  widget_class->size_allocate = myna_history_sidebar_size_allocate;
  widget_class->measure = myna_history_sidebar_measure;

  signals[SIGNAL_OPEN] = g_signal_new ("open", MYNA_TYPE_HISTORY_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_INT64);

  gtk_widget_class_install_action (widget_class, "history.rename", "x", rename_action_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F2, 0, rename_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Delete, 0, delete_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
  gtk_widget_class_set_css_name (widget_class, "history");
}

static void
myna_history_sidebar_init (MynaHistorySidebar *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *empty = gtk_label_new (_("Your chats will be kept here."));

  self->rows = g_hash_table_new (NULL, NULL);
  self->model = myna_history_model_new ();
  g_signal_connect_swapped (self->model, "notify::n-conversations", G_CALLBACK (update_page), self);
  g_signal_connect_swapped (self->model, "notify::loading", G_CALLBACK (update_page), self);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), make_list (self));
  gtk_widget_add_css_class (empty, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (empty), TRUE);
  gtk_label_set_justify (GTK_LABEL (empty), GTK_JUSTIFY_CENTER);

  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), scroller, "list");
  gtk_stack_add_named (GTK_STACK (self->stack), empty, "empty");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));

  self->menu = gtk_popover_menu_new_from_model (NULL);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
}

GtkWidget *
myna_history_sidebar_new (void)
{
  return g_object_new (MYNA_TYPE_HISTORY_SIDEBAR, NULL);
}

void
myna_history_sidebar_set_store (MynaHistorySidebar *self,
                                StoreDb            *store)
{
  g_return_if_fail (MYNA_IS_HISTORY_SIDEBAR (self));

  myna_history_model_set_store (self->model, store);
}

MynaHistoryModel *
myna_history_sidebar_get_model (MynaHistorySidebar *self)
{
  g_return_val_if_fail (MYNA_IS_HISTORY_SIDEBAR (self), NULL);

  return self->model;
}

void
myna_history_sidebar_set_current (MynaHistorySidebar *self,
                                  gint64              id)
{
  g_return_if_fail (MYNA_IS_HISTORY_SIDEBAR (self));

  self->current = id;
  follow_current (self);
}

static MynaHistoryRow *
find_row (MynaHistorySidebar *self,
          gint64              id)
{
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &row, NULL)) {
    MynaHistoryItem *item = myna_history_row_get_item (row);

    if (myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION && myna_history_item_get_id (item) == id)
      return row;
  }

  return NULL;
}

void
myna_history_sidebar_begin_rename (MynaHistorySidebar *self,
                                   gint64              id)
{
  guint position = myna_history_model_find (self->model, id);
  MynaHistoryRow *row;

  g_return_if_fail (MYNA_IS_HISTORY_SIDEBAR (self));

  if (position == G_MAXUINT)
    return;
  gtk_widget_activate_action (self->list, "list.scroll-to-item", "u", position);
  row = find_row (self, id);
  if (row)
    myna_history_row_begin_rename (row);
  else
    self->rename_id = id;
}
