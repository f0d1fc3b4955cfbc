/* table-layout.h: the cells of a table, laid out and hit
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "typeset/text-layout.h"

G_BEGIN_DECLS

typedef struct _MynaTableLayout MynaTableLayout;

MynaTableLayout *myna_table_layout_new (void);
void myna_table_layout_free (MynaTableLayout *self);
/* Lays out another table.  Cells that say the same as before keep their layout. */
void myna_table_layout_set_block (MynaTableLayout *self, MynaBlock *block);
/* Lays everything out anew: another font or color. */
void myna_table_layout_reset (MynaTableLayout *self);
/* Narrowest and widest that the table gets, in pixels; `link` is the color of links. */
void myna_table_layout_measure (MynaTableLayout *self, PangoContext *context, const PangoColor *link, int *ret_minimum,
                                int *ret_natural);
/* Places the cells in `width` pixels: from right to left where that is the context's base direction.  Returns the height. */
int myna_table_layout_place (MynaTableLayout *self, PangoContext *context, const PangoColor *link, int width);

/* All that follows is about a table that is placed; offsets count in the block's text. */

typedef struct
{
  MynaTextLayout *layout;
  guint offset; /* of its text in the table's */
  double x, y;  /* of its text */
} MynaTableCell;

guint myna_table_layout_get_n_cells (MynaTableLayout *self);
MynaTableCell myna_table_layout_get_cell (MynaTableLayout *self, guint i);
/* The rectangle of the line below each row but the last; FALSE where there is no such row. */
gboolean myna_table_layout_get_line (MynaTableLayout *self, guint row, graphene_rect_t *ret_line);
guint myna_table_layout_index_at (MynaTableLayout *self, double x, double y);
const MynaRun *myna_table_layout_run_at (MynaTableLayout *self, double x, double y);
void myna_table_layout_get_bounds (MynaTableLayout *self, guint start, guint end, graphene_rect_t *ret_bounds);
/* Appends the rectangle (graphene_rect_t) of each line's part of [start, end), which is in one cell. */
void myna_table_layout_get_rectangles (MynaTableLayout *self, guint start, guint end, GArray *rectangles);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaTableLayout, myna_table_layout_free)

G_END_DECLS
