/* date-separator.c: says on which day the messages below it were written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/date-separator.h"

#include "chat/days.h"

GtkWidget *
myna_date_separator_new (gint64 time)
{
  g_autofree char *text = myna_day_describe (time, g_get_real_time () / 1000);
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "date-separator");
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_widget_add_css_class (label, "dim-label");
  return label;
}
