/* tool-number.c: exact numbers, and what is known only nearly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tool-number.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MAX_DECIMALS 40 /* digits behind the point that are shown if these are all */
#define SIGNIFICANT  20 /* shown of others */
#define LONG_INTEGER 30 /* digits from which on their number is told */

void
tool_number_init (ToolNumber *self)
{
  mpq_init (self->exact);
  self->near = 0;
  self->is_exact = TRUE;
}

void
tool_number_clear (ToolNumber *self)
{
  mpq_clear (self->exact);
}

void
tool_number_set (ToolNumber *self, const ToolNumber *other)
{
  mpq_set (self->exact, other->exact);
  self->near = other->near;
  self->is_exact = other->is_exact;
}

static gboolean
too_large (GError **error)
{
  g_set_error (error, TOOL_ERROR, TOOL_ERROR_TOO_LARGE, "The number has more than %d digits", TOOL_MAX_DIGITS);
  return FALSE;
}

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_FAILED, message);
  return FALSE;
}

static gsize
bits (mpz_srcptr n)
{
  return mpz_sizeinbase (n, 2);
}

/* After an operation: the operands had no more than this, so the result has no more than about twice as much. */
static gboolean
check_size (ToolNumber *self, GError **error)
{
  return !self->is_exact
         || (bits (mpq_numref (self->exact)) <= TOOL_MAX_BITS && bits (mpq_denref (self->exact)) <= TOOL_MAX_BITS)
         || too_large (error);
}

gboolean
tool_number_set_near (ToolNumber *self, long double value, GError **error)
{
  if (isnan (value))
    return fail (error, "The result is not a real number");
  if (isinf (value))
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_TOO_LARGE, "The result is too large for a function or root");
      return FALSE;
    }
  self->near = value;
  self->is_exact = FALSE;
  return TRUE;
}

/* The quotient to some 80 binary digits. A long double has 64 or more. */
static long double
mpq_to_near (mpq_srcptr q)
{
  long shift = 80 - ((long) bits (mpq_numref (q)) - (long) bits (mpq_denref (q)));
  long double value;
  mpz_t n, d, low;

  mpz_init_set (n, mpq_numref (q));
  mpz_init_set (d, mpq_denref (q));
  mpz_init (low);
  if (shift > 0)
    mpz_mul_2exp (n, n, shift);
  else
    mpz_mul_2exp (d, d, -shift);
  mpz_tdiv_q (n, n, d);
  mpz_tdiv_r_2exp (low, n, 41);
  mpz_tdiv_q_2exp (n, n, 41);
  /* Both are exact: no more than 53 binary digits. */
  value = ldexpl (ldexpl (mpz_get_d (n), 41) + (long double) mpz_get_d (low), (int) -shift);
  mpz_clears (n, d, low, NULL);
  return value;
}

long double
tool_number_get_near (const ToolNumber *self)
{
  return self->is_exact ? mpq_to_near (self->exact) : self->near;
}

gboolean
tool_number_is_integer (const ToolNumber *self)
{
  return self->is_exact && mpz_cmp_ui (mpq_denref (self->exact), 1) == 0;
}

int
tool_number_sign (const ToolNumber *self)
{
  return self->is_exact ? mpq_sgn (self->exact) : (self->near > 0) - (self->near < 0);
}

int
tool_number_compare (const ToolNumber *a, const ToolNumber *b)
{
  long double x, y;

  if (a->is_exact && b->is_exact)
    return mpq_cmp (a->exact, b->exact);
  x = tool_number_get_near (a);
  y = tool_number_get_near (b);
  return (x > y) - (x < y);
}

void
tool_number_negate (ToolNumber *a)
{
  mpq_neg (a->exact, a->exact);
  a->near = -a->near;
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

/* Digits, with _ between them, behind those that are there. */
static const char *
take_digits (const char *p, GString *digits)
{
  while (g_ascii_isdigit (*p) || (*p == '_' && digits->len && g_ascii_isdigit (p[1])))
    {
      if (*p != '_')
        g_string_append_c (digits, *p);
      p++;
    }
  return p;
}

/* a = a · 10^exponent */
static gboolean
scale (ToolNumber *a, long exponent, GError **error)
{
  mpz_t power;

  if (ABS (exponent) > TOOL_MAX_DIGITS)
    return too_large (error);
  mpz_init (power);
  mpz_ui_pow_ui (power, 10, ABS (exponent));
  if (exponent >= 0)
    mpz_mul (mpq_numref (a->exact), mpq_numref (a->exact), power);
  else
    mpz_mul (mpq_denref (a->exact), mpq_denref (a->exact), power);
  mpz_clear (power);
  mpq_canonicalize (a->exact);
  return check_size (a, error);
}

gboolean
tool_number_parse (ToolNumber *self, const char *text, const char **ret_end, GError **error)
{
  g_autoptr (GString) digits = g_string_new (NULL);
  const char *p = take_digits (text, digits);
  gsize n_whole = digits->len;
  gint64 exponent = 0;

  if (*p == '.')
    p = take_digits (p + 1, digits);
  if (digits->len == 0)
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "A number is missing");
      return FALSE;
    }
  if (digits->len > TOOL_MAX_DIGITS)
    return too_large (error);
  exponent = -(gint64) (digits->len - n_whole);
  if ((*p == 'e' || *p == 'E') && (g_ascii_isdigit (p[1]) || (strchr ("+-", p[1]) && p[1] && g_ascii_isdigit (p[2]))))
    {
      gint64 value = g_ascii_strtoll (p + 1, (char **) &p, 10);

      exponent += CLAMP (value, -10 * TOOL_MAX_DIGITS, 10 * TOOL_MAX_DIGITS);
    }
  mpz_set_str (mpq_numref (self->exact), digits->str, 10);
  mpz_set_ui (mpq_denref (self->exact), 1);
  self->is_exact = TRUE;
  if (ret_end)
    *ret_end = p;
  return scale (self, exponent, error);
}

/* ---- Operations ------------------------------------------------------------------------------------------------- */

/* a − b · floor (a / b) */
static void
exact_remainder (mpq_ptr a, mpq_srcptr b)
{
  mpq_t quotient;

  mpq_init (quotient);
  mpq_div (quotient, a, b);
  mpz_fdiv_q (mpq_numref (quotient), mpq_numref (quotient), mpq_denref (quotient));
  mpz_set_ui (mpq_denref (quotient), 1);
  mpq_mul (quotient, quotient, b);
  mpq_sub (a, a, quotient);
  mpq_clear (quotient);
}

/* Where two numbers that are known nearly cancel each other, what is left is their error. */
static long double
near_sum (long double a, long double b)
{
  long double sum = a + b;

  return fabsl (sum) < 16 * LDBL_EPSILON * fmaxl (fabsl (a), fabsl (b)) ? 0 : sum;
}

static gboolean
near_operate (ToolNumber *a, char op, const ToolNumber *b, GError **error)
{
  long double x = tool_number_get_near (a), y = tool_number_get_near (b);

  switch (op)
    {
    case '+': return tool_number_set_near (a, near_sum (x, y), error);
    case '-': return tool_number_set_near (a, near_sum (x, -y), error);
    case '*': return tool_number_set_near (a, x * y, error);
    case '/': return tool_number_set_near (a, x / y, error);
    default: return tool_number_set_near (a, x - y * floorl (x / y), error);
    }
}

gboolean
tool_number_operate (ToolNumber *a, char op, const ToolNumber *b, GError **error)
{
  if ((op == '/' || op == '%') && tool_number_sign (b) == 0)
    return fail (error, "Division by zero");
  if (!a->is_exact || !b->is_exact)
    return near_operate (a, op, b, error);
  switch (op)
    {
    case '+': mpq_add (a->exact, a->exact, b->exact); break;
    case '-': mpq_sub (a->exact, a->exact, b->exact); break;
    case '*': mpq_mul (a->exact, a->exact, b->exact); break;
    case '/': mpq_div (a->exact, a->exact, b->exact); break;
    default: exact_remainder (a->exact, b->exact); break;
    }
  return check_size (a, error);
}

static gboolean
exact_power (ToolNumber *a, long exponent, GError **error)
{
  gsize size = MAX (bits (mpq_numref (a->exact)), bits (mpq_denref (a->exact)));
  unsigned long n = ABS (exponent);

  if (exponent < 0 && mpq_sgn (a->exact) == 0)
    return fail (error, "Division by zero");
  /* Powers of 1 and −1 are small; others have at least this many bits. */
  if (size > 1 && (size - 1) * (double) n > TOOL_MAX_BITS)
    return too_large (error);
  mpz_pow_ui (mpq_numref (a->exact), mpq_numref (a->exact), n);
  mpz_pow_ui (mpq_denref (a->exact), mpq_denref (a->exact), n);
  if (exponent < 0)
    mpq_inv (a->exact, a->exact);
  return check_size (a, error);
}

gboolean
tool_number_root (ToolNumber *a, unsigned degree, GError **error)
{
  mpq_t root;
  gboolean is_exact;

  if (tool_number_sign (a) < 0 && degree % 2 == 0)
    return fail (error, "The root of a negative number is not a real number");
  if (a->is_exact)
    {
      mpq_init (root);
      is_exact = mpz_root (mpq_numref (root), mpq_numref (a->exact), degree) != 0
                 && mpz_root (mpq_denref (root), mpq_denref (a->exact), degree) != 0;
      if (is_exact)
        mpq_set (a->exact, root);
      mpq_clear (root);
      if (is_exact)
        return TRUE;
    }
  if (degree == 2)
    return tool_number_set_near (a, sqrtl (tool_number_get_near (a)), error);
  return tool_number_set_near (a, copysignl (powl (fabsl (tool_number_get_near (a)), 1.0L / degree), tool_number_get_near (a)),
                               error);
}

gboolean
tool_number_power (ToolNumber *a, const ToolNumber *exponent, GError **error)
{
  mpz_srcptr n = mpq_numref (exponent->exact), d = mpq_denref (exponent->exact);

  if (exponent->is_exact && mpz_cmpabs_ui (n, TOOL_MAX_EXPONENT) > 0)
    {
      g_set_error (error, TOOL_ERROR, TOOL_ERROR_TOO_LARGE, "The exponent is beyond %d", TOOL_MAX_EXPONENT);
      return FALSE;
    }
  if (a->is_exact && tool_number_is_integer (exponent))
    return exact_power (a, mpz_get_si (n), error);
  if (tool_number_sign (a) < 0 && !tool_number_is_integer (exponent))
    return fail (error, "A power of a negative number is real for whole exponents only");
  if (tool_number_sign (a) == 0 && tool_number_sign (exponent) < 0)
    return fail (error, "Division by zero");
  /* 8^(2/3): the root first, if it is exact. */
  if (a->is_exact && exponent->is_exact && mpz_cmp_ui (d, 64) <= 0)
    {
      if (!tool_number_root (a, (unsigned) mpz_get_ui (d), error))
        return FALSE;
      return a->is_exact ? exact_power (a, mpz_get_si (n), error)
                         : tool_number_set_near (a, powl (a->near, (long double) mpz_get_si (n)), error);
    }
  return tool_number_set_near (a, powl (tool_number_get_near (a), tool_number_get_near (exponent)), error);
}

gboolean
tool_number_factorial (ToolNumber *a, GError **error)
{
  unsigned long n;

  if (!tool_number_is_integer (a) || tool_number_sign (a) < 0)
    return fail (error, "Factorials need a whole number that is not negative");
  if (mpz_cmp_ui (mpq_numref (a->exact), TOOL_MAX_DIGITS) > 0)
    return too_large (error);
  n = mpz_get_ui (mpq_numref (a->exact));
  if (lgamma (n + 1.0) / M_LN10 > TOOL_MAX_DIGITS)
    return too_large (error);
  mpz_fac_ui (mpq_numref (a->exact), n);
  return TRUE;
}

/* ---- Printing --------------------------------------------------------------------------------------------------- */

/* |q| · 10^decimals, rounded half up, as digits. */
static char *
scaled_digits (mpq_srcptr q, long decimals)
{
  char *digits;
  mpz_t n, d, power;

  mpz_init (n);
  mpz_init_set (d, mpq_denref (q));
  mpz_init (power);
  mpz_abs (n, mpq_numref (q));
  mpz_ui_pow_ui (power, 10, ABS (decimals));
  if (decimals >= 0)
    mpz_mul (n, n, power);
  else
    mpz_mul (d, d, power);
  mpz_mul_2exp (n, n, 1);
  mpz_add (n, n, d);
  mpz_mul_2exp (d, d, 1);
  mpz_fdiv_q (n, n, d);
  digits = g_malloc (mpz_sizeinbase (n, 10) + 2);
  mpz_get_str (digits, 10, n);
  mpz_clears (n, d, power, NULL);
  return digits;
}

/* Digits with a point before the last `decimals` of them; zeros at the end go. */
static char *
put_point (mpq_srcptr q, const char *digits, gsize decimals)
{
  GString *out = g_string_new (digits);

  while (out->len <= decimals)
    g_string_prepend_c (out, '0');
  if (decimals > 0)
    {
      g_string_insert_c (out, out->len - decimals, '.');
      while (out->str[out->len - 1] == '0')
        g_string_truncate (out, out->len - 1);
      if (out->str[out->len - 1] == '.')
        g_string_truncate (out, out->len - 1);
    }
  if (mpq_sgn (q) < 0)
    g_string_prepend_c (out, '-');
  return g_string_free (out, FALSE);
}

/* The power of ten below |q|, which is not 0. */
static long
magnitude (mpq_srcptr q)
{
  long guess = (long) mpz_sizeinbase (mpq_numref (q), 10) - (long) mpz_sizeinbase (mpq_denref (q), 10);

  for (long e = guess + 1;; e--)
    {
      g_autofree char *digits = scaled_digits (q, SIGNIFICANT - e);

      /* With more digits than are shown rounding does not matter here. */
      if (strlen (digits) > SIGNIFICANT)
        return e;
    }
}

static char *
print_scientific (mpq_srcptr q)
{
  long e = magnitude (q);
  g_autofree char *digits = scaled_digits (q, SIGNIFICANT - 1 - e);
  g_autofree char *mantissa = NULL;

  if (strlen (digits) > SIGNIFICANT) /* 9.99… was rounded up */
    {
      digits[SIGNIFICANT] = '\0';
      e++;
    }
  mantissa = put_point (q, digits, SIGNIFICANT - 1);
  return g_strdup_printf ("%se%ld", mantissa, e);
}

/* How many digits the fraction has behind the point; −1: no end of them. */
static long
count_decimals (mpq_srcptr q)
{
  mpz_t rest, prime;
  long twos, fives;
  gboolean ends;

  mpz_init (rest);
  mpz_init_set_ui (prime, 2);
  twos = mpz_remove (rest, mpq_denref (q), prime);
  mpz_set_ui (prime, 5);
  fives = mpz_remove (rest, rest, prime);
  ends = mpz_cmp_ui (rest, 1) == 0;
  mpz_clears (rest, prime, NULL);
  return ends ? MAX (twos, fives) : -1;
}

static char *
print_near (long double value)
{
  char text[64];

  g_snprintf (text, sizeof text, "%.15Lg", value);
  /* The point of the person's language. */
  for (char *p = text; *p; p++)
    if (!g_ascii_isalnum (*p) && !strchr ("+-", *p))
      {
        char *end = p;

        while (*end && !g_ascii_isalnum (*end))
          end++;
        *p = '.';
        memmove (p + 1, end, strlen (end) + 1);
        break;
      }
  return g_strdup (strcmp (text, "-0") == 0 ? "0" : text);
}

char *
tool_number_print_decimal (const ToolNumber *self, gboolean *ret_exact)
{
  long decimals, e;
  g_autofree char *digits = NULL;

  *ret_exact = self->is_exact;
  if (!self->is_exact)
    return print_near (self->near);
  if (mpq_sgn (self->exact) == 0)
    return g_strdup ("0");
  decimals = count_decimals (self->exact);
  if (decimals < 0 || decimals > MAX_DECIMALS)
    {
      *ret_exact = FALSE;
      e = magnitude (self->exact);
      if (e < -6 || e > 100)
        return print_scientific (self->exact);
      decimals = MAX (6, SIGNIFICANT - 1 - e);
    }
  digits = scaled_digits (self->exact, decimals);
  return put_point (self->exact, digits, decimals);
}

static char *
print_integer (const ToolNumber *self)
{
  g_autofree char *digits = mpz_get_str (NULL, 10, mpq_numref (self->exact));
  g_autofree char *nearly = NULL;
  gsize n = strlen (digits) - (*digits == '-');

  if (n <= LONG_INTEGER)
    return g_steal_pointer (&digits);
  nearly = print_scientific (self->exact);
  return g_strdup_printf ("%s (%" G_GSIZE_FORMAT " digits, ≈ %s)", digits, n, nearly);
}

char *
tool_number_print (const ToolNumber *self)
{
  g_autofree char *decimal = NULL;
  g_autofree char *fraction = NULL;
  gboolean is_exact;

  if (tool_number_is_integer (self))
    return print_integer (self);
  decimal = tool_number_print_decimal (self, &is_exact);
  if (!self->is_exact)
    return g_strconcat ("≈ ", decimal, NULL);
  fraction = mpq_get_str (NULL, 10, self->exact);
  if (is_exact)
    return g_strdup_printf ("%s = %s", decimal, fraction);
  return g_strdup_printf ("%s ≈ %s", fraction, decimal);
}
