/* test-matches.c: where a text is found in the blocks of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-matches.h"

static GPtrArray *
read_blocks (MynaMarkdown *document, const char *text)
{
  myna_markdown_set_whole_text (document, text, NULL, NULL);
  return myna_markdown_get_blocks (document);
}

static void
assert_place (MynaMatches *matches, guint index, guint block, guint local)
{
  guint found_block, found_local;

  g_assert_true (myna_matches_locate (matches, index, &found_block, &found_local));
  g_assert_cmpuint (found_block, ==, block);
  g_assert_cmpuint (found_local, ==, local);
}

/* They are counted through all blocks. */
static void
test_places (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks = read_blocks (document, "a cat\n\nno\n\ncat *cat*");
  MynaMatches *matches = myna_matches_new ();
  guint block, local;

  myna_matches_update (matches, blocks, 0);
  g_assert_cmpuint (myna_matches_count (matches), ==, 0);
  g_assert_true (myna_matches_set_needle (matches, "cat"));
  g_assert_false (myna_matches_set_needle (matches, "cat"));
  g_assert_cmpuint (myna_matches_count (matches), ==, 0);
  myna_matches_update (matches, blocks, 0);
  g_assert_cmpuint (myna_matches_count (matches), ==, 3);
  assert_place (matches, 0, 0, 0);
  assert_place (matches, 1, 2, 0);
  assert_place (matches, 2, 2, 1);
  g_assert_false (myna_matches_locate (matches, 3, &block, &local));
  g_assert_false (myna_matches_locate (matches, G_MAXUINT, &block, &local));
  g_assert_null (myna_matches_get (matches, 1));
  g_assert_null (myna_matches_get (matches, 7));
  g_assert_cmpuint (g_array_index (myna_matches_get (matches, 0), MynaRange, 0).start, ==, 2);
  g_assert_true (myna_matches_set_needle (matches, ""));
  g_assert_null (myna_matches_get_needle (matches));
  g_assert_cmpuint (myna_matches_count (matches), ==, 0);
  myna_matches_free (matches);
}

/* While a reply is written its end changes, and may become shorter. */
static void
test_changes (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  MynaMatches *matches = myna_matches_new ();

  myna_matches_set_needle (matches, "cat");
  myna_matches_update (matches, read_blocks (document, "cat\n\ncat\n\ncat"), 0);
  g_assert_cmpuint (myna_matches_count (matches), ==, 3);
  myna_matches_update (matches, read_blocks (document, "cat\n\ncat cat"), 1);
  g_assert_cmpuint (myna_matches_count (matches), ==, 3);
  assert_place (matches, 2, 1, 1);
  myna_matches_update (matches, read_blocks (document, "cat"), 1);
  g_assert_cmpuint (myna_matches_count (matches), ==, 1);
  myna_matches_free (matches);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/matches/places", test_places);
  g_test_add_func ("/matches/changes", test_changes);
  return g_test_run ();
}
