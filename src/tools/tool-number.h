/* tool-number.h: exact numbers, and what is known only nearly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A number is a fraction of whole numbers, or a long double once something was done with it that leaves those.  Every function
 * has a bound on the size of its result, and fails beyond it before it computes.
 */
#ifndef TOOL_NUMBER_H
#define TOOL_NUMBER_H

#include <gmp.h>

#include "tools/tools.h"

G_BEGIN_DECLS

#define TOOL_MAX_DIGITS   10000
#define TOOL_MAX_BITS     33219 /* of a number of so many digits */
#define TOOL_MAX_EXPONENT 100000

typedef struct
{
  mpq_t exact;      /* meaningful where it is exact */
  long double near; /* … where it is not */
  gboolean is_exact;
} ToolNumber;

void tool_number_init (ToolNumber *self);
void tool_number_clear (ToolNumber *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToolNumber, tool_number_clear)
void tool_number_set (ToolNumber *self, const ToolNumber *other);
/* FALSE and an error where it is no number, or too large to be shown. */
gboolean tool_number_set_near (ToolNumber *self, long double value, GError **error);
/* "12", "0.5", "1_000", "6.02e23".  *ret_end: what follows. */
gboolean tool_number_parse (ToolNumber *self, const char *text, const char **ret_end, GError **error);
long double tool_number_get_near (const ToolNumber *self);
gboolean tool_number_is_integer (const ToolNumber *self);
/* −1, 0, 1 */
int tool_number_sign (const ToolNumber *self);
int tool_number_compare (const ToolNumber *a, const ToolNumber *b);

/* a = a OP b.  '%' is the remainder with the sign of b. */
gboolean tool_number_operate (ToolNumber *a, char op, const ToolNumber *b, GError **error);
gboolean tool_number_power (ToolNumber *a, const ToolNumber *exponent, GError **error);
gboolean tool_number_factorial (ToolNumber *a, GError **error);
/* Exact where the root of a fraction is one. */
gboolean tool_number_root (ToolNumber *a, unsigned degree, GError **error);
void tool_number_negate (ToolNumber *a);

/* "12", "0.5 = 1/2", "19/21 ≈ 0.90476190476190476190", "≈ 1.4142135623731". */
char *tool_number_print (const ToolNumber *self) G_GNUC_WARN_UNUSED_RESULT;
/* In decimal digits alone; *ret_exact: whether these are all. */
char *tool_number_print_decimal (const ToolNumber *self, gboolean *ret_exact) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

#endif
