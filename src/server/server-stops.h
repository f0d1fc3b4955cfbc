/* server-stops.h: finds the strings at which a reply is to end, in text that comes in pieces
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERVER_STOPS_H
#define SERVER_STOPS_H

#include <glib.h>

G_BEGIN_DECLS

/* What may still become one of the strings is held back. */
typedef struct
{
  const char *const *strings; /* ends with NULL; the caller's */
  GString *held;
} ServerStops;

void server_stops_init (ServerStops *stops, const char *const *strings);
void server_stops_clear (ServerStops *stops);
/* Appends to out what is certain.  TRUE: a string was found, and the text ends before it. */
gboolean server_stops_push (ServerStops *stops, const char *text, GString *out);
/* The reply has ended: the rest is text. */
void server_stops_end (ServerStops *stops, GString *out);

G_END_DECLS

#endif
