/* convert-units.c: a value in another unit
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tool.h"

#include <math.h>
#include <string.h>

#include "tools/unit-table.h"

/* What is measured, for errors. */
static const char *
name_dimension (const ToolUnit *unit)
{
  static const struct
  {
    gint64 dims[TOOL_N_DIMENSIONS];
    const char *name;
  } known[] = {
    { { 1 }, "a length" },
    { { 2 }, "an area" },
    { { 3 }, "a volume" },
    { { 0, 1 }, "a mass" },
    { { 0, 0, 1 }, "a time" },
    { { 1, 0, -1 }, "a speed" },
    { { 1, 0, -2 }, "an acceleration" },
    { { 0, 0, 0, 1 }, "a temperature" },
    { { 2, 1, -2 }, "an energy" },
    { { 2, 1, -3 }, "a power" },
    { { 1, 1, -2 }, "a force" },
    { { -1, 1, -2 }, "a pressure" },
    { { 0, 0, 0, 0, 1 }, "an angle" },
    { { 0, 0, 0, 0, 0, 1 }, "an amount of data" },
    { { 0, 0, -1 }, "a frequency" },
    { { 0, 0, -1, 0, 0, 1 }, "a data rate" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (memcmp (known[i].dims, unit->dims, sizeof unit->dims) == 0)
      return known[i].name;
  return "another quantity";
}

static gboolean
check_same (const char *from_name, const ToolUnit *from, const char *to_name, const ToolUnit *to, GError **error)
{
  if (memcmp (from->dims, to->dims, sizeof from->dims) == 0)
    return TRUE;
  g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "%s is %s, and %s is %s", from_name, name_dimension (from), to_name,
               name_dimension (to));
  return FALSE;
}

/* value · from.factor + from.offset = result · to.factor + to.offset, and π where only one of them has it. */
static gboolean
convert (ToolNumber *value, const ToolUnit *from, const ToolUnit *to, GError **error)
{
  int pi = from->pi - to->pi;

  mpq_mul (value->exact, value->exact, from->factor);
  if (from->has_offset || to->has_offset)
    {
      mpq_add (value->exact, value->exact, from->offset);
      if (mpq_sgn (value->exact) < 0)
        {
          g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_FAILED, "That is below absolute zero");
          return FALSE;
        }
      mpq_sub (value->exact, value->exact, to->offset);
    }
  mpq_div (value->exact, value->exact, to->factor);
  if (pi != 0 && mpq_sgn (value->exact) != 0)
    return tool_number_set_near (value, tool_number_get_near (value) * powl (M_PIl, pi), error);
  return TRUE;
}

static char *
print (const char *number, const char *from_name, const ToolNumber *value, const char *to_name, const ToolUnit *from,
       const ToolUnit *to)
{
  gboolean is_exact;
  g_autofree char *result = tool_number_print_decimal (value, &is_exact);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%s %s %s %s %s", number, from_name, is_exact ? "=" : "≈", result, to_name);
  if (from->notes->len || to->notes->len)
    g_string_append_printf (out, " (%s%s%s)", from->notes->str, from->notes->len && to->notes->len ? ", " : "", to->notes->str);
  return g_string_free (out, FALSE);
}

static char *
compute (JsonObject *arguments, GDateTime *now, GCancellable *cancellable, GError **error)
{
  const char *from_name, *to_name;
  g_autofree char *number = NULL;
  g_auto (ToolNumber) value;
  g_auto (ToolUnit) from;
  g_auto (ToolUnit) to;
  gboolean is_negative;

  tool_number_init (&value);
  tool_unit_init (&from);
  tool_unit_init (&to);
  if (!tool_argument_number (arguments, "value", &number, error)
      || !tool_argument_string (arguments, "from", TRUE, &from_name, error)
      || !tool_argument_string (arguments, "to", TRUE, &to_name, error) || !tool_unit_parse (&from, from_name, error)
      || !tool_unit_parse (&to, to_name, error) || !check_same (from_name, &from, to_name, &to, error))
    return NULL;
  is_negative = *number == '-';
  if (!tool_number_parse (&value, number + is_negative, NULL, error))
    return NULL;
  if (is_negative)
    tool_number_negate (&value);
  if (!convert (&value, &from, &to, error))
    return NULL;
  return print (number, from_name, &value, to_name, &from, &to);
}

const Tool tool_convert_units = {
  .name = "convert_units",
  .description =
      "Converts between units of length, area, volume, mass, time, speed, temperature, energy, pressure, angle and data.",
  .schema = "{\"type\": \"object\", \"properties\": {\"value\": {\"type\": \"number\"}, \"from\": {\"type\": \"string\", "
            "\"description\": \"For example km/h\"}, \"to\": {\"type\": \"string\", \"description\": \"For example m/s\"}}, "
            "\"required\": [\"value\", \"from\", \"to\"]}",
  .class = TOOL_CLASS_PURE,
  .seconds = 5,
  .compute = compute,
};
