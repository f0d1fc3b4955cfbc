/* vocab.h: the pieces of a tokenizer and their ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_VOCAB_H
#define GLM_VOCAB_H

#include "engine.h"

/* SentencePiece's and GGUF's numbers. */
typedef enum
{
  GLM_PIECE_NORMAL = 1,
  GLM_PIECE_UNKNOWN = 2,
  GLM_PIECE_CONTROL = 3,
  GLM_PIECE_USER_DEFINED = 4,
  GLM_PIECE_UNUSED = 5,
  GLM_PIECE_BYTE = 6,
} GlmPieceKind;

#define GLM_MAX_VOCAB       (1 << 18)
#define GLM_MAX_PIECE_BYTES 4096
#define GLM_MAX_MERGES      (1 << 20)
#define GLM_GLM4_N_RANKS    151329

typedef struct
{
  int32_t n;
  int32_t capacity;
  uint8_t *pool; /* all texts back to back */
  size_t pool_bytes;
  size_t pool_capacity;
  uint32_t *start; /* [n + 1] into the pool */
  uint8_t *kind;   /* [n] GlmPieceKind */
  float *score;    /* [n] */
  int32_t *slots;  /* open addressing: ids of NORMAL and USER_DEFINED pieces, -1 empty */
  uint32_t slot_mask;
  uint32_t max_bytes; /* longest of those */
} GlmVocab;

void glm_vocab_clear (GlmVocab *vocab);
/* Appends the piece with id vocab->n. */
bool glm_vocab_add (GlmVocab *vocab, const void *text, size_t n_bytes, GlmPieceKind kind, float score, GlmError *error);
/* Makes glm_vocab_find() possible.  Of equal texts the first id is found. */
bool glm_vocab_seal (GlmVocab *vocab, GlmError *error);

/* The NORMAL or USER_DEFINED piece with exactly these bytes, or -1: control tokens are never found here. */
int32_t glm_vocab_find (const GlmVocab *vocab, const void *text, size_t n_bytes);
/* The CONTROL piece with this text, or -1. */
int32_t glm_vocab_find_control (const GlmVocab *vocab, const char *text);

/* Whether these are GLM-4's tokens: 151,329 ranks of tiktoken in order, then <|endoftext|>.  Their id is their rank, and
 * the list of merges that GGUF and tokenizer.json carry beside them says the same. */
bool glm_vocab_is_ranked (const GlmVocab *vocab);

static inline const uint8_t *
glm_vocab_text (const GlmVocab *vocab, int32_t id, uint32_t *ret_n_bytes)
{
  *ret_n_bytes = vocab->start[id + 1] - vocab->start[id];
  return vocab->pool ? vocab->pool + vocab->start[id] : (const uint8_t *) "";
}

#endif
