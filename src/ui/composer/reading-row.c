/* reading-row.c: which file is being read, with a button that stops it and those that wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composer/reading-row.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"

/* What is read sooner is not worth a word. */
#define DELAY_MS 300

struct _MynaReadingRow
{
  GtkBox parent_instance;

  MynaFileReader *reader;
  GtkWidget *spinner;
  GtkWidget *label;
  guint delay;
};

G_DEFINE_FINAL_TYPE (MynaReadingRow, myna_reading_row, GTK_TYPE_BOX)

static void
show (MynaReadingRow *self, gboolean shown)
{
  g_clear_handle_id (&self->delay, g_source_remove);
  gtk_widget_set_visible (GTK_WIDGET (self), shown);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), shown);
}

static gboolean
delay_cb (gpointer user_data)
{
  MynaReadingRow *self = user_data;

  self->delay = 0;
  show (self, TRUE);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (MynaReadingRow *self)
{
  gboolean is_busy;
  g_autofree char *text = myna_file_reader_describe (self->reader, &is_busy);

  gtk_widget_set_visible (self->spinner, is_busy);
  gtk_label_set_label (GTK_LABEL (self->label), text ? text : "");
  if (!text)
    show (self, FALSE);
  else if (!self->delay && !gtk_widget_get_visible (GTK_WIDGET (self)))
    self->delay = g_timeout_add (DELAY_MS, delay_cb, self);
}

static void
stop_clicked_cb (MynaReadingRow *self)
{
  g_autoptr (GPtrArray) files = myna_file_reader_take (self->reader);
}

static void
myna_reading_row_dispose (GObject *object)
{
  MynaReadingRow *self = MYNA_READING_ROW (object);

  g_clear_handle_id (&self->delay, g_source_remove);
  g_clear_object (&self->reader);
  G_OBJECT_CLASS (myna_reading_row_parent_class)->dispose (object);
}

static void
myna_reading_row_class_init (MynaReadingRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_reading_row_dispose;
}

static void
myna_reading_row_init (MynaReadingRow *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");

  self->spinner = gtk_spinner_new ();
  self->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_widget_set_hexpand (self->label, TRUE);
  gtk_widget_add_css_class (self->label, "caption");
  myna_add_css_classes (button, "flat circular");
  myna_set_name (button, _ ("Stop Reading"));
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (stop_clicked_cb), self);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self), "file-reader");
  gtk_box_append (GTK_BOX (self), self->spinner);
  gtk_box_append (GTK_BOX (self), self->label);
  gtk_box_append (GTK_BOX (self), button);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
myna_reading_row_new (MynaFileReader *reader)
{
  MynaReadingRow *self = g_object_new (MYNA_TYPE_READING_ROW, NULL);

  self->reader = g_object_ref (reader);
  g_signal_connect_object (reader, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
