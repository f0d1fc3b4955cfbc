/* normaliser.h: SentencePiece's normalisation of text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What SentencePiece does to a text before it looks for pieces: a table of replacements (the precompiled charsmap:
 * NFKC and more for ChatGLM-6B, none for ChatGLM2 and 3), optional removal of extra spaces, U+2581 for each space and one
 * in front.  User-defined pieces pass through unchanged.
 */
#ifndef GLM_NORMALISER_H
#define GLM_NORMALISER_H

#include "base/buffer.h"
#include "text/piece-trie.h"

#define GLM_SPACE_MARK "\xE2\x96\x81"

typedef struct
{
  uint32_t *units; /* double array of the charsmap, owned; NULL: no charsmap */
  size_t n_units;
  char *replacements; /* NUL-terminated strings, owned */
  size_t n_replacement_bytes;
  bool add_dummy_prefix;
  bool remove_extra_whitespaces;
} GlmNormaliser;

/* Takes a copy of the charsmap (may be empty). */
bool glm_normaliser_set_charsmap (GlmNormaliser *normaliser, const uint8_t *charsmap, size_t n_bytes, GlmError *error);
void glm_normaliser_clear (GlmNormaliser *normaliser);

/* Appends the normalised text.  user_defined: pieces that stay as they are. */
bool glm_normaliser_run (const GlmNormaliser *normaliser, const GlmPieceTrie *user_defined, const uint8_t *text, size_t n_bytes,
                         GlmBuffer *out, GlmError *error);

#endif
