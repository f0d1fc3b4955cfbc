/* tokenizer-private.h: what the parts of the tokenizer share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_TOKENIZER_PRIVATE_H
#define GLM_TOKENIZER_PRIVATE_H

#include "text/bpe.h"
#include "text/normaliser.h"
#include "text/piece-trie.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

typedef enum
{
  GLM_TOKENIZER_UNIGRAM,   /* SentencePiece Unigram: ChatGLM-6B */
  GLM_TOKENIZER_SPM_BPE,   /* SentencePiece BPE: ChatGLM2, ChatGLM3 */
  GLM_TOKENIZER_RANK_BPE,  /* byte-level BPE, the id is the rank (tiktoken): GLM-4 */
  GLM_TOKENIZER_MERGE_BPE, /* byte-level BPE with a list of merges: GLM-Edge */
} GlmTokenizerKind;

/* One text may not be longer: offsets into the normalised text (at most three times as long, plus a prefix) are 32 bits. */
#define GLM_MAX_TEXT_BYTES ((size_t) 256 << 20)

typedef struct GlmMerge GlmMerge;

struct GlmTokenizer
{
  GlmTokenizerKind kind;
  GlmVocab vocab;        /* byte-level kinds: the tokens' raw bytes */
  int32_t unknown_id;    /* SentencePiece's <unk>, or -1 */
  int32_t byte_ids[256]; /* the token of one byte, or -1 */
  int32_t end_id;        /* what ends a text: </s>, <eop>, <|endoftext|>; or -1 */
  GlmNormaliser normaliser;
  GlmPieceTrie user_defined; /* SentencePiece: pieces that normalisation leaves alone */
  GlmPieceTrie pieces;       /* UNIGRAM: everything text can become */
  float unknown_score;       /* UNIGRAM */
  bool glm1_text;            /* ChatGLM-6B writes newlines, tabs and runs of spaces as pieces of their own */
  bool shows_controls;       /* decoding writes control tokens as their text (ChatGLM3, GLM-4), else as nothing */
  GlmMerge *merges;          /* MERGE_BPE: open addressing by the pair of ids */
  uint32_t merge_mask;
  uint32_t *merge_order; /* slots of the merges, in the order of the list */
  uint32_t n_merges;
  bool ignore_merges; /* MERGE_BPE: a whole word that is a token is taken as it is */
};

static inline bool
glm_tokenizer_is_byte_level (const GlmTokenizer *tokenizer)
{
  return tokenizer->kind == GLM_TOKENIZER_RANK_BPE || tokenizer->kind == GLM_TOKENIZER_MERGE_BPE;
}

/* An empty tokenizer of the kind; NULL: no memory. */
GlmTokenizer *glm_tokenizer_alloc (GlmTokenizerKind kind);
/* After the vocabulary is complete: builds the lookup tables and checks that text can be encoded at all. */
bool glm_tokenizer_seal (GlmTokenizer *tokenizer, GlmError *error);

/* The byte that SentencePiece's "<0x0A>" or a byte-level token of one byte stands for; -1: another token. */
int glm_tokenizer_byte_of (const GlmTokenizer *tokenizer, int32_t id);

/* ChatGLM-6B's pieces for white space, <n>, <|tab|>, <|blank_2|> … <|blank_80|>: how many of *ret_space; 0: another piece. */
int glm_tokenizer_white_space (const uint8_t *piece, size_t n, char *ret_space);

/* Whether this is the text of one of the GLM families' control tokens: such a piece is CONTROL whatever a file says. */
bool glm_is_control_text (const void *text, size_t n_bytes);

/* UNIGRAM: what encoding needs beside the sealed vocabulary. */
bool glm_unigram_prepare (GlmTokenizer *tokenizer, GlmError *error);
/* MERGE_BPE, after sealing: room for n merges, then each in the order of the list. */
bool glm_merges_reserve (GlmTokenizer *tokenizer, size_t n, GlmError *error);
bool glm_merges_add (GlmTokenizer *tokenizer, uint32_t rank, const void *left, size_t n_left, const void *right, size_t n_right,
                     GlmError *error);
/* The same of two texts in the byte alphabet; the buffers are for their bytes. */
bool glm_merges_add_written (GlmTokenizer *tokenizer, uint32_t rank, const char *left, size_t n_left, const char *right,
                             size_t n_right, GlmBuffer buffers[2], GlmError *error);

/* The merge at a place of the list; false: beyond its end. */
bool glm_merges_get (const GlmTokenizer *tokenizer, uint32_t index, int32_t *ret_left, int32_t *ret_right);

/* RANK_BPE: the two tokens that a token is merged from, which are what its bytes become by the ranks before its own.
 * *ret_left is −1 where there is no such pair: a single byte, or a token that merging never reaches. */
bool glm_rank_pair (const GlmTokenizer *tokenizer, GlmBpe *bpe, int32_t id, int32_t *ret_left, int32_t *ret_right,
                    GlmError *error);

/* Encoders: append to *tokens. */
bool glm_unigram_encode (const GlmTokenizer *tokenizer, const uint8_t *text, size_t n_bytes, GlmTokens *tokens,
                         GlmError *error);
bool glm_spm_bpe_encode (const GlmTokenizer *tokenizer, const uint8_t *text, size_t n_bytes, GlmTokens *tokens,
                         GlmError *error);
bool glm_byte_bpe_encode (const GlmTokenizer *tokenizer, const uint8_t *text, size_t n_bytes, GlmTokens *tokens,
                          GlmError *error);
/* The bytes of text that is no piece, as byte pieces (or <unk>). */
bool glm_spm_append_bytes (const GlmTokenizer *tokenizer, const uint8_t *text, size_t n_bytes, GlmTokens *tokens,
                           GlmError *error);

/* Readers of one kind of file each. */
bool glm_tokenizer_new_from_sentencepiece (const uint8_t *data, size_t n_bytes, GlmTokenizer **ret_tokenizer, GlmError *error);
bool glm_tokenizer_new_from_tiktoken (const uint8_t *data, size_t n_bytes, GlmTokenizer **ret_tokenizer, GlmError *error);
bool glm_tokenizer_new_from_json (const uint8_t *data, size_t n_bytes, GlmTokenizer **ret_tokenizer, GlmError *error);

#endif
