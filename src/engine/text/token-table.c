/* token-table.c: see token-table.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/token-table.h"

#include "base/error.h"
#include "text/token-table-private.h"
#include "text/tokenizer-private.h"

void
glm_token_table_free (GlmTokenTable *table)
{
  if (!table)
    return;
  free (table->ids);
  free (table->pool);
  free (table->offset);
  free (table->place);
  free (table->last);
  free (table->last_of_id);
  free (table->first_of_id);
  for (int kind = 0; kind < GLM_N_RUNS; kind++)
    glm_token_runs_clear (&table->runs[kind]);
  free (table);
}

const uint8_t *
glm_token_table_bytes (const GlmTokenTable *table, int32_t id, size_t *ret_n)
{
  *ret_n = 0;
  if (id < 0 || (size_t) id >= table->n_ids || table->place[id] == GLM_TOKEN_NOWHERE)
    return NULL;
  return glm_token_table_at (table, table->place[id], ret_n);
}

/* ---- Bytes ------------------------------------------------------------------------------------------------------ */

static bool
append_piece (const GlmTokenizer *tokenizer, int32_t id, GlmBuffer *pool)
{
  const size_t mark = strlen (GLM_SPACE_MARK);
  uint32_t n;
  const uint8_t *piece = glm_vocab_text (&tokenizer->vocab, id, &n);
  int byte = glm_tokenizer_byte_of (tokenizer, id), n_spaces;
  bool ok = true;
  char space;

  if (byte >= 0)
    return glm_buffer_append (pool, &(uint8_t){ (uint8_t) byte }, 1);
  if (glm_tokenizer_is_byte_level (tokenizer))
    return glm_buffer_append (pool, piece, n);
  if (tokenizer->glm1_text && (n_spaces = glm_tokenizer_white_space (piece, n, &space)) > 0)
    {
      while (ok && n_spaces-- > 0)
        ok = glm_buffer_append (pool, &space, 1);
      return ok;
    }
  for (uint32_t i = 0; ok && i < n;)
    {
      bool is_mark = n - i >= mark && memcmp (piece + i, GLM_SPACE_MARK, mark) == 0;

      ok = is_mark ? glm_buffer_append (pool, " ", 1) : glm_buffer_append (pool, piece + i, 1);
      i += is_mark ? (uint32_t) mark : 1;
    }
  return ok;
}

/* The tags inside of a call, which are control tokens whose text is read. */
static bool
is_tag (const GlmTokenizer *tokenizer, int32_t id)
{
  static const char *const tags[] = { "</tool_call>", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>" };
  uint32_t n;
  const uint8_t *text = glm_vocab_text (&tokenizer->vocab, id, &n);

  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
    if (strlen (tags[i]) == n && memcmp (tags[i], text, n) == 0)
      return true;
  return false;
}

static bool
has_text (const GlmTokenizer *tokenizer, int32_t id)
{
  GlmPieceKind kind = (GlmPieceKind) tokenizer->vocab.kind[id];

  if (kind == GLM_PIECE_CONTROL)
    return tokenizer->shows_controls && glm_tokenizer_is_byte_level (tokenizer) && is_tag (tokenizer, id);
  return kind == GLM_PIECE_NORMAL || kind == GLM_PIECE_BYTE
         || (kind == GLM_PIECE_USER_DEFINED && !glm_tokenizer_is_byte_level (tokenizer));
}

/* start [n_ids + 1]: where the bytes of each token begin in the pool. */
static bool
read_bytes (const GlmTokenizer *tokenizer, size_t n_ids, GlmBuffer *pool, uint32_t *start)
{
  bool ok = true;

  for (size_t id = 0; ok && id < n_ids; id++)
    {
      start[id] = (uint32_t) pool->n;
      if ((int64_t) id < tokenizer->vocab.n && has_text (tokenizer, (int32_t) id))
        ok = append_piece (tokenizer, (int32_t) id, pool);
    }
  start[n_ids] = (uint32_t) pool->n;
  return ok;
}

/* ---- Order ------------------------------------------------------------------------------------------------------ */

static uint8_t
find_last (const uint8_t *bytes, size_t n)
{
  while (n > 1 && (bytes[n - 1] & 0xC0) == 0x80)
    n--;
  return n < 255 ? (uint8_t) n : 255;
}

/* Copies the tokens' bytes in their order. */
static void
lay_out (GlmTokenTable *table, GlmTokenBytes *tokens)
{
  uint32_t offset = 0;

  for (size_t id = 0; id < table->n_ids; id++)
    table->place[id] = GLM_TOKEN_NOWHERE;
  for (size_t i = 0; i < table->n; i++)
    {
      uint8_t *bytes = table->pool + offset;

      memcpy (bytes, tokens[i].bytes, tokens[i].n);
      tokens[i].bytes = bytes;
      table->ids[i] = tokens[i].id;
      table->offset[i] = offset;
      table->place[tokens[i].id] = (uint32_t) i;
      table->last[i] = table->last_of_id[tokens[i].id] = find_last (bytes, tokens[i].n);
      table->first_of_id[tokens[i].id] = bytes[0];
      table->first[bytes[0] + 1]++;
      offset += tokens[i].n;
    }
  table->offset[table->n] = offset;
  for (int byte = 0; byte < 256; byte++)
    table->first[byte + 1] += table->first[byte];
}

static bool
find_runs (GlmTokenTable *table, GlmSpelling spelling, const GlmTokenBytes *tokens)
{
  /* JSON is asked of models of all kinds. */
  unsigned kinds = 1 << GLM_RUN_DOUBLE;

  if (spelling == GLM_SPELLING_PYTHON)
    kinds |= 1 << GLM_RUN_SINGLE | 1 << GLM_RUN_NAME;
  else if (spelling != GLM_SPELLING_JSON)
    kinds |= 1 << GLM_RUN_DOUBLE_IN_TAGS | 1 << GLM_RUN_RAW | 1 << GLM_RUN_TAG_KEY;
  for (int kind = 0; kind < GLM_N_RUNS; kind++)
    {
      table->has_runs[kind] = kinds >> kind & 1;
      if (table->has_runs[kind] && !glm_token_runs_init (&table->runs[kind], (GlmRunKind) kind, tokens, table->n, table->n_ids))
        return false;
    }
  return true;
}

static bool
sort (GlmTokenTable *table, GlmSpelling spelling, const GlmBuffer *pool, const uint32_t *start)
{
  GlmTokenBytes *tokens = malloc ((table->n_ids + 1) * sizeof *tokens);
  bool ok;

  for (size_t id = 0; tokens && id < table->n_ids; id++)
    if (start[id + 1] > start[id])
      tokens[table->n++] = (GlmTokenBytes){ pool->data + start[id], start[id + 1] - start[id], (int32_t) id };
  if (tokens)
    qsort (tokens, table->n, sizeof *tokens, glm_token_bytes_compare);
  table->ids = malloc ((table->n + 1) * sizeof *table->ids);
  table->offset = malloc ((table->n + 1) * sizeof *table->offset);
  table->pool = malloc (pool->n + 1);
  table->place = malloc ((table->n_ids + 1) * sizeof *table->place);
  table->last = malloc (table->n + 1);
  table->last_of_id = calloc (table->n_ids + 1, 1);
  table->first_of_id = calloc (table->n_ids + 1, 1);
  ok = tokens && table->ids && table->offset && table->pool && table->place && table->last && table->last_of_id
       && table->first_of_id;
  if (ok)
    lay_out (table, tokens);
  ok = ok && find_runs (table, spelling, tokens);
  free (tokens);
  return ok;
}

bool
glm_token_table_new (const GlmTokenizer *tokenizer, size_t n_ids, GlmSpelling spelling, GlmTokenTable **ret_table,
                     GlmError *error)
{
  GlmTokenTable *table = calloc (1, sizeof *table);
  uint32_t *start = calloc (n_ids + 1, sizeof *start);
  GlmBuffer pool = { 0 };
  bool ok = table && start && read_bytes (tokenizer, n_ids, &pool, start);

  if (ok)
    {
      table->n_ids = n_ids;
      ok = sort (table, spelling, &pool, start);
    }
  free (start);
  glm_buffer_clear (&pool);
  if (!ok)
    {
      glm_token_table_free (table);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the bytes of the vocabulary");
    }
  *ret_table = table;
  return true;
}

/* ---- Spelling --------------------------------------------------------------------------------------------------- */

size_t
glm_token_table_spell (const GlmTokenTable *table, const uint8_t *bytes, size_t n_bytes, int32_t *ids, size_t max)
{
  size_t n = 0, at = 0, n_token;

  while (n < max && at < n_bytes)
    {
      size_t low = 0, high = table->n, length = 0;

      for (size_t depth = 0; at + depth < n_bytes && low < high; depth++)
        {
          size_t first = low, last = high;

          /* Tokens that end here sort first; the others are ordered by this byte. */
          for (size_t end = high; first < end;)
            {
              size_t middle = first + (end - first) / 2;
              const uint8_t *token = glm_token_table_at (table, middle, &n_token);

              if (n_token <= depth || token[depth] < bytes[at + depth])
                first = middle + 1;
              else
                end = middle;
            }
          for (size_t begin = first; begin < last;)
            {
              size_t middle = begin + (last - begin) / 2;
              const uint8_t *token = glm_token_table_at (table, middle, &n_token);

              if (token[depth] == bytes[at + depth])
                begin = middle + 1;
              else
                last = middle;
            }
          low = first;
          high = last;
          if (low < high && (glm_token_table_at (table, low, &n_token), n_token) == depth + 1)
            {
              ids[n] = table->ids[low];
              length = depth + 1;
            }
        }
      if (length == 0)
        return n;
      n++;
      at += length;
    }
  return n;
}
