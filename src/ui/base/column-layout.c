/* column-layout.c: children one below the other, whose heights always depend on the width
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/column-layout.h"

struct _MynaColumnLayout
{
  GtkLayoutManager parent_instance;
  int spacing;
};

G_DEFINE_FINAL_TYPE (MynaColumnLayout, myna_column_layout, GTK_TYPE_LAYOUT_MANAGER)

static GtkSizeRequestMode
myna_column_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
myna_column_layout_measure (GtkLayoutManager *manager, GtkWidget *widget, GtkOrientation orientation, int for_size,
                            int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  int between = 0;

  *minimum = *natural = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum, child_natural;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, orientation, for_size, &child_minimum, &child_natural, NULL, NULL);
      if (orientation == GTK_ORIENTATION_HORIZONTAL)
        {
          *minimum = MAX (*minimum, child_minimum);
          *natural = MAX (*natural, child_natural);
          continue;
        }
      *minimum += between + child_minimum;
      *natural += between + child_natural;
      between = MYNA_COLUMN_LAYOUT (manager)->spacing;
    }
}

static void
myna_column_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  int y = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkAllocation area = { 0, y, width, 0 };

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &area.height, NULL, NULL);
      gtk_widget_size_allocate (child, &area, -1);
      y += area.height + MYNA_COLUMN_LAYOUT (manager)->spacing;
    }
}

static void
myna_column_layout_class_init (MynaColumnLayoutClass *klass)
{
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  layout_class->get_request_mode = myna_column_layout_get_request_mode;
  layout_class->measure = myna_column_layout_measure;
  layout_class->allocate = myna_column_layout_allocate;
}

static void
myna_column_layout_init (MynaColumnLayout *self)
{
}

void
myna_column_layout_set_spacing (GtkWidget *widget, int spacing)
{
  MynaColumnLayout *self = MYNA_COLUMN_LAYOUT (gtk_widget_get_layout_manager (widget));

  self->spacing = spacing;
  gtk_layout_manager_layout_changed (GTK_LAYOUT_MANAGER (self));
}
