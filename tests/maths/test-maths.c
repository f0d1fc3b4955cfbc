/* test-maths.c: the typesetter of formulas, without a display
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include "maths/maths.h"

#define SIZE 10.0

typedef struct
{
  double width, ascent, descent;
} Size;

static Size
measure (const char *tex, MynaMathsStyle style)
{
  g_autoptr (MynaMaths) maths = myna_maths_new (tex, style, SIZE, NULL, NULL);
  Size size;

  myna_maths_get_size (maths, &size.width, &size.ascent, &size.descent);
  g_assert_true (isfinite (size.width) && isfinite (size.ascent) && isfinite (size.descent));
  g_assert_cmpfloat (size.width, >=, 0);
  return size;
}

static double
height (Size size)
{
  return size.ascent + size.descent;
}

/* Draws into a picture of its own; how many of its rows have ink. */
static guint
count_inked_rows (const char *tex)
{
  g_autoptr (MynaMaths) maths = myna_maths_new (tex, MYNA_MATHS_DISPLAY, SIZE, NULL, NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 400, 200);
  cairo_t *cr = cairo_create (surface);
  guint n = 0;

  myna_maths_draw (maths, cr, 10, 100);
  cairo_surface_flush (surface);
  for (int y = 0; y < 200; y++)
    {
      const guchar *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);
      gboolean inked = FALSE;

      for (int x = 0; x < 400; x++)
        inked |= row[x] > 64;
      n += inked;
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return n;
}

/* What the rules of typesetting promise, whatever the font. */
static void
test_sizes (void)
{
  Size x = measure ("x", MYNA_MATHS_INLINE), square = measure ("x^2", MYNA_MATHS_INLINE),
       index = measure ("x_2", MYNA_MATHS_INLINE);
  Size both = measure ("x_2^2", MYNA_MATHS_INLINE), in_line = measure ("\\frac{a}{b}", MYNA_MATHS_INLINE);
  Size displayed = measure ("\\frac{a}{b}", MYNA_MATHS_DISPLAY), root = measure ("\\sqrt{x}", MYNA_MATHS_INLINE);

  g_assert_cmpfloat (square.ascent, >, x.ascent);
  g_assert_cmpfloat (square.width, >, x.width);
  g_assert_cmpfloat (index.descent, >, x.descent);
  g_assert_cmpfloat (fabs (both.width - MAX (square.width, index.width)), <, 0.3 * SIZE);
  g_assert_cmpfloat (height (displayed), >, height (in_line));
  g_assert_cmpfloat (in_line.ascent, >, x.ascent);
  g_assert_cmpfloat (in_line.descent, >, x.descent);
  g_assert_cmpfloat (root.width, >, x.width);
  g_assert_cmpfloat (root.ascent, >, x.ascent);
  /* the size is the font size */
  g_assert_cmpfloat (x.width, >, 0.3 * SIZE);
  g_assert_cmpfloat (x.width, <, 0.7 * SIZE);
}

static void
test_limits (void)
{
  Size plain = measure ("\\sum", MYNA_MATHS_DISPLAY), displayed = measure ("\\sum_{i=1}^n", MYNA_MATHS_DISPLAY);
  Size in_line = measure ("\\sum_{i=1}^n", MYNA_MATHS_INLINE), integral = measure ("\\int_0^1", MYNA_MATHS_DISPLAY);

  g_assert_cmpfloat (height (displayed), >, height (plain) + 0.8 * SIZE);
  g_assert_cmpfloat (height (in_line), <, height (displayed));
  /* an integral has its bounds beside it, unless told otherwise */
  g_assert_cmpfloat (integral.width, >, measure ("\\int", MYNA_MATHS_DISPLAY).width);
  g_assert_cmpfloat (height (measure ("\\int\\limits_0^1", MYNA_MATHS_DISPLAY)), >, height (integral) + 0.3 * SIZE);
  g_assert_cmpfloat (measure ("\\lim_{x \\to 0}", MYNA_MATHS_DISPLAY).width, <,
                     measure ("\\lim_{x \\to 0}", MYNA_MATHS_INLINE).width);
}

static void
test_delimiters (void)
{
  static const char *fences[][2] = {
    { "(", ")" },
    { "[", "]" },
    { "\\{", "\\}" },
    { "|", "|" },
    { "\\|", "\\|" },
    { "\\langle", "\\rangle" },
    { "\\lfloor", "\\rceil" },
  };
  const char *tall = "\\begin{matrix}1\\\\2\\\\3\\\\4\\\\5\\\\6\\\\7\\end{matrix}";
  Size inner = measure (tall, MYNA_MATHS_DISPLAY);

  for (guint i = 0; i < G_N_ELEMENTS (fences); i++)
    {
      g_autofree char *tex = g_strdup_printf ("\\left%s %s \\right%s", fences[i][0], tall, fences[i][1]);
      Size size = measure (tex, MYNA_MATHS_DISPLAY);

      g_assert_cmpfloat (size.width, >, inner.width + 0.3 * SIZE);
      g_assert_cmpfloat (height (size), >=, height (inner) - 0.01);
      g_assert_cmpfloat (height (size), <, height (inner) * 1.35);
    }
  g_assert_cmpfloat (height (measure ("\\bigl(", MYNA_MATHS_INLINE)), >, height (measure ("(", MYNA_MATHS_INLINE)));
  g_assert_cmpfloat (height (measure ("\\Biggl(", MYNA_MATHS_INLINE)), >, height (measure ("\\bigl(", MYNA_MATHS_INLINE)));
}

static void
test_spacing (void)
{
  /* a binary operator has room on both sides, a sign has none */
  double a = measure ("a", MYNA_MATHS_INLINE).width, minus = measure ("{-}", MYNA_MATHS_INLINE).width;

  g_assert_cmpfloat (measure ("a-a", MYNA_MATHS_INLINE).width, >, 2 * a + minus + 0.3 * SIZE);
  g_assert_cmpfloat (measure ("-a", MYNA_MATHS_INLINE).width, <, a + minus + 0.1 * SIZE);
  g_assert_cmpfloat (measure ("a=-a", MYNA_MATHS_INLINE).width, <, measure ("a=a-a", MYNA_MATHS_INLINE).width - a);
  g_assert_cmpfloat (measure ("a\\quad a", MYNA_MATHS_INLINE).width, >, 2 * a + 0.9 * SIZE);
  g_assert_cmpfloat (measure ("a a", MYNA_MATHS_INLINE).width, <, 2 * a + 0.1 * SIZE);
}

static void
test_lines (void)
{
  Size one = measure ("a = b", MYNA_MATHS_DISPLAY),
       aligned = measure ("\\begin{aligned} a &= b \\\\ &= c \\end{aligned}", MYNA_MATHS_DISPLAY);
  Size cases = measure ("\\begin{cases} 1 & x > 0 \\\\ 0 & \\text{else} \\end{cases}", MYNA_MATHS_DISPLAY);

  g_assert_cmpfloat (height (aligned), >, 2 * height (one));
  /* the relation of an aligned line is spaced as in any other */
  g_assert_cmpfloat (fabs (aligned.width - one.width), <, 0.2 * SIZE);
  g_assert_cmpfloat (height (cases), >, 2 * SIZE);
  g_assert_cmpfloat (height (measure ("a \\\\ b", MYNA_MATHS_DISPLAY)), >, 2 * SIZE);
}

/* What is not known is shown as its source; a phantom is not drawn. */
static void
test_ink (void)
{
  g_assert_cmpuint (count_inked_rows ("\\frobnicate"), >, 3);
  g_assert_cmpuint (count_inked_rows ("\\phantom{x}"), ==, 0);
  g_assert_cmpuint (count_inked_rows ("\\frac{a}{b}"), >, count_inked_rows ("a"));
}

static void
test_delimiters_stripped (void)
{
  static const char *cases[][2] = {
    { "$x$", "x" }, { "$$x$$", "x" }, { "\\(x\\)", "x" }, { "\\[x\\]", "x" },
    { "$$x", "x" }, { "$$", "" },     { "\\[", "" },      { "x", "x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *tex = myna_maths_strip_delimiters (cases[i][0]);

      g_assert_cmpstr (tex, ==, cases[i][1]);
    }
}

/* While a formula is written, each beginning of it can be shown. */
static void
test_prefixes (void)
{
  static const char *formulas[] = {
    "x = \\frac{-b \\pm \\sqrt[3]{b^2 - 4ac}}{2a}",
    "\\left\\{ \\begin{array}{lr} a & b \\\\[2pt] c \\end{array} \\middle| x \\right.",
    "\\sum\\limits_{i=0}^{n} \\binom{n}{i} \\text{如果 } \\mathbb{R}",
    "\\overset{a}{b} \\underbrace{x+y}_{z} \\xrightarrow[a]{b} \\not= \\tag{1}",
    "{a \\over b} \\hat{x} \\widetilde{xyz} \\big/ \\boxed{\\substack{a\\\\b}} \\operatorname*{arg\\,max} f'' \\hspace{1em} % note",
  };

  for (guint i = 0; i < G_N_ELEMENTS (formulas); i++)
    for (gsize n = 0; n <= strlen (formulas[i]); n++)
      {
        g_autofree char *prefix = g_strndup (formulas[i], n);

        if (!g_utf8_validate (prefix, -1, NULL))
          continue;
        measure (prefix, MYNA_MATHS_DISPLAY);
        count_inked_rows (prefix);
      }
}

static void
test_pathological (void)
{
  /* clang-format off */
  static const char *parts[] = {
    "{", "}", "\\frac", "\\frac{", "x^", "^", "x_1^2", "'", "\\left(", "\\right)", "\\begin{matrix}", "\\begin{matrix}&\\\\", "&", "\\\\",
    "\\sqrt", "\\sqrt[", "\\hat", "\\not", "\\overset", "\\over", "\\text{", "\\unknown", "\\mathbb", "\\left(\\middle|", "\\substack{",
    "\\", "%", "\\xrightarrow[", "\\tag{", "\\end{matrix}", "\\boxed{", "\\hspace{9999999em}", "\\mathop", "\\big", "~", "中",
  };
  /* clang-format on */

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    for (guint n = 10; n <= 10000; n *= 10)
      {
        g_autoptr (GString) tex = g_string_new (NULL);
        clock_t start = clock ();

        for (guint k = 0; k < n; k++)
          g_string_append (tex, parts[i]);
        measure (tex->str, MYNA_MATHS_DISPLAY);
        if (clock () - start > CLOCKS_PER_SEC)
          g_error ("%u × %s took too long", n, parts[i]);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/maths/sizes", test_sizes);
  g_test_add_func ("/maths/limits", test_limits);
  g_test_add_func ("/maths/delimiters", test_delimiters);
  g_test_add_func ("/maths/spacing", test_spacing);
  g_test_add_func ("/maths/lines", test_lines);
  g_test_add_func ("/maths/ink", test_ink);
  g_test_add_func ("/maths/delimiters-stripped", test_delimiters_stripped);
  g_test_add_func ("/maths/prefixes", test_prefixes);
  g_test_add_func ("/maths/pathological", test_pathological);
  return g_test_run ();
}
