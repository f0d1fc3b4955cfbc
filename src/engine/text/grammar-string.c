/* grammar-string.c: see grammar-string.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/grammar-string.h"

/* GlmGrammarToken.phase */
enum
{
  PHASE_TEXT,
  PHASE_ESCAPE,
  PHASE_CODE,
};

bool
glm_grammar_character_begin (GlmGrammarToken *token, uint8_t byte)
{
  if (byte < 0xC2 || byte > 0xF4)
    return false;
  token->n_more = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  token->least = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
  token->most = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
  return true;
}

bool
glm_grammar_character_go_on (GlmGrammarToken *token, uint8_t byte)
{
  if (byte < token->least || byte > token->most)
    return false;
  token->n_more--;
  token->least = token->n_more > 0 ? 0x80 : 0;
  token->most = token->n_more > 0 ? 0xBF : 0;
  return true;
}

/* Neither NUL nor half of a pair. */
static bool
step_code (GlmGrammarToken *token, uint8_t byte)
{
  int digit = byte >= '0' && byte <= '9'                     ? byte - '0'
              : (byte | 0x20) >= 'a' && (byte | 0x20) <= 'f' ? (byte | 0x20) - 'a' + 10
                                                             : -1;

  if (digit < 0 || (token->n_more == 3 && token->code == 0xD && digit >= 8))
    return false;
  token->code = (uint16_t) (token->code << 4 | digit);
  if (--token->n_more > 0)
    return true;
  if (token->code == 0)
    return false;
  token->code = 0;
  token->phase = PHASE_TEXT;
  return true;
}

static bool
step_escape (GlmGrammarToken *token, GlmSpelling spelling, uint8_t byte)
{
  const char *letters = spelling == GLM_SPELLING_PYTHON ? "\"'\\bfnrtu" : "\"\\/bfnrtu";

  if (byte == 0 || !strchr (letters, byte))
    return false;
  token->phase = byte == 'u' ? PHASE_CODE : PHASE_TEXT;
  token->n_more = byte == 'u' ? 4 : 0;
  return true;
}

static bool
step_text (GlmGrammarToken *token, const GlmSchemaNode *node, bool closing, uint8_t byte)
{
  if (token->n_more > 0)
    return glm_grammar_character_go_on (token, byte);
  if (byte < 0x20 || (node && token->length >= node->max_length) || (closing && token->length >= (node ? node->min_length : 0)))
    return false;
  token->length++;
  if (byte == '\\')
    token->phase = PHASE_ESCAPE;
  return byte < 0x80 || glm_grammar_character_begin (token, byte);
}

/* Whether the token stands neither in a character nor in an escape. */
static bool
is_between (const GlmGrammarToken *token)
{
  return token->phase == PHASE_TEXT && token->n_more == 0;
}

bool
glm_grammar_string_step (GlmGrammarToken *token, const GlmSchemaNode *node, GlmSpelling spelling, bool closing, uint8_t byte,
                         bool *ret_ended)
{
  *ret_ended = false;
  if (is_between (token) && byte == token->quote)
    {
      *ret_ended = !node || token->length >= node->min_length;
      return *ret_ended;
    }
  return token->phase == PHASE_CODE     ? step_code (token, byte)
         : token->phase == PHASE_ESCAPE ? step_escape (token, spelling, byte)
                                        : step_text (token, node, closing, byte);
}

bool
glm_grammar_string_is_text (const GlmGrammarToken *token)
{
  return token->phase == PHASE_TEXT;
}
