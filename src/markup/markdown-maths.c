/* markdown-maths.c: mathematics between $…$, $$…$$, \(…\) and \[…\], as an extension of cmark
 *
 * Inline formulas become HTML_INLINE nodes of this extension (tables take no other kind of leaf from strangers) whose literal
 * is the source with its delimiters.  A formula that begins a
 * line becomes a CUSTOM_BLOCK node, so that lines of it like "+ b" or "---" are no markdown; it is live while it is not
 * closed, and ends at a blank line.
 *
 * Dollars are money more often than mathematics: see is_opening() and is_closing().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "markup/markdown-private.h"

#define MAX_INLINE  4096 /* bytes of an inline formula */
#define MAX_DISPLAY (16 * 1024)
#define MAX_LOOKS   4 /* at each character of a text, on the average: the ends of formulas are looked for no longer */

static _Thread_local gsize n_looks;

void
myna_maths_begin (gsize length)
{
  n_looks = MAX_LOOKS * length + MAX_INLINE;
}

static unsigned char
look (cmark_inline_parser *inlines, int at)
{
  if (n_looks == 0)
    return '\0';
  n_looks--;
  return cmark_inline_parser_peek_at (inlines, at);
}

typedef struct
{
  GString *source;
  char *close; /* "$$", "\\]", "\\end{align}"; NULL: this is plain text */
  gboolean is_closed, is_given_up;
  gboolean leaves_rest; /* text follows on its last line */
} Display;

static void
free_display (cmark_mem *mem, void *data)
{
  Display *display = data;

  g_string_free (display->source, TRUE);
  g_free (display->close);
  g_free (display);
}

static gboolean
is_one_of (char c, const char *set)
{
  return c != '\0' && strchr (set, c) != NULL;
}

/* A dollar opens a formula if it stands before something and not behind a letter or digit (US$5). */
static gboolean
is_opening (cmark_inline_parser *inlines, int at, int width)
{
  unsigned char next = cmark_inline_parser_peek_at (inlines, at + width);
  unsigned char before = at > 0 ? cmark_inline_parser_peek_at (inlines, at - 1) : ' ';

  if (next == '\0' || next == '$' || g_ascii_isalnum (before) || before == '$')
    return FALSE;
  return TRUE;
}

/* … and closes one if it stands behind something and not before a digit ($5 or $6).  Blanks inside stand on both sides. */
static gboolean
is_closing (cmark_inline_parser *inlines, int at, int width, gboolean is_spaced)
{
  unsigned char before = cmark_inline_parser_peek_at (inlines, at - 1);
  unsigned char next = cmark_inline_parser_peek_at (inlines, at + width);

  if (width == 2)
    return cmark_inline_parser_peek_at (inlines, at + 1) == '$';
  return is_spaced ? before == ' ' && !g_ascii_isalnum (next) : !g_ascii_isspace (before) && !g_ascii_isdigit (next);
}

/* "20 (or 20" between dollars is money: a number with blanks and nothing that TeX would write. */
static gboolean
is_money (const char *content)
{
  return g_ascii_isdigit (content[0]) && strchr (content, ' ') && strpbrk (content, "\\^_={}+<>") == NULL;
}

/* 5, 5.50, 5 k, 5k and 5M are amounts; 2x and 10n are not. */
static gboolean
is_amount (const char *content)
{
  const char *unit = content + strspn (content, "0123456789.,");

  return g_ascii_isdigit (*content) && (!g_ascii_isalpha (*unit) || strchr ("kKmMbB", *unit));
}

/* Between dollars with blanks inside only what can be nothing else is a formula: no amount, no words, no line's end. */
static gboolean
is_spaced_formula (const char *content)
{
  gboolean has_sign = strpbrk (content, "\\^_={}<>+") != NULL;
  guint depth = 0;

  content += strspn (content, " ");
  if (*content == '\0' || strchr (content, '\n') || (is_amount (content) && !has_sign))
    return FALSE;
  for (const char *at = content; *at; at++)
    {
      gsize n_letters = 0;

      while (g_ascii_isalpha (at[n_letters]))
        n_letters++;
      if (n_letters > 2 && depth == 0 && (at == content || at[-1] != '\\'))
        return FALSE;
      at += n_letters > 0 ? n_letters - 1 : 0;
      depth += *at == '{' ? 1 : *at == '}' && depth > 0 ? -1 : 0;
    }
  return TRUE;
}

static cmark_node *
new_inline (cmark_inline_parser *inlines, cmark_node_type type, const char *text, int end)
{
  cmark_node *node = cmark_node_new (type);

  cmark_node_set_literal (node, text);
  if (type == CMARK_NODE_HTML_INLINE)
    cmark_node_set_syntax_extension (node, myna_maths_get_extension ());
  cmark_inline_parser_set_offset (inlines, end);
  return node;
}

static cmark_node *
match_dollars (cmark_inline_parser *inlines)
{
  int start = cmark_inline_parser_get_offset (inlines);
  int width = cmark_inline_parser_peek_at (inlines, start + 1) == '$' ? 2 : 1;
  gboolean is_spaced = width == 1 && cmark_inline_parser_peek_at (inlines, start + 1) == ' ';
  g_autoptr (GString) source = NULL;

  if (!is_opening (inlines, start, width))
    return NULL;
  source = g_string_new (width == 2 ? "$$" : "$");
  for (int at = start + width; at < start + MAX_INLINE; at++)
    {
      unsigned char c = look (inlines, at);

      if (c == '\0')
        return NULL;
      if (c == '$' && at > start + width && is_closing (inlines, at, width, is_spaced))
        {
          if (width == 1 && (is_spaced ? !is_spaced_formula (source->str + 1) : is_money (source->str + 1)))
            return NULL;
          g_string_append (source, width == 2 ? "$$" : "$");
          return new_inline (inlines, CMARK_NODE_HTML_INLINE, source->str, at + width);
        }
      if (c == '$' && width == 1)
        return NULL;
      myna_unmark_char (source, c);
      if (c == '\\' && cmark_inline_parser_peek_at (inlines, at + 1) != '\0')
        myna_unmark_char (source, cmark_inline_parser_peek_at (inlines, ++at));
    }
  return NULL;
}

/* A formula has a letter or a digit; without one it is punctuation with backslashes. */
static gboolean
has_letter (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (g_ascii_isalnum (text[i]) || (guchar) text[i] >= 0x80)
      return TRUE;
  return FALSE;
}

static cmark_node *
match_escape (cmark_inline_parser *inlines)
{
  int start = cmark_inline_parser_get_offset (inlines);
  char opener = cmark_inline_parser_peek_at (inlines, start + 1);
  char closer = opener == '(' ? ')' : ']';
  g_autoptr (GString) source = g_string_new ("\\");

  g_string_append_c (source, opener);
  for (int at = start + 2; is_one_of (opener, "([") && at < start + MAX_INLINE; at++)
    {
      unsigned char c = look (inlines, at);

      if (c == '\0')
        break;
      myna_unmark_char (source, c);
      if (c == MYNA_MARK_ESCAPE && cmark_inline_parser_peek_at (inlines, at + 1) == closer)
        {
          if (!has_letter (source->str, source->len))
            break;
          g_string_append_c (source, closer);
          return new_inline (inlines, CMARK_NODE_HTML_INLINE, source->str, at + 2);
        }
    }
  /* no formula: an escaped bracket */
  return new_inline (inlines, CMARK_NODE_TEXT, (char[]){ opener, '\0' }, start + 2);
}

static cmark_node *
match_inline (cmark_syntax_extension *extension, cmark_parser *parser, cmark_node *parent, unsigned char character,
              cmark_inline_parser *inlines)
{
  /* cmark asks at every character. */
  return character == '$' ? match_dollars (inlines) : character == MYNA_MARK_ESCAPE ? match_escape (inlines) : NULL;
}

/* Takes what belongs to the formula from a line's rest; returns how many bytes that is. */
static gsize
take_line (Display *display, const char *rest)
{
  gsize length = strcspn (rest, "\r\n"), tail;
  g_autofree char *marked = g_strndup (rest, length);
  g_autofree char *restored = myna_unmark (marked, FALSE);
  const char *line = restored ? restored : marked;
  const char *close = display->close ? strstr (line, display->close) : NULL;

  if (!close)
    {
      g_string_append_printf (display->source, "%s\n", line);
      display->is_given_up = display->close && display->source->len > MAX_DISPLAY;
      return length;
    }
  length = close + strlen (display->close) - line;
  g_string_append_len (display->source, line, length);
  display->is_closed = TRUE;
  /* A full stop behind a formula is not worth a line of its own. */
  tail = strspn (line + length, " \t.,;:");
  display->leaves_rest = line[length + tail] != '\0';
  return display->leaves_rest ? length : length + tail;
}

/* Whether a formula begins with this text, which follows the opening delimiter on its line. */
static gboolean
looks_like_maths (const char *rest, const char *close)
{
  const char *line_end = rest + strcspn (rest, "\r\n");
  const char *at = rest + strspn (rest, " \t");
  const char *closed = g_strstr_len (rest, line_end - rest, close);

  if (at == line_end)
    return TRUE;
  if (closed)
    return has_letter (rest, closed - rest);
  for (; at < line_end; at++)
    if (is_one_of (*at, "\\^_={\001"))
      return TRUE;
  return FALSE;
}

/* "\\end{align}" if the line begins with "\\begin{align}": what LaTeX displays without dollars around it; else NULL. */
static char *
find_environment (const char *line)
{
  static const char *const names[] = { "align", "alignat", "equation", "gather", "multline", "eqnarray" };

  if (!g_str_has_prefix (line, "\\begin{"))
    return NULL;
  line += strlen ("\\begin{");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize n = strlen (names[i]);

      if (strncmp (line, names[i], n) == 0 && line[n + (line[n] == '*')] == '}')
        return g_strdup_printf ("\\end{%s%s}", names[i], line[n] == '*' ? "*" : "");
    }
  return NULL;
}

static cmark_node *
add_display (cmark_syntax_extension *extension, cmark_parser *parser, cmark_node *parent, int column, const char *open,
             char *close)
{
  cmark_node *node = cmark_parser_add_child (parser, parent, CMARK_NODE_CUSTOM_BLOCK, column);
  Display *display = g_new0 (Display, 1);

  display->source = g_string_new (open);
  display->close = close;
  cmark_node_set_syntax_extension (node, extension);
  cmark_node_set_user_data (node, display);
  cmark_node_set_user_data_free_func (node, free_display);
  return node;
}

static cmark_node *
try_opening_block (cmark_syntax_extension *extension, int indented, cmark_parser *parser, cmark_node *parent,
                   unsigned char *input, int length)
{
  int start = MIN (cmark_parser_get_first_nonspace (parser), length);
  g_autofree char *line = g_strndup ((char *) input, length);
  gboolean dollars = g_str_has_prefix (line + start, "$$"), brackets = g_str_has_prefix (line + start, "\001[");
  char *environment = NULL;
  cmark_node *node;

  if (line[start] == MYNA_MARK_PLAIN)
    node = add_display (extension, parser, parent, start + 1, "", NULL);
  else if (indented)
    return NULL;
  else if ((dollars || brackets) && looks_like_maths (line + start + 2, dollars ? "$$" : "\001]"))
    node = add_display (extension, parser, parent, start + 1, dollars ? "$$" : "\\[", g_strdup (dollars ? "$$" : "\\]"));
  else if ((environment = find_environment (line + start)))
    node = add_display (extension, parser, parent, start + 1, "", environment);
  else
    return NULL;
  start += dollars || brackets ? 2 : 0;
  cmark_parser_advance_offset (parser, (char *) input,
                               start + take_line (cmark_node_get_user_data (node), line + start)
                                   - cmark_parser_get_offset (parser),
                               FALSE);
  return node;
}

/* Whether the line goes on with the formula; takes it then. */
static int
match_block (cmark_syntax_extension *extension, cmark_parser *parser, unsigned char *input, int length, cmark_node *container)
{
  Display *display = cmark_node_get_user_data (container);
  int offset = cmark_parser_get_offset (parser);
  g_autofree char *line = g_strndup ((char *) input, length);

  if (display->is_closed || display->is_given_up)
    return FALSE;
  if (cmark_parser_is_blank (parser))
    {
      display->is_given_up = TRUE;
      return FALSE;
    }
  cmark_parser_advance_offset (parser, (char *) input, take_line (display, line + offset), FALSE);
  return TRUE;
}

static int
can_contain (cmark_syntax_extension *extension, cmark_node *node, cmark_node_type child)
{
  return FALSE;
}

cmark_syntax_extension *
myna_maths_get_extension (void)
{
  static cmark_syntax_extension *extension;
  cmark_mem *mem = cmark_get_default_mem_allocator ();
  cmark_llist *characters = NULL;

  if (extension)
    return extension;
  extension = cmark_syntax_extension_new ("maths");
  characters = cmark_llist_append (mem, characters, (void *) (gsize) '$');
  characters = cmark_llist_append (mem, characters, (void *) (gsize) MYNA_MARK_ESCAPE);
  cmark_syntax_extension_set_special_inline_chars (extension, characters);
  cmark_syntax_extension_set_match_inline_func (extension, match_inline);
  cmark_syntax_extension_set_open_block_func (extension, try_opening_block);
  cmark_syntax_extension_set_match_block_func (extension, match_block);
  cmark_syntax_extension_set_can_contain_func (extension, can_contain);
  return extension;
}

const char *
myna_maths_get_display (cmark_node *node, gboolean *ret_is_formula)
{
  Display *display = cmark_node_get_user_data (node);

  *ret_is_formula = display->close && (display->is_closed || !display->is_given_up);
  return display->source->str;
}

gboolean
myna_maths_leaves_rest (cmark_node *node)
{
  Display *display = cmark_node_get_type (node) == CMARK_NODE_CUSTOM_BLOCK ? cmark_node_get_user_data (node) : NULL;

  return display && display->leaves_rest;
}
