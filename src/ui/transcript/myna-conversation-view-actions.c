/* myna-conversation-view-actions.c: the actions conversation.*, which the window's keys and menus use, and what other keys do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/myna-conversation-view-private.h"

/* The last reply of the branch, or NULL. */
static MynaMessage *
last_reply (MynaConversationView *self)
{
  guint n = self->conversation ? g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) : 0;

  for (guint i = n; i > 0; i--)
    {
      MynaMessage *message = g_list_model_get_item (G_LIST_MODEL (self->conversation), i - 1);

      if (myna_message_get_role (message) == STORE_ROLE_ASSISTANT)
        return message;
      g_object_unref (message);
    }
  return NULL;
}

static void
stop_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaConversationView *self = MYNA_CONVERSATION_VIEW (widget);

  if (self->conversation)
    myna_conversation_stop (self->conversation);
}

static void
regenerate_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaConversationView *self = MYNA_CONVERSATION_VIEW (widget);
  g_autoptr (MynaMessage) message = last_reply (self);

  if (message)
    myna_conversation_regenerate (self->conversation, message);
}

static void
copy_last_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (MynaMessage) message = last_reply (MYNA_CONVERSATION_VIEW (widget));

  if (message)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), myna_message_get_text (message));
}

static void
find_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaConversationView *self = MYNA_CONVERSATION_VIEW (widget);

  if (self->conversation)
    myna_find_bar_open (MYNA_FIND_BAR (self->find_bar));
}

static void
undo_delete_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaConversationView *self = MYNA_CONVERSATION_VIEW (widget);

  if (self->conversation)
    myna_conversation_undo_delete (self->conversation);
}

static void
jump_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaConversationView *self = MYNA_CONVERSATION_VIEW (widget);

  myna_chat_canvas_scroll_to_end (MYNA_CHAT_CANVAS (self->canvas));
  myna_conversation_view_focus_composer (self);
}

gboolean
myna_conversation_view_transcript_key (MynaConversationView *self, guint keyval, guint keycode, GdkModifierType state,
                                       GtkEventControllerKey *controller)
{
  GtkWidget *text_view = GTK_WIDGET (myna_composer_get_text_view (MYNA_COMPOSER (self->composer)));
  gunichar c = gdk_keyval_to_unicode (keyval);

  if (!g_unichar_isgraph (c) || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)))
    return GDK_EVENT_PROPAGATE;
  gtk_widget_grab_focus (text_view);
  return gtk_event_controller_key_forward (controller, text_view);
}

void
myna_conversation_view_class_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "conversation.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "conversation.regenerate", NULL, regenerate_action);
  gtk_widget_class_install_action (widget_class, "conversation.copy-last", NULL, copy_last_action);
  gtk_widget_class_install_action (widget_class, "conversation.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "conversation.undo-delete", NULL, undo_delete_action);
  gtk_widget_class_install_action (widget_class, "conversation.jump", NULL, jump_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "conversation.stop", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_End, GDK_CONTROL_MASK, "conversation.jump", NULL);
}

/* ---- Questions asked before ------------------------------------------------------------------------------------- */

void
myna_conversation_view_recall (MynaConversationView *self, int step)
{
  guint n = self->conversation ? g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) : 0;
  guint i = self->recalled == G_MAXUINT ? n : self->recalled;

  while ((step < 0 && i > 0) || (step > 0 && i + 1 < n))
    {
      g_autoptr (MynaMessage) message = NULL;

      i += step;
      message = g_list_model_get_item (G_LIST_MODEL (self->conversation), i);
      if (myna_message_get_role (message) != STORE_ROLE_USER)
        continue;
      if (!myna_message_get_loaded (message))
        {
          myna_conversation_load_range (self->conversation, i, i);
          return;
        }
      self->recalled = i;
      myna_composer_recall (MYNA_COMPOSER (self->composer), myna_message_get_text (message));
      return;
    }
  if (step > 0 && self->recalled != G_MAXUINT)
    {
      self->recalled = G_MAXUINT;
      myna_composer_recall (MYNA_COMPOSER (self->composer), "");
    }
}
