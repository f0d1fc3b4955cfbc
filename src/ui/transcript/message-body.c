/* message-body.c: what a message says: a question's text, or the column of a reply's parts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/message-body.h"
#include "base/controls.h"

#include <string.h>

#include "base/column-layout.h"
#include "chat/message-parts.h"
#include "chat/myna-sources.h"
#include "markdown/markdown-view.h"
#include "transcript/part-view.h"
#include "transcript/passage-window.h"
#include "transcript/source-list.h"

#define SPACING   12   /* between two parts, as between blocks */
#define MAX_LABEL 2048 /* bytes of a question that GTK lays out as a whole: that takes quadratic time */

struct _MynaMessageBody
{
  GtkWidget parent_instance;

  GtkWidget *label;   /* of a question that is shown as it was written */
  gboolean formatted; /* a question's markdown is drawn: the label is hidden, and there are parts */
  GtkWidget *plain;   /* MynaMarkdownView: in the label's place, of a long question; made when needed */
  GPtrArray *parts;   /* MynaPartView, children: of a reply, or of such a question */
  GMenuModel *extra_menu;
  MynaMessage *message; /* what is shown, only to be compared: a weak pointer */
  char *needle;         /* for parts that are still to come; NULL: none */

  MynaConversation *conversation; /* whose documents a reply cites: a weak pointer */
  GSignalGroup *source_signals;   /* of its MynaSources */
  GPtrArray *sources;             /* StorePassage: what the reply may cite; NULL: nothing */
  GtkWidget *source_list;         /* those that were given to its question; NULL: none */
};

enum
{
  SHIFTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaMessageBody, myna_message_body, GTK_TYPE_WIDGET)

/* Whether the label, or what stands in its place, shows the message. */
static gboolean
has_label (MynaMessageBody *self)
{
  return self->label && !self->formatted;
}

static MynaPartView *
get_part (MynaMessageBody *self, guint i)
{
  return g_ptr_array_index (self->parts, i);
}

/* ---- Parts ------------------------------------------------------------------------------------------------------ */

static void
shifted_cb (MynaMessageBody *self, int y, int delta, GtkWidget *part)
{
  graphene_point_t point;

  if (gtk_widget_compute_point (part, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, y), &point))
    g_signal_emit (self, signals[SHIFTED], 0, (int) point.y, delta);
}

static void
drop_part (MynaMessageBody *self)
{
  gtk_widget_unparent (g_ptr_array_steal_index (self->parts, self->parts->len - 1));
}

static void
add_part (MynaMessageBody *self, StorePartKind kind)
{
  GtkWidget *view = myna_part_view_new (kind, self->extra_menu);

  gtk_widget_insert_before (view, GTK_WIDGET (self), NULL);
  g_signal_connect_swapped (view, "shifted", G_CALLBACK (shifted_cb), self);
  g_ptr_array_add (self->parts, view);
}

/* Thoughts are found only where the person wants that. */
static guint
search_part (MynaPartView *part, const char *needle)
{
  return myna_part_view_set_search (part, myna_part_is_searched (myna_part_view_get_kind (part)) ? needle : NULL);
}

/* The part's text with links to what it cites. */
static char *
link_part (MynaMessageBody *self, StorePart *part)
{
  g_autofree char *text = g_strndup (part->text, part->n_bytes);
  char *linked = myna_sources_link (self->sources, text);

  part->text = linked;
  part->n_bytes = strlen (linked);
  return linked;
}

static void
update_parts (MynaMessageBody *self, MynaMessage *message)
{
  const StoreMessage *record = myna_message_get_record (message);
  const char *text = myna_message_get_text (message);
  gboolean is_written = (*text || record->call) && myna_message_get_state (message) == STORE_STATE_GENERATING;
  gboolean is_other = message != self->message;
  StorePart parts[STORE_MAX_PARTS];
  g_autofree char *linked = NULL;
  guint n_parts = 0;

  /* A call is there before anything is written of it. */
  if (*text || (record->call && myna_message_get_loaded (message)))
    n_parts = store_split_parts (record->role, text, record->call, parts);
  for (guint i = 0; i < n_parts; i++)
    {
      gboolean is_open = is_written && i + 1 == n_parts;

      if (is_open)
        myna_part_hide_unfinished (&parts[i]);
      else if (self->sources && parts[i].kind == STORE_PART_TEXT && !linked)
        linked = link_part (self, &parts[i]);
      if (i < self->parts->len && myna_part_view_get_kind (get_part (self, i)) != parts[i].kind)
        while (self->parts->len > i)
          drop_part (self);
      if (i == self->parts->len)
        add_part (self, parts[i].kind);
      if (is_other)
        myna_part_view_fold (get_part (self, i));
      myna_part_view_set_seconds (get_part (self, i), myna_message_get_thought_seconds (message));
      myna_part_view_set_part (get_part (self, i), &parts[i], record->call, is_open);
      myna_part_view_set_told_result (get_part (self, i), myna_message_get_told_result (message));
      search_part (get_part (self, i), self->needle);
    }
  while (self->parts->len > n_parts)
    drop_part (self);
}

/* A long question is laid out where it is seen. */
static void
update_question (MynaMessageBody *self, const char *text)
{
  gboolean is_long = strlen (text) > MAX_LABEL;

  if (is_long && !self->plain)
    {
      self->plain = myna_markdown_view_new ();
      myna_markdown_view_set_extra_menu (MYNA_MARKDOWN_VIEW (self->plain), self->extra_menu);
      g_signal_connect_swapped (self->plain, "shifted", G_CALLBACK (shifted_cb), self);
      gtk_widget_set_parent (self->plain, GTK_WIDGET (self));
    }
  gtk_widget_set_visible (self->label, !is_long);
  gtk_label_set_label (GTK_LABEL (self->label), is_long ? "" : text);
  if (!self->plain)
    return;
  gtk_widget_set_visible (self->plain, is_long);
  myna_markdown_view_set_plain_text (MYNA_MARKDOWN_VIEW (self->plain), is_long ? text : "");
}

/* The long question that is shown; NULL: it is a label, or a reply. */
static MynaMarkdownView *
get_plain (MynaMessageBody *self)
{
  return self->plain && gtk_widget_get_visible (self->plain) ? MYNA_MARKDOWN_VIEW (self->plain) : NULL;
}

/* ---- Sources ---------------------------------------------------------------------------------------------------- */

static void
drop_sources (MynaMessageBody *self)
{
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  g_clear_pointer (&self->source_list, gtk_widget_unparent);
}

/* What the reply may cite, once it is written. */
static void
update_sources (MynaMessageBody *self, MynaConversation *conversation, MynaMessage *message)
{
  gboolean is_reply = conversation && myna_message_get_role (message) == STORE_ROLE_ASSISTANT;
  MynaSources *sources = is_reply ? myna_sources_get (conversation) : NULL;
  gboolean has_text = *myna_message_get_text (message) && !myna_message_get_record (message)->call;
  guint first = 0;

  g_set_weak_pointer (&self->conversation, conversation);
  g_signal_group_set_target (self->source_signals, sources);
  if (!sources || myna_message_get_state (message) == STORE_STATE_GENERATING)
    {
      drop_sources (self);
      return;
    }
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  self->sources = myna_sources_list (sources, message, &first);
  if (!self->sources || !has_text || !self->source_list || !myna_source_list_shows (self->source_list, self->sources, first))
    g_clear_pointer (&self->source_list, gtk_widget_unparent);
  if (self->sources && has_text && !self->source_list && first < self->sources->len)
    self->source_list = myna_source_list_new (self->sources, first);
}

static void
sources_changed_cb (MynaMessageBody *self)
{
  if (self->message && self->conversation)
    myna_message_body_update (self, self->conversation, self->message);
}

static void
show_source_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMessageBody *self = MYNA_MESSAGE_BODY (widget);
  const StorePassage *passage = myna_sources_find (self->sources, g_variant_get_uint32 (parameter));
  GtkWindow *window = myna_get_window (widget);
  const char *question;

  if (!passage || !self->conversation || !self->message || !window)
    return;
  question = myna_sources_get_question (myna_sources_get (self->conversation), self->message);
  myna_passage_window_show (window, myna_conversation_get_store (self->conversation), passage, question);
}

void
myna_message_body_update (MynaMessageBody *self, MynaConversation *conversation, MynaMessage *message)
{
  g_return_if_fail (MYNA_IS_MESSAGE_BODY (self));

  if (has_label (self))
    update_question (self, myna_message_get_text (message));
  else
    {
      update_sources (self, conversation, message);
      update_parts (self, message);
      if (self->source_list)
        gtk_widget_insert_before (self->source_list, GTK_WIDGET (self), NULL);
    }
  g_set_weak_pointer (&self->message, message);
}

gboolean
myna_message_body_set_formatted (MynaMessageBody *self, gboolean formatted)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE_BODY (self), FALSE);

  if (!self->label || self->formatted == formatted)
    return FALSE;
  self->formatted = formatted;
  gtk_widget_set_visible (self->label, !formatted);
  if (self->plain)
    gtk_widget_set_visible (self->plain, FALSE);
  while (!formatted && self->parts->len > 0)
    drop_part (self);
  return TRUE;
}

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static char *
join_parts (MynaMessageBody *self, char *(*get) (MynaPartView *part), gboolean with_thoughts)
{
  g_autoptr (GString) text = NULL;

  for (guint i = 0; i < self->parts->len; i++)
    {
      gboolean is_wanted = with_thoughts || myna_part_view_get_kind (get_part (self, i)) != STORE_PART_THOUGHT;
      g_autofree char *part = is_wanted ? get (get_part (self, i)) : NULL;

      if (!part)
        continue;
      if (!text)
        text = g_string_new (part);
      else
        g_string_append_printf (text, "%s%s", text->len ? "\n\n" : "", part);
    }
  return text ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

char *
myna_message_body_get_text (MynaMessageBody *self)
{
  char *text;

  g_return_val_if_fail (MYNA_IS_MESSAGE_BODY (self), NULL);

  if (get_plain (self))
    return myna_markdown_view_get_text (get_plain (self));
  if (has_label (self))
    return g_strdup (gtk_label_get_text (GTK_LABEL (self->label)));
  text = join_parts (self, myna_part_view_get_text, TRUE);
  return text ? text : g_strdup ("");
}

char *
myna_message_body_dup_copy (MynaMessageBody *self)
{
  char *text;

  g_return_val_if_fail (MYNA_IS_MESSAGE_BODY (self), NULL);

  text = get_plain (self) || has_label (self) ? NULL : join_parts (self, myna_part_view_get_text, FALSE);
  return text ? text : myna_message_body_get_text (self);
}

char *
myna_message_body_get_selected_text (MynaMessageBody *self)
{
  int start, end;

  g_return_val_if_fail (MYNA_IS_MESSAGE_BODY (self), NULL);

  if (get_plain (self))
    return myna_markdown_view_get_selected_text (get_plain (self));
  if (!has_label (self))
    return join_parts (self, myna_part_view_get_selected_text, TRUE);
  if (!gtk_label_get_selection_bounds (GTK_LABEL (self->label), &start, &end))
    return NULL;
  return g_utf8_substring (gtk_label_get_text (GTK_LABEL (self->label)), start, end);
}

void
myna_message_body_select_all (MynaMessageBody *self)
{
  g_return_if_fail (MYNA_IS_MESSAGE_BODY (self));

  for (guint i = 0; i < self->parts->len; i++)
    myna_part_view_select_all (get_part (self, i));
  if (get_plain (self))
    {
      myna_markdown_view_select_all (get_plain (self));
      gtk_widget_grab_focus (self->plain);
      return;
    }
  if (!has_label (self))
    return;
  gtk_label_select_region (GTK_LABEL (self->label), 0, -1);
  gtk_widget_grab_focus (self->label);
}

gboolean
myna_message_body_set_viewport (MynaMessageBody *self, int top, int bottom)
{
  graphene_point_t point;
  gboolean changed = FALSE;

  g_return_val_if_fail (MYNA_IS_MESSAGE_BODY (self), FALSE);

  for (guint i = 0; i < self->parts->len; i++)
    if (gtk_widget_compute_point (GTK_WIDGET (self), GTK_WIDGET (get_part (self, i)), &GRAPHENE_POINT_INIT (0, 0), &point))
      changed |= myna_part_view_set_viewport (get_part (self, i), top + point.y, bottom + point.y);
  if (get_plain (self) && gtk_widget_compute_point (GTK_WIDGET (self), self->plain, &GRAPHENE_POINT_INIT (0, 0), &point))
    changed |= myna_markdown_view_set_viewport (get_plain (self), top + point.y, bottom + point.y);
  return changed;
}

/* ---- Find ------------------------------------------------------------------------------------------------------- */

/* Marks the occurrences in a question's label; returns how many.  current: the one that stands out, or G_MAXUINT. */
static guint
mark_label (MynaMessageBody *self, const char *needle, guint current, int *ret_index)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  g_autoptr (GArray) found = myna_text_find (gtk_label_get_text (GTK_LABEL (self->label)), needle);
  MynaInk ink;

  myna_ink_init (&ink, self->label);
  for (guint i = 0; i < found->len; i++)
    {
      const MynaRange *match = &g_array_index (found, MynaRange, i);
      const GdkRGBA *color = i == current ? &ink.current_match : &ink.match;
      PangoAttribute *back = pango_attr_background_new (color->red * 65535, color->green * 65535, color->blue * 65535);
      PangoAttribute *alpha = pango_attr_background_alpha_new (MAX (1, color->alpha * 65535));

      back->start_index = alpha->start_index = match->start;
      back->end_index = alpha->end_index = match->end;
      pango_attr_list_insert (attributes, back);
      pango_attr_list_insert (attributes, alpha);
      if (i == current)
        *ret_index = match->start;
    }
  gtk_label_set_attributes (GTK_LABEL (self->label), found->len ? attributes : NULL);
  return found->len;
}

guint
myna_message_body_set_search (MynaMessageBody *self, const char *needle)
{
  guint n = 0;
  int index;

  g_return_val_if_fail (MYNA_IS_MESSAGE_BODY (self), 0);

  if (get_plain (self))
    return myna_markdown_view_set_search (get_plain (self), needle);
  if (has_label (self))
    return mark_label (self, needle, G_MAXUINT, &index);
  g_free (self->needle);
  self->needle = g_strdup (needle);
  for (guint i = 0; i < self->parts->len; i++)
    n += search_part (get_part (self, i), needle);
  return n;
}

/* Height of a text position of a question inside the body. */
static gboolean
label_place (MynaMessageBody *self, int index, int *ret_y)
{
  PangoRectangle place;
  graphene_point_t point;
  int x, y;

  gtk_label_get_layout_offsets (GTK_LABEL (self->label), &x, &y);
  pango_layout_index_to_pos (gtk_label_get_layout (GTK_LABEL (self->label)), index, &place);
  if (!gtk_widget_compute_point (self->label, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, 0), &point))
    return FALSE;
  *ret_y = point.y + y + PANGO_PIXELS (place.y);
  return TRUE;
}

/* The index goes on through the parts. */
static gboolean
show_match (MynaMessageBody *self, const char *needle, guint index, int *ret_y)
{
  gboolean shown = FALSE;
  graphene_point_t point;
  int y;

  for (guint i = 0; i < self->parts->len; i++)
    {
      MynaPartView *part = get_part (self, i);
      guint n = search_part (part, needle);

      if (shown || index >= n)
        {
          myna_part_view_clear_match (part);
          index -= shown ? 0 : n;
          continue;
        }
      if (!myna_part_view_show_match (part, index, &y)
          || !gtk_widget_compute_point (GTK_WIDGET (part), GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, y), &point))
        return FALSE;
      *ret_y = point.y;
      shown = TRUE;
    }
  return shown;
}

static gboolean
show_plain_match (MynaMessageBody *self, const char *needle, guint index, int *ret_y)
{
  graphene_rect_t bounds;
  graphene_point_t point;

  myna_markdown_view_set_search (get_plain (self), needle);
  if (!myna_markdown_view_show_match (get_plain (self), index, &bounds)
      || !gtk_widget_compute_point (self->plain, GTK_WIDGET (self), &bounds.origin, &point))
    return FALSE;
  *ret_y = point.y;
  return TRUE;
}

gboolean
myna_message_body_show_match (MynaMessageBody *self, const char *needle, guint index, int *ret_y)
{
  int at = -1;

  g_return_val_if_fail (MYNA_IS_MESSAGE_BODY (self), FALSE);

  if (get_plain (self))
    return show_plain_match (self, needle, index, ret_y);
  if (!has_label (self))
    return show_match (self, needle, index, ret_y);
  mark_label (self, needle, index, &at);
  return at >= 0 && label_place (self, at, ret_y);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_message_body_dispose (GObject *object)
{
  MynaMessageBody *self = MYNA_MESSAGE_BODY (object);

  while (self->parts->len > 0)
    drop_part (self);
  drop_sources (self);
  g_clear_object (&self->source_signals);
  g_clear_weak_pointer (&self->conversation);
  g_clear_weak_pointer (&self->message);
  g_clear_pointer (&self->label, gtk_widget_unparent);
  g_clear_pointer (&self->plain, gtk_widget_unparent);
  g_clear_object (&self->extra_menu);
  G_OBJECT_CLASS (myna_message_body_parent_class)->dispose (object);
}

static void
myna_message_body_finalize (GObject *object)
{
  MynaMessageBody *self = MYNA_MESSAGE_BODY (object);

  g_ptr_array_unref (self->parts);
  g_free (self->needle);
  G_OBJECT_CLASS (myna_message_body_parent_class)->finalize (object);
}

static void
myna_message_body_class_init (MynaMessageBodyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_message_body_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_message_body_finalize;
  signals[SHIFTED] = g_signal_new ("shifted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                   G_TYPE_INT, G_TYPE_INT);
  gtk_widget_class_install_action (widget_class, "message.show-source", "u", show_source_action);
  gtk_widget_class_set_layout_manager_type (widget_class, MYNA_TYPE_COLUMN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "messagebody");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
myna_message_body_init (MynaMessageBody *self)
{
  myna_column_layout_set_spacing (GTK_WIDGET (self), SPACING);
  self->parts = g_ptr_array_new ();
  self->source_signals = g_signal_group_new (MYNA_TYPE_SOURCES);
  g_signal_group_connect_swapped (self->source_signals, "changed", G_CALLBACK (sources_changed_cb), self);
}

GtkWidget *
myna_message_body_new (gboolean is_question, GMenuModel *extra_menu)
{
  MynaMessageBody *self = g_object_new (MYNA_TYPE_MESSAGE_BODY, NULL);

  self->extra_menu = g_object_ref (extra_menu);
  if (!is_question)
    return GTK_WIDGET (self);
  self->label = myna_long_label_new (NULL, NULL);
  gtk_label_set_selectable (GTK_LABEL (self->label), TRUE);
  gtk_label_set_extra_menu (GTK_LABEL (self->label), extra_menu);
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
