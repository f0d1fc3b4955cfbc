/* normaliser.c: SentencePiece's normalisation of text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The charsmap is a u32 byte count, a Darts-clone double array of that size (u32 units) whose keys are the sequences to
 * replace and whose values are offsets into the NUL-terminated strings that follow.  A unit u: bit 8 says that it has a
 * leaf; label u & (1 << 31 | 0xFF); offset (u >> 10) << ((u & 1 << 9) >> 6); in a leaf the value is u & 0x7FFFFFFF.
 * Every index is checked while walking: the table comes from a file.
 *
 * Follows Normalizer::Normalize of google/sentencepiece (src/normalizer.cc).
 */
#include "text/normaliser.h"

#include "base/error.h"
#include "base/utf8.h"

bool
glm_normaliser_set_charsmap (GlmNormaliser *normaliser, const uint8_t *charsmap, size_t n_bytes, GlmError *error)
{
  uint32_t trie_bytes;
  size_t n_strings;

  if (n_bytes == 0)
    return true;
  if (n_bytes < 4)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "precompiled_charsmap is cut short");
  memcpy (&trie_bytes, charsmap, 4);
  if (trie_bytes < 4 || trie_bytes % 4 != 0 || trie_bytes > n_bytes - 4)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "precompiled_charsmap: its table has %u bytes", trie_bytes);
  n_strings = n_bytes - 4 - trie_bytes;
  normaliser->units = malloc (trie_bytes);
  normaliser->replacements = malloc (n_strings + 1);
  if (!normaliser->units || !normaliser->replacements)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the charsmap");
  memcpy (normaliser->units, charsmap + 4, trie_bytes);
  normaliser->n_units = trie_bytes / 4;
  if (n_strings > 0)
    memcpy (normaliser->replacements, charsmap + 4 + trie_bytes, n_strings);
  normaliser->replacements[n_strings] = '\0';
  normaliser->n_replacement_bytes = n_strings;
  return true;
}

void
glm_normaliser_clear (GlmNormaliser *normaliser)
{
  free (normaliser->units);
  free (normaliser->replacements);
  *normaliser = (GlmNormaliser){ 0 };
}

static size_t
unit_offset (uint32_t unit)
{
  return (size_t) (unit >> 10) << ((unit & 1u << 9) >> 6);
}

/* Longest key of the charsmap at p: its bytes (0: none) and its value. */
static size_t
match_charsmap (const GlmNormaliser *normaliser, const uint8_t *p, size_t n, uint32_t *ret_value)
{
  size_t node, longest = 0;

  if (!normaliser->units)
    return 0;
  node = unit_offset (normaliser->units[0]);
  for (size_t i = 0; i < n; i++)
    {
      uint32_t unit;

      node ^= p[i];
      if (node >= normaliser->n_units)
        break;
      unit = normaliser->units[node];
      if ((unit & (0x80000000u | 0xFF)) != p[i])
        break;
      node ^= unit_offset (unit);
      if (node >= normaliser->n_units)
        break;
      if (unit >> 8 & 1)
        {
          longest = i + 1;
          *ret_value = normaliser->units[node] & 0x7FFFFFFF;
        }
    }
  return longest;
}

/* What stands at the start of the text, after replacement. */
typedef struct
{
  const uint8_t *bytes;
  size_t n;
  size_t consumed;
} Prefix;

static Prefix
normalise_prefix (const GlmNormaliser *normaliser, const GlmPieceTrie *user_defined, const uint8_t *p, size_t n)
{
  uint32_t piece_bytes, value, code;
  size_t matched;
  int length;

  if (glm_piece_trie_longest (user_defined, p, n, &piece_bytes) >= 0)
    return (Prefix){ p, piece_bytes, piece_bytes };
  matched = match_charsmap (normaliser, p, n, &value);
  if (matched > 0 && value < normaliser->n_replacement_bytes)
    {
      const char *replacement = normaliser->replacements + value;

      return (Prefix){ (const uint8_t *) replacement, strlen (replacement), matched };
    }
  length = glm_utf8_char (p, n, &code);
  if (length == 0)
    return (Prefix){ (const uint8_t *) GLM_UTF8_REPLACEMENT, 3, 1 };
  return (Prefix){ p, (size_t) length, (size_t) length };
}

static bool
append_marked (GlmBuffer *out, const uint8_t *bytes, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (bytes[i] == ' ' ? !glm_buffer_append (out, GLM_SPACE_MARK, 3) : !glm_buffer_append (out, &bytes[i], 1))
      return false;
  return true;
}

static bool
ends_with_mark (const GlmBuffer *out, size_t start)
{
  return out->n - start >= 3 && memcmp (out->data + out->n - 3, GLM_SPACE_MARK, 3) == 0;
}

bool
glm_normaliser_run (const GlmNormaliser *normaliser, const GlmPieceTrie *user_defined, const uint8_t *text, size_t n_bytes,
                    GlmBuffer *out, GlmError *error)
{
  bool remove = normaliser->remove_extra_whitespaces, after_space = remove, ok = true;
  size_t start = out->n, i = 0;

  while (remove && i < n_bytes)
    {
      Prefix prefix = normalise_prefix (normaliser, user_defined, text + i, n_bytes - i);

      if (prefix.n != 1 || prefix.bytes[0] != ' ')
        break;
      i += prefix.consumed;
    }
  if (i < n_bytes && normaliser->add_dummy_prefix)
    ok = glm_buffer_append (out, GLM_SPACE_MARK, 3);
  while (ok && i < n_bytes)
    {
      Prefix prefix = normalise_prefix (normaliser, user_defined, text + i, n_bytes - i);

      i += prefix.consumed;
      for (; after_space && prefix.n > 0 && prefix.bytes[0] == ' '; prefix.n--)
        prefix.bytes++;
      if (prefix.n == 0)
        continue;
      ok = append_marked (out, prefix.bytes, prefix.n);
      after_space = remove && prefix.bytes[prefix.n - 1] == ' ';
    }
  while (ok && remove && ends_with_mark (out, start))
    out->n -= 3;
  return ok || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to tokenize the text");
}
