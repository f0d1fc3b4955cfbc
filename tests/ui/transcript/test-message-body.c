/* test-message-body.c: the parts of a message as they are shown, found and copied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <string.h>
#include <time.h>

#include "chat/message-parts.h"
#include "chat/myna-message-private.h"
#include "transcript/message-body.h"
#include "window-test.h"

typedef struct
{
  GtkWidget *window;
  MynaMessageBody *body;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  f->window = gtk_window_new ();
  f->body = MYNA_MESSAGE_BODY (myna_message_body_new (FALSE, G_MENU_MODEL (menu)));
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->body));
  gtk_window_present (GTK_WINDOW (f->window));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
}

static MynaMessage *
make_message (StoreRole role, const char *text, StoreCall *call)
{
  StoreMessage *record = store_message_new ();

  record->role = role;
  record->state = STORE_STATE_COMPLETE;
  record->call = call;
  g_free (record->text);
  record->text = g_strdup (text);

  return myna_message_new_take (record, TRUE);
}

static GtkWidget *
find_toggle (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_TOGGLE_BUTTON (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_toggle (child);

  return found;
}

static void
assert_shown (Fixture *f, const char *expected)
{
  g_autofree char *text = myna_message_body_get_text (f->body);

  g_assert_cmpstr (text, ==, expected);
}

/* What the space bar does to the head. */
static void
press_head (Fixture *f)
{
  GtkWidget *head = find_toggle (GTK_WIDGET (f->body));

  g_assert_true (gtk_widget_get_focusable (head));
  g_assert_true (gtk_widget_activate (head));
  wait_until (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (head)));
}

static void
test_thought (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaMessage) message = make_message (STORE_ROLE_ASSISTANT, "<think>a *secret*</think>\n\nThe answer", NULL);
  g_autoptr (MynaMessage) other = make_message (STORE_ROLE_ASSISTANT, "<think>more</think>Another", NULL);
  g_autofree char *copied = NULL;

  myna_message_body_update (f->body, NULL, message);
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "Thoughts"));
  assert_shown (f, "The answer");
  press_head (f);
  assert_shown (f, "a secret\n\nThe answer");
  myna_message_body_update (f->body, NULL, message);
  assert_shown (f, "a secret\n\nThe answer");
  copied = myna_message_body_dup_copy (f->body);
  g_assert_cmpstr (copied, ==, "The answer");
  /* The row is used for another message. */
  myna_message_body_update (f->body, NULL, other);
  assert_shown (f, "Another");
}

/* Nobody sees half a tag. */
static void
test_written (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaMessage) message = make_message (STORE_ROLE_ASSISTANT, "", NULL);

  myna_message_set_state (message, STORE_STATE_GENERATING);
  myna_message_append_text (message, "<thi");
  myna_message_body_update (f->body, NULL, message);
  assert_shown (f, "");
  myna_message_append_text (message, "nk>so</thi");
  myna_message_body_update (f->body, NULL, message);
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "Thinking…"));
  press_head (f);
  assert_shown (f, "so");
  myna_message_append_text (message, "nk>then <thi");
  myna_message_body_update (f->body, NULL, message);
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "Thoughts"));
  assert_shown (f, "so\n\nthen <thi");
}

/* The place in memory of a message that is gone may be another's: what was unfolded of the one is not of the other. */
static void
test_gone (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 20; i++)
    {
      g_autoptr (MynaMessage) message = make_message (STORE_ROLE_ASSISTANT, "<think>a secret</think>The answer", NULL);

      myna_message_body_update (f->body, NULL, message);
      assert_shown (f, "The answer");
      press_head (f);
    }
}

/* The last line is seen while the thought is written and folded, and its time then and later. */
static void
test_head (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaMessage) message = make_message (STORE_ROLE_ASSISTANT, "", NULL);
  g_autoptr (MynaMessage) other = make_message (STORE_ROLE_ASSISTANT, "<think>0123456789</think>0123456789", NULL);

  myna_message_set_state (message, STORE_STATE_GENERATING);
  myna_message_begin_thought (message);
  myna_message_append_text (message, "<think>First this.\n\nThen **that**, \n");
  myna_message_body_update (f->body, NULL, message);
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "Thinking…"));
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "Then that,"));
  g_assert_false (test_has_label (GTK_WIDGET (f->body), "First this."));
  assert_shown (f, "");
  /* Its clock goes on without a word. */
  wait_until (test_has_label (GTK_WIDGET (f->body), "Thinking… 1 s"));
  press_head (f);
  g_assert_false (test_has_label (GTK_WIDGET (f->body), "Then that,"));
  myna_message_end_thought (message);
  myna_message_append_text (message, "</think>So");
  myna_message_body_update (f->body, NULL, message);
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "Thought for 1 second"));
  assert_shown (f, "First this.\n\nThen that,\n\nSo");

  myna_message_edit_record (other)->seconds = 350;
  myna_message_body_update (f->body, NULL, other);
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "Thought for 100 seconds"));
  assert_shown (f, "0123456789");
}

static void
test_find (Fixture *f, gconstpointer data)
{
  static const char text[] = "<think>a Café</think>a cafe, a cafe";
  g_autoptr (MynaMessage) message = make_message (STORE_ROLE_ASSISTANT, text, NULL);
  int first, last;

  myna_message_body_update (f->body, NULL, message);
  g_assert_cmpuint (myna_message_body_set_search (f->body, "cafe"), ==, 2);
  g_assert_cmpuint (myna_message_parts_count_matches (STORE_ROLE_ASSISTANT, text, NULL, "cafe"), ==, 2);
  g_assert_true (myna_message_body_show_match (f->body, "cafe", 1, &last));
  assert_shown (f, "a cafe, a cafe");
  myna_parts_set_search_thoughts (TRUE);
  g_assert_cmpuint (myna_message_body_set_search (f->body, "cafe"), ==, 3);
  g_assert_cmpuint (myna_message_parts_count_matches (STORE_ROLE_ASSISTANT, text, NULL, "cafe"), ==, 3);
  g_assert_true (myna_message_body_show_match (f->body, "cafe", 2, &last));
  assert_shown (f, "a cafe, a cafe");
  g_assert_false (myna_message_body_show_match (f->body, "cafe", 3, &last));
  /* What is found is unfolded; where it is, is known when it is laid out. */
  g_assert_false (myna_message_body_show_match (f->body, "cafe", 0, &first));
  wait_until (myna_message_body_show_match (f->body, "cafe", 0, &first));
  assert_shown (f, "a Café\n\na cafe, a cafe");
  gtk_test_widget_wait_for_draw (f->window);
  g_assert_true (myna_message_body_show_match (f->body, "cafe", 0, &first));
  g_assert_true (myna_message_body_show_match (f->body, "cafe", 1, &last));
  g_assert_cmpint (first, <, last);
  myna_parts_set_search_thoughts (FALSE);
}

static void
test_call (Fixture *f, gconstpointer data)
{
  StoreCall *call = store_call_new ();
  g_autoptr (MynaMessage) message = NULL;

  g_free (call->tool);
  call->tool = g_strdup ("calculate");
  call->arguments = g_strdup ("{\"of\": \"2 + 3\"}");
  call->state = STORE_CALL_DONE;
  message = make_message (STORE_ROLE_ASSISTANT, "raw", call);
  myna_message_body_update (f->body, NULL, message);
  call->result = g_strdup ("5");
  myna_message_body_update (f->body, NULL, message);
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "Calculator: 2 + 3"));
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "Result: 5"));
  assert_shown (f, "");
  press_head (f);
  assert_shown (f, "of: 2 + 3");
}

static void
test_result (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaMessage) message = make_message (STORE_ROLE_OBSERVATION, "```` **5** <think>x</think>", NULL);

  myna_message_body_update (f->body, NULL, message);
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "What the model was told"));
  assert_shown (f, "");
  press_head (f);
  assert_shown (f, "```` **5** <think>x</think>");
  /* What the card above shows is not repeated. */
  myna_message_set_told_result (message, TRUE);
  myna_message_body_update (f->body, NULL, message);
  g_assert_true (test_has_label (GTK_WIDGET (f->body), "The model was told this result"));
  g_assert_false (test_has_label (GTK_WIDGET (f->body), "What the model was told"));
  assert_shown (f, "");
}

static void
test_copy (void)
{
  static const struct
  {
    StoreRole role;
    const char *text, *copied;
  } cases[] = {
    { STORE_ROLE_USER, "<think>mine</think> *so*", "<think>mine</think> *so*" },
    { STORE_ROLE_ASSISTANT, "The *answer*\n", "The *answer*\n" },
    { STORE_ROLE_ASSISTANT, "<think>well</think>\n\nThe *answer*", "The *answer*" },
    { STORE_ROLE_ASSISTANT, "<think>well", "well" },
    { STORE_ROLE_ASSISTANT, "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *copied = myna_message_parts_dup_copy (cases[i].role, cases[i].text, NULL);

      g_assert_cmpstr (copied, ==, cases[i].copied);
    }
}

static double
get_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static char *
make_log (gsize length)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; text->len < length; i++)
    g_string_append_printf (text, "[%06u] worker %u: 请求 took %u ms, **status** 200 /path/to/some/resource?id=%u\n", i, i % 7,
                            i % 91, i * 7919);
  g_string_append (text, "end of log");
  return g_string_free (text, FALSE);
}

/* A log that was pasted is seen, found and copied, and takes the window no longer than a page of it does. */
static void
check_question (gsize length)
{
  GtkWidget *window = gtk_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autoptr (GMenu) menu = g_menu_new ();
  MynaMessageBody *body = MYNA_MESSAGE_BODY (myna_message_body_new (TRUE, G_MENU_MODEL (menu)));
  g_autofree char *text = make_log (length), *shown = NULL, *selected = NULL;
  g_autoptr (MynaMessage) message = make_message (STORE_ROLE_USER, text, NULL);
  g_autoptr (MynaMessage) other = make_message (STORE_ROLE_USER, "a short one", NULL);
  double start = get_ms (), ms;
  int y;

  gtk_widget_set_halign (GTK_WIDGET (body), GTK_ALIGN_END);
  gtk_widget_set_valign (GTK_WIDGET (body), GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (body));
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), 700, 500);
  myna_message_body_set_viewport (body, 0, 500);
  myna_message_body_update (body, NULL, message);
  myna_message_body_set_viewport (body, 0, 500);
  gtk_widget_measure (GTK_WIDGET (body), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &y, NULL, NULL);
  gtk_widget_measure (GTK_WIDGET (body), GTK_ORIENTATION_VERTICAL, 560, NULL, &y, NULL, NULL);
  ms = get_ms () - start;
  g_test_message ("%zu KiB: %.0f ms, %d px", length / 1024, ms, y);
  g_assert_cmpint (y, >, 600);
  g_assert_cmpfloat (ms, <, 1500); /* 30 on a quiet machine; one label took 2600 for 20 KB, 35000 for 150 */

  shown = myna_message_body_get_text (body);
  g_assert_cmpstr (shown, ==, text);
  g_assert_cmpuint (myna_message_body_set_search (body, "END OF log"), ==, 1);
  myna_message_body_select_all (body);
  selected = myna_message_body_get_selected_text (body);
  g_assert_cmpstr (selected, ==, text);

  /* The row is used for another message. */
  myna_message_body_update (body, NULL, other);
  g_assert_true (test_has_label (GTK_WIDGET (body), "a short one"));
  g_free (shown);
  shown = myna_message_body_get_text (body);
  g_assert_cmpstr (shown, ==, "a short one");
  myna_message_body_update (body, NULL, message);
  g_free (shown);
  shown = myna_message_body_get_text (body);
  g_assert_cmpstr (shown, ==, text);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_long_question (void)
{
  check_question (4 * 1024);
  check_question (20 * 1024);
  check_question (150 * 1024);
  check_question (1024 * 1024);
}

#define ADD(path, func) g_test_add ("/message-body/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("thought", test_thought);
  ADD ("written", test_written);
  ADD ("gone", test_gone);
  ADD ("head", test_head);
  ADD ("find", test_find);
  ADD ("call", test_call);
  ADD ("result", test_result);
  g_test_add_func ("/message-body/copy", test_copy);
  g_test_add_func ("/message-body/long-question", test_long_question);

  return g_test_run ();
}
