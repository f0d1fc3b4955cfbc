/* myna-conversation-view.c: transcript and composer of one conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only arranges: the canvas scrolls, the rows show, the composer takes text, MynaConversation acts.
 */
#include "transcript/myna-conversation-view.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "base/undo-toast.h"
#include "chat/left-chats.h"
#include "chat/message-words.h"
#include "composer/composer.h"
#include "composer/file-drop.h"
#include "composer/thinking-controls.h"
#include "chat/models-menu.h"
#include "chat/myna-draft-ahead.h"
#include "chat/myna-length.h"
#include "chat/myna-personas.h"
#include "chat/myna-recall.h"
#include "chat/myna-wanted.h"
#include "chat/reply-speech.h"
#include "markup/markdown.h"
#include "transcript/chat-canvas.h"
#include "transcript/empty-page.h"
#include "transcript/find-bar.h"
#include "transcript/message-row.h"

#define COLUMN_WIDTH 796 /* the transcript's column and its margins */

struct _MynaConversationView
{
  GtkWidget parent_instance;

  MynaConversation *conversation;
  GSignalGroup *conversation_signals;
  GSettings *settings; /* NULL where the schema is not installed (tests) */

  GtkWidget *box;
  GtkWidget *toasts;
  GtkWidget *stack;
  GtkWidget *empty;
  GtkWidget *canvas;
  GtkWidget *jump; /* GtkRevealer */
  GtkWidget *find_bar;
  GtkWidget *composer;
  GtkWidget *thinking;       /* MynaThinkingControls, in the composer */
  MynaModelLibrary *library; /* NULL: not known yet */
  MynaModelsMenu *models_menu;
  MynaLength *length;    /* of what is being written */
  MynaDraftAhead *ahead; /* … and what evaluates it */
  MynaWanted wanted;     /* the message to be shown */
  gboolean send_waits;   /* Send was pressed when there was no conversation yet … */
  char *suggested;       /* … or this suggestion was … */
  MynaPersona *persona;  /* … or this persona was chosen */
  MynaRecall recalled;   /* the question in the composer */
  MynaReplySpeech *speech;
  gboolean compact; /* the composer is above the transcript, which is there once something was asked */
};

G_DEFINE_FINAL_TYPE (MynaConversationView, myna_conversation_view, GTK_TYPE_WIDGET)

static void recall (MynaConversationView *self, int step);

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static guint
row_kind (gpointer item, gpointer user_data)
{
  return myna_row_estimate_kind (item);
}

static void
quote_cb (MynaConversationView *self, const char *text)
{
  myna_composer_insert_block (MYNA_COMPOSER (self->composer), text);
}

static void
delete_cb (MynaConversationView *self, MynaMessage *message)
{
  if (!myna_message_get_queued (message))
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts),
                                 myna_undo_toast_new (_ ("Message deleted"), "conversation.undo-delete", NULL));
  myna_conversation_delete (self->conversation, message);
  myna_conversation_view_focus_composer (self);
}

static gboolean
are_questions_formatted (MynaConversationView *self)
{
  return self->settings && g_settings_get_boolean (self->settings, "format-questions");
}

static GtkWidget *
create_row (guint kind, gpointer user_data)
{
  MynaConversationView *self = user_data;
  GtkWidget *row = myna_message_row_new (kind, myna_models_menu_get_menu (self->models_menu));

  myna_message_row_set_formatted (MYNA_MESSAGE_ROW (row), are_questions_formatted (self));
  g_signal_connect_swapped (row, "quote", G_CALLBACK (quote_cb), user_data);
  g_signal_connect_swapped (row, "delete", G_CALLBACK (delete_cb), user_data);
  g_signal_connect_swapped (row, "edited", G_CALLBACK (myna_conversation_view_focus_composer), user_data);
  return row;
}

static void
bind_row (GtkWidget *row, gpointer item, gpointer user_data)
{
  MynaConversationView *self = user_data;

  myna_message_row_bind (MYNA_MESSAGE_ROW (row), self->conversation, item);
  myna_message_row_set_search (MYNA_MESSAGE_ROW (row), myna_find_bar_get_needle (MYNA_FIND_BAR (self->find_bar)));
}

static void
unbind_row (GtkWidget *row, gpointer item, gpointer user_data)
{
  myna_message_row_bind (MYNA_MESSAGE_ROW (row), NULL, NULL);
}

static int
estimate_row (gpointer item, int width, gpointer user_data)
{
  return myna_row_estimate_height (item, width);
}

static void
range_shown (guint first, guint last, gpointer user_data)
{
  MynaConversationView *self = user_data;

  if (self->conversation)
    myna_conversation_load_range (self->conversation, first, last);
}

static gboolean
row_viewport (GtkWidget *row, int top, int bottom, gpointer user_data)
{
  return myna_message_row_set_viewport (MYNA_MESSAGE_ROW (row), top, bottom);
}

static gboolean
keep_row (GtkWidget *row, gpointer user_data)
{
  return myna_message_row_is_written_in (MYNA_MESSAGE_ROW (row));
}

static const MynaChatCanvasFuncs canvas_funcs = {
  .kind = row_kind,
  .create = create_row,
  .bind = bind_row,
  .unbind = unbind_row,
  .estimate = estimate_row,
  .range = range_shown,
  .viewport = row_viewport,
  .keeps = keep_row,
};

/* ---- The composer ----------------------------------------------------------------------------------------------- */

/* There may be no conversation yet, or one whose draft is still being read: nothing that the person writes or asks meanwhile
 * is lost, nor takes the place of what was there. */

static void
ask (MynaConversationView *self, const char *text, const char *attachments)
{
  myna_conversation_send_full (self->conversation, text, attachments);
  self->wanted.id = 0;
  myna_chat_canvas_scroll_to_end (MYNA_CHAT_CANVAS (self->canvas));
  self->recalled = MYNA_RECALL_NONE;
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
  myna_draft_ahead_write (self->ahead, self->conversation, "", FALSE);
  myna_composer_clear (MYNA_COMPOSER (self->composer));
  myna_conversation_set_draft (self->conversation, NULL);
}

void
myna_conversation_view_ask (MynaConversationView *self, const char *question)
{
  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

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

/* Whether what is being written fits the model is told before it is sent. */
static void
measure (MynaConversationView *self)
{
  g_autofree char *text = myna_composer_get_text (MYNA_COMPOSER (self->composer));
  g_autofree char *attachments = myna_composer_dup_attachments (MYNA_COMPOSER (self->composer));

  myna_length_measure (self->length, self->conversation, text, attachments);
}

static void
length_changed_cb (MynaConversationView *self)
{
  int n_tokens, limit;
  g_autofree char *text = myna_length_describe (self->length);

  myna_composer_set_length (MYNA_COMPOSER (self->composer), text, myna_length_get_too_long (self->length, &n_tokens, &limit));
}

static void
composer_changed_cb (MynaConversationView *self)
{
  g_autofree char *text = myna_composer_get_text (MYNA_COMPOSER (self->composer));

  measure (self);
  myna_draft_ahead_write (self->ahead, self->conversation, text,
                          myna_composer_has_attachments (MYNA_COMPOSER (self->composer)));
  self->recalled = MYNA_RECALL_NONE;
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

static void
update_persona (MynaConversationView *self)
{
  myna_empty_page_set_settings (MYNA_EMPTY_PAGE (self->empty),
                                self->conversation ? myna_conversation_get_settings (self->conversation) : NULL);
}

/* For this chat from now on; NULL: none. */
static void
use_persona (MynaConversationView *self, MynaPersona *persona)
{
  g_autofree char *text = NULL;

  if (!self->conversation)
    {
      g_set_object (&self->persona, persona);
      g_signal_emit_by_name (self, "begin");
      return;
    }
  if (self->library)
    myna_personas_apply (persona, self->conversation, self->library);
  text = persona ? g_markup_printf_escaped (_ ("This chat uses the persona “%s”"), myna_persona_get_name (persona))
                 : g_strdup (_ ("This chat uses no persona"));
  /* The empty page shows it. */
  if (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) > 0)
    myna_conversation_view_add_toast (self, adw_toast_new (text));
  myna_conversation_view_focus_composer (self);
}

static void
use_persona_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  use_persona (MYNA_CONVERSATION_VIEW (widget),
               myna_personas_find_named (myna_personas_get_default (), g_variant_get_string (parameter, NULL)));
}

/* The conversation's draft was read, perhaps while the person wrote. */
static void
show_draft (MynaConversationView *self)
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

/* What was written or asked when there was no conversation yet is for this one; its own draft is not lost by that. */
static void
take_composer (MynaConversationView *self)
{
  g_autofree char *draft = g_strdup (myna_conversation_get_draft (self->conversation));
  g_autofree char *text = myna_composer_get_text (MYNA_COMPOSER (self->composer));
  g_autofree char *suggested = g_steal_pointer (&self->suggested);
  g_autofree char *unsaved = myna_left_chats_take_unsaved (myna_conversation_get_store (self->conversation),
                                                           myna_conversation_get_id (self->conversation));
  g_autoptr (MynaPersona) persona = g_steal_pointer (&self->persona);

  if (persona)
    use_persona (self, persona);
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
  if (g_strcmp0 (unsaved, draft) != 0)
    myna_conversation_add_to_draft (self->conversation, unsaved);
  self->send_waits = FALSE;
  show_draft (self);
}

gboolean
myna_conversation_view_has_begun (MynaConversationView *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION_VIEW (self), FALSE);

  return self->suggested || self->persona || !myna_composer_is_empty (MYNA_COMPOSER (self->composer));
}

static GtkWidget *
new_composer (MynaConversationView *self)
{
  GtkWidget *clamp = adw_clamp_new ();

  self->composer = myna_composer_new ();
  self->thinking = myna_thinking_controls_new ();
  myna_composer_add_control (MYNA_COMPOSER (self->composer), self->thinking);
  g_signal_connect_swapped (self->composer, "send", G_CALLBACK (send_cb), self);
  g_signal_connect_swapped (self->composer, "stop", G_CALLBACK (stop_cb), self);
  g_signal_connect_swapped (self->composer, "changed", G_CALLBACK (composer_changed_cb), self);
  g_signal_connect_swapped (self->composer, "history", G_CALLBACK (recall), self);
  g_signal_connect_swapped (self->composer, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect_swapped (self->composer, "persona", G_CALLBACK (use_persona), self);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), COLUMN_WIDTH);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), COLUMN_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), self->composer);
  return clamp;
}

/* ---- The place where one was ------------------------------------------------------------------------------------ */

/* Another conversation is about to be shown: remembers where one is in this one, and what is attached. */
static void
leave (MynaConversationView *self)
{
  MynaLeftChat left;

  if (!self->conversation)
    return;
  myna_conversation_view_get_position (self, &left.message_id, &left.offset);
  left.attachments = myna_composer_take_attachments (MYNA_COMPOSER (self->composer));
  left.files = myna_composer_take_files (MYNA_COMPOSER (self->composer));
  left.unsaved = myna_recall_dup_unsaved (self->conversation);
  myna_left_chats_put (myna_conversation_get_store (self->conversation), myna_conversation_get_id (self->conversation), &left);
}

/* To where the conversation was left, if it was. */
static void
come_back (MynaConversationView *self)
{
  MynaLeftChat *left =
      myna_left_chats_get (myna_conversation_get_store (self->conversation), myna_conversation_get_id (self->conversation));

  if (!left)
    return;
  myna_conversation_view_set_position (self, left->message_id, left->offset);
  if (left->attachments)
    myna_composer_give_attachments (MYNA_COMPOSER (self->composer), g_steal_pointer (&left->attachments));
  for (guint i = 0; left->files && i < left->files->len; i++)
    myna_composer_attach_files (MYNA_COMPOSER (self->composer), &(GSList){ left->files->pdata[i], NULL });
  g_clear_pointer (&left->files, g_ptr_array_unref);
}

void
myna_conversation_view_get_position (MynaConversationView *self, gint64 *ret_message_id, int *ret_offset)
{
  g_autoptr (MynaMessage) message = NULL;
  guint position;

  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

  *ret_message_id = 0;
  *ret_offset = 0;
  if (!self->conversation || myna_chat_canvas_get_at_end (MYNA_CHAT_CANVAS (self->canvas))
      || !myna_chat_canvas_get_anchor (MYNA_CHAT_CANVAS (self->canvas), &position, ret_offset))
    return;
  message = g_list_model_get_item (G_LIST_MODEL (self->conversation), position);
  if (message)
    *ret_message_id = myna_message_get_id (message);
}

/* ---- Actions ---------------------------------------------------------------------------------------------------- */

static void
stop_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  stop_cb (MYNA_CONVERSATION_VIEW (widget));
}

static void
regenerate_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaConversationView *self = MYNA_CONVERSATION_VIEW (widget);
  g_autoptr (MynaMessage) message = myna_recall_last_reply (self->conversation);

  if (message)
    myna_conversation_regenerate (self->conversation, message);
}

/* Where its row is far out of sight and not there, the question is shown instead. */
static void
edit_question_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaConversationView *self = MYNA_CONVERSATION_VIEW (widget);
  guint i = self->conversation ? myna_conversation_find_id (self->conversation, g_variant_get_int64 (parameter)) : G_MAXUINT;
  GtkWidget *row = i == G_MAXUINT ? NULL : myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (self->canvas), i);

  if (!row || !gtk_widget_activate_action (row, "message.edit", NULL))
    myna_conversation_view_show_message (self, g_variant_get_int64 (parameter), "");
}

static void
copy_last_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (MynaMessage) message = myna_recall_last_reply (MYNA_CONVERSATION_VIEW (widget)->conversation);
  g_autofree char *text = message ? myna_message_dup_copy (message) : NULL;

  if (text)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
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
myna_conversation_view_write_key (MynaConversationView *self, guint keyval, GdkModifierType state,
                                  GtkEventControllerKey *controller)
{
  GtkWidget *text_view;

  g_return_val_if_fail (MYNA_IS_CONVERSATION_VIEW (self), FALSE);

  if (!myna_key_writes (keyval, state))
    return FALSE;
  text_view = GTK_WIDGET (myna_composer_get_text_view (MYNA_COMPOSER (self->composer)));
  gtk_widget_grab_focus (text_view);
  gtk_event_controller_key_forward (controller, text_view);
  return TRUE;
}

static void
class_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "conversation.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "conversation.regenerate", NULL, regenerate_action);
  gtk_widget_class_install_action (widget_class, "conversation.copy-last", NULL, copy_last_action);
  gtk_widget_class_install_action (widget_class, "conversation.edit-question", "x", edit_question_action);
  gtk_widget_class_install_action (widget_class, "conversation.use-persona", "s", use_persona_action);
  gtk_widget_class_install_action (widget_class, "conversation.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "conversation.undo-delete", NULL, undo_delete_action);
  gtk_widget_class_install_action (widget_class, "conversation.jump", NULL, jump_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "conversation.stop", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_End, GDK_CONTROL_MASK, "conversation.jump", NULL);
}

/* ---- Questions asked before ------------------------------------------------------------------------------------- */

static void
recall (MynaConversationView *self, int step)
{
  const char *text = self->conversation ? myna_recall_step (&self->recalled, self->conversation, step) : NULL;

  if (text)
    myna_composer_recall (MYNA_COMPOSER (self->composer), text);
}

/* ---- The conversation ------------------------------------------------------------------------------------------- */

static void
update_page (MynaConversationView *self)
{
  gboolean empty = !self->conversation
                   || (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) == 0
                       && myna_conversation_get_id (self->conversation) == 0);

  gtk_stack_set_visible_child (GTK_STACK (self->stack), empty ? self->empty : gtk_widget_get_next_sibling (self->empty));
  gtk_widget_set_visible (self->toasts, !self->compact || !empty);
}

static void
update_context (MynaConversationView *self)
{
  int used = 0, length = 0;

  if (self->conversation)
    myna_conversation_get_context (self->conversation, &used, &length);
  myna_composer_set_context (MYNA_COMPOSER (self->composer), used, length);
}

static void
update_busy (MynaConversationView *self)
{
  gboolean busy = self->conversation && myna_conversation_get_busy (self->conversation);

  myna_composer_set_busy (MYNA_COMPOSER (self->composer), busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "conversation.stop", busy && !self->compact);
}

/* Which is the newest, where the context begins and how questions are shown may have changed for every row there is. */
static void
items_changed_cb (MynaConversationView *self)
{
  for (GtkWidget *row = gtk_widget_get_first_child (self->canvas); row; row = gtk_widget_get_next_sibling (row))
    {
      myna_message_row_set_formatted (MYNA_MESSAGE_ROW (row), are_questions_formatted (self));
      myna_message_row_update (MYNA_MESSAGE_ROW (row));
    }
  update_page (self);
}

/* What was read may have the wanted message. */
static void
show_wanted (MynaConversationView *self)
{
  guint position = myna_wanted_take (&self->wanted, self->conversation);

  if (position == G_MAXUINT)
    return;
  if (self->wanted.at_top)
    myna_chat_canvas_set_anchor (MYNA_CHAT_CANVAS (self->canvas), position, self->wanted.offset);
  else
    myna_chat_canvas_scroll_to (MYNA_CHAT_CANVAS (self->canvas), position, 0);
}

void
myna_conversation_view_show_message (MynaConversationView *self, gint64 message_id, const char *query)
{
  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

  if (!self->conversation)
    return;
  myna_wanted_set_message (&self->wanted, message_id);
  show_wanted (self);
  if (!*query)
    return;
  myna_find_bar_show_hit (MYNA_FIND_BAR (self->find_bar), message_id, query);
  myna_conversation_view_focus_composer (self);
}

void
myna_conversation_view_set_position (MynaConversationView *self, gint64 message_id, int offset)
{
  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

  if (!self->conversation || message_id == 0)
    return;
  myna_wanted_set_place (&self->wanted, message_id, offset);
  show_wanted (self);
}

static void
error_changed_cb (MynaConversationView *self)
{
  const char *error = myna_conversation_get_error (self->conversation);

  if (error)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), adw_toast_new (error));
}

static void
say_cb (const char *text, gpointer user_data)
{
  myna_composer_announce (MYNA_COMPOSER (MYNA_CONVERSATION_VIEW (user_data)->composer), text);
}

void
myna_conversation_view_set_conversation (MynaConversationView *self, MynaConversation *conversation)
{
  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

  if (self->conversation == conversation)
    return;
  leave (self);
  /* What was written before there was a conversation is for the first one. */
  if (self->conversation)
    myna_composer_clear (MYNA_COMPOSER (self->composer));
  myna_find_bar_set_conversation (MYNA_FIND_BAR (self->find_bar), conversation);
  myna_chat_canvas_set_model (MYNA_CHAT_CANVAS (self->canvas), NULL);
  g_set_object (&self->conversation, conversation);
  myna_draft_ahead_write (self->ahead, NULL, "", FALSE);
  g_signal_group_set_target (self->conversation_signals, conversation);
  myna_reply_speech_set_conversation (self->speech, conversation);
  myna_models_menu_set_conversation (self->models_menu, conversation);
  myna_thinking_controls_set_conversation (MYNA_THINKING_CONTROLS (self->thinking), conversation);
  myna_composer_set_conversation (MYNA_COMPOSER (self->composer), conversation);
  self->recalled = MYNA_RECALL_NONE;
  self->wanted.id = 0;
  if (conversation)
    {
      myna_chat_canvas_set_model (MYNA_CHAT_CANVAS (self->canvas), G_LIST_MODEL (conversation));
      come_back (self);
      take_composer (self);
    }
  update_page (self);
  update_busy (self);
  update_context (self);
  update_persona (self);
  measure (self);
}

void
myna_conversation_view_set_compact (MynaConversationView *self)
{
  self->compact = TRUE;
  gtk_box_reorder_child_after (GTK_BOX (self->box), gtk_widget_get_last_child (self->box), NULL);
  myna_composer_let_escape (MYNA_COMPOSER (self->composer));
  update_page (self);
  update_busy (self);
}

void
myna_conversation_view_quote (MynaConversationView *self, const char *text)
{
  myna_composer_quote (MYNA_COMPOSER (self->composer), text);
}

void
myna_conversation_view_begin (MynaConversationView *self, const char *text, GSList *files)
{
  if (myna_composer_is_empty (MYNA_COMPOSER (self->composer)))
    myna_composer_set_text (MYNA_COMPOSER (self->composer), text);
  else if (*text)
    myna_composer_insert_block (MYNA_COMPOSER (self->composer), text);
  myna_composer_attach_files (MYNA_COMPOSER (self->composer), files);
}

void
myna_conversation_view_set_model (MynaConversationView *self, const char *name)
{
  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

  myna_empty_page_set_model (MYNA_EMPTY_PAGE (self->empty), name);
}

void
myna_conversation_view_set_library (MynaConversationView *self, MynaModelLibrary *library)
{
  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

  g_set_object (&self->library, library);
  myna_models_menu_set_library (self->models_menu, library);
  myna_composer_set_library (MYNA_COMPOSER (self->composer), library);
  myna_thinking_controls_set_library (MYNA_THINKING_CONTROLS (self->thinking), library);
}

void
myna_conversation_view_add_toast (MynaConversationView *self, AdwToast *toast)
{
  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), toast);
}

void
myna_conversation_view_focus_composer (MynaConversationView *self)
{
  g_return_if_fail (MYNA_IS_CONVERSATION_VIEW (self));

  gtk_widget_grab_focus (self->composer);
}

gboolean
myna_conversation_view_focus_messages (MynaConversationView *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION_VIEW (self), FALSE);

  return gtk_widget_child_focus (gtk_stack_get_visible_child (GTK_STACK (self->stack)), GTK_DIR_TAB_FORWARD);
}

gboolean
myna_conversation_view_is_writing (MynaConversationView *self)
{
  g_return_val_if_fail (MYNA_IS_CONVERSATION_VIEW (self), FALSE);

  return gtk_widget_get_state_flags (self->composer) & GTK_STATE_FLAG_FOCUS_WITHIN;
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static void
at_end_changed_cb (MynaConversationView *self)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->jump), !myna_chat_canvas_get_at_end (MYNA_CHAT_CANVAS (self->canvas)));
}

static GtkWidget *
new_transcript (MynaConversationView *self)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("go-bottom-symbolic");

  self->canvas = myna_chat_canvas_new (&canvas_funcs, self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->canvas), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Messages"), -1);
  g_signal_connect_object (self->canvas, "notify::at-end", G_CALLBACK (at_end_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->canvas);
  gtk_widget_set_vexpand (scroller, TRUE);

  myna_add_css_classes (button, "osd circular");
  myna_set_name (button, _ ("Jump to latest"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "conversation.jump");
  /* For the pointer: Shift+Tab goes from the composer to the messages, where End does the same. */
  gtk_widget_set_focusable (button, FALSE);
  self->jump = gtk_revealer_new ();
  gtk_revealer_set_transition_type (GTK_REVEALER (self->jump), GTK_REVEALER_TRANSITION_TYPE_CROSSFADE);
  gtk_revealer_set_child (GTK_REVEALER (self->jump), button);
  gtk_widget_set_halign (self->jump, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->jump, GTK_ALIGN_END);
  gtk_widget_set_margin_bottom (self->jump, 12);

  gtk_overlay_set_child (GTK_OVERLAY (overlay), scroller);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->jump);
  return overlay;
}

static void
init_settings (MynaConversationView *self)
{
  self->settings = myna_send_key_open_settings ();
  if (self->settings)
    g_signal_connect_object (self->settings, "changed::format-questions", G_CALLBACK (items_changed_cb), self,
                             G_CONNECT_SWAPPED);
}

static void
myna_conversation_view_dispose (GObject *object)
{
  MynaConversationView *self = MYNA_CONVERSATION_VIEW (object);

  if (self->box)
    myna_conversation_view_set_conversation (self, NULL);
  g_clear_object (&self->conversation_signals);
  g_clear_pointer (&self->speech, myna_reply_speech_free);
  g_clear_object (&self->settings);
  g_clear_object (&self->library);
  g_clear_object (&self->models_menu);
  g_clear_object (&self->length);
  g_clear_object (&self->ahead);
  g_clear_object (&self->persona);
  g_clear_pointer (&self->suggested, g_free);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_conversation_view_parent_class)->dispose (object);
}

static void
myna_conversation_view_class_init (MynaConversationViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_conversation_view_dispose;
  g_signal_new ("begin", MYNA_TYPE_CONVERSATION_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  class_install_actions (widget_class);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "conversationview");
}

static void
init_signals (MynaConversationView *self)
{
  GSignalGroup *group = g_signal_group_new (MYNA_TYPE_CONVERSATION);

  g_signal_group_connect_data (group, "items-changed", G_CALLBACK (items_changed_cb), self, NULL,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_group_connect_swapped (group, "notify::busy", G_CALLBACK (update_busy), self);
  g_signal_group_connect_swapped (group, "notify::context-used", G_CALLBACK (update_context), self);
  g_signal_group_connect_swapped (group, "notify::loading", G_CALLBACK (show_wanted), self);
  g_signal_group_connect_swapped (group, "notify::draft", G_CALLBACK (show_draft), self);
  g_signal_group_connect_swapped (group, "notify::error", G_CALLBACK (error_changed_cb), self);
  g_signal_group_connect_swapped (group, "notify::id", G_CALLBACK (update_page), self);
  g_signal_group_connect_swapped (group, "notify::settings", G_CALLBACK (update_persona), self);
  g_signal_group_connect_swapped (group, "notify::model", G_CALLBACK (measure), self);
  self->conversation_signals = group;
}

static void
myna_conversation_view_init (MynaConversationView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *transcript;

  self->recalled = MYNA_RECALL_NONE;
  self->models_menu = myna_models_menu_new ();
  self->ahead = myna_draft_ahead_new (NULL);
  self->length = myna_length_new ();
  self->speech = myna_reply_speech_new (say_cb, self);
  g_signal_connect_object (self->length, "changed", G_CALLBACK (length_changed_cb), self, G_CONNECT_SWAPPED);
  transcript = new_transcript (self);
  self->find_bar = myna_find_bar_new (MYNA_CHAT_CANVAS (self->canvas));
  g_signal_connect_swapped (self->find_bar, "closed", G_CALLBACK (myna_conversation_view_focus_composer), self);
  self->empty = myna_empty_page_new ();
  g_signal_connect_swapped (self->empty, "ask", G_CALLBACK (myna_conversation_view_ask), self);
  self->stack = gtk_stack_new ();
  gtk_stack_add_child (GTK_STACK (self->stack), self->empty);
  gtk_stack_add_child (GTK_STACK (self->stack), transcript);
  /* Above the composer, so that no toast covers what is being written. */
  self->toasts = adw_toast_overlay_new ();
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (self->toasts), self->stack);
  gtk_widget_set_vexpand (self->toasts, TRUE);
  gtk_box_append (GTK_BOX (box), self->find_bar);
  gtk_box_append (GTK_BOX (box), self->toasts);
  gtk_box_append (GTK_BOX (box), new_composer (self));
  self->box = box;
  gtk_widget_set_parent (box, GTK_WIDGET (self));

  myna_file_drop_add (GTK_WIDGET (self), MYNA_COMPOSER (self->composer));
  init_signals (self);
  init_settings (self);
}

GtkWidget *
myna_conversation_view_new (void)
{
  return g_object_new (MYNA_TYPE_CONVERSATION_VIEW, NULL);
}
