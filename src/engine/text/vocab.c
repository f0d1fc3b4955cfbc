/* vocab.c: the pieces of a tokenizer and their ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/vocab.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void
glm_vocab_clear (GlmVocab *vocab)
{
  free (vocab->pool);
  free (vocab->start);
  free (vocab->kind);
  free (vocab->score);
  free (vocab->slots);
  *vocab = (GlmVocab){ 0 };
}

/* realloc() that leaves the old block where it was on failure. */
static bool
resize (void *pointer_to_block, size_t n_bytes)
{
  void **block = pointer_to_block;
  void *larger = realloc (*block, n_bytes);

  if (larger)
    *block = larger;
  return larger != NULL;
}

static bool
reserve (GlmVocab *vocab, size_t n_bytes)
{
  if (vocab->n == vocab->capacity)
    {
      size_t capacity = vocab->capacity ? (size_t) vocab->capacity * 2 : 1024;

      if (!resize (&vocab->start, (capacity + 1) * sizeof *vocab->start) || !resize (&vocab->kind, capacity)
          || !resize (&vocab->score, capacity * sizeof *vocab->score))
        return false;
      if (vocab->n == 0)
        vocab->start[0] = 0;
      vocab->capacity = (int32_t) capacity;
    }
  if (n_bytes > vocab->pool_capacity - vocab->pool_bytes)
    {
      size_t capacity = vocab->pool_capacity * 2 + n_bytes + 4096;

      if (!resize (&vocab->pool, capacity))
        return false;
      vocab->pool_capacity = capacity;
    }
  return true;
}

bool
glm_vocab_add (GlmVocab *vocab, const void *text, size_t n_bytes, GlmPieceKind kind, float score, GlmError *error)
{
  if (vocab->n >= GLM_MAX_VOCAB)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the vocabulary has more than %d tokens", GLM_MAX_VOCAB);
  if (n_bytes > GLM_MAX_PIECE_BYTES)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "token %d is %zu bytes long", vocab->n, n_bytes);
  if (score != score)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the score of token %d is not a number", vocab->n);
  if (!reserve (vocab, n_bytes))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the vocabulary");
  if (n_bytes > 0)
    memcpy (vocab->pool + vocab->pool_bytes, text, n_bytes);
  vocab->pool_bytes += n_bytes;
  vocab->kind[vocab->n] = (uint8_t) kind;
  vocab->score[vocab->n] = score;
  vocab->n++;
  vocab->start[vocab->n] = (uint32_t) vocab->pool_bytes;
  return true;
}

/* A 64-bit multiply mixes eight bytes at a time; the high half is the better one. */
static uint32_t
hash_bytes (const uint8_t *text, size_t n_bytes)
{
  uint64_t hash = 0x9E3779B97F4A7C15u ^ n_bytes;

  while (n_bytes > 0)
    {
      uint64_t word = 0;
      size_t n = n_bytes < 8 ? n_bytes : 8;

      memcpy (&word, text, n);
      hash = (hash ^ word) * 0xD6E8FEB86659FD93u;
      hash ^= hash >> 32;
      text += n;
      n_bytes -= n;
    }
  return (uint32_t) (hash ^ hash >> 29);
}

static bool
is_matched_as_text (const GlmVocab *vocab, int32_t id)
{
  return vocab->kind[id] == GLM_PIECE_NORMAL || vocab->kind[id] == GLM_PIECE_USER_DEFINED;
}

bool
glm_vocab_seal (GlmVocab *vocab, GlmError *error)
{
  uint32_t n_slots = 16;

  while (n_slots < (uint32_t) vocab->n * 2)
    n_slots *= 2;
  vocab->slots = malloc (n_slots * sizeof *vocab->slots);
  if (!vocab->slots)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the vocabulary");
  memset (vocab->slots, 0xFF, n_slots * sizeof *vocab->slots);
  vocab->slot_mask = n_slots - 1;
  for (int32_t id = 0; id < vocab->n; id++)
    {
      uint32_t n_bytes, slot;
      const uint8_t *text = glm_vocab_text (vocab, id, &n_bytes);

      if (!is_matched_as_text (vocab, id) || n_bytes == 0 || glm_vocab_find (vocab, text, n_bytes) >= 0)
        continue;
      if (n_bytes > vocab->max_bytes)
        vocab->max_bytes = n_bytes;
      for (slot = hash_bytes (text, n_bytes) & vocab->slot_mask; vocab->slots[slot] >= 0;)
        slot = (slot + 1) & vocab->slot_mask;
      vocab->slots[slot] = id;
    }
  return true;
}

int32_t
glm_vocab_find (const GlmVocab *vocab, const void *text, size_t n_bytes)
{
  if (n_bytes > vocab->max_bytes)
    return -1;
  for (uint32_t slot = hash_bytes (text, n_bytes) & vocab->slot_mask; vocab->slots[slot] >= 0;
       slot = (slot + 1) & vocab->slot_mask)
    {
      int32_t id = vocab->slots[slot];
      uint32_t n;
      const uint8_t *piece = glm_vocab_text (vocab, id, &n);

      if (n == n_bytes && memcmp (piece, text, n) == 0)
        return id;
    }
  return -1;
}

int32_t
glm_vocab_find_control (const GlmVocab *vocab, const char *text)
{
  size_t n_bytes = strlen (text);

  /* Control tokens stand at the end of GLM vocabularies (and at ids 0 to 3). */
  for (int32_t id = vocab->n - 1; id >= 0; id--)
    {
      uint32_t n;
      const uint8_t *own = glm_vocab_text (vocab, id, &n);

      if (vocab->kind[id] == GLM_PIECE_CONTROL && n == n_bytes && memcmp (own, text, n) == 0)
        return id;
    }
  return -1;
}

bool
glm_vocab_is_ranked (const GlmVocab *vocab)
{
  static const char end[] = "<|endoftext|>";
  uint32_t n;

  if (vocab->n <= GLM_GLM4_N_RANKS)
    return false;
  for (int32_t id = 0; id < GLM_GLM4_N_RANKS; id++)
    if (vocab->kind[id] != GLM_PIECE_NORMAL)
      return false;
  return memcmp (glm_vocab_text (vocab, GLM_GLM4_N_RANKS, &n), end, strlen (end)) == 0 && n == strlen (end);
}
