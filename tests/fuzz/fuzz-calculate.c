/* fuzz-calculate.c: an expression
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "tools/tool.h"

void
fuzz_input (const uint8_t *data, size_t size)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autofree char *expression = g_utf8_make_valid ((const char *) data, size);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  json_object_set_string_member (arguments, "expression", expression);
  text = tool_calculate.compute (arguments, NULL, NULL, &error);
  /* One or the other. */
  if (!text == !error)
    abort ();
  if (text)
    fuzz_touch (text, strlen (text) + 1);
}
