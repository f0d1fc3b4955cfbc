/* test-tool-words.c: what a person is told of tools and calls
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "chat/tool-words.h"

static StoreCall *
make_call (const char *tool, const char *arguments, StoreCallState state, const char *result)
{
  StoreCall *call = store_call_new ();

  g_free (call->tool);
  call->tool = g_strdup (tool);
  call->arguments = g_strdup (arguments);
  call->state = state;
  call->result = g_strdup (result);
  return call;
}

/* Every tool that there is has words for people, and none falls back to its name for models. */
static void
test_tools (void)
{
  for (guint i = 0; i < tool_get_n_tools (); i++)
    {
      const char *name = tool_get_name (tool_get (i));
      g_autofree char *title = myna_tool_dup_title (name);

      g_assert_cmpstr (title, !=, name);
      g_assert_cmpstr (myna_tool_get_purpose (name), !=, "");
      g_assert_cmpstr (myna_tool_get_reach (name), !=, "");
    }
  g_assert_false (myna_tool_is_chosen ("read_more"));
  g_assert_true (myna_tool_is_chosen ("calculate"));
}

static void
test_summary (void)
{
  static const struct
  {
    const char *tool, *arguments, *summary;
  } cases[] = {
    { "calculate", "{\"expression\": \"6*7\"}", "Calculator: 6*7" },
    { "convert_units", "{\"value\": 3.5, \"from\": \"km/h\", \"to\": \"m/s\"}", "Unit converter: 3.5 km/h → m/s" },
    { "date_time", "{}", "Date and time" },
    { "calculate", NULL, "Calculator" },
    { "calculate", "[1]", "Calculator" },
    { "calculate", "{", "Calculator" },
    { "send", "{\"to\": \"a\\nb\", \"list\": [1, 2]}", "send: a b, [1,2]" },
    { "", NULL, "Unknown tool" },
    /* What turns the direction of writing is seen. */
    { "send",
      "{\"to\": \"a\xe2\x80\xae"
      "b\"}",
      "send: a⟨U+202E⟩b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (StoreCall) call = make_call (cases[i].tool, cases[i].arguments, STORE_CALL_ASKED, NULL);
      g_autofree char *summary = myna_call_dup_summary (call);

      g_assert_cmpstr (summary, ==, cases[i].summary);
    }
}

/* A line stays one. */
static void
test_long (void)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autofree char *json = g_strdup_printf ("{\"expression\": \"%s\"}", text);
  g_autoptr (StoreCall) call = make_call ("calculate", json, STORE_CALL_DONE, text);
  g_autofree char *summary = myna_call_dup_summary (call);
  g_autofree char *outcome = myna_call_dup_outcome (call);
  g_autofree char *arguments = myna_call_dup_arguments (call);

  g_assert_cmpint (g_utf8_strlen (summary, -1), <, 300);
  g_assert_cmpint (g_utf8_strlen (outcome, -1), <, 300);
  /* But what is passed on is shown whole. */
  g_assert_cmpuint (strlen (arguments), >, 100000);
}

static void
test_arguments (void)
{
  static const struct
  {
    const char *tool, *arguments, *shown;
  } cases[] = {
    { "calculate", "{\"expression\": \"6*7\"}", "Expression: 6*7" },
    { "search_chats", "{\"query\": \"soup\", \"limit\": 3}", "Words to find: soup\nMaximum results: 3" },
    { "date_time", "{\"start\": \"2024-02-29\", \"zone\": \"Asia/Shanghai\"}", "Start: 2024-02-29\nTime zone: Asia/Shanghai" },
    { "send", "{\"text\": \"a\\nb\", \"to\": null}", "text: a\nb\nto: null" },
    { "date_time", "{}", "Nothing is passed on to the tool." },
    { "calculate", "42", NULL },
    { "calculate", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (StoreCall) call = make_call (cases[i].tool, cases[i].arguments, STORE_CALL_ASKED, NULL);
      g_autofree char *shown = myna_call_dup_arguments (call);

      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
}

/* No state is without words, and what is said of one says what became of the call. */
static void
test_outcome (void)
{
  static const struct
  {
    StoreCallState state;
    const char *result, *outcome;
  } cases[] = {
    { STORE_CALL_ASKED, NULL, "Not run yet" },
    { STORE_CALL_RUNNING, NULL, "Running…" },
    { STORE_CALL_DONE, "42", "Result: 42" },
    { STORE_CALL_DONE, "a\nb", "Result: a b" },
    { STORE_CALL_DONE, " \n", "Done, without a result" },
    { STORE_CALL_DONE, NULL, "Done, without a result" },
    { STORE_CALL_FAILED, "Error: Division by zero", "Failed: Division by zero" },
    { STORE_CALL_FAILED, "odd", "Failed: odd" },
    { STORE_CALL_REFUSED, NULL, "Not run: you denied it." },
    { STORE_CALL_STOPPED, NULL, "You stopped it while it ran." },
    { STORE_CALL_LOST, NULL, "Myna quit while this was running. It may or may not have finished." },
    { STORE_CALL_NOT_RUN, "repeated", "Not run again: the model asked for the same before, and was given that result." },
    { STORE_CALL_NOT_RUN, "no-such-tool", "Not run: this tool is not turned on in this chat." },
    { STORE_CALL_NOT_RUN, "truncated", "Not run: the reply ended in the middle of the call." },
    { STORE_CALL_NOT_RUN, "syntax", "Not run: what the model wrote cannot be read as a call." },
    { STORE_CALL_NOT_RUN, NULL, "Not run: what the model wrote cannot be read as a call." },
    { STORE_CALL_NOT_RUN, "Error: location is missing", "Not run: the tool cannot be used like this (location is missing)." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (StoreCall) call = make_call ("calculate", "{}", cases[i].state, cases[i].result);
      g_autofree char *outcome = myna_call_dup_outcome (call);

      g_assert_cmpstr (outcome, ==, cases[i].outcome);
    }
}

static void
test_details (void)
{
  g_autoptr (StoreCall) call = make_call ("calculate", "{}", STORE_CALL_DONE, "42");
  g_autofree char *none = myna_call_dup_details (call);
  g_autofree char *quick = NULL;
  g_autofree char *slow = NULL;

  g_assert_cmpstr (none, ==, "");
  call->allowed_by = STORE_ALLOWED_BY_PERSON;
  call->started_at = 1000;
  call->finished_at = 1003;
  quick = myna_call_dup_details (call);
  g_assert_cmpstr (quick, ==, "Allowed by you · 3 ms");
  call->allowed_by = STORE_ALLOWED_BY_CLASS;
  call->edited = TRUE;
  call->finished_at = 3500;
  slow = myna_call_dup_details (call);
  g_assert_cmpstr (slow, ==, "Needs no permission · Edited by you · 2.5 s");
}

/* What went well, what went wrong, what was not to be, and what waits look different. */
static void
test_icon (void)
{
  g_assert_cmpstr (myna_call_get_icon (STORE_CALL_DONE), ==, "object-select-symbolic");
  g_assert_cmpstr (myna_call_get_icon (STORE_CALL_FAILED), ==, "dialog-warning-symbolic");
  g_assert_cmpstr (myna_call_get_icon (STORE_CALL_REFUSED), ==, "action-unavailable-symbolic");
  g_assert_cmpstr (myna_call_get_icon (STORE_CALL_ASKED), ==, "dialog-question-symbolic");
}

/* Twenty lines, or 2,000 characters, which may be of several bytes. */
static void
test_cut (void)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_null (myna_result_find_cut (""));
  for (int i = 0; i < 20; i++)
    g_string_append (lines, "line\n");
  g_assert_null (myna_result_find_cut (lines->str));
  g_string_append (lines, "one more");
  g_assert_cmpstr (myna_result_find_cut (lines->str), ==, "one more");
  for (int i = 0; i < 2000; i++)
    g_string_append (text, "量");
  g_assert_null (myna_result_find_cut (text->str));
  g_string_append (text, "化");
  g_assert_cmpstr (myna_result_find_cut (text->str), ==, "化");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tool-words/tools", test_tools);
  g_test_add_func ("/tool-words/summary", test_summary);
  g_test_add_func ("/tool-words/long", test_long);
  g_test_add_func ("/tool-words/arguments", test_arguments);
  g_test_add_func ("/tool-words/outcome", test_outcome);
  g_test_add_func ("/tool-words/details", test_details);
  g_test_add_func ("/tool-words/cut", test_cut);
  g_test_add_func ("/tool-words/icon", test_icon);
  return g_test_run ();
}
