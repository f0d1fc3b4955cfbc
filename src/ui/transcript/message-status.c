/* message-status.c: the line below a message that says what is the matter with it, and the button for that
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/message-status.h"
#include "base/controls.h"

#include "base/tooltip.h"
#include "chat/message-words.h"

struct _MynaMessageStatus
{
  GtkWidget parent_instance;

  MynaConversation *conversation;
  MynaMessage *message;
  GtkWidget *label;
  GtkWidget *button;
};

enum
{
  SIGNAL_CLICKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaMessageStatus, myna_message_status, GTK_TYPE_WIDGET)

void
myna_message_status_update (MynaMessageStatus *self, MynaConversation *conversation, MynaMessage *message)
{
  const char *button, *text;

  g_return_if_fail (MYNA_IS_MESSAGE_STATUS (self));

  g_set_object (&self->conversation, conversation);
  g_set_object (&self->message, message);
  text = message ? myna_message_describe_status (conversation, message, &button) : NULL;
  gtk_widget_set_visible (GTK_WIDGET (self), text != NULL);
  if (!text)
    return;
  gtk_label_set_label (GTK_LABEL (self->label), text);
  myna_set_tooltip (self->label, myna_message_get_error_details (message));
  myna_set_css_class (GTK_WIDGET (self), "error", myna_message_get_error (message) != NULL);
  gtk_widget_set_visible (self->button, button != NULL);
  if (button)
    gtk_button_set_label (GTK_BUTTON (self->button), button);
}

static void
clicked_cb (MynaMessageStatus *self)
{
  g_autoptr (MynaConversation) conversation = g_object_ref (self->conversation);
  g_autoptr (MynaMessage) message = g_object_ref (self->message);

  if (myna_message_get_too_long (message))
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "conversation.edit-question", "x",
                                  myna_message_get_record (message)->parent_id);
      return;
    }
  if (myna_message_get_error (message))
    myna_conversation_retry (conversation, message);
  else if (myna_message_get_queued (message))
    myna_conversation_unqueue (conversation, message);
  else if (myna_message_get_role (message) != STORE_ROLE_USER)
    myna_conversation_continue (conversation, message);
  else
    myna_conversation_regenerate (conversation, message);
  g_signal_emit (self, signals[SIGNAL_CLICKED], 0);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_message_status_dispose (GObject *object)
{
  MynaMessageStatus *self = MYNA_MESSAGE_STATUS (object);
  g_clear_object (&self->conversation);
  g_clear_object (&self->message);
  myna_drop_children (GTK_WIDGET (self));
  G_OBJECT_CLASS (myna_message_status_parent_class)->dispose (object);
}

static void
myna_message_status_class_init (MynaMessageStatusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_message_status_dispose;
  signals[SIGNAL_CLICKED] =
      g_signal_new ("clicked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
myna_message_status_init (MynaMessageStatus *self)
{
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self))), 12);
  self->label = myna_long_label_new (NULL, NULL);
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
  self->button = gtk_button_new_with_label ("");
  gtk_widget_set_valign (self->button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (clicked_cb), self);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "message-status");
}

GtkWidget *
myna_message_status_new (void)
{
  return g_object_new (MYNA_TYPE_MESSAGE_STATUS, NULL);
}
