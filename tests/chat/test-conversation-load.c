/* test-conversation-load.c: a conversation that is opened again, and what the model is given of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "chat/myna-title.h"
#include "chat/myna-wanted.h"
#include "conversation-fixture.h"

/* ---- Opening again ---------------------------------------------------------------------------------------------- */

static void
test_reopen (Fixture *f, gconstpointer data)
{
  gint64 id;
  MynaConversation *same;

  fixture_exchange (f, "q", "a");
  id = myna_conversation_get_id (f->conversation);
  same = myna_conversation_new (f->db, MYNA_GENERATOR (f->engine), id);
  g_assert_true (same == f->conversation);
  g_object_unref (same);

  myna_conversation_set_draft (f->conversation, "unsent");
  fixture_settle (f);
  g_assert_finalize_object (f->conversation);
  f->conversation = myna_conversation_new (f->db, MYNA_GENERATOR (f->engine), id);
  g_assert_true (myna_conversation_get_loading (f->conversation));
  fixture_idle (f);
  fixture_load_all (f);
  assert_shown (f, "u:q|a:a");
  g_assert_cmpstr (myna_conversation_get_title (f->conversation), ==, "q");
  wait_for (g_strcmp0 (myna_conversation_get_draft (f->conversation), "unsent") == 0);

  /* A sent draft does not come back. */
  myna_conversation_send (f->conversation, "unsent");
  myna_conversation_set_draft (f->conversation, NULL);
  fixture_requested (f);
  fixture_settle (f);
  g_assert_null (myna_conversation_get_draft (f->conversation));
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);

  /* Renamed elsewhere. */
  test_do (f->db, store_rename_async, id, "Birds", TRUE);
  wait_for (g_str_equal (myna_conversation_get_title (f->conversation), "Birds"));
}

static void
test_interrupted (Fixture *f, gconstpointer data)
{
  gint64 id;

  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  fake_generator_say (f->engine, "half");
  wait_for (myna_message_get_id (fixture_item (f, 1)));
  id = myna_conversation_get_id (f->conversation);
  myna_conversation_finish_all (f->db);
  fixture_idle (f);
  wait_for (fake_generator_n_requests (f->engine) == 0);
  fake_generator_forget (f->engine);
  fixture_settle (f);
  g_assert_finalize_object (f->conversation);

  f->conversation = myna_conversation_new (f->db, MYNA_GENERATOR (f->engine), id);
  fixture_idle (f);
  fixture_load_all (f);
  assert_shown (f, "u:q|a:half");
  g_assert_cmpint (myna_message_get_state (fixture_item (f, 1)), ==, STORE_STATE_INTERRUPTED);
  myna_conversation_continue (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:q+half");
  fake_generator_say (f->engine, " done");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:q|a:half done");
}

/* A reply goes on when nobody holds the conversation any more. */
static void
test_left_alone (Fixture *f, gconstpointer data)
{
  gint64 id;

  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  id = myna_conversation_get_id (f->conversation);
  g_clear_object (&f->conversation);
  fake_generator_say (f->engine, "a");
  fake_generator_end (f->engine, GLM_STOP_END);
  f->conversation = myna_conversation_new (f->db, MYNA_GENERATOR (f->engine), id);
  fixture_idle (f);
  fixture_load_all (f);
  assert_stored (f, "u:q|a:a");
}

/* ---- Long conversations ----------------------------------------------------------------------------------------- */

static void
test_paging (Fixture *f, gconstpointer data)
{
  gint64 id = test_add_conversation (f->db, "long"), parent = 0;
  guint n_loaded = 0;

  for (int i = 0; i < 2000; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %d", i);

      parent = test_add_message (f->db, id, parent, i % 2 ? STORE_ROLE_ASSISTANT : STORE_ROLE_USER, STORE_STATE_COMPLETE, text);
    }
  g_clear_object (&f->conversation);
  f->conversation = myna_conversation_new (f->db, MYNA_GENERATOR (f->engine), id);
  fixture_idle (f);
  g_assert_cmpuint (fixture_n_items (f), ==, 2000);
  wait_for (myna_message_get_loaded (fixture_item (f, 1999)));
  g_assert_false (myna_message_get_loaded (fixture_item (f, 1000)));

  /* As if scrolled through: bounded, and each text is right when it is there. */
  for (guint i = 0; i < 2000; i += 10)
    {
      g_autofree char *expected = g_strdup_printf ("message %u", i);

      myna_conversation_load_range (f->conversation, i, i + 9);
      wait_for (myna_message_get_loaded (fixture_item (f, i)));
      g_assert_cmpstr (myna_message_get_text (fixture_item (f, i)), ==, expected);
    }
  for (guint i = 0; i < 2000; i++)
    n_loaded += myna_message_get_loaded (fixture_item (f, i));
  g_assert_cmpuint (n_loaded, <=, 700);
}

/* Tokens are bytes here: 10 a message, 100 in all. */
/* A message that is looked for is there once it was read; one of another branch brings its branch, but not where one only was. */
static void
test_wanted (Fixture *f, gconstpointer data)
{
  MynaWanted wanted = { 0 };
  gint64 other;
  guint position = G_MAXUINT;

  fixture_exchange (f, "q", "a");
  other = myna_message_get_id (fixture_item (f, 1));
  myna_conversation_regenerate (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  fake_generator_say (f->engine, "b");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  fixture_settle (f);
  assert_shown (f, "u:q|a:b");

  g_assert_cmpuint (myna_wanted_take (&wanted, f->conversation), ==, G_MAXUINT);
  myna_wanted_set_message (&wanted, myna_message_get_id (fixture_item (f, 1)));
  g_assert_cmpuint (myna_wanted_take (&wanted, f->conversation), ==, 1);
  g_assert_cmpuint (myna_wanted_take (&wanted, f->conversation), ==, G_MAXUINT);

  myna_wanted_set_place (&wanted, other, 7);
  g_assert_cmpuint (myna_wanted_take (&wanted, f->conversation), ==, G_MAXUINT);
  fixture_idle (f);
  assert_shown (f, "u:q|a:b");

  myna_wanted_set_message (&wanted, other);
  g_assert_cmpuint (myna_wanted_take (&wanted, f->conversation), ==, G_MAXUINT);
  while (position == G_MAXUINT)
    {
      g_main_context_iteration (NULL, TRUE);
      position = myna_wanted_take (&wanted, f->conversation);
    }
  g_assert_cmpuint (position, ==, 1);
  fixture_load_all (f);
  assert_shown (f, "u:q|a:a");
}

static void
test_context (Fixture *f, gconstpointer data)
{
  fake_generator_set_context_length (f->engine, 100);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *question = g_strdup_printf ("question %d", i);

      fixture_exchange (f, question, "answer ...");
    }
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), ==, 0);
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), "user:question 0|"));

  /* 90 bytes are more than 7/8: from here on only what fills 60 is kept, beginning with a question. */
  fixture_exchange (f, "question 4", "answer ...");
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), "user:question 2|"));
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), ==, 4);

  /* And the start stays, so that the engine can keep what it has evaluated. */
  fixture_exchange (f, "question 5", "answer ...");
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), "user:question 2|"));
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), ==, 4);
}

static void
test_progress (Fixture *f, gconstpointer data)
{
  MynaPromptProgress progress;

  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  fake_generator_read (f->engine, 128, 1024);
  g_assert_cmpint (myna_conversation_get_activity (f->conversation), ==, MYNA_ACTIVITY_READING);
  myna_conversation_get_progress (f->conversation, &progress);
  g_assert_cmpuint (progress.n_done, ==, 128);
  g_assert_cmpuint (progress.n_total, ==, 1024);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  /* An empty answer is an answer. */
  assert_stored (f, "u:q|a:");
}

/* The system prompt comes first and is never left out. */
static void
test_system_prompt (Fixture *f, gconstpointer data)
{
  myna_conversation_set_settings (f->conversation, "{\"system\": \"Be brief.\"}");
  fake_generator_set_context_length (f->engine, 100);
  for (int i = 0; i < 6; i++)
    fixture_exchange (f, "question x", "answer ...");
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), "system:Be brief.|user:question x|"));
  g_assert_cmpstr (fake_generator_get_settings (f->engine), ==, myna_conversation_get_settings (f->conversation));
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), >, 0);
}

static void
test_attachment (Fixture *f, gconstpointer data)
{
  myna_conversation_send_full (f->conversation, "Why?", "[{\"name\": \"a.c\", \"text\": \"int \\u4f60;\\n```\"}]");
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:a.c\n````\nint 你;\n```\n````\n\nWhy?");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

/* ---- Titles ----------------------------------------------------------------------------------------------------- */

static void
test_titles (void)
{
  static const char *cases[][2] = {
    { "Hello", "Hello" },
    { "# Heading\nrest", "Heading" },
    { "\n\n  two\tblanks  here ", "two blanks here" },
    { "```c\nint main (void)\n```", "int main (void)" },
    { "Write a long explanation of how quicksort chooses its pivot", "Write a long explanation of how quicksort…" },
    { "请给我讲一讲快速排序算法是怎样选择枢轴元素的以及为什么这样选择", "请给我讲一讲快速排序算法是怎样选择枢轴元素的…" },
    { "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", "Donaudampfschifffahrtsgesellschaftskapitänsm…" },
    { "???", "???" },
    { "gpj\u202e.exe\u2066 and\033[2Jmore\u200f", "gpj.exe and [2Jmore" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *title = myna_title_from_text (cases[i][0]);

      g_assert_cmpstr (title, ==, cases[i][1]);
    }
}

/* A first message that is only a file, or only pasted text. */
static void
test_title_of_attachment (void)
{
  /* clang-format off */
  static const char *cases[][3] = {
    { "", "[{\"name\": \"notes.txt\", \"text\": \"# Plan\\nmore\"}]", "notes.txt" },
    { " \n", "[{\"name\": \"Pasted text\", \"text\": \"# Plan\\nmore\"}]", "Plan" },
    { "Why?", "[{\"name\": \"notes.txt\", \"text\": \"x\"}]", "Why?" },
    { "", "not JSON", "" },
    { "", NULL, "" },
  };
  /* clang-format on */

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *title = myna_title_from_question (cases[i][0], cases[i][1]);

      g_assert_cmpstr (title, ==, cases[i][2]);
    }
}

#define ADD(path, function) g_test_add ("/conversation/" path, Fixture, NULL, fixture_setup, function, fixture_teardown)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("reopen", test_reopen);
  ADD ("interrupted", test_interrupted);
  ADD ("left-alone", test_left_alone);
  ADD ("paging", test_paging);
  ADD ("wanted", test_wanted);
  ADD ("context", test_context);
  ADD ("progress", test_progress);
  ADD ("system-prompt", test_system_prompt);
  ADD ("attachment", test_attachment);
  g_test_add_func ("/conversation/titles", test_titles);
  g_test_add_func ("/conversation/title-of-attachment", test_title_of_attachment);
  return g_test_run ();
}
