/* date-separator.c: says on which day the messages below it were written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/date-separator.h"

#include "base/controls.h"
#include "chat/days.h"

GtkWidget *
myna_date_separator_new (gint64 time)
{
  g_autofree char *text = myna_day_describe (time, g_get_real_time () / 1000);
  GtkWidget *label = gtk_label_new (text);

  myna_add_css_classes (label, "date-separator caption-heading dim-label");
  return label;
}
