/* rope.h: the angles of rotary positions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_ROPE_H
#define GLM_ROPE_H

#include "families/arch.h"

/* Frequencies [params->n_rot / 2] of the pairs, with the model's context extension; returns what cos and sin are
 * multiplied with (1 without YaRN). */
float glm_rope_frequencies (const GlmParams *params, double *frequencies);

#endif
