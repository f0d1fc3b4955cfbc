/* tex-commands.c: commands with arguments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/tex-parser.h"

#include <string.h>

typedef MynaTex *(*CommandFunc) (MynaTexParser *parser, const char *name);

static MynaTex *
empty (MynaTexParser *parser)
{
  return myna_tex_node (parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY);
}

static MynaTex *
parse_fraction (MynaTexParser *parser, const char *name)
{
  MynaTex *fraction = myna_tex_node (parser, MYNA_TEX_FRACTION, MYNA_ATOM_INNER);
  gboolean is_binomial = g_str_has_suffix (name, "binom");

  fraction->amount = is_binomial ? 0 : 1;
  fraction->c = is_binomial ? '(' : 0;
  fraction->right = is_binomial ? ')' : 0;
  if (name[0] == 'd' || name[0] == 'c')
    fraction->style = MYNA_STYLE_DISPLAY;
  else if (name[0] == 't')
    fraction->style = MYNA_STYLE_TEXT;
  myna_tex_add (fraction, myna_tex_parse_argument (parser));
  myna_tex_add (fraction, myna_tex_parse_argument (parser));
  return fraction;
}

/* The optional argument in brackets, or NULL. */
static MynaTex *
parse_optional (MynaTexParser *parser)
{
  MynaTexParser inner = *parser;
  g_autofree char *text = NULL;
  const char *start;
  guint depth = 0;
  MynaTex *list;

  if (!myna_tex_accept (parser, '['))
    return NULL;
  for (start = parser->at; *parser->at && (depth > 0 || *parser->at != ']'); parser->at++)
    {
      if (*parser->at == '\\' && parser->at[1])
        parser->at++;
      else if (*parser->at == '{' || *parser->at == '}')
        depth += *parser->at == '{' ? 1 : depth > 0 ? -1 : 0;
    }
  text = g_strndup (start, parser->at - start);
  if (*parser->at)
    parser->at++;
  inner.at = text;
  inner.n_nodes = parser->n_nodes;
  list = myna_tex_parse_list (&inner);
  parser->n_nodes = inner.n_nodes;
  parser->failed |= inner.failed;
  return list;
}

static MynaTex *
parse_radical (MynaTexParser *parser, const char *name)
{
  MynaTex *radical = myna_tex_node (parser, MYNA_TEX_RADICAL, MYNA_ATOM_ORDINARY);
  MynaTex *degree = parse_optional (parser);

  myna_tex_add (radical, myna_tex_parse_argument (parser));
  myna_tex_add (radical, degree);
  return radical;
}

static MynaTex *
parse_text (MynaTexParser *parser, const char *name)
{
  g_autofree char *text = myna_tex_read_group (parser);
  MynaTex *node = myna_tex_text (parser, MYNA_TEX_TEXT, text, -1);

  if (g_str_has_prefix (name, "operatorname"))
    {
      node->atom = MYNA_ATOM_OPERATOR;
      node->limits = g_str_has_suffix (name, "*") ? MYNA_LIMITS_IN_DISPLAY : MYNA_LIMITS_NONE;
    }
  return node;
}

static gboolean
find_alphabet (const char *name, MynaAlphabet *ret_alphabet)
{
  /* clang-format off */
  static const struct { const char *name; MynaAlphabet alphabet; } names[] = {
    { "mathrm", MYNA_ALPHABET_ROMAN },        { "mathup", MYNA_ALPHABET_ROMAN },      { "rm", MYNA_ALPHABET_ROMAN },
    { "mathnormal", MYNA_ALPHABET_ITALIC },   { "mathit", MYNA_ALPHABET_ITALIC },     { "it", MYNA_ALPHABET_ITALIC },
    { "mathbf", MYNA_ALPHABET_BOLD },         { "bf", MYNA_ALPHABET_BOLD },           { "boldsymbol", MYNA_ALPHABET_BOLD_ITALIC },
    { "bm", MYNA_ALPHABET_BOLD_ITALIC },      { "pmb", MYNA_ALPHABET_BOLD_ITALIC },   { "mathbb", MYNA_ALPHABET_BLACKBOARD },
    { "Bbb", MYNA_ALPHABET_BLACKBOARD },      { "mathcal", MYNA_ALPHABET_CALLIGRAPHIC }, { "cal", MYNA_ALPHABET_CALLIGRAPHIC },
    { "mathscr", MYNA_ALPHABET_CALLIGRAPHIC }, { "mathfrak", MYNA_ALPHABET_FRAKTUR }, { "mathsf", MYNA_ALPHABET_SANS },
    { "mathtt", MYNA_ALPHABET_MONOSPACE },
  };
  /* clang-format on */

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].name, name) == 0)
      {
        *ret_alphabet = names[i].alphabet;
        return TRUE;
      }
  return FALSE;
}

static MynaTex *
parse_alphabet (MynaTexParser *parser, const char *name)
{
  MynaAlphabet before = parser->alphabet;
  MynaTex *argument;

  find_alphabet (name, &parser->alphabet);
  /* \rm, \bf …: for the rest of the group, which sets it back */
  if (!g_str_has_prefix (name, "math") && strcmp (name, "boldsymbol") != 0 && strcmp (name, "bm") != 0
      && strcmp (name, "pmb") != 0 && strcmp (name, "Bbb") != 0)
    return empty (parser);
  argument = myna_tex_parse_argument (parser);
  parser->alphabet = before;
  return argument;
}

static MynaTex *
parse_accent (MynaTexParser *parser, const char *name)
{
  MynaTex *accent = myna_tex_node (parser, MYNA_TEX_ACCENT, MYNA_ATOM_ORDINARY);

  accent->c = myna_tex_accent_find (name);
  accent->amount = g_str_has_prefix (name, "wide") ? 1 : 0;
  myna_tex_add (accent, myna_tex_parse_argument (parser));
  return accent;
}

static MynaTex *
parse_line (MynaTexParser *parser, const char *name)
{
  MynaTex *line = myna_tex_node (parser, MYNA_TEX_LINE, MYNA_ATOM_ORDINARY);

  line->amount = strcmp (name, "underline") == 0 ? -1 : 1;
  myna_tex_add (line, myna_tex_parse_argument (parser));
  return line;
}

static MynaTex *
parse_stretch (MynaTexParser *parser, const char *name)
{
  /* clang-format off */
  static const struct { const char *name; gunichar c; int side; } names[] = {
    { "overbrace", 0x23DE, 1 },           { "underbrace", 0x23DF, -1 },         { "overrightarrow", 0x2192, 1 },
    { "overleftarrow", 0x2190, 1 },       { "overleftrightarrow", 0x2194, 1 },  { "underrightarrow", 0x2192, -1 },
    { "underleftarrow", 0x2190, -1 },     { "overbracket", 0x23B4, 1 },         { "underbracket", 0x23B5, -1 },
  };
  /* clang-format on */
  MynaTex *stretch = myna_tex_node (parser, MYNA_TEX_STRETCH, MYNA_ATOM_ORDINARY);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].name, name) == 0)
      {
        stretch->c = names[i].c;
        stretch->amount = names[i].side;
      }
  if (strstr (name, "brac"))
    {
      stretch->atom = MYNA_ATOM_OPERATOR;
      stretch->limits = MYNA_LIMITS_ALWAYS;
    }
  myna_tex_add (stretch, myna_tex_parse_argument (parser));
  return stretch;
}

static MynaTex *
parse_arrow (MynaTexParser *parser, const char *name)
{
  MynaTex *arrow = myna_tex_node (parser, MYNA_TEX_ARROW, MYNA_ATOM_RELATION);
  MynaTex *below = parse_optional (parser);

  arrow->c = strcmp (name, "xleftarrow") == 0        ? 0x2190
             : strcmp (name, "xleftrightarrow") == 0 ? 0x2194
             : strcmp (name, "xRightarrow") == 0     ? 0x21D2
                                                     : 0x2192;
  myna_tex_add (arrow, myna_tex_parse_argument (parser));
  myna_tex_add (arrow, below);
  return arrow;
}

static MynaTex *
parse_stack (MynaTexParser *parser, const char *name)
{
  MynaTex *first = myna_tex_parse_argument (parser);
  MynaTex *base = myna_tex_parse_argument (parser);
  MynaTex *stack = myna_tex_node (parser, MYNA_TEX_STACK, base->atom);
  gboolean below = strcmp (name, "underset") == 0;

  if (strcmp (name, "stackrel") == 0)
    stack->atom = MYNA_ATOM_RELATION;
  myna_tex_add (stack, base);
  myna_tex_add (stack, below ? NULL : first);
  myna_tex_add (stack, below ? first : NULL);
  return stack;
}

/* The delimiter behind \left, \big …; 0 for "." and what is none. */
static gunichar
parse_delimiter (MynaTexParser *parser)
{
  g_autofree char *name = NULL;
  MynaAtom atom;
  MynaLimits limits;
  gunichar c;

  myna_tex_accept (parser, ' ');
  name = myna_tex_peek_command (parser);
  if (name)
    {
      c = myna_tex_symbol_find (name, &atom, &limits);
      if (c)
        myna_tex_skip_command (parser, name);
      return c;
    }
  c = g_utf8_get_char (parser->at);
  if (c == '\0' || strchr ("{}&^_", *parser->at))
    return 0;
  parser->at = g_utf8_next_char (parser->at);
  return c == '.' ? 0 : c == '<' ? 0x27E8 : c == '>' ? 0x27E9 : c;
}

static MynaTex *
parse_fence (MynaTexParser *parser, const char *name)
{
  MynaTex *fence = myna_tex_node (parser, MYNA_TEX_FENCED, MYNA_ATOM_INNER);
  g_autofree char *end = NULL;

  fence->c = parse_delimiter (parser);
  parser->n_fences++;
  myna_tex_add (fence, myna_tex_parse_list (parser));
  parser->n_fences--;
  end = myna_tex_peek_command (parser);
  if (g_strcmp0 (end, "right") == 0)
    {
      myna_tex_skip_command (parser, end);
      fence->right = parse_delimiter (parser);
    }
  return fence;
}

static MynaTex *
parse_middle (MynaTexParser *parser, const char *name)
{
  MynaTex *middle = myna_tex_node (parser, MYNA_TEX_MIDDLE, MYNA_ATOM_RELATION);

  middle->c = parse_delimiter (parser);
  return middle;
}

static MynaTex *
parse_sized (MynaTexParser *parser, const char *name)
{
  static const struct
  {
    const char *name;
    double height;
  } sizes[] = {
    { "bigg", 2.4 },
    { "Bigg", 3.0 },
    { "big", 1.2 },
    { "Big", 1.8 },
  };
  MynaTex *delimiter = myna_tex_node (parser, MYNA_TEX_DELIMITER, MYNA_ATOM_ORDINARY);
  char side = name[strlen (name) - 1];

  for (guint i = 0; i < G_N_ELEMENTS (sizes) && delimiter->amount == 0; i++)
    if (g_str_has_prefix (name, sizes[i].name))
      delimiter->amount = sizes[i].height;
  delimiter->atom = side == 'l'   ? MYNA_ATOM_OPEN
                    : side == 'r' ? MYNA_ATOM_CLOSE
                    : side == 'm' ? MYNA_ATOM_RELATION
                                  : MYNA_ATOM_ORDINARY;
  delimiter->c = parse_delimiter (parser);
  return delimiter;
}

static MynaTex *
parse_space (MynaTexParser *parser, const char *name)
{
  /* clang-format off */
  static const struct { const char *name; double em; } spaces[] = {
    { ",", 3.0 / 18 },    { "thinspace", 3.0 / 18 }, { ":", 4.0 / 18 },    { ">", 4.0 / 18 },  { "medspace", 4.0 / 18 },
    { ";", 5.0 / 18 },    { "thickspace", 5.0 / 18 }, { "!", -3.0 / 18 },  { " ", 0.33 },      { "quad", 1 },
    { "qquad", 2 },       { "enspace", 0.5 },        { "\n", 0.33 },       { "hfill", 1 },     { "nobreakspace", 0.33 },
  };
  /* clang-format on */
  MynaTex *space = myna_tex_node (parser, MYNA_TEX_SPACE, MYNA_ATOM_ORDINARY);

  for (guint i = 0; i < G_N_ELEMENTS (spaces); i++)
    if (strcmp (spaces[i].name, name) == 0)
      space->amount = spaces[i].em;
  return space;
}

static MynaTex *
parse_length (MynaTexParser *parser, const char *name)
{
  MynaTex *space = myna_tex_node (parser, MYNA_TEX_SPACE, MYNA_ATOM_ORDINARY);
  g_autofree char *length = myna_tex_read_group (parser);
  char *unit;

  space->amount = g_ascii_strtod (length, &unit);
  if (g_str_has_prefix (unit, "pt") || g_str_has_prefix (unit, "px"))
    space->amount /= 10;
  else if (g_str_has_prefix (unit, "mu"))
    space->amount /= 18;
  else if (g_str_has_prefix (unit, "cm"))
    space->amount *= 2.8;
  else if (g_str_has_prefix (unit, "mm"))
    space->amount *= 0.28;
  space->amount = CLAMP (space->amount, -5, 20);
  return space;
}

static MynaTex *
parse_style (MynaTexParser *parser, const char *name)
{
  MynaTex *style = myna_tex_node (parser, MYNA_TEX_STYLE, MYNA_ATOM_ORDINARY);

  style->style = name[0] == 'd'                           ? MYNA_STYLE_DISPLAY
                 : name[0] == 't'                         ? MYNA_STYLE_TEXT
                 : strlen (name) > strlen ("scriptstyle") ? MYNA_STYLE_SCRIPT_SCRIPT
                                                          : MYNA_STYLE_SCRIPT;
  return style;
}

static MynaTex *
parse_wrapped (MynaTexParser *parser, const char *name)
{
  MynaTex *node =
      myna_tex_node (parser, g_str_has_suffix (name, "phantom") ? MYNA_TEX_PHANTOM : MYNA_TEX_BOXED, MYNA_ATOM_ORDINARY);

  myna_tex_add (node, myna_tex_parse_argument (parser));
  return node;
}

/* Colors, labels and the like: taken out.  What \textcolor colors is the argument that follows. */
static MynaTex *
parse_ignored (MynaTexParser *parser, const char *name)
{
  g_free (myna_tex_read_group (parser));
  return empty (parser);
}

static MynaTex *
parse_nothing (MynaTexParser *parser, const char *name)
{
  return empty (parser);
}

static MynaTex *
parse_tag (MynaTexParser *parser, const char *name)
{
  g_autofree char *tag = myna_tex_read_group (parser);
  g_autofree char *text = g_strdup_printf ("\u2003\u2003(%s)", tag);

  return myna_tex_text (parser, MYNA_TEX_TEXT, text, -1);
}

static MynaTex *
parse_modulo (MynaTexParser *parser, const char *name)
{
  MynaTex *list = empty (parser), *word = myna_tex_text (parser, MYNA_TEX_TEXT, "mod", -1), *argument;

  if (strcmp (name, "bmod") == 0)
    {
      word->atom = MYNA_ATOM_BINARY;
      myna_tex_free (list);
      return word;
    }
  argument = myna_tex_parse_argument (parser);
  myna_tex_add (list, parse_space (parser, "quad"));
  myna_tex_add (list, myna_tex_symbol (parser, '(', MYNA_ATOM_OPEN));
  myna_tex_add (list, word);
  myna_tex_add (list, parse_space (parser, ";"));
  myna_tex_add (list, argument);
  myna_tex_add (list, myna_tex_symbol (parser, ')', MYNA_ATOM_CLOSE));
  return list;
}

/* \not strikes the relation behind it out. */
static MynaTex *
parse_not (MynaTexParser *parser, const char *name)
{
  MynaTex *relation = myna_tex_parse_argument (parser);
  gunichar negated;

  if (relation->kind == MYNA_TEX_SYMBOL && g_unichar_compose (relation->c, 0x338, &negated))
    relation->c = negated;
  return relation;
}

static MynaTex *
parse_class (MynaTexParser *parser, const char *name)
{
  MynaTex *list = empty (parser);

  list->atom = strcmp (name, "mathop") == 0    ? MYNA_ATOM_OPERATOR
               : strcmp (name, "mathbin") == 0 ? MYNA_ATOM_BINARY
               : strcmp (name, "mathrel") == 0 ? MYNA_ATOM_RELATION
                                               : MYNA_ATOM_ORDINARY;
  list->limits = list->atom == MYNA_ATOM_OPERATOR ? MYNA_LIMITS_IN_DISPLAY : MYNA_LIMITS_NONE;
  myna_tex_add (list, myna_tex_parse_argument (parser));
  return list;
}

static MynaTex *
parse_begin (MynaTexParser *parser, const char *name)
{
  return myna_tex_parse_environment (parser);
}

/* One line under another, as small as scripts are: \substack. */
static MynaTex *
parse_substack (MynaTexParser *parser, const char *name)
{
  MynaTex *lines;

  if (!myna_tex_accept (parser, '{'))
    return empty (parser);
  lines = myna_tex_parse_lines (parser, myna_tex_parse_list (parser));
  lines->style = MYNA_STYLE_INHERIT;
  for (guint i = 0; lines->columns && i < lines->n_columns; i++)
    lines->columns[i] = 'c';
  myna_tex_accept (parser, '}');
  return lines;
}

static const struct
{
  const char *names;
  CommandFunc parse;
} commands[] = {
  { " frac dfrac tfrac cfrac binom dbinom tbinom ", parse_fraction },
  { " sqrt ", parse_radical },
  { " text mbox textrm textnormal textbf textit texttt textsf operatorname operatorname* ", parse_text },
  { " overline underline ", parse_line },
  { " overbrace underbrace overbracket underbracket overrightarrow overleftarrow overleftrightarrow underrightarrow"
    " underleftarrow ",
    parse_stretch },
  { " xrightarrow xleftarrow xleftrightarrow xRightarrow ", parse_arrow },
  { " overset underset stackrel ", parse_stack },
  { " left ", parse_fence },
  { " middle ", parse_middle },
  { " big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm ", parse_sized },
  { " thinspace medspace thickspace quad qquad enspace hfill nobreakspace ", parse_space },
  { " hspace hspace* mspace kern hskip ", parse_length },
  { " displaystyle textstyle scriptstyle scriptscriptstyle ", parse_style },
  { " phantom hphantom vphantom boxed fbox ", parse_wrapped },
  { " color textcolor label cline ref eqref ", parse_ignored },
  { " nonumber notag hline limits nolimits displaylimits right allowbreak par noindent centering ", parse_nothing },
  { " tag tag* ", parse_tag },
  { " pmod bmod ", parse_modulo },
  { " not ", parse_not },
  { " mathop mathbin mathrel mathord mathopen mathclose mathinner ", parse_class },
  { " begin ", parse_begin },
  { " substack ", parse_substack },
};

static CommandFunc
find_command (const char *name)
{
  g_autofree char *word = g_strconcat (" ", name, " ", NULL);
  MynaAlphabet alphabet;

  if (strlen (name) == 1 && strchr (",:>;! \n", name[0]))
    return parse_space;
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strstr (commands[i].names, word))
      return commands[i].parse;
  if (find_alphabet (name, &alphabet))
    return parse_alphabet;
  return myna_tex_accent_find (name) ? parse_accent : NULL;
}

MynaTex *
myna_tex_parse_command (MynaTexParser *parser, const char *name)
{
  MynaAtom atom;
  MynaLimits limits;
  CommandFunc parse = name[0] ? find_command (name) : NULL;
  const char *function;
  g_autofree char *source = NULL;
  MynaTex *node;
  gunichar c;

  if (parse)
    return parse (parser, name);
  c = myna_tex_symbol_find (name, &atom, &limits);
  if (c)
    {
      node = myna_tex_symbol (parser, atom == MYNA_ATOM_ORDINARY ? myna_tex_letter (c, parser->alphabet) : c, atom);
      node->limits = limits;
      return node;
    }
  function = myna_tex_function_find (name, &limits);
  if (function)
    {
      node = myna_tex_text (parser, MYNA_TEX_TEXT, function, -1);
      node->atom = MYNA_ATOM_OPERATOR;
      node->limits = limits;
      return node;
    }
  source = g_strconcat ("\\", name, NULL);
  return myna_tex_text (parser, MYNA_TEX_SOURCE, source, -1);
}
