/* test-conversation.c: a conversation without a display: the store is real, the engine is a fake
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "conversation/myna-conversation.h"

#include <string.h>

#include "fake-generator.h"
#include "store-test.h"

typedef struct
{
  StoreDb *db;
  FakeGenerator *engine;
  MynaConversation *conversation;
  gboolean closed;
} Fixture;

/* Runs the main loop until the condition holds; the test's own time limit is the time limit. */
#define wait_for(condition) \
  G_STMT_START { while (!(condition)) g_main_context_iteration (NULL, TRUE); } G_STMT_END

static void
setup (Fixture       *f,
       gconstpointer  data)
{
  f->db = test_open_memory ();
  f->engine = fake_generator_new ();
  f->conversation = myna_conversation_new_with_generator (f->db, MYNA_GENERATOR (f->engine), 0);
}

static guint
n_items (Fixture *f)
{
  return g_list_model_get_n_items (G_LIST_MODEL (f->conversation));
}

/* Borrowed: the list keeps it. */
static MynaMessage *
item (Fixture *f,
      guint    position)
{
  g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (f->conversation), position);

  g_assert_nonnull (message);
  return message;
}

static void
idle (Fixture *f)
{
  wait_for (!myna_conversation_get_busy (f->conversation) && !myna_conversation_get_loading (f->conversation));
}

/* Waits till the store has done all that was asked of it, and what its signals led to. */
static void
settle (Fixture *f)
{
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) list = test_list (f->db, STORE_LIST_ACTIVE);

      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

static void
teardown (Fixture       *f,
          gconstpointer  data)
{
  fake_generator_forget (f->engine);
  if (!f->closed)
    settle (f);
  g_assert_finalize_object (f->conversation);
  g_clear_object (&f->engine);
  store_close (f->db);
  g_assert_finalize_object (f->db);
}

static void
requested (Fixture *f)
{
  wait_for (fake_generator_n_requests (f->engine) > 0);
}

static void
exchange (Fixture    *f,
          const char *question,
          const char *answer)
{
  myna_conversation_send (f->conversation, question);
  requested (f);
  fake_generator_say (f->engine, answer);
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
}

/* The branch as "role:text|role:text", as the store would show it after a restart. */
static char *
stored (Fixture *f)
{
  g_autoptr (GPtrArray) branch = test_branch (f->db, myna_conversation_get_id (f->conversation), 0);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < branch->len; i++)
    {
      StoreMessage *listed = g_ptr_array_index (branch, i);
      g_autoptr (StoreMessage) message = test_get_message (f->db, listed->id);

      g_string_append_printf (out, "%s%s:%s", i ? "|" : "", message->role == STORE_ROLE_USER ? "u" : "a", message->text);
    }
  return g_string_free (out, FALSE);
}

static char *
shown (Fixture *f)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n_items (f); i++)
    g_string_append_printf (out, "%s%s:%s", i ? "|" : "", myna_message_get_role (item (f, i)) == STORE_ROLE_USER ? "u" : "a",
                            myna_message_get_text (item (f, i)));
  return g_string_free (out, FALSE);
}

#define assert_shown(f, expected) \
  G_STMT_START { g_autofree char *shown_ = shown (f); g_assert_cmpstr (shown_, ==, expected); } G_STMT_END
#define assert_stored(f, expected) \
  G_STMT_START { g_autofree char *stored_ = stored (f); g_assert_cmpstr (stored_, ==, expected); } G_STMT_END

static void
load_all (Fixture *f)
{
  for (guint i = 0; i < n_items (f); i++)
    {
      myna_conversation_load_range (f->conversation, i, i);
      wait_for (myna_message_get_loaded (item (f, i)));
    }
}

/* ---- Sending ------------------------------------------------------------------------------------------------------ */

static void
test_send (Fixture       *f,
           gconstpointer  data)
{
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (StoreConversation) record = NULL;

  myna_conversation_set_draft (f->conversation, "an idea");
  settle (f);
  before = test_list (f->db, STORE_LIST_ACTIVE);
  g_assert_cmpuint (before->len, ==, 0);
  g_assert_cmpint (myna_conversation_get_id (f->conversation), ==, 0);

  myna_conversation_send (f->conversation, "What is a myna?");
  g_assert_true (myna_conversation_get_busy (f->conversation));
  requested (f);
  g_assert_cmpint (myna_conversation_get_id (f->conversation), >, 0);
  g_assert_cmpstr (myna_conversation_get_title (f->conversation), ==, "What is a myna?");
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:What is a myna?");
  assert_shown (f, "u:What is a myna?|a:");

  fake_generator_say (f->engine, "A bird");
  g_assert_cmpint (myna_conversation_get_activity (f->conversation), ==, MYNA_ACTIVITY_WRITING);
  fake_generator_say (f->engine, " 八哥.");
  assert_shown (f, "u:What is a myna?|a:A bird 八哥.");
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
  g_assert_cmpint (myna_message_get_state (item (f, 1)), ==, STORE_STATE_COMPLETE);
  assert_stored (f, "u:What is a myna?|a:A bird 八哥.");
  g_assert_cmpstr (myna_message_get_record (item (f, 1))->model, ==, "Parrot");

  record = test_get_conversation (f->db, myna_conversation_get_id (f->conversation));
  g_assert_cmpstr (record->title, ==, "What is a myna?");

  exchange (f, "And a parrot?", "Another.");
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==,
                   "user:What is a myna?|assistant:A bird 八哥.|user:And a parrot?");
  assert_stored (f, "u:What is a myna?|a:A bird 八哥.|u:And a parrot?|a:Another.");
}

/* The row is there from the first token and follows within a third of a second, before the reply has ended. */
static void
test_flush (Fixture       *f,
            gconstpointer  data)
{
  gint64 id, deadline;
  g_autoptr (StoreMessage) row = NULL;

  myna_conversation_send (f->conversation, "q");
  requested (f);
  fake_generator_say (f->engine, "one");
  wait_for (myna_message_get_id (item (f, 1)));
  id = myna_message_get_id (item (f, 1));
  row = test_get_message (f->db, id);
  g_assert_cmpstr (row->text, ==, "one");
  g_assert_cmpint (row->state, ==, STORE_STATE_GENERATING);

  fake_generator_say (f->engine, " two");
  deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  do
    {
      g_clear_pointer (&row, store_message_free);
      row = test_get_message (f->db, id);
    }
  while (!g_str_equal (row->text, "one two") && g_get_monotonic_time () < deadline);
  g_assert_cmpstr (row->text, ==, "one two");
  g_assert_cmpint (row->state, ==, STORE_STATE_GENERATING);
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
}

static void
test_stop (Fixture       *f,
           gconstpointer  data)
{
  /* Before the first token: as if it had not been asked for. */
  myna_conversation_send (f->conversation, "q");
  requested (f);
  myna_conversation_stop (f->conversation);
  g_assert_cmpint (myna_conversation_get_activity (f->conversation), ==, MYNA_ACTIVITY_STOPPING);
  idle (f);
  load_all (f);
  assert_shown (f, "u:q");
  g_assert_true (myna_conversation_can_regenerate (f->conversation, item (f, 0)));

  /* After it: what there is stays, and can be continued. */
  myna_conversation_regenerate (f->conversation, item (f, 0));
  requested (f);
  fake_generator_say (f->engine, "half a ");
  myna_conversation_stop (f->conversation);
  idle (f);
  g_assert_cmpint (myna_message_get_state (item (f, 1)), ==, STORE_STATE_STOPPED);
  fake_generator_say_late (f->engine, "ghost");
  assert_shown (f, "u:q|a:half a ");
  assert_stored (f, "u:q|a:half a ");

  g_assert_true (myna_conversation_can_continue (f->conversation, item (f, 1)));
  myna_conversation_continue (f->conversation, item (f, 1));
  requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:q+half a ");
  fake_generator_say (f->engine, "word");
  fake_generator_end (f->engine, GLM_STOP_LENGTH);
  idle (f);
  g_assert_cmpint (myna_message_get_state (item (f, 1)), ==, STORE_STATE_LENGTH);
  g_assert_true (myna_conversation_can_continue (f->conversation, item (f, 1)));
  assert_stored (f, "u:q|a:half a word");
}

/* Stopped at each moment between Send and the request, a question is stored and the conversation idle. */
static void
test_stop_anywhere (Fixture       *f,
                    gconstpointer  data)
{
  for (int steps = 0; steps < 12; steps++)
    {
      g_autofree char *expected = NULL;
      guint before = n_items (f);

      myna_conversation_send (f->conversation, "q");
      for (int i = 0; i < steps; i++)
        g_main_context_iteration (NULL, FALSE);
      myna_conversation_stop (f->conversation);
      idle (f);
      g_assert_cmpuint (n_items (f), ==, before + 1);
      g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 0);
    }
}

static void
test_queue (Fixture       *f,
            gconstpointer  data)
{
  g_autoptr (StoreConversation) record = NULL;

  myna_conversation_send (f->conversation, "first");
  requested (f);
  fake_generator_say (f->engine, "answer");
  myna_conversation_send (f->conversation, "second");
  myna_conversation_send (f->conversation, "third");
  myna_conversation_set_draft (f->conversation, "fourth");
  assert_shown (f, "u:first|a:answer|u:second|u:third");
  g_assert_true (myna_message_get_queued (item (f, 2)));
  g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 1);

  /* If the program ended now, the draft would have them. */
  wait_for (myna_message_get_id (item (f, 1)));
  myna_conversation_finish_all (f->db);
  record = test_get_conversation (f->db, myna_conversation_get_id (f->conversation));
  g_assert_cmpstr (record->draft, ==, "second\n\nthird\n\nfourth");
}

static void
test_queue_goes_on (Fixture       *f,
                    gconstpointer  data)
{
  g_autoptr (StoreConversation) record = NULL;

  myna_conversation_send (f->conversation, "first");
  requested (f);
  fake_generator_say (f->engine, "answer");
  myna_conversation_send (f->conversation, "second");
  myna_conversation_send (f->conversation, "third");
  myna_conversation_unqueue (f->conversation, item (f, 2));
  assert_shown (f, "u:first|a:answer|u:third");
  fake_generator_end (f->engine, GLM_STOP_END);
  requested (f);
  g_assert_false (myna_message_get_queued (item (f, 2)));
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:first|assistant:answer|user:third");
  fake_generator_say (f->engine, "ok");
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
  assert_stored (f, "u:first|a:answer|u:third|a:ok");
  record = test_get_conversation (f->db, myna_conversation_get_id (f->conversation));
  g_assert_null (record->draft);
}

/* ---- Errors ------------------------------------------------------------------------------------------------------- */

static void
test_engine_error (Fixture       *f,
                   gconstpointer  data)
{
  myna_conversation_send (f->conversation, "q");
  requested (f);
  fake_generator_fail (f->engine, GLM_ERROR_NO_MEMORY);
  idle (f);
  g_assert_cmpint (myna_message_get_state (item (f, 1)), ==, STORE_STATE_FAILED);
  g_assert_nonnull (strstr (myna_message_get_error (item (f, 1)), "memory"));
  g_assert_cmpstr (myna_message_get_error_details (item (f, 1)), ==, "the engine's words");
  assert_stored (f, "u:q");

  myna_conversation_retry (f->conversation, item (f, 1));
  requested (f);
  g_assert_cmpuint (n_items (f), ==, 2);
  g_assert_null (myna_message_get_error (item (f, 1)));
  fake_generator_say (f->engine, "partial");
  fake_generator_fail (f->engine, GLM_ERROR_IO);
  idle (f);
  assert_stored (f, "u:q|a:partial");
  g_assert_cmpint (myna_message_get_state (item (f, 1)), ==, STORE_STATE_FAILED);

  /* Retry after a partial reply keeps it as an alternative. */
  myna_conversation_retry (f->conversation, item (f, 1));
  requested (f);
  fake_generator_say (f->engine, "whole");
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
  assert_stored (f, "u:q|a:whole");
  g_assert_cmpint (myna_message_get_n_siblings (item (f, 1)), ==, 2);
}

static void
test_store_error (Fixture       *f,
                  gconstpointer  data)
{
  store_close (f->db);
  f->closed = TRUE;
  myna_conversation_send (f->conversation, "precious");
  idle (f);
  assert_shown (f, "u:precious");
  g_assert_nonnull (myna_message_get_error (item (f, 0)));
  g_assert_cmpint (myna_message_get_state (item (f, 0)), ==, STORE_STATE_FAILED);
  /* Nothing overtakes it. */
  myna_conversation_send (f->conversation, "after");
  idle (f);
  assert_shown (f, "u:precious|u:after");
  g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 0);
}

/* ---- Branches ----------------------------------------------------------------------------------------------------- */

static void
test_regenerate (Fixture       *f,
                 gconstpointer  data)
{
  exchange (f, "q", "first");
  myna_conversation_regenerate (f->conversation, item (f, 1));
  requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:q");
  fake_generator_say (f->engine, "second");
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
  assert_stored (f, "u:q|a:second");
  g_assert_cmpint (myna_message_get_sibling_index (item (f, 1)), ==, 1);
  g_assert_cmpint (myna_message_get_n_siblings (item (f, 1)), ==, 2);

  myna_conversation_switch (f->conversation, item (f, 1), -1);
  wait_for (myna_message_get_sibling_index (item (f, 1)) == 0 && myna_message_get_loaded (item (f, 1)));
  assert_shown (f, "u:q|a:first");
  settle (f);
  assert_stored (f, "u:q|a:first");

  /* Stopped before a word: the answer that was shown is shown again. */
  idle (f);
  myna_conversation_regenerate (f->conversation, item (f, 1));
  requested (f);
  myna_conversation_stop (f->conversation);
  idle (f);
  load_all (f);
  assert_shown (f, "u:q|a:first");
}

static void
test_edit (Fixture       *f,
           gconstpointer  data)
{
  exchange (f, "q1", "a1");
  exchange (f, "q2", "a2");
  myna_conversation_edit (f->conversation, item (f, 2), "q2, better");
  requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:q1|assistant:a1|user:q2, better");
  fake_generator_say (f->engine, "better");
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
  assert_stored (f, "u:q1|a:a1|u:q2, better|a:better");
  g_assert_cmpint (myna_message_get_n_siblings (item (f, 2)), ==, 2);

  myna_conversation_switch (f->conversation, item (f, 2), -1);
  wait_for (myna_message_get_sibling_index (item (f, 2)) == 0);
  idle (f);
  load_all (f);
  assert_shown (f, "u:q1|a:a1|u:q2|a:a2");

  /* The first question can be asked anew too. */
  myna_conversation_edit (f->conversation, item (f, 0), "other");
  requested (f);
  fake_generator_say (f->engine, "x");
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
  assert_stored (f, "u:other|a:x");
}

static void
test_delete (Fixture       *f,
             gconstpointer  data)
{
  exchange (f, "q1", "a1");
  exchange (f, "q2", "a2");
  myna_conversation_delete (f->conversation, item (f, 2));
  assert_shown (f, "u:q1|a:a1");
  assert_stored (f, "u:q1|a:a1|u:q2|a:a2");
  myna_conversation_undo_delete (f->conversation);
  idle (f);
  load_all (f);
  assert_shown (f, "u:q1|a:a1|u:q2|a:a2");

  /* Sending makes it final. */
  myna_conversation_delete (f->conversation, item (f, 2));
  exchange (f, "q3", "a3");
  assert_stored (f, "u:q1|a:a1|u:q3|a:a3");
  g_assert_cmpint (myna_message_get_n_siblings (item (f, 2)), ==, 1);
}

/* ---- Opening again ------------------------------------------------------------------------------------------------ */

static void
test_reopen (Fixture       *f,
             gconstpointer  data)
{
  gint64 id;
  MynaConversation *same;

  exchange (f, "q", "a");
  id = myna_conversation_get_id (f->conversation);
  same = myna_conversation_new_with_generator (f->db, MYNA_GENERATOR (f->engine), id);
  g_assert_true (same == f->conversation);
  g_object_unref (same);

  myna_conversation_set_draft (f->conversation, "unsent");
  settle (f);
  g_assert_finalize_object (f->conversation);
  f->conversation = myna_conversation_new_with_generator (f->db, MYNA_GENERATOR (f->engine), id);
  g_assert_true (myna_conversation_get_loading (f->conversation));
  idle (f);
  load_all (f);
  assert_shown (f, "u:q|a:a");
  g_assert_cmpstr (myna_conversation_get_title (f->conversation), ==, "q");
  wait_for (g_strcmp0 (myna_conversation_get_draft (f->conversation), "unsent") == 0);

  /* A sent draft does not come back. */
  myna_conversation_send (f->conversation, "unsent");
  myna_conversation_set_draft (f->conversation, NULL);
  requested (f);
  settle (f);
  g_assert_null (myna_conversation_get_draft (f->conversation));
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);

  /* Renamed elsewhere. */
  test_do (f->db, store_rename_async, id, "Birds", TRUE);
  wait_for (g_str_equal (myna_conversation_get_title (f->conversation), "Birds"));
}

static void
test_interrupted (Fixture       *f,
                  gconstpointer  data)
{
  gint64 id;

  myna_conversation_send (f->conversation, "q");
  requested (f);
  fake_generator_say (f->engine, "half");
  wait_for (myna_message_get_id (item (f, 1)));
  id = myna_conversation_get_id (f->conversation);
  myna_conversation_finish_all (f->db);
  idle (f);
  wait_for (fake_generator_n_requests (f->engine) == 0);
  fake_generator_forget (f->engine);
  settle (f);
  g_assert_finalize_object (f->conversation);

  f->conversation = myna_conversation_new_with_generator (f->db, MYNA_GENERATOR (f->engine), id);
  idle (f);
  load_all (f);
  assert_shown (f, "u:q|a:half");
  g_assert_cmpint (myna_message_get_state (item (f, 1)), ==, STORE_STATE_INTERRUPTED);
  myna_conversation_continue (f->conversation, item (f, 1));
  requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:q+half");
  fake_generator_say (f->engine, " done");
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
  assert_stored (f, "u:q|a:half done");
}

/* A reply goes on when nobody holds the conversation any more. */
static void
test_left_alone (Fixture       *f,
                 gconstpointer  data)
{
  gint64 id;

  myna_conversation_send (f->conversation, "q");
  requested (f);
  id = myna_conversation_get_id (f->conversation);
  g_clear_object (&f->conversation);
  fake_generator_say (f->engine, "a");
  fake_generator_end (f->engine, GLM_STOP_END);
  f->conversation = myna_conversation_new_with_generator (f->db, MYNA_GENERATOR (f->engine), id);
  idle (f);
  load_all (f);
  assert_stored (f, "u:q|a:a");
}

/* ---- Long conversations ------------------------------------------------------------------------------------------- */

static void
test_paging (Fixture       *f,
             gconstpointer  data)
{
  gint64 id = test_add_conversation (f->db, "long"), parent = 0;
  guint n_loaded = 0;

  for (int i = 0; i < 2000; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %d", i);

      parent = test_add_message (f->db, id, parent, i % 2 ? STORE_ROLE_ASSISTANT : STORE_ROLE_USER, STORE_STATE_COMPLETE,
                                 text);
    }
  g_clear_object (&f->conversation);
  f->conversation = myna_conversation_new_with_generator (f->db, MYNA_GENERATOR (f->engine), id);
  idle (f);
  g_assert_cmpuint (n_items (f), ==, 2000);
  wait_for (myna_message_get_loaded (item (f, 1999)));
  g_assert_false (myna_message_get_loaded (item (f, 1000)));

  /* As if scrolled through: bounded, and each text is right when it is there. */
  for (guint i = 0; i < 2000; i += 10)
    {
      g_autofree char *expected = g_strdup_printf ("message %u", i);

      myna_conversation_load_range (f->conversation, i, i + 9);
      wait_for (myna_message_get_loaded (item (f, i)));
      g_assert_cmpstr (myna_message_get_text (item (f, i)), ==, expected);
    }
  for (guint i = 0; i < 2000; i++)
    n_loaded += myna_message_get_loaded (item (f, i));
  g_assert_cmpuint (n_loaded, <=, 700);
}

/* Tokens are bytes here: 10 a message, 100 in all. */
static void
test_context (Fixture       *f,
              gconstpointer  data)
{
  fake_generator_set_context_length (f->engine, 100);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *question = g_strdup_printf ("question %d", i);

      exchange (f, question, "answer ...");
    }
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), ==, 0);
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), "user:question 0|"));

  /* 90 bytes are more than 7/8: from here on only what fills 60 is kept, beginning with a question. */
  exchange (f, "question 4", "answer ...");
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), "user:question 2|"));
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), ==, 4);

  /* And the start stays, so that the engine can keep what it has evaluated. */
  exchange (f, "question 5", "answer ...");
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), "user:question 2|"));
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), ==, 4);
}

static void
test_progress (Fixture       *f,
               gconstpointer  data)
{
  MynaPromptProgress progress;

  myna_conversation_send (f->conversation, "q");
  requested (f);
  fake_generator_read (f->engine, 128, 1024);
  g_assert_cmpint (myna_conversation_get_activity (f->conversation), ==, MYNA_ACTIVITY_READING);
  myna_conversation_get_progress (f->conversation, &progress);
  g_assert_cmpuint (progress.n_done, ==, 128);
  g_assert_cmpuint (progress.n_total, ==, 1024);
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
  /* An empty answer is an answer. */
  assert_stored (f, "u:q|a:");
}

static void
set_system_cb (MynaConversation *conversation)
{
  myna_conversation_set_sampling (conversation, NULL, "Be brief.");
}

/* The system prompt comes first and is never left out. */
static void
test_system_prompt (Fixture       *f,
                    gconstpointer  data)
{
  g_signal_connect (f->conversation, "prepare", G_CALLBACK (set_system_cb), NULL);
  fake_generator_set_context_length (f->engine, 100);
  for (int i = 0; i < 6; i++)
    exchange (f, "question x", "answer ...");
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), "system:Be brief.|user:question x|"));
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), >, 0);
}

static void
test_attachment (Fixture       *f,
                 gconstpointer  data)
{
  myna_conversation_send_full (f->conversation, "Why?", "[{\"name\": \"a.c\", \"text\": \"int \\u4f60;\\n```\"}]");
  requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:a.c\n````\nint 你;\n```\n````\n\nWhy?");
  fake_generator_end (f->engine, GLM_STOP_END);
  idle (f);
}

/* ---- Titles ------------------------------------------------------------------------------------------------------- */

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
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *title = myna_title_from_text (cases[i][0]);

      g_assert_cmpstr (title, ==, cases[i][1]);
    }
}

#define ADD(path, function) g_test_add ("/conversation/" path, Fixture, NULL, setup, function, teardown)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("send", test_send);
  ADD ("flush", test_flush);
  ADD ("stop", test_stop);
  ADD ("stop-anywhere", test_stop_anywhere);
  ADD ("queue", test_queue);
  ADD ("queue-goes-on", test_queue_goes_on);
  ADD ("engine-error", test_engine_error);
  ADD ("store-error", test_store_error);
  ADD ("regenerate", test_regenerate);
  ADD ("edit", test_edit);
  ADD ("delete", test_delete);
  ADD ("reopen", test_reopen);
  ADD ("interrupted", test_interrupted);
  ADD ("left-alone", test_left_alone);
  ADD ("paging", test_paging);
  ADD ("context", test_context);
  ADD ("progress", test_progress);
  ADD ("system-prompt", test_system_prompt);
  ADD ("attachment", test_attachment);
  g_test_add_func ("/conversation/titles", test_titles);
  return g_test_run ();
}
