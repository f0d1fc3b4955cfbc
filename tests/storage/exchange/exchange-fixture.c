/* exchange-fixture.c: see exchange-fixture.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange-fixture.h"

void
test_exchange_set_up (TestExchange *fixture, gconstpointer data)
{
  fixture->folder = test_folder_new ();
  fixture->db = test_open_memory ();
}

void
test_exchange_tear_down (TestExchange *fixture, gconstpointer data)
{
  g_object_unref (fixture->db);
  test_folder_remove (fixture->folder);
}

char *
test_export_text (TestExchange *fixture, StoreDb *db, StoreFormat format)
{
  g_autofree char *path = g_build_filename (fixture->folder, "export", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  StoreExport request = { .file = file, .format = format };
  char *text = NULL;

  test_wait_id (TEST_CALL (db, store_export_async, &request), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  return text;
}

static void
add_full_message (StoreDb *db, gint64 conversation, gint64 parent, StoreRole role, StoreState state, const char *text)
{
  g_autoptr (StoreMessage) message = store_message_new ();

  message->conversation_id = conversation;
  message->parent_id = parent;
  message->role = role;
  message->state = state;
  g_free (message->text);
  message->text = g_strdup (text);
  message->attachments = g_strdup ("[{\"name\":\"a \\\"b\\\".txt\",\"text\":\"<x> & `code`\"}]");
  message->model = g_strdup ("GLM-4");
  message->created_at = 1700000000001 + parent;
  message->finished_at = 1700000000002;
  message->n_prompt_tokens = 3;
  message->n_tokens = 4;
  message->first_token_seconds = 0.1;
  message->seconds = 1.0 / 3;
  message->mark = -1;
  test_do (db, store_add_message_async, message);
}

static GPtrArray *
make_made (void)
{
  g_autoptr (GBytes) picture = g_bytes_new_static ("\x89PNG", 4);
  g_autoptr (GBytes) file = g_bytes_new_static ("a\0b", 3);
  GPtrArray *list = store_made_list_new ();

  g_ptr_array_add (list, store_made_new ("", 3, 2, picture));
  g_ptr_array_add (list, store_made_new ("out <1>.bin", 0, 0, file));
  g_ptr_array_add (list, store_made_new ("large.bin", 0, 0, NULL));
  return list;
}

/* A question that is answered with a tool's help. */
static void
add_tool_chat (StoreDb *db, gint64 conversation)
{
  g_autoptr (StoreMessage) message = store_message_new ();
  gint64 first = test_add_message (db, conversation, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "6 × 7?");

  message->parent_id = test_add_message (db, conversation, first, STORE_ROLE_ASSISTANT, STORE_STATE_COMPLETE,
                                         "<think>\nA *product*.\n</think>\n\nI calculate.");
  message->conversation_id = conversation;
  message->role = STORE_ROLE_ASSISTANT;
  g_free (message->text);
  message->text = g_strdup ("{\"expression\": \"6*6\"}");
  message->call = g_new (StoreCall, 1);
  *message->call = (StoreCall){ STORE_CALL_DONE,
                                STORE_ALLOWED_BY_PERSON,
                                TRUE,
                                1700000000003,
                                1700000000004,
                                g_strdup ("calculate"),
                                g_strdup ("calculate"),
                                g_strdup ("{\"expression\": \"6*7\"}"),
                                g_strdup ("42\n<exactly>"),
                                make_made () };
  message->parent_id = test_wait_id (TEST_CALL (db, store_add_message_async, message), NULL);
  message->parent_id =
      test_add_message (db, conversation, message->parent_id, STORE_ROLE_OBSERVATION, STORE_STATE_COMPLETE, "42");
  message->call->state = STORE_CALL_NOT_RUN;
  g_clear_pointer (&message->call->arguments, g_free);
  g_clear_pointer (&message->call->result, g_free);
  g_clear_pointer (&message->call->made, g_ptr_array_unref);
  test_wait_id (TEST_CALL (db, store_add_message_async, message), NULL);
}

void
test_make_history (StoreDb *db)
{
  gint64 outer = test_wait_id (TEST_CALL (db, store_add_folder_async, "工作", 0), NULL);
  gint64 inner = test_wait_id (TEST_CALL (db, store_add_folder_async, "GLM", outer), NULL);
  gint64 a = test_add_conversation (db, "a <title> & \"more\" 模型");
  gint64 b;

  add_full_message (db, a, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "Question <b>& `</script>`\n```c\nint a;\n```\n");
  add_full_message (db, a, 1, STORE_ROLE_ASSISTANT, STORE_STATE_STOPPED, "first 😀 \t\001 answer");
  add_full_message (db, a, 1, STORE_ROLE_ASSISTANT, STORE_STATE_LENGTH, "second\r\nanswer");
  add_full_message (db, a, 2, STORE_ROLE_OBSERVATION, STORE_STATE_FAILED, "");
  test_do (db, store_set_head_async, a, 3);
  test_do (db, store_rename_async, a, "a <title> & \"more\" 模型", TRUE);
  test_do (db, store_set_folder_async, a, inner);
  test_do (db, store_set_pinned_async, a, TRUE);
  test_do (db, store_set_model_async, a, "/models/x.gguf");
  test_do (db, store_set_settings_async, a, "{\"temperature\" : 0.10, \"tools\": [\"calculate\", \"gone\"]}");
  test_do (db, store_set_draft_async, a, "half");
  b = test_add_conversation (db, "");
  add_tool_chat (db, b);
  test_do (db, store_set_archived_async, b, TRUE);
}
