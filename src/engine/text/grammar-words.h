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
  GlmWords *keys;     /* [n_nodes], as they stand in quotes */
  GlmWords *names;    /* [n_nodes], before = */
  GlmWords *literals; /* [n_nodes] */
} GlmWordTable;

bool glm_words_make (const GlmSchema *schema, GlmSpelling spelling, GlmWordTable *table, GlmError *error);
void glm_words_clear (GlmWordTable *table);

#endif
