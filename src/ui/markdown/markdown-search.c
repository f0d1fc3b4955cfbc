/* markdown-search.c: finding text in a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "markdown/markdown-view-private.h"

/* Takes the matches. */
static void
set_matches (MynaItem *item, GArray *matches)
{
  g_clear_pointer (&item->matches, g_array_unref);
  item->matches = matches;
  if (item->widget)
    myna_block_view_set_matches (item->widget, matches ? g_array_ref (matches) : NULL);
}

void
myna_markdown_view_search_update (MynaMarkdownView *self, guint first)
{
  if (!self->needle)
    return;
  for (guint i = first; i < self->items->len; i++)
    set_matches (MYNA_ITEM (self, i), myna_block_find (MYNA_ITEM (self, i)->block, self->needle));
}

static guint
count_matches (MynaItem *item)
{
  return item->matches ? item->matches->len : 0;
}

guint
myna_markdown_view_set_search (MynaMarkdownView *self, const char *needle)
{
  guint n_matches = 0;

  g_return_val_if_fail (MYNA_IS_MARKDOWN_VIEW (self), 0);

  if (needle && *needle == '\0')
    needle = NULL;
  if (g_strcmp0 (needle, self->needle) != 0)
    {
      g_free (self->needle);
      self->needle = g_strdup (needle);
      for (guint i = 0; needle == NULL && i < self->items->len; i++)
        set_matches (MYNA_ITEM (self, i), NULL);
      myna_markdown_view_search_update (self, 0);
    }
  for (guint i = 0; i < self->items->len; i++)
    n_matches += count_matches (MYNA_ITEM (self, i));
  return n_matches;
}

/* Of a block that is not laid out: about where it will be. */
static graphene_rect_t
estimate_bounds (const MynaItem *item, guint index)
{
  const char *text = item->block->string.text; /* NULL: a table's, whose cells have it */
  double share = text && *text ? index / (double) strlen (text) : 0;

  return GRAPHENE_RECT_INIT (item->x, item->y + item->height * MIN (1, share), item->width, 0);
}

gboolean
myna_markdown_view_show_match (MynaMarkdownView *self, guint index, graphene_rect_t *ret_bounds)
{
  MynaItem *found = NULL;
  guint local = 0;
  MynaRange range;
  graphene_point_t origin = GRAPHENE_POINT_INIT (0, 0);

  g_return_val_if_fail (MYNA_IS_MARKDOWN_VIEW (self), FALSE);

  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      guint n = count_matches (item);
      gboolean is_here = found == NULL && index < n;

      if (is_here || item->widget)
        myna_block_view_set_current_match (myna_markdown_view_get_widget (self, i), is_here ? (int) index : -1);
      if (is_here)
        {
          found = item;
          local = index;
        }
      index -= MIN (index, n);
      if (found)
        index = G_MAXUINT;
    }
  if (!found)
    return FALSE;

  if (!found->is_visible)
    myna_markdown_view_unfold (self);
  if (ret_bounds)
    {
      range = g_array_index (found->matches, MynaRange, local);
      if (!found->is_exact)
        {
          *ret_bounds = estimate_bounds (found, range.start);
          return TRUE;
        }
      myna_block_view_get_bounds (found->widget, range.start, range.end, ret_bounds);
      if (gtk_widget_compute_point (GTK_WIDGET (found->widget), GTK_WIDGET (self), &origin, &origin))
        graphene_rect_offset (ret_bounds, origin.x, origin.y);
    }
  return TRUE;
}
