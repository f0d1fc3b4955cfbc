/* date-separator.h: says on which day the messages below it were written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Times: milliseconds since 1970; now: what "Today" is.  Whether a separator stands between messages of these times (before 0:
 * nothing stands before). */
gboolean myna_date_separator_is_needed (gint64 before, gint64 time);
/* "Today", "Yesterday", "Tuesday, March 3", with the year where it is another one; the caller frees. */
char *myna_date_separator_describe (gint64 time, gint64 now) G_GNUC_WARN_UNUSED_RESULT;
GtkWidget *myna_date_separator_new (gint64 time);

G_END_DECLS
