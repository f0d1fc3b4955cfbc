/* test-block-metrics.c: what is said of blocks before they are laid out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "typeset/block-metrics.h"

static GPtrArray *
read_blocks (MynaMarkdown *document, const char *text)
{
  myna_markdown_set_whole_text (document, text, NULL, NULL);
  return myna_markdown_get_blocks (document);
}

/* A wide number has room beside its item, at any size of the text. */
static void
test_indents (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks = read_blocks (document, "a\n\n* b\n  * c\n\n1234567. d\n\n> e\n\n## f\n\ng");
  int b = myna_block_get_indent (blocks->pdata[1], 1), c = myna_block_get_indent (blocks->pdata[2], 1);

  g_assert_cmpint (myna_block_get_indent (blocks->pdata[0], 1), ==, 0);
  g_assert_cmpint (c, ==, 2 * b);
  g_assert_cmpint (myna_block_get_indent (blocks->pdata[1], 2), ==, 2 * b);
  g_assert_cmpint (myna_block_get_indent (blocks->pdata[3], 1), >, 2 * b);
  g_assert_cmpint (myna_block_get_indent (blocks->pdata[4], 3), ==, myna_block_get_indent (blocks->pdata[4], 1));
  g_assert_cmpint (myna_block_get_spacing (blocks->pdata[2]), <, myna_block_get_spacing (blocks->pdata[6]));
  g_assert_cmpint (myna_block_get_spacing (blocks->pdata[5]), >, myna_block_get_spacing (blocks->pdata[6]));
}

/* More text is higher, in every kind of block. */
static void
test_heights (void)
{
  const char *pairs[][2] = {
    { "a word",
      "words and words and words and words and words and words and words and words and words and words and words and words and words and words and words and words and words and words" },
    { "```\na\n```", "```\na\nb\n```" },
    { "$$\na\n$$", "$$\na\n\\\\\nb\n$$" },
    { "| a |\n|---|\n", "| a |\n|---|\n| b |\n" },
  };
  g_autoptr (MynaMarkdown) low = myna_markdown_new ();
  g_autoptr (MynaMarkdown) high = myna_markdown_new ();

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    g_assert_cmpint (myna_block_estimate_height (read_blocks (low, pairs[i][0])->pdata[0], 1), <,
                     myna_block_estimate_height (read_blocks (high, pairs[i][1])->pdata[0], 1));
}

static void
test_stops (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks = read_blocks (document, "a\n\n[b](https://b.example/)\n\n---\n\n```\nc\n```");

  g_assert_false (myna_block_has_stops (blocks->pdata[0]));
  g_assert_true (myna_block_has_stops (blocks->pdata[1]));
  g_assert_false (myna_block_has_stops (blocks->pdata[2]));
  g_assert_true (myna_block_has_stops (blocks->pdata[3]));
}

/* What is added to a long message may be short. */
static void
test_short (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  GPtrArray *blocks;

  for (guint i = 0; i < 100; i++)
    g_string_append (text, "a paragraph\n\n");
  blocks = read_blocks (document, text->str);
  g_assert_false (myna_blocks_are_short (blocks, 0));
  g_assert_true (myna_blocks_are_short (blocks, 50));
  g_string_truncate (text, 0);
  for (guint i = 0; i < 20; i++)
    g_string_append_printf (text, "```\n%0*d\n```\n\n", 4000, i);
  g_assert_false (myna_blocks_are_short (read_blocks (document, text->str), 0));
}

static void
test_direction (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();

  g_assert_cmpint (myna_blocks_get_direction (read_blocks (document, "```\nint i;\n```\n\n12\n\nעברית")), ==,
                   PANGO_DIRECTION_RTL);
  g_assert_cmpint (myna_blocks_get_direction (read_blocks (document, "a\n\nעברית")), ==, PANGO_DIRECTION_LTR);
  g_assert_cmpint (myna_blocks_get_direction (read_blocks (document, "12")), ==, PANGO_DIRECTION_NEUTRAL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/block-metrics/indents", test_indents);
  g_test_add_func ("/block-metrics/heights", test_heights);
  g_test_add_func ("/block-metrics/stops", test_stops);
  g_test_add_func ("/block-metrics/short", test_short);
  g_test_add_func ("/block-metrics/direction", test_direction);
  return g_test_run ();
}
