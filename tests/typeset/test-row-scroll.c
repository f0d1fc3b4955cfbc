/* test-row-scroll.c: the place in a long column of rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "typeset/row-scroll.h"

#define N_ROWS  1000
#define HEIGHT  100 /* of each row, when it is made */
#define VIEW    600
#define PADDING MYNA_SCROLL_PADDING

typedef struct
{
  MynaRowScroll scroll;
  guint n_made;
} Fixture;

static int
make_row (guint position, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_made += !myna_height_index_is_known (fixture->scroll.heights, position);
  myna_height_index_set (fixture->scroll.heights, position, HEIGHT, TRUE);
  return HEIGHT;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  myna_row_scroll_init (&fixture->scroll);
  g_assert_true (myna_row_scroll_set_size (&fixture->scroll, 800, VIEW));
  myna_row_scroll_splice (&fixture->scroll, 0, 0, N_ROWS);
  for (guint i = 0; i < N_ROWS; i++)
    myna_height_index_set (fixture->scroll.heights, i, 30, FALSE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  myna_row_scroll_clear (&fixture->scroll);
}

static void
assert_anchor (Fixture *fixture, guint position, int offset)
{
  guint at = G_MAXUINT;
  int by = 0;

  g_assert_true (myna_row_scroll_get_anchor (&fixture->scroll, &at, &by));
  g_assert_cmpuint (at, ==, position);
  g_assert_cmpint (by, ==, offset);
}

/* Only what fills the viewport is made, and a page around it while there is time. */
static void
test_fill (Fixture *fixture, gconstpointer data)
{
  MynaRowSpan span = myna_row_scroll_fill (&fixture->scroll, make_row, fixture);

  g_assert_cmpuint (span.last, ==, N_ROWS - 1);
  g_assert_cmpuint (fixture->n_made, ==, 6);
  g_assert_cmpint (myna_row_scroll_get_value (&fixture->scroll), ==, myna_row_scroll_get_total (&fixture->scroll) - VIEW);
  g_assert_cmpuint (myna_row_scroll_get_last (&fixture->scroll), ==, N_ROWS - 1);

  g_assert_true (myna_row_scroll_set_anchor (&fixture->scroll, 500, 20));
  span = myna_row_scroll_fill (&fixture->scroll, make_row, fixture);
  g_assert_cmpuint (span.first, ==, 500);
  g_assert_cmpuint (span.last, ==, 506);
  g_assert_cmpint (span.above, ==, 20);
  g_assert_cmpint (span.below, ==, 80);
  g_assert_false (myna_row_scroll_fill_margin (&fixture->scroll, &span, -1, make_row, fixture));
  g_assert_true (myna_row_scroll_fill_margin (&fixture->scroll, &span, G_MAXINT64 / 2, make_row, fixture));
  g_assert_cmpint (span.above, >=, VIEW);
  g_assert_cmpint (span.below, >=, VIEW);
  g_assert_false (myna_row_scroll_set_anchor (&fixture->scroll, N_ROWS, 0));
}

/* What is being read stays, whatever becomes of the rows above and below. */
static void
test_stays (Fixture *fixture, gconstpointer data)
{
  myna_row_scroll_set_anchor (&fixture->scroll, 500, 20);
  g_assert_false (myna_row_scroll_splice (&fixture->scroll, 100, 50, 20));
  assert_anchor (fixture, 470, 20);
  g_assert_false (myna_row_scroll_splice (&fixture->scroll, 600, 1, 0));
  assert_anchor (fixture, 470, 20);
  myna_row_scroll_shift (&fixture->scroll, 5, 300);
  assert_anchor (fixture, 470, 320);
  myna_row_scroll_shift (&fixture->scroll, 400, 300); /* below the viewport's top */
  assert_anchor (fixture, 470, 320);
  /* The row itself is gone: the one in its place. */
  g_assert_false (myna_row_scroll_splice (&fixture->scroll, 460, 20, 0));
  assert_anchor (fixture, 460, 0);
  /* All are gone. */
  g_assert_true (myna_row_scroll_splice (&fixture->scroll, 0, myna_row_scroll_get_n (&fixture->scroll), 0));
  g_assert_cmpint (myna_row_scroll_get_value (&fixture->scroll), ==, 0);
  g_assert_true (fixture->scroll.follow_end);
}

static void
test_place (Fixture *fixture, gconstpointer data)
{
  gint64 top, bottom, value;

  for (gint64 at = 0; at < 3000; at += 7)
    {
      fixture->scroll.follow_end = FALSE;
      myna_row_scroll_set_value (&fixture->scroll, at);
      g_assert_cmpint (myna_row_scroll_get_value (&fixture->scroll), ==, at);
    }
  /* A place that is set before the height is known comes into the upper third once it is. */
  myna_row_scroll_set_size (&fixture->scroll, 800, 0);
  myna_row_scroll_show (&fixture->scroll, 500, 10);
  g_assert_false (myna_row_scroll_set_size (&fixture->scroll, 800, VIEW));
  value = myna_row_scroll_get_value (&fixture->scroll);
  myna_row_scroll_get_row (&fixture->scroll, 500, value, &top, &bottom);
  g_assert_cmpint (top + 10, ==, VIEW / 3);
  g_assert_cmpint (bottom - top, ==, 30);
  g_assert_true (myna_row_scroll_is_seen (&fixture->scroll, 500, value));
  g_assert_false (myna_row_scroll_is_seen (&fixture->scroll, 400, value));
  /* A narrower window has a narrower column, and less of a margin. */
  g_assert_true (myna_row_scroll_set_size (&fixture->scroll, 400, VIEW));
  g_assert_cmpint (myna_row_scroll_get_column (&fixture->scroll), >, 400 - 2 * MYNA_SCROLL_MARGIN);
}

/* The keyboard goes to a row: it comes into view with room around it; what is in view does not move. */
static void
test_reach (Fixture *fixture, gconstpointer data)
{
  myna_row_scroll_set_anchor (&fixture->scroll, 500, 10);
  g_assert_false (myna_row_scroll_reach (&fixture->scroll, 505));
  g_assert_true (myna_row_scroll_reach (&fixture->scroll, 500));
  assert_anchor (fixture, 500, -PADDING);
  g_assert_true (myna_row_scroll_reach (&fixture->scroll, 530));
  g_assert_cmpuint (myna_row_scroll_get_last (&fixture->scroll), >=, 530);
  g_assert_true (myna_row_scroll_reach (&fixture->scroll, N_ROWS - 1));
  g_assert_true (fixture->scroll.follow_end);

  g_assert_cmpfloat (myna_row_scroll_reach_part (&fixture->scroll, 100, 140), ==, 0);
  g_assert_cmpfloat (myna_row_scroll_reach_part (&fixture->scroll, -50, -10), ==, -50 - PADDING);
  g_assert_cmpfloat (myna_row_scroll_reach_part (&fixture->scroll, 590, 640), ==, 40 + PADDING);
  g_assert_cmpfloat (myna_row_scroll_reach_part (&fixture->scroll, -50, 2000), ==, 0); /* it is in sight, and larger */
}

static void
test_step (Fixture *fixture, gconstpointer data)
{
  guint next;

  myna_row_scroll_set_anchor (&fixture->scroll, 500, 0);
  myna_height_index_set (fixture->scroll.heights, 501, 1000, TRUE);
  g_assert_cmpfloat (myna_row_scroll_step (&fixture->scroll, 500, 1, &next), ==, 0);
  g_assert_cmpuint (next, ==, 501);
  /* Through a long row in steps, then on. */
  g_assert_cmpfloat (myna_row_scroll_step (&fixture->scroll, 501, 1, &next), ==, VIEW / 5);
  g_assert_cmpuint (next, ==, 501);
  myna_row_scroll_set_anchor (&fixture->scroll, 501, 400);
  g_assert_cmpfloat (myna_row_scroll_step (&fixture->scroll, 501, 1, &next), ==, 0);
  g_assert_cmpuint (next, ==, 502);
  g_assert_cmpfloat (myna_row_scroll_step (&fixture->scroll, 501, -1, &next), ==, -VIEW / 5);
  /* The wheel has left it behind: to what is in sight. */
  myna_row_scroll_step (&fixture->scroll, 20, 1, &next);
  g_assert_cmpuint (next, ==, 501);
  /* Nothing is before the first. */
  myna_row_scroll_set_anchor (&fixture->scroll, 0, -PADDING);
  g_assert_cmpfloat (myna_row_scroll_step (&fixture->scroll, 0, -1, &next), ==, 0);
  g_assert_cmpuint (next, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/row-scroll/fill", Fixture, NULL, set_up, test_fill, tear_down);
  g_test_add ("/row-scroll/stays", Fixture, NULL, set_up, test_stays, tear_down);
  g_test_add ("/row-scroll/place", Fixture, NULL, set_up, test_place, tear_down);
  g_test_add ("/row-scroll/reach", Fixture, NULL, set_up, test_reach, tear_down);
  g_test_add ("/row-scroll/step", Fixture, NULL, set_up, test_step, tear_down);
  return g_test_run ();
}
