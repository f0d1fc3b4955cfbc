/* tokenizer-export.h: a tokenizer as the keys of a model file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_TOKENIZER_EXPORT_H
#define GLM_TOKENIZER_EXPORT_H

#include "file/metadata.h"
#include "families/family.h"

/* Sets the tokenizer.ggml.* keys; the tokens are padded to n_rows, the rows of the model's embedding.  Reading them back
 * (glm_tokenizer_new_from_model_file) gives a tokenizer with the same ids. */
bool glm_tokenizer_export (const GlmTokenizer *tokenizer, const GlmFamily *family, int n_rows, GlmMetadata *metadata,
                           GlmError *error);

#endif
