/* row-scroll.h: where one is in a long column of rows, and which of them are in sight
 *
 * The truth is the anchor: the first row in sight and how far its top lies above the viewport, so that a height that turns out
 * different above it does not move the text.  While the end is followed the truth is the last row's bottom instead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "typeset/height-index.h"

G_BEGIN_DECLS

#define MYNA_SCROLL_COLUMN  760 /* px of text, at most */
#define MYNA_SCROLL_MARGIN  18  /* on either side of the column */
#define MYNA_SCROLL_PADDING 24  /* above the first row and below the last */

/* Read by all; changed by the functions alone. */
typedef struct
{
  MynaHeightIndex *heights;
  int width, height; /* of the viewport; 0: not known yet */
  guint anchor;
  int offset; /* of the viewport's top in the anchor's row */
  gboolean follow_end;
  gboolean lower_by_third; /* the height was not known when the place was set */
} MynaRowScroll;

/* At the end of no rows. */
void myna_row_scroll_init (MynaRowScroll *self);
void myna_row_scroll_clear (MynaRowScroll *self);
/* TRUE: the column has another width than before, so that estimates are worth nothing. */
gboolean myna_row_scroll_set_size (MynaRowScroll *self, int width, int height);
/* Rows are others.  TRUE: the anchor is gone, and the end is followed. */
gboolean myna_row_scroll_splice (MynaRowScroll *self, guint position, guint n_removed, guint n_added);

guint myna_row_scroll_get_n (const MynaRowScroll *self);
/* Width of the rows. */
int myna_row_scroll_get_column (const MynaRowScroll *self);
/* Height of everything. */
gint64 myna_row_scroll_get_total (const MynaRowScroll *self);
/* Where the viewport's top is in that. */
gint64 myna_row_scroll_get_value (const MynaRowScroll *self);
void myna_row_scroll_set_value (MynaRowScroll *self, gint64 value);
/* The anchor while the end is followed, too; FALSE: there are no rows. */
gboolean myna_row_scroll_get_anchor (MynaRowScroll *self, guint *ret_position, int *ret_offset);
/* Row `position` begins `offset` pixels above the viewport; FALSE: there is no such row. */
gboolean myna_row_scroll_set_anchor (MynaRowScroll *self, guint position, int offset);
/* The place y of a row comes into the upper third. */
gboolean myna_row_scroll_show (MynaRowScroll *self, guint position, int y);
/* What was above y in the anchor's row got `delta` pixels higher: what is being read stays. */
void myna_row_scroll_shift (MynaRowScroll *self, int y, int delta);

/* A row's top and bottom, counted from the viewport's top at `value`. */
void myna_row_scroll_get_row (const MynaRowScroll *self, guint position, gint64 value, gint64 *ret_top, gint64 *ret_bottom);
/* Whether a part of it is in sight. */
gboolean myna_row_scroll_is_seen (const MynaRowScroll *self, guint position, gint64 value);
/* The newest row in sight, even in part; there must be rows. */
guint myna_row_scroll_get_last (MynaRowScroll *self);
/* Brings the beginning of a row, or as much of it as there is room for, into view.  TRUE: the place is another. */
gboolean myna_row_scroll_reach (MynaRowScroll *self, guint position);
/* By how many pixels to scroll for a rectangle inside a row, counted from the viewport's top. */
double myna_row_scroll_reach_part (const MynaRowScroll *self, double top, double bottom);
/* Up (-1) or Down (1) on a row: through what of it is out of view (the pixels to scroll by), then (0) to *ret_next. */
double myna_row_scroll_step (MynaRowScroll *self, guint position, int direction, guint *ret_next);

/* Rows that are there, and the pixels of them above the viewport's top and below its bottom. */
typedef struct
{
  guint first, last;
  gint64 above, below;
} MynaRowSpan;

/* Makes the row, if it is not there, and returns its height, which is in the index, too. */
typedef int (*MynaRowHeightFunc) (guint position, gpointer user_data);
/* The rows that fill the viewport; there must be rows. */
MynaRowSpan myna_row_scroll_fill (MynaRowScroll *self, MynaRowHeightFunc get_height, gpointer user_data);
/* Adds those within a page of it.  FALSE: that would take longer than `microseconds`. */
gboolean myna_row_scroll_fill_margin (MynaRowScroll *self, MynaRowSpan *span, gint64 microseconds, MynaRowHeightFunc get_height,
                                      gpointer user_data);

G_END_DECLS
