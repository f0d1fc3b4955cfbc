/* maths-box.h: boxes of a formula
 *
 * A box is a size and a list of things to draw, in em of the formula's font size, from the start of its baseline; y grows
 * downwards.  Boxes are put together by moving what is in one into another.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "maths/maths-font.h"
#include "maths/maths.h"
#include "maths/tex.h"

G_BEGIN_DECLS

/* clang-format off */
typedef enum { MYNA_ITEM_GLYPH, MYNA_ITEM_RULE, MYNA_ITEM_TEXT } MynaDrawKind;
/* clang-format on */

typedef struct
{
  MynaDrawKind kind;
  hb_codepoint_t glyph;
  double x, y;          /* RULE: top left */
  double scale;         /* GLYPH, TEXT: font size in em */
  double width, height; /* RULE */
  char *text;           /* TEXT, owned */
} MynaDraw;

typedef struct
{
  double width, ascent, descent;
  double italic;      /* correction at the right end */
  double accent;      /* where an accent's middle goes */
  gboolean is_symbol; /* one character: scripts sit close */
  GArray *draws;      /* of MynaDraw */
} MynaBox;

/* A style of TeX; `level` 0 display, 1 text, 2 script, 3 script of script. */
typedef struct
{
  guint level;
  gboolean is_cramped;
} MynaTexStyle;

typedef struct
{
  const MynaMathsTextFuncs *funcs;
  gpointer data;
  double fence_height; /* of the innermost \left … \right, for \middle; 0 outside */
} MynaMathsContext;

MynaBox *myna_box_new (void);
void myna_box_free (MynaBox *self);
/* Moves what is in `child` into `self`, shifted; frees `child`.  The size of `self` stays. */
void myna_box_take (MynaBox *self, MynaBox *child, double x, double y);
/* Puts `child` (taken) behind what is in `self`, which grows. */
void myna_box_append (MynaBox *self, MynaBox *child);
void myna_box_rule (MynaBox *self, double x, double y, double width, double height);
/* A glyph at a size; metrics become those of the box. */
MynaBox *myna_box_glyph (hb_codepoint_t glyph, double scale);
/* A character, or text in its place if the font lacks it. */
MynaBox *myna_box_symbol (MynaMathsContext *context, gunichar c, double scale);
MynaBox *myna_box_text (MynaMathsContext *context, const char *text, double scale);
/* A symbol stretched to `size` em: delimiters are centred on the axis, horizontal ones start at 0. */
MynaBox *myna_box_stretched (MynaMathsContext *context, gunichar c, hb_direction_t direction, double size, double scale);

/* Scale of the font in a style, 1 in display and text. */
double myna_style_scale (MynaTexStyle style);
MynaTexStyle myna_style_script (MynaTexStyle style);
MynaTexStyle myna_style_cramp (MynaTexStyle style);
MynaTexStyle myna_style_of (MynaStyle style, MynaTexStyle inherited);
/* Constants of the MATH table at the size of a style. */
double myna_constant (MynaTexStyle style, hb_ot_math_constant_t constant);

/* maths-layout.c */
MynaBox *myna_layout_node (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);

/* maths-scripts.c: what stands above, below and beside a base */
MynaBox *myna_layout_scripts (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);
MynaBox *myna_layout_stack (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);
MynaBox *myna_layout_stretch (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);
MynaBox *myna_layout_line (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);
MynaBox *myna_layout_accent (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);
MynaBox *myna_layout_arrow (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);

/* maths-structures.c: fractions, roots, fences, matrices */
MynaBox *myna_layout_fraction (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);
MynaBox *myna_layout_radical (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);
MynaBox *myna_layout_fenced (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);
MynaBox *myna_layout_matrix (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style);

G_END_DECLS
