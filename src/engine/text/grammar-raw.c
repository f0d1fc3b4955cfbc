/* grammar-raw.c: see grammar-raw.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * token->length counts the characters that are certainly text; token->at those behind them that may become a tag, of which
 * token->low says which one.  All tags begin with the same byte, which none of them has again: what was none is text, and
 * only the byte at hand can begin another.
 */
#include "text/grammar-raw.h"

#include "text/grammar-string.h"

static const char *const tags[] = { "</arg_value>", "<arg_key>", "</tool_call>" };

/* GlmGrammarToken.phase: what the text may be as JSON. */
enum
{
  JSON_START,
  JSON_NOT,
  JSON_MINUS,
  JSON_ZERO,
  JSON_INTEGER,
  JSON_POINT,
  JSON_FRACTION,
  JSON_E,
  JSON_SIGN,
  JSON_POWER,
  JSON_END, /* behind a word or number */
  JSON_WORDS = 16,
};

static const char *const words[] = { "true", "false", "null" };

static bool
is_json (uint8_t phase)
{
  return phase == JSON_ZERO || phase == JSON_INTEGER || phase == JSON_FRACTION || phase == JSON_POWER || phase == JSON_END;
}

static bool
is_blank (uint8_t byte)
{
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static uint8_t
step_number (uint8_t phase, uint8_t byte)
{
  bool digit = byte >= '0' && byte <= '9', e = (byte | 0x20) == 'e';

  switch (phase)
    {
    case JSON_START: return byte == '-' ? JSON_MINUS : !digit ? JSON_NOT : byte == '0' ? JSON_ZERO : JSON_INTEGER;
    case JSON_MINUS: return !digit ? JSON_NOT : byte == '0' ? JSON_ZERO : JSON_INTEGER;
    case JSON_ZERO: return byte == '.' ? JSON_POINT : e ? JSON_E : JSON_NOT;
    case JSON_INTEGER: return digit ? JSON_INTEGER : byte == '.' ? JSON_POINT : e ? JSON_E : JSON_NOT;
    case JSON_POINT: return digit ? JSON_FRACTION : JSON_NOT;
    case JSON_FRACTION: return digit ? JSON_FRACTION : e ? JSON_E : JSON_NOT;
    case JSON_E: return digit ? JSON_POWER : byte == '+' || byte == '-' ? JSON_SIGN : JSON_NOT;
    case JSON_SIGN:
    case JSON_POWER: return digit ? JSON_POWER : JSON_NOT;
    default: return JSON_NOT;
    }
}

static uint8_t
step_json (uint8_t phase, uint8_t byte)
{
  int word, at;

  if (is_json (phase) && is_blank (byte))
    return JSON_END;
  if (phase == JSON_START && (byte == 't' || byte == 'f' || byte == 'n'))
    phase = (uint8_t) (JSON_WORDS + 8 * (byte == 't' ? 0 : byte == 'f' ? 1 : 2));
  if (phase < JSON_WORDS)
    return step_number (phase, byte);
  word = (phase - JSON_WORDS) / 8;
  at = (phase - JSON_WORDS) % 8;
  if ((uint8_t) words[word][at] != byte)
    return JSON_NOT;
  return words[word][at + 1] ? (uint8_t) (phase + 1) : JSON_END;
}

/* What the reader would read as JSON, whatever follows. */
static bool
begins_json (uint8_t byte)
{
  return byte == '"' || byte == '{' || byte == '[' || is_blank (byte);
}

void
glm_grammar_raw_begin (GlmGrammarToken *token, bool is_text)
{
  token->quote = is_text;
  token->phase = JSON_START;
}

static bool
may_end (const GlmGrammarToken *token, uint32_t least)
{
  return token->length >= least && (token->quote || !is_json (token->phase));
}

/* What may become a tag goes on: towards the end, or as text. */
static bool
step_tag (GlmGrammarToken *token, uint32_t least, uint32_t most, bool closing, int tag, bool *ret_ended)
{
  bool ends = may_end (token, least);

  token->low = (uint16_t) tag;
  token->at++;
  if (!tags[tag][token->at])
    {
      *ret_ended = ends && tag == 0;
      return *ret_ended;
    }
  return (ends && strncmp (tags[0], tags[tag], token->at) == 0) || (!closing && token->length + token->at <= most);
}

static bool
step_text (GlmGrammarToken *token, uint32_t least, uint32_t most, bool closing, uint8_t byte)
{
  uint8_t phase = step_json (token->phase, byte);

  if (byte == '<')
    {
      token->low = 0;
      token->at = 1;
      return may_end (token, least) || (!closing && token->length < most);
    }
  if (token->length >= most || (closing && may_end (token, least)) || (byte < 0x20 && !is_blank (byte)))
    return false;
  if (!token->quote && token->phase == JSON_START && begins_json (byte))
    return false;
  if (!token->quote && is_json (phase) && (closing || token->length + 1 >= most))
    return false;
  token->phase = phase;
  token->length++;
  return byte < 0x80 || glm_grammar_character_begin (token, byte);
}

bool
glm_grammar_raw_step (GlmGrammarToken *token, const GlmSchemaNode *node, bool closing, uint8_t byte, bool *ret_ended)
{
  uint32_t least = node ? node->min_length : 0, most = node ? node->max_length : UINT32_MAX;

  *ret_ended = false;
  if (token->n_more > 0)
    return glm_grammar_character_go_on (token, byte);
  for (int i = 0; token->at > 0 && i < 3; i++)
    if (strncmp (tags[i], tags[token->low], token->at) == 0 && (uint8_t) tags[i][token->at] == byte)
      return step_tag (token, least, most, closing, i, ret_ended);
  if (token->at > 0)
    {
      bool is_end = strncmp (tags[0], tags[token->low], token->at) == 0;

      if ((closing && is_end && may_end (token, least)) || token->length + token->at > most)
        return false;
      token->length += token->at;
      token->phase = JSON_NOT;
      token->at = 0;
      token->low = 0;
    }
  return step_text (token, least, most, closing, byte);
}

bool
glm_grammar_raw_is_tag_free (GlmGrammarToken *token, uint8_t byte)
{
  for (int i = 0; token->at > 0 && i < 3; i++)
    if (strncmp (tags[i], tags[token->low], token->at) == 0 && (uint8_t) tags[i][token->at] == byte)
      {
        token->low = (uint16_t) i;
        token->at++;
        return tags[i][token->at] != '\0';
      }
  token->at = byte == '<';
  token->low = 0;
  return true;
}

bool
glm_grammar_raw_is_free (const GlmGrammarToken *token)
{
  return token->at == 0 && (token->quote || token->phase == JSON_NOT);
}

bool
glm_grammar_raw_may_be_json (const GlmGrammarToken *token)
{
  return token->at == 0 && !token->quote && token->phase != JSON_NOT && token->phase != JSON_START;
}

void
glm_grammar_raw_forget_json (GlmGrammarToken *token)
{
  token->phase = JSON_NOT;
}

bool
glm_grammar_raw_can_be (const char *text, size_t n, bool is_text)
{
  GlmGrammarToken token = { 0 };
  bool ended = false;

  glm_grammar_raw_begin (&token, is_text);
  for (size_t i = 0; i < n; i++)
    if (!glm_grammar_raw_step (&token, NULL, false, (uint8_t) text[i], &ended) || ended)
      return false;
  for (const char *p = tags[0]; *p; p++)
    if (!glm_grammar_raw_step (&token, NULL, false, (uint8_t) *p, &ended))
      return false;
  return ended;
}
