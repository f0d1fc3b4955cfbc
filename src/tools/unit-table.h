/* unit-table.h: units of measurement, exactly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_UNIT_TABLE_H
#define TOOL_UNIT_TABLE_H

#include "tools/tool-number.h"

G_BEGIN_DECLS

#define TOOL_N_DIMENSIONS 6

/* A unit, or a product of units' powers: so many times the base unit of its dimension. */
typedef struct
{
  mpq_t factor;
  int pi;                         /* the factor has also π to this power */
  gint64 dims[TOOL_N_DIMENSIONS]; /* m, kg, s, K, rad, bit */
  mpq_t offset;                   /* of temperatures: base = factor · value + offset */
  gboolean has_offset;
  GString *notes; /* what was taken for granted, such as the length of a year */
} ToolUnit;

void tool_unit_init (ToolUnit *self);
void tool_unit_clear (ToolUnit *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToolUnit, tool_unit_clear)
/* "km/h", "square feet", "kg m^2 / s^2". */
gboolean tool_unit_parse (ToolUnit *self, const char *text, GError **error);

G_END_DECLS

#endif
