/* markdown-selection.h: one selection through all blocks of a message
 *
 * It goes from the anchor, where the pointer went down, to the cursor, where it is.  Both are a block and a byte of its text, so
 * that the selection stays while text is added behind it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "markup/markdown.h"

G_BEGIN_DECLS

/* Byte `index` of the text of a block. */
typedef struct
{
  guint block, index;
} MynaPlace;

/* Empty where both are the same. */
typedef struct
{
  MynaPlace anchor, cursor;
} MynaSelection;

gboolean myna_selection_is_empty (const MynaSelection *self);
/* All of the blocks (of MynaBlock). */
MynaSelection myna_selection_all (GPtrArray *blocks);
/* The part of block `i` that is selected; whether there is any (a rule between selected blocks is, with no text). */
gboolean myna_selection_get (const MynaSelection *self, GPtrArray *blocks, guint i, MynaRange *ret_range);
/* Brings the ends back to where there is text: the blocks are others than before. */
void myna_selection_clamp (MynaSelection *self, GPtrArray *blocks);
/* What is selected, as plain text; NULL: nothing is.  The caller frees. */
char *myna_selection_dup_text (const MynaSelection *self, GPtrArray *blocks);

G_END_DECLS
