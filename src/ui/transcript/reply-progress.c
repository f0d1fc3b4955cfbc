/* reply-progress.c: what happens before a reply has any text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/reply-progress.h"
#include "base/column-layout.h"
#include "base/controls.h"

#include "chat/message-words.h"

struct _MynaReplyProgress
{
  GtkWidget parent_instance;

  GtkWidget *label;
  GtkWidget *bar;
};

G_DEFINE_FINAL_TYPE (MynaReplyProgress, myna_reply_progress, GTK_TYPE_WIDGET)

void
myna_reply_progress_update (MynaReplyProgress *self, MynaConversation *conversation)
{
  MynaActivity activity = myna_conversation_get_activity (conversation);
  g_autofree char *text = myna_reply_describe_progress (conversation);
  MynaPromptProgress progress;

  myna_conversation_get_progress (conversation, &progress);
  gtk_label_set_label (GTK_LABEL (self->label), text);
  gtk_widget_set_visible (self->bar, activity == MYNA_ACTIVITY_READING && progress.n_total > 0);
  if (progress.n_total > 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), progress.n_done / (double) progress.n_total);
}

static void
myna_reply_progress_dispose (GObject *object)
{
  MynaReplyProgress *self = MYNA_REPLY_PROGRESS (object);

  g_clear_pointer (&self->label, gtk_widget_unparent);
  g_clear_pointer (&self->bar, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_reply_progress_parent_class)->dispose (object);
}

static void
myna_reply_progress_class_init (MynaReplyProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_reply_progress_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), MYNA_TYPE_COLUMN_LAYOUT);
}

static void
myna_reply_progress_init (MynaReplyProgress *self)
{
  myna_column_layout_set_spacing (GTK_WIDGET (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self), "reply-progress");
  self->label = myna_long_label_new (NULL, "dim-label numeric");
  self->bar = gtk_progress_bar_new ();
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
  gtk_widget_set_parent (self->bar, GTK_WIDGET (self));
}

GtkWidget *
myna_reply_progress_new (void)
{
  return g_object_new (MYNA_TYPE_REPLY_PROGRESS, NULL);
}
