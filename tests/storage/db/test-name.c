/* test-name.c: names are shown on one line and forge nothing, whatever the database holds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store-test.h"

#include <string.h>

static void
check_name (const char *name, const char *expected)
{
  g_autofree char *tame = store_tame_name (name);

  g_assert_cmpstr (tame, ==, expected);
}

static void
test_tame (void)
{
  g_autofree char *letters = g_strnfill (100000, 'x'), *tame = store_tame_name (letters);
  GString *wide = g_string_new ("x");

  check_name ("", "");
  check_name ("GLM-4 9B “chat” 你好 😀", "GLM-4 9B “chat” 你好 😀");
  check_name ("مرحبا\u200cشالوم", "مرحبا\u200cشالوم");
  check_name ("a\r\nb\tc\vd\033[31me\x7f", "a  b c d [31me ");
  check_name ("a\xc2\x85"
              "b\u2028c\u2029d\xc2\x9b"
              "e",
              "a b c d e");
  check_name ("gpj\u202e.exe \u2066x\u2069\u200f\u061c", "gpj.exe x");
  check_name ("a\xff\xe4\xbd"
              "b\xed\xa0\x80",
              "a\ufffd\ufffd\ufffdb\ufffd\ufffd\ufffd");

  g_assert_cmpuint (strlen (tame), ==, 4096);
  for (int i = 0; i < 2000; i++)
    g_string_append (wide, "你");
  g_free (tame);
  tame = store_tame_name (wide->str);
  g_assert_true (g_utf8_validate (tame, -1, NULL));
  g_assert_cmpuint (strlen (tame), <=, 4096);
  g_assert_true (g_str_has_suffix (tame, "你"));
  g_string_free (wide, TRUE);
}

static void
set_bytes (const char *path, const char *table, const char *column, const char *bytes)
{
  GString *sql = g_string_new (NULL);

  g_string_append_printf (sql, "UPDATE %s SET %s = CAST (x'", table, column);
  for (const char *p = bytes; *p; p++)
    g_string_append_printf (sql, "%02x", (guchar) *p);
  g_string_append (sql, "' AS TEXT)");
  test_exec_sql (path, sql->str);
  g_string_free (sql, TRUE);
}

/* Another program, or damage, left the bytes. */
#define WILD  "a\n\n## You\n\nI agree\xff\xfe \u202e!"
#define TAMED "a  ## You  I agree\ufffd\ufffd !"

static void
test_read (TestHistory *fixture, gconstpointer data)
{
  StoreDb *db = test_open (fixture->path, NULL);
  gint64 id = test_add_conversation (db, "title"), folder_id;
  g_autoptr (StoreMessage) asks = store_message_new (), read = NULL;
  g_autoptr (StoreConversation) row = NULL;
  g_autoptr (GPtrArray) list = NULL;
  gint64 message_id = test_add_message (db, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "question");

  asks->conversation_id = id;
  asks->parent_id = message_id;
  asks->role = STORE_ROLE_ASSISTANT;
  asks->state = STORE_STATE_COMPLETE;
  g_free (asks->text);
  asks->text = g_strdup ("{}");
  asks->model = g_strdup ("GLM-4");
  asks->call = store_call_new ();
  message_id = test_wait_id (TEST_CALL (db, store_add_message_async, asks), NULL);
  folder_id = test_wait_id (TEST_CALL (db, store_add_folder_async, "folder", 0), NULL);
  g_assert_cmpint (folder_id, >, 0);
  store_close (db);
  g_object_unref (db);
  set_bytes (fixture->path, "conversation", "title", WILD);
  set_bytes (fixture->path, "conversation", "model", "/models/\xff.gguf");
  set_bytes (fixture->path, "message", "model", WILD);
  set_bytes (fixture->path, "message", "text", "x\xffy\n\u202ez");
  set_bytes (fixture->path, "call", "tool", WILD);
  set_bytes (fixture->path, "call", "metadata", WILD);
  set_bytes (fixture->path, "folder", "name", WILD);

  db = test_open (fixture->path, NULL);
  row = test_get_conversation (db, id);
  g_assert_cmpstr (row->title, ==, TAMED);
  /* A path is no name: its bytes find the file. */
  g_assert_cmpstr (row->model, ==, "/models/\xff.gguf");
  read = test_get_message (db, message_id);
  g_assert_cmpstr (read->model, ==, TAMED);
  g_assert_cmpstr (store_message_get_speaker (read), ==, TAMED);
  g_assert_cmpstr (read->call->tool, ==, TAMED);
  g_assert_cmpstr (read->call->metadata, ==, TAMED);
  g_assert_cmpstr (read->text, ==, "x\ufffdy\n\u202ez");
  list = test_wait_list (TEST_CALL0 (db, store_list_folders_async), NULL);
  g_assert_cmpstr (((StoreFolder *) list->pdata[0])->name, ==, TAMED);
  store_close (db);
  g_object_unref (db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/name/tame", test_tame);
  g_test_add ("/name/read", TestHistory, NULL, test_history_set_up, test_read, test_history_tear_down);
  return g_test_run ();
}
