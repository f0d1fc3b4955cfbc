/* test-folds.c: what of a message with <details> is shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-folds.h"

static const char text[] =
    "a\n\n<details>\n<summary>S</summary>\n\nb\n\n<details open>\n<summary>T</summary>\n\nc\n\n</details>\n\n"
    "</details>\n\nd";

static void
assert_shown (MynaFolds *folds, MynaMarkdown *document, const char *expected)
{
  guint first = 0;
  g_autoptr (GPtrArray) shown = myna_folds_list_shown (folds, myna_markdown_get_blocks (document), &first);
  g_autoptr (GString) texts = g_string_new (NULL);

  g_assert_cmpuint (first, ==, 0);
  for (guint i = 0; i < shown->len; i++)
    {
      const MynaBlock *block = shown->pdata[i];

      g_string_append_printf (texts, "%s%s", block->string.text,
                              block->kind != MYNA_BLOCK_SUMMARY ? " "
                              : block->is_open                  ? "- "
                                                                : "+ ");
    }
  g_assert_cmpstr (texts->str, ==, expected);
}

static void
test_folds (void)
{
  g_autoptr (MynaFolds) folds = myna_folds_new ();
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  guint first;

  myna_markdown_set_text (document, text);
  assert_shown (folds, document, "a S+ d ");
  myna_folds_toggle (folds, 1);
  assert_shown (folds, document, "a S- b T- c d ");
  myna_folds_toggle (folds, 2);
  assert_shown (folds, document, "a S- b T+ d ");
  myna_folds_toggle (folds, 1);
  assert_shown (folds, document, "a S+ d ");
  /* The first block that changed, counted in what is shown. */
  for (guint i = 0; i <= 6; i++)
    {
      static const guint shown[] = { 0, 1, 2, 2, 2, 2, 3 };
      g_autoptr (GPtrArray) blocks = NULL;

      first = i;
      blocks = myna_folds_list_shown (folds, myna_markdown_get_blocks (document), &first);
      g_assert_cmpuint (first, ==, shown[i]);
    }
  myna_folds_reset (folds);
  assert_shown (folds, document, "a S+ d ");
}

static void
test_find (void)
{
  g_autoptr (MynaFolds) folds = myna_folds_new ();
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks;

  myna_markdown_set_text (document, text);
  blocks = myna_markdown_get_blocks (document);
  myna_folds_toggle (folds, 2);
  g_assert_false (myna_folds_unfold_matches (folds, blocks, "d"));
  g_assert_false (myna_folds_unfold_matches (folds, blocks, "s"));
  assert_shown (folds, document, "a S+ d ");
  g_assert_true (myna_folds_unfold_matches (folds, blocks, "b"));
  assert_shown (folds, document, "a S- b T+ d ");
  g_assert_true (myna_folds_unfold_matches (folds, blocks, "c"));
  assert_shown (folds, document, "a S- b T- c d ");
  g_assert_false (myna_folds_unfold_matches (folds, blocks, "c"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/folds/folds", test_folds);
  g_test_add_func ("/folds/find", test_find);
  return g_test_run ();
}
