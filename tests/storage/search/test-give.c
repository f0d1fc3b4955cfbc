/* test-give.c: which passages a question is given
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "search/store-terms.h"
#include "store-test.h"

/* A text of n pages, each of some hundred bytes, that has the words on one of them. */
static char *
make_json (const char *name, guint n_pages, guint page, const char *words, const char *type)
{
  GString *json = g_string_new (NULL);

  g_string_printf (json, "[{\"name\":\"%s\",\"text\":\"", name);
  for (guint i = 1; i <= n_pages; i++)
    {
      g_string_append_printf (json, "[Page %u]\\n\\n", i);
      for (guint k = 0; k < 10; k++)
        g_string_append_printf (json, "Filling of line %u, which says nothing of weight.\\n", k);
      g_string_append_printf (json, "%s\\n\\n", i == page ? words : "");
    }
  g_string_append_printf (json, "\",\"pages\":\"%u\",\"type\":\"%s\"}]", n_pages, type);
  return g_string_free (json, FALSE);
}

static gint64
ask (StoreDb *db, gint64 chat, gint64 parent, const char *question, const char *json)
{
  g_autoptr (StoreMessage) message = store_message_new ();

  message->conversation_id = chat;
  message->parent_id = parent;
  message->role = STORE_ROLE_USER;
  message->attachments = g_strdup (json);
  g_free (message->text);
  message->text = g_strdup (question);
  return test_wait_id (TEST_CALL (db, store_add_message_async, message), NULL);
}

/* The question with what it is given: whole up to 2,000 bytes, else 3,000; behind a prompt that begins with the message `from`. */
static StoreMessage *
give_behind (StoreDb *db, gint64 id, gint64 from, gboolean adds)
{
  StoreGive request = { id, 2000, 3000, from, adds };
  g_autoptr (GError) error = NULL;

  test_wait_id (TEST_CALL (db, store_give_async, &request), &error);
  g_assert_no_error (error);
  return test_get_message (db, id);
}

/* … with the first. */
static StoreMessage *
give (StoreDb *db, gint64 id)
{
  return give_behind (db, id, 1, FALSE);
}

static const StorePassage *
find_words (const StoreMessage *message, const char *words)
{
  for (guint i = 0; message->given && i < message->given->len; i++)
    if (strstr (((StorePassage *) message->given->pdata[i])->text, words))
      return message->given->pdata[i];
  return NULL;
}

/* "1 2 3" */
static char *
numbers_of (const StoreMessage *message)
{
  GString *numbers = g_string_new (NULL);

  for (guint i = 0; message->given && i < message->given->len; i++)
    g_string_append_printf (numbers, "%s%u", i ? " " : "", ((StorePassage *) message->given->pdata[i])->number);
  return g_string_free (numbers, FALSE);
}

static void
test_terms (void)
{
  static const struct
  {
    const char *question, *query;
  } cases[] = {
    { "", "" },
    { "What is the of?", "" },
    { "What is /srv for?", "\"srv\"" },
    { "Which kernels?", "\"kernels\" OR \"kernel\"*" },
    { "say \"OR\" NEAR(x) *", "\"near\" OR \"near\"* OR \"x\"" },
    { "软件包的名称", "\"软件\" OR \"件包\" OR \"名称\"" },
    { "这是什么？", "" },
    { "雨", "\"雨\"" },
    { "Ｄｅｂｉａｎ Café", "\"debian\" OR \"debian\"* OR \"cafe\" OR \"cafe\"*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *query = store_terms_query (cases[i].question);

      g_assert_cmpstr (query, ==, cases[i].query);
    }
}

/* The passage with the answer, in the room that there is; the same again whenever it is asked for. */
static void
test_passages (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, "");
  g_autofree char *json = make_json ("a.pdf", 60, 42, "The ferry leaves at noon. 渡轮中午开船。", "pdf");
  gint64 first = ask (db, chat, 0, "When does the ferry leave?", json), second;
  g_autoptr (StoreMessage) given = give (db, first), again = give (db, first), later = NULL;
  g_autofree char *numbers = numbers_of (given), *numbers_again = numbers_of (again), *numbers_later = NULL;
  const StorePassage *found = find_words (given, "ferry leaves");
  gsize n_bytes = 0;

  g_assert_nonnull (found);
  g_assert_cmpuint (found->page, ==, 42);
  g_assert_cmpstr (found->name, ==, "a.pdf");
  g_assert_true (g_str_has_prefix (numbers, "1 2"));
  g_assert_cmpstr (numbers, ==, numbers_again);
  g_assert_nonnull (strstr (given->attachments, "\"use\":\"passages\""));
  for (guint i = 0; i < given->given->len; i++)
    n_bytes += strlen (((StorePassage *) given->given->pdata[i])->text);
  g_assert_cmpuint (n_bytes, <=, 3000);

  /* Of the next question: what is not there already, by other numbers. */
  second = ask (db, chat, first, "渡轮什么时候开船？", NULL);
  later = give (db, second);
  g_assert_null (find_words (later, "ferry leaves"));
  for (guint i = 0; later->given && i < later->given->len; i++)
    g_assert_null (find_words (given, ((StorePassage *) later->given->pdata[i])->text));
  numbers_later = numbers_of (later);
  g_assert_false (g_str_has_prefix (numbers_later, "1"));
}

static void
test_chinese (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, "");
  g_autofree char *json = make_json ("a.pdf", 60, 9, "渡轮中午开船。", "pdf");
  g_autoptr (StoreMessage) given = give (db, ask (db, chat, 0, "请问渡轮是什么时候开的？", json));

  g_assert_cmpuint (find_words (given, "渡轮")->page, ==, 9);
}

/* Nothing has the words: the beginning, with the question that the document came with. */
static void
test_beginning (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, "");
  g_autofree char *json = make_json ("a.pdf", 60, 42, "The ferry leaves at noon.", "pdf");
  gint64 first = ask (db, chat, 0, "Zusammenfassen, bitte", json);
  g_autoptr (StoreMessage) given = give (db, first), later = give (db, ask (db, chat, first, "Danke!", NULL));

  g_assert_cmpuint (given->given->len, >, 0);
  g_assert_cmpuint (((StorePassage *) given->given->pdata[0])->page, ==, 1);
  g_assert_null (later->given);
}

/* What is short is given whole; of a PDF each passage has its number, a plain text has none. */
static void
test_whole (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, ""), other = test_add_conversation (db, "");
  g_autofree char *pdf = make_json ("a.pdf", 2, 1, "Words.", "pdf"), *text = make_json ("a.txt", 2, 1, "Words.", "text");
  g_autoptr (StoreMessage) one = give (db, ask (db, chat, 0, "ferry?", pdf)),
                           two = give (db, ask (db, other, 0, "ferry?", text));

  g_assert_cmpuint (one->given->len, ==, 2);
  g_assert_nonnull (strstr (one->attachments, "\"use\":\"whole\""));
  g_assert_null (two->given);
  g_assert_nonnull (strstr (two->attachments, "\"use\":\"whole\""));
}

/* A person may want it otherwise, or gone. */
static void
test_use (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, "");
  g_autofree char *json = make_json ("a.pdf", 30, 3, "The ferry leaves at noon.", "pdf");
  gint64 first = ask (db, chat, 0, "ferry", json);
  g_autoptr (StoreMessage) given = give (db, first), whole = NULL, bare = NULL;
  g_autoptr (GPtrArray) documents = test_wait_list (TEST_CALL (db, store_list_documents_async, chat), NULL), all = NULL;
  g_autoptr (GPtrArray) left = NULL;
  const StoreDocument *document = documents->pdata[0];

  g_assert_cmpint (document->use, ==, STORE_USE_PASSAGES);
  test_do (db, store_set_use_async, document->id, STORE_USE_WHOLE);
  whole = test_get_message (db, first);
  all = test_wait_list (TEST_CALL (db, store_list_passages_async, document->document_id, 0, 1000), NULL);
  g_assert_cmpuint (whole->given->len, ==, all->len);
  test_do (db, store_remove_document_async, document->id);
  bare = test_get_message (db, first);
  g_assert_null (bare->given);
  g_assert_null (bare->attachments);
  left = test_wait_list (TEST_CALL (db, store_list_given_async, chat), NULL);
  g_assert_cmpuint (left->len, ==, 0);
}

/* ---- What is foreseen ------------------------------------------------------------------------------------------- */

/* A chat about sixty pages, of which 10, 20, … have their words; ret_parent: the first question's reply. */
static gint64
make_chat (StoreDb *db, gint64 *ret_parent)
{
  static const char *const words[] = { "ferry", "harbor", "lantern", "orchard", "quarry" };
  g_autoptr (GString) json = g_string_new ("[{\"name\":\"a.pdf\",\"text\":\"");
  gint64 chat = test_add_conversation (db, ""), first;
  g_autoptr (StoreMessage) given = NULL;

  for (guint i = 1; i <= 60; i++)
    {
      g_string_append_printf (json, "[Page %u]\\n\\n", i);
      for (guint k = 0; k < 10; k++)
        g_string_append_printf (json, "Filling of line %u, which says nothing of weight.\\n", k);
      if (i % 10 == 0 && i / 10 <= G_N_ELEMENTS (words))
        g_string_append_printf (json, "The %s is here.\\n\\n", words[i / 10 - 1]);
    }
  g_string_append (json, "\",\"pages\":\"60\",\"type\":\"pdf\"}]");
  first = ask (db, chat, 0, "What is on the island?", json->str);
  given = give (db, first);
  *ret_parent = test_add_message (db, chat, first, STORE_ROLE_ASSISTANT, STORE_STATE_COMPLETE, "Things.");
  return chat;
}

static GPtrArray *
foresee (StoreDb *db, gint64 parent, const char *text)
{
  StoreGive request = { parent, 2000, 3000, 1 };

  return test_wait_list (TEST_CALL (db, store_foresee_async, &request, text), NULL);
}

static gboolean
has_page (GPtrArray *given, guint page)
{
  for (guint i = 0; i < given->len; i++)
    if (((StorePassage *) given->pdata[i])->page == page)
      return TRUE;
  return FALSE;
}

/* A passage more each time, behind those of before; what is asked then is given the same. */
static void
test_foreseen (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 parent, chat = make_chat (db, &parent);
  g_autoptr (GPtrArray) none = foresee (db, parent, "What about the lan"),
                        one = foresee (db, parent, "What about the lantern "),
                        two = foresee (db, parent, "What about the lantern and the ferry "),
                        same = foresee (db, parent, "What about the lantern and the ferry?");
  g_autoptr (StoreMessage) asked = NULL;

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_true (has_page (one, 30));
  g_assert_nonnull (strstr (((StorePassage *) one->pdata[0])->text, "lantern"));
  g_assert_cmpstr (((StorePassage *) one->pdata[0])->name, ==, "a.pdf");
  g_assert_cmpuint (two->len, ==, 2);
  g_assert_cmpint (((StorePassage *) two->pdata[0])->id, ==, ((StorePassage *) one->pdata[0])->id);
  g_assert_true (has_page (two, 10));
  g_assert_cmpuint (same->len, ==, 2);

  asked = give (db, ask (db, chat, parent, "What about the lantern and the ferry, please?", NULL));
  g_assert_cmpuint (asked->given->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (((StorePassage *) asked->given->pdata[i])->id, ==, ((StorePassage *) same->pdata[i])->id);
      g_assert_cmpuint (((StorePassage *) asked->given->pdata[i])->number, ==, ((StorePassage *) same->pdata[i])->number);
    }
}

/* The question went on otherwise: what it needs is there, behind what it was thought to need. */
static void
test_foreseen_more (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 parent, chat = make_chat (db, &parent);
  g_autoptr (GPtrArray) one = foresee (db, parent, "The orchard ");
  g_autoptr (StoreMessage) asked = give (db, ask (db, chat, parent, "The orchard or the quarry: which is larger?", NULL));

  g_assert_true (has_page (one, 40));
  g_assert_cmpuint (asked->given->len, ==, 2);
  g_assert_cmpuint (((StorePassage *) asked->given->pdata[0])->page, ==, 40);
  g_assert_cmpuint (((StorePassage *) asked->given->pdata[1])->page, ==, 50);
}

/* ---- What stands in the prompt ---------------------------------------------------------------------------------- */

/* A chat of five questions after the first; the last one of them in *ret_ids [5]. */
static gint64
ask_five (StoreDb *db, gint64 *ret_ids)
{
  static const char *const questions[] = { "Where is the ferry?", "Where is the harbor?", "Where is the lantern?",
                                           "Where is the orchard?", "Where is the quarry?" };
  gint64 parent, chat = make_chat (db, &parent);

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (StoreMessage) given = give (db, ret_ids[i] = parent = ask (db, chat, parent, questions[i], NULL));

      g_assert_true (has_page (given->given, (i + 1) * 10));
    }
  return chat;
}

/* However many questions ago it was given; what the prompt has lost is given again, by its number. */
static void
test_standing (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 ids[5], chat = ask_five (db, ids);
  g_autoptr (StoreMessage) first = test_get_message (db, ids[0]), all = NULL, part = NULL, none = NULL;

  all = give (db, ask (db, chat, ids[4], "Is the ferry near the quarry?", NULL));
  g_assert_null (all->given);
  part = give_behind (db, ask (db, chat, ids[4], "Is the ferry near the quarry?", NULL), ids[1], FALSE);
  g_assert_cmpuint (part->given->len, ==, 1);
  g_assert_true (has_page (part->given, 10));
  g_assert_cmpuint (((StorePassage *) part->given->pdata[0])->number, ==, ((StorePassage *) first->given->pdata[0])->number);
  none = give_behind (db, ask (db, chat, ids[4], "Is the ferry near the quarry?", NULL), 0, FALSE);
  g_assert_cmpuint (none->given->len, ==, 2);
}

/* The prompt turns out to begin later than was thought. */
static void
test_added (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 ids[5], chat = ask_five (db, ids), id = ask (db, chat, ids[4], "Is page 60, the end, near the ferry?", NULL);
  g_autoptr (StoreMessage) before = give (db, id), again = give_behind (db, id, ids[1], FALSE),
                           more = give_behind (db, id, ids[1], TRUE), same = give_behind (db, id, ids[1], TRUE);
  guint n = before->given ? before->given->len : 0;
  gsize n_bytes = 0;

  g_assert_cmpuint (again->given ? again->given->len : 0, ==, n);
  g_assert_cmpuint (more->given->len, >, n);
  g_assert_true (has_page (more->given, 10));
  for (guint i = 0; i < n; i++)
    g_assert_true (has_page (more->given, ((StorePassage *) before->given->pdata[i])->page));
  g_assert_cmpuint (same->given->len, ==, more->given->len);
  for (guint i = 0; i < more->given->len; i++)
    n_bytes += strlen (((StorePassage *) more->given->pdata[i])->text);
  g_assert_cmpuint (n_bytes, <=, 3000);
}

/* What was given whole once, too. */
static void
test_whole_left (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, ""), first, second, third;
  g_autofree char *json = make_json ("a.pdf", 2, 2, "The ferry leaves at noon.", "pdf");
  g_autoptr (StoreMessage) whole = give (db, first = ask (db, chat, 0, "ferry?", json)), stands = NULL, left = NULL;

  second = ask (db, chat, first, "Thank you.", NULL);
  third = ask (db, chat, second, "When does the ferry leave?", NULL);
  stands = give (db, third);
  g_assert_null (stands->given);
  left = give_behind (db, third, second, FALSE);
  g_assert_cmpuint (left->given->len, ==, 1);
  g_assert_nonnull (find_words (left, "ferry leaves"));
  g_assert_cmpuint (whole->given->len, ==, 2);
}

/* What has nothing to do with the question in the end is not given, nor what was foreseen elsewhere. */
static void
test_foreseen_else (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 parent, chat = make_chat (db, &parent), beside, other = make_chat (db, &beside);
  g_autoptr (GPtrArray) one = foresee (db, parent, "The orchard ");
  g_autoptr (StoreMessage) elsewhere = NULL, asked = NULL;
  g_autoptr (GPtrArray) two = NULL;

  elsewhere = give (db, ask (db, other, beside, "The orchard or the quarry?", NULL));
  g_assert_cmpuint (elsewhere->given->len, ==, 2);
  two = foresee (db, parent, "The orchard ");
  asked = give (db, ask (db, chat, parent, "Where is the harbor?", NULL));
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpuint (two->len, ==, 1);
  g_assert_cmpuint (asked->given->len, ==, 1);
  g_assert_true (has_page (asked->given, 20));
}

/* However long it is written at: the room is what it is, and what is needed is in it. */
static void
test_foreseen_room (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 parent, chat = make_chat (db, &parent);
  g_autoptr (StoreMessage) asked = NULL;
  gsize n_bytes = 0;

  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (GPtrArray) given =
          foresee (db, parent, i < 8 ? "filling, weight, line " : "filling, weight, line, the quarry ");

      g_assert_cmpuint (given->len, <=, i + 1);
    }
  asked = give (db, ask (db, chat, parent, "The quarry and the filling?", NULL));
  for (guint i = 0; i < asked->given->len; i++)
    n_bytes += strlen (((StorePassage *) asked->given->pdata[i])->text);
  g_assert_cmpuint (n_bytes, <=, 3000);
  g_assert_true (has_page (asked->given, 50));
}

static void export(StoreDb *db, GFile *file, StoreFormat format)
{
  StoreExport request = { .file = file, .format = format };

  test_wait_id (TEST_CALL (db, store_export_async, &request), NULL);
}

/* What was given travels with the chat, and notes say what a reply cites. */
static void
test_export (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) db = test_open_memory (), other = test_open_memory ();
  gint64 chat = test_add_conversation (db, "");
  g_autofree char *json = make_json ("a.pdf", 60, 42, "The ferry leaves at noon.", "pdf"), *text = NULL, *numbers = NULL,
                  *numbers_there = NULL, *path = g_build_filename (fixture->folder, "chats", NULL), *note = NULL, *reply = NULL;
  gint64 first = ask (db, chat, 0, "When does the ferry leave?", json);
  g_autoptr (StoreMessage) given = give (db, first), there = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GPtrArray) entries = NULL;
  const StorePassage *found = find_words (given, "ferry leaves");

  reply = g_strdup_printf ("At noon [%u], not [999].", found->number);
  test_add_message (db, chat, first, STORE_ROLE_ASSISTANT, STORE_STATE_COMPLETE, reply);
  export(db, file, STORE_FORMAT_JSON);
  entries = test_wait_list (TEST_CALL (other, store_import_async, file, NULL, 0, NULL), NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpuint (((StoreImportEntry *) entries->pdata[0])->notes->len, ==, 0);
  there = test_get_message (other, 1);
  numbers = numbers_of (given);
  numbers_there = numbers_of (there);
  g_assert_cmpstr (numbers, ==, numbers_there);
  g_assert_cmpstr (there->attachments, ==, given->attachments);

  export(db, file, STORE_FORMAT_TEXT);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  note = g_strdup_printf ("\n[%u] a.pdf, page 42\n", found->number);
  g_assert_nonnull (strstr (text, note));
  g_assert_null (strstr (text, "[999] "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/give/terms", test_terms);
  g_test_add_func ("/give/passages", test_passages);
  g_test_add_func ("/give/chinese", test_chinese);
  g_test_add_func ("/give/beginning", test_beginning);
  g_test_add_func ("/give/whole", test_whole);
  g_test_add_func ("/give/use", test_use);
  g_test_add_func ("/give/foreseen", test_foreseen);
  g_test_add_func ("/give/foreseen-more", test_foreseen_more);
  g_test_add_func ("/give/foreseen-else", test_foreseen_else);
  g_test_add_func ("/give/foreseen-room", test_foreseen_room);
  g_test_add_func ("/give/standing", test_standing);
  g_test_add_func ("/give/added", test_added);
  g_test_add_func ("/give/whole-left", test_whole_left);
  g_test_add ("/give/export", TestHistory, NULL, test_history_set_up, test_export, test_history_tear_down);

  return g_test_run ();
}
