/* split.h: GLM-4's division of text into words before byte-pair encoding
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_SPLIT_H
#define GLM_SPLIT_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the word that the text begins with; at least 1, n_bytes is at least 1. */
size_t glm_split_next (const uint8_t *text, size_t n_bytes);

#endif
