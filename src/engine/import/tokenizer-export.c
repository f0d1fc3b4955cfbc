/* tokenizer-export.c: a tokenizer as the keys of a model file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "import/tokenizer-export.h"

#include <stdio.h>

#include "base/error.h"
#include "text/byte-alphabet.h"
#include "text/tokenizer-private.h"

#define KEY(name) "tokenizer.ggml." name

typedef struct
{
  const GlmTokenizer *tokenizer;
  int n_rows;
  bool hides_roles; /* ChatGLM2's vocabulary ends before the roles that ChatGLM3's file adds */
  GlmBuffer texts;  /* encoded as an array of strings */
  float *scores;
  int32_t *kinds;
} Export;

static bool
put_string (GlmBuffer *out, const void *text, uint64_t n)
{
  return glm_buffer_append (out, &n, sizeof n) && glm_buffer_append (out, text, (size_t) n);
}

static bool
put_padding (Export *e, int id)
{
  char text[32];

  e->kinds[id] = GLM_PIECE_UNUSED;
  return put_string (&e->texts, text, (uint64_t) snprintf (text, sizeof text, "[PAD%d]", id));
}

static bool
is_hidden (const Export *e, int id)
{
  uint32_t n;
  const uint8_t *text = glm_vocab_text (&e->tokenizer->vocab, id, &n);

  return e->hides_roles && e->tokenizer->vocab.kind[id] == GLM_PIECE_CONTROL && n > 2 && memcmp (text, "<|", 2) == 0;
}

static bool
put_token (Export *e, int id)
{
  const GlmVocab *vocab = &e->tokenizer->vocab;
  GlmBuffer text = { 0 };
  uint32_t n = 0;
  const uint8_t *bytes = id < vocab->n ? glm_vocab_text (vocab, id, &n) : NULL;
  bool ok;

  if (!bytes || vocab->kind[id] == GLM_PIECE_UNUSED || is_hidden (e, id))
    return put_padding (e, id);
  e->scores[id] = vocab->score[id];
  e->kinds[id] = vocab->kind[id];
  if (!glm_tokenizer_is_byte_level (e->tokenizer) || vocab->kind[id] != GLM_PIECE_NORMAL)
    return put_string (&e->texts, bytes, n);
  ok = glm_byte_alphabet_encode (bytes, n, &text) && put_string (&e->texts, text.data, text.n);
  glm_buffer_clear (&text);
  return ok;
}

static bool
put_tokens (Export *e, GlmMetadata *metadata)
{
  bool ok = true;

  e->scores = calloc ((size_t) e->n_rows + 1, sizeof *e->scores);
  e->kinds = calloc ((size_t) e->n_rows + 1, sizeof *e->kinds);
  if (!e->scores || !e->kinds)
    return false;
  for (int id = 0; ok && id < e->n_rows; id++)
    ok = put_token (e, id);
  if (!ok || !glm_metadata_take_strings (metadata, KEY ("tokens"), e->texts.data, e->texts.n, (uint64_t) e->n_rows))
    {
      e->texts.data = ok ? NULL : e->texts.data;
      return false;
    }
  e->texts.data = NULL;
  if (!glm_tokenizer_is_byte_level (e->tokenizer))
    ok = glm_metadata_set_array (metadata, KEY ("scores"), GLM_META_F32, e->scores, (uint64_t) e->n_rows);
  return ok && glm_metadata_set_array (metadata, KEY ("token_type"), GLM_META_I32, e->kinds, (uint64_t) e->n_rows);
}

static bool
put_charsmap (const GlmNormaliser *normaliser, GlmMetadata *metadata)
{
  GlmBuffer charsmap = { 0 };
  uint32_t trie_bytes = (uint32_t) (normaliser->n_units * 4);
  bool ok;

  if (!normaliser->units)
    return true;
  ok = glm_buffer_append (&charsmap, &trie_bytes, 4) && glm_buffer_append (&charsmap, normaliser->units, trie_bytes)
       && glm_buffer_append (&charsmap, normaliser->replacements, normaliser->n_replacement_bytes)
       && glm_metadata_set_array (metadata, KEY ("precompiled_charsmap"), GLM_META_U8, charsmap.data, charsmap.n);
  glm_buffer_clear (&charsmap);
  return ok;
}

static bool
put_sentencepiece (const GlmTokenizer *tokenizer, GlmMetadata *metadata)
{
  bool unigram = tokenizer->kind == GLM_TOKENIZER_UNIGRAM;
  const char *model = unigram ? "t5" : "llama", *pre = tokenizer->glm1_text ? "chatglm1" : "chatglm-spm";

  return glm_metadata_set_string (metadata, KEY ("model"), model, strlen (model))
         && glm_metadata_set_string (metadata, KEY ("pre"), pre, strlen (pre))
         && glm_metadata_set_bool (metadata, KEY ("add_space_prefix"), tokenizer->normaliser.add_dummy_prefix)
         && glm_metadata_set_bool (metadata, KEY ("remove_extra_whitespaces"), tokenizer->normaliser.remove_extra_whitespaces)
         && put_charsmap (&tokenizer->normaliser, metadata);
}

static bool
put_merge (const GlmVocab *vocab, int32_t left, int32_t right, GlmBuffer *text, GlmBuffer *merges)
{
  uint32_t n_left, n_right;
  const uint8_t *left_text = glm_vocab_text (vocab, left, &n_left), *right_text = glm_vocab_text (vocab, right, &n_right);

  text->n = 0;
  return glm_byte_alphabet_encode (left_text, n_left, text) && glm_buffer_append (text, " ", 1)
         && glm_byte_alphabet_encode (right_text, n_right, text) && put_string (merges, text->data, text->n);
}

/* The list of merges in its order. */
static bool
list_merges (const GlmTokenizer *tokenizer, GlmBuffer *text, GlmBuffer *merges, size_t *n)
{
  int32_t left, right;

  for (; glm_merges_get (tokenizer, (uint32_t) *n, &left, &right); ++*n)
    if (!put_merge (&tokenizer->vocab, left, right, text, merges))
      return false;
  return true;
}

/* The merges that a list of ranks stands for.  This engine does not need them; other programs know no ranks. */
static bool
derive_merges (const GlmTokenizer *tokenizer, GlmBuffer *text, GlmBuffer *merges, size_t *n)
{
  GlmBpe bpe = { 0 };
  int32_t left, right;
  bool ok = true;

  for (int32_t id = 0; ok && id < tokenizer->vocab.n; id++)
    {
      if (tokenizer->vocab.kind[id] != GLM_PIECE_NORMAL)
        continue;
      ok = glm_rank_pair (tokenizer, &bpe, id, &left, &right, NULL);
      if (ok && left >= 0)
        {
          ok = put_merge (&tokenizer->vocab, left, right, text, merges);
          ++*n;
        }
    }
  glm_bpe_clear (&bpe);
  return ok;
}

static bool
put_merges (const GlmTokenizer *tokenizer, GlmMetadata *metadata)
{
  GlmBuffer merges = { 0 }, text = { 0 };
  size_t n = 0;
  bool ok = tokenizer->kind == GLM_TOKENIZER_RANK_BPE ? derive_merges (tokenizer, &text, &merges, &n)
                                                      : list_merges (tokenizer, &text, &merges, &n);

  glm_buffer_clear (&text);
  if (!ok)
    {
      glm_buffer_clear (&merges);
      return false;
    }
  return glm_metadata_take_strings (metadata, KEY ("merges"), merges.data, merges.n, n);
}

static bool
put_byte_level (const GlmTokenizer *tokenizer, GlmMetadata *metadata)
{
  return glm_metadata_set_string (metadata, KEY ("model"), "gpt2", 4)
         && glm_metadata_set_string (metadata, KEY ("pre"), "glm4", 4)
         && put_merges (tokenizer, metadata)
         /* tiktoken takes a word that is a token as it is; a few of GLM-4's are reached in no other way. */
         && ((!tokenizer->ignore_merges && tokenizer->kind != GLM_TOKENIZER_RANK_BPE)
             || glm_metadata_set_bool (metadata, KEY ("ignore_merges"), true));
}

static bool
put_ids (const GlmTokenizer *tokenizer, GlmMetadata *metadata)
{
  int32_t user = glm_tokenizer_control_id (tokenizer, "<|user|>");

  return glm_metadata_set_bool (metadata, KEY ("add_bos_token"), false)
         && (tokenizer->end_id < 0 || glm_metadata_set_uint32 (metadata, KEY ("eos_token_id"), (uint32_t) tokenizer->end_id))
         && (user < 0 || glm_metadata_set_uint32 (metadata, KEY ("eot_token_id"), (uint32_t) user))
         && (tokenizer->unknown_id < 0
             || glm_metadata_set_uint32 (metadata, KEY ("unknown_token_id"), (uint32_t) tokenizer->unknown_id));
}

bool
glm_tokenizer_export (const GlmTokenizer *tokenizer, const GlmFamily *family, int n_rows, GlmMetadata *metadata,
                      GlmError *error)
{
  Export e = { .tokenizer = tokenizer, .n_rows = n_rows };
  bool ok;

  e.hides_roles = family->hides_roles;
  /* Only padding or hidden roles may lie beyond the rows. */
  for (int id = n_rows; id < tokenizer->vocab.n; id++)
    if (!is_hidden (&e, id) && tokenizer->vocab.kind[id] != GLM_PIECE_UNUSED)
      return glm_error_set (error, GLM_ERROR_BAD_FILE, "the tokenizer has %d tokens, the model %d: they do not belong together",
                            tokenizer->vocab.n, n_rows);
  ok = put_tokens (&e, metadata) && put_ids (tokenizer, metadata)
       && (glm_tokenizer_is_byte_level (tokenizer) ? put_byte_level (tokenizer, metadata)
                                                   : put_sentencepiece (tokenizer, metadata));
  glm_buffer_clear (&e.texts);
  free (e.scores);
  free (e.kinds);
  return ok || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokenizer's keys");
}
