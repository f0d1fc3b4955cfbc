/* test-search.c: what is found, in which order, and that it equals a naive scan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store-test.h"

#include <locale.h>
#include <string.h>

static GPtrArray *
search (StoreDb *db, const char *text, gboolean anywhere)
{
  StoreSearch request = STORE_SEARCH_INIT;
  g_autoptr (GError) error = NULL;
  GPtrArray *hits;

  request.text = text;
  request.limit = 1000;
  request.anywhere = anywhere;
  hits = test_wait_list (TEST_CALL (db, store_search_async, &request), &error);
  g_assert_no_error (error);
  return hits;
}

/* The messages found, by id; titles as "t<conversation>". */
static char *
found_by (StoreDb *db, const StoreSearch *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = test_wait_list (TEST_CALL (db, store_search_async, request), &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < hits->len; i++)
    {
      StoreHit *hit = hits->pdata[i];

      if (hit->message_id)
        g_string_append_printf (text, "%s%d", i ? " " : "", (int) hit->message_id);
      else
        g_string_append_printf (text, "%st%d", i ? " " : "", (int) hit->conversation_id);
    }
  return g_string_free (text, FALSE);
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
sort_words (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  qsort (words, g_strv_length (words), sizeof *words, compare_words);
  return g_strjoinv (" ", words);
}

/* In this order. */
static void
assert_ranked (StoreDb *db, const char *query, const char *expected)
{
  StoreSearch request = STORE_SEARCH_INIT;
  g_autofree char *found = NULL;

  request.text = query;
  found = found_by (db, &request);
  g_assert_cmpstr (found, ==, expected);
}

/* In any order. */
static void
assert_found (StoreDb *db, const char *query, const char *expected)
{
  StoreSearch request = STORE_SEARCH_INIT;
  g_autofree char *found = NULL;
  g_autofree char *sorted = NULL;
  g_autofree char *sorted_expected = sort_words (expected);

  request.text = query;
  found = found_by (db, &request);
  sorted = sort_words (found);
  if (g_strcmp0 (sorted, sorted_expected) != 0)
    g_error ("%s: found %s, expected %s", query, found, expected);
}

/* ---- Examples --------------------------------------------------------------------------------------------------- */

static const char *const examples[] = {
  /*  1 */ "你好,请介绍一下对话模型。",
  /*  2 */ "The quick brown fox jumps over the lazy dog",
  /*  3 */ "ChatGLM3是一个对话。模型很大",
  /*  4 */ "Café crème à la carte, naïve façade",
  /*  5 */ "Use C++ or C# with std::vector<int>; cost: 50% off",
  /*  6 */ "ＧＬＭ－４ full-width and ΟΔΟΣ",
  /*  7 */ "量化 int4 quantization 模型",
  /*  8 */ "한국어 문장입니다 カタカナとひらがな ไทย",
  /*  9 */ "cooperate co-operate 😀 emoji",
};

static StoreDb *
example_db (void)
{
  StoreDb *db = test_open_memory ();
  gint64 conversation = test_add_conversation (db, "Notes about 模型");

  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    test_add_message (db, conversation, i, STORE_ROLE_USER, STORE_STATE_COMPLETE, examples[i]);
  return db;
}

static void
test_examples (void)
{
  g_autoptr (StoreDb) db = example_db ();

  assert_found (db, "", "");
  assert_found (db, "   ", "");
  assert_found (db, "好", "1");
  assert_found (db, "对话模型", "1"); /* not across the full stop of 3 */
  assert_found (db, "对话", "3 1");
  assert_found (db, "notes", "t1");
  assert_found (db, "模 量化", "7");
  assert_found (db, "qui", "2");
  assert_found (db, "QUICK the", "2");
  assert_found (db, "fox dog cat", "");
  assert_found (db, "cafe", "4");
  assert_found (db, "CRÈME", "4");
  assert_found (db, "cre\314\200me", "4");
  assert_found (db, "c++", "5");
  assert_found (db, "c#", "5");
  assert_found (db, "std::vec", "5");
  assert_found (db, "50%", "5");
  assert_found (db, "glm", "6"); /* in 3 it does not start a word */
  assert_found (db, "οδος", "6");
  assert_found (db, "chatglm3是", "3");
  assert_found (db, "국", "8");
  assert_found (db, "타", "");
  assert_found (db, "カナ", "8");
  assert_found (db, "ไท", "8");
  assert_found (db, "\"brown fox\"", "2");
  assert_found (db, "\"fox brown\"", "");
  assert_found (db, "\"brown fo", "2");
  assert_found (db, "😀", "9"); /* not indexed: a scan */
  assert_found (db, "uantizatio", "");
  {
    g_autoptr (GPtrArray) inside = search (db, "uantizatio", TRUE);
    g_autoptr (GPtrArray) mixed = search (db, "LM3是", TRUE);

    g_assert_cmpuint (inside->len, ==, 1);
    g_assert_cmpuint (mixed->len, ==, 1);
  }
}

static void
test_snippets (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 conversation = test_add_conversation (db, "t");
  g_autoptr (GPtrArray) hits = NULL;
  g_autofree char *line = g_strnfill (500, 'x');
  g_autofree char *text = g_strconcat (line, " first\n\nneedle  and\tanother Needles here ", line, NULL);
  StoreHit *hit;

  test_add_message (db, conversation, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, text);
  hits = search (db, "needle", FALSE);
  g_assert_cmpuint (hits->len, ==, 1);
  hit = hits->pdata[0];
  g_assert_true (g_str_has_prefix (hit->snippet, "…needle and another Needles here xxx"));
  g_assert_true (g_str_has_suffix (hit->snippet, "x…"));
  g_assert_cmpuint (hit->n_ranges, ==, 2);
  g_assert_cmpint (memcmp (hit->snippet + hit->ranges[0].start, "needle", 6), ==, 0);
  g_assert_cmpuint (hit->ranges[0].end - hit->ranges[0].start, ==, 6);
  g_assert_cmpint (memcmp (hit->snippet + hit->ranges[1].start, "Needle", 6), ==, 0);
  g_assert_cmpstr (hit->title, ==, "t");
  g_assert_cmpint (hit->conversation_id, ==, conversation);
}

static void
test_filters (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (GError) error = NULL;
  gint64 a = test_add_conversation (db, "a");
  gint64 b = test_add_conversation (db, "b");
  gint64 outer = test_wait_id (TEST_CALL (db, store_add_folder_async, "outer", 0), NULL);
  gint64 inner = test_wait_id (TEST_CALL (db, store_add_folder_async, "inner", outer), NULL);
  const struct
  {
    gint64 conversation;
    StoreRole role;
    const char *model;
    gint64 time;
  } rows[] = {
    { a, STORE_ROLE_USER, NULL, 1000 },
    { a, STORE_ROLE_ASSISTANT, "GLM-4", 2000 },
    { b, STORE_ROLE_ASSISTANT, "Starter", 3000 },
  };
  StoreSearch request = STORE_SEARCH_INIT;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (StoreMessage) message = store_message_new ();

      message->conversation_id = rows[i].conversation;
      message->role = rows[i].role;
      message->model = g_strdup (rows[i].model);
      message->created_at = rows[i].time;
      g_free (message->text);
      message->text = g_strdup ("word");
      test_do (db, store_add_message_async, message);
    }
  test_do (db, store_set_folder_async, b, inner);

#define ASSERT_FILTER(expected, ...)          \
  G_STMT_START                                \
  {                                           \
    StoreSearch r_ = { __VA_ARGS__ };         \
    g_autofree char *f_ = found_by (db, &r_); \
    g_assert_cmpstr (f_, ==, expected);       \
  }                                           \
  G_STMT_END
  ASSERT_FILTER ("3 2 1", .text = "word", .role = -1);
  ASSERT_FILTER ("1", .text = "word", .role = STORE_ROLE_USER);
  ASSERT_FILTER ("3", .text = "word", .role = -1, .model = "Starter");
  ASSERT_FILTER ("3 2", .text = "word", .role = -1, .after = 2000);
  ASSERT_FILTER ("2 1", .text = "word", .role = -1, .before = 2000);
  ASSERT_FILTER ("3", .text = "word", .role = -1, .folder_id = inner);
  ASSERT_FILTER ("3", .text = "word", .role = -1, .folder_id = outer);
  ASSERT_FILTER ("2 1", .text = "word", .role = -1, .conversation_id = a);
  ASSERT_FILTER ("3", .text = "word", .role = -1, .limit = 1);

  test_do (db, store_delete_async, a);
  ASSERT_FILTER ("3", .text = "word", .role = -1);
  test_do (db, store_restore_async, a);
  test_do (db, store_purge_async, b);
  ASSERT_FILTER ("2 1", .text = "word", .role = -1);

  request.text = g_strnfill (5000, 'x');
  g_assert_null (test_wait_list (TEST_CALL (db, store_search_async, &request), &error));
  g_assert_error (error, STORE_ERROR, STORE_ERROR_INVALID);
  g_free ((char *) request.text);
}

/* The index follows each change of the rows. */
static void
test_changes (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 conversation = test_add_conversation (db, "alpha");
  g_autoptr (StoreMessage) message = store_message_new ();

  message->conversation_id = conversation;
  message->role = STORE_ROLE_ASSISTANT;
  message->state = STORE_STATE_GENERATING;
  test_do (db, store_add_message_async, message);
  test_do (db, store_flush_message_async, 1, "partial");
  assert_found (db, "partial", "");
  message->id = 1;
  message->state = STORE_STATE_COMPLETE;
  g_free (message->text);
  message->text = g_strdup ("partial whole");
  test_do (db, store_finish_message_async, message);
  assert_found (db, "whole", "1");
  g_free (message->text);
  message->text = g_strdup ("other");
  test_do (db, store_finish_message_async, message);
  assert_found (db, "whole", "");
  assert_found (db, "other", "1");
  test_do (db, store_resume_message_async, 1);
  assert_found (db, "other", "");
  test_do (db, store_finish_message_async, message);

  test_do (db, store_rename_async, conversation, "beta", TRUE);
  assert_found (db, "alpha", "");
  assert_found (db, "beta", "t1");
  test_do (db, store_delete_message_async, 1);
  assert_found (db, "other", "");
}

/* ---- Order ------------------------------------------------------------------------------------------------------ */

static void
test_ranking (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 now = g_get_real_time () / 1000, year = G_GINT64_CONSTANT (365) * 24 * 3600 * 1000;
  g_autofree char *filler = g_strnfill (4000, ' ');
  g_autofree char *diluted = NULL;
  struct
  {
    gint64 time;
    const char *text;
  } rows[] = {
    { now - 3 * year, "sorting: sorting and more sorting" },
    { now - 3 * year, "sorting" },
    { now, "a short remark about sorting" },
    { now, NULL },
  };
  gint64 conversation = test_add_conversation (db, "x");

  diluted = g_strconcat (filler, "sorting is here too", NULL);
  rows[3].text = diluted;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (StoreMessage) message = store_message_new ();

      message->conversation_id = conversation;
      message->created_at = rows[i].time;
      g_free (message->text);
      message->text = g_strdup (rows[i].text);
      test_do (db, store_add_message_async, message);
    }
  test_add_conversation (db, "All about sorting");
  /* The title; then recent and short; then old but often; old; last the long text that only mentions it. */
  assert_ranked (db, "sorting", "t2 3 1 2 4");
}

#define N_CROWDED 2600

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x > y ? -1 : x < y;
}

/* Where there are more than can be ranked the newest are chosen by their own time: old messages that were imported last are no
 * news. */
static void
test_crowded (gconstpointer data)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (GRand) rng = g_rand_new_with_seed (7);
  g_autofree gint64 *times = g_new (gint64, N_CROWDED);
  gint64 start = G_GINT64_CONSTANT (1500000000000), conversation = 0, n_found = 0;
  const char *query = data;
  StoreSearch request = { .text = query, .role = -1, .limit = 1000, .anywhere = g_str_equal (query, "eedl") };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = NULL;

  for (int i = 0; i < N_CROWDED; i++)
    {
      g_autoptr (StoreMessage) message = store_message_new ();

      /* Written here: newer and newer.  Then imported: chats of any time. */
      if (i % 20 == 0)
        {
          g_autoptr (StoreConversation) chat = store_conversation_new ();

          chat->created_at = i < N_CROWDED / 2 ? start + i * 1000 : start + g_rand_int_range (rng, 0, 2000) * 1000;
          conversation = test_wait_id (TEST_CALL (db, store_add_conversation_async, chat), NULL);
          times[i] = chat->created_at;
        }
      else
        {
          times[i] = times[i - 1] + 1000;
        }
      message->conversation_id = conversation;
      message->created_at = times[i];
      g_free (message->text);
      message->text = g_strdup ("needle");
      test_do (db, store_add_message_async, message);
    }
  qsort (times, N_CROWDED, sizeof *times, compare_times);
  hits = test_wait_list (TEST_CALL (db, store_search_async, &request), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < hits->len; i++)
    g_assert_cmpint (((StoreHit *) hits->pdata[i])->time, ==, times[n_found++]);
  g_assert_cmpint (n_found, ==, 1000);
}

/* ---- Equal to a naive scan -------------------------------------------------------------------------------------- */

static gboolean
naive_is_single (gunichar c)
{
  return (c >= 0x3041 && c <= 0x30ff) || (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3);
}

/* Folding by another way: whole-string normalisation. */
static gunichar *
naive_fold (const char *text)
{
  GArray *folded = g_array_new (TRUE, FALSE, sizeof (gunichar));

  for (; *text; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);
      g_autofree char *one = g_strndup (text, g_utf8_skip[*(const guchar *) text]);
      gboolean is_wide = c >= 0xff01 && c <= 0xff5e;
      g_autofree char *form =
          naive_is_single (c) ? g_strdup (one) : g_utf8_normalize (one, -1, is_wide ? G_NORMALIZE_NFKD : G_NORMALIZE_NFD);
      g_autofree char *lower = g_utf8_strdown (form, -1);

      for (const char *p = lower; *p; p = g_utf8_next_char (p))
        {
          gunichar d = g_utf8_get_char (p);

          if (g_unichar_type (d) != G_UNICODE_NON_SPACING_MARK)
            g_array_append_val (folded, d);
        }
    }
  return (gunichar *) g_array_free (folded, FALSE);
}

static gboolean
naive_has_term (const gunichar *text, const gunichar *term, gboolean anywhere)
{
  gboolean starts_word = g_unichar_isalnum (term[0]) && !naive_is_single (term[0]);

  for (gsize at = 0; text[at]; at++)
    {
      gsize n = 0;

      while (term[n] && text[at + n] == term[n])
        n++;
      if (!term[n]
          && (anywhere || !starts_word || at == 0 || !g_unichar_isalnum (text[at - 1]) || naive_is_single (text[at - 1])))
        return TRUE;
    }
  return FALSE;
}

static gboolean
naive_matches (const char *text, char **terms, gboolean anywhere)
{
  g_autofree gunichar *folded = naive_fold (text);

  for (gsize i = 0; terms[i]; i++)
    {
      g_autofree gunichar *term = naive_fold (terms[i]);

      if (*term && !naive_has_term (folded, term, anywhere))
        return FALSE;
    }
  return TRUE;
}

/* Ids of the texts that match; index i is message i + 1. */
static GHashTable *
naive_search (GPtrArray *texts, char **terms, gboolean anywhere)
{
  GHashTable *found = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < texts->len; i++)
    if (naive_matches (texts->pdata[i], terms, anywhere))
      g_hash_table_add (found, GUINT_TO_POINTER (i + 1));
  return found;
}

static const char *const pieces[] = {
  "对", "话",    "模",     "型",  "的",  "是",     "量",    "化",   "语言",    "对话模型", "か",   "タ", "한",
  "국", "a",     "b",      "the", "The", "model",  "Model", "mode", "chatglm", "GLM",      "int4", "4",  "é",
  "É",  "naïve", "Straße", "ñ",   "ﬁ",   "ＧＬＭ", "１２",  "жук",  "Жук",     "ος",       " ",    " ",  " ",
  " ",  "\n",    "\t",     ",",   "。",  ",",      "-",     "_",    "'",       "*",        "(",    ")",  "^",
  "{",  "}",     ":",      "+",   "AND", " OR ",   " NOT ", "NEAR", "😀",       "…",        "%",    "\\", ";",
};

static char *
random_text (int max_pieces)
{
  GString *text = g_string_new (NULL);

  for (int n = g_test_rand_int_range (1, max_pieces + 1); n > 0; n--)
    g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
  return g_string_free (text, FALSE);
}

/* Part of a text that is there, or something new; often two of them. */
static char *
random_query (GPtrArray *texts)
{
  GString *query = g_string_new (NULL);

  for (int n = g_test_rand_int_range (1, 3); n > 0; n--)
    {
      if (g_test_rand_int_range (0, 4))
        {
          const char *text = texts->pdata[g_test_rand_int_range (0, texts->len)];
          int length = g_utf8_strlen (text, -1);
          int start = g_test_rand_int_range (0, length);
          g_autofree char *part = g_utf8_substring (text, start, MIN (length, start + g_test_rand_int_range (1, 9)));

          g_string_append (query, part);
        }
      else
        {
          g_autofree char *part = random_text (3);

          g_string_append (query, part);
        }
      g_string_append_c (query, ' ');
    }
  return g_string_free (query, FALSE);
}

static void
compare_with_scan (StoreDb *db, GPtrArray *texts, const char *query, gboolean anywhere)
{
  g_autoptr (GPtrArray) hits = search (db, query, anywhere);
  g_auto (GStrv) terms = g_strsplit_set (query, " \n\t", -1);
  g_autoptr (GHashTable) expected = NULL;
  gboolean is_empty = TRUE;

  for (gsize i = 0; terms[i]; i++)
    is_empty = is_empty && !*terms[i];
  expected = is_empty ? g_hash_table_new (NULL, NULL) : naive_search (texts, terms, anywhere);

  for (guint i = 0; i < hits->len; i++)
    {
      StoreHit *hit = hits->pdata[i];

      if (!g_hash_table_remove (expected, GUINT_TO_POINTER ((guint) hit->message_id)))
        g_error ("“%s” must not find “%s”", query, (char *) texts->pdata[hit->message_id - 1]);
      g_assert_cmpuint (hit->n_ranges, >, 0);
      g_assert_true (g_utf8_validate (hit->snippet, -1, NULL));
      for (guint k = 0; k < hit->n_ranges; k++)
        {
          g_assert_cmpuint (hit->ranges[k].start, <, hit->ranges[k].end);
          g_assert_cmpuint (hit->ranges[k].end, <=, strlen (hit->snippet));
        }
    }
  if (g_hash_table_size (expected) > 0)
    {
      GHashTableIter iter;
      gpointer id;

      g_hash_table_iter_init (&iter, expected);
      g_hash_table_iter_next (&iter, &id, NULL);
      g_error ("“%s” must find “%s”", query, (char *) texts->pdata[GPOINTER_TO_UINT (id) - 1]);
    }
}

static void
test_property (void)
{
  for (int round = 0; round < 4; round++)
    {
      g_autoptr (StoreDb) db = test_open_memory ();
      g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
      gint64 conversation = test_add_conversation (db, "");

      for (int i = 0; i < 200; i++)
        {
          g_ptr_array_add (texts, random_text (20));
          test_add_message (db, conversation, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, texts->pdata[i]);
        }
      for (int i = 0; i < 500; i++)
        {
          g_autofree char *query = random_query (texts);

          compare_with_scan (db, texts, query, i % 2);
        }
    }
}

/* Texts longer than a window of the comparison, with the term at every place around its edge. */
static void
test_windows (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 conversation = test_add_conversation (db, "");
  g_autoptr (GString) text = g_string_new (NULL);
  int n = 0;

  for (int before = 8192 - 14; before < 8192 + 6; before++)
    {
      g_string_truncate (text, 0);
      for (int i = 0; i < before; i++)
        g_string_append_c (text, '.');
      g_string_append (text, "needle in 海");
      for (int i = 0; i < 9000; i++)
        g_string_append_c (text, '.');
      test_add_message (db, conversation, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, text->str);
      n++;
    }
  {
    g_autoptr (GPtrArray) hits = search (db, "\"needle in 海\"", FALSE);
    g_autoptr (GPtrArray) none = search (db, "\"eedle in 海\" zzz", TRUE);

    g_assert_cmpuint (hits->len, ==, n);
    g_assert_cmpuint (none->len, ==, 0);
  }
}

/* Whatever is typed is text, never syntax. */
static void
test_syntax (void)
{
  static const char *const signs[] = {
    "\"",     "*",    "^",           ":", "(", ")",  "{", "}", "+", "-",  "AND", "OR", "NOT",
    "NEAR/3", "text", "message_fts", "'", ";", "--", " ", " ", "a", "对", "\\",  "%",  "\001"
  };
  g_autoptr (StoreDb) db = example_db ();

  for (int i = 0; i < 2000; i++)
    {
      g_autoptr (GString) query = g_string_new (NULL);

      for (int n = g_test_rand_int_range (1, 9); n > 0; n--)
        g_string_append (query, signs[g_test_rand_int_range (0, G_N_ELEMENTS (signs))]);
      g_ptr_array_unref (search (db, query->str, i % 2));
    }
}

static void
test_superseded (void)
{
  g_autoptr (StoreDb) db = example_db ();
  StoreSearch request = STORE_SEARCH_INIT;
  TestWait *first, *second;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = NULL;

  request.text = "模";
  first = TEST_CALL (db, store_search_async, &request);
  second = TEST_CALL (db, store_search_async, &request);
  hits = test_wait_list (second, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, 4);
  g_clear_pointer (&hits, g_ptr_array_unref);
  hits = test_wait_list (first, &error);
  /* It may have been faster. */
  if (!hits)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* What a model thought is found by who asks for it; its snippet, and every other search, have the answer alone. */
static void
test_thoughts (void)
{
  static const char *const texts[] = {
    "<think>The zebra is striped.</think>\n\nIt is an animal.", /* 2 */
    "<think>A zebra",                                           /* 3: cut off */
    "The zebra",                                                /* 4 */
    "<think>A horse</think>A zebra, it seems",                  /* 5 */
  };
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 id = test_add_conversation (db, "Animals");
  gint64 parent = test_add_message (db, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "<think>a zebra</think>?");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    parent = test_add_message (db, id, parent, STORE_ROLE_ASSISTANT, STORE_STATE_COMPLETE, texts[i]);
  for (guint way = 0; way < 4; way++)
    {
      StoreSearch request = STORE_SEARCH_INIT;
      g_autofree char *found = NULL, *sorted = NULL;

      request.text = way & 2 ? "ebr" : "zebra";
      request.anywhere = (way & 2) != 0;
      request.thoughts = way & 1;
      found = found_by (db, &request);
      sorted = sort_words (found);
      g_assert_cmpstr (sorted, ==, request.thoughts ? "1 2 3 4 5" : "1 4 5");
    }
  assert_found (db, "animal", "2 t1");
  assert_found (db, "animal zebra", "");
  assert_found (db, "horse", "");
  store_close (db);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/search/examples", test_examples);
  g_test_add_func ("/search/snippets", test_snippets);
  g_test_add_func ("/search/filters", test_filters);
  g_test_add_func ("/search/thoughts", test_thoughts);
  g_test_add_func ("/search/changes", test_changes);
  g_test_add_func ("/search/ranking", test_ranking);
  g_test_add_data_func ("/search/crowded", "needle", test_crowded);
  g_test_add_data_func ("/search/crowded-anywhere", "eedl", test_crowded);
  g_test_add_func ("/search/property", test_property);
  g_test_add_func ("/search/windows", test_windows);
  g_test_add_func ("/search/syntax", test_syntax);
  g_test_add_func ("/search/superseded", test_superseded);

  return g_test_run ();
}
