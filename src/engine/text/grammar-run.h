/* grammar-run.h: where any text may follow, and what that is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside of a string, and of a key that the schema does not name, nearly any character may come and changes nothing but
 * lengths.  So whole tokens are let through by what they are made of, and what may follow a run of such characters is
 * the same behind all runs.
 */
#ifndef GLM_GRAMMAR_RUN_H
#define GLM_GRAMMAR_RUN_H

#include "text/grammar.h"

/* What a run is made of. */
typedef enum
{
  GLM_RUN_DOUBLE,         /* characters of a string in double quotes: but control characters, the quote and \ */
  GLM_RUN_SINGLE,         /* the same in single quotes */
  GLM_RUN_DOUBLE_IN_TAGS, /* the first without < */
  GLM_RUN_RAW,            /* text between tags: but control characters that are no blanks, and < */
  GLM_RUN_TAG_KEY,        /* but control characters, blanks and < */
  GLM_RUN_NAME,           /* letters of ASCII, digits and _ */
  GLM_N_RUNS,
} GlmRunKind;

typedef struct
{
  GlmRunKind kind;
  bool is_amid; /* a character has begun, and is a run's when it is complete */
  bool is_key;
  bool has_words; /* of the schema or of JSON, that the text may become: what follows depends on it */
  bool is_exact;  /* what glm_grammar_relax() lets follow may follow, where the lengths allow the token */
  uint32_t least; /* characters before the run may end */
  uint32_t chars; /* that may follow (behind the one that has begun); UINT32_MAX: any number */
  uint32_t
      bytes; /* the same in bytes, where the last character's first one counts; a mark that ends the run may stand behind them */
} GlmRun;

/* Whether the byte is a whole character of the kind.  Those of several bytes are but a name's. */
bool glm_run_takes (GlmRunKind kind, uint8_t byte);
/* Whether a run may follow one of the stacks.  closing: as for glm_grammar_step_within(). */
bool glm_grammar_run (const GlmGrammar *grammar, const GlmGrammarStack *stack, bool closing, GlmRun *ret_run);
/* The state behind a run of any length, as if nothing limited it: what the state refuses behind any run of its kind
 * that is none of has_words, this refuses.  Equal for two states behind whose runs the same may follow. */
void glm_grammar_relax (const GlmGrammarState *state, GlmGrammarState *ret_state);
/* Whether they are equal, with one stack each. */
bool glm_grammar_is_same (const GlmGrammarState *a, const GlmGrammarState *b);

#endif
