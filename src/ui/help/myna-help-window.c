/* myna-help-window.c: the help, shown by the program itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The help is one markdown page a language, kept in the program and drawn by the same widget as the replies.  So it is there
 * without a network, without a help browser, and inside a Flatpak.
 */
#include "help/myna-help-window.h"

#include <glib/gi18n.h>

#include "markdown/markdown-view.h"

#define HELP_PREFIX "/io/github/myna_chat/Myna/help/"
#define WINDOW_NAME "myna-help"

/* The page of the first of the person's languages that has one.  English is help.md. */
static GBytes *
load_page (void)
{
  const char *const *languages = g_get_language_names ();

  for (; *languages != NULL && !g_str_equal (*languages, "C") && !g_str_has_prefix (*languages, "en"); languages++)
    {
      g_autofree char *path = g_strdup_printf (HELP_PREFIX "help.%s.md", *languages);
      GBytes *page = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

      if (page)
        return page;
    }
  return g_resources_lookup_data (HELP_PREFIX "help.md", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static GtkWidget *
make_page (void)
{
  g_autoptr (GBytes) page = load_page ();
  g_autofree char *text = g_strndup (g_bytes_get_data (page, NULL), g_bytes_get_size (page));
  GtkWidget *view = myna_markdown_view_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  myna_markdown_view_set_text (MYNA_MARKDOWN_VIEW (view), text);
  gtk_widget_add_css_class (view, "conversation");
  gtk_widget_set_margin_top (view, 12);
  gtk_widget_set_margin_bottom (view, 36);
  gtk_widget_set_margin_start (view, 18);
  gtk_widget_set_margin_end (view, 18);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 640);
  adw_clamp_set_child (ADW_CLAMP (clamp), view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static GtkWindow *
find_window (GtkApplication *application)
{
  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    if (g_str_equal (gtk_widget_get_name (l->data), WINDOW_NAME))
      return l->data;
  return NULL;
}

static gboolean
close_cb (GtkWidget *window, GVariant *args, gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (window));
  return TRUE;
}

void
myna_help_window_show (GtkApplication *application)
{
  GtkWindow *window = find_window (application);

  if (!window)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      GtkEventController *keys = gtk_shortcut_controller_new ();

      gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
      gtk_box_append (GTK_BOX (box), make_page ());
      window = g_object_new (ADW_TYPE_WINDOW, "application", application, "name", WINDOW_NAME, "title", _ ("Help"),
                             "default-width", 720, "default-height", 680, "width-request", 360, "content", box, NULL);
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                            gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Escape|<Control>w"),
                                                              gtk_callback_action_new (close_cb, NULL, NULL)));
      gtk_widget_add_controller (GTK_WIDGET (window), keys);
    }
  gtk_window_present (window);
}
