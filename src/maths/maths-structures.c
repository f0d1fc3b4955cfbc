/* maths-structures.c: fractions, roots, fences and matrices
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/maths-box.h"

#define DELIMITER_FACTOR    0.901 /* of a fence that a delimiter must cover (plain TeX) */
#define DELIMITER_SHORTFALL 0.5   /* em that it may be too short by */
#define NULL_DELIMITER      0.12  /* room beside a fraction */
#define COLUMN_GAP          1.0
#define CASES_GAP           0.8
#define GROUP_GAP           2.0 /* between the pairs of columns of align */
#define LINE_HEIGHT         1.2
#define LINE_GAP            0.15 /* least room between two rows */
#define DISPLAY_LINE_GAP    0.4
#define STRUT_ASCENT        0.84 /* of a row: 70 % and 30 % of the line height (LaTeX's array) */

static const MynaTex *
child (const MynaTex *node, guint i)
{
  return node->children->pdata[i];
}

/* How far numerator and denominator are from the baseline: rules 15b–d of Appendix G. */
static void
get_fraction_shifts (const MynaBox *above, const MynaBox *below, double rule, MynaTexStyle style, double *ret_up,
                     double *ret_down)
{
  gboolean display = style.level == 0;
  double axis = myna_constant (style, HB_OT_MATH_CONSTANT_AXIS_HEIGHT);

  if (rule > 0)
    {
      double gap_above = myna_constant (style, display ? HB_OT_MATH_CONSTANT_FRACTION_NUM_DISPLAY_STYLE_GAP_MIN
                                                       : HB_OT_MATH_CONSTANT_FRACTION_NUMERATOR_GAP_MIN);
      double gap_below = myna_constant (style, display ? HB_OT_MATH_CONSTANT_FRACTION_DENOM_DISPLAY_STYLE_GAP_MIN
                                                       : HB_OT_MATH_CONSTANT_FRACTION_DENOMINATOR_GAP_MIN);

      *ret_up = myna_constant (style, display ? HB_OT_MATH_CONSTANT_FRACTION_NUMERATOR_DISPLAY_STYLE_SHIFT_UP
                                              : HB_OT_MATH_CONSTANT_FRACTION_NUMERATOR_SHIFT_UP);
      *ret_down = myna_constant (style, display ? HB_OT_MATH_CONSTANT_FRACTION_DENOMINATOR_DISPLAY_STYLE_SHIFT_DOWN
                                                : HB_OT_MATH_CONSTANT_FRACTION_DENOMINATOR_SHIFT_DOWN);
      *ret_up = MAX (*ret_up, axis + rule / 2 + gap_above + above->descent);
      *ret_down = MAX (*ret_down, below->ascent + gap_below + rule / 2 - axis);
    }
  else
    {
      double wanted =
          myna_constant (style, display ? HB_OT_MATH_CONSTANT_STACK_DISPLAY_STYLE_GAP_MIN : HB_OT_MATH_CONSTANT_STACK_GAP_MIN);
      double gap;

      *ret_up = myna_constant (style, display ? HB_OT_MATH_CONSTANT_STACK_TOP_DISPLAY_STYLE_SHIFT_UP
                                              : HB_OT_MATH_CONSTANT_STACK_TOP_SHIFT_UP);
      *ret_down = myna_constant (style, display ? HB_OT_MATH_CONSTANT_STACK_BOTTOM_DISPLAY_STYLE_SHIFT_DOWN
                                                : HB_OT_MATH_CONSTANT_STACK_BOTTOM_SHIFT_DOWN);
      gap = (*ret_up - above->descent) + (*ret_down - below->ascent);
      if (gap < wanted)
        {
          *ret_up += (wanted - gap) / 2;
          *ret_down += (wanted - gap) / 2;
        }
    }
}

/* Height of delimiters around a box: symmetric about the axis, The TeXbook p. 152. */
static double
get_fence_height (const MynaBox *box, MynaTexStyle style)
{
  double axis = myna_constant (style, HB_OT_MATH_CONSTANT_AXIS_HEIGHT);
  double height = 2 * MAX (box->ascent - axis, box->descent + axis);

  return MAX (height * DELIMITER_FACTOR, height - DELIMITER_SHORTFALL * myna_style_scale (style));
}

/* Puts delimiters (0 for none) as high as the box around it; takes `box`. */
static MynaBox *
delimit (MynaMathsContext *context, gunichar left, MynaBox *box, gunichar right, MynaTexStyle style)
{
  MynaBox *self = myna_box_new ();
  double height = get_fence_height (box, style), scale = myna_style_scale (style);

  if (left)
    myna_box_append (self, myna_box_stretched (context, left, HB_DIRECTION_TTB, height, scale));
  else
    self->width = NULL_DELIMITER * scale;
  box->width += box->italic;
  myna_box_append (self, box);
  if (right)
    myna_box_append (self, myna_box_stretched (context, right, HB_DIRECTION_TTB, height, scale));
  else
    self->width += NULL_DELIMITER * scale;
  self->italic = 0;
  self->accent = self->width / 2;
  return self;
}

MynaBox *
myna_layout_fraction (MynaMathsContext *context, const MynaTex *node, MynaTexStyle outer)
{
  MynaTexStyle style = myna_style_of (node->style, outer);
  MynaTexStyle inner = { MIN (style.level + 1, 3), style.is_cramped };
  MynaBox *above = myna_layout_node (context, child (node, 0), inner);
  MynaBox *below = myna_layout_node (context, child (node, 1), myna_style_cramp (inner));
  double rule = node->amount > 0 ? myna_constant (style, HB_OT_MATH_CONSTANT_FRACTION_RULE_THICKNESS) : 0;
  double axis = myna_constant (style, HB_OT_MATH_CONSTANT_AXIS_HEIGHT);
  double width = MAX (above->width, below->width), up, down;
  double margin = node->c ? 0 : NULL_DELIMITER * myna_style_scale (style);
  MynaBox *self = myna_box_new ();

  get_fraction_shifts (above, below, rule, style, &up, &down);
  self->width = width + 2 * margin;
  self->ascent = up + above->ascent;
  self->descent = down + below->descent;
  self->accent = self->width / 2;
  if (rule > 0)
    myna_box_rule (self, margin, -axis - rule / 2, width, rule);
  myna_box_take (self, above, margin + (width - above->width) / 2, -up);
  myna_box_take (self, below, margin + (width - below->width) / 2, down);
  return node->c || node->right ? delimit (context, node->c, self, node->right, style) : self;
}

MynaBox *
myna_layout_radical (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  MynaBox *body = myna_layout_node (context, child (node, 0), myna_style_cramp (style));
  MynaBox *degree = child (node, 1) ? myna_layout_node (context, child (node, 1), (MynaTexStyle){ 3, TRUE }) : NULL;
  double scale = myna_style_scale (style);
  double rule = myna_constant (style, HB_OT_MATH_CONSTANT_RADICAL_RULE_THICKNESS);
  double gap = myna_constant (style, style.level == 0 ? HB_OT_MATH_CONSTANT_RADICAL_DISPLAY_STYLE_VERTICAL_GAP
                                                      : HB_OT_MATH_CONSTANT_RADICAL_VERTICAL_GAP);
  double height = body->ascent + body->descent + gap + rule, total, x = 0;
  MynaBox *sign = myna_box_stretched (context, 0x221A, HB_DIRECTION_TTB, height, scale);
  MynaBox *self = myna_box_new ();

  /* What the sign is too high is room above and below the body (rule 11). */
  total = sign->ascent + sign->descent;
  if (total > height)
    gap += (total - height) / 2;
  self->ascent = body->ascent + gap + rule + myna_constant (style, HB_OT_MATH_CONSTANT_RADICAL_EXTRA_ASCENDER);
  self->descent = MAX (body->descent, total - body->ascent - gap - rule);
  if (degree)
    {
      double raise = myna_maths_font_constant (HB_OT_MATH_CONSTANT_RADICAL_DEGREE_BOTTOM_RAISE_PERCENT) * total;
      double y = total - body->ascent - gap - rule - raise - degree->descent;
      double degree_width = degree->width;

      self->ascent = MAX (self->ascent, degree->ascent - y);
      x = myna_constant (style, HB_OT_MATH_CONSTANT_RADICAL_KERN_BEFORE_DEGREE);
      myna_box_take (self, degree, x, y);
      x = MAX (x + degree_width + myna_constant (style, HB_OT_MATH_CONSTANT_RADICAL_KERN_AFTER_DEGREE), 0);
    }
  myna_box_rule (self, x + sign->width, -body->ascent - gap - rule, body->width + body->italic, rule);
  self->width = x + sign->width + body->width + body->italic;
  self->accent = self->width / 2;
  x += sign->width;
  myna_box_take (self, sign, x - sign->width, -body->ascent - gap - rule + sign->ascent);
  myna_box_take (self, body, x, 0);
  return self;
}

static gboolean
has_middle (const MynaTex *list)
{
  for (guint i = 0; list->children && i < list->children->len; i++)
    if (((MynaTex *) list->children->pdata[i])->kind == MYNA_TEX_MIDDLE)
      return TRUE;
  return FALSE;
}

MynaBox *
myna_layout_fenced (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style)
{
  double before = context->fence_height;
  MynaBox *box;

  /* \middle is as high as the fence, whose height the rest of the list decides: lay out twice. */
  context->fence_height = 0;
  box = myna_layout_node (context, child (node, 0), style);
  if (has_middle (child (node, 0)))
    {
      context->fence_height = get_fence_height (box, style);
      myna_box_free (box);
      box = myna_layout_node (context, child (node, 0), style);
    }
  context->fence_height = before;
  return delimit (context, node->c, box, node->right, style);
}

/* Gap before a column. */
static double
get_column_gap (const MynaTex *node, guint column)
{
  char kind = node->columns ? node->columns[column] : 'c';

  if (column == 0 || g_ascii_isupper (kind))
    return 0;
  if (kind == 'r' && node->columns[0] == 'r' && node->columns[1] == 'L')
    return GROUP_GAP;
  return kind == 'l' && node->c == '{' ? CASES_GAP : COLUMN_GAP;
}

static double
get_cell_offset (const MynaTex *node, guint column, double room)
{
  char kind = node->columns ? g_ascii_tolower (node->columns[column]) : 'c';

  return kind == 'l' ? 0 : kind == 'r' ? room : room / 2;
}

typedef struct
{
  guint n_rows;
  MynaBox **cells;            /* [n_rows * n_columns] */
  double *widths;             /* [n_columns] */
  double *ascents, *descents; /* [n_rows] */
} Matrix;

static void
measure_cells (MynaMathsContext *context, const MynaTex *node, MynaTexStyle style, Matrix *matrix)
{
  double scale = myna_style_scale (style);

  matrix->n_rows = node->children->len / node->n_columns;
  matrix->cells = g_new0 (MynaBox *, node->children->len);
  matrix->widths = g_new0 (double, node->n_columns);
  matrix->ascents = g_new (double, matrix->n_rows);
  matrix->descents = g_new (double, matrix->n_rows);
  for (guint row = 0; row < matrix->n_rows; row++)
    {
      matrix->ascents[row] = STRUT_ASCENT * scale;
      matrix->descents[row] = (LINE_HEIGHT - STRUT_ASCENT) * scale;
      for (guint column = 0; column < node->n_columns; column++)
        {
          guint i = row * node->n_columns + column;
          MynaBox *box = myna_layout_node (context, child (node, i), style);

          matrix->cells[i] = box;
          matrix->widths[column] = MAX (matrix->widths[column], box->width + box->italic);
          matrix->ascents[row] = MAX (matrix->ascents[row], box->ascent);
          matrix->descents[row] = MAX (matrix->descents[row], box->descent);
        }
    }
}

/* Moves the cells into one box whose baseline is the first row's. */
static MynaBox *
place_cells (const MynaTex *node, MynaTexStyle style, Matrix *matrix)
{
  MynaBox *self = myna_box_new ();
  double scale = myna_style_scale (style), gap = style.level == 0 ? DISPLAY_LINE_GAP : LINE_GAP, y = 0;

  for (guint row = 0; row < matrix->n_rows; row++)
    {
      double x = 0;

      if (row > 0)
        y += matrix->descents[row - 1] + gap * scale + matrix->ascents[row];
      for (guint column = 0; column < node->n_columns; column++)
        {
          MynaBox *box = matrix->cells[row * node->n_columns + column];

          x += get_column_gap (node, column) * scale;
          myna_box_take (self, box, x + get_cell_offset (node, column, matrix->widths[column] - box->width), y);
          x += matrix->widths[column];
        }
      self->width = x;
      self->descent = y + matrix->descents[row];
    }
  self->ascent = matrix->ascents[0];
  return self;
}

MynaBox *
myna_layout_matrix (MynaMathsContext *context, const MynaTex *node, MynaTexStyle outer)
{
  MynaTexStyle style = myna_style_of (node->style, outer);
  double axis = myna_constant (outer, HB_OT_MATH_CONSTANT_AXIS_HEIGHT), y;
  Matrix matrix = {
    0,
  };
  MynaBox *table, *self = myna_box_new ();

  /* A matrix in a script is as small as the script. */
  style.level = MAX (style.level, outer.level);
  style.is_cramped = FALSE;
  measure_cells (context, node, style, &matrix);
  table = place_cells (node, style, &matrix);
  g_free (matrix.cells);
  g_free (matrix.widths);
  g_free (matrix.ascents);
  g_free (matrix.descents);

  /* The middle of the table is on the axis. */
  y = (table->ascent - table->descent) / 2 - axis;
  self->width = table->width;
  self->ascent = table->ascent - y;
  self->descent = table->descent + y;
  self->accent = self->width / 2;
  myna_box_take (self, table, 0, y);
  return node->c || node->right ? delimit (context, node->c, self, node->right, outer) : self;
}
