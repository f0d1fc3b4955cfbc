/* markdown-plain.c: a message as it is read, without the marks of markdown: copied, said
 *
 * Formulas become their TeX source, which is also what is copied.
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
copy_cells (const MynaBlock *table, guint start, guint end, GString *out)
{
  guint from = 0;

  for (guint i = 0; i < table->cells->len; i++)
    {
      const MynaRichString *cell = table->cells->pdata[i];
      guint to = from + strlen (cell->text);

      if (to >= start && from < end)
        {
          myna_rich_string_copy (cell, MAX (start, from) - from, MIN (end, to) - from, out);
          if (to < end && i + 1 < table->cells->len)
            g_string_append_c (out, table->string.text[to]);
        }
      from = to + 1;
    }
}

void
myna_block_append_plain (const MynaBlock *block, guint start, guint end, GString *out)
{
  if (out->len > 0)
    g_string_append (out, block->is_same_line ? "" : block->is_tight ? "\n" : "\n\n");
  for (guint i = 0; start == 0 && i < block->n_containers; i++)
    if (block->containers[i].is_first && block->containers[i].marker[0])
      g_string_append_printf (out, "%s ", block->containers[i].marker);
  switch (block->kind)
    {
    case MYNA_BLOCK_RULE: g_string_append (out, "---"); break;
    case MYNA_BLOCK_MATHS: g_string_append (out, start < end ? block->string.text : ""); break;
    case MYNA_BLOCK_TABLE: copy_cells (block, start, end, out); break;
    case MYNA_BLOCK_PARAGRAPH:
    case MYNA_BLOCK_HEADING:
    case MYNA_BLOCK_CODE:
    case MYNA_BLOCK_HTML:
    case MYNA_BLOCK_SUMMARY:
    default: myna_rich_string_copy (&block->string, start, end, out);
    }
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
    if (((MynaBlock *) blocks->pdata[i])->kind != MYNA_BLOCK_RULE)
      myna_block_append_plain (blocks->pdata[i], 0, G_MAXUINT, out);
  if (out->len > max_bytes)
    {
      g_string_truncate (out, g_utf8_find_prev_char (out->str, out->str + max_bytes + 1) - out->str);
      g_string_append (out, "…");
    }
  return g_string_free (out, FALSE);
}
