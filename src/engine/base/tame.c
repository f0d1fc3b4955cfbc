/* tame.c: see tame.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/tame.h"

#include <string.h>

#include "base/utf8.h"

size_t
glm_tame (char *text, size_t n)
{
  size_t n_new = 0, width;

  for (size_t i = 0; i < n; i += width)
    {
      uint32_t code;
      int n_bytes = glm_utf8_char ((const uint8_t *) text + i, n - i, &code);

      width = n_bytes > 0 ? (size_t) n_bytes : 1;
      if (n_bytes == 0 || glm_is_wild (code))
        text[n_new++] = '?';
      else
        {
          memmove (text + n_new, text + i, width);
          n_new += width;
        }
    }
  return n_new;
}
