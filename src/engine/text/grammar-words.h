/* grammar-words.h: the names and literal values of a schema as they are spelled
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_GRAMMAR_WORDS_H
#define GLM_GRAMMAR_WORDS_H

#include "text/grammar.h"

typedef struct
{
  char *text; /* owned */
  uint32_t n;
  uint16_t index; /* of the property */
  bool is_text;   /* its value stands between tags as it is */
} GlmWord;

/* Sorted by bytes: words[first … first + n). */
typedef struct
{
  uint16_t first, n;
} GlmWords;

typedef struct
{
  GlmWord *words;
  size_t n, capacity;
  GlmWords *keys;        /* [n_nodes], as they stand in quotes */
  GlmWords *names;       /* [n_nodes], before = or in tags */
  GlmWords *literals;    /* [n_nodes] */
  GlmWords *texts;       /* [n_nodes], those that can stand between tags as they are … */
  GlmWords *plain_texts; /* … and of these what is no JSON */
} GlmWordTable;

/* GLM_ERROR_UNSUPPORTED where the spelling cannot say what the schema requires. */
bool glm_words_make (const GlmSchema *schema, GlmSpelling spelling, GlmWordTable *table, GlmError *error);
void glm_words_clear (GlmWordTable *table);

#endif
