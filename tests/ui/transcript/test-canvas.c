/* test-canvas.c: what is being read stays where it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>

#include "transcript/chat-canvas.h"

#define N_ROWS 2000

/* An item is a GObject that knows its row's height; a row is a widget of that height. */
static int
height_of (gpointer item)
{
  return GPOINTER_TO_INT (g_object_get_data (item, "height"));
}

static guint
kind (gpointer item, gpointer user_data)
{
  return 0;
}

static GtkWidget *
create (guint row_kind, gpointer user_data)
{
  return gtk_drawing_area_new ();
}

static void
bind (GtkWidget *row, gpointer item, gpointer user_data)
{
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (row), height_of (item));
}

static void
unbind (GtkWidget *row, gpointer item, gpointer user_data)
{
}

/* Wrong on purpose. */
static int
estimate (gpointer item, int width, gpointer user_data)
{
  return 100;
}

static const MynaChatCanvasFuncs funcs = {
  .kind = kind,
  .create = create,
  .bind = bind,
  .unbind = unbind,
  .estimate = estimate,
};

typedef struct
{
  GtkWidget *window;
  MynaChatCanvas *canvas;
  GtkAdjustment *adjustment;
  GListStore *store;
} Fixture;

static GObject *
new_item (int height)
{
  GObject *item = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_set_data (item, "height", GINT_TO_POINTER (height));
  return item;
}

/* Lets frames pass until nothing is left to do. */
static void
settle (Fixture *f)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (f->window);
  gint64 end = gdk_frame_clock_get_frame_counter (clock) + 5;

  while (gdk_frame_clock_get_frame_counter (clock) < end)
    {
      gtk_widget_queue_draw (GTK_WIDGET (f->canvas));
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
setup (Fixture *f, gconstpointer data)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  f->store = g_list_store_new (G_TYPE_OBJECT);
  for (int i = 0; i < N_ROWS; i++)
    {
      g_autoptr (GObject) item = new_item (20 + (i * 7919) % 400);

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
  settle (f);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (f->store);
}

/* Where the top of a row is in the viewport. */
static double
row_top (Fixture *f, guint position)
{
  GtkWidget *row = myna_chat_canvas_get_row (f->canvas, position);
  graphene_rect_t bounds;

  g_assert_nonnull (row);
  g_assert_true (gtk_widget_compute_bounds (row, GTK_WIDGET (f->canvas), &bounds));
  return bounds.origin.y;
}

static void
grow (Fixture *f, guint position, int height)
{
  g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (f->store), position);
  GtkWidget *row = myna_chat_canvas_get_row (f->canvas, position);

  g_object_set_data (item, "height", GINT_TO_POINTER (height));
  if (row)
    gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (row), height);
}

static void
scroll_by (Fixture *f, double pixels)
{
  gtk_adjustment_set_value (f->adjustment, gtk_adjustment_get_value (f->adjustment) + pixels);
  settle (f);
}

static double
distance_to_end (Fixture *f)
{
  return gtk_adjustment_get_upper (f->adjustment) - gtk_adjustment_get_page_size (f->adjustment)
         - gtk_adjustment_get_value (f->adjustment);
}

static void
test_opens_at_end (Fixture *f, gconstpointer data)
{
  g_assert_true (myna_chat_canvas_get_at_end (f->canvas));
  g_assert_cmpfloat (distance_to_end (f), <, 1);
  g_assert_nonnull (myna_chat_canvas_get_row (f->canvas, N_ROWS - 1));
  g_assert_null (myna_chat_canvas_get_row (f->canvas, 0));
  /* Rows within a page of the viewport, of 20 px at least. */
  g_assert_cmpuint (myna_chat_canvas_get_n_rows (f->canvas), <, 40);
}

static void
test_follows_end (Fixture *f, gconstpointer data)
{
  g_autoptr (GObject) item = new_item (300);

  grow (f, N_ROWS - 1, 900);
  settle (f);
  g_assert_cmpfloat (distance_to_end (f), <, 1);
  g_list_store_append (f->store, item);
  settle (f);
  g_assert_cmpfloat (distance_to_end (f), <, 1);
  g_assert_true (myna_chat_canvas_get_at_end (f->canvas));
}

/* Scrolled up by a hair, the end is not followed any more. */
static void
test_leaves_end (Fixture *f, gconstpointer data)
{
  double top;

  scroll_by (f, -3);
  g_assert_false (myna_chat_canvas_get_at_end (f->canvas));
  top = row_top (f, N_ROWS - 1);
  grow (f, N_ROWS - 1, 2000);
  settle (f);
  g_assert_cmpfloat (row_top (f, N_ROWS - 1), ==, top);
  myna_chat_canvas_scroll_to_end (f->canvas);
  settle (f);
  g_assert_true (myna_chat_canvas_get_at_end (f->canvas));
}

static void
test_stays (Fixture *f, gconstpointer data)
{
  g_autoptr (GObject) item = new_item (777);
  guint position;
  int offset;
  double top;

  scroll_by (f, -20000);
  g_assert_true (myna_chat_canvas_get_anchor (f->canvas, &position, &offset));
  top = row_top (f, position);

  /* Heights change above (in the margin), below, and far away. */
  grow (f, position - 1, 1234);
  settle (f);
  g_assert_cmpfloat (row_top (f, position), ==, top);
  grow (f, position + 3, 999);
  grow (f, N_ROWS - 1, 5000);
  settle (f);
  g_assert_cmpfloat (row_top (f, position), ==, top);

  /* Rows come and go above and below. */
  g_list_store_append (f->store, item);
  settle (f);
  g_assert_cmpfloat (row_top (f, position), ==, top);
  g_list_store_insert (f->store, 5, item);
  position++;
  settle (f);
  g_assert_cmpfloat (row_top (f, position), ==, top);
  g_list_store_splice (f->store, 0, 10, NULL, 0);
  position -= 10;
  settle (f);
  g_assert_cmpfloat (row_top (f, position), ==, top);
}

/* Through the whole list and back: each step moves by what was asked, whatever the estimates said. */
static void
test_scrolls_exactly (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 40; i++)
    {
      guint position;
      int offset;
      double top;

      g_assert_true (myna_chat_canvas_get_anchor (f->canvas, &position, &offset));
      top = row_top (f, position);
      scroll_by (f, -150);
      g_assert_cmpfloat (row_top (f, position), ==, top + 150);
    }
  gtk_adjustment_set_value (f->adjustment, gtk_adjustment_get_lower (f->adjustment));
  settle (f);
  g_assert_nonnull (myna_chat_canvas_get_row (f->canvas, 0));
  g_assert_cmpfloat (row_top (f, 0), >, 0);
}

/* What GtkScrolledWindow does after a swipe: it sets values that it counts on from its own, whatever they have become. */
static void
test_kinetic (Fixture *f, gconstpointer data)
{
  double value = gtk_adjustment_get_value (f->adjustment);

  for (int i = 0; i < 15; i++)
    {
      guint position;
      int offset;
      double top;

      g_assert_true (myna_chat_canvas_get_anchor (f->canvas, &position, &offset));
      top = row_top (f, position);
      value -= 390;
      gtk_adjustment_set_value (f->adjustment, value);
      settle (f);
      g_assert_cmpfloat (gtk_adjustment_get_value (f->adjustment), ==, value);
      g_assert_cmpfloat (row_top (f, position), ==, top + 390);
    }
}

static void
test_scroll_to (Fixture *f, gconstpointer data)
{
  myna_chat_canvas_scroll_to (f->canvas, 1000, 10);
  settle (f);
  /* In the upper third. */
  g_assert_cmpfloat (row_top (f, 1000), >, 0);
  g_assert_cmpfloat (row_top (f, 1000), <, 250);
}

static void
test_empties (Fixture *f, gconstpointer data)
{
  g_list_store_remove_all (f->store);
  settle (f);
  g_assert_cmpuint (myna_chat_canvas_get_n_rows (f->canvas), ==, 0);
  g_assert_true (myna_chat_canvas_get_at_end (f->canvas));
}

#define ADD(path, function) g_test_add ("/canvas/" path, Fixture, NULL, setup, function, teardown)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv);

  ADD ("opens-at-end", test_opens_at_end);
  ADD ("follows-end", test_follows_end);
  ADD ("leaves-end", test_leaves_end);
  ADD ("stays", test_stays);
  ADD ("scrolls-exactly", test_scrolls_exactly);
  ADD ("kinetic", test_kinetic);
  ADD ("scroll-to", test_scroll_to);
  ADD ("empties", test_empties);
  return g_test_run ();
}
