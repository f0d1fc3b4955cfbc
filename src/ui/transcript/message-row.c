/* message-row.c: one message of the transcript
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows are reused for other messages as the person scrolls, so everything shown is derived from the message in the update
 * functions, and nothing of one message may stay for the next.  A growing text is shown once a frame, and not at all while
 * the row is out of sight.
 */
#include "transcript/message-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/column-layout.h"
#include "base/controls.h"
#include "chat/days.h"
#include "chat/left-edits.h"
#include "chat/message-menu.h"
#include "chat/message-words.h"
#include "chat/speaker.h"
#include "markup/markdown.h"
#include "transcript/call-question.h"
#include "transcript/chat-canvas.h"
#include "transcript/context-divider.h"
#include "transcript/documents-window.h"
#include "transcript/message-bar.h"
#include "transcript/message-body.h"
#include "transcript/message-details.h"
#include "transcript/message-status.h"
#include "transcript/question-editor.h"
#include "transcript/question-files.h"
#include "transcript/reply-progress.h"

/* Screen readers are given no more of a message than this as its name. */
#define READ_MAX_BYTES (256 * 1024) /* of a message that is read aloud: hours */
/* How often the name follows a growing text. */
#define NAME_INTERVAL_US (1 * G_USEC_PER_SEC)

enum
{
  SIGNAL_QUOTE,
  SIGNAL_DELETE,
  SIGNAL_EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

struct _MynaMessageRow
{
  GtkWidget parent_instance;

  MynaMessageRowKind kind;
  MynaConversation *conversation;
  MynaMessage *message;
  GSignalGroup *message_signals;
  GSignalGroup *conversation_signals;

  GtkWidget *date;     /* on which day, where it is another than before; made when needed */
  gint64 dated;        /* … and made for this time */
  GtkWidget *divider;  /* what came before is not given to the model; made when needed */
  GtkWidget *body;     /* MynaMessageBody */
  GtkWidget *bubble;   /* around the question's body */
  GtkWidget *files;    /* names of attachments */
  GtkWidget *editor;   /* while a question is edited: GtkTextView and buttons */
  GtkWidget *question; /* MynaCallQuestion: what a tool's call asks; made when needed */
  gboolean again;      /* … because the person wants it run again */
  GtkWidget *progress; /* while the reply has no text yet */
  GtkWidget *status;   /* MynaMessageStatus: "Interrupted" [Continue], "what went wrong" [Retry] */
  GtkWidget *bar;      /* MynaMessageBar */
  GMenuModel *menu_model;
  GtkWidget *menu;    /* made when it is first opened */
  GtkWidget *details; /* made when they are shown; a child of the bar's menu button */

  guint tick;      /* the text changed; shown once in the next frame */
  gint64 named_at; /* when the accessible name was set, monotonic µs */
};

G_DEFINE_FINAL_TYPE (MynaMessageRow, myna_message_row, GTK_TYPE_WIDGET)

/* ---- Accessible name -------------------------------------------------------------------------------------------- */

static void
update_name (MynaMessageRow *self)
{
  g_autofree char *name = myna_message_dup_name (self->message);
  g_autofree char *clock = myna_clock_describe (myna_message_get_record (self->message)->created_at);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, clock, -1);
  self->named_at = g_get_monotonic_time ();
}

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static void
update_files (MynaMessageRow *self)
{
  if (self->kind == MYNA_MESSAGE_ROW_QUESTION)
    myna_question_files_update (self->files, myna_message_get_record (self->message)->attachments);
}

static void
documents_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWindow *window = myna_get_window (widget);

  if (window && MYNA_MESSAGE_ROW (widget)->conversation)
    myna_documents_window_show (window, MYNA_MESSAGE_ROW (widget)->conversation);
}

static void
update_text (MynaMessageRow *self)
{
  const StoreCall *call = myna_message_get_record (self->message)->call;
  gboolean has_text = *myna_message_get_text (self->message) || (call && myna_message_get_loaded (self->message));
  gboolean has_files = self->kind == MYNA_MESSAGE_ROW_QUESTION && myna_message_get_record (self->message)->attachments;

  myna_message_body_update (MYNA_MESSAGE_BODY (self->body), self->conversation, self->message);
  gtk_widget_set_visible (self->body, self->kind == MYNA_MESSAGE_ROW_REPLY ? has_text : has_text || !has_files);
  if (g_get_monotonic_time () - self->named_at > NAME_INTERVAL_US)
    update_name (self);
}

/* What happens before a reply has any text. */
static void
update_progress (MynaMessageRow *self)
{
  gboolean shown = self->progress && !*myna_message_get_text (self->message) && !myna_message_get_record (self->message)->call
                   && myna_message_get_state (self->message) == STORE_STATE_GENERATING;

  if (self->progress)
    gtk_widget_set_visible (self->progress, shown);
  if (shown)
    myna_reply_progress_update (MYNA_REPLY_PROGRESS (self->progress), self->conversation);
}

/* ---- Calls ------------------------------------------------------------------------------------------------------ */

static void
question_done_cb (MynaMessageRow *self)
{
  self->again = FALSE;
  g_signal_emit (self, signals[SIGNAL_EDITED], 0);
}

static void
question_canceled_cb (MynaMessageRow *self)
{
  self->again = FALSE;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  myna_message_row_update (self);
}

static MynaCallQuestionKind
find_question (MynaMessageRow *self)
{
  MynaCallQuestionKind kind = myna_call_question_find (self->conversation, self->message);

  if (kind != MYNA_CALL_QUESTION_NONE || !self->again)
    return kind;
  self->again = myna_conversation_can_run_again (self->conversation, self->message);
  return self->again ? MYNA_CALL_QUESTION_AGAIN : MYNA_CALL_QUESTION_NONE;
}

/* What is asked now, if anything. */
static void
update_question (MynaMessageRow *self)
{
  MynaCallQuestionKind kind = find_question (self);

  if (kind != MYNA_CALL_QUESTION_NONE && !self->question)
    {
      self->question = myna_call_question_new ();
      g_signal_connect_swapped (self->question, "answered", G_CALLBACK (question_done_cb), self);
      g_signal_connect_swapped (self->question, "canceled", G_CALLBACK (question_canceled_cb), self);
      gtk_widget_insert_after (self->question, GTK_WIDGET (self), self->body);
    }
  if (!self->question)
    return;
  myna_call_question_update (MYNA_CALL_QUESTION (self->question), kind, kind ? self->conversation : NULL,
                             kind ? self->message : NULL);
  myna_set_css_class (GTK_WIDGET (self), "asking", kind != MYNA_CALL_QUESTION_NONE);
}

static gboolean
is_asked (MynaMessageRow *self)
{
  return self->question && gtk_widget_get_visible (self->question);
}

static void
run_again_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);

  self->again = TRUE;
  update_question (self);
  if (is_asked (self))
    gtk_widget_grab_focus (self->question);
}

/* The keyboard comes to the answer that does nothing. */
static gboolean
myna_message_row_grab_focus (GtkWidget *widget)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);

  return is_asked (self) ? gtk_widget_grab_focus (self->question)
                         : GTK_WIDGET_CLASS (myna_message_row_parent_class)->grab_focus (widget);
}

/* Ctrl+Enter allows, wherever in the message the keyboard is. */
static gboolean
allow_pressed_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);

  if (!is_asked (self))
    return FALSE;
  myna_call_question_allow (MYNA_CALL_QUESTION (self->question), MYNA_ALLOW_ONCE);
  return TRUE;
}

/* Escape denies, or leaves the message. */
static gboolean
escape_pressed_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);

  if (!is_asked (self))
    return gtk_widget_activate_action (widget, "message.leave", NULL);
  myna_call_question_deny (MYNA_CALL_QUESTION (self->question));
  return TRUE;
}

/* ---- Context divider -------------------------------------------------------------------------------------------- */

static void
update_divider (MynaMessageRow *self)
{
  guint start = myna_conversation_get_context_start (self->conversation);
  gboolean shown = start > 0 && myna_conversation_find (self->conversation, self->message) == start;
  int used, length;

  if (!shown)
    g_clear_pointer (&self->divider, gtk_widget_unparent);
  else if (!self->divider)
    {
      myna_conversation_get_context (self->conversation, &used, &length);
      self->divider = myna_context_divider_new (length);
      gtk_widget_insert_after (self->divider, GTK_WIDGET (self), NULL);
    }
}

/* ---- Days ------------------------------------------------------------------------------------------------------- */

static void
update_date (MynaMessageRow *self)
{
  guint position = myna_conversation_find (self->conversation, self->message);
  g_autoptr (MynaMessage) before =
      position > 0 && position != G_MAXUINT ? g_list_model_get_item (G_LIST_MODEL (self->conversation), position - 1) : NULL;
  gint64 time = myna_message_get_record (self->message)->created_at;
  gboolean shown = before && myna_days_differ (myna_message_get_record (before)->created_at, time);
  g_autofree char *day = NULL;

  if (!shown || self->dated != time)
    g_clear_pointer (&self->date, gtk_widget_unparent);
  if (!shown || self->date)
    return;
  self->dated = time;
  day = myna_day_describe (time, g_get_real_time () / 1000);
  self->date = gtk_label_new (day);
  myna_add_css_classes (self->date, "date-separator caption-heading dim-label");
  gtk_widget_insert_after (self->date, GTK_WIDGET (self), NULL);
}

/* ---- Text for others -------------------------------------------------------------------------------------------- */

gboolean
myna_message_row_set_viewport (MynaMessageRow *self, int top, int bottom)
{
  graphene_point_t point;

  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), FALSE);

  return gtk_widget_compute_point (GTK_WIDGET (self), self->body, &GRAPHENE_POINT_INIT (0, 0), &point)
         && myna_message_body_set_viewport (MYNA_MESSAGE_BODY (self->body), top + point.y, bottom + point.y);
}

guint
myna_message_row_set_search (MynaMessageRow *self, const char *needle)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), 0);

  return myna_message_body_set_search (MYNA_MESSAGE_BODY (self->body), needle);
}

gboolean
myna_message_row_show_match (MynaMessageRow *self, const char *needle, guint index, int *ret_y)
{
  graphene_point_t point;
  int y;

  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), FALSE);

  if (!myna_message_body_show_match (MYNA_MESSAGE_BODY (self->body), needle, index, &y)
      || !gtk_widget_compute_point (self->body, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, y), &point))
    return FALSE;
  *ret_y = point.y;
  return TRUE;
}

void
myna_message_row_set_formatted (MynaMessageRow *self, gboolean formatted)
{
  g_return_if_fail (MYNA_IS_MESSAGE_ROW (self));

  if (self->kind == MYNA_MESSAGE_ROW_QUESTION && myna_message_body_set_formatted (MYNA_MESSAGE_BODY (self->body), formatted)
      && self->message)
    update_text (self);
}

/* model: NULL: the chat's. */
static void
regenerate (MynaMessageRow *self, const char *model)
{
  g_autoptr (MynaMessage) message = g_object_ref (self->message);

  myna_conversation_regenerate_with (self->conversation, message, model);
  g_signal_emit (self, signals[SIGNAL_EDITED], 0);
}

/* ---- Editing a question ----------------------------------------------------------------------------------------- */

static void
stop_editing (MynaMessageRow *self)
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
  stop_editing (self);
  g_signal_emit (self, signals[SIGNAL_EDITED], 0);
}

static void
editor_send_cb (MynaMessageRow *self, const char *edited, const char *edited_attachments)
{
  g_autofree char *text = g_strdup (edited), *attachments = g_strdup (edited_attachments);
  g_autoptr (MynaMessage) message = g_object_ref (self->message);
  g_autoptr (MynaConversation) conversation = g_object_ref (self->conversation);

  g_signal_emit (self, signals[SIGNAL_EDITED], 0);
  stop_editing (self);
  myna_conversation_edit (conversation, message, text, attachments);
}

static void
edit (MynaMessageRow *self)
{
  g_return_if_fail (self->kind == MYNA_MESSAGE_ROW_QUESTION && !self->editor);

  self->editor = myna_question_editor_new (myna_conversation_get_store (self->conversation), self->message);
  g_signal_connect_swapped (self->editor, "send", G_CALLBACK (editor_send_cb), self);
  g_signal_connect_swapped (self->editor, "cancel", G_CALLBACK (editor_cancel_cb), self);
  gtk_widget_insert_before (self->editor, GTK_WIDGET (self), self->status);
  gtk_widget_set_visible (self->bubble, FALSE);
  gtk_widget_set_visible (self->bar, FALSE);
  myna_message_row_update (self);
}

/* ---- What the entries do ---------------------------------------------------------------------------------------- */

static void
details_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);
  GtkWidget *popover = gtk_popover_new ();

  g_clear_pointer (&self->details, gtk_widget_unparent);
  self->details = popover;
  gtk_popover_set_child (GTK_POPOVER (popover), myna_message_details_new (myna_message_get_record (self->message)));
  gtk_widget_add_css_class (popover, "message-details");
  gtk_accessible_update_property (GTK_ACCESSIBLE (popover), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Details"), -1);
  gtk_widget_set_parent (popover, myna_message_bar_get_menu_button (MYNA_MESSAGE_BAR (self->bar)));
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_message_bar_copy (MYNA_MESSAGE_BAR (MYNA_MESSAGE_ROW (widget)->bar));
}

static void
copy_text_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autofree char *text = myna_message_body_dup_copy (MYNA_MESSAGE_BODY (MYNA_MESSAGE_ROW (widget)->body));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
read_aloud_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);
  g_autofree char *text = myna_message_dup_copy (self->message);
  g_autofree char *plain = myna_markdown_to_plain_text (text, READ_MAX_BYTES);

  if (g_str_equal (name, "message.read-aloud"))
    myna_speaker_say (myna_speaker_get_default (), self->message, plain);
  else
    myna_speaker_stop (myna_speaker_get_default ());
}

static void
edit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  edit (MYNA_MESSAGE_ROW (widget));
  gtk_widget_grab_focus (MYNA_MESSAGE_ROW (widget)->editor);
}

static void
regenerate_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  regenerate (MYNA_MESSAGE_ROW (widget), NULL);
}

static void
regenerate_with_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  regenerate (MYNA_MESSAGE_ROW (widget), g_variant_get_string (parameter, NULL));
}

static void
quote_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);
  g_autofree char *selected = myna_message_body_get_selected_text (MYNA_MESSAGE_BODY (self->body));
  g_autofree char *all = selected ? NULL : myna_message_dup_copy (self->message);
  g_autofree char *quoted = myna_quote (selected ? selected : all);

  g_signal_emit_by_name (self, "quote", quoted);
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
  myna_message_body_select_all (MYNA_MESSAGE_BODY (MYNA_MESSAGE_ROW (widget)->body));
}

static void
leave_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[SIGNAL_EDITED], 0);
}

/* ---- The menu --------------------------------------------------------------------------------------------------- */

static void
popup_menu (MynaMessageRow *self, const GdkRectangle *place)
{
  if (!self->message)
    return;
  if (!self->menu)
    {
      self->menu = gtk_popover_menu_new_from_model (self->menu_model);
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
open_menu (GtkWidget *self, GtkGesture *gesture, double x, double y)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  popup_menu (MYNA_MESSAGE_ROW (self), &(GdkRectangle){ x, y, 1, 1 });
}

/* Only where the keyboard is on the message as a whole: a button in it is not what one means to delete. */
static gboolean
delete_pressed_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  return gtk_widget_has_focus (widget) && gtk_widget_activate_action (widget, "message.delete", NULL);
}

static void
class_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "message.menu", menu_action },
    { "message.copy", copy_action },
    { "message.copy-text", copy_text_action },
    { "message.read-aloud", read_aloud_action },
    { "message.stop-reading", read_aloud_action },
    { "message.edit", edit_action },
    { "message.regenerate", regenerate_action },
    { "message.quote", quote_action },
    { "message.select-all", select_all_action },
    { "message.details", details_action },
    { "message.delete", delete_action },
    { "message.leave", leave_action },
    { "message.run-again", run_again_action },
    { "message.documents", documents_action },
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
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].activate);
  gtk_widget_class_install_action (widget_class, "message.regenerate-with", "s", regenerate_with_action);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].modifiers, keys[i].action, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_pressed_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, escape_pressed_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, allow_pressed_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Enter, GDK_CONTROL_MASK, allow_pressed_cb, NULL);
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
  gboolean is_read = myna_speaker_get_owner (myna_speaker_get_default ()) == self->message;

  gtk_widget_action_set_enabled (widget, "message.copy", text);
  gtk_widget_action_set_enabled (widget, "message.copy-text", text && self->kind == MYNA_MESSAGE_ROW_REPLY);
  gtk_widget_action_set_enabled (widget, "message.read-aloud", text && !is_read && myna_speaker_is_offered ());
  gtk_widget_action_set_enabled (widget, "message.stop-reading", is_read);
  if (self->kind != MYNA_MESSAGE_ROW_RESULT)
    myna_message_bar_set_read_aloud (MYNA_MESSAGE_BAR (self->bar), is_read);
  gtk_widget_action_set_enabled (widget, "message.quote", text);
  gtk_widget_action_set_enabled (widget, "message.select-all", text);
  gtk_widget_action_set_enabled (widget, "message.edit",
                                 self->kind == MYNA_MESSAGE_ROW_QUESTION && settled && !busy && !self->editor);
  if (self->editor)
    myna_question_editor_set_can_send (MYNA_QUESTION_EDITOR (self->editor),
                                       myna_conversation_get_activity (self->conversation) == MYNA_ACTIVITY_IDLE);
  gtk_widget_action_set_enabled (widget, "message.regenerate", self->kind == MYNA_MESSAGE_ROW_REPLY && settled && !busy);
  gtk_widget_action_set_enabled (widget, "message.run-again",
                                 myna_conversation_can_run_again (self->conversation, self->message));
  gtk_widget_action_set_enabled (widget, "message.details", settled);
  gtk_widget_action_set_enabled (widget, "message.delete", settled);
  /* While a reply is written Escape stops it. */
  gtk_widget_action_set_enabled (widget, "message.leave", !busy);
}

static void
owner_changed_cb (MynaMessageRow *self)
{
  if (self->message)
    update_enabled (self);
}

/* ---- Binding ---------------------------------------------------------------------------------------------------- */

void
myna_message_row_update (MynaMessageRow *self)
{
  if (!self->message)
    return;
  update_divider (self);
  update_date (self);
  update_question (self);
  myna_message_status_update (MYNA_MESSAGE_STATUS (self->status), self->conversation, self->message);
  if (self->kind != MYNA_MESSAGE_ROW_RESULT)
    myna_message_bar_update (MYNA_MESSAGE_BAR (self->bar));
  update_enabled (self);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);

  self->tick = 0;
  update_text (self);
  update_progress (self);
  gtk_widget_action_set_enabled (widget, "message.copy", *myna_message_get_text (self->message));
  myna_message_bar_update_text (MYNA_MESSAGE_BAR (self->bar));
  return G_SOURCE_REMOVE;
}

static void
text_changed_cb (MynaMessageRow *self)
{
  if (!self->tick && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
update_all (MynaMessageRow *self)
{
  update_files (self);
  update_text (self);
  update_name (self);
  update_progress (self);
  myna_message_row_update (self);
}

static void
message_changed_cb (MynaMessage *message, gboolean text_only, MynaMessageRow *self)
{
  if (text_only)
    text_changed_cb (self);
  else
    update_all (self);
}

static void
myna_message_row_map (GtkWidget *widget)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);

  GTK_WIDGET_CLASS (myna_message_row_parent_class)->map (widget);
  if (self->message && myna_message_get_state (self->message) == STORE_STATE_GENERATING)
    text_changed_cb (self); /* what came while it was out of sight */
}

void
myna_message_row_bind (MynaMessageRow *self, MynaConversation *conversation, MynaMessage *message)
{
  g_return_if_fail (MYNA_IS_MESSAGE_ROW (self));

  if (self->tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  self->again = FALSE;
  stop_editing (self);
  g_set_object (&self->conversation, conversation);
  g_set_object (&self->message, message);
  myna_message_bar_bind (MYNA_MESSAGE_BAR (self->bar), conversation, message);
  if (message)
    {
      update_all (self);
      if (self->kind == MYNA_MESSAGE_ROW_QUESTION
          && myna_left_edits_find (myna_left_edits_of (myna_conversation_get_store (conversation)),
                                   myna_message_get_id (message)))
        edit (self);
    }
  else
    {
      myna_message_status_update (MYNA_MESSAGE_STATUS (self->status), NULL, NULL);
      if (self->question)
        myna_call_question_update (MYNA_CALL_QUESTION (self->question), MYNA_CALL_QUESTION_NONE, NULL, NULL);
      g_clear_pointer (&self->divider, gtk_widget_unparent);
      g_clear_pointer (&self->date, gtk_widget_unparent);
    }
  g_signal_group_set_target (self->message_signals, message);
  g_signal_group_set_target (self->conversation_signals, conversation);
}

gboolean
myna_message_row_is_written_in (MynaMessageRow *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), FALSE);

  return self->editor || is_asked (self);
}

MynaMessage *
myna_message_row_get_message (MynaMessageRow *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), NULL);

  return self->message;
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static void
shifted_cb (MynaMessageRow *self, int y, int delta)
{
  GtkWidget *canvas = gtk_widget_get_parent (GTK_WIDGET (self));
  graphene_point_t point;

  if (MYNA_IS_CHAT_CANVAS (canvas)
      && gtk_widget_compute_point (self->body, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, y), &point))
    myna_chat_canvas_shift_row (MYNA_CHAT_CANVAS (canvas), GTK_WIDGET (self), point.y, delta);
}

static void
build_question (MynaMessageRow *self)
{
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *spacer = gtk_label_new (NULL);

  g_signal_connect_swapped (self->body, "shifted", G_CALLBACK (shifted_cb), self);
  self->files = myna_question_files_new ();
  self->bubble = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_halign (self->bubble, GTK_ALIGN_END);
  gtk_widget_add_css_class (self->bubble, "question-bubble");
  gtk_box_append (GTK_BOX (self->bubble), self->files);
  gtk_box_append (GTK_BOX (self->bubble), self->body);

  /* Five equal columns. The bubble may fill four: 80 % of the width.  A label that wraps says that the height depends on the width,
   * whatever was in the bubble before: see column-layout.h. */
  gtk_label_set_wrap (GTK_LABEL (spacer), TRUE);
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_attach (GTK_GRID (grid), spacer, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->bubble, 1, 0, 4, 1);
  gtk_widget_set_hexpand (self->bubble, TRUE);
  gtk_widget_set_parent (grid, GTK_WIDGET (self));
}

static void
build_reply (MynaMessageRow *self)
{
  g_signal_connect_swapped (self->body, "shifted", G_CALLBACK (shifted_cb), self);
  gtk_widget_set_parent (self->body, GTK_WIDGET (self));
  if (self->kind != MYNA_MESSAGE_ROW_REPLY)
    return;
  self->progress = myna_reply_progress_new ();
  gtk_widget_set_parent (self->progress, GTK_WIDGET (self));
}

static void
status_clicked_cb (MynaMessageRow *self)
{
  g_signal_emit (self, signals[SIGNAL_EDITED], 0);
}

static void
build_status (MynaMessageRow *self)
{
  self->status = myna_message_status_new ();
  g_signal_connect_swapped (self->status, "clicked", G_CALLBACK (status_clicked_cb), self);
  if (self->kind == MYNA_MESSAGE_ROW_QUESTION)
    gtk_widget_set_halign (self->status, GTK_ALIGN_END);
  gtk_widget_set_parent (self->status, GTK_WIDGET (self));
}

static void
build_bar (MynaMessageRow *self, GMenuModel *models)
{
  myna_add_context_menu (GTK_WIDGET (self), open_menu);
  self->menu_model = myna_message_menu_new (FALSE);
  self->bar = myna_message_bar_new (self->kind == MYNA_MESSAGE_ROW_QUESTION, self->menu_model, models);
  gtk_widget_set_visible (self->bar, self->kind != MYNA_MESSAGE_ROW_RESULT);
  gtk_widget_set_parent (self->bar, GTK_WIDGET (self));
}

static void
myna_message_row_dispose (GObject *object)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (object);
  if (self->message_signals)
    {
      g_signal_group_set_target (self->message_signals, NULL);
      g_signal_group_set_target (self->conversation_signals, NULL);
    }
  g_clear_object (&self->message_signals);
  g_clear_object (&self->conversation_signals);
  g_clear_object (&self->message);
  g_clear_object (&self->conversation);
  g_clear_object (&self->menu_model);
  g_clear_pointer (&self->details, gtk_widget_unparent);
  myna_drop_children (GTK_WIDGET (self));
  self->editor = self->divider = self->date = self->menu = self->question = NULL;

  G_OBJECT_CLASS (myna_message_row_parent_class)->dispose (object);
}

static void
myna_message_row_class_init (MynaMessageRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GType type = MYNA_TYPE_MESSAGE_ROW;

  G_OBJECT_CLASS (klass)->dispose = myna_message_row_dispose;
  widget_class->map = myna_message_row_map;
  widget_class->grab_focus = myna_message_row_grab_focus;

  signals[SIGNAL_QUOTE] = g_signal_new ("quote", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_DELETE] =
      g_signal_new ("delete", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MYNA_TYPE_MESSAGE);
  signals[SIGNAL_EDITED] = g_signal_new ("edited", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  class_install_actions (widget_class);
  gtk_widget_class_set_css_name (widget_class, "messagerow");
  gtk_widget_class_set_layout_manager_type (widget_class, MYNA_TYPE_COLUMN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
activity_changed_cb (MynaMessageRow *self)
{
  update_progress (self);
  update_question (self);
}

static void
myna_message_row_init (MynaMessageRow *self)
{
  self->message_signals = g_signal_group_new (MYNA_TYPE_MESSAGE);
  g_signal_group_connect (self->message_signals, "changed", G_CALLBACK (message_changed_cb), self);
  self->conversation_signals = g_signal_group_new (MYNA_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::activity", G_CALLBACK (activity_changed_cb), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::busy", G_CALLBACK (myna_message_row_update), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::loading", G_CALLBACK (myna_message_row_update), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::context-start", G_CALLBACK (myna_message_row_update),
                                  self);
  g_signal_connect_object (myna_speaker_get_default (), "notify::owner", G_CALLBACK (owner_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
myna_message_row_new (MynaMessageRowKind kind, GMenuModel *models)
{
  static const char *const css_classes[] = { "question", "reply", "result" };
  MynaMessageRow *self = g_object_new (MYNA_TYPE_MESSAGE_ROW, "focusable", TRUE, NULL);
  g_autoptr (GMenuModel) menu = myna_message_menu_new (TRUE);

  self->kind = kind;
  self->body = myna_message_body_new (kind == MYNA_MESSAGE_ROW_QUESTION, menu);
  if (kind == MYNA_MESSAGE_ROW_QUESTION)
    build_question (self);
  else
    build_reply (self);
  gtk_widget_add_css_class (GTK_WIDGET (self), css_classes[kind]);
  build_status (self);
  build_bar (self, models);
  return GTK_WIDGET (self);
}
