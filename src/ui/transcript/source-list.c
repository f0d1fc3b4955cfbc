/* source-list.c: what a reply was given of documents, below it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/source-list.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "chat/myna-attachment.h"

#define SHOWN "myna-shown"

static void
clicked_cb (GtkWidget *button, gpointer number)
{
  gtk_widget_activate_action (button, "message.show-source", "u", GPOINTER_TO_UINT (number));
}

static GtkWidget *
make_button (const StorePassage *passage)
{
  g_autofree char *place = myna_passage_describe (passage);
  g_autofree char *text = g_strdup_printf ("[%u] %s", passage->number, place);
  GtkWidget *button = gtk_button_new (), *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_button_set_child (GTK_BUTTON (button), label);
  myna_add_css_classes (button, "flat caption");
  myna_set_tooltip (button, place);
  g_signal_connect (button, "clicked", G_CALLBACK (clicked_cb), GUINT_TO_POINTER (passage->number));
  return button;
}

/* The buttons are made when they are first to be seen: of a whole book there are hundreds. */
static void
expanded_cb (GtkExpander *expander, GParamSpec *pspec, GPtrArray *sources)
{
  guint first = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (expander), "first"));
  GtkWidget *box;

  if (!gtk_expander_get_expanded (expander) || gtk_expander_get_child (expander))
    return;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  for (guint i = first; i < sources->len; i++)
    gtk_box_append (GTK_BOX (box), make_button (g_ptr_array_index (sources, i)));
  gtk_expander_set_child (expander, box);
}

static void
release (gpointer sources, GClosure *closure)
{
  g_ptr_array_unref (sources);
}

GtkWidget *
myna_source_list_new (GPtrArray *sources, guint first)
{
  /* Translators: above the passages of documents that a reply was made from; %u is how many */
  g_autofree char *title = g_strdup_printf (ngettext ("%u source", "%u sources", sources->len - first), sources->len - first);
  GtkWidget *expander = gtk_expander_new (title);

  gtk_widget_add_css_class (expander, "sources");
  g_object_set_data (G_OBJECT (expander), "first", GUINT_TO_POINTER (first));
  g_object_set_data_full (G_OBJECT (expander), SHOWN, myna_passages_describe (sources, first), g_free);
  g_signal_connect_data (expander, "notify::expanded", G_CALLBACK (expanded_cb), g_ptr_array_ref (sources), release, 0);
  return expander;
}

gboolean
myna_source_list_shows (GtkWidget *list, GPtrArray *sources, guint first)
{
  g_autofree char *all = myna_passages_describe (sources, first);

  return g_strcmp0 (all, g_object_get_data (G_OBJECT (list), SHOWN)) == 0;
}
