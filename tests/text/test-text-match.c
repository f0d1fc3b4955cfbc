/* test-text-match.c: how text is compared when people search
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/text-match.h"

#include <string.h>

static void
found_cb (gpointer user_data, guint term, guint start, guint end)
{
  g_string_append_printf (user_data, "%u:%u-%u ", term, start, end);
}

static void
test_find (void)
{
  static const struct
  {
    const char *query, *text;
    gboolean words;
    const char *found;
  } cases[] = {
    { "cafe", "Un CAFÉ.", FALSE, "0:3-8 " },
    { "CAFÉ", "cafe\u0301s", FALSE, "0:0-6 " }, /* the accent belongs to the letter before */
    { "abc1", "ＡＢＣ１", FALSE, "0:0-12 " },
    { "か", "が", FALSE, "" },
    { "模型", "大模型。模。型", FALSE, "0:3-9 " },
    { "at", "cat at", FALSE, "0:1-3 0:4-6 " },
    { "at", "cat at", TRUE, "0:4-6 " },
    { "b \"a b\" c", "a b", FALSE, "1:0-3 0:2-3 " },
    { "\"a", "a", FALSE, "0:0-1 " },
    { "\" \"", "a b", FALSE, "0:1-2 " },
    { "\"\" \u0301", "\"\"", FALSE, "" },
    { "\"", "say \"", FALSE, "0:4-5 " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TextMatch) match = text_match_new ();
      g_autoptr (GString) found = g_string_new (NULL);
      const char *query = cases[i].query, *term;
      gsize n;

      while (text_query_next (&query, &term, &n))
        text_match_add (match, term, n);
      text_match_find (match, cases[i].text, strlen (cases[i].text), cases[i].words, found_cb, found);
      g_assert_cmpstr (found->str, ==, cases[i].found);
    }
}

/* What lies across the places where a long text is cut is found, once. */
static void
test_long (void)
{
  g_autoptr (TextMatch) match = text_match_new ();
  g_autoptr (GString) text = g_string_new (NULL), found = g_string_new (NULL), expected = g_string_new (NULL);

  text_match_add (match, "needle", 6);
  while (text->len < 100 * 1024)
    {
      for (guint n = text->len % 97; n > 0; n--)
        g_string_append (text, "é");
      g_string_append_c (text, ' ');
      g_string_append_printf (expected, "0:%u-%u ", (guint) text->len, (guint) text->len + 6);
      g_string_append (text, "Needle");
    }
  text_match_find (match, text->str, text->len, TRUE, found_cb, found);
  g_assert_true (g_string_equal (found, expected));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-match/find", test_find);
  g_test_add_func ("/text-match/long", test_long);
  return g_test_run ();
}
