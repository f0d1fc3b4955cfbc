/* myna-log-window.c: what a server of tools writes for people to read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/myna-log-window.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/myna-secondary-window.h"

/* What is new comes behind what is there: somebody may be reading or selecting that. */
static void
update_cb (ToolServer *server, GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  g_autofree char *shown = tool_text_show (tool_server_get_log (server)), *before = NULL;
  GtkTextIter start, end;
  gsize n_gone;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  before = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  /* A log that grows long loses its beginning. */
  n_gone = tool_text_find_gone (before, shown);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, (int) g_utf8_strlen (before, (gssize) n_gone));
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert (buffer, &end, shown + strlen (before) - n_gone, -1);
}

GtkWidget *
myna_log_window_new (GtkWindow *parent, ToolServer *server)
{
  /* Translators: the title of a window; %s is the name of a server */
  g_autofree char *title = g_strdup_printf (_ ("Log of “%s”"), tool_server_get_config (server)->name);
  GtkWidget *window = g_object_new (ADW_TYPE_WINDOW, "transient-for", parent, "modal", TRUE, "title", title, "default-width",
                                    600, "default-height", 400, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *view = g_object_new (GTK_TYPE_TEXT_VIEW, "editable", FALSE, "monospace", TRUE, "wrap-mode", GTK_WRAP_WORD_CHAR,
                                  "left-margin", 12, "right-margin", 12, "top-margin", 12, "vexpand", TRUE, NULL);

  myna_secondary_window_follow (GTK_WINDOW (window), parent, "myna-log");
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), myna_scroller_new (view, -1));
  adw_window_set_content (ADW_WINDOW (window), box);
  g_signal_connect_object (server, "changed", G_CALLBACK (update_cb), view, 0);
  update_cb (server, GTK_TEXT_VIEW (view));
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (view),
                                      gtk_text_buffer_get_insert (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view))));
  return window;
}
