/* date-separator.c: says on which day the messages below it were written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/date-separator.h"

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
myna_date_separator_is_needed (gint64 before, gint64 time)
{
  return before > 0 && time > 0 && get_day (before) != get_day (time);
}

char *
myna_date_separator_describe (gint64 time, gint64 now)
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

GtkWidget *
myna_date_separator_new (gint64 time)
{
  g_autofree char *text = myna_date_separator_describe (time, g_get_real_time () / 1000);
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "date-separator");
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_widget_add_css_class (label, "dim-label");
  return label;
}
