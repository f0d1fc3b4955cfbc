/* message-row-text.c: selection and find inside a message's row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "conversation/message-row-private.h"

#include <string.h>

#include "conversation/find.h"
#include "markdown/markdown-view.h"

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
mark_label (MynaMessageRow *self,
            const char     *needle,
            guint           current,
            int            *ret_index)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  g_autoptr (GArray) found = myna_find_matches (gtk_label_get_text (GTK_LABEL (self->body)), needle);

  for (guint i = 0; i < found->len; i++)
    {
      const MynaFindMatch *match = &g_array_index (found, MynaFindMatch, i);
      PangoAttribute *back = pango_attr_background_new (0xf8f8, 0xe4e4, i == current ? 0x2020 : 0x5c5c);
      PangoAttribute *fore = pango_attr_foreground_new (0, 0, 0);

      back->start_index = fore->start_index = match->start;
      back->end_index = fore->end_index = match->end;
      pango_attr_list_insert (attributes, back);
      pango_attr_list_insert (attributes, fore);
      if (i == current)
        {
          PangoAttribute *line = pango_attr_underline_new (PANGO_UNDERLINE_SINGLE);

          line->start_index = match->start;
          line->end_index = match->end;
          pango_attr_list_insert (attributes, line);
          *ret_index = match->start;
        }
    }
  gtk_label_set_attributes (GTK_LABEL (self->body), found->len ? attributes : NULL);
  return found->len;
}

guint
myna_message_row_set_search (MynaMessageRow *self,
                             const char     *needle)
{
  int index;

  g_return_val_if_fail (MYNA_IS_MESSAGE_ROW (self), 0);

  if (self->kind == MYNA_MESSAGE_ROW_REPLY)
    return myna_markdown_view_set_search (MYNA_MARKDOWN_VIEW (self->body), needle);
  return mark_label (self, needle, G_MAXUINT, &index);
}

/* Height of a text position of a question inside the row. */
static gboolean
label_place (MynaMessageRow *self,
             int             index,
             int            *ret_y)
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
myna_message_row_show_match (MynaMessageRow *self,
                             const char     *needle,
                             guint           index,
                             int            *ret_y)
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
