/* bench-ui.c: the transcript under load: a conversation of 10,000 messages, a reply streamed into it at 100 tokens/s
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is measured is the main thread's work: everything between two returns of poll().  The work of a frame is all of it
 * since the frame before (pieces, markdown, layout, painting into the frame), so nothing done between frames is lost.  It is
 * given as processor time of the thread, and as time on the clock, which is longer where others use the machine.
 * The store is a real one on the disk, the window a real one on whatever display there is.
 */
#include <adwaita.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <time.h>

#include "transcript/myna-conversation-view.h"
#include "fake-generator.h"
#include "store-test.h"

#define N_MESSAGES        10000
#define TOKENS_PER_SECOND 100
#define STREAM_SECONDS    10
#define N_SCROLLS         300

/* A technical answer with everything in it, as tokens of a few characters. */
static const char reply[] =
    "## Quicksort 快速排序\n\n快速排序先选一个枢轴，再把数组分成两部分，*递归*地排序。 Its average cost is **O(n log n)**.\n\n"
    "| Step | What happens | Cost |\n|---|:--|--:|\n| 1 | choose a pivot | O(1) |\n| 2 | partition | O(n) |\n\n"
    "1. Choose the pivot\n   - the median of three\n   - or a random one\n2. Partition\n3. Sort both parts\n\n"
    "```c\nstatic void\nquicksort (int *a, int n)\n{\n  if (n < 2)\n    return;\n  int p = a[n / 2];\n}\n```\n\n"
    "> Sedgewick's *three-way* version handles equal keys well.\n\nThe recurrence is $T(n) = 2T(n/2) + n$.\n\n";

typedef struct
{
  gint64 busy;    /* µs of work since the last frame */
  gint64 since;   /* when the last poll() returned */
  double cpu;     /* ms of processor time at the last frame */
  GArray *frames; /* double, ms on the clock */
  GArray *work;   /* double, ms of processor time */
  gboolean recording;
} Meter;

static Meter meter;

/* Processor time of this thread, ms. */
static double
thread_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static int
metered_poll (GPollFD *fds, guint n_fds, int timeout)
{
  int n;

  meter.busy += g_get_monotonic_time () - meter.since;
  n = g_poll (fds, n_fds, timeout);
  meter.since = g_get_monotonic_time ();
  return n;
}

static void
after_paint_cb (GdkFrameClock *clock)
{
  gint64 now = g_get_monotonic_time ();
  double ms = (meter.busy + now - meter.since) / 1000.0;
  double cpu = thread_time (), work = cpu - meter.cpu;

  meter.busy = 0;
  meter.since = now;
  meter.cpu = cpu;
  if (!meter.recording)
    return;
  g_array_append_val (meter.frames, ms);
  g_array_append_val (meter.work, work);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
report_times (const char *what, const char *unit, GArray *times)
{
  const double *t = (const double *) times->data;
  guint n = times->len, slow = 0, very_slow = 0;

  if (n == 0)
    return;
  g_array_sort (times, compare_doubles);
  for (guint i = 0; i < n; i++)
    {
      slow += t[i] > 16.7;
      very_slow += t[i] > 50;
    }
  g_print ("%-10s %-9s %4u frames  median %6.2f  p90 %6.2f  p99 %6.2f  max %6.2f ms   over 16.7: %u  over 50: %u\n", what, unit,
           n, t[n / 2], t[(n - 1) * 9 / 10], t[(n - 1) * 99 / 100], t[n - 1], slow, very_slow);
  g_array_set_size (times, 0);
}

static void
report (const char *what)
{
  report_times (what, "processor", meter.work);
  report_times (what, "clock", meter.frames);
}

/* Resident memory in MiB. */
static double
resident (void)
{
  g_autofree char *text = NULL;
  long size, pages = 0;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) || sscanf (text, "%ld %ld", &size, &pages) != 2)
    return 0;
  return pages * 4096.0 / (1 << 20);
}

/* ---- The conversation ------------------------------------------------------------------------------------------- */

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gint64 *) user_data = store_finish_id (STORE_DB (source), result, NULL);
}

static gint64
fill (StoreDb *db)
{
  gint64 id = test_add_conversation (db, "A long one"), parent = 0;

  for (int i = 0; i < N_MESSAGES; i++)
    {
      g_autoptr (StoreMessage) message = store_message_new ();
      gint64 added = 0;

      g_free (message->text);
      message->text = i % 2 ? g_strndup (reply, 60 + (i * 7919) % (sizeof reply - 61)) : g_strdup_printf ("Question %d?", i);
      if (!g_utf8_validate (message->text, -1, NULL))
        {
          char *valid = g_utf8_make_valid (message->text, -1);

          g_free (message->text);
          message->text = valid;
        }
      message->conversation_id = id;
      message->parent_id = parent;
      message->role = i % 2 ? STORE_ROLE_ASSISTANT : STORE_ROLE_USER;
      store_add_message_async (db, message, NULL, added_cb, &added);
      while (!added)
        g_main_context_iteration (NULL, TRUE);
      parent = added;
    }
  return id;
}

/* ---- Measuring -------------------------------------------------------------------------------------------------- */

typedef struct
{
  GtkWidget *window, *view;
  StoreDb *db;
  FakeGenerator *engine;
  gint64 id;
} Bench;

static GtkWidget *
find_widget (GtkWidget *widget, const char *css_name)
{
  if (g_str_equal (gtk_widget_get_css_name (widget), css_name))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, css_name);

      if (found)
        return found;
    }
  return NULL;
}

static gboolean
timeout_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (double seconds)
{
  gboolean over = FALSE;

  g_timeout_add (seconds * 1000, timeout_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
shows_last (Bench *bench, MynaConversation *conversation)
{
  GtkWidget *canvas = find_widget (bench->view, "chatcanvas");
  guint n = g_list_model_get_n_items (G_LIST_MODEL (conversation));
  g_autoptr (MynaMessage) last = n ? g_list_model_get_item (G_LIST_MODEL (conversation), n - 1) : NULL;
  GtkWidget *row = gtk_widget_get_last_child (canvas);

  return last && myna_message_get_loaded (last) && row && gtk_widget_get_mapped (row);
}

/* From the click in the history to the last messages on the screen. */
static MynaConversation *
bench_open (Bench *bench)
{
  gint64 start = g_get_monotonic_time ();
  double cpu = thread_time ();
  MynaConversation *conversation = myna_conversation_new (bench->db, MYNA_GENERATOR (bench->engine), bench->id);

  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (bench->view), conversation);
  while (!shows_last (bench, conversation))
    g_main_context_iteration (NULL, TRUE);
  g_print ("open       %d messages in %.0f ms on the clock, %.0f ms of the main thread; resident %.0f MiB\n", N_MESSAGES,
           (g_get_monotonic_time () - start) / 1000.0, thread_time () - cpu, resident ());
  return conversation;
}

static void
bench_stream (Bench *bench, MynaConversation *conversation)
{
  gint64 start, n = 0;
  const char *p = reply;

  myna_conversation_send (conversation, "Explain quicksort.");
  while (fake_generator_n_requests (bench->engine) == 0)
    g_main_context_iteration (NULL, TRUE);
  run_for (0.5);
  meter.recording = TRUE;
  start = g_get_monotonic_time ();
  while (n < STREAM_SECONDS * TOKENS_PER_SECOND)
    {
      if (g_get_monotonic_time () >= start + n * G_USEC_PER_SEC / TOKENS_PER_SECOND)
        {
          const char *end = g_utf8_offset_to_pointer (p, MIN (3, g_utf8_strlen (p, 12)));
          g_autofree char *token = g_strndup (p, end - p);

          fake_generator_say (bench->engine, token);
          p = *end ? end : reply;
          n++;
        }
      else if (!g_main_context_iteration (NULL, FALSE))
        g_main_context_iteration (NULL, TRUE);
    }
  meter.recording = FALSE;
  report ("streaming");
  fake_generator_end (bench->engine, GLM_STOP_END);
  run_for (0.5);
}

static void
bench_scroll (Bench *bench)
{
  GtkWidget *canvas = find_widget (bench->view, "chatcanvas");
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (canvas));

  meter.recording = TRUE;
  for (int i = 0; i < N_SCROLLS; i++)
    {
      gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 120);
      run_for (1 / 60.0);
    }
  meter.recording = FALSE;
  report ("scrolling");
  g_print ("resident   %.0f MiB after scrolling\n", resident ());
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static StoreDb *
open_store (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "chats.db", NULL);
  g_autoptr (GError) error = NULL;
  StoreDb *db = test_open (path, &error);

  g_assert_no_error (error);
  return db;
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = test_folder_new ();
  Bench bench = { 0 };
  MynaConversation *conversation;
  double load[3] = { 0 };

  if (!gtk_init_check ())
    {
      g_print ("No display.\n");
      return 77;
    }
  adw_init ();
  getloadavg (load, 3);
  g_print ("load average %.1f on %u processors\n", load[0], g_get_num_processors ());
  bench.db = open_store (folder);
  bench.engine = fake_generator_new ();
  bench.id = fill (bench.db);
  meter.frames = g_array_new (FALSE, FALSE, sizeof (double));
  meter.work = g_array_new (FALSE, FALSE, sizeof (double));
  meter.since = g_get_monotonic_time ();
  g_main_context_set_poll_func (NULL, metered_poll);

  bench.window = gtk_window_new ();
  bench.view = myna_conversation_view_new ();
  gtk_window_set_default_size (GTK_WINDOW (bench.window), 1000, 800);
  gtk_window_set_child (GTK_WINDOW (bench.window), bench.view);
  gtk_window_present (GTK_WINDOW (bench.window));
  gtk_widget_add_tick_callback (bench.view, tick_cb, NULL, NULL);
  run_for (0.5);
  g_signal_connect (gtk_widget_get_frame_clock (bench.window), "after-paint", G_CALLBACK (after_paint_cb), NULL);

  conversation = bench_open (&bench);
  bench_stream (&bench, conversation);
  bench_scroll (&bench);

  gtk_window_destroy (GTK_WINDOW (bench.window));
  g_clear_object (&conversation);
  g_clear_object (&bench.engine);
  store_close (bench.db);
  g_object_unref (bench.db);
  g_array_unref (meter.frames);
  g_array_unref (meter.work);
  test_folder_remove (g_steal_pointer (&folder));
  return 0;
}
