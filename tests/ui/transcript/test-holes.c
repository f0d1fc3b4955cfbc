/* test-holes.c: however the chat is scrolled, each frame has every block in sight, as high as in a text laid out as a whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>

#include "markdown/block-column.h"
#include "markdown/markdown-view.h"
#include "transcript/chat-canvas.h"
#include "window-test.h"

#define N_BLOCKS    160
#define N_STEPS     60
#define MAX_SPACING 18 /* between two blocks */

/* ---- Texts ------------------------------------------------------------------------------------------------------ */

/* Blocks of all kinds, whose heights no estimate gets right. */
static char *
make_text (GRand *rng)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < N_BLOCKS; i++)
    {
      int n = g_rand_int_range (rng, 1, 12);

      switch (g_rand_int_range (rng, 0, 7))
        {
        case 0:
          g_string_append_printf (text, "```c\nint block_%d;\n", i);
          for (int j = 0; j < n; j++)
            g_string_append (
                text, j % 2 ? "f ();\n"
                            : "a_long_name_of_a_function (of_many, arguments, that_are, longer, than, a_line, 1, 2, 3, 4);\n");
          g_string_append (text, "```\n\n");
          break;
        case 1:
          g_string_append (text, "| one | two |\n| --- | --- |\n");
          for (int j = 0; j < n; j++)
            g_string_append_printf (
                text, "| cell %d | %s |\n", j,
                j % 3 ? "x"
                      : "a cell with so many words that it takes several lines of its own in most windows, even wide ones");
          g_string_append_c (text, '\n');
          break;
        case 2: g_string_append (text, "$$\n\\frac{\\frac{a}{b}}{\\frac{c}{d}} + \\sum_{i=0}^{n} i^2\n$$\n\n"); break;
        case 3: g_string_append_printf (text, "## Heading %d\n\n", i); break;
        case 4:
          for (int j = 0; j < n; j++)
            g_string_append_printf (text, "- item %d\n", j);
          g_string_append_c (text, '\n');
          break;
        default:
          for (int j = 0; j < n * n; j++)
            g_string_append_printf (text, "%s%d ", j % 5 ? "word" : "汉字汉字", i);
          g_string_append (text, "\n\n");
        }
    }
  return g_string_free (text, FALSE);
}

/* ---- A transcript of such texts --------------------------------------------------------------------------------- */

typedef struct
{
  GtkWidget *window, *copy_window;
  MynaChatCanvas *canvas;
  GtkAdjustment *adjustment;
  GListStore *store;
  GtkWidget *copies[3];
  GRand *rng;
  guint n_frames;
  double fling; /* pixels a frame, set after the canvas has done its work for the frame, as kinetic scrolling does */
} Fixture;

static guint
kind (gpointer item, gpointer user_data)
{
  return 0;
}

static void
shifted_cb (GtkWidget *view, int y, int delta, gpointer user_data)
{
  MynaChatCanvas *canvas = MYNA_CHAT_CANVAS (gtk_widget_get_parent (view));

  myna_chat_canvas_shift_row (canvas, view, y, delta);
}

static GtkWidget *
create (guint row_kind, gpointer user_data)
{
  GtkWidget *view = myna_markdown_view_new ();

  g_signal_connect (view, "shifted", G_CALLBACK (shifted_cb), NULL);
  return view;
}

static void
bind (GtkWidget *row, gpointer item, gpointer user_data)
{
  myna_markdown_view_set_text (MYNA_MARKDOWN_VIEW (row), gtk_string_object_get_string (item));
}

static void
unbind (GtkWidget *row, gpointer item, gpointer user_data)
{
}

static int
estimate (gpointer item, int width, gpointer user_data)
{
  return strlen (gtk_string_object_get_string (item)) / 4;
}

static gboolean
viewport (GtkWidget *row, int top, int bottom, gpointer user_data)
{
  return myna_markdown_view_set_viewport (MYNA_MARKDOWN_VIEW (row), top, bottom);
}

static const MynaChatCanvasFuncs funcs = {
  .kind = kind,
  .create = create,
  .bind = bind,
  .unbind = unbind,
  .estimate = estimate,
  .viewport = viewport,
};

/* Where a row is in the viewport. */
static graphene_rect_t
get_bounds (Fixture *f, GtkWidget *row)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (row, GTK_WIDGET (f->canvas), &bounds));
  return bounds;
}

static void
check_row (Fixture *f, guint position, GtkWidget *row)
{
  MynaBlockColumn *column = MYNA_BLOCK_COLUMN (row), *copy = MYNA_BLOCK_COLUMN (f->copies[position]);
  graphene_rect_t bounds = get_bounds (f, row);
  int height = gtk_widget_get_height (GTK_WIDGET (f->canvas));

  g_assert_cmpuint (column->items->len, ==, copy->items->len);
  for (guint i = 0; i < column->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (column, i), *whole = MYNA_ITEM (copy, i);
      int y = bounds.origin.y + item->y, top = MAX (0, y), bottom = MIN (height, y + item->height);

      if (top >= bottom)
        continue;
      g_assert_nonnull (item->widget);
      g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (item->widget)));
      g_assert_cmpint (item->height, ==, whole->height);
      if (i > 0 && y > 0)
        g_assert_cmpint (item->y - MYNA_ITEM (column, i - 1)->y - MYNA_ITEM (column, i - 1)->height, <=, MAX_SPACING);
    }
}

/* The frame as it was painted: rows without a gap between them, and in them every block in sight, as high as in the copies. */
static void
check_frame (Fixture *f)
{
  int height = gtk_widget_get_height (GTK_WIDGET (f->canvas)), covered = -1;

  f->n_frames++;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (f->store)); i++)
    {
      GtkWidget *row = myna_chat_canvas_get_row (f->canvas, i);
      graphene_rect_t bounds;

      if (!row || !gtk_widget_get_mapped (row))
        continue;
      bounds = get_bounds (f, row);
      if (covered >= 0)
        g_assert_cmpint (bounds.origin.y, ==, covered);
      else
        g_assert_true (i == 0 || bounds.origin.y <= 0);
      covered = bounds.origin.y + bounds.size.height;
      check_row (f, i, row);
    }
  g_assert_true (covered >= height
                 || myna_chat_canvas_get_row (f->canvas, g_list_model_get_n_items (G_LIST_MODEL (f->store)) - 1));
}

static void
wait_frames (Fixture *f, guint n)
{
  guint end = f->n_frames + n;

  while (f->n_frames < end)
    {
      gtk_widget_queue_draw (GTK_WIDGET (f->canvas));
      g_main_context_iteration (NULL, TRUE);
    }
}

static gboolean
fling_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  Fixture *f = user_data;

  if (f->fling != 0)
    gtk_adjustment_set_value (f->adjustment, gtk_adjustment_get_value (f->adjustment) + f->fling);
  return G_SOURCE_CONTINUE;
}

/* Blocks that are laid out, all of them, in a window of their own. */
static gboolean
is_whole (GtkWidget *copy)
{
  MynaBlockColumn *column = MYNA_BLOCK_COLUMN (copy);

  for (guint i = 0; i < column->items->len; i++)
    if (!MYNA_ITEM (column, i)->is_exact || !gtk_widget_get_mapped (GTK_WIDGET (MYNA_ITEM (column, i)->widget)))
      return FALSE;
  return column->items->len > 0;
}

static void
make_copies (Fixture *f)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  for (guint i = 0; i < G_N_ELEMENTS (f->copies); i++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (G_LIST_MODEL (f->store), i);

      f->copies[i] = myna_markdown_view_new ();
      bind (f->copies[i], item, NULL);
      gtk_box_append (GTK_BOX (box), f->copies[i]);
    }
  f->copy_window = gtk_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  gtk_window_set_child (GTK_WINDOW (f->copy_window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (f->copy_window), gtk_widget_get_width (myna_chat_canvas_get_row (f->canvas, 2)),
                               300);
  gtk_window_present (GTK_WINDOW (f->copy_window));
  for (guint i = 0; i < G_N_ELEMENTS (f->copies); i++)
    wait_until (is_whole (f->copies[i]));
  g_assert_cmpint (gtk_widget_get_width (f->copies[2]), ==, gtk_widget_get_width (myna_chat_canvas_get_row (f->canvas, 2)));
}

static void
setup (Fixture *f, gconstpointer data)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  f->rng = g_rand_new_with_seed (g_test_rand_int ());
  f->store = g_list_store_new (GTK_TYPE_STRING_OBJECT);
  for (guint i = 0; i < G_N_ELEMENTS (f->copies); i++)
    {
      g_autofree char *text = make_text (f->rng);
      g_autoptr (GtkStringObject) item = gtk_string_object_new (text);

      g_list_store_append (f->store, item);
    }
  f->canvas = MYNA_CHAT_CANVAS (myna_chat_canvas_new (&funcs, NULL));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (f->canvas));
  f->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (f->window), 600, 500);
  gtk_window_set_child (GTK_WINDOW (f->window), scroller);
  gtk_window_present (GTK_WINDOW (f->window));
  myna_chat_canvas_set_model (f->canvas, G_LIST_MODEL (f->store));
  f->adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (f->canvas));
  wait_until (myna_chat_canvas_get_row (f->canvas, 2) && gtk_widget_get_width (myna_chat_canvas_get_row (f->canvas, 2)) > 0);
  make_copies (f);
  g_signal_connect_swapped (gtk_widget_get_frame_clock (f->window), "after-paint", G_CALLBACK (check_frame), f);
  gtk_widget_add_tick_callback (f->window, fling_cb, f, NULL);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (f->window), f);
  gtk_window_destroy (GTK_WINDOW (f->window));
  gtk_window_destroy (GTK_WINDOW (f->copy_window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (f->store);
  g_rand_free (f->rng);
}

/* ---- Tests ------------------------------------------------------------------------------------------------------ */

/* Fourteen clicks up after opening, some of them in one frame. */
static void
test_wheel (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < N_STEPS; i++)
    {
      for (int clicks = g_rand_int_range (f->rng, 1, 15); clicks > 0; clicks--)
        gtk_adjustment_set_value (f->adjustment, gtk_adjustment_get_value (f->adjustment) - 63);
      wait_frames (f, g_rand_int_range (f->rng, 1, 3));
    }
}

/* To anywhere. */
static void
test_jumps (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < N_STEPS; i++)
    {
      double lower = gtk_adjustment_get_lower (f->adjustment), upper = gtk_adjustment_get_upper (f->adjustment);

      gtk_adjustment_set_value (f->adjustment, g_rand_double_range (f->rng, lower, upper));
      wait_frames (f, g_rand_int_range (f->rng, 1, 3));
    }
}

/* A swipe goes on by itself, up and down, faster than blocks are made ahead of it. */
static void
test_flings (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < N_STEPS / 6; i++)
    {
      f->fling = g_rand_int_range (f->rng, -900, 400);
      wait_frames (f, 6);
    }
  f->fling = 0;
}

#define ADD(path, function) g_test_add ("/holes/" path, Fixture, NULL, setup, function, teardown)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv);
  adw_init ();

  ADD ("wheel", test_wheel);
  ADD ("jumps", test_jumps);
  ADD ("flings", test_flings);
  return g_test_run ();
}
