/* table-grid.h: the cells of a table, drawn by one widget
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "markdown/ink.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TABLE_GRID (myna_table_grid_get_type ())
G_DECLARE_FINAL_TYPE (MynaTableGrid, myna_table_grid, MYNA, TABLE_GRID, GtkWidget)

GtkWidget *myna_table_grid_new (void);
/* Cells that did not change keep their layout. */
void myna_table_grid_set_block (MynaTableGrid *self, MynaBlock *block);
void myna_table_grid_reset (MynaTableGrid *self, const MynaInk *ink);
void myna_table_grid_set_marks (MynaTableGrid *self, const MynaMarks *marks);
/* Cells separated by tabs, rows by newlines; offsets count in it. */
const char *myna_table_grid_get_text (MynaTableGrid *self);
guint myna_table_grid_index_at (MynaTableGrid *self, double x, double y);
const MynaRun *myna_table_grid_run_at (MynaTableGrid *self, double x, double y);
void myna_table_grid_get_bounds (MynaTableGrid *self, guint start, guint end, graphene_rect_t *ret_bounds);
void myna_table_grid_copy (MynaTableGrid *self, guint start, guint end, GString *out);

G_END_DECLS
