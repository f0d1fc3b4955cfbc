/* calculate-functions.h: the functions and constants of calculate
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_CALCULATE_FUNCTIONS_H
#define TOOL_CALCULATE_FUNCTIONS_H

#include "tools/tool-number.h"

G_BEGIN_DECLS

#define TOOL_MAX_FUNCTION_ARGUMENTS 32

typedef struct
{
  const char *name;
  guint min_arguments, max_arguments;
  /* Leaves the result in the first. */
  gboolean (*apply) (ToolNumber *arguments, guint n, GError **error);
} ToolFunction;

/* In lower case; NULL: there is none. */
const ToolFunction *tool_calculate_find_function (const char *name);
/* FALSE: there is no such constant. */
gboolean tool_calculate_set_constant (ToolNumber *ret, const char *name);
gboolean tool_calculate_from_degrees (ToolNumber *a, GError **error);

G_END_DECLS

#endif
