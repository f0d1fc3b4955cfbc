/* code-layout.h: the text of a code block, laid out and hit
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "typeset/text-layout.h"

G_BEGIN_DECLS

typedef struct _MynaCodeLayout MynaCodeLayout;

/* The colors of a piece of the text, whose first character is number `first_char` of the whole, as attributes of the piece; NULL:
 * none.  The caller unrefs. */
typedef PangoAttrList *(*MynaCodeColorsFunc) (const char *text, guint first_char, gpointer user_data);

/* Begins with an empty text. */
MynaCodeLayout *myna_code_layout_new (MynaCodeColorsFunc colors, gpointer user_data);
void myna_code_layout_free (MynaCodeLayout *self);
/* Where `text` begins with the old text only the last lines of that are laid out again. */
void myna_code_layout_set_text (MynaCodeLayout *self, const char *text);
const char *myna_code_layout_get_text (MynaCodeLayout *self);
/* Lays everything out anew: other fonts or colors. */
void myna_code_layout_reset (MynaCodeLayout *self);
/* Lays out what is new and places the lines under each other, wrapped at `width` pixels (-1: not wrapped).  Returns the height;
 * ret_natural (may be NULL): the width of the longest line. */
int myna_code_layout_place (MynaCodeLayout *self, PangoContext *context, const PangoColor *link, int width, int *ret_natural);

/* A piece of some lines, placed. */
typedef struct
{
  MynaTextLayout *layout;
  guint start; /* byte of the text */
  int y;
} MynaCodePiece;

guint myna_code_layout_get_n_pieces (MynaCodeLayout *self);
MynaCodePiece myna_code_layout_get_piece (MynaCodeLayout *self, guint i);
guint myna_code_layout_index_at (MynaCodeLayout *self, double x, double y);
void myna_code_layout_get_bounds (MynaCodeLayout *self, guint start, guint end, graphene_rect_t *ret_bounds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaCodeLayout, myna_code_layout_free)

G_END_DECLS
