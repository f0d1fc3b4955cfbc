/* first-frame.c: preloaded into a GTK program by a benchmark: writes what the first frame of its first window took
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * $MYNA_FIRST_FRAME: a file that gets one line: processor time of the main thread and of the whole process, and the time since
 * the process began to run, in milliseconds.
 */
#include <dlfcn.h>
#include <gtk/gtk.h>
#include <sys/resource.h>

static double
used_ms (int who)
{
  struct rusage usage;

  getrusage (who, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static gint64 began;

__attribute__ ((constructor)) static void
begin (void)
{
  began = g_get_monotonic_time ();
}

static void
painted_cb (GdkFrameClock *clock, gpointer user_data)
{
  g_autofree char *line = g_strdup_printf ("%.1f %.1f %.1f\n", used_ms (RUSAGE_THREAD), used_ms (RUSAGE_SELF),
                                           (double) (g_get_monotonic_time () - began) / 1e3);

  g_signal_handlers_disconnect_by_func (clock, painted_cb, user_data);
  g_file_set_contents (g_getenv ("MYNA_FIRST_FRAME"), line, -1, NULL);
}

void
gtk_window_present (GtkWindow *window)
{
  static gboolean is_watched;

  ((__typeof__ (&gtk_window_present)) dlsym (RTLD_NEXT, "gtk_window_present")) (window);
  if (is_watched)
    return;
  is_watched = TRUE;
  g_signal_connect (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint", G_CALLBACK (painted_cb), NULL);
}
