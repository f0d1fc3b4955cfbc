/* myna-history-list.c: the conversations as a list that can be browsed, sorted by hand and selected from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list's selection is the conversation that the window shows.  It is the window that decides (a new conversation has
 * no row yet), so the selection follows it: `current` is what is shown, and a selection made by the person is told by
 * the signal "open".
 */
#include "sidebar/myna-history-list.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "sidebar/myna-history-list-private.h"

enum
{
  OPEN,
  SELECTING_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaHistoryList, myna_history_list, GTK_TYPE_WIDGET)

static void open_row_menu (GtkWidget *row, GtkGesture *gesture, double x, double y);

/* ---- What is open ----------------------------------------------------------------------------------------------- */

static void
follow_current (MynaHistoryList *self)
{
  guint position = self->current == 0 ? GTK_INVALID_LIST_POSITION
                                      : myna_history_model_find (self->model, MYNA_HISTORY_CONVERSATION, self->current);

  self->following = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->following = FALSE;
}

static void
selected_cb (MynaHistoryList *self)
{
  MynaHistoryItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (self->following || !item || myna_history_item_get_kind (item) != MYNA_HISTORY_CONVERSATION)
    return;
  /* While several are being selected a click opens nothing. */
  if (self->selecting)
    follow_current (self);
  else if (myna_history_item_get_id (item) != self->current)
    g_signal_emit (self, signals[OPEN], 0, myna_history_item_get_id (item));
}

/* After the list has seen the change: a row that was taken out and put back has lost its selection. */
static void
items_changed_cb (MynaHistoryList *self)
{
  follow_current (self);
}

static void
update_page (MynaHistoryList *self)
{
  gboolean empty =
      myna_history_model_get_n_conversations (self->model) == 0 && g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0;
  StoreListKind kind = myna_history_model_get_kind (self->model);

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                    empty && !myna_history_model_get_loading (self->model) ? "empty" : "list");
  if (kind == STORE_LIST_ARCHIVED)
    gtk_label_set_label (GTK_LABEL (self->empty), _ ("Nothing is archived."));
  else if (kind == STORE_LIST_DELETED)
    gtk_label_set_label (GTK_LABEL (self->empty), _ ("The trash is empty."));
  else
    gtk_label_set_label (GTK_LABEL (self->empty), _ ("Your chats will be kept here."));
}

/* ---- Selecting several ------------------------------------------------------------------------------------------ */

/* Takes the conversation into the selection of several, or out of it. */
static void
toggle_check (MynaHistoryList *self, gint64 id)
{
  myna_history_model_set_checked (self->model, id, !myna_history_model_get_checked (self->model, id));
  self->range_start = id;
}

/* What a click or Enter does where it does not simply select the row. */
static gboolean
activate_item (MynaHistoryList *self, MynaHistoryItem *item, GdkModifierType state)
{
  gint64 id = myna_history_item_get_id (item);

  if (myna_history_item_get_kind (item) == MYNA_HISTORY_FOLDER)
    {
      myna_history_model_set_expanded (self->model, id, !myna_history_item_get_expanded (item));
      return TRUE;
    }
  if (myna_history_item_get_kind (item) != MYNA_HISTORY_CONVERSATION)
    return FALSE;
  if (!self->selecting && (state & GDK_CONTROL_MASK))
    myna_history_list_set_selecting (self, TRUE);
  if (self->selecting)
    {
      if (!(state & GDK_SHIFT_MASK) || !myna_history_model_check_range (self->model, self->range_start, id))
        toggle_check (self, id);
      return TRUE;
    }

  return FALSE;
}

static void
activate_cb (MynaHistoryList *self, guint position)
{
  g_autoptr (MynaHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  if (item && !activate_item (self, item, 0) && myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION)
    g_signal_emit (self, signals[OPEN], 0, myna_history_item_get_id (item));
}

static void
act_on_click (MynaHistoryList *self, GtkGesture *gesture)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  MynaHistoryItem *item = myna_history_row_get_item (MYNA_HISTORY_ROW (row));
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  if (!item)
    return;
  if (activate_item (self, item, state))
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  else if (myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION && myna_history_item_get_id (item) == self->current)
    /* The row is selected already, so the selection tells nothing. */
    g_signal_emit (self, signals[OPEN], 0, self->current);
}

/* A selection of several answers at once; nothing is dragged then. */
static void
row_pressed_cb (GtkGesture *gesture, int n_press, double x, double y, MynaHistoryList *self)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  self->acted_on_press = self->selecting || (state & GDK_CONTROL_MASK);
  if (self->acted_on_press)
    act_on_click (self, gesture);
}

/* Else only when the button comes up: the row may be about to be dragged. */
static void
row_released_cb (GtkGesture *gesture, int n_press, double x, double y, MynaHistoryList *self)
{
  if (!self->acted_on_press)
    act_on_click (self, gesture);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

/* A row that moved under the hands of the person would lose what is typed, and an input method its composition. */
static void
row_renaming_cb (MynaHistoryRow *row, gboolean renaming, MynaHistoryList *self)
{
  if (self->model)
    myna_history_model_set_held (self->model, renaming);
}

static void
row_renamed_cb (MynaHistoryRow *row, const char *title, MynaHistoryList *self)
{
  MynaHistoryItem *item = myna_history_row_get_item (row);
  gboolean folder = myna_history_item_get_kind (item) == MYNA_HISTORY_FOLDER;

  gtk_widget_activate_action (GTK_WIDGET (self), folder ? "win.rename-folder" : "win.rename-chat", "(xs)",
                              myna_history_item_get_id (item), title);
}

static void
row_check_toggled_cb (MynaHistoryRow *row, MynaHistoryList *self)
{
  toggle_check (self, myna_history_item_get_id (myna_history_row_get_item (row)));
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, MynaHistoryList *self)
{
  GtkWidget *row = myna_history_row_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (row_pressed_cb), self, 0);
  g_signal_connect_object (click, "released", G_CALLBACK (row_released_cb), self, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  g_signal_connect_object (row, "renaming", G_CALLBACK (row_renaming_cb), self, 0);
  g_signal_connect_object (row, "renamed", G_CALLBACK (row_renamed_cb), self, 0);
  g_signal_connect_object (row, "check-toggled", G_CALLBACK (row_check_toggled_cb), self, 0);
  myna_add_context_menu (row, open_row_menu);
  myna_history_list_setup_dnd (self, MYNA_HISTORY_ROW (row));
  gtk_list_item_set_child (list_item, row);
}

static MynaHistoryRow *
find_row (MynaHistoryList *self, MynaHistoryKind kind, gint64 id)
{
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    {
      MynaHistoryItem *item = myna_history_row_get_item (row);

      if (myna_history_item_get_kind (item) == kind && myna_history_item_get_id (item) == id)
        return row;
    }

  return NULL;
}

/* The row cannot take the focus while it is being put into the list; and the menu that this comes from gives it back. */
static gboolean
begin_rename_idle (gpointer list)
{
  MynaHistoryList *self = list;
  MynaHistoryRow *row = self->rows && self->rename_id ? find_row (self, self->rename_kind, self->rename_id) : NULL;

  if (row)
    {
      self->rename_id = 0;
      myna_history_row_begin_rename (row);
    }

  return G_SOURCE_REMOVE;
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, MynaHistoryList *self)
{
  MynaHistoryRow *row = MYNA_HISTORY_ROW (gtk_list_item_get_child (list_item));
  MynaHistoryItem *item = gtk_list_item_get_item (list_item);
  gboolean conversation = myna_history_item_get_kind (item) == MYNA_HISTORY_CONVERSATION;

  gtk_list_item_set_selectable (list_item, conversation);
  gtk_list_item_set_activatable (list_item, myna_history_item_get_kind (item) != MYNA_HISTORY_HEADING);
  myna_history_row_set_item (row, item);
  g_hash_table_add (self->rows, row);
  myna_history_row_set_selecting (row, self->selecting);
  if (self->rename_id && self->rename_kind == myna_history_item_get_kind (item)
      && self->rename_id == myna_history_item_get_id (item))
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, begin_rename_idle, g_object_ref (self), g_object_unref);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, MynaHistoryList *self)
{
  MynaHistoryRow *row = MYNA_HISTORY_ROW (gtk_list_item_get_child (list_item));

  g_hash_table_remove (self->rows, row);
  myna_history_row_set_item (row, NULL);
}

static GtkWidget *
make_list (MynaHistoryList *self)
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
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Chats"), -1);
  g_signal_connect_swapped (self->list, "activate", G_CALLBACK (activate_cb), self);

  return self->list;
}

/* ---- Menus ------------------------------------------------------------------------------------------------------ */

static void
open_row_menu (GtkWidget *row, GtkGesture *gesture, double x, double y)
{
  GtkWidget *self = gtk_widget_get_ancestor (row, MYNA_TYPE_HISTORY_LIST);

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  myna_history_list_popup_menu (MYNA_HISTORY_LIST (self), MYNA_HISTORY_ROW (row), x, y);
}

/* ---- Keys ------------------------------------------------------------------------------------------------------- */

/* The row inside the list item that has the focus; NULL if the focus is elsewhere, or on a heading. */
static MynaHistoryRow *
get_focus_row (MynaHistoryList *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  GtkWidget *child = focus && gtk_widget_is_ancestor (focus, self->list) ? gtk_widget_get_first_child (focus) : NULL;
  MynaHistoryItem *item = child && MYNA_IS_HISTORY_ROW (child) ? myna_history_row_get_item (MYNA_HISTORY_ROW (child)) : NULL;

  return item && myna_history_item_get_kind (item) != MYNA_HISTORY_HEADING ? MYNA_HISTORY_ROW (child) : NULL;
}

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (widget);
  MynaHistoryRow *row = get_focus_row (self);

  if (!row)
    return FALSE;
  myna_history_list_popup_menu (self, row, gtk_widget_get_width (GTK_WIDGET (row)) / 2.0,
                                gtk_widget_get_height (GTK_WIDGET (row)));

  return TRUE;
}

gboolean
myna_history_list_rename_focused (MynaHistoryList *self)
{
  MynaHistoryRow *row;

  g_return_val_if_fail (MYNA_IS_HISTORY_LIST (self), FALSE);

  row = get_focus_row (self);
  if (row)
    myna_history_row_begin_rename (row);

  return row != NULL;
}

static void
delete_chats (MynaHistoryList *self, const gint64 *ids, gsize n_ids)
{
  gboolean bin = myna_history_model_get_kind (self->model) == STORE_LIST_DELETED;

  gtk_widget_activate_action (GTK_WIDGET (self), bin ? "win.purge-chats" : "win.delete-chats", "@ax",
                              g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, ids, n_ids, sizeof *ids));
}

/* What is selected, or else what the keyboard is on. */
static gboolean
delete_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (widget);
  MynaHistoryRow *row = get_focus_row (self);
  MynaHistoryItem *item = row ? myna_history_row_get_item (row) : NULL;
  g_autoptr (GArray) checked = myna_history_model_dup_checked (self->model);
  gint64 id = item ? myna_history_item_get_id (item) : 0;

  if (!item || myna_history_item_get_kind (item) == MYNA_HISTORY_HEADING)
    return FALSE;
  if (self->selecting)
    {
      if (checked->len > 0)
        delete_chats (self, (const gint64 *) checked->data, checked->len);
      myna_history_list_set_selecting (self, checked->len == 0);
    }
  else if (myna_history_item_get_kind (item) == MYNA_HISTORY_FOLDER)
    gtk_widget_activate_action (widget, "win.ask-delete-folder", "x", id);
  else
    delete_chats (self, &id, 1);

  return TRUE;
}

static gboolean
escape_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (widget);
  gboolean selecting = self->selecting;

  myna_history_list_set_selecting (self, FALSE);

  return selecting;
}

static void
rename_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaHistoryKind kind = g_str_equal (name, "history.rename") ? MYNA_HISTORY_CONVERSATION : MYNA_HISTORY_FOLDER;

  myna_history_list_begin_rename (MYNA_HISTORY_LIST (widget), kind, g_variant_get_int64 (parameter));
}

static void
select_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (widget);

  myna_history_list_set_selecting (self, TRUE);
  toggle_check (self, g_variant_get_int64 (parameter));
}

static void
class_install_keys (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "history.rename", "x", rename_action_cb);
  gtk_widget_class_install_action (widget_class, "history.rename-folder", "x", rename_action_cb);
  gtk_widget_class_install_action (widget_class, "history.select", "x", select_action_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Delete, 0, delete_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, escape_key_cb, NULL);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_history_list_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (widget);

  gtk_widget_allocate (self->stack, width, height, baseline, NULL);
  gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
myna_history_list_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                           int *minimum_baseline, int *natural_baseline)
{
  gtk_widget_measure (MYNA_HISTORY_LIST (widget)->stack, orientation, for_size, minimum, natural, NULL, NULL);
}

static void
myna_history_list_dispose (GObject *object)
{
  MynaHistoryList *self = MYNA_HISTORY_LIST (object);

  if (self->selection)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->selection);
  g_clear_weak_pointer (&self->focus_before);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  if (self->model)
    {
      myna_history_model_set_held (self->model, FALSE);
      g_signal_handlers_disconnect_by_data (self->model, self);
    }
  g_clear_object (&self->model);
  g_clear_pointer (&self->rows, g_hash_table_unref);

  G_OBJECT_CLASS (myna_history_list_parent_class)->dispose (object);
}

static void
myna_history_list_class_init (MynaHistoryListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_history_list_dispose;
  widget_class->size_allocate = myna_history_list_size_allocate;
  widget_class->measure = myna_history_list_measure;

  signals[OPEN] = g_signal_new ("open", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[SELECTING_CHANGED] = g_signal_new ("selecting-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  class_install_keys (widget_class);
  gtk_widget_class_set_css_name (widget_class, "history");
}

static void
myna_history_list_init (MynaHistoryList *self)
{
  self->rows = g_hash_table_new (NULL, NULL);
}

static void
make_pages (MynaHistoryList *self)
{
  GtkWidget *scroller = myna_scroller_new (make_list (self), -1);

  self->empty = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->empty, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (self->empty), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->empty), GTK_JUSTIFY_CENTER);

  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), scroller, "list");
  gtk_stack_add_named (GTK_STACK (self->stack), self->empty, "empty");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));

  self->menu = myna_history_list_make_menu (self);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
}

GtkWidget *
myna_history_list_new (MynaHistoryModel *model)
{
  MynaHistoryList *self = g_object_new (MYNA_TYPE_HISTORY_LIST, NULL);

  self->model = g_object_ref (model);
  make_pages (self);
  g_signal_connect_object (model, "notify::n-conversations", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "notify::loading", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "notify::folders", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
  update_page (self);

  return GTK_WIDGET (self);
}

void
myna_history_list_set_current (MynaHistoryList *self, gint64 id)
{
  g_return_if_fail (MYNA_IS_HISTORY_LIST (self));

  self->current = id;
  follow_current (self);
}

gboolean
myna_history_list_get_selecting (MynaHistoryList *self)
{
  g_return_val_if_fail (MYNA_IS_HISTORY_LIST (self), FALSE);

  return self->selecting;
}

void
myna_history_list_set_selecting (MynaHistoryList *self, gboolean selecting)
{
  GHashTableIter iter;
  gpointer row;

  g_return_if_fail (MYNA_IS_HISTORY_LIST (self));

  if (self->selecting == !!selecting)
    return;
  self->selecting = !!selecting;
  self->range_start = 0;
  if (!selecting)
    myna_history_model_uncheck_all (self->model);
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    myna_history_row_set_selecting (row, self->selecting);
  g_signal_emit (self, signals[SELECTING_CHANGED], 0);
}

void
myna_history_list_begin_rename (MynaHistoryList *self, MynaHistoryKind kind, gint64 id)
{
  guint position;

  g_return_if_fail (MYNA_IS_HISTORY_LIST (self));

  self->rename_kind = kind;
  self->rename_id = kind != MYNA_HISTORY_CONVERSATION || myna_history_model_reveal (self->model, id) ? id : 0;
  position = myna_history_model_find (self->model, kind, id);
  if (position != G_MAXUINT)
    gtk_widget_activate_action (self->list, "list.scroll-to-item", "u", position);
  if (find_row (self, kind, id))
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, begin_rename_idle, g_object_ref (self), g_object_unref);
}
