/* myna-split-view.h: a sidebar beside its content, or over it where there is little room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_SPLIT_VIEW (myna_split_view_get_type ())
G_DECLARE_FINAL_TYPE (MynaSplitView, myna_split_view, MYNA, SPLIT_VIEW, GtkWidget)

/* Properties: "show-sidebar" (boolean), "collapsed" (boolean, read-only). */
GtkWidget *myna_split_view_new (void);
void myna_split_view_set_sidebar (MynaSplitView *self, GtkWidget *sidebar);
void myna_split_view_set_content (MynaSplitView *self, GtkWidget *content);
gboolean myna_split_view_get_show_sidebar (MynaSplitView *self);
void myna_split_view_set_show_sidebar (MynaSplitView *self, gboolean show_sidebar);
/* Whether there is so little room that the sidebar slides over the content. */
gboolean myna_split_view_get_collapsed (MynaSplitView *self);

G_END_DECLS
