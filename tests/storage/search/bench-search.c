/* bench-search.c: how long search takes in histories of 10,000, 100,000 and 1,000,000 messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: bench-search [N_MESSAGES …]
 *
 * The messages are made up: 70 % Chinese, words drawn from vocabularies with Zipf's law, 40 … 1,200 bytes.  Prints the time
 * to add and index one message, the size of the file, and for each kind of query the median of RUNS, first with what the
 * system still has in its cache, beside a scan with LIKE.
 */
#include "store-test.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#define RUNS    9
#define N_WORDS 20000
#define BATCH   10000

static GRand *rng;
static char *chinese[N_WORDS], *english[N_WORDS];
static double zipf[N_WORDS]; /* cumulated */

static const char *const first_chinese[] = { "的",   "是",   "我",   "你",   "在",   "模型", "了",   "可以", "有",   "对话",
                                             "使用", "问题", "数据", "语言", "量化", "训练", "参数", "代码", "函数", "生成" };
static const char *const first_english[] = { "the",   "of",   "to",       "a",    "and",      "model", "in",
                                             "is",    "for",  "language", "data", "function", "token", "quantization",
                                             "train", "code", "with",     "you",  "can" };

static char *
make_chinese (void)
{
  GString *word = g_string_new (NULL);

  /* Common characters stand in front: squaring bends the choice towards them. */
  for (int n = g_rand_int_range (rng, 1, 4); n > 0; n--)
    {
      double x = g_rand_double (rng);

      g_string_append_unichar (word, 0x4e00 + (int) (x * x * 5000));
    }
  return g_string_free (word, FALSE);
}

static char *
make_english (void)
{
  static const char *const syllables[] = { "ba", "con", "der", "est", "for", "gra",  "hi", "in",  "jo", "ka", "li", "men", "no",
                                           "or", "pro", "qua", "re",  "sta", "tion", "un", "ver", "wa", "ex", "y",  "zo" };
  GString *word = g_string_new (NULL);

  for (int n = g_rand_int_range (rng, 1, 5); n > 0; n--)
    g_string_append (word, syllables[g_rand_int_range (rng, 0, G_N_ELEMENTS (syllables))]);
  return g_string_free (word, FALSE);
}

static void
make_vocabulary (void)
{
  double sum = 0;

  for (int i = 0; i < N_WORDS; i++)
    {
      chinese[i] = i < (int) G_N_ELEMENTS (first_chinese) ? g_strdup (first_chinese[i]) : make_chinese ();
      english[i] = i < (int) G_N_ELEMENTS (first_english) ? g_strdup (first_english[i]) : make_english ();
      sum += 1.0 / (i + 3);
      zipf[i] = sum;
    }
}

static int
draw (void)
{
  double x = g_rand_double (rng) * zipf[N_WORDS - 1];
  int low = 0, high = N_WORDS - 1;

  while (low < high)
    {
      int middle = (low + high) / 2;

      if (zipf[middle] < x)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
make_text (GString *text)
{
  gboolean is_chinese = g_rand_double (rng) < 0.7;
  int length = 40 + (int) (1160 * pow (g_rand_double (rng), 2.5));

  g_string_truncate (text, 0);
  for (int n = 1; (int) text->len < length; n++)
    {
      g_string_append (text, is_chinese ? chinese[draw ()] : english[draw ()]);
      if (!is_chinese)
        g_string_append_c (text, ' ');
      else if (n % 7 == 0)
        g_string_append (text, n % 21 == 0 ? "。\n" : ",");
      if (n % 30 == 0)
        g_string_append (text, is_chinese ? "GLM-4 " : "模型 ");
    }
}

/* 20 messages a conversation, a minute apart. */
static double
fill (const char *path, int n_messages)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreConnection) connection = store_connection_open (path, &error, &error);
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 conversation = 0, start, busy = 0;

  g_assert_no_error (error);
  store_exec (connection, NULL, &error, "INSERT INTO folder VALUES (1, 'folder', NULL, 1)", "");
  for (int i = 0; i < n_messages; i++)
    {
      gint64 time = store_now () - (gint64) (n_messages - i) * 60000;

      make_text (text);
      start = g_get_monotonic_time ();
      if (i % BATCH == 0)
        g_assert_true (store_connection_begin (connection, STORE_ACCESS_CHEAP, &error));
      if (i % 20 == 0)
        {
          g_autofree char *title = g_strndup (text->str, 30);

          store_exec (connection, NULL, &error,
                      "INSERT INTO conversation (origin, created_at, updated_at, title) VALUES (?1, ?2, ?2, ?3)", "iIt", i,
                      time, title);
          conversation = sqlite3_last_insert_rowid (connection->db);
        }
      store_exec (connection, NULL, &error,
                  "INSERT INTO message (conversation_id, role, state, created_at, n_bytes, text)"
                  " VALUES (?1, ?2, 0, ?3, ?4, ?5)",
                  "IiIIt", conversation, 1 + i % 2, time, (gint64) text->len, text->str);
      g_assert_no_error (error);
      /* One conversation in 500 is in a folder. */
      if (i % 10000 == 0)
        store_exec (connection, NULL, &error, "UPDATE conversation SET folder_id = 1 WHERE id = ?1", "I", conversation);
      if (i % BATCH == BATCH - 1 || i == n_messages - 1)
        g_assert_true (store_connection_end (connection, TRUE, &error));
      busy += g_get_monotonic_time () - start;
    }
  return busy / (double) n_messages;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

typedef struct
{
  const char *kind;
  const char *text;
  int role; /* the filters; 0: none */
  int days;
  int folder_id;
  int conversation_id;
} Query;

/* Milliseconds until the callback; *ret_n: hits. */
static double
time_search (StoreDb *db, const Query *query, guint *ret_n)
{
  double times[RUNS];

  for (int i = 0; i < RUNS; i++)
    {
      StoreSearch request = STORE_SEARCH_INIT;
      g_autoptr (GPtrArray) hits = NULL;
      gint64 start = g_get_monotonic_time ();

      request.text = query->text;
      request.limit = 1000;
      request.role = query->role ? query->role : -1;
      request.folder_id = query->folder_id;
      request.conversation_id = query->conversation_id;
      request.after = query->days ? store_now () - query->days * G_GINT64_CONSTANT (86400000) : 0;
      hits = test_wait_list (TEST_CALL (db, store_search_async, &request), NULL);
      times[i] = (g_get_monotonic_time () - start) / 1000.0;
      *ret_n = hits->len;
    }
  qsort (times, RUNS, sizeof *times, compare_doubles);
  return times[RUNS / 2];
}

/* The naive way: every message, in the order of relevance that LIKE knows (none). */
static double
time_scan (const char *path, const char *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreConnection) connection = store_connection_open (path, &error, &error);
  g_autofree char *pattern = g_strdup_printf ("%%%s%%", query);
  gint64 start = g_get_monotonic_time (), n;

  store_query_int (connection, 0, &n, &error, "SELECT count (*) FROM message WHERE text LIKE ?1", "t", pattern);
  g_assert_no_error (error);
  return (g_get_monotonic_time () - start) / 1000.0;
}

static void
bench (int n_messages)
{
  static const Query queries[] = {
    { "1 character, frequent", "的" },
    { "1 character, rare", "鬱" },
    { "2 characters", "模型" },
    { "2 frequent, never together", "了型" },
    { "4 characters, phrase", "对话模型" },
    { "two terms", "量化 模型" },
    { "mixed", "GLM 模型" },
    { "1 letter", "t" },
    { "2 letters", "qu" },
    { "5 letters", "quant" },
    { "word", "language" },
    { "two words", "language quantization" },
    { "frequent start", "const" },
    { "no hit, Chinese", "鬱鬱" },
    { "no hit, mixed", "模型 鬱 GLM" },
    { "frequent, replies", "的", .role = STORE_ROLE_ASSISTANT },
    { "frequent, a day", "的", .days = 1 },
    { "frequent, a small folder", "的", .folder_id = 1 },
    { "frequent, a conversation", "的", .conversation_id = 1 },
    { "frequent, no such role", "的", .role = STORE_ROLE_OBSERVATION },
  };
  char *folder = test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "chats.db", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf status;
  double build = fill (path, n_messages), scans[G_N_ELEMENTS (queries)];
  StoreDb *db;

  g_stat (path, &status);
  g_print ("%d messages: %.1f µs to add and index one, %.1f MB\n", n_messages, build, status.st_size / 1e6);
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    scans[i] = strchr (queries[i].text, ' ') ? NAN : time_scan (path, queries[i].text);

  db = test_open (path, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      guint n_hits = 0;
      double time = time_search (db, &queries[i], &n_hits);

      g_print ("  %-28s %-24s %5u hits %8.2f ms   LIKE %8.2f ms\n", queries[i].kind, queries[i].text, n_hits, time, scans[i]);
    }
  g_object_unref (db);
  test_folder_remove (folder);
}

int
main (int argc, char **argv)
{
  static const int sizes[] = { 10000, 100000, 1000000 };

  setlocale (LC_CTYPE, "C.UTF-8"); /* the queries are printed */
  rng = g_rand_new_with_seed (42);
  make_vocabulary ();
  for (int i = 1; i < argc; i++)
    bench (atoi (argv[i]));
  for (gsize i = 0; argc == 1 && i < G_N_ELEMENTS (sizes); i++)
    bench (sizes[i]);
  g_rand_free (rng);
  return 0;
}
