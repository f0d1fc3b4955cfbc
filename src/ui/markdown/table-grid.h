/* table-grid.h: the cells of a table, drawn by one widget
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "markdown/ink.h"
#include "typeset/table-layout.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TABLE_GRID (myna_table_grid_get_type ())
G_DECLARE_FINAL_TYPE (MynaTableGrid, myna_table_grid, MYNA, TABLE_GRID, GtkWidget)

GtkWidget *myna_table_grid_new (void);
/* Cells that did not change keep their layout. */
void myna_table_grid_set_block (MynaTableGrid *self, MynaBlock *block);
void myna_table_grid_reset (MynaTableGrid *self, const MynaInk *ink);
void myna_table_grid_set_marks (MynaTableGrid *self, const MynaMarks *marks);
/* What is where, in the pixels of the grid. */
MynaTableLayout *myna_table_grid_get_layout (MynaTableGrid *self);

G_END_DECLS
