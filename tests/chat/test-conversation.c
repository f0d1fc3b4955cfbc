/* test-conversation.c: what is said in a conversation: sending, queueing, stopping, failing, branching
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "chat/find.h"
#include "chat/message-parts.h"
#include "chat/myna-thinking.h"
#include "conversation-fixture.h"

/* ---- Sending ---------------------------------------------------------------------------------------------------- */

static void
test_send (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (StoreConversation) record = NULL;

  myna_conversation_set_draft (f->conversation, "an idea");
  fixture_settle (f);
  before = test_list (f->db, STORE_LIST_ACTIVE);
  g_assert_cmpuint (before->len, ==, 0);
  g_assert_cmpint (myna_conversation_get_id (f->conversation), ==, 0);

  myna_conversation_send (f->conversation, "What is a myna?");
  g_assert_true (myna_conversation_get_busy (f->conversation));
  fixture_requested (f);
  g_assert_cmpint (myna_conversation_get_id (f->conversation), >, 0);
  g_assert_cmpstr (myna_conversation_get_title (f->conversation), ==, "What is a myna?");
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:What is a myna?");
  assert_shown (f, "u:What is a myna?|a:");

  fake_generator_say (f->engine, "A bird");
  g_assert_cmpint (myna_conversation_get_activity (f->conversation), ==, MYNA_ACTIVITY_WRITING);
  fake_generator_say (f->engine, " 八哥.");
  assert_shown (f, "u:What is a myna?|a:A bird 八哥.");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  g_assert_cmpint (myna_message_get_state (fixture_item (f, 1)), ==, STORE_STATE_COMPLETE);
  assert_stored (f, "u:What is a myna?|a:A bird 八哥.");
  g_assert_cmpstr (myna_message_get_record (fixture_item (f, 1))->model, ==, "Parrot");

  record = test_get_conversation (f->db, myna_conversation_get_id (f->conversation));
  g_assert_cmpstr (record->title, ==, "What is a myna?");

  fixture_exchange (f, "And a parrot?", "Another.");
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:What is a myna?|assistant:A bird 八哥.|user:And a parrot?");
  assert_stored (f, "u:What is a myna?|a:A bird 八哥.|u:And a parrot?|a:Another.");
}

/* What a reply consists of are messages, and go to the model again as they were. */
static void
test_parts (Fixture *f, gconstpointer data)
{
  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  fake_generator_say (f->engine, "Let me see.");
  fake_generator_write (f->engine, GLM_REPLY_PART, "");
  fake_generator_write (f->engine, GLM_REPLY_CALL, "calculate");
  fake_generator_write (f->engine, GLM_REPLY_ARGUMENTS, "{}");
  fake_generator_write (f->engine, GLM_REPLY_CALLED, "{}");
  fake_generator_end (f->engine, GLM_STOP_CALL);
  /* No tool is on in this chat, which the model is told. */
  fixture_requested (f);
  fake_generator_say (f->engine, "Well.");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_shown (f, "u:q|a:Let me see.|a:{}|a:Error: There is no tool calculate here. There are none.|a:Well.");
  assert_stored (f, "u:q|a:Let me see.|a:{}|a:Error: There is no tool calculate here. There are none.|a:Well.");
  g_assert_cmpint (myna_message_get_record (fixture_item (f, 2))->call->state, ==, STORE_CALL_NOT_RUN);
  myna_conversation_send (f->conversation, "and?");
  fixture_requested (f);
  g_assert_cmpstr (
      fake_generator_get_prompt (f->engine), ==,
      "user:q|assistant:Let me see.|assistant=calculate{}:{}|observation:Error: There is no tool calculate here. There "
      "are none.|assistant:Well.|user:and?");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static guint
count_found (Fixture *f, const char *needle, guint position)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) counts = NULL;

  myna_conversation_find_async (f->conversation, needle, NULL, result_cb, &result);
  wait_for (result);
  counts = myna_conversation_find_finish (f->conversation, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (counts->len, ==, fixture_n_items (f));
  return g_array_index (counts, guint, position);
}

/* A thought goes on where it was stopped; it is found where that is wanted, and its tags are not. */
static void
test_thought (Fixture *f, gconstpointer data)
{
  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  fake_generator_write (f->engine, GLM_REPLY_THOUGHT, "\nHm");
  fake_generator_end (f->engine, GLM_STOP_LENGTH);
  fixture_idle (f);
  assert_stored (f, "u:q|a:<think>\nHm");

  myna_conversation_continue (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  fake_generator_write (f->engine, GLM_REPLY_THOUGHT, ".\n");
  fake_generator_say (f->engine, "\n\nYes.");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:q|a:<think>\nHm.\n</think>\n\nYes.");
  g_assert_cmpuint (count_found (f, "hm", 1), ==, 0);
  g_assert_cmpuint (count_found (f, "hm\nyes", 1), ==, 1);
  myna_parts_set_search_thoughts (TRUE);
  g_assert_cmpuint (count_found (f, "hm", 1), ==, 1);
  g_assert_cmpuint (count_found (f, "hm\nyes", 1), ==, 2);
  g_assert_cmpuint (count_found (f, "think", 1), ==, 0);
  myna_parts_set_search_thoughts (FALSE);
}

/* The row is there from the first token and follows within a third of a second, before the reply has ended. */
static void
test_flush (Fixture *f, gconstpointer data)
{
  gint64 id, deadline;
  g_autoptr (StoreMessage) row = NULL;

  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  fake_generator_say (f->engine, "one");
  wait_for (myna_message_get_id (fixture_item (f, 1)));
  id = myna_message_get_id (fixture_item (f, 1));
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
  fixture_idle (f);
}

static void
test_stop (Fixture *f, gconstpointer data)
{
  /* Before the first token: as if it had not been asked for. */
  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  myna_conversation_stop (f->conversation);
  g_assert_cmpint (myna_conversation_get_activity (f->conversation), ==, MYNA_ACTIVITY_STOPPING);
  fixture_idle (f);
  fixture_load_all (f);
  assert_shown (f, "u:q");
  g_assert_true (myna_conversation_can_regenerate (f->conversation, fixture_item (f, 0)));

  /* After it: what there is stays, and can be continued. */
  myna_conversation_regenerate (f->conversation, fixture_item (f, 0));
  fixture_requested (f);
  fake_generator_say (f->engine, "half a ");
  myna_conversation_stop (f->conversation);
  fixture_idle (f);
  g_assert_cmpint (myna_message_get_state (fixture_item (f, 1)), ==, STORE_STATE_STOPPED);
  fake_generator_say_late (f->engine, "ghost");
  assert_shown (f, "u:q|a:half a ");
  assert_stored (f, "u:q|a:half a ");

  g_assert_true (myna_conversation_can_continue (f->conversation, fixture_item (f, 1)));
  myna_conversation_continue (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:q+half a ");
  fake_generator_say (f->engine, "word");
  fake_generator_end (f->engine, GLM_STOP_LENGTH);
  fixture_idle (f);
  g_assert_cmpint (myna_message_get_state (fixture_item (f, 1)), ==, STORE_STATE_LENGTH);
  g_assert_true (myna_conversation_can_continue (f->conversation, fixture_item (f, 1)));
  assert_stored (f, "u:q|a:half a word");
}

/* Stopped at each moment between Send and the request, a question is stored and the conversation idle. */
static void
test_stop_anywhere (Fixture *f, gconstpointer data)
{
  for (int steps = 0; steps < 12; steps++)
    {
      g_autofree char *expected = NULL;
      guint before = fixture_n_items (f);

      myna_conversation_send (f->conversation, "q");
      for (int i = 0; i < steps; i++)
        g_main_context_iteration (NULL, FALSE);
      myna_conversation_stop (f->conversation);
      fixture_idle (f);
      g_assert_cmpuint (fixture_n_items (f), ==, before + 1);
      g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 0);
    }
}

static void
test_queue (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreConversation) record = NULL;

  myna_conversation_send (f->conversation, "first");
  fixture_requested (f);
  fake_generator_say (f->engine, "answer");
  myna_conversation_send (f->conversation, "second");
  myna_conversation_send (f->conversation, "third");
  myna_conversation_set_draft (f->conversation, "fourth");
  assert_shown (f, "u:first|a:answer|u:second|u:third");
  g_assert_true (myna_message_get_queued (fixture_item (f, 2)));
  g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 1);

  /* If the program ended now, the draft would have them. */
  wait_for (myna_message_get_id (fixture_item (f, 1)));
  myna_conversation_finish_all (f->db);
  record = test_get_conversation (f->db, myna_conversation_get_id (f->conversation));
  g_assert_cmpstr (record->draft, ==, "second\n\nthird\n\nfourth");
}

static void
test_queue_goes_on (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreConversation) record = NULL;

  myna_conversation_send (f->conversation, "first");
  fixture_requested (f);
  fake_generator_say (f->engine, "answer");
  myna_conversation_send (f->conversation, "second");
  myna_conversation_send (f->conversation, "third");
  myna_conversation_unqueue (f->conversation, fixture_item (f, 2));
  assert_shown (f, "u:first|a:answer|u:third");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_requested (f);
  g_assert_false (myna_message_get_queued (fixture_item (f, 2)));
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:first|assistant:answer|user:third");
  fake_generator_say (f->engine, "ok");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:first|a:answer|u:third|a:ok");
  record = test_get_conversation (f->db, myna_conversation_get_id (f->conversation));
  g_assert_null (record->draft);
}

typedef struct
{
  MynaConversation *conversation;
  const char *question; /* NULL: asked */
} Hasty;

static void
send_hastily (Hasty *hasty)
{
  const char *question = g_steal_pointer (&hasty->question);

  if (question)
    myna_conversation_send (hasty->conversation, question);
}

static void
idle_cb (Hasty *hasty)
{
  if (!myna_conversation_get_busy (hasty->conversation))
    send_hastily (hasty);
}

/* Whenever a question comes around the end of a reply, it is asked. */
static void
test_send_at_the_end (Fixture *f, gconstpointer data)
{
  Hasty hasty = { f->conversation, NULL };

  g_signal_connect_swapped (f->conversation, "replied", G_CALLBACK (send_hastily), &hasty);
  g_signal_connect_swapped (f->conversation, "notify::busy", G_CALLBACK (idle_cb), &hasty);
  myna_conversation_send (f->conversation, "first");
  fixture_requested (f);
  /* The engine is done; the reply's row is still being stored. */
  fake_generator_say (f->engine, "a");
  fake_generator_end (f->engine, GLM_STOP_END);
  g_assert_true (myna_conversation_get_busy (f->conversation));
  myna_conversation_send (f->conversation, "second");
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:first|assistant:a|user:second");
  /* In the very moment when the reply is told to be there. */
  hasty.question = "third";
  fake_generator_say (f->engine, "b");
  fake_generator_end (f->engine, GLM_STOP_END);
  wait_for (!hasty.question);
  fixture_requested (f);
  fake_generator_say (f->engine, "c");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:first|a:a|u:second|a:b|u:third|a:c");

  /* Stopped before its first word, the reply is taken out again, while the next question is there already. */
  g_signal_handlers_disconnect_by_data (f->conversation, &hasty);
  myna_conversation_send (f->conversation, "fourth");
  fixture_requested (f);
  myna_conversation_stop (f->conversation);
  wait_for (!myna_conversation_get_busy (f->conversation));
  myna_conversation_send (f->conversation, "fifth");
  fixture_requested (f);
  fake_generator_say (f->engine, "e");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:first|a:a|u:second|a:b|u:third|a:c|u:fourth|u:fifth|a:e");
  assert_shown (f, "u:first|a:a|u:second|a:b|u:third|a:c|u:fourth|u:fifth|a:e");
}

/* ---- Errors ----------------------------------------------------------------------------------------------------- */

static void
test_engine_error (Fixture *f, gconstpointer data)
{
  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  fake_generator_fail (f->engine, GLM_ERROR_NO_MEMORY);
  fixture_idle (f);
  g_assert_cmpint (myna_message_get_state (fixture_item (f, 1)), ==, STORE_STATE_FAILED);
  g_assert_nonnull (strstr (myna_message_get_error (fixture_item (f, 1)), "memory"));
  g_assert_cmpstr (myna_message_get_error_details (fixture_item (f, 1)), ==, "the engine's words");
  assert_stored (f, "u:q");

  myna_conversation_retry (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  g_assert_cmpuint (fixture_n_items (f), ==, 2);
  g_assert_null (myna_message_get_error (fixture_item (f, 1)));
  fake_generator_say (f->engine, "partial");
  fake_generator_fail (f->engine, GLM_ERROR_IO);
  fixture_idle (f);
  assert_stored (f, "u:q|a:partial");
  g_assert_cmpint (myna_message_get_state (fixture_item (f, 1)), ==, STORE_STATE_FAILED);

  /* Retry after a partial reply keeps it as an alternative. */
  myna_conversation_retry (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  fake_generator_say (f->engine, "whole");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:q|a:whole");
  g_assert_cmpint (myna_message_get_n_siblings (fixture_item (f, 1)), ==, 2);
}

static void
test_store_error (Fixture *f, gconstpointer data)
{
  store_close (f->db);
  f->closed = TRUE;
  myna_conversation_send (f->conversation, "precious");
  fixture_idle (f);
  assert_shown (f, "u:precious");
  g_assert_nonnull (myna_message_get_error (fixture_item (f, 0)));
  g_assert_cmpint (myna_message_get_state (fixture_item (f, 0)), ==, STORE_STATE_FAILED);
  /* Nothing overtakes it. */
  myna_conversation_send (f->conversation, "after");
  fixture_idle (f);
  assert_shown (f, "u:precious|u:after");
  g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 0);
}

/* ---- Branches --------------------------------------------------------------------------------------------------- */

static void
test_regenerate (Fixture *f, gconstpointer data)
{
  fixture_exchange (f, "q", "first");
  myna_conversation_regenerate (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:q");
  fake_generator_say (f->engine, "second");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:q|a:second");
  g_assert_cmpint (myna_message_get_sibling_index (fixture_item (f, 1)), ==, 1);
  g_assert_cmpint (myna_message_get_n_siblings (fixture_item (f, 1)), ==, 2);

  myna_conversation_switch (f->conversation, fixture_item (f, 1), -1);
  wait_for (myna_message_get_sibling_index (fixture_item (f, 1)) == 0 && myna_message_get_loaded (fixture_item (f, 1)));
  assert_shown (f, "u:q|a:first");
  fixture_settle (f);
  assert_stored (f, "u:q|a:first");

  /* Stopped before a word: the answer that was shown is shown again. */
  fixture_idle (f);
  myna_conversation_regenerate (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  myna_conversation_stop (f->conversation);
  fixture_idle (f);
  fixture_load_all (f);
  assert_shown (f, "u:q|a:first");
}

/* Another model writes one version: side by side with the first, and the chat keeps its model. */
static void
test_regenerate_with (Fixture *f, gconstpointer data)
{
  myna_conversation_set_model (f->conversation, "/models/own.gguf");
  fixture_exchange (f, "q", "first");
  g_assert_cmpstr (fake_generator_get_model (f->engine), ==, "/models/own.gguf");
  myna_conversation_regenerate_with (f->conversation, fixture_item (f, 1), "/models/other.gguf");
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_model (f->engine), ==, "/models/other.gguf");
  /* What failed is tried again with the same one. */
  fake_generator_fail (f->engine, GLM_ERROR_IO);
  fixture_idle (f);
  myna_conversation_retry (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_model (f->engine), ==, "/models/other.gguf");
  fake_generator_say (f->engine, "second");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:q|a:second");
  g_assert_cmpint (myna_message_get_n_siblings (fixture_item (f, 1)), ==, 2);
  g_assert_cmpstr (myna_conversation_get_model (f->conversation), ==, "/models/own.gguf");
  fixture_exchange (f, "q2", "a2");
  g_assert_cmpstr (fake_generator_get_model (f->engine), ==, "/models/own.gguf");
}

/* A question that does not fit the model is not one to be asked once more. */
static void
test_too_long (Fixture *f, gconstpointer data)
{
  myna_conversation_send (f->conversation, "long");
  fixture_requested (f);
  fake_generator_fail (f->engine, GLM_ERROR_CONTEXT_FULL);
  fixture_idle (f);
  g_assert_nonnull (myna_message_get_error (fixture_item (f, 1)));
  g_assert_true (myna_message_get_too_long (fixture_item (f, 1)));
  myna_conversation_send (f->conversation, "other");
  fixture_requested (f);
  fake_generator_fail (f->engine, GLM_ERROR_IO);
  fixture_idle (f);
  g_assert_false (myna_message_get_too_long (fixture_item (f, fixture_n_items (f) - 1)));
}

static void
test_edit_attachments (Fixture *f, gconstpointer data)
{
  myna_conversation_send_full (f->conversation, "q", "[{\"name\": \"a\", \"text\": \"b\"}]");
  fixture_requested (f);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  g_assert_nonnull (strstr (fake_generator_get_prompt (f->engine), "b"));
  myna_conversation_edit (f->conversation, fixture_item (f, 0), "q", NULL);
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:q");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

/* A long text leaves the window for the history, and a question that is asked anew has it still. */
static void
test_long_attachment (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) json = g_string_new ("[{\"name\": \"a\", \"text\": \"");
  g_autoptr (GPtrArray) documents = NULL;
  g_autofree char *kept = NULL;

  while (json->len < 2 << 20)
    g_string_append_printf (json, "Line %zu.\\n", json->len);
  g_string_append (json, "\"}]");
  myna_conversation_send_full (f->conversation, "Line 1000000?", json->str);
  fixture_requested (f);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  wait_for (strlen (myna_message_get_record (fixture_item (f, 0))->attachments) < 20000);
  kept = g_strdup (myna_message_get_record (fixture_item (f, 0))->attachments);
  myna_conversation_edit (f->conversation, fixture_item (f, 0), "Line 2000000?", kept);
  fixture_requested (f);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  documents = test_wait_list (TEST_CALL (f->db, store_list_documents_async, myna_conversation_get_id (f->conversation)), NULL);
  g_assert_cmpuint (documents->len, ==, 2);
  g_assert_cmpint (((StoreDocument *) documents->pdata[1])->n_bytes, >, 1 << 20);
}

static void
test_edit (Fixture *f, gconstpointer data)
{
  fixture_exchange (f, "q1", "a1");
  fixture_exchange (f, "q2", "a2");
  myna_conversation_edit (f->conversation, fixture_item (f, 2), "q2, better", NULL);
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, "user:q1|assistant:a1|user:q2, better");
  fake_generator_say (f->engine, "better");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:q1|a:a1|u:q2, better|a:better");
  g_assert_cmpint (myna_message_get_n_siblings (fixture_item (f, 2)), ==, 2);

  myna_conversation_switch (f->conversation, fixture_item (f, 2), -1);
  wait_for (myna_message_get_sibling_index (fixture_item (f, 2)) == 0);
  fixture_idle (f);
  fixture_load_all (f);
  assert_shown (f, "u:q1|a:a1|u:q2|a:a2");

  /* The first question can be asked anew too. */
  myna_conversation_edit (f->conversation, fixture_item (f, 0), "other", NULL);
  fixture_requested (f);
  fake_generator_say (f->engine, "x");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:other|a:x");
}

static void
test_delete (Fixture *f, gconstpointer data)
{
  fixture_exchange (f, "q1", "a1");
  fixture_exchange (f, "q2", "a2");
  myna_conversation_delete (f->conversation, fixture_item (f, 2));
  assert_shown (f, "u:q1|a:a1");
  assert_stored (f, "u:q1|a:a1|u:q2|a:a2");
  myna_conversation_undo_delete (f->conversation);
  fixture_idle (f);
  fixture_load_all (f);
  assert_shown (f, "u:q1|a:a1|u:q2|a:a2");

  /* Sending makes it final. */
  myna_conversation_delete (f->conversation, fixture_item (f, 2));
  fixture_exchange (f, "q3", "a3");
  assert_stored (f, "u:q1|a:a1|u:q3|a:a3");
  g_assert_cmpint (myna_message_get_n_siblings (fixture_item (f, 2)), ==, 1);
}

/* The switch: for what is asked and generated again from then on, stored with the chat, and undone without a trace. */
static void
test_thinking_switch (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreConversation) record = NULL;

  myna_conversation_set_settings (f->conversation, "{\"seed\":7}");
  fixture_exchange (f, "q1", "a1");
  g_assert_false (fake_generator_get_no_thoughts (f->engine));
  g_assert_true (myna_conversation_get_thinking (f->conversation));
  myna_conversation_set_thinking (f->conversation, FALSE);
  g_assert_false (myna_conversation_get_thinking (f->conversation));
  fixture_settle (f);
  record = test_get_conversation (f->db, myna_conversation_get_id (f->conversation));
  g_assert_cmpstr (record->settings, ==, "{\"thinking\":false,\"seed\":7}");

  myna_conversation_regenerate (f->conversation, fixture_item (f, 1));
  fixture_requested (f);
  g_assert_true (fake_generator_get_no_thoughts (f->engine));
  /* What is being written goes on as it was asked for. */
  myna_conversation_set_thinking (f->conversation, TRUE);
  fake_generator_say (f->engine, "b1");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  g_assert_cmpstr (myna_conversation_get_settings (f->conversation), ==, "{\"seed\":7}");
  fixture_exchange (f, "q2", "a2");
  g_assert_false (fake_generator_get_no_thoughts (f->engine));
}

static void
test_answer_now (Fixture *f, gconstpointer data)
{
  myna_conversation_answer_now (f->conversation);
  g_assert_false (myna_conversation_is_thinking (f->conversation));
  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  myna_conversation_answer_now (f->conversation);
  g_assert_cmpuint (fake_generator_n_answers (f->engine), ==, 0);
  fake_generator_write (f->engine, GLM_REPLY_THOUGHT, "hm");
  g_assert_true (myna_conversation_is_thinking (f->conversation));
  myna_conversation_answer_now (f->conversation);
  g_assert_cmpuint (fake_generator_n_answers (f->engine), ==, 1);
  fake_generator_say (f->engine, "a");
  g_assert_false (myna_conversation_is_thinking (f->conversation));
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_stored (f, "u:q|a:<think>hm</think>a");
}

#define ADD(path, function) g_test_add ("/conversation/" path, Fixture, NULL, fixture_setup, function, fixture_teardown)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("send", test_send);
  ADD ("parts", test_parts);
  ADD ("thought", test_thought);
  ADD ("thinking-switch", test_thinking_switch);
  ADD ("answer-now", test_answer_now);
  ADD ("flush", test_flush);
  ADD ("stop", test_stop);
  ADD ("stop-anywhere", test_stop_anywhere);
  ADD ("queue", test_queue);
  ADD ("queue-goes-on", test_queue_goes_on);
  ADD ("send-at-the-end", test_send_at_the_end);
  ADD ("engine-error", test_engine_error);
  ADD ("store-error", test_store_error);
  ADD ("regenerate", test_regenerate);
  ADD ("regenerate-with", test_regenerate_with);
  ADD ("too-long", test_too_long);
  ADD ("edit", test_edit);
  ADD ("edit-attachments", test_edit_attachments);
  ADD ("long-attachment", test_long_attachment);
  ADD ("delete", test_delete);
  return g_test_run ();
}
