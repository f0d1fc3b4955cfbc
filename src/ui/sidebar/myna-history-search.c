/* myna-history-search.c: what a search through all conversations found, as the person types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sidebar/myna-history-search.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "chat/days.h"

struct _MynaHistorySearch
{
  AdwBin parent_instance;

  MynaChatSearch *search;
  GtkWidget *stack;
  GtkWidget *list;
};

enum
{
  SIGNAL_OPEN_HIT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaHistorySearch, myna_history_search, ADW_TYPE_BIN)

/* ---- Hits ------------------------------------------------------------------------------------------------------- */

static PangoAttrList *
make_highlights (const StoreHit *hit)
{
  PangoAttrList *list = pango_attr_list_new ();

  for (guint i = 0; i < hit->n_ranges; i++)
    {
      PangoAttribute *attribute = pango_attr_weight_new (PANGO_WEIGHT_BOLD);

      attribute->start_index = hit->ranges[i].start;
      attribute->end_index = hit->ranges[i].end;
      pango_attr_list_insert (list, attribute);
    }

  return list;
}

static GtkWidget *
make_label (const char *text, PangoAttrList *attributes, const char *css_class)
{
  GtkWidget *label = myna_line_label_new (text, NULL);

  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  if (css_class)
    gtk_widget_add_css_class (label, css_class);

  return label;
}

static GtkWidget *
make_row (const StoreHit *hit)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autoptr (PangoAttrList) highlights = make_highlights (hit);
  g_autofree char *time = myna_time_describe (hit->time, g_get_real_time () / 1000);
  GtkWidget *title, *date, *snippet;

  title = make_label (*hit->title ? hit->title : _ ("Untitled chat"), hit->message_id ? NULL : highlights, NULL);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (top), title);
  date = gtk_label_new (time);
  myna_add_css_classes (date, "caption dim-label");
  gtk_box_append (GTK_BOX (top), date);
  gtk_box_append (GTK_BOX (box), top);
  if (hit->message_id)
    {
      snippet = make_label (hit->snippet, highlights, "snippet");
      gtk_label_set_wrap (GTK_LABEL (snippet), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (snippet), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_lines (GTK_LABEL (snippet), 2);
      gtk_box_append (GTK_BOX (box), snippet);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "hit", store_hit_copy (hit), (GDestroyNotify) store_hit_free);

  return row;
}

static void
show_hits (MynaHistorySearch *self, GPtrArray *hits)
{
  myna_list_clear (self->list);
  for (guint i = 0; i < hits->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (g_ptr_array_index (hits, i)));
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), hits->len > 0 ? "hits" : "none");
}

static void
row_activated_cb (MynaHistorySearch *self, GtkListBoxRow *row)
{
  const StoreHit *hit = g_object_get_data (G_OBJECT (row), "hit");

  g_signal_emit (self, signals[SIGNAL_OPEN_HIT], 0, hit->conversation_id, hit->message_id);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_history_search_dispose (GObject *object)
{
  MynaHistorySearch *self = MYNA_HISTORY_SEARCH (object);

  if (self->search)
    g_signal_handlers_disconnect_by_data (self->search, self);
  g_clear_object (&self->search);

  G_OBJECT_CLASS (myna_history_search_parent_class)->dispose (object);
}

static void
myna_history_search_class_init (MynaHistorySearchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_history_search_dispose;
  signals[SIGNAL_OPEN_HIT] = g_signal_new ("open-hit", MYNA_TYPE_HISTORY_SEARCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_INT64);
  gtk_widget_class_set_css_name (widget_class, "historysearch");
}

static void
myna_history_search_init (MynaHistorySearch *self)
{
  GtkWidget *none = gtk_label_new (_ ("No Chats Found"));

  self->search = myna_chat_search_new ();
  g_signal_connect_swapped (self->search, "found", G_CALLBACK (show_hits), self);
  self->list = gtk_list_box_new ();
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Search results"), -1);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);
  gtk_widget_add_css_class (none, "dim-label");

  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), myna_scroller_new (self->list, -1), "hits");
  gtk_stack_add_named (GTK_STACK (self->stack), none, "none");
  adw_bin_set_child (ADW_BIN (self), self->stack);
}

GtkWidget *
myna_history_search_new (void)
{
  return g_object_new (MYNA_TYPE_HISTORY_SEARCH, NULL);
}

MynaChatSearch *
myna_history_search_get_search (MynaHistorySearch *self)
{
  g_return_val_if_fail (MYNA_IS_HISTORY_SEARCH (self), NULL);

  return self->search;
}

void
myna_history_search_open_first (MynaHistorySearch *self)
{
  GtkListBoxRow *row;

  g_return_if_fail (MYNA_IS_HISTORY_SEARCH (self));

  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0);
  if (row && *myna_chat_search_get_text (self->search))
    row_activated_cb (self, row);
}
