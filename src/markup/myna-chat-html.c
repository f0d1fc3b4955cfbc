/* myna-chat-html.c: markdown as HTML that is safe to open (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmark renders, without its option UNSAFE; before that, what it would leave out or load is replaced: HTML becomes text,
 * but for the few tags that the window draws, images become links, links that may not be followed become their text, formulas
 * code.
 */
#include "markup/myna-chat-html.h"

#include <string.h>

#include "markup/markdown-private.h"

#define MAX_MS   2000 /* that the markdown of a message may take; what is behind it is text */

#define MAX_OPEN 32

/* In a text: where a tag of ours begins and ends. */
#define TAG_BEGIN '\001'
#define TAG_END   '\002'

/* The inline tags that are drawn, as they may be written. */
static const char *const tags[] = { "sub", "/sub", "sup", "/sup", "kbd", "/kbd", "br", "br/", "br /" };

typedef struct
{
  guint n_footnotes;
  cmark_node *open[MAX_OPEN]; /* parents of each <details> that is open */
  guint n_open;
} Rewriter;

static void
set_literal (cmark_node *node, const char *marked)
{
  g_autofree char *literal = myna_unmark (marked, FALSE);

  cmark_node_set_literal (node, literal ? literal : marked);
}

/* Puts `to` in the place of a node, with its children. */
static void
replace (cmark_node *node, cmark_node *to)
{
  cmark_node *child;

  while ((child = cmark_node_first_child (node)))
    cmark_node_append_child (to, child);
  cmark_node_replace (node, to);
  cmark_node_free (node);
}

static void
replace_with_literal (cmark_node *node, cmark_node_type type, const char *literal)
{
  cmark_node *to = cmark_node_new (type);

  set_literal (to, literal);
  replace (node, to);
}

static void
rewrite_link (cmark_node *node)
{
  const char *marked = cmark_node_get_url (node);
  g_autofree char *unmarked = myna_unmark (marked, TRUE);
  g_autofree char *url = g_strdup (unmarked ? unmarked : marked);
  gboolean is_image = cmark_node_get_type (node) == CMARK_NODE_IMAGE, is_inside = FALSE;
  cmark_node *to, *child;

  for (cmark_node *parent = node; is_image && parent; parent = cmark_node_parent (parent))
    is_inside |= cmark_node_get_type (parent) == CMARK_NODE_LINK;
  if (is_image && !cmark_node_first_child (node))
    {
      to = cmark_node_new (CMARK_NODE_TEXT);
      cmark_node_set_literal (to, url);
      cmark_node_append_child (node, to);
    }
  if (!is_inside && myna_is_safe_target (url))
    {
      cmark_node_set_url (node, url);
      if (is_image)
        {
          to = cmark_node_new (CMARK_NODE_LINK);
          cmark_node_set_url (to, url);
          replace (node, to);
        }
      return;
    }
  while ((child = cmark_node_first_child (node)))
    cmark_node_insert_before (node, child);
  cmark_node_free (node);
}

/* The numbers of footnotes begin anew in each message, so that cmark's links would lead to the first message's. */
static void
rewrite_reference (cmark_node *node)
{
  static const char *const digits[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
  g_autoptr (GString) number = g_string_new (NULL);

  for (const char *at = cmark_node_get_literal (node); at && *at; at++)
    g_string_append (number, g_ascii_isdigit (*at) ? digits[*at - '0'] : "");
  replace_with_literal (node, CMARK_NODE_TEXT, number->str);
}

static void
rewrite_footnote (cmark_node *node, guint n)
{
  g_autofree char *enter = g_strdup_printf ("<aside><sup>%u.</sup>", n);
  cmark_node *to = cmark_node_new (CMARK_NODE_CUSTOM_BLOCK);

  cmark_node_set_on_enter (to, enter);
  cmark_node_set_on_exit (to, "</aside>");
  replace (node, to);
}

static void
rewrite_display (cmark_node *node)
{
  gboolean is_formula;
  g_autofree char *source = g_strdup (myna_maths_get_display (node, &is_formula));
  cmark_node *to = cmark_node_new (is_formula ? CMARK_NODE_CODE_BLOCK : CMARK_NODE_PARAGRAPH);

  if (is_formula)
    {
      cmark_node_set_literal (to, source);
      cmark_node_set_fence_info (to, "tex");
    }
  else
    {
      cmark_node *text = cmark_node_new (CMARK_NODE_TEXT);

      cmark_node_set_literal (text, source);
      cmark_node_append_child (to, text);
    }
  replace (node, to);
}

/* ---- Tags ------------------------------------------------------------------------------------------------------- */

/* The tag that a node of HTML is; NULL if it is not one that is drawn. */
static const char *
get_tag (cmark_node *node)
{
  const char *literal = cmark_node_get_literal (node);
  gsize n = literal ? strlen (literal) : 0;

  if (cmark_node_get_type (node) != CMARK_NODE_HTML_INLINE || cmark_node_get_syntax_extension (node) || n < 4)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (strlen (tags[i]) == n - 2 && g_ascii_strncasecmp (literal + 1, tags[i], n - 2) == 0)
      return tags[i];
  return NULL;
}

/* Tags that are closed in the same place will be written: their user data is their name. */
static void
pair_tags (cmark_node *parent)
{
  cmark_node *open[MAX_OPEN];
  guint n_open = 0;

  for (cmark_node *node = cmark_node_first_child (parent); node; node = cmark_node_next (node))
    {
      const char *tag = get_tag (node);

      if (!tag)
        continue;
      if (g_str_has_prefix (tag, "br"))
        {
          cmark_node_set_user_data (node, (gpointer) "br /");
        }
      else if (*tag != '/')
        {
          if (n_open < MAX_OPEN)
            open[n_open++] = node;
        }
      else if (n_open > 0 && strcmp (get_tag (open[n_open - 1]), tag + 1) == 0)
        {
          cmark_node_set_user_data (open[--n_open], (gpointer) (tag + 1));
          cmark_node_set_user_data (node, (gpointer) tag);
        }
    }
}

static void
rewrite_inline_html (cmark_node *node)
{
  const char *tag = cmark_node_get_user_data (node);
  g_autofree char *marked = NULL;
  cmark_node *to;

  if (!tag)
    {
      replace_with_literal (node, cmark_node_get_syntax_extension (node) ? CMARK_NODE_CODE : CMARK_NODE_TEXT,
                            cmark_node_get_literal (node));
      return;
    }
  marked = g_strdup_printf ("%c%s%c", TAG_BEGIN, tag, TAG_END);
  to = cmark_node_new (CMARK_NODE_TEXT);
  cmark_node_set_literal (to, marked);
  replace (node, to);
}

/* Writes HTML with the tags in it.  The text itself has no such characters; anything but a tag's name is not written. */
static void
append_with_tags (GString *out, const char *html)
{
  while (*html)
    {
      gsize n = strcspn (html, (char[]){ TAG_BEGIN, TAG_END, '\0' });

      g_string_append_len (out, html, n);
      html += n;
      for (guint i = 0; *html == TAG_BEGIN && i < G_N_ELEMENTS (tags); i++)
        if (g_str_has_prefix (html + 1, tags[i]) && html[1 + strlen (tags[i])] == TAG_END)
          {
            g_string_append_printf (out, "<%s>", tags[i]);
            html += 1 + strlen (tags[i]);
          }
      html += *html != '\0';
    }
}

/* ---- <details> -------------------------------------------------------------------------------------------------- */

static cmark_node *
new_raw (const char *html)
{
  cmark_node *node = cmark_node_new (CMARK_NODE_CUSTOM_BLOCK);

  cmark_node_set_on_enter (node, html);
  return node;
}

static gboolean
is_in_details (Rewriter *self, cmark_node *parent)
{
  return self->n_open > 0 && self->open[self->n_open - 1] == parent;
}

static void
close_details (Rewriter *self, cmark_node *parent)
{
  for (; is_in_details (self, parent); self->n_open--)
    cmark_node_append_child (parent, new_raw ("</details>"));
}

static cmark_node *
new_paragraph (const char *text)
{
  cmark_node *paragraph = cmark_node_new (CMARK_NODE_PARAGRAPH), *node = cmark_node_new (CMARK_NODE_TEXT);

  cmark_node_set_literal (node, text);
  cmark_node_append_child (paragraph, node);
  return paragraph;
}

static void
rewrite_html (Rewriter *self, cmark_node *node)
{
  const char *marked = cmark_node_get_literal (node);
  g_autofree char *unmarked = myna_unmark (marked, FALSE);
  const char *html = unmarked ? unmarked : marked;
  cmark_node *parent = cmark_node_parent (node);
  MynaDetailsPart part;

  if (!myna_details_begin (html, is_in_details (self, parent)))
    {
      replace_with_literal (node, CMARK_NODE_CODE_BLOCK, marked);
      return;
    }
  while (myna_details_next (&html, &part))
    {
      g_autofree char *text = part.text;
      g_autofree char *summary = text ? g_markup_printf_escaped ("<summary>%s</summary>", text) : NULL;
      cmark_node *to;

      if (part.kind == MYNA_DETAILS_OPEN && self->n_open < MAX_OPEN)
        {
          self->open[self->n_open++] = parent;
          to = new_raw (part.is_open ? "<details open>" : "<details>");
        }
      else if (part.kind == MYNA_DETAILS_CLOSE && is_in_details (self, parent))
        {
          self->n_open--;
          to = new_raw ("</details>");
        }
      else if (part.kind == MYNA_DETAILS_SUMMARY && is_in_details (self, parent))
        to = new_raw (summary);
      else
        to = new_paragraph (text ? text : part.kind == MYNA_DETAILS_CLOSE ? "</details>" : "<details>");
      cmark_node_insert_before (node, to);
    }
  cmark_node_free (node);
}

/* Called when the walk leaves the node: it may be replaced then. */
static void
rewrite (Rewriter *self, cmark_node *node)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE || type == CMARK_NODE_CODE_BLOCK)
    set_literal (node, cmark_node_get_literal (node));
  else if (type == CMARK_NODE_HTML_INLINE)
    rewrite_inline_html (node);
  else if (type == CMARK_NODE_HTML_BLOCK)
    rewrite_html (self, node);
  else if (type == CMARK_NODE_CUSTOM_BLOCK)
    rewrite_display (node);
  else if (type == CMARK_NODE_HEADING)
    cmark_node_set_heading_level (node, MIN (cmark_node_get_heading_level (node) + 2, 6)); /* h1, h2: title and role */
  else if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
    rewrite_link (node);
  else if (type == CMARK_NODE_FOOTNOTE_REFERENCE)
    rewrite_reference (node);
  else if (type == CMARK_NODE_FOOTNOTE_DEFINITION)
    rewrite_footnote (node, ++self->n_footnotes);
}

static gboolean
is_leaf (cmark_node_type type)
{
  return type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE || type == CMARK_NODE_CODE_BLOCK || type == CMARK_NODE_HTML_INLINE
         || type == CMARK_NODE_HTML_BLOCK;
}

static void
append (GString *out, const char *text, gsize length)
{
  cmark_node *document = myna_markdown_parse (text, text, length);
  cmark_iter *iter = cmark_iter_new (document);
  cmark_event_type event;
  Rewriter self = { 0 };
  char *html;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    {
      cmark_node *node = cmark_iter_get_node (iter);

      if (is_leaf (cmark_node_get_type (node)))
        {
          rewrite (&self, node);
        }
      else if (event == CMARK_EVENT_ENTER)
        {
          pair_tags (node);
        }
      else
        {
          close_details (&self, node);
          rewrite (&self, node);
        }
    }
  cmark_iter_free (iter);
  html = cmark_render_html (document, CMARK_OPT_HARDBREAKS, NULL);
  append_with_tags (out, html);
  cmark_get_default_mem_allocator ()->free (html);
  cmark_node_free (document);
}

void
myna_chat_html_init (void)
{
  g_autofree char *html = myna_chat_html_render ("", NULL);
}

char *
myna_chat_html_render (const char *markdown, gpointer user_data)
{
  g_autofree char *text = g_utf8_make_valid (markdown, -1);
  gsize limit = myna_mark_get_limit (text, 0, strlen (text), MAX_MS);
  g_autofree char *rest = g_markup_escape_text (text + limit, -1);
  GString *out = g_string_new (NULL);

  append (out, text, limit);
  if (*rest)
    g_string_append_printf (out, "<pre>%s</pre>\n", rest);
  return g_string_free (out, FALSE);
}
