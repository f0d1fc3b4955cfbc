/* myna-conversation-view-composer.c: from the composer into the conversation, and what was not sent back into the composer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * There may be no conversation yet, or one whose draft is still being read: nothing that the person writes or asks meanwhile
 * is lost, nor takes the place of what was there.
 */
#include "transcript/myna-conversation-view-private.h"

#define COLUMN_WIDTH 796 /* the transcript's column and its margins */

static void
ask (MynaConversationView *self, const char *text, const char *attachments)
{
  myna_conversation_send_full (self->conversation, text, attachments);
  self->wanted_id = 0;
  myna_chat_canvas_scroll_to_end (MYNA_CHAT_CANVAS (self->canvas));
  self->recalled = G_MAXUINT;
}

static void
send_cb (MynaConversationView *self, const char *text, const char *attachments)
{
  if (!self->conversation)
    {
      self->send_waits = TRUE;
      g_signal_emit_by_name (self, "begin");
      return;
    }
  ask (self, text, attachments);
  myna_composer_clear (MYNA_COMPOSER (self->composer));
  myna_conversation_set_draft (self->conversation, NULL);
}

void
myna_conversation_view_ask_suggested (MynaConversationView *self, const char *question)
{
  if (self->conversation)
    {
      ask (self, question, NULL);
    }
  else
    {
      g_free (self->suggested);
      self->suggested = g_strdup (question);
      g_signal_emit_by_name (self, "begin");
    }
  myna_conversation_view_focus_composer (self);
}

static void
stop_cb (MynaConversationView *self)
{
  if (self->conversation)
    myna_conversation_stop (self->conversation);
}

static void
composer_changed_cb (MynaConversationView *self)
{
  g_autofree char *text = myna_composer_get_text (MYNA_COMPOSER (self->composer));

  self->recalled = G_MAXUINT;
  if (self->conversation)
    myna_conversation_set_draft (self->conversation, *text ? text : NULL);
}

static void
scroll_cb (MynaConversationView *self, GtkScrollType type)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->canvas));
  double page = gtk_adjustment_get_page_increment (adjustment);

  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + (type == GTK_SCROLL_PAGE_UP ? -page : page));
}

void
myna_conversation_view_show_draft (MynaConversationView *self)
{
  const char *draft = myna_conversation_get_draft (self->conversation);
  g_autofree char *text = myna_composer_get_text (MYNA_COMPOSER (self->composer));

  if (!draft || g_str_equal (draft, text))
    return;
  if (!*text)
    {
      myna_composer_set_text (MYNA_COMPOSER (self->composer), draft);
    }
  else if (g_str_has_suffix (draft, text))
    {
      g_autofree char *before = g_strndup (draft, strlen (draft) - strlen (text));

      myna_composer_prepend (MYNA_COMPOSER (self->composer), before);
    }
}

void
myna_conversation_view_take_composer (MynaConversationView *self)
{
  g_autofree char *draft = g_strdup (myna_conversation_get_draft (self->conversation));
  g_autofree char *text = myna_composer_get_text (MYNA_COMPOSER (self->composer));
  g_autofree char *suggested = g_steal_pointer (&self->suggested);

  if (suggested)
    ask (self, suggested, NULL);
  if (self->send_waits)
    {
      myna_composer_send (MYNA_COMPOSER (self->composer));
      myna_conversation_add_to_draft (self->conversation, draft);
    }
  else
    {
      myna_conversation_add_to_draft (self->conversation, text);
    }
  self->send_waits = FALSE;
  myna_conversation_view_show_draft (self);
}

gboolean
myna_conversation_view_has_begun (MynaConversationView *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION_VIEW (self), FALSE);

  return self->suggested || !myna_composer_is_empty (MYNA_COMPOSER (self->composer));
}

GtkWidget *
myna_conversation_view_new_composer (MynaConversationView *self)
{
  GtkWidget *clamp = adw_clamp_new ();

  self->composer = myna_composer_new ();
  g_signal_connect_swapped (self->composer, "send", G_CALLBACK (send_cb), self);
  g_signal_connect_swapped (self->composer, "stop", G_CALLBACK (stop_cb), self);
  g_signal_connect_swapped (self->composer, "changed", G_CALLBACK (composer_changed_cb), self);
  g_signal_connect_swapped (self->composer, "history", G_CALLBACK (myna_conversation_view_recall), self);
  g_signal_connect_swapped (self->composer, "scroll", G_CALLBACK (scroll_cb), self);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), COLUMN_WIDTH);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), COLUMN_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), self->composer);
  return clamp;
}
