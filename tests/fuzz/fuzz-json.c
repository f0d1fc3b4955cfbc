/* fuzz-json.c: a JSON text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "base/json.h"

static void
walk (const GlmJsonValue *value)
{
  if (value->type == GLM_JSON_STRING)
    fuzz_touch (value->string, value->n + 1);
  for (const GlmJsonValue *child = glm_json_first (value); child; child = glm_json_next (value, child))
    walk (child);
}

void
fuzz_input (const uint8_t *data, size_t size)
{
  GlmJson *json;

  if (glm_json_parse ((const char *) data, size, &json, NULL))
    {
      walk (glm_json_root (json));
      glm_json_free (json);
    }
}
