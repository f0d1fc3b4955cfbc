/* block-view.h: base class of the widgets that show one block
 *
 * The view addresses what a block shows by byte offsets in its plain text, so that one selection and one search go through
 * blocks of all kinds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "markup/markdown.h"
#include "markdown/ink.h"

G_BEGIN_DECLS

#define MYNA_TYPE_BLOCK_VIEW (myna_block_view_get_type ())
G_DECLARE_DERIVABLE_TYPE (MynaBlockView, myna_block_view, MYNA, BLOCK_VIEW, GtkWidget)

struct _MynaBlockViewClass
{
  GtkWidgetClass parent_class;

  /* The block changed (same kind) or the theme did: make the contents anew. */
  void (*update) (MynaBlockView *self);
  guint (*index_at) (MynaBlockView *self, double x, double y);
  const MynaRun *(*run_at) (MynaBlockView *self, double x, double y);
  void (*get_bounds) (MynaBlockView *self, guint start, guint end, graphene_rect_t *ret_bounds);
  /* The marks changed; redraws by default. */
  void (*marks_changed) (MynaBlockView *self);
};

MynaBlock *myna_block_view_get_block (MynaBlockView *self);
/* `block` must be of the same kind. */
void myna_block_view_set_block (MynaBlockView *self, MynaBlock *block);
const MynaInk *myna_block_view_get_ink (MynaBlockView *self);
const MynaMarks *myna_block_view_get_marks (MynaBlockView *self);
void myna_block_view_set_selection (MynaBlockView *self, guint start, guint end);
/* Takes `matches` (of MynaRange; NULL for none). */
void myna_block_view_set_matches (MynaBlockView *self, GArray *matches);
void myna_block_view_set_current_match (MynaBlockView *self, int current);
/* Distance of the first line's baseline from the top, for a list marker; -1 if there is none. */
int myna_block_view_get_first_baseline (MynaBlockView *self);
void myna_block_view_set_first_baseline (MynaBlockView *self, int baseline);

/* For kinds whose text is in a child: a point as the child counts, where the child has a place, and a rectangle of the child as
 * the view counts. */
gboolean myna_block_view_to_child (MynaBlockView *self, GtkWidget *child, double *x, double *y);
void myna_block_view_from_child (MynaBlockView *self, GtkWidget *child, graphene_rect_t *rect);

guint myna_block_view_index_at (MynaBlockView *self, double x, double y);
const MynaRun *myna_block_view_run_at (MynaBlockView *self, double x, double y);
void myna_block_view_get_bounds (MynaBlockView *self, guint start, guint end, graphene_rect_t *ret_bounds);

G_END_DECLS
