/* height-index.c: heights of the rows of a long list, with their prefix sums
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * P. M. Fenwick, "A new data structure for cumulative frequency tables" (1994).  tree[i - 1] holds the sum of the
 * (i & -i) heights that end with row i - 1.
 */
#include "typeset/height-index.h"

typedef struct
{
  int height;
  gboolean known;
} Row;

struct _MynaHeightIndex
{
  GArray *rows; /* Row */
  GArray *tree; /* gint64, as long as rows */
};

MynaHeightIndex *
myna_height_index_new (void)
{
  MynaHeightIndex *self = g_new (MynaHeightIndex, 1);

  self->rows = g_array_new (FALSE, TRUE, sizeof (Row));
  self->tree = g_array_new (FALSE, TRUE, sizeof (gint64));
  return self;
}

void
myna_height_index_free (MynaHeightIndex *self)
{
  if (!self)
    return;
  g_array_unref (self->rows);
  g_array_unref (self->tree);
  g_free (self);
}

guint
myna_height_index_get_n (MynaHeightIndex *self)
{
  return self->rows->len;
}

static gint64 *
node (MynaHeightIndex *self, guint i)
{
  return &g_array_index (self->tree, gint64, i - 1);
}

/* Computes the nodes from row `first` on: each is its own height and the nodes that end within its range. */
static void
rebuild (MynaHeightIndex *self, guint first)
{
  g_array_set_size (self->tree, self->rows->len);
  for (guint i = first + 1; i <= self->rows->len; i++)
    {
      gint64 sum = g_array_index (self->rows, Row, i - 1).height;
      guint begin = i - (i & -i);

      for (guint j = i - 1; j > begin; j -= j & -j)
        sum += *node (self, j);
      *node (self, i) = sum;
    }
}

void
myna_height_index_splice (MynaHeightIndex *self, guint position, guint n_removed, guint n_added)
{
  g_return_if_fail (position <= self->rows->len && n_removed <= self->rows->len - position);

  if (n_removed)
    g_array_remove_range (self->rows, position, n_removed);
  if (n_added)
    {
      guint old_len = self->rows->len;
      Row *rows;

      g_array_set_size (self->rows, old_len + n_added);
      rows = (Row *) self->rows->data;
      memmove (rows + position + n_added, rows + position, (old_len - position) * sizeof (Row));
      memset (rows + position, 0, n_added * sizeof (Row));
    }
  rebuild (self, position);
}

int
myna_height_index_get (MynaHeightIndex *self, guint position)
{
  g_return_val_if_fail (position < self->rows->len, 0);

  return g_array_index (self->rows, Row, position).height;
}

gboolean
myna_height_index_is_known (MynaHeightIndex *self, guint position)
{
  g_return_val_if_fail (position < self->rows->len, FALSE);

  return g_array_index (self->rows, Row, position).known;
}

void
myna_height_index_set (MynaHeightIndex *self, guint position, int height, gboolean known)
{
  Row *row;
  int change;

  g_return_if_fail (position < self->rows->len);

  row = &g_array_index (self->rows, Row, position);
  change = height - row->height;
  row->height = height;
  row->known = known;
  if (change)
    for (guint i = position + 1; i <= self->rows->len; i += i & -i)
      *node (self, i) += change;
}

gint64
myna_height_index_get_top (MynaHeightIndex *self, guint position)
{
  gint64 sum = 0;

  g_return_val_if_fail (position <= self->rows->len, 0);

  for (guint i = position; i > 0; i -= i & -i)
    sum += *node (self, i);
  return sum;
}

guint
myna_height_index_find (MynaHeightIndex *self, gint64 y)
{
  guint at = 0, step = 1;

  g_return_val_if_fail (self->rows->len > 0, 0);

  while (step <= self->rows->len / 2)
    step *= 2;
  /* Descends the tree: `at` rows end at or above y. */
  for (; step > 0; step /= 2)
    if (at + step <= self->rows->len && *node (self, at + step) <= y)
      {
        at += step;
        y -= *node (self, at);
      }
  return MIN (at, self->rows->len - 1);
}
