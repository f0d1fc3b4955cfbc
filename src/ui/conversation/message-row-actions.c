/* message-row-actions.c: what can be done with a message: copy, edit, regenerate, alternatives, marks, details, delete
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "conversation/message-row-private.h"

#include <glib/gi18n.h>

static void
copy_clicked_cb (MynaMessageRow *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), myna_message_get_text (self->message));
}

static void
regenerate_clicked_cb (MynaMessageRow *self)
{
  g_autoptr (MynaMessage) message = g_object_ref (self->message);

  myna_conversation_regenerate (self->conversation, message);
  g_signal_emit_by_name (self, "edited");
}

static void
previous_clicked_cb (MynaMessageRow *self)
{
  myna_conversation_switch (self->conversation, self->message, -1);
}

static void
next_clicked_cb (MynaMessageRow *self)
{
  myna_conversation_switch (self->conversation, self->message, 1);
}

static void
mark_toggled_cb (MynaMessageRow  *self,
                 GtkToggleButton *button)
{
  int mark = GTK_WIDGET (button) == self->good_button ? 1 : -1;

  if (!self->setting_marks)
    myna_conversation_set_mark (self->conversation, self->message, gtk_toggle_button_get_active (button) ? mark : 0);
}

/* ---- Editing a question ------------------------------------------------------------------------------------------- */

void
myna_message_row_stop_editing (MynaMessageRow *self)
{
  if (!self->editor)
    return;
  g_clear_pointer (&self->editor, gtk_widget_unparent);
  gtk_widget_set_visible (self->bubble, TRUE);
  gtk_widget_set_visible (self->bar, TRUE);
}

static void
editor_cancel_cb (MynaMessageRow *self)
{
  myna_message_row_stop_editing (self);
  g_signal_emit_by_name (self, "edited");
}

static void
editor_send_cb (MynaMessageRow *self)
{
  GtkTextView *view = g_object_get_data (G_OBJECT (self->editor), "text-view");
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter start, end;
  g_autofree char *text = NULL;
  g_autofree char *trimmed = NULL;
  g_autoptr (MynaMessage) message = g_object_ref (self->message);
  g_autoptr (MynaConversation) conversation = g_object_ref (self->conversation);

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  trimmed = g_strstrip (g_strdup (text));
  if (!*trimmed)
    return;
  g_signal_emit_by_name (self, "edited");
  myna_message_row_stop_editing (self);
  myna_conversation_edit (conversation, message, text);
}

static gboolean
editor_key_cb (MynaMessageRow  *self,
               guint            keyval,
               guint            keycode,
               GdkModifierType  state)
{
  if (keyval == GDK_KEY_Escape)
    {
      editor_cancel_cb (self);
      return GDK_EVENT_STOP;
    }
  if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && (state & GDK_CONTROL_MASK))
    {
      editor_send_cb (self);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

static GtkWidget *
new_editor_buttons (MynaMessageRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *cancel = gtk_button_new_with_label (_("Cancel"));
  GtkWidget *send = gtk_button_new_with_label (_("Send"));

  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_add_css_class (send, "suggested-action");
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (editor_cancel_cb), self);
  g_signal_connect_swapped (send, "clicked", G_CALLBACK (editor_send_cb), self);
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_box_append (GTK_BOX (box), send);
  return box;
}

static void
edit_clicked_cb (MynaMessageRow *self)
{
  GtkWidget *view = gtk_text_view_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->editor = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (self->editor, "composer-card");
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), myna_message_get_text (self->message), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Edit question"), -1);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (editor_key_cb), self);
  gtk_widget_add_controller (view, keys);
  g_object_set_data (G_OBJECT (self->editor), "text-view", view);
  gtk_box_append (GTK_BOX (self->editor), view);
  gtk_box_append (GTK_BOX (self->editor), new_editor_buttons (self));
  gtk_widget_insert_before (self->editor, GTK_WIDGET (self), self->status);
  gtk_widget_set_visible (self->bubble, FALSE);
  gtk_widget_set_visible (self->bar, FALSE);
  gtk_widget_grab_focus (view);
}

/* ---- Details and menu --------------------------------------------------------------------------------------------- */

static void
add_detail (GtkWidget  *grid,
            int        *n_rows,
            const char *name,
            const char *value)
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

static void G_GNUC_PRINTF (4, 5)
add_detail_printf (GtkWidget  *grid,
                   int        *n_rows,
                   const char *name,
                   const char *format,
                   ...)
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
    case STORE_STATE_COMPLETE:
      return _("The model finished");
    case STORE_STATE_STOPPED:
      return _("Stopped by you");
    case STORE_STATE_LENGTH:
      return _("Length limit");
    case STORE_STATE_INTERRUPTED:
      return _("Interrupted");
    case STORE_STATE_FAILED:
      return _("Error");
    case STORE_STATE_GENERATING:
    default:
      return _("Being written");
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
  add_detail (grid, &n, _("Written"), date);
  if (record->role != STORE_ROLE_ASSISTANT)
    return grid;
  if (record->model)
    add_detail (grid, &n, _("Model"), record->model);
  if (record->n_prompt_tokens)
    add_detail_printf (grid, &n, _("Tokens read"), "%'d", record->n_prompt_tokens);
  if (record->n_tokens)
    add_detail_printf (grid, &n, _("Tokens written"), "%'d", record->n_tokens);
  if (record->seconds > 0)
    add_detail_printf (grid, &n, _("Speed"), _("%.1f tokens/s"), record->n_tokens / record->seconds);
  if (record->first_token_seconds > 0)
    add_detail_printf (grid, &n, _("Time to first token"), _("%.2f s"), record->first_token_seconds);
  add_detail (grid, &n, _("Ended"), stop_reason (record->state));
  return grid;
}

static void
details_closed_cb (GtkWidget *popover)
{
  g_idle_add_once ((GSourceOnceFunc) gtk_widget_unparent, popover);
}

static void
details_activated (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  MynaMessageRow *self = user_data;
  GtkWidget *popover = gtk_popover_new ();

  gtk_popover_set_child (GTK_POPOVER (popover), new_details (self));
  gtk_widget_add_css_class (popover, "message-details");
  gtk_widget_set_parent (popover, self->more_button);
  g_signal_connect (popover, "closed", G_CALLBACK (details_closed_cb), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
quote_activated (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  MynaMessageRow *self = user_data;
  g_autofree char *selected = myna_message_row_get_selected_text (self);
  g_auto (GStrv) lines = g_strsplit (selected ? selected : myna_message_get_text (self->message), "\n", -1);
  g_autoptr (GString) quoted = g_string_new (NULL);

  for (guint i = 0; lines[i]; i++)
    if (lines[i + 1] || *lines[i])
      g_string_append_printf (quoted, "%s> %s", i ? "\n" : "", lines[i]);
  g_signal_emit_by_name (self, "quote", quoted->str);
}

static void
delete_activated (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  MynaMessageRow *self = user_data;
  g_autoptr (MynaMessage) message = g_object_ref (self->message);

  g_signal_emit_by_name (self, "delete", message);
}

static void
select_all_activated (GSimpleAction *action,
                      GVariant      *parameter,
                      gpointer       user_data)
{
  myna_message_row_select_all (user_data);
}

static void
create_menu (GtkMenuButton *button,
             gpointer       user_data)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  if (gtk_menu_button_get_menu_model (button))
    return;
  g_menu_append (menu, _("_Quote"), "message.quote");
  g_menu_append (menu, _("Select _All"), "message.select-all");
  g_menu_append (menu, _("Deta_ils"), "message.details");
  g_menu_append (menu, _("_Delete From Here"), "message.delete");
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

/* ---- The bar ------------------------------------------------------------------------------------------------------ */

static GtkWidget *
add_button (MynaMessageRow *self,
            GtkWidget      *button,
            const char     *icon,
            const char     *label,
            GCallback       callback)
{
  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_swapped (button, GTK_IS_TOGGLE_BUTTON (button) ? "toggled" : "clicked", callback, self);
  gtk_box_append (GTK_BOX (self->bar), button);
  return button;
}

static void
build_switcher (MynaMessageRow *self)
{
  GtkWidget *bar = self->bar;

  self->switcher = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->bar = self->switcher;
  add_button (self, gtk_button_new (), "go-previous-symbolic", _("Previous version"), G_CALLBACK (previous_clicked_cb));
  self->switcher_label = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->switcher_label, "numeric");
  gtk_widget_add_css_class (self->switcher_label, "caption");
  gtk_widget_add_css_class (self->switcher_label, "dim-label");
  gtk_box_append (GTK_BOX (self->switcher), self->switcher_label);
  add_button (self, gtk_button_new (), "go-next-symbolic", _("Next version"), G_CALLBACK (next_clicked_cb));
  self->bar = bar;
  gtk_box_append (GTK_BOX (bar), self->switcher);
}

void
myna_message_row_build_actions (MynaMessageRow *self)
{
  static const GActionEntry entries[] = {
    { .name = "quote", .activate = quote_activated },
    { .name = "select-all", .activate = select_all_activated },
    { .name = "details", .activate = details_activated },
    { .name = "delete", .activate = delete_activated },
  };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "message", G_ACTION_GROUP (group));

  self->bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->bar, "message-actions");
  self->copy_button = add_button (self, gtk_button_new (), "edit-copy-symbolic", _("Copy"), G_CALLBACK (copy_clicked_cb));
  if (self->kind == MYNA_MESSAGE_ROW_QUESTION)
    {
      gtk_widget_set_halign (self->bar, GTK_ALIGN_END);
      self->edit_button = add_button (self, gtk_button_new (), "document-edit-symbolic", _("Edit"),
                                      G_CALLBACK (edit_clicked_cb));
      build_switcher (self);
    }
  else
    {
      self->regenerate_button = add_button (self, gtk_button_new (), "view-refresh-symbolic", _("Regenerate"),
                                            G_CALLBACK (regenerate_clicked_cb));
      build_switcher (self);
      self->good_button = add_button (self, gtk_toggle_button_new (), "myna-good-symbolic", _("Good answer"),
                                      G_CALLBACK (mark_toggled_cb));
      self->bad_button = add_button (self, gtk_toggle_button_new (), "myna-bad-symbolic", _("Bad answer"),
                                     G_CALLBACK (mark_toggled_cb));
    }
  self->more_button = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->more_button), "view-more-horizontal-symbolic");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->more_button), create_menu, NULL, NULL);
  gtk_widget_add_css_class (self->more_button, "flat");
  gtk_widget_set_tooltip_text (self->more_button, _("More"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->more_button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("More"), -1);
  gtk_box_append (GTK_BOX (self->bar), self->more_button);

  if (self->kind == MYNA_MESSAGE_ROW_REPLY)
    {
      self->figures = gtk_label_new (NULL);
      gtk_widget_set_hexpand (self->figures, TRUE);
      gtk_widget_set_halign (self->figures, GTK_ALIGN_END);
      gtk_label_set_ellipsize (GTK_LABEL (self->figures), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (self->figures, "caption");
      gtk_widget_add_css_class (self->figures, "numeric");
      gtk_widget_add_css_class (self->figures, "dim-label");
      gtk_box_append (GTK_BOX (self->bar), self->figures);
    }
  gtk_widget_set_parent (self->bar, GTK_WIDGET (self));
}

void
myna_message_row_update_figures (MynaMessageRow *self)
{
  const StoreMessage *record = myna_message_get_record (self->message);
  g_autofree char *text = NULL;
  double rate;

  if (!self->figures)
    return;
  if (record->state == STORE_STATE_GENERATING)
    {
      rate = myna_conversation_get_rate (self->conversation);
      text = rate > 0 ? g_strdup_printf (_("%.1f tok/s"), rate) : g_strdup ("");
    }
  else if (record->n_tokens > 0 && record->seconds > 0)
    text = g_strdup_printf (_("%'d tok · %.1f tok/s"), record->n_tokens, record->n_tokens / record->seconds);
  gtk_label_set_label (GTK_LABEL (self->figures), text ? text : "");
}

void
myna_message_row_update_actions (MynaMessageRow *self)
{
  gboolean busy = myna_conversation_get_busy (self->conversation);
  gboolean generating = myna_message_get_state (self->message) == STORE_STATE_GENERATING;
  gboolean queued = myna_message_get_queued (self->message);
  int n_siblings = myna_message_get_n_siblings (self->message);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conversation));
  gboolean newest = myna_conversation_find (self->conversation, self->message) + 1 == n;
  g_autofree char *position = g_strdup_printf ("%d/%d", myna_message_get_sibling_index (self->message) + 1, n_siblings);

  gtk_label_set_label (GTK_LABEL (self->switcher_label), position);
  gtk_widget_set_visible (self->switcher, n_siblings > 1 && !queued);
  gtk_widget_set_sensitive (self->switcher, !busy);
  gtk_widget_set_visible (self->more_button, !queued && !generating);
  gtk_widget_set_sensitive (self->copy_button, *myna_message_get_text (self->message));
  if (self->edit_button)
    {
      gtk_widget_set_visible (self->edit_button, !queued);
      gtk_widget_set_sensitive (self->edit_button, !busy);
    }
  else
    {
      int mark = myna_message_get_mark (self->message);

      gtk_widget_set_visible (self->regenerate_button, !generating);
      gtk_widget_set_sensitive (self->regenerate_button, !busy);
      self->setting_marks = TRUE;
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->good_button), mark > 0);
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->bad_button), mark < 0);
      self->setting_marks = FALSE;
      gtk_widget_set_visible (self->good_button, !generating && myna_message_get_id (self->message));
      gtk_widget_set_visible (self->bad_button, !generating && myna_message_get_id (self->message));
    }
  if (newest && self->kind == MYNA_MESSAGE_ROW_REPLY)
    gtk_widget_add_css_class (self->bar, "newest");
  else
    gtk_widget_remove_css_class (self->bar, "newest");
  myna_message_row_update_figures (self);
}
