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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-json/tame", test_tame);
  g_test_add_func ("/text-json/hiding", test_hiding);
  return g_test_run ();
}
