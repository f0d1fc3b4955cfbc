/* test-schema.c: migrations, and triggers that are not ours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fixtures/schema-N.sql is a database of version N as that version wrote it, as text; from 3 on, what it has more.
 */
#include "care/store-file.h"
#include "care/store-schema.h"
#include "store-test.h"

/* ---- Migrations ------------------------------------------------------------------------------------------------- */

static void
assert_fixture (StoreDb *db)
{
  g_autoptr (StoreConversation) conversation = test_get_conversation (db, 1);
  g_autoptr (GPtrArray) branch = test_branch (db, 1, 0);
  g_autoptr (GPtrArray) bin = test_list (db, STORE_LIST_DELETED);
  g_autoptr (StoreMessage) first = test_get_message (db, 1);
  g_autoptr (StoreMessage) last = test_get_message (db, 4);
  StoreSearch request = STORE_SEARCH_INIT;
  g_autoptr (GPtrArray) hits = NULL;

  g_assert_cmpstr (conversation->title, ==, "对话模型 notes");
  g_assert_cmpstr (conversation->draft, ==, "draft");
  g_assert_cmpint (conversation->folder_id, ==, 2);
  g_assert_true (conversation->pinned);
  g_assert_cmpuint (branch->len, ==, 3);
  g_assert_cmpint (((StoreMessage *) branch->pdata[1])->mark, ==, -1);
  g_assert_cmpuint (bin->len, ==, 1);
  g_assert_cmpstr (first->text, ==, "你好世界");
  g_assert_cmpstr (first->attachments, ==, "[{\"name\":\"a.txt\",\"text\":\"x\"}]");
  g_assert_cmpint (last->state, ==, STORE_STATE_INTERRUPTED);

  request.text = "世界";
  hits = test_wait_list (TEST_CALL (db, store_search_async, &request), NULL);
  g_assert_cmpuint (hits->len, ==, 1);
}

static void
make_fixture (TestHistory *fixture, int version)
{
  for (int v = MIN (version, 2); v <= version; v++)
    {
      g_autofree char *name = g_strdup_printf ("fixtures/schema-%d.sql", v);
      g_autofree char *file = g_test_build_filename (G_TEST_DIST, name, NULL);
      g_autofree char *sql = NULL;

      g_assert_true (g_file_get_contents (file, &sql, NULL, NULL));
      test_exec_sql (fixture->path, sql);
    }
}

static void
test_migrate (TestHistory *fixture, gconstpointer data)
{
  int version = GPOINTER_TO_INT (data);
  g_autofree char *copy = g_strdup_printf ("%s.v%d.bak", fixture->path, version);
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = NULL;
  gboolean is_old = version < store_schema_version ();

  make_fixture (fixture, version);
  db = test_open (fixture->path, &error);
  g_assert_no_error (error);
  assert_fixture (db);
  if (version >= 3)
    {
      g_autoptr (StoreMessage) message = test_get_message (db, 2);
      g_autoptr (GPtrArray) notes = test_wait_list (TEST_CALL (db, store_get_note_async, "new-chat"), NULL);

      g_assert_cmpint (message->call->state, ==, STORE_CALL_LOST);
      g_assert_cmpstr (message->call->arguments, ==, "{\"expression\":\"6*7\"}");
      g_assert_cmpstr (notes->pdata[0], ==, "half");
    }
  if (version >= 4)
    {
      g_autoptr (GPtrArray) rules = test_wait_list (TEST_CALL (db, store_list_tool_rules_async, 1), NULL);

      g_assert_cmpuint (rules->len, ==, 1);
      g_assert_cmpstr (((StoreToolRule *) rules->pdata[0])->tool, ==, "search_chats");
    }
  if (version >= 5)
    {
      g_autoptr (GPtrArray) made = test_wait_list (TEST_CALL (db, store_list_made_async, 2), NULL);

      g_assert_cmpuint (made->len, ==, 2);
      g_assert_cmpint (((StoreMade *) made->pdata[0])->width, ==, 640);
      g_assert_cmpstr (((StoreMade *) made->pdata[1])->name, ==, "out.csv");
    }
  if (version >= 6)
    {
      g_autoptr (GPtrArray) documents = test_wait_list (TEST_CALL (db, store_list_documents_async, 1), NULL);
      g_autoptr (GPtrArray) given = test_wait_list (TEST_CALL (db, store_list_given_async, 1), NULL);

      g_assert_cmpuint (documents->len, ==, 2);
      g_assert_cmpstr (((StoreDocument *) documents->pdata[1])->name, ==, "weather.pdf");
      g_assert_cmpuint (given->len, ==, 1);
      g_assert_cmpuint (((StorePassage *) given->pdata[0])->page, ==, 2);
      g_assert_cmpstr (((StorePassage *) given->pdata[0])->name, ==, "weather.pdf");
    }
  g_assert_true (g_file_test (copy, G_FILE_TEST_EXISTS) == is_old);
  if (is_old)
    {
      g_autoptr (StoreConnection) old = store_connection_open_foreign (copy, NULL);
      int old_version, application_id;

      g_assert_true (store_schema_read_version (old->db, &old_version, &application_id, NULL));
      g_assert_cmpint (old_version, ==, version);
      g_assert_cmpint (test_count (old, "message"), ==, 4);
    }
}

/* A migration that fails leaves the file as it was. */
static void
test_migrate_fails (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = NULL;

  make_fixture (fixture, 1);
  test_exec_sql (fixture->path, "CREATE TABLE title_fts (in_the_way)");
  db = test_open (fixture->path, &error);
  g_assert_null (db);
  g_assert_nonnull (error);
  test_exec_sql (fixture->path,
                 "SELECT in_the_way FROM title_fts; DROP TABLE title_fts; INSERT INTO folder VALUES (3, 'x', 1, 1)");
  g_clear_error (&error);
  db = test_open (fixture->path, &error);
  g_assert_no_error (error);
  assert_fixture (db);
}

/* Triggers and views that are not ours do not stay. */
static void
test_trust (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;

  test_fill (fixture->path, 1);
  test_exec_sql (fixture->path, "CREATE TRIGGER evil AFTER INSERT ON conversation BEGIN DELETE FROM message; END;"
                                "DROP TRIGGER message_fts_insert; CREATE VIEW \"a \"\" b\" AS SELECT 1");
  test_fill (fixture->path, 1);
  connection = test_open_connection (fixture->path);
  g_assert_cmpint (test_count (connection, "message"), ==, 20);
  g_assert_cmpint (test_count (connection, "sqlite_schema WHERE type = 'view'"), ==, 1);
  g_assert_cmpint (test_count (connection, "sqlite_schema WHERE name = 'message_fts_insert'"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, data, function) \
  g_test_add (name, TestHistory, GINT_TO_POINTER (data), test_history_set_up, function, test_history_tear_down)
  ADD ("/schema/migrate-1", 1, test_migrate);
  ADD ("/schema/migrate-2", 2, test_migrate);
  ADD ("/schema/migrate-3", 3, test_migrate);
  ADD ("/schema/migrate-4", 4, test_migrate);
  ADD ("/schema/migrate-5", 5, test_migrate);
  ADD ("/schema/migrate-6", 6, test_migrate);
  ADD ("/schema/migrate-fails", 0, test_migrate_fails);
  ADD ("/schema/trust", 0, test_trust);

  return g_test_run ();
}
