/* maths-text.c: words inside formulas, set by Pango
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "typeset/maths-text.h"

#include <pango/pangocairo.h>

#define MEASURE_SIZE 64.0 /* px an em while measuring */

static PangoLayout *
make_layout (PangoContext *context, const char *text, double size)
{
  PangoLayout *layout = pango_layout_new (context);
  PangoFontDescription *font = pango_font_description_copy (pango_context_get_font_description (context));

  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, text, -1);
  pango_font_description_free (font);
  return layout;
}

static void
measure (const char *text, double size, double *ret_width, double *ret_ascent, double *ret_descent, gpointer data)
{
  PangoLayout *layout = make_layout (data, text, size * MEASURE_SIZE);
  double unit = PANGO_SCALE * MEASURE_SIZE, baseline = pango_layout_get_baseline (layout) / unit;
  PangoRectangle ink, logical;

  pango_layout_get_extents (layout, &ink, &logical);
  *ret_width = logical.width / unit;
  *ret_ascent = baseline - ink.y / unit;
  *ret_descent = (ink.y + ink.height) / unit - baseline;
  g_object_unref (layout);
}

static void
draw (cairo_t *cr, const char *text, double size, double x, double y, gpointer data)
{
  PangoLayout *layout = make_layout (data, text, size);

  cairo_move_to (cr, x, y - pango_layout_get_baseline (layout) / (double) PANGO_SCALE);
  pango_cairo_show_layout (cr, layout);
  g_object_unref (layout);
}

MynaMaths *
myna_maths_new_with_pango (const char *source, MynaMathsStyle style, double font_size, PangoContext *context)
{
  static const MynaMathsTextFuncs funcs = { measure, draw };
  g_autofree char *tex = myna_maths_strip_delimiters (source);

  return myna_maths_new (tex, style, font_size * MYNA_MATHS_SCALE, &funcs, context);
}
