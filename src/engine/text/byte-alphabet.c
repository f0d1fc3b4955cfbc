/* byte-alphabet.c: GPT-2's way of writing bytes as characters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/byte-alphabet.h"

#include "base/utf8.h"

static bool
stands_for_itself (unsigned byte)
{
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
}

/* How many bytes below this one do not stand for themselves. */
static unsigned
shifted_index (unsigned byte)
{
  if (byte < 33)
    return byte;
  return byte <= 160 ? 33 + (byte - 127) : 33 + 34;
}

/* The k-th byte that does not stand for itself: 0 to 32, 127 to 160, 173. */
static uint8_t
shifted_byte (unsigned k)
{
  return (uint8_t) (k < 33 ? k : k < 67 ? k - 33 + 127 : 173);
}

/* The byte that the character at the beginning stands for; *ret_length 0: none. */
static uint8_t
read_byte (const uint8_t *text, size_t n_bytes, int *ret_length)
{
  uint32_t code = 0;

  *ret_length = glm_utf8_char (text, n_bytes, &code);
  if (code > 0x143 || (code < 0x100 && !stands_for_itself (code)))
    *ret_length = 0;
  return code >= 0x100 ? shifted_byte (code - 0x100) : (uint8_t) code;
}

bool
glm_byte_alphabet_has (const void *text, size_t n_bytes)
{
  int length;

  for (size_t i = 0; i < n_bytes; i += (size_t) length)
    {
      read_byte ((const uint8_t *) text + i, n_bytes - i, &length);
      if (length == 0)
        return false;
    }
  return true;
}

bool
glm_byte_alphabet_decode (const void *text, size_t n_bytes, GlmBuffer *out)
{
  int length = 1;

  for (size_t i = 0; i < n_bytes && length > 0; i += (size_t) length)
    {
      uint8_t byte = read_byte ((const uint8_t *) text + i, n_bytes - i, &length);

      if (length > 0 && !glm_buffer_append (out, &byte, 1))
        return false;
    }
  return true;
}

bool
glm_byte_alphabet_encode (const void *bytes, size_t n_bytes, GlmBuffer *out)
{
  const uint8_t *p = bytes;

  for (size_t i = 0; i < n_bytes; i++)
    {
      uint8_t character[4];
      int n = glm_utf8_write (stands_for_itself (p[i]) ? p[i] : 0x100 + shifted_index (p[i]), character);

      if (!glm_buffer_append (out, character, (size_t) n))
        return false;
    }
  return true;
}
