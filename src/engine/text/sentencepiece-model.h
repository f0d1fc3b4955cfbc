/* sentencepiece-model.h: reading SentencePiece's ModelProto
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_SENTENCEPIECE_MODEL_H
#define GLM_SENTENCEPIECE_MODEL_H

#include "text/tokenizer.h"

/* From the bytes of ice_text.model or tokenizer.model, with the control tokens that the families' own tokenizer code adds
 * behind the model's pieces. */
bool glm_tokenizer_new_from_sentencepiece (const uint8_t *data, size_t n_bytes, GlmTokenizer **ret_tokenizer,
                                           GlmError *error);

#endif
