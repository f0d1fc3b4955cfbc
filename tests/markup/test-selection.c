/* test-selection.c: what is selected and copied of a message, and its links
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-link.h"
#include "markup/markdown-selection.h"

#define TEXT \
  "First *words*.\n\n* an item\n* another\n\n---\n\n| a | b |\n|---|---|\n| $x$ | |\n\n$$\\pi$$\n\n```c\nint i;\n```\n"

static GPtrArray *
read_blocks (MynaMarkdown *document)
{
  myna_markdown_set_whole_text (document, TEXT, NULL, NULL);
  return myna_markdown_get_blocks (document);
}

static void
assert_selected (GPtrArray *blocks, MynaPlace anchor, MynaPlace cursor, const char *expected)
{
  const MynaSelection forward = { anchor, cursor }, backward = { cursor, anchor };
  g_autofree char *text = myna_selection_dup_text (&forward, blocks);
  g_autofree char *same = myna_selection_dup_text (&backward, blocks);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (same, ==, expected);
}

/* A part of a block is copied without its marker; formulas and tables as what they were written from. */
static void
test_text (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks = read_blocks (document);
  MynaSelection all = myna_selection_all (blocks);
  g_autofree char *text = myna_selection_dup_text (&all, blocks);

  g_assert_cmpuint (blocks->len, ==, 7);
  g_assert_cmpstr (text, ==, "First words.\n\n• an item\n• another\n\n---\n\na\tb\n$x$\t\n\n$$\\pi$$\n\nint i;");
  assert_selected (blocks, (MynaPlace){ 0, 6 }, (MynaPlace){ 0, 11 }, "words");
  assert_selected (blocks, (MynaPlace){ 1, 3 }, (MynaPlace){ 2, 7 }, "item\n• another");
  assert_selected (blocks, (MynaPlace){ 4, 2 }, (MynaPlace){ 4, 7 }, "b\n$x$");
  assert_selected (blocks, (MynaPlace){ 2, 4 }, (MynaPlace){ 3, 0 }, "her\n\n---");
  assert_selected (blocks, (MynaPlace){ 1, 3 }, (MynaPlace){ 1, 3 }, NULL);
}

/* The text becomes another one: the ends stay where there is text. */
static void
test_clamp (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks = read_blocks (document);
  MynaSelection selection = { { 0, 6 }, { 99, 0 } };
  g_autofree char *text = NULL;
  MynaRange range;

  myna_selection_clamp (&selection, blocks);
  g_assert_cmpuint (selection.cursor.block, ==, 6);
  g_assert_cmpuint (selection.cursor.index, ==, strlen ("int i;"));
  g_assert_true (myna_selection_get (&selection, blocks, 0, &range));
  g_assert_cmpuint (range.start, ==, 6);
  g_assert_cmpuint (range.end, ==, strlen ("First words."));
  g_assert_true (myna_selection_get (&selection, blocks, 3, &range));
  g_assert_cmpuint (range.end, ==, 0);

  myna_markdown_set_text (document, "Hi");
  blocks = myna_markdown_get_blocks (document);
  myna_selection_clamp (&selection, blocks);
  g_assert_true (myna_selection_is_empty (&selection));
  selection = (MynaSelection){ { 0, 1 }, { 4, 4 } };
  myna_selection_clamp (&selection, blocks);
  text = myna_selection_dup_text (&selection, blocks);
  g_assert_cmpstr (text, ==, "i");

  myna_markdown_set_text (document, "");
  myna_selection_clamp (&selection, myna_markdown_get_blocks (document));
  g_assert_true (myna_selection_is_empty (&selection));
}

static void
test_links (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  const MynaRichString *string;
  const char *target;
  MynaRange range;
  guint i = 0;

  myna_markdown_set_text (document, "See [the *whole* page](https://a.example/) or <https://b.example/>.");
  string = &((MynaBlock *) myna_markdown_get_blocks (document)->pdata[0])->string;
  g_assert_true (myna_rich_string_next_link (string, &i, &range, &target));
  g_assert_cmpstr (target, ==, "https://a.example/");
  g_assert_cmpuint (range.start, ==, strlen ("See "));
  g_assert_cmpuint (range.end, ==, strlen ("See the whole page"));
  g_assert_true (myna_rich_string_next_link (string, &i, &range, &target));
  g_assert_cmpstr (target, ==, "https://b.example/");
  g_assert_false (myna_rich_string_next_link (string, &i, &range, &target));
}

/* Letters of another script that look like Latin ones are told apart; a source is told by its words. */
static void
test_targets (void)
{
  const struct
  {
    const char *target, *told;
  } cases[] = {
    { "https://example.com/a?b#c", "https://example.com/a?b#c" },
    { "https://exаmple.com/ü", "https://xn--exmple-4nf.com/%C3%BC" },
    { "https://exаmple.com:80/a%20b", "https://xn--exmple-4nf.com:80/a%20b" },
    { "mailto:somebody@example.com", "mailto:somebody@example.com" },
    { MYNA_SOURCE_TARGET "12 Report, page 3", "Report, page 3" },
    { MYNA_SOURCE_TARGET "12", MYNA_SOURCE_TARGET "12" },
  };
  guint number = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *told = myna_link_dup_wire (cases[i].target);

      g_assert_cmpstr (told, ==, cases[i].told);
      g_assert_cmpint (myna_link_get_source (cases[i].target, &number), ==, i >= 4);
    }
  g_assert_cmpuint (number, ==, 12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/selection/text", test_text);
  g_test_add_func ("/selection/clamp", test_clamp);
  g_test_add_func ("/selection/links", test_links);
  g_test_add_func ("/selection/targets", test_targets);
  return g_test_run ();
}
