/* token-table.c: see token-table.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/token-table.h"

#include "base/error.h"
#include "base/utf8.h"
#include "text/tokenizer-private.h"

typedef struct
{
  int32_t *ids;     /* [n], in the order of their bytes */
  uint16_t *common; /* [n]: bytes that are the same as of the one before */
  size_t n;
} List;

struct GlmTokenTable
{
  size_t n_ids;
  uint8_t *pool;
  uint32_t *start;  /* [n_ids + 1] */
  uint8_t *n_chars; /* [n_ids]: of tokens that any string lets through; 0: of others */
  List all, others; /* others: those without n_chars */
};

typedef struct
{
  const uint8_t *bytes;
  uint32_t n;
  int32_t id;
} Token;

void
glm_token_table_free (GlmTokenTable *table)
{
  if (!table)
    return;
  free (table->pool);
  free (table->start);
  free (table->n_chars);
  free (table->all.ids);
  free (table->all.common);
  free (table->others.ids);
  free (table->others.common);
  free (table);
}

const uint8_t *
glm_token_table_bytes (const GlmTokenTable *table, int32_t id, size_t *ret_n)
{
  *ret_n = 0;
  if (id < 0 || (size_t) id >= table->n_ids)
    return NULL;
  *ret_n = table->start[id + 1] - table->start[id];
  return table->pool + table->start[id];
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

static bool
read_bytes (GlmTokenTable *table, const GlmTokenizer *tokenizer)
{
  GlmBuffer pool = { 0 };
  bool ok = true;

  for (size_t id = 0; ok && id < table->n_ids; id++)
    {
      table->start[id] = (uint32_t) pool.n;
      if ((int64_t) id < tokenizer->vocab.n && has_text (tokenizer, (int32_t) id))
        ok = append_piece (tokenizer, (int32_t) id, &pool);
    }
  table->start[table->n_ids] = (uint32_t) pool.n;
  table->pool = pool.data;
  return ok;
}

/* Characters of the text if any string lets them through; else 0. */
static uint8_t
count_free (const uint8_t *bytes, size_t n)
{
  size_t n_chars = 0;

  for (size_t i = 0; i < n; n_chars++)
    {
      uint32_t code;
      int width = glm_utf8_char (bytes + i, n - i, &code);

      if (width == 0 || bytes[i] < 0x20 || bytes[i] == '"' || bytes[i] == '\'' || bytes[i] == '\\' || bytes[i] == '<')
        return 0;
      i += (size_t) width;
    }
  return n_chars < 256 ? (uint8_t) n_chars : 0;
}

/* ---- Order ------------------------------------------------------------------------------------------------------ */

static int
compare (const void *a, const void *b)
{
  const Token *x = a, *y = b;
  int order = memcmp (x->bytes, y->bytes, x->n < y->n ? x->n : y->n);

  return order ? order : x->n != y->n ? (x->n < y->n ? -1 : 1) : x->id < y->id ? -1 : 1;
}

static bool
make_list (List *list, const Token *tokens, size_t n, const uint8_t *leave_out)
{
  const Token *before = NULL;

  list->ids = malloc ((n + 1) * sizeof *list->ids);
  list->common = malloc ((n + 1) * sizeof *list->common);
  if (!list->ids || !list->common)
    return false;
  for (size_t i = 0; i < n; i++)
    {
      uint32_t common = 0;

      if (leave_out && leave_out[tokens[i].id])
        continue;
      while (before && common < before->n && common < tokens[i].n && before->bytes[common] == tokens[i].bytes[common])
        common++;
      before = &tokens[i];
      list->ids[list->n] = tokens[i].id;
      list->common[list->n++] = (uint16_t) common;
    }
  return true;
}

static bool
sort (GlmTokenTable *table)
{
  Token *tokens = malloc ((table->n_ids + 1) * sizeof *tokens);
  size_t n = 0, n_bytes;
  bool ok;

  for (size_t id = 0; tokens && id < table->n_ids; id++)
    {
      const uint8_t *bytes = glm_token_table_bytes (table, (int32_t) id, &n_bytes);

      if (n_bytes > 0)
        tokens[n++] = (Token){ bytes, (uint32_t) n_bytes, (int32_t) id };
      table->n_chars[id] = count_free (bytes, n_bytes);
    }
  if (tokens)
    qsort (tokens, n, sizeof *tokens, compare);
  ok = tokens && make_list (&table->all, tokens, n, NULL) && make_list (&table->others, tokens, n, table->n_chars);
  free (tokens);
  return ok;
}

bool
glm_token_table_new (const GlmTokenizer *tokenizer, size_t n_ids, GlmTokenTable **ret_table, GlmError *error)
{
  GlmTokenTable *table = calloc (1, sizeof *table);

  if (table)
    {
      table->n_ids = n_ids;
      table->start = calloc (n_ids + 1, sizeof *table->start);
      table->n_chars = calloc (n_ids + 1, 1);
    }
  if (!table || !table->start || !table->n_chars || !read_bytes (table, tokenizer) || !sort (table))
    {
      glm_token_table_free (table);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the bytes of the vocabulary");
    }
  *ret_table = table;
  return true;
}

/* ---- Walking ---------------------------------------------------------------------------------------------------- */

bool
glm_token_table_step (const GlmTokenTable *table, const GlmGrammar *grammar, const GlmGrammarState *state, int32_t id,
                      GlmGrammarState *ret_state)
{
  size_t n;
  const uint8_t *bytes = glm_token_table_bytes (table, id, &n);

  for (size_t i = 0; i < n; i++)
    if (!glm_grammar_step (grammar, i == 0 ? state : ret_state, bytes[i], ret_state))
      return false;
  return n > 0;
}

/* levels[i]: after the first i bytes of the token at hand. The first n_valid are known. */
static void
walk (const GlmTokenTable *table, const List *list, const GlmGrammar *grammar, GlmGrammarState *levels, uint8_t *allowed)
{
  size_t n_valid = 0, refused = SIZE_MAX, n;

  for (size_t i = 0; i < list->n; i++)
    {
      const uint8_t *bytes = glm_token_table_bytes (table, list->ids[i], &n);

      if (list->common[i] > refused)
        continue;
      refused = SIZE_MAX;
      n_valid = n_valid < list->common[i] ? n_valid : list->common[i];
      for (; refused == SIZE_MAX && n_valid < n && n_valid + 2 < GLM_TOKEN_LEVELS; n_valid++)
        if (!glm_grammar_step (grammar, &levels[n_valid], bytes[n_valid], &levels[n_valid + 1]))
          {
            refused = n_valid;
            break;
          }
      /* The rest of a long token is its own. */
      for (size_t k = n_valid; refused == SIZE_MAX && k < n; k++)
        if (!glm_grammar_step (grammar, &levels[k == n_valid ? n_valid : GLM_TOKEN_LEVELS - 1], bytes[k],
                               &levels[GLM_TOKEN_LEVELS - 1]))
          refused = k;
      allowed[list->ids[i]] = refused == SIZE_MAX;
    }
}

void
glm_token_table_mask (const GlmTokenTable *table, const GlmGrammar *grammar, const GlmGrammarState *state,
                      GlmGrammarState *levels, uint8_t *allowed)
{
  uint32_t left;

  levels[0] = *state;
  if (!glm_grammar_is_in_string (grammar, state, &left))
    {
      memset (allowed, 0, table->n_ids);
      walk (table, &table->all, grammar, levels, allowed);
      return;
    }
  left = left < 255 ? left : 255;
  for (size_t id = 0; id < table->n_ids; id++)
    allowed[id] = table->n_chars[id] > 0 && table->n_chars[id] <= left;
  walk (table, &table->others, grammar, levels, allowed);
}

size_t
glm_token_table_spell (const GlmTokenTable *table, const uint8_t *bytes, size_t n_bytes, int32_t *ids, size_t max)
{
  const List *list = &table->all;
  size_t n = 0, at = 0, n_token;

  while (n < max && at < n_bytes)
    {
      size_t low = 0, high = list->n, length = 0;

      for (size_t depth = 0; at + depth < n_bytes && low < high; depth++)
        {
          size_t first = low, last = high;

          /* Tokens that end here sort first; the others are ordered by this byte. */
          for (size_t end = high; first < end;)
            {
              size_t middle = first + (end - first) / 2;
              const uint8_t *token = glm_token_table_bytes (table, list->ids[middle], &n_token);

              if (n_token <= depth || token[depth] < bytes[at + depth])
                first = middle + 1;
              else
                end = middle;
            }
          for (size_t begin = first; begin < last;)
            {
              size_t middle = begin + (last - begin) / 2;
              const uint8_t *token = glm_token_table_bytes (table, list->ids[middle], &n_token);

              if (token[depth] == bytes[at + depth])
                begin = middle + 1;
              else
                last = middle;
            }
          low = first;
          high = last;
          if (low < high && (glm_token_table_bytes (table, list->ids[low], &n_token), n_token) == depth + 1)
            {
              ids[n] = list->ids[low];
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
