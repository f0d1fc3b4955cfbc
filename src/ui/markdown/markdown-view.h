/* markdown-view.h: a widget that shows one markdown message and grows while it streams
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_MARKDOWN_VIEW (myna_markdown_view_get_type ())
G_DECLARE_FINAL_TYPE (MynaMarkdownView, myna_markdown_view, MYNA, MARKDOWN_VIEW, GtkWidget)

GtkWidget *myna_markdown_view_new (void);
/* Replaces the text.  Where the new text begins with the old one only the tail is parsed and laid out again. */
void myna_markdown_view_set_text (MynaMarkdownView *self, const char *text);
/* Whether the reply is still being written (soft caret, unfinished blocks shown as what they will be). */
void myna_markdown_view_set_streaming (MynaMarkdownView *self, gboolean streaming);

/* What of the view is in sight, in its own pixels: blocks far from it are not drawn, and those of a long message not laid
 * out, their heights are estimates.  Until it is called all are drawn.
 *
 * Signal "shifted" (int y, int delta): blocks above y, which is above what is in sight, turn out `delta` pixels higher than
 * estimated, in the layout that follows.  The owner scrolls by that much to keep what is being read in its place. */
void myna_markdown_view_set_viewport (MynaMarkdownView *self, int top, int bottom);
/* Entries below the view's own in its context menu. */
void myna_markdown_view_set_extra_menu (MynaMarkdownView *self, GMenuModel *menu);

/* The text as it is shown, without the marks of markdown; folded thoughts are left out.  The caller frees. */
char *myna_markdown_view_get_text (MynaMarkdownView *self);
/* Selection spans the whole message. */
void myna_markdown_view_select_all (MynaMarkdownView *self);
/* Selected text as plain text, or NULL; the caller frees. */
char *myna_markdown_view_get_selected_text (MynaMarkdownView *self);

/* Find: highlights each occurrence (case folded); returns how many.  NULL or "" clears. */
guint myna_markdown_view_set_search (MynaMarkdownView *self, const char *needle);
/* Marks occurrence `index` as the current one and gives its place inside the widget; FALSE if there is none. */
gboolean myna_markdown_view_show_match (MynaMarkdownView *self, guint index, graphene_rect_t *ret_bounds);

G_END_DECLS
