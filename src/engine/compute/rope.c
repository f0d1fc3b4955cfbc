/* rope.c: see rope.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Su et al., "RoFormer", 2021: pair i turns by position · base^(−2i / n).  YaRN (Peng et al., 2023) divides the slow
 * frequencies by the extension factor, keeps the fast ones and blends those between; the bounds come from how many turns
 * a pair makes over the original context.
 */
#include "compute/rope.h"

#include <math.h>

#include "compute/backend.h"

/* The (fractional) pair that makes n_turns turns over the original context. */
static double
yarn_pair (const GlmParams *params, double n_turns)
{
  return params->n_rot * log (params->yarn_original_context / (n_turns * 2 * M_PI)) / (2 * log (params->rope_base));
}

float
glm_rope_frequencies (const GlmParams *params, double *frequencies)
{
  double low = 0, high = 0;
  bool yarn = params->yarn_factor > 1;

  if (yarn)
    {
      low = fmax (0, floor (yarn_pair (params, params->yarn_beta_fast)));
      high = fmin (params->n_rot - 1, ceil (yarn_pair (params, params->yarn_beta_slow)));
      if (high <= low)
        high = low + 0.001;
    }
  for (int i = 0; i < params->n_rot / 2; i++)
    {
      double frequency = pow (params->rope_base, -2.0 * i / params->n_rot);

      if (yarn)
        {
          double slow = fmin (1, fmax (0, (i - low) / (high - low)));

          frequency = frequency / params->yarn_factor * slow + frequency * (1 - slow);
        }
      else if (params->linear_factor > 1)
        frequency /= params->linear_factor;
      frequencies[i] = frequency;
    }
  return yarn ? (float) params->yarn_attention_factor : 1.0f;
}

/* cosines, sines [n_pairs] at a position. */
static void
compute_angles (const double *frequencies, int n_pairs, int64_t position, float magnitude, float *cosines, float *sines)
{
  for (int i = 0; i < n_pairs; i++)
    {
      double angle = (double) position * frequencies[i];

      cosines[i] = magnitude * (float) cos (angle);
      sines[i] = magnitude * (float) sin (angle);
    }
}

/* In bidirectional prompts the first part of a position stops at the origin, and the second counts from there. */
void
glm_rope_batch (const GlmPlan *plan, const GlmBatch *batch, const double *frequencies, float magnitude, float *cosines,
                float *sines)
{
  int axes = plan->arch->rope_axes, n_pairs = plan->params.n_rot / 2;

  for (int64_t i = 0; i < batch->n; i++)
    {
      int64_t index = batch->first + i, offset = i * axes * n_pairs;
      bool inside = axes == 1 || batch->n_context == 0 || index < batch->n_context;

      compute_angles (frequencies, n_pairs, inside ? index : batch->origin, magnitude, cosines + offset, sines + offset);
      if (axes == 2)
        compute_angles (frequencies, n_pairs, inside ? 0 : index - batch->n_context + 1, magnitude, cosines + offset + n_pairs,
                        sines + offset + n_pairs);
    }
}
