/* block-metrics.c: where the blocks of a message stand, before they are laid out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "typeset/block-metrics.h"

#include <string.h>

#include "typeset/text-direction.h"

#define BLOCK_SPACING   12
#define TIGHT_SPACING   4
#define HEADING_SPACING 18 /* above a heading */
#define QUOTE_INDENT    15
#define ITEM_INDENT     24
#define DIGIT_WIDTH     9

#define USUAL_WIDTH     680
#define MIN_BLOCKS      60          /* a text with fewer blocks is laid out at once … */
#define MIN_BYTES       (32 * 1024) /* … unless they have more text than this */

int
myna_container_get_indent (const MynaContainer *container, double scale)
{
  int digits = (int) strlen (container->marker) * DIGIT_WIDTH;

  if (container->kind == MYNA_CONTAINER_QUOTE)
    return QUOTE_INDENT;
  return MAX (ITEM_INDENT, digits + MYNA_MARKER_GAP) * scale;
}

int
myna_block_get_indent (const MynaBlock *block, double scale)
{
  int indent = 0;

  for (guint i = 0; i < block->n_containers; i++)
    indent += myna_container_get_indent (&block->containers[i], scale);
  return indent;
}

int
myna_block_get_spacing (const MynaBlock *block)
{
  if (block->is_flush)
    return 0;
  if (block->kind == MYNA_BLOCK_HEADING)
    return HEADING_SPACING;
  return block->is_tight ? TIGHT_SPACING : BLOCK_SPACING;
}

static guint
count_lines (const char *text)
{
  guint n = 1;

  for (; (text = strchr (text, '\n')); text++)
    n++;
  return n;
}

/* Assumes body text at its usual size: 5 px per byte of Chinese, 7 of Latin, lines of 23 px. */
int
myna_block_estimate_height (const MynaBlock *block, double scale)
{
  int width = MAX (120, USUAL_WIDTH - myna_block_get_indent (block, scale));

  switch (block->kind)
    {
    case MYNA_BLOCK_CODE: return 50 + 19 * count_lines (block->string.text);
    case MYNA_BLOCK_TABLE: return 34 * (block->n_columns > 0 ? block->cells->len / block->n_columns : 1);
    case MYNA_BLOCK_RULE: return 13;
    case MYNA_BLOCK_MATHS: return 56 * count_lines (block->string.text);
    case MYNA_BLOCK_HEADING:
    case MYNA_BLOCK_SUMMARY: return 32;
    case MYNA_BLOCK_PARAGRAPH:
    case MYNA_BLOCK_HTML:
    default: return 23 * (strlen (block->string.text) * 6 / width + count_lines (block->string.text));
    }
}

gboolean
myna_block_has_stops (const MynaBlock *block)
{
  switch (block->kind)
    {
    case MYNA_BLOCK_RULE: return FALSE;
    case MYNA_BLOCK_PARAGRAPH:
    case MYNA_BLOCK_HEADING:
      for (guint i = 0; block->string.runs && i < block->string.runs->len; i++)
        if (g_array_index (block->string.runs, MynaRun, i).style & MYNA_RUN_LINK)
          return TRUE;
      return FALSE;
    case MYNA_BLOCK_CODE:
    case MYNA_BLOCK_TABLE:
    case MYNA_BLOCK_HTML:
    case MYNA_BLOCK_MATHS:
    case MYNA_BLOCK_SUMMARY:
    default: return TRUE;
    }
}

gboolean
myna_blocks_are_short (GPtrArray *blocks, guint first)
{
  gsize n_bytes = 0;

  if (blocks->len >= first + MIN_BLOCKS)
    return FALSE;
  for (guint i = first; i < blocks->len; i++)
    n_bytes += strlen (((MynaBlock *) blocks->pdata[i])->string.text);
  return n_bytes <= MIN_BYTES;
}

PangoDirection
myna_blocks_get_direction (GPtrArray *blocks)
{
  PangoDirection found = PANGO_DIRECTION_NEUTRAL;

  for (guint i = 0; i < blocks->len && found == PANGO_DIRECTION_NEUTRAL; i++)
    {
      const MynaBlock *block = blocks->pdata[i];

      if (block->kind == MYNA_BLOCK_PARAGRAPH || block->kind == MYNA_BLOCK_HEADING)
        found = myna_text_direction (block->string.text);
    }
  return found;
}
