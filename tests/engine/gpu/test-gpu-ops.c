/* test-gpu-ops.c: every shader against the processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu-device.h"

static void
check_line (const char *line, bool passed, void *user_data)
{
  printf ("%s\n", line);
  CHECK (passed, "%s", line);
}

int
main (void)
{
  GlmError error = { 0 };

  CHECK (glm_gpu_test (test_device (), check_line, NULL, &error), "%s", error.message);
  CHECK (!glm_gpu_test ("no such card", check_line, NULL, &error) && error.code == GLM_ERROR_NOT_FOUND, "%s", error.message);
  return check_exit ();
}
