/* test-conversation-view.c: the transcript in a window: keyboard, screen reader, find, hits, long messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <string.h>

#include "conversation-view-fixture.h"
#include "transcript/chat-canvas.h"
#include "composer/composer.h"
#include "transcript/message-row.h"
#include "transcript/myna-conversation-view.h"
#include "markdown/markdown-view.h"
#include "window-test.h"

/* ---- Looking ---------------------------------------------------------------------------------------------------- */

/* Whether a label with this text can be seen below the widget. */
static gboolean
has_label (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    if (has_label (child, text))
      return TRUE;
  return FALSE;
}

static GtkWidget *
focus (View *v)
{
  return gtk_root_get_focus (GTK_ROOT (v->window));
}

/* The position of the message that the keyboard is on as a whole, or -1. */
static int
focused_message (View *v)
{
  GtkWidget *widget = focus (v);

  return widget && MYNA_IS_MESSAGE_ROW (widget)
             ? (int) myna_conversation_find (v->base.conversation, myna_message_row_get_message (MYNA_MESSAGE_ROW (widget)))
             : -1;
}

/* Where a widget's top is in the transcript. */
static double
top_of (View *v, GtkWidget *widget)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (widget, v->canvas, &bounds));
  return bounds.origin.y;
}

/* ---- Keyboard --------------------------------------------------------------------------------------------------- */

static void
test_keyboard (View *v, gconstpointer data)
{
  exchange (v, "q1", "Read [this](https://example.org/a) or [**that** one](https://example.org/b).");
  exchange (v, "q2", "a2");

  /* Tab comes to the newest message that is seen, the arrow keys go from one to the next and stop at the ends. */
  g_assert_true (gtk_widget_child_focus (v->canvas, GTK_DIR_TAB_FORWARD));
  g_assert_cmpint (focused_message (v), ==, 3);
  g_assert_true (gtk_widget_child_focus (v->canvas, GTK_DIR_DOWN));
  g_assert_cmpint (focused_message (v), ==, 3);
  for (int i = 2; i >= 0; i--)
    {
      g_assert_true (gtk_widget_child_focus (v->canvas, GTK_DIR_UP));
      while (focused_message (v) < 0) /* through the buttons of the message on the way */
        g_assert_true (gtk_widget_child_focus (v->canvas, GTK_DIR_UP));
      g_assert_cmpint (focused_message (v), ==, i);
    }
}

static void
test_links (View *v, gconstpointer data)
{
  GtkWidget *row;

  exchange (v, "q1",
            "Read [this](https://example.org/a) or [**that** one](https://example.org/b).\n\n"
            "| x |\n|---|\n| [cell](https://example.org/c) |\n\n```c\nint x;\n```");
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 1);
  g_assert_true (gtk_widget_grab_focus (row));

  /* Each link is one stop, whatever runs it is made of; then the buttons of the code. */
  for (int i = 0; i < 3; i++)
    {
      static const char *labels[] = { "this", "that one", "cell" };
      static const char *targets[] = { "https://example.org/a", "https://example.org/b", "https://example.org/c" };
      graphene_rect_t bounds;

      g_assert_true (gtk_widget_child_focus (v->canvas, GTK_DIR_TAB_FORWARD));
      g_assert_cmpstr (gtk_widget_get_css_name (focus (v)), ==, "markdownlink");
      gtk_test_accessible_assert_role (GTK_ACCESSIBLE (focus (v)), GTK_ACCESSIBLE_ROLE_LINK);
      gtk_test_accessible_assert_property (GTK_ACCESSIBLE (focus (v)), GTK_ACCESSIBLE_PROPERTY_LABEL, labels[i]);
      gtk_test_accessible_assert_property (GTK_ACCESSIBLE (focus (v)), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, targets[i]);
      /* It lies over its text. */
      g_assert_true (gtk_widget_compute_bounds (focus (v), row, &bounds));
      g_assert_cmpfloat (bounds.size.width, >, 15);
      g_assert_cmpfloat (bounds.size.width, <, 120);
      g_assert_cmpfloat (bounds.size.height, >, 10);
    }
  for (int i = 0; i < 2; i++)
    {
      g_assert_true (gtk_widget_child_focus (v->canvas, GTK_DIR_TAB_FORWARD));
      g_assert_true (GTK_IS_BUTTON (focus (v)));
    }
  /* And back to the message. */
  for (int i = 0; i < 5; i++)
    g_assert_true (gtk_widget_child_focus (v->canvas, GTK_DIR_TAB_BACKWARD));
  g_assert_true (focus (v) == row);
  /* Further back is out of the transcript. */
  g_assert_false (gtk_widget_child_focus (v->canvas, GTK_DIR_TAB_BACKWARD));
}

static void
read_cb (GObject *clipboard, GAsyncResult *result, gpointer user_data)
{
  *(char **) user_data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

static void
assert_clipboard (View *v, const char *expected)
{
  g_autofree char *text = NULL;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (v->window), NULL, read_cb, &text);
  wait_for (text);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_actions (View *v, gconstpointer data)
{
  GtkWidget *question, *reply;

  exchange (v, "q1", "Some **bold** text.\n\n* item");
  question = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 0);
  reply = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 1);

  g_assert_true (gtk_widget_activate_action (reply, "message.copy", NULL));
  assert_clipboard (v, "Some **bold** text.\n\n* item");
  g_assert_true (gtk_widget_activate_action (reply, "message.copy-text", NULL));
  assert_clipboard (v, "Some bold text.\n\n• item");
  g_assert_true (gtk_widget_activate_action (question, "message.copy", NULL));
  assert_clipboard (v, "q1");

  gtk_widget_activate_action (reply, "message.menu", NULL);
  g_assert_nonnull (find_named (reply, "popover"));
  gtk_widget_activate_action (question, "message.edit", NULL);
  g_assert_true (GTK_IS_TEXT_VIEW (focus (v)));
  g_assert_true (gtk_widget_is_ancestor (focus (v), question));
  /* A reply cannot be edited. */
  gtk_widget_activate_action (reply, "message.edit", NULL);
  g_assert_true (gtk_widget_is_ancestor (focus (v), question));
}

/* ---- Screen reader ---------------------------------------------------------------------------------------------- */

static void
test_accessible (View *v, gconstpointer data)
{
  GtkWidget *question, *reply;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *clock = NULL;

  exchange (v, "What?", "**That.**");
  question = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 0);
  reply = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 1);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (v->canvas), GTK_ACCESSIBLE_ROLE_LIST);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (reply), GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (question), GTK_ACCESSIBLE_PROPERTY_LABEL, "You: What?");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (reply), GTK_ACCESSIBLE_PROPERTY_LABEL, "Myna: **That.**");
  time = g_date_time_new_from_unix_local (myna_message_get_record (fixture_item (&v->base, 1))->created_at / 1000);
  clock = g_date_time_format (time, "%H:%M");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (reply), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, clock);
  g_assert_true (gtk_widget_get_focusable (reply));
}

/* The reply is said once, as it is read, when it is finished: without an accessibility bus as the composer's description.  (Newer
 * GTK would call what is not there.) */
static void
test_announced (View *v, gconstpointer data)
{
  GtkWidget *composer;

  exchange (v, "What?", "first");
  composer = find_named (find_named (v->view, "composer"), "textview");
  myna_conversation_send (v->base.conversation, "And?");
  fixture_requested (&v->base);
  fake_generator_say (v->base.engine, "**Sec");
  settle (v);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (composer), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Myna: first");
  fake_generator_say (v->base.engine, "ond**");
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (composer), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Myna: Second");
}

/* ---- Find ------------------------------------------------------------------------------------------------------- */

static void
search (View *v, const char *needle)
{
  GtkWidget *entry;

  gtk_widget_activate_action (v->view, "conversation.find", NULL);
  entry = find_named (v->view, "entry");
  g_assert_true (GTK_IS_SEARCH_ENTRY (gtk_widget_get_parent (entry)) || GTK_IS_SEARCH_ENTRY (entry));
  gtk_editable_set_text (GTK_EDITABLE (entry), needle);
}

/* Only what can be seen is found: no marks of markdown, no addresses; what marks divide is found; formulas by their TeX. */
static void
test_find (View *v, gconstpointer data)
{
  exchange (v, "a_b **needle**",
            "A **nee**dle in [text](https://needle.org), $\\needle + \\needle$.\n\n$$\\needle$$\n\n"
            "| needle |\n|---|\n| x |\n\n```\nneedle\n```");
  search (v, "NEEDLE");
  /* question; divided word, formula, displayed formula, cell, code */
  wait_for (has_label (v->view, "1 of 6"));
  for (int i = 2; i <= 7; i++)
    {
      g_autofree char *label = g_strdup_printf ("%d of 6", i > 6 ? 1 : i);
      GtkWidget *entry = find_named (v->view, "entry");

      g_signal_emit_by_name (GTK_IS_SEARCH_ENTRY (entry) ? entry : gtk_widget_get_parent (entry), "next-match");
      wait_for (has_label (v->view, label));
    }
  /* Marks are not text. */
  search (v, "**");
  wait_for (has_label (v->view, "1 of 2")); /* those of the question, which is shown as it was written */
  search (v, "example");
  wait_for (has_label (v->view, "Not found"));

  /* What is said while the search is open counts. */
  search (v, "needle");
  wait_for (has_label (v->view, "1 of 6"));
  exchange (v, "more", "one needle more");
  wait_for (has_label (v->view, "1 of 7"));

  /* Compared as in the history: without case, diacritics and width. */
  exchange (v, "Un CAFÉ, ｃａｆｅ", "cafe\u0301 au lait");
  search (v, "cafe");
  wait_for (has_label (v->view, "1 of 3"));
  /* Words beside each other; by themselves where they are not. */
  search (v, "au lait");
  wait_for (has_label (v->view, "1 of 1"));
  search (v, "lait au");
  wait_for (has_label (v->view, "1 of 2"));
}

/* A hit of the history's search is opened with what was searched for. */
static void
test_find_hit (View *v, gconstpointer data)
{
  g_autoptr (MynaMessage) reply = NULL;

  exchange (v, "milk", "no hit: café");
  exchange (v, "more", "with milk, please, one café");
  reply = g_list_model_get_item (G_LIST_MODEL (v->base.conversation), 3);
  myna_conversation_view_show_message (MYNA_CONVERSATION_VIEW (v->view), myna_message_get_id (reply), "cafe milk");
  wait_for (has_label (v->view, "3 of 4"));
  g_assert_true (gtk_widget_is_ancestor (gtk_root_get_focus (gtk_widget_get_root (v->view)), find_named (v->view, "composer")));
  /* Typed here, they are looked for by themselves as well: they stand nowhere beside each other. */
  search (v, "cafe milk");
  wait_for (has_label (v->view, "1 of 4") || has_label (v->view, "3 of 4")); /* from what is being read on */
}

/* ---- Scrolling -------------------------------------------------------------------------------------------------- */

/* A hit of the search in the history, far from the end, comes into view. */
static void
test_show_message (View *v, gconstpointer data)
{
  gint64 id, parent = 0, wanted = 0;
  GtkWidget *row;

  id = test_add_conversation (v->base.db, "long");
  for (int i = 0; i < 300; i++)
    {
      parent = test_add_message (v->base.db, id, parent, i % 2 ? STORE_ROLE_ASSISTANT : STORE_ROLE_USER, STORE_STATE_COMPLETE,
                                 i % 3 ? "short" : "longer\n\nlonger\n\nlonger\n\nlonger");
      if (i == 21)
        wanted = parent;
    }
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), NULL);
  g_object_unref (v->base.conversation);
  v->base.conversation = myna_conversation_new (v->base.db, MYNA_GENERATOR (v->base.engine), id);
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), v->base.conversation);
  myna_conversation_view_show_message (MYNA_CONVERSATION_VIEW (v->view), wanted, "");
  fixture_idle (&v->base);
  wait_for ((v->canvas = find_named (v->view, "chatcanvas")));
  settle (v);
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 21);
  g_assert_nonnull (row);
  g_assert_true (gtk_widget_get_mapped (row));
  g_assert_cmpfloat (top_of (v, row), >, 0);
  g_assert_cmpfloat (top_of (v, row), <, 300);
}

/* What a tool gave stands between the parts of the reply, folded, and nothing can be done with it that is done with replies. */
static void
test_observation (View *v, gconstpointer data)
{
  static const char *const texts[] = { "What is 2 + 3?", "I reckon.", "The sum is 5", "It is five." };
  static const StoreRole roles[] = { STORE_ROLE_USER, STORE_ROLE_ASSISTANT, STORE_ROLE_OBSERVATION, STORE_ROLE_ASSISTANT };
  gint64 id = test_add_conversation (v->base.db, "sum"), parent = 0;
  GtkWidget *row;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    parent = test_add_message (v->base.db, id, parent, roles[i], STORE_STATE_COMPLETE, texts[i]);
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), NULL);
  g_object_unref (v->base.conversation);
  v->base.conversation = myna_conversation_new (v->base.db, MYNA_GENERATOR (v->base.engine), id);
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), v->base.conversation);
  fixture_idle (&v->base);
  wait_for ((v->canvas = find_named (v->view, "chatcanvas")));
  settle (v);
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 2);
  g_assert_true (has_label (row, "What the model was told"));
  g_assert_false (gtk_widget_get_mapped (find_named (row, "menubutton")));
  g_assert_false (gtk_widget_get_visible (gtk_widget_get_last_child (find_named (row, "partview"))));
  g_assert_true (gtk_widget_get_mapped (find_named (myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 3), "menubutton")));
  /* It is found, and then it is seen. */
  search (v, "sum is");
  wait_for (gtk_widget_get_mapped (gtk_widget_get_last_child (find_named (row, "partview"))));
  g_assert_true (has_label (v->view, "1 of 1"));
}

/* A block of the reply that can be seen. */
static GtkWidget *
visible_block (View *v, GtkWidget *row)
{
  GtkWidget *markdown = find_named (row, "markdown");

  for (GtkWidget *block = gtk_widget_get_first_child (markdown); block; block = gtk_widget_get_next_sibling (block))
    if (gtk_widget_get_child_visible (block) && top_of (v, block) > 100)
      return block;
  g_assert_not_reached ();
}

static guint
count_mapped (GtkWidget *markdown)
{
  guint n = 0;

  for (GtkWidget *block = gtk_widget_get_first_child (markdown); block; block = gtk_widget_get_next_sibling (block))
    n += gtk_widget_get_mapped (block);
  return n;
}

/* Of a long message only what is near the viewport is drawn, and reading up through it moves by what was asked for, whatever
 * the estimates of what was not laid out yet. */
static void
test_long_message (View *v, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GtkAdjustment *adjustment;
  GtkWidget *row;

  for (int i = 0; text->len < 120 * 1024; i++)
    g_string_append_printf (
        text,
        "## Part %d\n\nSome text of %d.\n\n* item\n* 一个比较长的中文项目，会折行，所以高度估计得不准。一个比较长的中文项目，"
        "会折行，所以高度估计得不准。\n\n```c\nint x = %d;\n```\n\n| a | b |\n|---|---|\n| %d | 2 |\n\n",
        i, i, i, i);
  exchange (v, "Tell me all.", text->str);
  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (v->canvas));
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 1);
  for (int i = 0; i < 30; i++)
    {
      GtkWidget *block = visible_block (v, row);
      double top = top_of (v, block);

      g_assert_cmpuint (count_mapped (find_named (row, "markdown")), <, 150);
      gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 250);
      settle (v);
      g_assert_cmpfloat (top_of (v, block), ==, top + 250);
    }
}

/* The row that begins nearest to the top of the view. */
static GtkWidget *
top_row (View *v)
{
  guint n = fixture_n_items (&v->base);

  for (guint i = 0; i < n; i++)
    {
      GtkWidget *row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), i);

      if (row && top_of (v, row) >= 0)
        return row;
    }
  g_assert_not_reached ();
}

/* Who reads what stands above stays there: while a reply is being written, and when another chat was looked at meanwhile. */
static void
test_place (View *v, gconstpointer data)
{
  MynaConversationView *view = MYNA_CONVERSATION_VIEW (v->view);
  g_autoptr (MynaConversation) other = NULL;
  GtkAdjustment *adjustment;
  MynaMessage *message;
  GtkWidget *row;
  double top;

  for (int i = 0; i < 20; i++)
    exchange (v, "A question.", "A reply of some lines.\n\n* one\n* two\n* three\n");
  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (v->canvas));
  myna_conversation_send (v->base.conversation, "Another one.");
  fixture_requested (&v->base);
  settle (v);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment) / 2);
  settle (v);
  row = top_row (v);
  message = myna_message_row_get_message (MYNA_MESSAGE_ROW (row));
  top = top_of (v, row);
  for (int i = 0; i < 60; i++)
    {
      fake_generator_say (v->base.engine, i % 5 ? "some words " : "\n\n```c\nint x;\n```\n\n");
      settle (v);
      g_assert_true (top_row (v) == row);
      g_assert_cmpfloat (top_of (v, row), ==, top);
    }

  other = myna_conversation_new (v->base.db, MYNA_GENERATOR (v->base.engine), 0);
  myna_conversation_view_set_conversation (view, other);
  fake_generator_say (v->base.engine, "while nobody looks");
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  myna_conversation_view_set_conversation (view, v->base.conversation);
  settle (v);
  g_assert_true (myna_message_row_get_message (MYNA_MESSAGE_ROW (top_row (v))) == message);
  g_assert_cmpfloat (top_of (v, top_row (v)), ==, top);

  /* What is sent is seen; and the end is a place that one comes back to, too. */
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (
                                myna_composer_get_text_view (MYNA_COMPOSER (find_named (v->view, "composer")))),
                            "And now?", -1);
  press_send (v);
  settle (v);
  g_assert_true (myna_chat_canvas_get_at_end (MYNA_CHAT_CANVAS (v->canvas)));
  fixture_requested (&v->base);
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  myna_conversation_view_set_conversation (view, other);
  myna_conversation_view_set_conversation (view, v->base.conversation);
  settle (v);
  g_assert_true (myna_chat_canvas_get_at_end (MYNA_CHAT_CANVAS (v->canvas)));
}

static GtkWidget *
find_class (GtkWidget *widget, const char *css_class)
{
  if (gtk_widget_has_css_class (widget, css_class))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_class (child, css_class);

      if (found)
        return found;
    }
  return NULL;
}

/* A toast stands above the composer, not over it. */
static void
test_toast (View *v, gconstpointer data)
{
  graphene_rect_t toast, composer;

  exchange (v, "q1", "a1");
  myna_conversation_view_add_toast (MYNA_CONVERSATION_VIEW (v->view), adw_toast_new ("Something happened"));
  wait_for (find_named (v->view, "toast"));
  settle (v);
  g_assert_true (gtk_widget_compute_bounds (find_named (v->view, "toast"), v->window, &toast));
  g_assert_true (gtk_widget_compute_bounds (find_named (v->view, "composer"), v->window, &composer));
  g_assert_false (graphene_rect_intersection (&toast, &composer, NULL));
}

/* Between messages of two days stands the day; messages of one day have none. */
static void
test_days (View *v, gconstpointer data)
{
  GtkWidget *row;

  exchange (v, "q1", "a1");
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 1);
  g_assert_null (find_class (row, "date-separator"));
  ((StoreMessage *) myna_message_get_record (fixture_item (&v->base, 0)))->created_at -=
      2 * 24 * 3600 * G_GINT64_CONSTANT (1000);
  myna_message_row_update (MYNA_MESSAGE_ROW (row));
  g_assert_nonnull (find_class (row, "date-separator"));
  g_assert_true (has_label (row, "Today"));
}

/* That a question has another version is seen without pointing at it. */
static void
test_versions_are_seen (View *v, gconstpointer data)
{
  GtkWidget *row, *versions;

  exchange (v, "q1", "a1");
  exchange (v, "q2", "a2");
  myna_conversation_edit (v->base.conversation, fixture_item (&v->base, 0), "q1, better", NULL);
  fixture_requested (&v->base);
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  settle (v);
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 0);
  versions = find_class (row, "versions");
  g_assert_true (gtk_widget_get_visible (versions));
  g_assert_true (has_label (row, "2/2"));
  /* The other actions wait for the pointer; the style sheet lets these be seen always. */
  g_assert_true (gtk_widget_has_css_class (gtk_widget_get_parent (versions), "message-actions"));
}

/* A question whose reply was stopped before its first word says that it has none, and offers one. */
static void
test_stopped_early (View *v, gconstpointer data)
{
  GtkWidget *row;

  exchange (v, "q0", "a0");
  myna_conversation_send (v->base.conversation, "q1");
  fixture_requested (&v->base);
  settle (v);
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 2);
  g_assert_false (has_label (row, "Not answered yet"));
  myna_conversation_stop (v->base.conversation);
  fixture_idle (&v->base);
  settle (v);
  g_assert_cmpuint (fixture_n_items (&v->base), ==, 3);
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 2);
  g_assert_true (has_label (row, "Not answered yet"));
  g_assert_true (has_label (row, "Generate Reply"));
}

/* A question that is too long is to be edited, with its attachments, not asked once more. */
static void
test_too_long (View *v, gconstpointer data)
{
  GtkWidget *row;

  exchange (v, "q0", "a0");
  myna_conversation_send_full (v->base.conversation, "long", "[{\"name\": \"a.txt\", \"text\": \"b\"}]");
  fixture_requested (&v->base);
  fake_generator_fail (v->base.engine, GLM_ERROR_CONTEXT_FULL);
  fixture_idle (&v->base);
  settle (v);
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 3);
  g_assert_true (has_label (row, "Edit"));
  g_assert_false (has_label (row, "Retry"));
  gtk_widget_activate_action (row, "conversation.edit-question", "x", myna_message_get_id (fixture_item (&v->base, 2)));
  settle (v);
  g_assert_true (has_label (myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 2), "a.txt"));
}

/* A question that is being edited waits while the person reads elsewhere. */
static void
test_edited_out_of_sight (View *v, gconstpointer data)
{
  GtkWidget *row;

  for (int i = 0; i < 60; i++)
    exchange (v, "q", "A line.\n\nAnother line.");
  myna_chat_canvas_scroll_to (MYNA_CHAT_CANVAS (v->canvas), 0, 0);
  settle (v);
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 0);
  g_assert_true (gtk_widget_activate_action (row, "message.edit", NULL));
  settle (v);
  g_assert_true (GTK_IS_TEXT_VIEW (focus (v)));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (focus (v))), "q, better", -1);
  myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (v->view));
  myna_chat_canvas_scroll_to_end (MYNA_CHAT_CANVAS (v->canvas));
  settle (v);
  g_assert_null (myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 2));
  myna_chat_canvas_scroll_to (MYNA_CHAT_CANVAS (v->canvas), 0, 0);
  settle (v);
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 0);
  g_assert_true (test_finds_text (row, "q, better"));
}

/* Asked for twice, and still open when the window goes. */
static void
test_details (View *v, gconstpointer data)
{
  GtkWidget *row;

  exchange (v, "q1", "a1");
  row = myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 1);
  for (int i = 0; i < 2; i++)
    {
      g_assert_true (gtk_widget_activate_action (row, "message.details", NULL));
      settle (v);
      g_assert_true (has_label (row, "Finished"));
    }
  /* GTK 4.8 looks for the pointer when a popover has gone, in the window that is gone by then, too. */
  gtk_popover_popdown (GTK_POPOVER (find_class (row, "message-details")));
  settle (v);
}

#define ADD(path, function) g_test_add ("/conversation-view/" path, View, NULL, view_set_up, function, view_tear_down)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("keyboard", test_keyboard);
  ADD ("links", test_links);
  ADD ("actions", test_actions);
  ADD ("accessible", test_accessible);
  ADD ("announced", test_announced);
  ADD ("details", test_details);
  ADD ("toast", test_toast);
  ADD ("days", test_days);
  ADD ("versions-are-seen", test_versions_are_seen);
  ADD ("stopped-early", test_stopped_early);
  ADD ("too-long", test_too_long);
  ADD ("edited-out-of-sight", test_edited_out_of_sight);
  ADD ("find", test_find);
  ADD ("find-hit", test_find_hit);
  ADD ("observation", test_observation);
  ADD ("show-message", test_show_message);
  ADD ("long-message", test_long_message);
  ADD ("place", test_place);
  return g_test_run ();
}
