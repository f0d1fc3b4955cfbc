/* message-row-menu.c: the menu of a message and its keys; details
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The menu opens from the button with the dots, with the Menu key or Shift+F10 while the keyboard is on the row, and with a
 * secondary click beside the text (the text's own menu has the same entries below its own).
 */
#include "transcript/message-row-private.h"

#include <glib/gi18n.h>

/* ---- Details ---------------------------------------------------------------------------------------------------- */

static void
add_detail (GtkWidget *grid, int *n_rows, const char *name, const char *value)
{
  GtkWidget *left = gtk_label_new (name), *right = gtk_label_new (value);

  gtk_label_set_xalign (GTK_LABEL (left), 0);
  gtk_label_set_xalign (GTK_LABEL (right), 1);
  gtk_widget_add_css_class (left, "dim-label");
  gtk_widget_add_css_class (right, "numeric");
  gtk_label_set_max_width_chars (GTK_LABEL (right), 28);
  gtk_label_set_ellipsize (GTK_LABEL (right), PANGO_ELLIPSIZE_MIDDLE);
  gtk_grid_attach (GTK_GRID (grid), left, 0, *n_rows, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), right, 1, (*n_rows)++, 1, 1);
}

static void G_GNUC_PRINTF (4, 5) add_detail_printf (GtkWidget *grid, int *n_rows, const char *name, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list args;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  add_detail (grid, n_rows, name, value);
}

static const char *
stop_reason (StoreState state)
{
  switch (state)
    {
    case STORE_STATE_COMPLETE: return _ ("The model finished");
    case STORE_STATE_STOPPED: return _ ("Stopped by you");
    case STORE_STATE_LENGTH: return _ ("Length limit");
    case STORE_STATE_INTERRUPTED: return _ ("Interrupted");
    case STORE_STATE_FAILED: return _ ("Error");
    case STORE_STATE_GENERATING:
    default: return _ ("Being written");
    }
}

static GtkWidget *
new_details (MynaMessageRow *self)
{
  const StoreMessage *record = myna_message_get_record (self->message);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (record->created_at / 1000);
  g_autofree char *date = time ? g_date_time_format (time, "%c") : g_strdup ("");
  GtkWidget *grid = gtk_grid_new ();
  int n = 0;

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 18);
  add_detail (grid, &n, _ ("Written"), date);
  if (record->role != STORE_ROLE_ASSISTANT)
    return grid;
  if (record->model)
    add_detail (grid, &n, _ ("Model"), record->model);
  if (record->n_prompt_tokens)
    add_detail_printf (grid, &n, _ ("Tokens read"), "%'d", record->n_prompt_tokens);
  if (record->n_tokens)
    add_detail_printf (grid, &n, _ ("Tokens written"), "%'d", record->n_tokens);
  if (record->seconds > 0)
    add_detail_printf (grid, &n, _ ("Speed"), _ ("%.1f tokens/s"), record->n_tokens / record->seconds);
  if (record->first_token_seconds > 0)
    add_detail_printf (grid, &n, _ ("Time to first token"), _ ("%.2f s"), record->first_token_seconds);
  add_detail (grid, &n, _ ("Ended"), stop_reason (record->state));
  return grid;
}

static void
details_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);
  GtkWidget *popover = gtk_popover_new ();

  g_clear_pointer (&self->details, gtk_widget_unparent);
  self->details = popover;
  gtk_popover_set_child (GTK_POPOVER (popover), new_details (self));
  gtk_widget_add_css_class (popover, "message-details");
  gtk_accessible_update_property (GTK_ACCESSIBLE (popover), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Details"), -1);
  gtk_widget_set_parent (popover, self->more_button);
  gtk_popover_popup (GTK_POPOVER (popover));
}

/* ---- What the entries do ---------------------------------------------------------------------------------------- */

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_message_row_copy (MYNA_MESSAGE_ROW (widget));
}

static void
copy_text_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autofree char *text = myna_message_row_get_text (MYNA_MESSAGE_ROW (widget));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
edit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_message_row_edit (MYNA_MESSAGE_ROW (widget));
}

static void
regenerate_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_message_row_regenerate (MYNA_MESSAGE_ROW (widget));
}

static void
quote_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);
  g_autofree char *selected = myna_message_row_get_selected_text (self);
  g_auto (GStrv) lines = g_strsplit (selected ? selected : myna_message_get_text (self->message), "\n", -1);
  g_autoptr (GString) quoted = g_string_new (NULL);

  for (guint i = 0; lines[i]; i++)
    if (lines[i + 1] || *lines[i])
      g_string_append_printf (quoted, "%s> %s", i ? "\n" : "", lines[i]);
  g_signal_emit_by_name (self, "quote", quoted->str);
}

static void
delete_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);
  g_autoptr (MynaMessage) message = g_object_ref (self->message);

  g_signal_emit_by_name (self, "delete", message);
}

static void
select_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_message_row_select_all (MYNA_MESSAGE_ROW (widget));
}

static void
leave_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit_by_name (widget, "edited");
}

/* ---- The menu --------------------------------------------------------------------------------------------------- */

static void
append_item (GMenu *menu, const char *label, const char *action, const char *accel)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, action);

  g_menu_item_set_attribute (item, "hidden-when", "s", "action-disabled");
  if (accel)
    g_menu_item_set_attribute (item, "accel", "s", accel);
  g_menu_append_item (menu, item);
}

GMenuModel *
myna_message_row_new_menu (gboolean beside_text)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) first = g_menu_new ();
  g_autoptr (GMenu) last = g_menu_new ();

  append_item (first, _ ("_Copy Message"), "message.copy", "<Control>c");
  append_item (first, _ ("Copy as Plain _Text"), "message.copy-text", NULL);
  append_item (first, _ ("_Edit"), "message.edit", "<Control>e");
  append_item (first, _ ("_Regenerate"), "message.regenerate", "<Control>r");
  append_item (first, _ ("_Quote"), "message.quote", NULL);
  if (!beside_text)
    append_item (first, _ ("Select _All"), "message.select-all", "<Control>a");
  append_item (last, _ ("Deta_ils"), "message.details", NULL);
  append_item (last, _ ("_Delete From Here"), "message.delete", "Delete");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));
  return G_MENU_MODEL (menu);
}

static void
create_menu (GtkMenuButton *button, gpointer user_data)
{
  g_autoptr (GMenuModel) menu = NULL;

  if (gtk_menu_button_get_menu_model (button))
    return;
  menu = myna_message_row_new_menu (FALSE);
  gtk_menu_button_set_menu_model (button, menu);
}

static void
popup_menu (MynaMessageRow *self, const GdkRectangle *place)
{
  if (!self->message)
    return;
  if (!self->menu)
    {
      g_autoptr (GMenuModel) menu = myna_message_row_new_menu (FALSE);

      self->menu = gtk_popover_menu_new_from_model (menu);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_popover_set_position (GTK_POPOVER (self->menu), GTK_POS_BOTTOM);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), place);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

/* Below the first line of what is shown of the message. */
static void
menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);
  GtkWidget *shown = self->bubble ? self->bubble : self->body;
  graphene_rect_t bounds, in_canvas;
  double y;

  if (!gtk_widget_compute_bounds (shown, widget, &bounds)
      || !gtk_widget_compute_bounds (widget, gtk_widget_get_parent (widget), &in_canvas))
    return;
  y = CLAMP (24, -in_canvas.origin.y, MAX (24, bounds.origin.y + bounds.size.height));
  popup_menu (self, &(GdkRectangle){ bounds.origin.x + 12, y, 1, 1 });
}

static void
menu_pressed_cb (MynaMessageRow *self, int n_press, double x, double y, GtkGesture *gesture)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  popup_menu (self, &(GdkRectangle){ x, y, 1, 1 });
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

void
myna_message_row_build_menu (MynaMessageRow *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (menu_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));

  self->more_button = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->more_button), "view-more-horizontal-symbolic");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->more_button), create_menu, NULL, NULL);
  gtk_widget_add_css_class (self->more_button, "flat");
  gtk_widget_set_tooltip_text (self->more_button, _ ("More"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->more_button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("More"), -1);
  gtk_box_append (GTK_BOX (self->bar), self->more_button);
}

/* Only where the keyboard is on the message as a whole: a button in it is not what one means to delete. */
static gboolean
delete_pressed_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  return gtk_widget_has_focus (widget) && gtk_widget_activate_action (widget, "message.delete", NULL);
}

void
myna_message_row_class_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "message.menu", menu_action },
    { "message.copy", copy_action },
    { "message.copy-text", copy_text_action },
    { "message.edit", edit_action },
    { "message.regenerate", regenerate_action },
    { "message.quote", quote_action },
    { "message.select-all", select_all_action },
    { "message.details", details_action },
    { "message.delete", delete_action },
    { "message.leave", leave_action },
  };
  static const struct
  {
    guint key;
    GdkModifierType modifiers;
    const char *action;
  } keys[] = {
    { GDK_KEY_Return, 0, "message.menu" },
    { GDK_KEY_KP_Enter, 0, "message.menu" },
    { GDK_KEY_Menu, 0, "message.menu" },
    { GDK_KEY_F10, GDK_SHIFT_MASK, "message.menu" },
    { GDK_KEY_c, GDK_CONTROL_MASK, "message.copy" },
    { GDK_KEY_e, GDK_CONTROL_MASK, "message.edit" },
    { GDK_KEY_r, GDK_CONTROL_MASK, "message.regenerate" },
    { GDK_KEY_a, GDK_CONTROL_MASK, "message.select-all" },
    { GDK_KEY_Escape, 0, "message.leave" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].activate);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].modifiers, keys[i].action, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_pressed_cb, NULL);
}
