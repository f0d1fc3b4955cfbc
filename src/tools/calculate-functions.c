/* calculate-functions.c: the functions and constants of calculate
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What has an exact value gets it: roots of squares, logarithms of powers, everything at 0.  The rest is computed in long
 * double.  Angles are in radians; an exact one is brought into one turn exactly, so that sin (10^30) has all its digits.
 */
#include "tools/calculate-functions.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* π to 120 digits, for turns. */
static const char pi_digits[] =
    "3141592653589793238462643383279502884197169399375105820974944592307816406286208998628034825342117"
    "067982148086513282306647";
#define MAX_TURN_DIGITS 80
#define MAX_NEAR_ANGLE  1e9L

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_FAILED, message);
  return FALSE;
}

static gboolean
set_integer (ToolNumber *a, long value)
{
  mpq_set_si (a->exact, value, 1);
  a->is_exact = TRUE;
  return TRUE;
}

static gboolean
is_exactly (const ToolNumber *a, long value)
{
  return a->is_exact && mpq_cmp_si (a->exact, value, 1) == 0;
}

/* ---- Angles ----------------------------------------------------------------------------------------------------- */

/* The angle without whole turns. */
static gboolean
reduce_angle (const ToolNumber *a, long double *ret_angle, GError **error)
{
  ToolNumber turn, rest;
  gboolean ok = TRUE;

  if (!a->is_exact)
    {
      *ret_angle = a->near;
      return fabsl (a->near) <= MAX_NEAR_ANGLE || fail (error, "The angle is too large for an exact result");
    }
  if (mpz_sizeinbase (mpq_numref (a->exact), 10) > MAX_TURN_DIGITS + mpz_sizeinbase (mpq_denref (a->exact), 10))
    return fail (error, "The angle is too large for an exact result");
  tool_number_init (&turn);
  tool_number_init (&rest);
  mpz_set_str (mpq_numref (turn.exact), pi_digits, 10);
  mpz_mul_ui (mpq_numref (turn.exact), mpq_numref (turn.exact), 2);
  mpz_ui_pow_ui (mpq_denref (turn.exact), 10, strlen (pi_digits) - 1);
  mpq_canonicalize (turn.exact);
  tool_number_set (&rest, a);
  /* Small angles lose no precision either way. */
  if (fabsl (tool_number_get_near (a)) > 6)
    ok = tool_number_operate (&rest, '%', &turn, error);
  *ret_angle = tool_number_get_near (&rest);
  tool_number_clear (&turn);
  tool_number_clear (&rest);
  return ok;
}

/* What is 0 but for the error of the angle, is 0. */
static long double
snap (long double value, const ToolNumber *angle)
{
  long double size = angle->is_exact ? 1 : 1 + fabsl (angle->near);

  return fabsl (value) < 4 * LDBL_EPSILON * size ? 0 : value;
}

static gboolean
apply_sin (ToolNumber *a, guint n, GError **error)
{
  long double angle;

  if (is_exactly (a, 0))
    return TRUE;
  return reduce_angle (a, &angle, error) && tool_number_set_near (a, snap (sinl (angle), a), error);
}

static gboolean
apply_cos (ToolNumber *a, guint n, GError **error)
{
  long double angle;

  if (is_exactly (a, 0))
    return set_integer (a, 1);
  return reduce_angle (a, &angle, error) && tool_number_set_near (a, snap (cosl (angle), a), error);
}

static gboolean
apply_tan (ToolNumber *a, guint n, GError **error)
{
  long double angle, sine, cosine;

  if (is_exactly (a, 0))
    return TRUE;
  if (!reduce_angle (a, &angle, error))
    return FALSE;
  sine = snap (sinl (angle), a);
  cosine = snap (cosl (angle), a);
  if (cosine == 0)
    return fail (error, "The tangent is not defined there");
  return tool_number_set_near (a, sine / cosine, error);
}

static gboolean
apply_asin (ToolNumber *a, guint n, GError **error)
{
  return is_exactly (a, 0) || tool_number_set_near (a, asinl (tool_number_get_near (a)), error);
}

static gboolean
apply_acos (ToolNumber *a, guint n, GError **error)
{
  return is_exactly (a, 1) ? set_integer (a, 0) : tool_number_set_near (a, acosl (tool_number_get_near (a)), error);
}

static gboolean
apply_atan (ToolNumber *a, guint n, GError **error)
{
  return is_exactly (a, 0) || tool_number_set_near (a, atanl (tool_number_get_near (a)), error);
}

gboolean
tool_calculate_from_degrees (ToolNumber *a, GError **error)
{
  return is_exactly (a, 0) || tool_number_set_near (a, tool_number_get_near (a) * (M_PIl / 180), error);
}

/* ---- Roots, powers, logarithms ---------------------------------------------------------------------------------- */

static gboolean
apply_sqrt (ToolNumber *a, guint n, GError **error)
{
  return tool_number_root (a, 2, error);
}

static gboolean
apply_cbrt (ToolNumber *a, guint n, GError **error)
{
  return tool_number_root (a, 3, error);
}

static gboolean
apply_exp (ToolNumber *a, guint n, GError **error)
{
  return is_exactly (a, 0) ? set_integer (a, 1) : tool_number_set_near (a, expl (tool_number_get_near (a)), error);
}

/* The natural logarithm, also of fractions that no long double holds. */
static long double
logarithm (const ToolNumber *a)
{
  ToolNumber part;
  long double value;
  long shift;

  if (!a->is_exact)
    return logl (a->near);
  shift = (long) mpz_sizeinbase (mpq_numref (a->exact), 2) - (long) mpz_sizeinbase (mpq_denref (a->exact), 2);
  tool_number_init (&part);
  if (shift > 0)
    mpq_div_2exp (part.exact, a->exact, shift);
  else
    mpq_mul_2exp (part.exact, a->exact, -shift);
  value = logl (tool_number_get_near (&part)) + shift * M_LN2l;
  tool_number_clear (&part);
  return value;
}

static gboolean
check_positive (const ToolNumber *a, GError **error)
{
  return tool_number_sign (a) > 0 || fail (error, "Logarithms need a positive number");
}

static gboolean
apply_ln (ToolNumber *a, guint n, GError **error)
{
  if (is_exactly (a, 1))
    return set_integer (a, 0);
  return check_positive (a, error) && tool_number_set_near (a, logarithm (a), error);
}

/* To a base: exact where base^k is the number. */
static gboolean
take_log (ToolNumber *a, const ToolNumber *base, GError **error)
{
  g_auto (ToolNumber) power, exponent;
  long double value;

  tool_number_init (&power);
  tool_number_init (&exponent);
  if (!check_positive (a, error) || !check_positive (base, error))
    return FALSE;
  if (is_exactly (base, 1))
    return fail (error, "There is no logarithm to base 1");
  value = logarithm (a) / logarithm (base);
  if (a->is_exact && base->is_exact && fabsl (value) < TOOL_MAX_BITS && fabsl (value - roundl (value)) < 1e-9L)
    {
      tool_number_set (&power, base);
      set_integer (&exponent, (long) roundl (value));
      if (tool_number_power (&power, &exponent, NULL) && mpq_equal (power.exact, a->exact))
        return set_integer (a, (long) roundl (value));
    }
  return tool_number_set_near (a, value, error);
}

static gboolean
apply_log (ToolNumber *a, guint n, GError **error)
{
  ToolNumber ten;
  gboolean ok;

  if (n == 2)
    return take_log (&a[0], &a[1], error);
  tool_number_init (&ten);
  set_integer (&ten, 10);
  ok = take_log (a, &ten, error);
  tool_number_clear (&ten);
  return ok;
}

static gboolean
apply_log2 (ToolNumber *a, guint n, GError **error)
{
  ToolNumber two;
  gboolean ok;

  tool_number_init (&two);
  set_integer (&two, 2);
  ok = take_log (a, &two, error);
  tool_number_clear (&two);
  return ok;
}

static gboolean
apply_pow (ToolNumber *a, guint n, GError **error)
{
  return tool_number_power (&a[0], &a[1], error);
}

static gboolean
apply_mod (ToolNumber *a, guint n, GError **error)
{
  return tool_number_operate (&a[0], '%', &a[1], error);
}

static gboolean
apply_factorial (ToolNumber *a, guint n, GError **error)
{
  return tool_number_factorial (a, error);
}

/* ---- Rounding --------------------------------------------------------------------------------------------------- */

static gboolean
apply_abs (ToolNumber *a, guint n, GError **error)
{
  if (tool_number_sign (a) < 0)
    tool_number_negate (a);
  return TRUE;
}

/* A value that is near an integer but for its error is that integer. */
static long double
settle (long double value)
{
  long double nearest = roundl (value);

  return fabsl (value - nearest) < 16 * LDBL_EPSILON * fmaxl (1, fabsl (value)) ? nearest : value;
}

static gboolean
apply_floor (ToolNumber *a, guint n, GError **error)
{
  if (!a->is_exact)
    return tool_number_set_near (a, floorl (settle (a->near)), error);
  mpz_fdiv_q (mpq_numref (a->exact), mpq_numref (a->exact), mpq_denref (a->exact));
  mpz_set_ui (mpq_denref (a->exact), 1);
  return TRUE;
}

static gboolean
apply_ceil (ToolNumber *a, guint n, GError **error)
{
  if (!a->is_exact)
    return tool_number_set_near (a, ceill (settle (a->near)), error);
  mpz_cdiv_q (mpq_numref (a->exact), mpq_numref (a->exact), mpq_denref (a->exact));
  mpz_set_ui (mpq_denref (a->exact), 1);
  return TRUE;
}

/* Half away from 0, as people round. */
static gboolean
round_half (ToolNumber *a)
{
  mpz_ptr num = mpq_numref (a->exact), den = mpq_denref (a->exact);
  int sign = mpz_sgn (num);

  if (!a->is_exact)
    {
      a->near = roundl (settle (a->near));
      return TRUE;
    }
  mpz_abs (num, num);
  mpz_mul_2exp (num, num, 1);
  mpz_add (num, num, den);
  mpz_mul_2exp (den, den, 1);
  mpz_fdiv_q (num, num, den);
  if (sign < 0)
    mpz_neg (num, num);
  mpz_set_ui (den, 1);
  return TRUE;
}

/* round (x) or round (x, digits behind the point) */
static gboolean
apply_round (ToolNumber *a, guint n, GError **error)
{
  ToolNumber factor;
  gboolean ok;

  if (n == 1)
    return round_half (a);
  if (!tool_number_is_integer (&a[1]) || mpq_cmp_si (a[1].exact, -1000, 1) < 0 || mpq_cmp_si (a[1].exact, 1000, 1) > 0)
    return fail (error, "round rounds to −1000 to 1000 digits");
  tool_number_init (&factor);
  set_integer (&factor, 10);
  ok = tool_number_power (&factor, &a[1], error) && tool_number_operate (a, '*', &factor, error) && round_half (a)
       && tool_number_operate (a, '/', &factor, error);
  tool_number_clear (&factor);
  return ok;
}

/* ---- Of several ------------------------------------------------------------------------------------------------- */

static gboolean
check_integers (const ToolNumber *a, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!tool_number_is_integer (&a[i]))
      return fail (error, "gcd and lcm are those of whole numbers");
  return TRUE;
}

static gboolean
apply_gcd (ToolNumber *a, guint n, GError **error)
{
  if (!check_integers (a, n, error))
    return FALSE;
  mpz_abs (mpq_numref (a->exact), mpq_numref (a->exact));
  for (guint i = 1; i < n; i++)
    mpz_gcd (mpq_numref (a->exact), mpq_numref (a->exact), mpq_numref (a[i].exact));
  return TRUE;
}

static gboolean
apply_lcm (ToolNumber *a, guint n, GError **error)
{
  ToolNumber one;
  gboolean ok = TRUE;

  if (!check_integers (a, n, error))
    return FALSE;
  mpz_abs (mpq_numref (a->exact), mpq_numref (a->exact));
  tool_number_init (&one);
  set_integer (&one, 1);
  for (guint i = 1; ok && i < n; i++)
    {
      mpz_lcm (mpq_numref (a->exact), mpq_numref (a->exact), mpq_numref (a[i].exact));
      ok = tool_number_operate (a, '*', &one, error); /* looks at its size */
    }
  tool_number_clear (&one);
  return ok;
}

static gboolean
apply_min (ToolNumber *a, guint n, GError **error)
{
  for (guint i = 1; i < n; i++)
    if (tool_number_compare (&a[i], a) < 0)
      tool_number_set (a, &a[i]);
  return TRUE;
}

static gboolean
apply_max (ToolNumber *a, guint n, GError **error)
{
  for (guint i = 1; i < n; i++)
    if (tool_number_compare (&a[i], a) > 0)
      tool_number_set (a, &a[i]);
  return TRUE;
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static const ToolFunction functions[] = {
  { "sqrt", 1, 1, apply_sqrt },
  { "cbrt", 1, 1, apply_cbrt },
  { "exp", 1, 1, apply_exp },
  { "pow", 2, 2, apply_pow },
  { "ln", 1, 1, apply_ln },
  { "log", 1, 2, apply_log },
  { "log10", 1, 1, apply_log },
  { "log2", 1, 1, apply_log2 },
  { "sin", 1, 1, apply_sin },
  { "cos", 1, 1, apply_cos },
  { "tan", 1, 1, apply_tan },
  { "asin", 1, 1, apply_asin },
  { "acos", 1, 1, apply_acos },
  { "atan", 1, 1, apply_atan },
  { "abs", 1, 1, apply_abs },
  { "floor", 1, 1, apply_floor },
  { "ceil", 1, 1, apply_ceil },
  { "round", 1, 2, apply_round },
  { "mod", 2, 2, apply_mod },
  { "factorial", 1, 1, apply_factorial },
  { "gcd", 1, TOOL_MAX_FUNCTION_ARGUMENTS, apply_gcd },
  { "lcm", 1, TOOL_MAX_FUNCTION_ARGUMENTS, apply_lcm },
  { "min", 1, TOOL_MAX_FUNCTION_ARGUMENTS, apply_min },
  { "max", 1, TOOL_MAX_FUNCTION_ARGUMENTS, apply_max },
};

const ToolFunction *
tool_calculate_find_function (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (g_str_equal (functions[i].name, name))
      return &functions[i];
  return NULL;
}

gboolean
tool_calculate_set_constant (ToolNumber *ret, const char *name)
{
  if (g_str_equal (name, "pi"))
    return tool_number_set_near (ret, M_PIl, NULL);
  if (g_str_equal (name, "e"))
    return tool_number_set_near (ret, M_El, NULL);
  return FALSE;
}
