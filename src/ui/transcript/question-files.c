/* question-files.c: what is attached to a question, above its text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/question-files.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "chat/myna-attachment.h"

/* Not as the action of an actionable: GTK 4.8 leaves that off when the row is taken out and used again. */
static void
clicked_cb (GtkWidget *button)
{
  gtk_widget_activate_action (button, "message.documents", NULL);
}

GtkWidget *
myna_question_files_new (void)
{
  GtkWidget *button = gtk_button_new (), *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  myna_add_css_classes (label, "caption dim-label");
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_visible (button, FALSE);
  myna_set_tooltip (button, _ ("Documents of This Chat"));
  g_signal_connect (button, "clicked", G_CALLBACK (clicked_cb), NULL);
  return button;
}

void
myna_question_files_update (GtkWidget *files, const char *json)
{
  g_autofree char *names = myna_attachments_describe (json);

  gtk_widget_set_visible (files, json != NULL);
  gtk_label_set_label (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (files))), names);
}
