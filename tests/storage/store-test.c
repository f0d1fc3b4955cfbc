/* store-test.c: the store's calls without callbacks, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store-test.h"

#include "search/store-tokenizer.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

char *
test_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("store-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

void
test_folder_remove (char *folder)
{
  g_chmod (folder, 0700);
  remove_tree (folder);
  g_free (folder);
}

void
test_history_set_up (TestHistory *fixture, gconstpointer data)
{
  fixture->folder = test_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "chats.db", NULL);
}

void
test_history_tear_down (TestHistory *fixture, gconstpointer data)
{
  test_folder_remove (fixture->folder);
  g_free (fixture->path);
}

void
test_ready (GObject *object, GAsyncResult *result, gpointer data)
{
  TestWait *wait = data;

  wait->result = g_object_ref (result);
}

static void
run (TestWait *wait)
{
  while (!wait->result)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

static void
wait_free (TestWait *wait)
{
  g_object_unref (wait->result);
  g_free (wait);
}

gboolean
test_wait (TestWait *wait, GError **error)
{
  gboolean success;

  run (wait);
  success = store_finish (wait->db, wait->result, error);
  wait_free (wait);
  return success;
}

gint64
test_wait_id (TestWait *wait, GError **error)
{
  gint64 id;

  run (wait);
  id = store_finish_id (wait->db, wait->result, error);
  wait_free (wait);
  return id;
}

GPtrArray *
test_wait_list (TestWait *wait, GError **error)
{
  GPtrArray *list;

  run (wait);
  list = store_finish_list (wait->db, wait->result, error);
  wait_free (wait);
  return list;
}

StoreDb *
test_open (const char *path, GError **error)
{
  TestWait wait = { NULL };
  StoreDb *db;

  store_open_async (path, NULL, test_ready, &wait);
  run (&wait);
  db = store_open_finish (wait.result, error);
  g_object_unref (wait.result);
  return db;
}

StoreDb *
test_open_memory (void)
{
  g_autoptr (GError) error = NULL;
  TestWait wait = { NULL };
  StoreDb *db;

  store_open_memory_async (NULL, test_ready, &wait);
  run (&wait);
  db = store_open_finish (wait.result, &error);
  g_object_unref (wait.result);
  g_assert_no_error (error);
  return db;
}

gint64
test_add_conversation (StoreDb *db, const char *title)
{
  g_autoptr (StoreConversation) conversation = store_conversation_new ();
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_free (conversation->title);
  conversation->title = g_strdup (title);
  id = test_wait_id (TEST_CALL (db, store_add_conversation_async, conversation), &error);
  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  return id;
}

gint64
test_add_message (StoreDb *db, gint64 conversation_id, gint64 parent_id, StoreRole role, StoreState state, const char *text)
{
  g_autoptr (StoreMessage) message = store_message_new ();
  g_autoptr (GError) error = NULL;
  gint64 id;

  message->conversation_id = conversation_id;
  message->parent_id = parent_id;
  message->role = role;
  message->state = state;
  g_free (message->text);
  message->text = g_strdup (text);
  id = test_wait_id (TEST_CALL (db, store_add_message_async, message), &error);
  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  return id;
}

StoreConversation *
test_get_conversation (StoreDb *db, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = test_wait_list (TEST_CALL (db, store_get_conversation_async, id), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 1);
  return store_conversation_copy (list->pdata[0]);
}

StoreMessage *
test_get_message (StoreDb *db, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = test_wait_list (TEST_CALL (db, store_get_messages_async, &id, 1), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 1);
  return store_message_copy (list->pdata[0]);
}

GPtrArray *
test_list (StoreDb *db, StoreListKind kind)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *list = test_wait_list (TEST_CALL (db, store_list_conversations_async, kind), &error);

  g_assert_no_error (error);
  return list;
}

GPtrArray *
test_branch (StoreDb *db, gint64 conversation_id, gint64 leaf_id)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *list = test_wait_list (TEST_CALL (db, store_list_branch_async, conversation_id, leaf_id), &error);

  g_assert_no_error (error);
  return list;
}

/* ---- Below the store -------------------------------------------------------------------------------------------- */

void
test_exec_sql (const char *path, const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_true (store_tokenizer_register (db, NULL));
  store_exec_script (db, sql, &error);
  g_assert_no_error (error);
  sqlite3_close (db);
}

StoreConnection *
test_open_connection (const char *path)
{
  g_autoptr (GError) error = NULL;
  StoreConnection *connection = store_connection_open (path, &error, &error);

  g_assert_no_error (error);
  return connection;
}

void
test_fill (const char *path, int n)
{
  g_autoptr (StoreDb) db = test_open (path, NULL);

  for (int c = 1; c <= n; c++)
    {
      g_autofree char *title = g_strdup_printf ("conversation %d", c);
      gint64 id = test_add_conversation (db, title), parent = 0;

      for (int i = 1; i <= 10; i++)
        {
          g_autofree char *filling = g_strnfill (g_test_rand_int_range (0, 1500), 'z');
          g_autofree char *text = g_strdup_printf ("message %d of %d %s", i, c, filling);

          parent = test_add_message (db, id, parent, STORE_ROLE_USER, STORE_STATE_COMPLETE, text);
        }
    }
}

gint64
test_count (StoreConnection *connection, const char *table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM %s", table);
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  store_query_int (connection, 0, &n, &error, sql, "");
  g_assert_no_error (error);
  return n;
}
