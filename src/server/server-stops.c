/* server-stops.c: see server-stops.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server/server-stops.h"

#include <string.h>

void
server_stops_init (ServerStops *stops, const char *const *strings)
{
  stops->strings = strings;
  stops->held = g_string_new (NULL);
}

void
server_stops_clear (ServerStops *stops)
{
  if (stops->held)
    g_string_free (stops->held, TRUE);
  stops->held = NULL;
}

/* The place of the first string that is whole; −1: none is. */
static gssize
find_whole (const ServerStops *stops)
{
  gssize first = -1;

  for (gsize i = 0; stops->strings[i]; i++)
    {
      const char *found = strstr (stops->held->str, stops->strings[i]);

      if (found && (first < 0 || found - stops->held->str < first))
        first = found - stops->held->str;
    }
  return first;
}

/* How many bytes at the end may begin one of the strings. */
static gsize
count_open (const ServerStops *stops)
{
  gsize most = 0;

  for (gsize i = 0; stops->strings[i]; i++)
    for (gsize n = MIN (strlen (stops->strings[i]) - 1, stops->held->len); n > most; n--)
      if (memcmp (stops->held->str + stops->held->len - n, stops->strings[i], n) == 0)
        most = n;
  return most;
}

gboolean
server_stops_push (ServerStops *stops, const char *text, GString *out)
{
  gssize found;
  gsize n;

  g_string_append (stops->held, text);
  found = find_whole (stops);
  n = found >= 0 ? (gsize) found : stops->held->len - count_open (stops);
  g_string_append_len (out, stops->held->str, (gssize) n);
  if (found >= 0)
    g_string_truncate (stops->held, 0);
  else
    g_string_erase (stops->held, 0, (gssize) n);
  return found >= 0;
}

void
server_stops_end (ServerStops *stops, GString *out)
{
  g_string_append_len (out, stops->held->str, (gssize) stops->held->len);
  g_string_truncate (stops->held, 0);
}
