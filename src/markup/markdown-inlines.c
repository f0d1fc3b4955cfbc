/* markdown-inlines.c: from cmark's inline nodes to text and runs
 *
 * The tree is walked with cmark's iterator, so its depth costs no stack.  Styles nest as counters: a run's style is the
 * set of those that are open.
 *
 * A line break in the source stays a line break: people and models write verses, addresses and lists of facts that way,
 * and GitHub shows comments so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include <cmark-gfm-core-extensions.h>

#include "markup/markdown-private.h"

/* The HTML that is drawn; all other tags are shown as they stand. */
static const struct
{
  const char *open, *close;
  MynaRunStyle style;
  /* clang-format off */
} tags[] = {
  { "<sub>", "</sub>", MYNA_RUN_SUBSCRIPT }, { "<sup>", "</sup>", MYNA_RUN_SUPERSCRIPT }, { "<kbd>", "</kbd>", MYNA_RUN_CODE },
};
/* clang-format on */

typedef struct
{
  MynaStringBuilder *builder;
  guint strong, emphasis, strikethrough;
  guint n_open[G_N_ELEMENTS (tags)], n_left[G_N_ELEMENTS (tags)]; /* tags that are open, closing ones that follow */
  char *target;                                                   /* GRefString of the link that is open, or NULL */
} InlineReader;

gboolean
myna_is_safe_target (const char *url)
{
  static const char *schemes[] = { "http://", "https://", "mailto:" };

  for (const char *c = url; *c; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f)
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (url, schemes[i], strlen (schemes[i])) == 0 && url[strlen (schemes[i])] != '\0')
      return TRUE;
  return FALSE;
}

/* Characters that reorder text or are invisible; harmless between words of a language that needs them, a trap in code. */
static gboolean
is_hidden_control (gunichar c)
{
  return c == 0x061C || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069)
         || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

char *
myna_reveal_controls (const char *text)
{
  GString *out = NULL;
  const char *done = text;

  for (const char *c = text; *c; c = g_utf8_next_char (c))
    {
      gunichar u;

      if ((guchar) *c < 0x80)
        continue;
      u = g_utf8_get_char (c);
      if (!is_hidden_control (u))
        continue;
      if (!out)
        out = g_string_new (NULL);
      g_string_append_len (out, done, c - done);
      g_string_append_printf (out, "⟨U+%04X⟩", u);
      done = g_utf8_next_char (c);
    }
  if (!out)
    return NULL;
  g_string_append (out, done);
  return g_string_free (out, FALSE);
}

static void
append (InlineReader *self, const char *literal, MynaRunStyle style)
{
  g_autofree char *unmarked = myna_unmark (literal, FALSE);
  const char *text = unmarked ? unmarked : literal ? literal : "";

  if (self->strong)
    style |= MYNA_RUN_STRONG;
  if (self->emphasis)
    style |= MYNA_RUN_EMPHASIS;
  if (self->strikethrough)
    style |= MYNA_RUN_STRIKETHROUGH;
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (self->n_open[i])
      style |= tags[i].style;
  if (self->target)
    style |= MYNA_RUN_LINK;
  myna_string_builder_append (self->builder, text, style, self->target);
}

static char *
get_url (cmark_node *node)
{
  const char *url = cmark_node_get_url (node);
  char *unmarked = myna_unmark (url, TRUE);

  return unmarked ? unmarked : g_strdup (url ? url : "");
}

/* Links do not nest, except an image inside a link: the outer target wins. */
static void
enter_link (InlineReader *self, cmark_node *node)
{
  g_autofree char *url = get_url (node);

  if (!self->target && (myna_is_safe_target (url) || g_str_has_prefix (url, MYNA_SOURCE_TARGET)))
    self->target = g_ref_string_new (url);
}

static void
leave_link (InlineReader *self, cmark_node *node)
{
  g_autofree char *url = get_url (node);
  cmark_node *parent = cmark_node_parent (node);

  /* An image without a description would be nothing at all: show its address. */
  if (cmark_node_get_type (node) == CMARK_NODE_IMAGE && cmark_node_first_child (node) == NULL)
    append (self, url, 0);
  while (parent && cmark_node_get_type (parent) != CMARK_NODE_LINK)
    parent = cmark_node_parent (parent);
  if (!parent)
    g_clear_pointer (&self->target, g_ref_string_release);
}

static void
read_code (InlineReader *self, cmark_node *node)
{
  const char *literal = cmark_node_get_literal (node);
  g_autofree char *revealed = myna_reveal_controls (literal ? literal : "");

  append (self, revealed ? revealed : literal, MYNA_RUN_CODE);
}

/* A tag that is never closed, or was never opened, is shown. */
static void
read_html (InlineReader *self, cmark_node *node)
{
  const char *literal = cmark_node_get_literal (node);

  if (g_ascii_strcasecmp (literal, "<br>") == 0 || g_ascii_strcasecmp (literal, "<br/>") == 0
      || g_ascii_strcasecmp (literal, "<br />") == 0)
    {
      append (self, "\n", 0);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (g_ascii_strcasecmp (literal, tags[i].open) == 0 && self->n_open[i] < self->n_left[i])
      {
        self->n_open[i]++;
        return;
      }
    else if (g_ascii_strcasecmp (literal, tags[i].close) == 0)
      {
        self->n_left[i]--;
        if (self->n_open[i] == 0)
          break;
        self->n_open[i]--;
        return;
      }
  append (self, literal, MYNA_RUN_HTML);
}

static void
count_closing (InlineReader *self, cmark_node *node)
{
  for (guint i = 0; cmark_node_get_type (node) == CMARK_NODE_HTML_INLINE && i < G_N_ELEMENTS (tags); i++)
    self->n_left[i] += g_ascii_strcasecmp (cmark_node_get_literal (node), tags[i].close) == 0;
}

/* A formula is one character of the text; its source is the run's data. */
static void
read_maths (InlineReader *self, cmark_node *node)
{
  char *data = g_ref_string_new (cmark_node_get_literal (node));

  myna_string_builder_append (self->builder, "\uFFFC", MYNA_RUN_MATHS, data);
  g_ref_string_release (data);
}

static void
read_event (InlineReader *self, cmark_node *node, cmark_event_type event)
{
  gboolean entering = event == CMARK_EVENT_ENTER;
  cmark_node_type type = cmark_node_get_type (node);

  if (cmark_node_get_syntax_extension (node) == myna_maths_get_extension ())
    read_maths (self, node);
  else if (type == CMARK_NODE_TEXT)
    append (self, cmark_node_get_literal (node), 0);
  else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
    append (self, "\n", 0);
  else if (type == CMARK_NODE_CODE)
    read_code (self, node);
  else if (type == CMARK_NODE_HTML_INLINE)
    read_html (self, node);
  else if (type == CMARK_NODE_FOOTNOTE_REFERENCE && entering)
    append (self, cmark_node_get_literal (node), MYNA_RUN_SUPERSCRIPT);
  else if (type == CMARK_NODE_STRONG)
    self->strong += entering ? 1 : -1;
  else if (type == CMARK_NODE_EMPH)
    self->emphasis += entering ? 1 : -1;
  else if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
    (entering ? enter_link : leave_link) (self, node);
  else if (g_strcmp0 (cmark_node_get_type_string (node), "strikethrough") == 0)
    self->strikethrough += entering ? 1 : -1;
}

void
myna_inlines_read (cmark_node *node, MynaStringBuilder *builder)
{
  InlineReader self = { .builder = builder };
  cmark_iter *iter = cmark_iter_new (node);
  cmark_event_type event;

  while (cmark_iter_next (iter) != CMARK_EVENT_DONE)
    count_closing (&self, cmark_iter_get_node (iter));
  cmark_iter_reset (iter, node, CMARK_EVENT_ENTER);
  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    if (cmark_iter_get_node (iter) != node)
      read_event (&self, cmark_iter_get_node (iter), event);
  cmark_iter_free (iter);
  g_clear_pointer (&self.target, g_ref_string_release);
}
