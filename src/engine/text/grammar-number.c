/* grammar-number.c: see grammar-number.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Limits and values are whole numbers of the last digit's unit, so the values that digits can still lead to are an interval
 * for each number of digits to come.
 */
#include "text/grammar-number.h"

#include <math.h>

#define MAX_INTEGER  18
#define MAX_FRACTION 15
#define MAX_POWER    250

/* GlmGrammarToken.phase */
enum
{
  PHASE_BEGIN,
  PHASE_SIGN,
  PHASE_ZERO,
  PHASE_INTEGER,
  PHASE_POINT,
  PHASE_FRACTION,
  PHASE_E,
  PHASE_E_SIGN,
  PHASE_POWER,
};

typedef struct
{
  __int128 least, most;
  int scale; /* decimal digits of the unit */
  bool has_sign_alone;
} Range;

static __int128
power_of_ten (int n)
{
  static const int64_t powers[] = { 1,
                                    10,
                                    100,
                                    1000,
                                    10000,
                                    100000,
                                    1000000,
                                    10000000,
                                    100000000,
                                    1000000000,
                                    10000000000,
                                    100000000000,
                                    1000000000000,
                                    10000000000000,
                                    100000000000000,
                                    1000000000000000,
                                    10000000000000000,
                                    100000000000000000,
                                    1000000000000000000 };

  return n <= MAX_INTEGER ? powers[n] : (__int128) powers[MAX_INTEGER] * powers[n - MAX_INTEGER];
}

/* What is excluded ends at the next number that a double can be: digits that are read as the limit itself are outside. */
static __int128
to_units (double limit, int scale, bool is_least, bool excludes)
{
  __int128 far = power_of_ten (MAX_INTEGER + scale);
  long double x, whole;

  if (isinf (limit))
    return limit < 0 ? -far : far;
  x = (long double) (excludes ? nextafter (limit, is_least ? INFINITY : -INFINITY) : limit);
  whole = is_least ? ceill (x * (long double) power_of_ten (scale)) : floorl (x * (long double) power_of_ten (scale));
  return fabsl (whole) < (long double) far ? (__int128) whole : whole < 0 ? -far : far;
}

static Range
range_of (const GlmGrammarToken *token, const GlmSchemaNode *node)
{
  Range range = { .scale = token->types & GLM_SCHEMA_FRACTION ? MAX_FRACTION : 0 };
  double least = node ? node->minimum : -INFINITY, most = node ? node->maximum : INFINITY;

  range.has_sign_alone = most == INFINITY && (least == -INFINITY || (least == 0 && !node->excludes_minimum));
  range.least = to_units (least, range.scale, true, node && node->excludes_minimum);
  range.most = to_units (most, range.scale, false, node && node->excludes_maximum);
  return range;
}

static bool
meets (const Range *range, bool negative, __int128 low, __int128 high)
{
  return negative ? -high <= range->most && -low >= range->least : low <= range->most && high >= range->least;
}

/* Whether digits can follow that lead to a value within the range. */
static bool
leads_on (const GlmGrammarToken *token, const Range *range)
{
  __int128 digits = (__int128) token->digits, unit = power_of_ten (range->scale);

  switch (token->phase)
    {
    case PHASE_SIGN: return range->least <= 0;
    case PHASE_ZERO: return meets (range, token->negative, 0, unit - 1);
    case PHASE_INTEGER:
      for (int n = token->n_integer; n <= MAX_INTEGER; n++, unit *= 10)
        if (meets (range, token->negative, digits * unit, (digits + 1) * unit - 1))
          return true;
      return false;
    case PHASE_POINT:
    case PHASE_FRACTION:
      unit = power_of_ten (range->scale - token->n_fraction);
      return meets (range, token->negative, digits * unit, (digits + 1) * unit - 1);
    default: return !token->negative || range->least < 0; /* a power of ten, where the sign alone counts */
    }
}

static bool
take_digit (GlmGrammarToken *token, int digit)
{
  switch (token->phase)
    {
    case PHASE_BEGIN:
    case PHASE_SIGN:
      token->phase = digit == 0 ? PHASE_ZERO : PHASE_INTEGER;
      token->n_integer = 1;
      break;
    case PHASE_INTEGER:
      if (++token->n_integer > MAX_INTEGER)
        return false;
      break;
    case PHASE_POINT:
    case PHASE_FRACTION:
      token->phase = PHASE_FRACTION;
      if (++token->n_fraction > MAX_FRACTION)
        return false;
      break;
    case PHASE_E:
    case PHASE_E_SIGN:
    case PHASE_POWER:
      token->phase = PHASE_POWER;
      token->code = (uint16_t) (token->code * 10 + digit);
      return ++token->n_power <= 3 && token->code <= MAX_POWER;
    default: return false;
    }
  token->digits = token->digits * 10 + (unsigned) digit;
  return true;
}

static bool
is_whole (const GlmGrammarToken *token)
{
  return token->phase == PHASE_ZERO || token->phase == PHASE_INTEGER;
}

bool
glm_grammar_number_step (GlmGrammarToken *token, const GlmSchemaNode *node, uint8_t byte)
{
  GlmGrammarToken next = *token;
  Range range = range_of (token, node);
  bool fraction = token->types & GLM_SCHEMA_FRACTION, ok = false;

  if (byte >= '0' && byte <= '9')
    ok = take_digit (&next, byte - '0');
  else if (byte == '-' && token->phase == PHASE_BEGIN)
    {
      next.phase = PHASE_SIGN;
      next.negative = 1;
      ok = true;
    }
  else if (byte == '.' && is_whole (token) && fraction)
    {
      next.phase = PHASE_POINT;
      ok = true;
    }
  else if ((byte | 0x20) == 'e' && (is_whole (token) || token->phase == PHASE_FRACTION) && fraction && range.has_sign_alone)
    {
      next.phase = PHASE_E;
      ok = true;
    }
  else if ((byte == '-' || byte == '+') && token->phase == PHASE_E)
    {
      next.phase = PHASE_E_SIGN;
      ok = true;
    }
  if (!ok || !leads_on (&next, &range))
    return false;
  *token = next;
  return true;
}

bool
glm_grammar_number_may_end (const GlmGrammarToken *token, const GlmSchemaNode *node)
{
  Range range = range_of (token, node);
  __int128 value;

  if (token->phase == PHASE_POWER)
    return true;
  if (!is_whole (token) && token->phase != PHASE_FRACTION)
    return false;
  value = (__int128) token->digits * power_of_ten (range.scale - token->n_fraction);
  return meets (&range, token->negative, value, value);
}
