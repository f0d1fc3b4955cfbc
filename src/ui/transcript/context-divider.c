/* context-divider.c: a line across the transcript: what is above it is not given to the model any more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/context-divider.h"

#include <glib/gi18n.h>

#include "base/controls.h"
GtkWidget *
myna_context_divider_new (int length)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (NULL);
  g_autofree char *text = NULL;

  text = length > 0
             ? g_strdup_printf (_ ("Messages above this line no longer fit in the model’s context of %'d tokens."), length)
             : g_strdup (_ ("Messages above this line no longer fit in the model’s context."));
  gtk_label_set_label (GTK_LABEL (label), text);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  myna_add_css_classes (label, "caption dim-label");
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
