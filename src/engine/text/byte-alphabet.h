/* byte-alphabet.h: GPT-2's way of writing bytes as characters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Byte-level vocabularies are stored as text: bytes 33 to 126, 161 to 172 and 174 to 255 stand for themselves, the other 68
 * in order for U+0100 to U+0143.
 */
#ifndef GLM_BYTE_ALPHABET_H
#define GLM_BYTE_ALPHABET_H

#include "base/buffer.h"

/* Whether all characters of the text stand for bytes. */
bool glm_byte_alphabet_has (const void *text, size_t n_bytes);
/* Appends the bytes that such a text stands for.  False: no memory. */
bool glm_byte_alphabet_decode (const void *text, size_t n_bytes, GlmBuffer *out);
/* Appends the text that stands for the bytes.  False: no memory. */
bool glm_byte_alphabet_encode (const void *bytes, size_t n_bytes, GlmBuffer *out);

#endif
