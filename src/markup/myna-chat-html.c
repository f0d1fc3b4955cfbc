/* myna-chat-html.c: markdown as HTML that is safe to open (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmark renders, without its option UNSAFE; before that, what it would leave out or load is replaced: HTML becomes text,
 * images become links, links that may not be followed become their text, formulas code.
 */
#include "markup/myna-chat-html.h"

#include <string.h>

#include "markup/markdown-private.h"

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

/* Called when the walk leaves the node: it may be replaced then. */
static void
rewrite (cmark_node *node, guint *n_footnotes)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE || type == CMARK_NODE_CODE_BLOCK)
    set_literal (node, cmark_node_get_literal (node));
  else if (type == CMARK_NODE_HTML_INLINE)
    replace_with_literal (node, cmark_node_get_syntax_extension (node) ? CMARK_NODE_CODE : CMARK_NODE_TEXT,
                          cmark_node_get_literal (node));
  else if (type == CMARK_NODE_HTML_BLOCK)
    replace_with_literal (node, CMARK_NODE_CODE_BLOCK, cmark_node_get_literal (node));
  else if (type == CMARK_NODE_CUSTOM_BLOCK)
    rewrite_display (node);
  else if (type == CMARK_NODE_HEADING)
    cmark_node_set_heading_level (node, MIN (cmark_node_get_heading_level (node) + 2, 6)); /* h1, h2: title and role */
  else if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
    rewrite_link (node);
  else if (type == CMARK_NODE_FOOTNOTE_REFERENCE)
    rewrite_reference (node);
  else if (type == CMARK_NODE_FOOTNOTE_DEFINITION)
    rewrite_footnote (node, ++*n_footnotes);
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
  guint n_footnotes = 0;
  char *html;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    if (event == CMARK_EVENT_EXIT || is_leaf (cmark_node_get_type (cmark_iter_get_node (iter))))
      rewrite (cmark_iter_get_node (iter), &n_footnotes);
  cmark_iter_free (iter);
  html = cmark_render_html (document, CMARK_OPT_HARDBREAKS, NULL);
  g_string_append (out, html);
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
  gsize limit = myna_mark_get_limit (text, strlen (text));
  g_autofree char *rest = g_markup_escape_text (text + limit, -1);
  GString *out = g_string_new (NULL);

  append (out, text, limit);
  if (*rest)
    g_string_append_printf (out, "<pre>%s</pre>\n", rest);
  return g_string_free (out, FALSE);
}
