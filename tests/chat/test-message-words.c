/* test-message-words.c: what a person is told of messages, and of a reply that is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/message-words.h"
#include "chat/myna-message-private.h"

#include <string.h>

#include "chat/message-parts.h"
#include "chat/myna-recall.h"
#include "conversation-fixture.h"

static void
test_thoughts (void)
{
  static const struct
  {
    double seconds;
    gboolean is_open;
    const char *words;
  } cases[] = {
    { 0, TRUE, "Thinking…" },
    { 12.9, TRUE, "Thinking… 12 s" },
    { 75, TRUE, "Thinking… 1 min 15 s" },
    { 0, FALSE, "Thoughts" },
    { 0.2, FALSE, "Thought for 1 second" },
    { 12.9, FALSE, "Thought for 12 seconds" },
    { 119, FALSE, "Thought for 119 seconds" },
    { 121, FALSE, "Thought for 2 minutes" },
  };
  static const struct
  {
    const char *text, *line;
  } lines[] = {
    { "", "" }, { " \n ", "" }, { "a", "a" }, { "a\nb\n\n", "b" }, { "# Title\n* *item*", "• item" }, { "一\n二三", "二三" },
  };
  g_autofree char *long_text = g_strnfill (5000, 'x'), *line = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = myna_thought_describe (cases[i].seconds, cases[i].is_open);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *last = myna_thought_last_line (lines[i].text);

      g_assert_cmpstr (last, ==, lines[i].line);
    }
  line = myna_thought_last_line (long_text);
  g_assert_cmpuint (strlen (line), <, 500);
}

static void
assert_status (Fixture *f, guint position, const char *words, const char *button)
{
  const char *found_button = NULL;

  g_assert_cmpstr (myna_message_describe_status (f->conversation, fixture_item (f, position), &found_button), ==, words);
  g_assert_cmpstr (found_button, ==, button);
}

/* Each message says what is the matter with it, and the button beside it what helps. */
static void
test_status (Fixture *f, gconstpointer data)
{
  fixture_exchange (f, "one", "A whole answer.");
  assert_status (f, 0, NULL, NULL);
  assert_status (f, 1, NULL, NULL);

  myna_conversation_send (f->conversation, "two");
  fixture_requested (f);
  myna_conversation_send (f->conversation, "three");
  assert_status (f, 4, "Waiting for the current reply", "Cancel");
  fake_generator_say (f->engine, "Half");
  fake_generator_end (f->engine, GLM_STOP_LENGTH);
  fixture_requested (f);
  assert_status (f, 3, "The reply reached its length limit", NULL);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_status (f, 4, NULL, NULL);
  assert_status (f, 5, "The model returned an empty reply", NULL);
}

/* A reply that was cut off can go on while it is the last one. */
static void
test_cut (Fixture *f, gconstpointer data)
{
  myna_conversation_send (f->conversation, "one");
  fixture_requested (f);
  fake_generator_say (f->engine, "Half");
  fake_generator_end (f->engine, GLM_STOP_LENGTH);
  fixture_idle (f);
  assert_status (f, 1, "The reply reached its length limit", "Continue");
}

static void
test_failed (Fixture *f, gconstpointer data)
{
  const char *button = NULL;

  myna_conversation_send (f->conversation, "one");
  fixture_requested (f);
  fake_generator_fail (f->engine, GLM_ERROR_NO_MEMORY);
  fixture_idle (f);
  g_assert_nonnull (myna_message_describe_status (f->conversation, fixture_item (f, fixture_n_items (f) - 1), &button));
  g_assert_cmpstr (button, ==, "Retry");
}

static void
assert_progress (Fixture *f, const char *words)
{
  g_autofree char *found = myna_reply_describe_progress (f->conversation);

  g_assert_true (g_str_has_prefix (found, words));
}

static void
test_progress (Fixture *f, gconstpointer data)
{
  myna_conversation_send (f->conversation, "one");
  fixture_requested (f);
  fake_generator_read (f->engine, 0, 0);
  assert_progress (f, "Reading your message");
  fake_generator_read (f->engine, 1, 40);
  assert_progress (f, "Reading 1 of 40 tokens");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

static void
assert_figures (MynaMessage *message, double rate, const char *words)
{
  g_autofree char *found = myna_message_dup_figures (message, rate);

  g_assert_cmpstr (found, ==, words);
}

/* Before the oldest messages are left out it is said. */
static void
test_context (void)
{
  gboolean full = TRUE;
  g_autofree char *some = myna_context_describe (799, 1000, &full), *much = NULL;

  g_assert_false (full);
  g_assert_cmpstr (some, ==, "799 of 1000 tokens of context used");
  much = myna_context_describe (800, 1000, &full);
  g_assert_true (full);
  g_assert_true (g_str_has_suffix (much, "The oldest messages will be left out."));
}

/* While it is written a reply says how fast; then also how long it is, and of which model where there are other versions. */
static void
test_figures (Fixture *f, gconstpointer data)
{
  StoreMessage record = { .role = STORE_ROLE_ASSISTANT, .state = STORE_STATE_GENERATING, .text = (char *) "text" };
  g_autoptr (MynaMessage) writing = myna_message_new_take (store_message_copy (&record), TRUE), written = NULL;

  assert_figures (writing, 0, NULL);
  assert_figures (writing, 4.24, "4.2 tokens/s");
  assert_figures (writing, 31.4, "31 tokens/s");
  record.state = STORE_STATE_COMPLETE;
  record.n_tokens = 1212;
  record.seconds = 40;
  record.model = (char *) "glm-4";
  written = myna_message_new_take (store_message_copy (&record), TRUE);
  assert_figures (written, 99, "1212 tokens · 30 tokens/s");
}

/* The beginning of a tag at the end of what is written so far is not shown; what looks like one before the end is. */
static void
test_unfinished (void)
{
  static const struct
  {
    StorePartKind kind;
    const char *text, *shown;
  } cases[] = {
    { STORE_PART_TEXT, "<thi", "" },          { STORE_PART_TEXT, "a <thi", "a <thi" },
    { STORE_PART_TEXT, "Hello", "Hello" },    { STORE_PART_THOUGHT, "First</thin", "First" },
    { STORE_PART_THOUGHT, "a < b", "a < b" }, { STORE_PART_RESULT, "</th", "</th" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      StorePart part = { .kind = cases[i].kind, .text = cases[i].text, .n_bytes = strlen (cases[i].text) };

      myna_part_hide_unfinished (&part);
      g_assert_cmpmem (part.text, part.n_bytes, cases[i].shown, strlen (cases[i].shown));
    }
}

static void
test_long (void)
{
  g_autofree char *lines = g_strnfill (100, '\n');
  g_autofree char *characters = g_strnfill (100000, 'x');

  g_assert_false (myna_text_is_long (""));
  g_assert_false (myna_text_is_long ("two\nlines"));
  g_assert_true (myna_text_is_long (lines));
  g_assert_true (myna_text_is_long (characters));
}

/* What a screen reader says of a row: who wrote it first. */
static void
test_name (Fixture *f, gconstpointer data)
{
  g_autofree char *question = NULL, *reply = NULL;

  fixture_exchange (f, "Is it *true*?", "Yes.");
  question = myna_message_dup_name (fixture_item (f, 0));
  reply = myna_message_dup_name (fixture_item (f, 1));
  g_assert_cmpstr (question, ==, "You: Is it *true*?");
  g_assert_cmpstr (reply, ==, "Myna: Yes.");
}

static void
test_last_reply (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaMessage) none = myna_recall_last_reply (f->conversation);
  g_autoptr (MynaMessage) reply = NULL;

  g_assert_null (none);
  g_assert_null (myna_recall_last_reply (NULL));
  fixture_exchange (f, "q1", "a1");
  fixture_exchange (f, "q2", "a2");
  reply = myna_recall_last_reply (f->conversation);
  g_assert_cmpstr (myna_message_get_text (reply), ==, "a2");
}

/* What the store does not have: a question that could not be saved, and what waits behind it. */
static void
test_unsaved (Fixture *f, gconstpointer data)
{
  g_autofree char *none = NULL, *unsaved = NULL;

  fixture_exchange (f, "q", "a");
  myna_conversation_set_draft (f->conversation, "written");
  fixture_settle (f);
  none = myna_recall_dup_unsaved (f->conversation);
  g_assert_null (none);
  store_close (f->db);
  f->closed = TRUE;
  myna_conversation_send (f->conversation, "precious");
  fixture_idle (f);
  myna_conversation_send (f->conversation, "after");
  fixture_idle (f);
  unsaved = myna_recall_dup_unsaved (f->conversation);
  g_assert_cmpstr (unsaved, ==, "precious\n\nafter");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/message-words/" path, Fixture, NULL, fixture_setup, func, fixture_teardown)
  g_test_add_func ("/message-words/thoughts", test_thoughts);
  g_test_add_func ("/message-words/unfinished", test_unfinished);
  g_test_add_func ("/message-words/long", test_long);
  g_test_add_func ("/message-words/context", test_context);
  ADD ("figures", test_figures);
  ADD ("name", test_name);
  ADD ("last-reply", test_last_reply);
  ADD ("unsaved", test_unsaved);
  ADD ("status", test_status);
  ADD ("cut", test_cut);
  ADD ("failed", test_failed);
  ADD ("progress", test_progress);
  return g_test_run ();
}
