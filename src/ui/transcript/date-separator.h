/* date-separator.h: says on which day the messages below it were written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* time: milliseconds since 1970. */
GtkWidget *myna_date_separator_new (gint64 time);

G_END_DECLS
