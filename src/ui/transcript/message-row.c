/* message-row.c: one message of the transcript
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows are reused for other messages as the person scrolls, so everything shown is derived from the message in the update
 * functions, and nothing of one message may stay for the next.  A growing text is shown once a frame, and not at all while
 * the row is out of sight.
 */
#include "transcript/message-row-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "transcript/chat-canvas.h"
#include "chat/myna-attachment.h"
#include "markdown/markdown-view.h"

/* Screen readers are given no more of a message than this as its name. */
#define NAME_MAX_BYTES (64 * 1024)
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

G_DEFINE_FINAL_TYPE (MynaMessageRow, myna_message_row, GTK_TYPE_WIDGET)

/* ---- Accessible name -------------------------------------------------------------------------------------------- */

static void
update_name (MynaMessageRow *self)
{
  const char *text = myna_message_get_text (self->message);
  gsize n = strlen (text);
  g_autofree char *head = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *clock = NULL;

  if (n > NAME_MAX_BYTES)
    {
      n = g_utf8_find_prev_char (text, text + NAME_MAX_BYTES) - text;
      text = head = g_strndup (text, n);
    }
  /* Translators: how a screen reader names a message: who wrote it, then its text */
  name = g_strdup_printf (self->kind == MYNA_MESSAGE_ROW_QUESTION ? _ ("You: %s") : _ ("Myna: %s"), text);
  time = g_date_time_new_from_unix_local (myna_message_get_record (self->message)->created_at / 1000);
  clock = time ? g_date_time_format (time, "%H:%M") : NULL;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, clock ? clock : "", -1);
  self->named_at = g_get_monotonic_time ();
}

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static void
update_files (MynaMessageRow *self)
{
  const char *json = myna_message_get_record (self->message)->attachments;
  g_autoptr (GPtrArray) attachments = NULL;
  g_autoptr (GString) names = NULL;

  if (self->kind != MYNA_MESSAGE_ROW_QUESTION)
    return;
  gtk_widget_set_visible (self->files, json != NULL);
  if (!json)
    return;
  attachments = myna_attachments_from_json (json);
  names = g_string_new (NULL);
  for (guint i = 0; i < attachments->len; i++)
    {
      MynaAttachment *attachment = g_ptr_array_index (attachments, i);
      g_autofree char *size = g_format_size (strlen (attachment->text));

      g_string_append_printf (names, "%s%s · %s", i ? "\n" : "", attachment->name, size);
    }
  gtk_label_set_label (GTK_LABEL (self->files), names->str);
}

static void
update_text (MynaMessageRow *self)
{
  const char *text = myna_message_get_text (self->message);

  if (self->kind == MYNA_MESSAGE_ROW_QUESTION)
    {
      gtk_label_set_label (GTK_LABEL (self->body), text);
      gtk_widget_set_visible (self->body, *text || !myna_message_get_record (self->message)->attachments);
    }
  else
    {
      myna_markdown_view_set_text (MYNA_MARKDOWN_VIEW (self->body), text);
      myna_markdown_view_set_streaming (MYNA_MARKDOWN_VIEW (self->body),
                                        *text && myna_message_get_state (self->message) == STORE_STATE_GENERATING);
      gtk_widget_set_visible (self->body, *text != '\0');
    }
  if (g_get_monotonic_time () - self->named_at > NAME_INTERVAL_US)
    update_name (self);
}

/* ---- Progress --------------------------------------------------------------------------------------------------- */

/* "Reading 1,204 of 3,310 tokens · about 12 s" */
static char *
describe_reading (const MynaPromptProgress *progress)
{
  if (progress->n_total == 0)
    return g_strdup (_ ("Reading your message"));
  if (progress->seconds_left < 0)
    return g_strdup_printf (_ ("Reading %'zu of %'zu tokens"), progress->n_done, progress->n_total);
  if (progress->seconds_left < 90)
    return g_strdup_printf (_ ("Reading %'zu of %'zu tokens · about %d s"), progress->n_done, progress->n_total,
                            MAX (1, (int) (progress->seconds_left + 0.5)));
  return g_strdup_printf (_ ("Reading %'zu of %'zu tokens · about %d min"), progress->n_done, progress->n_total,
                          (int) (progress->seconds_left / 60 + 0.5));
}

static void
update_progress (MynaMessageRow *self)
{
  gboolean shown = self->kind == MYNA_MESSAGE_ROW_REPLY && !*myna_message_get_text (self->message)
                   && myna_message_get_state (self->message) == STORE_STATE_GENERATING;
  MynaActivity activity = myna_conversation_get_activity (self->conversation);
  MynaPromptProgress progress;
  g_autofree char *text = NULL;

  if (self->kind != MYNA_MESSAGE_ROW_REPLY)
    return;
  gtk_widget_set_visible (self->progress, shown);
  if (!shown)
    return;
  myna_conversation_get_progress (self->conversation, &progress);
  if (activity == MYNA_ACTIVITY_STOPPING)
    text = g_strdup (_ ("Stopping"));
  else if (activity == MYNA_ACTIVITY_READING)
    text = describe_reading (&progress);
  else
    text = g_strdup (myna_generator_get_model_name (myna_conversation_get_generator (self->conversation))
                         ? _ ("Thinking")
                         : _ ("Waiting for the model"));
  gtk_label_set_label (GTK_LABEL (self->progress_label), text);
  gtk_widget_set_visible (self->progress_bar, activity == MYNA_ACTIVITY_READING && progress.n_total > 0);
  if (progress.n_total > 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress_bar), progress.n_done / (double) progress.n_total);
}

/* ---- Status ----------------------------------------------------------------------------------------------------- */

static const char *
state_text (StoreState state)
{
  switch (state)
    {
    case STORE_STATE_INTERRUPTED: return _ ("Interrupted");
    case STORE_STATE_STOPPED: return _ ("Stopped");
    case STORE_STATE_LENGTH: return _ ("The reply reached its length limit");
    case STORE_STATE_FAILED: return _ ("The reply could not be finished");
    case STORE_STATE_COMPLETE:
    case STORE_STATE_GENERATING:
    default: return NULL;
    }
}

/* The line below the text: what is the matter, and the button for it. */
static void
update_status (MynaMessageRow *self)
{
  const char *error = myna_message_get_error (self->message);
  StoreState state = myna_message_get_state (self->message);
  gboolean is_last = myna_conversation_find (self->conversation, self->message) + 1
                     == g_list_model_get_n_items (G_LIST_MODEL (self->conversation));
  const char *text = NULL, *button = NULL;

  if (error)
    {
      text = error;
      button = _ ("Retry");
    }
  else if (myna_message_get_queued (self->message))
    {
      text = _ ("Waits for the reply to end");
      button = _ ("Cancel");
    }
  else if (self->kind == MYNA_MESSAGE_ROW_REPLY && state_text (state))
    {
      text = state_text (state);
      if (myna_conversation_can_continue (self->conversation, self->message))
        button = _ ("Continue");
    }
  else if (self->kind == MYNA_MESSAGE_ROW_REPLY && state == STORE_STATE_COMPLETE && myna_message_get_loaded (self->message)
           && !*myna_message_get_text (self->message))
    text = _ ("The model answered nothing");
  else if (self->kind == MYNA_MESSAGE_ROW_QUESTION && is_last
           && myna_conversation_can_regenerate (self->conversation, self->message))
    {
      text = _ ("Not answered yet");
      button = _ ("Answer");
    }

  gtk_widget_set_visible (self->status, text != NULL);
  if (!text)
    return;
  gtk_label_set_label (GTK_LABEL (self->status_label), text);
  gtk_widget_set_tooltip_text (self->status_label, myna_message_get_error_details (self->message));
  if (error)
    gtk_widget_add_css_class (self->status, "error");
  else
    gtk_widget_remove_css_class (self->status, "error");
  gtk_widget_set_visible (self->status_button, button != NULL);
  if (button)
    gtk_button_set_label (GTK_BUTTON (self->status_button), button);
}

static void
status_clicked_cb (MynaMessageRow *self)
{
  g_autoptr (MynaMessage) message = g_object_ref (self->message);

  if (myna_message_get_error (message))
    myna_conversation_retry (self->conversation, message);
  else if (myna_message_get_queued (message))
    myna_conversation_unqueue (self->conversation, message);
  else if (myna_message_get_role (message) == STORE_ROLE_ASSISTANT)
    myna_conversation_continue (self->conversation, message);
  else
    myna_conversation_regenerate (self->conversation, message);
  g_signal_emit (self, signals[SIGNAL_EDITED], 0);
}

/* ---- Context divider -------------------------------------------------------------------------------------------- */

static GtkWidget *
new_divider (MynaMessageRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (NULL);
  int used, length;
  g_autofree char *text = NULL;

  myna_conversation_get_context (self->conversation, &used, &length);
  text = length > 0
             ? g_strdup_printf (_ ("The model can hold %'d tokens. It is not given the messages above any more."), length)
             : g_strdup (_ ("The model is not given the messages above any more."));
  gtk_label_set_label (GTK_LABEL (label), text);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");
  for (int i = 0; i < 2; i++)
    {
      GtkWidget *line = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);

      gtk_widget_set_hexpand (line, TRUE);
      gtk_widget_set_valign (line, GTK_ALIGN_CENTER);
      gtk_box_append (GTK_BOX (box), line);
    }
  gtk_box_insert_child_after (GTK_BOX (box), label, gtk_widget_get_first_child (box));
  gtk_widget_add_css_class (box, "context-divider");
  return box;
}

static void
update_divider (MynaMessageRow *self)
{
  guint start = myna_conversation_get_context_start (self->conversation);
  gboolean shown = start > 0 && myna_conversation_find (self->conversation, self->message) == start;

  if (!shown)
    g_clear_pointer (&self->divider, gtk_widget_unparent);
  else if (!self->divider)
    {
      self->divider = new_divider (self);
      gtk_widget_insert_after (self->divider, GTK_WIDGET (self), NULL);
    }
}

/* ---- Binding ---------------------------------------------------------------------------------------------------- */

void
myna_message_row_update (MynaMessageRow *self)
{
  if (!self->message)
    return;
  update_divider (self);
  update_status (self);
  myna_message_row_update_actions (self);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (widget);

  self->tick = 0;
  update_text (self);
  update_progress (self);
  gtk_widget_set_sensitive (self->copy_button, *myna_message_get_text (self->message));
  gtk_widget_action_set_enabled (widget, "message.copy", *myna_message_get_text (self->message));
  myna_message_row_update_figures (self);
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
  myna_message_row_stop_editing (self);
  g_set_object (&self->conversation, conversation);
  g_set_object (&self->message, message);
  if (message)
    update_all (self);
  else
    g_clear_pointer (&self->divider, gtk_widget_unparent);
  g_signal_group_set_target (self->message_signals, message);
  g_signal_group_set_target (self->conversation_signals, conversation);
}

MynaMessage *
myna_message_row_get_message (MynaMessageRow *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), NULL);

  return self->message;
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static void
build_question (MynaMessageRow *self)
{
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *spacer = gtk_label_new (NULL);

  self->body = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->body), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->body), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (self->body), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->body), 0);
  self->files = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->files), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->files), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (self->files, "caption");
  gtk_widget_add_css_class (self->files, "dim-label");
  self->bubble = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_halign (self->bubble, GTK_ALIGN_END);
  gtk_widget_add_css_class (self->bubble, "question-bubble");
  gtk_box_append (GTK_BOX (self->bubble), self->files);
  gtk_box_append (GTK_BOX (self->bubble), self->body);

  /* Five equal columns, of which the bubble may fill four: 80 % of the width. */
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_attach (GTK_GRID (grid), spacer, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->bubble, 1, 0, 4, 1);
  gtk_widget_set_hexpand (self->bubble, TRUE);
  gtk_widget_set_parent (grid, GTK_WIDGET (self));
}

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
build_reply (MynaMessageRow *self)
{
  self->body = myna_markdown_view_new ();
  g_signal_connect_swapped (self->body, "shifted", G_CALLBACK (shifted_cb), self);
  gtk_widget_set_parent (self->body, GTK_WIDGET (self));

  self->progress = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->progress_label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->progress_label), 0);
  gtk_label_set_wrap (GTK_LABEL (self->progress_label), TRUE);
  gtk_widget_add_css_class (self->progress_label, "dim-label");
  gtk_widget_add_css_class (self->progress_label, "numeric");
  self->progress_bar = gtk_progress_bar_new ();
  gtk_box_append (GTK_BOX (self->progress), self->progress_label);
  gtk_box_append (GTK_BOX (self->progress), self->progress_bar);
  gtk_widget_add_css_class (self->progress, "reply-progress");
  gtk_widget_set_parent (self->progress, GTK_WIDGET (self));
}

static void
build_status (MynaMessageRow *self)
{
  self->status = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  self->status_label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->status_label), 0);
  gtk_label_set_wrap (GTK_LABEL (self->status_label), TRUE);
  self->status_button = gtk_button_new_with_label ("");
  gtk_widget_set_valign (self->status_button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->status_button, "clicked", G_CALLBACK (status_clicked_cb), self);
  gtk_box_append (GTK_BOX (self->status), self->status_label);
  gtk_box_append (GTK_BOX (self->status), self->status_button);
  gtk_widget_add_css_class (self->status, "message-status");
  if (self->kind == MYNA_MESSAGE_ROW_QUESTION)
    gtk_widget_set_halign (self->status, GTK_ALIGN_END);
  gtk_widget_set_parent (self->status, GTK_WIDGET (self));
}

static void
myna_message_row_dispose (GObject *object)
{
  MynaMessageRow *self = MYNA_MESSAGE_ROW (object);
  GtkWidget *child;

  if (self->message_signals)
    {
      g_signal_group_set_target (self->message_signals, NULL);
      g_signal_group_set_target (self->conversation_signals, NULL);
    }
  g_clear_object (&self->message_signals);
  g_clear_object (&self->conversation_signals);
  g_clear_object (&self->message);
  g_clear_object (&self->conversation);
  g_clear_pointer (&self->details, gtk_widget_unparent);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);
  self->editor = self->divider = self->menu = NULL;

  G_OBJECT_CLASS (myna_message_row_parent_class)->dispose (object);
}

static void
myna_message_row_class_init (MynaMessageRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GType type = MYNA_TYPE_MESSAGE_ROW;

  G_OBJECT_CLASS (klass)->dispose = myna_message_row_dispose;
  widget_class->map = myna_message_row_map;

  signals[SIGNAL_QUOTE] = g_signal_new ("quote", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_DELETE] =
      g_signal_new ("delete", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MYNA_TYPE_MESSAGE);
  signals[SIGNAL_EDITED] = g_signal_new ("edited", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  myna_message_row_class_install_actions (widget_class);
  gtk_widget_class_set_css_name (widget_class, "messagerow");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
myna_message_row_init (MynaMessageRow *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
  self->message_signals = g_signal_group_new (MYNA_TYPE_MESSAGE);
  g_signal_group_connect (self->message_signals, "changed", G_CALLBACK (message_changed_cb), self);
  self->conversation_signals = g_signal_group_new (MYNA_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::activity", G_CALLBACK (update_progress), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::busy", G_CALLBACK (myna_message_row_update), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::context-start", G_CALLBACK (myna_message_row_update),
                                  self);
}

GtkWidget *
myna_message_row_new (MynaMessageRowKind kind)
{
  MynaMessageRow *self = g_object_new (MYNA_TYPE_MESSAGE_ROW, "focusable", TRUE, NULL);
  g_autoptr (GMenuModel) menu = NULL;

  self->kind = kind;
  if (kind == MYNA_MESSAGE_ROW_QUESTION)
    build_question (self);
  else
    build_reply (self);
  gtk_widget_add_css_class (GTK_WIDGET (self), kind == MYNA_MESSAGE_ROW_QUESTION ? "question" : "reply");
  build_status (self);
  myna_message_row_build_actions (self);
  menu = myna_message_row_new_menu (TRUE);
  if (kind == MYNA_MESSAGE_ROW_QUESTION)
    gtk_label_set_extra_menu (GTK_LABEL (self->body), menu);
  else
    myna_markdown_view_set_extra_menu (MYNA_MARKDOWN_VIEW (self->body), menu);
  return GTK_WIDGET (self);
}
