/* test-bar-place.c: what stands below a message never lies over it, in no frame, however it grows and the window changes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>

#include "conversation-view-fixture.h"
#include "markdown/block-view.h"
#include "transcript/chat-canvas.h"
#include "transcript/message-bar.h"
#include "transcript/myna-conversation-view.h"

#define N_STEPS 240

typedef struct
{
  View view;
  GRand *rng;
  guint n_rows; /* looked at */
} Bars;

/* Where the last line of the text ends, as it is drawn and not as it was measured, or the lowest edge of anything else. */
static void
find_lowest (GtkWidget *widget, GtkWidget *row, double *lowest)
{
  graphene_rect_t bounds;
  graphene_point_t point;

  if (!gtk_widget_get_mapped (widget) || !gtk_widget_compute_bounds (widget, row, &bounds))
    return;
  *lowest = MAX (*lowest, bounds.origin.y + bounds.size.height);
  if (MYNA_IS_BLOCK_VIEW (widget))
    {
      guint length = strlen (myna_block_view_get_block (MYNA_BLOCK_VIEW (widget))->string.text);

      myna_block_view_get_bounds (MYNA_BLOCK_VIEW (widget), length, length, &bounds);
      if (gtk_widget_compute_point (widget, row, &GRAPHENE_POINT_INIT (0, bounds.origin.y + bounds.size.height), &point))
        *lowest = MAX (*lowest, point.y);
    }
  if (GTK_IS_LABEL (widget))
    {
      PangoRectangle ink;
      int x, y;

      pango_layout_get_pixel_extents (gtk_label_get_layout (GTK_LABEL (widget)), NULL, &ink);
      gtk_label_get_layout_offsets (GTK_LABEL (widget), &x, &y);
      if (gtk_widget_compute_point (widget, row, &GRAPHENE_POINT_INIT (0, y + ink.height), &point))
        *lowest = MAX (*lowest, point.y);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    find_lowest (child, row, lowest);
}

static void
check_row (Bars *b, GtkWidget *row)
{
  GtkWidget *bar = gtk_widget_get_last_child (row);
  double lowest = 0;
  graphene_rect_t bounds;

  while (bar && !MYNA_IS_MESSAGE_BAR (bar))
    bar = gtk_widget_get_prev_sibling (bar);
  if (!bar || !gtk_widget_get_mapped (bar))
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (row); child; child = gtk_widget_get_next_sibling (child))
    if (child != bar && !GTK_IS_NATIVE (child))
      find_lowest (child, row, &lowest);
  g_assert_true (gtk_widget_compute_bounds (bar, row, &bounds));
  g_assert_cmpfloat (bounds.origin.y + 0.5, >=, lowest);
  /* Nor is it cut off by the next message. */
  g_assert_cmpfloat (bounds.origin.y + bounds.size.height, <=, gtk_widget_get_height (row) + 0.5);
  b->n_rows++;
}

static void
check_frame (Bars *b)
{
  GtkWidget *canvas = b->view.canvas;

  for (GtkWidget *row = canvas ? gtk_widget_get_first_child (canvas) : NULL; row; row = gtk_widget_get_next_sibling (row))
    if (gtk_widget_get_mapped (row))
      check_row (b, row);
}

static void
set_up (Bars *b, gconstpointer data)
{
  view_set_up (&b->view, NULL);
  b->rng = g_rand_new_with_seed (g_test_rand_int ());
  gtk_window_set_default_size (GTK_WINDOW (b->view.window), 360, 500);
  exchange (&b->view, "q", "a");
  g_signal_connect_swapped (gtk_widget_get_frame_clock (b->view.window), "after-paint", G_CALLBACK (check_frame), b);
}

static void
tear_down (Bars *b, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (b->view.window), b);
  g_rand_free (b->rng);
  view_tear_down (&b->view, NULL);
}

static void
let_frames_pass (Bars *b, int n)
{
  gint64 end = gdk_frame_clock_get_frame_counter (gtk_widget_get_frame_clock (b->view.window)) + n;

  while (gdk_frame_clock_get_frame_counter (gtk_widget_get_frame_clock (b->view.window)) < end)
    {
      gtk_widget_queue_draw (b->view.canvas);
      g_main_context_iteration (NULL, TRUE);
    }
}

/* As often, frames or not. */
static void
let_loop_run (Bars *b, int n)
{
  while (n-- > 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}

/* One of the things that change what a row takes. */
static void
disturb (Bars *b)
{
  static const int widths[] = { 360, 361, 372, 400, 520, 700 };
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (b->view.canvas));

  switch (g_rand_int_range (b->rng, 0, 5))
    {
    case 0:
      gtk_window_set_default_size (GTK_WINDOW (b->view.window), widths[g_rand_int_range (b->rng, 0, G_N_ELEMENTS (widths))],
                                   g_rand_int_range (b->rng, 360, 560));
      break;
    case 1:
      gtk_adjustment_set_value (adjustment, g_rand_double_range (b->rng, 0, gtk_adjustment_get_upper (adjustment)));
      break;
    case 2: myna_chat_canvas_scroll_to_end (MYNA_CHAT_CANVAS (b->view.canvas)); break;
    default: break;
    }
}

/* Replies of one to a few lines are written, each word or a few of them in a frame of its own. */
static void
test_grows (Bars *b, gconstpointer data)
{
  static const char *const words[] = { "a ",
                                       "rather ",
                                       "long-winded ",
                                       "answer ",
                                       "**bold** ",
                                       "一只",
                                       "小鸟在树上唱歌，",
                                       "`code` ",
                                       "[link](https://example.org) ",
                                       "\n\n",
                                       "\n- item ",
                                       "$x^2$ " };
  for (int reply = 0; reply < 6; reply++)
    {
      myna_conversation_send (b->view.base.conversation,
                              reply % 2 ? "Why?" : "Why is it that this question has more than one line?");
      fixture_requested (&b->view.base);
      for (int i = 0; i < N_STEPS / 6; i++)
        {
          for (int n = g_rand_int_range (b->rng, 0, 4); n > 0; n--)
            fake_generator_say (b->view.base.engine, words[g_rand_int_range (b->rng, 0, G_N_ELEMENTS (words))]);
          disturb (b);
          if (g_rand_int_range (b->rng, 0, 3) == 0)
            let_frames_pass (b, g_rand_int_range (b->rng, 1, 3));
        }
      fake_generator_end (b->view.base.engine, reply % 3 ? GLM_STOP_END : GLM_STOP_LENGTH);
      fixture_idle (&b->view.base);
      let_frames_pass (b, 2);
    }
  g_assert_cmpuint (b->n_rows, >, 100);
}

/* Nothing is there for some frames, then all of it.  (GTK takes how a widget is measured from what its children were before: what
 * had no text was measured as if it had all the room there is.) */
static void
test_at_once (Bars *b, gconstpointer data)
{
  for (int reply = 0; reply < 4; reply++)
    {
      myna_conversation_send (b->view.base.conversation, "Why?");
      fixture_requested (&b->view.base);
      let_frames_pass (b, 3);
      fake_generator_say (b->view.base.engine,
                          "A short answer that nevertheless takes more than one line in a window as narrow as this.");
      if (reply % 2)
        let_frames_pass (b, 1);
      fake_generator_end (b->view.base.engine, GLM_STOP_END);
      fixture_idle (&b->view.base);
      let_frames_pass (b, 3);
    }
}

/* What is in it takes its time to be highlighted, typeset and told about. */
static const char rich[] =
    "<think>The person asks about quicksort. Partition, recursion, then the cost.</think>**Quicksort** picks a *pivot* and splits the "
    "list in two.\n\n## The steps\n\n1. Choose a pivot.\n2. Move what is smaller before it, and what is larger behind it.\n"
    "3. Sort both parts the same way.\n\n```python\ndef quicksort(numbers):\n    if len(numbers) < 2:\n        return numbers\n"
    "    pivot, *rest = numbers\n    return quicksort([n for n in rest if n < pivot]) + [pivot] + quicksort([n for n in rest])\n```\n\n"
    "| case | time | when |\n|:--|:-:|--:|\n| best | $O(n \\log n)$ | the pivot is the median |\n"
    "| worst | $O(n^2)$ | the list is sorted already |\n\nOn average\n\n$$T(n) = n - 1 + \\frac{1}{n} \\sum_{i=0}^{n-1} T(i)$$\n\n"
    "> Sorting is a solved problem, until it is slow.\n\nSee <https://example.org/quicksort> for more, ~~or not~~ `qsort(3)`.\n";

/* A chat is opened, left and opened again, while the window changes. */
static void
test_opened (Bars *b, gconstpointer data)
{
  MynaConversationView *view = MYNA_CONVERSATION_VIEW (b->view.view);
  gint64 id;

  exchange (&b->view, "How does quicksort work, and how fast is it?", rich);
  exchange (&b->view, "n = 1,000,000?", "About 19.9 million.");
  id = myna_conversation_get_id (b->view.base.conversation);
  for (int i = 0; i < N_STEPS / 8; i++)
    {
      g_autoptr (MynaConversation) again = myna_conversation_new (b->view.base.db, MYNA_GENERATOR (b->view.base.engine), id);

      b->view.canvas = NULL;
      myna_conversation_view_set_conversation (view, again);
      let_loop_run (b, g_rand_int_range (b->rng, 0, 40));
      wait_for ((b->view.canvas = find_named (b->view.view, "chatcanvas")));
      for (int n = g_rand_int_range (b->rng, 1, 6); n > 0; n--)
        {
          disturb (b);
          let_frames_pass (b, g_rand_int_range (b->rng, 1, 4));
        }
      b->view.canvas = NULL;
      myna_conversation_view_set_conversation (view, b->view.base.conversation);
    }
  g_assert_cmpuint (b->n_rows, >, 100);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add ("/bar-place/opened", Bars, NULL, set_up, test_opened, tear_down);
  g_test_add ("/bar-place/at-once", Bars, NULL, set_up, test_at_once, tear_down);
  g_test_add ("/bar-place/grows", Bars, NULL, set_up, test_grows, tear_down);
  return g_test_run ();
}
