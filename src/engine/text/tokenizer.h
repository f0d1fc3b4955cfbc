/* tokenizer.h: text ↔ token ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One interface over SentencePiece Unigram (ChatGLM-6B), SentencePiece BPE (ChatGLM2/3), rank BPE (GLM-4) and GPT-2 style
 * BPE (GLM-Edge, GLM-4-0414).  glm_tokenizer_encode() never produces control tokens from text: the prompt format
 * (template.h) puts those in by id.
 */
#ifndef GLM_TOKENIZER_H
#define GLM_TOKENIZER_H

#include "engine.h"
#include "file/model-file.h"

typedef struct GlmTokenizer GlmTokenizer;

/* From the tokenizer.ggml.* keys of a model file. */
bool glm_tokenizer_new_from_model_file (const GlmModelFile *file, GlmTokenizer **ret_tokenizer, GlmError *error);
/* From a tokenizer file: ice_text.model, tokenizer.model (SentencePiece or tiktoken text), tokenizer.json; recognised by
 * its content. */
bool glm_tokenizer_open (const char *path, GlmTokenizer **ret_tokenizer, GlmError *error);
bool glm_tokenizer_new_from_memory (const uint8_t *data, size_t n_bytes, GlmTokenizer **ret_tokenizer, GlmError *error);
void glm_tokenizer_free (GlmTokenizer *tokenizer);

/* Appends the ids of the text; no special tokens, no prompt prefix.  Invalid UTF-8 is encoded by its bytes or as U+FFFD,
 * as the original does.  O(n log n). */
bool glm_tokenizer_encode (const GlmTokenizer *tokenizer, const char *text, size_t n_bytes, GlmTokens *tokens, GlmError *error);

/* The whole sequence as text (original's decode): a malloc'ed NUL-terminated string that the caller frees. */
bool glm_tokenizer_decode (const GlmTokenizer *tokenizer, const int32_t *ids, size_t n, char **ret_text, size_t *ret_n_bytes,
                           GlmError *error);

/* The id of a control token by its text ("[gMASK]", "sop", "<|user|>", "</s>" …), or -1. */
int32_t glm_tokenizer_control_id (const GlmTokenizer *tokenizer, const char *text);

/* Whether the id is a token, and not padding of the matrix, whose logits are untrained. */
bool glm_tokenizer_has (const GlmTokenizer *tokenizer, int32_t id);

/* Streaming decode: feed ids one by one; each call appends whole UTF-8 characters to the buffer and holds an unfinished
 * one back.  flush() gives the rest with U+FFFD for broken bytes. */
typedef struct GlmTextStream GlmTextStream;
bool glm_text_stream_new (const GlmTokenizer *tokenizer, GlmTextStream **ret_stream, GlmError *error);
void glm_text_stream_free (GlmTextStream *stream);
/* The new text, valid until the next call. */
bool glm_text_stream_push (GlmTextStream *stream, int32_t id, const char **ret_text, size_t *ret_n_bytes, GlmError *error);
/* Whether no character has begun that is not whole yet. */
bool glm_text_stream_is_whole (const GlmTextStream *stream);
bool glm_text_stream_flush (GlmTextStream *stream, const char **ret_text, size_t *ret_n_bytes, GlmError *error);

#endif
