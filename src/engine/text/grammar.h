/* grammar.h: which bytes may come next in the arguments of a call
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An automaton over bytes that reads a value of a schema, spelled as JSON, as a call in Python or in tags.  Its state is a plain value,
 * without memory of its own: a stack of open containers, and where the reader stands in a string, number or name.  Where
 * several forms may still be meant there are several such stacks.
 *
 * What it accepts is read by call-arguments.c and fits the schema, but for what no automaton over bytes follows well:
 * multipleOf, uniqueItems, minProperties, maxProperties, what stands beside a choice, and that no second form of oneOf
 * fits.  Such a schema is not exact.  Blanks, digits, depth and names are bounded; beyond a length that is given the value
 * must be closed as soon as it can be.
 */
#ifndef GLM_GRAMMAR_H
#define GLM_GRAMMAR_H

#include "base/buffer.h"
#include "text/schema.h"

typedef enum
{
  GLM_SPELLING_JSON,      /* {"key": value} */
  GLM_SPELLING_PYTHON,    /* ```python\ntool_call(key=value)\n``` */
  GLM_SPELLING_TAGS,      /* name<arg_key>key</arg_key><arg_value>value</arg_value></tool_call> */
  GLM_SPELLING_TAG_LINES, /* … usually with a line's end before each tag but </…> */
} GlmSpelling;

#define GLM_GRAMMAR_MAX_STACKS 8
#define GLM_GRAMMAR_MAX_FRAMES (GLM_SCHEMA_MAX_DEPTH + 1)
#define GLM_GRAMMAR_MAX_KEYS   8 /* that the schema does not name, in all open objects */

/* An open container. */
typedef struct
{
  int16_t node;  /* or GLM_SCHEMA_ANYTHING */
  uint8_t kind;  /* '{', '[', '(' of a tuple, 'c' of the call's own parentheses, 't' of its tags */
  uint8_t place; /* what is expected */
  uint32_t n;    /* elements */
  uint64_t used; /* properties */
} GlmGrammarFrame;

typedef struct
{
  uint8_t kind;        /* what is being read */
  uint8_t quote;       /* that ends it */
  uint8_t phase;       /* of an escape or number */
  uint8_t n_more;      /* bytes of the character, or hexadecimal digits */
  uint8_t least, most; /* of the next byte of the character */
  uint8_t n_blanks;
  uint8_t is_closing; /* when a key began */
  uint8_t negative, n_integer, n_fraction, n_power;
  uint8_t types; /* that the value may have */
  int16_t node;
  uint16_t low, high; /* the words that may be meant */
  uint16_t code;      /* of an escape; a power of ten */
  uint32_t at;        /* bytes of the word */
  uint32_t length;    /* characters */
  uint64_t hash;      /* of a key */
  __extension__ unsigned __int128 digits;
} GlmGrammarToken;

typedef struct
{
  GlmGrammarToken token;
  uint8_t n_frames;
  uint8_t n_keys;
  uint8_t key_depth[GLM_GRAMMAR_MAX_KEYS];
  uint64_t keys[GLM_GRAMMAR_MAX_KEYS];
  GlmGrammarFrame frames[GLM_GRAMMAR_MAX_FRAMES];
} GlmGrammarStack;

typedef struct
{
  int n; /* stacks; 0: what came was refused */
  uint32_t n_bytes;
  GlmGrammarStack stacks[GLM_GRAMMAR_MAX_STACKS];
} GlmGrammarState;

typedef struct GlmGrammar GlmGrammar;

/* The schema must outlive the grammar.  max_bytes: where closing begins; 0: the usual.  GLM_ERROR_UNSUPPORTED where the
 * spelling cannot say what the schema requires. */
bool glm_grammar_new (const GlmSchema *schema, GlmSpelling spelling, uint32_t max_bytes, GlmGrammar **ret_grammar,
                      GlmError *error);
/* A call of the tool in tags, behind <tool_call>.  The name, which is not empty, must outlive the grammar too. */
bool glm_grammar_new_tags (const GlmSchema *schema, const char *name, bool lines, uint32_t max_bytes, GlmGrammar **ret_grammar,
                           GlmError *error);
void glm_grammar_free (GlmGrammar *grammar);
/* Whether all that is accepted fits the schema. */
bool glm_grammar_is_exact (const GlmGrammar *grammar);

void glm_grammar_begin (const GlmGrammar *grammar, GlmGrammarState *ret_state);
/* The state after the byte; false: it is refused, and *ret_state has no stacks.  The two may be the same. */
bool glm_grammar_step (const GlmGrammar *grammar, const GlmGrammarState *state, uint8_t byte, GlmGrammarState *ret_state);
/* The same for a byte within a token: whether closing has begun is decided before its first byte. */
bool glm_grammar_step_within (const GlmGrammar *grammar, const GlmGrammarState *state, bool closing, uint8_t byte,
                              GlmGrammarState *ret_state);
bool glm_grammar_is_closing (const GlmGrammar *grammar, const GlmGrammarState *state);
bool glm_grammar_is_done (const GlmGrammarState *state);
/* What must follow now, blanks as models write them: at most max bytes; returns how many. */
size_t glm_grammar_forced (const GlmGrammar *grammar, const GlmGrammarState *state, uint8_t *bytes, size_t max);

#endif
