/* myna-history-row.c: the widget of one row of the sidebar: heading, folder or conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sidebar/myna-history-row.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"

#define INDENT 18

struct _MynaHistoryRow
{
  GtkWidget parent_instance;

  MynaHistoryItem *item;
  GSignalGroup *item_signals;
  gboolean selecting;

  GtkWidget *check;
  GtkWidget *icon;
  GtkWidget *stack; /* label or entry */
  GtkWidget *label;
  GtkWidget *entry;  /* made when first needed */
  GtkWidget *server; /* its model is on one … */
  GtkWidget *server_name;
  GtkWidget *dot;
};

enum
{
  SIGNAL_RENAMING,
  SIGNAL_RENAMED,
  SIGNAL_CHECK_TOGGLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaHistoryRow, myna_history_row, GTK_TYPE_WIDGET)

static gboolean
is_renaming (MynaHistoryRow *self)
{
  return self->entry && gtk_stack_get_visible_child (GTK_STACK (self->stack)) == self->entry;
}

static void
end_rename (MynaHistoryRow *self)
{
  if (!is_renaming (self))
    return;
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->label);
  g_signal_emit (self, signals[SIGNAL_RENAMING], 0, FALSE);
}

static void
accept_rename (MynaHistoryRow *self)
{
  g_autofree char *title = NULL;

  if (!self->item || !is_renaming (self))
    return;
  title = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));
  end_rename (self);
  if (*title && !g_str_equal (title, myna_history_item_get_title (self->item)))
    g_signal_emit (self, signals[SIGNAL_RENAMED], 0, title);
}

static void
give_focus_back (MynaHistoryRow *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  if (parent)
    gtk_widget_grab_focus (parent);
}

static void
entry_activate_cb (MynaHistoryRow *self)
{
  accept_rename (self);
  give_focus_back (self);
}

static gboolean
entry_key_cb (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, MynaHistoryRow *self)
{
  if (keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  end_rename (self);
  give_focus_back (self);

  return GDK_EVENT_STOP;
}

static void
make_entry (MynaHistoryRow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->entry = gtk_entry_new ();
  gtk_entry_set_max_length (GTK_ENTRY (self->entry), 200);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Title"), -1);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (entry_activate_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (entry_key_cb), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (self->entry, keys);
  /* Clicking elsewhere keeps what was typed. */
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (accept_rename), self);
  gtk_widget_add_controller (self->entry, focus);
  gtk_stack_add_child (GTK_STACK (self->stack), self->entry);
}

static void
check_toggled_cb (MynaHistoryRow *self)
{
  if (self->item && gtk_check_button_get_active (GTK_CHECK_BUTTON (self->check)) != myna_history_item_get_checked (self->item))
    g_signal_emit (self, signals[SIGNAL_CHECK_TOGGLED], 0);
}

/* A reply is being written, or waits for an answer. */
static void
update_dot (MynaHistoryRow *self)
{
  gboolean asking = myna_history_item_get_asking (self->item);
  const char *text = asking ? _ ("Waiting for your answer") : _ ("Generating a reply");

  gtk_widget_set_visible (self->dot, myna_history_item_get_busy (self->item) || asking);
  myna_set_css_class (self->dot, "asking", asking);
  adw_bin_set_child (ADW_BIN (self->dot), asking ? gtk_label_new ("?") : NULL);
  myna_set_name (self->dot, text);
}

static void
update_server (MynaHistoryRow *self)
{
  const char *name = myna_history_item_get_server (self->item);
  /* Translators: %s is the name of a server */
  g_autofree char *text = name ? g_strdup_printf (_ ("Model on “%s”"), name) : NULL;

  gtk_widget_set_visible (self->server, name != NULL);
  gtk_widget_set_visible (self->server_name, name != NULL);
  if (!name)
    return;
  gtk_label_set_label (GTK_LABEL (self->server_name), name);
  myna_set_tooltip (self->server_name, text);
  myna_set_name (self->server, text);
}

static void
update (MynaHistoryRow *self)
{
  MynaHistoryKind kind;
  g_autofree char *text = NULL;

  if (!self->item)
    return;
  kind = myna_history_item_get_kind (self->item);
  text = myna_history_item_describe (self->item);
  gtk_label_set_label (GTK_LABEL (self->label), text);
  gtk_widget_set_visible (self->check, self->selecting && kind == MYNA_HISTORY_CONVERSATION);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->check), myna_history_item_get_checked (self->item));
  gtk_widget_set_visible (self->icon, kind == MYNA_HISTORY_FOLDER);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon),
                                myna_history_item_get_expanded (self->item) ? "pan-down-symbolic" : "pan-end-symbolic");
  update_dot (self);
  update_server (self);
  gtk_widget_set_margin_start (GTK_WIDGET (self), INDENT * (int) myna_history_item_get_depth (self->item));
}

static void
item_notify_cb (MynaHistoryItem *item, GParamSpec *pspec, MynaHistoryRow *self)
{
  update (self);
}

/* Only a title that is cut off needs to be told in full. */
static gboolean
myna_history_row_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  MynaHistoryRow *self = MYNA_HISTORY_ROW (widget);

  if (!pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (self->label))))
    return FALSE;
  gtk_tooltip_set_text (tooltip, gtk_label_get_label (GTK_LABEL (self->label)));

  return TRUE;
}

static void
myna_history_row_dispose (GObject *object)
{
  MynaHistoryRow *self = MYNA_HISTORY_ROW (object);
  g_clear_object (&self->item_signals);
  g_clear_object (&self->item);
  myna_drop_children (GTK_WIDGET (self));

  G_OBJECT_CLASS (myna_history_row_parent_class)->dispose (object);
}

static void
myna_history_row_class_init (MynaHistoryRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_history_row_dispose;
  widget_class->query_tooltip = myna_history_row_query_tooltip;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "historyrow");

  signals[SIGNAL_RENAMING] =
      g_signal_new ("renaming", MYNA_TYPE_HISTORY_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[SIGNAL_RENAMED] =
      g_signal_new ("renamed", MYNA_TYPE_HISTORY_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_CHECK_TOGGLED] =
      g_signal_new ("check-toggled", MYNA_TYPE_HISTORY_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_history_row_init (MynaHistoryRow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (widget)), 8);

  self->check = gtk_check_button_new ();
  gtk_widget_add_css_class (self->check, "selection-mode");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->check), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Select"), -1);
  g_signal_connect_swapped (self->check, "toggled", G_CALLBACK (check_toggled_cb), self);
  gtk_widget_set_parent (self->check, widget);

  self->icon = gtk_image_new ();
  gtk_widget_set_parent (self->icon, widget);

  self->stack = gtk_stack_new ();
  gtk_stack_set_vhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_widget_set_hexpand (self->stack, TRUE);
  gtk_widget_set_parent (self->stack, widget);
  self->label = myna_line_label_new (NULL, NULL);
  gtk_stack_add_child (GTK_STACK (self->stack), self->label);

  self->server = gtk_image_new_from_icon_name ("network-server-symbolic");
  gtk_widget_set_parent (self->server, widget);
  self->server_name = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->server_name), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (self->server_name), 10);
  myna_add_css_classes (self->server_name, "caption dim-label");
  gtk_widget_set_parent (self->server_name, widget);

  self->dot = adw_bin_new ();
  gtk_widget_add_css_class (self->dot, "busy-dot");
  gtk_widget_set_valign (self->dot, GTK_ALIGN_CENTER);
  gtk_widget_set_parent (self->dot, widget);

  self->item_signals = g_signal_group_new (MYNA_TYPE_HISTORY_ITEM);
  g_signal_group_connect (self->item_signals, "notify", G_CALLBACK (item_notify_cb), self);
}

GtkWidget *
myna_history_row_new (void)
{
  return g_object_new (MYNA_TYPE_HISTORY_ROW, NULL);
}

MynaHistoryItem *
myna_history_row_get_item (MynaHistoryRow *self)
{
  g_return_val_if_fail (MYNA_IS_HISTORY_ROW (self), NULL);

  return self->item;
}

void
myna_history_row_set_item (MynaHistoryRow *self, MynaHistoryItem *item)
{
  g_return_if_fail (MYNA_IS_HISTORY_ROW (self));

  end_rename (self);
  g_set_object (&self->item, item);
  g_signal_group_set_target (self->item_signals, item);
  myna_set_css_class (GTK_WIDGET (self), "heading-row", item && myna_history_item_get_kind (item) == MYNA_HISTORY_HEADING);
  update (self);
}

void
myna_history_row_set_selecting (MynaHistoryRow *self, gboolean selecting)
{
  g_return_if_fail (MYNA_IS_HISTORY_ROW (self));

  self->selecting = selecting;
  update (self);
}

void
myna_history_row_begin_rename (MynaHistoryRow *self)
{
  g_return_if_fail (MYNA_IS_HISTORY_ROW (self));

  if (!self->item || myna_history_item_get_kind (self->item) == MYNA_HISTORY_HEADING)
    return;
  if (is_renaming (self))
    return;
  if (!self->entry)
    make_entry (self);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), myna_history_item_get_title (self->item));
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->entry);
  gtk_widget_grab_focus (self->entry);
  /* It ends when the keyboard leaves the entry. */
  if (gtk_widget_get_focus_child (self->entry))
    g_signal_emit (self, signals[SIGNAL_RENAMING], 0, TRUE);
  else
    gtk_stack_set_visible_child (GTK_STACK (self->stack), self->label);
}
