/* tex-environments.c: \begin … \end, and formulas of several lines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/tex-parser.h"

#include <string.h>

#define MAX_COLUMNS 64

/* columns: repeated for all columns; see MynaTex.columns */
/* clang-format off */
static const struct { const char *name; gunichar left, right; const char *columns; MynaStyle style; } environments[] = {
  { "matrix", 0, 0, "c", MYNA_STYLE_TEXT },       { "pmatrix", '(', ')', "c", MYNA_STYLE_TEXT },
  { "bmatrix", '[', ']', "c", MYNA_STYLE_TEXT },  { "Bmatrix", '{', '}', "c", MYNA_STYLE_TEXT },
  { "vmatrix", '|', '|', "c", MYNA_STYLE_TEXT },  { "Vmatrix", 0x2016, 0x2016, "c", MYNA_STYLE_TEXT },
  { "smallmatrix", 0, 0, "c", MYNA_STYLE_SCRIPT }, { "cases", '{', 0, "l", MYNA_STYLE_TEXT },
  { "dcases", '{', 0, "l", MYNA_STYLE_DISPLAY },  { "rcases", 0, '}', "l", MYNA_STYLE_TEXT },
  { "array", 0, 0, "c", MYNA_STYLE_TEXT },        { "subarray", 0, 0, "c", MYNA_STYLE_SCRIPT },
  { "aligned", 0, 0, "rL", MYNA_STYLE_DISPLAY },  { "align", 0, 0, "rL", MYNA_STYLE_DISPLAY },
  { "align*", 0, 0, "rL", MYNA_STYLE_DISPLAY },   { "alignat", 0, 0, "rL", MYNA_STYLE_DISPLAY },
  { "alignat*", 0, 0, "rL", MYNA_STYLE_DISPLAY }, { "alignedat", 0, 0, "rL", MYNA_STYLE_DISPLAY },
  { "split", 0, 0, "rL", MYNA_STYLE_DISPLAY },    { "eqnarray", 0, 0, "rCL", MYNA_STYLE_DISPLAY },
  { "eqnarray*", 0, 0, "rCL", MYNA_STYLE_DISPLAY }, { "gathered", 0, 0, "c", MYNA_STYLE_DISPLAY },
  { "gather", 0, 0, "c", MYNA_STYLE_DISPLAY },    { "gather*", 0, 0, "c", MYNA_STYLE_DISPLAY },
  { "multline", 0, 0, "c", MYNA_STYLE_DISPLAY },  { "multline*", 0, 0, "c", MYNA_STYLE_DISPLAY },
  { "equation", 0, 0, "rL", MYNA_STYLE_DISPLAY }, { "equation*", 0, 0, "rL", MYNA_STYLE_DISPLAY },
  { "displaymath", 0, 0, "rL", MYNA_STYLE_DISPLAY }, { "math", 0, 0, "rL", MYNA_STYLE_TEXT },
};
/* clang-format on */

/* Consumes "\\", with a height in brackets behind it, or "\cr". */
static gboolean
accept_newline (MynaTexParser *parser)
{
  g_autofree char *name = NULL;

  myna_tex_accept (parser, ' ');
  name = myna_tex_peek_command (parser);
  if (!name || (strcmp (name, "\\") != 0 && strcmp (name, "cr") != 0))
    return FALSE;
  myna_tex_skip_command (parser, name);
  if (*parser->at == '[')
    {
      const char *end = strchr (parser->at, ']');

      if (end && end - parser->at < 12)
        parser->at = end + 1;
    }
  return TRUE;
}

/* Fills the rows up to the same number of columns. */
static void
set_cells (MynaTex *matrix, MynaTexParser *parser, GPtrArray *cells, GArray *row_starts, guint n_columns)
{
  matrix->n_columns = MAX (n_columns, 1);
  for (guint row = 0; row < row_starts->len; row++)
    {
      guint start = g_array_index (row_starts, guint, row);
      guint end = row + 1 < row_starts->len ? g_array_index (row_starts, guint, row + 1) : cells->len;

      for (guint column = 0; column < matrix->n_columns; column++)
        {
          MynaTex *cell = start + column < end ? g_steal_pointer (&cells->pdata[start + column]) : NULL;

          myna_tex_add (matrix, cell ? cell : myna_tex_node (parser, MYNA_TEX_LIST, MYNA_ATOM_ORDINARY));
        }
    }
}

static gboolean
is_empty_row (GPtrArray *cells, guint start)
{
  MynaTex *cell = start < cells->len ? cells->pdata[start] : NULL;

  return cells->len == start + 1 && cell->kind == MYNA_TEX_LIST && cell->children == NULL;
}

/* Rows of cells, up to what is neither & nor \\.  `first` is the first cell, if it has been read already. */
static MynaTex *
parse_rows (MynaTexParser *parser, MynaTex *first)
{
  MynaTex *matrix = myna_tex_node (parser, MYNA_TEX_MATRIX, MYNA_ATOM_ORDINARY);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_tex_free);
  g_autoptr (GArray) row_starts = g_array_new (FALSE, FALSE, sizeof (guint));
  guint start = 0, n_columns = 0;

  parser->n_cells++;
  g_array_append_val (row_starts, start);
  for (;;)
    {
      g_ptr_array_add (cells, first ? g_steal_pointer (&first) : myna_tex_parse_list (parser));
      n_columns = MAX (n_columns, MIN (cells->len - start, MAX_COLUMNS));
      if (myna_tex_accept (parser, '&'))
        continue;
      if (!accept_newline (parser))
        break;
      start = cells->len;
      g_array_append_val (row_starts, start);
    }
  /* "\\" behind the last line begins no line. */
  if (row_starts->len > 1 && is_empty_row (cells, start))
    g_array_set_size (row_starts, row_starts->len - 1);
  parser->n_cells--;
  set_cells (matrix, parser, cells, row_starts, n_columns);
  return matrix;
}

/* A column that continues the one before begins with an empty atom, so that its "=" is spaced like any other. */
static void
continue_cells (MynaTexParser *parser, MynaTex *matrix)
{
  for (guint i = 0; i < matrix->children->len; i++)
    {
      MynaTex *cell = matrix->children->pdata[i];

      if (g_ascii_isupper (matrix->columns[i % matrix->n_columns]) && cell->children)
        g_ptr_array_insert (cell->children, 0, myna_tex_text (parser, MYNA_TEX_TEXT, "", 0));
    }
}

static void
set_columns (MynaTexParser *parser, MynaTex *matrix, const char *pattern)
{
  gsize n = strlen (pattern);

  matrix->columns = g_malloc (matrix->n_columns);
  for (guint i = 0; i < matrix->n_columns; i++)
    matrix->columns[i] = pattern[i % n];
  continue_cells (parser, matrix);
}

/* The columns that the argument of an array asks for: "lcr", with lines and spaces between them. */
static char *
read_columns (MynaTexParser *parser)
{
  g_autofree char *text = myna_tex_read_group (parser);
  GString *columns = g_string_new (NULL);

  for (const char *c = text; *c; c++)
    if (strchr ("lcr", *c))
      g_string_append_c (columns, *c);
  if (columns->len == 0)
    g_string_append_c (columns, 'c');
  return g_string_free (columns, FALSE);
}

MynaTex *
myna_tex_parse_environment (MynaTexParser *parser)
{
  g_autofree char *name = myna_tex_read_group (parser), *columns = NULL, *end = NULL, *source = NULL;
  MynaTex *matrix;

  for (guint i = 0; i < G_N_ELEMENTS (environments); i++)
    {
      if (strcmp (environments[i].name, name) != 0)
        continue;
      if (strcmp (name, "array") == 0 || strcmp (name, "subarray") == 0)
        columns = read_columns (parser);
      else if (g_str_has_prefix (name, "align") && strstr (name, "at"))
        g_free (myna_tex_read_group (parser));
      matrix = parse_rows (parser, NULL);
      matrix->c = environments[i].left;
      matrix->right = environments[i].right;
      matrix->style = environments[i].style;
      matrix->atom = matrix->c || matrix->right ? MYNA_ATOM_INNER : MYNA_ATOM_ORDINARY;
      set_columns (parser, matrix, columns ? columns : environments[i].columns);
      end = myna_tex_peek_command (parser);
      if (g_strcmp0 (end, "end") == 0)
        {
          myna_tex_skip_command (parser, end);
          g_free (myna_tex_read_group (parser));
        }
      return matrix;
    }
  source = g_strdup_printf ("\\begin{%s}", name);
  return myna_tex_text (parser, MYNA_TEX_SOURCE, source, -1);
}

MynaTex *
myna_tex_parse_lines (MynaTexParser *parser, MynaTex *first)
{
  g_autofree char *name = myna_tex_peek_command (parser);
  MynaTex *matrix;

  if (*parser->at != '&' && g_strcmp0 (name, "\\") != 0 && g_strcmp0 (name, "cr") != 0)
    return first;
  matrix = parse_rows (parser, first);
  matrix->style = MYNA_STYLE_DISPLAY;
  set_columns (parser, matrix, matrix->n_columns > 1 ? "rL" : "c");
  return matrix;
}
