/* experts.h: the feed-forward part: each token uses a few of many experts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tokens of a tile choose their experts; then each expert multiplies the tokens that chose it at once, so that its
 * weights are read once.  A "place" is one token's use of one expert: places lie expert by expert, those of the shared
 * expert, one a token, behind them.
 */
#ifndef GLM_EXPERTS_H
#define GLM_EXPERTS_H

#include "compute/plan.h"
#include "cpu/matrix.h"
#include "kernels/kernels.h"

/* Chooses one token's experts, those with the largest sums of score and bias, best first.  Writes their ids and weights:
 * routes [2 · n_used].  Scores as the router's matrix gives them.  Of equal sums the first expert is taken. */
void glm_route (const GlmParams *params, const float *scores, const float *bias, float *routes);

typedef struct GlmExperts GlmExperts;

/* For tiles of up to max_rows. */
bool glm_experts_new (const GlmParams *params, int64_t max_rows, GlmExperts **ret_experts, GlmError *error);
void glm_experts_free (GlmExperts *experts);
size_t glm_experts_bytes (const GlmParams *params, int64_t max_rows);

/* Gives the n tokens' uses their places, by routes [n][2 · n_used]. */
void glm_experts_place (GlmExperts *experts, const float *routes, int64_t n);
/* The products of a step GLM_OP_EXPERTS for the tokens placed: from x [n][ldx] to inner activations, [place][gate | up], and
 * from those, of which SwiGLU has left the first half, to y [place][n_embd]. */
bool glm_experts_multiply (GlmExperts *experts, const GlmStep *step, const float *x, int64_t ldx, float *y, GlmPool *pool,
                           GlmScratch *scratch, GlmError *error);
/* SwiGLU in as many places as a token has: call it for each row. */
void glm_experts_swiglu (const GlmExperts *experts, const GlmKernels *kernels, float *inner, int64_t row);
/* x += the weighted outputs of the experts of a row, in the order in which they were chosen. */
void glm_experts_mix (const GlmExperts *experts, const GlmKernels *kernels, const float *routes, const float *each, int64_t row,
                      float *x);

#endif
