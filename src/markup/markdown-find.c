/* markdown-find.c: where words are in what a message shows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "markup/markdown.h"
#include "text/text-match.h"

char *
myna_needle_from_query (const char *query)
{
  GString *needle = g_string_new (NULL);
  const char *term;
  gsize n_bytes;

  while (text_query_next (&query, &term, &n_bytes))
    {
      if (needle->len > 0)
        g_string_append_c (needle, '\n');
      g_string_append_len (needle, term, n_bytes);
    }
  return g_string_free (needle, FALSE);
}

static TextMatch *
new_match (const char *needle)
{
  TextMatch *match = text_match_new ();

  while (needle && *needle)
    {
      gsize n = strcspn (needle, "\n");

      text_match_add (match, needle, n);
      needle += n + (needle[n] != '\0');
    }
  return match;
}

typedef struct
{
  GArray *matches;
  guint offset;
} Found;

/* Keeps the first of overlapping matches, and the longer one if two begin together. */
static void
found_cb (gpointer user_data, guint term, guint start, guint end)
{
  Found *found = user_data;
  MynaRange range = { found->offset + start, found->offset + end };
  MynaRange *last = found->matches->len ? &g_array_index (found->matches, MynaRange, found->matches->len - 1) : NULL;

  if (last && range.start == last->start)
    last->end = MAX (last->end, range.end);
  else if (!last || range.start >= last->end)
    g_array_append_val (found->matches, range);
}

static void
find (TextMatch *match, const char *text, guint offset, GArray *matches)
{
  text_match_find (match, text, strlen (text), FALSE, found_cb, &(Found){ matches, offset });
}

GArray *
myna_text_find (const char *text, const char *needle)
{
  g_autoptr (TextMatch) match = new_match (needle);
  GArray *matches = g_array_new (FALSE, FALSE, sizeof (MynaRange));

  find (match, text, 0, matches);
  return matches;
}

static gboolean
contains (TextMatch *match, const char *text)
{
  g_autoptr (GArray) matches = g_array_new (FALSE, FALSE, sizeof (MynaRange));

  find (match, text, 0, matches);
  return matches->len > 0;
}

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const MynaRange *left = a, *right = b;

  return left->start < right->start ? -1 : left->start > right->start;
}

static void
find_in_string (TextMatch *match, const MynaRichString *string, guint offset, GArray *matches)
{
  guint n_before = matches->len, n_text;

  find (match, string->text, offset, matches);
  n_text = matches->len;
  for (guint i = 0; string->runs && i < string->runs->len; i++)
    {
      const MynaRun *run = &g_array_index (string->runs, MynaRun, i);
      MynaRange range = { offset + run->start, offset + run->end };

      if ((run->style & MYNA_RUN_MATHS) && contains (match, run->data))
        g_array_append_val (matches, range);
    }
  if (matches->len > n_text && n_text > n_before)
    g_array_sort (matches, compare_ranges);
}

static GArray *
find_in_block (TextMatch *match, const MynaBlock *block)
{
  GArray *matches = g_array_new (FALSE, FALSE, sizeof (MynaRange));
  guint offset = 0;

  switch (block->kind)
    {
    case MYNA_BLOCK_RULE: break;
    case MYNA_BLOCK_MATHS:
      if (contains (match, block->string.text))
        g_array_append_val (matches, ((MynaRange){ 0, strlen (block->string.text) }));
      break;
    case MYNA_BLOCK_TABLE:
      for (guint i = 0; i < block->cells->len; i++)
        {
          const MynaRichString *cell = block->cells->pdata[i];

          find_in_string (match, cell, offset, matches);
          offset += strlen (cell->text) + 1;
        }
      break;
    case MYNA_BLOCK_PARAGRAPH:
    case MYNA_BLOCK_HEADING:
    case MYNA_BLOCK_CODE:
    case MYNA_BLOCK_HTML:
    default: find_in_string (match, &block->string, 0, matches);
    }
  return matches;
}

GArray *
myna_block_find (const MynaBlock *block, const char *needle)
{
  g_autoptr (TextMatch) match = new_match (needle);

  return find_in_block (match, block);
}

guint
myna_markdown_count_matches (const char *text, const char *needle)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  g_autoptr (TextMatch) match = new_match (needle);
  GPtrArray *blocks;
  guint n = 0;

  myna_markdown_set_text (document, text);
  blocks = myna_markdown_get_blocks (document);
  for (guint i = 0; i < blocks->len; i++)
    {
      g_autoptr (GArray) matches = find_in_block (match, blocks->pdata[i]);

      n += matches->len;
    }
  return n;
}
