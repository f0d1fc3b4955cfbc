/* myna-history-search.c: what a search through all conversations found, as the person types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each letter asks the store anew; it ends the search before.  Where words found nothing, letters inside of words are
 * looked for too.
 */
#include "sidebar/myna-history-search.h"

#include <glib/gi18n.h>

#include "chat/days.h"
#include "chat/message-parts.h"

#define MAX_HITS 60

struct _MynaHistorySearch
{
  GtkWidget parent_instance;

  StoreDb *store;
  GCancellable *cancellable;
  char *text;
  char *where;
  char *when;
  gboolean anywhere; /* the search that runs looks inside of words */

  GtkWidget *stack;
  GtkWidget *list;
};

enum
{
  PROP_0,
  PROP_WHERE,
  PROP_WHEN,
  N_PROPS
};

enum
{
  SIGNAL_OPEN_HIT,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaHistorySearch, myna_history_search, GTK_TYPE_WIDGET)

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
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
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
  gtk_widget_add_css_class (date, "caption");
  gtk_widget_add_css_class (date, "dim-label");
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
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->list)))
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
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

/* ---- Searching -------------------------------------------------------------------------------------------------- */

static void search (MynaHistorySearch *self, gboolean anywhere);

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaHistorySearch) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = store_finish_list (STORE_DB (source), result, &error);

  /* Also where the store could not search: its problem is told elsewhere, and what stood here stays. */
  if (!hits || self->store != STORE_DB (source))
    return;
  if (hits->len == 0 && !self->anywhere)
    search (self, TRUE);
  else
    show_hits (self, hits);
}

static gint64
get_earliest (MynaHistorySearch *self)
{
  static const struct
  {
    const char *when;
    int days;
  } spans[] = { { "day", 1 }, { "week", 7 }, { "month", 31 }, { "year", 366 } };

  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    {
      if (g_str_equal (self->when, spans[i].when))
        return g_get_real_time () / 1000 - spans[i].days * G_GINT64_CONSTANT (86400000);
    }

  return 0;
}

static void
search (MynaHistorySearch *self, gboolean anywhere)
{
  StoreSearch query = STORE_SEARCH_INIT;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (!self->store || !*self->text)
    return;
  self->cancellable = g_cancellable_new ();
  self->anywhere = anywhere;
  query.text = self->text;
  query.limit = MAX_HITS;
  query.after = get_earliest (self);
  query.anywhere = anywhere;
  query.thoughts = myna_part_is_searched (STORE_PART_THOUGHT);
  if (g_str_equal (self->where, "me"))
    query.role = STORE_ROLE_USER;
  else if (g_str_equal (self->where, "replies"))
    query.role = STORE_ROLE_ASSISTANT;
  store_search_async (self->store, &query, self->cancellable, found_cb, g_object_ref (self));
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_history_search_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaHistorySearch *self = MYNA_HISTORY_SEARCH (object);

  switch (prop_id)
    {
    case PROP_WHERE: g_value_set_string (value, self->where); break;
    case PROP_WHEN: g_value_set_string (value, self->when); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_history_search_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MynaHistorySearch *self = MYNA_HISTORY_SEARCH (object);

  switch (prop_id)
    {
    case PROP_WHERE:
      g_free (self->where);
      self->where = g_value_dup_string (value);
      break;
    case PROP_WHEN:
      g_free (self->when);
      self->when = g_value_dup_string (value);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  if (self->text)
    search (self, FALSE);
}

static void
myna_history_search_dispose (GObject *object)
{
  MynaHistorySearch *self = MYNA_HISTORY_SEARCH (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->store);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->where, g_free);
  g_clear_pointer (&self->when, g_free);

  G_OBJECT_CLASS (myna_history_search_parent_class)->dispose (object);
}

static void
myna_history_search_class_init (MynaHistorySearchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_history_search_get_property;
  object_class->set_property = myna_history_search_set_property;
  object_class->dispose = myna_history_search_dispose;

  properties[PROP_WHERE] = g_param_spec_string ("where", NULL, NULL, "any", flags);
  properties[PROP_WHEN] = g_param_spec_string ("when", NULL, NULL, "any", flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_OPEN_HIT] = g_signal_new ("open-hit", MYNA_TYPE_HISTORY_SEARCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_INT64);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "historysearch");
}

static void
myna_history_search_init (MynaHistorySearch *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *none = gtk_label_new (_ ("No Chats Found"));

  self->text = g_strdup ("");
  self->list = gtk_list_box_new ();
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Search results"), -1);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  gtk_widget_add_css_class (none, "dim-label");

  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), scroller, "hits");
  gtk_stack_add_named (GTK_STACK (self->stack), none, "none");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
myna_history_search_new (void)
{
  return g_object_new (MYNA_TYPE_HISTORY_SEARCH, NULL);
}

void
myna_history_search_set_store (MynaHistorySearch *self, StoreDb *store)
{
  g_return_if_fail (MYNA_IS_HISTORY_SEARCH (self));

  g_set_object (&self->store, store);
  search (self, FALSE);
}

void
myna_history_search_set_text (MynaHistorySearch *self, const char *text)
{
  g_return_if_fail (MYNA_IS_HISTORY_SEARCH (self));

  g_free (self->text);
  self->text = g_strstrip (g_strdup (text));
  search (self, FALSE);
}

void
myna_history_search_open_first (MynaHistorySearch *self)
{
  GtkListBoxRow *row;

  g_return_if_fail (MYNA_IS_HISTORY_SEARCH (self));

  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0);
  if (row && *self->text)
    row_activated_cb (self, row);
}
