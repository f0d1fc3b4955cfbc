/* dialog-header.c: see dialog-header.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/dialog-header.h"

#include <glib/gi18n.h>

#include "base/tooltip.h"

static void
title_changed_cb (GtkWindow *window, GParamSpec *pspec, GtkWidget *title)
{
  myna_set_tooltip (title, gtk_window_get_title (window));
}

/* Between the two buttons there is not always room for the whole title. */
static GtkWidget *
new_title (GtkWindow *window)
{
  GtkWidget *title = adw_window_title_new (NULL, NULL);

  g_object_bind_property (window, "title", title, "title", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (window, "notify::title", G_CALLBACK (title_changed_cb), title, 0);
  title_changed_cb (window, NULL, title);
  return title;
}

GtkWidget *
myna_dialog_header_new (GtkWindow *window, const char *label, GCallback accept_cb, GtkWidget **ret_close,
                        GtkWidget **ret_accept)
{
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *close = gtk_button_new_with_label (_ ("Cancel"));
  GtkWidget *accept = gtk_button_new_with_label (label);

  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), new_title (window));
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (header), FALSE);
  g_signal_connect_swapped (close, "clicked", G_CALLBACK (gtk_window_close), window);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), close);
  gtk_widget_add_css_class (accept, "suggested-action");
  g_signal_connect_swapped (accept, "clicked", accept_cb, window);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), accept);
  if (ret_close)
    *ret_close = close;
  *ret_accept = accept;
  return header;
}
