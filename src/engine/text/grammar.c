/* grammar.c: see grammar.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A byte goes to what is being read: a word, a string, a number, a key; else to the innermost container.  A number ends with
 * the byte behind it, which therefore goes to both.  No way into what cannot be finished is opened: a container must have
 * room for what it needs inside, a comma for what must follow it.
 */
#include "text/grammar.h"

#include <math.h>

#include "base/error.h"
#include "text/grammar-number.h"
#include "text/grammar-raw.h"
#include "text/grammar-stack.h"
#include "text/grammar-string.h"

#define MAX_BYTES  (48u << 10) /* call-arguments.c reads 64 KiB */
#define MAX_BLANKS 24
#define MAX_GUARD  8 /* choices in choices at one place */

#define FNV_OFFSET UINT64_C (0xcbf29ce484222325)
#define FNV_PRIME  UINT64_C (0x100000001b3)

enum
{
  FIXED_TRUE,
  FIXED_FALSE,
  FIXED_NULL,
  FIXED_HEAD = 6,
  FIXED_TAIL,
  FIXED_KEY,
  FIXED_KEY_END, /* behind the < that ends the key */
  FIXED_VALUE,
  FIXED_VALUE_END,
  FIXED_CALL_END,
  FIXED_NAME,
};

/* The words of JSON, then those of Python, then the tags. */
static const char *const fixed_texts[] = {
  "true",  "false",     "null",      "True",        "False",        "None",        "```python\ntool_call(",
  "\n```", "<arg_key>", "/arg_key>", "<arg_value>", "</arg_value>", "</tool_call>"
};

static void step_structure (const Step *step, GlmGrammarStack *stack);
static void start_value (const Step *step, const GlmGrammarStack *stack, int node, unsigned types, int guard);
static void begin_key (const Step *step, GlmGrammarStack *stack, uint8_t quote);

/* ---- Stacks ----------------------------------------------------------------------------------------------------- */

static void
close_frame (const Step *step, GlmGrammarStack *stack)
{
  bool is_call = top_of (stack)->kind == 'c';

  while (stack->n_keys > 0 && stack->key_depth[stack->n_keys - 1] == stack->n_frames)
    {
      stack->n_keys--;
      stack->keys[stack->n_keys] = 0;
      stack->key_depth[stack->n_keys] = 0;
    }
  stack->n_frames--;
  if (is_call)
    {
      forget_token (stack, TOKEN_FIXED);
      stack->token.low = FIXED_TAIL;
    }
  else
    end_value (stack);
  emit (step, stack);
}

/* ---- Words ------------------------------------------------------------------------------------------------------ */

/* The call's parentheses are open: what may be an object is in them. */
static void
open_call (const Step *step, const GlmGrammarStack *stack, int index, int guard)
{
  const GlmSchemaNode *node = node_of (step->grammar, index);
  GlmGrammarStack next;

  if (guard > MAX_GUARD || !has_room (step->grammar, stack, index) || (node && !(node->types & GLM_SCHEMA_OBJECT)))
    return;
  for (uint32_t i = 0; node && i < node->n_choices; i++)
    open_call (step, stack, node->choices[i], guard + 1);
  if (node && node->n_choices > 0)
    return;
  copy_stack (&next, stack);
  open_frame (&next, step->grammar->name ? 't' : 'c', index);
  emit (step, &next);
}

/* A tag is complete: what the key has said of the value is kept. */
static void
end_tag (const Step *step, GlmGrammarStack *stack)
{
  int which = stack->token.low;
  int16_t node = stack->token.node;
  uint8_t is_text = stack->token.types;
  Step begun = *step;

  begun.closing = stack->token.is_closing;
  forget_token (stack, TOKEN_NONE);
  if (which == FIXED_CALL_END)
    {
      stack->n_frames = 0;
      end_value (stack);
    }
  else if (which == FIXED_KEY)
    begin_key (&begun, stack, '<');
  else
    {
      stack->token.node = node;
      stack->token.types = is_text;
      top_of (stack)->place = which == FIXED_KEY_END ? PLACE_COLON : which == FIXED_VALUE ? PLACE_VALUE : PLACE_START;
    }
  emit (step, stack);
}

static void
step_fixed (const Step *step, GlmGrammarStack *stack)
{
  bool is_name = stack->token.low == FIXED_NAME, is_head = stack->token.low == FIXED_HEAD;
  const char *text = is_name ? step->grammar->name : fixed_texts[stack->token.low];

  /* SentencePiece writes a blank before the fence. */
  if (is_head && step->byte == ' ' && stack->token.at == 0 && stack->token.n_blanks == 0)
    stack->token.n_blanks = 1;
  else if ((uint8_t) text[stack->token.at] == step->byte)
    stack->token.at++;
  else
    return;
  if (text[stack->token.at])
    emit (step, stack);
  else if (is_head || is_name)
    open_call (step, stack, step->grammar->schema->root, 0);
  else if (stack->token.low >= FIXED_KEY)
    end_tag (step, stack);
  else
    {
      end_value (stack);
      emit (step, stack);
    }
}

/* Narrows the words that may be meant to those with the byte next. */
static void
narrow (const Step *step, GlmGrammarToken *token)
{
  const GlmWord *words = step->grammar->table.words;

  while (token->low < token->high
         && (words[token->low].n <= token->at || (uint8_t) words[token->low].text[token->at] < step->byte))
    token->low++;
  while (token->high > token->low
         && (words[token->high - 1].n <= token->at || (uint8_t) words[token->high - 1].text[token->at] > step->byte))
    token->high--;
  token->at++;
}

/* The shortest word is the first of them. */
static void
step_word (const Step *step, GlmGrammarStack *stack)
{
  const GlmWord *words = step->grammar->table.words;
  GlmGrammarStack next;

  narrow (step, &stack->token);
  if (stack->token.low == stack->token.high)
    return;
  if (words[stack->token.low].n == stack->token.at)
    {
      copy_stack (&next, stack);
      end_value (&next);
      emit (step, &next);
      stack->token.low++;
    }
  if (stack->token.low < stack->token.high)
    emit (step, stack);
}

/* ---- Strings ---------------------------------------------------------------------------------------------------- */

static void
step_string (const Step *step, GlmGrammarStack *stack)
{
  const GlmSchemaNode *node = node_of (step->grammar, stack->token.node);
  bool ended = false;

  if (step->grammar->name && !glm_grammar_raw_is_tag_free (&stack->token, step->byte))
    return;
  if (!glm_grammar_string_step (&stack->token, node, step->grammar->spelling, step->closing, step->byte, &ended))
    return;
  if (ended)
    end_value (stack);
  emit (step, stack);
}

static void
step_raw (const Step *step, GlmGrammarStack *stack)
{
  bool ended = false;

  if (!glm_grammar_raw_step (&stack->token, node_of (step->grammar, stack->token.node), step->closing, step->byte, &ended))
    return;
  if (ended)
    {
      forget_token (stack, TOKEN_NONE);
      top_of (stack)->place = PLACE_START;
    }
  emit (step, stack);
}

/* ---- Keys ------------------------------------------------------------------------------------------------------- */

static bool
has_required (const Step *step, const GlmGrammarFrame *frame)
{
  const GlmSchemaNode *node = node_of (step->grammar, frame->node);

  return !node || (node->required & ~frame->used) == 0;
}

/* A comma promises something, whatever comes. */
static bool
is_closing (const Step *step, const GlmGrammarFrame *frame)
{
  return step->closing && (frame->place != PLACE_NEXT || !has_required (step, frame));
}

/* Whether the object may get this property now. */
static bool
is_usable (const Step *step, const GlmGrammarStack *stack, const GlmGrammarFrame *frame, uint32_t property, bool closing)
{
  const GlmSchemaNode *node = node_of (step->grammar, frame->node);

  return !(frame->used >> property & 1) && has_room (step->grammar, stack, node->properties[property].node)
         && (!closing || node->required >> property & 1);
}

/* Whether it may get one that the schema does not name. */
static bool
takes_more (const Step *step, const GlmGrammarStack *stack, const GlmGrammarFrame *frame)
{
  const GlmSchemaNode *node = node_of (step->grammar, frame->node);

  return !is_closing (step, frame) && stack->n_keys < GLM_GRAMMAR_MAX_KEYS
         && (!node || has_room (step->grammar, stack, node->additional));
}

static GlmWords
words_of (const Step *step, const GlmGrammarFrame *frame)
{
  const GlmWordTable *table = &step->grammar->table;

  return frame->node < 0 ? (GlmWords){ 0, 0 } : frame->kind == '{' ? table->keys[frame->node] : table->names[frame->node];
}

static bool
any_usable (const Step *step, const GlmGrammarStack *stack, const GlmGrammarFrame *frame, uint32_t low, uint32_t high,
            bool closing)
{
  for (uint32_t i = low; i < high; i++)
    if (is_usable (step, stack, frame, step->grammar->table.words[i].index, closing))
      return true;
  return false;
}

/* Whether another key can follow. */
static bool
can_go_on (const Step *step, const GlmGrammarStack *stack, const GlmGrammarFrame *frame)
{
  GlmWords words = words_of (step, frame);

  return takes_more (step, stack, frame)
         || any_usable (step, stack, frame, words.first, words.first + words.n, is_closing (step, frame));
}

static void
begin_key (const Step *step, GlmGrammarStack *stack, uint8_t quote)
{
  const GlmGrammarFrame *top = top_of (stack);
  GlmWords words = words_of (step, top);
  bool more = takes_more (step, stack, top), closing = is_closing (step, top);

  forget_token (stack, TOKEN_KEY);
  stack->token.quote = quote;
  stack->token.low = words.first;
  stack->token.high = (uint16_t) (words.first + words.n);
  stack->token.phase = more;
  stack->token.is_closing = closing;
  stack->token.hash = FNV_OFFSET;
}

static bool
is_name_byte (uint8_t byte, bool first)
{
  return byte == '_' || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || (!first && byte >= '0' && byte <= '9');
}

/* Whether the key may still be one that the schema does not name.  Such keys have no escapes. */
static bool
step_free_key (const Step *step, GlmGrammarToken *token)
{
  uint8_t byte = step->byte;

  if (!token->phase || (token->at >= GLM_GRAMMAR_MAX_KEY_BYTES && token->n_more == 0))
    return false;
  token->hash = (token->hash ^ byte) * FNV_PRIME;
  if (token->quote == '=')
    return is_name_byte (byte, token->at == 0);
  if ((token->quote == '<' && byte == ' ') || (step->grammar->name && byte == '<'))
    return false;
  if (token->n_more > 0)
    return glm_grammar_character_go_on (token, byte);
  return byte >= 0x80 ? glm_grammar_character_begin (token, byte) : byte >= 0x20 && (byte != '\\' || token->quote == '<');
}

static void
end_key (const Step *step, GlmGrammarStack *stack)
{
  const GlmWord *words = step->grammar->table.words;
  GlmGrammarToken token = stack->token;
  GlmGrammarFrame *top = top_of (stack);
  const GlmSchemaNode *node = node_of (step->grammar, top->node);
  bool is_known = token.low < token.high && words[token.low].n == token.at;
  int child = node ? node->additional : GLM_SCHEMA_ANYTHING;
  bool is_text = is_known && words[token.low].is_text;

  if (is_known)
    {
      if (!is_usable (step, stack, top, words[token.low].index, token.is_closing))
        return;
      child = node->properties[words[token.low].index].node;
      top->used |= UINT64_C (1) << words[token.low].index;
    }
  else
    {
      if (!token.phase || token.n_more > 0 || ((token.quote == '=' || token.quote == '<') && token.at == 0))
        return;
      for (int i = 0; i < stack->n_keys; i++)
        if (stack->key_depth[i] == stack->n_frames && stack->keys[i] == token.hash)
          return;
      stack->key_depth[stack->n_keys] = stack->n_frames;
      stack->keys[stack->n_keys++] = token.hash;
    }
  top->place = token.quote == '=' ? PLACE_VALUE : PLACE_COLON;
  forget_token (stack, token.quote == '<' ? TOKEN_FIXED : TOKEN_NONE);
  stack->token.low = token.quote == '<' ? FIXED_KEY_END : 0;
  stack->token.node = (int16_t) child;
  stack->token.types = is_text;
  emit (step, stack);
}

static void
step_key (const Step *step, GlmGrammarStack *stack)
{
  const GlmWord *words = step->grammar->table.words;
  GlmGrammarToken *token = &stack->token;
  bool is_word = token->low < token->high && words[token->low].n == token->at;

  /* Else the quote is part of an escape. */
  if (step->byte == token->quote && token->n_more == 0 && (token->phase || is_word))
    {
      end_key (step, stack);
      return;
    }
  token->phase = step_free_key (step, token);
  if (!token->phase)
    {
      token->n_more = token->least = token->most = 0;
      token->hash = 0;
    }
  narrow (step, token);
  if (token->phase || any_usable (step, stack, top_of (stack), token->low, token->high, token->is_closing))
    emit (step, stack);
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

static void
step_number (const Step *step, GlmGrammarStack *stack)
{
  const GlmSchemaNode *node = node_of (step->grammar, stack->token.node);
  bool may_end = glm_grammar_number_may_end (&stack->token, node);

  if (!(step->closing && may_end) && glm_grammar_number_step (&stack->token, node, step->byte))
    {
      emit (step, stack);
      return;
    }
  if (!may_end)
    return;
  end_value (stack);
  step_structure (step, stack);
}

static void
begin_word (const Step *step, GlmGrammarStack *stack, GlmWords words)
{
  forget_token (stack, TOKEN_WORD);
  stack->token.low = words.first;
  stack->token.high = (uint16_t) (words.first + words.n);
  step_word (step, stack);
}

static void
begin_fixed (const Step *step, GlmGrammarStack *stack, int which)
{
  forget_token (stack, TOKEN_FIXED);
  stack->token.low = (uint16_t) (which + (step->grammar->spelling == GLM_SPELLING_PYTHON ? 3 : 0));
  step_fixed (step, stack);
}

/* A tuple has another number of elements than one, or a comma that is not read here. */
static bool
may_open (const Step *step, const GlmGrammarStack *stack, const GlmSchemaNode *node, unsigned types)
{
  bool python = step->grammar->spelling == GLM_SPELLING_PYTHON;
  unsigned container = step->byte == '{' ? GLM_SCHEMA_OBJECT : GLM_SCHEMA_ARRAY;

  if (!(types & container) || stack->n_frames >= GLM_SCHEMA_MAX_DEPTH)
    return false;
  if (step->closing && types & ~(unsigned) (GLM_SCHEMA_OBJECT | GLM_SCHEMA_ARRAY))
    return false;
  if (container == GLM_SCHEMA_ARRAY && node && node->min_items > 0 && node->height > GLM_SCHEMA_MAX_DEPTH - stack->n_frames)
    return false;
  if (step->byte != '(')
    return true;
  return python && (!node || (node->max_items >= 2 && node->items != GLM_SCHEMA_NOTHING));
}

/* Whether all that an object or array of the node needs has room inside of it. */
static bool
fits_inside (const Step *step, const GlmGrammarStack *stack, const GlmSchemaNode *node)
{
  int room = GLM_SCHEMA_MAX_DEPTH - stack->n_frames - 1;

  if (!node)
    return true;
  if (step->byte != '{')
    return node->min_items == 0 || node->items == GLM_SCHEMA_ANYTHING
           || (node->items >= 0 && node_of (step->grammar, node->items)->height <= room);
  for (uint32_t i = 0; i < node->n_properties; i++)
    {
      int child = node->properties[i].node;

      if (node->required >> i & 1
          && (child == GLM_SCHEMA_NOTHING || (child >= 0 && node_of (step->grammar, child)->height > room)))
        return false;
    }
  return true;
}

static void
start_plain (const Step *step, GlmGrammarStack *stack, int index, unsigned types)
{
  const GlmSchemaNode *node = node_of (step->grammar, index);
  bool python = step->grammar->spelling == GLM_SPELLING_PYTHON;
  uint8_t byte = step->byte;

  if ((byte == '"' || (byte == '\'' && python)) && types & GLM_SCHEMA_STRING)
    {
      forget_token (stack, TOKEN_STRING);
      stack->token.node = (int16_t) index;
      stack->token.quote = byte;
      emit (step, stack);
    }
  else if (byte == '{' || byte == '[' || byte == '(')
    {
      if (!may_open (step, stack, node, types) || !fits_inside (step, stack, node))
        return;
      open_frame (stack, byte, index);
      emit (step, stack);
    }
  else if ((byte == '-' || (byte >= '0' && byte <= '9')) && types & GLM_SCHEMA_NUMBER)
    {
      forget_token (stack, TOKEN_NUMBER);
      stack->token.node = (int16_t) index;
      stack->token.types = (uint8_t) types;
      if (glm_grammar_number_step (&stack->token, node, byte))
        emit (step, stack);
    }
  else if (byte == (python ? 'T' : 't') && types & GLM_SCHEMA_BOOL)
    begin_fixed (step, stack, FIXED_TRUE);
  else if (byte == (python ? 'F' : 'f') && types & GLM_SCHEMA_BOOL)
    begin_fixed (step, stack, FIXED_FALSE);
  else if (byte == (python ? 'N' : 'n') && types & GLM_SCHEMA_NULL)
    begin_fixed (step, stack, FIXED_NULL);
}

static void
start_value (const Step *step, const GlmGrammarStack *stack, int index, unsigned types, int guard)
{
  const GlmSchemaNode *node = node_of (step->grammar, index);
  GlmGrammarStack next;

  if (guard > MAX_GUARD || !has_room (step->grammar, stack, index))
    return;
  types &= node ? node->types : GLM_SCHEMA_ALL;
  if (node && !node->literal && !node->literals && node->n_choices > 0)
    {
      for (uint32_t i = 0; i < node->n_choices; i++)
        start_value (step, stack, node->choices[i], types, guard + 1);
      return;
    }
  copy_stack (&next, stack);
  if (node && (node->literal || node->literals))
    begin_word (step, &next, step->grammar->table.literals[index]);
  else
    start_plain (step, &next, index, types);
}

/* Text without quotes, between tags. */
static void
start_raw (const Step *step, const GlmGrammarStack *stack, int index, unsigned types, int guard)
{
  const GlmWordTable *table = &step->grammar->table;
  const GlmSchemaNode *node = node_of (step->grammar, index);
  bool is_text = stack->token.types;
  GlmGrammarStack next;

  types &= node ? node->types : GLM_SCHEMA_ALL;
  if (guard > MAX_GUARD || index == GLM_SCHEMA_NOTHING || !(types & GLM_SCHEMA_STRING))
    return;
  if (node && !node->literal && !node->literals && node->n_choices > 0)
    {
      for (uint32_t i = 0; i < node->n_choices; i++)
        start_raw (step, stack, node->choices[i], types, guard + 1);
      return;
    }
  copy_stack (&next, stack);
  if (node && (node->literal || node->literals))
    {
      begin_word (step, &next, is_text ? table->texts[index] : table->plain_texts[index]);
      return;
    }
  forget_token (&next, TOKEN_RAW);
  next.token.node = (int16_t) index;
  glm_grammar_raw_begin (&next.token, is_text);
  step_raw (step, &next);
}

/* ---- Containers ------------------------------------------------------------------------------------------------- */

static void
step_object (const Step *step, GlmGrammarStack *stack)
{
  GlmGrammarFrame *top = top_of (stack);
  bool is_call = top->kind == 'c', python = step->grammar->spelling == GLM_SPELLING_PYTHON;
  bool is_key = top->place == PLACE_START || top->place == PLACE_NEXT;
  uint8_t byte = step->byte;

  if (top->place == PLACE_VALUE)
    start_value (step, stack, stack->token.node, GLM_SCHEMA_ALL, 0);
  else if (top->place == PLACE_COLON && byte == ':')
    {
      top->place = PLACE_VALUE;
      emit (step, stack);
    }
  else if ((top->place == PLACE_START || top->place == PLACE_AFTER) && byte == (is_call ? ')' : '}'))
    {
      if (has_required (step, top))
        close_frame (step, stack);
    }
  else if (top->place == PLACE_AFTER && byte == ',' && can_go_on (step, stack, top))
    {
      top->place = PLACE_NEXT;
      forget_token (stack, TOKEN_NONE);
      emit (step, stack);
    }
  else if (is_key && is_call && is_name_byte (byte, true))
    {
      begin_key (step, stack, '=');
      step_key (step, stack);
    }
  else if (is_key && !is_call && (byte == '"' || (byte == '\'' && python)) && can_go_on (step, stack, top))
    {
      begin_key (step, stack, byte);
      emit (step, stack);
    }
}

static void
begin_tag (const Step *step, const GlmGrammarStack *stack, int which)
{
  GlmGrammarStack next;

  copy_stack (&next, stack);
  next.token.kind = TOKEN_FIXED;
  next.token.low = (uint16_t) which;
  next.token.at = 1;
  next.token.n_blanks = 0;
  next.token.is_closing = step->closing;
  emit (step, &next);
}

/* The pairs of a call in tags, each of which may begin on a line of its own, as values may. */
static void
step_pairs (const Step *step, GlmGrammarStack *stack)
{
  GlmGrammarFrame *top = top_of (stack);

  if (top->place == PLACE_VALUE)
    {
      if (!stack->token.types)
        start_value (step, stack, stack->token.node, GLM_SCHEMA_ALL, 0);
      start_raw (step, stack, stack->token.node, GLM_SCHEMA_ALL, 0);
    }
  else if (step->byte == '\n' && top->place != PLACE_AFTER && stack->token.n_blanks == 0 && !step->closing)
    {
      stack->token.n_blanks = 1;
      emit (step, stack);
    }
  else if (step->byte == '<' && top->place == PLACE_START)
    {
      if (can_go_on (step, stack, top))
        begin_tag (step, stack, FIXED_KEY);
      if (has_required (step, top))
        begin_tag (step, stack, FIXED_CALL_END);
    }
  else if (step->byte == '<')
    begin_tag (step, stack, top->place == PLACE_COLON ? FIXED_VALUE : FIXED_VALUE_END);
}

static void
step_array (const Step *step, GlmGrammarStack *stack)
{
  GlmGrammarFrame *top = top_of (stack);
  const GlmSchemaNode *node = node_of (step->grammar, top->node);
  uint32_t least = node ? node->min_items : 0, most = node ? node->max_items : UINT32_MAX;
  int items = node ? node->items : GLM_SCHEMA_ANYTHING;
  bool may_close = top->n >= least && !(top->kind == '(' && top->n == 1);
  bool may_go_on =
      top->n < most && !(step->closing && may_close && top->place != PLACE_NEXT) && has_room (step->grammar, stack, items);

  if (top->place != PLACE_NEXT && step->byte == (top->kind == '(' ? ')' : ']'))
    {
      if (may_close)
        close_frame (step, stack);
    }
  else if (top->place == PLACE_AFTER)
    {
      if (step->byte != ',' || !may_go_on)
        return;
      top->place = PLACE_NEXT;
      forget_token (stack, TOKEN_NONE);
      emit (step, stack);
    }
  else if (may_go_on)
    start_value (step, stack, items, GLM_SCHEMA_ALL, 0);
}

/* A line feed, then blanks. */
static void
step_blank (const Step *step, GlmGrammarStack *stack)
{
  const GlmGrammarFrame *top = top_of (stack);

  if (step->closing || stack->token.n_blanks >= MAX_BLANKS || (step->byte == '\n' && stack->token.n_blanks > 0)
      || (top && (top->place == PLACE_COLON || (top->kind == 'c' && top->place == PLACE_VALUE))))
    return;
  stack->token.n_blanks++;
  emit (step, stack);
}

static void
step_structure (const Step *step, GlmGrammarStack *stack)
{
  const GlmGrammarFrame *top = top_of (stack);

  if (stack->token.kind != TOKEN_NONE)
    return;
  if (top && top->kind == 't')
    step_pairs (step, stack);
  else if (step->byte == ' ' || step->byte == '\n')
    step_blank (step, stack);
  else if (!top)
    start_value (step, stack, step->grammar->schema->root, GLM_SCHEMA_OBJECT, 0);
  else if (top->kind == '[' || top->kind == '(')
    step_array (step, stack);
  else
    step_object (step, stack);
}

/* ---- The whole -------------------------------------------------------------------------------------------------- */

void
glm_grammar_begin (const GlmGrammar *grammar, GlmGrammarState *ret_state)
{
  ret_state->n = 1;
  ret_state->n_bytes = 0;
  memset (&ret_state->stacks[0], 0, offsetof (GlmGrammarStack, frames));
  if (grammar->spelling != GLM_SPELLING_JSON)
    {
      ret_state->stacks[0].token.kind = TOKEN_FIXED;
      ret_state->stacks[0].token.low = grammar->name ? FIXED_NAME : FIXED_HEAD;
    }
}

static void
step_stack (const Step *step, const GlmGrammarStack *stack)
{
  GlmGrammarState *out = step->out;
  uint8_t kind = stack->token.kind;
  /* What emits nothing but itself, and that once, is made where it will lie. */
  bool is_single = kind == TOKEN_STRING || kind == TOKEN_KEY || kind == TOKEN_RAW;
  GlmGrammarStack local, *next = is_single && out->n < GLM_GRAMMAR_MAX_STACKS ? &out->stacks[out->n] : &local;

  copy_stack (next, stack);
  switch (kind)
    {
    case TOKEN_NONE: step_structure (step, next); break;
    case TOKEN_FIXED: step_fixed (step, next); break;
    case TOKEN_WORD: step_word (step, next); break;
    case TOKEN_STRING: step_string (step, next); break;
    case TOKEN_KEY: step_key (step, next); break;
    case TOKEN_NUMBER: step_number (step, next); break;
    case TOKEN_RAW: step_raw (step, next); break;
    default: break;
    }
}

bool
glm_grammar_step_within (const GlmGrammar *grammar, const GlmGrammarState *state, bool closing, uint8_t byte,
                         GlmGrammarState *ret_state)
{
  GlmGrammarState copy;
  Step step = { grammar, ret_state, byte, closing };
  uint32_t n_bytes = state->n_bytes + 1;

  if (ret_state == state)
    {
      copy.n = state->n;
      for (int i = 0; i < state->n && i < GLM_GRAMMAR_MAX_STACKS; i++)
        copy_stack (&copy.stacks[i], &state->stacks[i]);
      state = &copy;
    }
  ret_state->n = 0;
  ret_state->n_bytes = n_bytes;
  for (int i = 0; i < state->n; i++)
    step_stack (&step, &state->stacks[i]);
  return ret_state->n > 0;
}

bool
glm_grammar_step (const GlmGrammar *grammar, const GlmGrammarState *state, uint8_t byte, GlmGrammarState *ret_state)
{
  return glm_grammar_step_within (grammar, state, glm_grammar_is_closing (grammar, state), byte, ret_state);
}

bool
glm_grammar_is_closing (const GlmGrammar *grammar, const GlmGrammarState *state)
{
  return state->n_bytes >= grammar->max_bytes;
}

bool
glm_grammar_is_done (const GlmGrammarState *state)
{
  for (int i = 0; i < state->n; i++)
    if (state->stacks[i].token.kind == TOKEN_DONE)
      return true;
  return false;
}

/* The one byte that may follow, those aside that only lay the text out; −1: none or several. */
static int
only_byte (const GlmGrammar *grammar, const GlmGrammarState *state, GlmGrammarState *next)
{
  const GlmGrammarStack *stack = &state->stacks[0];
  int found = -1;

  /* The line that a tag begins on. */
  if (grammar->spelling == GLM_SPELLING_TAG_LINES && state->n == 1 && stack->token.kind == TOKEN_NONE && stack->n_frames == 1
      && stack->frames[0].place != PLACE_VALUE && glm_grammar_step (grammar, state, '\n', next))
    return '\n';
  for (int byte = 0; byte < 256; byte++)
    if (byte != ' ' && byte != '\n' && glm_grammar_step (grammar, state, (uint8_t) byte, next))
      {
        if (found >= 0)
          return -1;
        found = byte;
      }
  for (int i = 0; found < 0 && i < 2; i++)
    if (glm_grammar_step (grammar, state, (uint8_t) "\n "[i], next))
      found = "\n "[i];
  return found;
}

size_t
glm_grammar_forced (const GlmGrammar *grammar, const GlmGrammarState *state, uint8_t *bytes, size_t max)
{
  GlmGrammarState now = *state, next;
  size_t n = 0;
  int byte;

  while (n + 1 < max && !glm_grammar_is_done (&now) && (byte = only_byte (grammar, &now, &next)) >= 0)
    {
      glm_grammar_step (grammar, &now, (uint8_t) byte, &now);
      bytes[n++] = (uint8_t) byte;
      if ((byte == ',' || byte == ':') && now.stacks[0].token.kind == TOKEN_NONE
          && glm_grammar_step (grammar, &now, ' ', &next))
        {
          now = next;
          bytes[n++] = ' ';
        }
    }
  return n;
}

/* ---- Making one ------------------------------------------------------------------------------------------------- */

static bool
is_exact (const GlmSchemaNode *node)
{
  bool is_plain = node->types == GLM_SCHEMA_ALL && node->n_properties == 0 && node->additional == GLM_SCHEMA_ANYTHING
                  && node->items == GLM_SCHEMA_ANYTHING && node->minimum == -INFINITY && node->maximum == INFINITY
                  && node->min_length == 0 && node->max_length == UINT32_MAX && node->min_items == 0
                  && node->max_items == UINT32_MAX;

  if (node->literal || node->literals)
    return true;
  return node->multiple_of == 0 && !node->unique_items && node->min_properties == 0 && node->max_properties == UINT32_MAX
         && (node->n_choices == 0 || (is_plain && (!node->one_of || node->n_choices == 1)));
}

static bool
make (const GlmSchema *schema, GlmSpelling spelling, const char *name, uint32_t max_bytes, GlmGrammar **ret_grammar,
      GlmError *error)
{
  GlmGrammar *grammar = calloc (1, sizeof *grammar);

  if (!grammar)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a grammar");
  grammar->schema = schema;
  grammar->spelling = spelling;
  grammar->name = name;
  grammar->max_bytes = max_bytes ? max_bytes : MAX_BYTES;
  grammar->is_exact = true;
  for (int i = 0; i < schema->n_nodes; i++)
    grammar->is_exact = grammar->is_exact && is_exact (&schema->nodes[i]);
  if (!glm_words_make (schema, spelling, &grammar->table, error))
    {
      glm_grammar_free (grammar);
      return false;
    }
  *ret_grammar = grammar;
  return true;
}

bool
glm_grammar_new (const GlmSchema *schema, GlmSpelling spelling, uint32_t max_bytes, GlmGrammar **ret_grammar, GlmError *error)
{
  return make (schema, spelling, NULL, max_bytes, ret_grammar, error);
}

bool
glm_grammar_new_tags (const GlmSchema *schema, const char *name, bool lines, uint32_t max_bytes, GlmGrammar **ret_grammar,
                      GlmError *error)
{
  return make (schema, lines ? GLM_SPELLING_TAG_LINES : GLM_SPELLING_TAGS, name, max_bytes, ret_grammar, error);
}

void
glm_grammar_free (GlmGrammar *grammar)
{
  if (!grammar)
    return;
  glm_words_clear (&grammar->table);
  free (grammar);
}

bool
glm_grammar_is_exact (const GlmGrammar *grammar)
{
  return grammar->is_exact;
}

bool
glm_schema_is_held (const GlmSchema *schema)
{
  GlmGrammar *grammar = NULL;
  bool held = glm_grammar_new (schema, GLM_SPELLING_JSON, 0, &grammar, NULL) && grammar->is_exact;

  glm_grammar_free (grammar);
  return held;
}
