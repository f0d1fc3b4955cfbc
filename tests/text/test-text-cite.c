/* test-text-cite.c: where a text refers to numbered passages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "text/text-cite.h"

static void
test_cites (void)
{
  static const struct
  {
    const char *text, *numbers;
  } cases[] = {
    { "", "" },
    { "none", "" },
    { "It rains [1].", "1" },
    { "[1][2] and [12]", "1 2 12" },
    { "[1, 2; 3、4]", "1 2 3 4" },
    { "雨【3】停［4］", "3 4" },
    { "[ 1 ]", "" },
    { "[1", "" },
    { "[1,", "" },
    { "[]", "" },
    { "[0] [01] [a] [1a] [-1]", "" },
    { "[99999]", "" },
    { "[1](http://a) [2][ref]", "" },
    { "[1 【2】", "2" },
    { "[[3]]", "3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) cites = text_find_cites (cases[i].text, strlen (cases[i].text));
      g_autoptr (GString) numbers = g_string_new (NULL);

      for (guint j = 0; j < cites->len; j++)
        {
          const TextCite *cite = &g_array_index (cites, TextCite, j);

          g_assert_cmpuint (g_ascii_strtoull (cases[i].text + cite->start, NULL, 10), ==, cite->number);
          g_string_append_printf (numbers, "%s%u", j ? " " : "", cite->number);
        }
      g_assert_cmpstr (numbers->str, ==, cases[i].numbers);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-cite/cites", test_cites);
  return g_test_run ();
}
