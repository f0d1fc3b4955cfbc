/* myna-log-window.c: what a server of tools writes for people to read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/myna-log-window.h"

#include <glib/gi18n.h>

#include "base/myna-secondary-window.h"

static void
update_cb (ToolServer *server, GtkTextView *view)
{
  g_autofree char *shown = tool_text_show (tool_server_get_log (server));

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (view), shown, -1);
}

GtkWidget *
myna_log_window_new (GtkWindow *parent, ToolServer *server)
{
  GtkWidget *window = g_object_new (ADW_TYPE_WINDOW, "transient-for", parent, "modal", TRUE, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_text_view_new ();
  /* Translators: the title of a window; %s is the name of a server */
  g_autofree char *title = g_strdup_printf (_ ("Log of “%s”"), tool_server_get_config (server)->name);

  myna_secondary_window_follow (GTK_WINDOW (window), parent, "myna-log");
  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_window_set_default_size (GTK_WINDOW (window), 600, 400);
  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 12);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), scroller);
  adw_window_set_content (ADW_WINDOW (window), box);
  g_signal_connect_object (server, "changed", G_CALLBACK (update_cb), view, 0);
  update_cb (server, GTK_TEXT_VIEW (view));
  return window;
}
