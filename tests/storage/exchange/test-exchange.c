/* test-exchange.c: import, and that what was exported comes back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange-fixture.h"
#include "fixture-gpt4all.h"
#include "exchange/store-import.h"

#include <glib/gstdio.h>
#include <string.h>

/* ---- Helpers ---------------------------------------------------------------------------------------------------- */

static GPtrArray *
import_file (StoreDb *db, const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return test_wait_list (TEST_CALL (db, store_import_async, file, NULL, 0, NULL), error);
}

static GPtrArray *
import_text (TestExchange *fixture, StoreDb *db, const char *text, gssize n_bytes, GError **error)
{
  g_autofree char *path = g_build_filename (fixture->folder, "import", NULL);

  g_assert_true (g_file_set_contents (path, text, n_bytes, NULL));
  return import_file (db, path, error);
}

static char *
read_fixture (const char *name, gsize *ret_n_bytes)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, ret_n_bytes, &error);
  g_assert_no_error (error);
  return text;
}

/* "role:text|role:text" of the branch shown. */
static char *
branch_text (StoreDb *db, gint64 conversation_id)
{
  g_autoptr (GPtrArray) branch = test_branch (db, conversation_id, 0);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < branch->len; i++)
    {
      g_autoptr (StoreMessage) message = test_get_message (db, ((StoreMessage *) branch->pdata[i])->id);

      g_string_append_printf (text, "%s%d:%s", i ? "|" : "", message->role, message->text);
    }
  return g_string_free (text, FALSE);
}

static void
assert_branch (StoreDb *db, gint64 conversation_id, const char *expected)
{
  g_autofree char *text = branch_text (db, conversation_id);

  g_assert_cmpstr (text, ==, expected);
}

/* ---- Our own ---------------------------------------------------------------------------------------------------- */

static void
test_json (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) copy = test_open_memory ();
  g_autofree char *first = NULL, *second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) added = NULL, again = NULL, rules = NULL;
  const StoreToolRule rule = { (char *) "calculate", 1, (char *) "0123", STORE_RULE_ALLOW, 0 };

  test_make_history (fixture->db);
  test_do (fixture->db, store_set_tool_rule_async, &rule);
  first = test_export_text (fixture, fixture->db, STORE_FORMAT_JSON);
  added = import_text (fixture, copy, first, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (added->len, ==, 2);
  second = test_export_text (fixture, copy, STORE_FORMAT_JSON);
  g_assert_cmpstr (first, ==, second);

  /* A chat brings the tools that it offers, and nobody's permission to run them: the file may be anyone's. */
  g_assert_nonnull (strstr (first, "\\\"tools\\\": [\\\"calculate\\\""));
  rules = test_wait_list (TEST_CALL (copy, store_list_tool_rules_async, 1), NULL);
  g_assert_cmpuint (rules->len, ==, 0);

  /* What is there is not added twice. */
  again = import_text (fixture, copy, first, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (again->len, ==, 2);
  g_assert_cmpint (((StoreImportEntry *) again->pdata[0])->state, ==, STORE_IMPORT_KNOWN);
  g_free (g_steal_pointer (&second));
  second = test_export_text (fixture, copy, STORE_FORMAT_JSON);
  g_assert_cmpstr (first, ==, second);
}

/* The share of the file that was read grows with each conversation, to the whole. */
static void
test_progress (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (StoreProgress) progress = store_progress_new ();
  g_autofree char *path = g_build_filename (fixture->folder, "export", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (StoreReader) reader = NULL;
  g_autofree char *text = NULL;
  gint64 done = 0, total;

  for (int i = 0; i < 30; i++)
    test_add_conversation (fixture->db, "Pancakes");
  text = test_export_text (fixture, fixture->db, STORE_FORMAT_JSON);
  reader = store_reader_open (file, NULL);
  g_assert_cmpint (reader->n_total, ==, (gint64) strlen (text));
  for (int i = 0; i < 30; i++)
    {
      g_autoptr (StoreWhole) whole = NULL;

      g_assert_true (reader->next (reader, &whole, NULL));
      g_assert_nonnull (whole);
      g_assert_cmpint (reader->n_done, >, done);
      g_assert_cmpint (reader->n_done, <, reader->n_total);
      done = reader->n_done;
    }
  g_ptr_array_unref (test_wait_list (TEST_CALL (fixture->db, store_preview_import_async, file, progress), NULL));
  g_assert_true (store_progress_get (progress, &done, &total));
  g_assert_cmpint (done, ==, (gint64) strlen (text));
  g_assert_cmpint (total, ==, done);
}

/* ---- Others' ---------------------------------------------------------------------------------------------------- */

static StoreImportEntry *
entry (GPtrArray *list, guint i)
{
  g_assert_cmpuint (i, <, list->len);
  return list->pdata[i];
}

static GPtrArray *
import_fixture (TestExchange *fixture, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) preview = test_wait_list (TEST_CALL (fixture->db, store_preview_import_async, file, NULL), &error);
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GPtrArray) conversations = NULL;
  GPtrArray *added;

  g_assert_no_error (error);
  conversations = test_list (fixture->db, STORE_LIST_ACTIVE);
  g_assert_cmpuint (conversations->len, ==, 0);
  added = import_file (fixture->db, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (added->len, ==, preview->len);
  for (guint i = 0; i < added->len; i++)
    {
      g_assert_cmpstr (entry (preview, i)->title, ==, entry (added, i)->title);
      g_assert_cmpuint (entry (preview, i)->n_messages, ==, entry (added, i)->n_messages);
      g_assert_false (entry (preview, i)->is_duplicate);
    }

  again = test_wait_list (TEST_CALL (fixture->db, store_preview_import_async, file, NULL), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < again->len; i++)
    g_assert_true (entry (again, i)->is_duplicate);
  return added;
}

static void
test_chatgpt (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) added = import_fixture (fixture, "chatgpt.json");
  g_autoptr (GPtrArray) siblings = NULL;
  g_autoptr (StoreConversation) first = test_get_conversation (fixture->db, 1);
  g_autoptr (StoreMessage) reply = test_get_message (fixture->db, 2);

  g_assert_cmpuint (added->len, ==, 2);
  g_assert_cmpstr (entry (added, 0)->source, ==, "ChatGPT");
  g_assert_cmpstr (first->title, ==, "Sorting in C");
  g_assert_cmpint (first->created_at, ==, 1700000000250);
  g_assert_cmpint (first->updated_at, ==, 1700000600500);
  assert_branch (fixture->db, 1, "1:[image]\n用 C 写快速排序|3:```\n42\n```|2:second\n try");
  g_assert_cmpstr (reply->text, ==, "first try");
  g_assert_cmpstr (reply->model, ==, "gpt-4");
  g_assert_cmpint (reply->created_at, ==, 1700000002000);
  siblings = test_wait_list (TEST_CALL (fixture->db, store_list_siblings_async, 2), NULL);
  g_assert_cmpuint (siblings->len, ==, 2);
  g_assert_cmpstr (entry (added, 1)->title, ==, "What is a monad?");
  assert_branch (fixture->db, 2, "1:What is a monad?\nPlease.|2:A monoid.");
}

static void
test_claude (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) added = import_fixture (fixture, "claude.json");
  g_autoptr (StoreConversation) conversation = test_get_conversation (fixture->db, 1);
  g_autoptr (StoreMessage) first = test_get_message (fixture->db, 1);

  g_assert_cmpstr (entry (added, 0)->source, ==, "Claude");
  g_assert_cmpstr (conversation->title, ==, "读一下附件");
  g_assert_cmpint (conversation->created_at, ==, 1714557600123);
  g_assert_cmpint (conversation->updated_at, ==, 1714557900000);
  assert_branch (fixture->db, 1, "1:读一下附件|2:<think>hm</think>It says\nhello.");
  g_assert_cmpstr (first->attachments, ==, "[{\"name\":\"notes.txt\",\"text\":\"hello\"}]");
}

static void
test_lists (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) added = import_fixture (fixture, "sharegpt.json");

  g_assert_cmpuint (added->len, ==, 2);
  g_assert_cmpstr (entry (added, 0)->source, ==, "ShareGPT");
  assert_branch (fixture->db, 1, "0:Be brief.|1:你是谁?|2:我是助手。");
  assert_branch (fixture->db, 2, "1:Hi|2:Hello!");
}

static void
test_pairs (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) added = import_fixture (fixture, "chatglm-pairs.json");

  g_assert_cmpuint (added->len, ==, 1);
  g_assert_cmpstr (entry (added, 0)->source, ==, "ChatGLM");
  assert_branch (fixture->db, 1, "1:你好|2:你好👋!我是人工智能助手 ChatGLM-6B,很高兴见到你。|1:晚上睡不着怎么办");
}

static void
test_history (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) added = import_fixture (fixture, "chatglm3-history.json");

  g_assert_cmpuint (added->len, ==, 1);
  assert_branch (fixture->db, 1, "1:你好|2:你好!|1:再见");
}

static char *
make_alpaca (TestExchange *fixture)
{
  g_autofree char *sql = read_fixture ("alpaca.sql", NULL);
  char *path = g_build_filename (fixture->folder, "alpaca.db", NULL);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  return path;
}

static void
test_alpaca (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *path = make_alpaca (fixture);
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) added = NULL;
  g_autoptr (StoreMessage) first = NULL, reply = NULL;
  gsize n_before, n_after;

  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));
  added = import_file (fixture->db, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (added->len, ==, 2);
  g_assert_cmpstr (entry (added, 0)->title, ==, "Llamas");
  assert_branch (fixture->db, 1, "1:What is a llama?|2:A camelid.|1:\357\277\275");
  first = test_get_message (fixture->db, 1);
  reply = test_get_message (fixture->db, 2);
  g_assert_cmpstr (first->attachments, ==, "[{\"name\":\"q.txt\",\"text\":\"context\"}]");
  g_assert_cmpstr (reply->model, ==, "llama3");
  g_assert_cmpint (reply->created_at - first->created_at, ==, 5000);

  /* Their file is only read. */
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
}

/* ---- GPT4All ---------------------------------------------------------------------------------------------------- */

static void
test_gpt4all (TestExchange *fixture, gconstpointer data)
{
  for (int version = 7; version <= 13; version++)
    {
      g_autoptr (StoreDb) db = test_open_memory ();
      g_autoptr (GByteArray) file = fixture_gpt4all_new (version);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) added = import_text (fixture, db, (const char *) file->data, file->len, &error);
      g_autoptr (StoreMessage) reply = NULL;

      if (version < 8 || version > 12)
        {
          g_assert_error (error, STORE_ERROR, STORE_ERROR_INVALID);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (entry (added, 0)->title, ==, "Llama 对话");
      assert_branch (db, 1, "1:你好 😀|2:Hello");
      reply = test_get_message (db, 2);
      g_assert_cmpstr (reply->model, ==, "Llama-3");
      g_assert_cmpint (reply->created_at, ==, 1700000000000);
    }
}

/* ---- Bad files -------------------------------------------------------------------------------------------------- */

static void
assert_refused (TestExchange *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = import_text (fixture, fixture->db, text, -1, &error);

  g_assert_null (list);
  g_assert_error (error, STORE_ERROR, STORE_ERROR_INVALID);
}

static void
test_refused (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autoptr (GError) error = NULL;

  assert_refused (fixture, "");
  assert_refused (fixture, "hello");
  assert_refused (fixture, "{}");
  assert_refused (fixture, "[]");
  assert_refused (fixture, "{\"a\":1,\"b\":[1,2,{\"c\":3}]}");
  assert_refused (fixture, deep);
#define MYNA(messages, head)                                                                                               \
  "{\"format\":\"myna-conversations\",\"version\":1,\"conversations\":[{\"origin\":\"x\",\"title\":\"\",\"head_id\":" head \
  ",\"messages\":[" messages "]}]}"
#define MESSAGE(id, parent) "{\"id\":" id ",\"parent_id\":" parent ",\"role\":\"user\",\"state\":\"complete\",\"text\":\"t\"}"
  assert_refused (fixture, MYNA (MESSAGE ("1", "2") "," MESSAGE ("2", "0"), "1"));
  assert_refused (fixture, MYNA (MESSAGE ("1", "0") "," MESSAGE ("1", "0"), "1"));
  assert_refused (fixture, MYNA (MESSAGE ("1", "0"), "7"));
  assert_refused (fixture, MYNA (MESSAGE ("-1", "0"), "0"));
  assert_refused (fixture, MYNA ("3", "0"));
  assert_refused (fixture, "{\"format\":\"myna-conversations\",\"version\":1,\"conversations\":[{}]}");
  g_assert_null (import_text (fixture, fixture->db, "{\"format\":\"myna-conversations\",\"version\":2}", -1, &error));
  g_assert_error (error, STORE_ERROR, STORE_ERROR_NEWER_VERSION);
  {
    g_autoptr (GPtrArray) list = test_list (fixture->db, STORE_LIST_ACTIVE);

    g_assert_cmpuint (list->len, ==, 0);
  }
}

/* Settings, attachments and whole files whose brackets hide from who only counts them outside of strings. */
static void
test_deep (TestExchange *fixture, gconstpointer data)
{
  static const char *const hiding[] = { "/*\"*/", "'\"'", "// \"\n", "\"\\ud800\",\"", "\"\\udc00\",\"", "\"\\u12\",\"" };
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *shut = g_strnfill (100, ']');

  for (gsize i = 0; i < G_N_ELEMENTS (hiding); i++)
    {
      g_autofree char *text = g_strconcat ("[[", hiding[i], deep, "\"", shut, NULL);

      /* Half of a pair is mended before, and then hides nothing. */
      if (strstr (hiding[i], "\\ud"))
        g_ptr_array_unref (import_text (fixture, fixture->db, text, -1, NULL));
      else
        assert_refused (fixture, text);
    }
}

/* Every file cut at every place, and with every byte changed: never a crash, and the history stays sound. */
static void
torture (TestExchange *fixture, const char *text, gsize n_bytes)
{
  g_autofree char *copy = g_memdup2 (text, n_bytes);
  gsize step = g_test_slow () ? 1 : 1 + n_bytes / 50;

  for (gsize n = 0; n < n_bytes; n += step)
    {
      g_autoptr (GPtrArray) cut = import_text (fixture, fixture->db, text, n, NULL);
      g_autoptr (GPtrArray) changed = NULL;

      copy[n] = g_test_rand_int_range (0, 256);
      changed = import_text (fixture, fixture->db, copy, n_bytes, NULL);
      copy[n] = text[n];
    }
}

static void
test_torture (TestExchange *fixture, gconstpointer data)
{
  static const char *const names[] = { "chatgpt.json", "claude.json", "sharegpt.json", "chatglm-pairs.json",
                                       "chatglm3-history.json" };
  g_autofree char *alpaca_path = make_alpaca (fixture);
  g_autofree char *alpaca = NULL, *json = NULL;
  g_autoptr (GByteArray) gpt4all = fixture_gpt4all_new (12);
  g_autoptr (GByteArray) older = fixture_gpt4all_new (9);
  g_autoptr (StoreDb) other = test_open_memory ();
  gsize n_bytes;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = read_fixture (names[i], &n_bytes);

      torture (fixture, text, n_bytes);
    }
  test_make_history (other);
  json = test_export_text (fixture, other, STORE_FORMAT_JSON);
  torture (fixture, json, strlen (json));
  torture (fixture, (const char *) gpt4all->data, gpt4all->len);
  torture (fixture, (const char *) older->data, older->len);
  g_assert_true (g_file_get_contents (alpaca_path, &alpaca, &n_bytes, NULL));
  torture (fixture, alpaca, n_bytes);
  test_add_conversation (fixture->db, "still works");
}

/* Only what was chosen. */
static void
test_indices (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures/sharegpt.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  guint index = 1;
  g_autoptr (GPtrArray) added = test_wait_list (TEST_CALL (fixture->db, store_import_async, file, &index, 1, NULL), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (added->len, ==, 1);
  assert_branch (fixture->db, 1, "1:Hi|2:Hello!");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add (name, TestExchange, NULL, test_exchange_set_up, function, test_exchange_tear_down)
  ADD ("/exchange/json", test_json);
  ADD ("/exchange/progress", test_progress);
  ADD ("/exchange/chatgpt", test_chatgpt);
  ADD ("/exchange/claude", test_claude);
  ADD ("/exchange/sharegpt", test_lists);
  ADD ("/exchange/chatglm-pairs", test_pairs);
  ADD ("/exchange/chatglm3-history", test_history);
  ADD ("/exchange/alpaca", test_alpaca);
  ADD ("/exchange/gpt4all", test_gpt4all);
  ADD ("/exchange/refused", test_refused);
  ADD ("/exchange/deep", test_deep);
  ADD ("/exchange/torture", test_torture);
  ADD ("/exchange/indices", test_indices);

  return g_test_run ();
}
