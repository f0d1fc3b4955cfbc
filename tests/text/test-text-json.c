/* test-text-json.c: what JSON a reader may be given that calls itself for each level
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/text-json.h"

#include <string.h>

static void
test_tame (void)
{
  static const char *const plain[] = { "", "{}", "[1, -2.5e+3, true, null]", "\"[\\\"[\"",
                                       "{\"a\":\"\\ud83d\\ude00 \\u0041\"}" };
  g_autofree char *deep = g_strnfill (101, '[');

  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    g_assert_true (text_json_is_tame (plain[i], strlen (plain[i])));
  g_assert_true (text_json_is_tame (deep, 100));
  g_assert_false (text_json_is_tame (deep, 101));
}

/* Of several values JsonParser keeps the last, and never frees the others. */
static void
test_one_value (void)
{
  static const char *const one[] = { " {} ", "[]\n", " -1.5e3\n", "null", "\"a\" ", "[{}, {}, \"]\", 1]" };
  static const char *const several[] = { "{}{}",       "[] []",  "{},{}", "1 2", "1{}", "[1]2",
                                         "\"a\"\"b\"", "1\"a\"", "{} \"", "]",   "{}]" };
  g_autofree char *digits = g_strnfill (400, '1');
  g_autofree char *more = g_strconcat (digits, "-1", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (one); i++)
    g_assert_true (text_json_is_tame (one[i], strlen (one[i])));
  for (gsize i = 0; i < G_N_ELEMENTS (several); i++)
    g_assert_false (text_json_is_tame (several[i], strlen (several[i])));
  g_assert_true (text_json_is_tame (digits, 400));
  g_assert_false (text_json_is_tame (more, 402));
}

/* Brackets that a counter would take for part of a string, and JsonParser for levels. */
static void
test_hiding (void)
{
  static const char *const hiding[] = { "\"a",         "\"\\",           "/*\"*/",         "'\"'",
                                        "// \"\n",     "\"\\ud800\",\"", "\"\\udc00\",\"", "\"\\377\"",
                                        "\"\\u12\",\"" };

  for (gsize i = 0; i < G_N_ELEMENTS (hiding); i++)
    {
      g_autofree char *text = g_strconcat (hiding[i], "[[", NULL);

      g_assert_false (text_json_is_tame (text, strlen (text)));
    }
}

/* Halves that stand alone, and nothing else. */
static void
test_mend (void)
{
  static const char *const cases[][2] = {
    { "\"\\ud83d\"", "\"\\ufffd\"" },
    { "\"a\\uD83D\\n\\udE00\"", "\"a\\ufffd\\n\\ufffd\"" },
    { "\"\\ude00\\ud83d\"", "\"\\ufffd\\ufffd\"" },
    { "\"\\ud83d\\ud83d\\ude00\"", "\"\\ufffd\\ud83d\\ude00\"" },
    { "\"\\ud83d\\ude00\\u0041\"", "\"\\ud83d\\ude00\\u0041\"" },
    { "\"\\\\ud83d \\\" \\\\\\ud83d\"", "\"\\\\ud83d \\\" \\\\\\ufffd\"" },
    { "\\ud83d \"x", "\\ud83d \"x" },
    { "\"\\ud8", "\"\\ud8" },
    { "\"\\ud83d\\ude", "\"\\ufffd\\ude" },
    { "\"\\", "\"\\" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup (cases[i][0]);

      text_json_mend (text, strlen (text));
      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-json/tame", test_tame);
  g_test_add_func ("/text-json/one-value", test_one_value);
  g_test_add_func ("/text-json/hiding", test_hiding);
  g_test_add_func ("/text-json/mend", test_mend);
  return g_test_run ();
}
