/* tokenizer-gguf.c: a tokenizer from the tokenizer.ggml.* keys of a model file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   tokenizer.ggml.model  "llama"  SentencePiece BPE; tokens, scores, token_type
 *                         "t5"     SentencePiece Unigram; also precompiled_charsmap, remove_extra_whitespaces
 *                         "gpt2"   byte-level BPE; tokens in GPT-2's byte alphabet, token_type, merges
 *   tokenizer.ggml.pre    "chatglm-spm", "chatglm1", "chatglm-bpe", "glm4"
 */
#include "text/tokenizer-private.h"

#include <inttypes.h>

#include "error.h"
#include "file/mapped-file.h"

#define KEY(name) "tokenizer.ggml." name

/* Whether the string value of the key is exactly this. */
static bool
string_is (const GlmModelFile *file, const char *key, const char *expected)
{
  const char *value;
  size_t n;

  return glm_model_file_get_string (file, key, &value, &n) && n == strlen (expected) && memcmp (value, expected, n) == 0;
}

static bool
flag (const GlmModelFile *file, const char *key, bool fallback)
{
  bool value;

  return glm_model_file_get_bool (file, key, &value) ? value : fallback;
}

/* The arrays that describe the tokens; scores and types may be missing (NULL). */
typedef struct
{
  const GlmMetaEntry *tokens;
  const GlmMetaEntry *scores;
  const GlmMetaEntry *types;
} TokenArrays;

static bool
find_arrays (const GlmModelFile *file, TokenArrays *ret_arrays, GlmError *error)
{
  const GlmMetadata *metadata = glm_model_file_metadata (file);
  TokenArrays arrays = { glm_metadata_find (metadata, KEY ("tokens")), glm_metadata_find (metadata, KEY ("scores")),
                         glm_metadata_find (metadata, KEY ("token_type")) };

  if (!arrays.tokens || !arrays.tokens->offsets || arrays.tokens->n == 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.tokens is missing, empty or no array of strings");
  if (arrays.tokens->n > GLM_MAX_VOCAB)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.tokens has %" PRIu64 " elements, above the limit of %d",
                          arrays.tokens->n, GLM_MAX_VOCAB);
  if (arrays.scores && (arrays.scores->type != GLM_META_ARRAY || arrays.scores->n != arrays.tokens->n))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.scores is not as long as the tokens");
  if (arrays.types && (arrays.types->type != GLM_META_ARRAY || arrays.types->n != arrays.tokens->n))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.token_type is not as long as the tokens");
  *ret_arrays = arrays;
  return true;
}

static bool
add_token (GlmTokenizer *tokenizer, const TokenArrays *arrays, uint64_t i, GlmError *error)
{
  const char *text;
  size_t n;
  float score = 0;
  int64_t kind = GLM_PIECE_NORMAL;

  if (!glm_meta_array_string (arrays->tokens, i, &text, &n))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.tokens[%" PRIu64 "] is no string", i);
  if (arrays->scores && !glm_meta_array_float (arrays->scores, i, &score))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.scores is no array of floats");
  if (arrays->types && (!glm_meta_array_int (arrays->types, i, &kind) || kind < 0 || kind > GLM_PIECE_BYTE))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.token_type[%" PRIu64 "] is out of range", i);
  /* 0 means "undefined": converters write it for rows that only pad the matrix. */
  if (kind == 0)
    kind = GLM_PIECE_UNUSED;
  return glm_vocab_add (&tokenizer->vocab, text, n, (GlmPieceKind) kind, score, error);
}

static bool
add_tokens (GlmTokenizer *tokenizer, const GlmModelFile *file, GlmError *error)
{
  TokenArrays arrays = { 0 };

  if (!find_arrays (file, &arrays, error))
    return false;
  for (uint64_t i = 0; i < arrays.tokens->n; i++)
    if (!add_token (tokenizer, &arrays, i, error))
      return false;
  return true;
}

static bool
read_sentencepiece (GlmTokenizer *tokenizer, const GlmModelFile *file, GlmError *error)
{
  uint64_t end;

  tokenizer->normaliser.add_dummy_prefix = flag (file, KEY ("add_space_prefix"), true);
  if (!add_tokens (tokenizer, file, error) || !glm_tokenizer_seal (tokenizer, error))
    return false;
  if (glm_model_file_get_uint (file, KEY ("eos_token_id"), &end) && end < (uint64_t) tokenizer->vocab.n)
    tokenizer->end_id = (int32_t) end;
  tokenizer->shows_controls = glm_vocab_find_control (&tokenizer->vocab, "<|assistant|>") >= 0;
  return true;
}

bool
glm_tokenizer_new_from_model_file (const GlmModelFile *file, GlmTokenizer **ret_tokenizer, GlmError *error)
{
  GlmTokenizer *tokenizer = NULL;
  bool ok;

  if (string_is (file, KEY ("model"), "llama"))
    tokenizer = glm_tokenizer_alloc (GLM_TOKENIZER_SPM_BPE);
  else
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: tokenizer.ggml.model names no tokenizer of a GLM model",
                          glm_path_name (glm_model_file_path (file)));
  if (!tokenizer)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokenizer");
  ok = read_sentencepiece (tokenizer, file, error);
  if (!ok)
    {
      glm_tokenizer_free (tokenizer);
      return glm_error_prefix (error, "%s", glm_path_name (glm_model_file_path (file)));
    }
  *ret_tokenizer = tokenizer;
  return true;
}
