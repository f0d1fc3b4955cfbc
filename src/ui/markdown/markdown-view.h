/* markdown-view.h: a widget that shows one markdown message and grows while it streams
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "markdown/block-column.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MARKDOWN_VIEW (myna_markdown_view_get_type ())
G_DECLARE_FINAL_TYPE (MynaMarkdownView, myna_markdown_view, MYNA, MARKDOWN_VIEW, MynaBlockColumn)

GtkWidget *myna_markdown_view_new (void);
/* Replaces the text.  Where the new text begins with the old one only the tail is parsed and laid out again.  A text that
 * takes longer than a frame has is parsed by a thread; until then it is plain, or stays as it was. */
void myna_markdown_view_set_text (MynaMarkdownView *self, const char *text);
/* Replaces the text by one that is no markdown. */
void myna_markdown_view_set_plain_text (MynaMarkdownView *self, const char *text);
/* Whether the reply is still being written (soft caret, unfinished blocks shown as what they will be). */
void myna_markdown_view_set_streaming (MynaMarkdownView *self, gboolean streaming);

/* See block-column.h. */
gboolean myna_markdown_view_set_viewport (MynaMarkdownView *self, int top, int bottom);
/* Entries below the view's own in its context menu. */
void myna_markdown_view_set_extra_menu (MynaMarkdownView *self, GMenuModel *menu);

/* The text as it is shown, without the marks of markdown.  The caller frees. */
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
