/* unicode.h: the character classes that tokenizers ask for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_UNICODE_H
#define GLM_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct
{
  uint32_t first;
  uint32_t last;
} GlmUnicodeRange;

bool glm_unicode_is_letter (uint32_t code); /* \p{L} */
bool glm_unicode_is_number (uint32_t code); /* \p{N} */

/* White_Space, what \s means in the Unicode regular expressions of tiktoken and tokenizers. */
static inline bool
glm_unicode_is_space (uint32_t code)
{
  return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680
         || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F
         || code == 0x3000;
}

#endif
