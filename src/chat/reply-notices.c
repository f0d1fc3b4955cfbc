/* reply-notices.c: tells the desktop of replies that ended, or ask something, while nobody looks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/reply-notices.h"

#include <glib/gi18n.h>

struct MynaReplyNotices
{
  GApplication *application;
  MynaCore *core;
  MynaSeenFunc is_seen;
  gpointer user_data;
};

static void
tell (MynaReplyNotices *self, MynaConversation *conversation, const char *id, const char *text)
{
  const char *title = myna_conversation_get_title (conversation);
  g_autoptr (GNotification) notification = g_notification_new (title && *title ? title : _ ("Untitled chat"));

  g_notification_set_body (notification, text);
  g_notification_set_default_action_and_target (notification, "app.open-chat", "x", myna_conversation_get_id (conversation));
  g_application_send_notification (self->application, id, notification);
}

static void
busy_cb (MynaReplyNotices *self, MynaConversation *conversation, gboolean busy)
{
  gint64 chat = myna_core_get_history_id (self->core, conversation);
  g_autofree char *id = g_strdup_printf ("reply-%" G_GINT64_FORMAT, chat);

  if (!busy && chat != 0 && g_settings_get_boolean (myna_core_get_settings (self->core), "notifications")
      && !self->is_seen (NULL, self->user_data))
    tell (self, conversation, id, _ ("The reply is finished"));
}

static void
asks_cb (MynaReplyNotices *self, MynaConversation *conversation, gboolean asks)
{
  gint64 chat = myna_core_get_history_id (self->core, conversation);
  g_autofree char *id = g_strdup_printf ("ask-%" G_GINT64_FORMAT, chat);

  if (!asks)
    g_application_withdraw_notification (self->application, id);
  else if (chat != 0 && !self->is_seen (conversation, self->user_data))
    tell (self, conversation, id, _ ("The model wants to use a tool and waits for your answer"));
}

MynaReplyNotices *
myna_reply_notices_new (GApplication *application, MynaCore *core, MynaSeenFunc is_seen, gpointer user_data)
{
  MynaReplyNotices *self = g_new0 (MynaReplyNotices, 1);

  self->application = application;
  self->core = core;
  self->is_seen = is_seen;
  self->user_data = user_data;
  g_signal_connect_swapped (core, "conversation-busy", G_CALLBACK (busy_cb), self);
  g_signal_connect_swapped (core, "conversation-asks", G_CALLBACK (asks_cb), self);
  return self;
}

void
myna_reply_notices_free (MynaReplyNotices *self)
{
  g_signal_handlers_disconnect_by_data (self->core, self);
  g_free (self);
}
