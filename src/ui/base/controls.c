/* controls.c: buttons, labels, rows and lists as all windows have them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/controls.h"

#include "base/tooltip.h"

GtkWidget *
myna_icon_button_new (const char *icon, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  myna_set_name (button, name);
  return button;
}

GtkWidget *
myna_flat_button_new (const char *icon, const char *name)
{
  GtkWidget *button = myna_icon_button_new (icon, name);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  return button;
}

GtkWidget *
myna_action_button_new (const char *icon, const char *action, const char *name)
{
  GtkWidget *button = myna_icon_button_new (icon, name);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

GtkWidget *
myna_menu_button_new (const char *icon, const char *name, GMenuModel *menu)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), icon);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), menu);
  myna_set_name (button, name);
  return button;
}

static GtkWidget *
new_label (const char *text, const char *css_classes)
{
  GtkWidget *label = gtk_label_new (text);
  g_auto (GStrv) classes = g_strsplit (css_classes ? css_classes : "", " ", -1);

  gtk_widget_set_css_classes (label, (const char **) classes);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  return label;
}

GtkWidget *
myna_line_label_new (const char *text, const char *css_classes)
{
  GtkWidget *label = new_label (text, css_classes);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  return label;
}

GtkWidget *
myna_long_label_new (const char *text, const char *css_classes)
{
  GtkWidget *label = new_label (text, css_classes);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  return label;
}

GtkWidget *
myna_row_new (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  if (title)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  return row;
}

void
myna_row_add_suffix (GtkWidget *row, GtkWidget *suffix)
{
  gtk_widget_set_valign (suffix, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), suffix);
}

GtkWidget *
myna_group_new (const char *title, const char *description)
{
  GtkWidget *group = adw_preferences_group_new ();

  if (title)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  if (description)
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), description);
  return group;
}

GtkWidget *
myna_list_new (const char *name)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return list;
}

void
myna_list_clear (GtkWidget *list)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (list)))
    gtk_list_box_remove (GTK_LIST_BOX (list), row);
}

void
myna_add_css_classes (GtkWidget *widget, const char *css_classes)
{
  g_auto (GStrv) classes = g_strsplit (css_classes, " ", -1);

  for (char **css_class = classes; *css_class; css_class++)
    gtk_widget_add_css_class (widget, *css_class);
}

void
myna_set_css_class (GtkWidget *widget, const char *css_class, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (widget, css_class);
  else
    gtk_widget_remove_css_class (widget, css_class);
}

char *
myna_buffer_dup_text (GtkTextBuffer *buffer)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

GtkWindow *
myna_get_window (gpointer widget)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (widget));

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

GtkWidget *
myna_scroller_new (GtkWidget *child, int max_height)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  if (max_height >= 0)
    {
      gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
      gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scroller), TRUE);
      gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), max_height);
    }
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), child);
  return scroller;
}

GtkFileFilter *
myna_filter_new (const char *name, ...)
{
  GtkFileFilter *filter = gtk_file_filter_new ();
  const char *pattern;
  va_list patterns;

  gtk_file_filter_set_name (filter, name);
  va_start (patterns, name);
  while ((pattern = va_arg (patterns, const char *)))
    gtk_file_filter_add_pattern (filter, pattern);
  va_end (patterns);
  return filter;
}

static GtkSizeRequestMode
get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

void
myna_class_set_height_for_width (GtkWidgetClass *widget_class)
{
  widget_class->get_request_mode = get_request_mode;
}

void
myna_drop_children (GtkWidget *widget)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (widget)))
    gtk_widget_unparent (child);
}

static void
long_pressed_cb (GtkGesture *gesture, double x, double y, gpointer open)
{
  ((MynaOpenMenu) open) (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)), gesture, x, y);
}

static void
secondary_pressed_cb (GtkGesture *gesture, int n_press, double x, double y, gpointer open)
{
  long_pressed_cb (gesture, x, y, open);
}

void
myna_add_context_menu (GtkWidget *widget, MynaOpenMenu open)
{
  GtkGesture *click = gtk_gesture_click_new (), *long_press = gtk_gesture_long_press_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (secondary_pressed_cb), (gpointer) open);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (long_press), TRUE);
  /* Before blocks that scroll sideways: behind them GTK 4.18 takes a finger that went and left for one that rests. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (long_press), GTK_PHASE_CAPTURE);
  g_signal_connect (long_press, "pressed", G_CALLBACK (long_pressed_cb), (gpointer) open);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (long_press));
}
