/* date-time.c: the time, and calendar arithmetic
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dates are those of the Gregorian calendar, years 1 to 9999.  A time without a zone is the person's own.
 */
#include "tools/tool.h"

#include <stdlib.h>
#include <string.h>

#define MAX_COUNT 10000000 /* of each unit of a duration */

typedef struct
{
  GDateTime *time;  /* owned */
  gboolean is_date; /* without the time of a day */
} Moment;

static void
moment_clear (Moment *moment)
{
  g_clear_pointer (&moment->time, g_date_time_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Moment, moment_clear)

static gboolean
fail (GError **error, const char *what, const char *text)
{
  g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "“%.40s” is not %s", text, what);
  return FALSE;
}

static gboolean
out_of_range (GError **error)
{
  g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_TOO_LARGE, "The result is not within the years 1 to 9999");
  return FALSE;
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

/* min to max digits. */
static gboolean
take_digits (const char **p, guint min, guint max, int *ret_value)
{
  guint n = 0;

  for (*ret_value = 0; n < max && g_ascii_isdigit (**p); (*p)++, n++)
    *ret_value = *ret_value * 10 + (**p - '0');
  return n >= min && !g_ascii_isdigit (**p);
}

static gboolean
take_char (const char **p, const char *chars)
{
  if (!**p || !strchr (chars, **p))
    return FALSE;
  (*p)++;
  return TRUE;
}

/* "14:30", "14:30:05.25" */
static gboolean
take_time (const char **p, int *ret_hour, int *ret_minute, double *ret_second)
{
  int second = 0;

  if (!take_digits (p, 1, 2, ret_hour) || !take_char (p, ":") || !take_digits (p, 2, 2, ret_minute))
    return FALSE;
  if (take_char (p, ":") && !take_digits (p, 2, 2, &second))
    return FALSE;
  *ret_second = second;
  if ((**p == '.' || **p == ',') && g_ascii_isdigit ((*p)[1]))
    {
      double scale = 0.1;

      for ((*p)++; g_ascii_isdigit (**p); (*p)++, scale /= 10)
        *ret_second += scale * (**p - '0');
    }
  return TRUE;
}

/* "Z", "+08:00", "+0800", "+8"; nothing: the person's.  NULL: wrong. */
static GTimeZone *
take_offset (const char **p, GTimeZone *local)
{
  int hours, minutes = 0, sign;

  if (take_char (p, " ") || TRUE)
    {
      if (!**p)
        return g_time_zone_ref (local);
      if (take_char (p, "Zz"))
        return g_time_zone_new_utc ();
    }
  if (**p != '+' && **p != '-')
    return NULL;
  sign = **p == '-' ? -1 : 1;
  (*p)++;
  if (strlen (*p) == 4 && !strchr (*p, ':'))
    {
      if (!take_digits (p, 4, 4, &hours))
        return NULL;
      minutes = hours % 100;
      hours /= 100;
    }
  else if (!take_digits (p, 1, 2, &hours) || (take_char (p, ":") && !take_digits (p, 2, 2, &minutes)))
    return NULL;
  if (hours > 14 || minutes > 59)
    return NULL;
  return g_time_zone_new_offset (sign * (hours * 3600 + minutes * 60));
}

static gboolean
parse_moment (const char *text, GTimeZone *local, Moment *ret, GError **error)
{
  const char *p = text;
  int year, month, day, hour = 0, minute = 0;
  double second = 0;
  g_autoptr (GTimeZone) zone = NULL;

  if (!take_digits (&p, 4, 4, &year) || !take_char (&p, "-/.") || !take_digits (&p, 1, 2, &month) || !take_char (&p, "-/.")
      || !take_digits (&p, 1, 2, &day))
    return fail (error, "a date such as 2024-02-29", text);
  ret->is_date = !*p;
  if (!ret->is_date && (!take_char (&p, "Tt ") || !take_time (&p, &hour, &minute, &second)))
    return fail (error, "a date and time such as 2024-02-29T14:30", text);
  zone = ret->is_date ? g_time_zone_new_utc () : take_offset (&p, local);
  if (!zone || *p)
    return fail (error, "a date and time such as 2024-02-29T14:30+08:00", text);
  ret->time = g_date_time_new (zone, year, month, day, hour, minute, second);
  return ret->time || fail (error, "in the calendar", text);
}

typedef struct
{
  int years, months, days;
  gint64 microseconds;
  gboolean has_time;
} Duration;

/* One number and its letter. */
static gboolean
take_part (const char **p, gboolean in_time, int sign, Duration *duration)
{
  char *end;
  double value = g_ascii_strtod (*p, &end);
  gboolean is_whole = value == (double) (gint64) value;
  char unit = end > *p ? g_ascii_toupper (*end) : '\0';

  if (!g_ascii_isdigit (**p) || value > MAX_COUNT || strspn (*p, "0123456789.,") != (gsize) (end - *p))
    return FALSE;
  *p = end + 1;
  if (in_time && (unit == 'H' || unit == 'M' || unit == 'S'))
    {
      double seconds = value * (unit == 'H' ? 3600 : unit == 'M' ? 60 : 1);

      duration->microseconds += sign * (gint64) (seconds * G_USEC_PER_SEC + 0.5);
      return TRUE;
    }
  if (in_time || !is_whole)
    return FALSE;
  switch (unit)
    {
    case 'Y': duration->years += sign * (int) value; return TRUE;
    case 'M': duration->months += sign * (int) value; return TRUE;
    case 'W': duration->days += sign * 7 * (int) value; return TRUE;
    case 'D': duration->days += sign * (int) value; return TRUE;
    default: return FALSE;
    }
}

static gboolean
parse_duration (const char *text, Duration *ret, GError **error)
{
  const char *p = text;
  gboolean in_time = FALSE, ok;
  int sign = *p == '-' ? -1 : 1;
  guint n = 0;

  *ret = (Duration){ 0 };
  if (*p == '-' || *p == '+')
    p++;
  ok = take_char (&p, "Pp");
  while (ok && *p && n < 16)
    if (!in_time && take_char (&p, "Tt"))
      ret->has_time = in_time = TRUE;
    else
      {
        ok = take_part (&p, in_time, sign, ret);
        n++;
      }
  return (ok && !*p && n > 0) || fail (error, "a duration such as P1M2D, -PT90M or P2W", text);
}

/* GLib would read a file by a path. */
static GTimeZone *
parse_zone (const char *name, GError **error)
{
  GTimeZone *zone = NULL;

  if (*name && strlen (name) < 64 && g_ascii_isalpha (*name) && !strstr (name, "..")
      && strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_+-/") == strlen (name))
    zone = g_time_zone_new_identifier (name);
  if (!zone)
    fail (error, "a time zone such as Asia/Shanghai", name);
  return zone;
}

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

static const char *
weekday (GDateTime *time)
{
  static const char *const names[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" };

  return names[g_date_time_get_day_of_week (time) - 1];
}

static void
append_zone (GString *out, GDateTime *time, const char *name)
{
  g_autofree char *offset = g_date_time_format (time, "%:z");

  g_string_append_printf (out, " %s%sUTC%s%s", name ? name : "", name ? " (" : "", offset, name ? ")" : "");
}

/* "Sunday, 2026-11-29 18:07:09 UTC+08:00" */
static void
append_moment (GString *out, const Moment *moment, const char *zone_name)
{
  g_string_append_printf (out, "%s, %04d-%02d-%02d", weekday (moment->time), g_date_time_get_year (moment->time),
                          g_date_time_get_month (moment->time), g_date_time_get_day_of_month (moment->time));
  if (moment->is_date)
    return;
  g_string_append_printf (out, " %02d:%02d:%02d", g_date_time_get_hour (moment->time), g_date_time_get_minute (moment->time),
                          g_date_time_get_second (moment->time));
  append_zone (out, moment->time, zone_name);
}

static void
append_calendar (GString *out, const Moment *moment)
{
  g_string_append_printf (out, ", week %d of %d, day %d of the year", g_date_time_get_week_of_year (moment->time),
                          g_date_time_get_week_numbering_year (moment->time), g_date_time_get_day_of_year (moment->time));
}

static void
append_count (GString *out, gint64 n, const char *unit)
{
  if (n)
    g_string_append_printf (out, "%s%" G_GINT64_FORMAT " %s%s", out->len ? " " : "", n, unit, n == 1 ? "" : "s");
}

/* The whole years and months between the two, the earlier first, and what is left. */
static void
append_calendar_difference (GString *out, GDateTime *from, GDateTime *to)
{
  int months = (g_date_time_get_year (to) - g_date_time_get_year (from)) * 12 + g_date_time_get_month (to)
               - g_date_time_get_month (from);
  g_autoptr (GDateTime) last = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  GTimeSpan rest;

  for (;; months--)
    {
      g_clear_pointer (&last, g_date_time_unref);
      last = g_date_time_add_months (from, months);
      if (months == 0 || (last && g_date_time_compare (last, to) <= 0))
        break;
    }
  rest = g_date_time_difference (to, last);
  append_count (text, months / 12, "year");
  append_count (text, months % 12, "month");
  append_count (text, rest / G_TIME_SPAN_DAY, "day");
  append_count (text, rest % G_TIME_SPAN_DAY / G_TIME_SPAN_HOUR, "hour");
  append_count (text, rest % G_TIME_SPAN_HOUR / G_TIME_SPAN_MINUTE, "minute");
  append_count (text, rest % G_TIME_SPAN_MINUTE / G_TIME_SPAN_SECOND, "second");
  if (months > 0)
    g_string_append_printf (out, " = %s", text->str);
}

static char *
answer_difference (const Moment *from, const Moment *to)
{
  gboolean is_backward = g_date_time_compare (from->time, to->time) > 0;
  const Moment *early = is_backward ? to : from, *late = is_backward ? from : to;
  GTimeSpan span = g_date_time_difference (late->time, early->time);
  gint64 days = span / G_TIME_SPAN_DAY;
  g_autoptr (GString) length = g_string_new (NULL);
  GString *out = g_string_new ("From ");

  append_moment (out, from, NULL);
  g_string_append (out, " to ");
  append_moment (out, to, NULL);
  append_count (length, days, "day");
  append_count (length, span % G_TIME_SPAN_DAY / G_TIME_SPAN_HOUR, "hour");
  append_count (length, span % G_TIME_SPAN_HOUR / G_TIME_SPAN_MINUTE, "minute");
  append_count (length, span % G_TIME_SPAN_MINUTE / G_TIME_SPAN_SECOND, "second");
  g_string_append_printf (out, ": %s%s", is_backward ? "minus " : "", length->len ? length->str : "0 days");
  append_calendar_difference (out, early->time, late->time);
  if (days >= 7)
    g_string_append_printf (out, " = %" G_GINT64_FORMAT " weeks and %" G_GINT64_FORMAT " days", days / 7, days % 7);
  return g_string_free (out, FALSE);
}

static gboolean
add_duration (Moment *moment, const char *text, GError **error)
{
  Duration duration;
  g_autoptr (GDateTime) months = NULL;
  g_autoptr (GDateTime) days = NULL;
  GDateTime *result;

  if (!parse_duration (text, &duration, error))
    return FALSE;
  if (ABS ((gint64) duration.years) > 9999 || ABS ((gint64) duration.months) > 120000 || ABS ((gint64) duration.days) > 4000000)
    return out_of_range (error);
  months = g_date_time_add_months (moment->time, duration.years * 12 + duration.months);
  days = months ? g_date_time_add_days (months, duration.days) : NULL;
  result = days ? g_date_time_add (days, duration.microseconds) : NULL;
  if (!result || g_date_time_get_year (result) < 1 || g_date_time_get_year (result) > 9999)
    {
      g_clear_pointer (&result, g_date_time_unref);
      return out_of_range (error);
    }
  g_date_time_unref (moment->time);
  moment->time = result;
  moment->is_date = moment->is_date && !duration.has_time;
  return TRUE;
}

/* A date has no zone. */
static gboolean
move_to_zone (Moment *moment, const char *name, GError **error)
{
  g_autoptr (GTimeZone) zone = parse_zone (name, error);
  GDateTime *result;

  if (!zone)
    return FALSE;
  if (moment->is_date)
    return TRUE;
  result = g_date_time_to_timezone (moment->time, zone);
  if (!result)
    return out_of_range (error);
  g_date_time_unref (moment->time);
  moment->time = result;
  return TRUE;
}

/* A date beside a time is its midnight where the person is. */
static gboolean
match (Moment *date, const Moment *other, GTimeZone *local, GError **error)
{
  GDateTime *midnight;

  if (!date->is_date || other->is_date)
    return TRUE;
  midnight = g_date_time_new (local, g_date_time_get_year (date->time), g_date_time_get_month (date->time),
                              g_date_time_get_day_of_month (date->time), 0, 0, 0);
  if (!midnight)
    return out_of_range (error);
  g_date_time_unref (date->time);
  date->time = midnight;
  date->is_date = FALSE;
  return TRUE;
}

static gboolean
read_start (const char *start, GDateTime *now, Moment *ret, GError **error)
{
  if (start)
    return parse_moment (start, g_date_time_get_timezone (now), ret, error);
  *ret = (Moment){ g_date_time_ref (now), FALSE };
  return TRUE;
}

/* From now until a date means from today. */
static char *
answer_until (Moment *from, gboolean is_now, const char *until, GDateTime *now, GError **error)
{
  GTimeZone *local = g_date_time_get_timezone (now);
  g_auto (Moment) to = { NULL };

  if (!parse_moment (until, local, &to, error))
    return NULL;
  if (is_now && to.is_date)
    {
      GDateTime *today = g_date_time_new_utc (g_date_time_get_year (from->time), g_date_time_get_month (from->time),
                                              g_date_time_get_day_of_month (from->time), 0, 0, 0);

      g_date_time_unref (from->time);
      *from = (Moment){ today, TRUE };
    }
  if (!match (from, &to, local, error) || !match (&to, from, local, error))
    return NULL;
  return answer_difference (from, &to);
}

static char *
compute (JsonObject *arguments, GDateTime *now, GCancellable *cancellable, GError **error)
{
  const char *start, *add, *until, *zone;
  g_auto (Moment) moment = { NULL };
  GString *out;

  if (!now)
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_FAILED,
                           "The clock of this computer is not within the years 1 to 9999");
      return NULL;
    }
  if (!tool_argument_string (arguments, "start", FALSE, &start, error)
      || !tool_argument_string (arguments, "add", FALSE, &add, error)
      || !tool_argument_string (arguments, "until", FALSE, &until, error)
      || !tool_argument_string (arguments, "zone", FALSE, &zone, error) || !read_start (start, now, &moment, error)
      || (add && !add_duration (&moment, add, error)) || (zone && !move_to_zone (&moment, zone, error)))
    return NULL;
  if (until)
    return answer_until (&moment, !start && !add, until, now, error);
  out = g_string_new (NULL);
  append_moment (out, &moment,
                 zone             ? zone
                 : !start && !add ? g_time_zone_get_identifier (g_date_time_get_timezone (now))
                                  : NULL);
  append_calendar (out, &moment);
  return g_string_free (out, FALSE);
}

const Tool tool_date_time = {
  .name = "date_time",
  .description =
      "The date and time now, or calendar arithmetic. Without arguments: now, with the time zone and the day of the week.",
  .schema =
      "{\"type\": \"object\", \"properties\": {\"start\": {\"type\": \"string\", \"description\": \"ISO 8601 date or date and "
      "time; now if it is missing\"}, \"add\": {\"type\": \"string\", \"description\": \"ISO 8601 duration to add, for example "
      "P1M2D or -PT90M\"}, \"until\": {\"type\": \"string\", \"description\": \"a second date: the answer is the time between the "
      "two\"}, \"zone\": {\"type\": \"string\", \"description\": \"IANA time zone of the answer, for example Asia/Shanghai\"}}, "
      "\"required\": []}",
  .class = TOOL_CLASS_PURE,
  .seconds = 5,
  .compute = compute,
};
