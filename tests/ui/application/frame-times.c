/* frame-times.c: preloaded into a GTK program by a benchmark: writes what each frame takes of a window that is drawn anew all the time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * $MYNA_FRAME_TIMES: a file that gets a line for each frame: when it was painted, and how long the main thread worked on it and how
 * long it came after the frame before, in milliseconds of the monotonic clock.
 */
#include <dlfcn.h>
#include <gtk/gtk.h>
#include <stdio.h>

static FILE *out;
static gint64 began, last;

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static void
before_cb (GdkFrameClock *clock, gpointer user_data)
{
  began = g_get_monotonic_time ();
}

static void
after_cb (GdkFrameClock *clock, gpointer user_data)
{
  gint64 now = g_get_monotonic_time ();

  fprintf (out, "%.3f %.3f %.3f\n", now / 1e3, (now - began) / 1e3, last ? (now - last) / 1e3 : 0);
  fflush (out);
  last = now;
}

void
gtk_window_present (GtkWindow *window)
{
  GdkFrameClock *clock;

  ((__typeof__ (&gtk_window_present)) dlsym (RTLD_NEXT, "gtk_window_present")) (window);
  if (out)
    return;
  out = fopen (g_getenv ("MYNA_FRAME_TIMES"), "w");
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  gtk_widget_add_tick_callback (GTK_WIDGET (window), tick_cb, NULL, NULL);
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), NULL);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), NULL);
}
