/* unigram.c: SentencePiece Unigram (ChatGLM-6B)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of all ways to cut the normalised text into pieces, the one with the highest sum of scores (Viterbi).  Where two ways
 * score the same, or nearly so, the ids depend on the arithmetic, and the original's is imitated: the best score up to a
 * place is kept as a float; a candidate is the sum of the piece's score and that float in double; it replaces the best one
 * only if it is greater.  A character that is no piece costs the lowest score minus 10 and becomes its bytes.
 *
 * Follows Model::EncodeOptimized of google/sentencepiece (src/unigram_model.cc).
 */
#include "text/tokenizer-private.h"

#include <float.h>
#include <stdio.h>

#include "base/error.h"
#include "base/utf8.h"

#define UNKNOWN_PENALTY 10.0f

typedef struct
{
  float score;    /* best sum up to this place */
  uint32_t start; /* where its last piece starts */
  int32_t id;     /* that piece; -1: one character that is none */
} Place;

#define UNREACHED UINT32_MAX

bool
glm_unigram_prepare (GlmTokenizer *tokenizer, GlmError *error)
{
  const GlmVocab *vocab = &tokenizer->vocab;
  float lowest = FLT_MAX;

  for (int32_t id = 0; id < vocab->n; id++)
    if (vocab->kind[id] == GLM_PIECE_NORMAL && vocab->score[id] < lowest)
      lowest = vocab->score[id];
  tokenizer->unknown_score = lowest - UNKNOWN_PENALTY;
  return glm_piece_trie_init (&tokenizer->pieces, vocab, 1u << GLM_PIECE_NORMAL | 1u << GLM_PIECE_USER_DEFINED, error);
}

/* A user-defined piece always wins over its parts: its score is near 0 whatever its length. */
static double
piece_score (const GlmVocab *vocab, int32_t id, size_t n_bytes)
{
  if (vocab->kind[id] == GLM_PIECE_USER_DEFINED)
    return (double) n_bytes * (double) FLT_MIN - 0.1;
  return (double) vocab->score[id];
}

static void
extend (const GlmTokenizer *tokenizer, const GlmBuffer *text, size_t i, size_t character, Place *places)
{
  GlmPieceWalk walk = { 0 };
  bool whole_character = false;
  int32_t id;

  for (size_t k = 0; i + k < text->n && glm_piece_trie_step (&tokenizer->pieces, &walk, text->data[i + k], &id); k++)
    {
      Place *end = &places[i + k + 1];
      double candidate;

      if (id < 0)
        continue;
      candidate = piece_score (&tokenizer->vocab, id, k + 1) + (double) places[i].score;
      if (end->start == UNREACHED || candidate > (double) end->score)
        *end = (Place){ (float) candidate, (uint32_t) i, id };
      whole_character = whole_character || k + 1 == character;
    }
  if (!whole_character)
    {
      Place *end = &places[i + character];
      float candidate = tokenizer->unknown_score + places[i].score;

      if (end->start == UNREACHED || candidate > end->score)
        *end = (Place){ candidate, (uint32_t) i, -1 };
    }
}

/* The pieces of the best way, found from the end, are written in order. */
static bool
append_best (const GlmTokenizer *tokenizer, const GlmBuffer *text, Place *places, GlmTokens *tokens, GlmError *error)
{
  size_t end = text->n, next = text->n;

  /* Turns the links round: places[i].start becomes where the piece that starts at i ends. */
  for (size_t previous_end = SIZE_MAX; end > 0; end = next)
    {
      next = places[end].start;
      places[end].start = previous_end == SIZE_MAX ? UNREACHED : (uint32_t) previous_end;
      previous_end = end;
      if (next == 0)
        {
          places[0].start = (uint32_t) end;
          break;
        }
    }
  for (size_t start = 0; start < text->n; start = end)
    {
      end = places[start].start;
      if (places[end].id < 0)
        {
          if (!glm_spm_append_bytes (tokenizer, text->data + start, end - start, tokens, error))
            return false;
        }
      else if (!glm_tokens_append (tokens, places[end].id))
        {
          return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokens");
        }
    }
  return true;
}

static bool
encode_normalised (const GlmTokenizer *tokenizer, const GlmBuffer *text, GlmTokens *tokens, GlmError *error)
{
  Place *places = malloc ((text->n + 1) * sizeof *places);
  bool ok;

  if (!places)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to tokenize the text");
  for (size_t i = 0; i <= text->n; i++)
    places[i] = (Place){ 0, UNREACHED, -1 };
  for (size_t i = 0; i < text->n;)
    {
      uint32_t code;
      size_t character = (size_t) glm_utf8_char (text->data + i, text->n - i, &code);

      /* Only a piece that is no UTF-8 could have left a place between characters. */
      character = character > 0 ? character : 1;
      if (i == 0 || places[i].start != UNREACHED)
        extend (tokenizer, text, i, character, places);
      i += character;
    }
  ok = text->n == 0 || append_best (tokenizer, text, places, tokens, error);
  free (places);
  return ok;
}

/* ChatGLM-6B's own step before SentencePiece: newlines, tabs and runs of spaces become pieces. */
static bool
write_glm1_text (const uint8_t *text, size_t n, GlmBuffer *out)
{
  char blank[24];

  for (size_t i = 0; i < n;)
    {
      size_t run = 0;
      bool ok;

      while (run < 80 && i + run < n && text[i + run] == ' ')
        run++;
      if (run >= 2)
        {
          int length = snprintf (blank, sizeof blank, "<|blank_%zu|>", run);

          ok = glm_buffer_append (out, blank, (size_t) length);
        }
      else if (text[i] == '\n')
        ok = glm_buffer_append (out, "<n>", 3);
      else if (text[i] == '\t')
        ok = glm_buffer_append (out, "<|tab|>", 7);
      else
        ok = glm_buffer_append (out, &text[i], 1);
      if (!ok)
        return false;
      i += run >= 2 ? run : 1;
    }
  return true;
}

bool
glm_unigram_encode (const GlmTokenizer *tokenizer, const uint8_t *text, size_t n_bytes, GlmTokens *tokens, GlmError *error)
{
  GlmBuffer prepared = { 0 }, normalised = { 0 };
  bool ok = true;

  if (tokenizer->glm1_text)
    {
      ok = write_glm1_text (text, n_bytes, &prepared)
           || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to tokenize the text");
      text = prepared.data;
      n_bytes = prepared.n;
    }
  ok = ok && glm_normaliser_run (&tokenizer->normaliser, &tokenizer->user_defined, text, n_bytes, &normalised, error)
       && encode_normalised (tokenizer, &normalised, tokens, error);
  glm_buffer_clear (&prepared);
  glm_buffer_clear (&normalised);
  return ok;
}
