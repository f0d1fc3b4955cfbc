/* markdown-blocks.c: from cmark's tree to a flat list of blocks
 *
 * cmark-gfm parses; this walks its tree once with an iterator and writes out the leaves, each with a copy of the stack of
 * containers around it.  Deeper than MYNA_MARKDOWN_MAX_DEPTH the stack grows no further.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <pthread.h>
#include <string.h>

#include <cmark-gfm-core-extensions.h>

#include "markup/markdown-private.h"

#define MAX_DETAILS 8 /* <details> in each other; a deeper one is shown as HTML */

typedef struct
{
  MynaContainer stack[MYNA_MARKDOWN_MAX_DEPTH];
  guint depth; /* may exceed the size of the stack: the rest is not kept */
  guint n_footnotes, n_details;
  GPtrArray *blocks;
  struct
  {
    cmark_node *parent; /* of both tags */
    guint summary;      /* index of its block */
  } open[MAX_DETAILS];
  guint n_open;
} BlockReader;

cmark_node *
myna_markdown_parse (const char *before, const char *text, gsize length)
{
  static const char *extensions[] = { "table", "strikethrough", "autolink", "tasklist" };
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  g_autoptr (GString) marked = myna_mark (before, text, length);
  cmark_syntax_extension *maths;
  cmark_parser *parser;
  cmark_node *document;

  /* cmark keeps what its extensions register, and the characters that they wait for, for all threads. */
  pthread_mutex_lock (&lock);
  cmark_gfm_core_extensions_ensure_registered ();
  maths = myna_maths_get_extension ();
  pthread_mutex_unlock (&lock);
  /* One tilde is a range in Chinese (10~20) and no strikethrough. */
  parser = cmark_parser_new (CMARK_OPT_FOOTNOTES | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
  cmark_parser_attach_syntax_extension (parser, maths);
  for (guint i = 0; i < G_N_ELEMENTS (extensions); i++)
    cmark_parser_attach_syntax_extension (parser, cmark_find_syntax_extension (extensions[i]));
  myna_maths_begin (marked->len);
  cmark_parser_feed (parser, marked->str, marked->len);
  pthread_mutex_lock (&lock);
  document = cmark_parser_finish (parser);
  pthread_mutex_unlock (&lock);
  cmark_parser_free (parser);
  return document;
}

static void
push (BlockReader *self, MynaContainer container)
{
  if (self->depth < MYNA_MARKDOWN_MAX_DEPTH)
    self->stack[self->depth] = container;
  self->depth++;
}

/* Whether what begins with `item` stands close to the block before: not where a whole list begins. */
static gboolean
is_tight_item (cmark_node *item)
{
  cmark_node *list = cmark_node_parent (item);

  if (!cmark_node_get_list_tight (list))
    return FALSE;
  return cmark_node_previous (item) || cmark_node_get_type (cmark_node_parent (list)) == CMARK_NODE_ITEM;
}

static gboolean
is_tight (cmark_node *node)
{
  cmark_node *item = cmark_node_parent (node);

  if (!item || cmark_node_get_type (item) != CMARK_NODE_ITEM)
    return FALSE;
  return cmark_node_previous (node) ? cmark_node_get_list_tight (cmark_node_parent (item)) : is_tight_item (item);
}

static MynaBlock *
add_block (BlockReader *self, MynaBlockKind kind, cmark_node *node)
{
  guint n = MIN (self->depth, MYNA_MARKDOWN_MAX_DEPTH);
  MynaBlock *block = myna_block_new (kind, self->stack, n);

  block->is_tight = is_tight (node);
  for (guint i = 0; i < n; i++)
    self->stack[i].is_first = FALSE;
  g_ptr_array_add (self->blocks, block);
  return block;
}

static void
set_literal (MynaBlock *block, const char *marked)
{
  g_autofree char *unmarked = myna_unmark (marked, FALSE);
  const char *literal = unmarked ? unmarked : marked;
  gsize length = strlen (literal);
  g_autofree char *source = NULL;

  if (length > 0 && literal[length - 1] == '\n')
    length--;
  source = g_strndup (literal, length);
  block->string.text = myna_reveal_controls (source);
  if (block->string.text)
    block->literal = g_steal_pointer (&source);
  else
    block->string.text = g_steal_pointer (&source);
}

/* The part [start, end) of a string. */
static MynaRichString
slice_string (const MynaRichString *string, gsize start, gsize end)
{
  guint n_runs = string->runs ? string->runs->len : 0, low = 0, high = n_runs;
  MynaStringBuilder builder;
  gsize at = start;

  while (low < high)
    if (g_array_index (string->runs, MynaRun, (low + high) / 2).end <= start)
      low = (low + high) / 2 + 1;
    else
      high = (low + high) / 2;
  myna_string_builder_init (&builder);
  for (guint i = low; i < n_runs && g_array_index (string->runs, MynaRun, i).start < end; i++)
    {
      const MynaRun *run = &g_array_index (string->runs, MynaRun, i);
      gsize from = CLAMP (run->start, start, end), to = CLAMP (run->end, start, end);
      g_autofree char *plain = NULL, *styled = NULL;

      if (from >= to)
        continue;
      plain = g_strndup (string->text + at, from - at);
      styled = g_strndup (string->text + from, to - from);
      myna_string_builder_append (&builder, plain, 0, NULL);
      myna_string_builder_append (&builder, styled, run->style, run->data);
      at = to;
    }
  g_string_append_len (builder.text, string->text + at, end - at);
  return myna_string_builder_end (&builder);
}

/* A very long paragraph becomes several, because the cost of laying one out again grows with its length. */
static void
add_long_text (BlockReader *self, cmark_node *node, MynaRichString string)
{
  gsize length = strlen (string.text), start = 0;

  while (length - start > MYNA_MARKDOWN_MAX_PARAGRAPH)
    {
      gsize end = start + myna_find_break (string.text + start, MYNA_MARKDOWN_MAX_PARAGRAPH);

      add_block (self, MYNA_BLOCK_PARAGRAPH, node)->string = slice_string (&string, start, end);
      start = end + (g_ascii_isspace (string.text[end]) ? 1 : 0);
    }
  if (start == 0)
    {
      add_block (self, MYNA_BLOCK_PARAGRAPH, node)->string = string;
      return;
    }
  add_block (self, MYNA_BLOCK_PARAGRAPH, node)->string = slice_string (&string, start, length);
  myna_rich_string_clear (&string);
}

/* The first displayed formula from run *i on, and behind it *i. */
static const MynaRun *
find_display (const MynaRichString *string, guint *i)
{
  while (string->runs && *i < string->runs->len)
    {
      const MynaRun *run = &g_array_index (string->runs, MynaRun, (*i)++);

      if ((run->style & MYNA_RUN_MATHS) && (g_str_has_prefix (run->data, "$$") || g_str_has_prefix (run->data, "\\[")))
        return run;
    }
  return NULL;
}

/* Adds the part [start, end) without the blanks around it, if there is more than blanks. */
static void
add_part (BlockReader *self, cmark_node *node, const MynaRichString *string, gsize start, gsize end)
{
  while (start < end && g_ascii_isspace (string->text[start]))
    start++;
  while (end > start && g_ascii_isspace (string->text[end - 1]))
    end--;
  if (start < end)
    add_long_text (self, node, slice_string (string, start, end));
}

/* A displayed formula inside a paragraph splits it. */
static void
add_text (BlockReader *self, cmark_node *node, MynaRichString string)
{
  guint i = 0;
  const MynaRun *display = find_display (&string, &i);
  gsize start = 0;

  if (!display)
    {
      add_long_text (self, node, string);
      return;
    }
  for (; display; display = find_display (&string, &i))
    {
      add_part (self, node, &string, start, display->start);
      add_block (self, MYNA_BLOCK_MATHS, node)->string.text = g_strdup (display->data);
      start = display->end;
    }
  add_part (self, node, &string, start, strlen (string.text));
  myna_rich_string_clear (&string);
}

static void
read_maths (BlockReader *self, cmark_node *node)
{
  gboolean is_formula;
  char *source = g_strchomp (g_strdup (myna_maths_get_display (node, &is_formula)));

  if (is_formula)
    add_block (self, MYNA_BLOCK_MATHS, node)->string.text = source;
  else
    add_long_text (self, node, (MynaRichString){ .text = source });
}

static void
read_paragraph (BlockReader *self, cmark_node *node)
{
  MynaStringBuilder builder;

  myna_string_builder_init (&builder);
  myna_inlines_read (node, &builder);
  add_text (self, node, myna_string_builder_end (&builder));
}

static void
read_heading (BlockReader *self, cmark_node *node)
{
  MynaBlock *block = add_block (self, MYNA_BLOCK_HEADING, node);
  MynaStringBuilder builder;

  myna_string_builder_init (&builder);
  myna_inlines_read (node, &builder);
  block->level = cmark_node_get_heading_level (node);
  block->string = myna_string_builder_end (&builder);
}

static void
read_code (BlockReader *self, cmark_node *node)
{
  MynaBlock *block = add_block (self, MYNA_BLOCK_CODE, node);
  const char *marked = cmark_node_get_fence_info (node);
  g_autofree char *unmarked = myna_unmark (marked, FALSE);
  const char *info = unmarked ? unmarked : marked;
  gsize length = info ? strcspn (info, " \t\r\n{,") : 0;

  if (length > 0 && length <= 64)
    block->info = g_strndup (info, length);
  set_literal (block, cmark_node_get_literal (node));
}

static MynaAlignment
alignment_of (guint8 letter)
{
  return letter == 'c' ? MYNA_ALIGN_CENTER : letter == 'r' ? MYNA_ALIGN_END : MYNA_ALIGN_START;
}

static void
read_row (MynaBlock *block, cmark_node *row)
{
  cmark_node *cell = cmark_node_first_child (row);

  for (guint i = 0; i < block->n_columns; i++)
    {
      MynaStringBuilder builder;

      myna_string_builder_init (&builder);
      if (cell)
        {
          myna_inlines_read (cell, &builder);
          cell = cmark_node_next (cell);
        }
      g_ptr_array_add (block->cells, myna_rich_string_new (myna_string_builder_end (&builder)));
    }
}

static void
read_table (BlockReader *self, cmark_node *node)
{
  MynaBlock *block = add_block (self, MYNA_BLOCK_TABLE, node);
  const guint8 *alignments = cmark_gfm_extensions_get_table_alignments (node);
  cmark_node *row = cmark_node_first_child (node);
  GString *text = g_string_new (NULL);

  block->n_columns = MIN (cmark_gfm_extensions_get_table_columns (node), MYNA_MARKDOWN_MAX_TABLE_COLUMNS);
  block->alignments = g_new0 (MynaAlignment, block->n_columns);
  for (guint i = 0; i < block->n_columns; i++)
    block->alignments[i] = alignment_of (alignments[i]);
  block->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_rich_string_free);
  for (guint n = 0; row && n < MYNA_MARKDOWN_MAX_TABLE_ROWS; n++, row = cmark_node_next (row))
    read_row (block, row);
  for (guint i = 0; i < block->cells->len; i++)
    {
      if (i > 0)
        g_string_append_c (text, i % block->n_columns ? '\t' : '\n');
      g_string_append (text, ((MynaRichString *) block->cells->pdata[i])->text);
    }
  block->string.text = g_string_free (text, FALSE);
}

/* Number of the next item; the list counts its items in its user data. */
static int
next_number (cmark_node *list)
{
  gintptr n = (gintptr) cmark_node_get_user_data (list);

  cmark_node_set_user_data (list, (gpointer) (n + 1));
  return cmark_node_get_list_start (list) + n;
}

static void
enter_item (BlockReader *self, cmark_node *node)
{
  MynaContainer item = { .kind = MYNA_CONTAINER_ITEM, .is_first = TRUE };
  cmark_node *list = cmark_node_parent (node);

  if (g_strcmp0 (cmark_node_get_type_string (node), "tasklist") == 0)
    item.task = cmark_gfm_extensions_get_tasklist_item_checked (node) ? MYNA_TASK_DONE : MYNA_TASK_OPEN;
  if (cmark_node_get_list_type (list) == CMARK_ORDERED_LIST)
    g_snprintf (item.marker, sizeof item.marker, "%d%c", next_number (list),
                cmark_node_get_list_delim (list) == CMARK_PAREN_DELIM ? ')' : '.');
  else
    g_strlcpy (item.marker, "•", sizeof item.marker);
  push (self, item);

  /* An item without content still shows its marker. */
  if (cmark_node_first_child (node) == NULL)
    {
      MynaBlock *block = add_block (self, MYNA_BLOCK_PARAGRAPH, node);

      block->string.text = g_strdup ("");
      block->is_tight = is_tight_item (node);
    }
}

static void
enter_footnote (BlockReader *self, cmark_node *node)
{
  MynaContainer footnote = { .kind = MYNA_CONTAINER_FOOTNOTE, .is_first = TRUE };

  g_snprintf (footnote.marker, sizeof footnote.marker, "%u.", ++self->n_footnotes);
  push (self, footnote);
}

/* Node types of extensions have no public constant. */
static gboolean
is_table (cmark_node *node)
{
  return g_strcmp0 (cmark_node_get_type_string (node), "table") == 0;
}

static gboolean
is_container (cmark_node_type type)
{
  return type == CMARK_NODE_BLOCK_QUOTE || type == CMARK_NODE_ITEM || type == CMARK_NODE_FOOTNOTE_DEFINITION;
}

/* ---- <details> -------------------------------------------------------------------------------------------------- */

static gboolean
is_in_details (BlockReader *self, cmark_node *parent)
{
  return self->n_open > 0 && self->open[self->n_open - 1].parent == parent;
}

static void
open_details (BlockReader *self, cmark_node *node, gboolean is_open)
{
  MynaBlock *block = add_block (self, MYNA_BLOCK_SUMMARY, node);

  block->string.text = g_strdup ("");
  block->level = ++self->n_details;
  block->is_open = is_open;
  self->open[self->n_open].parent = cmark_node_parent (node);
  self->open[self->n_open++].summary = self->blocks->len - 1;
  push (self, (MynaContainer){ .kind = MYNA_CONTAINER_DETAILS, .is_first = TRUE, .number = self->n_details });
}

/* A container ends, and with it what was left open in it. */
static void
close_details (BlockReader *self, cmark_node *parent)
{
  while (is_in_details (self, parent))
    {
      self->n_open--;
      self->depth--;
    }
}

/* FALSE if it is not the first thing in a <details>. */
static gboolean
set_summary (BlockReader *self, cmark_node *parent, const char *text)
{
  MynaBlock *block;

  if (!is_in_details (self, parent) || self->open[self->n_open - 1].summary + 1 != self->blocks->len)
    return FALSE;
  block = g_ptr_array_index (self->blocks, self->blocks->len - 1);
  if (*block->string.text)
    return FALSE;
  g_free (block->string.text);
  block->string.text = g_strdup (text);
  return TRUE;
}

static void
read_html (BlockReader *self, cmark_node *node)
{
  const char *marked = cmark_node_get_literal (node);
  g_autofree char *unmarked = myna_unmark (marked, FALSE);
  const char *html = unmarked ? unmarked : marked;
  cmark_node *parent = cmark_node_parent (node);
  MynaDetailsPart part;

  if (!myna_details_begin (html, is_in_details (self, parent)))
    {
      set_literal (add_block (self, MYNA_BLOCK_HTML, node), marked);
      return;
    }
  while (myna_details_next (&html, &part))
    {
      g_autofree char *text = part.text;

      if (part.kind == MYNA_DETAILS_OPEN && self->n_open < MAX_DETAILS)
        open_details (self, node, part.is_open);
      else if (part.kind == MYNA_DETAILS_CLOSE && is_in_details (self, parent))
        {
          self->n_open--;
          self->depth--;
        }
      else if (part.kind != MYNA_DETAILS_SUMMARY || !set_summary (self, parent, text))
        set_literal (add_block (self, text && !strchr (text, '<') ? MYNA_BLOCK_PARAGRAPH : MYNA_BLOCK_HTML, node),
                     text                              ? text
                     : part.kind == MYNA_DETAILS_CLOSE ? "</details>"
                                                       : "<details>");
    }
}

static void
enter (BlockReader *self, cmark_node *node)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_BLOCK_QUOTE)
    push (self, (MynaContainer){ .kind = MYNA_CONTAINER_QUOTE, .is_first = TRUE });
  else if (type == CMARK_NODE_ITEM)
    enter_item (self, node);
  else if (type == CMARK_NODE_FOOTNOTE_DEFINITION)
    enter_footnote (self, node);
  else if (type == CMARK_NODE_PARAGRAPH)
    read_paragraph (self, node);
  else if (type == CMARK_NODE_HEADING)
    read_heading (self, node);
  else if (type == CMARK_NODE_CODE_BLOCK)
    read_code (self, node);
  else if (type == CMARK_NODE_HTML_BLOCK)
    read_html (self, node);
  else if (type == CMARK_NODE_THEMATIC_BREAK)
    add_block (self, MYNA_BLOCK_RULE, node)->string.text = g_strdup ("");
  else if (type == CMARK_NODE_CUSTOM_BLOCK)
    read_maths (self, node);
  else if (is_table (node))
    read_table (self, node);
}

/* Whether the node is read as a whole, so that the walk goes on behind it. */
static gboolean
is_leaf (cmark_node *node)
{
  cmark_node_type type = cmark_node_get_type (node);

  return type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING || is_table (node);
}

static void
read_top_level (BlockReader *self, cmark_node *top)
{
  cmark_iter *iter = cmark_iter_new (top);
  cmark_event_type event;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    {
      cmark_node *node = cmark_iter_get_node (iter);

      if (event == CMARK_EVENT_ENTER)
        {
          enter (self, node);
          if (is_leaf (node))
            cmark_iter_reset (iter, node, CMARK_EVENT_EXIT);
        }
      else if (is_container (cmark_node_get_type (node)))
        {
          close_details (self, node);
          self->depth--;
        }
    }
  cmark_iter_free (iter);
}

/* How many lines of the text are complete. */
static int
count_lines (const char *text, gsize length)
{
  int n = 0;

  for (gsize i = 0; i < length; i++)
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == length || text[i + 1] != '\n')))
      n++;
  return n;
}

/* Whether parsing may begin with this block: not within the line that a formula ends in, nor at a table whose line is really
 * that of the paragraph before it. */
static gboolean
begins_line (cmark_node *top)
{
  cmark_node *previous = cmark_node_previous (top);

  return previous == NULL || (cmark_node_get_start_line (previous) != 0 && !myna_maths_leaves_rest (previous));
}

MynaTail
myna_blocks_read (const char *before, const char *text, gsize length, GPtrArray *blocks)
{
  BlockReader self = { .blocks = blocks };
  MynaTail tail = { .first_block = blocks->len };
  int n_lines = count_lines (text, length);
  cmark_node *document = myna_markdown_parse (before, text, length);

  for (guint i = 0; i < blocks->len; i++)
    self.n_details += ((MynaBlock *) g_ptr_array_index (blocks, i))->kind == MYNA_BLOCK_SUMMARY;
  for (cmark_node *top = cmark_node_first_child (document); top; top = cmark_node_next (top))
    {
      int line = cmark_node_get_start_line (top);

      /* A paragraph that turned out to end in a table's header has no line: it begins where the table is said to. */
      if (line == 0 && cmark_node_next (top))
        line = cmark_node_get_start_line (cmark_node_next (top));
      /* A line that is still being written may yet turn out to continue the block before.  Parsing begins at whole lines. */
      if (line > tail.first_line && line <= n_lines && self.n_open == 0 && begins_line (top))
        {
          tail.first_line = line;
          tail.first_block = blocks->len;
        }
      read_top_level (&self, top);
    }
  cmark_node_free (document);
  return tail;
}
