/* password-question.c: the password of a document that is being attached
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is typed lies in memory that GTK keeps out of swap, goes to the process that reads the document, and is forgotten.
 */
#include "composer/password-question.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/ui-compat.h"
#include "chat/pair.h"

/* Shows what was typed, and hides it again. */
static void
reveal_cb (GtkEntry *entry)
{
  gboolean shown = !gtk_entry_get_visibility (entry);

  gtk_entry_set_visibility (entry, shown);
  gtk_entry_set_icon_from_icon_name (entry, GTK_ENTRY_ICON_SECONDARY, shown ? "view-conceal-symbolic" : "view-reveal-symbolic");
}

static GtkWidget *
make_entry (GtkEntryBuffer *buffer)
{
  GtkWidget *entry = gtk_entry_new_with_buffer (buffer);

  gtk_entry_set_visibility (GTK_ENTRY (entry), FALSE);
  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_PASSWORD);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_entry_set_icon_from_icon_name (GTK_ENTRY (entry), GTK_ENTRY_ICON_SECONDARY, "view-reveal-symbolic");
  gtk_entry_set_icon_tooltip_text (GTK_ENTRY (entry), GTK_ENTRY_ICON_SECONDARY, _ ("Show Password"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Password"), -1);
  g_signal_connect (entry, "icon-press", G_CALLBACK (reveal_cb), NULL);
  return entry;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) question = user_data;
  gboolean accepted = myna_ask_finish (result);

  myna_file_reader_unlock (question->owner, accepted ? gtk_entry_buffer_get_text (question->subject) : NULL);
}

/* Cancel leaves the file out. */
static void
password_cb (GtkWidget *owner, const char *name, gboolean was_wrong, MynaFileReader *reader)
{
  GtkWindow *window = myna_get_window (owner);
  GtkEntryBuffer *buffer;
  GtkWidget *entry;
  /* Translators: a dialog; %s is the name of a file */
  g_autofree char *heading = g_strdup_printf (_ ("Password of “%s”"), name);

  if (!window)
    {
      myna_file_reader_unlock (reader, NULL);
      return;
    }
  buffer = gtk_password_entry_buffer_new ();
  entry = make_entry (buffer);
  myna_ask_with_async (window, MYNA_QUESTION_PLAIN, heading,
                       was_wrong ? _ ("That password does not open it. Try again, or cancel to leave the document out.")
                                 : _ ("The document is protected. Its password is only used to read it now, and not kept."),
                       entry, _ ("_Open"), answered_cb, myna_pair_new (reader, buffer, g_object_unref));
  gtk_widget_grab_focus (entry);
}

void
myna_password_question_serve (GtkWidget *owner, MynaFileReader *reader)
{
  g_signal_connect_object (reader, "password", G_CALLBACK (password_cb), owner, G_CONNECT_SWAPPED);
}
