/* message-row-text.c: selection and find inside a message's row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/message-row-private.h"

#include "markdown/markdown-view.h"
#include "markdown/text-layout.h"

char *
myna_message_row_get_selected_text (MynaMessageRow *self)
{
  int start, end;

  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), NULL);

  if (self->kind == MYNA_MESSAGE_ROW_REPLY)
    return myna_markdown_view_get_selected_text (MYNA_MARKDOWN_VIEW (self->body));
  if (!gtk_label_get_selection_bounds (GTK_LABEL (self->body), &start, &end))
    return NULL;
  return g_utf8_substring (gtk_label_get_text (GTK_LABEL (self->body)), start, end);
}

char *
myna_message_row_get_text (MynaMessageRow *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), NULL);

  if (self->kind == MYNA_MESSAGE_ROW_REPLY)
    return myna_markdown_view_get_text (MYNA_MARKDOWN_VIEW (self->body));
  return g_strdup (gtk_label_get_text (GTK_LABEL (self->body)));
}

void
myna_message_row_set_viewport (MynaMessageRow *self, int top, int bottom)
{
  graphene_point_t point;

  g_return_if_fail (MYNA_IS_MESSAGE_ROW (self));

  if (self->kind != MYNA_MESSAGE_ROW_REPLY
      || !gtk_widget_compute_point (GTK_WIDGET (self), self->body, &GRAPHENE_POINT_INIT (0, 0), &point))
    return;
  myna_markdown_view_set_viewport (MYNA_MARKDOWN_VIEW (self->body), top + point.y, bottom + point.y);
}

void
myna_message_row_select_all (MynaMessageRow *self)
{
  g_return_if_fail (MYNA_IS_MESSAGE_ROW (self));

  if (self->kind == MYNA_MESSAGE_ROW_REPLY)
    myna_markdown_view_select_all (MYNA_MARKDOWN_VIEW (self->body));
  else
    gtk_label_select_region (GTK_LABEL (self->body), 0, -1);
  gtk_widget_grab_focus (self->body);
}

/* Marks the occurrences in a question's label; returns how many.  current: the one that stands out, or G_MAXUINT. */
static guint
mark_label (MynaMessageRow *self, const char *needle, guint current, int *ret_index)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  g_autoptr (GArray) found = myna_text_find (gtk_label_get_text (GTK_LABEL (self->body)), needle);
  MynaInk ink;

  myna_ink_init (&ink, self->body);
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
  gtk_label_set_attributes (GTK_LABEL (self->body), found->len ? attributes : NULL);
  return found->len;
}

guint
myna_message_row_set_search (MynaMessageRow *self, const char *needle)
{
  int index;

  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), 0);

  if (self->kind == MYNA_MESSAGE_ROW_REPLY)
    return myna_markdown_view_set_search (MYNA_MARKDOWN_VIEW (self->body), needle);
  return mark_label (self, needle, G_MAXUINT, &index);
}

/* Height of a text position of a question inside the row. */
static gboolean
label_place (MynaMessageRow *self, int index, int *ret_y)
{
  PangoRectangle place;
  graphene_point_t point;
  int x, y;

  gtk_label_get_layout_offsets (GTK_LABEL (self->body), &x, &y);
  pango_layout_index_to_pos (gtk_label_get_layout (GTK_LABEL (self->body)), index, &place);
  if (!gtk_widget_compute_point (self->body, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, 0), &point))
    return FALSE;
  *ret_y = point.y + y + PANGO_PIXELS (place.y);
  return TRUE;
}

gboolean
myna_message_row_show_match (MynaMessageRow *self, const char *needle, guint index, int *ret_y)
{
  graphene_rect_t bounds;
  graphene_point_t point;
  int at = -1;

  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), FALSE);

  if (self->kind == MYNA_MESSAGE_ROW_QUESTION)
    {
      mark_label (self, needle, index, &at);
      return at >= 0 && label_place (self, at, ret_y);
    }
  if (!myna_markdown_view_show_match (MYNA_MARKDOWN_VIEW (self->body), index, &bounds)
      || !gtk_widget_compute_point (self->body, GTK_WIDGET (self), &bounds.origin, &point))
    return FALSE;
  *ret_y = point.y;
  return TRUE;
}
