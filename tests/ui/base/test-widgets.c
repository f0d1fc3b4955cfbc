/* test-widgets.c: the split view and the banner, in a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>

#include "base/myna-task-window.h"
#include "base/myna-secondary-window.h"
#include "base/spin-words.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"
#include "base/myna-banner.h"
#include "base/myna-split-view.h"
#include "exchange/store-progress.h"
#include "window-test.h"

typedef struct
{
  GtkWidget *window;
  GtkWidget *split;
  GtkWidget *sidebar;
  GtkWidget *content;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->window = gtk_window_new ();
  fixture->split = myna_split_view_new ();
  fixture->sidebar = adw_bin_new ();
  fixture->content = adw_bin_new ();
  myna_split_view_set_sidebar (MYNA_SPLIT_VIEW (fixture->split), fixture->sidebar);
  myna_split_view_set_content (MYNA_SPLIT_VIEW (fixture->split), fixture->content);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->split);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
}

static void
show (Fixture *fixture, int width)
{
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), width, 400);
  gtk_window_present (GTK_WINDOW (fixture->window));
  wait_until (gtk_widget_get_mapped (fixture->content) && gtk_widget_get_width (fixture->split) == width);
}

static double
get_x (Fixture *fixture, GtkWidget *widget)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (widget, fixture->split, &bounds));

  return (double) bounds.origin.x;
}

static void
test_wide (Fixture *fixture, gconstpointer data)
{
  show (fixture, 900);
  g_assert_false (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (fixture->split)));
  g_assert_true (myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (fixture->split)));
  g_assert_cmpint (gtk_widget_get_width (fixture->sidebar), >=, 260);
  g_assert_cmpint (gtk_widget_get_width (fixture->sidebar), <=, 300);
  /* Beside each other, nothing left over. */
  g_assert_cmpfloat (get_x (fixture, fixture->content), ==, gtk_widget_get_width (fixture->sidebar));
  g_assert_cmpint (gtk_widget_get_width (fixture->content) + gtk_widget_get_width (fixture->sidebar), ==, 900);

  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (fixture->split), FALSE);
  wait_until (gtk_widget_get_width (fixture->content) == 900);
  g_assert_false (gtk_widget_get_mapped (fixture->sidebar));
}

static void
test_narrow (Fixture *fixture, gconstpointer data)
{
  show (fixture, 360);
  g_assert_true (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (fixture->split)));
  g_assert_false (myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (fixture->split)));
  g_assert_cmpint (gtk_widget_get_width (fixture->content), ==, 360);

  /* Over the content, which keeps its place and width. */
  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (fixture->split), TRUE);
  wait_until (gtk_widget_get_mapped (fixture->sidebar) && get_x (fixture, fixture->sidebar) == 0);
  g_assert_cmpint (gtk_widget_get_width (fixture->content), ==, 360);
  g_assert_cmpint (gtk_widget_get_width (fixture->sidebar), <=, 360);
}

static void
test_collapse (Fixture *fixture, gconstpointer data)
{
  int n_notified = 0;

  g_signal_connect_swapped (fixture->split, "notify::collapsed", G_CALLBACK (g_atomic_int_inc), &n_notified);
  show (fixture, 900);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 400, 400);
  wait_until (n_notified == 1);
  g_assert_true (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (fixture->split)));
  g_assert_false (myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (fixture->split)));
  /* What was shown in the wide window comes back. */
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 400);
  wait_until (n_notified == 2);
  g_assert_true (myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (fixture->split)));
}

static void
test_notify (Fixture *fixture, gconstpointer data)
{
  int n_notified = 0;

  g_signal_connect_swapped (fixture->split, "notify::show-sidebar", G_CALLBACK (g_atomic_int_inc), &n_notified);
  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (fixture->split), TRUE);
  g_assert_cmpint (n_notified, ==, 0);
  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (fixture->split), FALSE);
  g_object_set (fixture->split, "show-sidebar", FALSE, NULL);
  g_assert_cmpint (n_notified, ==, 1);
}

static void
test_banner (void)
{
  g_autoptr (GtkWidget) banner = g_object_ref_sink (myna_banner_new ());
  g_autoptr (GtkWidget) revealer = g_object_ref (gtk_widget_get_first_child (banner));

  g_assert_false (gtk_revealer_get_reveal_child (GTK_REVEALER (revealer)));
  myna_banner_show (MYNA_BANNER (banner), "The disk is full", "Delete something.", NULL, "Try Again", "app.retry", NULL);
  g_assert_true (gtk_revealer_get_reveal_child (GTK_REVEALER (revealer)));
  g_assert_true (test_has_label (banner, "The disk is full"));
  g_assert_true (test_has_label (banner, "Delete something."));
  g_assert_true (test_has_label (banner, "Try Again"));
  g_assert_false (test_has_label (banner, "ENOSPC"));
  myna_banner_show (MYNA_BANNER (banner), "Another", NULL, "ENOSPC", NULL, NULL, NULL);
  g_assert_false (test_has_label (banner, "The disk is full"));
  myna_banner_hide (MYNA_BANNER (banner));
  g_assert_false (gtk_revealer_get_reveal_child (GTK_REVEALER (revealer)));
}

/* ---- A task's window -------------------------------------------------------------------------------------------- */

#define TEST_TYPE_TASK (test_task_get_type ())
G_DECLARE_FINAL_TYPE (TestTask, test_task, TEST, TASK, MynaTaskWindow)

struct _TestTask
{
  MynaTaskWindow parent_instance;
};

G_DEFINE_FINAL_TYPE (TestTask, test_task, MYNA_TYPE_TASK_WINDOW)

static void
test_task_class_init (TestTaskClass *klass)
{
}

static void
test_task_init (TestTask *self)
{
}

static GtkWidget *
find_bar (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_PROGRESS_BAR (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_bar (child);

  return found;
}

/* How much is done is told by the bar, in words beside it, and to screen readers. */
static void
test_task_progress (void)
{
  MynaTaskWindow *window = g_object_new (TEST_TYPE_TASK, NULL);
  g_autoptr (StoreProgress) progress = store_progress_new ();
  GtkWidget *bar = find_bar (GTK_WIDGET (window));

  myna_task_window_begin (window, "Importing…", progress);
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar)), ==, 0);
  store_progress_set (progress, 3, 12);
  wait_until (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar)) == 0.25);
  g_assert_true (test_has_label (GTK_WIDGET (window), "Importing…"));
  g_assert_true (test_has_label (GTK_WIDGET (window), "25%"));
  g_assert_null (gtk_test_accessible_check_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, "Importing…"));
  g_assert_null (gtk_test_accessible_check_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "25%"));

  /* The next task begins from nothing, and one that nobody can measure says no numbers. */
  myna_task_window_end (window);
  myna_task_window_begin (window, "Restoring…", NULL);
  g_assert_false (test_has_label (GTK_WIDGET (window), "25%"));
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar)), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* 0 is said in a word, and the word can be typed. */
static void
test_spin_words (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *spin = gtk_spin_button_new_with_range (0, 100, 1);

  myna_spin_button_set_word (GTK_SPIN_BUTTON (spin), 0, "Automatic");
  gtk_window_set_child (GTK_WINDOW (window), spin);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin)), ==, "Automatic");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 7);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin)), ==, "7");
  gtk_editable_set_text (GTK_EDITABLE (spin), "automatic");
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)), ==, 0);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin)), ==, "Automatic");
  gtk_editable_set_text (GTK_EDITABLE (spin), "12");
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)), ==, 12);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A tooltip is a screen reader's description, as GTK's own are. */
static void
test_tooltip (void)
{
  GtkWidget *label = g_object_ref_sink (gtk_label_new ("x"));

  myna_set_tooltip (label, "More");
  g_assert_true (gtk_widget_get_has_tooltip (label));
  g_assert_cmpstr (myna_get_tooltip (label), ==, "More");
  g_assert_null (gtk_test_accessible_check_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "More"));
  myna_set_tooltip (label, NULL);
  g_assert_false (gtk_widget_get_has_tooltip (label));
  g_assert_null (myna_get_tooltip (label));
  g_object_unref (label);
}

/* The theme's colors are ones that a screen can show.  (libadwaita 1.7 gives its dark accent a blue of more than all there is.) */
static void
test_colors (void)
{
  static const char *const names[] = { "accent_color", "accent_bg_color", "warning_bg_color", "error_color" };
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_FORCE_DARK, ADW_COLOR_SCHEME_FORCE_LIGHT };
  GtkWidget *window = gtk_window_new ();

  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[i]);
      for (guint k = 0; k < G_N_ELEMENTS (names); k++)
        {
          GdkRGBA color = myna_widget_get_named_color (window, names[k]);

          g_assert_cmpfloat (MAX (MAX (color.red, color.green), color.blue), <=, 1);
          g_assert_cmpfloat (MIN (MIN (color.red, color.green), color.blue), >=, 0);
        }
    }
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A problem at the top of a page whose end is on the screen is seen all the same. */
static void
test_banner_in_page (void)
{
  GtkWidget *window = gtk_window_new (), *scroller = gtk_scrolled_window_new (), *banner = myna_banner_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *rest = adw_bin_new ();
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));

  gtk_widget_set_size_request (rest, -1, 2000);
  gtk_box_append (GTK_BOX (box), banner);
  gtk_box_append (GTK_BOX (box), rest);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  gtk_window_set_child (GTK_WINDOW (window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 300);
  gtk_window_present (GTK_WINDOW (window));
  wait_until (gtk_adjustment_get_page_size (place) > 0 && gtk_adjustment_get_upper (place) >= 2000);
  gtk_adjustment_set_value (place, 1500);
  myna_banner_show (MYNA_BANNER (banner), "Not everything came", "Some is left out.", NULL, NULL, NULL, NULL);
  wait_until (gtk_widget_get_height (banner) > 0 && gtk_adjustment_get_value (place) == 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A second window is no wider than one on a telephone, and as wide as it likes beside a wide one. */
static void
test_second_window (void)
{
  static const int widths[][2] = { { 360, 360 }, { 440, 440 }, { 1000, 520 } };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      GtkWidget *parent = gtk_window_new (), *window;

      gtk_window_set_default_size (GTK_WINDOW (parent), widths[i][0], 400);
      gtk_window_present (GTK_WINDOW (parent));
      wait_until (gtk_widget_get_width (parent) == widths[i][0]);
      window = gtk_window_new ();
      myna_secondary_window_add_keys (window);
      gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (parent));
      gtk_window_set_default_size (GTK_WINDOW (window), 520, 300);
      gtk_window_present (GTK_WINDOW (window));
      wait_until (gtk_widget_get_width (window) > 0);
      g_assert_cmpint (gtk_widget_get_width (window), ==, widths[i][1]);
      gtk_window_destroy (GTK_WINDOW (window));
      gtk_window_destroy (GTK_WINDOW (parent));
    }
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add ("/split-view/wide", Fixture, NULL, set_up, test_wide, tear_down);
  g_test_add ("/split-view/narrow", Fixture, NULL, set_up, test_narrow, tear_down);
  g_test_add ("/split-view/collapse", Fixture, NULL, set_up, test_collapse, tear_down);
  g_test_add ("/split-view/notify", Fixture, NULL, set_up, test_notify, tear_down);
  g_test_add_func ("/banner/texts", test_banner);
  g_test_add_func ("/banner/comes-into-view", test_banner_in_page);
  g_test_add_func ("/task-window/progress", test_task_progress);
  g_test_add_func ("/second-window", test_second_window);
  g_test_add_func ("/spin-words", test_spin_words);
  g_test_add_func ("/tooltip", test_tooltip);
  g_test_add_func ("/colors", test_colors);

  return g_test_run ();
}
