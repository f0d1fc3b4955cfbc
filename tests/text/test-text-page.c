/* test-text-page.c: marks of pages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/text-page.h"

static void
test_marks (void)
{
  static const struct
  {
    const char *text, *rest;
    guint page;
  } marks[] = {
    { "[Page 3]\n\nWords", "Words", 3 },
    { "[Page 12]\nWords\n\nMore", "Words\n\nMore", 12 },
    { "[Page 1]", "", 1 },
    { "[Page 99999999]\n", "", 99999999 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      guint page = 0;

      g_assert_cmpstr (text_read_page_mark (marks[i].text, &page), ==, marks[i].rest);
      g_assert_cmpuint (page, ==, marks[i].page);
      g_assert_cmpstr (text_skip_page_mark (marks[i].text), ==, marks[i].rest);
    }
}

/* Words of a document that only look like a mark stay. */
static void
test_words (void)
{
  static const char *const texts[] = { "",
                                       "[Page",
                                       "[Page ]\n",
                                       "[Page layout]\nWords",
                                       "[Page 3] Words",
                                       "[Page 3",
                                       " [Page 3]\n",
                                       "[page 3]\n",
                                       "[Page -3]\n",
                                       "[Page 3]\r\n",
                                       "[Page 3a]\n",
                                       "[Page 100000000000000000000]\nWords" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      guint page = 7;

      g_assert_null (text_read_page_mark (texts[i], &page));
      g_assert_cmpuint (page, ==, 7);
      g_assert_true (text_skip_page_mark (texts[i]) == texts[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-page/marks", test_marks);
  g_test_add_func ("/text-page/words", test_words);
  return g_test_run ();
}
