/* test-table-layout.c: where the cells of a table stand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <pango/pangocairo.h>
#include <string.h>

#include "typeset/table-layout.h"

#define LONG  "a text that is much too long for a narrow column and wraps there, again and again, word by word by word"
#define TABLE "| Name | Says |\n|---|---|\n| one | " LONG " |\n| two | [page](https://a.example/) |\n"

static const PangoColor link_color = { 0, 0, 0xffff };

typedef struct
{
  MynaMarkdown *document;
  PangoContext *context;
  MynaTableLayout *layout;
} Fixture;

static void
set_text (Fixture *fixture, const char *text)
{
  myna_markdown_set_text (fixture->document, text);
  myna_table_layout_set_block (fixture->layout, myna_markdown_get_blocks (fixture->document)->pdata[0]);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  PangoFontDescription *font = pango_font_description_from_string ("Sans");

  fixture->context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  pango_font_description_set_absolute_size (font, 15 * PANGO_SCALE);
  pango_context_set_font_description (fixture->context, font);
  pango_font_description_free (font);
  fixture->document = myna_markdown_new ();
  fixture->layout = myna_table_layout_new ();
  set_text (fixture, TABLE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  myna_table_layout_free (fixture->layout);
  myna_markdown_free (fixture->document);
  g_object_unref (fixture->context);
}

static int
place (Fixture *fixture, int width)
{
  return myna_table_layout_place (fixture->layout, fixture->context, &link_color, width);
}

/* What is narrow keeps its width; the wide column wraps, and the table gets higher. */
static void
test_widths (Fixture *fixture, gconstpointer data)
{
  int minimum, natural, wide, narrow;
  double second;

  myna_table_layout_measure (fixture->layout, fixture->context, &link_color, &minimum, &natural);
  g_assert_cmpint (minimum, <, natural);
  wide = place (fixture, natural);
  second = myna_table_layout_get_cell (fixture->layout, 1).x;
  narrow = place (fixture, minimum);
  g_assert_cmpint (narrow, >, wide);
  g_assert_cmpfloat (myna_table_layout_get_cell (fixture->layout, 1).x, ==, second);
  g_assert_cmpint (place (fixture, minimum / 2), ==, narrow); /* it scrolls */
}

/* Every place of a text is found where it stands. */
static void
test_places (Fixture *fixture, gconstpointer data)
{
  const MynaBlock *block = myna_markdown_get_blocks (fixture->document)->pdata[0];
  const char *texts[] = { "Name", "one", "two", "page" };
  graphene_rect_t bounds, line;

  place (fixture, 400);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      guint start = strstr (block->string.text, texts[i]) - block->string.text, end = start + strlen (texts[i]);
      g_autoptr (GArray) rectangles = g_array_new (FALSE, FALSE, sizeof (graphene_rect_t));
      const MynaRun *run;

      myna_table_layout_get_bounds (fixture->layout, start, end, &bounds);
      g_assert_cmpuint (myna_table_layout_index_at (fixture->layout, bounds.origin.x + 1,
                                                    bounds.origin.y + bounds.size.height / 2),
                        ==, start);
      run = myna_table_layout_run_at (fixture->layout, bounds.origin.x + 2, bounds.origin.y + bounds.size.height / 2);
      g_assert_cmpstr (run ? run->data : NULL, ==, i == 3 ? "https://a.example/" : NULL);
      myna_table_layout_get_rectangles (fixture->layout, start, end, rectangles);
      g_assert_cmpuint (rectangles->len, ==, 1);
      g_assert_true (graphene_rect_contains_rect (&bounds, &g_array_index (rectangles, graphene_rect_t, 0)));
    }
  g_assert_true (myna_table_layout_get_line (fixture->layout, 0, &line));
  g_assert_cmpfloat (line.size.height, ==, 2);
  g_assert_true (myna_table_layout_get_line (fixture->layout, 1, &line));
  g_assert_cmpfloat (line.origin.y, <, bounds.origin.y);
  g_assert_false (myna_table_layout_get_line (fixture->layout, 2, &line));
}

static void
test_right_to_left (Fixture *fixture, gconstpointer data)
{
  MynaTableCell name, says;

  pango_context_set_base_dir (fixture->context, PANGO_DIRECTION_RTL);
  myna_table_layout_reset (fixture->layout);
  place (fixture, 2000);
  name = myna_table_layout_get_cell (fixture->layout, 0);
  says = myna_table_layout_get_cell (fixture->layout, 1);
  g_assert_cmpfloat (says.x, <, name.x);
  g_assert_cmpfloat (says.x, >, 1000); /* it stands at the right */
}

/* While it is written, what is there is not laid out again. */
static void
test_grows (Fixture *fixture, gconstpointer data)
{
  MynaTableCell cell;

  place (fixture, 400);
  cell = myna_table_layout_get_cell (fixture->layout, 3);
  set_text (fixture, TABLE "| three | |\n");
  place (fixture, 400);
  g_assert_cmpuint (myna_table_layout_get_n_cells (fixture->layout), ==, 8);
  g_assert_true (myna_table_layout_get_cell (fixture->layout, 3).layout == cell.layout);
  set_text (fixture, "| Name | Says | More |\n|---|---|---|\n");
  place (fixture, 400);
  g_assert_cmpuint (myna_table_layout_get_n_cells (fixture->layout), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/table-layout/widths", Fixture, NULL, set_up, test_widths, tear_down);
  g_test_add ("/table-layout/places", Fixture, NULL, set_up, test_places, tear_down);
  g_test_add ("/table-layout/right-to-left", Fixture, NULL, set_up, test_right_to_left, tear_down);
  g_test_add ("/table-layout/grows", Fixture, NULL, set_up, test_grows, tear_down);
  return g_test_run ();
}
