/* bench-markdown.c: what a streaming reply costs the main thread, frame by frame
 *
 * A long message grows at 100 tokens a second in a real window: each frame adds what would have arrived.  Times are of the
 * thread's processor, so that other programs on the machine do not count.  Printed: the view's own work (parsing, laying out,
 * measuring), and the whole frame with GTK's drawing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <time.h>

#include "markdown/markdown-view.h"
#include "myna-resources.h"

#define TOKENS_PER_SECOND 100
#define BYTES_PER_TOKEN   4
#define FRAMES_PER_SECOND 60

typedef struct
{
  GtkWidget *view, *window;
  GString *message;
  gsize shown;
  double frame_start;
  GArray *view_ms, *frame_ms; /* of double */
  guint n_frames;
  GMainLoop *loop;
} Bench;

static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
report (const char *name, GArray *values)
{
  double sum = 0;

  g_array_sort (values, compare);
  for (guint i = 0; i < values->len; i++)
    sum += g_array_index (values, double, i);
#define AT(q) g_array_index (values, double, (guint) ((values->len - 1) * (q)))
  g_print ("%-24s mean %6.2f   median %6.2f   p99 %6.2f   max %6.2f ms\n", name, sum / values->len, AT (0.5), AT (0.99),
           AT (1.0));
#undef AT
}

static gboolean
add_tokens (GtkWidget *view, GdkFrameClock *clock, gpointer user_data)
{
  Bench *bench = user_data;
  g_autofree char *text = NULL;
  double start, ms;

  bench->shown += TOKENS_PER_SECOND * BYTES_PER_TOKEN / FRAMES_PER_SECOND;
  if (bench->shown >= bench->message->len)
    {
      g_main_loop_quit (bench->loop);
      return G_SOURCE_REMOVE;
    }
  while ((bench->message->str[bench->shown] & 0xC0) == 0x80)
    bench->shown++;
  text = g_strndup (bench->message->str, bench->shown);
  start = cpu_ms ();
  myna_markdown_view_set_text (MYNA_MARKDOWN_VIEW (view), text);
  gtk_widget_measure (view, GTK_ORIENTATION_VERTICAL, gtk_widget_get_width (view), NULL, NULL, NULL, NULL);
  ms = cpu_ms () - start;
  g_array_append_val (bench->view_ms, ms);
  return G_SOURCE_CONTINUE;
}

static void
before_paint (GdkFrameClock *clock, Bench *bench)
{
  bench->frame_start = cpu_ms ();
}

static void
after_paint (GdkFrameClock *clock, Bench *bench)
{
  double ms = cpu_ms () - bench->frame_start;

  g_array_append_val (bench->frame_ms, ms);
}

static char *
make_message (const char *path, gsize length)
{
  GString *message = g_string_new (NULL);
  g_autofree char *part = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &part, NULL, &error))
    g_error ("%s", error->message);
  do
    g_string_append_printf (message, "%s\n\n", part);
  while (message->len < length);
  return g_string_free (message, FALSE);
}

static void
run (const char *path, gsize start, gsize length)
{
  Bench bench = { .shown = start, .loop = g_main_loop_new (NULL, FALSE) };
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
  g_autofree char *message = make_message (path, start + length);
  GdkFrameClock *clock;

  bench.message = g_string_new_len (message, start + length);
  bench.view_ms = g_array_new (FALSE, FALSE, sizeof (double));
  bench.frame_ms = g_array_new (FALSE, FALSE, sizeof (double));
  bench.view = myna_markdown_view_new ();
  bench.window = gtk_window_new ();
  gtk_widget_add_css_class (bench.window, "conversation");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), bench.view);
  gtk_window_set_child (GTK_WINDOW (bench.window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (bench.window), 760, 800);
  gtk_window_present (GTK_WINDOW (bench.window));
  /* The end stays in sight, as in a transcript that is followed. */
  g_object_bind_property (adjustment, "upper", adjustment, "value", G_BINDING_DEFAULT);
  clock = gtk_widget_get_frame_clock (bench.window);
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint), &bench);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint), &bench);
  gtk_widget_add_tick_callback (bench.view, add_tokens, &bench, NULL);
  g_main_loop_run (bench.loop);
  g_signal_handlers_disconnect_by_data (clock, &bench);

  g_print ("from %zu to %zu KiB, %u frames\n", start / 1024, (start + length) / 1024, bench.view_ms->len);
  /* The first frame lays out all that was there before. */
  g_print ("  first frame of the view: %.2f ms\n", g_array_index (bench.view_ms, double, 0));
  g_array_remove_range (bench.view_ms, 0, 1);
  g_array_remove_range (bench.frame_ms, 0, MIN (2, bench.frame_ms->len));
  report ("  view", bench.view_ms);
  report ("  whole frame", bench.frame_ms);
  gtk_window_destroy (GTK_WINDOW (bench.window));
  g_array_unref (bench.view_ms);
  g_array_unref (bench.frame_ms);
  g_string_free (bench.message, TRUE);
  g_main_loop_unref (bench.loop);
}

typedef struct
{
  double start, first_frame, longest;
  guint n_frames;
} Whole;

static void
whole_before_paint (GdkFrameClock *clock, Whole *whole)
{
  whole->start = cpu_ms ();
}

static void
whole_after_paint (GdkFrameClock *clock, Whole *whole)
{
  double ms = cpu_ms () - whole->start;

  if (whole->n_frames++ == 0)
    whole->first_frame = ms;
  else
    whole->longest = MAX (whole->longest, ms);
}

/* A long message of the history is opened: what it takes until it is seen, and the longest frame after that. */
static void
run_whole (const char *path, gsize length)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *view = myna_markdown_view_new (), *window = gtk_window_new ();
  g_autofree char *message = make_message (path, length);
  Whole whole = { 0 };
  GdkFrameClock *clock;
  double start, ms;

  gtk_widget_add_css_class (window, "conversation");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_window_set_child (GTK_WINDOW (window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (window), 760, 800);
  gtk_window_present (GTK_WINDOW (window));
  for (gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 2; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  myna_markdown_view_set_viewport (MYNA_MARKDOWN_VIEW (view), 0, 800);
  clock = gtk_widget_get_frame_clock (window);
  g_signal_connect (clock, "before-paint", G_CALLBACK (whole_before_paint), &whole);
  g_signal_connect (clock, "after-paint", G_CALLBACK (whole_after_paint), &whole);
  start = cpu_ms ();
  myna_markdown_view_set_text (MYNA_MARKDOWN_VIEW (view), message);
  ms = cpu_ms () - start;
  for (gint64 end = g_get_monotonic_time () + 4 * G_USEC_PER_SEC; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  g_signal_handlers_disconnect_by_data (clock, &whole);
  g_print ("%zu KiB at once\n  set text %.0f ms, first frame %.0f ms, longest frame after it %.0f ms\n", length / 1024, ms,
           whole.first_frame, whole.longest);
  start = cpu_ms ();
  gtk_window_destroy (GTK_WINDOW (window));
  g_print ("  taken away in %.0f ms\n", cpu_ms () - start);
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    {
      g_printerr ("bench-markdown FILE.md\n");
      return 2;
    }
  adw_init ();
  myna_register_resource ();
  run (argv[1], 0, 6 * 1024);
  run (argv[1], 64 * 1024, 6 * 1024);
  run (argv[1], 256 * 1024, 4 * 1024);
  run_whole (argv[1], 64 * 1024);
  run_whole (argv[1], 1024 * 1024);
  return 0;
}
