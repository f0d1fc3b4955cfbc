/* show-markdown.c: shows a markdown file in a window, to look at (not installed)
 *
 *   show-markdown FILE [--stream] [--width=N] [--search=TEXT] [--select-all]
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <string.h>

#include "markdown/markdown-view.h"
#include "myna-resources.h"

static gboolean stream, select_all;
static int width = 760, height = 820;
static char *search;

typedef struct
{
  char *text;
  gsize shown;
  GtkWidget *view;
} Stream;

static gboolean
show_more (gpointer user_data)
{
  Stream *s = user_data;
  g_autofree char *part = NULL;
  gsize length = strlen (s->text);

  s->shown = MIN (s->shown + 6, length);
  while (s->shown < length && (s->text[s->shown] & 0xC0) == 0x80)
    s->shown++;
  part = g_strndup (s->text, s->shown);
  myna_markdown_view_set_text (MYNA_MARKDOWN_VIEW (s->view), part);
  myna_markdown_view_set_streaming (MYNA_MARKDOWN_VIEW (s->view), s->shown < length);
  return s->shown < length;
}

static void
activate (GtkApplication *application, Stream *s)
{
  GtkWidget *window = adw_application_window_new (application);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();

  s->view = myna_markdown_view_new ();
  gtk_widget_add_css_class (s->view, "conversation");
  gtk_widget_set_margin_top (s->view, 24);
  gtk_widget_set_margin_bottom (s->view, 24);
  gtk_widget_set_margin_start (s->view, 18);
  gtk_widget_set_margin_end (s->view, 18);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 760);
  adw_clamp_set_child (ADW_CLAMP (clamp), s->view);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  if (stream)
    g_timeout_add (10, show_more, s);
  else
    myna_markdown_view_set_text (MYNA_MARKDOWN_VIEW (s->view), s->text);
  if (search)
    {
      g_print ("%u matches\n", myna_markdown_view_set_search (MYNA_MARKDOWN_VIEW (s->view), search));
      myna_markdown_view_show_match (MYNA_MARKDOWN_VIEW (s->view), 0, NULL);
    }
  if (select_all)
    myna_markdown_view_select_all (MYNA_MARKDOWN_VIEW (s->view));
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  static const GOptionEntry entries[] = {
    { "stream", 0, 0, G_OPTION_ARG_NONE, &stream, "Show a little at a time", NULL },
    { "select-all", 0, 0, G_OPTION_ARG_NONE, &select_all, "Select everything", NULL },
    { "width", 0, 0, G_OPTION_ARG_INT, &width, "Width of the window", "PIXELS" },
    { "height", 0, 0, G_OPTION_ARG_INT, &height, "Height of the window", "PIXELS" },
    { "search", 0, 0, G_OPTION_ARG_STRING, &search, "Text to find", "TEXT" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE");
  g_autoptr (AdwApplication) application = NULL;
  g_autoptr (GError) error = NULL;
  Stream s = {
    NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2
      || !g_file_get_contents (argv[1], &s.text, NULL, &error))
    {
      g_printerr ("%s\n", error ? error->message : "one file, please");
      return 2;
    }
  myna_register_resource ();
  application = adw_application_new (MYNA_APP_ID, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), &s);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
