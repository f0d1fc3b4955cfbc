/* markdown-plain.c: a message as it is read, without the marks of markdown: copied, searched, said
 *
 * Formulas are their TeX source here: it is what is copied of them, and what finds them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "markup/markdown.h"

void
myna_rich_string_copy (const MynaRichString *string, guint start, guint end, GString *out)
{
  guint at = start;

  end = MIN (end, (guint) strlen (string->text));
  for (guint i = 0; string->runs && i < string->runs->len; i++)
    {
      const MynaRun *run = &g_array_index (string->runs, MynaRun, i);

      if (!(run->style & MYNA_RUN_MATHS) || run->start < at || run->end > end)
        continue;
      g_string_append_len (out, string->text + at, run->start - at);
      g_string_append (out, run->data);
      at = run->end;
    }
  if (at < end)
    g_string_append_len (out, string->text + at, end - at);
}

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static void
append_block (const MynaBlock *block, GString *out)
{
  if (out->len > 0)
    g_string_append (out, block->is_tight ? "\n" : "\n\n");
  for (guint i = 0; i < block->n_containers; i++)
    if (block->containers[i].is_first && block->containers[i].marker[0])
      g_string_append_printf (out, "%s ", block->containers[i].marker);
  if (block->kind != MYNA_BLOCK_TABLE)
    {
      myna_rich_string_copy (&block->string, 0, G_MAXUINT, out);
      return;
    }
  for (guint i = 0; i < block->cells->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, i % block->n_columns ? '\t' : '\n');
      myna_rich_string_copy (block->cells->pdata[i], 0, G_MAXUINT, out);
    }
}

static gboolean
is_thought (const MynaBlock *block)
{
  return block->kind == MYNA_BLOCK_THINKING
         || (block->n_containers > 0 && block->containers[0].kind == MYNA_CONTAINER_THINKING);
}

char *
myna_markdown_to_plain_text (const char *text, gsize max_bytes)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GString *out = g_string_new (NULL);
  GPtrArray *blocks;

  myna_markdown_set_text (document, text);
  blocks = myna_markdown_get_blocks (document);
  for (guint i = 0; i < blocks->len && out->len <= max_bytes; i++)
    if (!is_thought (blocks->pdata[i]) && ((MynaBlock *) blocks->pdata[i])->kind != MYNA_BLOCK_RULE)
      append_block (blocks->pdata[i], out);
  if (out->len > max_bytes)
    {
      g_string_truncate (out, g_utf8_find_prev_char (out->str, out->str + max_bytes + 1) - out->str);
      g_string_append (out, "…");
    }
  return g_string_free (out, FALSE);
}

/* ---- Find ------------------------------------------------------------------------------------------------------- */

static gboolean
contains (const char *text, const char *needle)
{
  g_autoptr (GArray) matches = g_array_new (FALSE, FALSE, sizeof (MynaRange));

  myna_text_find (text, needle, 0, matches);
  return matches->len > 0;
}

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const MynaRange *left = a, *right = b;

  return left->start < right->start ? -1 : left->start > right->start;
}

static void
find_in_string (const MynaRichString *string, const char *needle, guint offset, GArray *matches)
{
  guint n_before = matches->len, n_text;

  myna_text_find (string->text, needle, offset, matches);
  n_text = matches->len;
  for (guint i = 0; string->runs && i < string->runs->len; i++)
    {
      const MynaRun *run = &g_array_index (string->runs, MynaRun, i);
      MynaRange range = { offset + run->start, offset + run->end };

      if ((run->style & MYNA_RUN_MATHS) && contains (run->data, needle))
        g_array_append_val (matches, range);
    }
  if (matches->len > n_text && n_text > n_before)
    g_array_sort (matches, compare_ranges);
}

GArray *
myna_block_find (const MynaBlock *block, const char *needle)
{
  GArray *matches = g_array_new (FALSE, FALSE, sizeof (MynaRange));
  guint offset = 0;

  switch (block->kind)
    {
    case MYNA_BLOCK_RULE:
    case MYNA_BLOCK_THINKING: break;
    case MYNA_BLOCK_MATHS:
      if (contains (block->string.text, needle))
        g_array_append_val (matches, ((MynaRange){ 0, strlen (block->string.text) }));
      break;
    case MYNA_BLOCK_TABLE:
      for (guint i = 0; i < block->cells->len; i++)
        {
          const MynaRichString *cell = block->cells->pdata[i];

          find_in_string (cell, needle, offset, matches);
          offset += strlen (cell->text) + 1;
        }
      break;
    case MYNA_BLOCK_PARAGRAPH:
    case MYNA_BLOCK_HEADING:
    case MYNA_BLOCK_CODE:
    case MYNA_BLOCK_HTML:
    default: find_in_string (&block->string, needle, 0, matches);
    }
  return matches;
}

guint
myna_markdown_count_matches (const char *text, const char *needle)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks;
  guint n = 0;

  myna_markdown_set_text (document, text);
  blocks = myna_markdown_get_blocks (document);
  for (guint i = 0; i < blocks->len; i++)
    {
      g_autoptr (GArray) matches = myna_block_find (blocks->pdata[i], needle);

      n += matches->len;
    }
  return n;
}
