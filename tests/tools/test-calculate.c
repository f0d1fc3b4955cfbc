/* test-calculate.c: exact arithmetic; check-calculate.py compares it with Python's fractions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tool-test.h"

static char *
calculate (const char *expression)
{
  g_autofree char *quoted = test_quote (expression);
  g_autofree char *arguments = g_strdup_printf ("{\"expression\": %s}", quoted);

  return test_call_full ("calculate", arguments, NULL, NULL);
}

typedef struct
{
  const char *expression, *result; /* of an error: how it begins */
} Case;

static void
check (const Case *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *result = calculate (cases[i].expression);

      g_test_message ("%s", cases[i].expression);
      if (*cases[i].result != '!' || !g_str_has_prefix (result, cases[i].result))
        g_assert_cmpstr (result, ==, cases[i].result);
    }
}

static void
test_exact (void)
{
  static const Case cases[] = {
    { "1+1", "2" },
    { "0.1 + 0.2", "0.3 = 3/10" },
    { "(1/3 + 2/7) * 10^20", "1300000000000000000000/21 ≈ 61904761904761904761.904762" },
    { "1/3", "1/3 ≈ 0.33333333333333333333" },
    { "-7/2", "-3.5 = -7/2" },
    { "1e3", "1000" },
    { "6.02e23", "602000000000000000000000" },
    { "1.5E-3", "0.0015 = 3/2000" },
    { "1_000_000 * 2", "2000000" },
    { ".5 + 5.", "5.5 = 11/2" },
    { "2^100", "1267650600228229401496703205376 (31 digits, ≈ 1.2676506002282294015e30)" },
    { "20!", "2432902008176640000" },
    { "0!", "1" },
    { "1/1000000000000000", "0.000000000000001 = 1/1000000000000000" },
    { "2/3*10^-30", "1/1500000000000000000000000000000 ≈ 6.6666666666666666667e-31" },
    { "1-1", "0" },
    { "  12   ", "12" },
    { "2 + 3 =", "5" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* The rules of mathematics, and Python's where those leave a choice. */
static void
test_precedence (void)
{
  static const Case cases[] = {
    { "2+3*4", "14" },
    { "2^3^2", "512" },
    { "2**3**2", "512" },
    { "-2^2", "-4" },
    { "(-2)^2", "4" },
    { "2^-1", "0.5 = 1/2" },
    { "--3", "3" },
    { "3 - -3", "6" },
    { "2*-3", "-6" },
    { "3!^2", "36" },
    { "2^3!", "64" },
    { "-3!", "-6" },
    { "12/3/2", "2" },
    { "10 - 3 - 2", "5" },
    { "7 % 3", "1" },
    { "-7 % 3", "2" },
    { "7 mod -3", "-2" },
    { "mod (7, 3)", "1" },
    { "5.5 % 2", "1.5 = 3/2" },
    { "50% * 80", "40" },
    { "80 * 15%", "12" },
    { "1000 * (1 + 5%)^2", "1102.5 = 2205/2" },
    { "5% + 3%", "0.08 = 2/25" },
    { "100% - 25%", "0.75 = 3/4" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_functions (void)
{
  static const Case cases[] = {
    { "sqrt(16)", "4" },
    { "sqrt (1/4)", "0.5 = 1/2" },
    { "sqrt(2)", "≈ 1.4142135623731" },
    { "sqrt(2)^2 - 2", "≈ 0" },
    { "8^(1/3)", "2" },
    { "8^(2/3)", "4" },
    { "(8/27)^(-1/3)", "1.5 = 3/2" },
    { "2^0.5", "≈ 1.4142135623731" },
    { "pi^0.5", "≈ 1.77245385090552" },
    { "cbrt(-27)", "-3" },
    { "exp(0)", "1" },
    { "exp(1)", "≈ 2.71828182845905" },
    { "ln(1)", "0" },
    { "ln(e)", "≈ 1" },
    { "log(1000)", "3" },
    { "log(1/1000)", "-3" },
    { "log(2^5000, 2)", "5000" },
    { "log2(8)", "3" },
    { "log(2)", "≈ 0.301029995663981" },
    { "ln(10^5000)", "≈ 11512.9254649702" },
    { "sin(0)", "0" },
    { "sin(pi)", "≈ 0" },
    { "cos(pi/2)", "≈ 0" },
    { "sin(30°)", "≈ 0.5" },
    { "sin(10^30)", "≈ -0.0901169019121381" },
    { "cos(1e9)", "≈ 0.837887181363902" },
    { "tan(pi/4)", "≈ 1" },
    { "abs(-1/2)", "0.5 = 1/2" },
    { "floor(-1/2)", "-1" },
    { "ceil(1/3)", "1" },
    { "round(2.5)", "3" },
    { "round(-2.5)", "-3" },
    { "round(2/3, 4)", "0.6667 = 6667/10000" },
    { "round(12345, -2)", "12300" },
    { "floor(sqrt(2) * 10^5)", "≈ 141421" },
    { "gcd(12, 18, 8)", "2" },
    { "lcm(4, 6)", "12" },
    { "min(1/2, 1/3)", "1/3 ≈ 0.33333333333333333333" },
    { "max(1, 2, sqrt(5))", "≈ 2.23606797749979" },
    { "factorial(5)", "120" },
    { "math.sqrt(9)", "3" },
    { "SQRT(9)", "3" },
    { "pow(2, 10)", "1024" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_writing (void)
{
  static const Case cases[] = {
    { "3 × 4 ÷ 2 − 1", "5" }, { "（１＋２）＊３", "9" },     { "5²", "25" }, { "10⁻²", "0.01 = 1/100" }, { "2·3", "6" },
    { "√16 + √(9)", "7" },    { "π", "≈ 3.14159265358979" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* Each says what to change. */
static void
test_errors (void)
{
  static const Case cases[] = {
    { "", "!A A number is missing at the end" },
    { "1 +", "!A A number is missing at the end" },
    { "1/0", "!F Division by zero" },
    { "1/(1-1)", "!F Division by zero" },
    { "5 % 0", "!F Division by zero" },
    { "0^-1", "!F Division by zero" },
    { "sqrt(-1)", "!F The root of a negative number" },
    { "(-8)^(1/3)", "!F A power of a negative number" },
    { "ln(0)", "!F Logarithms need a positive number" },
    { "tan(pi/2)", "!F The tangent is not defined there" },
    { "asin(2)", "!F The result is not a real number" },
    { "2.5!", "!F Factorials need a whole number" },
    { "(-1)!", "!F Factorials need a whole number" },
    { "(1", "!A A ) is missing at the end" },
    { "1)", "!A This is not understood at “)”" },
    { "2pi", "!A An operator is missing at “pi”" },
    { "2(3)", "!A An operator is missing at “(3)”" },
    { "1,000", "!A Numbers are written without commas" },
    { "(1,000)", "!A Numbers are written without commas" },
    { "sqrt(1,000)", "!A Too many arguments; numbers are written without commas" },
    { "200 + 10%", "!A a + b% is not clear" },
    { "5!!", "!A Two ! are not clear" },
    { "7 // 2", "!A Write floor (a / b)" },
    { "x + 1", "!A There is no such function or constant at “x + 1”" },
    { "__import__('os')", "!A A number is missing at “__import__" },
    { "sin 30", "!A A ( is missing" },
    { "1 = 1", "!A This is not understood" },
    { "1 ÷ 二", "!A The character “二” means nothing here" },
    { "gcd(1.5, 2)", "!F gcd and lcm" },
    { "0x10", "!A An operator is missing" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* Each is refused within its bounds, before memory or time are spent. */
static void
test_hostile (void)
{
  static const Case cases[] = {
    { "9^9^9", "!L The exponent is beyond 100000" },
    { "10^100000", "!L The number has more than 10000 digits" },
    { "2^-99999999999999999999", "!L The exponent" },
    { "1e999999999999999999999", "!L The number" },
    { "1e-10001", "!L The number" },
    { "99999!", "!L The number" },
    { "(3000!)^9", "!L The number" },
    { "10^9999 * 10^9999", "!L The number" },
    { "1/10^9999 + 1/(10^9999+1)", "!L The number" },
    { "exp(100000)", "!L The result is too large" },
    { "1^100000", "1" },
    { "(-1)^99999", "-1" },
    { "0^100000", "0" },
    { "round(1, 999999)", "!F round" },
    { "sin(10^90)", "!F The angle is too large" },
  };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *deep = NULL;
  g_autofree char *many = NULL;
  g_autofree char *signs = NULL;

  check (cases, G_N_ELEMENTS (cases));
  for (guint i = 0; i < 30000; i++)
    g_string_append_c (text, '(');
  deep = calculate (text->str);
  g_assert_true (g_str_has_prefix (deep, "!A More than 64 levels"));
  g_string_truncate (text, 0);
  for (guint i = 0; i < 60000; i++)
    g_string_append_c (text, '-');
  signs = calculate (text->str);
  g_assert_true (g_str_has_prefix (signs, "!A More than 64 levels"));
  /* Many slow steps end at the deadline. */
  g_string_assign (text, "1");
  while (text->len < 60000)
    g_string_append (text, "+1/(3000!+7)-1/(3000!+7)");
  many = calculate (text->str);
  g_assert_true (g_str_has_prefix (many, "!T ") || g_str_equal (many, "1"));
}

/* The largest number that there may be comes whole. */
static void
test_limits (void)
{
  g_autofree char *largest = calculate ("10^9999 - 1 + 10^9999");
  g_autofree char *factorial = calculate ("3248!");
  g_autofree char *tail = strstr (largest, " (10000 digits, ≈ ") ? NULL : g_strdup (largest);

  g_assert_null (tail);
  g_assert_true (g_str_has_prefix (largest, "1999999999"));
  g_assert_cmpuint (strspn (largest, "0123456789"), ==, 10000);
  g_assert_cmpuint (strspn (factorial, "0123456789"), <=, 10000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/calculate/exact", test_exact);
  g_test_add_func ("/calculate/precedence", test_precedence);
  g_test_add_func ("/calculate/functions", test_functions);
  g_test_add_func ("/calculate/writing", test_writing);
  g_test_add_func ("/calculate/errors", test_errors);
  g_test_add_func ("/calculate/hostile", test_hostile);
  g_test_add_func ("/calculate/limits", test_limits);
  return g_test_run ();
}
