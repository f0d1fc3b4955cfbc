/* test-text-layout.c: where the letters and formulas of a rich string stand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <pango/pangocairo.h>
#include <string.h>

#include "typeset/text-direction.h"
#include "typeset/text-layout.h"

#define TEXT "some code and \357\277\274 as well"

static PangoContext *
make_context (void)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  PangoFontDescription *font = pango_font_description_from_string ("Sans");

  pango_font_description_set_absolute_size (font, 15 * PANGO_SCALE);
  pango_context_set_font_description (context, font);
  pango_font_description_free (font);
  return context;
}

static MynaTextLayout *
make_layout (PangoContext *context)
{
  static const PangoColor link = { 0, 0, 0xffff };
  g_autoptr (GArray) runs = g_array_new (FALSE, TRUE, sizeof (MynaRun));
  const MynaRun code = { .start = 5, .end = 9, .style = MYNA_RUN_CODE };
  const MynaRun maths = { .start = 14, .end = 17, .style = MYNA_RUN_MATHS, .data = (char *) "$\\frac{a}{b}$" };
  MynaRichString string = { .text = (char *) TEXT, .runs = runs };

  g_array_append_val (runs, code);
  g_array_append_val (runs, maths);
  return myna_text_layout_new (context, &string, MYNA_TEXT_BODY, &link, NULL);
}

static void
take_formula (MynaMaths *maths, double left, double baseline, gpointer user_data)
{
  graphene_point_t *place = user_data;

  g_assert_nonnull (maths);
  g_assert_cmpfloat (place->x, <, 0); /* the only one */
  *place = GRAPHENE_POINT_INIT ((float) left, (float) baseline);
}

/* The formula stands in the room that was made for its character. */
static void
test_formula (void)
{
  PangoContext *context = make_context ();
  g_autoptr (MynaTextLayout) layout = make_layout (context);
  graphene_point_t place = GRAPHENE_POINT_INIT (-1, -1);
  graphene_rect_t room;

  myna_text_layout_for_each_formula (layout, take_formula, &place);
  myna_text_layout_get_bounds (layout, 14, 17, &room);
  g_assert_cmpfloat_with_epsilon (place.x, room.origin.x, 1);
  g_assert_cmpfloat (place.y, ==, myna_text_layout_get_baseline (layout));
  g_object_unref (context);
}

static guint
count_lines (MynaTextLayout *layout)
{
  g_autoptr (GArray) rectangles = g_array_new (FALSE, FALSE, sizeof (graphene_rect_t));
  guint n = 1;

  /* A line has a rectangle for each of its runs. */
  myna_text_layout_get_rectangles (layout, 0, strlen (TEXT), rectangles);
  for (guint i = 1; i < rectangles->len; i++)
    {
      float above = g_array_index (rectangles, graphene_rect_t, i - 1).origin.y;

      g_assert_cmpfloat (g_array_index (rectangles, graphene_rect_t, i).origin.y, >=, above);
      n += g_array_index (rectangles, graphene_rect_t, i).origin.y > above;
    }
  return n;
}

/* Narrow enough, a text is on several lines, each below the one before. */
static void
test_lines (void)
{
  PangoContext *context = make_context ();
  g_autoptr (MynaTextLayout) layout = make_layout (context);
  int wide, high, narrow, higher;

  myna_text_layout_get_size (layout, &wide, &high);
  g_assert_cmpuint (count_lines (layout), ==, 1);
  myna_text_layout_set_width (layout, wide / 2);
  myna_text_layout_get_size (layout, &narrow, &higher);
  g_assert_cmpint (narrow, <=, wide / 2);
  g_assert_cmpint (higher, >, high);
  g_assert_cmpuint (count_lines (layout), >=, 2);
  g_object_unref (context);
}

/* What is under a point is what the range's rectangle says. */
static void
test_hit (void)
{
  PangoContext *context = make_context ();
  g_autoptr (MynaTextLayout) layout = make_layout (context);
  graphene_rect_t code;
  const MynaRun *run;

  myna_text_layout_get_bounds (layout, 5, 9, &code);
  run = myna_text_layout_run_at (layout, code.origin.x + code.size.width / 2, code.origin.y + code.size.height / 2);
  g_assert_true (run && run->start == 5);
  g_assert_cmpuint (myna_text_layout_index_at (layout, code.origin.x + 1, code.origin.y + 1), ==, 5);
  g_assert_null (myna_text_layout_run_at (layout, 1, code.origin.y + 1));
  g_object_unref (context);
}

static void
test_direction (void)
{
  g_assert_cmpint (myna_text_direction ("1. abc"), ==, PANGO_DIRECTION_LTR);
  g_assert_cmpint (myna_text_direction ("(עברית) abc"), ==, PANGO_DIRECTION_RTL);
  g_assert_cmpint (myna_text_direction ("12 + 3"), ==, PANGO_DIRECTION_NEUTRAL);
}

/* A double click on a letter selects its word, on a place between two words what is there. */
static void
test_word (void)
{
  const char *text = "Das «schöne» Wort";
  MynaRange word = myna_text_find_word (text, strstr (text, "ne") - text);

  g_assert_cmpuint (word.start, ==, strstr (text, "schöne") - text);
  g_assert_cmpuint (word.end, ==, strstr (text, "»") - text);
  word = myna_text_find_word (text, strlen (text));
  g_assert_cmpuint (word.end, ==, strlen (text));
  word = myna_text_find_word ("", 0);
  g_assert_cmpuint (word.end, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-layout/formula", test_formula);
  g_test_add_func ("/text-layout/lines", test_lines);
  g_test_add_func ("/text-layout/hit", test_hit);
  g_test_add_func ("/text-layout/direction", test_direction);
  g_test_add_func ("/text-layout/word", test_word);

  return g_test_run ();
}
