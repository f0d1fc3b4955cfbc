/* ink.c: what a message is drawn with: the theme's colors, and what is marked
 *
 * What lies behind the letters (inline code, matches, the selection) is drawn here, so that it has round corners and the theme's
 * colors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/ink.h"

#include <math.h>
#include <string.h>

#include "base/ui-compat.h"

#define CODE_RADIUS 4.0f

/* ---- Colors ----------------------------------------------------------------------------------------------------- */

static GdkRGBA
with_alpha (GdkRGBA color, float alpha)
{
  color.alpha *= alpha;
  return color;
}

void
myna_ink_init (MynaInk *self, GtkWidget *widget)
{
  self->text = myna_widget_get_color (widget);
  self->accent = myna_widget_get_named_color (widget, "accent_color");
  self->link = (PangoColor){ self->accent.red * 65535, self->accent.green * 65535, self->accent.blue * 65535 };
  self->selection = with_alpha (myna_widget_get_named_color (widget, "accent_bg_color"), 0.3f);
  self->match = with_alpha (myna_widget_get_named_color (widget, "warning_bg_color"), 0.4f);
  self->current_match = with_alpha (myna_widget_get_named_color (widget, "warning_bg_color"), 0.9f);
  self->code_background = with_alpha (self->text, 0.08f);
  self->line = with_alpha (self->text, 0.15f);
}

/* ---- Drawing ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  GtkSnapshot *snapshot;
  const GdkRGBA *color;
  double font_size;
} Filler;

static void
fill_rectangle (const graphene_rect_t *rect, int baseline, gpointer user_data)
{
  Filler *filler = user_data;

  gtk_snapshot_append_color (filler->snapshot, filler->color, rect);
}

static void
fill_code (const graphene_rect_t *rect, int baseline, gpointer user_data)
{
  Filler *filler = user_data;
  float top = baseline - filler->font_size, bottom = baseline + 0.32f * filler->font_size;
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, &GRAPHENE_RECT_INIT (rect->origin.x - 2, top, rect->size.width + 4, bottom - top),
                                   CODE_RADIUS);
  gtk_snapshot_push_rounded_clip (filler->snapshot, &rounded);
  gtk_snapshot_append_color (filler->snapshot, filler->color, &rounded.bounds);
  gtk_snapshot_pop (filler->snapshot);
}

static void
fill_range (MynaTextLayout *layout, GtkSnapshot *snapshot, MynaRange range, guint offset, const GdkRGBA *color)
{
  guint length = strlen (pango_layout_get_text (myna_text_layout_get_pango (layout)));
  Filler filler = { .snapshot = snapshot, .color = color };
  guint start = MAX (range.start, offset) - offset, end = MAX (range.end, offset) - offset;

  if (start < end && start < length)
    myna_text_layout_for_each_rectangle (layout, start, MIN (end, length), fill_rectangle, &filler);
}

static void
draw_formula (MynaMaths *maths, double left, double baseline, gpointer user_data)
{
  Filler *filler = user_data;
  double width, ascent, descent;
  cairo_t *cr;

  myna_maths_get_size (maths, &width, &ascent, &descent);
  cr = gtk_snapshot_append_cairo (filler->snapshot, &GRAPHENE_RECT_INIT (floor (left) - 2, baseline - ceil (ascent) - 2,
                                                                         ceil (width) + 4, ceil (ascent) + ceil (descent) + 4));
  gdk_cairo_set_source_rgba (cr, filler->color);
  myna_maths_draw (maths, cr, left, baseline);
  cairo_destroy (cr);
}

void
myna_ink_draw (const MynaInk *self, MynaTextLayout *layout, GtkSnapshot *snapshot, const MynaMarks *marks, guint offset)
{
  GArray *runs = myna_text_layout_get_runs (layout);
  Filler code = { snapshot, &self->code_background, myna_text_layout_get_font_size (layout) };
  Filler formula = { snapshot, &self->text, 0 };

  for (guint i = 0; runs && i < runs->len; i++)
    {
      const MynaRun *run = &g_array_index (runs, MynaRun, i);

      if (run->style & MYNA_RUN_CODE)
        myna_text_layout_for_each_rectangle (layout, run->start, run->end, fill_code, &code);
    }
  for (guint i = 0; marks->matches && i < marks->matches->len; i++)
    fill_range (layout, snapshot, g_array_index (marks->matches, MynaRange, i), offset,
                (int) i == marks->current ? &self->current_match : &self->match);
  fill_range (layout, snapshot, marks->selection, offset, &self->selection);
  gtk_snapshot_append_layout (snapshot, myna_text_layout_get_pango (layout), &self->text);
  myna_text_layout_for_each_formula (layout, draw_formula, &formula);
}
