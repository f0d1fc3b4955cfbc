/* grammar-stack.h: what the automaton of grammar.c keeps, and what is done with it; for grammar.c, grammar-run.c and token-mask.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GRAMMAR_STACK_H
#define GLM_GRAMMAR_STACK_H

#include "text/grammar-words.h"

#define GLM_GRAMMAR_MAX_KEY_BYTES 128 /* of a key that the schema does not name */

/* GlmGrammarToken.kind */
enum
{
  TOKEN_NONE,
  TOKEN_FIXED, /* low: which of the texts */
  TOKEN_WORD,
  TOKEN_STRING,
  TOKEN_KEY,
  TOKEN_NUMBER,
  TOKEN_RAW,
  TOKEN_DONE,
};

/* GlmGrammarFrame.place */
enum
{
  PLACE_START, /* the first key or element, or the end; with tags any key, or the end */
  PLACE_NEXT,  /* another, after a comma */
  PLACE_COLON,
  PLACE_VALUE,
  PLACE_AFTER, /* a comma or the end */
};

struct GlmGrammar
{
  const GlmSchema *schema;
  GlmSpelling spelling;
  const char *name; /* of the tool, before tags */
  uint32_t max_bytes;
  bool is_exact;
  GlmWordTable table;
};

typedef struct
{
  const GlmGrammar *grammar;
  GlmGrammarState *out;
  uint8_t byte;
  bool closing; /* nothing that can be left out may begin */
} Step;

static inline size_t
stack_size (const GlmGrammarStack *stack)
{
  if (stack->n_frames > GLM_GRAMMAR_MAX_FRAMES)
    __builtin_unreachable ();
  return offsetof (GlmGrammarStack, frames) + stack->n_frames * sizeof stack->frames[0];
}

/* 16 bytes at a time, which is their alignment: one of memcpy's calls takes as long as a step. */
static inline void
copy_stack (GlmGrammarStack *to, const GlmGrammarStack *from)
{
  size_t n = stack_size (from);

  _Static_assert(sizeof *to % 16 == 0, "whole pieces");
  for (size_t i = 0; i < n; i += 16)
    memcpy ((char *) to + i, (const char *) from + i, 16);
}

static inline void
emit (const Step *step, const GlmGrammarStack *stack)
{
  GlmGrammarState *out = step->out;

  for (int i = 0; i < out->n; i++)
    if (out->stacks[i].n_frames == stack->n_frames && memcmp (&out->stacks[i], stack, stack_size (stack)) == 0)
      return;
  if (out->n == GLM_GRAMMAR_MAX_STACKS)
    return;
  if (stack != &out->stacks[out->n])
    copy_stack (&out->stacks[out->n], stack);
  out->n++;
}

static inline GlmGrammarFrame *
top_of (GlmGrammarStack *stack)
{
  return stack->n_frames > 0 ? &stack->frames[stack->n_frames - 1] : NULL;
}

static inline const GlmSchemaNode *
node_of (const GlmGrammar *grammar, int node)
{
  return node >= 0 ? &grammar->schema->nodes[node] : NULL;
}

/* Whether a value of the node has room here. */
static inline bool
has_room (const GlmGrammar *grammar, const GlmGrammarStack *stack, int node)
{
  int height = node == GLM_SCHEMA_ANYTHING  ? 0
               : node == GLM_SCHEMA_NOTHING ? GLM_SCHEMA_MAX_DEPTH + 1
                                            : node_of (grammar, node)->height;

  return height <= GLM_SCHEMA_MAX_DEPTH - stack->n_frames;
}

static inline void
forget_token (GlmGrammarStack *stack, int kind)
{
  memset (&stack->token, 0, sizeof stack->token);
  stack->token.kind = (uint8_t) kind;
}

/* The value at hand is complete. */
static inline void
end_value (GlmGrammarStack *stack)
{
  GlmGrammarFrame *top = top_of (stack);

  forget_token (stack, top ? TOKEN_NONE : TOKEN_DONE);
  if (!top)
    return;
  top->place = PLACE_AFTER;
  top->n++;
}

/* Room was asked for. */
static inline void
open_frame (GlmGrammarStack *stack, uint8_t kind, int node)
{
  forget_token (stack, TOKEN_NONE);
  stack->frames[stack->n_frames++] = (GlmGrammarFrame){ .node = (int16_t) node, .kind = kind, .place = PLACE_START };
}

#endif
