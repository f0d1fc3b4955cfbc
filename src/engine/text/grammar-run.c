/* grammar-run.c: see grammar-run.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/grammar-run.h"

#include "text/grammar-raw.h"
#include "text/grammar-stack.h"
#include "text/grammar-string.h"

bool
glm_run_takes (GlmRunKind kind, uint8_t byte)
{
  bool is_control = byte < 0x20, is_blank = byte == '\t' || byte == '\r' || byte == '\n';

  if (byte >= 0x80)
    return false;
  switch (kind)
    {
    case GLM_RUN_DOUBLE: return !is_control && byte != '"' && byte != '\\';
    case GLM_RUN_SINGLE: return !is_control && byte != '\'' && byte != '\\';
    case GLM_RUN_DOUBLE_IN_TAGS: return !is_control && byte != '"' && byte != '\\' && byte != '<';
    case GLM_RUN_RAW: return (!is_control || is_blank) && byte != '<';
    case GLM_RUN_TAG_KEY: return !is_control && byte != ' ' && byte != '<';
    default: return byte == '_' || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
    }
}

static GlmRunKind
kind_in_quotes (const GlmGrammar *grammar, uint8_t quote)
{
  return grammar->name ? GLM_RUN_DOUBLE_IN_TAGS : quote == '"' ? GLM_RUN_DOUBLE : GLM_RUN_SINGLE;
}

static bool
find_text_run (const GlmGrammar *grammar, const GlmGrammarToken *token, bool closing, GlmRun *run)
{
  const GlmSchemaNode *node = node_of (grammar, token->node);
  uint32_t least = node ? node->min_length : 0, most = node ? node->max_length : UINT32_MAX;
  bool is_raw = token->kind == TOKEN_RAW;

  if (is_raw && glm_grammar_raw_may_be_json (token))
    {
      /* Any text may follow, but near a limit; what may end it depends on whether it is JSON then. */
      run->kind = GLM_RUN_RAW;
      run->has_words = true;
      run->is_exact = false;
      return !closing && most == UINT32_MAX;
    }
  if (token->at > 0 || (is_raw ? !glm_grammar_raw_is_free (token) : !glm_grammar_string_is_text (token)))
    return false;
  if (closing)
    run->chars = token->length < least ? least - token->length : 0;
  else
    run->chars = most == UINT32_MAX ? UINT32_MAX : most > token->length ? most - token->length : 0;
  run->kind = is_raw ? GLM_RUN_RAW : kind_in_quotes (grammar, token->quote);
  run->is_exact = !closing;
  run->least = token->length < least ? least - token->length : 0;
  return run->chars > 0 || run->is_amid;
}

static bool
find_key_run (const GlmGrammar *grammar, const GlmGrammarStack *stack, GlmRun *run)
{
  const GlmGrammarToken *token = &stack->token;

  if (!token->phase || (token->quote == '=' && token->at == 0))
    return false;
  run->is_key = true;
  run->kind = token->quote == '='   ? GLM_RUN_NAME
              : token->quote == '<' ? GLM_RUN_TAG_KEY
                                    : kind_in_quotes (grammar, token->quote);
  run->has_words = token->low < token->high;
  run->bytes = token->at < GLM_GRAMMAR_MAX_KEY_BYTES ? GLM_GRAMMAR_MAX_KEY_BYTES - token->at : 0;
  /* It may be one that is there already. */
  for (int i = 0; i < stack->n_keys; i++)
    run->is_exact = run->is_exact && stack->key_depth[i] != stack->n_frames;
  return run->bytes > 0 || run->is_amid;
}

bool
glm_grammar_run (const GlmGrammar *grammar, const GlmGrammarStack *stack, bool closing, GlmRun *ret_run)
{
  const GlmGrammarToken *token = &stack->token;

  if (token->kind != TOKEN_STRING && token->kind != TOKEN_RAW && token->kind != TOKEN_KEY)
    return false;
  *ret_run = (GlmRun){ .is_amid = token->n_more > 0, .is_exact = true, .chars = UINT32_MAX, .bytes = UINT32_MAX };
  return token->kind == TOKEN_KEY ? find_key_run (grammar, stack, ret_run) : find_text_run (grammar, token, closing, ret_run);
}

void
glm_grammar_relax (const GlmGrammarState *state, GlmGrammarState *ret_state)
{
  GlmGrammarStack *stack = &ret_state->stacks[0];
  GlmGrammarToken *token = &stack->token;

  ret_state->n = 1;
  ret_state->n_bytes = 0;
  copy_stack (stack, &state->stacks[0]);
  token->n_more = token->least = token->most = 0;
  if (token->kind == TOKEN_KEY)
    {
      token->low = token->high = 0;
      token->at = 1;
      token->hash = 1;
      token->is_closing = 0;
      /* A hash that no key has. */
      for (int i = 0; i < stack->n_keys; i++)
        if (stack->keys[i] == token->hash)
          {
            token->hash++;
            i = -1;
          }
      return;
    }
  token->node = GLM_SCHEMA_ANYTHING;
  token->length = 0;
  if (token->kind == TOKEN_RAW)
    glm_grammar_raw_forget_json (token);
}

bool
glm_grammar_is_same (const GlmGrammarState *a, const GlmGrammarState *b)
{
  return a->stacks[0].n_frames == b->stacks[0].n_frames
         && memcmp (&a->stacks[0], &b->stacks[0], stack_size (&a->stacks[0])) == 0;
}
