/* composer-attachments.c: text files and long pastes, shown as chips
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file is read whole when it is attached, so that what the model is given is what the person saw; its size is limited
 * before it is read and while it is.  Text that is not UTF-8 is taken as GB 18030, which every older Chinese file is.
 */
#include "composer/composer-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/myna-attachment.h"
#include "base/ui-compat.h"

/* A pasted text of more than this becomes an attachment. */
#define PASTE_MAX_CHARS 6000
#define PASTE_MAX_LINES 80

/* ---- Chips ------------------------------------------------------------------------------------------------------ */

static void rebuild_chips (MynaComposer *self);

static void
remove_clicked_cb (GtkButton *button, gpointer user_data)
{
  MynaComposer *self = user_data;
  gpointer attachment = g_object_get_data (G_OBJECT (button), "attachment");

  g_ptr_array_remove (self->attachments, attachment);
  rebuild_chips (self);
  myna_composer_update_button (self);
  gtk_widget_grab_focus (self->text_view);
}

static GtkWidget *
new_chip (MynaComposer *self, MynaAttachment *attachment)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name ("text-x-generic-symbolic");
  GtkWidget *name = gtk_label_new (attachment->name);
  g_autofree char *size_text = g_format_size (strlen (attachment->text));
  GtkWidget *size = gtk_label_new (size_text);
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *label = g_strdup_printf (_ ("Remove “%s”"), attachment->name);

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (name), 24);
  gtk_widget_add_css_class (size, "dim-label");
  gtk_widget_add_css_class (size, "caption");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data (G_OBJECT (button), "attachment", attachment);
  g_signal_connect (button, "clicked", G_CALLBACK (remove_clicked_cb), self);
  gtk_widget_add_css_class (box, "attachment-chip");
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), size);
  gtk_box_append (GTK_BOX (box), button);
  return box;
}

static void
rebuild_chips (MynaComposer *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->chips)))
    gtk_flow_box_remove (GTK_FLOW_BOX (self->chips), child);
  for (guint i = 0; i < self->attachments->len; i++)
    gtk_flow_box_append (GTK_FLOW_BOX (self->chips), new_chip (self, g_ptr_array_index (self->attachments, i)));
  gtk_widget_set_visible (self->chips, self->attachments->len > 0);
}

void
myna_composer_clear_attachments (MynaComposer *self)
{
  g_ptr_array_set_size (self->attachments, 0);
  rebuild_chips (self);
}

GPtrArray *
myna_composer_take_attachments (MynaComposer *self)
{
  GPtrArray *attachments;

  g_return_val_if_fail (MYNA_IS_COMPOSER (self), NULL);

  if (self->attachments->len == 0)
    return NULL;
  attachments = self->attachments;
  self->attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_attachment_free);
  rebuild_chips (self);
  myna_composer_update_button (self);
  return attachments;
}

void
myna_composer_give_attachments (MynaComposer *self, GPtrArray *attachments)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  g_ptr_array_extend_and_steal (self->attachments, attachments);
  rebuild_chips (self);
  myna_composer_update_button (self);
}

void
myna_composer_attach_text (MynaComposer *self, const char *name, const char *text)
{
  gsize total = strlen (text);

  g_return_if_fail (MYNA_IS_COMPOSER (self));

  for (guint i = 0; i < self->attachments->len; i++)
    total += strlen (((MynaAttachment *) g_ptr_array_index (self->attachments, i))->text);
  if (self->attachments->len >= MYNA_ATTACHMENTS_MAX || total > MYNA_ATTACHMENT_MAX_BYTES)
    {
      myna_composer_show_problem (self, _ ("That is more than one message can carry."));
      return;
    }
  g_ptr_array_add (self->attachments, myna_attachment_new (name, text));
  rebuild_chips (self);
  myna_composer_update_button (self);
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

/* The bytes as text, or NULL if they are none. */
static char *
text_from_bytes (const char *bytes, gsize n_bytes)
{
  if (n_bytes >= 3 && memcmp (bytes, "\357\273\277", 3) == 0)
    {
      bytes += 3;
      n_bytes -= 3;
    }
  if (memchr (bytes, 0, n_bytes))
    return NULL;
  if (g_utf8_validate (bytes, n_bytes, NULL))
    return g_strndup (bytes, n_bytes);
  return g_convert (bytes, n_bytes, "UTF-8", "GB18030", NULL, NULL, NULL);
}

static void
file_problem (MynaComposer *self, GFile *file, const char *format)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *display = g_filename_display_name (name);
  g_autofree char *text = g_strdup_printf (format, display);

  myna_composer_show_problem (self, text);
}

typedef struct
{
  MynaComposer *composer; /* owned */
  GFile *file;            /* owned */
  char *bytes;            /* [MYNA_ATTACHMENT_MAX_BYTES + 1] */
} Reading;

static void
reading_free (Reading *reading)
{
  g_object_unref (reading->composer);
  g_object_unref (reading->file);
  g_free (reading->bytes);
  g_free (reading);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

static void
could_not_read (Reading *reading, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    file_problem (reading->composer, reading->file, _ ("“%s” could not be read."));
}

static void
bytes_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Reading) reading = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;
  g_autofree char *display = NULL;
  gsize n;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n, &error))
    {
      could_not_read (reading, error);
      return;
    }
  if (n > MYNA_ATTACHMENT_MAX_BYTES)
    {
      file_problem (reading->composer, reading->file, _ ("“%s” is larger than 1 MB, more than a model can hold."));
      return;
    }
  text = text_from_bytes (reading->bytes, n);
  if (!text)
    {
      file_problem (reading->composer, reading->file, _ ("“%s” is not a text file."));
      return;
    }
  name = g_file_get_basename (reading->file);
  display = g_filename_display_name (name);
  myna_composer_attach_text (reading->composer, display, text);
}

static void
file_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Reading) reading = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read_finish (G_FILE (source), result, &error);
  GCancellable *cancellable = reading->composer->cancellable;
  char *bytes;

  if (!stream)
    {
      could_not_read (reading, error);
      return;
    }
  bytes = reading->bytes = g_malloc (MYNA_ATTACHMENT_MAX_BYTES + 1);
  g_input_stream_read_all_async (G_INPUT_STREAM (stream), bytes, MYNA_ATTACHMENT_MAX_BYTES + 1, G_PRIORITY_DEFAULT, cancellable,
                                 bytes_read_cb, g_steal_pointer (&reading));
}

void
myna_composer_attach_files (MynaComposer *self, GSList *files)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  for (GSList *l = files; l; l = l->next)
    {
      Reading *reading = g_new0 (Reading, 1);

      reading->composer = g_object_ref (self);
      reading->file = g_object_ref (l->data);
      g_file_read_async (reading->file, G_PRIORITY_DEFAULT, self->cancellable, file_opened_cb, reading);
    }
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaComposer) self = user_data;
  g_autoptr (GFile) file = myna_choose_file_finish (result);
  GSList files = { file, NULL };

  if (file)
    myna_composer_attach_files (self, &files);
  gtk_widget_grab_focus (self->text_view);
}

static void
attach_clicked_cb (MynaComposer *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  myna_choose_file_async (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, MYNA_FILE_OPEN, _ ("Attach a Text File"), NULL, NULL,
                          file_chosen_cb, g_object_ref (self));
}

/* ---- Paste ------------------------------------------------------------------------------------------------------ */

static gboolean
is_long (const char *text)
{
  guint lines = 0;

  for (const char *p = text; (p = strchr (p, '\n')); p++)
    lines++;
  return lines > PASTE_MAX_LINES || g_utf8_strlen (text, -1) > PASTE_MAX_CHARS;
}

static void
text_pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaComposer) self = user_data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text_view));

  if (!text)
    return;
  if (is_long (text))
    {
      myna_composer_attach_text (self, _ ("Pasted text"), text);
      return;
    }
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete_selection (buffer, TRUE, TRUE);
  gtk_text_buffer_insert_at_cursor (buffer, text, -1);
  gtk_text_buffer_end_user_action (buffer);
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self->text_view), gtk_text_buffer_get_insert (buffer));
}

static void
files_pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaComposer) self = user_data;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, NULL);
  g_autoptr (GSList) files = NULL;

  if (!value || !G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return;
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  myna_composer_attach_files (self, files);
}

static void
paste_cb (MynaComposer *self)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (self->text_view);
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);

  g_signal_stop_emission_by_name (self->text_view, "paste-clipboard");
  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST))
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, self->cancellable, files_pasted_cb,
                                    g_object_ref (self));
  else
    gdk_clipboard_read_text_async (clipboard, self->cancellable, text_pasted_cb, g_object_ref (self));
}

void
myna_composer_init_attachments (MynaComposer *self)
{
  g_signal_connect_swapped (self->attach_button, "clicked", G_CALLBACK (attach_clicked_cb), self);
  g_signal_connect_swapped (self->text_view, "paste-clipboard", G_CALLBACK (paste_cb), self);
}
