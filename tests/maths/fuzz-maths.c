/* fuzz-maths.c: any bytes can be laid out and drawn as a formula
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdint.h>

#include "fuzz.h"
#include "maths/maths.h"

void
fuzz_input (const uint8_t *data, size_t size)
{
  g_autofree char *raw = NULL, *text = NULL, *tex = NULL;
  g_autoptr (MynaMaths) maths = NULL;
  cairo_surface_t *surface;
  double width, ascent, descent;
  cairo_t *cr;

  if (size > 4096)
    return;
  raw = g_strndup ((const char *) data, size);
  text = g_utf8_make_valid (raw, -1);
  tex = myna_maths_strip_delimiters (text);
  maths = myna_maths_new (tex, size % 2 ? MYNA_MATHS_DISPLAY : MYNA_MATHS_INLINE, 16, NULL, NULL);
  myna_maths_get_size (maths, &width, &ascent, &descent);
  if (!isfinite (width) || !isfinite (ascent) || !isfinite (descent) || width < 0)
    fail ("impossible size %g × (%g + %g)", width, ascent, descent);
  surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 16, 16);
  cr = cairo_create (surface);
  myna_maths_draw (maths, cr, 0, 12);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}
