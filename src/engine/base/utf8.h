/* utf8.h: decoding UTF-8
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_UTF8_H
#define GLM_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GLM_UTF8_REPLACEMENT "\xEF\xBF\xBD"

/* Bytes of the well-formed character at p (Unicode 15, table 3-7: no overlong forms, no surrogates, at most U+10FFFF),
 * 0 if there is none.  n > 0 bytes may be read. */
static inline int
glm_utf8_char (const uint8_t *p, size_t n, uint32_t *ret_code)
{
  *ret_code = 0;
  if (p[0] < 0x80)
    {
      *ret_code = p[0];
      return 1;
    }
  if (p[0] >= 0xC2 && p[0] <= 0xDF && n >= 2 && (p[1] & 0xC0) == 0x80)
    {
      *ret_code = (uint32_t) (p[0] & 0x1F) << 6 | (p[1] & 0x3F);
      return 2;
    }
  if ((p[0] & 0xF0) == 0xE0 && n >= 3 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80)
    {
      *ret_code = (uint32_t) (p[0] & 0x0F) << 12 | (uint32_t) (p[1] & 0x3F) << 6 | (p[2] & 0x3F);
      return *ret_code >= 0x800 && (*ret_code < 0xD800 || *ret_code > 0xDFFF) ? 3 : 0;
    }
  if (p[0] >= 0xF0 && p[0] <= 0xF4 && n >= 4 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 && (p[3] & 0xC0) == 0x80)
    {
      *ret_code =
          (uint32_t) (p[0] & 0x07) << 18 | (uint32_t) (p[1] & 0x3F) << 12 | (uint32_t) (p[2] & 0x3F) << 6 | (p[3] & 0x3F);
      return *ret_code >= 0x10000 && *ret_code <= 0x10FFFF ? 4 : 0;
    }
  return 0;
}

/* Writes the character (a valid code point) and returns its bytes. */
static inline int
glm_utf8_write (uint32_t code, uint8_t out[4])
{
  if (code < 0x80)
    {
      out[0] = (uint8_t) code;
      return 1;
    }
  if (code < 0x800)
    {
      out[0] = (uint8_t) (0xC0 | code >> 6);
      out[1] = (uint8_t) (0x80 | (code & 0x3F));
      return 2;
    }
  if (code < 0x10000)
    {
      out[0] = (uint8_t) (0xE0 | code >> 12);
      out[1] = (uint8_t) (0x80 | (code >> 6 & 0x3F));
      out[2] = (uint8_t) (0x80 | (code & 0x3F));
      return 3;
    }
  out[0] = (uint8_t) (0xF0 | code >> 18);
  out[1] = (uint8_t) (0x80 | (code >> 12 & 0x3F));
  out[2] = (uint8_t) (0x80 | (code >> 6 & 0x3F));
  out[3] = (uint8_t) (0x80 | (code & 0x3F));
  return 4;
}

/* Whether the n bytes at p (n ≤ 3) may still become one character when more bytes follow. */
static inline bool
glm_utf8_is_unfinished (const uint8_t *p, size_t n)
{
  static const uint8_t fill[3] = { 0x80, 0x80, 0x80 };
  uint8_t whole[4];
  uint32_t code;
  size_t need = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;

  if (n == 0 || p[0] < 0xC2 || p[0] > 0xF4 || n >= need)
    return false;
  for (size_t i = 0; i < need; i++)
    whole[i] = i < n ? p[i] : fill[i - 1];
  /* The second byte has a narrower range after E0, ED, F0 and F4; an unknown one is free to be right. */
  if (n == 1)
    whole[1] = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
  return glm_utf8_char (whole, need, &code) != 0;
}

#endif
