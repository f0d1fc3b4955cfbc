/* test-reader.c: what is shown of a text while it grows and while a thread parses it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-reader.h"

#define FOLDED "a\n\n<details>\n<summary>S</summary>\n\nneedle\n\n</details>\n\nd"

typedef struct
{
  MynaMarkdownReader *reader;
  guint n_changes, first;
} Fixture;

static void
changed (guint first, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_changes++;
  fixture->first = first;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->reader = myna_markdown_reader_new (changed, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->reader, myna_markdown_reader_free);
}

static const MynaBlock *
get_last (Fixture *fixture)
{
  GPtrArray *shown = myna_markdown_reader_get_shown (fixture->reader);

  return shown->len > 0 ? shown->pdata[shown->len - 1] : NULL;
}

/* What was written before does not change while it goes on. */
static void
test_grows (Fixture *fixture, gconstpointer data)
{
  myna_markdown_reader_set_text (fixture->reader, "one\n\ntwo\n\nthr");
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  myna_markdown_reader_set_text (fixture->reader, "one\n\ntwo\n\nthree");
  g_assert_cmpuint (fixture->n_changes, ==, 2);
  g_assert_cmpuint (fixture->first, >=, 1);
  g_assert_cmpstr (get_last (fixture)->string.text, ==, "three");
  myna_markdown_reader_set_plain_text (fixture->reader, "**as it is**");
  g_assert_cmpuint (fixture->first, ==, 0);
  g_assert_cmpstr (get_last (fixture)->string.text, ==, "**as it is**");
  myna_markdown_reader_set_plain_text (fixture->reader, "**as it is**");
  g_assert_cmpuint (fixture->n_changes, ==, 3);
}

/* What the person unfolded stays so while text is added, and is forgotten with the text. */
static void
test_folds (Fixture *fixture, gconstpointer data)
{
  myna_markdown_reader_set_text (fixture->reader, FOLDED);
  g_assert_cmpuint (myna_markdown_reader_get_blocks (fixture->reader)->len, ==, 4);
  g_assert_cmpuint (myna_markdown_reader_get_shown (fixture->reader)->len, ==, 3);
  myna_markdown_reader_unfold_matches (fixture->reader, "nowhere");
  g_assert_cmpuint (myna_markdown_reader_get_shown (fixture->reader)->len, ==, 3);
  myna_markdown_reader_unfold_matches (fixture->reader, "needle");
  g_assert_cmpuint (myna_markdown_reader_get_shown (fixture->reader)->len, ==, 4);
  myna_markdown_reader_set_text (fixture->reader, FOLDED " e");
  g_assert_cmpuint (myna_markdown_reader_get_shown (fixture->reader)->len, ==, 4);
  myna_markdown_reader_toggle (fixture->reader, 1);
  g_assert_cmpuint (myna_markdown_reader_get_shown (fixture->reader)->len, ==, 3);
  myna_markdown_reader_toggle (fixture->reader, 1);
  myna_markdown_reader_set_text (fixture->reader, "x\n\n" FOLDED);
  g_assert_cmpuint (myna_markdown_reader_get_shown (fixture->reader)->len, ==, 4);
}

/* More than a frame has time for, which ends in `end`. */
static char *
make_long (const char *end)
{
  GString *text = g_string_new (NULL);

  while (text->len < 900 * 1024)
    g_string_append (text, "a *b* [c](https://c.example/) `d` $e$\n\n");
  g_string_append (text, end);
  return g_string_free (text, FALSE);
}

/* A long text is there at once, as it is written, and formatted once the thread is done; what it became meanwhile follows. */
static void
test_thread (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = make_long ("**en");
  g_autofree char *more = make_long ("**end**");

  myna_markdown_reader_set_text (fixture->reader, text);
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  g_assert_nonnull (strstr (get_last (fixture)->string.text, "**en"));
  myna_markdown_reader_set_text (fixture->reader, more);
  g_assert_cmpuint (fixture->n_changes, ==, 1); /* it waits */
  while (myna_markdown_reader_is_parsing (fixture->reader))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (get_last (fixture)->string.text, ==, "end");
}

/* Freed, or given another text, while the thread parses. */
static void
test_canceled (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = make_long ("end");

  myna_markdown_reader_set_text (fixture->reader, text);
  myna_markdown_reader_set_text (fixture->reader, "another");
  g_assert_cmpstr (get_last (fixture)->string.text, ==, "another");
  myna_markdown_reader_set_text (fixture->reader, text);
  g_clear_pointer (&fixture->reader, myna_markdown_reader_free);
  for (guint i = 0; i < 50; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/reader/grows", Fixture, NULL, set_up, test_grows, tear_down);
  g_test_add ("/reader/folds", Fixture, NULL, set_up, test_folds, tear_down);
  g_test_add ("/reader/thread", Fixture, NULL, set_up, test_thread, tear_down);
  g_test_add ("/reader/canceled", Fixture, NULL, set_up, test_canceled, tear_down);
  return g_test_run ();
}
