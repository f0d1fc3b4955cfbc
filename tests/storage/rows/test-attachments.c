/* test-attachments.c: documents of messages, as rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "rows/store-attachment.h"
#include "rows/store-passage.h"
#include "rows/store-record.h"
#include "store-test.h"
#include "text/text-page.h"

static gint64
add_attached (StoreDb *db, gint64 conversation_id, const char *json)
{
  g_autoptr (StoreMessage) message = store_message_new ();

  message->conversation_id = conversation_id;
  message->role = STORE_ROLE_USER;
  message->attachments = g_strdup (json);
  return test_wait_id (TEST_CALL (db, store_add_message_async, message), NULL);
}

static char *
make_json (const char *name, const char *text)
{
  g_autoptr (GString) json = g_string_new ("[{\"name\":\"");

  g_string_append_printf (json, "%s\",\"text\":\"", name);
  for (const char *p = text; *p; p++)
    if (*p == '\n')
      g_string_append (json, "\\n");
    else if (*p == '\t' || *p == '\r')
      g_string_append (json, *p == '\t' ? "\\t" : "\\r");
    else if (*p == '"' || *p == '\\')
      g_string_append_printf (json, "\\%c", *p);
    else
      g_string_append_c (json, *p);
  g_string_append (json, "\"}]");
  return g_string_free (g_steal_pointer (&json), FALSE);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void
test_json (void)
{
  static const struct
  {
    const char *json;
    gboolean is_rows;
  } cases[] = {
    { "[{\"name\":\"a.txt\",\"text\":\"b\"}]", TRUE },
    { "[{\"name\":\"a.txt\",\"text\":\"\"}]", TRUE },
    { "[{\"name\":\"\",\"text\":\"b\\n\\\"\\\\\\t é模\"},{\"name\":\"\",\"text\":\"b\\n\\\"\\\\\\t é模\"}]", TRUE },
    { "[{\"name\":\"a.pdf\",\"text\":\"[Page 1]\\n\\nb\",\"pages\":\"12\",\"type\":\"pdf\",\"use\":\"whole\"}]", TRUE },
    { "[{\"name\":\"a.pdf\",\"text\":\"b\",\"use\":\"passages\"}]", TRUE },
    /* What says anything else stays as it is. */
    { "[{\"name\":\"a.txt\",\"text\":\"b\",\"document\":\"0123\"}]", FALSE },
    { "[{\"name\":\"a.txt\",\"text\":\"b\",\"bytes\":\"12\"}]", FALSE },
    { "[{\"name\":\"a.txt\",\"text\":\"b\",\"pages\":\"many\"}]", FALSE },
    { "[{\"name\":\"a.txt\",\"text\":\"b\",\"pages\":\"007\"}]", FALSE },
    { "[{\"name\":\"a.txt\",\"text\":\"b\",\"mine\":\"c\"}]", FALSE },
    { "[{\"name\":\"a.txt\",\"text\":\"b\",\"pages\":3}]", FALSE },
    { "[{\"name\":\"a.txt\",\"text\":\"b\\u0000c\"}]", FALSE },
    { "[{\"name\":\"a.txt\"}]", FALSE },
    { "[\"a.txt\"]", FALSE },
    { "[]", FALSE },
    { "{}", FALSE },
    { "", FALSE },
    { "no JSON", FALSE },
    { "[{\"name\":\"a.txt\",\"text\":\"b\"}", FALSE },
  };
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, "");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (StoreMessage) message = test_get_message (db, add_attached (db, chat, cases[i].json));
      g_autoptr (GPtrArray) documents = test_wait_list (TEST_CALL (db, store_list_documents_async, chat), NULL);
      gboolean is_rows = FALSE;

      g_assert_cmpstr (message->attachments, ==, cases[i].json);
      for (guint j = 0; j < documents->len; j++)
        is_rows = is_rows || ((StoreDocument *) documents->pdata[j])->message_id == message->id;
      g_assert_cmpint (is_rows, ==, cases[i].is_rows);
    }
}

/* ---- Passages --------------------------------------------------------------------------------------------------- */

static char *
random_text (void)
{
  static const char *const pieces[] = {
    "word ",          "\n", "\n\n",    "# Head\n", "\n## 标题\n", "模型读文件。",    "[Page ", "]\n", " ", "```\n", "x",
    "One sentence. ", "é",  "\t| a |", "\r\n",     "####### ",    "[Page 3] inside "
  };
  GString *text = g_string_new (g_test_rand_int_range (0, 2) ? "[Page 1]\n" : "");
  int n = g_test_rand_int_range (0, 800);
  guint page = 1;

  for (int i = 0; i < n; i++)
    {
      int choice = g_test_rand_int_range (0, (int) G_N_ELEMENTS (pieces) + 2);

      if (choice < (int) G_N_ELEMENTS (pieces))
        for (int k = g_test_rand_int_range (0, 30) ? 1 : 200; k > 0; k--)
          g_string_append (text, pieces[choice]);
      else
        g_string_append_printf (text, "\n\n[Page %u]\n\n", page += g_test_rand_int_range (1, 3));
    }
  return g_string_free (text, FALSE);
}

/* One after the other they are the text, none is too long, each is text, and pages only grow where they are real. */
static void
test_split (void)
{
  for (int i = 0; i < 400; i++)
    {
      g_autofree char *text = random_text ();
      g_autoptr (GArray) spans = store_split_passages (text);
      gsize at = 0;

      for (guint j = 0; j < spans->len; j++)
        {
          const StoreSpan *span = &g_array_index (spans, StoreSpan, j);

          g_assert_cmpuint (span->start, ==, at);
          g_assert_cmpuint (span->n_bytes, >, 0);
          g_assert_cmpuint (span->n_bytes, <=, STORE_PASSAGE_MAX_BYTES);
          g_assert_true (g_utf8_validate_len (text + span->start, span->n_bytes, NULL));
          g_assert_true (g_utf8_validate_len (text + span->heading, span->heading_bytes, NULL));
          at += span->n_bytes;
        }
      g_assert_cmpuint (at, ==, strlen (text));
    }
}

static void
test_places (void)
{
  g_autoptr (GString) text = g_string_new ("[Page 1]\n\n# First\n\n");
  g_autoptr (GArray) spans = NULL;
  const StoreSpan *last;

  for (int i = 0; i < 40; i++)
    g_string_append (text, "Some words that fill a line of the text.\n");
  g_string_append (text, "\n[Page 7]\n\n## Second\n\nHere it stands.");
  spans = store_split_passages (text->str);
  g_assert_cmpuint (spans->len, >, 1);
  g_assert_cmpuint (g_array_index (spans, StoreSpan, 0).page, ==, 1);
  last = &g_array_index (spans, StoreSpan, spans->len - 1);
  g_assert_cmpuint (last->page, ==, 7);
  g_assert_cmpmem (text->str + last->heading, last->heading_bytes, "Second", 6);
  g_assert_cmpstr (text_skip_page_mark (text->str + last->start), ==, "## Second\n\nHere it stands.");
}

/* ---- Shared documents ------------------------------------------------------------------------------------------- */

static gint64
count (TestHistory *fixture, StoreDb **db, const char *what)
{
  g_autoptr (StoreConnection) connection = NULL;

  g_clear_object (db);
  connection = test_open_connection (fixture->path);
  return test_count (connection, what);
}

/* What any sequence of additions and deletions leaves is what the messages have, and no document more. */
static void
test_shared (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) db = test_open (fixture->path, NULL);
  g_autoptr (GHashTable) texts = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  char *pool[6] = { NULL };
  gint64 chats[3], n_attached = 0;
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < G_N_ELEMENTS (pool); i++)
    {
      g_autofree char *text = random_text (), *different = g_strdup_printf ("%s%u", text, i);

      pool[i] = make_json ("n", different);
    }
  for (guint i = 0; i < G_N_ELEMENTS (chats); i++)
    chats[i] = test_add_conversation (db, "");
  for (int i = 0; i < 80; i++)
    if (g_test_rand_int_range (0, 3) || g_hash_table_size (texts) == 0)
      {
        const char *json = pool[g_test_rand_int_range (0, G_N_ELEMENTS (pool))];
        gint64 id = add_attached (db, chats[i % G_N_ELEMENTS (chats)], json);

        g_hash_table_insert (texts, GSIZE_TO_POINTER ((gsize) id), g_strdup (json));
      }
    else
      {
        g_hash_table_iter_init (&iter, texts);
        g_hash_table_iter_next (&iter, &key, NULL);
        test_do (db, store_delete_message_async, GPOINTER_TO_SIZE (key));
        g_hash_table_remove (texts, key);
      }
  g_hash_table_iter_init (&iter, texts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      g_autoptr (StoreMessage) message = test_get_message (db, GPOINTER_TO_SIZE (key));

      g_assert_true (g_strcmp0 (message->attachments, value) == 0);
      n_attached++;
    }
  g_hash_table_iter_init (&iter, texts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_hash_table_add (used, value);
  g_assert_cmpint (count (fixture, &db, "document"), ==, g_hash_table_size (used));
  g_assert_cmpint (count (fixture, &db, "attachment"), ==, n_attached);
  g_assert_cmpint (count (fixture, &db, "passage WHERE document_id NOT IN (SELECT id FROM document)"), ==, 0);
  g_assert_cmpint (count (fixture, &db, "passage_fts_docsize"), ==, count (fixture, &db, "passage"));
  for (guint k = 0; k < G_N_ELEMENTS (pool); k++)
    g_free (pool[k]);
}

static void
test_gone (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) db = test_open (fixture->path, NULL);
  gint64 one = test_add_conversation (db, "one"), two = test_add_conversation (db, "two");
  static const char json[] = "[{\"name\":\"a.txt\",\"text\":\"unmistakable\"}]";

  add_attached (db, one, json);
  add_attached (db, two, json);
  test_do (db, store_purge_async, one);
  g_assert_cmpint (count (fixture, &db, "document"), ==, 1);
  db = test_open (fixture->path, NULL);
  test_do (db, store_purge_async, two);
  g_assert_cmpint (count (fixture, &db, "document"), ==, 0);
  g_assert_cmpint (count (fixture, &db, "passage"), ==, 0);
  g_assert_cmpint (count (fixture, &db, "passage_fts WHERE passage_fts MATCH 'unmistakable'"), ==, 0);
}

static void
test_remove (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, "");
  gint64 id = add_attached (db, chat, "[{\"name\":\"a\",\"text\":\"b\"},{\"name\":\"c\",\"text\":\"d\"}]");
  g_autoptr (GPtrArray) documents = test_wait_list (TEST_CALL (db, store_list_documents_async, chat), NULL);
  g_autoptr (StoreMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  const StoreDocument *first = documents->pdata[0];

  g_assert_cmpuint (documents->len, ==, 2);
  g_assert_cmpstr (first->name, ==, "a");
  g_assert_cmpint (first->n_bytes, ==, 1);
  test_do (db, store_remove_document_async, first->id);
  message = test_get_message (db, id);
  g_assert_cmpstr (message->attachments, ==, "[{\"name\":\"c\",\"text\":\"d\"}]");
  g_assert_false (test_wait (TEST_CALL (db, store_remove_document_async, first->id), &error));
  g_assert_error (error, STORE_ERROR, STORE_ERROR_NOT_FOUND);
}

/* A long text comes out only where it is asked for; what there is of it elsewhere can be written again, and is no second one. */
static void
test_long (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, ""), id, again, lost;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *json = NULL, *other = NULL;
  g_autoptr (StoreMessage) message = NULL, copy = NULL, named = NULL;
  g_autoptr (GPtrArray) whole = NULL, documents = NULL;

  while (text->len <= STORE_LONG_DOCUMENT_BYTES)
    g_string_append_printf (text, "Line %zu.\n", text->len);
  json = make_json ("long.txt", text->str);
  id = add_attached (db, chat, json);
  message = test_get_message (db, id);
  g_assert_cmpuint (strlen (message->attachments), <, 10000);
  g_assert_nonnull (strstr (message->attachments, "\"text\":\"Line 0.\\nLine "));
  g_assert_nonnull (strstr (message->attachments, "\"document\":\""));
  whole = test_wait_list (TEST_CALL (db, store_get_whole_messages_async, &id, 1), NULL);
  g_assert_cmpstr (((StoreMessage *) whole->pdata[0])->attachments, ==, json);

  again = add_attached (db, chat, message->attachments);
  copy = test_get_message (db, again);
  g_assert_cmpstr (copy->attachments, ==, message->attachments);
  documents = test_wait_list (TEST_CALL (db, store_list_documents_async, chat), NULL);
  g_assert_cmpuint (documents->len, ==, 2);
  g_assert_cmpint (((StoreDocument *) documents->pdata[0])->document_id, ==,
                   ((StoreDocument *) documents->pdata[1])->document_id);

  /* One that is not here stays as it is. */
  other = g_strdup ("[{\"name\":\"a\",\"text\":\"b\",\"bytes\":\"2000000\",\"document\":\"0123\"}]");
  lost = add_attached (db, chat, other);
  named = test_get_message (db, lost);
  g_assert_cmpstr (named->attachments, ==, other);
}

/* A table full of quotation marks is twice as long in JSON, and yet not longer than what may be attached. */
static void
test_quotation_marks (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gsize n = STORE_MAX_ATTACHMENTS_BYTES / 2 + 1000;
  g_autofree char *text = g_strnfill (n, '"'), *json = make_json ("table.csv", text);
  gint64 chat = test_add_conversation (db, ""), id;
  g_autoptr (StoreMessage) message = NULL;
  g_autofree char *n_bytes = g_strdup_printf ("\"bytes\":\"%zu\"", n), *long_text = NULL, *too_long = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (strlen (json), >, STORE_MAX_ATTACHMENTS_BYTES);
  id = add_attached (db, chat, json);
  message = test_get_message (db, id);
  g_assert_nonnull (strstr (message->attachments, n_bytes));

  long_text = g_strnfill (STORE_MAX_ATTACHMENTS_BYTES + 1, 'a');
  too_long = make_json ("book.txt", long_text);
  g_assert_false (store_attachments_check (too_long, &error));
  g_assert_error (error, STORE_ERROR, STORE_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add (name, TestHistory, NULL, test_history_set_up, function, test_history_tear_down)
  g_test_add_func ("/attachments/json", test_json);
  g_test_add_func ("/attachments/split", test_split);
  g_test_add_func ("/attachments/places", test_places);
  ADD ("/attachments/shared", test_shared);
  ADD ("/attachments/gone", test_gone);
  g_test_add_func ("/attachments/remove", test_remove);
  g_test_add_func ("/attachments/long", test_long);
  g_test_add_func ("/attachments/quotation-marks", test_quotation_marks);

  return g_test_run ();
}
