/* tokenizer-json.c: reading tokenizer.json of the tokenizers library (GLM-4-0414, GLM-Edge)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   { "added_tokens": [ { "id", "content" }, … ],  "pre_tokenizer": … "Regex": "…" …,
 *     "model": { "type": "BPE", "ignore_merges": bool, "vocab": { token: id }, "merges": [ "a b" | ["a", "b"], … ] } }
 *
 * Tokens are in GPT-2's byte alphabet.  Added tokens are control tokens here, whatever their "special" says.
 */
#include "text/tokenizer-private.h"

#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "text/byte-alphabet.h"

typedef struct
{
  const char *text; /* NULL: no token has this id */
  uint32_t n_bytes;
  bool control;
} JsonToken;

/* Only GLM-4's own division into words is known (split.c). */
static bool
has_known_split (const GlmJsonValue *root, const char *pattern)
{
  const GlmJsonValue *pre = glm_json_get (root, "pre_tokenizer");

  for (uint32_t i = 0; pre && i < pre->span; i++)
    if (pre[i].type == GLM_JSON_STRING && pre[i].key && strcmp (pre[i].key, "Regex") == 0
        && strcmp (pre[i].string, pattern) == 0)
      return true;
  return false;
}

static bool
place_token (JsonToken *tokens, int32_t *n, int64_t id, const char *text, uint32_t n_bytes, bool control, GlmError *error)
{
  if (id < 0 || id >= GLM_MAX_VOCAB)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the id of token %.60s is out of range", text);
  if (tokens[id].text && !control)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "two tokens have the id %d", (int) id);
  tokens[id] = (JsonToken){ text, n_bytes, control };
  if (id >= *n)
    *n = (int32_t) id + 1;
  return true;
}

/* All tokens by id: first the vocabulary, then the added ones, which may name ids of the vocabulary again. */
static bool
collect_tokens (const GlmJsonValue *root, JsonToken *tokens, int32_t *ret_n, GlmError *error)
{
  const GlmJsonValue *vocab = glm_json_get (glm_json_get (root, "model"), "vocab");
  const GlmJsonValue *added = glm_json_get (root, "added_tokens");

  if (!vocab || vocab->type != GLM_JSON_OBJECT || vocab->n == 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "model.vocab is missing or no object");
  for (const GlmJsonValue *v = glm_json_first (vocab); v; v = glm_json_next (vocab, v))
    if (!v->is_integer)
      return glm_error_set (error, GLM_ERROR_BAD_FILE, "model.vocab: the id of %.60s is no integer", v->key);
    else if (!place_token (tokens, ret_n, v->integer, v->key, v->key_bytes, false, error))
      return false;
  for (const GlmJsonValue *v = glm_json_first (added); v; v = glm_json_next (added, v))
    {
      const char *content;
      int64_t id;

      if (!glm_json_get_string (v, "content", &content) || !glm_json_get_int (v, "id", &id))
        return glm_error_set (error, GLM_ERROR_BAD_FILE, "an element of added_tokens has no id or content");
      if (!place_token (tokens, ret_n, id, content, (uint32_t) strlen (content), true, error))
        return false;
    }
  return true;
}

static bool
add_json_token (GlmTokenizer *tokenizer, const JsonToken *token, GlmError *error)
{
  GlmBuffer bytes = { 0 };
  char padding[32];
  bool ok;

  if (!token->text)
    return glm_vocab_add (&tokenizer->vocab, padding,
                          (size_t) snprintf (padding, sizeof padding, "[PAD%d]", tokenizer->vocab.n), GLM_PIECE_UNUSED, 0,
                          error);
  if (token->control || glm_is_control_text (token->text, token->n_bytes))
    return glm_vocab_add (&tokenizer->vocab, token->text, token->n_bytes, GLM_PIECE_CONTROL, 0, error);
  if (!glm_byte_alphabet_has (token->text, token->n_bytes))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "model.vocab: %.60s is not in the alphabet of bytes", token->text);
  ok = (glm_byte_alphabet_decode (token->text, token->n_bytes, &bytes)
        || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the vocabulary"))
       && glm_vocab_add (&tokenizer->vocab, bytes.data, bytes.n, GLM_PIECE_NORMAL, 0, error);
  glm_buffer_clear (&bytes);
  return ok;
}

static bool
add_json_tokens (GlmTokenizer *tokenizer, const GlmJsonValue *root, GlmError *error)
{
  JsonToken *tokens = calloc (GLM_MAX_VOCAB, sizeof *tokens);
  int32_t n = 0;
  bool ok;

  if (!tokens)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the vocabulary");
  ok = collect_tokens (root, tokens, &n, error);
  for (int32_t id = 0; ok && id < n; id++)
    ok = add_json_token (tokenizer, &tokens[id], error);
  free (tokens);
  return ok;
}

/* A merge, "a b" or ["a", "b"]. */
static bool
add_json_merge (GlmTokenizer *tokenizer, const GlmJsonValue *merge, uint32_t rank, GlmBuffer buffers[2], GlmError *error)
{
  const char *space = merge->type == GLM_JSON_STRING ? memchr (merge->string, ' ', merge->n) : NULL;

  if (space)
    return glm_merges_add_written (tokenizer, rank, merge->string, (size_t) (space - merge->string), space + 1,
                                   merge->n - (size_t) (space + 1 - merge->string), buffers, error);
  if (merge->type != GLM_JSON_ARRAY || merge->n != 2 || merge[1].type != GLM_JSON_STRING || merge[2].type != GLM_JSON_STRING)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "model.merges[%u] is no pair of tokens", rank);
  return glm_merges_add_written (tokenizer, rank, merge[1].string, merge[1].n, merge[2].string, merge[2].n, buffers, error);
}

static bool
read_json_merges (GlmTokenizer *tokenizer, const GlmJsonValue *model, GlmError *error)
{
  const GlmJsonValue *merges = glm_json_get (model, "merges");
  GlmBuffer buffers[2] = { 0 };
  uint32_t rank = 0;
  bool ok;

  if (!merges || merges->type != GLM_JSON_ARRAY || merges->n > GLM_MAX_MERGES)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "model.merges is missing, too long or no array");
  ok = glm_merges_reserve (tokenizer, merges->n, error);
  for (const GlmJsonValue *v = glm_json_first (merges); ok && v; v = glm_json_next (merges, v), rank++)
    ok = add_json_merge (tokenizer, v, rank, buffers, error);
  glm_buffer_clear (&buffers[0]);
  glm_buffer_clear (&buffers[1]);
  return ok;
}

static bool
read_json (GlmTokenizer *tokenizer, const GlmJsonValue *root, GlmError *error)
{
  static const char pattern[] = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
                                " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  const GlmJsonValue *model = glm_json_get (root, "model");
  const char *type = "";

  if (!glm_json_get_string (model, "type", &type) || strcmp (type, "BPE") != 0)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "model.type is \"%.40s\", not BPE", type);
  if (!has_known_split (root, pattern))
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "pre_tokenizer is not that of the GLM models");
  if (!add_json_tokens (tokenizer, root, error))
    return false;
  glm_json_get_bool (model, "ignore_merges", &tokenizer->ignore_merges);
  tokenizer->shows_controls = true;
  if (glm_vocab_is_ranked (&tokenizer->vocab))
    tokenizer->kind = GLM_TOKENIZER_RANK_BPE;
  return glm_tokenizer_seal (tokenizer, error)
         && (tokenizer->kind == GLM_TOKENIZER_RANK_BPE || read_json_merges (tokenizer, model, error));
}

bool
glm_tokenizer_new_from_json (const uint8_t *data, size_t n_bytes, GlmTokenizer **ret_tokenizer, GlmError *error)
{
  GlmTokenizer *tokenizer = glm_tokenizer_alloc (GLM_TOKENIZER_MERGE_BPE);
  GlmJson *json = NULL;
  bool ok = tokenizer || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokenizer");

  ok = ok && glm_json_parse ((const char *) data, n_bytes, &json, error) && read_json (tokenizer, glm_json_root (json), error);
  glm_json_free (json);
  if (!ok)
    {
      glm_tokenizer_free (tokenizer);
      return false;
    }
  tokenizer->end_id = glm_tokenizer_control_id (tokenizer, "<|endoftext|>");
  *ret_tokenizer = tokenizer;
  return true;
}
