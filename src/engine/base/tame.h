/* tame.h: text of a file or a model that people are shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Some characters act where they are printed: a terminal obeys escape sequences, and marks of direction let a name or a
 * message read as another.
 */
#ifndef GLM_TAME_H
#define GLM_TAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Controls, line and paragraph separators, and what Unicode calls Bidi_Control. */
static inline bool
glm_is_wild (uint32_t code)
{
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E || code == 0x200F
         || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/* Puts a "?" in the place of each wild character, and of each byte that is no UTF-8.  Returns the new length, which is at
 * most n; the text need not end with NUL and does not get one. */
size_t glm_tame (char *text, size_t n);

#endif
