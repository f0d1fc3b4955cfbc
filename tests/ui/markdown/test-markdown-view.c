/* test-markdown-view.c: the markdown view in a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <stdio.h>
#include <string.h>

#include "markdown/block-view.h"
#include "markdown/markdown-view.h"
#include "myna-resources.h"

typedef struct
{
  GtkWidget *window;
  MynaMarkdownView *view;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->window = gtk_window_new ();
  fixture->view = MYNA_MARKDOWN_VIEW (myna_markdown_view_new ());
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 500, 600);
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->view), (gpointer *) &fixture->view);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (fixture->view);
}

static int
get_height (Fixture *fixture, int width)
{
  int height;

  gtk_widget_measure (GTK_WIDGET (fixture->view), GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
  return height;
}

static GtkWidget *
get_block (Fixture *fixture, guint n)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (fixture->view));

  for (; child && n > 0; n--)
    child = gtk_widget_get_next_sibling (child);
  g_assert_true (MYNA_IS_BLOCK_VIEW (child));
  return child;
}

static const char everything[] =
    "# Head\n\nSome *text* with $x^2$.\n\n- one\n- two\n\n1. first\n\n> quote\n\n```c\nint x;\n```\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\n$$\\frac{1}{2}$$\n\nend";

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_assert_null (myna_markdown_view_get_selected_text (fixture->view));
  myna_markdown_view_set_text (fixture->view, everything);
  gtk_test_widget_wait_for_draw (fixture->window);
  myna_markdown_view_select_all (fixture->view);
  text = myna_markdown_view_get_selected_text (fixture->view);
  g_assert_cmpstr (text, ==,
                   "Head\n\nSome text with $x^2$.\n\n• one\n• two\n\n1. first\n\nquote\n\nint x;\n\na\tb\n1\t2\n\n---\n\n"
                   "$$\\frac{1}{2}$$\n\nend");
}

/* A selection stays as it is while text is added behind it. */
static void
test_selection_while_streaming (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL;

  myna_markdown_view_set_streaming (fixture->view, TRUE);
  myna_markdown_view_set_text (fixture->view, "One.\n\nTwo");
  myna_markdown_view_select_all (fixture->view);
  before = myna_markdown_view_get_selected_text (fixture->view);
  g_assert_cmpstr (before, ==, "One.\n\nTwo");
  myna_markdown_view_set_text (fixture->view, "One.\n\nTwo and *three*.\n\nFour.");
  after = myna_markdown_view_get_selected_text (fixture->view);
  g_assert_cmpstr (after, ==, "One.\n\nTwo");
  gtk_test_widget_wait_for_draw (fixture->window);
}

static void
test_search (Fixture *fixture, gconstpointer data)
{
  graphene_rect_t first, second;

  myna_markdown_view_set_text (fixture->view, "Ein ÄPFEL.\n\n| x | äpfel |\n|---|---|\n\n```\nÄpfel Äpfel\n```\n");
  gtk_test_widget_wait_for_draw (fixture->window);
  g_assert_cmpuint (myna_markdown_view_set_search (fixture->view, "äpfel"), ==, 4);
  g_assert_true (myna_markdown_view_show_match (fixture->view, 0, &first));
  g_assert_true (myna_markdown_view_show_match (fixture->view, 3, &second));
  g_assert_cmpfloat (second.origin.y, >, first.origin.y + 40);
  g_assert_cmpfloat (first.size.width, >, 20);
  g_assert_false (myna_markdown_view_show_match (fixture->view, 4, NULL));
  g_assert_cmpuint (myna_markdown_view_set_search (fixture->view, "birne"), ==, 0);
  myna_markdown_view_set_search (fixture->view, "pf");
  myna_markdown_view_set_text (fixture->view, "Ein ÄPFEL.\n\n| x | äpfel |\n|---|---|\n\n```\nÄpfel Äpfel\n```\nApfel");
  g_assert_cmpuint (myna_markdown_view_set_search (fixture->view, "pf"), ==, 5);
  g_assert_cmpuint (myna_markdown_view_set_search (fixture->view, NULL), ==, 0);
}

/* Blocks that did not change keep their widgets, and a message that grew looks like one that was always so. */
static void
test_growing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *prefix = g_strdup (everything);
  GtkWidget *head = NULL;
  int grown, at_once;

  for (gsize n = 1; n <= strlen (everything); n++)
    {
      memcpy (prefix, everything, n);
      prefix[n] = '\0';
      myna_markdown_view_set_text (fixture->view, prefix);
      if (n % 16 == 0)
        gtk_test_widget_wait_for_draw (fixture->window);
      if (n == 20)
        head = get_block (fixture, 0);
      else if (n > 20)
        g_assert_true (get_block (fixture, 0) == head);
    }
  grown = get_height (fixture, 480);
  myna_markdown_view_set_text (fixture->view, "");
  g_assert_cmpint (get_height (fixture, 480), ==, 0);
  myna_markdown_view_set_text (fixture->view, everything);
  at_once = get_height (fixture, 480);
  g_assert_cmpint (grown, ==, at_once);
}

static void
test_narrow (Fixture *fixture, gconstpointer data)
{
  int minimum;

  myna_markdown_view_set_text (fixture->view,
                               "word word word word word word word word word word word word word word word\n\n"
                               "| a long cell in a table | another long cell | yet another long cell |\n|-|-|-|\n\n"
                               "```\na very long line of code that is much wider than the narrow window that it is in\n```\n");
  gtk_widget_measure (GTK_WIDGET (fixture->view), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 300);
  g_assert_cmpint (get_height (fixture, 300), >, get_height (fixture, 900));
  /* The view itself may be as narrow as a phone; what is in it scrolls or wraps. */
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 360, 600);
  gtk_test_widget_wait_for_draw (fixture->window);
}

/* Whether a block's text begins in the right half of the view. */
/* The blocks that have a widget; they stand in their order. */
static guint
count_widgets (Fixture *fixture)
{
  int last = -1, number;
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (fixture->view)); child;
       child = gtk_widget_get_next_sibling (child))
    {
      g_assert_cmpint (sscanf (myna_block_view_get_block (MYNA_BLOCK_VIEW (child))->string.text, "Paragraph %d", &number), ==,
                       1);
      g_assert_cmpint (number, >, last);
      last = number;
      n++;
    }
  return n;
}

static GtkWidget *
find_block (Fixture *fixture, const char *text)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (fixture->view));

  while (child && !strstr (myna_block_view_get_block (MYNA_BLOCK_VIEW (child))->string.text, text))
    child = gtk_widget_get_next_sibling (child);
  return child;
}

/* Of a long message only what is near the viewport is made; finding, copying and the keyboard get at the rest. */
static void
test_long (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) source = g_string_new (NULL), plain = g_string_new (NULL);
  g_autoptr (GtkWidget) view = g_object_ref (GTK_WIDGET (fixture->view));
  GtkWidget *scroller = gtk_scrolled_window_new ();
  g_autofree char *selected = NULL;
  graphene_rect_t bounds;

  gtk_window_set_child (GTK_WINDOW (fixture->window), scroller);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  for (int i = 0; i < 3000; i++)
    {
      g_string_append_printf (source, i == 2000 ? "Paragraph %d: [a link](https://example.org/)\n\n" : "Paragraph %d.\n\n", i);
      g_string_append_printf (plain, i == 2000 ? "%sParagraph %d: a link" : "%sParagraph %d.", i ? "\n\n" : "", i);
    }
  myna_markdown_view_set_text (fixture->view, source->str);
  myna_markdown_view_set_viewport (fixture->view, 0, 600);
  while (gtk_widget_get_height (view) < 30000)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count_widgets (fixture), <, 200);

  g_assert_cmpuint (myna_markdown_view_set_search (fixture->view, "graph 1500."), ==, 1);
  g_assert_true (myna_markdown_view_show_match (fixture->view, 0, &bounds));
  g_assert_cmpfloat_with_epsilon (bounds.origin.y, get_height (fixture, 500) / 2.0, get_height (fixture, 500) / 20.0);
  myna_markdown_view_set_viewport (fixture->view, (int) bounds.origin.y - 300, (int) bounds.origin.y + 300);
  while (!gtk_widget_get_mapped (find_block (fixture, "graph 1500.")))
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (find_block (fixture, "graph 1495."));
  g_assert_cmpuint (count_widgets (fixture), <, 400);

  g_assert_true (gtk_widget_child_focus (GTK_WIDGET (fixture->view), GTK_DIR_TAB_FORWARD));
  g_assert_nonnull (find_block (fixture, "Paragraph 2000"));
  g_assert_true (
      gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (fixture->window)), find_block (fixture, "Paragraph 2000")));
  g_assert_cmpuint (count_widgets (fixture), <, 400);

  myna_markdown_view_select_all (fixture->view);
  g_assert_cmpuint (count_widgets (fixture), <, 400);
  selected = myna_markdown_view_get_selected_text (fixture->view);
  g_assert_cmpstr (selected, ==, plain->str);
  count_widgets (fixture);

  /* Another text in its place. */
  myna_markdown_view_set_text (fixture->view, "Paragraph 1.\n\nParagraph 2.");
  g_assert_cmpuint (count_widgets (fixture), ==, 2);
}

static gboolean
is_at_right (Fixture *fixture, guint n)
{
  GtkWidget *block = get_block (fixture, n);
  graphene_rect_t bounds;
  graphene_point_t origin;

  myna_block_view_get_bounds (MYNA_BLOCK_VIEW (block), 0, 2, &bounds);
  g_assert_true (gtk_widget_compute_point (block, GTK_WIDGET (fixture->view), &bounds.origin, &origin));
  return origin.x > gtk_widget_get_width (GTK_WIDGET (fixture->view)) / 2.0;
}

/* A message in Arabic or Hebrew begins at the right, with its lists and tables; Latin paragraphs in it at the left. */
static void
test_right_to_left (Fixture *fixture, gconstpointer data)
{
  static const GtkTextDirection directions[] = { GTK_TEXT_DIR_LTR, GTK_TEXT_DIR_RTL };

  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    {
      gtk_widget_set_default_direction (directions[i]);
      myna_markdown_view_set_text (fixture->view, "**مرحبا**\n\nLatin.\n\n* שלום\n\n| س | y |\n|---|--:|\n| ص | 1 |");
      gtk_test_widget_wait_for_draw (fixture->window);
      g_assert_true (is_at_right (fixture, 0));
      g_assert_false (is_at_right (fixture, 1));
      g_assert_true (is_at_right (fixture, 2));
      g_assert_true (is_at_right (fixture, 3));
      myna_markdown_view_set_text (fixture->view, "12. Hello\n\nمرحبا\n\n| y | س |\n|---|--:|\n| z | 1 |");
      gtk_test_widget_wait_for_draw (fixture->window);
      g_assert_false (is_at_right (fixture, 0));
      g_assert_true (is_at_right (fixture, 1));
      g_assert_false (is_at_right (fixture, 2));
    }
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

static void
find_drawn (GskRenderNode *node, float x, float y, GArray *bounds)
{
  graphene_rect_t own;

  gsk_render_node_get_bounds (node, &own);
  if (gsk_render_node_get_node_type (node) == GSK_CAIRO_NODE)
    {
      graphene_rect_offset (&own, x, y);
      g_array_append_val (bounds, own);
    }
  else if (gsk_render_node_get_node_type (node) == GSK_CONTAINER_NODE)
    for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
      find_drawn (gsk_container_node_get_child (node, i), x, y, bounds);
  else if (gsk_render_node_get_node_type (node) == GSK_DEBUG_NODE)
    find_drawn (gsk_debug_node_get_child (node), x, y, bounds);
}

/* A formula is drawn where the text has room for it, also in a line that is written from the right. */
static void
test_formula_place (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "Text $a+b+c$ and more.", "فقرة فيها صيغة $a+b+c$ في الوسط ثم نص.", "$x^2$ في البداية",
                                       "صيغة في النهاية: $x^2$", "שלום $y_1$ עולם" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GArray) drawn = g_array_new (FALSE, FALSE, sizeof (graphene_rect_t));
      MynaBlockView *block;
      GtkSnapshot *snapshot;
      GskRenderNode *node;
      graphene_rect_t room, formula;
      guint at;

      myna_markdown_view_set_text (fixture->view, texts[i]);
      gtk_test_widget_wait_for_draw (fixture->window);
      block = MYNA_BLOCK_VIEW (get_block (fixture, 0));
      at = strstr (myna_block_view_get_block (block)->string.text, "\uFFFC") - myna_block_view_get_block (block)->string.text;
      myna_block_view_get_bounds (block, at, at + 3, &room);
      snapshot = gtk_snapshot_new ();
      GTK_WIDGET_GET_CLASS (block)->snapshot (GTK_WIDGET (block), snapshot);
      node = gtk_snapshot_free_to_node (snapshot);
      find_drawn (node, 0, 0, drawn);
      /* Before it Pango's renderer draws the room, which is empty. */
      g_assert_cmpuint (drawn->len, >=, 1);
      formula = g_array_index (drawn, graphene_rect_t, drawn->len - 1);
      g_assert_cmpfloat_with_epsilon (formula.origin.x, room.origin.x, 4);
      g_assert_cmpfloat_with_epsilon (formula.origin.x + formula.size.width, room.origin.x + room.size.width, 4);
      gsk_render_node_unref (node);
    }
}

/* What <details> folds away is unfolded by its head and by what is found in it, and is copied in any case. */
static void
test_details (Fixture *fixture, gconstpointer data)
{
  GtkWidget *head, *button;
  g_autofree char *folded = NULL, *text = NULL;

  myna_markdown_view_set_text (fixture->view, "a\n\n<details>\n<summary>Why</summary>\n\n**hidden** text\n\n</details>\n\nb");
  gtk_test_widget_wait_for_draw (fixture->window);
  head = get_block (fixture, 1);
  button = gtk_widget_get_first_child (head);
  g_assert_cmpstr (myna_block_view_get_block (MYNA_BLOCK_VIEW (head))->string.text, ==, "Why");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Why");
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_STATE_EXPANDED, FALSE);
  g_assert_null (find_block (fixture, "hidden"));
  folded = myna_markdown_view_get_text (fixture->view);
  g_assert_cmpstr (folded, ==, "a\n\nWhy\n\nhidden text\n\nb");

  g_assert_true (gtk_widget_activate (button));
  while (!find_block (fixture, "hidden"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (get_block (fixture, 1) == head);
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_STATE_EXPANDED, TRUE);
  /* It stays so while the reply goes on, and not in another one. */
  myna_markdown_view_set_text (fixture->view, "a\n\n<details>\n<summary>Why</summary>\n\n**hidden** text\n\n</details>\n\nb c");
  g_assert_nonnull (find_block (fixture, "hidden"));
  myna_markdown_view_set_text (fixture->view, "c\n\n<details>\n<summary>Why</summary>\n\nhidden\n\n</details>");
  g_assert_null (find_block (fixture, "hidden"));
  g_assert_cmpuint (myna_markdown_view_set_search (fixture->view, "hidd"), ==, 1);
  g_assert_nonnull (find_block (fixture, "hidden"));
  text = myna_markdown_view_get_text (fixture->view);
  g_assert_cmpstr (text, ==, "c\n\nWhy\n\nhidden");
}

static char *
make_parts (guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "## Part %u\n\nSome **bold** text with `code` in it.\n\n- a\n- b\n\n", i);
  return g_string_free (text, FALSE);
}

static gboolean
ends_with (Fixture *fixture, const char *end)
{
  g_autofree char *text = myna_markdown_view_get_text (fixture->view);

  return g_str_has_suffix (text, end);
}

/* A long text is there at once, and as markdown when the thread has parsed it; what comes meanwhile follows. */
static void
test_long_text (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = make_parts (6000), *more = g_strconcat (text, "**x**", NULL);

  myna_markdown_view_set_viewport (fixture->view, 0, 600);
  myna_markdown_view_set_text (fixture->view, text);
  g_assert_cmpstr (myna_block_view_get_block (MYNA_BLOCK_VIEW (get_block (fixture, 0)))->string.text, ==, "Part 0");
  g_assert_true (ends_with (fixture, "`code` in it.\n\n- a\n- b\n\n"));
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *prefix = g_strndup (more, strlen (text) + i);

      myna_markdown_view_set_text (fixture->view, prefix);
    }
  myna_markdown_view_set_text (fixture->view, more);
  while (!ends_with (fixture, "x"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (ends_with (fixture, "Some bold text with code in it.\n\n• a\n• b\n\nx"));

  /* Another text in its place, while the thread is at work: nothing of the first comes back. */
  myna_markdown_view_set_text (fixture->view, "");
  myna_markdown_view_set_text (fixture->view, text);
  myna_markdown_view_set_text (fixture->view, "**other**");
  for (gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 4; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (ends_with (fixture, "other"));

  /* The view goes while the thread is at work. */
  myna_markdown_view_set_text (fixture->view, more);
}

static void
test_accessible (Fixture *fixture, gconstpointer data)
{
  GtkWidget *code, *header, *copy;

  myna_markdown_view_set_text (fixture->view,
                               "# Head\n\nText with $x$.\n\n```c\nint x;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
  gtk_test_widget_wait_for_draw (fixture->window);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (get_block (fixture, 0)), GTK_ACCESSIBLE_ROLE_HEADING);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (get_block (fixture, 0)), GTK_ACCESSIBLE_PROPERTY_LABEL, "Head");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (get_block (fixture, 1)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Text with $x$.");
  code = get_block (fixture, 2);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (code), GTK_ACCESSIBLE_PROPERTY_LABEL, "Code, c");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (code), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "int x;");
  header = gtk_widget_get_first_child (code);
  copy = gtk_widget_get_last_child (header);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (copy), GTK_ACCESSIBLE_PROPERTY_LABEL, "Copy Code");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (get_block (fixture, 3)), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "a\tb\n1\t2");
}

static void
got_text (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(char **) user_data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

/* The Copy button gives the code as it was written, hidden characters included. */
static void
test_copy_code (Fixture *fixture, gconstpointer data)
{
  GtkWidget *header;
  char *text = NULL;

  myna_markdown_view_set_text (fixture->view, "```\na\u200bb\n\tc\n```\n");
  gtk_test_widget_wait_for_draw (fixture->window);
  header = gtk_widget_get_first_child (get_block (fixture, 0));
  g_signal_emit_by_name (gtk_widget_get_last_child (header), "clicked");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (header), NULL, got_text, &text);
  while (text == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (text, ==, "a\u200bb\n\tc");
  g_free (text);
}

/* A row that is used again may get its next text before it was ever placed: its height is that of the new text. */
static void
test_height_of_next_text (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[][2] = {
    { "```c\n1;\n2;\n3;\n4;\n5;\n6;\n```\n", "```c\n1;\n```\n" },
    { "| a |\n| --- |\n| 1 |\n| 2 |\n| 3 |\n", "| a |\n| --- |\n| 1 |\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      int height;

      myna_markdown_view_set_text (fixture->view, "");
      myna_markdown_view_set_text (fixture->view, texts[i][1]);
      height = get_height (fixture, 400);
      myna_markdown_view_set_text (fixture->view, texts[i][0]);
      g_assert_cmpint (get_height (fixture, 400), >, height);
      myna_markdown_view_set_text (fixture->view, texts[i][1]);
      g_assert_cmpint (get_height (fixture, 400), ==, height);
    }
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  myna_register_resource ();
#define ADD(path, func) g_test_add ("/markdown-view/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("height-of-next-text", test_height_of_next_text);
  ADD ("copy", test_copy);
  ADD ("selection-while-streaming", test_selection_while_streaming);
  ADD ("search", test_search);
  ADD ("growing", test_growing);
  ADD ("narrow", test_narrow);
  ADD ("long", test_long);
  ADD ("right-to-left", test_right_to_left);
  ADD ("formula-place", test_formula_place);
  ADD ("details", test_details);
  ADD ("long-text", test_long_text);
  ADD ("accessible", test_accessible);
  ADD ("copy-code", test_copy_code);
#undef ADD
  return g_test_run ();
}
