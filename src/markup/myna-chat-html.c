/* myna-chat-html.c: markdown as HTML that is safe to open (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The blocks are leaves, each with the containers around it; from one leaf to the next those that it leaves are closed and
 * those that begin with it are opened.
 */
#include "markup/myna-chat-html.h"

#include <glib/gi18n.h>
#include <string.h>

#include "markup/markdown.h"

typedef struct
{
  MynaContainerKind kind;
  gboolean numbered; /* of an item: it stands in a numbered list */
} Open;

typedef struct
{
  GString *out;
  Open open[MYNA_MARKDOWN_MAX_DEPTH]; /* outermost first */
  guint n_open;
} Writer;

static void
append_escaped (Writer *self, const char *text, gsize length)
{
  g_autofree char *escaped = g_markup_escape_text (text, (gssize) length);

  g_string_append (self->out, escaped);
}

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static const struct
{
  MynaRunStyle style;
  const char *tag;
  /* clang-format off */
} tags[] = {
  { MYNA_RUN_STRONG, "strong" }, { MYNA_RUN_EMPHASIS, "em" },     { MYNA_RUN_STRIKETHROUGH, "del" },
  { MYNA_RUN_CODE, "code" },     { MYNA_RUN_SUPERSCRIPT, "sup" },
};
/* clang-format on */

static void
append_run (Writer *self, const char *text, const MynaRun *run)
{
  gboolean link = (run->style & MYNA_RUN_LINK) && run->data;

  if (link)
    {
      g_string_append (self->out, "<a href=\"");
      append_escaped (self, run->data, strlen (run->data));
      g_string_append (self->out, "\" rel=\"noreferrer\">");
    }
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      if (run->style & tags[i].style)
        g_string_append_printf (self->out, "<%s>", tags[i].tag);
    }
  if ((run->style & MYNA_RUN_MATHS) && run->data)
    {
      g_string_append (self->out, "<code class=\"maths\">");
      append_escaped (self, run->data, strlen (run->data));
      g_string_append (self->out, "</code>");
    }
  else
    {
      append_escaped (self, text + run->start, run->end - run->start);
    }
  for (guint i = G_N_ELEMENTS (tags); i > 0; i--)
    {
      if (run->style & tags[i - 1].style)
        g_string_append_printf (self->out, "</%s>", tags[i - 1].tag);
    }
  if (link)
    g_string_append (self->out, "</a>");
}

static void
append_rich (Writer *self, const MynaRichString *string)
{
  guint at = 0;

  for (guint i = 0; string->runs && i < string->runs->len; i++)
    {
      const MynaRun *run = &g_array_index (string->runs, MynaRun, i);

      append_escaped (self, string->text + at, run->start - at);
      append_run (self, string->text, run);
      at = run->end;
    }
  append_escaped (self, string->text + at, strlen (string->text + at));
}

/* ---- Containers ------------------------------------------------------------------------------------------------- */

static const char *
list_tag (gboolean numbered)
{
  return numbered ? "ol" : "ul";
}

static gboolean
is_numbered (const MynaContainer *container)
{
  return g_ascii_isdigit (container->marker[0]);
}

static void
append_item (Writer *self, const MynaContainer *container)
{
  if (is_numbered (container))
    g_string_append_printf (self->out, "<li value=\"%d\">", atoi (container->marker));
  else
    g_string_append (self->out, "<li>");
  if (container->task != MYNA_TASK_NONE)
    g_string_append (self->out, container->task == MYNA_TASK_DONE ? "☑ " : "☐ ");
}

static void
open_container (Writer *self, const MynaContainer *container)
{
  Open *open = &self->open[self->n_open++];

  *open = (Open){ container->kind, is_numbered (container) };
  switch (container->kind)
    {
    case MYNA_CONTAINER_QUOTE: g_string_append (self->out, "<blockquote>\n"); break;
    case MYNA_CONTAINER_ITEM:
      g_string_append_printf (self->out, "<%s>\n", list_tag (open->numbered));
      append_item (self, container);
      break;
    case MYNA_CONTAINER_FOOTNOTE:
      g_string_append (self->out, "<aside><sup>");
      append_escaped (self, container->marker, strlen (container->marker));
      g_string_append (self->out, "</sup>\n");
      break;
    case MYNA_CONTAINER_THINKING:
    default:
      g_string_append (self->out, "<details><summary>");
      append_escaped (self, _ ("Thoughts"), strlen (_ ("Thoughts")));
      g_string_append (self->out, "</summary>\n");
    }
}

static void
close_containers (Writer *self, guint n_left)
{
  while (self->n_open > n_left)
    {
      const Open *open = &self->open[--self->n_open];

      if (open->kind == MYNA_CONTAINER_ITEM)
        g_string_append_printf (self->out, "</li>\n</%s>\n", list_tag (open->numbered));
      else if (open->kind == MYNA_CONTAINER_QUOTE)
        g_string_append (self->out, "</blockquote>\n");
      else
        g_string_append (self->out, open->kind == MYNA_CONTAINER_FOOTNOTE ? "</aside>\n" : "</details>\n");
    }
}

/* Leaves the containers that the block is not in, and enters its own. */
static void
enter (Writer *self, const MynaBlock *block)
{
  guint n_same = 0;

  while (n_same < self->n_open && n_same < block->n_containers && !block->containers[n_same].is_first
         && self->open[n_same].kind == block->containers[n_same].kind)
    n_same++;
  if (n_same < self->n_open && n_same < block->n_containers && block->containers[n_same].kind == MYNA_CONTAINER_ITEM
      && self->open[n_same].kind == MYNA_CONTAINER_ITEM
      && self->open[n_same].numbered == is_numbered (&block->containers[n_same]))
    {
      /* The next item of the list. */
      close_containers (self, n_same + 1);
      g_string_append (self->out, "</li>\n");
      append_item (self, &block->containers[n_same]);
      n_same++;
    }
  close_containers (self, n_same);
  while (self->n_open < block->n_containers)
    open_container (self, &block->containers[self->n_open]);
}

/* ---- Blocks ----------------------------------------------------------------------------------------------------- */

static void
append_code (Writer *self, const MynaBlock *block)
{
  const char *source = myna_block_get_source (block);
  gsize length = block->info ? strcspn (block->info, " \t") : 0;

  g_string_append (self->out, "<pre><code");
  if (length > 0)
    {
      g_string_append (self->out, " class=\"language-");
      append_escaped (self, block->info, length);
      g_string_append_c (self->out, '"');
    }
  g_string_append_c (self->out, '>');
  append_escaped (self, source, strlen (source));
  g_string_append (self->out, "</code></pre>\n");
}

static void
append_table (Writer *self, const MynaBlock *block)
{
  static const char *const aligns[] = { [MYNA_ALIGN_START] = "",
                                        [MYNA_ALIGN_CENTER] = " style=\"text-align:center\"",
                                        [MYNA_ALIGN_END] = " style=\"text-align:right\"" };
  guint n_rows = block->n_columns ? block->cells->len / block->n_columns : 0;

  g_string_append (self->out, "<table>\n");
  for (guint row = 0; row < n_rows; row++)
    {
      const char *tag = row == 0 ? "th" : "td";

      g_string_append (self->out, "<tr>");
      for (guint column = 0; column < block->n_columns; column++)
        {
          g_string_append_printf (self->out, "<%s%s>", tag, aligns[block->alignments[column]]);
          append_rich (self, g_ptr_array_index (block->cells, row * block->n_columns + column));
          g_string_append_printf (self->out, "</%s>", tag);
        }
      g_string_append (self->out, "</tr>\n");
    }
  g_string_append (self->out, "</table>\n");
}

static void
append_text (Writer *self, const MynaBlock *block)
{
  const MynaContainer *inner = block->n_containers ? &block->containers[block->n_containers - 1] : NULL;
  char tag[8] = "p";

  if (block->kind == MYNA_BLOCK_HEADING)
    g_snprintf (tag, sizeof tag, "h%u", CLAMP (block->level + 2, 3, 6)); /* h1, h2: title and role */
  else if (inner && inner->kind == MYNA_CONTAINER_ITEM && inner->is_first)
    strcpy (tag, "span"); /* beside its marker */
  g_string_append_printf (self->out, "<%s>", tag);
  append_rich (self, &block->string);
  g_string_append_printf (self->out, "</%s>\n", tag);
}

static void
append_block (Writer *self, const MynaBlock *block)
{
  enter (self, block);
  switch (block->kind)
    {
    case MYNA_BLOCK_CODE: append_code (self, block); break;
    case MYNA_BLOCK_TABLE: append_table (self, block); break;
    case MYNA_BLOCK_RULE: g_string_append (self->out, "<hr>\n"); break;
    case MYNA_BLOCK_HTML:
    case MYNA_BLOCK_MATHS:
      g_string_append_printf (self->out, "<pre class=\"%s\">", block->kind == MYNA_BLOCK_MATHS ? "maths" : "html");
      append_escaped (self, block->string.text, strlen (block->string.text));
      g_string_append (self->out, "</pre>\n");
      break;
    case MYNA_BLOCK_THINKING: break; /* its blocks have a container that says so */
    case MYNA_BLOCK_PARAGRAPH:
    case MYNA_BLOCK_HEADING:
    default: append_text (self, block);
    }
}

void
myna_chat_html_init (void)
{
  g_autofree char *html = myna_chat_html_render ("", NULL);
}

char *
myna_chat_html_render (const char *markdown, gpointer user_data)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  Writer writer = { .out = g_string_new (NULL) };
  GPtrArray *blocks;

  myna_markdown_set_text (document, markdown);
  blocks = myna_markdown_get_blocks (document);
  for (guint i = 0; i < blocks->len; i++)
    append_block (&writer, g_ptr_array_index (blocks, i));
  close_containers (&writer, 0);

  return g_string_free (writer.out, FALSE);
}
