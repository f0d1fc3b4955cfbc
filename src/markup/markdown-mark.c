/* markdown-mark.c: what cmark is given of a text
 *
 * cmark decides some things before an extension is asked, or not as people who write Chinese need it, and some texts cost it
 * minutes.  So it is given the text with marks (markdown-private.h), which its tree is read without:
 *
 *   - It resolves \( itself.  The backslash of a formula's delimiter is replaced; whether it is one depends on its own line
 *     alone, so that parsing can begin at any block.
 *   - Emphasis may begin and end beside the punctuation of CJK, and beside any punctuation next to a CJK character: a mark that
 *     counts as a letter stands in between.  (The rules for flanking runs, amended as in markdown-cjk-friendly.)
 *   - An address ends before full-width punctuation.
 *   - A pipe in a code span or formula divides no cells.
 *   - Inside a fenced block of markdown, fences come in pairs.
 *   - A paragraph with too much of what cmark needs quadratic time or memory for is plain text from that line on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "markup/markdown-private.h"

#define MAX_RUN       32 /* of backticks, of closing brackets */
#define MAX_NESTED    16 /* fenced blocks of markdown that are looked through */
#define MAX_NESTING   64
#define MAX_OPEN      64   /* "<!" and "<?" of a paragraph */
#define MAX_IMAGES    256  /* "![" of a paragraph */
#define MAX_HEADS     8    /* lines of a paragraph that may end a table's head */
#define MAX_PIPES     128  /* of a line that may be a table's head */
#define MAX_IN_WORD   8    /* "@" and "www." of a word */
#define MAX_WORD      4096 /* ASCII characters without a blank */
#define MAX_PARAGRAPH (64 * 1024)
#define MAX_LINE      (4 * MYNA_MARKDOWN_MAX_LINE) /* where a text is not parsed any more */
#define MAX_EXPANSION (16 * 1024 * 1024)           /* bytes that all uses of a link's definition may have */

/* Blanks, what clean () makes blanks of, and marks of quotes. */
#define INDENT " \t>\001\002\003\004\005\006\a"

/* What lines up to the next blank one have used up. */
typedef struct
{
  guint n_open, n_images, n_heads, n_rows, n_pipes;
  gsize n_bytes;
} Spent;

typedef struct
{
  gsize start, end;               /* without the line's end */
  gsize indent;                   /* offset of what stands behind blanks and marks of quotes */
  gsize last_round, last_square;  /* offset of its last "\\)" and "\\]"; 0 if there is none */
  gboolean has_round, has_square; /* an opening one has been marked */
  gboolean has_pipe;
  gsize last_ticks[MAX_RUN + 1]; /* offset of the last run of so many backticks */
} Line;

typedef struct
{
  const char *text;
  gsize length;
  GString *out;
  Line line;
  Spent spent;
  gboolean is_plain;     /* the rest of the paragraph is */
  gboolean in_paragraph; /* the line before was not blank and began no item */
  char fence;            /* of the fenced block that is open, or '\0' */
  guint fence_width;
  guint n_looked;   /* fenced blocks that have been looked through */
  gsize nested_end; /* where a block of markdown ends whose fences come in pairs */
  gsize max_definition;
} Marker;

/* ---- Lines ------------------------------------------------------------------------------------------------------ */

static gboolean
is_one_of (char c, const char *set)
{
  return c != '\0' && strchr (set, c) != NULL;
}

/* What a character of the text is given as: one that is a mark would be taken out. */
static char
clean (char c)
{
  return c >= MYNA_MARK_ESCAPE && c <= MYNA_MARK_BEGIN ? ' ' : c;
}

static gsize
line_end (const char *text, gsize length, gsize at)
{
  while (at < length && text[at] != '\n' && text[at] != '\r')
    at++;
  return at;
}

static void
scan_line (Marker *self, gsize start)
{
  const char *text = self->text;
  Line *line = &self->line;

  *line = (Line){ .start = start, .end = line_end (text, self->length, start) };
  line->indent = start + strspn (text + start, INDENT);
  line->indent = MIN (line->indent, line->end);
  for (gsize i = start; i < line->end; i++)
    if (text[i] == '|')
      {
        line->has_pipe = TRUE;
      }
    else if (text[i] == '`')
      {
        gsize n = strspn (text + i, "`");

        line->last_ticks[MIN (n, MAX_RUN)] = i;
        i += n - 1;
      }
    else if (text[i] == '\\' && i + 1 < line->end)
      {
        if (text[i + 1] == ')')
          line->last_round = i;
        else if (text[i + 1] == ']')
          line->last_square = i;
        i += text[i + 1] != '`';
      }
}

/* ---- Limits ----------------------------------------------------------------------------------------------------- */

/* The columns of a line that may stand below a table's head; 0 if it is none.  Blanks of cells are those of cmark's tables, which
 * are more than those of its lines. */
static guint
count_columns (const char *line, gsize length)
{
  guint n = 1;
  gboolean has_mark = FALSE;

  if (!memchr (line, '-', length))
    return 0;
  for (gsize i = 0; i < length; i++)
    {
      if (!is_one_of (line[i], "|-: \t\v\f"))
        return 0;
      has_mark |= line[i] == '|' || line[i] == ':';
      n += line[i] == '|' && i > 0 && i + 1 < length;
    }
  return has_mark ? n : 0;
}

/* Whether a word is one that cmark would look at again and again. */
static gboolean
has_bad_word (const char *line, gsize length)
{
  gsize word = 0;
  guint n_marks = 0, n_closed = 0;

  for (gsize i = 0; i < length; i++)
    {
      if ((guchar) line[i] >= 0x80 || g_ascii_isspace (line[i]))
        {
          word = i + 1;
          n_marks = n_closed = 0;
          continue;
        }
      n_closed = line[i] == ')' ? n_closed + 1 : 0;
      n_marks += line[i] == '@' || (line[i] == 'w' && length - i > 3 && strncmp (line + i, "www.", 4) == 0);
      if (n_marks > MAX_IN_WORD || n_closed > MAX_RUN || i - word > MAX_WORD)
        return TRUE;
    }
  return FALSE;
}

static guint
count_nesting (const char *line, gsize length)
{
  guint n = 0;

  for (gsize i = 0; i < length && is_one_of (line[i], " \t>-*+.)0123456789"); i++)
    n += line[i] == '>' || (i > 0 && is_one_of (line[i], " \t") && is_one_of (line[i - 1], "-*+.)"));
  return n;
}

/* Adds a line to what its paragraph has used up; FALSE if that is too much. */
static gboolean
spend (Spent *spent, const char *text, gsize start, gsize indent, gsize end)
{
  const char *line = text + indent;
  gsize length = end - indent;
  guint n_columns, n_pipes = 0;

  if (length == 0)
    {
      *spent = (Spent){ 0 };
      return TRUE;
    }
  for (gsize i = 0; i + 1 < length; i++)
    {
      spent->n_open += line[i] == '<' && (line[i + 1] == '!' || line[i + 1] == '?');
      spent->n_images += line[i] == '!' && line[i + 1] == '[';
      n_pipes += line[i] == '|';
    }
  n_columns = count_columns (line, length);
  spent->n_heads += n_columns > 0;
  spent->n_rows += spent->n_heads > 0;
  spent->n_bytes += end - start;
  if (n_columns > MYNA_MARKDOWN_MAX_TABLE_COLUMNS || (n_columns > 0 && spent->n_pipes > MAX_PIPES)
      || (spent->n_rows > 0 && n_pipes > MAX_PIPES))
    return FALSE;
  spent->n_pipes = n_pipes;
  return spent->n_open <= MAX_OPEN && spent->n_images <= MAX_IMAGES && spent->n_heads <= MAX_HEADS
         && spent->n_rows <= MYNA_MARKDOWN_MAX_TABLE_ROWS && spent->n_bytes <= MAX_PARAGRAPH
         && end - start <= MYNA_MARKDOWN_MAX_LINE && count_nesting (text + start, end - start) <= MAX_NESTING
         && !has_bad_word (line, length);
}

/* Whether cmark would put in a link's definition so often that memory matters. */
static gsize
get_max_definition (const char *text, gsize length)
{
  gsize n = 1;

  for (const char *at = text; (at = memchr (at, ']', text + length - at)); at++)
    n++;
  return MAX_EXPANSION / n;
}

/* Whether the line begins a definition that is too long; its target may stand on the next one. */
static gboolean
is_big_definition (Marker *self)
{
  const char *text = self->text;
  gsize end = self->line.end;

  if (text[self->line.indent] != '[' || !g_strstr_len (text + self->line.indent, end - self->line.indent, "]:"))
    return FALSE;
  while (end < self->length)
    {
      gsize next = end + 1, next_end = line_end (text, self->length, next);

      if (next_end == next || g_strstr_len (text + next, next_end - next, "]:"))
        break;
      end = next_end;
    }
  return end - self->line.indent > self->max_definition;
}

gsize
myna_mark_get_limit (const char *text, gsize start, gsize length, guint milliseconds)
{
  /* Nanoseconds, about: of a byte, of a character that may be one of markdown's, of a line, of a block. */
  enum
  {
    BYTE = 4,
    MARK = 120,
    LINE = 800,
    BLOCK = 2500,
    SAFE = 64 * 1024
  };
  const gsize budget = milliseconds * (gsize) 1000 * 1000;
  /* clang-format off */
  static const guint8 is_special[256] = {
    ['*'] = 1, ['_'] = 1, ['~'] = 1, ['['] = 1, [']'] = 1, ['!'] = 1, ['<'] = 1, ['&'] = 1, ['$'] = 6, ['|'] = 3, ['@'] = 16,
    [':'] = 1, ['\\'] = 1, ['`'] = 1, ['-'] = 1,
  };
  /* clang-format on */
  gsize spent = 0, limit = start;

  if (length <= MYNA_MARKDOWN_MAX_TEXT && length - start <= SAFE)
    return length;
  length = MAX (start, MIN (length, MYNA_MARKDOWN_MAX_TEXT));
  for (gsize i = start; i < length; i++)
    {
      spent += BYTE;
      if (text[i] == '\n' || text[i] == '\r')
        {
          char next = text[i + 1];

          spent += LINE + (next == text[i] || g_ascii_isdigit (next) || is_one_of (next, "-*+>#=$") ? BLOCK : 0);
          if (spent > budget)
            return limit;
          limit = i + 1;
        }
      else if (i - limit > MAX_LINE)
        return limit;
      spent += is_special[(guchar) text[i]] * MARK;
    }
  return spent > budget || text[length] != '\0' ? limit : length;
}

/* ---- Fences ----------------------------------------------------------------------------------------------------- */

/* The width of the fence that a line is, and its info string; 0 if it is none. */
static guint
read_fence (const char *line, gsize length, const char **ret_info, gsize *ret_n_info)
{
  guint n = 0;

  while (n < length && (*line == '`' || *line == '~') && line[n] == *line)
    n++;
  if (n < 3 || (*line == '`' && memchr (line + n, '`', length - n)))
    return 0;
  for (*ret_info = line + n, *ret_n_info = length - n; *ret_n_info > 0 && is_one_of (**ret_info, " \t");)
    ++*ret_info, --*ret_n_info;
  while (*ret_n_info > 0 && is_one_of ((*ret_info)[*ret_n_info - 1], " \t"))
    --*ret_n_info;
  return n;
}

/* The end of a block of markdown that began on the line before `at`, if fences inside come in pairs; else 0. */
static gsize
find_nested_end (Marker *self, gsize at)
{
  guint depth = 0, n_pairs = 0;

  for (gsize end; at < self->length; at = end + 1)
    {
      gsize indent = at + strspn (self->text + at, INDENT), n_info;
      const char *info;

      end = line_end (self->text, self->length, at);
      if (indent >= end || self->text[indent] != self->fence || !read_fence (self->text + indent, end - indent, &info, &n_info))
        continue;
      if (n_info > 0)
        depth++;
      else if (depth == 0)
        return n_pairs > 0 ? at : 0;
      else
        depth--, n_pairs++;
    }
  return 0;
}

static gboolean
is_markdown (const char *info, gsize n)
{
  return (n == 2 && g_ascii_strncasecmp (info, "md", 2) == 0) || (n == 8 && g_ascii_strncasecmp (info, "markdown", 8) == 0);
}

/* Follows the fences; TRUE if the line is one that must not close the block that it is in. */
static gboolean
is_inner_fence (Marker *self)
{
  /* A fence may open where an item begins, but not close there. */
  gsize start =
      self->fence ? self->line.indent : self->line.start + strspn (self->text + self->line.start, " \t>-*+.)0123456789");
  const char *line = self->text + MIN (start, self->line.end), *info;
  gsize n_info;
  guint n = read_fence (line, self->text + self->line.end - line, &info, &n_info);

  if (n == 0)
    return FALSE;
  if (!self->fence)
    {
      self->fence = *line;
      self->fence_width = n;
      self->nested_end =
          is_markdown (info, n_info) && self->n_looked++ < MAX_NESTED ? find_nested_end (self, self->line.end + 1) : 0;
      return FALSE;
    }
  if (*line != self->fence || n < self->fence_width || n_info > 0)
    return FALSE;
  if (self->line.start < self->nested_end)
    return TRUE;
  self->fence = '\0';
  return FALSE;
}

/* ---- Inside a line ---------------------------------------------------------------------------------------------- */

/* Whether the backslash at `at` begins a delimiter, going by its line alone. */
static gboolean
is_delimiter (Line *line, const char *text, gsize at)
{
  switch (text[at + 1])
    {
    case ')': return line->has_round;
    case ']': return line->has_square;
    case '(': line->has_round |= line->last_round > at + 2; return line->last_round > at + 2;
    default:
      /* \[ at the start of a line may be closed on a later one. */
      if (line->last_square <= at + 2 && strspn (text + line->start, " \t>-*+.)0123456789") != at - line->start)
        return FALSE;
      line->has_square = TRUE;
      return TRUE;
    }
}

/* Whether "[^" at `at` may refer to a footnote: a label without blanks and a bracket on the same line.  In anything else
 * cmark-gfm (0.29.0.gfm.6) loses text, so that the caret is hidden from it.
 */
static gboolean
is_footnote (const Line *line, const char *text, gsize at)
{
  gsize end = at + 2 + strcspn (text + at + 2, " \t\r\n[]^");

  return end > at + 2 && end < line->end && text[end] == ']';
}

static gboolean
is_cjk (gunichar c)
{
  return (c >= 0x1100 && g_unichar_iswide (c) && g_unichar_type (c) != G_UNICODE_OTHER_SYMBOL) || (c >= 0xff61 && c <= 0xffdc);
}

static gboolean
is_full_punctuation (gunichar c)
{
  return (g_unichar_ispunct (c) && is_cjk (c)) || (c >= 0x2018 && c <= 0x201d) || c == 0x2026;
}

/* The characters beside [start, end); a blank at the ends of the line. */
static void
get_neighbors (const Line *line, const char *text, gsize start, gsize end, gunichar *ret_before, gunichar *ret_after)
{
  *ret_before = start > line->start ? g_utf8_get_char (g_utf8_prev_char (text + start)) : ' ';
  *ret_after = end < line->end ? g_utf8_get_char (text + end) : ' ';
}

/* Copies a run of * or ~.  Returns where it ends, as all of these do. */
static gsize
copy_emphasis (Marker *self, gsize at)
{
  gsize end = at + strspn (self->text + at, (char[]){ self->text[at], '\0' });
  gunichar before, after;

  get_neighbors (&self->line, self->text, at, end, &before, &after);
  if (g_unichar_ispunct (before) && (is_cjk (before) || is_cjk (after)))
    g_string_append_c (self->out, MYNA_MARK_LETTER);
  g_string_append_len (self->out, self->text + at, end - at);
  if (g_unichar_ispunct (after) && (is_cjk (after) || is_cjk (before)))
    g_string_append_c (self->out, MYNA_MARK_LETTER);
  return end;
}

/* Copies [at, end), which pipes do not divide.  skip_escaped: those behind a backslash are none already. */
static gsize
copy_whole (Marker *self, gsize at, gsize end, gboolean skip_escaped)
{
  for (; at < end; at++)
    {
      gboolean is_pipe = self->text[at] == '|' && !(skip_escaped && self->text[at - 1] == '\\');

      g_string_append_c (self->out, is_pipe ? MYNA_MARK_PIPE : clean (self->text[at]));
    }
  return end;
}

static gsize
copy_ticks (Marker *self, gsize at)
{
  const Line *line = &self->line;
  gsize n = strspn (self->text + at, "`"), end = at + n, close = end;

  if (n >= MAX_RUN || line->last_ticks[n] <= at)
    return copy_whole (self, at, end, FALSE);
  for (gsize run = 0; run != n; close += run)
    {
      close += strcspn (self->text + close, "`");
      run = strspn (self->text + close, "`");
    }
  return copy_whole (self, at, close, TRUE);
}

/* A formula between dollars on a line that may be a table's row. */
static gsize
copy_dollars (Marker *self, gsize at)
{
  const char *text = self->text;
  gsize n = MIN (strspn (text + at, "$"), 2), end = at + n, close = end;

  if (self->line.has_pipe && (at == self->line.start || !g_ascii_isalnum (text[at - 1])) && (n == 2 || text[end] != ' '))
    {
      while (close < self->line.end && text[close] != '$')
        close += text[close] == '\\' && close + 1 < self->line.end ? 2 : 1;
      if (close > end && strspn (text + close, "$") == n && (n == 2 || text[close - 1] != ' ')
          && !g_ascii_isalnum (text[close + n]))
        end = close + n;
    }
  return copy_whole (self, at, end, FALSE);
}

/* Not g_str_has_prefix (), which takes the length of all that follows with the GLib of Debian 13. */
static gboolean
begins (const char *text, const char *word)
{
  return strncmp (text, word, strlen (word)) == 0;
}

/* Whether an address begins here that stands in the text by itself. */
static gboolean
is_address (const Marker *self, gsize at)
{
  const char *p = self->text + at;
  gsize start = self->line.start;

  if (!begins (p, "http://") && !begins (p, "https://") && !begins (p, "www."))
    return FALSE;
  if (at > start && (g_ascii_isalnum (p[-1]) || is_one_of (p[-1], "<\"'/.")))
    return FALSE;
  return !(at > start + 1 && p[-2] == ']' && p[-1] == '(') && !(at > start + 2 && p[-3] == ']' && p[-2] == ':');
}

static gsize
copy_address (Marker *self, gsize at)
{
  const char *text = self->text;
  gsize end = at;
  gunichar before, after;

  while (end < self->line.end && (guchar) text[end] > ' ' && !is_one_of (text[end], "<>`|\\$[")
         && !((guchar) text[end] >= 0x80 && is_full_punctuation (g_utf8_get_char (text + end))))
    end = g_utf8_next_char (text + end) - text;
  get_neighbors (&self->line, text, at, end, &before, &after);
  /* cmark wants a blank before www, and would know of none behind. */
  if (is_cjk (before) && text[at] == 'w')
    g_string_append (self->out, ((char[]){ MYNA_MARK_BEGIN, ' ', '\0' }));
  g_string_append_len (self->out, text + at, end - at);
  if (is_full_punctuation (after))
    g_string_append (self->out, ((char[]){ ' ', MYNA_MARK_BLANK, '\0' }));
  return end;
}

static gsize
copy_escape (Marker *self, gsize at)
{
  const char *text = self->text;
  gboolean is_mark;

  if (at + 1 >= self->line.end)
    return copy_whole (self, at, at + 1, TRUE);
  is_mark = is_one_of (text[at + 1], "()[]") && is_delimiter (&self->line, text, at);
  g_string_append_c (self->out, is_mark ? MYNA_MARK_ESCAPE : '\\');
  if (is_mark && text[at + 1] == '(' && self->line.has_pipe)
    {
      const char *close = g_strstr_len (text + at + 2, self->line.end - at - 2, "\\)");

      return copy_whole (self, at + 1, close ? (gsize) (close - text) : at + 2, FALSE);
    }
  /* The character behind it is copied with it, if it is one of ASCII: others mean nothing to a backslash. */
  if ((guchar) text[at + 1] < 0x80 && (guchar) text[at + 1] > MYNA_MARK_BEGIN)
    g_string_append_c (self->out, text[at + 1]);
  else
    return at + 1;
  return at + 2;
}

static gsize
copy_char (Marker *self, gsize at)
{
  const char *text = self->text;

  switch (text[at])
    {
    case '*': return copy_emphasis (self, at);
    case '~': return strspn (text + at, "~") == 2 ? copy_emphasis (self, at) : copy_whole (self, at, at + 1, TRUE);
    case '`': return copy_ticks (self, at);
    case '$': return copy_dollars (self, at);
    case '\\': return copy_escape (self, at);
    case '[':
      g_string_append_c (self->out, '[');
      if (text[at + 1] != '^' || at + 1 >= self->line.end)
        return at + 1;
      g_string_append_c (self->out, is_footnote (&self->line, text, at) ? '^' : MYNA_MARK_CARET);
      return at + 2;
    case 'h':
    case 'w':
      if (is_address (self, at))
        return copy_address (self, at);
      break;
    case '|':
      /* cmark counts the cells of a line before it finds that it is no row, and each at the cost of all before. */
      g_string_append_c (self->out, self->is_plain ? MYNA_MARK_PIPE : '|');
      return at + 1;
    default: break;
    }
  g_string_append_c (self->out, clean (text[at]));
  return at + 1;
}

/* "-" or "=" that ends the text below a paragraph: what is being written is a list more often than a heading. */
static gboolean
is_unfinished_underline (const Marker *self)
{
  const char *line = self->text + self->line.indent;
  gsize length = self->line.end - self->line.indent;

  while (length > 0 && is_one_of (line[length - 1], " \t"))
    length--;
  return self->line.end == self->length && self->in_paragraph && (length == 1 || length == 2) && is_one_of (line[0], "-=")
         && line[length - 1] == line[0];
}

static void
copy_clean (Marker *self, gsize at, gsize end)
{
  for (; at < end; at++)
    g_string_append_c (self->out, clean (self->text[at]));
}

static void
mark_line (Marker *self)
{
  Line *line = &self->line;
  const char *text = self->text;
  gboolean is_inner = is_inner_fence (self), fits = spend (&self->spent, text, line->start, line->indent, line->end);
  gsize at = line->start;

  if (line->indent == line->end)
    self->is_plain = FALSE;
  else if (!self->is_plain && (!fits || is_big_definition (self)))
    {
      gsize to = count_nesting (text + at, line->end - at) > MAX_NESTING ? at : line->indent;

      copy_clean (self, at, to);
      g_string_append_c (self->out, MYNA_MARK_PLAIN);
      self->is_plain = TRUE;
      at = to;
    }
  if (is_inner || is_unfinished_underline (self))
    {
      copy_clean (self, at, line->indent);
      g_string_append_c (self->out, MYNA_MARK_LETTER);
      at = line->indent;
    }
  while (at < line->end)
    at = copy_char (self, at);
  self->in_paragraph =
      line->indent < line->end && !is_one_of (text[line->indent], "-*+#|") && !g_ascii_isdigit (text[line->indent]);
}

GString *
myna_mark (const char *before, const char *text, gsize length)
{
  Marker self = { .text = text, .length = length, .out = g_string_sized_new (length + length / 8 + 16) };

  self.max_definition = get_max_definition (text, length);
  for (gsize at = 0, end, n = text - before; at < n; at = end + 1)
    {
      gsize indent;

      end = line_end (before, n, at);
      indent = MIN (at + strspn (before + at, INDENT), end);
      /* What was too much leaves the lines behind it plain, too, where another block begins without a blank line. */
      self.is_plain = (!spend (&self.spent, before, at, indent, end) || self.is_plain) && indent < end;
    }
  for (gsize at = 0; at < length; at = self.line.end + 1)
    {
      scan_line (&self, at);
      mark_line (&self);
      if (self.line.end < length)
        g_string_append_c (self.out, text[self.line.end]);
    }
  return self.out;
}

/* ---- Taking marks out ------------------------------------------------------------------------------------------- */

void
myna_unmark_char (GString *out, char c)
{
  if (c == MYNA_MARK_ESCAPE)
    g_string_append_c (out, '\\');
  else if (c == MYNA_MARK_CARET)
    g_string_append_c (out, '^');
  else if (c == MYNA_MARK_PIPE)
    g_string_append_c (out, '|');
  else if (c < MYNA_MARK_PLAIN || c > MYNA_MARK_BEGIN)
    g_string_append_c (out, c);
}

char *
myna_unmark (const char *text, gboolean is_address)
{
  static const char marks[] = "\001\002\003\004\005\006\a";
  GString *out;

  if (!text || !strpbrk (text, marks))
    return NULL;
  out = g_string_new (NULL);
  while (*text)
    {
      gsize n = strcspn (text, marks);

      g_string_append_len (out, text, n);
      text += n;
      if (*text == MYNA_MARK_BLANK && out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate (out, out->len - 1);
      if (*text && (*text != MYNA_MARK_ESCAPE || !is_address))
        myna_unmark_char (out, *text);
      text += *text == MYNA_MARK_BEGIN && text[1] == ' ' ? 2 : *text != '\0';
    }
  return g_string_free (out, FALSE);
}
