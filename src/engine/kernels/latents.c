/* latents.c: attention over latents that are bytes: queries, and the references
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/latents.h"

#include <math.h>
#include <string.h>

#include "kernels/isa.h"
#include "kernels/kernels.h"
#include "quant/half.h"

#define SEGMENT GLM_LATENT_SEGMENT
#define GROUP   GLM_LATENT_GROUP
#define QUERIES GLM_LATENT_QUERIES

/* ---- Queries ---------------------------------------------------------------------------------------------------- */

static float
largest_size (const float *x, int64_t n)
{
  float most = 0;

  for (int64_t i = 0; i < n; i++)
    most = fabsf (x[i]) > most ? fabsf (x[i]) : most;
  return most;
}

/* The nearest whole number, for the compiler to vectorize: adding 1.5 · 2²³ leaves it in the low bits. */
static inline int16_t
nearest (float x)
{
  float shifted = x + 12582912.0f;
  int32_t bits;

  memcpy (&bits, &shifted, sizeof bits);
  return (int16_t) bits;
}

void
glm_latent_query (const GlmLatentQueries *queries, int place, const float *q)
{
  int64_t n_segments = queries->rank / SEGMENT, turned = queries->turned;
  int16_t *turned_levels = queries->turned_levels + place * turned;
  float most;

  for (int64_t i = 0; i < n_segments; i++, q += SEGMENT)
    {
      int8_t *levels = queries->levels + (i * QUERIES + place) * SEGMENT;
      float inverse;
      int32_t sum = 0;

      most = largest_size (q, SEGMENT);
      inverse = most > 0 ? GLM_LATENT_MAX_LEVEL / most : 0;
      for (int c = 0; c < SEGMENT; c++)
        {
          levels[c] = (int8_t) nearest (q[c] * inverse);
          sum += levels[c];
        }
      queries->scales[i * QUERIES + place] = most / GLM_LATENT_MAX_LEVEL;
      queries->offsets[i * QUERIES + place] = -128 * sum;
    }
  most = largest_size (q, turned);
  queries->scales[n_segments * QUERIES + place] = most / GLM_LATENT_TURNED_MOST;
  for (int64_t c = 0; c < turned; c++)
    turned_levels[c] = nearest (q[c] * (most > 0 ? GLM_LATENT_TURNED_MOST / most : 0));
}

/* ---- References ------------------------------------------------------------------------------------------------- */

/* x[n] as whole numbers, the largest as ±most; returns their scale. */
static float
quantise (const uint16_t *x, int64_t n, float most, int *levels)
{
  float largest = 0, inverse;

  for (int64_t i = 0; i < n; i++)
    largest = fmaxf (largest, fabsf (glm_f16_to_f32 (x[i])));
  inverse = largest > 0 ? most / largest : 0;
  for (int64_t i = 0; i < n; i++)
    levels[i] = (int) lrintf (glm_f16_to_f32 (x[i]) * inverse);
  return largest / most;
}

/* Where the level of component c of key j is. */
static uint8_t *
level_of (const GlmLatentBlock *block, int j, int64_t c)
{
  return glm_latent_levels (block, j / GROUP) + c / 4 * 4 * GROUP + j % GROUP * 4 + c % 4;
}

static int16_t *
turned_level_of (const GlmLatentBlock *block, int j, int64_t c)
{
  return glm_latent_turned (block, j / GROUP) + c / 2 * 2 * GROUP + j % GROUP * 2 + c % 2;
}

static float *
scale_of (const GlmLatentBlock *block, int j, int64_t segment)
{
  return glm_latent_scales (block, j / GROUP) + segment * GROUP + j % GROUP;
}

static void
pack_key (const uint16_t *key, int j, const GlmLatentBlock *block)
{
  int64_t rank = block->rank, turned = block->turned;
  int levels[SEGMENT];

  for (int64_t begin = 0; begin < rank; begin += SEGMENT)
    {
      *scale_of (block, j, begin / SEGMENT) = quantise (key + begin, SEGMENT, GLM_LATENT_MAX_LEVEL, levels);
      for (int64_t c = begin; c < begin + SEGMENT; c++)
        *level_of (block, j, c) = (uint8_t) (levels[c - begin] + 128);
    }
  *scale_of (block, j, rank / SEGMENT) = quantise (key + rank, turned, GLM_LATENT_TURNED_MOST, levels);
  for (int64_t c = 0; c < turned; c++)
    *turned_level_of (block, j, c) = (int16_t) levels[c];
}

static void
latent_pack_c (const GlmAttendBlock *keys, const GlmLatentBlock *block)
{
  static const uint16_t zeros[GLM_LATENT_MAX_RANK + GLM_LATENT_MAX_TURNED];

  for (int j = 0; j < block->n; j++)
    pack_key (j < keys->n ? (const uint16_t *) keys->rows + j * keys->ld : zeros, j, block);
}

static float
score (const GlmLatentBlock *block, int j, const GlmLatentQueries *queries, int i)
{
  int64_t n_segments = block->rank / SEGMENT;
  int32_t sum = 0;
  float result = 0;

  for (int64_t segment = 0; segment < n_segments; segment++, sum = 0)
    {
      for (int64_t c = 0; c < SEGMENT; c++)
        sum += queries->levels[(segment * QUERIES + i) * SEGMENT + c] * (*level_of (block, j, segment * SEGMENT + c) - 128);
      result += (float) sum * (queries->scales[segment * QUERIES + i] * *scale_of (block, j, segment));
    }
  for (int64_t c = 0; c < block->turned; c++)
    sum += queries->turned_levels[i * block->turned + c] * *turned_level_of (block, j, c);
  return result + (float) sum * (queries->scales[n_segments * QUERIES + i] * *scale_of (block, j, n_segments));
}

static void
latent_scores_c (const GlmLatentBlock *block, const GlmLatentQueries *queries, int n_q, float *s, int64_t lds)
{
  for (int i = 0; i < n_q; i++)
    for (int j = 0; j < block->n; j++)
      s[i * lds + j] = score (block, j, queries, i);
}

static void
latent_values_c (const GlmLatentBlock *block, const float *p, int64_t ldp, int n_q, float *o, int64_t ldo)
{
  for (int i = 0; i < n_q; i++)
    for (int64_t c = 0; c < block->rank; c++)
      {
        float most = 0, inverse;
        int32_t sum = 0;

        for (int j = 0; j < block->n; j++)
          most = fmaxf (most, p[i * ldp + j] * *scale_of (block, j, c / SEGMENT));
        inverse = most > 0 ? GLM_LATENT_MAX_WEIGHT / most : 0;
        for (int j = 0; j < block->n; j++)
          sum += (int) lrintf (p[i * ldp + j] * *scale_of (block, j, c / SEGMENT) * inverse) * (*level_of (block, j, c) - 128);
        o[i * ldo + c] += (float) sum * (most / GLM_LATENT_MAX_WEIGHT);
      }
}

void
glm_kernels_set_latents_c (GlmKernels *kernels)
{
  kernels->latent_pack = latent_pack_c;
  kernels->latent_scores = latent_scores_c;
  kernels->latent_values = latent_values_c;
}
