/* test-call-cards.c: calls of tools in the transcript: cards, questions, forms, answers by keyboard
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <string.h>

#include "chat/myna-message-private.h"
#include "conversation-view-fixture.h"
#include "tools/tool.h"
#include "transcript/call-form.h"
#include "transcript/call-question.h"
#include "transcript/message-row.h"
#include "transcript/myna-conversation-view.h"

/* ---- Tools ------------------------------------------------------------------------------------------------------ */

static guint n_runs;
static char *last_arguments;

static char *
compute (JsonObject *arguments, GDateTime *now, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  const char *text = json_object_get_string_member_with_default (arguments, "text", "");

  json_node_set_object (node, arguments);
  g_free (last_arguments);
  last_arguments = json_to_string (node, FALSE);
  g_atomic_int_inc (&n_runs);
  if (g_str_equal (text, "fail"))
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_FAILED, "Division by zero");
      return NULL;
    }
  if (g_str_equal (text, "long"))
    return g_strnfill (5000, 'x');
  return g_strconcat ("<b>", text, "</b> [link](https://example.org)", NULL);
}

#define SCHEMA                                                                                                      \
  "{\"type\": \"object\", \"properties\": {\"text\": {\"type\": \"string\"}, \"count\": {\"type\": \"integer\", "   \
  "\"minimum\": 1}, \"loud\": {\"type\": \"boolean\"}, \"color\": {\"enum\": [\"red\", \"blue\"]}}, \"required\": " \
  "[\"text\"]}"

static Tool outside = {
  .name = "send", .description = "Sends", .schema = SCHEMA, .class = TOOL_CLASS_OUTSIDE, .seconds = 60, .compute = compute
};
static Tool reader = {
  .name = "peek", .description = "Reads", .schema = SCHEMA, .class = TOOL_CLASS_READS, .seconds = 60, .compute = compute
};
static Tool pure = {
  .name = "echo", .description = "Echoes", .schema = SCHEMA, .class = TOOL_CLASS_PURE, .seconds = 60, .compute = compute
};

/* ---- Fixture ---------------------------------------------------------------------------------------------------- */

static void
set_up (View *v, gconstpointer data)
{
  n_runs = 0;
  view_set_up (v, data);
  myna_conversation_set_settings (v->base.conversation, "{\"tools\":[\"send\",\"peek\",\"echo\"]}");
}

/* The person asks, and the model writes a call. */
static void
call (View *v, const char *tool, const char *arguments)
{
  myna_conversation_send (v->base.conversation, "q");
  fixture_requested (&v->base);
  fake_generator_write (v->base.engine, GLM_REPLY_CALL, tool);
  fake_generator_write (v->base.engine, GLM_REPLY_ARGUMENTS, arguments);
  fake_generator_write (v->base.engine, GLM_REPLY_CALLED, arguments);
  fake_generator_end (v->base.engine, GLM_STOP_CALL);
}

static void
answer (View *v)
{
  fixture_requested (&v->base);
  fake_generator_say (v->base.engine, "There.");
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
}

/* Till all is drawn. */
static void
draw (View *v)
{
  wait_for ((v->canvas = find_named (v->view, "chatcanvas")));
  settle (v);
}

/* The question that is shown; an answered one stays behind in its message. */
static GtkWidget *
find_question (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (g_str_equal (gtk_widget_get_css_name (widget), "callquestion"))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_question (child);

      if (found)
        return found;
    }
  return NULL;
}

/* The question, when it is there. */
static GtkWidget *
asked (View *v)
{
  GtkWidget *question;

  wait_for ((question = find_question (v->view)));
  return question;
}

static gboolean
is_asked (View *v)
{
  return find_question (v->view) != NULL;
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_visible (widget)
      && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, label);

      if (found)
        return found;
    }
  return NULL;
}

static void
click (GtkWidget *widget, const char *label)
{
  GtkWidget *button = find_button (widget, label);

  g_assert_nonnull (button);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

/* Whether some text below the widget has this in it, and can be seen. */
static gboolean
says (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}

static GtkWidget *
find_entry (GtkWidget *form, const char *text)
{
  for (GtkWidget *child = gtk_widget_get_first_child (form); child; child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_ENTRY (child) && g_str_equal (gtk_editable_get_text (GTK_EDITABLE (child)), text))
      return child;
  return NULL;
}

static GtkWidget *
find_kind (GtkWidget *form, GType type)
{
  for (GtkWidget *child = gtk_widget_get_first_child (form); child; child = gtk_widget_get_next_sibling (child))
    if (g_type_is_a (G_OBJECT_TYPE (child), type))
      return child;
  return NULL;
}

static GtkWidget *
get_focus (View *v)
{
  return gtk_root_get_focus (GTK_ROOT (v->window));
}

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

static void
test_allow (View *v, gconstpointer data)
{
  GtkWidget *question;

  call (v, "send", "{\"text\": \"hello\"}");
  question = asked (v);
  g_assert_true (says (question, "send"));
  /* What it may touch. */
  g_assert_true (says (question, "another program"));
  g_assert_nonnull (find_entry (find_named (question, "callform"), "hello"));
  g_assert_cmpuint (n_runs, ==, 0);
  click (question, "Allow Once");
  answer (v);
  g_assert_cmpuint (n_runs, ==, 1);
  wait_for (!is_asked (v));
  wait_for (says (v->view, "Result: <b>hello</b>"));

  /* It asks each time. */
  call (v, "send", "{\"text\": \"again\"}");
  click (asked (v), "Deny");
  answer (v);
  g_assert_cmpuint (n_runs, ==, 1);
  wait_for (says (v->view, "Not run: you denied it."));
}

/* What the person changes is run, and the card says that it was changed. */
static void
test_edit (View *v, gconstpointer data)
{
  GtkWidget *question, *form;

  call (v, "send", "{\"text\": \"hello\", \"count\": 2, \"color\": \"blue\"}");
  question = asked (v);
  form = find_named (question, "callform");
  gtk_editable_set_text (GTK_EDITABLE (find_entry (form, "hello")), "goodbye");
  gtk_editable_set_text (GTK_EDITABLE (find_entry (form, "2")), "many");
  click (question, "Allow Once");
  g_assert_true (says (question, "“count” is not a number."));
  g_assert_true (is_asked (v));
  gtk_editable_set_text (GTK_EDITABLE (find_entry (form, "many")), "0");
  click (question, "Allow Once");
  /* Below the schema's minimum. */
  g_assert_true (says (question, "The tool cannot be run like this"));
  g_assert_cmpuint (n_runs, ==, 0);
  gtk_editable_set_text (GTK_EDITABLE (find_entry (form, "0")), "");
  gtk_switch_set_active (GTK_SWITCH (find_kind (form, GTK_TYPE_SWITCH)), TRUE);
  click (question, "Allow Once");
  answer (v);
  g_assert_cmpstr (last_arguments, ==, "{\"text\":\"goodbye\",\"loud\":true,\"color\":\"blue\"}");
}

/* What the model passes on besides what the tool knows is shown, too. */
static void
test_form (void)
{
  g_autoptr (StoreCall) record = store_call_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *arguments = NULL;
  g_autofree char *changed = NULL;
  GtkWidget *form;

  g_free (record->tool);
  record->tool = g_strdup ("send");
  record->arguments = g_strdup ("{\"text\": \"a\\u202eb\", \"secret\": {\"x\": [1, 2]}}");
  form = g_object_ref_sink (myna_call_form_new (record));
  arguments = myna_call_form_dup_arguments (MYNA_CALL_FORM (form), &error);
  g_assert_no_error (error);
  /* Unless it is changed it is what the model wrote. */
  g_assert_cmpstr (arguments, ==,
                   "{\"text\":\"a\xe2\x80\xae"
                   "b\",\"secret\":{\"x\":[1,2]}}");
  g_assert_nonnull (find_entry (form, "a\xe2\x80\xae"
                                      "b"));
  gtk_editable_set_text (GTK_EDITABLE (find_entry (form, "a\xe2\x80\xae"
                                                         "b")),
                         "a");
  changed = myna_call_form_dup_arguments (MYNA_CALL_FORM (form), &error);
  g_assert_cmpstr (changed, ==, "{\"text\":\"a\",\"secret\":{\"x\":[1,2]}}");
  g_object_unref (form);
}

/* Reading is asked once in a chat. */
static void
test_once_in_chat (View *v, gconstpointer data)
{
  call (v, "peek", "{\"text\": \"a\"}");
  g_assert_null (find_button (asked (v), "Allow Once"));
  click (asked (v), "Allow in This Chat");
  answer (v);
  call (v, "peek", "{\"text\": \"b\"}");
  answer (v);
  g_assert_cmpuint (n_runs, ==, 2);
}

/* By keyboard: F6 comes to the answer that does nothing, Enter alone runs nothing, Ctrl+Enter does, Escape denies. */
static void
test_keyboard (View *v, gconstpointer data)
{
  GtkWidget *row;

  myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (v->view));
  call (v, "send", "{\"text\": \"a\"}");
  asked (v);
  draw (v);
  /* What is said is the description of what has the focus, which is still where the person writes. */
  g_assert_true (GTK_IS_TEXT_VIEW (get_focus (v)));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (get_focus (v)), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "The model wants to use the tool “send”. Allow it? send: a. Press F6 to answer.");
  g_assert_true (myna_conversation_view_focus_messages (MYNA_CONVERSATION_VIEW (v->view)));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (get_focus (v))), ==, "Deny");
  g_assert_true (gtk_widget_activate (get_focus (v)));
  answer (v);
  g_assert_cmpuint (n_runs, ==, 0);

  call (v, "send", "{\"text\": \"b\"}");
  row = gtk_widget_get_ancestor (asked (v), MYNA_TYPE_MESSAGE_ROW);
  g_assert_true (gtk_widget_grab_focus (row));
  myna_call_question_allow (MYNA_CALL_QUESTION (find_named (row, "callquestion")), MYNA_ALLOW_ONCE);
  answer (v);
  g_assert_cmpuint (n_runs, ==, 1);
}

/* While it asks the person looks at another chat, and comes back: what was changed in the form is still there. */
static void
test_leave (View *v, gconstpointer data)
{
  g_autoptr (MynaConversation) other = myna_conversation_new (v->base.db, MYNA_GENERATOR (v->base.engine), 0);
  MynaConversationView *view = MYNA_CONVERSATION_VIEW (v->view);

  call (v, "send", "{\"text\": \"hello\"}");
  gtk_editable_set_text (GTK_EDITABLE (find_entry (find_named (asked (v), "callform"), "hello")), "changed");
  myna_conversation_view_set_conversation (view, other);
  g_assert_false (is_asked (v));
  myna_conversation_view_set_conversation (view, v->base.conversation);
  g_assert_nonnull (find_entry (find_named (asked (v), "callform"), "changed"));
  click (asked (v), "Allow Once");
  answer (v);
  g_assert_cmpstr (last_arguments, ==, "{\"text\":\"changed\"}");
}

/* Stopped while it asks, it can be asked for again, and nothing was run. */
static void
test_stop (View *v, gconstpointer data)
{
  call (v, "send", "{\"text\": \"hello\"}");
  asked (v);
  myna_conversation_stop (v->base.conversation);
  fixture_idle (&v->base);
  wait_for (!is_asked (v));
  wait_for (says (v->view, "This waits for your answer"));
  click (v->view, "Continue");
  click (asked (v), "Allow Once");
  answer (v);
  g_assert_cmpuint (n_runs, ==, 1);
}

/* ---- Cards ------------------------------------------------------------------------------------------------------ */

static GtkWidget *
unfold (View *v)
{
  GtkWidget *part = find_named (v->view, "partview");
  GtkWidget *head = part;

  while (!GTK_IS_TOGGLE_BUTTON (head))
    head = gtk_widget_get_first_child (head);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (head), TRUE);
  settle (v);
  return part;
}

static void
test_failed (View *v, gconstpointer data)
{
  call (v, "echo", "{\"text\": \"fail\"}");
  answer (v);
  /* Without unfolding it. */
  wait_for (says (v->view, "Failed: Division by zero"));
}

/* Of a long result the beginning, until all is wanted; as text, never as markdown. */
static void
test_result (View *v, gconstpointer data)
{
  GtkWidget *card;

  call (v, "echo", "{\"text\": \"long\"}");
  answer (v);
  draw (v);
  card = unfold (v);
  g_assert_true (says (card, "Needs no permission"));
  g_assert_nonnull (find_button (card, "Show All (5000 Characters)"));
  click (card, "Show All (5000 Characters)");
  g_assert_null (find_button (card, "Show All (5000 Characters)"));
}

static void
test_again (View *v, gconstpointer data)
{
  GtkWidget *card, *question;

  call (v, "echo", "{\"text\": \"one\"}");
  answer (v);
  draw (v);
  card = unfold (v);
  click (card, "Run Again…");
  question = asked (v);
  click (question, "Cancel");
  wait_for (!is_asked (v));
  click (card, "Run Again…");
  question = asked (v);
  gtk_editable_set_text (GTK_EDITABLE (find_entry (find_named (question, "callform"), "one")), "two");
  click (question, "Run Again");
  answer (v);
  g_assert_cmpuint (n_runs, ==, 2);
  g_assert_cmpstr (last_arguments, ==, "{\"text\":\"two\"}");
  wait_for (says (v->view, "2/2"));
}

/* After many rounds the person is asked, and can end it. */
static void
test_go_on (View *v, gconstpointer data)
{
  myna_conversation_send (v->base.conversation, "q");
  for (int i = 0; i < 10; i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{\"text\": \"%d\"}", i);

      fixture_requested (&v->base);
      fake_generator_write (v->base.engine, GLM_REPLY_CALL, "echo");
      fake_generator_write (v->base.engine, GLM_REPLY_ARGUMENTS, arguments);
      fake_generator_write (v->base.engine, GLM_REPLY_CALLED, arguments);
      fake_generator_end (v->base.engine, GLM_STOP_CALL);
    }
  g_assert_true (says (asked (v), "many times in a row"));
  click (asked (v), "Go On");
  answer (v);
  wait_for (!is_asked (v));
}

#define ADD(path, func) g_test_add ("/call-cards/" path, View, NULL, set_up, func, view_tear_down)

int
main (int argc, char *argv[])
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  tool_add (&outside);
  tool_add (&reader);
  tool_add (&pure);

  ADD ("allow", test_allow);
  ADD ("edit", test_edit);
  g_test_add_func ("/call-cards/form", test_form);
  ADD ("once-in-chat", test_once_in_chat);
  ADD ("keyboard", test_keyboard);
  ADD ("leave", test_leave);
  ADD ("stop", test_stop);
  ADD ("failed", test_failed);
  ADD ("result", test_result);
  ADD ("again", test_again);
  ADD ("go-on", test_go_on);
  status = g_test_run ();
  g_free (last_arguments);
  return status;
}
