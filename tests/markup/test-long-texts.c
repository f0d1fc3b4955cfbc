/* test-long-texts.c: texts that take longer than a frame, and texts made to take long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>
#include <time.h>

#include "hostile-texts.h"
#include "markup/markdown.h"

/* What reads fast on a quiet machine; the sanitizers cost a factor of ten, and a busy machine another. */
#define MAX_FRAME_MS  5000
#define MAX_THREAD_MS 20000

static int
get_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static char *
make_reply (gsize length)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; text->len < length; i++)
    g_string_append_printf (text,
                            "## Part %u\n\nSome **bold** text with `code` and $x^2$.\n\n- a\n- b\n\n```c\nint x;\n```\n\n", i);
  return g_string_free (text, FALSE);
}

static void
assert_same (MynaMarkdown *a, MynaMarkdown *b)
{
  GPtrArray *x = myna_markdown_get_blocks (a), *y = myna_markdown_get_blocks (b);

  g_assert_cmpuint (x->len, ==, y->len);
  for (guint i = 0; i < x->len; i++)
    g_assert_true (myna_block_equal (x->pdata[i], y->pdata[i]));
}

static gsize
count_bytes (MynaMarkdown *document)
{
  GPtrArray *blocks = myna_markdown_get_blocks (document);
  gsize n = 0;

  for (guint i = 0; i < blocks->len; i++)
    n += sizeof (MynaBlock) + ((MynaBlock *) blocks->pdata[i])->n_containers * sizeof (MynaContainer);
  return n;
}

static void
test_hostile (void)
{
  g_assert_cmpuint (n_hostile_texts, >=, 85);
  for (guint i = 0; i < n_hostile_texts; i++)
    {
      g_autofree char *text = hostile_text_make (&hostile_texts[i], 128 * 1024), *shown = NULL;
      g_autoptr (MynaMarkdown) document = myna_markdown_new ();
      int start = get_ms (), frame_ms, thread_ms;

      myna_markdown_set_text (document, text);
      frame_ms = get_ms () - start;
      myna_markdown_set_whole_text (document, text, NULL, NULL);
      thread_ms = get_ms () - start - frame_ms;
      shown = g_strescape (hostile_texts[i].middle, NULL);
      g_test_message ("\"%s\": %d ms, whole %d ms", shown, frame_ms, thread_ms);
      g_assert_cmpint (frame_ms, <, MAX_FRAME_MS);
      g_assert_cmpint (thread_ms, <, MAX_THREAD_MS);
      g_assert_true (myna_markdown_is_whole (document));
      g_assert_cmpuint (myna_markdown_get_blocks (document)->len, <, 70000);
      g_assert_cmpuint (count_bytes (document), <, 64 * strlen (text)); /* 64 MiB of a text of one */
    }
}

/* A long text is begun at once, and the rest of it is there as it is. */
static void
test_begun (void)
{
  g_autofree char *text = make_reply (300 * 1024);
  g_autoptr (MynaMarkdown) begun = myna_markdown_new (), whole = myna_markdown_new ();
  g_autoptr (GString) plain = g_string_new (NULL);
  GPtrArray *blocks;

  g_assert_false (myna_markdown_fits (begun, text));
  myna_markdown_set_text (begun, text);
  g_assert_false (myna_markdown_is_whole (begun));
  g_assert_cmpuint (myna_markdown_get_parsed_bytes (begun), >=, 32 * 1024);
  g_assert_cmpuint (myna_markdown_get_parsed_bytes (begun), <, strlen (text));
  blocks = myna_markdown_get_blocks (begun);
  g_assert_cmpint (((MynaBlock *) blocks->pdata[0])->kind, ==, MYNA_BLOCK_HEADING);
  for (guint i = blocks->len - 20; i < blocks->len; i++)
    myna_block_append_plain (blocks->pdata[i], 0, G_MAXUINT, plain);
  g_assert_true (g_str_has_suffix (text, plain->str));

  myna_markdown_set_whole_text (whole, text, NULL, NULL);
  g_assert_true (myna_markdown_is_whole (whole));
  blocks = myna_markdown_get_blocks (whole);
  g_assert_cmpint (((MynaBlock *) blocks->pdata[blocks->len - 1])->kind, ==, MYNA_BLOCK_CODE);
}

/* What a table cannot hold is shown below it as it was written: rows, and a row of too many cells. */
static void
test_large_tables (void)
{
  g_autoptr (GString) rows = g_string_new ("|a|b|\n|-|-|\n"), wide = g_string_new ("|a|b|\n|-|-|\n|c|d|\n");
  GString *texts[] = { rows, wide };

  for (guint i = 0; i < 700; i++)
    g_string_append_printf (rows, "|row %u|x|\n", i);
  for (guint i = 0; i < 700; i++)
    g_string_append_printf (wide, "|cell %u", i);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (MynaMarkdown) document = myna_markdown_new ();
      g_autoptr (GString) plain = g_string_new (NULL);
      GPtrArray *blocks;

      myna_markdown_set_whole_text (document, texts[i]->str, NULL, NULL);
      blocks = myna_markdown_get_blocks (document);
      g_assert_cmpint (((MynaBlock *) blocks->pdata[0])->kind, ==, MYNA_BLOCK_TABLE);
      for (guint b = 0; b < blocks->len; b++)
        myna_block_append_plain (blocks->pdata[b], 0, G_MAXUINT, plain);
      g_assert_nonnull (strstr (plain->str, i == 0 ? "row 499" : "c\td"));
      g_assert_nonnull (strstr (plain->str, i == 0 ? "|row 699|x|" : "|cell 0|cell 1"));
      g_assert_nonnull (strstr (plain->str, i == 0 ? "|row 501|x|" : "|cell 699"));
    }
}

/* It goes on from what the thread made of it, at the cost of what is new. */
static void
test_goes_on (void)
{
  g_autofree char *text = make_reply (200 * 1024), *longer = g_strconcat (text, "\n**more** and `more`\n\n1. x", NULL);
  g_autoptr (MynaMarkdown) document = myna_markdown_new (), whole = myna_markdown_new ();

  myna_markdown_set_whole_text (document, text, NULL, NULL);
  g_assert_true (myna_markdown_begins (document, longer));
  g_assert_true (myna_markdown_fits (document, longer));
  g_assert_cmpuint (myna_markdown_set_text (document, longer), >, 1000);
  g_assert_cmpuint (myna_markdown_get_parsed_bytes (document), <, 4096);
  g_assert_true (myna_markdown_is_whole (document));
  myna_markdown_set_whole_text (whole, longer, NULL, NULL);
  assert_same (document, whole);
  g_assert_false (myna_markdown_begins (document, "other"));
}

static gboolean
cancel_cb (gpointer user_data)
{
  return ++*(guint *) user_data > 2;
}

/* What could not be parsed in time is plain, and not tried again. */
static void
test_canceled (void)
{
  g_autofree char *text = make_reply (900 * 1024), *longer = g_strconcat (text, "more", NULL);
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  guint n_asked = 0, n_blocks;

  myna_markdown_set_whole_text (document, text, cancel_cb, &n_asked);
  g_assert_cmpuint (n_asked, ==, 3);
  g_assert_true (myna_markdown_is_whole (document));
  n_blocks = myna_markdown_get_blocks (document)->len;
  g_assert_cmpuint (n_blocks, >, 100);
  myna_markdown_set_text (document, longer);
  g_assert_cmpuint (myna_markdown_get_blocks (document)->len, ==, n_blocks);
  g_assert_true (myna_markdown_is_whole (document));
}

/* References reach back over the whole text. */
static void
test_reaching_back (void)
{
  g_autofree char *text = make_reply (200 * 1024), *all = g_strconcat (text, "[a]\n\n[a]: https://a.example", NULL);
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks;
  MynaBlock *last;

  myna_markdown_set_whole_text (document, all, NULL, NULL);
  blocks = myna_markdown_get_blocks (document);
  last = blocks->pdata[blocks->len - 1];
  g_assert_cmpstr (last->string.text, ==, "a");
  g_assert_nonnull (last->string.runs);
}

static gpointer
parse_thread (gpointer text)
{
  MynaMarkdown *document = myna_markdown_new ();

  myna_markdown_set_whole_text (document, text, NULL, NULL);
  return document;
}

/* Several threads parse: none takes a character away from another. */
static void
test_threads (void)
{
  g_autofree char *text = make_reply (150 * 1024);
  g_autoptr (MynaMarkdown) expected = parse_thread (text);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("parser", parse_thread, text);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (MynaMarkdown) document = myna_markdown_new (), again = myna_markdown_new ();

      myna_markdown_set_text (document, "a $x$ ~~b~~ www.c.example");
      g_assert_cmpuint (((MynaBlock *) myna_markdown_get_blocks (document)->pdata[0])->string.runs->len, ==, 3);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (MynaMarkdown) document = g_thread_join (threads[i]);

      assert_same (document, expected);
    }
}

/* Plain text in blocks is the text again. */
static void
check_plain (const char *text)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  g_autoptr (GString) joined = g_string_new (NULL);
  GPtrArray *blocks;

  g_assert_true (myna_markdown_set_plain_text (document, text) || !*text);
  g_assert_false (myna_markdown_set_plain_text (document, text));
  g_assert_true (myna_markdown_is_whole (document));
  blocks = myna_markdown_get_blocks (document);
  for (guint i = 0; i < blocks->len; i++)
    {
      const MynaBlock *block = blocks->pdata[i];

      g_assert_cmpuint (strlen (block->string.text), <=, 4096);
      g_assert_true (g_utf8_validate (block->string.text, -1, NULL));
      g_assert_true (block->is_flush == (i > 0));
      g_string_append_printf (joined, "%s%s", i > 0 && !block->is_same_line ? "\n" : "", block->string.text);
    }
  g_assert_cmpstr (joined->str, ==, text);
}

static void
test_plain (void)
{
  g_autofree char *word = g_strnfill (20000, 'x');
  g_autoptr (GString) text = g_string_new (NULL), chinese = g_string_new (NULL);

  check_plain ("");
  check_plain ("**a**\n\n`b`");
  check_plain ("\n");
  check_plain (word);
  for (guint i = 0; i < 3000; i++)
    g_string_append (text, i % 7 ? "a line of a log\n" : "\n");
  check_plain (text->str);
  g_string_append (text, "end");
  check_plain (text->str);
  while (chinese->len < 50000)
    g_string_append (chinese, "一二三。");
  check_plain (chinese->str);
  g_string_append_printf (chinese, "\n%s\n\n\n%s\n", word, chinese->str);
  check_plain (chinese->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/long-texts/hostile", test_hostile);
  g_test_add_func ("/long-texts/large-tables", test_large_tables);
  g_test_add_func ("/long-texts/begun", test_begun);
  g_test_add_func ("/long-texts/goes-on", test_goes_on);
  g_test_add_func ("/long-texts/canceled", test_canceled);
  g_test_add_func ("/long-texts/reaching-back", test_reaching_back);
  g_test_add_func ("/long-texts/threads", test_threads);
  g_test_add_func ("/long-texts/plain", test_plain);
  return g_test_run ();
}
