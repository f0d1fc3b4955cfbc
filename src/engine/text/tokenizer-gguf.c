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

#include "base/error.h"
#include "file/mapped-file.h"
#include "text/byte-alphabet.h"

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

/* Ordinary tokens by their bytes.  A user-defined one (an image's begin, say) must not come out of text either. */
static bool
add_byte_level_token (GlmTokenizer *tokenizer, const char *text, size_t n, GlmPieceKind kind, GlmError *error)
{
  GlmBuffer bytes = { 0 };
  bool ok;

  if (kind != GLM_PIECE_NORMAL)
    return glm_vocab_add (&tokenizer->vocab, text, n, kind == GLM_PIECE_UNUSED ? kind : GLM_PIECE_CONTROL, 0, error);
  if (!glm_byte_alphabet_has (text, n))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.tokens[%d] is not in the alphabet of bytes",
                          tokenizer->vocab.n);
  ok =
      (glm_byte_alphabet_decode (text, n, &bytes) || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the vocabulary"))
      && glm_vocab_add (&tokenizer->vocab, bytes.data, bytes.n, kind, 0, error);
  glm_buffer_clear (&bytes);
  return ok;
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
  if (glm_is_control_text (text, n))
    kind = GLM_PIECE_CONTROL;
  if (!glm_tokenizer_is_byte_level (tokenizer))
    return glm_vocab_add (&tokenizer->vocab, text, n, (GlmPieceKind) kind, score, error);
  return add_byte_level_token (tokenizer, text, n, (GlmPieceKind) kind, error);
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
read_end_id (GlmTokenizer *tokenizer, const GlmModelFile *file, GlmError *error)
{
  uint64_t end;

  if (!glm_model_file_get_uint (file, KEY ("eos_token_id"), &end))
    return true;
  if (end >= (uint64_t) tokenizer->vocab.n)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.eos_token_id is %" PRIu64 ", beyond the tokens", end);
  tokenizer->end_id = (int32_t) end;
  return true;
}

/* The charsmap is an array of u8 (or i8). */
static bool
read_charsmap (GlmTokenizer *tokenizer, const GlmModelFile *file, GlmError *error)
{
  const GlmMetaEntry *entry = glm_metadata_find (glm_model_file_metadata (file), KEY ("precompiled_charsmap"));

  if (!entry)
    return true;
  if (entry->type != GLM_META_ARRAY || (entry->element_type != GLM_META_U8 && entry->element_type != GLM_META_I8))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.precompiled_charsmap is no array of bytes");
  return glm_normaliser_set_charsmap (&tokenizer->normaliser, entry->data, entry->n_bytes, error);
}

static bool
read_sentencepiece (GlmTokenizer *tokenizer, const GlmModelFile *file, GlmError *error)
{
  tokenizer->normaliser.add_dummy_prefix = flag (file, KEY ("add_space_prefix"), true);
  tokenizer->normaliser.remove_extra_whitespaces = flag (file, KEY ("remove_extra_whitespaces"), false);
  if (!read_charsmap (tokenizer, file, error) || !add_tokens (tokenizer, file, error) || !glm_tokenizer_seal (tokenizer, error))
    return false;
  tokenizer->glm1_text = string_is (file, KEY ("pre"), "chatglm1");
  tokenizer->shows_controls = glm_vocab_find_control (&tokenizer->vocab, "<|assistant|>") >= 0;
  return true;
}

/* "left right" in the byte alphabet. */
static bool
add_merge (GlmTokenizer *tokenizer, const GlmMetaEntry *merges, uint64_t i, GlmBuffer buffers[2], GlmError *error)
{
  const char *text, *space;
  size_t n;

  if (!glm_meta_array_string (merges, i, &text, &n) || !(space = memchr (text, ' ', n)))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.merges[%" PRIu64 "] is no pair of tokens", i);
  return glm_merges_add_written (tokenizer, (uint32_t) i, text, (size_t) (space - text), space + 1,
                                 n - (size_t) (space + 1 - text), buffers, error);
}

static bool
read_merges (GlmTokenizer *tokenizer, const GlmModelFile *file, GlmError *error)
{
  const GlmMetaEntry *merges = glm_metadata_find (glm_model_file_metadata (file), KEY ("merges"));
  GlmBuffer buffers[2] = { 0 };
  bool ok = true;

  if (!merges || !merges->offsets || merges->n > GLM_MAX_MERGES)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tokenizer.ggml.merges is missing, too long or no array of strings");
  ok = glm_merges_reserve (tokenizer, (size_t) merges->n, error);
  for (uint64_t i = 0; ok && i < merges->n; i++)
    ok = add_merge (tokenizer, merges, i, buffers, error);
  glm_buffer_clear (&buffers[0]);
  glm_buffer_clear (&buffers[1]);
  return ok;
}

static bool
read_byte_level (GlmTokenizer *tokenizer, const GlmModelFile *file, GlmError *error)
{
  if (!add_tokens (tokenizer, file, error))
    return false;
  /* Files that this engine wrote of a tiktoken list have no merges: there the ids are the ranks, as in GLM-4's. */
  if (glm_vocab_is_ranked (&tokenizer->vocab) || !glm_metadata_find (glm_model_file_metadata (file), KEY ("merges")))
    tokenizer->kind = GLM_TOKENIZER_RANK_BPE;
  tokenizer->shows_controls = true;
  tokenizer->ignore_merges = flag (file, KEY ("ignore_merges"), false);
  return glm_tokenizer_seal (tokenizer, error)
         && (tokenizer->kind == GLM_TOKENIZER_RANK_BPE || read_merges (tokenizer, file, error));
}

static GlmTokenizer *
alloc_for_file (const GlmModelFile *file)
{
  if (string_is (file, KEY ("model"), "llama"))
    return glm_tokenizer_alloc (GLM_TOKENIZER_SPM_BPE);
  if (string_is (file, KEY ("model"), "t5"))
    return glm_tokenizer_alloc (GLM_TOKENIZER_UNIGRAM);
  return glm_tokenizer_alloc (GLM_TOKENIZER_MERGE_BPE);
}

bool
glm_tokenizer_new_from_model_file (const GlmModelFile *file, GlmTokenizer **ret_tokenizer, GlmError *error)
{
  const char *name = glm_path_name (glm_model_file_path (file));
  GlmTokenizer *tokenizer;
  bool ok;

  if (!string_is (file, KEY ("model"), "llama") && !string_is (file, KEY ("model"), "t5")
      && !string_is (file, KEY ("model"), "gpt2"))
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: tokenizer.ggml.model names no tokenizer of a GLM model", name);
  tokenizer = alloc_for_file (file);
  if (!tokenizer)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokenizer");
  ok = (glm_tokenizer_is_byte_level (tokenizer) ? read_byte_level (tokenizer, file, error)
                                                : read_sentencepiece (tokenizer, file, error))
       && read_end_id (tokenizer, file, error);
  if (!ok)
    {
      glm_tokenizer_free (tokenizer);
      return glm_error_prefix (error, "%s", name);
    }
  *ret_tokenizer = tokenizer;
  return true;
}
