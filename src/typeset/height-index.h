/* height-index.h: heights of the rows of a long list, with their prefix sums
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A Fenwick tree: a row's height is changed, the top of a row found, and the row at a height found in O(log n) each; rows
 * are put in or taken out in O(n), in O(1) a row at the end.  Heights are logical pixels.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MynaHeightIndex MynaHeightIndex;

MynaHeightIndex *myna_height_index_new (void) G_GNUC_WARN_UNUSED_RESULT;
void myna_height_index_free (MynaHeightIndex *self);
guint myna_height_index_get_n (MynaHeightIndex *self);
/* Takes n_removed rows out at position and puts n_added there, of height 0 and not known. */
void myna_height_index_splice (MynaHeightIndex *self, guint position, guint n_removed, guint n_added);
int myna_height_index_get (MynaHeightIndex *self, guint position);
/* Whether the height was measured, not estimated. */
gboolean myna_height_index_is_known (MynaHeightIndex *self, guint position);
void myna_height_index_set (MynaHeightIndex *self, guint position, int height, gboolean known);
/* Sum of the heights of the rows before position; position may be the number of rows. */
gint64 myna_height_index_get_top (MynaHeightIndex *self, guint position);
/* The row that covers height y: the last one whose top is not below y.  There must be a row. */
guint myna_height_index_find (MynaHeightIndex *self, gint64 y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaHeightIndex, myna_height_index_free)

G_END_DECLS
