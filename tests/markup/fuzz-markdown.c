/* fuzz-markdown.c: any bytes are markdown, and parse in pieces as they do at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdint.h>
#include <string.h>

#include "fuzz.h"
#include "markup/markdown.h"

/* The first two bytes say where the text is cut; text after the cut arrives later. */
void
fuzz_input (const uint8_t *data, size_t size)
{
  g_autoptr (MynaMarkdown) whole = myna_markdown_new (), pieces = myna_markdown_new ();
  g_autofree char *raw = NULL, *text = NULL, *start = NULL;
  GPtrArray *a, *b;
  size_t cut;

  if (size < 2 || size > 16 * 1024)
    return;
  /* The first piece is valid by itself, as the engine gives whole characters. */
  raw = g_strndup ((const char *) data + 2, size - 2);
  text = g_utf8_make_valid (raw, -1);
  cut = (data[0] << 8 | data[1]) % (strlen (text) + 1);
  while ((text[cut] & 0xC0) == 0x80)
    cut--;
  start = g_strndup (text, cut);

  myna_markdown_set_text (whole, text);
  myna_markdown_set_text (pieces, start);
  myna_markdown_set_text (pieces, text);
  a = myna_markdown_get_blocks (whole);
  b = myna_markdown_get_blocks (pieces);
  if (a->len != b->len)
    fail ("%u blocks at once, %u in pieces", a->len, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      MynaBlock *block = a->pdata[i];

      if (!myna_block_equal (block, b->pdata[i]))
        fail ("block %u differs", i);
      if (block->string.text && !g_utf8_validate (block->string.text, -1, NULL))
        fail ("block %u is not UTF-8", i);
      for (guint r = 0; block->string.runs && r < block->string.runs->len; r++)
        {
          MynaRun *run = &g_array_index (block->string.runs, MynaRun, r);

          if (run->start >= run->end || run->end > strlen (block->string.text))
            fail ("run %u of block %u is outside its text", r, i);
        }
    }
}
