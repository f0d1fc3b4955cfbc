/* days.h: days and times as people call them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times are milliseconds since 1970; days are those of the person's time zone.  now: what "Today" is.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether the second time is on another day than the one before; FALSE where one of them is not known (0). */
gboolean myna_days_differ (gint64 before, gint64 time);
/* "Today", "Yesterday", "Tuesday, March 3", with the year where it is another one.  The caller frees. */
char *myna_day_describe (gint64 time, gint64 now) G_GNUC_WARN_UNUSED_RESULT;
/* As short as it can be: the time of today, else the day.  The caller frees. */
char *myna_time_describe (gint64 time, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/* The time of the day: "14:05"; "": it is not known (0).  The caller frees. */
char *myna_clock_describe (gint64 time) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
