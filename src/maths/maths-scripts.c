/* maths-scripts.c: what stands above, below and beside a base
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/maths-box.h"

#define ARROW_PADDING 0.35 /* on either side of what stands on an arrow */

static const MynaTex *
child (const MynaTex *node, guint i)
{
  return node->children && i < node->children->len ? node->children->pdata[i] : NULL;
}

/* Puts one box above and one below a base, centred; either may be NULL.  Takes all.  The italic correction of the base
 * moves what is above to the right and what is below to the left.
 */
static MynaBox *
stack (MynaBox *base, MynaBox *above, double above_shift, MynaBox *below, double below_shift)
{
  MynaBox *self = myna_box_new ();
  double width = MAX (base->width, MAX (above ? above->width : 0, below ? below->width : 0));
  double lean = base->italic / 2;

  self->width = width;
  self->ascent = above ? above_shift + above->ascent : base->ascent;
  self->descent = below ? below_shift + below->descent : base->descent;
  if (above)
    myna_box_take (self, above, (width - above->width) / 2 + lean, -above_shift);
  if (below)
    myna_box_take (self, below, (width - below->width) / 2 - lean, below_shift);
  myna_box_take (self, base, (width - base->width) / 2, 0);
  self->accent = width / 2;
  return self;
}

static MynaBox *
with_limits (MynaMathsContext *context, MynaBox *base, const MynaTex *below, const MynaTex *above, MynaTexStyle style)
{
  MynaTexStyle script = myna_style_script (style);
  MynaBox *above_box = above ? myna_layout_node (context, above, script) : NULL;
  MynaBox *below_box = below ? myna_layout_node (context, below, myna_style_cramp (script)) : NULL;
  double above_shift = 0, below_shift = 0;

  if (above_box)
    above_shift = base->ascent
                  + MAX (myna_constant (style, HB_OT_MATH_CONSTANT_UPPER_LIMIT_BASELINE_RISE_MIN),
                         myna_constant (style, HB_OT_MATH_CONSTANT_UPPER_LIMIT_GAP_MIN) + above_box->descent);
  if (below_box)
    below_shift = base->descent
                  + MAX (myna_constant (style, HB_OT_MATH_CONSTANT_LOWER_LIMIT_BASELINE_DROP_MIN),
                         myna_constant (style, HB_OT_MATH_CONSTANT_LOWER_LIMIT_GAP_MIN) + below_box->ascent);
  return stack (base, above_box, above_shift, below_box, below_shift);
}

static double
superscript_shift (const MynaBox *base, const MynaBox *script, MynaTexStyle style)
{
  double shift = myna_constant (style, style.is_cramped ? HB_OT_MATH_CONSTANT_SUPERSCRIPT_SHIFT_UP_CRAMPED
                                                        : HB_OT_MATH_CONSTANT_SUPERSCRIPT_SHIFT_UP);

  if (!base->is_symbol)
    shift = MAX (shift, base->ascent - myna_constant (style, HB_OT_MATH_CONSTANT_SUPERSCRIPT_BASELINE_DROP_MAX));
  return MAX (shift, script->descent + myna_constant (style, HB_OT_MATH_CONSTANT_SUPERSCRIPT_BOTTOM_MIN));
}

static double
subscript_shift (const MynaBox *base, const MynaBox *script, MynaTexStyle style)
{
  double shift = myna_constant (style, HB_OT_MATH_CONSTANT_SUBSCRIPT_SHIFT_DOWN);

  if (!base->is_symbol)
    shift = MAX (shift, base->descent + myna_constant (style, HB_OT_MATH_CONSTANT_SUBSCRIPT_BASELINE_DROP_MIN));
  return MAX (shift, script->ascent - myna_constant (style, HB_OT_MATH_CONSTANT_SUBSCRIPT_TOP_MAX));
}

/* Rules 18a–f of Appendix G. */
static MynaBox *
beside (MynaBox *base, MynaBox *below, MynaBox *above, MynaTexStyle style)
{
  MynaBox *self = myna_box_new ();
  double up = above ? superscript_shift (base, above, style) : 0;
  double down = below ? subscript_shift (base, below, style) : 0;
  double width = base->width, italic = base->italic;

  if (above && below)
    {
      double gap = (up - above->descent) + (down - below->ascent);
      double wanted = myna_constant (style, HB_OT_MATH_CONSTANT_SUB_SUPERSCRIPT_GAP_MIN);
      double raise = myna_constant (style, HB_OT_MATH_CONSTANT_SUPERSCRIPT_BOTTOM_MAX_WITH_SUBSCRIPT) - (up - above->descent);

      if (gap < wanted)
        {
          up += CLAMP (raise, 0, wanted - gap);
          down += MAX (wanted - gap - MAX (raise, 0), 0);
        }
    }
  self->ascent = MAX (base->ascent, above ? up + above->ascent : 0);
  self->descent = MAX (base->descent, below ? down + below->descent : 0);
  self->width = width + MAX (above ? italic + above->width : 0, below ? below->width : 0)
                + myna_constant (style, HB_OT_MATH_CONSTANT_SPACE_AFTER_SCRIPT);
  self->accent = base->accent;
  myna_box_take (self, base, 0, 0);
  if (above)
    myna_box_take (self, above, width + italic, -up);
  if (below)
    myna_box_take (self, below, width, down);
  return self;
}

MynaBox *
myna_layout_scripts (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  const MynaTex *nucleus = child (node, 0), *below = child (node, 1), *above = child (node, 2);
  MynaBox *base = myna_layout_node (context, nucleus, style);
  MynaTexStyle script = myna_style_script (style);

  if (node->limits == MYNA_LIMITS_ALWAYS || (node->limits == MYNA_LIMITS_IN_DISPLAY && style.level == 0))
    return with_limits (context, base, below, above, style);

  /* A big operator is no letter: its scripts stand at its ends. */
  if (nucleus->atom == MYNA_ATOM_OPERATOR)
    base->is_symbol = FALSE;
  return beside (base, below ? myna_layout_node (context, below, myna_style_cramp (script)) : NULL,
                 above ? myna_layout_node (context, above, script) : NULL, style);
}

MynaBox *
myna_layout_stack (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  MynaBox *base = myna_layout_node (context, child (node, 0), style);

  return with_limits (context, base, child (node, 2), child (node, 1), style);
}

MynaBox *
myna_layout_stretch (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  MynaBox *base = myna_layout_node (context, child (node, 0), style);
  double scale = myna_style_scale (style), gap = 0.1 * scale;
  MynaBox *symbol = myna_box_stretched (context, node->c, HB_DIRECTION_LTR, base->width, scale);

  if (node->amount > 0)
    {
      double shift = base->ascent + gap + symbol->descent;

      return stack (base, symbol, shift, NULL, 0);
    }
  else
    {
      double shift = base->descent + gap + symbol->ascent;

      return stack (base, NULL, 0, symbol, shift);
    }
}

MynaBox *
myna_layout_line (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  MynaBox *self = myna_layout_node (context, child (node, 0), myna_style_cramp (style));
  gboolean over = node->amount > 0;
  double gap =
      myna_constant (style, over ? HB_OT_MATH_CONSTANT_OVERBAR_VERTICAL_GAP : HB_OT_MATH_CONSTANT_UNDERBAR_VERTICAL_GAP);
  double rule =
      myna_constant (style, over ? HB_OT_MATH_CONSTANT_OVERBAR_RULE_THICKNESS : HB_OT_MATH_CONSTANT_UNDERBAR_RULE_THICKNESS);
  double extra =
      myna_constant (style, over ? HB_OT_MATH_CONSTANT_OVERBAR_EXTRA_ASCENDER : HB_OT_MATH_CONSTANT_UNDERBAR_EXTRA_DESCENDER);

  self->width += self->italic;
  self->italic = 0;
  self->is_symbol = FALSE;
  if (over)
    {
      myna_box_rule (self, 0, -self->ascent - gap - rule, self->width, rule);
      self->ascent += gap + rule + extra;
    }
  else
    {
      myna_box_rule (self, 0, self->descent + gap, self->width, rule);
      self->descent += gap + rule + extra;
    }
  return self;
}

MynaBox *
myna_layout_accent (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  MynaBox *base = myna_layout_node (context, child (node, 0), myna_style_cramp (style));
  double scale = myna_style_scale (style), middle, shift;
  hb_codepoint_t glyph = myna_maths_font_glyph (node->c);
  MynaBox *self = myna_box_new (), *accent;

  if (glyph && node->amount > 0)
    glyph = myna_maths_font_variant (glyph, HB_DIRECTION_LTR, base->width / scale * 0.9, &middle);
  accent = glyph ? myna_box_glyph (glyph, scale) : myna_box_symbol (context, node->c, scale);
  /* A combining accent has no width and stands left of its origin: its own attachment point says where its middle is. */
  middle = base->is_symbol ? base->accent : base->width / 2;
  shift = base->ascent - MIN (base->ascent, myna_constant (style, HB_OT_MATH_CONSTANT_ACCENT_BASE_HEIGHT));

  self->width = base->width;
  self->italic = base->italic;
  self->accent = base->accent;
  self->is_symbol = base->is_symbol;
  self->descent = base->descent;
  self->ascent = MAX (base->ascent, accent->ascent + shift);
  myna_box_take (self, accent, middle - accent->accent, -shift);
  myna_box_take (self, base, 0, 0);
  return self;
}

MynaBox *
myna_layout_arrow (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  MynaTexStyle script = myna_style_script (style);
  double scale = myna_style_scale (style), gap = 0.12 * scale;
  MynaBox *above = myna_layout_node (context, child (node, 0), script);
  MynaBox *below = child (node, 1) ? myna_layout_node (context, child (node, 1), script) : NULL;
  double width = MAX (above->width, below ? below->width : 0) + 2 * ARROW_PADDING * scale;
  MynaBox *arrow = myna_box_stretched (context, node->c, HB_DIRECTION_LTR, width, scale);
  double up = arrow->ascent + gap + above->descent, down = below ? arrow->descent + gap + below->ascent : 0;

  return stack (arrow, above, up, below, down);
}
