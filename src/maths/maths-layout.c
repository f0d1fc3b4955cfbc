/* maths-layout.c: lists of atoms, the spaces between them, and the drawing
 *
 * After Appendix G of The TeXbook, with the parameters of the font's MATH table (OpenType specification, "MATH").
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/maths-box.h"

#include <string.h>

#define SOURCE_SCALE     0.85
#define MAX_SOURCE_SHOWN 400
#define PRIME            0x2032
#define BOX_PADDING      0.25
#define BOX_RULE         0.05

struct _MynaMaths
{
  MynaBox *box;
  double size;
  const MynaMathsTextFuncs *funcs;
  gpointer data;
};

/* Space between atoms, in mu (1/18 em); negative: not in script styles.  The TeXbook, p. 170. */
static const signed char spacing[8][8] = {
  /*              ord  op  bin  rel open close punct inner */
  /* ord   */ { 0, 3, -4, -5, 0, 0, 0, -3 },
  /* op    */ { 3, 3, 0, -5, 0, 0, 0, -3 },
  /* bin   */ { -4, -4, 0, 0, -4, 0, 0, -4 },
  /* rel   */ { -5, -5, 0, 0, -5, 0, 0, -5 },
  /* open  */ { 0, 0, 0, 0, 0, 0, 0, 0 },
  /* close */ { 0, 3, -4, -5, 0, 0, 0, -3 },
  /* punct */ { -3, -3, 0, -3, -3, -3, -3, -3 },
  /* inner */ { -3, 3, -4, -5, -3, 0, -3, -3 },
};

static double
space_between (MynaAtom left, MynaAtom right, MynaTexStyle style)
{
  int mu = spacing[left][right];

  if (mu < 0)
    mu = style.level >= 2 ? 0 : -mu;
  return mu / 18.0 * myna_style_scale (style);
}

/* A binary operator without something on both sides is an ordinary symbol: the minus of −1. */
static MynaAtom
effective_atom (const MynaTex *node, gboolean has_left, MynaAtom left)
{
  if (node->atom != MYNA_ATOM_BINARY)
    return node->atom;
  if (!has_left || left == MYNA_ATOM_BINARY || left == MYNA_ATOM_OPERATOR || left == MYNA_ATOM_RELATION
      || left == MYNA_ATOM_OPEN || left == MYNA_ATOM_PUNCTUATION)
    return MYNA_ATOM_ORDINARY;
  return MYNA_ATOM_BINARY;
}

static gboolean
takes_no_part_in_spacing (const MynaTex *node)
{
  return node->kind == MYNA_TEX_SPACE || node->kind == MYNA_TEX_STYLE || (node->kind == MYNA_TEX_LIST && !node->children);
}

/* The class of the next atom that counts, after `i`; a relation or the end makes a binary operator ordinary. */
static gboolean
ends_operand (const GPtrArray *nodes, guint i)
{
  for (guint k = i + 1; k < nodes->len; k++)
    {
      const MynaTex *node = nodes->pdata[k];

      if (!takes_no_part_in_spacing (node))
        return node->atom == MYNA_ATOM_RELATION || node->atom == MYNA_ATOM_CLOSE || node->atom == MYNA_ATOM_PUNCTUATION;
    }
  return TRUE;
}

static MynaBox *
layout_list (MynaMathsContext *context, const MynaTex *list, MynaTexStyle style)
{
  MynaBox *self = myna_box_new ();
  gboolean has_left = FALSE;
  MynaAtom left = MYNA_ATOM_ORDINARY;

  for (guint i = 0; list->children && i < list->children->len; i++)
    {
      const MynaTex *node = list->children->pdata[i];
      MynaAtom atom;
      MynaBox *box;

      if (node->kind == MYNA_TEX_STYLE)
        {
          style = myna_style_of (node->style, style);
          continue;
        }
      box = myna_layout_node (context, node, style);
      if (takes_no_part_in_spacing (node))
        {
          myna_box_append (self, box);
          continue;
        }
      atom = effective_atom (node, has_left, left);
      if (atom == MYNA_ATOM_BINARY && ends_operand (list->children, i))
        atom = MYNA_ATOM_ORDINARY;
      /* A letter that leans out needs room before all but another letter. */
      if (has_left && atom != MYNA_ATOM_ORDINARY)
        self->width += self->italic;
      if (has_left)
        self->width += space_between (left, atom, style);
      if (list->children->len == 1)
        {
          myna_box_free (self);
          return box;
        }
      myna_box_append (self, box);
      has_left = TRUE;
      left = atom;
    }
  self->accent = self->width / 2;
  return self;
}

/* The font's prime is raised and small already: in a superscript it is taken from the size of the base and put back down. */
static MynaBox *
layout_prime (MynaMathsContext *context, MynaTexStyle style)
{
  MynaTexStyle base = { style.level - 1, style.is_cramped };
  double shift = myna_constant (base, HB_OT_MATH_CONSTANT_SUPERSCRIPT_SHIFT_UP_CRAMPED);
  MynaBox *self = myna_box_new (), *prime = myna_box_symbol (context, PRIME, myna_style_scale (base));

  self->width = prime->width;
  self->ascent = MAX (prime->ascent - shift, 0);
  myna_box_take (self, prime, 0, shift);
  return self;
}

static MynaBox *
layout_symbol (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  double scale = myna_style_scale (style), size;
  MynaGlyphMetrics metrics;
  hb_codepoint_t glyph;
  MynaBox *box;

  if (node->c == PRIME && style.level >= 2)
    return layout_prime (context, style);
  if (node->atom != MYNA_ATOM_OPERATOR)
    return myna_box_symbol (context, node->c, scale);

  /* Big operators: the display size in display style, centred on the axis. */
  glyph = myna_maths_font_glyph (node->c);
  if (glyph == 0)
    return myna_box_symbol (context, node->c, scale);
  size = style.level == 0 ? MAX (myna_maths_font_constant (HB_OT_MATH_CONSTANT_DISPLAY_OPERATOR_MIN_HEIGHT), 1.3) * scale : 0;
  box = myna_box_stretched (context, node->c, HB_DIRECTION_TTB, size, scale);
  /* This font's integrals lean out without saying so. */
  if (box->draws->len == 1)
    {
      myna_maths_font_metrics (g_array_index (box->draws, MynaDraw, 0).glyph, &metrics);
      box->italic = MAX (box->italic, metrics.right * scale - box->width);
    }
  return box;
}

/* Source in its own words, so that it is seen to be source. */
static MynaBox *
layout_source (MynaMathsContext *context, const char *text, MynaTexStyle style)
{
  return myna_box_text (context, text, SOURCE_SCALE * myna_style_scale (style));
}

static MynaBox *
layout_boxed (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  MynaBox *self = myna_box_new (), *inner = myna_layout_node (context, node->children->pdata[0], style);
  double top = inner->ascent + BOX_PADDING, bottom = inner->descent + BOX_PADDING;

  self->width = inner->width + 2 * BOX_PADDING;
  self->ascent = top;
  self->descent = bottom;
  myna_box_take (self, inner, BOX_PADDING, 0);
  myna_box_rule (self, 0, -top, self->width, BOX_RULE);
  myna_box_rule (self, 0, bottom - BOX_RULE, self->width, BOX_RULE);
  myna_box_rule (self, 0, -top, BOX_RULE, top + bottom);
  myna_box_rule (self, self->width - BOX_RULE, -top, BOX_RULE, top + bottom);
  return self;
}

static MynaBox *
layout_phantom (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  MynaBox *self = myna_layout_node (context, node->children->pdata[0], style);

  g_array_set_size (self->draws, 0);
  return self;
}

MynaBox *
myna_layout_node (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  double scale = myna_style_scale (style);
  MynaBox *box;

  switch (node->kind)
    {
    case MYNA_TEX_LIST: return layout_list (context, node, style);
    case MYNA_TEX_SYMBOL: return layout_symbol (context, node, style);
    case MYNA_TEX_TEXT: return myna_box_text (context, node->text, scale);
    case MYNA_TEX_SOURCE: return layout_source (context, node->text, style);
    case MYNA_TEX_FRACTION: return myna_layout_fraction (context, node, style);
    case MYNA_TEX_RADICAL: return myna_layout_radical (context, node, style);
    case MYNA_TEX_SCRIPTS: return myna_layout_scripts (context, node, style);
    case MYNA_TEX_ACCENT: return myna_layout_accent (context, node, style);
    case MYNA_TEX_STACK: return myna_layout_stack (context, node, style);
    case MYNA_TEX_STRETCH: return myna_layout_stretch (context, node, style);
    case MYNA_TEX_LINE: return myna_layout_line (context, node, style);
    case MYNA_TEX_ARROW: return myna_layout_arrow (context, node, style);
    case MYNA_TEX_FENCED: return myna_layout_fenced (context, node, style);
    case MYNA_TEX_MIDDLE:
      return node->c ? myna_box_stretched (context, node->c, HB_DIRECTION_TTB, context->fence_height, scale) : myna_box_new ();
    case MYNA_TEX_DELIMITER:
      return node->c ? myna_box_stretched (context, node->c, HB_DIRECTION_TTB, node->amount * scale, scale) : myna_box_new ();
    case MYNA_TEX_MATRIX: return myna_layout_matrix (context, node, style);
    case MYNA_TEX_PHANTOM: return layout_phantom (context, node, style);
    case MYNA_TEX_BOXED: return layout_boxed (context, node, style);
    case MYNA_TEX_SPACE:
    case MYNA_TEX_STYLE: break;
    }
  box = myna_box_new ();
  box->width = node->kind == MYNA_TEX_SPACE ? node->amount * scale : 0;
  return box;
}

/* What is too long or too deep: its source, as far as it fits. */
static MynaBox *
layout_too_complex (MynaMathsContext *context, const char *tex)
{
  const char *end = g_utf8_strlen (tex, -1) > MAX_SOURCE_SHOWN ? g_utf8_offset_to_pointer (tex, MAX_SOURCE_SHOWN) : NULL;
  g_autofree char *text = end ? g_strdup_printf ("%.*s…", (int) (end - tex), tex) : g_strdup (tex);

  return layout_source (context, g_strdelimit (text, "\r\n\t", ' '), (MynaTexStyle){ 1, FALSE });
}

MynaMaths *
myna_maths_new (const char *tex, MynaMathsStyle style, double size, const MynaMathsTextFuncs *funcs, gpointer data)
{
  MynaMathsContext context = { .funcs = funcs, .data = data };
  g_autoptr (MynaTex) root = myna_tex_parse (tex);
  MynaMaths *self;

  self = g_new0 (MynaMaths, 1);
  self->size = size;
  self->funcs = funcs;
  self->data = data;
  if (root)
    self->box = myna_layout_node (&context, root, (MynaTexStyle){ style == MYNA_MATHS_DISPLAY ? 0 : 1, FALSE });
  else
    self->box = layout_too_complex (&context, tex);
  return self;
}

void
myna_maths_free (MynaMaths *self)
{
  if (!self)
    return;
  myna_box_free (self->box);
  g_free (self);
}

void
myna_maths_get_size (MynaMaths *self, double *ret_width, double *ret_ascent, double *ret_descent)
{
  /* What leans out at the end is part of the width; a formula is never narrower than nothing. */
  *ret_width = MAX (self->box->width + self->box->italic, 0) * self->size;
  *ret_ascent = self->box->ascent * self->size;
  *ret_descent = self->box->descent * self->size;
}

void
myna_maths_draw (MynaMaths *self, cairo_t *cr, double x, double y)
{
  cairo_new_path (cr);
  for (guint i = 0; i < self->box->draws->len; i++)
    {
      const MynaDraw *draw = &g_array_index (self->box->draws, MynaDraw, i);
      double at_x = x + draw->x * self->size, at_y = y + draw->y * self->size;

      if (draw->kind == MYNA_ITEM_GLYPH)
        {
          myna_maths_font_path (cr, draw->glyph, at_x, at_y, draw->scale * self->size);
        }
      else if (draw->kind == MYNA_ITEM_RULE)
        {
          cairo_rectangle (cr, at_x, at_y, draw->width * self->size, MAX (draw->height * self->size, 1));
        }
      else if (self->funcs)
        {
          cairo_fill (cr);
          self->funcs->draw (cr, draw->text, draw->scale * self->size, at_x, at_y, self->data);
          cairo_new_path (cr);
        }
    }
  cairo_fill (cr);
}

char *
myna_maths_strip_delimiters (const char *source)
{
  static const struct
  {
    const char *open, *close;
  } delimiters[] = {
    { "$$", "$$" },
    { "$", "$" },
    { "\\(", "\\)" },
    { "\\[", "\\]" },
  };
  gsize length = strlen (source);

  for (guint i = 0; i < G_N_ELEMENTS (delimiters); i++)
    {
      gsize n = strlen (delimiters[i].open);

      if (!g_str_has_prefix (source, delimiters[i].open))
        continue;
      if (length >= 2 * n && g_str_has_suffix (source, delimiters[i].close))
        return g_strndup (source + n, length - 2 * n);
      return g_strdup (source + n);
    }
  return g_strdup (source);
}
