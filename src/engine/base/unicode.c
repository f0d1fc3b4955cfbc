/* unicode.c: the character classes that tokenizers ask for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/unicode.h"

#include <stddef.h>

#include "base/unicode-tables.h"

static bool
in_ranges (const GlmUnicodeRange *ranges, size_t n, uint32_t code)
{
  size_t low = 0, high = n;

  while (low < high)
    {
      size_t middle = low + (high - low) / 2;

      if (code > ranges[middle].last)
        low = middle + 1;
      else
        high = middle;
    }
  return low < n && code >= ranges[low].first;
}

bool
glm_unicode_is_letter (uint32_t code)
{
  if (code < 0x80)
    return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
  return in_ranges (glm_unicode_letters, sizeof glm_unicode_letters / sizeof *glm_unicode_letters, code);
}

bool
glm_unicode_is_number (uint32_t code)
{
  if (code < 0x80)
    return code >= '0' && code <= '9';
  return in_ranges (glm_unicode_numbers, sizeof glm_unicode_numbers / sizeof *glm_unicode_numbers, code);
}
