/* maths-font.c: the mathematical font and its MATH table
 *
 * The font is part of the program, so that a formula looks the same everywhere and needs nothing installed.  Outlines are
 * filled by cairo; HarfBuzz reads the tables.  Used on the main thread only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/maths-font.h"

#include <gio/gio.h>
#include <math.h>

#include "maths-resources.h"

#define FONT_PATH  "/io/github/myna_chat/Myna/maths/STIXMath-Regular.otf"
#define MAX_PARTS  16
#define MAX_REPEAT 200 /* of a part that extends a symbol */

static hb_font_t *
get_font (void)
{
  static hb_font_t *font;
  g_autoptr (GBytes) bytes = NULL;
  hb_blob_t *blob;
  hb_face_t *face;
  gsize size;
  const char *data;

  if (font)
    return font;
  myna_maths_register_resource ();
  bytes = g_resources_lookup_data (FONT_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  data = bytes ? g_bytes_get_data (bytes, &size) : NULL;
  blob = data ? hb_blob_create (data, size, HB_MEMORY_MODE_READONLY, g_bytes_ref (bytes), (hb_destroy_func_t) g_bytes_unref)
              : hb_blob_get_empty ();
  face = hb_face_create (blob, 0);
  font = hb_font_create (face);
  hb_ot_font_set_funcs (font);
  hb_face_destroy (face);
  hb_blob_destroy (blob);
  return font;
}

static double
to_em (hb_position_t value)
{
  return value / (double) hb_face_get_upem (hb_font_get_face (get_font ()));
}

double
myna_maths_font_constant (hb_ot_math_constant_t constant)
{
  hb_position_t value = hb_ot_math_get_constant (get_font (), constant);

  if (constant == HB_OT_MATH_CONSTANT_SCRIPT_PERCENT_SCALE_DOWN
      || constant == HB_OT_MATH_CONSTANT_SCRIPT_SCRIPT_PERCENT_SCALE_DOWN
      || constant == HB_OT_MATH_CONSTANT_RADICAL_DEGREE_BOTTOM_RAISE_PERCENT)
    return value / 100.0;
  return to_em (value);
}

hb_codepoint_t
myna_maths_font_glyph (gunichar c)
{
  hb_codepoint_t glyph = 0;

  return hb_font_get_nominal_glyph (get_font (), c, &glyph) ? glyph : 0;
}

void
myna_maths_font_metrics (hb_codepoint_t glyph, MynaGlyphMetrics *ret_metrics)
{
  hb_font_t *font = get_font ();
  hb_glyph_extents_t extents = {
    0,
  };

  hb_font_get_glyph_extents (font, glyph, &extents);
  ret_metrics->width = to_em (hb_font_get_glyph_h_advance (font, glyph));
  ret_metrics->ascent = to_em (extents.y_bearing);
  ret_metrics->descent = -to_em (extents.y_bearing + extents.height);
  ret_metrics->right = to_em (extents.x_bearing + extents.width);
  ret_metrics->italic = to_em (hb_ot_math_get_glyph_italics_correction (font, glyph));
  ret_metrics->accent = to_em (hb_ot_math_get_glyph_top_accent_attachment (font, glyph));
}

hb_codepoint_t
myna_maths_font_variant (hb_codepoint_t glyph, hb_direction_t direction, double size, double *ret_size)
{
  hb_ot_math_glyph_variant_t variants[MAX_PARTS];
  unsigned n = MAX_PARTS;
  MynaGlyphMetrics metrics;

  hb_ot_math_get_glyph_variants (get_font (), glyph, direction, 0, &n, variants);
  myna_maths_font_metrics (glyph, &metrics);
  *ret_size = HB_DIRECTION_IS_VERTICAL (direction) ? metrics.ascent + metrics.descent : metrics.width;
  for (unsigned i = 0; i < n && *ret_size < size; i++)
    {
      glyph = variants[i].glyph;
      *ret_size = to_em (variants[i].advance);
    }
  return glyph;
}

/* Length with `repeat` copies of each extender and the connectors overlapping as little as is allowed. */
static double
assembled_size (const hb_ot_math_glyph_part_t *parts, unsigned n, unsigned repeat, double overlap, unsigned *ret_n)
{
  double size = 0;

  *ret_n = 0;
  for (unsigned i = 0; i < n; i++)
    {
      unsigned copies = (parts[i].flags & HB_OT_MATH_GLYPH_PART_FLAG_EXTENDER) ? repeat : 1;

      size += copies * to_em (parts[i].full_advance);
      *ret_n += copies;
    }
  return size - (*ret_n > 0 ? *ret_n - 1 : 0) * overlap;
}

/* How much neighbouring parts may overlap at most: what the shortest connector allows. */
static double
max_overlap (const hb_ot_math_glyph_part_t *parts, unsigned n)
{
  double overlap = G_MAXDOUBLE;

  for (unsigned i = 0; i < n; i++)
    {
      if (i > 0)
        overlap = MIN (overlap, to_em (parts[i].start_connector_length));
      if (i + 1 < n)
        overlap = MIN (overlap, to_em (parts[i].end_connector_length));
    }
  return overlap;
}

/* OpenType specification, MATH table, "GlyphAssembly": enough extenders for the size, then overlaps widened evenly. */
GArray *
myna_maths_font_assemble (hb_codepoint_t glyph, hb_direction_t direction, double size, double *ret_size)
{
  hb_ot_math_glyph_part_t parts[MAX_PARTS];
  unsigned n = MAX_PARTS, n_copies, repeat = 0;
  double overlap = to_em (hb_ot_math_get_min_connector_overlap (get_font (), direction)), offset = 0, length;
  GArray *result;

  hb_ot_math_get_glyph_assembly (get_font (), glyph, direction, 0, &n, parts, NULL);
  if (n == 0)
    return NULL;
  while (assembled_size (parts, n, repeat, overlap, &n_copies) < size && repeat < MAX_REPEAT)
    repeat++;
  length = assembled_size (parts, n, repeat, overlap, &n_copies);
  if (n_copies > 1)
    overlap += CLAMP ((length - size) / (n_copies - 1), 0, MAX (max_overlap (parts, n) - overlap, 0));

  result = g_array_new (FALSE, FALSE, sizeof (MynaGlyphPart));
  for (unsigned i = 0; i < n; i++)
    {
      unsigned copies = (parts[i].flags & HB_OT_MATH_GLYPH_PART_FLAG_EXTENDER) ? repeat : 1;

      for (unsigned k = 0; k < copies; k++)
        {
          MynaGlyphPart part = { parts[i].glyph, offset };

          g_array_append_val (result, part);
          offset += to_em (parts[i].full_advance) - overlap;
        }
    }
  *ret_size = offset + overlap;
  return result;
}

typedef struct
{
  cairo_t *cr;
  double x, y, scale;
} Pen;

static void
move_to (hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, float x, float y, void *user_data)
{
  Pen *pen = data;

  cairo_move_to (pen->cr, pen->x + x * pen->scale, pen->y - y * pen->scale);
}

static void
line_to (hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, float x, float y, void *user_data)
{
  Pen *pen = data;

  cairo_line_to (pen->cr, pen->x + x * pen->scale, pen->y - y * pen->scale);
}

static void
cubic_to (hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, float x1, float y1, float x2, float y2, float x, float y,
          void *user_data)
{
  Pen *pen = data;

  cairo_curve_to (pen->cr, pen->x + x1 * pen->scale, pen->y - y1 * pen->scale, pen->x + x2 * pen->scale,
                  pen->y - y2 * pen->scale, pen->x + x * pen->scale, pen->y - y * pen->scale);
}

static void
close_path (hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, void *user_data)
{
  cairo_close_path (((Pen *) data)->cr);
}

static hb_draw_funcs_t *
get_draw_funcs (void)
{
  static hb_draw_funcs_t *funcs;

  if (funcs)
    return funcs;
  funcs = hb_draw_funcs_create ();
  hb_draw_funcs_set_move_to_func (funcs, move_to, NULL, NULL);
  hb_draw_funcs_set_line_to_func (funcs, line_to, NULL, NULL);
  hb_draw_funcs_set_cubic_to_func (funcs, cubic_to, NULL, NULL);
  hb_draw_funcs_set_close_path_func (funcs, close_path, NULL, NULL);
  return funcs;
}

void
myna_maths_font_path (cairo_t *cr, hb_codepoint_t glyph, double x, double y, double scale)
{
  Pen pen = { cr, x, y, scale / hb_face_get_upem (hb_font_get_face (get_font ())) };

#if HB_VERSION_ATLEAST(7, 0, 0)
  hb_font_draw_glyph (get_font (), glyph, get_draw_funcs (), &pen);
#else
  hb_font_get_glyph_shape (get_font (), glyph, get_draw_funcs (), &pen);
#endif
}
