/* part-view.h: one part of a reply: text, or what is folded away: a thought, a tool's call, its result
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_PART_VIEW (myna_part_view_get_type ())
G_DECLARE_FINAL_TYPE (MynaPartView, myna_part_view, MYNA, PART_VIEW, GtkWidget)

/* Signal "shifted" (int y, int delta): see block-column.h. */
GtkWidget *myna_part_view_new (StorePartKind kind, GMenuModel *extra_menu);
StorePartKind myna_part_view_get_kind (MynaPartView *self);
/* is_open: it is still being written.  call: the message's, or NULL. */
void myna_part_view_set_part (MynaPartView *self, const StorePart *part, const StoreCall *call, gboolean is_open);
/* How long a thought took till now; 0: not known.  Shown with the part that is set next. */
void myna_part_view_set_seconds (MynaPartView *self, double seconds);
/* Whether the call already shows this result.  Then the part says so, and unfolds nothing. */
void myna_part_view_set_told_result (MynaPartView *self, gboolean told_result);
/* Folds what is folded at first. */
void myna_part_view_fold (MynaPartView *self);

/* As it is shown, without the marks of markdown; NULL: it is folded.  The caller frees. */
char *myna_part_view_get_text (MynaPartView *self);
char *myna_part_view_get_selected_text (MynaPartView *self);
void myna_part_view_select_all (MynaPartView *self);
/* Find: see markdown-view.h.  What is folded is counted, too, and unfolds when its match is shown: where that is, is known in
 * the next frame, and FALSE until then. */
guint myna_part_view_set_search (MynaPartView *self, const char *needle);
gboolean myna_part_view_show_match (MynaPartView *self, guint index, int *ret_y);
/* No match of this part is the current one. */
void myna_part_view_clear_match (MynaPartView *self);
gboolean myna_part_view_set_viewport (MynaPartView *self, int top, int bottom);

G_END_DECLS
