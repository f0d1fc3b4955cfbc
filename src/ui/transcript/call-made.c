/* call-made.c: what a call made: pictures to see, save and copy, and files to save
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of pictures only those are shown that this program wrote; a file is never opened, only saved where the person says.
 */
#include "transcript/call-made.h"

#include <glib/gi18n.h>

#include "base/column-layout.h"
#include "base/controls.h"
#include "base/ui-compat.h"
#include "chat/myna-problem.h"
#include "chat/pair.h"
#include "tools/sandbox.h"
#include "transcript/call-picture.h"

struct _MynaCallMade
{
  GtkWidget parent_instance;

  GPtrArray *list; /* StoreMade; NULL: nothing */
  GtkWidget *problem;
};

G_DEFINE_FINAL_TYPE (MynaCallMade, myna_call_made, GTK_TYPE_WIDGET)

/* ---- Saving and copying ----------------------------------------------------------------------------------------- */

static void
say_problem (MynaCallMade *self, const GError *error)
{
  g_autofree char *words = error ? myna_problem_describe (error) : NULL;
  g_autofree char *text = words ? g_strdup_printf (_ ("The file cannot be saved: %s"), words) : NULL;

  gtk_label_set_label (GTK_LABEL (self->problem), text ? text : "");
  gtk_widget_set_visible (self->problem, text != NULL);
  if (text)
    myna_announce (GTK_WIDGET (self), text);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaCallMade) self = user_data;
  g_autoptr (GError) error = NULL;

  g_file_replace_contents_finish (G_FILE (source), result, NULL, &error);
  say_problem (self, error);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) saving = user_data;
  g_autoptr (GFile) file = myna_choose_file_finish (result);

  if (file)
    g_file_replace_contents_bytes_async (file, saving->subject, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL, saved_cb,
                                         g_object_ref (saving->owner));
}

static void
save_clicked_cb (GtkWidget *button)
{
  GtkWidget *self = gtk_widget_get_ancestor (button, MYNA_TYPE_CALL_MADE);
  const StoreMade *made = g_object_get_data (G_OBJECT (button), "made");
  gboolean is_picture = made->width > 0;

  say_problem (MYNA_CALL_MADE (self), NULL);
  myna_choose_file_async (myna_get_window (button), MYNA_FILE_SAVE, is_picture ? _ ("Save the Picture") : _ ("Save the File"),
                          NULL,
                          /* Translators: the name that is proposed for a saved picture; keep .png */
                          is_picture ? _ ("Picture.png") : made->name, chosen_cb,
                          myna_pair_new (self, g_bytes_ref (made->data), (GDestroyNotify) g_bytes_unref));
}

static void
copy_clicked_cb (GtkWidget *button)
{
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (button), g_object_get_data (G_OBJECT (button), "texture"));
  myna_announce (button, _ ("Copied"));
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_save_button (const StoreMade *made, const char *label)
{
  GtkWidget *button = myna_flat_button_new ("document-save-symbolic", label);

  g_object_set_data (G_OBJECT (button), "made", (gpointer) made);
  g_signal_connect (button, "clicked", G_CALLBACK (save_clicked_cb), NULL);
  return button;
}

/* NULL: it is none of ours. */
static GdkTexture *
read_picture (const StoreMade *made)
{
  guint width = 0, height = 0;
  g_autoptr (GBytes) pixels = made->data ? tool_picture_read (made->data, &width, &height) : NULL;

  return pixels ? gdk_memory_texture_new ((int) width, (int) height, GDK_MEMORY_R8G8B8A8, pixels, (gsize) width * 4) : NULL;
}

static GtkWidget *
new_note (const char *text)
{
  GtkWidget *label = myna_long_label_new (text, "caption");

  gtk_widget_add_css_class (label, "dim-label");
  return label;
}

static GtkWidget *
new_picture (const StoreMade *made)
{
  g_autoptr (GdkTexture) texture = read_picture (made);
  GtkWidget *box, *buttons, *copy;

  if (!texture)
    return new_note (_ ("A picture that cannot be shown"));
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
  copy = myna_flat_button_new ("edit-copy-symbolic", _ ("Copy Picture"));
  g_object_set_data_full (G_OBJECT (copy), "texture", g_object_ref (texture), g_object_unref);
  g_signal_connect (copy, "clicked", G_CALLBACK (copy_clicked_cb), NULL);
  gtk_box_append (GTK_BOX (buttons), new_save_button (made, _ ("Save Picture…")));
  gtk_box_append (GTK_BOX (buttons), copy);
  gtk_box_append (GTK_BOX (box), myna_call_picture_new (texture));
  gtk_box_append (GTK_BOX (box), buttons);
  return box;
}

static GtkWidget *
new_file (const StoreMade *made)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (made->name);
  g_autofree char *size = made->data ? g_format_size (g_bytes_get_size (made->data)) : g_strdup (_ ("too large to keep"));
  /* Translators: %s is the name of a file */
  g_autofree char *save = g_strdup_printf (_ ("Save “%s”…"), made->name);

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (box, "made-file");
  gtk_widget_set_halign (box, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("text-x-generic-symbolic"));
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), new_note (size));
  if (made->data)
    gtk_box_append (GTK_BOX (box), new_save_button (made, save));
  return box;
}

void
myna_call_made_set_list (MynaCallMade *self, GPtrArray *list)
{
  GtkWidget *child;

  g_return_if_fail (MYNA_IS_CALL_MADE (self));

  if (list == self->list)
    return;
  g_clear_pointer (&self->list, g_ptr_array_unref);
  self->list = list ? g_ptr_array_ref (list) : NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != self->problem)
    gtk_widget_unparent (child);
  for (guint i = 0; list && i < list->len; i++)
    {
      const StoreMade *made = g_ptr_array_index (list, i);

      gtk_widget_insert_before (made->width > 0 ? new_picture (made) : new_file (made), GTK_WIDGET (self), self->problem);
    }
  say_problem (self, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), list && list->len > 0);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_call_made_dispose (GObject *object)
{
  myna_drop_children (GTK_WIDGET (object));
  g_clear_pointer (&MYNA_CALL_MADE (object)->list, g_ptr_array_unref);
  G_OBJECT_CLASS (myna_call_made_parent_class)->dispose (object);
}

static void
myna_call_made_class_init (MynaCallMadeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_call_made_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, MYNA_TYPE_COLUMN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "callmade");
}

static void
myna_call_made_init (MynaCallMade *self)
{
  myna_column_layout_set_spacing (GTK_WIDGET (self), 6);
  self->problem = myna_long_label_new (NULL, "error");
  gtk_widget_set_visible (self->problem, FALSE);
  gtk_widget_set_parent (self->problem, GTK_WIDGET (self));
}

GtkWidget *
myna_call_made_new (void)
{
  return g_object_new (MYNA_TYPE_CALL_MADE, "visible", FALSE, NULL);
}
