/* maths.h: a formula, laid out and drawn
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* clang-format off */
typedef enum { MYNA_MATHS_INLINE, MYNA_MATHS_DISPLAY } MynaMathsStyle;
/* clang-format on */

/* Words and letters that the mathematical font lacks (Chinese in \text) are set by the caller's text engine. */
typedef struct
{
  /* at `size` em; results in em, ascent and descent of the ink */
  void (*measure) (const char *text, double size, double *ret_width, double *ret_ascent, double *ret_descent, gpointer data);
  /* at `size` px; (x, y): start of the baseline */
  void (*draw) (cairo_t *cr, const char *text, double size, double x, double y, gpointer data);
} MynaMathsTextFuncs;

typedef struct _MynaMaths MynaMaths;

/* `tex`: the source without delimiters.  `size`: the font size (px).  A formula that is too long or too deep shows its source.
 * `funcs` (static) may be NULL: such text then takes room but is not drawn.
 */
MynaMaths *myna_maths_new (const char *tex, MynaMathsStyle style, double size, const MynaMathsTextFuncs *funcs, gpointer data);
void myna_maths_free (MynaMaths *self);
void myna_maths_get_size (MynaMaths *self, double *ret_width, double *ret_ascent, double *ret_descent);
/* Draws in the current color with the start of the baseline at (x, y). */
void myna_maths_draw (MynaMaths *self, cairo_t *cr, double x, double y);

/* The source of a formula between its delimiters ($…$, $$…$$, \(…\), \[…\]); the caller frees. */
char *myna_maths_strip_delimiters (const char *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMaths, myna_maths_free)

G_END_DECLS
