/* days.c: days and times as people call them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/days.h"

#include <glib/gi18n.h>

/* Days since the year 1 in the person's time zone; 0: no time that there is. */
static guint32
get_day (gint64 time)
{
  g_autoptr (GDateTime) local = time > 0 ? g_date_time_new_from_unix_local (time / 1000) : NULL;
  GDate date;

  if (!local)
    return 0;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, g_date_time_get_day_of_month (local), g_date_time_get_month (local), g_date_time_get_year (local));
  return g_date_get_julian (&date);
}

gboolean
myna_days_differ (gint64 before, gint64 time)
{
  return before > 0 && time > 0 && get_day (before) != get_day (time);
}

char *
myna_day_describe (gint64 time, gint64 now)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (time / 1000);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now / 1000);

  if (!local || !today)
    return g_strdup ("");
  if (get_day (time) == get_day (now))
    return g_strdup (_ ("Today"));
  if (get_day (time) + 1 == get_day (now))
    return g_strdup (_ ("Yesterday"));
  if (g_date_time_get_year (local) == g_date_time_get_year (today))
    /* Translators: a day of this year, as strftime() writes it: "Tuesday, March 3" */
    return g_date_time_format (local, _ ("%A, %B %-e"));
  /* Translators: a day of another year, as strftime() writes it: "March 3, 2024" */
  return g_date_time_format (local, _ ("%B %-e, %Y"));
}

char *
myna_time_describe (gint64 time, gint64 now)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (time / 1000);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now / 1000);

  if (!local || !today)
    return g_strdup ("");
  if (get_day (time) == get_day (now))
    return g_date_time_format (local, "%R");
  if (g_date_time_get_year (local) == g_date_time_get_year (today))
    /* Translators: a day of this year, short: see strftime(3) */
    return g_date_time_format (local, _ ("%b %-e"));
  return g_date_time_format (local, "%x");
}

char *
myna_clock_describe (gint64 time)
{
  g_autoptr (GDateTime) date = time ? g_date_time_new_from_unix_local (time / 1000) : NULL;

  return date ? g_date_time_format (date, "%H:%M") : g_strdup ("");
}
