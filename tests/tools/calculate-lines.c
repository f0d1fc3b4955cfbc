/* calculate-lines.c: the result of each line of the standard input, and the processor's µs, for check-calculate.py
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <time.h>

#include "tool-test.h"
#include "tools/tool.h"

int
main (void)
{
  static char line[TOOL_MAX_ARGUMENT_BYTES];

  while (fgets (line, sizeof line, stdin))
    {
      g_autoptr (JsonObject) arguments = json_object_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      clock_t before = clock ();

      json_object_set_string_member (arguments, "expression", line);
      text = tool_calculate.compute (arguments, NULL, NULL, &error);
      printf ("%.0f %s%s\n", (clock () - before) * 1e6 / CLOCKS_PER_SEC, text ? "" : "!", text ? text : error->message);
    }
  return 0;
}
