/* message-row-actions.c: what can be done with a message: copy, edit, regenerate, alternatives, marks, details, delete
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/message-row-private.h"

#include <glib/gi18n.h>

#include "markdown/copy-button.h"

void
myna_message_row_copy (MynaMessageRow *self)
{
  myna_copy_button_copy (MYNA_COPY_BUTTON (self->copy_button), myna_message_get_text (self->message));
}

void
myna_message_row_regenerate (MynaMessageRow *self)
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
mark_toggled_cb (MynaMessageRow *self, GtkToggleButton *button)
{
  int mark = GTK_WIDGET (button) == self->good_button ? 1 : -1;

  if (!self->setting_marks)
    myna_conversation_set_mark (self->conversation, self->message, gtk_toggle_button_get_active (button) ? mark : 0);
}

/* ---- Editing a question ----------------------------------------------------------------------------------------- */

void
myna_message_row_stop_editing (MynaMessageRow *self)
{
  if (!self->editor)
    return;
  g_clear_pointer (&self->editor, gtk_widget_unparent);
  gtk_widget_set_visible (self->bubble, TRUE);
  gtk_widget_set_visible (self->bar, TRUE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "message.edit", TRUE);
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
editor_key_cb (MynaMessageRow *self, guint keyval, guint keycode, GdkModifierType state)
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
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));
  GtkWidget *send = gtk_button_new_with_label (_ ("Send"));

  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_add_css_class (send, "suggested-action");
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (editor_cancel_cb), self);
  g_signal_connect_swapped (send, "clicked", G_CALLBACK (editor_send_cb), self);
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_box_append (GTK_BOX (box), send);
  return box;
}

void
myna_message_row_edit (MynaMessageRow *self)
{
  GtkWidget *view = gtk_text_view_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_return_if_fail (self->kind == MYNA_MESSAGE_ROW_QUESTION && !self->editor);

  self->editor = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (self->editor, "composer-card");
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), myna_message_get_text (self->message), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Edit question"), -1);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (editor_key_cb), self);
  gtk_widget_add_controller (view, keys);
  g_object_set_data (G_OBJECT (self->editor), "text-view", view);
  gtk_box_append (GTK_BOX (self->editor), view);
  gtk_box_append (GTK_BOX (self->editor), new_editor_buttons (self));
  gtk_widget_insert_before (self->editor, GTK_WIDGET (self), self->status);
  gtk_widget_set_visible (self->bubble, FALSE);
  gtk_widget_set_visible (self->bar, FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "message.edit", FALSE);
  gtk_widget_grab_focus (view);
}

/* ---- The bar ---------------------------------------------------------------------------------------------------- */

static GtkWidget *
add_button (MynaMessageRow *self, GtkWidget *button, const char *icon, const char *label, GCallback callback)
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
  add_button (self, gtk_button_new (), "go-previous-symbolic", _ ("Previous version"), G_CALLBACK (previous_clicked_cb));
  self->switcher_label = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->switcher_label, "numeric");
  gtk_widget_add_css_class (self->switcher_label, "caption");
  gtk_widget_add_css_class (self->switcher_label, "dim-label");
  gtk_box_append (GTK_BOX (self->switcher), self->switcher_label);
  add_button (self, gtk_button_new (), "go-next-symbolic", _ ("Next version"), G_CALLBACK (next_clicked_cb));
  self->bar = bar;
  gtk_box_append (GTK_BOX (bar), self->switcher);
}

void
myna_message_row_build_actions (MynaMessageRow *self)
{
  self->bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->bar, "message-actions");
  if (self->kind == MYNA_MESSAGE_ROW_QUESTION)
    {
      self->time = gtk_label_new (NULL);
      gtk_widget_add_css_class (self->time, "caption");
      gtk_widget_add_css_class (self->time, "numeric");
      gtk_widget_add_css_class (self->time, "dim-label");
      gtk_box_append (GTK_BOX (self->bar), self->time);
    }
  self->copy_button = myna_copy_button_new (_ ("Copy"));
  g_signal_connect_swapped (self->copy_button, "clicked", G_CALLBACK (myna_message_row_copy), self);
  gtk_box_append (GTK_BOX (self->bar), self->copy_button);
  if (self->kind == MYNA_MESSAGE_ROW_QUESTION)
    {
      gtk_widget_set_halign (self->bar, GTK_ALIGN_END);
      self->edit_button =
          add_button (self, gtk_button_new (), "document-edit-symbolic", _ ("Edit"), G_CALLBACK (myna_message_row_edit));
      build_switcher (self);
    }
  else
    {
      self->regenerate_button = add_button (self, gtk_button_new (), "view-refresh-symbolic", _ ("Regenerate"),
                                            G_CALLBACK (myna_message_row_regenerate));
      build_switcher (self);
      self->good_button =
          add_button (self, gtk_toggle_button_new (), "myna-good-symbolic", _ ("Good answer"), G_CALLBACK (mark_toggled_cb));
      self->bad_button =
          add_button (self, gtk_toggle_button_new (), "myna-bad-symbolic", _ ("Bad answer"), G_CALLBACK (mark_toggled_cb));
    }
  myna_message_row_build_menu (self);

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

/* "31 tokens/s", with a decimal where it says something. */
static char *
describe_rate (double rate)
{
  if (rate < 9.95)
    return g_strdup_printf (_ ("%.1f tokens/s"), rate);
  return g_strdup_printf (_ ("%.0f tokens/s"), rate);
}

void
myna_message_row_update_figures (MynaMessageRow *self)
{
  const StoreMessage *record = myna_message_get_record (self->message);
  g_autofree char *rate = NULL;
  g_autofree char *count = NULL;
  g_autofree char *text = NULL;

  if (!self->figures)
    return;
  if (record->state == STORE_STATE_GENERATING)
    {
      double now = myna_conversation_get_rate (self->conversation);

      text = now > 0 ? describe_rate (now) : NULL;
    }
  else if (record->n_tokens > 0 && record->seconds > 0)
    {
      rate = describe_rate (record->n_tokens / record->seconds);
      count = g_strdup_printf (ngettext ("%'d token", "%'d tokens", record->n_tokens), record->n_tokens);
      /* Translators: how long a reply is, and how fast it was written: "212 tokens · 31 tokens/s" */
      text = g_strdup_printf (_ ("%s · %s"), count, rate);
    }
  gtk_label_set_label (GTK_LABEL (self->figures), text ? text : "");
  gtk_widget_set_tooltip_text (self->figures, text); /* the whole of it where there is no room */
}

/* When it was asked, beside the question's actions. */
static void
update_time (MynaMessageRow *self)
{
  gint64 created_at = myna_message_get_record (self->message)->created_at;
  g_autoptr (GDateTime) time = created_at ? g_date_time_new_from_unix_local (created_at / 1000) : NULL;
  g_autofree char *date = time ? g_date_time_format (time, "%c") : NULL;
  g_autofree char *clock = time ? g_date_time_format (time, "%H:%M") : NULL;

  if (!self->time)
    return;
  gtk_label_set_label (GTK_LABEL (self->time), clock ? clock : "");
  gtk_widget_set_tooltip_text (self->time, date);
}

/* What the menu and the keys can do now. */
static void
update_enabled (MynaMessageRow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean busy = myna_conversation_get_busy (self->conversation);
  gboolean generating = myna_message_get_state (self->message) == STORE_STATE_GENERATING;
  gboolean settled = !generating && !myna_message_get_queued (self->message);
  gboolean text = *myna_message_get_text (self->message) != '\0';

  gtk_widget_action_set_enabled (widget, "message.copy", text);
  gtk_widget_action_set_enabled (widget, "message.copy-text", text && self->kind == MYNA_MESSAGE_ROW_REPLY);
  gtk_widget_action_set_enabled (widget, "message.quote", text);
  gtk_widget_action_set_enabled (widget, "message.select-all", text);
  gtk_widget_action_set_enabled (widget, "message.edit",
                                 self->kind == MYNA_MESSAGE_ROW_QUESTION && settled && !busy && !self->editor);
  gtk_widget_action_set_enabled (widget, "message.regenerate", self->kind == MYNA_MESSAGE_ROW_REPLY && settled && !busy);
  gtk_widget_action_set_enabled (widget, "message.details", settled);
  gtk_widget_action_set_enabled (widget, "message.delete", settled);
  /* While a reply is written Escape stops it. */
  gtk_widget_action_set_enabled (widget, "message.leave", !busy);
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
  update_time (self);
  update_enabled (self);
}
