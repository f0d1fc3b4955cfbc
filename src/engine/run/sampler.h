/* sampler.h: chooses the next token from logits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order is that of the transformers library, which the originals use: repetition penalty, temperature, top-k, top-p,
 * min-p, then a draw from what is left.
 */
#ifndef GLM_SAMPLER_H
#define GLM_SAMPLER_H

#include "engine.h"

typedef struct GlmSampler GlmSampler;

/* A seed of 0 is replaced by one from the system.  GLM_ERROR_ARGUMENT for numbers out of range. */
bool glm_sampler_new (const GlmSampling *sampling, int n_vocab, GlmSampler **ret_sampler, GlmError *error);
void glm_sampler_free (GlmSampler *sampler);

/* The token is now part of the sequence (for the repetition penalty). */
void glm_sampler_accept (GlmSampler *sampler, int32_t id);

/* Draws from logits [n_vocab].  NaN counts as impossible. */
int32_t glm_sampler_draw (GlmSampler *sampler, const float *logits);
/* The same among the tokens whose allowed [n_vocab] is not 0; NULL: all.  Where none is possible, any. */
int32_t glm_sampler_draw_among (GlmSampler *sampler, const float *logits, const uint8_t *allowed);

/* y = the logits after the repetition penalty, [n_vocab]; the first step of a draw, apart so that it can be tested. */
void glm_sampler_penalise (const GlmSampler *sampler, const float *logits, float *y);

#endif
