/* text-layout.c: one rich string, laid out and hit
 *
 * A PangoLayout with attributes made from the runs, and with room for the formulas.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "typeset/text-layout.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "typeset/maths-text.h"
#include "typeset/text-direction.h"

#define CODE_SCALE        0.89
#define SUPERSCRIPT_SCALE 0.75

struct _MynaTextLayout
{
  PangoLayout *layout;
  GArray *runs;        /* of MynaRun, owned reference; NULL if there are none */
  GPtrArray *formulas; /* of MynaMaths or NULL, one a run; NULL if the text has no formula */
  double font_size;    /* px */
};

/* scale of the font and line height, both relative to the body's font size */
/* clang-format off */
static const struct { double scale, line_height; } roles[] = {
  [MYNA_TEXT_BODY]            = { 1.0, 1.5 },
  [MYNA_TEXT_TABLE_HEAD]      = { 1.0, 1.5 },
  [MYNA_TEXT_CODE]            = { CODE_SCALE, 1.4 },
  [MYNA_TEXT_HEADING_1]       = { 1.5, 1.95 },
  [MYNA_TEXT_HEADING_1 + 1]   = { 1.3, 1.7 },
  [MYNA_TEXT_HEADING_1 + 2]   = { 1.15, 1.5 },
  [MYNA_TEXT_HEADING_1 + 3]   = { 1.0, 1.5 },
  [MYNA_TEXT_HEADING_1 + 4]   = { 1.0, 1.5 },
  [MYNA_TEXT_HEADING_1 + 5]   = { 0.9, 1.5 },
};
/* clang-format on */

static void
add_attribute (PangoAttrList *list, PangoAttribute *attribute, guint start, guint end)
{
  attribute->start_index = start;
  attribute->end_index = end;
  pango_attr_list_insert (list, attribute);
}

static void
add_run (PangoAttrList *list, const MynaRun *run, const PangoColor *link, double font_size)
{
  guint start = run->start, end = run->end;

  if (run->style & MYNA_RUN_STRONG)
    add_attribute (list, pango_attr_weight_new (PANGO_WEIGHT_BOLD), start, end);
  if (run->style & MYNA_RUN_EMPHASIS)
    add_attribute (list, pango_attr_style_new (PANGO_STYLE_ITALIC), start, end);
  if (run->style & MYNA_RUN_STRIKETHROUGH)
    add_attribute (list, pango_attr_strikethrough_new (TRUE), start, end);
  if (run->style & (MYNA_RUN_CODE | MYNA_RUN_HTML))
    {
      add_attribute (list, pango_attr_family_new ("monospace"), start, end);
      add_attribute (list, pango_attr_scale_new (CODE_SCALE), start, end);
    }
  if (run->style & (MYNA_RUN_SUPERSCRIPT | MYNA_RUN_SUBSCRIPT))
    {
      double rise = run->style & MYNA_RUN_SUPERSCRIPT ? 0.35 : -0.2;

      add_attribute (list, pango_attr_scale_new (SUPERSCRIPT_SCALE), start, end);
      add_attribute (list, pango_attr_rise_new (font_size * rise * PANGO_SCALE), start, end);
    }
  if (run->style & MYNA_RUN_LINK)
    {
      add_attribute (list, pango_attr_foreground_new (link->red, link->green, link->blue), start, end);
      add_attribute (list, pango_attr_underline_new (PANGO_UNDERLINE_SINGLE), start, end);
    }
}

/* The line height holds for the text between formulas; these are as high as they are. */
static void
add_line_height (PangoAttrList *list, const GArray *runs, double line_height)
{
  guint start = 0;

  for (guint i = 0; runs && i < runs->len; i++)
    {
      const MynaRun *run = &g_array_index (runs, MynaRun, i);

      if (!(run->style & MYNA_RUN_MATHS))
        continue;
      if (run->start > start)
        add_attribute (list, pango_attr_line_height_new_absolute (line_height * PANGO_SCALE), start, run->start);
      start = run->end;
    }
  add_attribute (list, pango_attr_line_height_new_absolute (line_height * PANGO_SCALE), start, G_MAXUINT);
}

static void
add_role (PangoAttrList *list, MynaTextRole role)
{
  if (roles[role].scale != 1.0)
    add_attribute (list, pango_attr_scale_new (roles[role].scale), 0, G_MAXUINT);
  if (role >= MYNA_TEXT_HEADING_1 || role == MYNA_TEXT_TABLE_HEAD)
    add_attribute (list, pango_attr_weight_new (PANGO_WEIGHT_BOLD), 0, G_MAXUINT);
  if (role == MYNA_TEXT_CODE)
    {
      add_attribute (list, pango_attr_family_new ("monospace"), 0, G_MAXUINT);
      add_attribute (list, pango_attr_insert_hyphens_new (FALSE), 0, G_MAXUINT);
    }
}

/* How far a line of text reaches above and below its baseline. */
static void
get_line_extents (MynaTextLayout *self, MynaTextRole role, double *ret_ascent, double *ret_descent)
{
  PangoFontMetrics *metrics = pango_context_get_metrics (pango_layout_get_context (self->layout), NULL, NULL);
  double scale = roles[role].scale / PANGO_SCALE;
  double ascent = pango_font_metrics_get_ascent (metrics) * scale, descent = pango_font_metrics_get_descent (metrics) * scale;
  double leading = roles[role].line_height * self->font_size - ascent - descent;

  *ret_ascent = ascent + leading / 2;
  *ret_descent = descent + leading / 2;
  pango_font_metrics_unref (metrics);
}

/* Makes room for a formula in place of its character.  A formula no higher than the line leaves the line as it is. */
static void
add_formula (MynaTextLayout *self, PangoAttrList *list, guint i, MynaTextRole role)
{
  double font_size = self->font_size * roles[role].scale, line_ascent, line_descent;
  const MynaRun *run = &g_array_index (self->runs, MynaRun, i);
  MynaMaths *maths =
      myna_maths_new_with_pango (run->data, MYNA_MATHS_INLINE, font_size, pango_layout_get_context (self->layout));
  double width, ascent, descent;
  PangoRectangle room;

  if (!self->formulas)
    {
      self->formulas = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_maths_free);
      g_ptr_array_set_size (self->formulas, self->runs->len);
    }
  self->formulas->pdata[i] = maths;
  myna_maths_get_size (maths, &width, &ascent, &descent);
  get_line_extents (self, role, &line_ascent, &line_descent);
  ascent = MAX (ceil (ascent) + 1, line_ascent);
  descent = MAX (ceil (descent) + 1, line_descent);
  room = (PangoRectangle){ 0, -ascent * PANGO_SCALE, (ceil (width) + 1) * PANGO_SCALE, (ascent + descent) * PANGO_SCALE };
  add_attribute (list, pango_attr_shape_new (&room, &room), run->start, run->end);
}

static PangoTabArray *
code_tabs (PangoLayout *layout)
{
  PangoTabArray *tabs = pango_tab_array_new (1, FALSE);
  int width;

  pango_layout_set_text (layout, "    ", -1);
  pango_layout_get_size (layout, &width, NULL);
  pango_tab_array_set_tab (tabs, 0, PANGO_TAB_LEFT, width);
  return tabs;
}

double
myna_text_context_get_font_size (PangoContext *context)
{
  const PangoFontDescription *font = pango_context_get_font_description (context);
  double size = pango_font_description_get_size (font) / (double) PANGO_SCALE;

  if (pango_font_description_get_size_is_absolute (font))
    return size;
  return size * pango_cairo_context_get_resolution (context) / 72.0;
}

MynaTextLayout *
myna_text_layout_new (PangoContext *context, const MynaRichString *string, MynaTextRole role, const PangoColor *link,
                      PangoAttrList *extra)
{
  MynaTextLayout *self = g_new0 (MynaTextLayout, 1);
  PangoAttrList *list = extra ? pango_attr_list_copy (extra) : pango_attr_list_new ();

  self->layout = pango_layout_new (context);
  self->runs = string->runs ? g_array_ref (string->runs) : NULL;
  self->font_size = myna_text_context_get_font_size (context);

  add_role (list, role);
  add_line_height (list, self->runs, roles[role].line_height * self->font_size);
  for (guint i = 0; self->runs && i < self->runs->len; i++)
    {
      const MynaRun *run = &g_array_index (self->runs, MynaRun, i);

      if (run->style & MYNA_RUN_MATHS)
        add_formula (self, list, i, role);
      else
        add_run (list, run, link, self->font_size);
    }
  pango_layout_set_wrap (self->layout, PANGO_WRAP_WORD_CHAR);
  if (pango_context_get_base_dir (context) == PANGO_DIRECTION_RTL)
    pango_layout_set_alignment (self->layout, PANGO_ALIGN_RIGHT);
  pango_layout_set_attributes (self->layout, list);
  if (role == MYNA_TEXT_CODE && strchr (string->text, '\t'))
    {
      PangoTabArray *tabs = code_tabs (self->layout);

      pango_layout_set_tabs (self->layout, tabs);
      pango_tab_array_free (tabs);
    }
  pango_layout_set_text (self->layout, string->text, -1);
  pango_attr_list_unref (list);
  return self;
}

void
myna_text_layout_free (MynaTextLayout *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->formulas, g_ptr_array_unref);
  g_clear_pointer (&self->runs, g_array_unref);
  g_object_unref (self->layout);
  g_free (self);
}

void
myna_text_layout_set_width (MynaTextLayout *self, int width)
{
  pango_layout_set_width (self->layout, width < 0 ? -1 : MAX (width, 1) * PANGO_SCALE);
}

/* Pango exchanges left and right for a paragraph whose direction is not that of the context. */
void
myna_text_layout_set_alignment (MynaTextLayout *self, MynaAlignment alignment)
{
  PangoDirection base = pango_context_get_base_dir (pango_layout_get_context (self->layout));
  PangoDirection own = myna_text_direction (pango_layout_get_text (self->layout));
  gboolean right = (alignment == MYNA_ALIGN_END) != (base == PANGO_DIRECTION_RTL);

  if (own != PANGO_DIRECTION_NEUTRAL && (own == PANGO_DIRECTION_RTL) != (base == PANGO_DIRECTION_RTL))
    right = !right;
  pango_layout_set_alignment (self->layout, alignment == MYNA_ALIGN_CENTER ? PANGO_ALIGN_CENTER
                                            : right                        ? PANGO_ALIGN_RIGHT
                                                                           : PANGO_ALIGN_LEFT);
}

void
myna_text_layout_get_size (MynaTextLayout *self, int *ret_width, int *ret_height)
{
  pango_layout_get_pixel_size (self->layout, ret_width, ret_height);
}

int
myna_text_layout_get_baseline (MynaTextLayout *self)
{
  return PANGO_PIXELS (pango_layout_get_baseline (self->layout));
}

void
myna_text_layout_for_each_rectangle (MynaTextLayout *self, guint start, guint end, MynaTextRectangleFunc func,
                                     gpointer user_data)
{
  PangoLayoutIter *iter = pango_layout_get_iter (self->layout);

  do
    {
      PangoLayoutLine *line = pango_layout_iter_get_line_readonly (iter);
      int from = MAX ((int) start, line->start_index);
      int to = MIN ((int) end, line->start_index + line->length);
      int y0, y1, *ranges, n_ranges, baseline;

      if (line->start_index > (int) end)
        break;
      if (from > to || (from == to && start != end))
        continue;
      pango_layout_iter_get_line_yrange (iter, &y0, &y1);
      baseline = pango_layout_iter_get_baseline (iter);
      pango_layout_line_get_x_ranges (line, from, to, &ranges, &n_ranges);
      for (int i = 0; i < n_ranges; i++)
        func (&GRAPHENE_RECT_INIT (ranges[2 * i] / (float) PANGO_SCALE, y0 / (float) PANGO_SCALE,
                                   (ranges[2 * i + 1] - ranges[2 * i]) / (float) PANGO_SCALE, (y1 - y0) / (float) PANGO_SCALE),
              PANGO_PIXELS (baseline), user_data);
      g_free (ranges);
    }
  while (pango_layout_iter_next_line (iter));
  pango_layout_iter_free (iter);
}

static void
place_formulas_of_line (MynaTextLayout *self, PangoLayoutIter *iter, MynaTextFormulaFunc func, gpointer user_data)
{
  PangoLayoutLine *line = pango_layout_iter_get_line_readonly (iter);
  double baseline = PANGO_PIXELS (pango_layout_iter_get_baseline (iter));
  PangoRectangle logical;

  pango_layout_iter_get_line_extents (iter, NULL, &logical);
  for (guint i = 0; i < self->runs->len; i++)
    {
      const MynaRun *run = &g_array_index (self->runs, MynaRun, i);
      MynaMaths *maths = self->formulas->pdata[i];
      int start, end;

      if (!maths || (int) run->start < line->start_index || (int) run->start >= line->start_index + line->length)
        continue;
      /* In a line from the right the character begins at its right edge. */
      pango_layout_line_index_to_x (line, run->start, FALSE, &start);
      pango_layout_line_index_to_x (line, run->start, TRUE, &end);
      func (maths, (logical.x + MIN (start, end)) / (double) PANGO_SCALE, baseline, user_data);
    }
}

void
myna_text_layout_for_each_formula (MynaTextLayout *self, MynaTextFormulaFunc func, gpointer user_data)
{
  PangoLayoutIter *iter;

  if (!self->formulas)
    return;
  iter = pango_layout_get_iter (self->layout);
  do
    place_formulas_of_line (self, iter, func, user_data);
  while (pango_layout_iter_next_line (iter));
  pango_layout_iter_free (iter);
}

PangoLayout *
myna_text_layout_get_pango (MynaTextLayout *self)
{
  return self->layout;
}

GArray *
myna_text_layout_get_runs (MynaTextLayout *self)
{
  return self->runs;
}

double
myna_text_layout_get_font_size (MynaTextLayout *self)
{
  return self->font_size;
}

guint
myna_text_layout_index_at (MynaTextLayout *self, double x, double y)
{
  const char *text = pango_layout_get_text (self->layout);
  int index, trailing;

  pango_layout_xy_to_index (self->layout, x * PANGO_SCALE, y * PANGO_SCALE, &index, &trailing);
  return g_utf8_offset_to_pointer (text + index, trailing) - text;
}

const MynaRun *
myna_text_layout_run_at (MynaTextLayout *self, double x, double y)
{
  int index, trailing;

  if (!self->runs || !pango_layout_xy_to_index (self->layout, x * PANGO_SCALE, y * PANGO_SCALE, &index, &trailing))
    return NULL;
  for (guint i = 0; i < self->runs->len; i++)
    {
      const MynaRun *run = &g_array_index (self->runs, MynaRun, i);

      if (index >= (int) run->start && index < (int) run->end)
        return run;
    }
  return NULL;
}

static void
append_rectangle (const graphene_rect_t *rect, int baseline, gpointer user_data)
{
  g_array_append_val ((GArray *) user_data, *rect);
}

void
myna_text_layout_get_rectangles (MynaTextLayout *self, guint start, guint end, GArray *rectangles)
{
  if (start < end)
    myna_text_layout_for_each_rectangle (self, start, end, append_rectangle, rectangles);
}

typedef struct
{
  graphene_rect_t bounds;
  gboolean is_set;
} Union;

static void
add_to_union (const graphene_rect_t *rect, int baseline, gpointer user_data)
{
  Union *all = user_data;

  if (all->is_set)
    graphene_rect_union (&all->bounds, rect, &all->bounds);
  else
    all->bounds = *rect;
  all->is_set = TRUE;
}

void
myna_text_layout_get_bounds (MynaTextLayout *self, guint start, guint end, graphene_rect_t *ret_bounds)
{
  Union all = { .is_set = FALSE };

  if (start < end)
    myna_text_layout_for_each_rectangle (self, start, end, add_to_union, &all);
  if (!all.is_set)
    {
      PangoRectangle strong;

      pango_layout_get_cursor_pos (self->layout, MIN (start, strlen (pango_layout_get_text (self->layout))), &strong, NULL);
      all.bounds = GRAPHENE_RECT_INIT (strong.x / (float) PANGO_SCALE, strong.y / (float) PANGO_SCALE, 0,
                                       strong.height / (float) PANGO_SCALE);
    }
  *ret_bounds = all.bounds;
}

MynaRange
myna_text_find_word (const char *text, guint index)
{
  int n_chars = g_utf8_strlen (text, -1), at = g_utf8_pointer_to_offset (text, text + index);
  g_autofree PangoLogAttr *attributes = g_new0 (PangoLogAttr, n_chars + 1);
  int start = at, end = at + 1;

  if (n_chars == 0)
    return (MynaRange){ 0, 0 };
  pango_get_log_attrs (text, -1, -1, pango_language_get_default (), attributes, n_chars + 1);
  while (start > 0 && !attributes[start].is_word_start && !attributes[start].is_word_end)
    start--;
  while (end < n_chars && !attributes[end].is_word_end && !attributes[end].is_word_start)
    end++;
  end = MIN (end, n_chars);
  return (MynaRange){ g_utf8_offset_to_pointer (text, start) - text, g_utf8_offset_to_pointer (text, end) - text };
}
