/* passage-window.c: a passage of a document, in its place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/passage-window.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "base/myna-secondary-window.h"
#include "chat/myna-sources.h"
#include "markdown/markdown-view.h"
#include "text/text-page.h"

#define WINDOW_NAME "myna-passage"
#define MARGIN      18
#define MAX_SHOWN   400 /* passages of a whole text: some 200 pages; more would take seconds to lay out */

typedef struct
{
  GtkWidget *box; /* where passages go */
  GtkWidget *status;
  guint ordinal; /* the one that is meant; G_MAXUINT: all are */
  char *needle;
  GCancellable *cancellable;
} Shown;

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  g_cancellable_cancel (shown->cancellable);
  g_object_unref (shown->cancellable);
  g_free (shown->needle);
  g_free (shown);
}

static void
add_page (GtkWidget *box, guint page)
{
  /* Translators: above the text of a page of a document */
  g_autofree char *text = g_strdup_printf (_ ("Page %u"), page);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (box), label);
}

static GtkWidget *
add_passage (Shown *shown, const StorePassage *passage, guint *page)
{
  gboolean is_meant = shown->ordinal == G_MAXUINT || passage->ordinal == shown->ordinal;
  GtkWidget *view = myna_markdown_view_new ();

  if (passage->page && passage->page != *page)
    add_page (shown->box, *page = passage->page);
  /* The page's number is a heading of its own. */
  myna_markdown_view_set_text (MYNA_MARKDOWN_VIEW (view), passage->page ? text_skip_page_mark (passage->text) : passage->text);
  gtk_widget_add_css_class (view, "conversation");
  if (!is_meant)
    gtk_widget_add_css_class (view, "dim-label");
  else if (shown->needle)
    myna_markdown_view_set_search (MYNA_MARKDOWN_VIEW (view), shown->needle);
  gtk_box_append (GTK_BOX (shown->box), view);
  return view;
}

static void
passages_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) window = user_data;
  Shown *shown = g_object_get_data (G_OBJECT (window), "shown");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) passages = store_finish_list (STORE_DB (source), result, &error);
  guint page = 0;

  /* Else the window shows something else, or is closed. */
  if (!shown || g_task_get_cancellable (G_TASK (result)) != shown->cancellable)
    return;
  if (!passages || passages->len == 0)
    {
      gtk_label_set_label (GTK_LABEL (shown->status), _ ("This document no longer exists"));
      gtk_widget_set_visible (shown->status, TRUE);
      return;
    }
  for (guint i = 0; i < passages->len; i++)
    {
      const StorePassage *passage = g_ptr_array_index (passages, i);
      GtkWidget *view = add_passage (shown, passage, &page);

      if (passage->ordinal == shown->ordinal)
        gtk_widget_grab_focus (view);
    }
  gtk_widget_set_visible (shown->status, passages->len == MAX_SHOWN);
  if (passages->len == MAX_SHOWN)
    gtk_label_set_label (GTK_LABEL (shown->status), _ ("This is the beginning of a longer text."));
}

static Shown *
make_content (GtkWindow *window)
{
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *scroller = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new (), *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  Shown *shown = g_new0 (Shown, 1);

  shown->cancellable = g_cancellable_new ();
  shown->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  shown->status = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (shown->status), TRUE);
  gtk_widget_set_visible (shown->status, FALSE);
  gtk_box_append (GTK_BOX (column), shown->box);
  gtk_box_append (GTK_BOX (column), shown->status);
  gtk_widget_set_margin_top (column, 12);
  gtk_widget_set_margin_bottom (column, MARGIN);
  gtk_widget_set_margin_start (column, MARGIN);
  gtk_widget_set_margin_end (column, MARGIN);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 640);
  adw_clamp_set_child (ADW_CLAMP (clamp), column);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (all), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (all), scroller);
  adw_window_set_content (ADW_WINDOW (window), all);
  g_object_set_data_full (G_OBJECT (window), "shown", shown, shown_free);
  return shown;
}

static void
destroyed_cb (GtkWidget *window)
{
  g_object_set_data (G_OBJECT (window), "shown", NULL);
}

static GtkWindow *
find_window (GtkWindow *parent)
{
  GtkWindow *window = myna_secondary_window_find (parent, WINDOW_NAME);

  if (window)
    return window;
  window = g_object_new (ADW_TYPE_WINDOW, "transient-for", parent, "default-width", 480, "default-height", 560, "width-request",
                         340, NULL);
  myna_secondary_window_follow (window, parent, WINDOW_NAME);
  g_signal_connect (window, "destroy", G_CALLBACK (destroyed_cb), NULL);
  return window;
}

static void
show (GtkWindow *parent, StoreDb *store, gint64 document_id, guint first, guint n, guint ordinal, const char *title,
      const char *question)
{
  GtkWindow *window = find_window (parent);
  Shown *shown = make_content (window);

  shown->ordinal = ordinal;
  shown->needle = question ? myna_sources_dup_needle (question) : NULL;
  gtk_window_set_title (window, title);
  store_list_passages_async (store, document_id, first, n, shown->cancellable, passages_read_cb, g_object_ref (window));
  gtk_window_present (window);
}

void
myna_passage_window_show (GtkWindow *parent, StoreDb *store, const StorePassage *passage, const char *question)
{
  g_autofree char *title = g_strdup_printf ("[%u] %s", passage->number, passage->name);
  guint first = passage->ordinal > 0 ? passage->ordinal - 1 : 0;

  show (parent, store, passage->document_id, first, passage->ordinal - first + 2, passage->ordinal, title, question);
}

void
myna_passage_window_show_text (GtkWindow *parent, StoreDb *store, gint64 document_id, const char *name)
{
  show (parent, store, document_id, 0, MAX_SHOWN, G_MAXUINT, name, NULL);
}
