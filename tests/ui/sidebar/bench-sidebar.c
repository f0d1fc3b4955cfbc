/* bench-sidebar.c: the sidebar with very many conversations: time to the first picture, scrolling, memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench-sidebar [N]: N conversations (default 100,000), made in a store in memory.  One line a figure.
 */
#include <stdlib.h>
#include <unistd.h>

#include "sidebar/myna-history-list.h"
#include "store-test.h"

static double
resident_megabytes (void)
{
  g_autofree char *text = NULL;
  long size, resident;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) || sscanf (text, "%ld %ld", &size, &resident) != 2)
    return 0;

  return (double) resident * (double) sysconf (_SC_PAGESIZE) / 1e6;
}

static double
seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1e6;
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer n_left)
{
  store_finish_id (STORE_DB (source), result, NULL);
  --*(int *) n_left;
}

static void
fill (StoreDb *db, int n)
{
  g_autoptr (StoreConversation) conversation = store_conversation_new ();
  gint64 now = g_get_real_time () / 1000;
  int n_left = n;

  for (int i = 0; i < n; i++)
    {
      g_free (conversation->title);
      conversation->title = g_strdup_printf ("Conversation %d 关于量化与矩阵", i);
      conversation->created_at = conversation->updated_at = now - (gint64) i * 400000;
      store_add_conversation_async (db, conversation, NULL, added_cb, &n_left);
      while (n_left + i > n + 1000)
        g_main_context_iteration (NULL, TRUE);
    }
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
}

typedef struct
{
  gint64 begin;
  double seconds; /* from the frame's beginning to its end */
  gboolean painted;
} Frame;

static void
before_paint_cb (GdkFrameClock *clock, Frame *frame)
{
  frame->begin = g_get_monotonic_time ();
}

static void
after_paint_cb (GdkFrameClock *clock, Frame *frame)
{
  frame->painted = TRUE;
  frame->seconds = seconds_since (frame->begin);
}

/* Runs the main loop until the next frame is on the screen.  How long its layout and painting took: the time between two
 * frames is the display's, 16.7 ms, as long as this is shorter. */
static double
wait_for_frame (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  Frame frame = { g_get_monotonic_time (), 0, FALSE };
  gulong before = g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), &frame);
  gulong after = g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint_cb), &frame);

  gtk_widget_queue_draw (window);
  while (!frame.painted)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (clock, before);
  g_signal_handler_disconnect (clock, after);

  return frame.seconds;
}

static int
compare_doubles (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static void
bench_scrolling (GtkWidget *window, GtkAdjustment *adjustment)
{
  enum
  {
    N = 300
  };
  double times[N];
  double span = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  for (int i = 0; i < N; i++)
    {
      /* Half by small steps, as a wheel does; half by leaps, as a dragged scroll bar does. */
      double value = i < N / 2 ? 120.0 * i : span * ((i * 37) % N) / N;
      gint64 start = g_get_monotonic_time ();

      gtk_adjustment_set_value (adjustment, value);
      times[i] = seconds_since (start) * 1e3;
      times[i] += wait_for_frame (window) * 1e3;
    }
  qsort (times, N, sizeof times[0], compare_doubles);
  g_print ("scrolling, work of a frame: median %.1f ms, p99 %.1f ms, longest %.1f ms\n", times[N / 2], times[N * 99 / 100],
           times[N - 1]);
}

static GtkWidget *
find_scroller (GtkWidget *widget)
{
  if (GTK_IS_SCROLLED_WINDOW (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_scroller (child);

      if (found)
        return found;
    }

  return NULL;
}

static void
bench_change (StoreDb *db, MynaHistoryModel *model)
{
  gint64 id = test_add_conversation (db, "The newest");
  gint64 start = g_get_monotonic_time ();

  while (!myna_history_model_get_title (model, id))
    g_main_context_iteration (NULL, TRUE);
  g_print ("a new conversation is in the list after %.1f ms\n", seconds_since (start) * 1e3);
}

int
main (int argc, char *argv[])
{
  int n = argc > 1 ? atoi (argv[1]) : 100000;
  StoreDb *db = test_open_memory ();
  g_autoptr (MynaHistoryModel) model = NULL;
  GtkWidget *window, *list, *scroller;
  double before;
  gint64 start;

  adw_init ();
  fill (db, n);
  before = resident_megabytes ();
  g_print ("%d conversations\n", n);

  start = g_get_monotonic_time ();
  model = myna_history_model_new ();
  list = myna_history_list_new (model);
  window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (window), 300, 760);
  adw_window_set_content (ADW_WINDOW (window), list);
  gtk_window_present (GTK_WINDOW (window));
  myna_history_model_set_store (model, db);
  while (myna_history_model_get_loading (model))
    g_main_context_iteration (NULL, TRUE);
  g_print ("read and grouped after %.0f ms\n", seconds_since (start) * 1e3);
  wait_for_frame (window);
  g_print ("first picture after %.0f ms\n", seconds_since (start) * 1e3);
  g_print ("memory for the list and its window: %.0f MB\n", resident_megabytes () - before);

  scroller = find_scroller (list);
  bench_scrolling (window, gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)));
  g_print ("memory after scrolling: %.0f MB\n", resident_megabytes () - before);
  bench_change (db, model);
  gtk_window_destroy (GTK_WINDOW (window));
  store_close (db);
  g_object_unref (db);

  return 0;
}
