/* tiktoken.c: reading tiktoken's list of ranks (GLM-4's tokenizer.model)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One token a line: its bytes in base64, a space, its rank.  The ranks are 0, 1, 2 … in order.  The control tokens follow
 * behind the last rank, in the order of GLM-4's tokenizer_config.json.
 */
#include "text/tokenizer-private.h"

#include "base/error.h"

/* Value of a base64 digit, -1 for any other character. */
static int
base64_value (uint8_t c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes n digits (padding included) into out: bytes written, or -1. */
static int
decode_base64 (const uint8_t *text, size_t n, uint8_t *out)
{
  uint32_t bits = 0;
  int n_bits = 0, n_bytes = 0;

  if (n == 0 || n % 4 != 0)
    return -1;
  for (int k = 0; k < 2 && text[n - 1] == '='; k++)
    n--;
  for (size_t i = 0; i < n; i++)
    {
      int value = base64_value (text[i]);

      if (value < 0)
        return -1;
      bits = bits << 6 | (uint32_t) value;
      n_bits += 6;
      if (n_bits >= 8)
        {
          n_bits -= 8;
          out[n_bytes++] = (uint8_t) (bits >> n_bits);
        }
    }
  return n_bytes;
}

/* One line without its end. */
static bool
read_line (GlmVocab *vocab, const uint8_t *line, size_t n, GlmError *error)
{
  uint8_t bytes[GLM_MAX_PIECE_BYTES];
  const uint8_t *space = memchr (line, ' ', n);
  size_t n_text = space ? (size_t) (space - line) : 0;
  int64_t rank = 0;
  int n_bytes;

  if (!space || n_text > sizeof bytes || n_text + 1 == n || n - n_text > 10)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "line %d is no token and rank", vocab->n + 1);
  for (size_t i = n_text + 1; i < n; i++)
    {
      if (line[i] < '0' || line[i] > '9')
        return glm_error_set (error, GLM_ERROR_BAD_FILE, "line %d: the rank is no number", vocab->n + 1);
      rank = rank * 10 + (line[i] - '0');
    }
  n_bytes = decode_base64 (line, n_text, bytes);
  if (n_bytes <= 0 || rank != vocab->n)
    return glm_error_set (error, GLM_ERROR_BAD_FILE,
                          n_bytes <= 0 ? "line %d: the token is no base64" : "line %d: the rank is out of order", vocab->n + 1);
  return glm_vocab_add (vocab, bytes, (size_t) n_bytes, GLM_PIECE_NORMAL, 0, error);
}

static bool
read_ranks (GlmTokenizer *tokenizer, const uint8_t *data, size_t n_bytes, GlmError *error)
{
  for (size_t i = 0; i < n_bytes;)
    {
      const uint8_t *end = memchr (data + i, '\n', n_bytes - i);
      size_t n = end ? (size_t) (end - (data + i)) : n_bytes - i, visible = n > 0 && data[i + n - 1] == '\r' ? n - 1 : n;

      if (visible > 0 && !read_line (&tokenizer->vocab, data + i, visible, error))
        return false;
      i += n + 1;
    }
  return true;
}

static bool
add_controls (GlmTokenizer *tokenizer, GlmError *error)
{
  static const char *const controls[] = {
    "<|endoftext|>",
    "[MASK]",
    "[gMASK]",
    "[sMASK]",
    "<sop>",
    "<eop>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|observation|>",
    "<|begin_of_image|>",
    "<|end_of_image|>",
    "<|begin_of_video|>",
    "<|end_of_video|>",
  };

  for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
    if (!glm_vocab_add (&tokenizer->vocab, controls[i], strlen (controls[i]), GLM_PIECE_CONTROL, 0, error))
      return false;
  return true;
}

bool
glm_tokenizer_new_from_tiktoken (const uint8_t *data, size_t n_bytes, GlmTokenizer **ret_tokenizer, GlmError *error)
{
  GlmTokenizer *tokenizer = glm_tokenizer_alloc (GLM_TOKENIZER_RANK_BPE);

  if (!tokenizer)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokenizer");
  if (!read_ranks (tokenizer, data, n_bytes, error) || !add_controls (tokenizer, error)
      || !glm_tokenizer_seal (tokenizer, error))
    {
      glm_tokenizer_free (tokenizer);
      return false;
    }
  tokenizer->shows_controls = true;
  tokenizer->end_id = glm_tokenizer_control_id (tokenizer, "<|endoftext|>");
  *ret_tokenizer = tokenizer;
  return true;
}
