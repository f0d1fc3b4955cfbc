/* text-layout.h: one rich string, laid out and hit
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <graphene.h>
#include <pango/pango.h>

#include "markup/markdown.h"
#include "maths/maths.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_TEXT_BODY,
  MYNA_TEXT_TABLE_HEAD,
  MYNA_TEXT_CODE,
  MYNA_TEXT_HEADING_1, /* … + level - 1 */
} MynaTextRole;

/* Font size of a context, in px. */
double myna_text_context_get_font_size (PangoContext *context);

typedef struct _MynaTextLayout MynaTextLayout;

/* Lays out a copy of `string`.  Each paragraph has the direction of its own text, and stands at the side where it begins; one
 * without letters goes with the context's base direction.  `link` is the color of links; `extra` attributes (colors of code) may
 * be NULL. */
MynaTextLayout *myna_text_layout_new (PangoContext *context, const MynaRichString *string, MynaTextRole role,
                                      const PangoColor *link, PangoAttrList *extra);
void myna_text_layout_free (MynaTextLayout *self);
/* Width in pixels to wrap at; -1 for none. */
void myna_text_layout_set_width (MynaTextLayout *self, int width);
/* The same alignment for all of the text, start and end being those of the context's base direction. */
void myna_text_layout_set_alignment (MynaTextLayout *self, MynaAlignment alignment);
/* Size in pixels at the current width. */
void myna_text_layout_get_size (MynaTextLayout *self, int *ret_width, int *ret_height);
/* Distance of the first line's baseline from the top, in pixels. */
int myna_text_layout_get_baseline (MynaTextLayout *self);
/* For drawing; the runs are NULL if there are none. */
PangoLayout *myna_text_layout_get_pango (MynaTextLayout *self);
GArray *myna_text_layout_get_runs (MynaTextLayout *self);
double myna_text_layout_get_font_size (MynaTextLayout *self);
typedef void (*MynaTextFormulaFunc) (MynaMaths *maths, double left, double baseline, gpointer user_data);
/* Calls `func` with the place of each formula. */
void myna_text_layout_for_each_formula (MynaTextLayout *self, MynaTextFormulaFunc func, gpointer user_data);
typedef void (*MynaTextRectangleFunc) (const graphene_rect_t *rect, int baseline, gpointer user_data);
/* Calls `func` for each line's part of [start, end). */
void myna_text_layout_for_each_rectangle (MynaTextLayout *self, guint start, guint end, MynaTextRectangleFunc func,
                                          gpointer user_data);
/* Byte offset of the caret position nearest to a point. */
guint myna_text_layout_index_at (MynaTextLayout *self, double x, double y);
/* The run under a point or NULL. */
const MynaRun *myna_text_layout_run_at (MynaTextLayout *self, double x, double y);
/* Appends the rectangle (graphene_rect_t) of each line's part of [start, end). */
void myna_text_layout_get_rectangles (MynaTextLayout *self, guint start, guint end, GArray *rectangles);
/* Rectangle around [start, end). */
void myna_text_layout_get_bounds (MynaTextLayout *self, guint start, guint end, graphene_rect_t *ret_bounds);

/* The word around byte `index` of a text, in any language that Pango knows. */
MynaRange myna_text_find_word (const char *text, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaTextLayout, myna_text_layout_free)

G_END_DECLS
