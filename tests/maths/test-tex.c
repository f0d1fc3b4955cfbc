/* test-tex.c: formulas as trees
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/tex.h"

#include <string.h>

/* A tree in brackets: kind, character or text, children; "-" for a child that is missing. */
static void
write_tree (const MynaTex *tree, GString *out)
{
  static const char *kinds[] = {
    [MYNA_TEX_LIST] = "list",         [MYNA_TEX_SYMBOL] = "",           [MYNA_TEX_TEXT] = "text",
    [MYNA_TEX_SOURCE] = "source",     [MYNA_TEX_SPACE] = "space",       [MYNA_TEX_STYLE] = "style",
    [MYNA_TEX_FRACTION] = "fraction", [MYNA_TEX_RADICAL] = "radical",   [MYNA_TEX_SCRIPTS] = "scripts",
    [MYNA_TEX_ACCENT] = "accent",     [MYNA_TEX_STACK] = "stack",       [MYNA_TEX_STRETCH] = "stretch",
    [MYNA_TEX_LINE] = "line",         [MYNA_TEX_ARROW] = "arrow",       [MYNA_TEX_FENCED] = "fenced",
    [MYNA_TEX_MIDDLE] = "middle",     [MYNA_TEX_DELIMITER] = "delimit", [MYNA_TEX_MATRIX] = "matrix",
    [MYNA_TEX_PHANTOM] = "phantom",   [MYNA_TEX_BOXED] = "boxed",
  };

  if (!tree)
    {
      g_string_append_c (out, '-');
      return;
    }
  g_string_append (out, kinds[tree->kind]);
  if (tree->text)
    g_string_append_printf (out, "'%s'", tree->text);
  else if (tree->c)
    g_string_append_unichar (out, tree->c);
  if (!tree->children)
    return;
  g_string_append_c (out, '(');
  for (guint i = 0; i < tree->children->len; i++)
    {
      if (i)
        g_string_append_c (out, ' ');
      write_tree (tree->children->pdata[i], out);
    }
  g_string_append_c (out, ')');
}

static void
test_trees (void)
{
  static const char *cases[][2] = {
    { "x", "list(list(𝑥))" },
    { "\\frac ab", "list(list(fraction(𝑎 𝑏)))" },
    { "x_1^2", "list(list(scripts(𝑥 list(1) list(2))))" },
    { "x^2_1", "list(list(scripts(𝑥 list(1) list(2))))" },
    { "\\sqrt[3]{x}", "list(list(radical(list(𝑥) list(3))))" },
    { "{a \\over b}", "list(list(list(fraction(list(𝑎) list(𝑏)))))" },
    { "\\frobnicate x", "list(list(source'\\frobnicate' 𝑥))" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MynaTex) tree = myna_tex_parse (cases[i][0]);
      g_autoptr (GString) text = g_string_new (NULL);

      write_tree (tree, text);
      g_assert_cmpstr (text->str, ==, cases[i][1]);
    }
}

static void
test_letters (void)
{
  /* clang-format off */
  static const struct { gunichar c; MynaAlphabet alphabet; gunichar expected; } letters[] = {
    { 'a', MYNA_ALPHABET_ITALIC, 0x1D44E },      { 'h', MYNA_ALPHABET_ITALIC, 0x210E },   { 'R', MYNA_ALPHABET_BLACKBOARD, 0x211D },
    { 'A', MYNA_ALPHABET_BLACKBOARD, 0x1D538 },  { 'L', MYNA_ALPHABET_CALLIGRAPHIC, 0x2112 }, { '7', MYNA_ALPHABET_BOLD, 0x1D7D5 },
    { 'x', MYNA_ALPHABET_ROMAN, 'x' },           { 0x3B1, MYNA_ALPHABET_ITALIC, 0x1D6FC }, { 0x3A9, MYNA_ALPHABET_ITALIC, 0x3A9 },
    { 0x3D5, MYNA_ALPHABET_ITALIC, 0x1D719 },    { '7', MYNA_ALPHABET_ITALIC, '7' },
  };
  /* clang-format on */

  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    g_assert_cmphex (myna_tex_letter (letters[i].c, letters[i].alphabet), ==, letters[i].expected);
}

/* Longer or deeper than what is shown: no tree, and no overflow on the way. */
static void
test_limits (void)
{
  g_autofree char *longest = g_strnfill (MYNA_TEX_MAX_SOURCE, ' ');
  g_autofree char *longer = g_strnfill (MYNA_TEX_MAX_SOURCE + 1, 'x');
  g_autofree char *deep = g_strnfill (10 * MYNA_TEX_MAX_DEPTH, '{');
  g_autoptr (MynaTex) fits = myna_tex_parse (longest);
  g_autoptr (MynaTex) too_long = myna_tex_parse (longer);
  g_autoptr (MynaTex) too_deep = myna_tex_parse (deep);

  g_assert_nonnull (fits);
  g_assert_null (too_long);
  g_assert_null (too_deep);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tex/trees", test_trees);
  g_test_add_func ("/tex/letters", test_letters);
  g_test_add_func ("/tex/limits", test_limits);
  return g_test_run ();
}
