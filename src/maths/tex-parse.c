/* tex-parse.c: lists of atoms and their scripts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/tex-parser.h"

#include <string.h>

void
myna_tex_free (MynaTex *self)
{
  if (!self)
    return;
  g_free (self->text);
  g_free (self->columns);
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_free (self);
}

MynaTex *
myna_tex_node (MynaTexParser *parser, MynaTexKind kind, MynaAtom atom)
{
  MynaTex *self = g_new0 (MynaTex, 1);

  self->kind = kind;
  self->atom = atom;
  if (++parser->n_nodes > MYNA_TEX_MAX_NODES)
    {
      parser->failed = TRUE;
      parser->at += strlen (parser->at);
    }
  return self;
}

MynaTex *
myna_tex_text (MynaTexParser *parser, MynaTexKind kind, const char *text, gssize length)
{
  MynaTex *self = myna_tex_node (parser, kind, MYNA_ATOM_ORDINARY);

  self->text = length < 0 ? g_strdup (text) : g_strndup (text, length);
  return self;
}

MynaTex *
myna_tex_symbol (MynaTexParser *parser, gunichar c, MynaAtom atom)
{
  MynaTex *self = myna_tex_node (parser, MYNA_TEX_SYMBOL, atom);

  self->c = c;
  return self;
}

void
myna_tex_add (MynaTex *self, MynaTex *child)
{
  if (!self->children)
    self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_tex_free);
  g_ptr_array_add (self->children, child);
}

static void
skip_blanks (MynaTexParser *parser)
{
  for (;;)
    {
      parser->at += strspn (parser->at, " \t\r\n");
      if (*parser->at != '%')
        break;
      parser->at += strcspn (parser->at, "\n");
    }
}

gboolean
myna_tex_accept (MynaTexParser *parser, char c)
{
  skip_blanks (parser);
  if (*parser->at != c)
    return FALSE;
  parser->at++;
  return TRUE;
}

char *
myna_tex_peek_command (MynaTexParser *parser)
{
  const char *name = parser->at + 1;
  gsize n = 0;

  if (*parser->at != '\\')
    return NULL;
  while (g_ascii_isalpha (name[n]))
    n++;
  if (n > 0 && name[n] == '*')
    n++;
  if (n == 0 && *name)
    n = g_utf8_next_char (name) - name;
  return g_strndup (name, n);
}

void
myna_tex_skip_command (MynaTexParser *parser, const char *name)
{
  parser->at += 1 + strlen (name);
}

char *
myna_tex_read_group (MynaTexParser *parser)
{
  const char *start;
  guint depth = 1;
  char *text;

  if (!myna_tex_accept (parser, '{'))
    {
      start = parser->at;
      if (*start)
        parser->at = g_utf8_next_char (start);
      return g_strndup (start, parser->at - start);
    }
  for (start = parser->at; *parser->at; parser->at++)
    {
      if (*parser->at == '\\' && parser->at[1])
        parser->at++;
      else if (*parser->at == '{')
        depth++;
      else if (*parser->at == '}' && --depth == 0)
        break;
    }
  text = g_strndup (start, parser->at - start);
  if (*parser->at)
    parser->at++;
  return text;
}

/* The class and code point of a character as typed. */
static MynaTex *
parse_character (MynaTexParser *parser)
{
  /* clang-format off */
  static const struct { char typed; MynaAtom atom; gunichar c; } characters[] = {
    { '+', MYNA_ATOM_BINARY, '+' },      { '-', MYNA_ATOM_BINARY, 0x2212 },   { '*', MYNA_ATOM_BINARY, 0x2217 },
    { '=', MYNA_ATOM_RELATION, '=' },    { '<', MYNA_ATOM_RELATION, '<' },    { '>', MYNA_ATOM_RELATION, '>' },
    { ':', MYNA_ATOM_RELATION, ':' },    { '(', MYNA_ATOM_OPEN, '(' },        { '[', MYNA_ATOM_OPEN, '[' },
    { ')', MYNA_ATOM_CLOSE, ')' },       { ']', MYNA_ATOM_CLOSE, ']' },       { '!', MYNA_ATOM_CLOSE, '!' },
    { '?', MYNA_ATOM_CLOSE, '?' },       { ',', MYNA_ATOM_PUNCTUATION, ',' }, { ';', MYNA_ATOM_PUNCTUATION, ';' },
  };
  /* clang-format on */
  gunichar c = g_utf8_get_char (parser->at);
  MynaTex *text;

  parser->at = g_utf8_next_char (parser->at);
  for (guint i = 0; i < G_N_ELEMENTS (characters); i++)
    if ((gunichar) characters[i].typed == c)
      return myna_tex_symbol (parser, characters[i].c, characters[i].atom);
  if (c < 0x80 || (c >= 0x370 && c < 0x400) || g_unichar_type (c) == G_UNICODE_MATH_SYMBOL)
    return myna_tex_symbol (parser, myna_tex_letter (c, parser->alphabet),
                            g_unichar_type (c) == G_UNICODE_MATH_SYMBOL ? MYNA_ATOM_RELATION : MYNA_ATOM_ORDINARY);
  text = myna_tex_text (parser, MYNA_TEX_TEXT, "", 0);
  g_free (text->text);
  text->text = g_ucs4_to_utf8 (&c, 1, NULL, NULL, NULL);
  return text;
}

static MynaTex *
parse_group (MynaTexParser *parser)
{
  MynaAlphabet alphabet = parser->alphabet;
  MynaTex *list;

  parser->at++;
  list = myna_tex_parse_list (parser);
  myna_tex_accept (parser, '}');
  parser->alphabet = alphabet;
  return list;
}

/* An atom without its scripts; NULL at the end of the list. */
static MynaTex *
parse_nucleus (MynaTexParser *parser)
{
  g_autofree char *name = NULL;

  skip_blanks (parser);
  if (*parser->at == '\0' || *parser->at == '}')
    return NULL;
  if (*parser->at == '{')
    return parse_group (parser);
  if (*parser->at == '&')
    return NULL;
  if (*parser->at == '^' || *parser->at == '_' || *parser->at == '\'')
    return myna_tex_node (parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY);
  if (*parser->at == '~')
    {
      MynaTex *space = myna_tex_node (parser, MYNA_TEX_SPACE, MYNA_ATOM_ORDINARY);

      parser->at++;
      space->amount = 0.33;
      return space;
    }
  name = myna_tex_peek_command (parser);
  if (!name)
    return parse_character (parser);
  if (strcmp (name, "\\") == 0 || strcmp (name, "end") == 0 || strcmp (name, "cr") == 0
      || (parser->n_fences > 0 && strcmp (name, "right") == 0))
    return NULL;
  myna_tex_skip_command (parser, name);
  return myna_tex_parse_command (parser, name);
}

MynaTex *
myna_tex_parse_argument (MynaTexParser *parser)
{
  MynaTex *argument;

  skip_blanks (parser);
  if (*parser->at == '^' || *parser->at == '_')
    return myna_tex_node (parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY);
  if (++parser->depth > MYNA_TEX_MAX_DEPTH)
    {
      parser->failed = TRUE;
      parser->at += strlen (parser->at);
    }
  argument = parse_nucleus (parser);
  parser->depth--;
  return argument ? argument : myna_tex_node (parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY);
}

/* Primes, as one superscript. */
static MynaTex *
parse_primes (MynaTexParser *parser)
{
  MynaTex *list = myna_tex_node (parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY);

  while (myna_tex_accept (parser, '\''))
    myna_tex_add (list, myna_tex_symbol (parser, 0x2032, MYNA_ATOM_ORDINARY));
  return list;
}

static void
append_script (MynaTexParser *parser, MynaTex **script, MynaTex *more)
{
  /* Always a list of its own, so that no number of scripts nests deeper. */
  if (!*script)
    *script = myna_tex_node (parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY);
  myna_tex_add (*script, more);
}

/* \limits and \nolimits behind an operator. */
static void
parse_limits (MynaTexParser *parser, MynaTex *nucleus)
{
  for (;;)
    {
      g_autofree char *name = NULL;

      skip_blanks (parser);
      name = myna_tex_peek_command (parser);
      if (g_strcmp0 (name, "limits") == 0)
        nucleus->limits = MYNA_LIMITS_ALWAYS;
      else if (g_strcmp0 (name, "nolimits") == 0)
        nucleus->limits = MYNA_LIMITS_NONE;
      else if (g_strcmp0 (name, "displaylimits") == 0)
        nucleus->limits = MYNA_LIMITS_IN_DISPLAY;
      else
        return;
      myna_tex_skip_command (parser, name);
    }
}

static MynaTex *
parse_atom (MynaTexParser *parser)
{
  MynaTex *nucleus = parse_nucleus (parser);
  MynaTex *subscript = NULL, *superscript = NULL, *scripts;

  if (!nucleus)
    return NULL;
  if (nucleus->atom == MYNA_ATOM_OPERATOR)
    parse_limits (parser, nucleus);
  for (;;)
    {
      skip_blanks (parser);
      if (*parser->at == '\'')
        append_script (parser, &superscript, parse_primes (parser));
      else if (*parser->at == '^' || *parser->at == '_')
        {
          MynaTex **script = *parser->at++ == '^' ? &superscript : &subscript;

          append_script (parser, script, myna_tex_parse_argument (parser));
        }
      else
        break;
    }
  if (!subscript && !superscript)
    return nucleus;

  scripts = myna_tex_node (parser, MYNA_TEX_SCRIPTS, nucleus->atom);
  scripts->limits = nucleus->limits;
  myna_tex_add (scripts, nucleus);
  myna_tex_add (scripts, subscript);
  myna_tex_add (scripts, superscript);
  return scripts;
}

/* \over and \choose: all before them in the list is the numerator. */
static MynaTex *
parse_infix (MynaTexParser *parser, MynaTex *list, const char *name)
{
  MynaTex *fraction = myna_tex_node (parser, MYNA_TEX_FRACTION, MYNA_ATOM_INNER);
  MynaTex *outer = myna_tex_node (parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY);

  myna_tex_skip_command (parser, name);
  fraction->amount = strcmp (name, "over") == 0 ? 1 : 0;
  if (strcmp (name, "choose") == 0)
    {
      fraction->c = '(';
      fraction->right = ')';
    }
  myna_tex_add (fraction, list);
  myna_tex_add (fraction, myna_tex_parse_list (parser));
  myna_tex_add (outer, fraction);
  return outer;
}

MynaTex *
myna_tex_parse_list (MynaTexParser *parser)
{
  MynaTex *list = myna_tex_node (parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY);

  if (++parser->depth > MYNA_TEX_MAX_DEPTH)
    {
      parser->failed = TRUE;
      parser->at += strlen (parser->at);
    }
  for (;;)
    {
      g_autofree char *name = NULL;
      MynaTex *atom;

      skip_blanks (parser);
      name = myna_tex_peek_command (parser);
      if (g_strcmp0 (name, "over") == 0 || g_strcmp0 (name, "choose") == 0 || g_strcmp0 (name, "atop") == 0)
        {
          list = parse_infix (parser, list, name);
          break;
        }
      atom = parse_atom (parser);
      if (!atom)
        break;
      myna_tex_add (list, atom);
    }
  parser->depth--;
  return list;
}

MynaTex *
myna_tex_parse (const char *source)
{
  MynaTexParser parser = { .at = source };
  MynaTex *root;

  if (strlen (source) > MYNA_TEX_MAX_SOURCE)
    return NULL;

  root = myna_tex_node (&parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY);
  for (;;)
    {
      g_autofree char *name = NULL;

      myna_tex_add (root, myna_tex_parse_lines (&parser, myna_tex_parse_list (&parser)));
      if (*parser.at == '\0')
        break;
      /* An end without a beginning: leave it out and go on. */
      name = myna_tex_peek_command (&parser);
      if (name)
        myna_tex_skip_command (&parser, name);
      else
        parser.at++;
    }
  if (parser.failed)
    g_clear_pointer (&root, myna_tex_free);
  return root;
}
