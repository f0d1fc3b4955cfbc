/* question-editor.c: a question while it is edited
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/question-editor.h"

#include <glib/gi18n.h>

#include "base/column-layout.h"
#include "base/controls.h"
#include "chat/left-edits.h"
#include "composer/attachment-list.h"
#include "composer/send-key.h"

#define SETTLING_FRAMES 4

struct _MynaQuestionEditor
{
  GtkWidget parent_instance;

  GtkWidget *attachments; /* MynaAttachmentList */
  GtkWidget *text_view;
  GtkWidget *send;
  StoreDb *store;
  MynaMessage *message;
  GSettings *settings; /* NULL: the defaults */
  gboolean preedit;    /* the input method shows text that is not there yet */
  guint n_frames;      /* in which the height was asked for again */
};

enum
{
  SEND,
  CANCEL,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaQuestionEditor, myna_question_editor, GTK_TYPE_WIDGET)

static void
changed_cb (MynaQuestionEditor *self)
{
  g_autofree char *text = myna_buffer_dup_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text_view)));

  myna_left_edits_put (myna_left_edits_of (self->store), myna_message_get_record (self->message), text);
}

static void
cancel_cb (MynaQuestionEditor *self)
{
  myna_left_edits_drop (myna_left_edits_of (self->store), myna_message_get_id (self->message));
  g_signal_emit (self, signals[CANCEL], 0);
}

static void
send_cb (MynaQuestionEditor *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text_view));
  g_autofree char *text = myna_buffer_dup_text (buffer);
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autofree char *attachments = myna_attachment_list_to_json (MYNA_ATTACHMENT_LIST (self->attachments));

  if (!gtk_widget_get_sensitive (self->send) || (!*trimmed && !attachments))
    return;
  myna_left_edits_drop (myna_left_edits_of (self->store), myna_message_get_id (self->message));
  g_signal_emit (self, signals[SEND], 0, text, attachments);
}

static gboolean
key_cb (MynaQuestionEditor *self, guint keyval, guint keycode, GdkModifierType state, GtkEventControllerKey *controller)
{
  MynaEnter enter = myna_send_key_press (myna_send_key_get (self->settings), GTK_TEXT_VIEW (self->text_view), self->preedit,
                                         controller, keyval, state);

  if (enter == MYNA_ENTER_SENDS)
    send_cb (self);
  if (enter != MYNA_ENTER_NONE)
    return GDK_EVENT_STOP;
  if (keyval == GDK_KEY_Escape)
    {
      cancel_cb (self);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

static void
preedit_changed_cb (MynaQuestionEditor *self, const char *preedit)
{
  self->preedit = preedit && *preedit;
}

/* A text view learns its lines' heights when it is allocated, inside the layout of the whole chat, where its wish for another
 * height gets lost.  It is asked again in the next frames. */
static gboolean
settle_cb (GtkWidget *text_view, GdkFrameClock *clock, gpointer user_data)
{
  MynaQuestionEditor *self = user_data;

  gtk_widget_queue_resize (text_view);
  return ++self->n_frames < SETTLING_FRAMES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static GtkWidget *
new_buttons (MynaQuestionEditor *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));

  self->send = gtk_button_new_with_label (_ ("Send"));
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_add_css_class (self->send, "suggested-action");
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (cancel_cb), self);
  g_signal_connect_swapped (self->send, "clicked", G_CALLBACK (send_cb), self);
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_box_append (GTK_BOX (box), self->send);
  return box;
}

static gboolean
myna_question_editor_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (MYNA_QUESTION_EDITOR (widget)->text_view);
}

static void
myna_question_editor_dispose (GObject *object)
{
  MynaQuestionEditor *self = MYNA_QUESTION_EDITOR (object);
  MynaLeftEdit *left =
      self->store ? myna_left_edits_find (myna_left_edits_of (self->store), myna_message_get_id (self->message)) : NULL;

  if (left)
    left->attachments = myna_attachment_list_take (MYNA_ATTACHMENT_LIST (self->attachments));
  g_clear_object (&self->store);
  g_clear_object (&self->message);
  g_clear_object (&self->settings);
  myna_drop_children (GTK_WIDGET (object));
  G_OBJECT_CLASS (myna_question_editor_parent_class)->dispose (object);
}

static void
myna_question_editor_class_init (MynaQuestionEditorClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_question_editor_dispose;
  GTK_WIDGET_CLASS (klass)->grab_focus = myna_question_editor_grab_focus;
  signals[SEND] = g_signal_new ("send", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                                G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE); /* 50 MB, perhaps */
  signals[CANCEL] = g_signal_new ("cancel", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), MYNA_TYPE_COLUMN_LAYOUT);
}

static void
myna_question_editor_init (MynaQuestionEditor *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  myna_column_layout_set_spacing (GTK_WIDGET (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self), "composer-card");
  self->attachments = myna_attachment_list_new ();
  gtk_widget_set_parent (self->attachments, GTK_WIDGET (self));
  self->text_view = gtk_text_view_new ();
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->text_view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (self->text_view), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text_view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Edit question"), -1);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (self->text_view, keys);
  g_signal_connect_swapped (self->text_view, "preedit-changed", G_CALLBACK (preedit_changed_cb), self);
  self->settings = myna_send_key_open_settings ();
  gtk_widget_set_parent (self->text_view, GTK_WIDGET (self));
  gtk_widget_add_tick_callback (self->text_view, settle_cb, self, NULL);
  gtk_widget_set_parent (new_buttons (self), GTK_WIDGET (self));
}

GtkWidget *
myna_question_editor_new (StoreDb *store, MynaMessage *message)
{
  MynaQuestionEditor *self = g_object_new (MYNA_TYPE_QUESTION_EDITOR, NULL);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text_view));
  MynaLeftEdit *left = myna_left_edits_find (myna_left_edits_of (store), myna_message_get_id (message));
  g_autoptr (GPtrArray) attached =
      left ? g_steal_pointer (&left->attachments) : myna_attachments_from_json (myna_message_get_record (message)->attachments);

  self->store = g_object_ref (store);
  self->message = g_object_ref (message);
  if (attached && attached->len > 0)
    myna_attachment_list_give (MYNA_ATTACHMENT_LIST (self->attachments), g_steal_pointer (&attached));
  gtk_text_buffer_set_text (buffer, left ? left->text : myna_message_get_text (message), -1);
  g_signal_connect_object (buffer, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
myna_question_editor_set_can_send (MynaQuestionEditor *self, gboolean can_send)
{
  gtk_widget_set_sensitive (self->send, can_send);
}
