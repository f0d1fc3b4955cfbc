/* naive-forward.h: every family's forward pass written out by hand, in double precision, without a cache
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the op tables must agree with where no vectors of the original exist: long prompts, prefixes, deep models.
 */
#ifndef MYNA_TEST_NAIVE_FORWARD_H
#define MYNA_TEST_NAIVE_FORWARD_H

#include "tiny-model.h"

/* Logits [n_vocab] after the last of the ids.  Matrices must be F32. */
void naive_forward (const TinyModel *tiny, const int32_t *ids, int n, double *logits);
/* The same of "glm4moe" and "deepseek2". */
void naive_forward_experts (const TinyModel *tiny, const int32_t *ids, int n, double *logits);

#endif
