/* test-height-index.c: the Fenwick tree against plain sums
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "typeset/height-index.h"

static void
check (MynaHeightIndex *index, GArray *plain)
{
  gint64 top = 0;

  g_assert_cmpuint (myna_height_index_get_n (index), ==, plain->len);
  for (guint i = 0; i < plain->len; i++)
    {
      int height = g_array_index (plain, int, i);

      g_assert_cmpint (myna_height_index_get (index, i), ==, height);
      g_assert_cmpint (myna_height_index_get_top (index, i), ==, top);
      if (height > 0)
        {
          g_assert_cmpuint (myna_height_index_find (index, top), ==, i);
          g_assert_cmpuint (myna_height_index_find (index, top + height - 1), ==, i);
        }
      top += height;
    }
  g_assert_cmpint (myna_height_index_get_top (index, plain->len), ==, top);
  if (plain->len)
    g_assert_cmpuint (myna_height_index_find (index, top + 1000), ==, plain->len - 1);
}

static void
test_random (void)
{
  g_autoptr (MynaHeightIndex) index = myna_height_index_new ();
  g_autoptr (GArray) plain = g_array_new (FALSE, TRUE, sizeof (int));

  for (int step = 0; step < 400; step++)
    {
      guint n = plain->len, position = g_test_rand_int_range (0, n + 1);

      if (g_test_rand_bit ())
        {
          guint removed = g_test_rand_int_range (0, MIN (n - position, 5) + 1);
          guint added = g_test_rand_int_range (0, 8);

          myna_height_index_splice (index, position, removed, added);
          if (removed)
            g_array_remove_range (plain, position, removed);
          for (guint i = 0; i < added; i++)
            {
              int zero = 0;

              g_array_insert_val (plain, position, zero);
            }
        }
      else if (position < n)
        {
          int height = g_test_rand_int_range (0, 500);

          myna_height_index_set (index, position, height, TRUE);
          g_array_index (plain, int, position) = height;
          g_assert_true (myna_height_index_is_known (index, position));
        }
      check (index, plain);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/height-index/random", test_random);
  return g_test_run ();
}
