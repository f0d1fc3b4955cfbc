/* test-code-layout.c: where the lines of a code block stand
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <pango/pangocairo.h>
#include <string.h>

#include "typeset/code-layout.h"

#define N_LINES 500

static const PangoColor link_color = { 0, 0, 0xffff };

/* The first character of each piece that was laid out. */
typedef struct
{
  PangoContext *context;
  MynaCodeLayout *layout;
  GArray *asked; /* of guint */
  GString *text;
} Fixture;

static PangoAttrList *
get_colors (const char *text, guint first_char, gpointer user_data)
{
  g_array_append_val (((Fixture *) user_data)->asked, first_char);
  return first_char == 0 ? NULL : pango_attr_list_new ();
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  PangoFontDescription *font = pango_font_description_from_string ("Monospace");

  fixture->context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  pango_font_description_set_absolute_size (font, 15 * PANGO_SCALE);
  pango_context_set_font_description (fixture->context, font);
  pango_font_description_free (font);
  fixture->asked = g_array_new (FALSE, FALSE, sizeof (guint));
  fixture->layout = myna_code_layout_new (get_colors, fixture);
  fixture->text = g_string_new (NULL);
  for (guint i = 0; i < N_LINES; i++)
    g_string_append_printf (fixture->text, "été %03u;\n", i);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  myna_code_layout_free (fixture->layout);
  g_object_unref (fixture->context);
  g_array_unref (fixture->asked);
  g_string_free (fixture->text, TRUE);
}

static int
place (Fixture *fixture, int width, int *ret_natural)
{
  return myna_code_layout_place (fixture->layout, fixture->context, &link_color, width, ret_natural);
}

/* Each line stands below the one before, and is found where it stands. */
static void
test_places (Fixture *fixture, gconstpointer data)
{
  graphene_rect_t bounds = { 0 };
  double y = -1;
  int height;

  myna_code_layout_set_text (fixture->layout, fixture->text->str);
  height = place (fixture, -1, NULL);
  for (guint i = 0; i < N_LINES; i += 7)
    {
      g_autofree char *number = g_strdup_printf ("%03u", i);
      guint start = strstr (fixture->text->str, number) - fixture->text->str;

      myna_code_layout_get_bounds (fixture->layout, start, start + 3, &bounds);
      g_assert_cmpfloat (bounds.origin.y, >, y);
      y = bounds.origin.y;
      g_assert_cmpuint (myna_code_layout_index_at (fixture->layout, bounds.origin.x + 1, y + bounds.size.height / 2), ==,
                        start);
    }
  g_assert_cmpfloat (y, <, height);
}

/* While code is written, what is complete is not laid out again, and its characters are counted on. */
static void
test_grows (Fixture *fixture, gconstpointer data)
{
  guint n, last;

  myna_code_layout_set_text (fixture->layout, fixture->text->str);
  place (fixture, -1, NULL);
  n = myna_code_layout_get_n_pieces (fixture->layout);
  g_assert_cmpuint (n, >, 2);
  g_assert_cmpuint (fixture->asked->len, ==, n);
  last = g_array_index (fixture->asked, guint, n - 1);
  g_assert_cmpuint (last, ==, g_utf8_strlen (fixture->text->str, myna_code_layout_get_piece (fixture->layout, n - 1).start));

  g_array_set_size (fixture->asked, 0);
  g_string_append (fixture->text, "end");
  myna_code_layout_set_text (fixture->layout, fixture->text->str);
  place (fixture, -1, NULL);
  g_assert_cmpuint (fixture->asked->len, ==, 1);
  g_assert_cmpuint (g_array_index (fixture->asked, guint, 0), ==, last);

  myna_code_layout_set_text (fixture->layout, "another");
  g_assert_cmpuint (myna_code_layout_get_n_pieces (fixture->layout), ==, 1);
  g_assert_cmpint (place (fixture, -1, NULL), >, 0);
}

static void
test_wraps (Fixture *fixture, gconstpointer data)
{
  int natural, height;

  myna_code_layout_set_text (fixture->layout, "a line of code that goes on and on and on");
  height = place (fixture, -1, &natural);
  g_assert_cmpint (place (fixture, natural / 2, NULL), >=, 2 * height - 1);
  g_assert_cmpint (place (fixture, -1, NULL), ==, height);
}

/* A line without an end is no reason to lay out a megabyte at once. */
static void
test_long_line (Fixture *fixture, gconstpointer data)
{
  g_string_truncate (fixture->text, 0);
  for (guint i = 0; i < 4; i++)
    {
      for (guint j = 0; j < 20000; j++)
        g_string_append_c (fixture->text, 'x');
      g_string_append_c (fixture->text, '\n');
    }
  myna_code_layout_set_text (fixture->layout, fixture->text->str);
  g_assert_cmpuint (myna_code_layout_get_n_pieces (fixture->layout), >=, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/code-layout/places", Fixture, NULL, set_up, test_places, tear_down);
  g_test_add ("/code-layout/grows", Fixture, NULL, set_up, test_grows, tear_down);
  g_test_add ("/code-layout/wraps", Fixture, NULL, set_up, test_wraps, tear_down);
  g_test_add ("/code-layout/long-line", Fixture, NULL, set_up, test_long_line, tear_down);
  return g_test_run ();
}
