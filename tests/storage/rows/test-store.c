/* test-store.c: every operation on conversations and messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store-test.h"

#include <string.h>

/* "1 2 3": the ids of a list of messages. */
static char *
message_ids (GPtrArray *list)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      StoreMessage *message = list->pdata[i];

      g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? " " : "", message->id);
    }
  return g_string_free (text, FALSE);
}

static void
assert_branch (StoreDb *db, gint64 conversation_id, gint64 leaf_id, const char *expected)
{
  g_autoptr (GPtrArray) list = test_branch (db, conversation_id, leaf_id);
  g_autofree char *ids = message_ids (list);

  g_assert_cmpstr (ids, ==, expected);
}

static void
assert_titles (StoreDb *db, StoreListKind kind, const char *expected)
{
  g_autoptr (GPtrArray) list = test_list (db, kind);
  g_autoptr (GString) titles = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      StoreConversation *conversation = list->pdata[i];

      g_string_append_printf (titles, "%s%s", i ? " " : "", conversation->title);
    }
  g_assert_cmpstr (titles->str, ==, expected);
}

static void
assert_fails (TestWait *wait, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (test_wait (wait, &error));
  g_assert_error (error, STORE_ERROR, code);
}

static void
test_conversations (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 a = test_add_conversation (db, "a");
  gint64 b = test_add_conversation (db, "b");
  gint64 c = test_add_conversation (db, "c");

  assert_titles (db, STORE_LIST_ACTIVE, "c b a");

  test_do (db, store_rename_async, a, "数学作业", TRUE);
  test_do (db, store_rename_async, a, "An automatic title", FALSE); /* leaves the person's alone */
  test_do (db, store_set_pinned_async, a, TRUE);
  assert_titles (db, STORE_LIST_ACTIVE, "数学作业 c b");

  test_do (db, store_set_archived_async, b, TRUE);
  assert_titles (db, STORE_LIST_ACTIVE, "数学作业 c");
  assert_titles (db, STORE_LIST_ARCHIVED, "b");

  test_do (db, store_delete_async, c);
  test_do (db, store_delete_async, c);
  assert_titles (db, STORE_LIST_ACTIVE, "数学作业");
  assert_titles (db, STORE_LIST_DELETED, "c");
  test_do (db, store_restore_async, c);
  assert_titles (db, STORE_LIST_ACTIVE, "数学作业 c");

  test_do (db, store_set_model_async, c, "glm");
  test_do (db, store_set_settings_async, c, "{\"temperature\":0.5}");
  test_do (db, store_set_draft_async, c, "half a sen");
  {
    g_autoptr (StoreConversation) record = test_get_conversation (db, c);
    g_autoptr (StoreConversation) first = test_get_conversation (db, a);

    g_assert_cmpstr (record->model, ==, "glm");
    g_assert_cmpstr (record->settings, ==, "{\"temperature\":0.5}");
    g_assert_cmpstr (record->draft, ==, "half a sen");
    g_assert_false (record->title_by_user);
    g_assert_true (first->title_by_user);
    g_assert_cmpstr (first->title, ==, "数学作业");
    g_assert_cmpint (record->created_at, >, G_GINT64_CONSTANT (1577836800000));
  }
  test_do (db, store_append_draft_async, c, "tence");
  test_do (db, store_append_draft_async, a, "alone");
  {
    g_autoptr (StoreConversation) record = test_get_conversation (db, c);
    g_autoptr (StoreConversation) first = test_get_conversation (db, a);

    g_assert_cmpstr (record->draft, ==, "half a sen\n\ntence");
    g_assert_cmpstr (first->draft, ==, "alone");
  }
  test_do (db, store_set_draft_async, c, "");
  {
    g_autoptr (StoreConversation) record = test_get_conversation (db, c);

    g_assert_null (record->draft);
  }

  test_do (db, store_purge_async, c);
  assert_titles (db, STORE_LIST_ACTIVE, "数学作业");
  assert_fails (TEST_CALL (db, store_rename_async, c, "x", TRUE), STORE_ERROR_NOT_FOUND);
  assert_fails (TEST_CALL (db, store_purge_async, c), STORE_ERROR_NOT_FOUND);
  assert_fails (TEST_CALL (db, store_set_folder_async, a, 77), STORE_ERROR_NOT_FOUND);
  assert_fails (TEST_CALL (db, store_set_head_async, a, 77), STORE_ERROR_NOT_FOUND);
}

static void
test_record (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (StoreMessage) message = store_message_new ();
  g_autoptr (GError) error = NULL;
  gint64 conversation = test_add_conversation (db, "");
  gint64 id;

  message->conversation_id = conversation;
  message->role = STORE_ROLE_ASSISTANT;
  message->state = STORE_STATE_GENERATING;
  message->model = g_strdup ("Starter");
  id = test_wait_id (TEST_CALL (db, store_add_message_async, message), &error);
  g_assert_no_error (error);

  test_do (db, store_flush_message_async, id, "床前明");
  message->id = id;
  message->state = STORE_STATE_LENGTH;
  g_free (message->text);
  message->text = g_strdup ("床前明月光\n```c\nint a;\n");
  message->n_prompt_tokens = 12;
  message->n_tokens = 34;
  message->first_token_seconds = 0.25;
  message->seconds = 2.5;
  test_do (db, store_finish_message_async, message);
  test_do (db, store_set_mark_async, id, -1);

  {
    g_autoptr (StoreMessage) read = test_get_message (db, id);

    g_assert_cmpstr (read->text, ==, message->text);
    g_assert_cmpint (read->state, ==, STORE_STATE_LENGTH);
    g_assert_cmpint (read->role, ==, STORE_ROLE_ASSISTANT);
    g_assert_cmpstr (read->model, ==, "Starter");
    g_assert_cmpint (read->n_prompt_tokens, ==, 12);
    g_assert_cmpint (read->n_tokens, ==, 34);
    g_assert_cmpfloat (read->first_token_seconds, ==, 0.25);
    g_assert_cmpfloat (read->seconds, ==, 2.5);
    g_assert_cmpint (read->mark, ==, -1);
    g_assert_cmpint (read->finished_at, >=, read->created_at);
  }

  /* A flush that comes late must not undo the end. */
  assert_fails (TEST_CALL (db, store_flush_message_async, id, "late"), STORE_ERROR_INVALID);
  assert_fails (TEST_CALL (db, store_flush_message_async, 999, "gone"), STORE_ERROR_NOT_FOUND);
  assert_fails (TEST_CALL (db, store_set_mark_async, id, 2), STORE_ERROR_INVALID);
  test_do (db, store_resume_message_async, id);
  test_do (db, store_flush_message_async, id, "床前明月光,疑是");
}

static gint64
add_call (StoreDb *db, gint64 conversation, gint64 parent, StoreCallState state)
{
  g_autoptr (StoreMessage) message = store_message_new ();

  message->conversation_id = conversation;
  message->parent_id = parent;
  message->role = STORE_ROLE_ASSISTANT;
  g_free (message->text);
  message->text = g_strdup ("{\"expression\": \"6*7\"}");
  message->call = store_call_new ();
  message->call->state = state;
  g_free (message->call->tool);
  message->call->tool = g_strdup ("calculate");
  message->call->arguments = g_strdup (message->text);
  return test_wait_id (TEST_CALL (db, store_add_message_async, message), NULL);
}

static void
test_call (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 conversation = test_add_conversation (db, "");
  gint64 id = add_call (db, conversation, 0, STORE_CALL_ASKED);
  g_autoptr (GPtrArray) branch = test_branch (db, conversation, 0);
  g_autoptr (StoreMessage) message = test_get_message (db, id), finished = NULL;
  const StoreCall *listed = ((StoreMessage *) branch->pdata[0])->call;

  g_assert_cmpstr (listed->tool, ==, "calculate");
  g_assert_null (listed->arguments);
  g_assert_cmpstr (message->call->arguments, ==, "{\"expression\": \"6*7\"}");
  g_assert_cmpint (message->call->state, ==, STORE_CALL_ASKED);
  g_assert_cmpstr (message->call->metadata, ==, "");
  g_assert_null (message->call->result);

  message->call->state = STORE_CALL_DONE;
  message->call->allowed_by = STORE_ALLOWED_BY_CLASS;
  message->call->edited = TRUE;
  message->call->started_at = 5;
  message->call->finished_at = 8;
  message->call->result = g_strdup ("42");
  test_do (db, store_finish_message_async, message);
  g_clear_pointer (&message->call, store_call_free);
  test_do (db, store_finish_message_async, message);
  finished = test_get_message (db, id);
  g_assert_cmpint (finished->call->state, ==, STORE_CALL_DONE);
  g_assert_cmpint (finished->call->allowed_by, ==, STORE_ALLOWED_BY_CLASS);
  g_assert_true (finished->call->edited);
  g_assert_cmpint (finished->call->started_at, ==, 5);
  g_assert_cmpint (finished->call->finished_at, ==, 8);
  g_assert_cmpstr (finished->call->result, ==, "42");

  /* A question calls nothing; of a message that is refused nothing stays. */
  finished->role = STORE_ROLE_USER;
  assert_fails (TEST_CALL (db, store_add_message_async, finished), STORE_ERROR_INVALID);
  finished->role = STORE_ROLE_ASSISTANT;
  finished->call->state = 8;
  assert_fails (TEST_CALL (db, store_add_message_async, finished), STORE_ERROR_INVALID);
  g_ptr_array_unref (branch);
  branch = test_branch (db, conversation, 0);
  g_assert_cmpuint (branch->len, ==, 1);
}

static void
assert_note (StoreDb *db, const char *expected)
{
  g_autoptr (GPtrArray) list = test_wait_list (TEST_CALL (db, store_get_note_async, "new-chat"), NULL);

  g_assert_cmpuint (list->len, ==, expected != NULL);
  if (expected)
    g_assert_cmpstr (list->pdata[0], ==, expected);
}

static void
test_note (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();

  assert_note (db, NULL);
  test_do (db, store_set_note_async, "new-chat", "half");
  test_do (db, store_set_note_async, "other", "x");
  test_do (db, store_set_note_async, "new-chat", "half a sentence");
  assert_note (db, "half a sentence");
  test_do (db, store_set_note_async, "new-chat", "");
  assert_note (db, NULL);
}

/* Makes the tree of the tests below; ids are 1 … 9 in this order:
 *
 *   1 user ── 2 reply ── 4 user ── 5 reply
 *      │                    └───── 6 reply (regenerated)
 *      └───── 3 reply ── 7 user ── 8 reply
 *   9 user (the first question, edited)
 */
static gint64
make_tree (StoreDb *db)
{
  static const struct
  {
    int parent;
    StoreRole role;
  } nodes[] = {
    { 0, STORE_ROLE_USER }, { 1, STORE_ROLE_ASSISTANT }, { 1, STORE_ROLE_ASSISTANT },
    { 2, STORE_ROLE_USER }, { 4, STORE_ROLE_ASSISTANT }, { 4, STORE_ROLE_ASSISTANT },
    { 3, STORE_ROLE_USER }, { 7, STORE_ROLE_ASSISTANT }, { 0, STORE_ROLE_USER },
  };
  gint64 conversation = test_add_conversation (db, "tree");

  for (gsize i = 0; i < G_N_ELEMENTS (nodes); i++)
    {
      gint64 id = test_add_message (db, conversation, nodes[i].parent, nodes[i].role, STORE_STATE_COMPLETE, "text");

      g_assert_cmpint (id, ==, i + 1);
    }
  return conversation;
}

static void
test_tree (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 conversation = make_tree (db);
  g_autoptr (GPtrArray) branch = NULL;
  g_autoptr (GPtrArray) siblings = NULL;
  g_autofree char *sibling_ids = NULL;
  g_autoptr (GError) error = NULL;

  assert_branch (db, conversation, 0, "9");
  assert_branch (db, conversation, 6, "1 2 4 6");
  assert_branch (db, conversation, 4, "1 2 4");
  test_do (db, store_set_head_async, conversation, 8);
  assert_branch (db, conversation, 0, "1 3 7 8");

  branch = test_branch (db, conversation, 6);
  for (guint i = 0; i < branch->len; i++)
    {
      static const int expected[][2] = { { 0, 2 }, { 0, 2 }, { 0, 1 }, { 1, 2 } };
      StoreMessage *message = branch->pdata[i];

      g_assert_cmpint (message->sibling_index, ==, expected[i][0]);
      g_assert_cmpint (message->n_siblings, ==, expected[i][1]);
      g_assert_cmpint (message->n_bytes, ==, 4);
      g_assert_cmpstr (message->text, ==, "");
    }

  siblings = test_wait_list (TEST_CALL (db, store_list_siblings_async, 3), &error);
  g_assert_no_error (error);
  sibling_ids = message_ids (siblings);
  g_assert_cmpstr (sibling_ids, ==, "2 3");

  g_assert_cmpint (test_wait_id (TEST_CALL (db, store_newest_leaf_async, 2), NULL), ==, 6);
  g_assert_cmpint (test_wait_id (TEST_CALL (db, store_newest_leaf_async, 1), NULL), ==, 8);
  g_assert_cmpint (test_wait_id (TEST_CALL (db, store_newest_leaf_async, 9), NULL), ==, 9);
  assert_fails (TEST_CALL (db, store_newest_leaf_async, 55), STORE_ERROR_NOT_FOUND);
}

static void
test_tree_delete (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 conversation = make_tree (db);

  /* The head is elsewhere: it stays. */
  test_do (db, store_delete_message_async, 5);
  assert_branch (db, conversation, 0, "9");

  /* The head is below: the other alternative's newest branch. */
  test_do (db, store_set_head_async, conversation, 8);
  test_do (db, store_delete_message_async, 3);
  assert_branch (db, conversation, 0, "1 2 4 6");
  assert_fails (TEST_CALL (db, store_list_branch_async, conversation, 8), STORE_ERROR_NOT_FOUND);

  /* No alternative: the message before. */
  test_do (db, store_delete_message_async, 4);
  assert_branch (db, conversation, 0, "1 2");

  /* The last ones. */
  test_do (db, store_delete_message_async, 9);
  test_do (db, store_delete_message_async, 1);
  assert_branch (db, conversation, 0, "");
  assert_fails (TEST_CALL (db, store_delete_message_async, 1), STORE_ERROR_NOT_FOUND);
}

/* SQLite's own cascade would stop at 1,000 levels. */
static void
test_deep (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 conversation = test_add_conversation (db, "deep");
  gint64 parent = 0;
  g_autoptr (GPtrArray) branch = NULL;

  for (int i = 0; i < 3000; i++)
    parent = test_add_message (db, conversation, parent, STORE_ROLE_USER, STORE_STATE_COMPLETE, "x");
  branch = test_branch (db, conversation, 0);
  g_assert_cmpuint (branch->len, ==, 3000);
  test_do (db, store_delete_message_async, 2);
  assert_branch (db, conversation, 0, "1");
}

static void
test_foreign_parent (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (StoreMessage) message = store_message_new ();
  gint64 a = test_add_conversation (db, "a");
  gint64 b = test_add_conversation (db, "b");
  gint64 in_a = test_add_message (db, a, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "x");

  message->conversation_id = b;
  message->parent_id = in_a;
  assert_fails (TEST_CALL (db, store_add_message_async, message), STORE_ERROR_NOT_FOUND);
  message->parent_id = 0;
  message->conversation_id = 99;
  assert_fails (TEST_CALL (db, store_add_message_async, message), STORE_ERROR_NOT_FOUND);
  assert_fails (TEST_CALL (db, store_set_head_async, b, in_a), STORE_ERROR_NOT_FOUND);
  assert_branch (db, b, 0, "");
}

static void
test_limits (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 id = test_add_conversation (db, "a");
  g_autofree char *title = g_strnfill (5000, 'x');
  g_autofree char *text = g_strnfill ((64 << 20) + 1, 'x');
  g_autoptr (StoreMessage) message = store_message_new ();

  assert_fails (TEST_CALL (db, store_rename_async, id, title, TRUE), STORE_ERROR_INVALID);
  message->conversation_id = id;
  g_free (message->text);
  message->text = g_steal_pointer (&text);
  assert_fails (TEST_CALL (db, store_add_message_async, message), STORE_ERROR_INVALID);
  message->text[64 << 20] = '\0';
  test_do (db, store_add_message_async, message);
}

static void
test_cancelled (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 id = test_add_conversation (db, "kept");
  TestWait *wait = g_new0 (TestWait, 1);

  wait->db = db;
  g_cancellable_cancel (cancellable);
  store_rename_async (db, id, "not", TRUE, cancellable, test_ready, wait);
  g_assert_false (test_wait (wait, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_titles (db, STORE_LIST_ACTIVE, "kept");
}

static void
append_cb (StoreDb *db, gint64 id, const StoreConversation *row, GString *log)
{
  g_assert_cmpint (row->id, ==, id);
  g_string_append_printf (log, "c%" G_GINT64_FORMAT "%s ", id, row->title);
}

static void
append_removed_cb (StoreDb *db, gint64 id, GString *log)
{
  g_string_append_printf (log, "r%" G_GINT64_FORMAT " ", id);
}

static void
append_message_cb (StoreDb *db, gint64 id, gint64 message_id, GString *log)
{
  g_string_append_printf (log, "m%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " ", id, message_id);
}

static void
append_failed_cb (StoreDb *db, GError *error, GString *log)
{
  g_string_append_printf (log, "f%d ", error->code);
}

static void
test_signals (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (GString) log = g_string_new (NULL);
  gint64 id;

  g_signal_connect (db, "conversation-changed", G_CALLBACK (append_cb), log);
  g_signal_connect (db, "conversation-removed", G_CALLBACK (append_removed_cb), log);
  g_signal_connect (db, "message-changed", G_CALLBACK (append_message_cb), log);
  g_signal_connect (db, "failed", G_CALLBACK (append_failed_cb), log);

  id = test_add_conversation (db, "a");
  g_assert_cmpstr (log->str, ==, "c1a ");
  g_string_truncate (log, 0);
  test_add_message (db, id, 0, STORE_ROLE_ASSISTANT, STORE_STATE_GENERATING, "");
  g_assert_cmpstr (log->str, ==, "m1/1 c1a ");
  g_string_truncate (log, 0);

  /* Each change comes with the row that it left, not with the newest. */
  store_rename_async (db, id, "b", TRUE, NULL, NULL, NULL);
  test_do (db, store_rename_async, id, "c", TRUE);
  g_assert_cmpstr (log->str, ==, "c1b c1c ");
  g_string_truncate (log, 0);

  /* What fails changes nothing, and is told where nobody waits. */
  assert_fails (TEST_CALL (db, store_set_head_async, id, 77), STORE_ERROR_NOT_FOUND);
  g_assert_cmpstr (log->str, ==, "");
  store_set_mark_async (db, 1, 5, NULL, NULL, NULL);
  test_do (db, store_purge_async, id);
  g_assert_cmpstr (log->str, ==, "f8 r1 ");
}

/* The result comes to the thread-default context of the caller, whichever thread it is. */
static gpointer
other_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  GPtrArray *list;

  g_main_context_push_thread_default (context);
  list = test_list (data, STORE_LIST_ACTIVE);
  g_main_context_pop_thread_default (context);
  return list;
}

static void
test_context (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (GPtrArray) list = NULL;
  GThread *thread;

  test_add_conversation (db, "a");
  thread = g_thread_new ("other", other_thread, db);
  list = g_thread_join (thread);
  g_assert_cmpuint (list->len, ==, 1);
}

/* Dropping the store finishes what was asked for. */
static void
test_close (void)
{
  char *folder = test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "a", "b", "chats.db", NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  StoreDb *db = test_open (path, NULL);
  gint64 id = test_add_conversation (db, "a");
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 100; i++)
    {
      g_autofree char *title = g_strdup_printf ("title %d", i);

      store_rename_async (db, id, title, TRUE, NULL, NULL, NULL);
    }
  g_assert_finalize_object (db);
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));

  db = test_open (path, &error);
  g_assert_no_error (error);
  assert_titles (db, STORE_LIST_ACTIVE, "title 99");
  store_close (db);
  assert_fails (TEST_CALL (db, store_rename_async, id, "late", TRUE), STORE_ERROR_FAILED);
  g_object_unref (db);
  test_folder_remove (folder);
}

/* Replies that were running when the process ended. */
static void
test_interrupted (void)
{
  char *folder = test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "chats.db", NULL);
  StoreDb *db = test_open (path, NULL);
  gint64 conversation = test_add_conversation (db, "a");
  gint64 id = test_add_message (db, conversation, 0, STORE_ROLE_ASSISTANT, STORE_STATE_GENERATING, "");
  gint64 asked = add_call (db, conversation, id, STORE_CALL_ASKED);
  gint64 running = add_call (db, conversation, asked, STORE_CALL_RUNNING);
  g_autoptr (StoreMessage) message = NULL, first = NULL, second = NULL;

  store_flush_message_async (db, id, "half", NULL, NULL, NULL);
  g_object_unref (db);
  db = test_open (path, NULL);
  message = test_get_message (db, id);
  first = test_get_message (db, asked);
  second = test_get_message (db, running);
  g_assert_cmpint (first->call->state, ==, STORE_CALL_ASKED);
  g_assert_cmpint (second->call->state, ==, STORE_CALL_LOST);
  g_assert_cmpint (message->state, ==, STORE_STATE_INTERRUPTED);
  g_assert_cmpstr (message->text, ==, "half");
  g_object_unref (db);
  test_folder_remove (folder);
}

/* "NAME:PARENT …" in the order of the list */
static void
assert_folders (StoreDb *db, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = test_wait_list (TEST_CALL0 (db, store_list_folders_async), &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < list->len; i++)
    {
      StoreFolder *folder = list->pdata[i];

      g_string_append_printf (text, "%s%s:%" G_GINT64_FORMAT, i ? " " : "", folder->name, folder->parent_id);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static gint64
folder_of (StoreDb *db, gint64 id)
{
  g_autoptr (StoreConversation) conversation = test_get_conversation (db, id);

  return conversation->folder_id;
}

static void
test_folders (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 work = test_wait_id (TEST_CALL (db, store_add_folder_async, "Work", 0), NULL);
  gint64 glm = test_wait_id (TEST_CALL (db, store_add_folder_async, "GLM", work), NULL);
  gint64 play = test_wait_id (TEST_CALL (db, store_add_folder_async, "游戏", 0), NULL);
  gint64 conversation = test_add_conversation (db, "a");

  assert_folders (db, "GLM:1 Work:0 游戏:0");
  assert_fails (TEST_CALL (db, store_add_folder_async, "too deep", glm), STORE_ERROR_INVALID);
  assert_fails (TEST_CALL (db, store_add_folder_async, "", 0), STORE_ERROR_INVALID);
  assert_fails (TEST_CALL (db, store_add_folder_async, "nowhere", 99), STORE_ERROR_NOT_FOUND);
  assert_fails (TEST_CALL (db, store_move_folder_async, work, play), STORE_ERROR_INVALID);
  assert_fails (TEST_CALL (db, store_move_folder_async, play, play), STORE_ERROR_INVALID);
  test_do (db, store_move_folder_async, glm, play);
  test_do (db, store_rename_folder_async, work, "Job");
  assert_folders (db, "GLM:3 Job:0 游戏:0");

  test_do (db, store_set_folder_async, conversation, glm);
  test_do (db, store_delete_folder_async, glm);
  g_assert_cmpint (folder_of (db, conversation), ==, play);
  test_do (db, store_delete_folder_async, play);
  g_assert_cmpint (folder_of (db, conversation), ==, 0);
  assert_folders (db, "Job:0");
  assert_fails (TEST_CALL (db, store_delete_folder_async, play), STORE_ERROR_NOT_FOUND);
}

/* The end of the program does not wait for a search, only for what is written. */
static void
test_closing (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreMessage) message = store_message_new ();
  StoreSearch request = STORE_SEARCH_INIT;
  TestWait *last = NULL, *search;

  message->conversation_id = test_add_conversation (db, "one");
  g_free (message->text);
  message->text = g_strnfill (20000, 'x');
  for (int i = 0; i < 200; i++)
    {
      if (last)
        store_add_message_async (db, message, NULL, NULL, NULL);
      else
        last = TEST_CALL (db, store_add_message_async, message);
    }
  request.text = "one";
  search = TEST_CALL (db, store_search_async, &request);
  store_close (db);
  g_assert_cmpint (test_wait_id (last, &error), >, 0);
  g_assert_no_error (error);
  g_assert_null (test_wait_list (search, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/store/conversations", test_conversations);
  g_test_add_func ("/store/record", test_record);
  g_test_add_func ("/store/call", test_call);
  g_test_add_func ("/store/note", test_note);
  g_test_add_func ("/store/tree", test_tree);
  g_test_add_func ("/store/tree/delete", test_tree_delete);
  g_test_add_func ("/store/tree/deep", test_deep);
  g_test_add_func ("/store/tree/foreign-parent", test_foreign_parent);
  g_test_add_func ("/store/folders", test_folders);
  g_test_add_func ("/store/limits", test_limits);
  g_test_add_func ("/store/cancelled", test_cancelled);
  g_test_add_func ("/store/signals", test_signals);
  g_test_add_func ("/store/context", test_context);
  g_test_add_func ("/store/close", test_close);
  g_test_add_func ("/store/closing-search", test_closing);
  g_test_add_func ("/store/interrupted", test_interrupted);

  return g_test_run ();
}
