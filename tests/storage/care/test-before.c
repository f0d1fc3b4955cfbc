/* test-before.c: a history, a backup and exports that version 0.1.0 made, before the folders of the tree were sorted
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tests/data/before/README.md says how they were made.  Everything happens to a copy.
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "store-test.h"

#define BACKUP "chats-2026-11-29.db"

typedef struct
{
  TestHistory history;
  StoreDb *db;
} Fixture;

static char *
read_before (const char *folder, const char *name, gsize *ret_n_bytes)
{
  g_autofree char *path = g_build_filename (g_getenv ("MYNA_BEFORE"), folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, ret_n_bytes, &error);
  g_assert_no_error (error);
  return text;
}

static void
copy_before (const char *folder, const char *name, const char *to)
{
  gsize n_bytes;
  g_autofree char *data = read_before (folder, name, &n_bytes);
  g_autofree char *path = g_build_filename (to, name, NULL);

  g_assert_true (g_file_set_contents (path, data, (gssize) n_bytes, NULL));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *backups = NULL;
  g_autoptr (GError) error = NULL;

  test_history_set_up (&f->history, NULL);
  backups = g_build_filename (f->history.folder, "backups", NULL);
  g_assert_cmpint (g_mkdir_with_parents (backups, 0700), ==, 0);
  copy_before ("data", "chats.db", f->history.folder);
  copy_before ("data/backups", BACKUP, backups);
  f->db = test_open (f->history.path, &error);
  g_assert_no_error (error);
  g_assert_false (store_is_read_only (f->db));
  g_assert_null (store_get_recovery (f->db));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->db);
  test_history_tear_down (&f->history, NULL);
}

/* ---- What is shown ---------------------------------------------------------------------------------------------- */

/* "title in folder", with * for a pinned one and ! for a title that the person gave. */
static void
assert_list (StoreDb *db, StoreListKind kind, const char *expected)
{
  g_autoptr (GPtrArray) list = test_list (db, kind);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const StoreConversation *c = list->pdata[i];

      g_string_append_printf (text, "%s%s%s%s in %d", i > 0 ? "|" : "", c->title, c->pinned ? "*" : "",
                              c->title_by_user ? "!" : "", (int) c->folder_id);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_lists (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = test_wait_list (TEST_CALL0 (f->db, store_list_folders_async), &error);
  g_autoptr (GString) text = g_string_new (NULL);

  assert_list (f->db, STORE_LIST_ACTIVE,
               "Pancakes*! in 3|Tell me a story in 0|Weather in 0|Why is my loop slow? in 0|周末计划 in 2");
  assert_list (f->db, STORE_LIST_ARCHIVED, " in 0");
  assert_list (f->db, STORE_LIST_DELETED, "Xanthippe in 0");
  for (guint i = 0; i < folders->len; i++)
    {
      const StoreFolder *folder = folders->pdata[i];

      g_string_append_printf (text, "%d %s in %d|", (int) folder->id, folder->name, (int) folder->parent_id);
    }
  g_assert_cmpstr (text->str, ==, "2 GLM in 1|3 Recipes & more in 0|1 工作 in 0|");
}

/* "role state number/alternatives text" of each message. */
static void
assert_branch (StoreDb *db, gint64 conversation, gint64 leaf, const char *expected)
{
  g_autoptr (GPtrArray) branch = test_branch (db, conversation, leaf);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < branch->len; i++)
    {
      const StoreMessage *place = branch->pdata[i];
      g_autoptr (StoreMessage) message = test_get_message (db, place->id);

      g_string_append_printf (text, "%s%d %d %d/%d %s", i > 0 ? "|" : "", message->role, message->state,
                              place->sibling_index + 1, place->n_siblings, message->text);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_branches (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreConversation) pancakes = test_get_conversation (f->db, 1);
  g_autoptr (StoreMessage) loop = test_get_message (f->db, 10);

  assert_branch (f->db, 1, 0,
                 "1 0 1/2 How do I make pancakes?|2 0 2/2 Take 250 g of flour, as in a café.\n\n"
                 "| what | how much |\n|---|---:|\n| milk | ½ l |\n|1 0 1/1 Without eggs?|2 0 1/1 Bananas bind as well.");
  g_assert_cmpint (test_wait_id (TEST_CALL (f->db, store_newest_leaf_async, 4), &error), ==, 5);
  g_assert_no_error (error);
  assert_branch (f->db, 1, 5, "1 0 2/2 How do I make crêpes?|2 0 1/1 Thinner, and with butter: $a^2 + b^2 = c^2$.");
  assert_branch (f->db, 2, 0,
                 "1 0 1/1 这个周末去哪里玩?|2 0 1/1 <think>\n用户想要周末的建议。\n</think>\n\n"
                 "可以去香山看红叶，带上ＧＬＭ写的计划。");
  assert_branch (f->db, 3, 0,
                 "1 0 1/1 Why is my loop slow?|2 3 1/1 It sleeps:\n\n```c\nfor (;;)\n  sleep (1);\n```\n\nTake"
                 "|1 0 1/1 Go on|2 4 1/1 the call away, and then|1 0 1/1 And?|2 5 1/1 ");
  g_assert_cmpstr (loop->attachments, ==,
                   "[{\"name\":\"loop \\\"a\\\".c\",\"text\":\"for (;;)\\n  sleep (1); /* <b> & */\\n\"},"
                   "{\"name\":\"笔记.txt\",\"text\":\"慢\"}]");
  assert_branch (f->db, 4, 0,
                 "0 0 1/1 Answer with tools.|1 0 1/1 How is the weather in Paris?|2 0 1/1 get_weather\n{\"city\": \"Paris\"}"
                 "|3 0 1/1 {\"celsius\": 17}|2 0 1/1 17 °C 😀");
  assert_branch (f->db, 6, 0, "1 0 1/1 Tell me a story|2 2 1/1 Once upon a time there was a my");

  g_assert_cmpstr (pancakes->draft, ==, "And with buckwheat?\n");
  g_assert_cmpstr (pancakes->model, ==, "/models/glm-4-9b-chat-q4_k.gguf");
  g_assert_cmpstr (pancakes->settings, ==,
                   "{\"system\":\"You are a cook.\\nBe brief.\",\"temperature\":0.35,\"top_k\":7,\"seed\":42,"
                   "\"context_length\":4096}");
}

/* Where the words are found: "title: part of the snippet". */
static void
assert_hit (StoreDb *db, const char *words, const char *title, const char *snippet)
{
  StoreSearch request = STORE_SEARCH_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  const StoreHit *hit;

  request.text = words;
  hits = test_wait_list (TEST_CALL (db, store_search_async, &request), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, title ? 1 : 0);
  if (!title)
    return;
  hit = hits->pdata[0];
  g_assert_cmpstr (hit->title, ==, title);
  g_assert_nonnull (strstr (hit->snippet, snippet));
}

static void
test_search (Fixture *f, gconstpointer data)
{
  assert_hit (f->db, "CAFE flour", "Pancakes", "as in a café");
  assert_hit (f->db, "crepes", "Pancakes", "How do I make crêpes?");
  assert_hit (f->db, "glm 红叶", "周末计划", "可以去香山看红叶，带上ＧＬＭ写的计划。");
  assert_hit (f->db, "周末计划", "周末计划", "");
  assert_hit (f->db, "celsius", "Weather", "{\"celsius\": 17}");
  assert_hit (f->db, "once upon", "Tell me a story", "Once upon a time");
  assert_hit (f->db, "put away", "", "Put away");
  assert_hit (f->db, "xanthippe", NULL, NULL);
}

/* The chats go on where they were: what is written now is stored and found. */
static void
test_go_on (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreMessage) reply = test_get_message (f->db, 23);

  test_do (f->db, store_resume_message_async, reply->id);
  g_free (reply->text);
  reply->text = g_strdup ("Once upon a time there was a myna that sang.");
  reply->state = STORE_STATE_COMPLETE;
  test_do (f->db, store_finish_message_async, reply);
  g_assert_cmpint (test_add_message (f->db, 6, 23, STORE_ROLE_USER, STORE_STATE_COMPLETE, "Encore!"), >, 24);
  assert_branch (f->db, 6, 0, "1 0 1/1 Tell me a story|2 0 1/1 Once upon a time there was a myna that sang.|1 0 1/1 Encore!");
  assert_hit (f->db, "sang", "Tell me a story", "myna that sang");
  assert_hit (f->db, "encore", "Tell me a story", "Encore!");
  test_do (f->db, store_restore_async, 7);
  assert_hit (f->db, "secret xanthippe", "Xanthippe", "A secret");
}

/* ---- Backups and exports ---------------------------------------------------------------------------------------- */

static void
test_backup (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) backups = test_wait_list (TEST_CALL0 (f->db, store_list_backups_async), &error);
  g_autofree char *path = g_build_filename (f->history.folder, "backups", BACKUP, NULL);
  const StoreBackup *backup = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < backups->len && !backup; i++)
    if (g_str_has_suffix (((StoreBackup *) backups->pdata[i])->path, BACKUP))
      backup = backups->pdata[i];
  g_assert_nonnull (backup);
  g_assert_false (backup->is_damaged);
  g_assert_cmpuint (backup->n_conversations, ==, 6);
  g_assert_cmpuint (backup->n_messages, ==, 24);

  test_do (f->db, store_restore_backup_async, path);
  /* It is from before the person gave a title. */
  assert_list (f->db, STORE_LIST_ACTIVE,
               "How do I make pancakes?* in 3|Tell me a story in 0|Weather in 0|Why is my loop slow? in 0|周末计划 in 2");
  assert_hit (f->db, "crepes", "How do I make pancakes?", "How do I make crêpes?");
}

static char *
export_all (Fixture *f, StoreDb *db, StoreFormat format, const gint64 *ids, gsize n_ids)
{
  g_autofree char *path = g_build_filename (f->history.folder, "export", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  StoreExport request = { .file = file, .format = format, .ids = ids, .n_ids = n_ids };
  char *text = NULL;

  test_wait_id (TEST_CALL (db, store_export_async, &request), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  return text;
}

/* All that stands in "before" stands in "now", which may say more about each thing. */
static void
assert_kept (JsonNode *before, JsonNode *now)
{
  g_assert_cmpint (json_node_get_node_type (before), ==, json_node_get_node_type (now));
  if (JSON_NODE_HOLDS_OBJECT (before))
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *value;

      json_object_iter_init (&iter, json_node_get_object (before));
      while (json_object_iter_next (&iter, &name, &value))
        {
          if (g_str_equal (name, "version"))
            continue;
          g_assert_true (json_object_has_member (json_node_get_object (now), name));
          assert_kept (value, json_object_get_member (json_node_get_object (now), name));
        }
    }
  else if (JSON_NODE_HOLDS_ARRAY (before))
    {
      JsonArray *values = json_node_get_array (before), *others = json_node_get_array (now);

      g_assert_cmpuint (json_array_get_length (values), ==, json_array_get_length (others));
      for (guint i = 0; i < json_array_get_length (values); i++)
        assert_kept (json_array_get_element (values, i), json_array_get_element (others, i));
    }
  else
    g_assert_true (json_node_equal (before, now));
}

static void
assert_all_kept (Fixture *f, StoreDb *db)
{
  g_autofree char *before = read_before ("exports", "chats.json", NULL);
  g_autofree char *now = export_all (f, db, STORE_FORMAT_JSON, NULL, 0);
  g_autoptr (JsonNode) before_node = json_from_string (before, NULL);
  g_autoptr (JsonNode) now_node = json_from_string (now, NULL);

  g_assert_nonnull (before_node);
  g_assert_nonnull (now_node);
  assert_kept (before_node, now_node);
}

static void
test_export (Fixture *f, gconstpointer data)
{
  static const gint64 two[] = { 1, 3 };
  static const struct
  {
    StoreFormat format;
    const char *name;
  } texts[] = { { STORE_FORMAT_MARKDOWN, "two.md" }, { STORE_FORMAT_TEXT, "two.txt" } };

  assert_all_kept (f, f->db);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *before = read_before ("exports", texts[i].name, NULL);
      g_autofree char *now = export_all (f, f->db, texts[i].format, two, G_N_ELEMENTS (two));

      g_assert_cmpstr (now, ==, before);
    }
}

static void
test_import (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreDb) empty = test_open_memory ();
  g_autofree char *path = g_build_filename (g_getenv ("MYNA_BEFORE"), "exports", "chats.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) added = NULL, again = NULL;

  /* Folders of the same names are used; here they have the same ids, too. */
  test_wait_id (TEST_CALL (empty, store_add_folder_async, "工作", 0), &error);
  test_wait_id (TEST_CALL (empty, store_add_folder_async, "GLM", 1), &error);
  test_wait_id (TEST_CALL (empty, store_add_folder_async, "Recipes & more", 0), &error);
  g_assert_no_error (error);
  added = test_wait_list (TEST_CALL (empty, store_import_async, file, NULL, 0, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (added->len, ==, 6);
  assert_all_kept (f, empty);
  assert_hit (empty, "crepes", "Pancakes", "How do I make crêpes?");
  /* The history that it was exported from has it already. */
  again = test_wait_list (TEST_CALL (f->db, store_import_async, file, NULL, 0, NULL), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < again->len; i++)
    g_assert_cmpuint (((StoreImportEntry *) g_ptr_array_index (again, i))->n_new, ==, 0);
}

#define ADD(name_, function_) g_test_add ("/before/" name_, Fixture, NULL, set_up, function_, tear_down)

int
main (int argc, char *argv[])
{
  /* Exports for reading tell the time of day. */
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("lists", test_lists);
  ADD ("branches", test_branches);
  ADD ("search", test_search);
  ADD ("go-on", test_go_on);
  ADD ("backup", test_backup);
  ADD ("export", test_export);
  ADD ("import", test_import);
  return g_test_run ();
}
