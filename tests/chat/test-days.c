/* test-days.c: where days change, and what a day is called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/days.h"

#include <string.h>

static gint64
at (int year, int month, int day, int hour, int minute)
{
  g_autoptr (GDateTime) time = g_date_time_new_local (year, month, day, hour, minute, 0);

  return g_date_time_to_unix (time) * 1000;
}

/* The day of the person's own time zone counts, not 24 hours. */
static void
test_needed (void)
{
  g_assert_true (myna_days_differ (at (2026, 3, 3, 23, 59), at (2026, 3, 4, 0, 1)));
  g_assert_false (myna_days_differ (at (2026, 3, 3, 0, 1), at (2026, 3, 3, 23, 59)));
  g_assert_true (myna_days_differ (at (2025, 3, 3, 12, 0), at (2026, 3, 3, 12, 0)));
  /* An imported message may have no time. */
  g_assert_false (myna_days_differ (0, at (2026, 3, 3, 12, 0)));
  g_assert_false (myna_days_differ (at (2026, 3, 3, 12, 0), 0));
}

static void
check (gint64 time, const char *expected)
{
  g_autofree char *text = myna_day_describe (time, at (2026, 3, 4, 12, 0));

  g_assert_cmpstr (text, ==, expected);
}

static void
test_words (void)
{
  check (at (2026, 3, 4, 0, 0), "Today");
  check (at (2026, 3, 3, 23, 59), "Yesterday");
  check (at (2026, 3, 2, 8, 0), "Monday, March 2");
  check (at (2025, 12, 31, 8, 0), "December 31, 2025");
}

/* As short as it can be. */
static void
test_times (void)
{
  const gint64 now = at (2026, 3, 4, 12, 0);
  g_autofree char *today = myna_time_describe (at (2026, 3, 4, 9, 5), now);
  g_autofree char *this_year = myna_time_describe (at (2026, 1, 31, 9, 5), now);
  g_autofree char *clock = myna_clock_describe (at (2025, 3, 4, 9, 5)), *none = myna_clock_describe (0);
  g_autofree char *other_year = myna_time_describe (at (2025, 3, 4, 9, 5), now);

  g_assert_cmpstr (today, ==, "09:05");
  g_assert_cmpstr (this_year, ==, "Jan 31");
  g_assert_nonnull (strstr (other_year, "25"));
  g_assert_cmpstr (clock, ==, "09:05");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/days/needed", test_needed);
  g_test_add_func ("/days/words", test_words);
  g_test_add_func ("/days/times", test_times);

  return g_test_run ();
}
