/* quick-frame.c: preloaded into Myna by a benchmark: writes when the small window for questions was drawn
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * $MYNA_QUICK_FRAME: a file that gets a line for each time that the window is presented: the monotonic time, in seconds, at
 * which its first frame since then was painted.
 */
#include <dlfcn.h>
#include <gtk/gtk.h>
#include <stdio.h>
#include <string.h>

static void
painted_cb (GdkFrameClock *clock, gpointer window)
{
  FILE *file;

  if (!gtk_widget_get_mapped (window))
    return;
  g_signal_handlers_disconnect_by_func (clock, painted_cb, window);
  file = fopen (g_getenv ("MYNA_QUICK_FRAME"), "ae");
  if (!file)
    return;
  fprintf (file, "%.6f\n", (double) g_get_monotonic_time () / 1e6);
  fclose (file);
}

void
gtk_window_present (GtkWindow *window)
{
  ((__typeof__ (&gtk_window_present)) dlsym (RTLD_NEXT, "gtk_window_present")) (window);
  if (strcmp (G_OBJECT_TYPE_NAME (window), "MynaQuickWindow") == 0)
    g_signal_connect (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint", G_CALLBACK (painted_cb), window);
}
