/* tokens.c: a growing list of token ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine.h"

#include <stdlib.h>

void
glm_tokens_clear (GlmTokens *tokens)
{
  free (tokens->ids);
  *tokens = (GlmTokens){ 0 };
}

bool
glm_tokens_append (GlmTokens *tokens, int32_t id)
{
  if (tokens->n == tokens->capacity)
    {
      size_t capacity = tokens->capacity ? tokens->capacity * 2 : 64;
      int32_t *ids = capacity <= SIZE_MAX / sizeof *ids ? realloc (tokens->ids, capacity * sizeof *ids) : NULL;

      if (!ids)
        return false;
      tokens->ids = ids;
      tokens->capacity = capacity;
    }
  tokens->ids[tokens->n++] = id;
  return true;
}

void
glm_prompt_clear (GlmPrompt *prompt)
{
  glm_tokens_clear (&prompt->ids);
  *prompt = (GlmPrompt){ 0 };
}
