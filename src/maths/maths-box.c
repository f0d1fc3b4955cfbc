/* maths-box.c: boxes of a formula, and styles
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/maths-box.h"

#include <string.h>

static void
clear_draw (gpointer data)
{
  g_clear_pointer (&((MynaDraw *) data)->text, g_free);
}

MynaBox *
myna_box_new (void)
{
  MynaBox *self = g_new0 (MynaBox, 1);

  self->draws = g_array_new (FALSE, TRUE, sizeof (MynaDraw));
  g_array_set_clear_func (self->draws, clear_draw);
  return self;
}

void
myna_box_free (MynaBox *self)
{
  if (!self)
    return;
  g_array_unref (self->draws);
  g_free (self);
}

void
myna_box_take (MynaBox *self, MynaBox *child, double x, double y)
{
  guint first = self->draws->len;

  if (child->draws->len > 0)
    g_array_append_vals (self->draws, child->draws->data, child->draws->len);
  for (guint i = first; i < self->draws->len; i++)
    {
      MynaDraw *draw = &g_array_index (self->draws, MynaDraw, i);

      draw->x += x;
      draw->y += y;
    }
  /* The texts have moved. */
  g_array_set_clear_func (child->draws, NULL);
  myna_box_free (child);
}

void
myna_box_append (MynaBox *self, MynaBox *child)
{
  double x = self->width;

  self->ascent = self->draws->len || self->width ? MAX (self->ascent, child->ascent) : child->ascent;
  self->descent = self->draws->len || self->width ? MAX (self->descent, child->descent) : child->descent;
  self->width += child->width;
  self->italic = child->italic;
  myna_box_take (self, child, x, 0);
}

void
myna_box_rule (MynaBox *self, double x, double y, double width, double height)
{
  MynaDraw draw = { .kind = MYNA_ITEM_RULE, .x = x, .y = y, .width = width, .height = height };

  g_array_append_val (self->draws, draw);
}

MynaBox *
myna_box_glyph (hb_codepoint_t glyph, double scale)
{
  MynaBox *self = myna_box_new ();
  MynaDraw draw = { .kind = MYNA_ITEM_GLYPH, .glyph = glyph, .scale = scale };
  MynaGlyphMetrics metrics;

  myna_maths_font_metrics (glyph, &metrics);
  self->width = metrics.width * scale;
  self->ascent = metrics.ascent * scale;
  self->descent = metrics.descent * scale;
  self->italic = metrics.italic * scale;
  self->accent = (metrics.accent != 0 ? metrics.accent : metrics.width / 2) * scale;
  self->is_symbol = TRUE;
  g_array_append_val (self->draws, draw);
  return self;
}

static void
append_foreign (MynaMathsContext *context, MynaBox *self, const char *text, double scale)
{
  MynaBox *box = myna_box_new ();
  MynaDraw draw = { .kind = MYNA_ITEM_TEXT, .scale = scale, .text = g_strdup (text) };

  if (context->funcs)
    {
      context->funcs->measure (text, scale, &box->width, &box->ascent, &box->descent, context->data);
    }
  else
    {
      box->width = scale * g_utf8_strlen (text, -1);
      box->ascent = 0.8 * scale;
      box->descent = 0.2 * scale;
    }
  box->accent = box->width / 2;
  g_array_append_val (box->draws, draw);
  myna_box_append (self, box);
}

MynaBox *
myna_box_symbol (MynaMathsContext *context, gunichar c, double scale)
{
  hb_codepoint_t glyph = myna_maths_font_glyph (c);
  char text[8] = "";
  MynaBox *self;

  if (glyph)
    return myna_box_glyph (glyph, scale);
  g_unichar_to_utf8 (c, text);
  self = myna_box_new ();
  append_foreign (context, self, text, scale);
  self->accent = self->width / 2;
  return self;
}

/* Letters of the font one by one, the others in runs. */
MynaBox *
myna_box_text (MynaMathsContext *context, const char *text, double scale)
{
  MynaBox *self = myna_box_new ();
  g_autoptr (GString) foreign = g_string_new (NULL);

  for (const char *at = text; *at; at = g_utf8_next_char (at))
    {
      hb_codepoint_t glyph = myna_maths_font_glyph (g_utf8_get_char (at));

      if (glyph == 0)
        {
          g_string_append_unichar (foreign, g_utf8_get_char (at));
          continue;
        }
      if (foreign->len > 0)
        append_foreign (context, self, foreign->str, scale);
      g_string_truncate (foreign, 0);
      myna_box_append (self, myna_box_glyph (glyph, scale));
    }
  if (foreign->len > 0)
    append_foreign (context, self, foreign->str, scale);
  self->italic = 0;
  self->accent = self->width / 2;
  return self;
}

static MynaBox *
assembled (GArray *parts, hb_direction_t direction, double size, double scale)
{
  MynaBox *self = myna_box_new ();

  for (guint i = 0; i < parts->len; i++)
    {
      MynaGlyphPart *part = &g_array_index (parts, MynaGlyphPart, i);
      MynaBox *box = myna_box_glyph (part->glyph, scale);

      if (HB_DIRECTION_IS_VERTICAL (direction))
        {
          self->width = MAX (self->width, box->width);
          /* The part's ink begins at its offset above the bottom. */
          myna_box_take (self, box, 0, -part->offset * scale - box->descent);
        }
      else
        {
          self->ascent = MAX (self->ascent, box->ascent);
          self->descent = i == 0 ? box->descent : MAX (self->descent, box->descent);
          myna_box_take (self, box, part->offset * scale, 0);
        }
    }
  if (HB_DIRECTION_IS_VERTICAL (direction))
    self->ascent = size * scale;
  else
    self->width = size * scale;
  return self;
}

/* Moves a box up or down so that its middle is on the axis. */
static MynaBox *
centre (MynaBox *box, double scale)
{
  MynaBox *self = myna_box_new ();
  double axis = myna_maths_font_constant (HB_OT_MATH_CONSTANT_AXIS_HEIGHT) * scale;
  double y = (box->ascent - box->descent) / 2 - axis;

  self->width = box->width;
  self->ascent = box->ascent - y;
  self->descent = box->descent + y;
  self->italic = box->italic;
  self->accent = box->accent;
  myna_box_take (self, box, 0, y);
  return self;
}

MynaBox *
myna_box_stretched (MynaMathsContext *context, gunichar c, hb_direction_t direction, double size, double scale)
{
  hb_codepoint_t glyph = myna_maths_font_glyph (c), variant;
  double actual;
  GArray *parts = NULL;
  MynaBox *box;

  if (glyph == 0)
    return myna_box_symbol (context, c, scale);
  variant = myna_maths_font_variant (glyph, direction, size / scale, &actual);
  if (actual < size / scale * 0.95)
    parts = myna_maths_font_assemble (glyph, direction, size / scale, &actual);
  box = parts ? assembled (parts, direction, actual, scale) : myna_box_glyph (variant, scale);
  g_clear_pointer (&parts, g_array_unref);
  return HB_DIRECTION_IS_VERTICAL (direction) ? centre (box, scale) : box;
}

double
myna_style_scale (MynaTexStyle style)
{
  if (style.level < 2)
    return 1;
  return myna_maths_font_constant (style.level == 2 ? HB_OT_MATH_CONSTANT_SCRIPT_PERCENT_SCALE_DOWN
                                                    : HB_OT_MATH_CONSTANT_SCRIPT_SCRIPT_PERCENT_SCALE_DOWN);
}

MynaTexStyle
myna_style_script (MynaTexStyle style)
{
  return (MynaTexStyle){ CLAMP (style.level + 1, 2, 3), style.is_cramped };
}

MynaTexStyle
myna_style_cramp (MynaTexStyle style)
{
  return (MynaTexStyle){ style.level, TRUE };
}

MynaTexStyle
myna_style_of (MynaStyle style, MynaTexStyle inherited)
{
  if (style == MYNA_STYLE_INHERIT)
    return inherited;
  return (MynaTexStyle){ style - MYNA_STYLE_DISPLAY, inherited.is_cramped };
}

double
myna_constant (MynaTexStyle style, hb_ot_math_constant_t constant)
{
  return myna_maths_font_constant (constant) * myna_style_scale (style);
}
