/* calculate.c: exact arithmetic
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   sum     = product { ('+' | '-') product }
 *   product = unary { ('*' | '/' | '%' | mod) unary }
 *   unary   = ('-' | '+' | '√') unary | power
 *   power   = postfix [ ('^' | '**') unary ]          from the right: 2^3^2 = 2^9, −2^2 = −4
 *   postfix = primary { '!' | '%' | '°' }
 *   primary = number | pi | e | name '(' sum { ',' sum } ')' | '(' sum ')'
 *
 * '%' is the remainder where an operand follows it, and else per cent.  Nothing is guessed: what people read in two ways is an
 * error that names both.  A term is computed as soon as it is read; a deadline of processor time stands over all of it.
 */
#include "tools/tool.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "tools/calculate-functions.h"

#define MAX_DEPTH          64
#define MAX_CPU_NS         200000000LL
#define MAX_SHOWN_IN_ERROR 24

/* What stands for characters that are not of ASCII. */
#define ROOT   '\1'
#define DEGREE '\2'

typedef struct
{
  const char *p;
  guint depth;
  gboolean is_percent; /* the term that was read last is so many per cent */
  gint64 deadline;
  GCancellable *cancellable;
  GError **error;
} Parser;

static gboolean parse_sum (Parser *self, ToolNumber *ret);

/* ---- Characters ------------------------------------------------------------------------------------------------- */

/* ² and its kin stand at their places in these; ⁻ behind them. */
static const char superscripts[] = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";

static int
find_superscript (gunichar c)
{
  const char *at = g_utf8_strchr (superscripts, -1, c);

  return at ? (int) g_utf8_pointer_to_offset (superscripts, at) : -1;
}

static char
map_char (gunichar c)
{
  if (c >= 0xff01 && c <= 0xff5e) /* full width */
    return (char) (c - 0xfee0);
  switch (c)
    {
    case 0x00d7: /* × */
    case 0x00b7: /* · */
    case 0x22c5: /* ⋅ */
    case 0x2217: return '*';
    case 0x00f7: /* ÷ */
    case 0x2215: return '/';
    case 0x2212: /* − */
    case 0x2013: return '-';
    case 0x221a: return ROOT;
    case 0x00b0: return DEGREE;
    case 0x00a0:
    case 0x3000:
    case 0x202f: return ' ';
    default: return c < 0x80 && c >= 0x20 ? (char) c : c == '\t' || c == '\n' || c == '\r' ? ' ' : '\0';
    }
}

/* As ASCII, with the marks above.  NULL and an error: a character that means nothing here. */
static char *
normalize (const char *text, GError **error)
{
  GString *out = g_string_new (NULL);
  gboolean in_superscript = FALSE;

  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      int digit = find_superscript (c);
      char mapped = map_char (c);

      if (digit >= 0)
        {
          if (!in_superscript)
            g_string_append_c (out, '^');
          g_string_append_c (out, digit < 10 ? '0' + digit : '-');
        }
      else if (c == 0x03c0) /* π */
        g_string_append (out, "pi");
      else if (mapped)
        g_string_append_c (out, mapped);
      else
        {
          g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "The character “%.*s” means nothing here",
                       (int) (g_utf8_next_char (p) - p), p);
          g_string_free (out, TRUE);
          return NULL;
        }
      in_superscript = digit >= 0;
    }
  return g_string_free (out, FALSE);
}

/* ---- Parsing ---------------------------------------------------------------------------------------------------- */

static gint64
cpu_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static void
skip_blanks (Parser *self)
{
  while (*self->p == ' ')
    self->p++;
}

/* Names the token where parsing stopped. */
static gboolean
fail (Parser *self, const char *message)
{
  gsize n = strnlen (self->p, MAX_SHOWN_IN_ERROR);

  if (n == 0)
    g_set_error (self->error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "%s at the end", message);
  else
    g_set_error (self->error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "%s at “%.*s”", message, (int) n, self->p);
  return FALSE;
}

/* Whether there is time left for another step. */
static gboolean
may_go_on (Parser *self)
{
  if (g_cancellable_set_error_if_cancelled (self->cancellable, self->error))
    return FALSE;
  if (cpu_time () < self->deadline)
    return TRUE;
  g_set_error_literal (self->error, TOOL_ERROR, TOOL_ERROR_TIMED_OUT, "The calculation is too long: it would take over 0.2 s");
  return FALSE;
}

static gboolean
enter (Parser *self)
{
  if (++self->depth > MAX_DEPTH)
    return fail (self, "More than 64 levels of parentheses or signs");
  return may_go_on (self);
}

/* A letter, digit or parenthesis: what a second operand begins with. */
static gboolean
begins_operand (const char *p)
{
  while (*p == ' ')
    p++;
  return g_ascii_isalnum (*p) || *p == '(' || *p == '.' || *p == ROOT;
}

static void
clear_numbers (ToolNumber *numbers, guint n)
{
  for (guint i = 0; i < n; i++)
    tool_number_clear (&numbers[i]);
}

/* Behind the name and its opening parenthesis. */
static gboolean
parse_call (Parser *self, const ToolFunction *function, ToolNumber *ret)
{
  g_autofree ToolNumber *arguments = g_new (ToolNumber, function->max_arguments);
  guint n = 0;
  gboolean ok = TRUE;

  for (gboolean more = TRUE; ok && more;)
    {
      if (n == function->max_arguments)
        {
          ok = fail (self, "Too many arguments; numbers are written without commas: 1000000");
          break;
        }
      tool_number_init (&arguments[n]);
      ok = parse_sum (self, &arguments[n++]);
      skip_blanks (self);
      more = ok && *self->p == ',';
      if (more)
        self->p++;
    }
  if (ok && *self->p != ')')
    ok = fail (self, "A ) is missing");
  else if (ok)
    {
      self->p++;
      if (n < function->min_arguments)
        {
          g_set_error (self->error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "%s needs %u arguments", function->name,
                       function->min_arguments);
          ok = FALSE;
        }
      else
        ok = function->apply (arguments, n, self->error) && may_go_on (self);
    }
  if (ok)
    tool_number_set (ret, &arguments[0]);
  clear_numbers (arguments, n);
  return ok;
}

static gboolean
parse_name (Parser *self, ToolNumber *ret)
{
  const char *start = self->p;
  g_autofree char *name = NULL;
  const ToolFunction *function;

  if (g_ascii_strncasecmp (start, "math.", 5) == 0)
    start = self->p += 5;
  while (g_ascii_isalnum (*self->p) || *self->p == '_')
    self->p++;
  name = g_ascii_strdown (start, self->p - start);
  if (tool_calculate_set_constant (ret, name))
    return TRUE;
  function = tool_calculate_find_function (name);
  if (!function)
    {
      self->p = start;
      return fail (self, "There is no such function or constant");
    }
  skip_blanks (self);
  if (*self->p != '(')
    return fail (self, "A ( is missing");
  self->p++;
  return parse_call (self, function, ret);
}

static gboolean
parse_primary (Parser *self, ToolNumber *ret)
{
  const char *end;

  skip_blanks (self);
  if (g_ascii_isalpha (*self->p))
    return parse_name (self, ret);
  if (g_ascii_isdigit (*self->p) || *self->p == '.')
    {
      if (!tool_number_parse (ret, self->p, &end, self->error))
        return FALSE;
      self->p = end;
      return TRUE;
    }
  if (*self->p != '(')
    return fail (self, "A number is missing");
  self->p++;
  if (!parse_sum (self, ret))
    return FALSE;
  skip_blanks (self);
  if (*self->p == ',')
    return fail (self, "Numbers are written without commas, such as 1000000");
  if (*self->p != ')')
    return fail (self, "A ) is missing");
  self->p++;
  self->is_percent = FALSE;
  return TRUE;
}

static gboolean
apply_percent (Parser *self, ToolNumber *ret)
{
  g_auto (ToolNumber) hundred;

  tool_number_init (&hundred);
  mpq_set_ui (hundred.exact, 100, 1);
  self->is_percent = TRUE;
  return tool_number_operate (ret, '/', &hundred, self->error);
}

static gboolean
parse_postfix (Parser *self, ToolNumber *ret)
{
  if (!parse_primary (self, ret))
    return FALSE;
  for (self->is_percent = FALSE;; self->p++)
    {
      skip_blanks (self);
      if (*self->p == '!' && self->p[1] == '!')
        return fail (self, "Two ! are not clear: write (n!)! for the factorial of a factorial");
      if (*self->p == '!' && self->p[1] != '=')
        {
          if (!tool_number_factorial (ret, self->error) || !may_go_on (self))
            return FALSE;
        }
      else if (*self->p == '%' && !begins_operand (self->p + 1))
        {
          if (!apply_percent (self, ret))
            return FALSE;
        }
      else if (*self->p == DEGREE)
        {
          if (!tool_calculate_from_degrees (ret, self->error))
            return FALSE;
        }
      else
        return TRUE;
    }
}

static gboolean parse_unary (Parser *self, ToolNumber *ret);

static gboolean
parse_power (Parser *self, ToolNumber *ret)
{
  g_auto (ToolNumber) exponent;

  tool_number_init (&exponent);
  if (!parse_postfix (self, ret))
    return FALSE;
  if (*self->p != '^' && (*self->p != '*' || self->p[1] != '*'))
    return TRUE;
  self->p += *self->p == '^' ? 1 : 2;
  if (!parse_unary (self, &exponent) || !tool_number_power (ret, &exponent, self->error))
    return FALSE;
  self->is_percent = FALSE;
  return may_go_on (self);
}

static gboolean
parse_unary (Parser *self, ToolNumber *ret)
{
  char sign;
  gboolean ok;

  if (!enter (self))
    return FALSE;
  skip_blanks (self);
  sign = *self->p;
  if (sign == '-' || sign == '+' || sign == ROOT)
    {
      self->p++;
      ok = parse_unary (self, ret) && (sign != ROOT || tool_number_root (ret, 2, self->error));
      if (ok && sign == '-')
        tool_number_negate (ret);
    }
  else
    ok = parse_power (self, ret);
  self->depth--;
  return ok;
}

/* The operator of a product here: '*', '/', '%', or '\0'. */
static char
take_operator (Parser *self)
{
  char op = *self->p;

  if (g_ascii_strncasecmp (self->p, "mod", 3) == 0 && !g_ascii_isalnum (self->p[3]) && self->p[3] != '_')
    {
      self->p += 3;
      return '%';
    }
  if (op != '*' && op != '/' && op != '%')
    return '\0';
  self->p++;
  if (op == '/' && *self->p == '/')
    return '\1';
  return op;
}

static gboolean
parse_product (Parser *self, ToolNumber *ret)
{
  g_auto (ToolNumber) factor;
  char op;

  tool_number_init (&factor);
  if (!parse_unary (self, ret))
    return FALSE;
  for (;;)
    {
      skip_blanks (self);
      op = take_operator (self);
      if (!op)
        break;
      if (op == '\1')
        return fail (self, "Write floor (a / b) for the whole part of a quotient");
      if (!parse_unary (self, &factor) || !tool_number_operate (ret, op, &factor, self->error) || !may_go_on (self))
        return FALSE;
      self->is_percent = FALSE;
    }
  if (begins_operand (self->p))
    return fail (self, "An operator is missing");
  return TRUE;
}

/* 200 + 10 % is 200.1 for some and 220 for others; 1 + 10 % is the same for all. */
static gboolean
is_ambiguous (Parser *self, const ToolNumber *left, gboolean left_is_percent)
{
  ToolNumber one;
  gboolean is_one;

  if (!self->is_percent || left_is_percent)
    return FALSE;
  tool_number_init (&one);
  mpq_set_ui (one.exact, 1, 1);
  is_one = tool_number_compare (left, &one) == 0;
  tool_number_clear (&one);
  return !is_one;
}

static gboolean
parse_sum (Parser *self, ToolNumber *ret)
{
  g_auto (ToolNumber) term;
  gboolean was_percent;
  char op;

  tool_number_init (&term);
  if (!parse_product (self, ret))
    return FALSE;
  for (;;)
    {
      skip_blanks (self);
      op = *self->p;
      if (op != '+' && op != '-')
        return TRUE;
      self->p++;
      was_percent = self->is_percent;
      if (!parse_product (self, &term))
        return FALSE;
      if (is_ambiguous (self, ret, was_percent))
        return fail (self, "a + b% is not clear: write a * (1 + b%) or a + b/100");
      if (!tool_number_operate (ret, op, &term, self->error) || !may_go_on (self))
        return FALSE;
      self->is_percent = was_percent && self->is_percent;
    }
}

/* ---- The tool --------------------------------------------------------------------------------------------------- */

static char *
compute (JsonObject *arguments, GDateTime *now, GCancellable *cancellable, GError **error)
{
  const char *expression;
  g_autofree char *text = NULL;
  g_auto (ToolNumber) value;
  Parser parser = { .cancellable = cancellable, .error = error };

  tool_number_init (&value);
  if (!tool_argument_string (arguments, "expression", TRUE, &expression, error))
    return NULL;
  text = normalize (expression, error);
  if (!text)
    return NULL;
  g_strchomp (text);
  if (g_str_has_suffix (text, "=")) /* "2 + 3 =" */
    text[strlen (text) - 1] = '\0';
  parser.p = text;
  parser.deadline = cpu_time () + MAX_CPU_NS;
  if (!parse_sum (&parser, &value))
    return NULL;
  skip_blanks (&parser);
  if (*parser.p == ',')
    fail (&parser, "Numbers are written without commas, such as 1000000");
  else if (*parser.p)
    fail (&parser, "This is not understood");
  return *parser.p ? NULL : tool_number_print (&value);
}

const Tool tool_calculate = {
  .name = "calculate",
  .description =
      "Exact arithmetic: + - * / ^ % ! ( ), fractions, and sqrt, exp, ln, log, sin, cos, tan, abs, floor, ceil, round, "
      "gcd, lcm, min, max, pi, e. Use it for every calculation.",
  .schema = "{\"type\": \"object\", \"properties\": {\"expression\": {\"type\": \"string\", \"description\": \"For example "
            "(1/3 + 2/7) * 10^20\"}}, \"required\": [\"expression\"]}",
  .class = TOOL_CLASS_PURE,
  .seconds = 5,
  .compute = compute,
};
