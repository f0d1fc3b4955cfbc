/* maths-font.h: the mathematical font and its MATH table
 *
 * All measures are in em (1 = the font size); y grows downwards, 0 is the baseline.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <cairo.h>
#include <glib.h>
#include <hb-ot.h>

G_BEGIN_DECLS

typedef struct
{
  double width;
  double ascent, descent; /* of the ink, from the baseline; descent positive below */
  double right;           /* of the ink */
  double italic;          /* correction: how far the top leans out to the right */
  double accent;          /* where an accent's middle goes, from the left */
} MynaGlyphMetrics;

/* A part of a stretched symbol. */
typedef struct
{
  hb_codepoint_t glyph;
  double offset; /* along the direction of stretching, from its start (bottom or left) */
} MynaGlyphPart;

/* A constant of the MATH table, in em (or percent for the two scale constants). */
double myna_maths_font_constant (hb_ot_math_constant_t constant);
/* Glyph of a character, 0 if the font lacks it. */
hb_codepoint_t myna_maths_font_glyph (gunichar c);
void myna_maths_font_metrics (hb_codepoint_t glyph, MynaGlyphMetrics *ret_metrics);
/* The smallest variant at least `size` em long (height plus depth, or width), or the largest there is. */
hb_codepoint_t myna_maths_font_variant (hb_codepoint_t glyph, hb_direction_t direction, double size, double *ret_size);
/* Parts (of MynaGlyphPart) that make the symbol at least `size` em long; NULL if it cannot be put together. */
GArray *myna_maths_font_assemble (hb_codepoint_t glyph, hb_direction_t direction, double size, double *ret_size);
/* Adds the outline to the current path, with its origin at (x, y), at `scale` units an em. */
void myna_maths_font_path (cairo_t *cr, hb_codepoint_t glyph, double x, double y, double scale);

G_END_DECLS
